//! What hangs and what is waited for, counted over all who leave threads behind and all who wait in a look.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Threads that hang in the kernel.
const MOST_STUCK: usize = 8;
/// So long one look may wait for processes, for all of them together.
const A_LOOK: Duration = Duration::from_millis(100);

/// Counts the threads that were left behind, and for how long a look has waited, over all who leave some and wait.
#[derive(Clone, Default)]
pub(in crate::host::probe) struct Stuck(Arc<Shared>);

#[derive(Default)]
struct Shared {
    threads: AtomicUsize,
    waited_us: AtomicU64,
}

impl Stuck {
    /// No thread may be started now.
    pub(in crate::host::probe) fn is_full(&self) -> bool {
        self.count() >= MOST_STUCK
    }

    /// So many hang.
    pub(in crate::host::probe) fn count(&self) -> usize {
        self.0.threads.load(Ordering::Acquire)
    }

    /// One is left behind.
    pub(in crate::host::probe) fn add(&self) {
        self.0.threads.fetch_add(1, Ordering::AcqRel);
    }

    /// One that was left behind has ended.
    pub(in crate::host::probe) fn remove(&self) {
        self.0.threads.fetch_sub(1, Ordering::AcqRel);
    }

    /// A look begins, which has not waited yet.
    pub(in crate::host::probe) fn begin_look(&self) {
        self.0.waited_us.store(0, Ordering::Release);
    }

    /// For so long this look may still wait.
    pub(super) fn patience(&self) -> Duration {
        A_LOOK.saturating_sub(Duration::from_micros(self.0.waited_us.load(Ordering::Acquire)))
    }

    pub(super) fn has_waited(&self, since: Instant) {
        let us = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.0.waited_us.fetch_add(us, Ordering::AcqRel);
    }
}
