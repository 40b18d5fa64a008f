//! Writes one row of a pane from left to right, straight into the cells.
//!
//! Invariant: nothing is written outside the area that the row was made for, whatever its size.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::cockpit::model::Glyphs;
use crate::domain::untrusted::Untrusted;
use crate::ui::glyph::{Signs, bar, signs};
use crate::ui::role::Role;
use crate::ui::text::{self, fit, head, width};
use crate::ui::theme::Theme;
use crate::words::{Part, Phrase};

/// Fewer cells than this say nothing of a value that is cut.
const LEAST: usize = 4;

/// One row under the pen.
pub(super) struct Row<'a> {
    theme: &'a Theme,
    glyphs: Glyphs,
    buf: &'a mut Buffer,
    x: u16,
    end: u16,
    y: u16,
}

impl<'a> Row<'a> {
    /// Row `line` of `area`; one that lies outside has no room.
    pub(super) fn new(
        theme: &'a Theme,
        glyphs: Glyphs,
        area: Rect,
        line: usize,
        buf: &'a mut Buffer,
    ) -> Self {
        let area = area.intersection(buf.area);
        let line = u16::try_from(line).unwrap_or(u16::MAX);
        let end = if line < area.height { area.right() } else { area.x };
        Self { theme, glyphs, buf, x: area.x, end, y: area.y.saturating_add(line) }
    }

    /// Cells that are left.
    pub(super) const fn room(&self) -> usize {
        (self.end - self.x) as usize
    }

    /// The signs of the terminal's glyph set.
    pub(super) fn signs(&self) -> &'static Signs {
        signs(self.glyphs)
    }

    /// Which glyphs the terminal can draw.
    pub(super) const fn glyphs(&self) -> Glyphs {
        self.glyphs
    }

    /// Leaves `cells` as they are.
    pub(super) fn skip(&mut self, cells: usize) {
        let cells = u16::try_from(cells.min(self.room())).unwrap_or(u16::MAX);
        self.x += cells;
    }

    /// The next `cells` as a row of their own; this one goes on after them.
    pub(super) fn split_left(&mut self, cells: usize) -> Row<'_> {
        let start = self.x;
        self.skip(cells);
        let (theme, glyphs, end, y) = (self.theme, self.glyphs, self.x, self.y);
        Row { theme, glyphs, buf: self.buf, x: start, end, y }
    }

    /// The last `cells` as a row of their own; this one ends before them.
    pub(super) fn split_right(&mut self, cells: usize) -> Row<'_> {
        let cells = u16::try_from(cells.min(self.room())).unwrap_or(u16::MAX);
        let end = self.end;
        self.end -= cells;
        let (theme, glyphs, x, y) = (self.theme, self.glyphs, self.end, self.y);
        Row { theme, glyphs, buf: self.buf, x, end, y }
    }

    /// As much of `text` as there is room for, with a sign where it was cut.
    pub(super) fn say(&mut self, role: Role, text: &str) {
        let room = self.room();
        let text = fit(text, room, self.glyphs);
        self.write(self.theme.style(role), &text, room);
    }

    /// The same with a style of its own.
    pub(super) fn styled(&mut self, style: Style, text: &str) {
        let room = self.room();
        let text = fit(text, room, self.glyphs);
        self.write(style, &text, room);
    }

    /// `text` at the left of `cells`.
    pub(super) fn left(&mut self, role: Role, text: &str, cells: usize) {
        let cells = cells.min(self.room());
        let text = fit(text, cells, self.glyphs);
        let taken = self.write(self.theme.style(role), &text, cells);
        self.skip(cells - taken);
    }

    /// `text` at the right of `cells`.
    pub(super) fn right(&mut self, role: Role, text: &str, cells: usize) {
        let cells = cells.min(self.room());
        let text = fit(text, cells, self.glyphs);
        self.skip(cells.saturating_sub(width(&text)));
        self.write(self.theme.style(role), &text, cells);
    }

    /// A bar of `cells`, `share` of it full.
    pub(super) fn bar(&mut self, role: Role, share: f32, cells: usize) {
        let cells = cells.min(self.room());
        if cells > 0 {
            let bar = bar(share, cells, self.glyphs);
            self.write(self.theme.style(role), &bar, cells);
        }
    }

    /// Somebody else's text at the left of `cells`.
    pub(super) fn theirs(&mut self, role: Role, text: &Untrusted, cells: usize) {
        let taken = self.pieces(role, text, cells);
        self.skip(cells.min(self.room() + taken).saturating_sub(taken));
    }

    /// Somebody else's text in at most `cells`; gives the cells that it took.
    pub(super) fn pieces(&mut self, role: Role, text: &Untrusted, cells: usize) -> usize {
        let mut taken = 0;
        for piece in text.show(cells.min(self.room())) {
            let room = self.room();
            taken += self.write(self.theme.style(role.of_piece(&piece)), &piece.text, room);
        }
        taken
    }

    /// A sentence, as much of it as there is room for, with a sign where it was cut: also where a part of it ends with the
    /// row and another would follow.
    pub(super) fn phrase(&mut self, role: Role, phrase: &Phrase) {
        for (at, part) in phrase.0.iter().enumerate() {
            let room = self.room();
            let more = phrase.0.iter().skip(at + 1).any(|it| !is_blank(it));
            let cells = match part {
                Part::Ours(text) => width(text),
                Part::Theirs(text) => text.width(),
            };
            if cells < room || cells == room && !more {
                match part {
                    Part::Ours(text) => self.say(role, text),
                    Part::Theirs(text) => drop(self.pieces(Role::Untrusted, text, room)),
                }
                continue;
            }
            let sign = if self.glyphs() == Glyphs::Ascii { "~" } else { "…" };
            match part {
                Part::Ours(text) => {
                    self.say(role, head(text, room.saturating_sub(1)));
                    self.say(role, sign);
                }
                // What is left of it would be a sign without a number.
                Part::Theirs(_) if room < LEAST => self.say(Role::Dim, sign),
                Part::Theirs(text) if cells == room => {
                    self.pieces(Role::Untrusted, text, room - 1);
                    self.say(Role::Dim, sign);
                }
                Part::Theirs(text) => drop(self.pieces(Role::Untrusted, text, room)),
            }
            return;
        }
    }

    fn write(&mut self, style: Style, text: &str, cells: usize) -> usize {
        let cells = cells.min(self.room());
        if cells == 0 {
            return 0;
        }
        let start = self.x;
        let x = text::write(self.buf, (self.x, self.y), text, cells, style);
        self.x = x.min(self.end);
        usize::from(self.x - start)
    }
}

/// Nothing of it is seen.
fn is_blank(part: &Part) -> bool {
    match part {
        Part::Ours(text) => text.trim().is_empty(),
        Part::Theirs(text) => text.is_empty(),
    }
}

/// Marks row `line` of `area` as the one under the cursor.
pub(super) fn select(theme: &Theme, area: Rect, line: usize, buf: &mut Buffer) {
    if let Ok(line) = u16::try_from(line) {
        crate::ui::text::select(theme, area, line, buf);
    }
}
