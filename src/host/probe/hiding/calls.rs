//! What system calls tell of a process that has no files: its clock, its nice value, the CPUs that it may run on.
//!
//! Invariant: none of them waits, and none needs a right.

use rustix::process::{Pid, getpriority_process};
use rustix::thread::{CpuSet, sched_getaffinity};

/// Its nice value; `None` if it has gone.
pub(super) fn nice(pid: u32) -> Option<i32> {
    getpriority_process(Some(raw(pid)?)).ok()
}

/// The CPUs that it may run on, as the kernel lists them elsewhere: `0-3,8`.
pub(super) fn cpus(pid: u32) -> Option<String> {
    let set = sched_getaffinity(Some(raw(pid)?)).ok()?;
    Some(ranges((0..CpuSet::MAX_CPU).filter(|cpu| set.is_set(*cpu))))
}

/// Numbers that follow each other, as ranges.
pub(super) fn ranges(numbers: impl Iterator<Item = usize>) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let range = |(first, last): &(usize, usize)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    ranges.iter().map(range).collect::<Vec<_>>().join(",")
}

fn raw(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}
