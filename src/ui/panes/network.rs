//! Connections: those that lead to pools on top, then those that are open, then those that wait.
//!
//! Above them, who listens to whole packets, and which local sockets matter. What only one view of the kernel has bears an `H`.
//!
//! Absent on purpose: asking for names of addresses. That would tell the attacker's name server that we look; a name is
//! shown only where somebody on this host asked for it while we listened.

mod columns;
mod connection;
mod local;
mod packets;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::cockpit::model::Pane;
use crate::cockpit::panes::{NetworkPart, NetworkRow};
use crate::domain::facts::Snapshot;
use crate::domain::untrusted::Untrusted;
use crate::ui::panes::row::{Row, select};
use crate::ui::panes::{Title, condition, followed, framed, say_empty, wrapped};
use crate::ui::role::Role;
use crate::ui::text::scroll;
use crate::ui::theme::Theme;
use crate::words::panes::{self as said, Word};
use crate::words::socket;

use columns::Columns;

/// From this many rows on, columns and parts are named.
const ROWS_FOR_HEADS: u16 = 7;
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
    let inside = packets::draw(model, theme, snapshot, inside, buf);
    let inside = local::draw(model, theme, snapshot, inside, buf);
    let heads = inside.height >= ROWS_FOR_HEADS;
    let top = usize::from(heads);
    let height = usize::from(inside.height).saturating_sub(top);
    let list = Lines::new(&pane.rows, heads);
    let at = list.line_of(pane.line);
    let mut first = scroll(at, list.len(), height);
    let columns = columns::of(&list, first, height, usize::from(inside.width));
    if model.panes.wrap {
        let height_of = |line| match list.at(line) {
            Some(Shown::Row(_, row)) => {
                connection::why_lines(model, theme, row, columns.why).len().max(1)
            }
            Some(Shown::Head(..)) | None => 1,
        };
        first = wrapped::first(at, list.len(), height, height_of);
    }
    if heads {
        columns::head(model, columns, Row::new(theme, model.glyphs, inside, 0, buf));
    }
    let mut line = top;
    for shown in (first..list.len()).take(height).map(|at| list.at(at)) {
        if line >= height + top {
            break;
        }
        line += match shown {
            Some(Shown::Head(part, count)) => {
                let mut pen = Row::new(theme, model.glyphs, inside, line, buf);
                pen.say(Role::Title, said::part(model.language, part));
                pen.say(Role::Dim, &format!("  {count}"));
                1
            }
            Some(Shown::Row(at, row)) => {
                let taken = one(model, theme, (snapshot, columns), (at, row), (inside, line), buf);
                if at == pane.line && model.focus == Pane::Network {
                    (line..line + taken).for_each(|line| select(theme, inside, line, buf));
                }
                taken
            }
            None => 1,
        };
    }
}

/// Draws a row and gives the lines that it took.
fn one(
    model: &Model,
    theme: &Theme,
    (snapshot, columns): (&Snapshot, Columns),
    (at, row): (usize, &NetworkRow),
    (inside, line): (Rect, usize),
    buf: &mut Buffer,
) -> usize {
    let at_cursor = at == model.panes.network.line;
    let mut pen = Row::new(theme, model.glyphs, inside, line, buf);
    if row.folded > 0 {
        let cursor = if at_cursor { pen.signs().cursor } else { " " };
        pen.left(Role::BorderFocus, cursor, 3);
        pen.say(Role::Dim, &socket::folded(model.language, row.folded));
        return 1;
    }
    let why = connection::draw(model, snapshot, row, columns, at_cursor, &mut pen);
    if !model.panes.wrap {
        return 1;
    }
    let lines = connection::why_lines(model, theme, row, why);
    let indent = usize::from(inside.width).saturating_sub(why);
    wrapped::rest(theme, model.glyphs, &lines, (inside, line, indent), buf);
    lines.len().max(1)
}

fn title(model: &Model) -> Title {
    let pane = &model.panes.network;
    let matches = pane.rows.partition_point(|row| row.part == NetworkPart::Matches);
    let mut title = Title::new();
    if model.live.snapshot.is_some() {
        let all: usize = pane.rows.iter().map(|row| row.folded.max(1)).sum();
        title.push((Role::Text, format!("{all}")));
    }
    if matches > 0 {
        title.push((Role::Crit, format!("! {}", said::matches(model.language, matches))));
    }
    let sniffers = model.live.snapshot.as_deref().map_or(0, |it| packets::of(it).count());
    if sniffers > 0 {
        title.push((Role::Warn, socket::sniffers(model.language, sniffers)));
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
