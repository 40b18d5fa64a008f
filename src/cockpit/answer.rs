//! Answers to questions: what is typed while it is typed, and what Enter and Esc make of it.

#![expect(clippy::wildcard_enum_match_arm, reason = "what means nothing to a dialog does nothing")]

use tui_input::Input;

use crate::cockpit::command::Command;
use crate::cockpit::dialog::{Asked, Dialog};
use crate::cockpit::filter::Filter;
use crate::cockpit::model::NoticeKind;
use crate::cockpit::pen::Wish;
use crate::cockpit::{
    Effect, Model, acknowledge, acts, bearing, coach, copy, cursor, find, goto, handoff, obey, pen,
    persistence, rows, wire,
};
use crate::domain::session::Event;
use crate::domain::untrusted::Untrusted;

/// What a directory follows in the palette.
const MOVE: &str = "move ";

/// A command that means something only to a page about one thing.
fn on_page(model: &mut Model, command: Command) -> Option<Vec<Effect>> {
    match (&model.dialog, command) {
        (
            Dialog::Process(_)
            | Dialog::Connection(_)
            | Dialog::Autostart(_)
            | Dialog::Item(_)
            | Dialog::Node(..),
            Command::Copy,
        ) => copy::ask(model),
        (Dialog::Connection(key), Command::Open) => {
            let owner = rows::owner_of(model, *key);
            model.dialog = owner.map_or(Dialog::Closed, Dialog::Process);
            model.sheet.line = 0;
        }
        (Dialog::Item(_) | Dialog::Node(..), Command::Mark) => {
            model.dialog = Dialog::Closed;
            // The page is about one of them.
            model.panes.checklist.range = None;
            return Some(obey::obey(model, Command::Mark));
        }
        _ => return None,
    }
    Some(Vec::new())
}

/// A command while a dialog is open.
pub(super) fn in_dialog(model: &mut Model, command: Command) -> Vec<Effect> {
    if let Some(effects) = on_page(model, command) {
        return effects;
    }
    match (&mut model.dialog, command) {
        // Who asks to leave twice wants to leave.
        (Dialog::Leave, Command::Open | Command::Leave) => return vec![Effect::Leave],
        (Dialog::AllowTool(path), Command::Open) => {
            let program = path.clone();
            model.dialog = Dialog::Closed;
            return acts::record(model, Event::Allowed { program, sha256: None })
                .into_iter()
                .collect();
        }
        (Dialog::Listen, Command::Open) => return wire::agree(model),
        (Dialog::PenAsked(watcher), Command::Open) => {
            let watcher = watcher.clone();
            return pen::give_to(model, watcher);
        }
        (Dialog::GivePen(watchers, line), Command::Open) => {
            let chosen = watchers.get(*line).cloned();
            return chosen.map_or_else(Vec::new, |watcher| pen::give_to(model, watcher));
        }
        (dialog, Command::Open) if dialog.asks_twice() => return anyway(model),
        // The words stay: they may want another name, or another end.
        (Dialog::SignNow(input), Command::Back) => {
            model.dialog = Dialog::SignHandoff(input.clone());
        }
        (Dialog::ShowExpert | Dialog::EndTraining, Command::Open) => return coach::agree(model),
        (Dialog::Coach, Command::Hint | Command::Expert | Command::Debrief) => {
            return coach::ask(model, command).into_iter().collect();
        }
        (Dialog::Copy(..), Command::Open | Command::Copy) => return copy::take(model, false),
        (Dialog::Bookmarks(line), Command::Open) => {
            let line = *line;
            return goto::to_note(model, line);
        }
        (_, Command::Back | Command::Open | Command::Leave) | (Dialog::Coach, Command::Coach) => {
            return coach::close(model).into_iter().collect();
        }
        (Dialog::Coach | Dialog::Debrief, moved) => coach::read_on(model, moved),
        (Dialog::Copy(choices, line), moved) => {
            let lines = choices.len();
            *line = cursor::by(moved, *line, lines, 8);
        }
        (Dialog::GivePen(watchers, line), moved) => {
            let lines = watchers.len();
            *line = cursor::by(moved, *line, lines, 8);
        }
        (Dialog::Bookmarks(line), moved) => {
            let lines = model.session.as_ref().map_or(0, |session| session.state.notes.len());
            *line = cursor::by(moved, *line, lines, 8);
        }
        (dialog, moved) if dialog.is_sheet() => {
            let page = usize::from(model.size.rows.saturating_sub(6)).max(1);
            model.sheet.line = cursor::by(moved, model.sheet.line, model.sheet.lines, page);
        }
        _ => {}
    }
    Vec::new()
}

/// A yes to what was asked twice.
fn anyway(model: &mut Model) -> Vec<Effect> {
    match std::mem::take(&mut model.dialog) {
        Dialog::NotNamed(handoff) => handoff::accept_now(model, handoff),
        Dialog::LoseReasons(..) | Dialog::AcknowledgeAll(..) if !model.writes() => {
            pen::no_pen(model);
            Vec::new()
        }
        Dialog::SignNow(input) if !model.writes() => {
            // The pen went while it was asked: the words stay, they may be wanted elsewhere.
            pen::no_pen(model);
            model.dialog = Dialog::SignHandoff(input);
            Vec::new()
        }
        Dialog::SignNow(input) => handoff::sign(model, &input),
        Dialog::AcknowledgeAll(subjects, _) => acknowledge::all(model, &subjects),
        Dialog::LoseReasons(items, state) => acts::set(model, items, state, &Untrusted::default()),
        other => {
            model.dialog = other;
            Vec::new()
        }
    }
}

/// A filter or a search works while it is typed, as soon as it can be read.
pub(super) fn while_typed(model: &mut Model) {
    let Dialog::Ask(asked, input) = &model.dialog else { return };
    if let Asked::Find(before) = asked {
        let (before, text) = (before.clone(), input.value().trim().to_owned());
        return find::typed(model, &before, &text);
    }
    if let Asked::FilterAutostarts(_) = asked {
        let filter = persistence::Filter::read(input.value());
        return persistence::filter(model, filter);
    }
    let Ok(filter) = Filter::parse(input.value()) else { return };
    match asked {
        Asked::FilterProcesses(_) => model.panes.processes.filter = filter,
        Asked::FilterNetwork(_) => model.panes.network.filter = filter,
        Asked::Note(_)
        | Asked::Reason(..)
        | Asked::FilterAutostarts(_)
        | Asked::Find(_)
        | Asked::Figure(_)
        | Asked::Time
        | Asked::Directory
        | Asked::Force => return,
    }
    rows::refresh(model);
}

/// Whoever leaves the question sees what was seen before it.
pub(super) fn take_back(model: &mut Model) {
    let Dialog::Ask(asked, _) = &model.dialog else { return };
    match asked {
        Asked::FilterProcesses(before) => model.panes.processes.filter = before.clone(),
        Asked::FilterNetwork(before) => model.panes.network.filter = before.clone(),
        Asked::FilterAutostarts(before) => {
            let before = before.clone();
            return persistence::filter(model, before);
        }
        Asked::Find(before) => {
            let before = before.clone();
            return find::give_back(model, &before);
        }
        Asked::Note(_)
        | Asked::Reason(..)
        | Asked::Figure(_)
        | Asked::Time
        | Asked::Directory
        | Asked::Force => {
            return;
        }
    }
    rows::refresh(model);
}

/// Whoever wants to leave in the middle of a note finds it again; `false` where there is none.
pub(super) fn keep_draft(model: &mut Model) -> bool {
    let Dialog::Ask(Asked::Note(_), input) = &model.dialog else { return false };
    if input.value().trim().is_empty() {
        return false;
    }
    model.draft = input.value().to_owned();
    model.dialog = Dialog::Closed;
    model.notice(NoticeKind::DraftKept);
    true
}

/// Enter: the question is answered.
pub(super) fn enter(model: &mut Model) -> Vec<Effect> {
    match std::mem::take(&mut model.dialog) {
        Dialog::Ask(asked, input) => typed(model, asked, input),
        // `:rate 0.05` in one go.
        Dialog::Palette(input, _) if bearing::typed(input.value()).is_some() => {
            let Some((figure, value)) = bearing::typed(input.value()) else { return Vec::new() };
            let effects = obey::obey(model, Command::State(figure));
            if let Dialog::Ask(asked @ Asked::Figure(_), _) = std::mem::take(&mut model.dialog) {
                return typed(model, asked, Input::from(value));
            }
            effects
        }
        // `:move DIR` in one go, as it would be typed elsewhere.
        Dialog::Palette(input, _) if input.value().trim().starts_with(MOVE) => {
            let effects = obey::obey(model, Command::Move);
            if let Dialog::Ask(asked @ Asked::Directory, _) = std::mem::take(&mut model.dialog) {
                let place = input.value().trim().trim_start_matches(MOVE).to_owned();
                return typed(model, asked, Input::from(place));
            }
            effects
        }
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
        Dialog::SignHandoff(input) if !model.writes() => {
            // The pen went while this was typed: the words stay, they may be wanted elsewhere.
            pen::no_pen(model);
            model.dialog = Dialog::SignHandoff(input);
            Vec::new()
        }
        Dialog::SignHandoff(input) => {
            handoff::ask_to_sign(model, input);
            Vec::new()
        }
        other => {
            model.dialog = other;
            Vec::new()
        }
    }
}

fn move_to(model: &mut Model, place: &str) -> Vec<Effect> {
    let place = Untrusted::from(place);
    model.notice(NoticeKind::Moving(place.clone()));
    vec![Effect::Move(place)]
}

fn typed(model: &mut Model, asked: Asked, input: Input) -> Vec<Effect> {
    let text = input.value().trim().to_owned();
    match asked {
        Asked::FilterProcesses(_) | Asked::FilterNetwork(_) => {
            if let Err(bad) = Filter::parse(&text) {
                model.notice(NoticeKind::BadFilter(bad.term.into()));
                model.dialog = Dialog::Ask(asked, input);
            }
            Vec::new()
        }
        Asked::FilterAutostarts(_) => Vec::new(),
        Asked::Find(_) => {
            if text.is_empty() {
                model.panes.find = None;
            }
            find::settle(model);
            Vec::new()
        }
        Asked::Note(_) | Asked::Figure(_) | Asked::Time | Asked::Directory if text.is_empty() => {
            Vec::new()
        }
        Asked::Directory => move_to(model, &text),
        Asked::Time => goto::go(model, &text).unwrap_or_else(|()| {
            model.notice(NoticeKind::BadTime(text.into()));
            model.dialog = Dialog::Ask(asked, input);
            Vec::new()
        }),
        Asked::Note(_) | Asked::Reason(..) | Asked::Figure(_) if !model.writes() => {
            pen::no_pen(model);
            model.dialog = Dialog::Ask(asked, input);
            Vec::new()
        }
        Asked::Figure(figure) => bearing::state(model, figure, &text).unwrap_or_else(|()| {
            model.notice(NoticeKind::BadFigure(figure, text.into()));
            model.dialog = Dialog::Ask(asked, input);
            Vec::new()
        }),
        Asked::Note(about) => {
            acts::act(model, Event::Noted { text: text.into(), about }).into_iter().collect()
        }
        Asked::Reason(..) | Asked::Force if text.is_empty() => {
            model.notice(NoticeKind::ReasonNeeded);
            model.dialog = Dialog::Ask(asked, input);
            Vec::new()
        }
        Asked::Reason(items, state) => acts::set(model, items, state, &text.into()),
        Asked::Force => vec![Effect::Pen(Wish::Force(text.into()))],
    }
}
