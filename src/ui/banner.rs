//! The line below the header while entries do not reach the disk: how many, why, what to do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::cockpit::Model;
use crate::ui::role::Role;
use crate::ui::text::{fit_spans, phrase, put, span};
use crate::ui::theme::Theme;
use crate::words::storage::waiting;

/// Draws it over the whole width, so that nobody takes it for a line of a pane.
pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(why) = &model.storage.waiting else { return };
    buf.set_style(area.intersection(buf.area), theme.style(Role::Armed));
    let cells = usize::from(area.width);
    let mut spans = vec![span(theme, Role::Armed, " ! ")];
    spans.extend(phrase(theme, Role::Armed, &waiting(model.language, why), cells));
    put(buf, area, 0, &Line::from(fit_spans(spans, cells, model.glyphs)));
}
