//! A line of text that somebody types. What was typed or pasted is shown like any other stranger's text.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::untrusted::Untrusted;
use crate::ui::role::Role;
use crate::ui::text::{pieces, put, spans_width, width};
use crate::ui::theme::Theme;

/// What was typed so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Typed<'a> {
    /// The text.
    pub(super) text: &'a str,
    /// Characters before the cursor.
    pub(super) cursor: usize,
}

/// Draws the text with its cursor; scrolled so that the cursor is in view.
///
/// The cursor is a reversed cell: it stands on a whole grapheme, so a Thai vowel keeps its consonant.
pub(super) fn draw(typed: Typed<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let text = typed.text;
    let at = text.char_indices().nth(typed.cursor).map_or(text.len(), |(at, _)| at);
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let under = after.graphemes(true).next().unwrap_or(" ");
    let rest = after.get(under.len()..).unwrap_or_default();

    let shown = |text: &str| pieces(theme, Role::Text, &Untrusted::from(text), usize::MAX);
    let cursor = shown(under);
    let room = usize::from(area.width).saturating_sub(spans_width(&cursor).max(1));
    let mut spans = tail(shown(before), room);
    spans.extend(cursor.into_iter().map(|it| it.patch_style(Modifier::REVERSED)));
    spans.extend(shown(rest));
    put(buf, area, 0, &Line::from(spans));
}

/// The end of `spans` that fits in `cells`.
fn tail(spans: Vec<Span<'static>>, cells: usize) -> Vec<Span<'static>> {
    let mut over = spans_width(&spans).saturating_sub(cells);
    let mut kept = Vec::with_capacity(spans.len());
    for span in spans {
        let mut from = 0;
        for (at, grapheme) in span.content.grapheme_indices(true) {
            if over == 0 {
                break;
            }
            over = over.saturating_sub(width(grapheme));
            from = at + grapheme.len();
        }
        let rest = span.content.get(from..).unwrap_or_default().to_owned();
        kept.push(Span::styled(rest, span.style));
    }
    kept
}
