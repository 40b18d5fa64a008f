//! What frames are drawn on: only cells that differ from what the terminal shows are written, in one piece a frame.
//!
//! Invariant: `shown` is what the terminal shows. After a key that only moved the cursor just the pane around it is
//! drawn and compared; everything else draws and compares all cells.

use std::io::{self, Write};
use std::ops::Range;

use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::cockpit::model::{Size, Touched};
use crate::run::terminal::{self, Line, Room};
use crate::ui::Screen;
use crate::ui::text::width;

/// A character that the screen never draws: a cell that holds it differs from whatever comes next.
const NOBODYS: char = '\u{e000}';

/// The terminal as a sheet of cells.
pub(super) struct Canvas {
    line: Line,
    shown: Buffer,
    next: Buffer,
    parts: Vec<(Rect, Buffer, Buffer)>,
}

impl Canvas {
    /// A canvas on a terminal that is already taken, of which nothing is known.
    pub(super) fn new(line: Line) -> Self {
        Self { line, shown: Buffer::default(), next: Buffer::default(), parts: Vec::new() }
    }

    /// Takes the terminal once more, after it was given back or somebody else had it.
    pub(super) fn enter(&mut self) -> io::Result<()> {
        terminal::enter(&mut self.line)?;
        self.forget()
    }

    /// Sends what is left of the frame before; `false` if the line does not take all of it now.
    pub(super) fn catch_up(&mut self) -> io::Result<bool> {
        self.line.catch_up()
    }

    /// Where one can wait until the line takes more.
    pub(super) fn room(&self) -> io::Result<Room> {
        self.line.room()
    }

    /// Shows `screen`, of which at most what `touched` says differs from the frame before.
    pub(super) fn draw(
        &mut self,
        screen: Screen<'_>,
        size: Size,
        touched: Touched,
    ) -> io::Result<()> {
        let area = Rect::new(0, 0, size.columns, size.rows);
        if self.shown.area != area || touched == Touched::Everything {
            return self.show(area, |next| screen.render(next.area, next));
        }
        let parts = screen.around_the_cursor(size);
        let areas = parts.iter().map(|(_, area)| *area);
        let mut parts = parts.iter();
        self.show_parts(areas, |after| {
            if let Some((part, area)) = parts.next() {
                screen.draw_part(*part, *area, after);
            }
        })
    }

    /// Clears the terminal and forgets what is on it.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        self.shown.reset();
        self.line.drop_rest();
        CrosstermBackend::new(&mut self.line).clear()
    }

    /// Sends bytes that draw nothing: the bell, a copy for the clipboard. A line that stalls does not get them.
    pub(super) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.line.offer(bytes)
    }

    /// Shows printable text below the shell's prompt, where the terminal can mark and keep it. Keys still come to us.
    pub(super) fn print(&mut self, text: &str, below: &str) -> io::Result<()> {
        // The terminal is raw: it does not go back to the left by itself.
        let lines = text.lines().collect::<Vec<_>>().join("\r\n");
        self.send(format!("\x1b[?1049l\r\n{lines}\r\n\r\n{below}\r\n").as_bytes())
    }

    /// Shows what `draw` puts on a sheet of this size.
    fn show(&mut self, area: Rect, draw: impl FnOnce(&mut Buffer)) -> io::Result<()> {
        if self.shown.area != area {
            self.shown.resize(area);
            self.next.resize(area);
            self.forget()?;
        }
        draw(&mut self.next);
        forget_halves(&mut self.shown, &self.next);
        CrosstermBackend::new(&mut self.line).draw(self.shown.diff_iter(&self.next))?;
        std::mem::swap(&mut self.shown, &mut self.next);
        self.line.flush()
    }

    /// Shows what `draw` puts on a sheet for each of these areas, one after the other; all else stays.
    fn show_parts(
        &mut self,
        areas: impl ExactSizeIterator<Item = Rect>,
        mut draw: impl FnMut(&mut Buffer),
    ) -> io::Result<()> {
        self.parts.resize_with(areas.len(), Default::default);
        for (area, (at, before, after)) in areas.zip(&mut self.parts) {
            *at = area;
            before.resize(area);
            swap(&mut self.shown, before, area);
            after.resize(area);
            draw(after);
            forget_halves(before, after);
        }
        let changes = self.parts.iter().flat_map(|(_, before, after)| before.diff_iter(after));
        let written = CrosstermBackend::new(&mut self.line).draw(changes);
        for (area, _, after) in &mut self.parts {
            swap(&mut self.shown, after, *area);
        }
        written?;
        self.line.flush()
    }
}

/// Where a letter of two cells gives way, what its second cell looks like is the terminal's own affair: some keep its
/// colours, some take those of what was written last. It is drawn anew, whatever was thought to stand there.
fn forget_halves(before: &mut Buffer, after: &Buffer) {
    let mut half = false;
    for (before, after) in before.content.iter_mut().zip(&after.content) {
        let symbol = before.symbol();
        let gives_way = symbol.len() > 2 && symbol != after.symbol() && width(symbol) > 1;
        if std::mem::replace(&mut half, gives_way) {
            before.set_char(NOBODYS);
        }
    }
}

/// Exchanges what the two hold in `area`; both hold all of it.
fn swap(one: &mut Buffer, other: &mut Buffer, area: Rect) {
    for line in area.rows() {
        let (at, place) = (cells(one, line), cells(other, line));
        if let (Some(one), Some(other)) = (one.content.get_mut(at), other.content.get_mut(place)) {
            one.swap_with_slice(other);
        }
    }
}

/// Where the cells of one line lie.
fn cells(buffer: &Buffer, line: Rect) -> Range<usize> {
    let from = buffer.index_of(line.x, line.y);
    from..from + usize::from(line.width)
}

#[cfg(test)]
mod tests;
