//! Taking the pen from a process that does not give it: it hangs, it was stopped, or its responder is away.
//!
//! The old holder may be anywhere in its code, even between asking whether the pen is its own and writing, and may go
//! on from there in an hour. So nothing that it could be writing is used again, and nothing is changed or cut here:
//!
//! 1. another file, locked before, gets the name `lock`. From here on the old holder calls nothing saved;
//! 2. the journal is read to its end, and then the new lock is looked at: if it has lost its name already, somebody
//!    else did the same;
//! 3. the next segment is made, with a copy of the last entry. Making is exclusive, so neither the old holder nor
//!    anybody else who takes the pen can make the same one.
//!
//! Invariant: an entry that the old holder called saved is found in step 2, because it looks at its lock after the entry
//! is on disk. A line that it still writes stands behind the end of its segment and does not count. If the taker dies
//! in between, the lock still says so, and the next one does the same instead of going on in the old segment.

use std::io;

use crate::host::store::dir::Dir;
use crate::host::store::error::StoreError;
use crate::host::store::journal::Journal;
use crate::host::store::lease::Holder;
use crate::host::store::lock::Lock;
use crate::host::store::open::{self, Asked, Hand, Loaded, Opened};
use crate::host::store::segment::Tail;
use crate::host::store::{carry, recover, reserve};

/// The old holder can make one segment while this is done; more attempts mean that something else is wrong.
const TRIES: usize = 4;

/// Opens a session with the pen, whoever has it.
pub(super) fn force(dir: Dir, it: Asked<'_>, holder: Holder) -> Result<Opened, StoreError> {
    if let Some(place) = carry::moved_to(&dir)? {
        return Err(StoreError::Moved(place));
    }
    // A journal to which nobody may add is not worth taking the pen away for.
    let loaded = open::load(&dir, it.most)?;
    if let Some(broken) = loaded.verdict.problem.clone() {
        return open::finish(dir, it.id, loaded, Hand::ReadOnly(broken));
    }
    let lock = Lock::force(&dir, holder)?;
    finish(dir, it, lock)
}

/// Goes on in a segment of its own.
pub(super) fn finish(dir: Dir, it: Asked<'_>, mut lock: Lock) -> Result<Opened, StoreError> {
    for _ in 0..TRIES {
        let loaded = open::load(&dir, it.most)?;
        if let Some(broken) = loaded.verdict.problem.clone() {
            return open::finish(dir, it.id, loaded, Hand::ReadOnly(broken));
        }
        if !lock.is_ours().map_err(|source| StoreError::io("look at", dir.path(), source))? {
            return open::observe(dir, it);
        }
        match tail(&dir, &loaded) {
            Ok(tail) => {
                lock.is_settled();
                let (segment, boot) = (tail.segment, lock.who().boot.plain(64));
                let chain = loaded.chain.clone();
                let journal = Journal::onto(dir.clone(), tail, segment, chain, &boot, lock);
                return open::finish(dir, it.id, loaded, Hand::Pen(journal));
            }
            // Somebody made this segment just now: then it is read too.
            Err(error) if error.is_taken_name() || (error.is_disk() && reserve::release(&dir)) => {}
            Err(error) => return Err(error),
        }
    }
    let source = io::Error::from(io::ErrorKind::WouldBlock);
    Err(StoreError::io("find the end of the journal in", dir.path(), source))
}

fn tail(dir: &Dir, loaded: &Loaded) -> Result<Tail, StoreError> {
    let highest = loaded.segments.last().copied().unwrap_or(1);
    recover::anew(dir, highest.saturating_add(1), &loaded.verdict)
}
