//! An observer's way to read along: new whole lines since the last look.
//!
//! Absent on purpose: waiting. Who calls [`Follower::poll`], and when, is not decided here.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::domain::session::{Break, Chain, Entry, LINE_LIMIT};

const CHUNK: usize = 64 * 1024;

/// Reads a journal that somebody else writes.
#[derive(Debug)]
pub struct Follower {
    file: File,
    chain: Chain,
    /// Where the last line that was told ends.
    end: u64,
}

/// Why an observer cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The journal cannot be read.
    #[error("cannot read the journal: {0}")]
    Io(#[from] io::Error),
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
}

impl Follower {
    pub(super) const fn new(file: File, chain: Chain, end: u64) -> Self {
        Self { file, chain, end }
    }

    /// Entries since the last look. A line that is still being written waits for the next one.
    pub fn poll(&mut self) -> Result<Vec<Entry>, FollowError> {
        let found = self.file.metadata()?.len();
        if found < self.end {
            return Err(FollowError::Shorter { told: self.end, found });
        }
        let mut entries = Vec::new();
        let mut unread = Vec::new();
        while self.fill(&mut unread)? {
            let mut told = 0;
            for line in unread.split_inclusive(|byte| *byte == b'\n') {
                if line.last() != Some(&b'\n') && line.len() <= LINE_LIMIT {
                    break;
                }
                match self.take(line) {
                    Ok(entry) => entries.push(entry),
                    // What holds is told first; the next look meets the break again.
                    Err(_) if !entries.is_empty() => return Ok(entries),
                    Err(broken) => return Err(broken.into()),
                }
                told += line.len();
            }
            unread.drain(..told);
        }
        Ok(entries)
    }

    /// The end of the chain as far as it was told.
    #[must_use]
    pub const fn chain(&self) -> &Chain {
        &self.chain
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
        let (number, offset) = (self.chain.seq() + 1, self.end);
        let entry =
            self.chain.next(line).map_err(|problem| Break { line: number, offset, problem })?;
        self.end += line.len() as u64;
        Ok(entry)
    }
}
