//! The terminal: taken once, and given back whatever happens.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::cockpit::model::Size;
use crate::domain::untrusted::Untrusted;

/// The screen is ours; whoever gives it back first takes the mark down.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Where a panic is written down.
static CRASH_DIR: Mutex<Option<PathBuf>> = Mutex::new(None);
/// Who is told that a thread fell while the screen goes on.
static ALARM: Mutex<Option<Alarm>> = Mutex::new(None);

/// Tells somebody.
type Alarm = Box<dyn Fn(&str) + Send>;

/// Takes the terminal; frames go to the file that comes back.
pub fn take() -> io::Result<File> {
    let out = File::from(rustix::io::dup(io::stdout())?);
    enter().inspect_err(|_| give_back())?;
    Ok(out)
}

/// Sets the modes that the cockpit needs.
pub fn enter() -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)
}

/// Shows printable text below the shell's prompt, where the terminal can mark and keep it. Keys still come to us.
pub fn print(text: &str, below: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    execute!(out, LeaveAlternateScreen)?;
    for line in text.lines() {
        // The terminal is raw: it does not go back to the left by itself.
        write!(out, "\r\n{line}")?;
    }
    write!(out, "\r\n\r\n{below}\r\n")?;
    out.flush()
}

/// Gives the terminal back as it was. Safe to call from anywhere, any number of times.
pub fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // Nobody is left to tell if the terminal does not take this any more.
        let _gone =
            execute!(io::stdout(), DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
        let _gone = disable_raw_mode();
    }
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
pub fn catch_panics() {
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
        let kept = CRASH_DIR.lock().ok().and_then(|dir| dir.clone()).and_then(|dir| {
            let path = dir.join("crash.txt");
            let nofollow = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
            let mut options = File::options();
            options.append(true).create(true).mode(0o600).custom_flags(nofollow);
            let mut file = options.open(&path).ok()?;
            writeln!(file, "{report}").ok()?;
            Some(path)
        });
        if !on_screen {
            if let Some(alarm) = ALARM.lock().ok().as_deref().and_then(Option::as_ref) {
                alarm(&report);
            }
            return;
        }
        let next = kept.map_or_else(String::new, |path| {
            let path = Untrusted::from(path.display().to_string()).plain(500);
            format!("The report is in {path}. ")
        });
        let text = format!(
            "firedamp: the program met a fault of its own\n     why: {report}\n    next: {next}\
             What was saved is saved: run firedamp again and press Enter\n"
        );
        let _gone = io::stderr().write_all(text.as_bytes());
    }));
}

/// Cells of the terminal; `None` when it tells nothing or there is none.
#[must_use]
pub fn size() -> Option<Size> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    let (columns, rows) = (size.ws_col, size.ws_row);
    (columns > 0 && rows > 0).then_some(Size { columns, rows })
}

/// The line takes more bytes now. A slow one is not queued up: its frames are left out.
#[must_use]
pub fn has_room() -> bool {
    let out = io::stdout();
    let mut ready = [PollFd::new(&out, PollFlags::OUT)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut ready, Some(&at_once)).is_ok_and(|count| count > 0)
}
