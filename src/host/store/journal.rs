//! The pen: appends entries, and says "saved" only when they are.
//!
//! Invariant: an [`Entry`] comes back from [`Journal::append`] only after one write of its whole line and a
//! successful `fdatasync` of the file it stands in, whose name is on disk too. After a failure the segment ends
//! where the last saved entry ends, or is never written again: the entry then goes to a new segment, whose first
//! line says where the one before it ends. A failed `fdatasync` is never tried again on the same file. Nothing is
//! called saved by a pen that was taken by force, however long its process slept in the middle of a write.

mod patience;

use std::fmt;
use std::time::Instant;

use crate::domain::base::Moment;
use crate::domain::session::{Chain, Draft, Entry, Event, Line, Stamp};
use crate::domain::untrusted::Untrusted;
use crate::host::store::dir::Dir;
use crate::host::store::disk::Space;
use crate::host::store::error::{JournalError, StoreError};
use crate::host::store::journal::patience::Patience;
use crate::host::store::lease::Holder;
use crate::host::store::lock::{Fence, Lock};
use crate::host::store::record::Recorder;
use crate::host::store::reserve;
use crate::host::store::segment::Tail;

/// Times that one entry is tried: as it is, after a signal, with the reserve given up, in a new segment.
const WAYS: u32 = 4;

/// A journal that can be written.
pub struct Journal {
    dir: Dir,
    tail: Tail,
    chain: Chain,
    /// The highest number that a segment has had.
    highest: u32,
    /// How soon another segment may begin.
    patience: Patience,
    boot: String,
    closed: bool,
    /// Somebody took the pen by force.
    taken: bool,
    /// Held as long as the pen is; other openers become observers.
    lock: Lock,
    /// What others look at instead of the lock.
    fence: Fence,
}

impl Journal {
    /// Goes on after `chain`, whose last line is the end of `tail`. `boot` is the id of this boot.
    pub(super) fn onto(
        dir: Dir,
        tail: Tail,
        highest: u32,
        chain: Chain,
        boot: &str,
        lock: Lock,
    ) -> Self {
        let highest = highest.max(tail.segment);
        let (boot, fence) = (boot.to_owned(), lock.fence());
        let patience = Patience::default();
        Self { dir, tail, chain, highest, patience, boot, closed: false, taken: false, lock, fence }
    }

    /// Writes one event down. The entry that comes back is on disk.
    pub fn append(
        &mut self,
        moment: Moment,
        by: &Untrusted,
        event: Event,
    ) -> Result<Entry, JournalError> {
        if self.taken {
            return Err(JournalError::Taken);
        }
        if self.closed {
            return Err(JournalError::Closed);
        }
        let boot = Stamp { id: self.boot.clone(), ms: moment.boot_ms };
        let line = self.chain.line(Draft { at: moment.at, boot, by: by.clone(), event })?;
        let mut ways = 1;
        while let Err(error) = self.try_to(&line) {
            self.taken = matches!(error, JournalError::Taken);
            self.closed = self.taken || matches!(error, JournalError::Foreign { .. });
            let roomier = error.is_full() && reserve::release(&self.dir);
            // An `EIO` is told once by most kernels; elsewhere on the disk it may go better.
            let elsewhere = !self.closed && !self.tail.sound;
            if ways == WAYS || !(roomier || elsewhere || error.is_interruption()) {
                return Err(error);
            }
            ways += 1;
        }
        self.chain.accept(&line)?;
        self.patience.saved();
        Ok(line.entry)
    }

    /// The end of the chain: what an anchor names.
    #[must_use]
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Somebody else wrote to it, so nothing more is written here.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// Tells whoever watches that the pen is in working hands.
    pub fn beat(&self, now: Moment) {
        self.lock.beat(now);
    }

    /// Tells from elsewhere whether the pen is still here.
    #[must_use]
    pub fn fence(&self) -> Fence {
        self.fence.clone()
    }

    /// What is left on its disk.
    pub fn space(&self) -> Result<Space, StoreError> {
        self.dir.space()
    }

    /// Begins to record beside it.
    pub fn record(&self) -> Result<Recorder, StoreError> {
        Recorder::start(&self.dir)
    }

    /// Sets the reserve aside again, when there is room for it.
    pub fn refill(&self) {
        reserve::keep(&self.dir);
    }

    pub(super) const fn dir(&self) -> &Dir {
        &self.dir
    }

    pub(super) const fn tail(&self) -> &Tail {
        &self.tail
    }

    /// Goes on in another place, where the same chain ends in `tail`.
    pub(super) fn go_to(&mut self, dir: Dir, tail: Tail, highest: u32, lock: Lock) {
        self.fence.goes_to(&lock);
        (self.dir, self.tail, self.highest, self.lock) = (dir, tail, highest, lock);
    }

    /// Leaves `text` under this name in the place that the journal goes away from, instead of its lock's file.
    pub(super) fn leave_word(&mut self, name: &str, text: &[u8]) -> Result<(), StoreError> {
        self.lock.leave_word(&self.dir, name, text)
    }

    pub(super) const fn who(&self) -> &Holder {
        self.lock.who()
    }

    /// Writes the line where the journal ends, or in a new segment if nothing may be written there.
    fn try_to(&mut self, line: &Line) -> Result<(), JournalError> {
        match self.lock.is_ours() {
            Ok(true) => {}
            Ok(false) => return Err(JournalError::Taken),
            Err(error) => return Err(JournalError::Refused(error)),
        }
        if !self.tail.sound {
            if !self.patience.allows(Instant::now()) {
                return Err(JournalError::Patience);
            }
            // A number is not used twice: what a failed segment holds is not known.
            let next = self.highest.saturating_add(1);
            self.tail = match Tail::new(&self.dir, next) {
                // An attempt of ours that failed half-way; or whoever took the pen made it, which the lock says then.
                Err(error) if error.is_taken_name() => {
                    self.highest = next;
                    return Err(JournalError::Segment(error));
                }
                made => made.map_err(JournalError::Segment)?,
            };
            self.highest = next;
            self.patience.began(Instant::now());
        }
        self.tail.write(&self.dir, &line.bytes)?;
        // Who takes the pen by force reads the journal after the lock has lost its name. So a line that is there
        // while the name still is, is found; any other may be behind the end, and does not count.
        match self.lock.is_ours() {
            Ok(true) => Ok(()),
            Ok(false) => Err(JournalError::Taken),
            Err(error) => {
                self.tail.disown(&line.bytes);
                Err(JournalError::Sync(error))
            }
        }
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal")
            .field("chain", &self.chain)
            .field("tail", &self.tail)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}
