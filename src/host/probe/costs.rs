//! What each part of a look cost, for `firedamp doctor`.

use std::time::{Duration, Instant};

/// A part of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The list of sockets, asked of the kernel.
    Sockets,
    /// Processes, and who owns which socket.
    Processes,
    /// Sockets with their owners, as rows.
    Rows,
    /// The machine as a whole.
    Machine,
    /// Graphics processors.
    Gpu,
    /// What hides.
    Hiding,
    /// What starts by itself.
    Persistence,
    /// The wire.
    Wire,
    /// What was read of files and memory by now.
    Evidence,
    /// The program's own standing.
    Own,
}

/// What the parts of one look cost, in the order in which they were done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Costs(pub Vec<(Part, Duration)>);

impl Costs {
    /// Does a part of a look and notes how long that took.
    pub(super) fn of<T>(&mut self, part: Part, act: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let done = act();
        self.0.push((part, begun.elapsed()));
        done
    }
}
