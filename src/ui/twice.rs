//! What is asked once more: the lines of the questions that name what would otherwise go by in silence.

use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::cockpit::dialog::Dialog;
use crate::cockpit::handoff::addressed;
use crate::domain::detect::Subject;
use crate::domain::playbook::ItemId;
use crate::domain::session::{HandoffState, ItemState};
use crate::domain::untrusted::Untrusted;
use crate::ui::dialog::paragraph;
use crate::ui::document;
use crate::ui::role::Role;
use crate::ui::text::{fit, phrase, pieces, span};
use crate::ui::theme::Theme;
use crate::ui::wrap::wrap_spans;
use crate::words::{Caption, Phrase, question};

/// Cells of a reason: its page has all of it.
const REASON: usize = 240;

/// The question that is open and its title; `None` if none of these is.
pub(super) fn asked(
    model: &Model,
    theme: &Theme,
    cells: usize,
) -> Option<(Caption, Vec<Line<'static>>)> {
    if let Dialog::NotNamed(handoff) = &model.dialog {
        Some((Caption::NotNamed, not_named(model, theme, *handoff, cells)))
    } else if let Dialog::LoseReasons(items, state) = &model.dialog {
        Some((Caption::LoseReasons, lose_reasons(model, theme, (items, *state), cells)))
    } else if let Dialog::SignNow(input) = &model.dialog {
        Some((Caption::SignAsked, sign(model, theme, input.value(), cells)))
    } else if let Dialog::AcknowledgeAll(subjects, all) = &model.dialog {
        Some((Caption::AcknowledgeAll, acknowledge_all(model, theme, (subjects, *all), cells)))
    } else {
        None
    }
}

/// Whom the handoff was signed for, and who would accept it.
fn not_named(model: &Model, theme: &Theme, handoff: u64, cells: usize) -> Vec<Line<'static>> {
    let to = waits(model).filter(|it| it.seq == handoff).map(|it| it.to.clone());
    let said = question::not_named(model.language, &to.unwrap_or_default(), &model.who);
    let mut lines = vec![Line::default()];
    lines.extend(sentence(theme, Role::Warn, &said, cells));
    lines.push(Line::default());
    let help = Caption::NotNamedHelp.text(model.language);
    lines.extend(paragraph(theme, Role::Text, help, cells));
    lines
}

/// Said to whoever is asked for the shift: the one who asks is not the one that it was signed for.
pub(super) fn not_for(
    model: &Model,
    theme: &Theme,
    who: &Untrusted,
    cells: usize,
) -> Vec<Line<'static>> {
    let Some(handoff) = waits(model).filter(|it| !it.is_for(who)) else { return Vec::new() };
    let said = question::signed_for(model.language, &handoff.to);
    let mut lines = sentence(theme, Role::Warn, &said, cells);
    lines.push(Line::default());
    lines
}

/// The reasons that would go: the one that there is, or how many.
fn lose_reasons(
    model: &Model,
    theme: &Theme,
    (items, state): (&[ItemId], ItemState),
    cells: usize,
) -> Vec<Line<'static>> {
    let Some(session) = &model.session else { return Vec::new() };
    let with_reason = items.iter().filter_map(|item| Some((item, session.reason(item)?)));
    let lost: Vec<_> = with_reason.collect();
    let mut lines = vec![Line::default()];
    if let [(item, reason)] = lost.as_slice() {
        let said = question::has_reason(model.language, item, session.item(item).0, reason);
        lines.extend(sentence(theme, Role::Warn, &said, cells));
        let text = document::items(model).find(|it| it.id == **item).map(|it| it.text.as_str());
        let text = fit(text.unwrap_or_default(), cells, model.glyphs);
        lines.push(Line::from(span(theme, Role::Dim, format!(" {text}"))));
    } else {
        let said = question::have_reasons(model.language, lost.len(), items.len());
        lines.extend(paragraph(theme, Role::Warn, &said, cells));
    }
    lines.push(Line::default());
    let anyway = question::anyway(model.language, state, items.len());
    lines.extend(paragraph(theme, Role::Text, &anyway, cells));
    let help = Caption::LoseReasonsHelp.text(model.language);
    lines.extend(paragraph(theme, Role::Dim, help, cells));
    lines
}

/// Who signs, for whom, and the words: what is signed goes to somebody who was named, or to whoever comes.
fn sign(model: &Model, theme: &Theme, typed: &str, cells: usize) -> Vec<Line<'static>> {
    let (to, words) = addressed(typed);
    let role = if to.is_empty() { Role::Warn } else { Role::Text };
    let mut lines = vec![Line::default()];
    let named = question::signs_for(model.language, &model.who, &to);
    lines.extend(sentence(theme, role, &named, cells));
    lines.push(Line::default());
    lines.extend(sentence(theme, Role::Text, &Phrase::default().theirs(&words), cells));
    lines.push(Line::default());
    let help = Caption::SignAskedHelp.text(model.language);
    lines.extend(paragraph(theme, Role::Dim, help, cells));
    lines
}

/// What speaks against all of them, and who they are: nobody acknowledges what is not on the screen.
fn acknowledge_all(
    model: &Model,
    theme: &Theme,
    (subjects, all): (&[Subject], usize),
    cells: usize,
) -> Vec<Line<'static>> {
    let Some(session) = &model.session else { return Vec::new() };
    let found: Vec<_> = subjects.iter().filter_map(|it| session.state.findings.get(it)).collect();
    let mut lines = vec![Line::default()];
    if let Some((_, finding, _)) = found.first() {
        let said = question::alike(model.language, found.len(), all, finding);
        lines.extend(sentence(theme, Role::Warn, &said, cells));
    }
    lines.push(Line::default());
    for (_, _, name) in found {
        let mut spans = vec![Span::raw("   ")];
        spans.extend(pieces(theme, Role::Untrusted, name, cells.saturating_sub(3)));
        lines.push(Line::from(spans));
    }
    lines.push(Line::default());
    let help = Caption::AcknowledgeAllHelp.text(model.language);
    lines.extend(paragraph(theme, Role::Text, help, cells));
    lines
}

/// A sentence of ours and theirs over as many lines as it needs.
fn sentence(theme: &Theme, role: Role, said: &Phrase, cells: usize) -> Vec<Line<'static>> {
    let rows = wrap_spans(&phrase(theme, role, said, REASON), cells);
    let indent = |mut row: Line<'static>| {
        row.spans.insert(0, Span::raw(" "));
        row
    };
    rows.into_iter().map(indent).collect()
}

/// The handoff that waits.
fn waits(model: &Model) -> Option<&HandoffState> {
    let session = model.session.as_ref()?;
    session.state.handoff.as_ref().filter(|it| it.accepted.is_none())
}
