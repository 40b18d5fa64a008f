//! Names of keys, as they stand on the keys themselves, so the same in every language.

use crate::cockpit::command::Command;
use crate::cockpit::keymap::{Key, keys_of};

/// Name of one key.
#[must_use]
pub fn key(key: Key) -> String {
    let name = match key {
        Key::Char(' ') => "Space",
        Key::Char(letter) => return letter.to_string(),
        Key::Ctrl(letter) => return format!("^{letter}"),
        Key::Function(number) => return format!("F{number}"),
        Key::Enter => "Enter",
        Key::Esc => "Esc",
        Key::Tab => "Tab",
        Key::BackTab => "S-Tab",
        Key::Backspace => "Bksp",
        Key::Delete => "Del",
        Key::Up => "Up",
        Key::Down => "Down",
        Key::Left => "Left",
        Key::Right => "Right",
        Key::PageUp => "PgUp",
        Key::PageDown => "PgDn",
        Key::Home => "Home",
        Key::End => "End",
    };
    name.to_owned()
}

/// Name of one key or of two in a row: `gg`.
#[must_use]
pub fn chord(keys: &[Key]) -> String {
    keys.iter().map(|it| key(*it)).collect()
}

/// The usual key of a command; `None` if it has none.
#[must_use]
pub fn usual(command: Command) -> Option<String> {
    keys_of(command).next().map(chord)
}

/// All keys of a command with blanks between them.
#[must_use]
pub fn all(command: Command) -> String {
    keys_of(command).map(chord).collect::<Vec<_>>().join(" ")
}
