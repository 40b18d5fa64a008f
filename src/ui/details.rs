//! Everything about one thing, over the whole body: a process, a node, an item.

pub(super) mod plan;
pub(super) mod process;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::ui::frame::window;
use crate::ui::role::Role;
use crate::ui::text::{fit_spans, pad_right, put, span, width};
use crate::ui::theme::Theme;
use crate::ui::wrap::wrap_spans;
use crate::words::Caption;

/// Lines under construction, as wide as the window.
struct Sheet<'a> {
    model: &'a Model,
    theme: &'a Theme,
    cells: usize,
    /// There is room for blank lines.
    airy: bool,
    lines: Vec<Line<'static>>,
}

impl<'a> Sheet<'a> {
    fn new(model: &'a Model, theme: &'a Theme, area: Rect) -> Self {
        let cells = usize::from(area.width).saturating_sub(4);
        Self { model, theme, cells, airy: area.height >= 30, lines: Vec::new() }
    }

    fn text(&self, caption: Caption) -> &'static str {
        caption.text(self.model.language)
    }

    fn span(&self, role: Role, text: impl Into<String>) -> Span<'static> {
        span(self.theme, role, text.into())
    }

    fn blank(&mut self) {
        self.lines.push(Line::default());
    }

    /// One line, cut where the window ends.
    fn line(&mut self, spans: Vec<Span<'static>>) {
        let mut line = vec![Span::raw(" ")];
        line.extend(fit_spans(spans, self.cells, self.model.glyphs));
        self.lines.push(Line::from(line));
    }

    /// As many lines as it takes, `indent` blanks before each.
    fn paragraph(&mut self, indent: usize, spans: &[Span<'static>]) {
        let margin = " ".repeat(indent + 1);
        for mut line in wrap_spans(spans, self.cells.saturating_sub(indent)) {
            line.spans.insert(0, Span::raw(margin.clone()));
            self.lines.push(line);
        }
    }

    /// A heading, with a blank line before it where there is room for that.
    fn heading(&mut self, caption: Caption, more: Vec<Span<'static>>) {
        if self.airy {
            self.blank();
        }
        let mut spans = vec![self.span(Role::Title, self.text(caption))];
        spans.extend(more);
        self.line(spans);
    }

    /// A name and what it stands for, on a line of its own.
    fn fact(&mut self, caption: Caption, value: Vec<Span<'static>>) {
        const NAMES: usize = 12;
        let name = self.text(caption);
        let name = pad_right(name, NAMES.max(width(name) + 1), self.model.glyphs);
        let mut spans = vec![self.span(Role::Dim, name)];
        spans.extend(value);
        self.line(spans);
    }

    /// Draws the lines in a window; what does not fit is counted on the last one.
    fn draw(self, title: Vec<Span<'static>>, area: Rect, buf: &mut Buffer) {
        let inside = window(self.theme, self.model.glyphs, title, area, buf);
        let rows = usize::from(inside.height);
        let over = self.lines.len().saturating_sub(rows);
        let shown = if over == 0 { rows } else { rows.saturating_sub(1) };
        for (row, line) in (0..inside.height).zip(self.lines.iter().take(shown)) {
            put(buf, inside, row, line);
        }
        if over > 0 {
            let more = span(self.theme, Role::Dim, format!(" +{}", over + 1));
            put(buf, inside, inside.height.saturating_sub(1), &Line::from(more));
        }
    }
}
