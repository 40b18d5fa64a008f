//! What could not be read of the host, and the kernel's answers.

use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::domain::facts::Unread;
use crate::ui::details::Sheet;
use crate::ui::role::Role;
use crate::ui::text::{pieces, span};
use crate::ui::theme::Theme;
use crate::words::Caption;

/// Lists every value that is missing, so that nobody takes it for a zero.
pub(super) fn sheet<'a>(model: &'a Model, theme: &'a Theme, area: Rect) -> Sheet<'a> {
    let title = vec![span(theme, Role::Title, Caption::Unread.text(model.language))];
    let mut sheet = Sheet::new(model, theme, title, area);
    let unread = model.live.snapshot.as_ref().map_or(&[][..], |snapshot| &snapshot.unread);
    for one in unread {
        line(&mut sheet, one);
    }
    if unread.is_empty() {
        sheet.line(vec![sheet.span(Role::Dim, sheet.text(Caption::AllRead))]);
    }
    sheet
}

/// One value and why it is missing.
pub(super) fn line(sheet: &mut Sheet<'_>, unread: &Unread) {
    let cells = sheet.cells;
    let mut spans = vec![sheet.span(Role::Unknown, "? ")];
    spans.extend(pieces(sheet.theme, Role::Untrusted, &unread.what, cells));
    spans.push(sheet.span(Role::Dim, "  "));
    spans.extend(pieces(sheet.theme, Role::Untrusted, &unread.why, cells));
    sheet.paragraph(0, &spans);
}
