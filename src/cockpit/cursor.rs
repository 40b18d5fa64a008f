//! Moving the cursor of whichever pane has the keyboard.

use crate::cockpit::command::Command;
use crate::cockpit::model::{Breakpoint, Pane, View};
use crate::cockpit::panes::{FlowRow, RowStanding};
use crate::cockpit::{Model, hides, rows};

/// Moves the cursor of the focused pane by `by` lines; the extremes are the first and the last line.
pub(super) fn step(model: &mut Model, by: isize) {
    let panes = &mut model.panes;
    match model.focus {
        Pane::Processes => {
            let pane = &mut panes.processes;
            pane.line = moved(pane.line, by, pane.rows.len());
            pane.held = true;
            pane.followed = None;
            pane.selected = pane.rows.get(pane.line).map(|row| row.process.id);
            rows::hold(model);
        }
        Pane::Network => {
            let pane = &mut panes.network;
            pane.line = moved(pane.line, by, pane.rows.len());
            pane.held = true;
            (pane.followed, pane.lost) = (None, None);
            pane.selected = pane.rows.get(pane.line).map(|row| row.socket.key());
        }
        Pane::Decision => {
            let skips = model.view != View::Full(Pane::Decision);
            let pane = &mut panes.decision;
            let line = moved(pane.line, by, pane.rows.len());
            pane.line = if skips { within_reach(&pane.rows, pane.line, line) } else { line };
            pane.held = true;
            pane.stand();
        }
        Pane::Checklist => {
            panes.checklist.line = moved(panes.checklist.line, by, panes.checklist.rows.len());
        }
        // The newest is at the bottom, so down is towards 0.
        Pane::Timeline => {
            let back = if by == isize::MIN { isize::MAX } else { -by };
            panes.timeline.line = moved(panes.timeline.line, back, panes.timeline.lines);
        }
        Pane::Gpu => panes.gpu.step(by),
        Pane::Hiding => hides::step(model, by),
        Pane::Persistence => panes.persistence.step(by),
        Pane::Wire => panes.wire.step(by),
        Pane::Impact => panes.impact.step(by),
        Pane::Playbook => panes.playbook.step(by),
        Pane::Handoff => {
            panes.ceremony.follows = false;
            panes.handoff.step(by);
        }
    }
}

/// Where the cursor comes to rest on its way from one line to another: nothing can be done on a branch that was not taken
/// or lies ahead, so it goes on to the next row beyond, else it stays on the last one before. In full view the flow is
/// read, and every row can be.
fn within_reach(rows: &[FlowRow], from: usize, to: usize) -> usize {
    let near = |at: &usize| {
        let standing = rows.get(*at).map(|row| row.standing);
        !matches!(standing, None | Some(RowStanding::NotTaken | RowStanding::Ahead))
    };
    if to >= from {
        let on = (to..rows.len()).find(near);
        on.or_else(|| (from..to).rev().find(near)).unwrap_or(from)
    } else {
        let on = (0..=to).rev().find(near);
        on.or_else(|| (to..from).find(near)).unwrap_or(from)
    }
}

/// Lines that one page moves.
pub(super) fn page(model: &Model) -> isize {
    let rows = isize::try_from(model.size.rows).unwrap_or(24);
    match (model.view, model.size.breakpoint()) {
        (View::Full(_), _) | (View::Cockpit, Breakpoint::Tiny | Breakpoint::TooSmall) => {
            (rows - 6).max(1)
        }
        (View::Cockpit, _) => (rows / 4).max(1),
    }
}

/// Line of a list after a command that moves, a page of `page` lines; any other command leaves it.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others do not move")]
pub(super) fn by(command: Command, line: usize, lines: usize, page: usize) -> usize {
    let page = isize::try_from(page).unwrap_or(1);
    let by = match command {
        Command::Up => -1,
        Command::Down => 1,
        Command::PageUp => -page,
        Command::PageDown => page,
        Command::Top => isize::MIN,
        Command::Bottom => isize::MAX,
        _ => 0,
    };
    moved(line, by, lines)
}

fn moved(line: usize, by: isize, lines: usize) -> usize {
    line.saturating_add_signed(by).min(lines.saturating_sub(1))
}
