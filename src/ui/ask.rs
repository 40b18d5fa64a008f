//! One line of text is asked for: a note, a reason, a filter, or the words of a handoff.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::cockpit::dialog::Asked;
use crate::cockpit::model::Pane;
use crate::domain::base::Language;
use crate::domain::playbook::ItemId;
use crate::domain::session::{ItemState, Place};
use crate::ui::dialog::QUESTION;
use crate::ui::document::{here_label, items};
use crate::ui::field::{self, Typed};
use crate::ui::frame::window;
use crate::ui::layout::centred;
use crate::ui::role::Role;
use crate::ui::text::{fit_spans, phrase, put, span, width};
use crate::ui::theme::Theme;
use crate::ui::wrap::wrap;
use crate::words::panes as said;
use crate::words::{Caption, Phrase, answer, session};

/// Draws the question with the line that is typed.
pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    (asked, typed): (&Asked, Typed<'_>),
    area: Rect,
    buf: &mut Buffer,
) {
    let (title, help) = match asked {
        Asked::Note(None) => (says(model, Caption::AskNote), Caption::AskNoteHelp),
        Asked::Note(Some(about)) => {
            let title = says(model, Caption::AskNoteOn).ours(" ").then(session::place(about));
            let item = if let Place::Item(item) = about { Some(item) } else { None };
            (with_words(model, title, item), Caption::AskNoteHelp)
        }
        Asked::Reason(items, state) => {
            let title = why(model.language, items, *state);
            let only = if let [only] = items.as_slice() { Some(only) } else { None };
            (with_words(model, title, only), Caption::AskReasonHelp)
        }
        Asked::FilterProcesses(_) => {
            (says(model, Caption::AskFilterProcesses), Caption::AskFilterHelp)
        }
        Asked::FilterNetwork(_) => (says(model, Caption::AskFilterNetwork), Caption::AskFilterHelp),
        Asked::FilterAutostarts(_) => {
            (says(model, Caption::AskFilterAutostarts), Caption::AskFilterAutostartsHelp)
        }
        Asked::Find(before) => {
            let name = crate::words::pane(model.language, before.pane);
            (says(model, Caption::AskFind).ours(": ").ours(name), Caption::AskFindHelp)
        }
        Asked::Figure(figure) => {
            let name = answer::figure_name(model.language, *figure);
            let rows = model.known().map(|known| known.impact().rows).unwrap_or_default();
            let hosts: Vec<String> = rows.into_iter().map(|row| row.host_type).collect();
            let help = answer::figure_help(model.language, *figure, &hosts);
            return line(model, theme, (&Phrase::of(name), &help, typed), area, buf);
        }
        Asked::Time => (says(model, Caption::AskTime), Caption::AskTimeHelp),
        Asked::Directory => (says(model, Caption::AskDirectory), Caption::AskDirectoryHelp),
        Asked::Force => (says(model, Caption::AskForce), Caption::AskForceHelp),
    };
    let help = help.text(model.language);
    // A search shows what it finds while it is typed, so it stands where it hides least.
    let rows = area.height.min(5);
    let area = match asked {
        // A long timeline has its newest entries at the bottom.
        Asked::Find(before) if before.pane == Pane::Timeline && timeline_is_full(model, area) => {
            Rect { y: area.y + 1, height: rows, ..area }
        }
        Asked::Find(_) => Rect { y: area.bottom() - rows, height: rows, ..area },
        Asked::Note(_)
        | Asked::Reason(..)
        | Asked::FilterProcesses(_)
        | Asked::FilterNetwork(_)
        | Asked::FilterAutostarts(_)
        | Asked::Figure(_)
        | Asked::Time
        | Asked::Directory
        | Asked::Force => area,
    };
    line(model, theme, (&title, help, typed), area, buf);
}

/// The question, the line that is typed, and how it is written.
fn line(
    model: &Model,
    theme: &Theme,
    (title, help, typed): (&Phrase, &str, Typed<'_>),
    area: Rect,
    buf: &mut Buffer,
) {
    let cells = usize::from(QUESTION.min(area.width)).saturating_sub(4);
    let lines = wrap(help, cells);
    let rows = u16::try_from(lines.len()).unwrap_or(1).saturating_add(4);
    let inside = asking(model, theme, title, rows, area, buf);
    entry(theme, typed, inside, 0, buf);
    for (row, line) in (2..inside.height).zip(lines) {
        put(buf, inside, row, &Line::from(span(theme, Role::Dim, format!(" {line}"))));
    }
}

fn timeline_is_full(model: &Model, area: Rect) -> bool {
    model.panes.timeline.lines + 8 > usize::from(area.height) && area.height > 6
}

/// Draws the brief in numbers and the line for the next responder.
pub(super) fn draw_sign(
    model: &Model,
    theme: &Theme,
    typed: Typed<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    let facts = brief(model);
    let rows = u16::try_from(facts.len()).unwrap_or(0) + 7;
    let inside = asking(model, theme, &says(model, Caption::Sign), rows, area, buf);
    let cells = usize::from(inside.width);
    let label = facts.iter().map(|(label, _)| width(label.text(model.language))).max();
    for (row, (caption, value)) in (0..inside.height).zip(&facts) {
        let name = caption.text(model.language);
        let gap = " ".repeat(label.unwrap_or(0).saturating_sub(width(name)) + 2);
        let mut spans = vec![span(theme, Role::Dim, format!(" {name}{gap}"))];
        spans.extend(phrase(theme, Role::Text, value, cells));
        put(buf, inside, row, &Line::from(fit_spans(spans, cells, model.glyphs)));
    }
    let below = u16::try_from(facts.len()).unwrap_or(0) + 1;
    let help = wrap(Caption::SignHelp.text(model.language), cells.saturating_sub(2));
    for (row, line) in (below..inside.height).zip(&help) {
        put(buf, inside, row, &Line::from(span(theme, Role::Text, format!(" {line}"))));
    }
    let below = below + u16::try_from(help.len()).unwrap_or(0);
    entry(theme, typed, inside, below, buf);
}

fn says(model: &Model, caption: Caption) -> Phrase {
    Phrase::of(caption.text(model.language))
}

/// «Why blocked: 1.3/4 +2»
fn why(language: Language, items: &[ItemId], state: ItemState) -> Phrase {
    let state = session::item_state(language, state);
    let phrase = Phrase::of(Caption::AskReason.text(language)).ours(format!("{state}: "));
    let phrase = phrase.named(items.first().map_or("", |item| &item.0));
    match items.len() {
        0 | 1 => phrase,
        items => phrase.ours(format!(" +{}", items - 1)),
    }
}

/// An id alone says nothing to whoever does not know the list by heart.
fn with_words(model: &Model, title: Phrase, item: Option<&ItemId>) -> Phrase {
    match item.and_then(|id| items(model).find(|item| item.id == *id)) {
        Some(item) => title.ours(" ").named(&item.text),
        None => title,
    }
}

fn asking(
    model: &Model,
    theme: &Theme,
    title: &Phrase,
    rows: u16,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let area = centred(area, QUESTION, rows);
    let cells = usize::from(area.width).saturating_sub(4);
    let title = fit_spans(phrase(theme, Role::Title, title, cells), cells, model.glyphs);
    window(theme, model.glyphs, title, area, buf)
}

/// The line that is typed, after a sign that it can be typed in.
fn entry(theme: &Theme, typed: Typed<'_>, inside: Rect, row: u16, buf: &mut Buffer) {
    if row >= inside.height {
        return;
    }
    let prompt: Vec<Span<'_>> = vec![span(theme, Role::FooterKey, " > ")];
    put(buf, inside, row, &Line::from(prompt));
    let indent = 3.min(inside.width);
    // The cell at the right edge stays free, so that text never touches the frame.
    let cells = (inside.width - indent).saturating_sub(1);
    let line = Rect { x: inside.x + indent, y: inside.y + row, width: cells, height: 1 };
    field::draw(typed, theme, line, buf);
}

/// What the brief will say, in numbers.
fn brief(model: &Model) -> Vec<(Caption, Phrase)> {
    let Some(session) = &model.session else { return Vec::new() };
    let place =
        here_label(model).map_or_else(|| Phrase::of("-"), |label| Phrase::default().named(&label));
    let states = items(model).map(|item| session.item(&item.id).0);
    let (mut open, mut all) = (0, 0);
    for state in states {
        all += 1;
        open += usize::from(!matches!(state, ItemState::Done | ItemState::NotApplicable));
    }
    let found = session.state.findings.len();
    let live = found.saturating_sub(session.state.ended.len());
    vec![
        (Caption::WhereWeAre, place),
        (Caption::OpenItems, Phrase::of(format!("{open} / {all}"))),
        (Caption::Findings, Phrase::of(said::found_live(model.language, found, live))),
        (Caption::NotesMade, Phrase::of(session.state.notes.len().to_string())),
    ]
}
