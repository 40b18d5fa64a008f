//! A command by name: type, see what matches, Enter runs it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::cockpit::command::Verb;
use crate::ui::field::Typed;
use crate::ui::frame::window;
use crate::ui::list::{self, Row};
use crate::ui::role::Role;
use crate::ui::text::{pad_right, span};
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
    let label = span(theme, Role::FooterKey, " :");
    let found = list::search(model, theme, (label, typed), inside, buf);
    let below =
        Rect { y: inside.y.saturating_add(1), height: inside.height.saturating_sub(1), ..inside };
    let rows: Vec<Row> = found.into_iter().map(|verb| choice(model, theme, verb)).collect();
    list::draw(model, theme, (&rows, selected), (below, area), buf);
}

fn choice(model: &Model, theme: &Theme, verb: &Verb) -> Row {
    let usual = key::usual(verb.command).unwrap_or_default();
    Row::Choice(vec![
        span(theme, Role::Text, pad_right(verb.name, 17, model.glyphs)),
        span(theme, Role::FooterKey, pad_right(&usual, 6, model.glyphs)),
        span(theme, Role::Text, command::help(model.language, verb.command)),
    ])
}
