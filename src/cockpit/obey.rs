//! What each command does.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a command that means nothing here does nothing"
)]

use tui_input::Input;

use crate::cockpit::command::Command;
use crate::cockpit::dialog::{Asked, Dialog};
use crate::cockpit::filter::Filter;
use crate::cockpit::find::Before;
use crate::cockpit::model::{NoticeKind, Pane, Pen, SourceKind, Stage, Touched, View};
use crate::cockpit::{
    Effect, Model, Which, acknowledge, acts, answer, bearing, coach, copy, cursor, decision, find,
    follow, goto, handoff, hides, pen, persistence, rows, tape, undo, wire,
};
use crate::domain::session::ItemState;

/// Does what `command` asks for.
pub(super) fn obey(model: &mut Model, command: Command) -> Vec<Effect> {
    if matches!(model.dialog, Dialog::Printed) && command != Command::LeaveNow {
        return answer::in_dialog(model, command);
    }
    match command {
        Command::LeaveNow => return vec![Effect::Leave],
        Command::Suspend => return vec![Effect::Suspend],
        Command::Redraw => return vec![Effect::Redraw],
        Command::Theme => return vec![Effect::NextTheme],
        Command::Language => {
            model.language = model.language.other();
            decision::refresh(model);
            return Vec::new();
        }
        _ => {}
    }
    if !matches!(model.dialog, Dialog::Closed) {
        return answer::in_dialog(model, command);
    }
    if let Stage::Start { .. } = model.stage {
        return at_start(model, command);
    }
    // Marks on the card are this screen's own, so a reader makes them too.
    if command == Command::Mark && model.focus == Pane::Handoff {
        handoff::mark(model);
        return Vec::new();
    }
    if command.verb().is_some_and(|verb| verb.writes) {
        return work(model, command);
    }
    let view = model.view;
    let effects = look(model, command);
    if model.view != view {
        // The whole flow is shown where there is room for it.
        decision::refresh(model);
    }
    effects
}

fn at_start(model: &mut Model, command: Command) -> Vec<Effect> {
    let Stage::Start { offers, selected } = &mut model.stage else { return Vec::new() };
    match command {
        Command::Up => *selected = selected.saturating_sub(1),
        Command::Down => *selected = (*selected + 1).min(offers.len()),
        Command::Top => *selected = 0,
        Command::Bottom => *selected = offers.len(),
        Command::Open | Command::Mark => {
            let which = offers.get(*selected).map(|offer| Which::Existing(offer.id.clone()));
            return vec![Effect::Open(which.unwrap_or(Which::New))];
        }
        Command::Leave => return vec![Effect::Leave],
        Command::Help => model.dialog = Dialog::Help(Input::default(), 0),
        Command::Palette => model.dialog = Dialog::Palette(Input::default(), 0),
        _ => {}
    }
    Vec::new()
}

/// Acts that add to the journal: only whoever holds the pen does them.
fn work(model: &mut Model, command: Command) -> Vec<Effect> {
    if coach::is_over(model) {
        model.notice(NoticeKind::TrainingOver);
        return Vec::new();
    }
    if model.session.as_ref().is_none_or(|session| session.pen != Pen::Ours) {
        pen::no_pen(model);
        return Vec::new();
    }
    match command {
        Command::Mark => return acts::mark(model),
        Command::Doing => return acts::doing(model),
        Command::NotApplicable => acts::ask_reason(model, ItemState::NotApplicable),
        Command::Blocked => acts::ask_reason(model, ItemState::Blocked),
        Command::Note => acts::ask_note(model),
        Command::State(figure) => bearing::ask(model, figure),
        Command::Undo => return undo::undo(model),
        Command::Redo => return undo::redo(model),
        Command::AllowGpuTool if model.source.kind == SourceKind::Host => acts::ask_for_tool(model),
        Command::AllowGpuTool => model.notice(NoticeKind::NoTool),
        Command::AcknowledgeAll => acknowledge::ask_alike(model),
        Command::HandOff => handoff::ask(model),
        Command::Move if model.source.kind == SourceKind::Host => {
            model.dialog = Dialog::Ask(Asked::Directory, Input::default());
        }
        Command::Move => model.notice(NoticeKind::NothingToMove),
        _ => {}
    }
    Vec::new()
}

fn look(model: &mut Model, command: Command) -> Vec<Effect> {
    match command {
        Command::Up => step(model, -1),
        Command::Down => step(model, 1),
        Command::PageUp => step(model, -cursor::page(model)),
        Command::PageDown => step(model, cursor::page(model)),
        Command::Top => step(model, isize::MIN),
        Command::Bottom => step(model, isize::MAX),
        Command::Left => decision::other_flow(model, -1),
        Command::Right => decision::other_flow(model, 1),
        Command::NextPane => to_pane(model, 1),
        Command::PreviousPane => to_pane(model, -1),
        Command::Go(view) => go(model, view),
        Command::Open if model.view == View::Full(Pane::Handoff) => return handoff::enter(model),
        Command::Open => open(model),
        Command::Back => back(model),
        Command::Zoom => zoom(model),
        Command::Filter => ask_filter(model),
        Command::Sort | Command::Tree if !shows_processes(model) => {
            model.notice(NoticeKind::NoTable);
        }
        Command::Sort => {
            model.panes.processes.sort = model.panes.processes.sort.next();
            rows::refresh(model);
        }
        Command::Tree => {
            model.panes.processes.tree = !model.panes.processes.tree;
            rows::refresh(model);
        }
        Command::Help => model.dialog = Dialog::Help(Input::default(), 0),
        Command::Palette => model.dialog = Dialog::Palette(Input::default(), 0),
        Command::Leave => model.dialog = Dialog::Leave,
        Command::Coach | Command::Hint | Command::Expert | Command::Debrief => {
            return coach::ask(model, command).into_iter().collect();
        }
        other => return look_further(model, other),
    }
    Vec::new()
}

/// Moves the cursor: the one change that does not make the whole picture new.
fn step(model: &mut Model, by: isize) {
    cursor::step(model, by);
    model.touched = Touched::Cursor;
}

/// What is looked at in other ways.
fn look_further(model: &mut Model, command: Command) -> Vec<Effect> {
    match command {
        Command::NextMatch => find::next(model, true),
        Command::PreviousMatch => find::next(model, false),
        Command::Follow => follow::toggle(model),
        Command::Wrap => model.panes.wrap = !model.panes.wrap,
        Command::Copy => copy::ask(model),
        Command::Unread => model.dialog = Dialog::Unread,
        Command::Rules => model.dialog = Dialog::Rules,
        Command::Range => acts::range(model),
        Command::GoToTime => goto::ask(model),
        Command::Bookmarks => goto::bookmarks(model),
        Command::Live => return goto::live(model),
        Command::Listen => return wire::ask(model),
        Command::Acknowledge => return acknowledge::acknowledge(model),
        Command::Accept if coach::is_over(model) => model.notice(NoticeKind::TrainingOver),
        Command::Accept => return handoff::accept(model),
        Command::Anchor => return handoff::anchor(model),
        Command::AskForPen => return pen::ask(model),
        Command::GivePen => pen::give(model),
        Command::ForcePen => return pen::ask_force(model),
        other => return tape::obey(model, other),
    }
    Vec::new()
}

fn to_pane(model: &mut Model, by: isize) {
    let panes: &[Pane] = match model.view {
        View::Cockpit => model.size.breakpoint().panes(),
        View::Full(_) => &Pane::ALL,
    };
    let at = panes.iter().position(|pane| *pane == model.focus);
    let next = at.map_or(0, |at| {
        let count = isize::try_from(panes.len()).unwrap_or(1);
        let at = isize::try_from(at).unwrap_or(0);
        usize::try_from((at + by).rem_euclid(count)).unwrap_or(0)
    });
    let Some(pane) = panes.get(next) else { return };
    model.focus = *pane;
    if let View::Full(shown) = &mut model.view {
        *shown = *pane;
    }
}

fn go(model: &mut Model, view: View) {
    if view == View::Full(Pane::Handoff) {
        return handoff::show(model);
    }
    model.view = view;
    match view {
        View::Full(pane) => {
            model.focus = pane;
            persistence::refresh(model);
        }
        View::Cockpit => into_view(model),
    }
}

/// A pane that the cockpit does not show at this size cannot have the keyboard: keys would move what nobody sees.
pub(super) fn into_view(model: &mut Model) {
    if model.view == View::Cockpit && !model.size.breakpoint().panes().contains(&model.focus) {
        model.focus = Pane::Processes;
    }
}

/// What changes the table of processes changes nothing where nobody sees it.
fn shows_processes(model: &Model) -> bool {
    match model.view {
        View::Full(pane) => pane == Pane::Processes,
        View::Cockpit => model.size.breakpoint().panes().contains(&Pane::Processes),
    }
}

fn zoom(model: &mut Model) {
    match model.view {
        View::Cockpit => model.view = View::Full(model.focus),
        View::Full(_) => go(model, View::Cockpit),
    }
}

fn open(model: &mut Model) {
    if follow::say_lost(model) {
        return;
    }
    let dialog = match model.focus {
        Pane::Processes => {
            let pane = &mut model.panes.processes;
            // Whoever is asked about stays under the cursor.
            pane.held = true;
            pane.selected.map(Dialog::Process)
        }
        Pane::Network => {
            let pane = &mut model.panes.network;
            if pane.rows.get(pane.line).is_some_and(|row| row.folded > 0) {
                (pane.held, pane.unfolded) = (true, true);
                return rows::refresh(model);
            }
            let key = pane.row_under_cursor().map(|row| row.socket.key());
            pane.held |= key.is_some();
            pane.selected = key;
            key.map(Dialog::Connection)
        }
        Pane::Decision => {
            let pane = &model.panes.decision;
            let row = pane.rows.get(pane.line);
            row.zip(pane.flow.clone()).map(|(row, flow)| Dialog::Node(flow, row.node.clone()))
        }
        Pane::Checklist => acts::item_under_cursor(model).map(Dialog::Item),
        Pane::Persistence => return persistence::open(model),
        Pane::Wire => wire::process_under_cursor(model).map(Dialog::Process),
        Pane::Hiding => hides::open(model),
        Pane::Gpu | Pane::Timeline | Pane::Playbook | Pane::Handoff | Pane::Impact => None,
    };
    match dialog {
        Some(dialog) => model.dialog = dialog,
        None => model.view = View::Full(model.focus),
    }
}

/// One step back; never out of the program.
fn back(model: &mut Model) {
    let filter = match model.focus {
        Pane::Processes => Some(&mut model.panes.processes.filter),
        Pane::Network => Some(&mut model.panes.network.filter),
        Pane::Gpu
        | Pane::Decision
        | Pane::Checklist
        | Pane::Timeline
        | Pane::Playbook
        | Pane::Handoff
        | Pane::Hiding
        | Pane::Persistence
        | Pane::Wire
        | Pane::Impact => None,
    };
    if let Some(filter) = filter.filter(|filter| filter.is_set()) {
        *filter = Filter::default();
        rows::refresh(model);
    } else if model.focus == Pane::Persistence && model.panes.persistence.filter.is_set() {
        persistence::filter(model, persistence::Filter::default());
    } else if model.focus == Pane::Network && model.panes.network.unfolded {
        model.panes.network.unfolded = false;
        rows::refresh(model);
    } else if model.panes.checklist.range.take_if(|_| model.focus == Pane::Checklist).is_some() {
        // The range alone was given up.
    } else if model.panes.find.take_if(|find| find.pane == model.focus).is_some() {
        // The search alone was given up.
    } else if model.notice.is_some() {
        model.dismiss();
    } else {
        go(model, View::Cockpit);
    }
}

fn ask_filter(model: &mut Model) {
    let (asked, text) = match model.focus {
        Pane::Network => {
            let filter = &model.panes.network.filter;
            (Asked::FilterNetwork(filter.clone()), filter.text())
        }
        Pane::Processes => {
            let filter = &model.panes.processes.filter;
            (Asked::FilterProcesses(filter.clone()), filter.text())
        }
        pane @ (Pane::Playbook | Pane::Timeline | Pane::Handoff) => {
            let before = Before::of(model, pane);
            let text = before.text().to_owned();
            model.dialog = Dialog::Ask(Asked::Find(before), Input::from(text));
            return;
        }
        Pane::Persistence => {
            let filter = &model.panes.persistence.filter;
            (Asked::FilterAutostarts(filter.clone()), filter.text())
        }
        Pane::Gpu | Pane::Decision | Pane::Checklist | Pane::Hiding | Pane::Wire | Pane::Impact => {
            model.notice(NoticeKind::NoFilter);
            return;
        }
    };
    model.dialog = Dialog::Ask(asked, Input::from(text));
}
