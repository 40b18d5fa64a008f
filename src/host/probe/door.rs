//! The folder of `/proc` through which a process is read: its own, or that of one of its threads.
//!
//! The kernel shows a process by its first thread. When that one has ended and others run on, its folder has no program, no
//! open file, no memory and no namespace any more; each of the others has all of that still.

use std::fmt;

use super::text;
use super::tree::Reader;
use crate::domain::facts::{Process, RunState};

/// Threads that are tried in one go.
const MOST_TRIED: usize = 16;
/// How often a search goes on at once, where nobody waits for it.
const GOES: usize = 256;

/// A folder of a process or of its thread, as `12` or `12/task/34`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Door {
    /// The process.
    pub(super) pid: u32,
    /// Which of its threads, if not the first.
    pub(super) thread: Option<u32>,
}

/// A thread that runs on, and what its `stat` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Survivor {
    /// Its number.
    pub(super) thread: u32,
    /// Its state.
    pub(super) state: RunState,
    /// Pages of memory that are there.
    pub(super) pages: u64,
}

impl Door {
    /// Where this process is read.
    pub(super) fn of(process: &Process) -> Self {
        Self { pid: process.id.pid.0, thread: process.headless.map(|thread| thread.0) }
    }

    /// Where the process of this pid is read, for who has time to look.
    pub(super) fn find(pid: u32, reader: &mut Reader<'_>) -> Self {
        let stat = reader.file(pid, "stat").ok().and_then(text::stat);
        let headless = stat.is_some_and(|it| is_headless(&it));
        let mut from = 0;
        for _ in 0..if headless { GOES } else { 0 } {
            let (survivor, next) = survivor(pid, from, reader);
            if let Some(found) = survivor {
                return Self { pid, thread: Some(found.thread) };
            }
            match next {
                0 => break,
                next => from = next,
            }
        }
        Self { pid, thread: None }
    }

    /// The number whose folder stands in `/proc` itself: there is more in it than below `task`.
    pub(super) fn number(self) -> u32 {
        self.thread.unwrap_or(self.pid)
    }
}

impl From<u32> for Door {
    fn from(pid: u32) -> Self {
        Self { pid, thread: None }
    }
}

impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.thread {
            None => write!(f, "{}", self.pid),
            Some(thread) => write!(f, "{}/task/{thread}", self.pid),
        }
    }
}

/// The first thread has ended, and the process has others.
pub(super) fn is_headless(stat: &text::Stat<'_>) -> bool {
    stat.state == RunState::Zombie && stat.threads > 1 && !stat.kernel
}

/// The first thread from this place in the list on that runs; and where the next search goes on, 0 at the end of the list.
pub(super) fn survivor(pid: u32, from: u64, reader: &mut Reader<'_>) -> (Option<Survivor>, u64) {
    let threads = reader.threads(pid, from, MOST_TRIED).unwrap_or_default();
    let found = threads.iter().find_map(|thread| alive(pid, *thread, reader));
    let read = u64::try_from(threads.len()).unwrap_or_default();
    let next = if threads.len() < MOST_TRIED { 0 } else { from + read };
    (found, next)
}

/// What a thread of this process tells, if it runs and is not on its way out.
pub(super) fn alive(pid: u32, thread: u32, reader: &mut Reader<'_>) -> Option<Survivor> {
    let door = Door { pid, thread: Some(thread) };
    let stat = text::stat(reader.file(door, "stat").ok()?)?;
    let dead = stat.ending || matches!(stat.state, RunState::Zombie | RunState::Other(_));
    (!dead).then_some(Survivor { thread, state: stat.state, pages: stat.pages })
}
