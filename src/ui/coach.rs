//! The coach strip: task, hints and news of a walkthrough beside the work.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::cockpit::Model;
use crate::cockpit::coach::Coach;
use crate::cockpit::model::Session;
use crate::domain::base::{Both, Language};
use crate::domain::training::Act;
use crate::domain::untrusted::Untrusted;
use crate::ui::frame::frame;
use crate::ui::role::Role;
use crate::ui::text::{clock, pieces, put_all, span};
use crate::ui::theme::Theme;
use crate::ui::wrap::wrap_spans;
use crate::words::{Caption, session};

/// Draws the strip, if somebody is being trained.
pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (Some(coach), Some(session)) = (&model.coach, &model.session) else { return };
    if area.height == 0 {
        return;
    }
    let text = |caption: Caption| caption.text(model.language);
    let mut title = vec![span(theme, Role::Title, format!("{} ", text(Caption::Coach)))];
    let walkthrough = Untrusted::from(coach.walkthrough.title.get(model.language).as_str());
    title.extend(pieces(theme, Role::Text, &walkthrough, usize::from(area.width / 2)));
    title.push(span(theme, Role::Dim, format!("  {}", text(Caption::NothingReal))));
    if coach.expert {
        title.push(span(theme, Role::Warn, format!("  * {}", text(Caption::ExpertShown))));
    }
    let inside = frame(theme, model.glyphs, false, title, area, buf);
    let cells = usize::from(inside.width);
    let paragraphs = paragraphs(model, coach, session, theme);
    let lines = paragraphs.iter().flat_map(|spans| wrap_spans(spans, cells));
    put_all(buf, inside, lines);
}

/// What there is to say, the weightiest first: as much as fits is shown.
fn paragraphs(
    model: &Model,
    coach: &Coach,
    session: &Session,
    theme: &Theme,
) -> Vec<Vec<Span<'static>>> {
    let say = |caption: Caption, extra: &str, text: &Both<String>| {
        paragraph(theme, model.language, (caption, extra), text)
    };
    let walkthrough = &coach.walkthrough;
    let mut all = Vec::new();
    let task = coach.task(&session.state).and_then(|at| Some((at, walkthrough.tasks.get(at)?)));
    if let Some((at, task)) = task {
        let count = format!(" {}/{}", at + 1, walkthrough.tasks.len());
        all.push(say(Caption::Task, &count, &task.text));
        let shown = coach.hints.get(at).copied().unwrap_or(0);
        if let Some(hint) = shown.checked_sub(1).and_then(|last| task.hints.get(last)) {
            let count = format!(" {shown}/{}", task.hints.len());
            all.push(say(Caption::Hint, &count, hint));
        }
    } else {
        let done = Caption::AllTasksDone.text(model.language);
        all.push(vec![span(theme, Role::Ok, format!("[x] {done}"))]);
    }
    if coach.expert {
        all.extend(expert(model, coach, theme));
    }
    let newest = coach.injects.checked_sub(1).and_then(|last| walkthrough.injects.get(last));
    if let Some(inject) = newest {
        let from = Untrusted::from(inject.from.as_str());
        let mut spans = label(theme, model.language, Caption::News, "");
        spans.extend(pieces(theme, Role::Warn, &from, 20));
        spans.push(span(theme, Role::Text, ": "));
        spans.extend(said(theme, inject.text.get(model.language)));
        all.push(spans);
    }
    all.push(say(Caption::Story, "", &walkthrough.story));
    all
}

/// What the expert does next from here on the tape, and why.
fn expert(model: &Model, coach: &Coach, theme: &Theme) -> Option<Vec<Span<'static>>> {
    let seconds = model.source.at_ms / 1_000;
    let moves = &coach.walkthrough.expert;
    let next = moves.iter().find(|it| it.at >= seconds).or_else(|| moves.last())?;
    let mut spans = label(theme, model.language, Caption::Expert, "");
    spans.push(span(theme, Role::Text, format!("{} ", clock(next.at * 1_000))));
    let act = match &next.act {
        Act::Choose { node, branch, .. } => format!("{} {}", node.0, branch + 1),
        Act::Mark { item, state } => {
            format!("{} {}", item.0, session::item_state(model.language, *state))
        }
    };
    spans.extend(pieces(theme, Role::Title, &Untrusted::from(act), 60));
    spans.push(span(theme, Role::Text, ": "));
    spans.extend(said(theme, next.why.get(model.language)));
    Some(spans)
}

fn paragraph(
    theme: &Theme,
    language: Language,
    (caption, extra): (Caption, &str),
    text: &Both<String>,
) -> Vec<Span<'static>> {
    let mut spans = label(theme, language, caption, extra);
    spans.extend(said(theme, text.get(language)));
    spans
}

fn label(theme: &Theme, language: Language, caption: Caption, extra: &str) -> Vec<Span<'static>> {
    vec![span(theme, Role::FooterKey, format!("{}{extra}  ", caption.text(language)))]
}

fn said(theme: &Theme, text: &str) -> Vec<Span<'static>> {
    // A walkthrough's text may come with line breaks of its file; the strip has its own.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    pieces(theme, Role::Text, &Untrusted::from(text), usize::MAX)
}
