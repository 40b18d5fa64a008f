//! How a thread gets on that reads what may lie where nobody answers: since when it is at one thing.
//!
//! Invariant: whoever asks takes no lock, since the thread has the lowest priority.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// One thing may take so long, on a machine that is busy with others.
const PATIENCE: Duration = Duration::from_mins(1);

/// Since when a thread is at one thing.
pub(super) struct Shift {
    beginning: Instant,
    /// Milliseconds from the beginning, one at least; 0 while it rests.
    since: AtomicU64,
}

impl Default for Shift {
    fn default() -> Self {
        Self { beginning: Instant::now(), since: AtomicU64::new(0) }
    }
}

impl Shift {
    /// Does one thing.
    pub(super) fn at_work<T>(&self, work: impl FnOnce() -> T) -> T {
        self.since.store(self.now().max(1), Ordering::Release);
        let done = work();
        self.since.store(0, Ordering::Release);
        done
    }

    /// It has been at the same thing for too long.
    pub(super) fn is_late(&self) -> bool {
        self.is_late_by(PATIENCE)
    }

    fn is_late_by(&self, patience: Duration) -> bool {
        let since = self.since.load(Ordering::Acquire);
        let far = Duration::from_millis(self.now().saturating_sub(since));
        since > 0 && far > patience
    }

    fn now(&self) -> u64 {
        u64::try_from(self.beginning.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_at_one_thing_for_too_long_is_late_and_who_rests_is_not() {
        let (shift, patience) = (Shift::default(), Duration::from_millis(5));
        shift.at_work(|| {
            assert!(!shift.is_late_by(Duration::from_mins(1)));
            std::thread::sleep(Duration::from_millis(30));
            assert!(shift.is_late_by(patience));
        });
        std::thread::sleep(Duration::from_millis(30));
        assert!(!shift.is_late_by(patience));
    }
}
