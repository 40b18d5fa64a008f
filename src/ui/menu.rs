//! Lists to choose from: what can be copied, and where notes were made.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::cockpit::dialog::{CopyKind, Copyable};
use crate::cockpit::pen::Watcher;
use crate::ui::dialog::QUESTION;
use crate::ui::frame::window;
use crate::ui::layout::centred;
use crate::ui::list::{self, Row};
use crate::ui::role::Role;
use crate::ui::text::{day_and_time, pad_right, phrase, pieces, put, span};
use crate::ui::theme::Theme;
use crate::ui::wrap::wrap;
use crate::words::{Caption, session};

/// Cells of the name of what can be copied.
const NAME: usize = 18;
/// Cells of a value before it is said how much is left out.
const VALUE: usize = 240;

/// Draws what can be copied, and what copying does.
pub(super) fn copy(
    model: &Model,
    theme: &Theme,
    (choices, selected): (&[Copyable], usize),
    area: Rect,
    buf: &mut Buffer,
) {
    let cells = usize::from(QUESTION.min(area.width)).saturating_sub(4);
    let goes = if model.writes() { Caption::CopyHelp } else { Caption::CopyHelpOnly };
    let help = [goes, Caption::CopyTmux].map(|it| it.text(model.language));
    let help: Vec<String> = help.into_iter().flat_map(|text| wrap(text, cells)).collect();
    let rows: Vec<Row> = choices.iter().map(|choice| row(model, theme, choice)).collect();
    list_with_help(model, theme, Caption::Copy, (&rows, selected), help, area, buf);
}

/// A window with a list in it, and below the list what choosing does.
fn list_with_help(
    model: &Model,
    theme: &Theme,
    title: Caption,
    (rows, selected): (&[Row], usize),
    help: Vec<String>,
    area: Rect,
    buf: &mut Buffer,
) {
    let height = rows.len() + help.len() + 3;
    let area = centred(area, QUESTION, u16::try_from(height).unwrap_or(u16::MAX));
    let title = vec![span(theme, Role::Title, title.text(model.language))];
    let inside = window(theme, model.glyphs, title, area, buf);
    let below = u16::try_from(help.len() + 1).unwrap_or(0).min(inside.height.saturating_sub(1));
    let list = Rect { height: inside.height - below, ..inside };
    list::draw(model, theme, (rows, selected), (list, area), buf);
    for (line, text) in (list.height + 1..inside.height).zip(help) {
        put(buf, inside, line, &Line::from(span(theme, Role::Dim, format!(" {text}"))));
    }
}

fn row(model: &Model, theme: &Theme, choice: &Copyable) -> Row {
    let name = kind(choice.kind).text(model.language);
    let mut spans = vec![span(theme, Role::FooterKey, pad_right(name, NAME, model.glyphs))];
    spans.push(Span::raw(" "));
    for line in choice.lines.iter().take(3) {
        spans.extend(pieces(theme, Role::Untrusted, line, VALUE));
        spans.push(Span::raw(" "));
    }
    Row::Choice(spans)
}

const fn kind(kind: CopyKind) -> Caption {
    match kind {
        CopyKind::Pid => Caption::CopyPid,
        CopyKind::Command => Caption::CopyCommand,
        CopyKind::AutostartLine => Caption::CopyAutostartLine,
        CopyKind::AutostartPath => Caption::CopyAutostartPath,
        CopyKind::Executable => Caption::CopyExecutable,
        CopyKind::Remote => Caption::CopyRemote,
        CopyKind::Local => Caption::CopyLocal,
        CopyKind::Finding => Caption::CopyFinding,
        CopyKind::Item => Caption::CopyItem,
        CopyKind::Node => Caption::CopyNode,
        CopyKind::Entry => Caption::CopyEntry,
        CopyKind::Brief => Caption::CopyBrief,
        CopyKind::Anchor => Caption::CopyAnchor,
        CopyKind::Playbook => Caption::CopyPlaybook,
    }
}

/// Draws who watches and could have the pen.
pub(super) fn watchers(
    model: &Model,
    theme: &Theme,
    (watchers, selected): (&[Watcher], usize),
    area: Rect,
    buf: &mut Buffer,
) {
    let row = |it: &Watcher| Row::Choice(pieces(theme, Role::Untrusted, &it.who, VALUE));
    let rows: Vec<Row> = watchers.iter().map(row).collect();
    let cells = usize::from(QUESTION.min(area.width)).saturating_sub(4);
    let help = wrap(Caption::GivePenHelp.text(model.language), cells);
    list_with_help(model, theme, Caption::GivePenWhom, (&rows, selected), help, area, buf);
}

/// Draws the notes, oldest first, each with its time, its author and what it is about.
pub(super) fn bookmarks(
    model: &Model,
    theme: &Theme,
    selected: usize,
    area: Rect,
    buf: &mut Buffer,
) {
    let notes = model.session.as_ref().map_or(&[][..], |session| &session.state.notes);
    let rows: Vec<Row> = notes
        .iter()
        .map(|note| {
            let mut spans =
                vec![span(theme, Role::Dim, format!("#{} {}  ", note.seq, day_and_time(note.at)))];
            spans.extend(pieces(theme, Role::Untrusted, &note.by, 16));
            spans.push(Span::raw("  "));
            if let Some(about) = &note.about {
                spans.extend(phrase(theme, Role::FooterKey, &session::place(about), 40));
                spans.push(Span::raw("  "));
            }
            spans.extend(pieces(theme, Role::Untrusted, &note.text, VALUE));
            Row::Choice(spans)
        })
        .collect();
    let title = vec![span(theme, Role::Title, Caption::Bookmarks.text(model.language))];
    let inside = window(theme, model.glyphs, title, area, buf);
    list::draw(model, theme, (&rows, selected), (inside, area), buf);
}
