//! One row of the network pane: an end, its state and age, bytes, who holds it, where it leads, what speaks against it.

use std::net::SocketAddr;

use ratatui::text::Line;

use super::columns::{AMOUNT, Columns, Room};
use crate::cockpit::Model;
use crate::cockpit::panes::{NetworkPart, NetworkRow};
use crate::domain::base::Moment;
use crate::domain::detect::{Finding, Subject};
use crate::domain::facts::{Hop, Protocol, Snapshot, Socket, SocketState};
use crate::domain::untrusted::Untrusted;
use crate::ui::glyph::{Signs, signs};
use crate::ui::panes::row::Row;
use crate::ui::panes::{grade, wrapped};
use crate::ui::role::Role;
use crate::ui::text::{age, size, span};
use crate::ui::theme::Theme;
use crate::ui::wrap::wrap;
use crate::words::{SocketWord, fact, finding, socket as said};

/// Fewer cells for an owner have no room for the number of a namespace.
const CELLS_FOR_PLACE: usize = 34;
/// Fewer cells say nothing of where a connection leads.
const CELLS_FOR_LEADS: usize = 12;
/// Cells of a container's id, as its runtime shows it.
const CONTAINER: usize = 12;
/// Fewer cells than this say nothing of a name.
const LEAST_NAME: usize = 12;
/// Cells for the name of a process that passes something on.
const NAME: usize = 16;

/// Draws one row and gives the cells that its reasons have.
pub(super) fn draw(
    model: &Model,
    snapshot: &Snapshot,
    row: &NetworkRow,
    columns: Columns,
    at_cursor: bool,
    pen: &mut Row<'_>,
) -> usize {
    let socket = &*row.socket;
    let found = finding_on(model, socket);
    let (sign, role) = found.map_or((" ", Role::Text), |it| grade(it.grade));
    let sign = if socket.only_in.is_some() { ("H", Role::Hidden) } else { (sign, role) };
    marks(sign, at_cursor, pen);
    let mut address = shown_end(socket);
    let waits = row.part == NetworkPart::Listening && columns.state == 0;
    if waits && columns.age == 0 {
        // What waits must not look like what calls out.
        address.push_str(" L");
    }
    // A row with a longer address than most has its own columns.
    let columns = if address.len() > columns.remote {
        let waits = row.part == NetworkPart::Listening;
        let room = Room { cells: pen.room() + 3, waits, flows: columns.flow > 0 };
        Columns::fit(address.len(), columns.pid, room)
    } else {
        columns
    };
    pen.left(role, &address, columns.remote);
    pen.skip(1);
    let state = match socket.protocol {
        Protocol::Tcp => fact::socket_letters(socket.state),
        other @ (Protocol::Udp | Protocol::Raw) => said::protocol(other),
    };
    if columns.state > 0 {
        pen.left(Role::Dim, state, columns.state);
        pen.skip(1);
    }
    if columns.age > 0 {
        let seen = || seen_for(socket, snapshot.moment);
        let (role, said) = if waits { (Role::Dim, state.into()) } else { (Role::Text, seen()) };
        pen.right(role, &said, columns.age);
        pen.skip(1);
    }
    if columns.local > 0 {
        let raw = socket.protocol == Protocol::Raw;
        let local = if raw { String::new() } else { socket.local.to_string() };
        pen.left(Role::Dim, &local, columns.local - 1);
        pen.skip(1);
    }
    if columns.flow > 0 {
        flow(socket, snapshot.moment, pen);
    }
    // Against whom nothing speaks, there is no reason to leave room for.
    let cells = if found.is_some() { columns.owner } else { pen.room() };
    let found = found.filter(|_| columns.why > 0);
    let beyond = found.is_none().then_some(snapshot);
    owner(model, (row, beyond), pen, columns.pid, cells);
    found.map_or(0, |found| why(model, snapshot, row, found, pen))
}

/// What speaks against it and where it leads; gives the cells that there were for that.
fn why(
    model: &Model,
    snapshot: &Snapshot,
    row: &NetworkRow,
    found: &Finding,
    pen: &mut Row<'_>,
) -> usize {
    pen.skip(1);
    let (room, role) = (pen.room(), grade(found.grade).1);
    let rules = rules(model, found);
    if model.panes.wrap {
        let leads = leads_in_words(snapshot, row, pen.signs());
        let lines = wrap(&format!("{rules}{leads}"), room);
        pen.say(role, lines.first().map_or("", String::as_str));
    } else {
        pen.say(role, &rules);
        leads(snapshot, row, pen);
    }
    room
}

/// Where the cursor is, and the sign of the row.
fn marks((sign, role): (&str, Role), at_cursor: bool, pen: &mut Row<'_>) {
    let cursor = if at_cursor { pen.signs().cursor } else { " " };
    pen.left(Role::BorderFocus, cursor, 1);
    pen.left(role, sign, 1);
    pen.skip(1);
}

/// The kinds of reasons that speak against a connection.
fn rules(model: &Model, found: &Finding) -> String {
    let mut rules: Vec<&str> = Vec::new();
    for reason in &found.reasons {
        let said = finding::rule(model.language, reason.rule);
        if !rules.contains(&said) {
            rules.push(said);
        }
    }
    rules.join(", ")
}

/// The same broken into lines of so many cells; nothing where there is no room for it.
pub(super) fn why_lines(
    model: &Model,
    theme: &Theme,
    row: &NetworkRow,
    cells: usize,
) -> Vec<Line<'static>> {
    let found = finding_on(model, &row.socket).filter(|_| cells > 0);
    let Some((found, snapshot)) = found.zip(model.live.snapshot.as_deref()) else {
        return Vec::new();
    };
    let role = grade(found.grade).1;
    let leads = leads_in_words(snapshot, row, signs(model.glyphs));
    let mut lines = wrap(&format!("{}{leads}", rules(model, found)), cells);
    lines.truncate(wrapped::MOST);
    lines.into_iter().map(|line| Line::from(span(theme, role, line))).collect()
}

/// Its owner, with what marks the connection; and where it leads, if that has its place here.
fn owner(
    model: &Model,
    (row, beyond): (&NetworkRow, Option<&Snapshot>),
    pen: &mut Row<'_>,
    digits: usize,
    cells: usize,
) {
    let cells = cells.min(pen.room());
    let mut cell = pen.split_left(cells);
    if let Some(process) = &row.owner {
        let pid = process.id.pid.to_string();
        cell.right(Role::Text, &pid, digits.max(pid.len()));
    } else {
        cell.right(Role::Unknown, "?", digits);
    }
    cell.skip(1);
    if row.socket.own {
        cell.say(Role::Ok, SocketWord::You.text(model.language));
        cell.skip(1);
    }
    if row.socket.namespace != 0 {
        place(row, &mut cell);
    }
    if let Some(process) = &row.owner {
        let room = cell.room();
        cell.pieces(Role::Untrusted, &process.comm, room);
    }
    heard(model, row, &mut cell);
    if let Some(snapshot) = beyond {
        leads(snapshot, row, &mut cell);
    }
}

/// The name of the other end, as it was heard on the wire, where there is room for it.
fn heard(model: &Model, row: &NetworkRow, pen: &mut Row<'_>) {
    let named = model.live.snapshot.as_ref().zip(row.socket.remote);
    let name = named.and_then(|(snapshot, remote)| snapshot.wire.name_of(remote.ip()));
    if let Some(name) = name.filter(|_| pen.room() >= LEAST_NAME) {
        pen.say(Role::Dim, "  = ");
        let room = pen.room();
        pen.pieces(Role::Untrusted, name, room);
    }
}

/// In which other network namespace it is: by the container, or else that it is.
fn place(row: &NetworkRow, pen: &mut Row<'_>) {
    let roomy = pen.room() >= CELLS_FOR_PLACE;
    pen.say(Role::Mark, "@");
    if roomy {
        match row.owner.as_ref().and_then(|it| it.around.container.as_ref()) {
            Some(container) => {
                let id = container.id.bytes();
                let short = Untrusted::new(id.get(..CONTAINER).unwrap_or(id));
                pen.pieces(Role::Untrusted, &short, CONTAINER);
            }
            // The page of the connection has the number.
            None => pen.say(Role::Dim, "ns"),
        }
    }
    pen.skip(1);
}

/// Who passes it on, and to where.
fn leads(snapshot: &Snapshot, row: &NetworkRow, pen: &mut Row<'_>) {
    let Some(beyond) = row.beyond.as_ref().filter(|_| pen.room() >= CELLS_FOR_LEADS) else {
        return;
    };
    let arrow = format!(" {} ", pen.signs().arrow);
    for (step, hop) in beyond.hops.iter().enumerate() {
        pen.say(Role::Dim, &arrow);
        if step > 0 {
            pen.say(Role::Text, &format!("{} ", hop.to.port()));
        }
        match snapshot.process(hop.by) {
            Some(process) => {
                pen.pieces(Role::Untrusted, &process.comm, NAME);
            }
            None => pen.say(Role::Unknown, "?"),
        }
    }
    let Some(end) = beyond.ends.first() else { return };
    pen.say(Role::Dim, &arrow);
    pen.say(Role::Text, &end.to_string());
    let others = beyond.ends.len() - 1;
    let more = if beyond.more { "+" } else { "" };
    if others > 0 || beyond.more {
        pen.say(Role::Dim, &format!(" +{others}{more}"));
    }
}

/// The same as text, for lines that are broken.
fn leads_in_words(snapshot: &Snapshot, row: &NetworkRow, signs: &Signs) -> String {
    let Some(beyond) = &row.beyond else { return String::new() };
    let name = |hop: &Hop| {
        let process = snapshot.process(hop.by);
        process.map_or_else(|| String::from("?"), |it| it.comm.plain(NAME))
    };
    let ends = beyond.ends.iter().map(ToString::to_string);
    let mut said = String::new();
    for step in beyond.hops.iter().map(name).chain(ends) {
        said.extend([" ", signs.arrow, " ", &step]);
    }
    said
}

/// Bytes both ways, and how long ago the last ones went.
fn flow(socket: &Socket, moment: Moment, pen: &mut Row<'_>) {
    use SocketState::{SynReceived, SynSent, TimeWait};
    let connected = socket.protocol == Protocol::Tcp && socket.remote.is_some();
    let empty = matches!(socket.state, TimeWait | SynReceived | SynSent);
    let (role, said) = match socket.flow {
        Some(flow) => {
            let last = flow.last_sent_ms.max(flow.last_received_ms);
            let last = age(moment.boot_ms.saturating_sub(last));
            (Role::Text, [size(flow.sent), size(flow.received), last])
        }
        None if connected && !empty => (Role::Unknown, ["?"; 3].map(String::from)),
        None => (Role::Dim, [const { String::new() }; 3]),
    };
    for text in said {
        pen.right(role, &text, AMOUNT);
        pen.skip(1);
    }
}

/// The finding on this connection, if there is one.
fn finding_on<'a>(model: &'a Model, socket: &Socket) -> Option<&'a Finding> {
    let (protocol, local, remote) = (socket.protocol, socket.local, socket.remote?);
    model.live.findings.get(&Subject::Connection { protocol, local, remote })
}

/// The end that tells most: the other one, or for a socket without it this one. That of a raw one has no port.
pub(super) fn shown_end(socket: &Socket) -> String {
    let end: SocketAddr = socket.remote.unwrap_or(socket.local);
    if socket.protocol == Protocol::Raw {
        return format!("{} {}", end.ip(), said::ip_protocol(socket.local.port()));
    }
    end.to_string()
}

/// For how long it has been seen; older than that if it was there before we looked.
fn seen_for(socket: &Socket, moment: Moment) -> String {
    let seen = age(moment.boot_ms.saturating_sub(socket.first_seen_ms));
    if !socket.since_before {
        return seen;
    }
    // Older than we looked for; and «more than less than ten seconds» says nothing.
    if seen.starts_with('<') { String::from(">0s") } else { format!(">{seen}") }
}
