//! Births in front of what is missing: those of a host that forks all day, and those of whoever hides behind them.

use proptest::prelude::*;

use super::{Account, Busy};
use crate::domain::base::{Pid, ProcessId};
use crate::domain::facts::Process;

/// A host on which children work from their first moment to their last.
struct Host {
    /// When each began, and for how long it works, in milliseconds.
    children: Vec<(u64, u64)>,
    /// Their parent collects them.
    collects: bool,
    /// Milliseconds a second that somebody uses who is not seen.
    hidden: u64,
    /// Threads that are born in a second.
    threads: u64,
}

impl Host {
    /// The second in which something was called hidden.
    fn told_after(&self, seconds: u64) -> Option<u64> {
        let mut account = Account::default();
        account.known(true);
        (0..=seconds).find(|second| {
            let now = second * 1_000;
            let mut gone = 0;
            for (pid, (start, length)) in (2..).zip(&self.children) {
                let child = process(pid, *start, now.saturating_sub(*start).min(*length));
                if start + length > now {
                    (now > *start).then(|| account.ran(&child, Some(0)));
                } else {
                    account.ended(child.id);
                    gone += length;
                }
            }
            account.ran(&process(1, 0, 0), Some(if self.collects { gone } else { 0 }));
            let used = |(start, length): &(u64, u64)| now.saturating_sub(*start).min(*length);
            let ms = self.children.iter().map(used).sum::<u64>() + self.hidden * second;
            let born = self.children.iter().filter(|(start, _)| *start <= now).count() as u64;
            account.settle(now, Busy { ms, cpus: 2, forks: born + self.threads * second });
            account.contradicts().is_some()
        })
    }
}

fn process(pid: u32, started_ms: u64, cpu_ms: u64) -> Process {
    let id = ProcessId { pid: Pid(pid), start: started_ms / 10, inode: 0 };
    Process { id, cpu_ms, started_ms, ..Process::default() }
}

/// So many children a second, each for so long, at any moments of `seconds`.
fn children(rate: u64, length: u64, seconds: u64) -> impl Strategy<Value = Vec<(u64, u64)>> {
    let one = (1_000..seconds * 1_000, length / 2..=length);
    let count = usize::try_from(rate * (seconds - 1)).unwrap();
    prop::collection::vec(one, count..=count)
}

fn churn(
    rates: std::ops::RangeInclusive<u64>,
    a_second: u64,
) -> impl Strategy<Value = Vec<(u64, u64)>> {
    rates.prop_flat_map(move |rate| children(rate, (a_second / rate.max(1)).min(90), 130))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_core_that_is_missing_for_a_minute_is_told_of_behind_births_that_are_collected(
        children in churn(0..=30, 200),
        threads in 0_u64..2_000,
    ) {
        let host = Host { children, collects: true, hidden: 1_000, threads };
        prop_assert!(host.told_after(130).is_some());
    }

    #[test]
    fn a_host_whose_children_are_collected_by_nobody_is_not_accused(
        children in churn(1..=40, 3_000),
    ) {
        let host = Host { children, collects: false, hidden: 0, threads: 0 };
        prop_assert_eq!(host.told_after(130), None);
    }

    #[test]
    fn a_host_that_builds_is_not_accused(children in churn(20..=60, 2_000)) {
        let host = Host { children, collects: true, hidden: 0, threads: 500 };
        prop_assert_eq!(host.told_after(130), None);
    }
}

#[test]
fn a_core_behind_ten_threads_a_second_is_told_of_after_a_minute_and_not_before() {
    let host = Host { children: Vec::new(), collects: true, hidden: 1_000, threads: 10 };
    assert_eq!(host.told_after(130), Some(70));
}
