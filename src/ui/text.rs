//! Text into cells: hostile text made visible, our own text cut and padded.
//!
//! Invariant: nothing is cut inside a grapheme, and widths are counted the way the buffer counts them, so a
//! tone mark stays on its consonant and a column stays straight.

use std::borrow::Cow;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::cockpit::model::Glyphs;
use crate::domain::base::{Pid, Timestamp};
use crate::domain::facts::Reading;
use crate::domain::untrusted::{Piece, Untrusted};
use crate::ui::role::Role;
use crate::ui::theme::Theme;
use crate::words::{Part, Phrase};

/// Hostile text as spans at most `cells` wide: printable text in `role`, stand-ins in
/// [`Role::Escape`], and what was left out in [`Role::Cut`].
#[must_use]
pub fn pieces(theme: &Theme, role: Role, text: &Untrusted, cells: usize) -> Vec<Span<'static>> {
    let span = |piece: Piece| {
        let style = theme.style(role.of_piece(&piece));
        Span::styled(piece.text, style)
    };
    text.show(cells).into_iter().map(span).collect()
}

/// A sentence as spans: our words in `role`, each hostile part at most `cells` wide in its own role.
#[must_use]
pub fn phrase(theme: &Theme, role: Role, phrase: &Phrase, cells: usize) -> Vec<Span<'static>> {
    let part = |part: &Part| match part {
        Part::Ours(text) => vec![Span::styled(text.to_string(), theme.style(role))],
        Part::Theirs(text) => pieces(theme, Role::Untrusted, text, cells),
    };
    phrase.0.iter().flat_map(part).collect()
}

/// A constant of ours, or text that has been made printable, in a role.
#[must_use]
pub fn span<'a>(theme: &Theme, role: Role, text: impl Into<Cow<'a, str>>) -> Span<'a> {
    Span::styled(text, theme.style(role))
}

/// Cells that the buffer gives to `text`.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.graphemes(true).map(UnicodeWidthStr::width).sum()
    }
}

/// `text` in at most `cells`; what is cut off leaves a sign.
#[must_use]
pub fn fit(text: &str, cells: usize, glyphs: Glyphs) -> Cow<'_, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    let Some(room) = cells.checked_sub(1) else { return Cow::Borrowed("") };
    Cow::Owned(head(text, room).to_owned() + sign(glyphs))
}

/// The longest beginning of `text` that takes at most `cells`.
#[must_use]
pub fn head(text: &str, cells: usize) -> &str {
    if text.is_ascii() {
        return text.get(..cells).unwrap_or(text);
    }
    let mut taken = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        taken += grapheme.width();
        if taken > cells {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// `text` at the left of exactly `cells`.
#[must_use]
pub fn pad_right(text: &str, cells: usize, glyphs: Glyphs) -> String {
    let mut padded = fit(text, cells, glyphs).into_owned();
    let blank = cells.saturating_sub(width(&padded));
    padded.extend(std::iter::repeat_n(' ', blank));
    padded
}

/// `text` at the right of exactly `cells`.
#[must_use]
pub fn pad_left(text: &str, cells: usize, glyphs: Glyphs) -> String {
    let text = fit(text, cells, glyphs);
    let blank = cells.saturating_sub(width(&text));
    format!("{}{text}", " ".repeat(blank))
}

/// Spans in at most `cells`; what is cut off leaves a sign.
#[must_use]
pub fn fit_spans(spans: Vec<Span<'_>>, cells: usize, glyphs: Glyphs) -> Vec<Span<'_>> {
    if spans_width(&spans) <= cells {
        return spans;
    }
    let mut left = cells;
    let mut fitting = Vec::new();
    for span in spans {
        let taken = width(&span.content);
        if taken < left {
            left -= taken;
            fitting.push(span);
        } else {
            // Exactly full is not enough: the sign needs its cell, for something comes after.
            let cut = head(&span.content, left.saturating_sub(1)).to_owned() + sign(glyphs);
            if left > 0 {
                fitting.push(Span::styled(cut, span.style));
            }
            break;
        }
    }
    fitting
}

/// Cells that spans take together.
#[must_use]
pub fn spans_width(spans: &[Span<'_>]) -> usize {
    spans.iter().map(|span| width(&span.content)).sum()
}

const fn sign(glyphs: Glyphs) -> &'static str {
    match glyphs {
        Glyphs::Ascii => "~",
        Glyphs::Block | Glyphs::Braille => "…",
    }
}

/// Writes one line at row `row` of `area`, cut at its right edge; rows outside are left out.
pub fn put(buf: &mut Buffer, area: Rect, row: u16, line: &Line<'_>) {
    let area = area.intersection(buf.area);
    if row < area.height {
        let mut x = area.x;
        for part in &line.spans {
            let room = usize::from(area.right() - x);
            x = write(buf, (x, area.y + row), &part.content, room, line.style.patch(part.style));
        }
    }
}

/// Writes as much of `text` as `cells` hold and gives the column after it. Most text is ASCII, a cell a byte, and
/// needs no search for where its letters end.
pub fn write(buf: &mut Buffer, (x, y): (u16, u16), text: &str, cells: usize, style: Style) -> u16 {
    let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if !plain || !buf.area.contains(Position { x, y }) {
        return if cells > 0 { buf.set_stringn(x, y, text, cells, style).0 } else { x };
    }
    let cells = cells.min(usize::from(buf.area.right() - x));
    let from = buf.index_of(x, y);
    let row = buf.content.iter_mut().skip(from).take(cells);
    let mut end = x;
    for (cell, byte) in row.zip(text.bytes()) {
        cell.set_char(char::from(byte)).set_style(style);
        end += 1;
    }
    end
}

/// Writes lines from the top of `area`, as many as fit.
pub fn put_all<'a>(buf: &mut Buffer, area: Rect, lines: impl IntoIterator<Item = Line<'a>>) {
    for (row, line) in (0..area.height).zip(lines) {
        put(buf, area, row, &line);
    }
}

/// Gives every letter of a cluster the cell that the terminal gives it: SARA AM stands beside its consonant.
/// ratatui keeps both in the first cell, as if they were one wide letter, and so would not clear the second.
pub fn spread(buf: &mut Buffer) {
    for at in 0..buf.content.len() {
        let Some(cell) = buf.content.get(at) else { continue };
        // Two letters that are not ASCII are more than four bytes.
        let cluster = cell.symbol();
        if cluster.len() < 4 || cluster.width() < 2 {
            continue;
        }
        let (letters, style) = (letters(cluster), cell.style());
        let (x, y) = buf.pos_of(at);
        for (nth, (x, letter)) in (x..buf.area.right()).zip(&letters).enumerate() {
            // A window over the text may begin in the middle of the cluster: its edge stays whole.
            if nth > 0 && buf.cell((x, y)).is_some_and(|under| under.symbol() != " ") {
                break;
            }
            buf.set_stringn(x, y, letter, 1, style);
        }
    }
}

/// The letters of a cluster with the marks that take no cell; none for one that a terminal draws as a whole.
fn letters(cluster: &str) -> Vec<String> {
    let mut letters: Vec<String> = Vec::new();
    for letter in cluster.chars() {
        match (letter.width(), letters.last_mut()) {
            (Some(0) | None, Some(last)) => last.push(letter),
            _ => letters.push(letter.to_string()),
        }
    }
    let all_narrow = letters.iter().all(|letter| letter.width() == 1);
    if all_narrow && letters.len() > 1 { letters } else { Vec::new() }
}

/// Marks row `row` of `area` as the one under the cursor. Drawn escapes keep their own look: they must not pass
/// for text there either.
pub fn select(theme: &Theme, area: Rect, row: u16, buf: &mut Buffer) {
    let escape = theme.style(Role::Escape);
    let style = theme.style(Role::Select);
    if row >= area.height {
        return;
    }
    let cells = Rect { y: area.y + row, height: 1, ..area }.intersection(buf.area);
    for position in cells.positions() {
        if let Some(cell) = buf.cell_mut(position)
            && (escape.bg.is_none() || escape.bg != Some(cell.bg))
        {
            cell.set_style(style);
        }
    }
}

/// Every cell of `area` blank, in `role`.
pub fn clear(theme: &Theme, role: Role, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return;
    }
    let mut blank = Cell::EMPTY;
    blank.set_style(theme.style(Role::Background).patch(theme.style(role)));
    for line in area.rows() {
        let from = buf.index_of(line.x, line.y);
        if let Some(cells) = buf.content.get_mut(from..from + usize::from(line.width)) {
            cells.fill(blank.clone());
        }
    }
}

/// First line to show: the cursor keeps to the middle half of the view, and the text moves by half a view when it
/// leaves it. Text that moved with every step would be sent whole with every step.
#[must_use]
pub const fn scroll(line: usize, lines: usize, height: usize) -> usize {
    let last = lines.saturating_sub(height);
    let step = if height < 2 { 1 } else { height / 2 };
    let above = (line / step * step).saturating_sub(height.saturating_sub(step) / 2);
    if above < last { above } else { last }
}

/// `3.1G`; four cells at most.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 7] = ["B", "K", "M", "G", "T", "P", "E"];
    let mut whole = bytes;
    let mut tenths = 0;
    let mut unit = 0;
    while whole >= 1000 {
        tenths = whole % 1024 * 10 / 1024;
        whole /= 1024;
        unit += 1;
    }
    let unit_name = UNITS.get(unit).copied().unwrap_or("?");
    match (unit, whole) {
        (1.., 0..10) => format!("{whole}.{tenths}{unit_name}"),
        _ => format!("{whole}{unit_name}"),
    }
}

/// `<10s`, `12m`, `3h`, `41d`; four cells at most for eleven years. Young ages go in steps: a column of
/// seconds that all change every second says no more and costs a slow line dearly.
#[must_use]
pub fn age(ms: u64) -> String {
    let seconds = ms / 1000;
    match seconds {
        0..10 => String::from("<10s"),
        10..60 => format!("{}s", seconds / 10 * 10),
        60..7_200 => format!("{}m", seconds / 60),
        7_200..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// `00:12:41`, for how long something has gone on.
#[must_use]
pub fn clock(ms: u64) -> String {
    let seconds = ms / 1000;
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// `2:04`, for a place on a tape; a long one has many minutes.
#[must_use]
pub fn minutes(ms: u64) -> String {
    let seconds = ms / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// `02:53:07`, UTC.
#[must_use]
pub fn time(at: Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}

/// `2026-11-21 02:53`, UTC.
#[must_use]
pub fn day_and_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// `97%`, whole numbers: tenths would change in every frame and tell nothing.
#[must_use]
pub fn percent(value: f32) -> String {
    format!("{value:.0}%")
}

/// A value as `say` writes it, or the sign for why there is none: `?` unknown, `b` blocked, `x` denied.
#[must_use]
pub fn reading<T>(reading: &Reading<T>, say: impl FnOnce(&T) -> String) -> (String, Role) {
    match reading {
        Reading::Known(value) => (say(value), Role::Text),
        Reading::Denied => (String::from("x"), Role::Unknown),
        Reading::Blocked => (String::from("b"), Role::Unknown),
        Reading::Unknown => (String::from("?"), Role::Unknown),
    }
}

/// A pid at the right of seven cells.
#[must_use]
pub fn pid(pid: Pid) -> String {
    format!("{pid:>7}")
}
