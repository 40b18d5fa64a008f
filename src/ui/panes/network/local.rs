//! Local sockets that wait for somebody: those that matter in a few lines above the connections, all others as a number.
//!
//! A host has dozens of them, and they are what its services are made of. One matters whose owner hides or is suspect, and
//! then one whose name is in an odd place. The page about a process lists all of its own.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::domain::detect::{Grade, Subject};
use crate::domain::facts::{OtherKind, OtherSocket, Snapshot};
use crate::domain::untrusted::Untrusted;
use crate::ui::panes::network::packets::owners;
use crate::ui::panes::row::Row;
use crate::ui::role::Role;
use crate::ui::theme::Theme;
use crate::words::{SocketWord, socket as said};

/// From this many rows on they are named.
const ROWS: u16 = 14;
/// So many of them.
const MOST: usize = 3;
/// Cells for a name, in part of a row at most.
const NAME: usize = 40;

/// How much one of them matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// Its owner hides, or something speaks against it.
    Owner,
    /// Its name is in an odd place.
    Place,
}

/// Draws them, and gives the room below.
pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    snapshot: &Snapshot,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let all = || snapshot.others.iter().filter_map(|it| Some((name(it)?, it)));
    if area.height < ROWS || all().next().is_none() {
        return area;
    }
    let mut matter: Vec<_> =
        all().filter_map(|(name, it)| Some((weight(model, snapshot, it)?, name, it))).collect();
    matter.sort_by_key(|(weight, _, it)| (*weight, it.inode));
    let mut lines = 0;
    for (line, (weight, name, socket)) in matter.iter().take(MOST).enumerate() {
        let pen = Row::new(theme, model.glyphs, area, line, buf);
        one(model, snapshot, (*weight, name, socket), pen);
        lines += 1;
    }
    let shown = matter.len().min(MOST);
    let rest = all().count() - shown;
    if rest > 0 {
        let odd = matter.len() - shown;
        let mut pen = Row::new(theme, model.glyphs, area, shown, buf);
        pen.skip(3);
        pen.say(Role::Dim, &said::more_local(model.language, rest, shown > 0, odd));
        lines += 1;
    }
    Rect { y: area.y + lines, height: area.height - lines, ..area }
}

/// The name of a local socket that is not the program's own.
fn name(socket: &OtherSocket) -> Option<&Untrusted> {
    match &socket.kind {
        OtherKind::Unix(name) if !socket.own => Some(name),
        OtherKind::Unix(_) | OtherKind::Packet { .. } => None,
    }
}

fn weight(model: &Model, snapshot: &Snapshot, socket: &OtherSocket) -> Option<Weight> {
    let bad = socket.owners.iter().any(|id| {
        let finding = model.live.findings.get(&Subject::Process(*id));
        let hides = || snapshot.process(*id).is_some_and(|it| it.hidden.is_some());
        finding.is_some_and(|it| it.grade > Grade::Noted) || hides()
    });
    if bad {
        return Some(Weight::Owner);
    }
    socket.kind.is_odd().then_some(Weight::Place)
}

fn one(
    model: &Model,
    snapshot: &Snapshot,
    (weight, name, socket): (Weight, &Untrusted, &OtherSocket),
    mut pen: Row<'_>,
) {
    let (sign, role) = match weight {
        Weight::Owner => ("!", Role::Crit),
        Weight::Place => ("*", Role::Warn),
    };
    pen.skip(1);
    pen.say(role, sign);
    pen.skip(1);
    pen.say(role, SocketWord::LocalSocket.text(model.language));
    pen.skip(1);
    let cells = NAME.min(pen.room() / 2);
    if name.is_empty() {
        pen.say(Role::Unknown, SocketWord::Nameless.text(model.language));
    } else {
        pen.pieces(Role::Untrusted, name, cells);
    }
    pen.skip(2);
    owners(snapshot, socket, &mut pen);
}
