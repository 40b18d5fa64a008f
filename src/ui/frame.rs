//! The frame around a pane or a dialog. The one that has the keyboard has a double line, so that it can be
//! told without colours.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use crate::cockpit::model::Glyphs;
use crate::ui::glyph::signs;
use crate::ui::role::Role;
use crate::ui::text::clear;
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
    let block = Block::bordered().border_set(set).border_style(theme.style(role)).title_top(line);
    let inside = block.inner(area);
    block.render(area, buf);
    inside
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
