//! Keys from the terminal.
//!
//! Invariant: reading never waits and never spins. Only bytes that the kernel says are there are read, so an unfinished
//! sequence, a terminal that went away in the middle of one, or a paste without an end hold nobody up. crossterm's own
//! reader does both (crossterm#793), and on a host that is being mined a core that spins looks like one more miner.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the terminal's keys are more than the cockpit's, and its answers are no keys"
)]

use std::cell::RefCell;
use std::io;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, ioctl_fionread, read};
use termina::event::{KeyCode, KeyEvent, KeyEventKind, Modifiers};
use termina::{Event, Parser};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::cockpit::Msg;
use crate::cockpit::keymap::Key;
use crate::run::terminal;

/// The rest of a sequence comes within this time, or it never does.
const PATIENCE: Duration = Duration::from_secs(2);

/// The terminal's keys.
pub(super) struct Keys {
    input: AsyncFd<io::Stdin>,
    reader: RefCell<Reader>,
}

/// What was typed.
pub(super) struct Typed {
    /// For the cockpit.
    pub(super) msgs: Vec<Msg>,
    /// What comes next is for whoever has the terminal now; it is left where it is.
    pub(super) for_others: bool,
}

/// Bytes to messages.
struct Reader {
    parser: Parser,
    /// When the last bytes came, if they ended within a sequence.
    unfinished: Option<Instant>,
}

impl Keys {
    /// Listens on standard input, which is a terminal.
    #[expect(
        deprecated,
        reason = "sound here, nobody closes standard input while this lives; its successor is unsafe to call"
    )]
    pub(super) fn listen() -> io::Result<Self> {
        let input = AsyncFd::with_interest(io::stdin(), Interest::READABLE)?;
        let reader = Reader { parser: Parser::default(), unfinished: None };
        Ok(Self { input, reader: RefCell::new(reader) })
    }

    /// Waits until keys were pressed or text was pasted; `None` when the terminal is gone.
    pub(super) async fn waiting(&self) -> Option<Typed> {
        let mut ready = self.input.readable().await.ok()?;
        let typed = self.read_all()?;
        if typed.for_others {
            // Nobody is told again of what is left lying.
            ready.retain_ready();
        } else {
            ready.clear_ready();
        }
        Some(typed)
    }

    fn read_all(&self) -> Option<Typed> {
        let input = self.input.get_ref();
        let mut reader = self.reader.borrow_mut();
        let mut msgs = Vec::new();
        let mut buffer = [0; 1024];
        loop {
            let flags = state(input)?;
            if flags.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
                return None;
            }
            let waits = flags.contains(PollFlags::IN);
            let for_others = waits && !terminal::is_ours();
            if !waits || for_others {
                return Some(Typed { msgs, for_others });
            }
            // Readable without bytes: the other end is gone.
            let waiting = ioctl_fionread(input).ok().filter(|bytes| *bytes > 0)?;
            match read(input, &mut buffer) {
                Ok(0) => return None,
                Ok(count) => {
                    let more = waiting > count as u64;
                    reader.take(buffer.get(..count).unwrap_or_default(), more, &mut msgs);
                }
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(_) => return None,
            }
        }
    }
}

/// What the kernel says about the terminal now.
fn state(input: &io::Stdin) -> Option<PollFlags> {
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    loop {
        let mut state = [PollFd::new(input, PollFlags::IN)];
        match poll(&mut state, Some(&at_once)) {
            Ok(_) => return state.first().map(PollFd::revents),
            Err(Errno::INTR) => {}
            Err(_) => return None,
        }
    }
}

impl Reader {
    fn take(&mut self, bytes: &[u8], more: bool, msgs: &mut Vec<Msg>) {
        if self.unfinished.is_some_and(|since| since.elapsed() > PATIENCE) {
            self.parser = Parser::default();
        }
        self.unfinished = Some(Instant::now());
        for (at, byte) in bytes.iter().enumerate() {
            self.parser.parse(std::slice::from_ref(byte), more || at + 1 < bytes.len());
            while let Some(event) = self.parser.pop() {
                self.unfinished = None;
                add(event, msgs);
            }
        }
    }
}

/// The messages of one event. Answers of the terminal are no keys.
fn add(event: Event, msgs: &mut Vec<Msg>) {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            // Esc and a key in one packet come as Alt and the key: nobody's Esc gets lost.
            if key.modifiers.contains(Modifiers::ALT) {
                msgs.push(Msg::Key(Key::Esc));
            }
            msgs.extend(to_key(key).map(Msg::Key));
        }
        Event::Paste(text) => msgs.push(Msg::Paste(text)),
        _ => {}
    }
}

/// The terminal's key as the cockpit knows it.
const fn to_key(event: KeyEvent) -> Option<Key> {
    let control = event.modifiers.contains(Modifiers::CONTROL);
    Some(match event.code {
        KeyCode::Char(c) if control => Key::Ctrl(c.to_ascii_lowercase()),
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Escape => Key::Esc,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::Function(number) => Key::Function(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys_of(packets: &[&[u8]]) -> Vec<Key> {
        let mut reader = Reader { parser: Parser::default(), unfinished: None };
        let mut msgs = Vec::new();
        for packet in packets {
            reader.take(packet, false, &mut msgs);
        }
        let key = |msg| if let Msg::Key(key) = msg { Some(key) } else { None };
        msgs.into_iter().filter_map(key).collect()
    }

    #[test]
    fn keys_come_as_they_were_pressed() {
        assert_eq!(keys_of(&[b"j\r\t"]), [Key::Char('j'), Key::Enter, Key::Tab]);
        assert_eq!(keys_of(&[b"\x1b[A\x1bOB\x1b[6~"]), [Key::Up, Key::Down, Key::PageDown]);
        assert_eq!(keys_of(&[b"\x03\x15"]), [Key::Ctrl('c'), Key::Ctrl('u')]);
        assert_eq!(
            keys_of(&[b"\x1bOP\x1b[Z\x7f"]),
            [Key::Function(1), Key::BackTab, Key::Backspace]
        );
        assert_eq!(keys_of(&["ก".as_bytes()]), [Key::Char('ก')]);
    }

    #[test]
    fn an_escape_is_never_lost_to_the_key_that_came_with_it() {
        assert_eq!(keys_of(&[b"\x1b"]), [Key::Esc]);
        assert_eq!(keys_of(&[b"\x1bL"]), [Key::Esc, Key::Char('L')]);
        assert_eq!(keys_of(&[b"\x1b", b"L"]), [Key::Esc, Key::Char('L')]);
    }

    #[test]
    fn a_sequence_in_pieces_is_one_key_and_an_answer_of_the_terminal_is_none() {
        assert_eq!(keys_of(&[b"\x1b[", b"A"]), [Key::Up]);
        assert_eq!(keys_of(&[b"\x1b[12;40R\x1b]11;rgb:1010/1414/1818\x1b\\\x1b[?2026;2$y"]), []);
    }
}
