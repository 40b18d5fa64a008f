//! What the host can say to the playbook's questions, as the screen has it: nothing is taken, it is only shown.

use crate::cockpit::Model;
use crate::domain::answer::{Burn, Evidence, Known};
use crate::domain::detect::{Finding, Subject};
use crate::domain::facts::Snapshot;

impl Model {
    /// Everything that an answer may rest on; `None` while no session is open.
    #[must_use]
    pub fn known(&self) -> Option<Known<'_>> {
        let session = self.session.as_ref()?;
        Some(Known {
            evidence: &self.live.evidence,
            state: &session.state,
            burn: &self.live.burn,
            look_for: &self.live.indicators,
            playbook: session.playbook(self.language),
        })
    }
}

/// A look is shown: what it gives to all answers is gathered once.
pub(super) fn gather(model: &mut Model) {
    let Some(snapshot) = model.live.snapshot.clone() else { return };
    let (findings, look_for) = (&model.live.findings, &model.live.indicators);
    let before = &model.live.evidence;
    let evidence = Evidence::gather(&snapshot, findings, look_for, before);
    model.live.evidence = evidence;
}

/// What was used up counts whether the picture is held or not.
pub(super) fn burn(
    model: &mut Model,
    snapshot: &Snapshot,
    findings: &std::collections::BTreeMap<Subject, Finding>,
) {
    model.live.burn.see(snapshot, findings);
}

/// What was learnt in another session, or later on the tape, answers nothing here.
pub(super) fn forget(model: &mut Model) {
    model.live.evidence = Evidence::default();
    model.live.burn = Burn::default();
}
