//! The terminal: taken once, and given back whatever happens.
//!
//! What no code of ours lives to see (kill -9, SEGV) is the work of the [guard](super::guard), with the same tools.

mod line;
pub(crate) mod ours;
mod room;
mod tty;

pub use self::line::Line;
pub use self::room::Room;

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};

use rustix::termios::Termios;

use crate::cockpit::model::Size;
use crate::cockpit::trouble::Trouble;
use crate::domain::base::Language;
use crate::domain::untrusted::Untrusted;
use crate::host::store;
use crate::run::complain::Complaint;
use crate::run::reason;

/// The screen is ours; whoever gives it back first takes the mark down.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// The way to the terminal that giving back uses, past whatever is still on the line.
static OUT: OnceLock<File> = OnceLock::new();
/// The modes to give back.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);
/// Where a panic is written down.
static CRASH_DIR: Mutex<Option<PathBuf>> = Mutex::new(None);
/// Who is told that a thread fell while the screen goes on.
static ALARM: Mutex<Option<Alarm>> = Mutex::new(None);

/// Tells somebody.
type Alarm = Box<dyn Fn(&str) + Send>;

/// The terminal as it was found.
#[derive(Debug)]
pub struct Found {
    out: File,
    before: Termios,
}

impl Found {
    /// Looks at the terminal, and changes nothing.
    pub fn look() -> io::Result<Self> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(io::Error::from(rustix::io::Errno::NOTTY));
        }
        Ok(Self { out: tty::open()?, before: tty::modes()? })
    }

    /// Puts the terminal back as it was found, whoever left it how. One that a shell has taken over is the shell's.
    pub fn put_back(&self) {
        if self.is_taken() {
            tty::give_back(&self.out, &self.before);
        } else if tty::is_ours() {
            tty::calm(&self.out);
        }
    }

    /// Says something to the responder, as [`say`] does.
    pub fn say(&self, text: &str) {
        say_past(Some(&self.out), text);
    }

    /// This job has the terminal, for a full screen.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        tty::is_ours() && tty::is_raw(&self.before)
    }
}

/// Takes the terminal; frames go to the line that comes back.
pub fn take() -> io::Result<Line> {
    let out = tty::open()?;
    if OUT.get().is_none() {
        OUT.set(out.try_clone()?).ok();
    }
    let mut line = Line::new(out);
    enter(&mut line).inspect_err(|_| give_back())?;
    Ok(line)
}

/// Sets the modes that the cockpit needs; again, if somebody has changed them.
pub fn enter(line: &mut Line) -> io::Result<()> {
    let mut before =
        BEFORE.lock().map_err(|_| io::Error::other("the terminal's modes are lost"))?;
    let was_taken = TAKEN.swap(true, Ordering::SeqCst);
    let to_keep = match before.take() {
        // We did not give it back, so what it has now is nobody's wish.
        Some(kept) if was_taken => kept,
        _ => tty::modes()?,
    };
    let raw = tty::raw(&to_keep);
    *before = Some(to_keep);
    drop(before);
    tty::set_modes(&raw)?;
    line.take()
}

/// The terminal is that of this job, and not of a shell that put it in the background.
#[must_use]
pub fn is_ours() -> bool {
    tty::is_ours()
}

/// Gives the terminal back as it was. Safe to call from anywhere, any number of times.
pub fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst)
        && let Some(out) = OUT.get()
        && let Some(before) = BEFORE.lock().ok().and_then(|before| before.clone())
    {
        tty::give_back(out, &before);
    }
}

/// Says something to the responder when there is no screen: on standard error, but without waiting for a terminal
/// that takes nothing.
pub fn say(text: &str) {
    say_past(OUT.get(), text);
}

fn say_past(out: Option<&File>, text: &str) {
    let mut err = io::stderr();
    // Nobody to tell it to is no trouble.
    let _gone = match out.filter(|_| err.is_terminal()) {
        Some(out) => tty::insist(out, text.as_bytes()),
        None => err.write_all(text.as_bytes()),
    };
}

/// Names the directory for the report of a crash: the session's own, once there is one.
pub fn crashes_go_to(dir: PathBuf) {
    if let Ok(mut place) = CRASH_DIR.lock() {
        *place = Some(dir);
    }
}

/// Names who is told when a thread of the background falls.
pub fn falls_go_to(alarm: impl Fn(&str) + Send + 'static) {
    if let Ok(mut place) = ALARM.lock() {
        *place = Some(Box::new(alarm));
    }
}

/// A panic leaves a report in the session's directory. On the thread of the screen it gives the terminal back and
/// says so in three lines; on any other the screen goes on and shows what fell.
pub fn catch_panics(language: Language) {
    let screen = std::thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        let on_screen = std::thread::current().id() == screen;
        if on_screen {
            give_back();
        }
        let payload = info.payload();
        let said = payload
            .downcast_ref::<&str>()
            .map(|it| (*it).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let report = Untrusted::from(format!("{place}: {said}")).plain(2_000);
        let dir = CRASH_DIR.lock().ok().and_then(|dir| dir.clone());
        let kept = dir.and_then(|dir| store::report(&dir, &report).ok());
        if !on_screen {
            if let Some(alarm) = ALARM.lock().ok().as_deref().and_then(Option::as_ref) {
                alarm(&report);
            }
            return;
        }
        let kept = kept.as_deref().map(reason::shown);
        let said = Complaint::from(Trouble::Panicked(report.into(), kept));
        say(&said.told(language));
    }));
}

/// Cells of the terminal; `None` when it tells nothing or there is none.
#[must_use]
pub fn size() -> Option<Size> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    let (columns, rows) = (size.ws_col, size.ws_row);
    (columns > 0 && rows > 0).then_some(Size { columns, rows })
}
