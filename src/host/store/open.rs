//! Takes a session up: recovery, the lock, and who may write.
//!
//! Invariant: only the holder of the lock changes anything; a session that nobody can write is still shown.

use std::io;
use std::path::PathBuf;

use crate::domain::base::Moment;
use crate::domain::session::{
    Branch, Break, Chain, Entry, Event, Fork, Keeper, Past, State, Verdict, digest,
};
use crate::host::store::dir::Dir;
use crate::host::store::disk::Access;
use crate::host::store::error::StoreError;
use crate::host::store::follow::Follower;
use crate::host::store::journal::Journal;
use crate::host::store::lease::Holder;
use crate::host::store::lock::Lock;
use crate::host::store::record::Recorder;
use crate::host::store::recover::{self, Recovered};
use crate::host::store::segment::Tail;
use crate::host::store::{PLAYBOOK, force, reserve, scan};
use crate::host::store::{ask, carry};

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
    /// The newest entries that hold.
    pub entries: Vec<Entry>,
    /// How many hold before those.
    pub earlier: u64,
    /// What had to be set aside.
    pub recovered: Vec<Recovered>,
    /// What continues the entries, if the journal forked: more than one thing.
    pub branches: Vec<Branch>,
    /// Why the pen could not be taken though nobody holds it: the disk is full, read-only or broken.
    pub trouble: Option<StoreError>,
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

impl Opened {
    pub(super) const fn dir(&self) -> &Dir {
        &self.dir
    }

    /// Begins to record beside the journal; only who holds the pen may.
    pub fn record(&self) -> Result<Recorder, StoreError> {
        match self.hand {
            Hand::Pen(_) => Recorder::start(&self.dir),
            Hand::Observer(..) | Hand::ReadOnly(_) => Err(StoreError::NoPen),
        }
    }
}

/// What was read of a journal.
pub(super) struct Loaded {
    pub(super) chain: Chain,
    pub(super) segments: Vec<u32>,
    pub(super) verdict: Verdict,
    past: Past,
    branches: Vec<Branch>,
}

/// Which session, and how many of its entries are wanted in the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) id: &'a str,
    pub(super) most: usize,
}

/// Writes the first files of a new session.
pub(super) fn begin(
    dir: Dir,
    id: &str,
    holder: Holder,
    opening: Event,
    playbook: &str,
    moment: Moment,
) -> Result<Opened, StoreError> {
    let (boot, by) = (holder.boot.plain(64), holder.by.clone());
    let lock = Lock::take(&dir, holder)?
        .ok_or_else(|| StoreError::io("lock", dir.path(), io::ErrorKind::WouldBlock.into()))?;
    dir.put(PLAYBOOK, playbook.as_bytes())?;
    let tail = Tail::new(&dir, 1)?;
    let mut journal = Journal::onto(dir.clone(), tail, 1, Chain::default(), &boot, lock);
    let first =
        journal.append(moment, &by, opening).map_err(|error| StoreError::Begin(Box::new(error)))?;
    reserve::keep(&dir);
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
        earlier: 0,
        recovered: Vec::new(),
        branches: Vec::new(),
        trouble: None,
        dir,
    })
}

/// With the pen if nobody has it, and nobody else was promised it. `seat` is the one from which it is asked for.
pub(super) fn open(
    dir: Dir,
    it: Asked<'_>,
    holder: Holder,
    seat: Option<&str>,
) -> Result<Opened, StoreError> {
    if let Some(place) = carry::moved_to(&dir)? {
        return Err(StoreError::Moved(place));
    }
    let boot = holder.boot.plain(64);
    let lock = match Lock::take(&dir, holder) {
        Ok(Some(_)) if ask::is_promised(&dir, seat)? => return observe(dir, it),
        // Whoever took it by force died over it.
        Ok(Some(lock)) if !lock.settled() => return force::finish(dir, it, lock),
        Ok(Some(lock)) => lock,
        Ok(None) => return observe(dir, it),
        Err(error) if error.is_disk() => return hindered(dir, it, error),
        Err(error) => return Err(error),
    };
    // The lock may be free because the session went away a moment ago.
    if let Some(place) = carry::moved_to(&dir)? {
        return Err(StoreError::Moved(place));
    }
    let loaded = load(&dir, it.most)?;
    if let Some(broken) = loaded.verdict.problem.clone() {
        return finish(dir, it.id, loaded, Hand::ReadOnly(broken));
    }
    let mended = match recover::mend(&dir, &loaded.segments, &loaded.verdict) {
        Ok(mended) => mended,
        Err(error @ StoreError::Io { .. }) => {
            drop(lock);
            return hindered(dir, it, error);
        }
        Err(error) => return Err(error),
    };
    reserve::keep(&dir);
    let (tail, highest) = (mended.tail, mended.highest);
    let journal = Journal::onto(dir.clone(), tail, highest, loaded.chain.clone(), &boot, lock);
    let opened = finish(dir, it.id, loaded, Hand::Pen(journal))?;
    Ok(Opened { recovered: mended.recovered, ..opened })
}

/// Without the pen.
pub(super) fn observe(dir: Dir, it: Asked<'_>) -> Result<Opened, StoreError> {
    let (_, holder) = Lock::holder(&dir);
    let loaded = load(&dir, it.most)?;
    let hand = match loaded.verdict.problem.clone() {
        Some(broken) => Hand::ReadOnly(broken),
        None => Hand::Observer(
            Follower::new(dir.clone(), loaded.chain.clone(), loaded.verdict.last)?,
            holder,
        ),
    };
    finish(dir, it.id, loaded, hand)
}

/// A disk that takes nothing still shows what it has; anything else that is wrong is wrong for readers too.
fn hindered(dir: Dir, it: Asked<'_>, error: StoreError) -> Result<Opened, StoreError> {
    observe(dir, it).map(|opened| Opened { trouble: Some(error), ..opened })
}

pub(super) fn load(dir: &Dir, most: usize) -> Result<Loaded, StoreError> {
    let mut keeper = Keeper::of(most);
    let scan = scan::all(dir, |entry| keeper.take(entry))?;
    let chain = scan.audit.chain().clone();
    let mut verdict = scan.audit.verdict();
    let (past, branches) = match scan::fork(dir, &mut verdict)? {
        // Which branch counts is not for a program to say: the state is what all of them share.
        Some(Fork { trunk, branches }) => (Past::of(trunk, most), branches),
        None => (keeper.past(), Vec::new()),
    };
    Ok(Loaded { chain, segments: scan.segments, verdict, past, branches })
}

/// What was read, as it is handed out.
pub(super) fn finish(dir: Dir, id: &str, loaded: Loaded, hand: Hand) -> Result<Opened, StoreError> {
    let bytes = playbook(&dir)?;
    let Loaded { past: Past { state, entries, earlier }, branches, .. } = loaded;
    let named = state.opening.as_ref().map(|opening| opening.sha256);
    Ok(Opened {
        id: id.to_owned(),
        path: dir.path().to_owned(),
        playbook_intact: named == Some(digest(&bytes)),
        playbook: String::from_utf8_lossy(&bytes).into_owned(),
        hand,
        state,
        entries,
        earlier,
        recovered: Vec::new(),
        branches,
        trouble: None,
        dir,
    })
}

/// A session without its playbook still opens: the first entry names the document.
pub(super) fn playbook(dir: &Dir) -> Result<Vec<u8>, StoreError> {
    match dir.file(PLAYBOOK, Access::Read) {
        Err(error) if error.is_not_found() => Ok(Vec::new()),
        Err(error) => Err(error),
        Ok(file) => file
            .read_range(0, PLAYBOOK_LIMIT)
            .map_err(|source| StoreError::io("read", file.path(), source)),
    }
}
