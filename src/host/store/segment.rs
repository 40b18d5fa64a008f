//! The segments of a journal: their names, and the one that is written.
//!
//! Invariant: a tail that is not sound is never written again. After a write that failed the segment ends, on
//! disk, where the last saved entry ends; where that cannot be had, the tail is not sound any more.

use crate::domain::session::Spot;
use crate::host::store::dir::{Dir, File};
use crate::host::store::disk::Access;
use crate::host::store::error::{JournalError, StoreError};

const FIRST: &str = "journal.jsonl";

/// The name of a segment's file.
pub(super) fn name(segment: u32) -> String {
    if segment <= 1 { FIRST.to_owned() } else { format!("journal-{segment:04}.jsonl") }
}

/// The segment whose file has this name.
pub(super) fn number(file: &str) -> Option<u32> {
    let digits = file.strip_prefix("journal-").and_then(|rest| rest.strip_suffix(".jsonl"));
    let segment = digits.map_or_else(|| (file == FIRST).then_some(1), |it| it.parse().ok())?;
    (name(segment) == file).then_some(segment)
}

/// The segments that are there, in order.
pub(super) fn all(dir: &Dir) -> Result<Vec<u32>, StoreError> {
    let mut segments: Vec<u32> = dir.names()?.iter().filter_map(|name| number(name)).collect();
    segments.sort_unstable();
    Ok(segments)
}

/// The segment that is written.
#[derive(Debug)]
pub(super) struct Tail {
    file: File,
    /// Its number.
    pub(super) segment: u32,
    /// Where the last saved entry ends.
    pub(super) end: u64,
    /// Its name may not be on disk yet.
    unnamed: bool,
    /// It may be written.
    pub(super) sound: bool,
}

impl Tail {
    /// Goes on behind the last entry of a segment whose name is on disk.
    pub(super) const fn behind(file: File, last: Spot) -> Self {
        Self { file, segment: last.segment, end: last.to, unnamed: false, sound: true }
    }

    /// A new segment, empty; its name is durable with the first entry.
    pub(super) fn new(dir: &Dir, segment: u32) -> Result<Self, StoreError> {
        let file = dir.file(&name(segment), Access::New)?;
        Ok(Self { file, segment, end: 0, unnamed: true, sound: true })
    }

    /// Writes a line and returns when it is on disk, with its name.
    pub(super) fn write(&mut self, dir: &Dir, line: &[u8]) -> Result<(), JournalError> {
        self.untouched()?;
        let bytes = line.len();
        match self.file.append(line) {
            Ok(written) if written == bytes => {}
            Ok(written) => {
                self.take_back();
                return Err(JournalError::Short { written, bytes });
            }
            Err(error) => {
                self.take_back();
                return Err(JournalError::Refused(error));
            }
        }
        let named = |it: &Self| if it.unnamed { dir.sync() } else { Ok(()) };
        let kept = self.file.sync().map_err(JournalError::Sync);
        if let Err(error) = kept.and_then(|()| named(self).map_err(JournalError::Unnamed)) {
            self.sound = false;
            // A reader must not find what was not saved. That it stays away is not sure: the next segment says so.
            self.file.cut(self.end).ok();
            return Err(error);
        }
        self.unnamed = false;
        self.end += bytes as u64;
        // Gone for sure; a question that the disk does not answer says nothing against what it has just synced.
        if matches!(self.file.bytes_to_find(), Ok(0)) {
            return Err(JournalError::Foreign { expected: self.end, found: 0 });
        }
        Ok(())
    }

    /// Takes the line that was written last back: it is not known whose journal this was when it got there.
    pub(super) fn disown(&mut self, line: &[u8]) {
        self.end = self.end.saturating_sub(line.len() as u64);
        self.sound = false;
        self.file.cut(self.end).ok();
    }

    /// The file is where it was and ends where we left it. A lock that does not lock (a network file system) shows here,
    /// and a file that somebody took away: what is in one without a name is gone with this program.
    fn untouched(&self) -> Result<(), JournalError> {
        let found = self.file.bytes_to_find().map_err(JournalError::Refused)?;
        if found == self.end {
            Ok(())
        } else {
            Err(JournalError::Foreign { expected: self.end, found })
        }
    }

    /// Cuts off what is not saved, and has the disk forget it: two lines that were not saved must not meet there.
    fn take_back(&mut self) {
        self.sound = self.file.cut(self.end).and_then(|()| self.file.sync()).is_ok();
    }
}
