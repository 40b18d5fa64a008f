//! The pen: appends entries, and says "saved" only when they are.
//!
//! Invariant: an [`Entry`] comes back from [`Journal::append`] only after one write of its whole line and a
//! successful `fdatasync`. After any failure the file ends where the last saved entry ends, or the
//! journal is closed for good.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};

use crate::domain::base::Moment;
use crate::domain::session::{Chain, Draft, Entry, Event, Stamp};
use crate::domain::untrusted::Untrusted;
use crate::host::store::error::JournalError;
use crate::host::store::lock::Lock;

/// The end of a file, as far as a journal needs it; tests bring disks that fail.
pub trait Tail: Send {
    /// Bytes in the file.
    fn bytes(&self) -> io::Result<u64>;
    /// Writes at the end, in one call; the bytes that the disk took.
    fn append(&mut self, bytes: &[u8]) -> io::Result<usize>;
    /// Returns when everything is on disk.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts the file off at `len`.
    fn cut(&mut self, len: u64) -> io::Result<()>;
}

impl Tail for File {
    fn bytes(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.write(bytes) {
                // A signal came before the first byte went out.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                written => return written,
            }
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn cut(&mut self, len: u64) -> io::Result<()> {
        self.set_len(len)
    }
}

/// A journal that can be written.
pub struct Journal {
    tail: Box<dyn Tail>,
    chain: Chain,
    /// Where the last saved entry ends.
    end: u64,
    boot: String,
    closed: bool,
    /// Held as long as the pen is; other openers become observers.
    lock: Option<Lock>,
}

impl Journal {
    /// Goes on after `chain`, whose last line ends at byte `end` of `tail`. `boot` is the id of this boot.
    #[must_use]
    pub fn onto(tail: Box<dyn Tail>, chain: Chain, end: u64, boot: &str) -> Self {
        Self { tail, chain, end, boot: boot.to_owned(), closed: false, lock: None }
    }

    pub(super) fn holding(mut self, lock: Lock) -> Self {
        self.lock = Some(lock);
        self
    }

    /// Writes one event down. The entry that comes back is on disk.
    pub fn append(
        &mut self,
        moment: Moment,
        by: &Untrusted,
        event: Event,
    ) -> Result<Entry, JournalError> {
        if self.closed {
            return Err(JournalError::Closed);
        }
        let boot = Stamp { id: self.boot.clone(), ms: moment.boot_ms };
        let line = self.chain.line(Draft { at: moment.at, boot, by: by.clone(), event })?;
        self.untouched()?;
        match self.tail.append(&line.bytes) {
            Ok(written) if written == line.bytes.len() => {}
            Ok(written) => {
                self.take_back();
                return Err(JournalError::Short { written, bytes: line.bytes.len() });
            }
            Err(error) => {
                self.take_back();
                return Err(JournalError::Refused(error));
            }
        }
        if let Err(error) = self.tail.sync() {
            // A second try would succeed without the bytes on disk; but a reader must not find them either.
            self.take_back();
            self.closed = true;
            return Err(JournalError::Sync(error));
        }
        self.end += line.bytes.len() as u64;
        self.chain.accept(&line)?;
        Ok(line.entry)
    }

    /// The end of the chain: what an anchor names.
    #[must_use]
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// An earlier failure closed it.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// The file ends where we left it. A lock that does not lock (a network file system) shows here.
    fn untouched(&mut self) -> Result<(), JournalError> {
        let found = self.tail.bytes().map_err(JournalError::Refused)?;
        if found == self.end {
            return Ok(());
        }
        self.closed = true;
        Err(JournalError::Foreign { expected: self.end, found })
    }

    /// Cuts off what is not saved; closes the journal if even that fails.
    fn take_back(&mut self) {
        if self.tail.cut(self.end).is_err() {
            self.closed = true;
        }
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal")
            .field("chain", &self.chain)
            .field("end", &self.end)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}
