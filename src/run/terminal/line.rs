//! The line to the terminal: bytes on their way, which nobody waits for.
//!
//! Invariant: what is written arrives whole and in order, or not at all; a line that stalls keeps what it has begun,
//! and its owner sees to it that nothing more piles up behind. Nothing is sent in the background: that is asked before
//! each write, since a process that is stopped anywhere in its work and continued alone knows nothing of either.

use std::fs::File;
use std::io::{self, Write};

use crossterm::cursor::Hide;
use crossterm::event::EnableBracketedPaste;
use crossterm::queue;
use crossterm::terminal::EnterAlternateScreen;

use crate::run::terminal::{Room, tty};

/// Room for bytes that is kept from frame to frame.
const KEPT: usize = 1 << 18;

/// Bytes on their way to the terminal.
#[derive(Debug)]
pub struct Line {
    out: File,
    rest: Vec<u8>,
    sent: usize,
}

impl Line {
    /// A line on an open terminal.
    pub(in crate::run) fn new(out: File) -> Self {
        Self { out, rest: Vec::with_capacity(1 << 16), sent: 0 }
    }

    /// Where one can wait until the terminal takes more.
    pub(in crate::run) fn room(&self) -> io::Result<Room> {
        self.out.try_clone().map(Room::of)
    }

    /// Sends what the terminal takes now; `false` if something is left. While a shell has it, it takes nothing.
    pub fn catch_up(&mut self) -> io::Result<bool> {
        while let Some(rest) = self.rest.get(self.sent..).filter(|rest| !rest.is_empty()) {
            if !tty::is_front(&self.out) {
                return Ok(false);
            }
            match self.out.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(len) => self.sent += len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        self.rest.clear();
        self.rest.shrink_to(KEPT);
        self.sent = 0;
        Ok(true)
    }

    /// Sends `bytes` if nothing is in their way, and refuses them otherwise.
    pub fn offer(&mut self, bytes: &[u8]) -> io::Result<()> {
        if !self.catch_up()? || !tty::is_front(&self.out) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.write_all(bytes)?;
        self.flush()
    }

    /// Throws away what was not sent. The terminal may have got half of a sequence; it is told to forget that.
    pub fn drop_rest(&mut self) {
        if !self.rest.is_empty() {
            self.rest.clear();
            self.sent = 0;
            self.rest.extend_from_slice(tty::CUT);
        }
    }

    /// Sets every mode of the cockpit, in the place of whatever was still on its way.
    pub fn take(&mut self) -> io::Result<()> {
        self.drop_rest();
        queue!(self, EnterAlternateScreen, EnableBracketedPaste, Hide)?;
        self.flush()
    }
}

/// Writing only collects; flushing sends what the terminal takes and keeps the rest.
impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.catch_up().map(|_all| ())
    }
}
