//! The terminal as a device: a way in that never waits, its modes, and how they are given back.
//!
//! Invariant: nothing here waits longer than [`PATIENCE`] for a terminal that takes no bytes.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::process::{getpgrp, setsid};
use rustix::termios::{
    LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcgetpgrp, tcsetattr,
};

use crate::run::terminal::ours::Ours;

/// Ends a sequence that was cut in the middle: CAN for any of them, ST for a string.
pub(super) const CUT: &[u8] = b"\x18\x1b\\";
/// The opposite of every mode that [`Line`](super::Line) takes, the screen last: what could not be sent does least harm.
/// Bytes and not commands: they go out from a panic, and from the guard over another one's death.
const GIVE_BACK: &[u8] = b"\x18\x1b\\\x1b[0m\x1b[?2004l\x1b[?1049l\x1b[?25h";
/// The part of it that also does no harm to a terminal that was never taken.
const CALM: &[u8] = b"\x18\x1b\\\x1b[0m\x1b[?2004l\x1b[?25h";

/// How long giving back waits for a terminal that takes nothing.
const PATIENCE: Duration = Duration::from_millis(300);
/// Pause before a terminal that takes nothing is tried again.
const PAUSE: Duration = Duration::from_millis(5);

/// Opens standard output once more, as a file of our own. The mode that makes writes return at once belongs to the
/// open file, and the one that we were given is the shell's too.
pub(super) fn open() -> io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let out = io::stdout();
    let own = rustix::fs::open("/proc/self/fd/1", flags, Mode::empty()).or_else(|error| {
        // After `su` the terminal belongs to another user; this one door is open to all who are in its session.
        let device = rustix::fs::fstat(&out)?.st_rdev;
        if Ours::now().is_some_and(|ours| ours.has_terminal(device)) {
            rustix::fs::open("/dev/tty", flags, Mode::empty())
        } else {
            Err(error)
        }
    });
    // As it is, then: better a terminal that may make us wait than none.
    own.or_else(|_| rustix::io::dup(&out)).map(File::from).map_err(io::Error::from)
}

/// The modes of the terminal now.
pub(super) fn modes() -> io::Result<Termios> {
    tcgetattr(io::stdin()).map_err(io::Error::from)
}

/// Sets modes, at once.
pub(super) fn set_modes(modes: &Termios) -> io::Result<()> {
    tcsetattr(io::stdin(), OptionalActions::Now, modes).map_err(io::Error::from)
}

/// `modes` as a full-screen program wants them.
pub(super) fn raw(modes: &Termios) -> Termios {
    let mut raw = modes.clone();
    raw.make_raw();
    raw
}

/// The terminal is in the hands of a full-screen program, where `before` was for lines.
pub(super) fn is_raw(before: &Termios) -> bool {
    let by_lines = |it: &Termios| it.local_modes.contains(LocalModes::ICANON);
    by_lines(before) && modes().is_ok_and(|now| !by_lines(&now))
}

/// This job is the one in the foreground, or there is nothing like jobs on this terminal.
pub(super) fn is_ours() -> bool {
    is_front(io::stdin())
}

/// The same of `terminal`.
pub(super) fn is_front(terminal: impl AsFd) -> bool {
    tcgetpgrp(terminal).map_or(true, |foreground| foreground == getpgrp())
}

/// Gives everything back: what the terminal draws, and its modes as they were `before`.
pub(super) fn give_back(out: &File, before: &Termios) {
    // Nobody is left to tell if the terminal does not take this any more.
    let _gone = insist(out, GIVE_BACK);
    let _gone = restore(before);
}

/// Puts right what can be wrong with a terminal that is not in our hands.
pub(super) fn calm(out: &File) {
    let _gone = insist(out, CALM);
}

/// Sends `bytes`, waiting a moment; where nobody reads, what lies in their way is thrown away first.
pub(super) fn insist(out: &File, bytes: &[u8]) -> io::Result<()> {
    match send(out, bytes) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            tcflush(out, QueueSelector::OFlush)?;
            send(out, bytes)
        }
        done => done,
    }
}

fn send(mut out: &File, mut bytes: &[u8]) -> io::Result<()> {
    let end = Instant::now() + PATIENCE;
    while !bytes.is_empty() {
        let sent = if has_room(out) { out.write(bytes) } else { Err(Errno::AGAIN.into()) };
        match sent {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(len) => bytes = bytes.get(len..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && Instant::now() < end => {
                sleep(PAUSE);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The terminal takes a byte now, or says at once that it is gone.
pub(super) fn has_room(out: &File) -> bool {
    let mut ready = [PollFd::new(out, PollFlags::OUT)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut ready, Some(&at_once)).is_ok_and(|count| count > 0)
}

/// Sets the modes of `before`. Where our guard was killed, a shell may have taken the terminal already, and the
/// kernel refuses (EIO) what comes from the background. Has that shell set modes of its own, they stay; has it not,
/// we leave its session, which lifts the refusal.
fn restore(before: &Termios) -> io::Result<()> {
    match tcsetattr(io::stdin(), OptionalActions::Now, before) {
        Err(Errno::IO) if is_still_ours(before) => {
            setsid()?;
            set_modes(before)
        }
        done => done.map_err(io::Error::from),
    }
}

fn is_still_ours(before: &Termios) -> bool {
    let raw = raw(before);
    modes().is_ok_and(|now| {
        now.local_modes == raw.local_modes
            && now.input_modes == raw.input_modes
            && now.output_modes == raw.output_modes
    })
}
