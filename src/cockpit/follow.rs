//! Staying on one process or connection whatever the order does, and on the newest entry.

use crate::cockpit::Model;
use crate::cockpit::model::{NoticeKind, Pane};
use crate::domain::untrusted::Untrusted;

/// What the cursor was asked to stay on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// What people call it: pid and name, or the other end.
    pub name: Untrusted,
    /// It has ended, or was closed.
    pub gone: bool,
}

impl Followed {
    const fn new(name: Untrusted) -> Self {
        Self { name, gone: false }
    }
}

/// Begins to follow what is under the cursor, or lets it go.
pub(super) fn toggle(model: &mut Model) {
    let holds = model.panes.network.followed.is_some();
    if !holds && say_lost(model) {
        return;
    }
    let follows = match model.focus {
        Pane::Processes => process(model),
        Pane::Network => connection(model),
        Pane::Timeline => {
            model.panes.timeline.line = 0;
            true
        }
        Pane::Gpu
        | Pane::Decision
        | Pane::Checklist
        | Pane::Playbook
        | Pane::Handoff
        | Pane::Hiding
        | Pane::Persistence
        | Pane::Wire
        | Pane::Impact => false,
    };
    if !follows {
        model.notice(NoticeKind::NothingToFollow);
    }
}

fn process(model: &mut Model) -> bool {
    let pane = &mut model.panes.processes;
    if pane.followed.take().is_some() {
        return true;
    }
    let Some(row) = pane.rows.get(pane.line).filter(|row| !row.gone) else { return false };
    let mut name = row.process.id.pid.to_string().into_bytes();
    name.push(b' ');
    name.extend_from_slice(row.process.comm.bytes());
    pane.held = true;
    pane.selected = Some(row.process.id);
    pane.followed = Some(Followed::new(Untrusted::new(name)));
    true
}

fn connection(model: &mut Model) -> bool {
    let pane = &mut model.panes.network;
    if pane.followed.take().is_some() {
        return true;
    }
    // A socket that is being closed has no inode, so nobody could tell it from the next one.
    let Some(row) = pane.row_under_cursor().filter(|row| row.socket.inode != 0) else {
        return false;
    };
    let (key, end) = (row.socket.key(), row.socket.remote.unwrap_or(row.socket.local));
    pane.held = true;
    pane.selected = Some(key);
    pane.followed = Some(Followed::new(end.to_string().into()));
    true
}

/// Where another has the row of what a key was meant for: says so, once, and nothing else is done.
pub(super) fn say_lost(model: &mut Model) -> bool {
    let network = model.panes.network.lost.take_if(|_| model.focus == Pane::Network);
    let lost = network.or_else(|| model.panes.hiding.lost.take_if(|_| model.focus == Pane::Hiding));
    let is_lost = lost.is_some();
    if let Some(lost) = lost {
        model.notice(NoticeKind::FollowedGone(lost.name));
    }
    is_lost
}

/// The rows are new: says so, once, if what was followed is not among them.
pub(super) fn look(model: &mut Model) {
    let processes = &mut model.panes.processes;
    let row = processes.rows.get(processes.line).filter(|_| processes.held);
    let selected = row.filter(|row| Some(row.process.id) == processes.selected);
    let ended = selected.is_some_and(|row| row.gone);
    let process = lost(&mut processes.followed, selected.is_some(), ended);
    let network = &mut model.panes.network;
    let same = network.rows.get(network.line).map(|row| row.socket.key()) == network.selected;
    let closed = !same || network.selected.is_none();
    let connection = lost(&mut network.followed, true, closed);
    if let Some(name) = process.or(connection) {
        model.notice(NoticeKind::FollowedGone(name));
    }
}

/// The name of what has just gone. What only a filter hides is followed no longer.
fn lost(followed: &mut Option<Followed>, shown: bool, gone: bool) -> Option<Untrusted> {
    if !shown {
        *followed = None;
    }
    let followed = followed.as_mut()?;
    let news = gone && !followed.gone;
    followed.gone |= gone;
    news.then(|| followed.name.clone())
}
