//! Lists whose rows may take several lines each.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::cockpit::model::Glyphs;
use crate::ui::panes::row::Row;
use crate::ui::theme::Theme;

/// Lines that one row gets at most: the details say the rest.
pub(super) const MOST: usize = 6;

/// First row to draw, so that row `line` is in view although rows differ in height.
pub(super) fn first(
    line: usize,
    rows: usize,
    height: usize,
    height_of: impl Fn(usize) -> usize,
) -> usize {
    let to_show = |last: usize| {
        let mut taken = 0;
        let mut first = last;
        for at in (0..=last).rev() {
            taken += height_of(at);
            if taken > height && at < last {
                break;
            }
            first = at;
        }
        first
    };
    let last = rows.saturating_sub(1);
    to_show(line.min(last)).min(to_show(last))
}

/// Draws the lines of a row that come after its first, `indent` cells from the left.
pub(super) fn rest(
    theme: &Theme,
    glyphs: Glyphs,
    lines: &[Line<'_>],
    (area, line, indent): (Rect, usize, usize),
    buf: &mut Buffer,
) {
    for (below, text) in lines.iter().enumerate().skip(1) {
        let mut pen = Row::new(theme, glyphs, area, line + below, buf);
        pen.skip(indent);
        for span in &text.spans {
            pen.styled(span.style, &span.content);
        }
    }
}
