//! Keys from the terminal.
//!
//! crossterm's reader never returns once the terminal is gone (crossterm#793) and would burn a core: on a
//! host that is being mined, that looks like one more miner. So it is asked only when the kernel says that there
//! are bytes and that the other end is still there.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the terminal's keys are more than the cockpit's"
)]

use std::io;
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::cockpit::Msg;
use crate::cockpit::keymap::Key;

/// The terminal's keys.
pub(super) struct Keys {
    input: AsyncFd<io::Stdin>,
}

impl Keys {
    /// Listens on standard input, which is a terminal.
    #[expect(
        deprecated,
        reason = "sound here, nobody closes standard input while this lives; its successor is unsafe to call"
    )]
    pub(super) fn listen() -> io::Result<Self> {
        AsyncFd::with_interest(io::stdin(), Interest::READABLE).map(|input| Self { input })
    }

    /// Waits until keys were pressed or text was pasted; `None` when the terminal is gone.
    pub(super) async fn waiting(&self) -> Option<Vec<Msg>> {
        let mut ready = self.input.readable().await.ok()?;
        let input = self.input.get_ref();
        let mut state = [PollFd::new(input, PollFlags::IN)];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        while let Err(error) = poll(&mut state, Some(&at_once)) {
            if error != rustix::io::Errno::INTR {
                return None;
            }
        }
        let flags = state.first().map_or(PollFlags::empty(), PollFd::revents);
        if flags.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            return None;
        }
        let readable = flags.contains(PollFlags::IN);
        if readable && rustix::io::ioctl_fionread(input).unwrap_or(0) == 0 {
            return None;
        }
        let msgs = if readable { read_waiting()? } else { Vec::new() };
        ready.clear_ready();
        Some(msgs)
    }
}

/// Reads what is there; `None` when the terminal fails.
fn read_waiting() -> Option<Vec<Msg>> {
    let mut msgs = Vec::new();
    while event::poll(Duration::ZERO).ok()? {
        msgs.extend(match event::read().ok()? {
            Event::Key(key) => to_key(key).map(Msg::Key),
            Event::Paste(text) => Some(Msg::Paste(text)),
            // The size comes with SIGWINCH, which the loop hears itself.
            Event::Resize(..) | Event::FocusGained | Event::FocusLost | Event::Mouse(_) => None,
        });
    }
    Some(msgs)
}

/// The terminal's key as the cockpit knows it.
fn to_key(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    Some(match event.code {
        KeyCode::Char(c) if control => Key::Ctrl(c.to_ascii_lowercase()),
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
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
        KeyCode::F(number) => Key::Function(number),
        _ => return None,
    })
}
