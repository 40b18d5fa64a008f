//! The question that has the keyboard, over everything else.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::cockpit::command::Command;
use crate::cockpit::dialog::{Dialog, Input};
use crate::cockpit::keymap::{BINDINGS, Key};
use crate::cockpit::model::{Pen, Session};
use crate::cockpit::pen::{Watcher, takes_shift};
use crate::domain::training::EXPERT_PRICE;
use crate::domain::untrusted::Untrusted;
use crate::ui::field::Typed;
use crate::ui::frame::window;
use crate::ui::layout::{Strips, centred, parts};
use crate::ui::role::Role;
use crate::ui::text::{fit_spans, pieces, put, put_all, span, width};
use crate::ui::theme::Theme;
use crate::ui::wrap::{wrap, wrap_spans};
use crate::ui::{ask, coach, debrief, details, footer, help, menu, palette, turn, twice};
use crate::words::{Caption, command, key, session, wire};

/// What a question takes.
const ANSWERS: &[(&str, Caption)] = &[("Enter", Caption::Yes), ("Esc", Caption::Cancel)];
/// Closing the question about the pen answers nobody.
const PEN_ANSWERS: &[(&str, Caption)] =
    &[("y", Caption::Yes), ("n", Caption::No), ("Esc", Caption::Close)];
/// Only a `y` is a yes.
const TWICE: &[(&str, Caption)] =
    &[("y", Caption::Yes), ("n", Caption::No), ("Esc", Caption::Cancel)];
/// Width of a question.
pub(super) const QUESTION: u16 = 72;

/// Draws the open dialog, or the letters that may follow the first key of two.
pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    match &model.dialog {
        Dialog::Closed => prefix(model, theme, area, buf),
        Dialog::Ask(asked, input) => ask::draw(model, theme, (asked, typed(input)), area, buf),
        Dialog::Help(input, line) => help::draw(model, theme, (typed(input), *line), area, buf),
        Dialog::Palette(input, line) => {
            palette::draw(model, theme, (typed(input), *line), area, buf);
        }
        Dialog::Process(_)
        | Dialog::Autostart(_)
        | Dialog::Connection(_)
        | Dialog::Node(..)
        | Dialog::Item(_)
        | Dialog::Unread
        | Dialog::Rules => details::draw(model, theme, area, buf),
        Dialog::AllowTool(path) => {
            let lines = allow_tool(model, theme, path, area);
            question(model, theme, Caption::AllowTool, lines, area, buf);
        }
        Dialog::Listen => {
            let lines = listen(model, theme, area);
            answered(model, theme, (Caption::Listen, ANSWERS), lines, area, buf);
        }
        Dialog::Leave => {
            question(model, theme, Caption::Leave, leave(model, theme, area), area, buf);
        }
        Dialog::Copy(choices, line) => menu::copy(model, theme, (choices, *line), area, buf),
        Dialog::PenAsked(watcher) => {
            let lines = pen_asked(model, theme, watcher, area);
            let title =
                if takes_shift(model, &watcher.who) { Caption::TakeOver } else { Caption::GivePen };
            answered(model, theme, (title, PEN_ANSWERS), lines, area, buf);
        }
        Dialog::GivePen(watchers, line) => {
            menu::watchers(model, theme, (watchers, *line), area, buf);
        }
        Dialog::NotNamed(_)
        | Dialog::LoseReasons(..)
        | Dialog::SignNow(_)
        | Dialog::AcknowledgeAll(..) => {
            if let Some((title, lines)) = twice::asked(model, theme, room(area)) {
                answered(model, theme, (title, TWICE), lines, area, buf);
            }
        }
        Dialog::Bookmarks(line) => menu::bookmarks(model, theme, *line, area, buf),
        // Nothing is drawn while the terminal shows what was printed.
        Dialog::Printed => {}
        Dialog::SignHandoff(input) => ask::draw_sign(model, theme, typed(input), area, buf),
        Dialog::Coach => coach::draw_page(model, theme, area, buf),
        Dialog::ShowExpert => show_expert(model, theme, area, buf),
        Dialog::EndTraining => end_training(model, theme, area, buf),
        Dialog::Debrief => debrief::draw(model, theme, area, buf),
    }
}

fn typed(input: &Input) -> Typed<'_> {
    Typed { text: input.value(), cursor: input.cursor() }
}

/// How many first lines the open dialog can have: those that do not fit, and one.
#[must_use]
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other dialogs are pages, or nothing that scrolls"
)]
pub fn dialog_steps(model: &Model, theme: &Theme) -> usize {
    if !model.dialog.is_sheet() {
        return 0;
    }
    let area = parts(model.size, Strips::of(model)).body;
    let (lines, rows) = match &model.dialog {
        Dialog::AllowTool(path) => {
            let lines = allow_tool(model, theme, path, area).len();
            (lines, text_rows(area, lines))
        }
        Dialog::PenAsked(watcher) => {
            let lines = pen_asked(model, theme, watcher, area).len();
            (lines, text_rows(area, lines))
        }
        Dialog::Listen => {
            let lines = listen(model, theme, area).len();
            (lines, text_rows(area, lines))
        }
        Dialog::Leave => {
            let lines = leave(model, theme, area).len();
            (lines, text_rows(area, lines))
        }
        Dialog::NotNamed(_)
        | Dialog::LoseReasons(..)
        | Dialog::SignNow(_)
        | Dialog::AcknowledgeAll(..) => {
            let lines = twice::asked(model, theme, room(area)).map_or(0, |(_, lines)| lines.len());
            (lines, text_rows(area, lines))
        }
        _ => {
            let lines = details::lines(model, theme, area).unwrap_or(0);
            (lines, usize::from(area.height.saturating_sub(2)))
        }
    };
    lines.saturating_sub(rows) + 1
}

/// Rows of text in a question of so many lines: without its frame, a blank, and the answers.
fn text_rows(area: Rect, lines: usize) -> usize {
    usize::from(area.height).min(lines + 4).saturating_sub(3)
}

/// A window with a question, in the middle: paragraphs of ours, and lines in between.
fn question(
    model: &Model,
    theme: &Theme,
    title: Caption,
    lines: Vec<Line<'static>>,
    area: Rect,
    buf: &mut Buffer,
) {
    answered(model, theme, (title, ANSWERS), lines, area, buf);
}

/// The same with other answers.
fn answered(
    model: &Model,
    theme: &Theme,
    (title, answers): (Caption, &[(&str, Caption)]),
    lines: Vec<Line<'static>>,
    area: Rect,
    buf: &mut Buffer,
) {
    let (all, height) = (lines.len(), text_rows(area, lines.len()));
    let rows = u16::try_from(all).unwrap_or(u16::MAX).saturating_add(4);
    let title = span(theme, Role::Title, title.text(model.language));
    let area = centred(area, QUESTION, rows);
    let inside = window(theme, model.glyphs, vec![title], area, buf);
    let first = model.sheet.line.min(all.saturating_sub(height));
    put_all(buf, inside, lines.into_iter().skip(first).take(height));
    let answers =
        answers.iter().flat_map(|(key, word)| footer::hint(theme, key, word.text(model.language)));
    put(buf, inside, inside.height.saturating_sub(1), &answers.collect());
    turn::mark(model, theme, (first, height, all), area, buf);
}

/// Cells for text inside a question on this screen.
fn room(area: Rect) -> usize {
    usize::from(QUESTION.min(area.width)).saturating_sub(4)
}

pub(super) fn paragraph(theme: &Theme, role: Role, text: &str, cells: usize) -> Vec<Line<'static>> {
    let line = |row: String| Line::from(span(theme, role, format!(" {row}")));
    wrap(text, cells).into_iter().map(line).collect()
}

fn allow_tool(model: &Model, theme: &Theme, path: &Untrusted, area: Rect) -> Vec<Line<'static>> {
    let mut program = vec![Span::raw(" ")];
    program.extend(pieces(theme, Role::Untrusted, path, room(area)));
    let mut lines = vec![Line::default(), Line::from(program), Line::default()];
    let help = Caption::AllowToolHelp.text(model.language);
    lines.extend(paragraph(theme, Role::Text, help, room(area)));
    lines
}

fn listen(model: &Model, theme: &Theme, area: Rect) -> Vec<Line<'static>> {
    let mut lines = vec![Line::default()];
    for word in wire::Word::OF_QUESTION {
        lines.extend(paragraph(theme, Role::Text, word.text(model.language), room(area)));
        lines.push(Line::default());
    }
    lines.pop();
    lines
}

fn pen_asked(model: &Model, theme: &Theme, who: &Watcher, area: Rect) -> Vec<Line<'static>> {
    let text = |caption: Caption| caption.text(model.language);
    let (asks, help) = if takes_shift(model, &who.who) {
        (Caption::TakeOverWho, Caption::TakeOverHelp)
    } else {
        (Caption::GivePenTo, Caption::GivePenHelp)
    };
    let mut lines = vec![Line::default()];
    lines.extend(paragraph(theme, Role::Text, text(asks), room(area)));
    let mut name = vec![Span::raw("   ")];
    name.extend(pieces(theme, Role::Untrusted, &who.who, room(area)));
    lines.extend([Line::from(name), Line::default()]);
    lines.extend(twice::not_for(model, theme, &who.who, room(area)));
    lines.extend(paragraph(theme, Role::Text, text(help), room(area)));
    lines
}

fn leave(model: &Model, theme: &Theme, area: Rect) -> Vec<Line<'static>> {
    let lost: &[_] = model.session.as_ref().map_or(&[], |session| &session.pending);
    let ours = |session: &Session| session.pen == Pen::Ours;
    let caption = match &model.session {
        _ if !lost.is_empty() => Caption::LeaveUnsaved,
        Some(session) if ours(session) && model.is_training() => Caption::LeaveTraining,
        Some(session) if ours(session) => Caption::LeaveHelp,
        _ => Caption::LeaveNothing,
    };
    let role = if lost.is_empty() { Role::Text } else { Role::Crit };
    let mut text = caption.text(model.language).to_owned();
    if !lost.is_empty() {
        text = format!("{} {text}", lost.len());
    }
    let mut lines = vec![Line::default()];
    let moved = model.session.as_ref().filter(|it| ours(it)).and_then(|it| it.moved.as_ref());
    if let Some(place) = moved.filter(|_| lost.is_empty()) {
        lines.extend(paragraph(theme, role, Caption::LeaveMoved.text(model.language), room(area)));
        let command =
            pieces(theme, Role::Text, &Untrusted::from("firedamp resume --dir "), usize::MAX);
        let place = pieces(theme, Role::Untrusted, place, usize::MAX);
        let command: Vec<Span<'static>> = command.into_iter().chain(place).collect();
        lines.extend(wrap_spans(&command, room(area)).into_iter().map(|mut line| {
            line.spans.insert(0, Span::raw(" "));
            line
        }));
        return lines;
    }
    lines.extend(paragraph(theme, role, &text, room(area)));
    for pending in lost {
        let said = session::event(model.language, &pending.event);
        let mut spans = vec![span(theme, Role::Pending, "   ~ ")];
        spans.extend(super::text::phrase(theme, Role::Pending, &said, room(area)));
        lines.push(Line::from(fit_spans(spans, room(area), model.glyphs)));
    }
    lines
}

/// Help that costs points says its price before it is given.
fn show_expert(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let text = |caption: Caption| caption.text(model.language);
    let price = format!("{} {EXPERT_PRICE} ", text(Caption::ItCosts));
    let mut lines = vec![Line::default()];
    let help = price + text(Caption::ShowExpertHelp);
    lines.extend(paragraph(theme, Role::Text, &help, room(area)));
    question(model, theme, Caption::ShowExpert, lines, area, buf);
}

/// The debrief shows everything, so there is no way back to the work.
fn end_training(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (Some(coach), Some(session)) = (&model.coach, &model.session) else { return };
    let text = |caption: Caption| caption.text(model.language);
    let mut lines = vec![Line::default()];
    lines.extend(paragraph(theme, Role::Text, text(Caption::EndTrainingHelp), room(area)));
    let (done, all) = coach.walkthrough.done(&session.state);
    let role = if done == all { Role::Ok } else { Role::Warn };
    let tasks = format!("{} {done}/{all}", text(Caption::TasksDone));
    lines.push(Line::default());
    lines.extend(paragraph(theme, role, &tasks, room(area)));
    question(model, theme, Caption::EndTraining, lines, area, buf);
}

/// The letters that may follow the first key of two.
fn prefix(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(first) = model.prefix.filter(|_| model.lingers) else { return };
    let second = |keys: &[Key]| match keys {
        [before, second] if *before == first => Some(*second),
        _ => None,
    };
    let choices: Vec<_> = BINDINGS
        .iter()
        .filter_map(|it| Some((second(it.keys)?, command::short(model.language, it.command))))
        .collect();
    let widest = choices.iter().map(|(_, word)| width(word)).max().unwrap_or(0);
    let columns = u16::try_from(widest + 9).unwrap_or(u16::MAX).clamp(16, area.width.max(16));
    let rows = u16::try_from(choices.len() + 2).unwrap_or(u16::MAX).min(area.height);
    let columns = columns.min(area.width);
    let corner =
        Rect { x: area.right() - columns, y: area.bottom() - rows, width: columns, height: rows };
    let goes =
        BINDINGS.iter().any(|it| second(it.keys).is_some() && matches!(it.command, Command::Go(_)));
    let caption = if goes { Caption::GoTo } else { Caption::StateFigure }.text(model.language);
    let title = span(theme, Role::Title, format!("{} {caption}", key::key(first)));
    let inside = window(theme, model.glyphs, vec![title], corner, buf);
    let lines = choices
        .iter()
        .map(|(second, word)| Line::from(footer::hint(theme, &key::key(*second), word)));
    put_all(buf, inside, lines);
}
