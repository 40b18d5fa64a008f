//! The coach: the story, tasks and hints of a walkthrough beside the work.
//!
//! Acts themselves are in the session's journal like any others; the coach only reads them.

use std::sync::Arc;

use crate::domain::session::State;
use crate::domain::training::{Inject, Walkthrough};

/// How far the training has come.
#[derive(Clone, Debug)]
pub struct Coach {
    /// What is trained.
    pub walkthrough: Arc<Walkthrough>,
    /// Hints shown so far, for each task.
    pub hints: Vec<usize>,
    /// Injects that have come so far.
    pub injects: usize,
    /// The expert's path is on the screen; the debrief says so.
    pub expert: bool,
    /// The tape has come to its end once.
    pub ended: bool,
}

impl Coach {
    /// A coach at the start of `walkthrough`.
    #[must_use]
    pub fn new(walkthrough: Arc<Walkthrough>) -> Self {
        let hints = vec![0; walkthrough.tasks.len()];
        Self { walkthrough, hints, injects: 0, expert: false, ended: false }
    }

    /// The first task that is not done yet.
    #[must_use]
    pub fn task(&self, state: &State) -> Option<usize> {
        self.walkthrough
            .tasks
            .iter()
            .position(|task| !task.done_by.iter().all(|act| act.stands(state)))
    }

    /// Shows one more hint for the task at hand.
    pub(super) fn hint(&mut self, state: &State) {
        let Some(at) = self.task(state) else { return };
        let most = self.walkthrough.tasks.get(at).map_or(0, |task| task.hints.len());
        if let Some(shown) = self.hints.get_mut(at) {
            *shown = (*shown + 1).min(most);
        }
    }

    /// The tape is at `at_ms`; the newest inject that had not come before, if any.
    pub(super) fn moved_to(&mut self, at_ms: u64) -> Option<Inject> {
        let come = |inject: &&Inject| inject.at * 1_000 <= at_ms;
        let due = self.walkthrough.injects.iter().take_while(come).count();
        let news = (due > self.injects).then(|| self.walkthrough.injects.get(due - 1)).flatten();
        self.injects = self.injects.max(due);
        news.cloned()
    }

    /// Milliseconds on the tape at which something happens.
    pub(super) fn moments(&self) -> impl Iterator<Item = u64> {
        let injects = self.walkthrough.injects.iter().map(|inject| inject.at);
        let moves = self.walkthrough.expert.iter().map(|it| it.at).filter(|_| self.expert);
        injects.chain(moves).map(|seconds| seconds * 1_000)
    }
}
