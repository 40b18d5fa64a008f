//! Lines of text whose colours are roles, so that they outlive a change of theme.

use std::ops::Range;

use crate::cockpit::model::Glyphs;
use crate::domain::untrusted::Untrusted;
use crate::ui::panes::row::Row;
use crate::ui::role::Role;
use crate::ui::text::width;
use crate::ui::wrap::wrap;

/// Cells of one hostile value.
const VALUE: usize = 240;

/// A part of a line.
pub(super) type Piece = (Role, String);

/// Lines under construction, each at most `cells` wide.
#[derive(Debug)]
pub(super) struct Sheet {
    /// What there is so far.
    pub lines: Vec<Vec<Piece>>,
    /// Room of a line.
    pub cells: usize,
    /// Which glyphs the terminal can draw.
    pub glyphs: Glyphs,
}

impl Sheet {
    /// No lines yet.
    pub(super) const fn new(cells: usize, glyphs: Glyphs) -> Self {
        Self { lines: Vec::new(), cells, glyphs }
    }

    /// An empty line, unless there is one already or nothing above.
    pub(super) fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(Vec::new());
        }
    }

    /// One line as it is; what is too long is cut when drawn.
    pub(super) fn line(&mut self, parts: Vec<Piece>) {
        self.lines.push(parts);
    }

    /// Text broken into lines; `lead` stands before the first of them, and blanks before the others.
    pub(super) fn wrapped(&mut self, lead: Vec<Piece>, parts: &[Piece]) {
        let indent: usize = lead.iter().map(|(_, text)| width(text)).sum();
        let text: String = parts.iter().map(|(_, text)| text.as_str()).collect();
        let mut at = 0;
        let mut lead = Some(lead);
        for row in wrap(&text, self.cells.saturating_sub(indent).max(1)) {
            // A row is what stands in the text, in order, but for blanks at its ends.
            let start = text.get(at..).and_then(|rest| rest.find(&row)).map_or(at, |it| at + it);
            let blanks = || vec![(Role::Text, " ".repeat(indent))];
            let mut line = lead.take().unwrap_or_else(blanks);
            line.extend(slice(parts, start..start + row.len()));
            at = start + row.len();
            self.lines.push(line);
        }
    }
}

fn slice(parts: &[Piece], range: Range<usize>) -> Vec<Piece> {
    let mut start = 0;
    let mut inside = Vec::new();
    for (role, text) in parts {
        let end = start + text.len();
        let from = range.start.clamp(start, end) - start;
        let to = range.end.clamp(start, end) - start;
        if let Some(part) = text.get(from..to).filter(|part| !part.is_empty()) {
            inside.push((*role, part.to_owned()));
        }
        start = end;
    }
    inside
}

/// Somebody else's text, printable.
pub(super) fn theirs(role: Role, text: &Untrusted) -> Vec<Piece> {
    let pieces = text.show(VALUE).into_iter();
    pieces.map(|piece| (role.of_piece(&piece), piece.text)).collect()
}

/// What one line says.
pub(super) fn plain(line: &[Piece]) -> String {
    line.iter().map(|(_, text)| text.as_str()).collect()
}

/// Draws one line.
pub(super) fn draw(line: &[Piece], pen: &mut Row<'_>) {
    for (role, text) in line {
        pen.say(*role, text);
    }
}
