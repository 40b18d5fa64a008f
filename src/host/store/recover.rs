//! The end of a journal, made fit to be written again.
//!
//! A line that was written and not acknowledged may stand in the kernel's memory and not on disk, and after a failed
//! `fdatasync` the kernel does not know that either. Only the last line can be one of those. So it is written once
//! more, the same bytes over themselves, before anything is added behind it; where that fails, or where something
//! cannot be cleared away behind it, a new segment begins with a copy of it.
//!
//! Invariant: no whole line is changed, and torn bytes are on disk in their new place before they leave the old one.
//! It may fail at any step and be done again.

use std::io;

use crate::domain::base::Digest;
use crate::domain::session::{Spot, Torn, Verdict, digest};
use crate::host::store::dir::{Dir, File};
use crate::host::store::disk::Access;
use crate::host::store::error::{JournalError, StoreError};
use crate::host::store::reserve;
use crate::host::store::segment::{self, Tail};

const TORN: &str = "torn";

/// Bytes that were never saved as an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// How many bytes.
    pub bytes: u64,
    /// Where they are now, below the session's directory.
    pub file: String,
}

/// A journal that may be written.
pub(super) struct Mended {
    /// Where it goes on.
    pub(super) tail: Tail,
    /// The highest number of a segment.
    pub(super) highest: u32,
    /// What had to be set aside.
    pub(super) recovered: Vec<Recovered>,
}

/// Sets torn bytes aside and makes sure of the last entry.
pub(super) fn mend(dir: &Dir, segments: &[u32], verdict: &Verdict) -> Result<Mended, StoreError> {
    let mut recovered = Vec::new();
    for torn in &verdict.torn {
        let kept = match set_aside(dir, *torn) {
            Err(error) if error.is_disk() && reserve::release(dir) => set_aside(dir, *torn),
            kept => kept,
        };
        recovered.push(kept?);
    }
    let highest = segments.last().copied().unwrap_or(1);
    let tail = match clear(dir, segments, verdict).and_then(|()| resume(dir, verdict)) {
        Ok(tail) => tail,
        Err(_) => anew(dir, highest.saturating_add(1), verdict)?,
    };
    Ok(Mended { highest: highest.max(tail.segment), tail, recovered })
}

/// Copies the bytes to a file of their own.
fn set_aside(dir: &Dir, torn: Torn) -> Result<Recovered, StoreError> {
    dir.make(TORN)?;
    let place = dir.sub(TORN)?;
    let numbers = place.names()?;
    let highest = numbers.iter().filter_map(|name| name.parse::<u64>().ok()).max();
    let name = (highest.unwrap_or(0) + 1).to_string();
    let from = dir.file(&segment::name(torn.segment), Access::Read)?;
    let mut to = place.file(&name, Access::New)?;
    let bytes = torn.to - torn.from;
    let copied = io::copy(&mut io::Read::take(from.reader(torn.from), bytes), &mut to);
    copied
        .and_then(|_| to.sync())
        .map_err(|source| StoreError::io("set the torn end aside of", from.path(), source))?;
    place.sync()?;
    dir.sync()?;
    Ok(Recovered { bytes, file: format!("{TORN}/{name}") })
}

/// Takes away what is set aside. What stands behind the last entry must be gone for good, or it could come back
/// between entries that are added later; what stands before is out of the way by itself. Afterwards the names of all
/// segments are on disk, whoever was killed before they were.
fn clear(dir: &Dir, segments: &[u32], verdict: &Verdict) -> Result<(), StoreError> {
    let last = verdict.last.map_or(1, |last| last.segment);
    for torn in &verdict.torn {
        let name = segment::name(torn.segment);
        let file = dir.file(&name, Access::Append)?;
        let cut = file.cut(torn.from).and_then(|()| file.sync());
        if torn.segment >= last {
            cut.map_err(|source| StoreError::io("cut the torn end off", file.path(), source))?;
        }
    }
    for behind in segments.iter().filter(|number| **number > last) {
        dir.unlink(&segment::name(*behind))?;
    }
    dir.sync()
}

/// Makes sure of the last entry where it is. What was read is closed by now, so the file that will be written is looked
/// at: its last line is the one that was read.
fn resume(dir: &Dir, verdict: &Verdict) -> Result<Tail, StoreError> {
    let Some(last) = verdict.last else {
        let begin = Spot { segment: 1, from: 0, to: 0 };
        return Ok(Tail::behind(dir.file(&segment::name(1), Access::Append)?, begin));
    };
    let name = segment::name(last.segment);
    let patch = dir.file(&name, Access::Patch)?;
    let problem =
        |source| StoreError::io("make sure of the last entry of", &dir.path().join(&name), source);
    line(&patch, last, verdict.head)
        .and_then(|line| patch.write_at(&line, last.from).and_then(|()| patch.sync()))
        .map_err(problem)?;
    let file = dir.file(&name, Access::Append)?;
    line(&file, last, verdict.head).map_err(problem)?;
    Ok(Tail::behind(file, last))
}

/// Begins a segment with a copy of the last entry.
pub(super) fn anew(dir: &Dir, number: u32, verdict: &Verdict) -> Result<Tail, StoreError> {
    let mut tail = Tail::new(dir, number)?;
    if let Some(last) = verdict.last {
        let path = dir.path().join(segment::name(number));
        let problem = |source| StoreError::io("go on in the new segment", &path, source);
        let file = dir.file(&segment::name(last.segment), Access::Read)?;
        let line = line(&file, last, verdict.head).map_err(problem)?;
        tail.write(dir, &line).map_err(|error| match error {
            JournalError::Unnamed(error) | JournalError::Segment(error) => error,
            JournalError::Refused(source) | JournalError::Sync(source) => problem(source),
            JournalError::Short { .. } => problem(io::ErrorKind::StorageFull.into()),
            JournalError::Line(_)
            | JournalError::Foreign { .. }
            | JournalError::Patience
            | JournalError::Taken
            | JournalError::Closed => problem(io::ErrorKind::InvalidData.into()),
        })?;
    }
    Ok(tail)
}

/// The bytes of a line with this digest.
fn line(file: &File, spot: Spot, head: Digest) -> io::Result<Vec<u8>> {
    let line = file.read_range(spot.from, spot.to - spot.from)?;
    if digest(&line) == head {
        Ok(line)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidData, "it is not the line that was read"))
    }
}
