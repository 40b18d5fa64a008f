//! The sign that there is more above or below, on the lower edge of a frame.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::cockpit::Model;
use crate::ui::glyph::signs;
use crate::ui::role::Role;
use crate::ui::text::{put, span, width};
use crate::ui::theme::Theme;

/// Draws `1-20/45 ▼` at the right of the lower edge of `frame`; nothing if everything is in view.
pub(super) fn mark(
    model: &Model,
    theme: &Theme,
    (first, height, lines): (usize, usize, usize),
    frame: Rect,
    buf: &mut Buffer,
) {
    if lines <= height {
        return;
    }
    let signs = signs(model.glyphs);
    let last = (first + height).min(lines);
    let up = if first > 0 { signs.up } else { " " };
    let down = if last < lines { signs.down } else { " " };
    let text = format!(" {}-{last}/{lines} {up}{down} ", first + 1);
    let cells = u16::try_from(width(&text)).unwrap_or(u16::MAX);
    let Some(x) = (frame.x + frame.width).checked_sub(cells + 2).filter(|x| *x > frame.x) else {
        return;
    };
    let edge = Rect { x, width: cells, ..frame };
    put(buf, edge, frame.height.saturating_sub(1), &Line::from(span(theme, Role::FooterKey, text)));
}
