//! All commands with their keys: searched by typing, run by Enter.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::cockpit::command::Verb;
use crate::ui::field::Typed;
use crate::ui::frame::window;
use crate::ui::list::{self, Row};
use crate::ui::role::Role;
use crate::ui::text::{fit_spans, pad_right, put, span};
use crate::ui::theme::Theme;
use crate::words::{Caption, command, key};

/// Cells for the keys and for the name.
const KEYS: usize = 13;
const NAME: usize = 17;

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
    let label = span(theme, Role::Dim, format!(" {}: ", text(Caption::Search)));
    let found = list::search(model, theme, (label, typed), inside, buf);
    let room =
        Rect { y: inside.y.saturating_add(1), height: inside.height.saturating_sub(2), ..inside };
    let rows = rows(model, theme, &found, typed.text.trim().is_empty());
    list::draw(model, theme, (&rows, selected), (room, area), buf);
    let legend = span(theme, Role::Dim, format!(" {}", text(Caption::Legend)));
    let legend = fit_spans(vec![legend], usize::from(inside.width), model.glyphs);
    put(buf, inside, inside.height.saturating_sub(1), &Line::from(legend));
}

/// Group by group when nothing is searched; by likeness else.
fn rows(model: &Model, theme: &Theme, found: &[&'static Verb], grouped: bool) -> Vec<Row> {
    let mut rows = Vec::with_capacity(found.len() + 5);
    let mut group = None;
    for verb in found {
        if grouped && group != Some(verb.group) {
            group = Some(verb.group);
            rows.push(Row::Head(command::group(model.language, verb.group)));
        }
        rows.push(Row::Choice(choice(model, theme, verb)));
    }
    rows
}

fn choice(model: &Model, theme: &Theme, verb: &Verb) -> Vec<Span<'static>> {
    let keys = pad_right(&key::all(verb.command), KEYS, model.glyphs);
    let mut spans: Vec<Span<'static>> = vec![
        span(theme, Role::FooterKey, format!("{keys} ")),
        span(theme, Role::Text, pad_right(verb.name, NAME, model.glyphs)),
        span(theme, Role::Text, format!(" {}", command::help(model.language, verb.command))),
    ];
    if verb.writes {
        let writes = Caption::Writes.text(model.language);
        spans.push(span(theme, Role::Dim, format!("  [{writes}]")));
    }
    spans
}
