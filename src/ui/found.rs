//! What a search found, marked in what is drawn already: no letter is changed, only how it looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::cockpit::Model;
use crate::cockpit::find::{Find, places};
use crate::cockpit::model::Pane;
use crate::domain::untrusted::Untrusted;
use crate::ui::role::Role;
use crate::ui::text::width;
use crate::ui::theme::Theme;

/// What is looked for in `pane`.
pub(super) fn in_pane(model: &Model, pane: Pane) -> Option<&Find> {
    model.panes.find.as_ref().filter(|find| find.pane == pane)
}

/// What a title says of it: the words, which place this is, and how many there are.
pub(super) fn title(find: &Find) -> (Role, String) {
    let text = Untrusted::from(find.text.as_str()).plain(24);
    let at = if find.hits.is_empty() { 0 } else { find.at + 1 };
    (Role::Mark, format!("/{text} {at}/{}", find.hits.len()))
}

/// Marks the places in one row of `area`; those of the row that the responder is at as if under a cursor.
pub(super) fn mark(
    theme: &Theme,
    find: &Find,
    (area, row, here): (Rect, usize, bool),
    buf: &mut Buffer,
) {
    let Ok(row) = u16::try_from(row) else { return };
    let area = area.intersection(buf.area);
    if row >= area.height {
        return;
    }
    let y = area.y + row;
    let (mut text, mut cells) = (String::new(), Vec::new());
    let mut x = area.x;
    while x < area.right() {
        let Some(cell) = buf.cell((x, y)) else { break };
        let taken = u16::try_from(width(cell.symbol()).max(1)).unwrap_or(1);
        cells.push((text.len(), x, taken));
        text.push_str(cell.symbol());
        x += taken;
    }
    let style = theme.style(Role::Mark);
    let style = if here { style.add_modifier(Modifier::REVERSED) } else { style };
    for place in places(&text, &find.text) {
        for (nth, (start, x, taken)) in cells.iter().enumerate() {
            let end = cells.get(nth + 1).map_or(text.len(), |next| next.0);
            if *start < place.end && end > place.start {
                buf.set_style(Rect { x: *x, y, width: *taken, height: 1 }, style);
            }
        }
    }
}
