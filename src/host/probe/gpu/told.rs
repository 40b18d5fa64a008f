//! A program or a library of the host that the responder allowed to be asked: in a thread of its own, never
//! waited for.

use std::time::Duration;

use crate::domain::base::Moment;
use crate::domain::facts::{GpuDevice, GpuOutcome, GpuSource, GpuSourceKind};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::tool::Errand;

use super::Report;

/// Time between two questions.
pub(super) const EVERY_MS: u64 = 5_000;
/// An answer that is older is no news any more.
const STALE_MS: u64 = 15_000;

/// What it said.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::host::probe) struct Said {
    /// Devices.
    pub(in crate::host::probe) devices: Vec<GpuDevice>,
    /// Processes, by their number.
    pub(in crate::host::probe) reports: Vec<Report>,
}

/// Somebody who is asked, and what came of it.
pub(super) struct Teller {
    kind: GpuSourceKind,
    errand: Errand<Result<Said, String>>,
    asked_ms: Option<u64>,
    /// Since when it has been at work on its answer.
    waits_ms: Option<u64>,
    said: Said,
    said_ms: Option<u64>,
    outcome: GpuOutcome,
}

impl Teller {
    /// From now on `ask` is asked; `None` if the system gives us no thread.
    pub(super) fn new(
        kind: GpuSourceKind,
        name: &str,
        ask: impl FnMut() -> Result<Said, String> + Send + 'static,
    ) -> Option<Self> {
        let errand = Errand::new(name, ask)?;
        let (said, outcome) = (Said::default(), GpuOutcome::Waiting);
        Some(Self { kind, errand, asked_ms: None, waits_ms: None, said, said_ms: None, outcome })
    }

    /// What it said last, while that is no older than [`STALE_MS`].
    pub(super) const fn said(&self) -> &Said {
        &self.said
    }

    /// Takes an answer if one has come, and asks again when it is time.
    pub(super) fn look(&mut self, moment: Moment) -> GpuSource {
        let answer = self.errand.take(Duration::ZERO);
        if answer.is_some() {
            self.waits_ms = None;
        }
        match answer {
            Some(Ok(said)) => {
                (self.said, self.said_ms) = (said, Some(moment.boot_ms));
                self.outcome = GpuOutcome::Answered;
            }
            Some(Err(error)) => self.outcome = GpuOutcome::Failed(Untrusted::new(error)),
            None => {}
        }
        let age = |then: u64| moment.boot_ms.saturating_sub(then);
        if self.asked_ms.is_none_or(|then| age(then) >= EVERY_MS) {
            if self.errand.ask() {
                self.waits_ms = Some(moment.boot_ms);
            }
            self.asked_ms = Some(moment.boot_ms);
        }
        if self.said_ms.map(age).is_some_and(|age| age > STALE_MS) {
            // What it said then is no fact about now.
            self.said = Said::default();
        }
        // It can hang in a driver, and then it cannot even be killed.
        let late = self.waits_ms.map(age).is_some_and(|age| age > STALE_MS);
        let outcome = if late { GpuOutcome::Late } else { self.outcome.clone() };
        GpuSource { kind: self.kind, outcome }
    }
}
