//! The line above the footer: the newest thing that the responder should see.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::cockpit::Model;
use crate::cockpit::model::NoticeKind;
use crate::domain::base::Timestamp;
use crate::domain::detect::Subject;
use crate::ui::panes::timeline;
use crate::ui::role::Role;
use crate::ui::text::{fit_spans, phrase, put, span, time, width};
use crate::ui::theme::Theme;
use crate::words::Phrase;
use crate::words::notice::{Weight, notice, undone, weight, weight_word};
use crate::words::panes::{self, Word};
use crate::words::persistence::tail;

/// Draws the newest notice: its sign, its word, when, and the sentence.
pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(newest) = &model.notice else { return };
    let weight = weight(&newest.kind);
    let (sign, role) = match weight {
        Weight::Calm => (".", Role::Text),
        Weight::Watch => ("*", Role::Warn),
        Weight::Danger => ("!", Role::Crit),
    };
    let word = weight_word(model.language, weight);
    let cells = usize::from(area.width);
    // What has ended is no danger any more; it still wants to be looked at.
    let (sign, word, role, at) = match ended(model, &newest.kind) {
        Some((word, at)) => (".", panes::word(model.language, word), Role::Unknown, at),
        None => (sign, word, role, newest.at.at),
    };
    let mut spans = vec![
        span(theme, role, format!(" {sign} {word} ")),
        span(theme, Role::Dim, format!("{} ", time(at))),
    ];
    // Whoever lost the pen must not think that what is typed now is kept.
    let text =
        if matches!(newest.kind, NoticeKind::PenForced(..)) { Role::Crit } else { Role::Text };
    spans.extend(phrase(theme, text, &said(model, &newest.kind), cells / 2));
    let tail = tail(model.language, &newest.kind).unwrap_or_default();
    let mut spans = fit_spans(spans, cells.saturating_sub(width(&tail)), model.glyphs);
    spans.push(span(theme, text, tail));
    put(buf, area, 0, &Line::from(spans));
}

/// The sentence; what was taken back is called as the timeline calls it.
fn said(model: &Model, kind: &NoticeKind) -> Phrase {
    if let NoticeKind::Undone(act, by) = kind {
        return undone(model.language, timeline::told(model, act), by);
    }
    notice(model.language, kind)
}

/// Since when what the notice is about is no longer there, and how that is called: a process ends, a line of cron is gone.
fn ended(model: &Model, kind: &NoticeKind) -> Option<(Word, Timestamp)> {
    let (finding, _) = kind.found()?;
    let at = *model.session.as_ref()?.state.ended.get(&finding.subject)?;
    let word = match finding.subject {
        Subject::Process(_) => Word::Ended,
        Subject::Connection { .. } | Subject::Hiding { .. } | Subject::Autostart { .. } => {
            Word::IsGone
        }
    };
    Some((word, at))
}
