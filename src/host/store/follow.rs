//! An observer's way to read along: new whole lines since the last look.
//!
//! Absent on purpose: waiting. Who calls [`Follower::poll`], and when, is not decided here.

use std::io;

use crate::domain::session::{Break, Chain, Checked, Entry, LINE_LIMIT, Spot};
use crate::host::store::dir::{Dir, File};
use crate::host::store::disk::Access;
use crate::host::store::error::StoreError;
use crate::host::store::{scan, segment};

const CHUNK: usize = 64 * 1024;

/// Reads a journal that somebody else writes.
#[derive(Debug)]
pub struct Follower {
    dir: Dir,
    file: File,
    segment: u32,
    chain: Chain,
    /// Where the last line that was told ends in its segment.
    end: u64,
}

/// Why an observer cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The journal cannot be read.
    #[error("cannot read the journal: {0}")]
    Io(#[from] io::Error),
    /// A further segment cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A line does not hold.
    #[error("the journal is broken: {0}")]
    Broken(#[from] Break),
    /// A line that was told is gone: its writer could not save it. Open the session again.
    #[error("the journal became shorter: {found} bytes, {told} were told")]
    Shorter {
        /// Bytes that were told.
        told: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// A line that was told was not saved, and another entry stands in its place in the next segment. Open the
    /// session again.
    #[error("entry {0} was not saved as it was told")]
    Withdrawn(u64),
}

impl Follower {
    /// Reads on behind the last line that is known.
    pub(super) fn new(dir: Dir, chain: Chain, last: Option<Spot>) -> Result<Self, StoreError> {
        let (segment, end) = last.map_or((1, 0), |last| (last.segment, last.to));
        let file = dir.file(&segment::name(segment), Access::Read)?;
        Ok(Self { dir, file, segment, chain, end })
    }

    /// Entries since the last look. A line that is still being written waits for the next one.
    pub fn poll(&mut self) -> Result<Vec<Entry>, FollowError> {
        let mut entries = Vec::new();
        loop {
            // The order matters: what is added to this segment while the next one begins is still read.
            let next = self.next()?;
            match self.rest(&mut entries) {
                // What holds is told first; the next look meets the trouble again.
                Err(_) if !entries.is_empty() => return Ok(entries),
                Err(trouble) => return Err(trouble),
                Ok(()) => {}
            }
            let Some((segment, file, first)) = next else { return Ok(entries) };
            if first.head() == self.chain.head() {
                // A copy of the line that was told last.
                self.end = first.bytes();
            } else if self.chain.is_continued_by(first.start()) {
                self.end = 0;
            } else if entries.is_empty() {
                return Err(FollowError::Withdrawn(self.chain.seq()));
            } else {
                return Ok(entries);
            }
            (self.segment, self.file) = (segment, file);
        }
    }

    /// The end of the chain as far as it was told.
    #[must_use]
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The next segment whose first line is whole, and that line.
    fn next(&self) -> Result<Option<(u32, File, Checked)>, FollowError> {
        // Nearly always there is none, or it has the next number; a long row of them is not listed at each step.
        let following = self.segment.saturating_add(1);
        match self.dir.file(&segment::name(following), Access::Read) {
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
            Ok(file) => {
                if let Some(first) = scan::first_line(&file)? {
                    return Ok(Some((following, file, first)));
                }
            }
        }
        for number in segment::all(&self.dir)?.into_iter().filter(|it| *it > self.segment) {
            let file = self.dir.file(&segment::name(number), Access::Read)?;
            if let Some(first) = scan::first_line(&file)? {
                return Ok(Some((number, file, first)));
            }
        }
        Ok(None)
    }

    /// Reads this segment to its end.
    fn rest(&mut self, entries: &mut Vec<Entry>) -> Result<(), FollowError> {
        let found = self.file.bytes()?;
        if found < self.end {
            return Err(FollowError::Shorter { told: self.end, found });
        }
        let mut unread = Vec::new();
        while self.fill(&mut unread)? {
            let mut told = 0;
            for line in unread.split_inclusive(|byte| *byte == b'\n') {
                if line.last() != Some(&b'\n') && line.len() <= LINE_LIMIT {
                    break;
                }
                entries.push(self.take(line)?);
                told += line.len();
            }
            unread.drain(..told);
        }
        Ok(())
    }

    /// Reads on after what is there already; `false` at the end of the file.
    fn fill(&self, unread: &mut Vec<u8>) -> io::Result<bool> {
        let have = unread.len();
        unread.resize(have + CHUNK, 0);
        let fresh = unread.get_mut(have..).unwrap_or_default();
        let read = self.file.read_at(fresh, self.end + have as u64)?;
        unread.truncate(have + read);
        Ok(read > 0)
    }

    fn take(&mut self, line: &[u8]) -> Result<Entry, Break> {
        let (segment, number, offset) = (self.segment, self.chain.seq() + 1, self.end);
        let broken = |problem| Break { segment, line: number, offset, problem };
        let entry = self.chain.next(line).map_err(broken)?;
        self.end += line.len() as u64;
        Ok(entry)
    }
}
