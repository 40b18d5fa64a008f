//! The two ends of a terminal: what a program sends is read and drawn, and what a terminal owes it is answered.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use filedescriptor::{FileDescriptor, POLLIN, poll, pollfd};
use portable_pty::MasterPty;

/// What the program has drawn, and the answers that a terminal owes it.
pub(super) struct Terminal {
    pub(super) parser: vt100::Parser<Answers>,
    pub(super) raw: Vec<u8>,
}

#[derive(Default)]
pub(super) struct Answers(Vec<u8>);

impl vt100::Callbacks for Answers {
    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        first: Option<u8>,
        second: Option<u8>,
        params: &[&[u16]],
        letter: char,
    ) {
        let (row, col) = screen.cursor_position();
        match (first, second, params, letter) {
            (None, None, _, 'c') => self.0.extend(b"\x1b[?62;22c"),
            (None, None, [[6]], 'n') => {
                self.0.extend(format!("\x1b[{};{}R", row + 1, col + 1).bytes());
            }
            (Some(b'?'), Some(b'$'), [[mode]], 'p') => {
                self.0.extend(format!("\x1b[?{mode};2$y").bytes());
            }
            _ => {}
        }
    }
}

impl Terminal {
    pub(super) fn new(cols: u16, rows: u16) -> Self {
        let answers = Answers::default();
        let parser = vt100::Parser::new_with_callbacks(cells(rows), cells(cols), 0, answers);
        Self { parser, raw: Vec::new() }
    }
}

/// Our end of the terminal. There are three descriptors of it, and a hang-up is when all are closed.
pub(super) struct Line {
    pub(super) master: Box<dyn MasterPty + Send>,
    pub(super) keys: FileDescriptor,
    stop: Arc<AtomicBool>,
    /// Nobody reads what the program sends.
    pub(super) stalled: Arc<AtomicBool>,
    pub(super) reading: Option<JoinHandle<()>>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(reading) = self.reading.take() {
            drop(reading.join());
        }
    }
}

impl Line {
    pub(super) fn open(master: Box<dyn MasterPty + Send>, terminal: &Arc<Mutex<Terminal>>) -> Self {
        let fd = master.as_raw_fd().unwrap();
        let keys = FileDescriptor::dup(&fd).unwrap();
        let output = FileDescriptor::dup(&fd).unwrap();
        let answers = FileDescriptor::dup(&fd).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stalled = Arc::new(AtomicBool::new(false));
        let reading = thread::spawn({
            let (terminal, stop) = (Arc::clone(terminal), Arc::clone(&stop));
            let stalled = Arc::clone(&stalled);
            move || read(output, answers, &terminal, &stop, &stalled)
        });
        Self { master, keys, stop, stalled, reading: Some(reading) }
    }
}

/// Until the program or the harness closes the line.
fn read(
    mut output: FileDescriptor,
    mut answers: FileDescriptor,
    terminal: &Mutex<Terminal>,
    stop: &AtomicBool,
    stalled: &AtomicBool,
) {
    let mut chunk = vec![0; 64 * 1024];
    while !stop.load(Ordering::SeqCst) {
        if stalled.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(5));
            continue;
        }
        let mut ready = [pollfd { fd: output.as_raw_fd(), events: POLLIN, revents: 0 }];
        if poll(&mut ready, Some(Duration::from_millis(50))).is_ok_and(|count| count == 0) {
            continue;
        }
        let Ok(len @ 1..) = output.read(&mut chunk) else { return };
        let mut terminal = terminal.lock().unwrap_or_else(PoisonError::into_inner);
        terminal.raw.extend(&chunk[..len]);
        terminal.parser.process(&chunk[..len]);
        let answer = std::mem::take(&mut terminal.parser.callbacks_mut().0);
        drop(answers.write_all(&answer));
    }
}

/// The emulator cannot be empty, although a terminal can.
pub(super) fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap_or(NonZeroU16::MIN)
}
