//! Connections: those that lead to pools on top, then those that are open, then those that wait.
//!
//! Absent on purpose: asking for names of addresses. That would tell the attacker's name server that we look; a name is
//! shown only where somebody on this host asked for it while we listened.

use std::net::SocketAddr;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::cockpit::Model;
use crate::cockpit::model::Pane;
use crate::cockpit::panes::{NetworkPart, NetworkRow};
use crate::domain::base::Moment;
use crate::domain::detect::{Finding, Subject};
use crate::domain::facts::{Protocol, Socket};
use crate::domain::untrusted::Untrusted;
use crate::ui::panes::row::{Row, select};
use crate::ui::panes::{Title, condition, followed, framed, grade, say_empty, wrapped};
use crate::ui::role::Role;
use crate::ui::text::{age, scroll, span};
use crate::ui::theme::Theme;
use crate::ui::wrap::wrap;
use crate::words::panes::{self as said, Word, word};
use crate::words::{fact, finding};

/// From this many rows on, columns and parts are named.
const ROWS_FOR_HEADS: u16 = 7;
/// From this many cells on, matches say why.
const CELLS_FOR_WHY: usize = 70;
/// From this many cells on, this end is shown too.
const CELLS_FOR_LOCAL: usize = 110;
/// An IPv4 address with its port.
const IPV4: usize = 21;
const STATE: usize = 6;
const AGE: usize = 5;
/// Cells for an owner's name and the blanks beside it.
const NAME: usize = 24;
/// Fewer cells than this say nothing of a name.
const LEAST_NAME: usize = 12;
/// Cells of a pid at least: its column's name.
const LEAST_PID: usize = 3;

/// Cells of each column; 0 for one that there is no room for.
#[derive(Clone, Copy, Debug)]
struct Columns {
    remote: usize,
    state: usize,
    age: usize,
    local: usize,
    /// Of the owner's cells, those of its pid.
    pid: usize,
    owner: usize,
    why: usize,
}

/// A line of the pane: a heading or a row.
enum Shown<'a> {
    Head(NetworkPart, usize),
    Row(usize, &'a NetworkRow),
}

pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let inside = framed(Pane::Network, model, theme, title(model), area, buf);
    let Some(snapshot) = &model.live.snapshot else {
        return say_empty(model, theme, Word::Waiting, inside, buf);
    };
    let pane = &model.panes.network;
    if pane.rows.is_empty() {
        return say_empty(model, theme, Word::NoSocket, inside, buf);
    }
    let heads = inside.height >= ROWS_FOR_HEADS;
    let top = usize::from(heads);
    let height = usize::from(inside.height).saturating_sub(top);
    let list = Lines::new(&pane.rows, heads);
    let at = list.line_of(pane.line);
    let mut first = scroll(at, list.len(), height);
    let columns = columns(&list, first, height, usize::from(inside.width));
    if model.panes.wrap {
        let height_of = |line| match list.at(line) {
            Some(Shown::Row(_, row)) => why_lines(model, theme, row, columns.why).len().max(1),
            Some(Shown::Head(..)) | None => 1,
        };
        first = wrapped::first(at, list.len(), height, height_of);
    }
    if heads {
        head(model, columns, Row::new(theme, model.glyphs, inside, 0, buf));
    }
    let mut line = top;
    for shown in (first..list.len()).take(height).map(|at| list.at(at)) {
        if line >= height + top {
            break;
        }
        let mut pen = Row::new(theme, model.glyphs, inside, line, buf);
        let mut taken = 1;
        match shown {
            Some(Shown::Head(part, count)) => {
                pen.say(Role::Title, said::part(model.language, part));
                pen.say(Role::Dim, &format!("  {count}"));
            }
            Some(Shown::Row(at, row)) => {
                let at_cursor = at == pane.line;
                let why = connection(model, snapshot.moment, row, columns, at_cursor, &mut pen);
                if model.panes.wrap {
                    let lines = why_lines(model, theme, row, why);
                    let indent = usize::from(inside.width).saturating_sub(why);
                    wrapped::rest(theme, model.glyphs, &lines, (inside, line, indent), buf);
                    taken = lines.len().max(1);
                }
                if at_cursor && model.focus == Pane::Network {
                    (line..line + taken).for_each(|line| select(theme, inside, line, buf));
                }
            }
            None => {}
        }
        line += taken;
    }
}

fn title(model: &Model) -> Title {
    let pane = &model.panes.network;
    let matches = pane.rows.partition_point(|row| row.part == NetworkPart::Matches);
    let mut title = Title::new();
    if model.live.snapshot.is_some() {
        title.push((Role::Text, format!("{}", pane.rows.len())));
    }
    if matches > 0 {
        title.push((Role::Crit, format!("! {}", said::matches(model.language, matches))));
    }
    if pane.filter.is_set() {
        let text = Untrusted::from(pane.filter.text()).plain(24);
        title.push((Role::Mark, format!("/{text}")));
    }
    title.extend(pane.followed.as_ref().map(|it| followed(model, it)));
    title.extend(condition(model));
    title
}

/// The rows with a heading before each part, by binary search: there may be very many.
struct Lines<'a> {
    rows: &'a [NetworkRow],
    /// First row of each part that has rows, with the part and how many rows it has.
    parts: Vec<(usize, NetworkPart, usize)>,
}

impl<'a> Lines<'a> {
    fn new(rows: &'a [NetworkRow], heads: bool) -> Self {
        let mut parts = Vec::new();
        let mut start = 0;
        for part in [NetworkPart::Matches, NetworkPart::Open, NetworkPart::Listening] {
            let end = rows.partition_point(|row| row.part <= part);
            if heads && end > start {
                parts.push((start, part, end - start));
            }
            start = end;
        }
        Self { rows, parts }
    }

    fn len(&self) -> usize {
        self.rows.len() + self.parts.len()
    }

    fn line_of(&self, row: usize) -> usize {
        row + self.parts.iter().filter(|(start, ..)| *start <= row).count()
    }

    fn at(&self, line: usize) -> Option<Shown<'a>> {
        let mut row = line;
        for (above, (start, part, count)) in self.parts.iter().enumerate() {
            if start + above == line {
                return Some(Shown::Head(*part, *count));
            }
            if start + above < line {
                row = line - above - 1;
            }
        }
        self.rows.get(row).map(|shown| Shown::Row(row, shown))
    }
}

/// The columns of most rows: the longest address in view that is not longer than an IPv4 one can be, if
/// there is little room.
fn columns(list: &Lines<'_>, first: usize, height: usize, room: usize) -> Columns {
    let most = if room >= CELLS_FOR_LOCAL { usize::MAX } else { IPV4 };
    let in_view = (first..list.len()).take(height).filter_map(|line| match list.at(line)? {
        Shown::Row(_, row) => Some(end(&row.socket).to_string().len()),
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
    Columns::fit(widest.max(IPV4.min(room / 3)), pid, (room, waits))
}

impl Columns {
    /// An address is never cut while anything else can give way: the state first, then the age, then the
    /// owner's name.
    /// Without a column for the state, what waits says so where the others have their age.
    fn fit(address: usize, pid: usize, (room, waits): (usize, bool)) -> Self {
        let local = if room >= CELLS_FOR_LOCAL { IPV4 + 1 } else { 0 };
        let signs = 3;
        let mut left = room.saturating_sub(signs + local);
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
        Self { remote, state, age, local, pid, owner, why }
    }
}

fn head(model: &Model, columns: Columns, mut pen: Row<'_>) {
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

/// Draws one row and gives the cells that its reasons have.
fn connection(
    model: &Model,
    moment: Moment,
    row: &NetworkRow,
    columns: Columns,
    at_cursor: bool,
    pen: &mut Row<'_>,
) -> usize {
    let socket = &*row.socket;
    let found = finding_on(model, socket);
    let (sign, role) = found.map_or((" ", Role::Text), |it| grade(it.grade));
    let cursor = if at_cursor { pen.signs().cursor } else { " " };
    pen.left(Role::BorderFocus, cursor, 1);
    pen.left(role, sign, 1);
    pen.skip(1);
    let mut address = end(socket).to_string();
    let waits = row.part == NetworkPart::Listening && columns.state == 0;
    if waits && columns.age == 0 {
        // What waits must not look like what calls out.
        address.push_str(" L");
    }
    // A row with a longer address than most has its own columns.
    let columns = if address.len() > columns.remote {
        let waits = row.part == NetworkPart::Listening;
        Columns::fit(address.len(), columns.pid, (pen.room() + 3, waits))
    } else {
        columns
    };
    pen.left(role, &address, columns.remote);
    pen.skip(1);
    let state = match socket.protocol {
        Protocol::Tcp => fact::socket_letters(socket.state),
        Protocol::Udp => "UDP",
        Protocol::Raw => "RAW",
    };
    if columns.state > 0 {
        pen.left(Role::Dim, state, columns.state);
        pen.skip(1);
    }
    if columns.age > 0 {
        let seen = || seen_for(socket, moment);
        let (role, said) = if waits { (Role::Dim, state.into()) } else { (Role::Text, seen()) };
        pen.right(role, &said, columns.age);
        pen.skip(1);
    }
    if columns.local > 0 {
        pen.left(Role::Dim, &socket.local.to_string(), columns.local - 1);
        pen.skip(1);
    }
    // Against whom nothing speaks, there is no reason to leave room for.
    let cells = if found.is_some() { columns.owner } else { pen.room() };
    let named = model.live.snapshot.as_ref().zip(socket.remote);
    let name = named.and_then(|(snapshot, remote)| snapshot.wire.name_of(remote.ip()));
    owner(row, name, pen, columns.pid, cells);
    if let Some(found) = found.filter(|_| columns.why > 0) {
        pen.skip(1);
        let room = pen.room();
        let rules = rules(model, found);
        if model.panes.wrap {
            let lines = wrap(&rules, room);
            pen.say(role, lines.first().map_or("", String::as_str));
        } else {
            pen.say(role, &rules);
        }
        return room;
    }
    0
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
fn why_lines(model: &Model, theme: &Theme, row: &NetworkRow, cells: usize) -> Vec<Line<'static>> {
    let Some(found) = finding_on(model, &row.socket).filter(|_| cells > 0) else {
        return Vec::new();
    };
    let role = grade(found.grade).1;
    let mut lines = wrap(&rules(model, found), cells);
    lines.truncate(wrapped::MOST);
    lines.into_iter().map(|line| Line::from(span(theme, role, line))).collect()
}

/// Who holds it, and where there is room for it the name of the other end, as it was heard on the wire.
fn owner(
    row: &NetworkRow,
    name: Option<&Untrusted>,
    pen: &mut Row<'_>,
    digits: usize,
    cells: usize,
) {
    let cells = cells.min(pen.room());
    let before = pen.room();
    match &row.owner {
        Some(process) => {
            let pid = process.id.pid.to_string();
            pen.right(Role::Text, &pid, digits.max(pid.len()).min(cells));
            let rest = cells.saturating_sub(digits.max(pid.len()) + 1);
            if rest > 0 {
                pen.skip(1);
                pen.pieces(Role::Untrusted, &process.comm, rest);
            }
        }
        None => pen.right(Role::Unknown, "?", digits.min(cells)),
    }
    let left = cells.saturating_sub(before - pen.room());
    if let Some(name) = name.filter(|_| left >= LEAST_NAME) {
        pen.say(Role::Dim, "  = ");
        pen.pieces(Role::Untrusted, name, left - 4);
    }
    let taken = before - pen.room();
    pen.skip(cells.saturating_sub(taken));
}

/// The finding on this connection, if there is one.
fn finding_on<'a>(model: &'a Model, socket: &Socket) -> Option<&'a Finding> {
    let (protocol, local, remote) = (socket.protocol, socket.local, socket.remote?);
    model.live.findings.get(&Subject::Connection { protocol, local, remote })
}

/// The end that tells most: the other one, or for a socket without it this one.
fn end(socket: &Socket) -> SocketAddr {
    socket.remote.unwrap_or(socket.local)
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
