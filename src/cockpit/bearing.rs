//! What the host can say to the playbook's questions, as the screen has it: nothing is taken, it is only shown.

use tui_input::Input;

use crate::cockpit::dialog::{Asked, Dialog};
use crate::cockpit::model::NoticeKind;
use crate::cockpit::{Effect, Model, acts};
use crate::domain::answer::{Burn, Grounds, Known};
use crate::domain::detect::{Finding, Subject};
use crate::domain::facts::Snapshot;
use crate::domain::session::{Event, Figure};

impl Model {
    /// Everything that an answer may rest on; `None` while no session is open.
    #[must_use]
    pub fn known(&self) -> Option<Known<'_>> {
        let session = self.session.as_ref()?;
        Some(Known {
            grounds: &self.live.grounds,
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
    let grounds = model.live.grounds.next(&snapshot, findings, look_for);
    model.live.grounds = grounds;
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
    model.live.grounds = Grounds::default();
    model.live.burn = Burn::default();
    model.escalated.clear();
}

/// Asks for a figure.
pub(super) fn ask(model: &mut Model, figure: Figure) {
    model.dialog = Dialog::Ask(Asked::Figure(figure), Input::default());
}

/// `rate 0.05`: a figure and its value, as they are typed in the palette.
pub(super) fn typed(text: &str) -> Option<(Figure, String)> {
    let (name, value) = text.trim().split_once(char::is_whitespace)?;
    let figure = Figure::ALL.into_iter().find(|it| it.name() == name)?;
    Some((figure, value.trim().to_owned()))
}

/// Writes a figure down; an error if it is none.
pub(super) fn state(model: &mut Model, figure: Figure, value: &str) -> Result<Vec<Effect>, ()> {
    let sign = model.known().map(Known::sign).ok_or(())?;
    let text = figure.note(value, &sign).ok_or(())?;
    Ok(acts::act(model, Event::Noted { text, about: None }).into_iter().collect())
}

/// Criteria that are met are said once each. Telling others is the responder's.
pub(super) fn escalate(model: &mut Model) {
    let due = model.known().map(Known::due).unwrap_or_default();
    for criterion in due {
        if model.escalated.insert(criterion.row) {
            model.notice(NoticeKind::Escalate(criterion.condition, criterion.to));
        }
    }
}
