//! Where everything stands, by the size of the terminal. Pure, so that scrolling by a screenful can ask too.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::cockpit::Model;
use crate::cockpit::model::{Breakpoint, Pane, Size, View};

/// Rows of the coach strip, frame included.
const COACH: u16 = 6;
/// A body with fewer rows than this is short of them.
const SHORT: u16 = 18;

/// The parts of the screen from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// First line.
    pub header: Rect,
    /// What must not be overlooked; no rows while nothing is wrong.
    pub banner: Rect,
    /// Panes.
    pub body: Rect,
    /// The coach strip; no rows outside training.
    pub coach: Rect,
    /// Newest notice.
    pub notice: Rect,
    /// Keys.
    pub footer: Rect,
}

/// Parts that are not always there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strips {
    /// In training.
    pub coach: bool,
    /// While entries do not reach the disk.
    pub banner: bool,
}

impl Strips {
    /// Those that a model asks for.
    #[must_use]
    pub const fn of(model: &Model) -> Self {
        Self { coach: model.coach.is_some(), banner: model.storage.waiting.is_some() }
    }
}

/// The parts of a screen of this size.
#[must_use]
pub fn parts(size: Size, strips: Strips) -> Parts {
    let area = Rect::new(0, 0, size.columns, size.rows);
    let coach_rows = match (strips.coach, size.breakpoint()) {
        (false, _) | (_, Breakpoint::TooSmall) => 0,
        (true, Breakpoint::Tiny) => 3,
        (true, _) => COACH,
    };
    let line = Constraint::Length(1);
    let banner = Constraint::Length(u16::from(strips.banner));
    let rows = [line, banner, Constraint::Min(0), Constraint::Length(coach_rows), line, line];
    let [header, banner, body, coach, notice, footer] = area.layout(&Layout::vertical(rows));
    Parts { header, banner, body, coach, notice, footer }
}

/// Panes that are on the screen, and where. A pane's text has two rows and two columns less: its frame.
#[must_use]
pub fn pane_areas(size: Size, view: View, focus: Pane, strips: Strips) -> Vec<(Pane, Rect)> {
    let body = parts(size, strips).body;
    let breakpoint = size.breakpoint();
    match (view, breakpoint) {
        (_, Breakpoint::TooSmall) => Vec::new(),
        (View::Full(pane), _) => vec![(pane, body)],
        (View::Cockpit, Breakpoint::Tiny) => vec![(focus, body)],
        (View::Cockpit, Breakpoint::Compact) => with_focus(compact(body), focus),
        (View::Cockpit, Breakpoint::Standard) => with_focus(standard(body), focus),
        (View::Cockpit, Breakpoint::Wide) => with_focus(wide(body), focus),
    }
}

/// A pane that has the keyboard is never out of sight: it takes the place of one that is like it.
fn with_focus(mut areas: Vec<(Pane, Rect)>, focus: Pane) -> Vec<(Pane, Rect)> {
    if areas.iter().any(|(pane, _)| *pane == focus) {
        return areas;
    }
    let stands_in = match focus {
        Pane::Processes
        | Pane::Network
        | Pane::Gpu
        | Pane::Timeline
        | Pane::Hiding
        | Pane::Persistence
        | Pane::Wire => Pane::Processes,
        Pane::Decision | Pane::Checklist | Pane::Playbook | Pane::Handoff | Pane::Impact => {
            Pane::Decision
        }
    };
    for (pane, _) in &mut areas {
        if *pane == stands_in {
            *pane = focus;
        }
    }
    areas
}

fn compact(body: Rect) -> Vec<(Pane, Rect)> {
    // Under a coach the machine gives its history up, so that a miner and its neighbours are in view.
    let rows = if body.height < SHORT {
        [Constraint::Length(5), Constraint::Fill(3), Constraint::Fill(2)]
    } else {
        [Constraint::Length(6), Constraint::Fill(1), Constraint::Fill(1)]
    };
    let [top, middle, bottom] = body.layout(&Layout::vertical(rows));
    let [machine, network] = columns(top, 2, 3);
    let [decision, checklist] = columns(bottom, 1, 1);
    vec![
        (Pane::Gpu, machine),
        (Pane::Network, network),
        (Pane::Processes, middle),
        (Pane::Decision, decision),
        (Pane::Checklist, checklist),
    ]
}

fn standard(body: Rect) -> Vec<(Pane, Rect)> {
    let rows = [Constraint::Length(9), Constraint::Fill(3), Constraint::Length(6)];
    let [top, middle, bottom] = body.layout(&Layout::vertical(rows));
    let [machine, network] = columns(top, 2, 3);
    let [left, right] = columns(middle, 3, 2);
    let halves = [Constraint::Fill(1), Constraint::Fill(1)];
    let [decision, checklist] = right.layout(&Layout::vertical(halves));
    vec![
        (Pane::Gpu, machine),
        (Pane::Network, network),
        (Pane::Processes, left),
        (Pane::Decision, decision),
        (Pane::Checklist, checklist),
        (Pane::Timeline, bottom),
    ]
}

fn wide(body: Rect) -> Vec<(Pane, Rect)> {
    let rows = [Constraint::Length(13), Constraint::Fill(1), Constraint::Length(12)];
    let [top, middle, bottom] = body.layout(&Layout::vertical(rows));
    let [machine, network] = columns(top, 2, 3);
    let [left, right] = columns(middle, 3, 2);
    // One above the other: beside each other both would be too narrow for their sentences.
    let shares = [Constraint::Fill(2), Constraint::Fill(3)];
    let [decision, checklist] = right.layout(&Layout::vertical(shares));
    let [timeline, playbook] = columns(bottom, 3, 2);
    vec![
        (Pane::Gpu, machine),
        (Pane::Network, network),
        (Pane::Processes, left),
        (Pane::Decision, decision),
        (Pane::Checklist, checklist),
        (Pane::Timeline, timeline),
        (Pane::Playbook, playbook),
    ]
}

fn columns(area: Rect, left: u16, right: u16) -> [Rect; 2] {
    area.layout(&Layout::horizontal([Constraint::Fill(left), Constraint::Fill(right)]))
}

/// A window of at most this size in the middle of `area`.
#[must_use]
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let width = width.min(area.width);
    let height = height.min(area.height);
    let x = area.x + (area.width - width) / 2;
    let y = area.y + (area.height - height) / 2;
    Rect { x, y, width, height }
}
