//! Who needs a row of ours: who is hidden, and who lies under a mount. Pure.
//!
//! Invariant: whoever can make many decoys, of any number, cannot crowd out who works: a process counts once, the dead do
//! not count, and where there are too many those that used most CPU time get the rows. The others are counted.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::mounts::Cover;
use super::pids::Hidden;
use super::rows::Wanted;
use crate::domain::facts::HiddenFrom;

/// Hidden processes that get a row at most, and the same of those under mounts.
const MOST_HIDDEN: usize = 512;
const MOST_COVERED: usize = 256;

/// Everybody that needs a row of ours.
#[derive(Debug, Default)]
pub(super) struct Wants {
    /// Who gets one, lowest pid first.
    pub(super) rows: Vec<Wanted>,
    /// Who lies under a mount and lives, whoever used most CPU time first.
    pub(super) covered: Vec<u32>,
    /// So many get none.
    pub(super) left_out: usize,
}

/// `time` is the CPU time of a process that lives.
pub(super) fn wants(
    hidden: &[Hidden],
    covers: &[Cover],
    time: impl Fn(u32) -> Option<Duration>,
    boot_ms: u64,
) -> Wants {
    let used = |it: &&Hidden| Reverse(time(it.pid));
    let mut hidden: Vec<&Hidden> = hidden.iter().collect();
    let mut left_out = hidden.len().saturating_sub(MOST_HIDDEN);
    if left_out > 0 {
        hidden.sort_by_cached_key(used);
    }
    let of = |it: &Hidden| Wanted {
        pid: it.pid,
        from: it.from,
        inode: it.inode,
        first_seen_ms: it.first_seen_ms,
    };
    let first = hidden.into_iter().take(MOST_HIDDEN);
    let mut rows: BTreeMap<u32, Wanted> = first.map(|it| (it.pid, of(it))).collect();
    let under: BTreeSet<u32> = covers.iter().filter_map(|cover| cover.pid).collect();
    let alive = under.into_iter().filter_map(|pid| Some((Reverse(time(pid)?), pid)));
    let mut alive: Vec<(Reverse<Duration>, u32)> = alive.collect();
    alive.sort_unstable();
    let covered: Vec<u32> = alive.into_iter().map(|(_, pid)| pid).collect();
    for pid in covered.iter().copied().take(MOST_COVERED) {
        let from = HiddenFrom::Mount;
        let under = Wanted { pid, from, inode: 0, first_seen_ms: boot_ms };
        rows.entry(pid).or_insert(under).from = from;
    }
    left_out += covered.iter().skip(MOST_COVERED).filter(|pid| !rows.contains_key(pid)).count();
    Wants { rows: rows.into_values().collect(), covered, left_out }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cover(pid: u32) -> Cover {
        Cover { pid: Some(pid), point: Vec::new(), what: Vec::new(), more: 0 }
    }

    fn pids(wants: &Wants) -> Vec<u32> {
        wants.rows.iter().map(|it| it.pid).collect()
    }

    #[test]
    fn many_mounts_over_one_process_are_one_process() {
        let covers: Vec<Cover> = (0..300).map(|_| cover(7)).chain([cover(9_000)]).collect();
        let wants = wants(&[], &covers, |_| Some(Duration::ZERO), 0);
        assert_eq!((pids(&wants), wants.left_out), (vec![7, 9_000], 0));
    }

    #[test]
    fn the_dead_take_no_place_from_the_living() {
        let covers: Vec<Cover> = (1..=400).map(cover).collect();
        let wants = wants(&[], &covers, |pid| (pid > 390).then_some(Duration::ZERO), 0);
        assert_eq!((pids(&wants), wants.left_out), ((391..=400).collect(), 0));
    }

    proptest! {
        #[test]
        fn who_works_has_a_row_however_many_sleep_under_mounts(
            decoys in 0_u32..600,
            sleeps in 0_u64..1_000,
            works in 1_001_u64..1_000_000,
            at in 1_u32..601,
        ) {
            let covers: Vec<Cover> = (1..=decoys.max(at)).map(cover).collect();
            let used = |pid| Some(Duration::from_millis(if pid == at { works } else { sleeps }));
            let wants = wants(&[], &covers, used, 0);
            prop_assert!(pids(&wants).contains(&at));
            prop_assert!(wants.rows.len() <= MOST_COVERED);
            prop_assert_eq!(wants.rows.len() + wants.left_out, covers.len(), "nobody goes unsaid");
        }
    }
}
