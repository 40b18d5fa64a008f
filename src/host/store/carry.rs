//! Carries a session to another place while it is being written.
//!
//! Invariant: the pen goes on in the old place until the copy is on disk, complete under its own id, and its chain
//! ends where the pen's chain ends. Before that, nothing in the new place is a session; after that, the old place
//! says where the session went: on a full disk the word goes into blocks that are there already, and it is read back
//! before it counts. A word that is empty or torn still says that the session went.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::untrusted::Untrusted;
use crate::host::store::ask;
use crate::host::store::dir::{Dir, Trust};
use crate::host::store::disk::{Access, Disk};
use crate::host::store::error::StoreError;
use crate::host::store::journal::Journal;
use crate::host::store::lease::Holder;
use crate::host::store::lock::{self, Lock};
use crate::host::store::segment::{self, Tail};
use crate::host::store::{PLAYBOOK, open, reserve, scan};

const MOVED: &str = "moved";
/// No path is longer.
const PATH_LIMIT: u64 = 16 * 1024;
/// What belongs to one place and is made anew in the other.
const LOCAL: [&str; 3] = [lock::NAME, "reserve", MOVED];

/// A session that was carried to another place.
#[derive(Debug)]
pub struct Carried {
    /// Where it is now.
    pub path: PathBuf,
    /// The new place is memory: gone with the next boot.
    pub volatile: bool,
    /// The old place says where it went.
    pub marked: bool,
    /// What beside journal and playbook could not be copied, and why.
    pub left_behind: Vec<StoreError>,
}

/// Where the session in `dir` went, if it did; empty if only that can be told. A session keeps its name when it goes,
/// so a place that does not end in it was not written to its end.
pub(super) fn moved_to(dir: &Dir) -> Result<Option<Untrusted>, StoreError> {
    let file = match dir.file(MOVED, Access::Read) {
        Err(error) if error.is_not_found() => return Ok(None),
        file => file?,
    };
    let bytes = file
        .read_range(0, PATH_LIMIT)
        .map_err(|source| StoreError::io("read", file.path(), source))?;
    let place = Path::new(OsStr::from_bytes(&bytes));
    let whole = place.is_absolute() && place.file_name() == dir.path().file_name();
    Ok(Some(Untrusted::new(if whole { &bytes } else { &b""[..] })))
}

/// Carries the session that `journal` writes to the sessions directory `to`.
pub(super) fn carry(
    disk: &Arc<dyn Disk>,
    to: &Path,
    journal: &mut Journal,
    (by, trust): (&Untrusted, Trust),
) -> Result<Carried, StoreError> {
    let old = journal.dir().clone();
    let base = Dir::base(&**disk, to, true, trust)?;
    let id = old.path().file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    if base.names()?.contains(&id) {
        return Err(StoreError::There { path: to.join(id) });
    }
    // No session has a name like this; one that is left over from an attempt that failed is used again.
    let making = format!(".{id}.moving");
    base.make(&making)?;
    let copy = base.sub(&making)?;
    copy_journal(&old, &copy, journal)?;
    let left_behind = copy_others(&old, &copy)?;
    copy.sync()?;
    base.rename(&making, &id)?;
    let place = match settle(&base, &id, journal, by) {
        Ok(place) => place,
        Err(error) => {
            // What is not the session must not look like it.
            base.rename(&id, &making).ok();
            return Err(error);
        }
    };
    let (path, volatile) = (place.dir.path().to_owned(), place.volatile);
    let marked = mark(&old, &path, &place.dir, journal).is_ok();
    reserve::keep(&place.dir);
    journal.go_to(place.dir, place.tail, place.highest, place.lock);
    Ok(Carried { path, volatile, marked, left_behind })
}

/// A copy that can be written.
struct Place {
    dir: Dir,
    tail: Tail,
    highest: u32,
    lock: Lock,
    volatile: bool,
}

/// Makes the copy's name durable and takes its lock.
fn settle(base: &Dir, id: &str, journal: &Journal, by: &Untrusted) -> Result<Place, StoreError> {
    base.sync()?;
    let dir = base.sub(id)?;
    let (tail, highest) = tail_of(&dir, journal)?;
    let holder = Holder { by: by.clone(), ..journal.who().clone() };
    let lock = Lock::take(&dir, holder)?
        .ok_or_else(|| StoreError::io("lock", dir.path(), io::ErrorKind::WouldBlock.into()))?;
    let volatile = dir.space()?.volatile;
    Ok(Place { dir, tail, highest, lock, volatile })
}

/// Segments and playbook: without these it is no session.
fn copy_journal(old: &Dir, copy: &Dir, journal: &Journal) -> Result<(), StoreError> {
    for number in segment::all(old)? {
        let end = (number == journal.tail().segment).then_some(journal.tail().end);
        copy_file(old, copy, &segment::name(number), end)?;
    }
    match copy_file(old, copy, PLAYBOOK, None) {
        Err(error) if error.is_not_found() => {}
        copied => copied?,
    }
    tail_of(copy, journal).map(drop)
}

/// The end of the copied journal, which must be the end of the pen's.
fn tail_of(copy: &Dir, journal: &Journal) -> Result<(Tail, u32), StoreError> {
    let scan = scan::all(copy, |_| {})?;
    let chain = scan.audit.chain().clone();
    let verdict = scan.audit.verdict();
    let bad = |why: &str| StoreError::BadCopy { path: copy.path().to_owned(), why: why.into() };
    if let Some(broken) = verdict.problem {
        return Err(bad(&broken.to_string()));
    }
    let last = verdict.last.ok_or_else(|| bad("it holds no entry"))?;
    if chain != *journal.chain() {
        return Err(bad("its chain ends elsewhere"));
    }
    let file = copy.file(&segment::name(last.segment), Access::Append)?;
    let highest = scan.segments.last().copied().unwrap_or(last.segment);
    let mut tail = Tail::behind(file, last);
    // What is behind the last entry was never saved; the next one goes to a segment of its own.
    tail.sound = verdict.torn.is_empty() && highest == last.segment;
    Ok((tail, highest))
}

/// Everything else, one folder deep. What cannot be copied stays, and is named.
fn copy_others(old: &Dir, copy: &Dir) -> Result<Vec<StoreError>, StoreError> {
    let mut left_behind = Vec::new();
    for name in old.names()? {
        let done = name == PLAYBOOK || segment::number(&name).is_some();
        if done || LOCAL.contains(&name.as_str()) || ask::is_passing(&name) {
            continue;
        }
        let copied = match old.sub(&name) {
            Ok(folder) => copy_folder(&folder, copy, &name),
            Err(_) => copy_file(old, copy, &name, None).map(|()| Vec::new()),
        };
        match copied {
            Ok(left) => left_behind.extend(left),
            Err(error) => left_behind.push(error),
        }
    }
    Ok(left_behind)
}

fn copy_folder(folder: &Dir, copy: &Dir, name: &str) -> Result<Vec<StoreError>, StoreError> {
    copy.make(name)?;
    let to = copy.sub(name)?;
    let names = folder.names()?;
    let left = names.iter().filter_map(|name| copy_file(folder, &to, name, None).err()).collect();
    to.sync()?;
    Ok(left)
}

/// A file up to `end`, on disk.
fn copy_file(from: &Dir, to: &Dir, name: &str, end: Option<u64>) -> Result<(), StoreError> {
    let source = from.file(name, Access::Read)?;
    match to.unlink(name) {
        Err(error) if error.is_not_found() => {}
        gone => gone?,
    }
    let mut copy = to.file(name, Access::New)?;
    let mut bytes = io::Read::take(source.reader(0), end.unwrap_or(u64::MAX));
    io::copy(&mut bytes, &mut copy)
        .and_then(|_| copy.sync())
        .map_err(|error| StoreError::io("copy to", copy.path(), error))
}

/// Leaves word in the old place, and looks whether it is there.
fn mark(old: &Dir, path: &Path, copy: &Dir, journal: &mut Journal) -> Result<(), StoreError> {
    let text = path.as_os_str().as_bytes();
    let put = || {
        // A file without the word would say less than none.
        old.put(MOVED, text).inspect_err(|_| drop(old.unlink(MOVED)))
    };
    let full = |error: &StoreError| error.is_disk();
    let left = match put() {
        Err(error) if full(&error) && reserve::release(old) => put(),
        left => left,
    };
    // The pen's own file is of no more use here. It has no blocks if the disk was full when the pen was taken.
    match left {
        Err(error) if full(&error) => match journal.leave_word(MOVED, text) {
            Err(error) if full(&error) => over_playbook(old, copy, text),
            left => left,
        },
        left => left,
    }?;
    old.sync()?;
    let there = moved_to(old)?.is_some_and(|place| place.bytes() == text);
    let lost =
        || StoreError::io("read back", &old.path().join(MOVED), io::ErrorKind::InvalidData.into());
    there.then_some(()).ok_or_else(lost)
}

/// Gives the blocks of the playbook to the word, once it is sure that the copy has the playbook.
fn over_playbook(old: &Dir, copy: &Dir, text: &[u8]) -> Result<(), StoreError> {
    let file = old.file(PLAYBOOK, Access::Patch)?;
    let problem = |source| StoreError::io("write over", file.path(), source);
    let bytes = open::playbook(old)?;
    if bytes != open::playbook(copy)? || bytes.len() < text.len() {
        return Err(problem(io::ErrorKind::StorageFull.into()));
    }
    let written = file.write_at(text, 0).and_then(|()| file.cut(text.len() as u64));
    written.and_then(|()| file.sync()).map_err(problem)?;
    old.replace(PLAYBOOK, MOVED)
}
