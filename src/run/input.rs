//! Keys from the terminal, on a thread of their own.
//!
//! crossterm's reader never returns once the terminal is gone (crossterm#793) and would burn a core: on a
//! host that is being mined, that looks like one more miner. So it is asked only when the kernel says that there
//! are bytes and that the other end is still there.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the terminal's keys are more than the cockpit's"
)]

use std::io;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use rustix::event::{PollFd, PollFlags, poll};
use tokio::sync::mpsc::Sender;

use crate::cockpit::Msg;
use crate::cockpit::keymap::Key;
use crate::run::cockpit::Happening;

/// Reads keys until the terminal is gone.
pub(super) fn read_keys(inbox: &Sender<Happening>) {
    loop {
        let input = io::stdin();
        let mut ready = [PollFd::new(&input, PollFlags::IN)];
        match poll(&mut ready, None) {
            Err(rustix::io::Errno::INTR) => continue,
            Err(_) => break,
            Ok(_) => {}
        }
        let flags = ready.first().map_or(PollFlags::empty(), PollFd::revents);
        let gone = flags.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL);
        let bytes = rustix::io::ioctl_fionread(&input).unwrap_or(0);
        if gone || bytes == 0 {
            break;
        }
        if read_waiting(inbox).is_none() {
            break;
        }
    }
    inbox.blocking_send(Happening::TerminalGone).ok();
}

/// Reads what is there; `None` when nobody listens any more or the terminal fails.
fn read_waiting(inbox: &Sender<Happening>) -> Option<()> {
    while event::poll(std::time::Duration::ZERO).ok()? {
        let msg = match event::read().ok()? {
            Event::Key(key) => to_key(key).map(Msg::Key),
            Event::Paste(text) => Some(Msg::Paste(text)),
            // The size comes with SIGWINCH, which the loop hears itself.
            Event::Resize(..) | Event::FocusGained | Event::FocusLost | Event::Mouse(_) => None,
        };
        if let Some(msg) = msg {
            inbox.blocking_send(Happening::Msg(msg)).ok()?;
        }
    }
    Some(())
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
