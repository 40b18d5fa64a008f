//! Who listens to whole packets: a few lines above the connections, since each of them matters and they are few.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::domain::facts::{OtherKind, OtherSocket, Snapshot};
use crate::ui::panes::row::Row;
use crate::ui::role::Role;
use crate::ui::theme::Theme;
use crate::words::{SocketWord, socket as said};

/// From this many rows on they are named; the title counts them in any case.
const ROWS: u16 = 14;
/// So many of them.
const MOST: usize = 3;
/// Cells for what they listen to.
const HEARD: usize = 14;

/// Those of a snapshot, but for the program's own.
pub(super) fn of(snapshot: &Snapshot) -> impl Iterator<Item = &OtherSocket> {
    let packet = |it: &&OtherSocket| matches!(it.kind, OtherKind::Packet { .. }) && !it.own;
    snapshot.others.iter().filter(packet)
}

/// Draws them, and gives the room below.
pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    snapshot: &Snapshot,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    if area.height < ROWS {
        return area;
    }
    let mut lines = 0;
    for (line, socket) in of(snapshot).take(MOST).enumerate() {
        let pen = Row::new(theme, model.glyphs, area, line, buf);
        sniffer(model, snapshot, socket, pen);
        lines += 1;
    }
    Rect { y: area.y + lines, height: area.height - lines, ..area }
}

fn sniffer(model: &Model, snapshot: &Snapshot, socket: &OtherSocket, mut pen: Row<'_>) {
    let OtherKind::Packet { protocol, interface } = socket.kind else { return };
    pen.skip(1);
    pen.say(Role::Warn, "*");
    pen.skip(1);
    pen.left(Role::Warn, &said::ether_type(model.language, protocol), HEARD);
    pen.skip(1);
    if interface == 0 {
        pen.say(Role::Text, SocketWord::AllInterfaces.text(model.language));
    } else {
        let name = SocketWord::Interface.text(model.language);
        pen.say(Role::Text, &format!("{name} {interface}"));
    }
    pen.skip(2);
    owners(snapshot, socket, &mut pen);
}

/// Who has it open, as far as that is known.
pub(super) fn owners(snapshot: &Snapshot, socket: &OtherSocket, pen: &mut Row<'_>) {
    if socket.owners.is_empty() {
        pen.say(Role::Unknown, "?");
    }
    for id in &socket.owners {
        pen.say(Role::Text, &format!("{} ", id.pid));
        if let Some(process) = snapshot.process(*id) {
            let room = pen.room();
            pen.pieces(Role::Untrusted, &process.comm, room);
        }
        pen.skip(2);
    }
}
