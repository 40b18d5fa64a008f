//! Columns of the network pane: which there is room for, and what they are called.

use super::{Lines, Shown};
use crate::cockpit::Model;
use crate::cockpit::panes::NetworkPart;
use crate::ui::panes::network::connection::shown_end;
use crate::ui::panes::row::Row;
use crate::ui::role::Role;
use crate::words::SocketWord;
use crate::words::panes::{Word, word};

/// From this many cells on, matches say why.
const CELLS_FOR_WHY: usize = 70;
/// From this many cells on, this end is shown too.
const CELLS_FOR_LOCAL: usize = 130;
/// From this many cells on, so are the bytes both ways and how long ago the last ones went.
const CELLS_FOR_FLOW: usize = 100;
/// An IPv4 address with its port.
const IPV4: usize = 21;
const STATE: usize = 6;
const AGE: usize = 5;
/// Cells of an amount of bytes, and of an age beside it.
pub(super) const AMOUNT: usize = 5;
/// Both amounts, the age, and the blanks behind them.
const FLOW: usize = 3 * (AMOUNT + 1);
/// Cells for an owner's name and the blanks beside it.
const NAME: usize = 24;
/// Cells of a pid at least: its column's name.
const LEAST_PID: usize = 3;

/// Cells of each column; 0 for one that there is no room for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    pub(super) remote: usize,
    pub(super) state: usize,
    pub(super) age: usize,
    pub(super) local: usize,
    /// Of the bytes both ways and the age of the last ones.
    pub(super) flow: usize,
    /// Of the owner's cells, those of its pid.
    pub(super) pid: usize,
    pub(super) owner: usize,
    pub(super) why: usize,
}

/// The columns of most rows: the longest address in view that is not longer than an IPv4 one can be, if
/// there is little room.
pub(super) fn of(list: &Lines<'_>, first: usize, height: usize, room: usize) -> Columns {
    let most = if room >= CELLS_FOR_LOCAL { usize::MAX } else { IPV4 };
    let in_view = (first..list.len()).take(height).filter_map(|line| match list.at(line)? {
        Shown::Row(_, row) => Some(shown_end(&row.socket).len()),
        Shown::Head(..) => None,
    });
    let widest = in_view.filter(|cells| *cells <= most).max().unwrap_or_default();
    let owners = (first..list.len()).take(height).filter_map(|line| match list.at(line)? {
        Shown::Row(_, row) => row.owner.as_ref().map(|owner| owner.id.pid.0),
        Shown::Head(..) => None,
    });
    let digits = |pid: u32| usize::try_from(pid.checked_ilog10().unwrap_or(0) + 1).unwrap_or(1);
    let pid = owners.max().map_or(1, digits).max(LEAST_PID);
    let mut lines = (first..list.len()).take(height);
    let waits = lines.any(
        |line| matches!(list.at(line), Some(Shown::Row(_, row)) if row.part == NetworkPart::Listening),
    );
    let mut lines = (first..list.len()).take(height);
    let flows = lines
        .any(|line| matches!(list.at(line), Some(Shown::Row(_, row)) if row.socket.flow.is_some()));
    Columns::fit(widest.max(IPV4.min(room / 3)), pid, Room { cells: room, waits, flows })
}

/// What there is room for, and what it is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// Cells.
    pub(super) cells: usize,
    /// Something in view waits for somebody.
    pub(super) waits: bool,
    /// Of something in view bytes are counted.
    pub(super) flows: bool,
}

impl Columns {
    /// An address is never cut while anything else can give way: the state first, then the age, then the
    /// owner's name.
    /// Without a column for the state, what waits says so where the others have their age.
    pub(super) fn fit(address: usize, pid: usize, of: Room) -> Self {
        let Room { cells: room, waits, flows } = of;
        let local = if room >= CELLS_FOR_LOCAL { IPV4 + 1 } else { 0 };
        let flow = if flows && room >= CELLS_FOR_FLOW { FLOW } else { 0 };
        let signs = 3;
        let mut left = room.saturating_sub(signs + local + flow);
        let remote = address.min(left);
        left = left.saturating_sub(remote + 1);
        let mut take = |cells: usize, keep: usize| {
            let taken = if left > cells + keep { cells } else { 0 };
            left -= if taken > 0 { taken + 1 } else { 0 };
            taken
        };
        let state = take(STATE, 16 + AGE);
        let age = take(if state == 0 && waits { STATE } else { AGE }, 9);
        // The kernel keeps few letters of a name; the reasons get what is left.
        let why =
            if room >= CELLS_FOR_WHY { (left / 2).max(left.saturating_sub(pid + NAME)) } else { 0 };
        let owner = left.saturating_sub(if why > 0 { why + 1 } else { 0 });
        Self { remote, state, age, local, flow, pid, owner, why }
    }
}

pub(super) fn head(model: &Model, columns: Columns, mut pen: Row<'_>) {
    let cells = [
        (Word::Remote, columns.remote),
        (Word::SocketState, columns.state),
        (Word::Age, columns.age),
        (Word::Local, columns.local.saturating_sub(1)),
        (Word::Owner, columns.owner),
        (Word::Why, columns.why),
    ];
    pen.skip(3);
    for (name, cells) in cells.into_iter().filter(|(_, cells)| *cells > 0) {
        let text = word(model.language, name);
        if name == Word::Owner && columns.flow > 0 {
            for name in [SocketWord::Sent, SocketWord::Received, SocketWord::Last] {
                pen.right(Role::Dim, name.text(model.language), AMOUNT);
                pen.skip(1);
            }
        }
        if name == Word::Age {
            pen.right(Role::Dim, text, cells);
        } else if name == Word::Owner {
            let indent = columns.pid.saturating_sub(LEAST_PID).min(cells);
            pen.skip(indent);
            pen.left(Role::Dim, text, cells - indent);
        } else {
            pen.left(Role::Dim, text, cells);
        }
        pen.skip(1);
    }
}
