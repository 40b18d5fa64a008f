//! A page that may be longer than the screen: drawn from a line on, with signs for what is above and below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::ui::frame::window;
use crate::ui::glyph::signs;
use crate::ui::layout::centred;
use crate::ui::role::Role;
use crate::ui::text::{fit_spans, put, put_all, span, spans_width};
use crate::ui::theme::Theme;
use crate::words::Caption;

/// Nobody reads wider lines than this with ease.
const WIDEST: u16 = 104;

/// The window for a page in `area`.
fn window_in(area: Rect) -> Rect {
    centred(area, WIDEST, area.height)
}

/// Cells of a line of the page: the frame and a blank on either side are not for it.
pub(super) fn cells(area: Rect) -> usize {
    usize::from(window_in(area).width).saturating_sub(4)
}

/// How many lines can be the first on the screen, so that the last line stays at its foot.
pub(super) fn places(lines: usize, area: Rect) -> usize {
    let rows = usize::from(area.height).saturating_sub(2);
    lines.saturating_sub(rows) + 1
}

/// Draws the page from where its reader is.
pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    (title, lines): (Vec<Span<'static>>, Vec<Line<'static>>),
    area: Rect,
    buf: &mut Buffer,
) {
    let outside = window_in(area);
    let room = usize::from(outside.width).saturating_sub(6);
    let inside = window(theme, model.glyphs, fit_spans(title, room, model.glyphs), outside, buf);
    let asked = model.coach.as_ref().map_or(0, |coach| coach.page.line);
    let above = asked.min(places(lines.len(), area) - 1);
    let below = lines.len().saturating_sub(above + usize::from(inside.height));
    let text = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    put_all(buf, text.intersection(inside), lines.into_iter().skip(above));
    let signs = signs(model.glyphs);
    let more = Caption::MoreLines.text(model.language);
    let bottom = outside.height.saturating_sub(1);
    for (sign, hidden, row) in [(signs.up, above, 0), (signs.down, below, bottom)] {
        if hidden > 0 {
            mark(theme, &format!(" {sign} {hidden} {more} "), (outside, row), buf);
        }
    }
}

/// Writes on the right of an edge of a frame.
pub(super) fn mark(theme: &Theme, text: &str, (outside, row): (Rect, u16), buf: &mut Buffer) {
    let spans = vec![span(theme, Role::FooterKey, text.to_owned())];
    let taken = u16::try_from(spans_width(&spans)).unwrap_or(u16::MAX);
    let Some(left) = outside.width.checked_sub(taken.saturating_add(2)) else { return };
    let edge = Rect { x: outside.x + left, width: taken, ..outside };
    put(buf, edge, row, &Line::from(spans));
}
