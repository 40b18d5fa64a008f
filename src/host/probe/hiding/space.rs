//! The numbers that a process can have, tried in turns. Pure.
//!
//! The kernel gives numbers out one after the other and begins again when it comes to the end, so what was
//! given out since the last turn is tried at once. A process that hides may have had its number before we
//! came, or have been given any number by somebody with the right to choose: so all others are tried too,
//! a part in each turn.
//!
//! Invariant: whenever they are counted from, as many turns as a pass takes and two more try every number.

use std::ops::Range;

/// When it begins again, the kernel leaves the first numbers to the system.
const FIRST_AGAIN: u32 = 300;
/// For the search for processes: numbers of a turn of the first pass, which are all of them where there are few; and so
/// many turns take a later pass, or fewer. Whoever is new, or was listed and is not any more, waits for no pass.
const PROCESSES: Pace = Pace { first: 1 << 16, turns: 300, least: 128 };
/// For the search for threads, which their counts show as well, so it may take its time.
const THREADS: Pace = Pace { first: 1 << 14, turns: 300, least: 128 };

/// How fast numbers are tried.
#[derive(Clone, Copy, Debug)]
struct Pace {
    first: u32,
    turns: u32,
    /// Numbers of a turn, at least.
    least: u32,
}

/// How far a pass over all numbers has come.
#[derive(Debug)]
pub(super) struct Space {
    pace: Pace,
    /// Numbers are below this.
    end: u32,
    /// The next one to try.
    next: u32,
    /// Numbers of the last whole pass.
    passed: Option<u32>,
    /// The number that was given out last, at the turn before.
    given: Option<u32>,
}

impl Space {
    /// At the pace of the search for processes.
    pub(super) const fn of_processes() -> Self {
        Self::at(PROCESSES)
    }

    /// At the pace of the search for threads.
    pub(super) const fn of_threads() -> Self {
        Self::at(THREADS)
    }

    const fn at(pace: Pace) -> Self {
        Self { pace, end: 0, next: 0, passed: None, given: None }
    }

    /// What is tried in this turn: numbers below `end`, of which `given` was given out last.
    pub(super) fn turn(&mut self, end: u32, given: Option<u32>) -> Vec<Range<u32>> {
        if end != self.end {
            *self = Self { pace: self.pace, end, next: 1, passed: None, given: self.given };
        }
        let mut ranges = self.fresh(given);
        let later = end.div_ceil(self.pace.turns).max(self.pace.least);
        let share = if self.passed.is_some() { later } else { later.max(self.pace.first) };
        let from = self.next.max(1);
        let to = from.saturating_add(share).min(end);
        ranges.push(from..to);
        if to >= end {
            self.passed = Some(end.saturating_sub(1));
        }
        self.next = if to >= end { 1 } else { to };
        ranges.retain(|range| !range.is_empty());
        ranges
    }

    /// Numbers that were tried in the last whole pass, or so far in the first; and how many there are.
    pub(super) fn tried(&self) -> (u32, u32) {
        let all = self.end.saturating_sub(1);
        (self.passed.unwrap_or(self.next.saturating_sub(1)).min(all), all)
    }

    /// What was given out since the last turn: from one number to another, or over the end and on from the beginning.
    fn fresh(&mut self, given: Option<u32>) -> Vec<Range<u32>> {
        let Some(given) = given else { return Vec::new() };
        let Some(before) = self.given.replace(given) else { return Vec::new() };
        let (first, end) = (before.saturating_add(1), given.saturating_add(1).min(self.end));
        let again = if before <= given { 0..0 } else { FIRST_AGAIN..end };
        vec![first..if before <= given { end } else { self.end }, again]
    }
}
