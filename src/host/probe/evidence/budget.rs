//! How many processes may be read a minute.

use super::desk::Part;
use crate::domain::base::Moment;

/// Two a second, and a minute's worth of half of that at once.
const FILES: Rate = Rate { each_ms: 500, most: 60 };
/// Most processes run a program that was hashed for another one already.
const PROGRAM: Rate = Rate { each_ms: 50, most: 240 };
/// Texts of programs and memory: six in the first minute, then one in ten seconds.
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
    program: Spent,
    memory: Spent,
}

/// When all would have been earned that was spent, on the clock of the looks.
#[derive(Debug, Default)]
struct Spent(u64);

impl Budget {
    /// This may be read of one more process.
    pub(super) fn has(&self, part: Part, now: Moment) -> bool {
        let (rate, spent) = match part {
            Part::Files => (FILES, &self.files),
            Part::Program => (PROGRAM, &self.program),
            Part::Memory => (MEMORY, &self.memory),
        };
        spent.0.saturating_sub(now.boot_ms) + rate.each_ms <= rate.each_ms * rate.most
    }

    /// Half of what may be read at once was.
    pub(super) fn is_scarce(&self, part: Part, now: Moment) -> bool {
        let (rate, spent) = match part {
            Part::Files => (FILES, &self.files),
            Part::Program => (PROGRAM, &self.program),
            Part::Memory => (MEMORY, &self.memory),
        };
        spent.0.saturating_sub(now.boot_ms) + rate.each_ms > rate.each_ms * rate.most / 2
    }

    /// This is read of one more process.
    pub(super) fn spend(&mut self, part: Part, now: Moment) {
        let (rate, spent) = match part {
            Part::Files => (FILES, &mut self.files),
            Part::Program => (PROGRAM, &mut self.program),
            Part::Memory => (MEMORY, &mut self.memory),
        };
        spent.0 = spent.0.max(now.boot_ms) + rate.each_ms;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::base::Timestamp;

    fn may(budget: &mut Budget, part: Part, boot_ms: u64) -> bool {
        let now = Moment { at: Timestamp::UNIX_EPOCH, boot_ms };
        let may = budget.has(part, now);
        if may {
            budget.spend(part, now);
        }
        may
    }

    #[test]
    fn some_are_read_at_once_and_the_rest_at_the_pace_of_the_clock() {
        let mut budget = Budget::default();
        let mut count = |part, at| (0..1_000).filter(|_| may(&mut budget, part, at)).count();
        assert_eq!(count(Part::Memory, 5_000), 6);
        assert_eq!(count(Part::Memory, 14_999), 0);
        assert_eq!(count(Part::Memory, 15_001), 1);
        assert_eq!(count(Part::Memory, 10_000_000), 6);
        assert_eq!(count(Part::Files, 5_000), 60);
        assert_eq!(count(Part::Program, 5_000), 240);
        assert_eq!(count(Part::Program, 6_000), 20);
    }
}
