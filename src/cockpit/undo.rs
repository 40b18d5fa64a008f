//! Taking acts back, and doing them again: each a new entry, never an erased one.

#![expect(clippy::wildcard_enum_match_arm, reason = "entries of other kinds are no acts")]

use std::collections::BTreeMap;

use crate::cockpit::acts::record;
use crate::cockpit::model::{NoticeKind, Session};
use crate::cockpit::{Effect, Model, decision, rows};
use crate::domain::playbook::ItemId;
use crate::domain::session::{Entry, Event, HandoffState, ItemState};
use crate::domain::untrusted::Untrusted;

/// Takes the last act that still stands back.
pub(super) fn undo(model: &mut Model) -> Vec<Effect> {
    if model.session.as_ref().is_some_and(acts_are_pending) {
        model.notice(NoticeKind::WaitsForDisk);
        return Vec::new();
    }
    let session = model.session.as_ref();
    let Some((act, done)) = session.and_then(|it| Some((last_act(it)?, it))) else {
        model.notice(NoticeKind::NothingToUndo);
        return Vec::new();
    };
    let entry = act.entry(done);
    let (again, by) = (entry.map(|it| it.event.clone()), entry.map(|it| it.by.clone()));
    let event = match act {
        Act::Choice(choice) => Event::TookBack { choice },
        Act::Mark { item, before, reason, .. } => Event::Marked { item, state: before, reason },
        Act::Written(entry) => Event::Withdrew { entry },
    };
    if let (Some(event), Some(by)) = (&again, by) {
        model.notice(NoticeKind::Undone(Box::new(event.clone()), by));
    }
    match again {
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

/// An act that can be taken back.
#[derive(Debug, PartialEq)]
enum Act {
    Choice(u64),
    /// A note, or a handoff that nobody has accepted.
    Written(u64),
    /// The mark of this entry, and what the item was before.
    Mark {
        seq: u64,
        item: ItemId,
        before: ItemState,
        reason: Untrusted,
    },
}

impl Act {
    /// The entry that it was.
    fn entry<'a>(&self, session: &'a Session) -> Option<&'a Entry> {
        let of = match self {
            Self::Choice(seq) | Self::Written(seq) | Self::Mark { seq, .. } => *seq,
        };
        session.entries.iter().map(AsRef::as_ref).find(|entry: &&Entry| entry.seq == of)
    }
}

/// What was done last is not known until it is on disk.
fn acts_are_pending(session: &Session) -> bool {
    session.pending.iter().any(|it| is_act(&it.event))
}

fn last_act(session: &Session) -> Option<Act> {
    let state = &session.state;
    let stands = |act: &Act| match act {
        Act::Choice(seq) => state.choices.iter().any(|it| it.seq == *seq),
        Act::Written(seq) => {
            let waits = |it: &HandoffState| it.seq == *seq && it.accepted.is_none();
            state.handoff.as_ref().is_some_and(waits) || state.notes.iter().any(|it| it.seq == *seq)
        }
        Act::Mark { .. } => true,
    };
    acts(session.entries.iter().map(std::convert::AsRef::as_ref)).into_iter().rev().find(stands)
}

/// The acts that stand, oldest first. A mark that leads back to where the mark before it on the same item
/// came from, with no other act between, cancels it: so undo after undo goes further back.
fn acts<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<Act> {
    let mut acts: Vec<Act> = Vec::new();
    let mut states: BTreeMap<&ItemId, (ItemState, &Untrusted)> = BTreeMap::new();
    let nothing = Untrusted::default();
    for entry in entries {
        match &entry.event {
            Event::Chose { .. } => acts.push(Act::Choice(entry.seq)),
            Event::TookBack { choice } => acts.retain(|act| *act != Act::Choice(*choice)),
            Event::Noted { .. } | Event::HandedOff { .. } => acts.push(Act::Written(entry.seq)),
            Event::Withdrew { entry } => acts.retain(|act| *act != Act::Written(*entry)),
            Event::Marked { item, state, reason } => {
                let (before, why) =
                    states.get(item).copied().unwrap_or((ItemState::Open, &nothing));
                let cancels = matches!(acts.last(),
                    Some(Act::Mark { item: of, before: from, .. }) if of == item && from == state);
                if cancels {
                    acts.pop();
                } else {
                    let (seq, item, reason) = (entry.seq, item.clone(), why.clone());
                    acts.push(Act::Mark { seq, item, before, reason });
                }
                states.insert(item, (*state, reason));
            }
            _ => {}
        }
    }
    acts
}
