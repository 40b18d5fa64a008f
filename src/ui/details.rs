//! Everything about one thing, over the whole body: a process, a node, an item, what could not be read.

mod around;
mod autostart;
mod connection;
mod examined;
mod plan;
mod process;
mod rules;
mod unread;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::cockpit::dialog::Dialog;
use crate::ui::frame::window;
use crate::ui::role::Role;
use crate::ui::text::{fit_spans, pad_right, put, span, width};
use crate::ui::theme::Theme;
use crate::ui::turn;
use crate::ui::wrap::wrap_spans;
use crate::words::Caption;

/// Lines under construction, as wide as the window.
struct Sheet<'a> {
    model: &'a Model,
    theme: &'a Theme,
    cells: usize,
    /// There is room for blank lines.
    airy: bool,
    title: Vec<Span<'static>>,
    lines: Vec<Line<'static>>,
}

/// The page that the open dialog is about; `None` for a dialog that is no page.
fn page<'a>(model: &'a Model, theme: &'a Theme, area: Rect) -> Option<Sheet<'a>> {
    match &model.dialog {
        Dialog::Process(id) => Some(process::sheet(model, theme, *id, area)),
        Dialog::Autostart(entry) => Some(autostart::sheet(model, theme, entry, area)),
        Dialog::Connection(key) => Some(connection::sheet(model, theme, *key, area)),
        Dialog::Node(flow, node) => Some(plan::node(model, theme, (flow, node), area)),
        Dialog::Item(item) => Some(plan::item(model, theme, item, area)),
        Dialog::Unread => Some(unread::sheet(model, theme, area)),
        Dialog::Rules => Some(rules::sheet(model, theme, area)),
        Dialog::Closed
        | Dialog::Ask(..)
        | Dialog::Help(..)
        | Dialog::Palette(..)
        | Dialog::AllowTool(_)
        | Dialog::Listen
        | Dialog::Leave
        | Dialog::SignHandoff(_)
        | Dialog::Coach
        | Dialog::ShowExpert
        | Dialog::EndTraining
        | Dialog::Debrief
        | Dialog::Copy(..)
        | Dialog::Printed
        | Dialog::PenAsked(_)
        | Dialog::GivePen(..)
        | Dialog::NotNamed(_)
        | Dialog::LoseReasons(..)
        | Dialog::SignNow(_)
        | Dialog::AcknowledgeAll(..)
        | Dialog::Bookmarks(_) => None,
    }
}

/// Draws the open dialog, if it is a page.
pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if let Some(page) = page(model, theme, area) {
        page.draw(area, buf);
    }
}

/// Lines of the open dialog, if it is a page.
pub(super) fn lines(model: &Model, theme: &Theme, area: Rect) -> Option<usize> {
    page(model, theme, area).map(|page| page.lines.len())
}

impl<'a> Sheet<'a> {
    fn new(model: &'a Model, theme: &'a Theme, title: Vec<Span<'static>>, area: Rect) -> Self {
        let cells = usize::from(area.width).saturating_sub(4);
        Self { model, theme, cells, airy: area.height >= 30, title, lines: Vec::new() }
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
        self.headed(self.text(caption), more);
    }

    /// The same in words that are no caption.
    fn headed(&mut self, text: &'static str, more: Vec<Span<'static>>) {
        if self.airy {
            self.blank();
        }
        let mut spans = vec![self.span(Role::Title, text)];
        spans.extend(more);
        self.line(spans);
    }

    /// A name and what it stands for, on a line of its own.
    fn fact(&mut self, caption: Caption, value: Vec<Span<'static>>) {
        self.called(self.text(caption), value);
    }

    /// The same in words that are no caption.
    fn called(&mut self, name: &str, value: Vec<Span<'static>>) {
        const NAMES: usize = 12;
        let name = pad_right(name, NAMES.max(width(name) + 1), self.model.glyphs);
        let mut spans = vec![self.span(Role::Dim, name)];
        spans.extend(value);
        self.line(spans);
    }

    /// Draws the lines in a window, from the one on that the responder moved to; what does not fit is said on its edge.
    fn draw(self, area: Rect, buf: &mut Buffer) {
        let inside = window(self.theme, self.model.glyphs, self.title, area, buf);
        let height = usize::from(inside.height);
        let first = self.model.sheet.line.min(self.lines.len().saturating_sub(height));
        for (row, line) in (0..inside.height).zip(self.lines.iter().skip(first)) {
            put(buf, inside, row, line);
        }
        turn::mark(self.model, self.theme, (first, height, self.lines.len()), area, buf);
    }
}
