//! Follows all that a program sent to its terminal, and names every mode that it left switched.
//!
//! Invariant: nothing is taken from the code under test; an unknown mode counts as one that is left on.

use std::collections::BTreeSet;

/// Modes that are on in a fresh terminal: the cursor and the wrap at the end of a line.
const ON_AT_FIRST: [&str; 2] = ["25", "7"];

/// What is not as in a fresh terminal after `bytes`, in words.
pub(crate) fn left_switched(bytes: &[u8]) -> Vec<String> {
    let mut walk = Walk::default();
    for byte in bytes {
        walk.take(*byte);
    }
    let on = walk.on.iter().map(|mode| format!("mode {mode} is on"));
    let off = walk.off.iter().map(|mode| format!("mode {mode} is off"));
    let mut found: Vec<String> = on.chain(off).collect();
    if walk.coloured {
        found.push("colours are left".into());
    }
    if walk.state != State::Ground {
        found.push(format!("it stops in the middle of a sequence: {:?}", walk.state));
    }
    found.extend(walk.odd);
    found
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    Escape,
    Sequence,
    /// OSC, DCS, APC, PM and SOS, until BEL or ST.
    Text,
}

#[derive(Default)]
struct Walk {
    state: State,
    parameters: String,
    on: BTreeSet<String>,
    off: BTreeSet<String>,
    coloured: bool,
    odd: Vec<String>,
}

impl Walk {
    fn take(&mut self, byte: u8) {
        self.state = match (&self.state, byte) {
            // ESC begins anew, in a text too.
            (_, 0x1b) => State::Escape,
            (State::Escape, b'[') => {
                self.parameters.clear();
                State::Sequence
            }
            (State::Escape, b']' | b'P' | b'_' | b'^' | b'X') => State::Text,
            // CAN and SUB end whatever there is; ST and BEL end a text.
            (_, 0x18 | 0x1a)
            | (State::Escape, b'\\')
            | (State::Text, 0x07)
            | (State::Ground, _) => State::Ground,
            (State::Escape, other) => {
                self.odd.push(format!("ESC {}", other.escape_ascii()));
                State::Ground
            }
            (State::Text, _) => State::Text,
            (State::Sequence, 0x40..=0x7e) => {
                self.end(byte);
                State::Ground
            }
            (State::Sequence, _) => {
                self.parameters.push(char::from(byte));
                State::Sequence
            }
        };
    }

    fn end(&mut self, letter: u8) {
        let parameters = std::mem::take(&mut self.parameters);
        match (letter, parameters.strip_prefix('?')) {
            (b'h' | b'l', Some(modes)) => {
                modes.split(';').for_each(|mode| self.switch(mode, letter == b'h'));
            }
            (b'm', None) => self.coloured = !matches!(parameters.as_str(), "" | "0"),
            // Scroll margins, the keyboard's protocol and the like: nothing that a cockpit needs.
            (b'r' | b'u' | b'h' | b'l' | b'x' | b'z', _) => {
                self.odd.push(format!("CSI {parameters}{}", char::from(letter)));
            }
            _ => {}
        }
    }

    fn switch(&mut self, mode: &str, on: bool) {
        let at_first = ON_AT_FIRST.contains(&mode);
        let changed = if on { &mut self.on } else { &mut self.off };
        if at_first != on {
            changed.insert(mode.to_owned());
        }
        let settled = if on { &mut self.off } else { &mut self.on };
        settled.remove(mode);
    }
}
