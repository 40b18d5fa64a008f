//! Last line: the keys that mean something here, taken from the keymap, as many as fit.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::cockpit::command::Command;
use crate::cockpit::dialog::{Asked, Dialog};
use crate::cockpit::model::{Notice, Pane, Pen, SourceKind, Stage, View};
use crate::cockpit::pen::takes_shift;
use crate::cockpit::wire::{is_on, process_under_cursor};
use crate::domain::base::Language;
use crate::domain::facts::GpuOutcome;
use crate::domain::session::Figure;
use crate::ui::role::Role;
use crate::ui::text::{put, span, spans_width};
use crate::ui::theme::Theme;
use crate::words::{Caption, command, key, wire};

/// Draws the hints, the weightiest first; one that does not fit is left out whole.
pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let mut line = Line::default();
    let mut left = usize::from(area.width);
    for (key, word) in hints(model) {
        let hint = hint(theme, &key, word);
        let taken = spans_width(&hint);
        if taken <= left {
            left -= taken;
            line.spans.extend(hint);
        }
    }
    put(buf, area, 0, &line);
}

/// A key and what it does, with a blank before and after.
pub(super) fn hint(theme: &Theme, key: &str, word: &str) -> Vec<Span<'static>> {
    vec![
        span(theme, Role::Footer, " "),
        span(theme, Role::FooterKey, key.to_owned()),
        span(theme, Role::Footer, format!(" {word} ")),
    ]
}

type Hint = (String, &'static str);

fn hints(model: &Model) -> Vec<Hint> {
    let language = model.language;
    let named = |&(key, caption): &(&str, Caption)| (key.to_owned(), caption.text(language));
    let (commands, keys) = of_dialog(model);
    if !keys.is_empty() {
        return of_commands(language, commands).into_iter().chain(keys.iter().map(named)).collect();
    }
    match model.stage {
        Stage::Start { .. } => start(language, model.source.kind == SourceKind::Training),
        Stage::Work => {
            let mut hints = of_commands(language, &at_work(model));
            let listen = key::usual(Command::Listen).filter(|_| is_on(model));
            for hint in hints.iter_mut().filter(|(key, _)| Some(key) == listen.as_ref()) {
                hint.1 = wire::stop(language);
            }
            hints
        }
    }
}

/// What the open dialog takes: commands of the keymap, then keys that mean something only there.
fn of_dialog(model: &Model) -> (&'static [Command], &'static [(&'static str, Caption)]) {
    const CHOOSE: (&str, Caption) = ("Up Down", Caption::Choose);
    const SCROLL: (&str, Caption) = ("Up Down", Caption::Scroll);
    const CLOSE: (&str, Caption) = ("Esc", Caption::Close);
    const CANCEL: (&str, Caption) = ("Esc", Caption::Cancel);
    match &model.dialog {
        Dialog::Closed => (&[], &[]),
        Dialog::Help(..) | Dialog::Palette(..) => (&[], &[("Enter", Caption::Run), CHOOSE, CLOSE]),
        Dialog::Ask(Asked::Note(_) | Asked::Reason(..) | Asked::Figure(_), _) => {
            (&[], &[("Enter", Caption::Take), CANCEL])
        }
        Dialog::Ask(
            Asked::FilterProcesses(_) | Asked::FilterNetwork(_) | Asked::FilterAutostarts(_),
            _,
        ) => (&[], &[("Enter", Caption::UseFilter), CANCEL]),
        Dialog::Ask(Asked::Find(_), _) => (&[], &[("Enter", Caption::UseFind), CANCEL]),
        Dialog::Ask(Asked::Directory, _) => (&[], &[("Enter", Caption::CarryThere), CANCEL]),
        Dialog::Ask(Asked::Force, _) => (&[], &[("Enter", Caption::ForceNow), CANCEL]),
        Dialog::PenAsked(_) => {
            (&[], &[("y", Caption::Yes), ("n", Caption::No), ("Esc", Caption::Close)])
        }
        Dialog::NotNamed(_)
        | Dialog::LoseReasons(..)
        | Dialog::SignNow(_)
        | Dialog::AcknowledgeAll(..) => (&[], &[("y", Caption::Yes), ("n", Caption::No), CANCEL]),
        Dialog::GivePen(..) => (&[], &[("Enter", Caption::GiveNow), CHOOSE, CANCEL]),
        Dialog::Ask(Asked::Time, _) => (&[], &[("Enter", Caption::GoThere), CANCEL]),
        Dialog::SignHandoff(_) => (&[], &[("Enter", Caption::SignNow), CANCEL]),
        Dialog::AllowTool(_)
        | Dialog::Listen
        | Dialog::Leave
        | Dialog::ShowExpert
        | Dialog::EndTraining => (&[], &[("Enter", Caption::Yes), CANCEL]),
        Dialog::Node(..) | Dialog::Item(_) if model.writes() => (&[Command::Mark], &[CLOSE]),
        Dialog::Node(..) | Dialog::Item(_) | Dialog::Printed => (&[], &[CLOSE]),
        Dialog::Copy(..) => {
            const PRINT: (&str, Caption) = ("p", Caption::PrintPlain);
            (&[], &[("Enter", Caption::CopyNow), PRINT, CHOOSE, CANCEL])
        }
        Dialog::Bookmarks(_) => (&[], &[("Enter", Caption::GoThere), CHOOSE, CLOSE]),
        Dialog::Process(_) | Dialog::Autostart(_) => (&[Command::Copy], &[CLOSE]),
        Dialog::Connection(_) => (&[Command::Copy], &[("Enter", Caption::ToOwner), CLOSE]),
        Dialog::Coach => (&[Command::Hint, Command::Expert], &[("Enter", Caption::ToWork), SCROLL]),
        Dialog::Debrief | Dialog::Unread | Dialog::Rules => (&[], &[CLOSE, SCROLL]),
    }
}

fn start(language: Language, training: bool) -> Vec<Hint> {
    let mut hints = of_commands(language, &[Command::Open]);
    let new = if training { Caption::NewTraining } else { Caption::New };
    hints.push((String::from("n"), new.text(language)));
    hints.extend(of_commands(language, &[Command::Language, Command::Help, Command::Leave]));
    hints
}

fn of_commands(language: Language, commands: &[Command]) -> Vec<Hint> {
    let hint = |it: &Command| Some((key::usual(*it)?, command::short(language, *it)));
    commands.iter().filter_map(hint).collect()
}

fn at_work(model: &Model) -> Vec<Command> {
    let mut commands = vec![Command::Help];
    let writes = model.writes();
    let pen = model.session.as_ref().map(|session| &session.pen);
    let asked = model.pen.around.watchers.iter().any(|it| it.asks);
    if matches!(pen, Some(Pen::Observer(_))) || asked {
        commands.push(Command::AskForPen);
    }
    // What stands on the line above waits for this key.
    let found = |it: &Notice| it.kind.found().is_some();
    if writes && model.notice.as_ref().is_some_and(found) {
        commands.push(Command::Acknowledge);
    }
    let may = matches!(pen, Some(Pen::Ours | Pen::Observer(_)));
    let waits = may && takes_shift(model, &model.who);
    if waits {
        commands.push(Command::Accept);
    }
    let own = of_pane(model.focus).iter().copied();
    // Nothing to accept or to allow, no key for it.
    let own = own.filter(|it| *it != Command::Accept || waits);
    let opens = opens(model);
    let own = own.filter(|it| opens || !matches!(it, Command::Open | Command::Acknowledge));
    let tool = tool_waits(model);
    let own = own.filter(|it| *it != Command::AllowGpuTool || tool);
    commands.extend(own.filter(|it| writes || !it.verb().is_some_and(|verb| verb.writes)));
    if model.coach.is_some() {
        commands.extend([Command::Hint, Command::Debrief, Command::Coach, Command::Expert]);
    }
    if model.source.kind != SourceKind::Host {
        let tape = [Command::Pause, Command::Rewind, Command::Forward, Command::Faster];
        commands.extend(tape);
    }
    commands.push(Command::NextPane);
    match model.view {
        View::Cockpit => commands.push(Command::Zoom),
        View::Full(_) => commands.push(Command::Back),
    }
    commands.extend([Command::Palette, Command::Leave, Command::Language, Command::Pause]);
    let copies = !matches!(model.focus, Pane::Gpu | Pane::Wire);
    commands.extend(Some(Command::Copy).filter(|_| copies));
    let follows = matches!(model.focus, Pane::Processes | Pane::Network | Pane::Timeline);
    commands.extend(Some(Command::Follow).filter(|_| follows));
    commands.extend([Command::Undo, Command::Theme].into_iter().filter(|_| writes));
    let mut seen: Vec<Command> = Vec::with_capacity(commands.len());
    for command in commands {
        if !seen.contains(&command) {
            seen.push(command);
        }
    }
    seen
}

/// There is something under the cursor of a pane that may have no rows at all.
fn opens(model: &Model) -> bool {
    match model.focus {
        Pane::Wire => process_under_cursor(model).is_some(),
        Pane::Hiding => {
            model.live.snapshot.as_ref().is_some_and(|it| !it.hiding.contradictions.is_empty())
        }
        Pane::Processes
        | Pane::Network
        | Pane::Gpu
        | Pane::Decision
        | Pane::Checklist
        | Pane::Timeline
        | Pane::Playbook
        | Pane::Handoff
        | Pane::Persistence
        | Pane::Impact => true,
    }
}

/// A tool of the host waits for the responder's word.
fn tool_waits(model: &Model) -> bool {
    let sources = model.live.snapshot.iter().flat_map(|it| &it.gpu.sources);
    sources.into_iter().any(|it| matches!(it.outcome, GpuOutcome::NotAllowed(_)))
}

const fn of_pane(pane: Pane) -> &'static [Command] {
    match pane {
        Pane::Processes => {
            &[Command::Open, Command::Filter, Command::Sort, Command::Tree, Command::Note]
        }
        Pane::Network => &[Command::Open, Command::Filter, Command::Note],
        Pane::Gpu => &[Command::AllowGpuTool, Command::Note],
        Pane::Hiding => &[Command::Open, Command::Acknowledge, Command::Note],
        Pane::Persistence => &[Command::Open, Command::Filter, Command::Copy, Command::Note],
        Pane::Wire => &[Command::Listen, Command::Open, Command::Note],
        Pane::Impact => &[
            Command::State(Figure::Rate),
            Command::State(Figure::Billing),
            Command::State(Figure::Hosts),
            Command::State(Figure::HostType),
            Command::Note,
        ],
        Pane::Decision => &[
            Command::Mark,
            Command::Open,
            Command::Undo,
            Command::Note,
            Command::Left,
            Command::Right,
        ],
        Pane::Checklist => &[
            Command::Mark,
            Command::Doing,
            Command::NotApplicable,
            Command::Blocked,
            Command::Note,
            Command::Open,
            Command::Undo,
            Command::Range,
        ],
        Pane::Timeline => &[
            Command::Note,
            Command::Filter,
            Command::GoToTime,
            Command::Follow,
            Command::Bookmarks,
            Command::Copy,
        ],
        Pane::Playbook => {
            &[Command::Filter, Command::NextMatch, Command::PageDown, Command::PageUp, Command::Top]
        }
        Pane::Handoff => {
            &[Command::HandOff, Command::Accept, Command::PageDown, Command::Copy, Command::Filter]
        }
    }
}
