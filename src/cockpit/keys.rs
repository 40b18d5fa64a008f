//! Keys: to the open question if it takes text, else through the keymap to a command.

#![expect(clippy::wildcard_enum_match_arm, reason = "a key that means nothing here does nothing")]

use tui_input::{Input, InputRequest};

use crate::cockpit::command::Command;
use crate::cockpit::dialog::Dialog;
use crate::cockpit::keymap::{Key, Lookup, lookup};
use crate::cockpit::model::{NoticeKind, Stage};
use crate::cockpit::{Effect, Model, answer, copy, obey, pen};

/// Longest line of text that a dialog takes, in characters.
const LONGEST: usize = 2_000;

/// One key.
pub(super) fn press(model: &mut Model, key: Key) -> Vec<Effect> {
    model.lingers = false;
    model.prefix = model.prefix.filter(|_| !model.dialog.takes_text());
    if key == Key::Ctrl('c') && matches!(model.dialog, Dialog::Leave) {
        return obey::obey(model, Command::LeaveNow);
    }
    if model.dialog.takes_text() {
        return type_in(model, key);
    }
    match std::mem::take(&mut model.prefix) {
        Some(_) if key == Key::Esc => return Vec::new(),
        None if let Some(effects) = plain_answer(model, key) => return effects,
        prefix => match lookup(prefix, key) {
            Lookup::Command(command) => return obey::obey(model, command),
            Lookup::Prefix => model.prefix = Some(key),
            Lookup::Nothing => {}
        },
    }
    Vec::new()
}

/// Letters that answer the question at hand, whatever they ask for elsewhere.
fn plain_answer(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    if matches!(model.dialog, Dialog::PenAsked(_))
        && matches!(key, Key::Char('y' | 'n') | Key::Enter)
        && !pen::may_answer(model)
    {
        return Some(Vec::new());
    }
    if model.dialog.asks_twice() && key == Key::Enter {
        return Some(Vec::new());
    }
    Some(match (&model.dialog, key) {
        (dialog, Key::Char('y')) if dialog.asks() => obey::obey(model, Command::Open),
        (Dialog::PenAsked(watcher), Key::Char('n')) => {
            let watcher = watcher.clone();
            pen::refuse(model, watcher)
        }
        (dialog, Key::Char('n')) if dialog.asks() => obey::obey(model, Command::Back),
        (Dialog::Copy(..), Key::Char('p')) => copy::take(model, true),
        (Dialog::Closed, Key::Char('n')) if matches!(model.stage, Stage::Start { .. }) => {
            vec![Effect::Open(crate::cockpit::Which::New)]
        }
        _ => return None,
    })
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
        | Dialog::Autostart(_)
        | Dialog::Connection(_)
        | Dialog::Node(..)
        | Dialog::Item(_)
        | Dialog::AllowTool(_)
        | Dialog::Listen
        | Dialog::Leave
        | Dialog::Coach
        | Dialog::ShowExpert
        | Dialog::EndTraining
        | Dialog::Debrief
        | Dialog::Copy(..)
        | Dialog::Printed
        | Dialog::Bookmarks(_)
        | Dialog::PenAsked(_)
        | Dialog::GivePen(..)
        | Dialog::NotNamed(_)
        | Dialog::LoseReasons(..)
        | Dialog::SignNow(_)
        | Dialog::AcknowledgeAll(..)
        | Dialog::Unread
        | Dialog::Rules => None,
    }
}

fn type_in(model: &mut Model, key: Key) -> Vec<Effect> {
    match key {
        Key::Ctrl('c') if answer::keep_draft(model) => return Vec::new(),
        // A line is taken back first; with nothing typed it asks to leave, as elsewhere.
        Key::Ctrl('c') if input_of(&mut model.dialog).is_some_and(|it| it.value().is_empty()) => {
            answer::take_back(model);
            model.dialog = Dialog::Closed;
            return obey::obey(model, Command::Leave);
        }
        Key::Esc => {
            model.unsay(NoticeKind::is_of_typed);
            answer::take_back(model);
            return obey::obey(model, Command::Back);
        }
        Key::Enter => {
            // What was refused before is behind whoever typed something else.
            model.unsay(NoticeKind::is_of_typed);
            return answer::enter(model);
        }
        Key::Up | Key::Down | Key::Tab | Key::BackTab => {
            let down = matches!(key, Key::Down | Key::Tab);
            if let Dialog::Help(_, line) | Dialog::Palette(_, line) = &mut model.dialog {
                *line = if down { line.saturating_add(1) } else { line.saturating_sub(1) };
            }
            return hold_line(model);
        }
        Key::PageUp | Key::PageDown | Key::Ctrl('d' | 'b' | 'f') => {
            let page = usize::from(model.size.rows / 2).max(1);
            let down = !matches!(key, Key::PageUp | Key::Ctrl('b'));
            if let Dialog::Help(_, line) | Dialog::Palette(_, line) = &mut model.dialog {
                *line = if down { line.saturating_add(page) } else { line.saturating_sub(page) };
                return hold_line(model);
            }
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
    answer::while_typed(model);
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
