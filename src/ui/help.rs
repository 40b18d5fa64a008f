//! All commands with their keys: searched by typing, run by Enter.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::cockpit::command::Verb;
use crate::ui::field::{self, Typed};
use crate::ui::frame::window;
use crate::ui::glyph;
use crate::ui::role::Role;
use crate::ui::text::{fit_spans, pad_right, put, scroll, select, span, width};
use crate::ui::theme::Theme;
use crate::words::{Caption, command, key};

/// Cells for the keys and for the name.
const KEYS: usize = 13;
const NAME: usize = 17;

/// A row of the list: a heading, or a verb and its place among the verbs.
enum Row {
    Head(&'static str),
    Verb(usize, &'static Verb),
}

/// Draws the list over the whole body.
pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    (typed, selected): (Typed<'_>, usize),
    area: Rect,
    buf: &mut Buffer,
) {
    let text = |caption: Caption| caption.text(model.language);
    let title = span(theme, Role::Title, text(Caption::Help));
    let inside = window(theme, model.glyphs, vec![title], area, buf);
    search_line(model, theme, typed, inside, buf);
    let found = (model.search)(model.language, typed.text);
    if found.is_empty() {
        let line =
            Line::from(span(theme, Role::Dim, format!(" {}", text(Caption::NothingMatches))));
        put(buf, inside, 2, &line);
    }
    let list =
        Rect { y: inside.y.saturating_add(1), height: inside.height.saturating_sub(2), ..inside };
    let rows = rows(model, &found, typed.text.trim().is_empty());
    let at = rows.iter().position(|row| matches!(row, Row::Verb(at, _) if *at == selected));
    let first = scroll(at.unwrap_or(0), rows.len(), usize::from(list.height));
    for (line, row) in (0..list.height).zip(rows.iter().skip(first)) {
        let drawn = match row {
            Row::Head(group) => Line::from(span(theme, Role::Title, format!(" {group}"))),
            Row::Verb(at, verb) => verb_line(model, theme, verb, *at == selected),
        };
        let spans = fit_spans(drawn.spans, usize::from(list.width), model.glyphs);
        put(buf, list, line, &Line::from(spans));
        if matches!(row, Row::Verb(at, _) if *at == selected) {
            select(theme, list, line, buf);
        }
    }
    let legend = span(theme, Role::Dim, format!(" {}", text(Caption::Legend)));
    let legend = fit_spans(vec![legend], usize::from(inside.width), model.glyphs);
    put(buf, inside, inside.height.saturating_sub(1), &Line::from(legend));
}

fn search_line(model: &Model, theme: &Theme, typed: Typed<'_>, inside: Rect, buf: &mut Buffer) {
    let label = format!(" {}: ", Caption::Search.text(model.language));
    let taken = u16::try_from(width(&label)).unwrap_or(0).min(inside.width);
    put(buf, inside, 0, &Line::from(span(theme, Role::Dim, label)));
    let room = Rect {
        x: inside.x + taken,
        width: inside.width - taken,
        height: inside.height.min(1),
        ..inside
    };
    field::draw(typed, theme, room, buf);
}

/// Group by group when nothing is searched; by likeness else.
fn rows(model: &Model, found: &[&'static Verb], grouped: bool) -> Vec<Row> {
    let mut rows = Vec::with_capacity(found.len() + 5);
    let mut group = None;
    for (at, verb) in found.iter().enumerate() {
        if grouped && group != Some(verb.group) {
            group = Some(verb.group);
            rows.push(Row::Head(command::group(model.language, verb.group)));
        }
        rows.push(Row::Verb(at, verb));
    }
    rows
}

fn verb_line(model: &Model, theme: &Theme, verb: &Verb, selected: bool) -> Line<'static> {
    let cursor = if selected { glyph::signs(model.glyphs).cursor } else { " " };
    let keys = pad_right(&key::all(verb.command), KEYS, model.glyphs);
    let mut spans: Vec<Span<'static>> = vec![
        span(theme, Role::Text, format!(" {cursor} ")),
        span(theme, Role::FooterKey, format!("{keys} ")),
        span(theme, Role::Text, pad_right(verb.name, NAME, model.glyphs)),
        span(theme, Role::Text, format!(" {}", command::help(model.language, verb.command))),
    ];
    if verb.writes {
        let writes = Caption::Writes.text(model.language);
        spans.push(span(theme, Role::Dim, format!("  [{writes}]")));
    }
    Line::from(spans)
}
