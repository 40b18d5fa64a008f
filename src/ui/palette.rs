//! A command by name: type, see what matches, Enter runs it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::cockpit::Model;
use crate::ui::field::{self, Typed};
use crate::ui::frame::window;
use crate::ui::glyph;
use crate::ui::role::Role;
use crate::ui::text::{fit_spans, pad_right, put, scroll, select, span};
use crate::ui::theme::Theme;
use crate::words::{Caption, command, key};

/// Rows and columns of the window.
const ROWS: u16 = 12;
const COLUMNS: u16 = 72;

/// Draws the window near the top, where it hides little.
pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    (typed, selected): (Typed<'_>, usize),
    area: Rect,
    buf: &mut Buffer,
) {
    let width = COLUMNS.min(area.width);
    let x = area.x + (area.width - width) / 2;
    let area = Rect { x, width, height: ROWS.min(area.height), ..area };
    let title = span(theme, Role::Title, Caption::Palette.text(model.language));
    let inside = window(theme, model.glyphs, vec![title], area, buf);
    put(buf, inside, 0, &Line::from(span(theme, Role::FooterKey, " :")));
    let indent = 2.min(inside.width);
    let line = Rect {
        x: inside.x + indent,
        width: inside.width - indent,
        height: inside.height.min(1),
        ..inside
    };
    field::draw(typed, theme, line, buf);

    let found = (model.search)(model.language, typed.text);
    if found.is_empty() {
        let nothing = format!(" {}", Caption::NothingMatches.text(model.language));
        put(buf, inside, 1, &Line::from(span(theme, Role::Dim, nothing)));
    }
    let height = inside.height.saturating_sub(1);
    let first = scroll(selected, found.len(), usize::from(height));
    for (row, (at, verb)) in (1..inside.height).zip(found.iter().enumerate().skip(first)) {
        let cursor = if at == selected { glyph::signs(model.glyphs).cursor } else { " " };
        let usual = key::usual(verb.command).unwrap_or_default();
        let spans = vec![
            span(theme, Role::Text, format!(" {cursor} ")),
            span(theme, Role::Text, pad_right(verb.name, 17, model.glyphs)),
            span(theme, Role::FooterKey, pad_right(&usual, 6, model.glyphs)),
            span(theme, Role::Text, command::help(model.language, verb.command)),
        ];
        let spans = fit_spans(spans, usize::from(inside.width), model.glyphs);
        put(buf, inside, row, &Line::from(spans));
        if at == selected {
            select(theme, inside, row, buf);
        }
    }
}
