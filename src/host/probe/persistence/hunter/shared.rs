//! What the thread that hunts and whoever looks hold together.
//!
//! Invariant: neither lock is held for longer than a value is put there or taken. Nothing is compared and nothing is
//! dropped meanwhile, and a look waits for neither.

use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Instant;

use crate::domain::facts::{Persistence, Unread};

/// What the thread has brought.
#[derive(Default)]
pub(super) struct Slot {
    pub(super) found: Arc<Persistence>,
    pub(super) unread: Vec<Unread>,
}

/// What both sides hold.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) slot: Mutex<Arc<Slot>>,
    /// Since when the thread digs.
    pub(super) digs: Mutex<Option<Instant>>,
}

/// What is there, unless the thread is just about to change it: it may have a low priority, so nobody waits for it.
pub(super) fn newest<T: Clone>(shared: &Mutex<T>) -> Option<T> {
    match shared.try_lock() {
        Ok(it) => Some(T::clone(&it)),
        Err(TryLockError::Poisoned(it)) => Some(T::clone(&it.into_inner())),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// Puts it there; what was there before is dropped when nobody can wait for that any more.
pub(super) fn put<T>(shared: &Mutex<T>, it: T) {
    let before = std::mem::replace(&mut *shared.lock().unwrap_or_else(PoisonError::into_inner), it);
    drop(before);
}
