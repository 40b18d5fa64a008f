//! The start screen: sessions that can be taken up, and a new one. Enter always does the sane thing.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::cockpit::model::{Condition, Glyphs, Offer, SourceKind};
use crate::domain::untrusted::Untrusted;
use crate::ui::glyph::signs;
use crate::ui::role::Role;
use crate::ui::text::{
    day_and_time, fit_spans, pad_left, phrase, pieces, put, scroll, select, span, spans_width,
};
use crate::ui::theme::Theme;
use crate::ui::wrap::wrap_spans;
use crate::words::{Caption, session};

/// Cells for the id: sixteen digits of time, a dash, and most host names.
const ID: usize = 28;

/// Cells for the id of the playbook; a damaged session may not tell.
const PLAYBOOK: usize = 6;

/// Draws the offers, then what the one under the cursor is.
pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    (offers, selected): (&[Offer], usize),
    area: Rect,
    buf: &mut Buffer,
) {
    let text = |caption: Caption| caption.text(model.language);
    let say = |role, caption| Line::from(span(theme, role, format!(" {}", text(caption))));
    let (heading, new) = if in_training(model) {
        (Caption::OpenTrainings, Caption::NewTraining)
    } else {
        (Caption::OpenSessions, Caption::NewSession)
    };
    put(buf, area, 1, &say(Role::Title, heading));
    let below = detail(model, theme, (offers, selected), usize::from(area.width));
    let rows = usize::from(area.height.saturating_sub(4)).saturating_sub(below.len()).max(1);
    let lines = offers.len() + 1;
    let first = scroll(selected, lines, rows);
    let mut row = 2;
    if offers.is_empty() {
        put(buf, area, row, &say(Role::Dim, Caption::NoSessions));
        row += 1;
    }
    for at in (first..lines).take(rows) {
        let spans = match offers.get(at) {
            Some(offer) => offer_line(model, theme, offer),
            None => vec![span(theme, Role::Text, text(new))],
        };
        list_row(model, theme, (spans, at == selected), (area, row), buf);
        row += 1;
    }
    row += 1;
    for line in below {
        put(buf, area, row, &line);
        row += 1;
    }
}

/// What is offered are trainings: snapshots will come from the tape of a walkthrough.
fn in_training(model: &Model) -> bool {
    model.source.kind == SourceKind::Training
}

fn list_row(
    model: &Model,
    theme: &Theme,
    (spans, selected): (Vec<Span<'static>>, bool),
    (area, row): (Rect, u16),
    buf: &mut Buffer,
) {
    let cursor = if selected { signs(model.glyphs).cursor } else { " " };
    let mut line = vec![span(theme, Role::Text, format!(" {cursor} "))];
    line.extend(spans);
    put(buf, area, row, &Line::from(fit_spans(line, usize::from(area.width), model.glyphs)));
    if selected {
        select(theme, area, row, buf);
    }
}

fn offer_line(model: &Model, theme: &Theme, offer: &Offer) -> Vec<Span<'static>> {
    let mut spans = pieces(theme, Role::Text, &Untrusted::from(offer.id.as_str()), ID);
    let blank = ID.saturating_sub(spans_width(&spans)) + 1;
    spans.push(Span::raw(" ".repeat(blank)));
    let playbook = pieces(theme, Role::Text, &Untrusted::from(offer.playbook.as_str()), PLAYBOOK);
    let blank = PLAYBOOK.saturating_sub(spans_width(&playbook));
    spans.extend(playbook);
    spans.push(Span::raw(" ".repeat(blank)));
    let entries = pad_left(&offer.entries.to_string(), 6, Glyphs::Ascii);
    spans.push(span(theme, Role::Dim, format!(" {entries}  ")));
    let (sign, role) = match offer.condition {
        Condition::Left | Condition::Debriefed(_) => (".", Role::Ok),
        Condition::CutOff => ("*", Role::Warn),
        Condition::Held | Condition::Moved(_) => ("*", Role::Unknown),
        Condition::Broken(_) => ("!", Role::Crit),
    };
    spans.push(span(theme, role, sign));
    spans.push(Span::raw(" "));
    let condition = session::condition(model.language, &offer.condition);
    spans.extend(phrase(theme, role, &condition, 60));
    spans
}

/// What is known about the offer under the cursor, and what Enter does with it.
fn detail(
    model: &Model,
    theme: &Theme,
    (offers, selected): (&[Offer], usize),
    cells: usize,
) -> Vec<Line<'static>> {
    let text = |caption: Caption| caption.text(model.language);
    let say = |role, said: &str| Line::from(span(theme, role, format!(" {said}")));
    let training = in_training(model);
    let mut lines = Vec::new();
    let enter = match offers.get(selected) {
        None if training => Caption::StartTraining,
        None => Caption::StartSession,
        Some(offer) => {
            lines.extend(about(model, theme, offer));
            match offer.condition {
                Condition::Left | Condition::CutOff if training => Caption::ResumeTraining,
                Condition::Left | Condition::CutOff => Caption::ResumeSession,
                Condition::Debriefed(_) => Caption::ReadDebrief,
                Condition::Held => Caption::WatchSession,
                Condition::Moved(ref place) if place.is_empty() => Caption::GoesOnNowhere,
                Condition::Moved(_) => Caption::GoesOnElsewhere,
                Condition::Broken(_) => Caption::ReadSession,
            }
        }
    };
    lines.push(say(Role::Text, text(enter)));
    if let Some(Condition::Moved(place)) = offers.get(selected).map(|it| &it.condition) {
        // All of it: a path that is cut cannot be typed.
        let path = pieces(theme, Role::Untrusted, place, usize::MAX);
        lines.extend(wrap_spans(&path, cells.saturating_sub(3)).into_iter().map(|mut line| {
            line.spans.insert(0, Span::raw("   "));
            line
        }));
    }
    lines.push(Line::default());
    let mut you = vec![span(theme, Role::Dim, format!(" {} ", text(Caption::You)))];
    you.extend(pieces(theme, Role::Text, &model.who, 40));
    lines.push(Line::from(you));
    let touched = if training { Caption::NothingTouched } else { Caption::Observes };
    lines.push(say(Role::Dim, text(touched)));
    lines
}

fn about(model: &Model, theme: &Theme, offer: &Offer) -> Vec<Line<'static>> {
    let text = |caption: Caption| caption.text(model.language);
    let mut spans = vec![Span::raw(" ")];
    spans.extend(pieces(theme, Role::Untrusted, &offer.host, 32));
    if let Some(at) = offer.opened_at {
        let opened = format!("  {} {}", text(Caption::Started), day_and_time(at));
        spans.push(span(theme, Role::Text, opened));
    }
    if let Some(by) = &offer.last_by {
        spans.push(span(theme, Role::Text, format!("  {} ", text(Caption::LastBy))));
        spans.extend(pieces(theme, Role::Untrusted, by, 24));
    }
    if let Some(at) = offer.last_at {
        spans.push(span(theme, Role::Text, format!(" {}", day_and_time(at))));
    }
    let entries = format!("  {} {}", offer.entries, text(Caption::Entries));
    spans.push(span(theme, Role::Text, entries));
    vec![Line::from(spans)]
}
