//! Keys: to the open question if it takes text, else through the keymap to a command.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing")]

use tui_input::{Input, InputRequest};

use crate::cockpit::command::Command;
use crate::cockpit::dialog::{Asked, Dialog};
use crate::cockpit::filter::Filter;
use crate::cockpit::keymap::{Key, Lookup, lookup};
use crate::cockpit::model::{NoticeKind, Stage};
use crate::cockpit::{Effect, Model, acts, obey, rows};
use crate::domain::session::Event;
use crate::domain::untrusted::Untrusted;

/// Longest line of text that a dialog takes, in characters.
const LONGEST: usize = 2_000;

/// One key.
pub(super) fn press(model: &mut Model, key: Key) -> Vec<Effect> {
    model.prefix = model.prefix.filter(|_| !model.dialog.takes_text());
    if key == Key::Ctrl('c') && matches!(model.dialog, Dialog::Leave) {
        return obey::obey(model, Command::LeaveNow);
    }
    if model.dialog.takes_text() {
        return type_in(model, key);
    }
    match std::mem::take(&mut model.prefix) {
        Some(_) if key == Key::Esc => return Vec::new(),
        prefix => match lookup(prefix, key) {
            Lookup::Command(command) => return obey::obey(model, command),
            Lookup::Prefix => model.prefix = Some(key),
            Lookup::Nothing => return plain_answer(model, key),
        },
    }
    Vec::new()
}

/// `y` and `n` answer a yes-or-no question.
fn plain_answer(model: &mut Model, key: Key) -> Vec<Effect> {
    match (&model.dialog, key) {
        (dialog, Key::Char('y')) if dialog.asks() => obey::obey(model, Command::Open),
        (dialog, Key::Char('n')) if dialog.asks() => obey::obey(model, Command::Back),
        (Dialog::Closed, Key::Char('n')) if matches!(model.stage, Stage::Start { .. }) => {
            vec![Effect::Open(crate::cockpit::Which::New)]
        }
        _ => Vec::new(),
    }
}

/// Pasted text goes to text fields and nowhere else; line breaks become spaces.
pub(super) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if let Some(input) = input_of(&mut model.dialog) {
        for c in text.chars().take(LONGEST) {
            let c = if c.is_control() { ' ' } else { c };
            insert(input, c);
        }
    }
    Vec::new()
}

fn insert(input: &mut Input, c: char) {
    if input.value().len() < LONGEST * 4 {
        input.handle(InputRequest::InsertChar(c));
    }
}

const fn input_of(dialog: &mut Dialog) -> Option<&mut Input> {
    match dialog {
        Dialog::Ask(_, input)
        | Dialog::Help(input, _)
        | Dialog::Palette(input, _)
        | Dialog::SignHandoff(input) => Some(input),
        Dialog::Closed
        | Dialog::Process(_)
        | Dialog::Node(..)
        | Dialog::Item(_)
        | Dialog::AllowTool(_)
        | Dialog::Leave
        | Dialog::Coach
        | Dialog::ShowExpert
        | Dialog::EndTraining
        | Dialog::Debrief => None,
    }
}

fn type_in(model: &mut Model, key: Key) -> Vec<Effect> {
    match key {
        Key::Esc => {
            take_filter_back(model);
            return obey::obey(model, Command::Back);
        }
        Key::Enter => return enter(model),
        Key::Up | Key::Down | Key::Tab | Key::BackTab => {
            let down = matches!(key, Key::Down | Key::Tab);
            if let Dialog::Help(_, line) | Dialog::Palette(_, line) = &mut model.dialog {
                *line = if down { line.saturating_add(1) } else { line.saturating_sub(1) };
            }
            return hold_line(model);
        }
        _ => {}
    }
    let Some(input) = input_of(&mut model.dialog) else { return Vec::new() };
    let before = input.value().len();
    match key {
        Key::Char(c) => insert(input, c),
        other => {
            if let Some(request) = request(other) {
                input.handle(request);
            }
        }
    }
    let changed = before != input.value().len();
    if let (true, Dialog::Help(_, line) | Dialog::Palette(_, line)) = (changed, &mut model.dialog) {
        *line = 0;
    }
    filter_live(model);
    hold_line(model)
}

const fn request(key: Key) -> Option<InputRequest> {
    Some(match key {
        Key::Backspace | Key::Ctrl('h') => InputRequest::DeletePrevChar,
        Key::Delete => InputRequest::DeleteNextChar,
        Key::Left => InputRequest::GoToPrevChar,
        Key::Right => InputRequest::GoToNextChar,
        Key::Home | Key::Ctrl('a') => InputRequest::GoToStart,
        Key::End | Key::Ctrl('e') => InputRequest::GoToEnd,
        Key::Ctrl('w') => InputRequest::DeletePrevWord,
        Key::Ctrl('u' | 'c') => InputRequest::DeleteLine,
        Key::Ctrl('k') => InputRequest::DeleteTillEnd,
        Key::Char(_)
        | Key::Ctrl(_)
        | Key::Enter
        | Key::Esc
        | Key::Tab
        | Key::BackTab
        | Key::Up
        | Key::Down
        | Key::PageUp
        | Key::PageDown
        | Key::Function(_) => return None,
    })
}

/// The line under the cursor of a list never passes its end.
fn hold_line(model: &mut Model) -> Vec<Effect> {
    let search = model.search;
    let language = model.language;
    if let Dialog::Help(input, line) | Dialog::Palette(input, line) = &mut model.dialog {
        let last = search(language, input.value()).len().saturating_sub(1);
        *line = (*line).min(last);
    }
    Vec::new()
}

/// A filter works while it is typed, as soon as it can be read.
fn filter_live(model: &mut Model) {
    let Dialog::Ask(asked, input) = &model.dialog else { return };
    let Ok(filter) = Filter::parse(input.value()) else { return };
    match asked {
        Asked::FilterProcesses(_) => model.panes.processes.filter = filter,
        Asked::FilterNetwork(_) => model.panes.network.filter = filter,
        Asked::Note(_) | Asked::Reason(..) => return,
    }
    rows::refresh(model);
}

/// Whoever leaves the question sees what was seen before it.
fn take_filter_back(model: &mut Model) {
    let Dialog::Ask(asked, _) = &model.dialog else { return };
    match asked {
        Asked::FilterProcesses(before) => model.panes.processes.filter = before.clone(),
        Asked::FilterNetwork(before) => model.panes.network.filter = before.clone(),
        Asked::Note(_) | Asked::Reason(..) => return,
    }
    rows::refresh(model);
}

fn enter(model: &mut Model) -> Vec<Effect> {
    match std::mem::take(&mut model.dialog) {
        Dialog::Ask(asked, input) => answer(model, asked, input),
        Dialog::Help(input, line) | Dialog::Palette(input, line) => {
            let found = (model.search)(model.language, input.value());
            if let Some(verb) = found.get(line) {
                obey::obey(model, verb.command)
            } else {
                let text = Untrusted::from(input.value());
                model.notice(NoticeKind::UnknownVerb(text));
                Vec::new()
            }
        }
        Dialog::SignHandoff(input) if input.value().trim().is_empty() => {
            model.notice(NoticeKind::ReasonNeeded);
            model.dialog = Dialog::SignHandoff(input);
            Vec::new()
        }
        Dialog::SignHandoff(input) => acts::sign(model, input.value().into()),
        other => {
            model.dialog = other;
            Vec::new()
        }
    }
}

fn answer(model: &mut Model, asked: Asked, input: Input) -> Vec<Effect> {
    let text = input.value().trim().to_owned();
    match asked {
        Asked::FilterProcesses(_) | Asked::FilterNetwork(_) => {
            if let Err(bad) = Filter::parse(&text) {
                model.notice(NoticeKind::BadFilter(bad.term.into()));
                model.dialog = Dialog::Ask(asked, input);
            }
            Vec::new()
        }
        Asked::Note(_) if text.is_empty() => Vec::new(),
        Asked::Note(about) => {
            acts::record(model, Event::Noted { text: text.into(), about }).into_iter().collect()
        }
        Asked::Reason(..) if text.is_empty() => {
            model.notice(NoticeKind::ReasonNeeded);
            model.dialog = Dialog::Ask(asked, input);
            Vec::new()
        }
        Asked::Reason(item, state) => acts::set(model, item, state, text.into()),
    }
}
