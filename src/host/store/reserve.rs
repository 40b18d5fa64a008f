//! Room on the disk that is kept for the journal.
//!
//! Invariant: only a journal that the disk refused for want of room gives it up, and only once until there is
//! room again. A session without a reserve is a session like any other.

use crate::host::store::dir::Dir;
use crate::host::store::disk::Access;

const NAME: &str = "reserve";
/// Some two thousand entries.
const BYTES: u64 = 1 << 20;
/// Nothing is set aside on a disk that has less.
const AMPLE: u64 = 64 << 20;

/// Sets the reserve aside if it is not there and the disk has enough. That it cannot be had is no trouble.
pub(super) fn keep(dir: &Dir) {
    if !dir.space().is_ok_and(|space| space.free >= AMPLE && !space.read_only) {
        return;
    }
    if let Ok(file) = dir.file(NAME, Access::Shared)
        && file.bytes().is_ok_and(|bytes| bytes < BYTES)
    {
        file.allocate(BYTES).ok();
    }
}

/// Gives it up; `false` if there is none.
pub(super) fn release(dir: &Dir) -> bool {
    dir.unlink(NAME).is_ok()
}
