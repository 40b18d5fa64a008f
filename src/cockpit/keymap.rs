//! Keys to commands, as data. The terminal's own key type stays in `run`.

use crate::cockpit::command::Command;
use crate::cockpit::model::{Pane, View};
use crate::domain::session::Figure;

/// A key, as the cockpit knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A character; capitals are characters of their own.
    Char(char),
    /// A character with Control.
    Ctrl(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift with Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
    /// F1 and so on.
    Function(u8),
}

/// A key, or two in a row, and what it asks for.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// One or two keys.
    pub keys: &'static [Key],
    /// What they ask for.
    pub command: Command,
}

const fn bind(keys: &'static [Key], command: Command) -> Binding {
    Binding { keys, command }
}

const fn full(pane: Pane) -> Command {
    Command::Go(View::Full(pane))
}

/// The default map. The first binding of a command is the one that the footer shows.
pub const BINDINGS: &[Binding] = &[
    bind(&[Key::Up], Command::Up),
    bind(&[Key::Char('k')], Command::Up),
    bind(&[Key::Down], Command::Down),
    bind(&[Key::Char('j')], Command::Down),
    bind(&[Key::Left], Command::Left),
    bind(&[Key::Char('h')], Command::Left),
    bind(&[Key::Right], Command::Right),
    bind(&[Key::Char('l')], Command::Right),
    bind(&[Key::PageUp], Command::PageUp),
    bind(&[Key::Ctrl('u')], Command::PageUp),
    bind(&[Key::Ctrl('b')], Command::PageUp),
    bind(&[Key::PageDown], Command::PageDown),
    bind(&[Key::Ctrl('d')], Command::PageDown),
    bind(&[Key::Ctrl('f')], Command::PageDown),
    bind(&[Key::Char('g'), Key::Char('g')], Command::Top),
    bind(&[Key::Home], Command::Top),
    bind(&[Key::Char('G')], Command::Bottom),
    bind(&[Key::End], Command::Bottom),
    bind(&[Key::Tab], Command::NextPane),
    bind(&[Key::BackTab], Command::PreviousPane),
    bind(&[Key::Char('1')], Command::Go(View::Cockpit)),
    bind(&[Key::Char('2')], full(Pane::Processes)),
    bind(&[Key::Char('3')], full(Pane::Network)),
    bind(&[Key::Char('4')], full(Pane::Playbook)),
    bind(&[Key::Char('6')], full(Pane::Timeline)),
    bind(&[Key::Char('0')], full(Pane::Handoff)),
    bind(&[Key::Char('g'), Key::Char('p')], full(Pane::Processes)),
    bind(&[Key::Char('g'), Key::Char('n')], full(Pane::Network)),
    bind(&[Key::Char('g'), Key::Char('u')], full(Pane::Gpu)),
    bind(&[Key::Char('g'), Key::Char('d')], full(Pane::Decision)),
    bind(&[Key::Char('g'), Key::Char('c')], full(Pane::Checklist)),
    bind(&[Key::Char('g'), Key::Char('t')], full(Pane::Timeline)),
    bind(&[Key::Char('g'), Key::Char('b')], full(Pane::Playbook)),
    bind(&[Key::Char('g'), Key::Char('h')], full(Pane::Handoff)),
    bind(&[Key::Char('g'), Key::Char('x')], full(Pane::Hiding)),
    bind(&[Key::Char('g'), Key::Char('s')], full(Pane::Persistence)),
    bind(&[Key::Char('g'), Key::Char('w')], full(Pane::Wire)),
    bind(&[Key::Char('g'), Key::Char('i')], full(Pane::Impact)),
    bind(&[Key::Enter], Command::Open),
    bind(&[Key::Esc], Command::Back),
    bind(&[Key::Char('+')], Command::Zoom),
    bind(&[Key::Char('_')], Command::Zoom),
    bind(&[Key::Char('/')], Command::Filter),
    bind(&[Key::Char('n')], Command::NextMatch),
    bind(&[Key::Char('N')], Command::PreviousMatch),
    bind(&[Key::Char('f')], Command::Follow),
    bind(&[Key::Char('w')], Command::Wrap),
    bind(&[Key::Char('y')], Command::Copy),
    bind(&[Key::Char('g'), Key::Char('r')], Command::Unread),
    bind(&[Key::Char('g'), Key::Char('R')], Command::Rules),
    bind(&[Key::Char('s')], Command::Sort),
    bind(&[Key::Char('t')], Command::Tree),
    bind(&[Key::Char('p')], Command::Pause),
    bind(&[Key::Char('L')], Command::Language),
    bind(&[Key::Char('T')], Command::Theme),
    bind(&[Key::Ctrl('l')], Command::Redraw),
    bind(&[Key::Char('[')], Command::Rewind),
    bind(&[Key::Char(']')], Command::Forward),
    bind(&[Key::Char('{')], Command::EventBack),
    bind(&[Key::Char('}')], Command::EventForward),
    bind(&[Key::Char('b')], Command::GoToTime),
    bind(&[Key::Char('|')], Command::Live),
    bind(&[Key::Char('\'')], Command::Bookmarks),
    bind(&[Key::Char('<')], Command::Slower),
    bind(&[Key::Char('>')], Command::Faster),
    bind(&[Key::Char(' ')], Command::Mark),
    bind(&[Key::Char('d')], Command::Doing),
    bind(&[Key::Char('-')], Command::NotApplicable),
    bind(&[Key::Char('!')], Command::Blocked),
    bind(&[Key::Char('m')], Command::Note),
    bind(&[Key::Char('$'), Key::Char('r')], Command::State(Figure::Rate)),
    bind(&[Key::Char('$'), Key::Char('g')], Command::State(Figure::GpuRate)),
    bind(&[Key::Char('$'), Key::Char('b')], Command::State(Figure::Billing)),
    bind(&[Key::Char('$'), Key::Char('h')], Command::State(Figure::Hosts)),
    bind(&[Key::Char('$'), Key::Char('t')], Command::State(Figure::HostType)),
    bind(&[Key::Char('u')], Command::Undo),
    bind(&[Key::Ctrl('r')], Command::Redo),
    bind(&[Key::Char('v')], Command::Range),
    bind(&[Key::Char('a')], Command::Acknowledge),
    bind(&[Key::Char('g'), Key::Char('A')], Command::AcknowledgeAll),
    bind(&[Key::Char('V')], Command::AllowGpuTool),
    bind(&[Key::Char('W')], Command::Listen),
    bind(&[Key::Char('S')], Command::HandOff),
    bind(&[Key::Char('A')], Command::Accept),
    bind(&[Key::Char('g'), Key::Char('m')], Command::Move),
    bind(&[Key::Char('g'), Key::Char('a')], Command::Anchor),
    bind(&[Key::Char('P')], Command::AskForPen),
    bind(&[Key::Char('g'), Key::Char('P')], Command::GivePen),
    bind(&[Key::Ctrl('p')], Command::ForcePen),
    bind(&[Key::Char('c')], Command::Coach),
    bind(&[Key::Char('i')], Command::Hint),
    bind(&[Key::Char('=')], Command::Expert),
    bind(&[Key::Char('D')], Command::Debrief),
    bind(&[Key::Char('?')], Command::Help),
    bind(&[Key::Function(1)], Command::Help),
    bind(&[Key::Char(':')], Command::Palette),
    bind(&[Key::Char(';')], Command::Palette),
    bind(&[Key::Ctrl('z')], Command::Suspend),
    bind(&[Key::Char('q')], Command::Leave),
    bind(&[Key::Ctrl('c')], Command::Leave),
];

/// What a key leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// A command.
    Command(Command),
    /// The first of two keys.
    Prefix,
    /// Nothing.
    Nothing,
}

/// Looks up `key`, after `prefix` if there is one.
#[must_use]
pub fn lookup(prefix: Option<Key>, key: Key) -> Lookup {
    for binding in BINDINGS {
        match (prefix, binding.keys) {
            (None, [only]) if *only == key => return Lookup::Command(binding.command),
            (Some(prefix), [first, second]) if *first == prefix && *second == key => {
                return Lookup::Command(binding.command);
            }
            _ => {}
        }
    }
    let begins = |binding: &Binding| matches!(binding.keys, [first, _] if *first == key);
    if prefix.is_none() && BINDINGS.iter().any(begins) { Lookup::Prefix } else { Lookup::Nothing }
}

/// The keys that ask for `command`, the usual one first.
pub fn keys_of(command: Command) -> impl Iterator<Item = &'static [Key]> {
    BINDINGS.iter().filter(move |it| it.command == command).map(|it| it.keys)
}
