//! The guard: a small parent that starts the program once more, lets that one draw, and gives the terminal back
//! whatever ends it.
//!
//! Invariant: the guard opens no file but the terminal and its own in `/proc`, draws nothing, and never waits for the
//! terminal. It ends as the screen ended. The screen in turn ends when its guard is killed, and then gives the terminal
//! back itself.
//! Where no second process can be had, the screen goes on without a guard.

mod slip;
mod watch;

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::OnceLock;

use rustix::process::{
    Pid, Signal, getpid, getppid, kill_current_process_group, kill_process,
    set_parent_process_death_signal,
};

use crate::cockpit::trouble::{Death, Trouble};
use crate::domain::base::Language;
use crate::domain::session::PROGRAM;
use crate::domain::untrusted::Untrusted;
use crate::host::probe::raise::{self, Ledger};
use crate::run::complain::Complaint;
use crate::run::guard::slip::Slip;
use crate::run::guard::watch::Watch;
use crate::run::terminal::ours::Ours;
use crate::run::terminal::{self, Found};

/// In the environment of the screen: the process that guards it.
const MARK: &str = "FIREDAMP_GUARDED_BY";
/// And where it keeps whom the screen has raised, to put them back.
const RAISED: &str = "FIREDAMP_RAISED_IN";
/// And where it says which session it works on.
const SESSION: &str = "FIREDAMP_SESSION_IN";
/// Exit code of a program that SIGTERM ended.
const TOLD: u8 = 143;

/// The guard of this process.
static GUARD: OnceLock<Pid> = OnceLock::new();

/// Whom the screen has raised of others.
static LEDGER: OnceLock<Ledger> = OnceLock::new();

/// Which session the screen works on.
static SLIP: OnceLock<Slip> = OnceLock::new();

/// Options that whoever goes on needs again.
static OPTIONS: OnceLock<Vec<OsString>> = OnceLock::new();

/// Puts a guard before whatever comes next. In the guard this returns when all is over, with the exit code; in the
/// screen it returns `None` at once, and the work goes on. `options` are words of the command line that whoever goes on
/// after a fall needs again.
#[must_use]
pub fn stand(language: Language, options: Vec<OsString>) -> Option<ExitCode> {
    OPTIONS.set(options).ok();
    if let Some(mark) = std::env::var_os(MARK) {
        return (!is_guarded(&mark)).then(|| ExitCode::from(TOLD));
    }
    let found = Found::look().ok()?;
    let watch = Watch::begin().ok()?;
    if let Some(ledger) = Ledger::new() {
        LEDGER.set(ledger).ok();
    }
    if let Some(slip) = Slip::new() {
        SLIP.set(slip).ok();
    }
    let screen = start_screen(LEDGER.get()).ok()?;
    let code = watch.until_it_ends(screen, &found, language);
    put_back();
    Some(code)
}

/// In the guard: the screen has ended or is about to stop, and needs nobody raised.
fn put_back() {
    if let Some(ledger) = LEDGER.get() {
        ledger.settle();
    }
}

/// The guard of this process is there, and we shall hear of its death. Asked twice, says the same.
fn is_guarded(mark: &OsStr) -> bool {
    if GUARD.get().is_some() {
        return true;
    }
    let guard = mark.to_str().and_then(|mark| mark.parse().ok()).and_then(Pid::from_raw);
    // The kernel names us after the link that we were started by.
    rustix::thread::set_name(c"firedamp").ok();
    let heard = set_parent_process_death_signal(Some(Signal::TERM)).is_ok();
    // Asked for afterwards: it may have died before we could be told.
    let alive = guard.is_some() && getppid() == guard;
    if let Some(guard) = guard.filter(|_| heard && alive) {
        GUARD.set(guard).ok();
        if let Ok(place) = std::env::var(RAISED) {
            raise::remember_in(&place);
        }
        if let Some(slip) = std::env::var_os(SESSION).and_then(|place| Slip::at(&place)) {
            SLIP.set(slip).ok();
        }
    }
    alive
}

/// Starts this very program once more, whatever its file was replaced by.
#[expect(
    clippy::disallowed_methods,
    reason = "this program itself, with its own environment, for as long as the responder stays"
)]
fn start_screen(ledger: Option<&Ledger>) -> io::Result<Pid> {
    let mut args = std::env::args_os();
    let mut command = Command::new("/proc/self/exe");
    if let Some(name) = args.next() {
        command.arg0(name);
    }
    let guard = getpid().as_raw_nonzero().to_string();
    if let Some(ledger) = ledger {
        command.env(RAISED, ledger.place());
    }
    if let Some(slip) = SLIP.get() {
        command.env(SESSION, slip.place());
    }
    let screen = command.args(args).env(MARK, guard).spawn()?;
    Pid::from_raw(screen.id().cast_signed()).ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// Somebody can type `fg`: a shell with job control gives each job a group of its own.
#[must_use]
pub fn has_shell() -> bool {
    Ours::now().is_some_and(|ours| ours.session != ours.group)
}

/// Stops; the guard sees that and stops the whole job. SIGSTOP, since SIGTSTP would come back to our own handler.
pub fn stop() -> io::Result<()> {
    match GUARD.get() {
        Some(_) => kill_process(getpid(), Signal::STOP)?,
        None => kill_current_process_group(Signal::STOP)?,
    }
    Ok(())
}

/// In the screen: it works on the session in this directory from here on, and whoever loses the screen goes on there.
pub(super) fn works_on(session: &Path) {
    if let Some(slip) = SLIP.get() {
        slip.write(session);
    }
}

/// In the screen: the guard is stopped, so the shell has the terminal, or is about to take it.
pub fn is_stopped() -> bool {
    let Some(guard) = GUARD.get() else { return false };
    let stat = std::fs::read(format!("/proc/{}/stat", guard.as_raw_nonzero())).unwrap_or_default();
    // The name before the state may hold anything.
    let end = stat.iter().rposition(|byte| *byte == b')');
    end.and_then(|end| stat.get(end + 2)) == Some(&b'T')
}

/// In the screen, after the terminal was given back: says it if the guard is the one that died.
pub fn say_if_it_fell(language: Language) {
    if let Some(guard) = GUARD.get()
        && getppid() != Some(*guard)
    {
        terminal::say(&Complaint::from(Trouble::Unguarded(resume())).told(language));
    }
}

/// What ended the screen, for somebody who has just lost it. `None` if it was asked to go.
fn obituary(signal: i32) -> Option<Complaint> {
    let death = match Signal::from_named_raw(signal) {
        Some(Signal::TERM | Signal::INT | Signal::HUP | Signal::QUIT) => return None,
        Some(Signal::KILL) => Death::Kill,
        Some(Signal::ABORT) => Death::Abort,
        Some(Signal::SEGV) => Death::Segv,
        Some(Signal::BUS) => Death::Bus,
        Some(_) | None => Death::Other(signal),
    };
    Some(Trouble::Killed(death, resume()).into())
}

/// What is typed to go on: the session by its name and place, with the options that were given. Where no session was
/// opened, or none that is written, the same words again; but nobody has to begin a new one.
fn resume() -> Untrusted {
    let mut given = std::env::args_os();
    // Whoever came by sudo cannot open as themselves what root wrote.
    let by_sudo = rustix::process::geteuid().is_root() && std::env::var_os("SUDO_UID").is_some();
    let mut words: Vec<OsString> = by_sudo.then(|| "sudo".into()).into_iter().collect();
    words.push(given.next().unwrap_or_else(|| PROGRAM.into()));
    let session = SLIP.get().and_then(Slip::read);
    let parts = session.as_deref().and_then(|it| Some((it.file_name()?, it.parent()?)));
    if let Some((id, place)) = parts {
        words.extend(["resume".into(), id.to_owned()]);
        words.extend(option("--dir", place.as_os_str()));
        words.extend(OPTIONS.get().into_iter().flatten().cloned());
    } else {
        words.extend(given.filter(|it| it != "--new"));
    }
    let quoted: Vec<_> = words.iter().map(|word| quoted(word.as_bytes())).collect();
    Untrusted::new(quoted.join(&b' '))
}

/// An option and its value, as words of a command line.
#[must_use]
pub(super) fn option(name: &str, value: &OsStr) -> Vec<OsString> {
    if !value.as_bytes().starts_with(b"-") {
        return vec![name.into(), value.to_owned()];
    }
    vec![OsString::from_vec([name.as_bytes(), b"=", value.as_bytes()].concat())]
}

/// A word as a shell takes it.
fn quoted(word: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/.-_=+,:@%".contains(byte);
    if !word.is_empty() && word.iter().all(plain) {
        return word.to_vec();
    }
    let inside = word.iter().flat_map(|byte| match byte {
        b'\'' => b"'\\''".to_vec(),
        byte => vec![*byte],
    });
    [b'\''].into_iter().chain(inside).chain([b'\'']).collect()
}
