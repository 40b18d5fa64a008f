//! What hides, in the order of its pane: kind by kind, each in the order in which it was seen.
//!
//! Invariant: the cursor stays on its thing, wherever that goes. Where that is gone, another has its row, and no key acts
//! on that one before it was said.

use std::sync::Arc;

use crate::cockpit::Model;
use crate::cockpit::dialog::Dialog;
use crate::cockpit::panes::{HidingPane, Lost};
use crate::domain::detect::Subject;
use crate::domain::facts::{Contradiction, Hiding, Snapshot};

/// The contradictions as the pane lists them.
#[must_use]
pub fn in_order(hiding: &Hiding) -> Vec<&Arc<Contradiction>> {
    let mut all: Vec<&Arc<Contradiction>> = hiding.contradictions.iter().collect();
    all.sort_by_key(|it| it.kind);
    all
}

/// Works out again where the cursor stands.
pub(super) fn refresh(pane: &mut HidingPane, snapshot: &Snapshot) {
    let all = in_order(&snapshot.hiding);
    pane.lines = all.len();
    let before = pane.selected.take().filter(|_| pane.down == 0);
    if !pane.held {
        // Whoever has not moved the cursor may be about to press a key, but not for ever.
        pane.lost.take_if(|it| !it.may_be_meant(&snapshot.moment));
    }
    let is_it = |it: &&Arc<Contradiction>| before.as_ref().is_some_and(|one| is_same(one, it));
    let stays = all.get(pane.line).is_some_and(is_it).then_some(pane.line);
    if let Some(line) = stays.or_else(|| all.iter().position(is_it)) {
        pane.line = line;
    } else if let Some(gone) = &before {
        // Of several that went one after the other, the first is the one that was looked at.
        pane.lost.get_or_insert_with(|| Lost::new(gone.what.clone(), &snapshot.moment));
    }
    pane.step(0);
    pane.selected = all.get(pane.line).map(|it| Arc::clone(it));
}

/// Moves the cursor by `by` lines, not past an end.
pub(super) fn step(model: &mut Model, by: isize) {
    let pane = &mut model.panes.hiding;
    pane.step(by);
    (pane.held, pane.lost) = (true, None);
    let hiding = model.live.snapshot.as_ref().map(|it| in_order(&it.hiding)).unwrap_or_default();
    pane.selected = hiding.get(pane.line).map(|it| Arc::clone(it));
}

/// Whose process it is may be known of one later than of the other.
fn is_same(one: &Contradiction, other: &Contradiction) -> bool {
    let others = one.process.zip(other.process).is_some_and(|(one, other)| one != other);
    one.kind == other.kind && one.what == other.what && !others
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
    let shown = pane.down == 0 && pane.lost.is_none();
    all.get(pane.line).filter(|_| shown).map(|it| &***it)
}
