//! Taking acts back, and doing them again: each a new entry, never an erased one.

use crate::cockpit::acts::record;
use crate::cockpit::model::{NoticeKind, Pane, Session};
use crate::cockpit::{Effect, Model, decision, rows};
use crate::domain::session::{Act, Choice, Event, HandoffState, ItemMark, Note, State};
use crate::domain::untrusted::Untrusted;

/// Takes the last act of whoever sits here back, if it still stands.
pub(super) fn undo(model: &mut Model) -> Vec<Effect> {
    if model.session.as_ref().is_some_and(acts_are_pending) {
        model.notice(NoticeKind::WaitsForDisk);
        return Vec::new();
    }
    let session = model.session.as_ref();
    let who = &model.who;
    let Some((act, done)) = session.and_then(|it| Some((last_act(it, who)?, it))) else {
        model.notice(NoticeKind::NothingToUndo);
        return Vec::new();
    };
    // On the card `u` means what was signed there, not work that it does not show.
    if model.focus == Pane::Handoff && !matches!(act, Act::Written(_)) {
        model.notice(NoticeKind::NothingSigned);
        return Vec::new();
    }
    let told = told(act, &done.state);
    let event = match act {
        Act::Choice(choice) => Event::TookBack { choice: *choice },
        Act::Mark(it) => {
            let (item, reason) = (it.item.clone(), it.reason.clone());
            Event::Marked { item, state: it.before, reason, undoes: Some(it.mark.seq) }
        }
        Act::Written(entry) => Event::Withdrew { entry: *entry },
    };
    if let Some((event, by)) = told.clone() {
        model.notice(NoticeKind::Undone(Box::new(event), by));
    }
    match told.map(|(event, _)| event) {
        // Whoever signs says what they have read: that is not done again by a key.
        Some(Event::HandedOff { .. }) => model.undone.clear(),
        again => model.undone.extend(again),
    }
    write(model, event)
}

/// Does again what was taken back last; nothing else was done since.
pub(super) fn redo(model: &mut Model) -> Vec<Effect> {
    if model.session.as_ref().is_some_and(acts_are_pending) {
        model.notice(NoticeKind::WaitsForDisk);
        return Vec::new();
    }
    let Some(event) = model.undone.pop() else {
        model.notice(NoticeKind::NothingToRedo);
        return Vec::new();
    };
    model.unsay(|kind| matches!(kind, NoticeKind::Undone(..)));
    write(model, event)
}

fn write(model: &mut Model, event: Event) -> Vec<Effect> {
    let effect = record(model, event);
    decision::refresh(model);
    decision::to_here(model);
    rows::checklists(model);
    effect.into_iter().collect()
}

/// This is something that can be taken back, or the taking back of it.
pub(super) const fn is_act(event: &Event) -> bool {
    matches!(
        event,
        Event::Chose { .. }
            | Event::TookBack { .. }
            | Event::Marked { .. }
            | Event::Noted { .. }
            | Event::HandedOff { .. }
            | Event::Withdrew { .. }
    )
}

/// What was done last is not known until it is on disk.
fn acts_are_pending(session: &Session) -> bool {
    session.pending.iter().any(|it| is_act(&it.event))
}

/// The last act of this responder that stands. What somebody else did since on the same item, or further along the tree,
/// stands on it: it is theirs to take back.
fn last_act<'a>(session: &'a Session, who: &Untrusted) -> Option<&'a Act> {
    let state = &session.state;
    let newest = |alike: &dyn Fn(&Act) -> bool| state.acts.newest_first().find(|it| alike(it));
    let stands = |act: &Act| match act {
        Act::Choice(seq) => {
            let chosen = |it: &Act| matches!(it, Act::Choice(_));
            state.choices.iter().any(|it| it.seq == *seq) && newest(&chosen) == Some(act)
        }
        Act::Written(seq) => {
            let waits = |it: &HandoffState| it.seq == *seq && it.accepted.is_none();
            state.handoff.as_ref().is_some_and(waits) || state.has_note(*seq)
        }
        Act::Mark(mark) => {
            let same = |it: &Act| matches!(it, Act::Mark(other) if other.item == mark.item);
            newest(&same) == Some(act)
        }
    };
    let own = |act: &Act| told(act, state).is_some_and(|(_, by)| by == *who);
    state.acts.newest_first().find(|act| own(act) && stands(act))
}

/// What it was, and whose: from the state, since its entry may be too old to be at hand.
fn told(act: &Act, state: &State) -> Option<(Event, Untrusted)> {
    match act {
        Act::Choice(seq) => {
            let it = state.choices.iter().find(|it| it.seq == *seq)?.clone();
            let Choice { flow, node, branch, to, label, by, .. } = it;
            Some((Event::Chose { flow, node, branch, to, label }, by))
        }
        Act::Written(seq) => {
            if let Some(note) = state.notes.iter().find(|it| it.seq == *seq) {
                let Note { text, about, by, .. } = note.clone();
                return Some((Event::Noted { text, about }, by));
            }
            let HandoffState { words, to, read, by, .. } =
                state.handoff.clone().filter(|it| it.seq == *seq)?;
            Some((Event::HandedOff { words, to, read }, by))
        }
        Act::Mark(it) => {
            let ItemMark { state, reason, by, .. } = it.mark.clone();
            let item = it.item.clone();
            Some((Event::Marked { item, state, reason, undoes: None }, by))
        }
    }
}
