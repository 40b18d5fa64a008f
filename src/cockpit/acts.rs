//! Acts of the work: each becomes an event, and the screen shows it as saved only when it is.

use crate::cockpit::dialog::{Asked, Dialog};
use crate::cockpit::model::Pane;
use crate::cockpit::model::{NoticeKind, Pending};
use crate::cockpit::panes::{ChecklistRow, RowStanding};
use crate::cockpit::{Effect, Model, acknowledge, decision, follow, rows};
use crate::domain::facts::GpuOutcome;
use crate::domain::playbook::{FlowId, ItemId, NodeId};
use crate::domain::session::{Event, ItemState, Place};
use crate::domain::untrusted::Untrusted;

/// Sends `event` to the journal; the screen shows it as pending.
pub(super) fn record(model: &mut Model, event: Event) -> Option<Effect> {
    // What was refused before is behind whoever acts now.
    model.unsay(|kind| {
        matches!(
            kind,
            NoticeKind::ReasonNeeded
                | NoticeKind::NotReachable
                | NoticeKind::OtherBranch
                | NoticeKind::ChooseBelow
                | NoticeKind::EndOfFlow
                | NoticeKind::WasAnswered
        )
    });
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

/// Ticks the items of the range, or takes the branch, under the cursor.
pub(super) fn mark(model: &mut Model) -> Vec<Effect> {
    match model.focus {
        Pane::Checklist => {
            let items = marked(model);
            let done = |item: &ItemId| {
                model.session.as_ref().is_some_and(|it| it.item(item).0 == ItemState::Done)
            };
            // A range that is ticked in part is ticked whole; only one that is whole is opened again.
            let whole = items.iter().all(done);
            let (state, items): (_, Vec<ItemId>) = if whole {
                (ItemState::Open, items)
            } else {
                (ItemState::Done, items.into_iter().filter(|item| !done(item)).collect())
            };
            set_or_ask(model, items, state)
        }
        Pane::Decision => choose(model),
        Pane::Processes
        | Pane::Network
        | Pane::Gpu
        | Pane::Timeline
        | Pane::Playbook
        | Pane::Handoff
        | Pane::Hiding
        | Pane::Persistence
        | Pane::Wire
        | Pane::Impact => Vec::new(),
    }
}

/// Sets the state of items, unless the reason of one would go: then that is asked first.
fn set_or_ask(model: &mut Model, items: Vec<ItemId>, state: ItemState) -> Vec<Effect> {
    let session = model.session.as_ref();
    if items.iter().any(|item| session.is_some_and(|it| it.reason(item).is_some())) {
        model.dialog = Dialog::LoseReasons(items, state);
        return Vec::new();
    }
    set(model, items, state, &Untrusted::default())
}

/// Sets the state of items, an entry each; the range has done its work then.
pub(super) fn set(
    model: &mut Model,
    items: Vec<ItemId>,
    state: ItemState,
    reason: &Untrusted,
) -> Vec<Effect> {
    let mut effects = Vec::new();
    for item in items {
        let reason = reason.clone();
        effects.extend(act(model, Event::Marked { item, state, reason, undoes: None }));
    }
    model.panes.checklist.range = None;
    rows::checklists(model);
    effects
}

/// Somebody is at the items.
pub(super) fn doing(model: &mut Model) -> Vec<Effect> {
    let items = if model.focus == Pane::Checklist { marked(model) } else { Vec::new() };
    set_or_ask(model, items, ItemState::Doing)
}

/// Asks why the items are not applicable or blocked.
pub(super) fn ask_reason(model: &mut Model, state: ItemState) {
    let items = marked(model);
    if model.focus == Pane::Checklist && !items.is_empty() {
        model.dialog = Dialog::Ask(Asked::Reason(items, state), tui_input::Input::default());
    }
}

/// Begins a range at the item under the cursor, or gives it up.
pub(super) fn range(model: &mut Model) {
    if model.focus != Pane::Checklist {
        return model.notice(NoticeKind::NoRange);
    }
    let item = item_under_cursor(model);
    let range = &mut model.panes.checklist.range;
    *range = if range.is_some() { None } else { item };
}

fn marked(model: &Model) -> Vec<ItemId> {
    model.panes.checklist.marked_items().cloned().collect()
}

/// An act after which there is nothing to redo: what was taken back is not what would be done again.
pub(super) fn act(model: &mut Model, event: Event) -> Option<Effect> {
    model.undone.clear();
    record(model, event)
}

/// Takes the branch under the cursor; on the node where the walk is, its only next step.
fn choose(model: &mut Model) -> Vec<Effect> {
    let Some((flow, node, branch)) = choice_under_cursor(model) else {
        model.notice(decision::why_not(model));
        return Vec::new();
    };
    let Some((to, label)) = decision::branch(model, &flow, &node, branch) else {
        return Vec::new();
    };
    let effect = act(model, Event::Chose { flow, node, branch, to, label });
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
    if follow::say_lost(model) {
        return;
    }
    let about = match model.focus {
        Pane::Checklist => item_under_cursor(model).map(Place::Item),
        Pane::Decision => {
            let pane = &model.panes.decision;
            let row = pane.rows.get(pane.line);
            row.zip(pane.flow.clone()).map(|(row, flow)| Place::Node(flow, row.node.clone()))
        }
        Pane::Processes | Pane::Network | Pane::Hiding => {
            acknowledge::under_cursor(model).map(Place::Subject)
        }
        Pane::Gpu
        | Pane::Timeline
        | Pane::Playbook
        | Pane::Handoff
        | Pane::Persistence
        | Pane::Wire
        | Pane::Impact => None,
    };
    let draft = std::mem::take(&mut model.draft);
    model.dialog = Dialog::Ask(Asked::Note(about), draft.into());
}

/// Asks whether the tool that the GPU pane names may run.
pub(super) fn ask_for_tool(model: &mut Model) {
    let gpu = model.live.snapshot.as_ref().map(|snapshot| &snapshot.gpu);
    let waits = gpu.and_then(|gpu| {
        gpu.sources.iter().find_map(|source| match &source.outcome {
            GpuOutcome::NotAllowed(path) => Some(path.clone()),
            GpuOutcome::Answered
            | GpuOutcome::Absent
            | GpuOutcome::Waiting
            | GpuOutcome::Late
            | GpuOutcome::Failed(_) => None,
        })
    });
    match waits {
        Some(path) => model.dialog = Dialog::AllowTool(path),
        None => model.notice(NoticeKind::NoTool),
    }
}
