//! Acts of the work: each becomes an event, and the screen shows it as saved only when it is.

#![expect(clippy::wildcard_enum_match_arm, reason = "entries of other kinds are no acts")]

use crate::cockpit::dialog::{Asked, Dialog};
use crate::cockpit::model::Pane;
use crate::cockpit::model::{NoticeKind, Pending, Session};
use crate::cockpit::panes::{ChecklistRow, RowStanding};
use crate::cockpit::{Effect, Model, decision, rows};
use crate::domain::detect::Subject;
use crate::domain::facts::GpuOutcome;
use crate::domain::playbook::{FlowId, ItemId, NodeId};
use crate::domain::session::{Entry, Event, ItemState, Place};
use crate::domain::untrusted::Untrusted;

/// Sends `event` to the journal; the screen shows it as pending.
pub(super) fn record(model: &mut Model, event: Event) -> Option<Effect> {
    let session = model.session.as_mut()?;
    model.ticket += 1;
    session.pending.push(Pending { ticket: model.ticket, event: event.clone() });
    Some(Effect::Record { ticket: model.ticket, event })
}

/// The item under the cursor of the checklist pane.
pub(super) fn item_under_cursor(model: &Model) -> Option<ItemId> {
    match model.panes.checklist.rows.get(model.panes.checklist.line)? {
        ChecklistRow::Item(item) => Some(item.clone()),
        ChecklistRow::Head { .. } => None,
    }
}

/// Ticks the item, or takes the branch, under the cursor.
pub(super) fn mark(model: &mut Model) -> Vec<Effect> {
    match model.focus {
        Pane::Checklist => {
            let Some(item) = item_under_cursor(model) else { return Vec::new() };
            let now = model.session.as_ref().map(|session| session.item(&item).0);
            let state =
                if now == Some(ItemState::Done) { ItemState::Open } else { ItemState::Done };
            set(model, item, state, Untrusted::default())
        }
        Pane::Decision => choose(model),
        Pane::Processes
        | Pane::Network
        | Pane::Gpu
        | Pane::Timeline
        | Pane::Playbook
        | Pane::Handoff => Vec::new(),
    }
}

/// Sets the state of an item.
pub(super) fn set(
    model: &mut Model,
    item: ItemId,
    state: ItemState,
    reason: Untrusted,
) -> Vec<Effect> {
    let effect = record(model, Event::Marked { item, state, reason });
    rows::checklists(model);
    effect.into_iter().collect()
}

/// Asks why the item under the cursor is not applicable or blocked.
pub(super) fn ask_reason(model: &mut Model, state: ItemState) {
    if let Some(item) = item_under_cursor(model).filter(|_| model.focus == Pane::Checklist) {
        model.dialog = Dialog::Ask(Asked::Reason(item, state), tui_input::Input::default());
    }
}

/// Takes the branch under the cursor; on the node where the walk is, its only next step.
fn choose(model: &mut Model) -> Vec<Effect> {
    let Some((flow, node, branch)) = choice_under_cursor(model) else {
        model.notice(NoticeKind::NotReachable);
        return Vec::new();
    };
    let Some((to, label)) = decision::branch(model, &flow, &node, branch) else {
        return Vec::new();
    };
    let effect = record(model, Event::Chose { flow, node, branch, to, label });
    decision::refresh(model);
    decision::to_here(model);
    effect.into_iter().collect()
}

fn choice_under_cursor(model: &Model) -> Option<(FlowId, NodeId, usize)> {
    let pane = &model.panes.decision;
    let flow = pane.flow.clone()?;
    let row = pane.rows.get(pane.line)?;
    match row.standing {
        RowStanding::Choice => {
            let (node, branch) = row.via.clone()?;
            Some((flow, node, branch))
        }
        RowStanding::Here | RowStanding::Reached => {
            let only = decision::only_next_step(model, &flow, &row.node)?;
            Some((flow, row.node.clone(), only))
        }
        RowStanding::Passed | RowStanding::NotTaken | RowStanding::Ahead => None,
    }
}

/// Asks for a note on what is under the cursor.
pub(super) fn ask_note(model: &mut Model) {
    let about = match model.focus {
        Pane::Checklist => item_under_cursor(model).map(Place::Item),
        Pane::Decision => {
            let pane = &model.panes.decision;
            let row = pane.rows.get(pane.line);
            row.zip(pane.flow.clone()).map(|(row, flow)| Place::Node(flow, row.node.clone()))
        }
        Pane::Processes => {
            let selected = model.panes.processes.selected;
            selected.map(|id| Place::Subject(Subject::Process(id)))
        }
        Pane::Network | Pane::Gpu | Pane::Timeline | Pane::Playbook | Pane::Handoff => None,
    };
    model.dialog = Dialog::Ask(Asked::Note(about), tui_input::Input::default());
}

/// Takes the last act that still stands back: a new entry, never an erased one.
pub(super) fn undo(model: &mut Model) -> Vec<Effect> {
    let act = model.session.as_ref().filter(|it| !acts_are_pending(it)).and_then(last_act);
    let event = match act {
        Some(Act::Choice(choice)) => Event::TookBack { choice },
        Some(Act::Mark { item, before, reason }) => Event::Marked { item, state: before, reason },
        None => {
            model.notice(NoticeKind::NothingToUndo);
            return Vec::new();
        }
    };
    let effect = record(model, event);
    decision::refresh(model);
    decision::to_here(model);
    rows::checklists(model);
    effect.into_iter().collect()
}

/// An act that can be taken back.
#[derive(Debug, PartialEq)]
enum Act {
    Choice(u64),
    Mark { item: ItemId, before: ItemState, reason: Untrusted },
}

/// What was done last is not known until it is on disk.
fn acts_are_pending(session: &Session) -> bool {
    let is_act = |event: &Event| {
        matches!(event, Event::Chose { .. } | Event::TookBack { .. } | Event::Marked { .. })
    };
    session.pending.iter().any(|it| is_act(&it.event))
}

fn last_act(session: &Session) -> Option<Act> {
    let standing = |seq: u64| session.state.choices.iter().any(|it| it.seq == seq);
    acts(session.entries.iter().map(std::convert::AsRef::as_ref))
        .into_iter()
        .rev()
        .find(|act| !matches!(act, Act::Choice(seq) if !standing(*seq)))
}

/// The acts that stand, oldest first. A mark that leads back to where the mark before it on the same item
/// came from, with no other act between, cancels it: so undo after undo goes further back.
fn acts<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<Act> {
    let mut acts: Vec<Act> = Vec::new();
    let mut states: std::collections::BTreeMap<&ItemId, (ItemState, &Untrusted)> =
        std::collections::BTreeMap::new();
    let nothing = Untrusted::default();
    for entry in entries {
        match &entry.event {
            Event::Chose { .. } => acts.push(Act::Choice(entry.seq)),
            Event::TookBack { choice } => acts.retain(|act| *act != Act::Choice(*choice)),
            Event::Marked { item, state, reason } => {
                let (before, why) =
                    states.get(item).copied().unwrap_or((ItemState::Open, &nothing));
                let cancels = matches!(acts.last(),
                    Some(Act::Mark { item: of, before: from, .. }) if of == item && from == state);
                if cancels {
                    acts.pop();
                } else {
                    let reason = why.clone();
                    acts.push(Act::Mark { item: item.clone(), before, reason });
                }
                states.insert(item, (*state, reason));
            }
            _ => {}
        }
    }
    acts
}

/// Asks whether the tool that the GPU pane names may run.
pub(super) fn ask_for_tool(model: &mut Model) {
    let gpu = model.live.snapshot.as_ref().map(|snapshot| &snapshot.gpu);
    let waits = gpu.and_then(|gpu| {
        gpu.sources.iter().find_map(|source| match &source.outcome {
            GpuOutcome::NotAllowed(path) => Some(path.clone()),
            GpuOutcome::Answered | GpuOutcome::Absent | GpuOutcome::Failed(_) => None,
        })
    });
    match waits {
        Some(path) => model.dialog = Dialog::AllowTool(path),
        None => model.notice(NoticeKind::NoTool),
    }
}

/// Signs the handoff with `words`. What the brief was made from is the line before, and the chain names it.
pub(super) fn sign(model: &mut Model, words: Untrusted) -> Vec<Effect> {
    record(model, Event::HandedOff { words }).into_iter().collect()
}

/// Accepts the newest handoff that nobody has accepted.
pub(super) fn accept(model: &mut Model) -> Vec<Effect> {
    let open = model.session.as_ref().and_then(|session| session.state.handoff.as_ref());
    if open.is_some_and(|it| it.accepted.is_none() && it.by == model.who) {
        model.notice(NoticeKind::OwnHandoff);
        return Vec::new();
    }
    let Some(handoff) = open.filter(|it| it.accepted.is_none()).map(|it| it.seq) else {
        model.notice(NoticeKind::NoHandoff);
        return Vec::new();
    };
    record(model, Event::Accepted { handoff }).into_iter().collect()
}
