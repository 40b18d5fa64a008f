//! Rows of which one is under the cursor: the help, the palette, and every other list in a dialog.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::cockpit::command::Verb;
use crate::ui::field::{self, Typed};
use crate::ui::glyph::signs;
use crate::ui::role::Role;
use crate::ui::text::{fit_spans, put, scroll, select, span, width};
use crate::ui::theme::Theme;
use crate::ui::turn;
use crate::words::Caption;

/// What is drawn on a row.
pub(super) enum Row {
    /// A heading; the cursor never stands on it.
    Head(&'static str),
    /// A choice.
    Choice(Vec<Span<'static>>),
}

/// Draws the rows that are in view around the choice at `selected`, counted without headings. `window` is the frame
/// around the list: it says how much more there is.
pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    (rows, selected): (&[Row], usize),
    (list, window): (Rect, Rect),
    buf: &mut Buffer,
) {
    let choices = rows.iter().enumerate().filter(|(_, row)| matches!(row, Row::Choice(_)));
    let at = choices.map(|(at, _)| at).nth(selected);
    let height = usize::from(list.height);
    let first = scroll(at.unwrap_or(0), rows.len(), height);
    let cells = usize::from(list.width);
    for (line, (nth, row)) in (0..list.height).zip(rows.iter().enumerate().skip(first)) {
        let here = Some(nth) == at;
        let spans = match row {
            Row::Head(text) => vec![span(theme, Role::Title, format!(" {text}"))],
            Row::Choice(spans) => {
                let cursor = if here { signs(model.glyphs).cursor } else { " " };
                let mut line = vec![span(theme, Role::Text, format!(" {cursor} "))];
                line.extend_from_slice(spans);
                line
            }
        };
        put(buf, list, line, &Line::from(fit_spans(spans, cells, model.glyphs)));
        if here {
            select(theme, list, line, buf);
        }
    }
    turn::mark(model, theme, (first, height, rows.len()), window, buf);
}

/// Draws the line that is typed after `label`, on the first row of `inside`, and gives the verbs that it finds: if there
/// are none, the row below says so.
pub(super) fn search(
    model: &Model,
    theme: &Theme,
    (label, typed): (Span<'static>, Typed<'_>),
    inside: Rect,
    buf: &mut Buffer,
) -> Vec<&'static Verb> {
    let taken = u16::try_from(width(&label.content)).unwrap_or(0).min(inside.width);
    put(buf, inside, 0, &Line::from(label));
    let room = Rect {
        x: inside.x + taken,
        width: inside.width - taken,
        height: inside.height.min(1),
        ..inside
    };
    field::draw(typed, theme, room, buf);
    let found = (model.search)(model.language, typed.text);
    if found.is_empty() {
        let nothing = format!(" {}", Caption::NothingMatches.text(model.language));
        put(buf, inside, 1, &Line::from(span(theme, Role::Dim, nothing)));
    }
    found
}
