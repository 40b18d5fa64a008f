//! Takes a session up: recovery, the lock, and who may write.
//!
//! Invariant: whole lines are never changed here. Only the holder of the lock sets torn bytes aside, and
//! they are on disk in their new place before they leave the old one.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::domain::base::Moment;
use crate::domain::session::{Audit, Break, Chain, Entry, Event, State, Verdict, digest};
use crate::domain::untrusted::Untrusted;
use crate::host::store::dir::{Access, Dir};
use crate::host::store::error::StoreError;
use crate::host::store::follow::Follower;
use crate::host::store::journal::Journal;
use crate::host::store::lock::{Holder, Lock};
use crate::host::store::record::Recorder;
use crate::host::store::{JOURNAL, PLAYBOOK, scan};

const TORN: &str = "torn";
/// No playbook is longer.
const PLAYBOOK_LIMIT: u64 = 16 << 20;

/// A session that was taken up.
#[derive(Debug)]
pub struct Opened {
    /// Its id.
    pub id: String,
    /// Its directory.
    pub path: PathBuf,
    /// The playbook as it was when the session began; empty if it is gone.
    pub playbook: String,
    /// The playbook is the one that the first entry names.
    pub playbook_intact: bool,
    /// What may be done with it.
    pub hand: Hand,
    /// What its entries add up to.
    pub state: State,
    /// Every entry that holds.
    pub entries: Vec<Entry>,
    /// What had to be set aside.
    pub recovered: Option<Recovered>,
    /// Why the pen could not be taken though nobody holds it: the disk is full or read-only.
    pub trouble: Option<Untrusted>,
    dir: Dir,
}

/// What may be done with a session.
#[derive(Debug)]
pub enum Hand {
    /// Write.
    Pen(Journal),
    /// Read along; somebody else holds the pen, unless this was asked for.
    Observer(Follower, Option<Holder>),
    /// Read what holds; the journal is broken and nothing may be added.
    ReadOnly(Break),
}

/// The end of a line that was never saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// How many bytes.
    pub bytes: u64,
    /// Where they are now, below the session's directory.
    pub file: String,
}

impl Opened {
    /// Begins to record beside the journal; only who holds the pen may.
    pub fn record(&self) -> Result<Recorder, StoreError> {
        match self.hand {
            Hand::Pen(_) => Recorder::start(&self.dir),
            Hand::Observer(..) | Hand::ReadOnly(_) => Err(StoreError::NoPen),
        }
    }
}

/// What was read of a journal.
struct Loaded {
    file: File,
    chain: Chain,
    verdict: Verdict,
    state: State,
    entries: Vec<Entry>,
}

/// Writes the first files of a new session.
pub(super) fn begin(
    dir: Dir,
    id: &str,
    boot: &str,
    opening: Event,
    playbook: &str,
    moment: Moment,
    by: &Untrusted,
) -> Result<Opened, StoreError> {
    let lock = Lock::take(&dir, &Holder::this(boot, by))?
        .ok_or_else(|| StoreError::io("lock", dir.path(), io::ErrorKind::WouldBlock.into()))?;
    put(&dir, PLAYBOOK, playbook.as_bytes())?;
    let tail = Box::new(dir.file(JOURNAL, Access::New)?);
    let mut journal = Journal::onto(tail, Chain::default(), 0, boot).holding(lock);
    let first = journal.append(moment, by, opening).map_err(StoreError::Begin)?;
    dir.sync()?;
    let mut state = State::default();
    state.apply(&first);
    Ok(Opened {
        id: id.to_owned(),
        path: dir.path().to_owned(),
        playbook: playbook.to_owned(),
        playbook_intact: true,
        hand: Hand::Pen(journal),
        state,
        entries: vec![first],
        recovered: None,
        trouble: None,
        dir,
    })
}

/// With the pen if nobody has it.
pub(super) fn open(dir: Dir, id: &str, boot: &str, by: &Untrusted) -> Result<Opened, StoreError> {
    let lock = match Lock::take(&dir, &Holder::this(boot, by)) {
        Ok(Some(lock)) => lock,
        Ok(None) => return observe(dir, id),
        Err(error) => return hindered(dir, id, error),
    };
    let mut loaded = load(&dir, Access::Append)?;
    let Verdict { end, problem, torn, .. } = loaded.verdict.clone();
    if let Some(broken) = problem {
        return finish(dir, id, loaded, |_, _| Hand::ReadOnly(broken), None);
    }
    let moved = torn.map(|torn| set_aside(&dir, &mut loaded.file, end, torn.end)).transpose();
    let recovered = match moved {
        Ok(recovered) => recovered,
        Err(error) => return hindered(dir, id, error),
    };
    let pen =
        |file, chain| Hand::Pen(Journal::onto(Box::new(file), chain, end, boot).holding(lock));
    finish(dir, id, loaded, pen, recovered)
}

/// Without the pen.
pub(super) fn observe(dir: Dir, id: &str) -> Result<Opened, StoreError> {
    let holder = Lock::holder(&dir);
    let loaded = load(&dir, Access::Read)?;
    let Verdict { end, problem, .. } = loaded.verdict.clone();
    let hand = |file, chain| match problem {
        Some(broken) => Hand::ReadOnly(broken),
        None => Hand::Observer(Follower::new(file, chain, end), holder),
    };
    finish(dir, id, loaded, hand, None)
}

/// A disk that takes nothing still shows what it has; anything else that is wrong is wrong for readers too.
fn hindered(dir: Dir, id: &str, error: StoreError) -> Result<Opened, StoreError> {
    if !error.is_disk() {
        return Err(error);
    }
    let trouble = Some(error.to_string().into());
    observe(dir, id).map(|opened| Opened { trouble, ..opened })
}

fn load(dir: &Dir, access: Access) -> Result<Loaded, StoreError> {
    let mut file = dir.file(JOURNAL, access)?;
    let (mut state, mut entries) = (State::default(), Vec::new());
    let audit: Audit = scan::all(&mut file, |entry| {
        state.apply(&entry);
        entries.push(entry);
    })
    .map_err(|source| StoreError::io("read", &dir.path().join(JOURNAL), source))?;
    Ok(Loaded { file, chain: audit.chain().clone(), verdict: audit.verdict(), state, entries })
}

fn finish(
    dir: Dir,
    id: &str,
    loaded: Loaded,
    hand: impl FnOnce(File, Chain) -> Hand,
    recovered: Option<Recovered>,
) -> Result<Opened, StoreError> {
    let bytes = playbook(&dir)?;
    let Loaded { file, chain, state, entries, .. } = loaded;
    let named = state.opening.as_ref().map(|opening| opening.sha256);
    Ok(Opened {
        id: id.to_owned(),
        path: dir.path().to_owned(),
        playbook_intact: named == Some(digest(&bytes)),
        playbook: String::from_utf8_lossy(&bytes).into_owned(),
        hand: hand(file, chain),
        state,
        entries,
        recovered,
        trouble: None,
        dir,
    })
}

/// A session without its playbook still opens: the first entry names the document.
fn playbook(dir: &Dir) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    match dir.file(PLAYBOOK, Access::Read) {
        Err(error) if error.is_not_found() => {}
        Err(error) => return Err(error),
        Ok(file) => {
            let path = dir.path().join(PLAYBOOK);
            file.take(PLAYBOOK_LIMIT)
                .read_to_end(&mut bytes)
                .map_err(|source| StoreError::io("read", &path, source))?;
        }
    }
    Ok(bytes)
}

/// Moves the bytes from `end` to `len` to a file of their own.
fn set_aside(dir: &Dir, journal: &mut File, end: u64, len: u64) -> Result<Recovered, StoreError> {
    let path = dir.path().join(JOURNAL);
    let problem = |source| StoreError::io("set the torn end aside of", &path, source);
    let mut bytes = Vec::new();
    journal.seek(SeekFrom::Start(end)).map_err(problem)?;
    Read::take(&mut *journal, len - end).read_to_end(&mut bytes).map_err(problem)?;
    dir.make(TORN)?;
    let torn = dir.sub(TORN)?;
    let name = next_number(&torn)?;
    put(&torn, &name, &bytes)?;
    torn.sync()?;
    dir.sync()?;
    journal.set_len(end).map_err(problem)?;
    journal.sync_all().map_err(problem)?;
    Ok(Recovered { bytes: bytes.len() as u64, file: format!("{TORN}/{name}") })
}

/// The lowest number above all that are there.
fn next_number(dir: &Dir) -> Result<String, StoreError> {
    let numbers = dir.names()?;
    let highest = numbers.iter().filter_map(|name| name.parse::<u64>().ok()).max();
    Ok((highest.unwrap_or(0) + 1).to_string())
}

/// A new file with these bytes, on disk.
fn put(dir: &Dir, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let path: &Path = &dir.path().join(name);
    let mut file = dir.file(name, Access::New)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(|source| StoreError::io("write", path, source))
}
