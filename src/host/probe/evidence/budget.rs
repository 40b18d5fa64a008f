//! How many processes may be read a minute.

use crate::domain::base::Moment;

/// Two a second, and a minute's worth of half of that at once.
const FILES: Rate = Rate { each_ms: 500, most: 60 };
/// Programs and memory: six in the first minute, then one in ten seconds.
const MEMORY: Rate = Rate { each_ms: 10_000, most: 6 };

#[derive(Clone, Copy, Debug)]
struct Rate {
    each_ms: u64,
    most: u64,
}

/// What may be spent.
#[derive(Debug, Default)]
pub(super) struct Budget {
    files: Spent,
    memory: Spent,
}

/// When all would have been earned that was spent, on the clock of the looks.
#[derive(Debug, Default)]
struct Spent(u64);

impl Budget {
    /// Files of one more process may be read.
    pub(super) fn files(&mut self, now: Moment) -> bool {
        self.files.one(FILES, now)
    }

    /// They may.
    pub(super) fn has_files(&self, now: Moment) -> bool {
        self.files.has(FILES, now)
    }

    /// It may.
    pub(super) fn has_memory(&self, now: Moment) -> bool {
        self.memory.has(MEMORY, now)
    }

    /// One more memory may be read.
    pub(super) fn memory(&mut self, now: Moment) -> bool {
        self.memory.one(MEMORY, now)
    }
}

impl Spent {
    fn one(&mut self, rate: Rate, now: Moment) -> bool {
        let may = self.has(rate, now);
        if may {
            self.0 = self.0.max(now.boot_ms) + rate.each_ms;
        }
        may
    }

    fn has(&self, rate: Rate, now: Moment) -> bool {
        self.0.saturating_sub(now.boot_ms) + rate.each_ms <= rate.each_ms * rate.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::base::Timestamp;

    fn at(boot_ms: u64) -> Moment {
        Moment { at: Timestamp::UNIX_EPOCH, boot_ms }
    }

    #[test]
    fn some_are_read_at_once_and_the_rest_at_the_pace_of_the_clock() {
        let mut budget = Budget::default();
        assert_eq!((0..100).filter(|_| budget.memory(at(5_000))).count(), 6);
        assert!(!budget.memory(at(14_999)));
        assert!(budget.memory(at(15_001)));
        assert!(!budget.memory(at(15_002)));
        assert_eq!((0..100).filter(|_| budget.memory(at(10_000_000))).count(), 6);
        assert_eq!((0..100).filter(|_| budget.files(at(5_000))).count(), 60);
    }
}
