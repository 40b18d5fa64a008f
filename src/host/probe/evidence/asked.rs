//! Of whom it is being asked whether a package brought their program: until then nobody is accused of what such an answer
//! would take back.
//!
//! Invariant: of each process this is waited for once, and no longer than [`BOUND_MS`]: who becomes one program after the
//! other wins no time by it.

use std::collections::{BTreeSet, HashMap};

use crate::domain::base::ProcessId;

/// After so long nobody waits for the answer any more.
pub(super) const BOUND_MS: u64 = 10_000;
/// Of more than these it is not told that they wait.
const MOST: usize = 1024;

/// Those that are being asked about.
#[derive(Debug, Default)]
pub(super) struct Asked {
    since: HashMap<ProcessId, u64>,
    open: BTreeSet<ProcessId>,
}

impl Asked {
    /// It is asked from now on, unless it has been for too long already.
    pub(super) fn begin(&mut self, id: ProcessId, now_ms: u64) {
        let since = *self.since.entry(id).or_insert(now_ms);
        if now_ms.saturating_sub(since) < BOUND_MS && self.open.len() < MOST {
            self.open.insert(id);
        }
    }

    /// There is an answer, or nobody needs one.
    pub(super) fn end(&mut self, id: ProcessId) {
        self.open.remove(&id);
    }

    /// There will be no answers.
    pub(super) fn end_all(&mut self) {
        self.open.clear();
    }

    /// Forgets who ended, and whom it was asked about for too long.
    pub(super) fn forget(&mut self, now_ms: u64, lives: impl Fn(&ProcessId) -> bool) {
        let since = &self.since;
        let waits = |it: &ProcessId| {
            since.get(it).is_some_and(|since| now_ms.saturating_sub(*since) < BOUND_MS)
        };
        self.open.retain(|it| waits(it) && lives(it));
        self.since.retain(|it, _| lives(it));
    }

    /// All who wait for an answer.
    pub(super) const fn open(&self) -> &BTreeSet<ProcessId> {
        &self.open
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::base::Pid;

    const fn id(pid: u32) -> ProcessId {
        ProcessId { pid: Pid(pid), start: 1, inode: 0 }
    }

    #[test]
    fn nobody_waits_longer_than_the_bound_however_often_it_is_asked() {
        let mut asked = Asked::default();
        for now in (0..30_000).step_by(500) {
            asked.begin(id(7), now);
            asked.forget(now, |_| true);
            assert_eq!(asked.open().contains(&id(7)), now < BOUND_MS, "{now}");
        }
    }

    #[test]
    fn who_was_answered_or_ended_waits_no_more() {
        let mut asked = Asked::default();
        (1..4).for_each(|pid| asked.begin(id(pid), 0));
        asked.end(id(1));
        asked.forget(1, |it| *it != id(2));
        assert_eq!(asked.open().iter().copied().collect::<Vec<_>>(), [id(3)]);
        assert_eq!(asked.since.len(), 2);
        asked.end_all();
        assert!(asked.open().is_empty());
    }

    #[test]
    fn whoever_forks_makes_no_list_without_end() {
        let mut asked = Asked::default();
        (0..5_000).for_each(|pid| asked.begin(id(pid), 0));
        assert_eq!(asked.open().len(), MOST);
    }
}
