//! Threads that check lines, so that a long journal is read as fast as the machine allows.
//!
//! Invariant: batches come back in the order in which they were given, and no more than a few are on their way. Where no
//! thread can be had, the work is done by whoever asks for it.

use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Scope};

use crate::domain::session::{Checked, LineProblem};
use crate::host::store::scan::Batch;

/// Batches that wait before each thread: one at work, one to go on with.
const AHEAD: usize = 2;

/// What the checks of a batch's lines said.
pub(super) type Checks = Vec<Result<Checked, LineProblem>>;

/// Threads that check.
pub(super) struct Checkers {
    hired: Vec<Checker>,
    /// Who has which batch, the oldest first.
    order: VecDeque<usize>,
    /// Batches given so far.
    given: usize,
    /// What was checked here, for want of a thread.
    own: Option<(Batch, Checks)>,
}

struct Checker {
    work: SyncSender<Batch>,
    done: Receiver<(Batch, Checks)>,
}

impl Checkers {
    /// Starts so many threads, or as many as can be had.
    pub(super) fn hire<'scope>(scope: &'scope Scope<'scope, '_>, threads: usize) -> Self {
        let hired = (0..threads).map_while(|_| Checker::hire(scope).ok()).collect();
        Self { hired, order: VecDeque::new(), given: 0, own: None }
    }

    /// Another batch can be given.
    pub(super) fn has_room(&self) -> bool {
        if self.hired.is_empty() {
            self.own.is_none()
        } else {
            self.order.len() < self.hired.len() * AHEAD
        }
    }

    /// The next batch, when there is room for it.
    pub(super) fn give(&mut self, batch: Batch) -> io::Result<()> {
        let whose = self.given.checked_rem(self.hired.len()).unwrap_or_default();
        let Some(checker) = self.hired.get(whose) else {
            let checks = batch.check();
            self.own = Some((batch, checks));
            return Ok(());
        };
        checker.work.send(batch).map_err(|_| fell())?;
        self.given += 1;
        self.order.push_back(whose);
        Ok(())
    }

    /// The oldest batch that was given, when it is checked; `None` if there is none.
    pub(super) fn take(&mut self) -> io::Result<Option<(Batch, Checks)>> {
        match self.order.pop_front().and_then(|whose| self.hired.get(whose)) {
            Some(checker) => checker.done.recv().map(Some).map_err(|_| fell()),
            None => Ok(self.own.take()),
        }
    }
}

impl Checker {
    fn hire<'scope>(scope: &'scope Scope<'scope, '_>) -> io::Result<Self> {
        let (work, given) = sync_channel::<Batch>(AHEAD);
        let (checked, done) = sync_channel(AHEAD);
        thread::Builder::new().name("check".into()).spawn_scoped(scope, move || {
            while let Ok(batch) = given.recv() {
                let checks = batch.check();
                if checked.send((batch, checks)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { work, done })
    }
}

fn fell() -> io::Error {
    io::Error::other("a check fell")
}
