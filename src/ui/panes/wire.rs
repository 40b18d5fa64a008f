//! What was heard on the wire.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::cockpit::model::Pane;
use crate::ui::panes::row::{Row, select};
use crate::ui::panes::{condition, framed, say_empty};
use crate::ui::role::Role;
use crate::ui::theme::Theme;
use crate::words::panes::Word;

pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let inside = framed(Pane::Wire, model, theme, condition(model), area, buf);
    let Some(snapshot) = &model.live.snapshot else {
        return say_empty(model, theme, Word::Waiting, inside, buf);
    };
    let all = &snapshot.wire.sightings;
    if all.is_empty() {
        return say_empty(model, theme, Word::NothingHeard, inside, buf);
    }
    let height = usize::from(inside.height);
    let cursor = model.panes.wire.line.min(all.len() - 1);
    let first = (cursor + 1).saturating_sub(height);
    for (line, one) in all.iter().skip(first).take(height).enumerate() {
        let mut row = Row::new(theme, model.glyphs, inside, line, buf);
        row.left(Role::Text, &one.server.to_string(), 24);
    }
    if model.focus == Pane::Wire {
        select(theme, inside, cursor - first, buf);
    }
}
