//! What hides, in the order of its pane: kind by kind, each in the order in which it was seen.

use std::sync::Arc;

use crate::cockpit::Model;
use crate::cockpit::dialog::Dialog;
use crate::domain::detect::Subject;
use crate::domain::facts::{Contradiction, Hiding};

/// The contradictions as the pane lists them.
#[must_use]
pub fn in_order(hiding: &Hiding) -> Vec<&Arc<Contradiction>> {
    let mut all: Vec<&Arc<Contradiction>> = hiding.contradictions.iter().collect();
    all.sort_by_key(|it| it.kind);
    all
}

/// What a finding about the contradiction under the cursor would be about.
pub(super) fn under_cursor(model: &Model) -> Option<Subject> {
    Some(Subject::of_contradiction(here(model)?))
}

/// The process that the contradiction under the cursor names.
pub(super) fn open(model: &Model) -> Option<Dialog> {
    here(model)?.process.map(Dialog::Process)
}

fn here(model: &Model) -> Option<&Contradiction> {
    let snapshot = model.live.snapshot.as_ref()?;
    let pane = &model.panes.hiding;
    let all = in_order(&snapshot.hiding);
    all.get(pane.line).filter(|_| pane.down == 0).map(|it| &***it)
}
