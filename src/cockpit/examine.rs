//! The examination of the process whose details are open: asked for when they open, and every few seconds after that.
//!
//! Invariant: only a live host is asked, and nothing is kept once the details are closed: an environment may hold
//! passwords.

use std::sync::Arc;

use crate::cockpit::dialog::Dialog;
use crate::cockpit::model::SourceKind;
use crate::cockpit::{Effect, Model};
use crate::domain::base::ProcessId;
use crate::domain::facts::Examination;

/// Pause before the same process is examined again.
const AGAIN_MS: u64 = 3_000;

/// An answer that is longer on its way than this is none.
const ANSWER_MS: u64 = 3_000;

/// What was asked about the process whose details are open, and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Examined {
    /// Who was asked about, and when by the boot clock.
    asked: Option<(ProcessId, u64)>,
    /// Who, and when that was first asked.
    since: Option<(ProcessId, u64)>,
    found: Option<Arc<Examination>>,
}

/// Asks, if details are open and it is time to.
pub(super) fn due(model: &mut Model) -> Option<Effect> {
    let open = if let Dialog::Process(id) = model.dialog { Some(id) } else { None };
    let Some(id) = open.filter(|_| model.source.kind == SourceKind::Host) else {
        model.examined = Examined::default();
        return None;
    };
    let now = model.now.boot_ms;
    let fresh = |(whom, at): &(ProcessId, u64)| *whom == id && now.saturating_sub(*at) < AGAIN_MS;
    let there = model.live.snapshot.as_ref().is_some_and(|it| it.process(id).is_some());
    if !there || model.examined.asked.as_ref().is_some_and(fresh) {
        return None;
    }
    model.examined.asked = Some((id, now));
    model.examined.since = model.examined.since.filter(|(whom, _)| *whom == id).or(Some((id, now)));
    Some(Effect::Examine(id))
}

/// An examination came. One that nobody looks at any more is not kept.
pub(super) fn came(model: &mut Model, found: Arc<Examination>) {
    if matches!(model.dialog, Dialog::Process(id) if id == found.id) {
        model.examined.found = Some(found);
    }
}

impl Model {
    /// Whether an answer about this process is still to be waited for.
    #[must_use]
    pub fn awaits(&self, id: ProcessId) -> bool {
        let since = self.examined.since.filter(|(whom, _)| *whom == id);
        since.is_some_and(|(_, first)| self.now.boot_ms.saturating_sub(first) < ANSWER_MS)
    }

    /// The newest examination of this process, if its details are open.
    #[must_use]
    pub fn examination(&self, id: ProcessId) -> Option<&Examination> {
        self.examined.found.as_deref().filter(|found| found.id == id)
    }
}
