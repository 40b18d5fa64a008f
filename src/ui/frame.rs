//! The frame around a pane or a dialog. The one that has the keyboard has a double line, so that it can be
//! told without colours.

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::symbols::border::Set;
use ratatui::text::{Line, Span};

use crate::cockpit::model::Glyphs;
use crate::ui::glyph::signs;
use crate::ui::role::Role;
use crate::ui::text::{clear, put};
use crate::ui::theme::Theme;

/// Draws a frame with a title on its upper edge and gives the room inside.
pub fn frame(
    theme: &Theme,
    glyphs: Glyphs,
    focused: bool,
    title: Vec<Span<'_>>,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let signs = signs(glyphs);
    let (set, role) =
        if focused { (signs.focus, Role::BorderFocus) } else { (signs.frame, Role::Border) };
    // The title stands on the frame and must not become as faint as a theme may make that.
    let plain = Style::new().remove_modifier(Modifier::DIM);
    let mut line = Line::from(vec![Span::raw(" ")]).style(plain);
    line.spans.extend(title);
    line.spans.push(Span::raw(" "));
    let area = area.intersection(buf.area);
    edge(&set, theme.style(role), area, buf);
    let upper = Rect { x: area.x.saturating_add(1), width: area.width.saturating_sub(2), ..area };
    put(buf, upper, 0, &line);
    area.inner(Margin::new(1, 1))
}

/// The line around `area`, and no cell inside it: a block of ratatui's touches all of them.
#[expect(clippy::disallowed_methods, reason = "the signs of a frame are constants of ours")]
fn edge(set: &Set<'static>, style: Style, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    let mut draw = |x, y, sign: &'static str| {
        if let Some(cell) = buf.cell_mut((x, y)) {
            cell.set_symbol(sign).set_style(style);
        }
    };
    for x in area.x..=right {
        draw(x, bottom, set.horizontal_bottom);
        draw(x, area.y, set.horizontal_top);
    }
    for y in area.y..=bottom {
        draw(right, y, set.vertical_right);
        draw(area.x, y, set.vertical_left);
    }
    draw(right, bottom, set.bottom_right);
    draw(area.x, bottom, set.bottom_left);
    draw(right, area.y, set.top_right);
    draw(area.x, area.y, set.top_left);
}

/// The same over whatever stands there already, as dialogs are.
pub fn window(
    theme: &Theme,
    glyphs: Glyphs,
    title: Vec<Span<'_>>,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    clear(theme, Role::Text, area, buf);
    frame(theme, glyphs, true, title, area, buf)
}
