//! The terminal is given back whatever ends the screen or its guard: a stand-in dies behind the same guard, of each cause
//! in turn.

#![expect(clippy::unwrap_used, reason = "a test ends where its stage is not set")]
#![expect(clippy::print_stderr, reason = "a death that is skipped is told")]

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};
use std::{fs, io, process};

use rustix::process::{Pid, Signal, kill_process};

use super::support::modes::left_switched;
use super::support::pty::Cockpit;
use super::support::{child_of, example, is_there};

/// How long any of them may take to be gone.
pub(crate) const SOON: Duration = Duration::from_secs(10);

/// What ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// By itself, in this way, with this exit code.
    Itself(&'static str, u32),
    /// The screen gets this signal.
    Screen(Signal),
    /// Its guard does.
    Guard(Signal),
}

pub(crate) const CAUSES: [Cause; 18] = [
    Cause::Itself("panic", 101),
    Cause::Itself("overflow", 134),
    Cause::Itself("abort", 134),
    Cause::Itself("memory", 134),
    Cause::Itself("oom", 137),
    Cause::Screen(Signal::KILL),
    Cause::Screen(Signal::SEGV),
    Cause::Screen(Signal::BUS),
    Cause::Screen(Signal::ABORT),
    Cause::Screen(Signal::TERM),
    Cause::Screen(Signal::HUP),
    Cause::Guard(Signal::KILL),
    Cause::Guard(Signal::SEGV),
    Cause::Guard(Signal::ABORT),
    Cause::Guard(Signal::QUIT),
    Cause::Guard(Signal::TERM),
    Cause::Guard(Signal::INT),
    Cause::Guard(Signal::HUP),
];

impl Cause {
    /// Signals that a program can answer; all others end it where it stands.
    fn is_heard(self) -> bool {
        match self {
            Self::Itself(..) => false,
            Self::Screen(signal) | Self::Guard(signal) => {
                [Signal::TERM, Signal::HUP, Signal::INT].contains(&signal)
            }
        }
    }

    /// The exit code that it must have, where the guard lives to give one.
    fn code(self) -> Option<u32> {
        match self {
            Self::Itself(_, code) => Some(code),
            Self::Screen(signal) => Some(128 + signal.as_raw().unsigned_abs()),
            Self::Guard(signal) if self.is_heard() => Some(128 + signal.as_raw().unsigned_abs()),
            Self::Guard(_) => None,
        }
    }
}

/// Ends `desk` for that cause; `false` if the screen was not there to be ended.
pub(crate) fn end(desk: &Cockpit, cause: Cause) -> bool {
    match cause {
        Cause::Itself(..) => {}
        Cause::Screen(signal) => {
            let Some(screen) = child_of(desk.pid()) else { return false };
            send(screen, signal);
        }
        Cause::Guard(signal) => send(desk.pid(), signal),
    }
    true
}

/// Sends a signal. The first fault that comes from outside only takes Rust's own handler for faults away; one that
/// is real comes back at once.
pub(crate) fn send(pid: u32, signal: Signal) {
    let target = Pid::from_raw(pid.cast_signed()).unwrap();
    kill_process(target, signal).unwrap();
    if [Signal::SEGV, Signal::BUS].contains(&signal) {
        let end = Instant::now() + SOON;
        while is_there(pid) {
            assert!(Instant::now() < end, "{signal:?} does not end it");
            thread::sleep(Duration::from_millis(2));
            // It may have gone in between.
            let _gone = kill_process(target, signal);
        }
    }
}

/// Everything is as it was before.
pub(crate) fn is_given_back(desk: &mut Cockpit, cause: Cause, round: usize) {
    assert_eq!(desk.termios(), desk.termios_before(), "{cause:?}, round {round}");
    let raw = desk.raw();
    let left = left_switched(&raw);
    assert!(left.is_empty(), "{cause:?}, round {round}: {left:?} in {}", raw.escape_ascii());
}

/// So many deaths of one cause; how many there were.
fn rounds_of(cause: Cause, rounds: usize) -> usize {
    let cell = match (cause == Cause::Itself("oom", 137)).then(Cell::new).transpose() {
        Ok(cell) => cell,
        Err(why) => {
            eprintln!("skipped: {cause:?}, {rounds} times: no control group can be made: {why}");
            return 0;
        }
    };
    let tasks = cell.map(|cell| (cell.tasks(), cell));
    let env: Vec<(&str, &str)> = tasks.iter().map(|(tasks, _)| ("CELL", tasks.as_str())).collect();
    let program = example("standin-panic");
    let how = if let Cause::Itself(how, _) = cause { how } else { "wait" };
    for round in 0..rounds {
        let mut desk = Cockpit::start_program(&program, &[".", how], &env, 80, 24);
        let by_itself = matches!(cause, Cause::Itself(..));
        // Every other time it has drawn; else it is somewhere on its way.
        let has_drawn = by_itself || round % 2 == 0;
        if by_itself {
        } else if has_drawn {
            desk.wait_until("it has drawn", |screen| screen.contains("ready"));
        } else {
            thread::sleep(Duration::from_micros(u64::try_from(round).unwrap() * 400 % 20_000));
        }
        if !end(&desk, cause) {
            desk.wait_until("it has drawn after all", |screen| screen.contains("ready"));
            assert!(end(&desk, cause), "{cause:?}: there is no screen");
        }
        let status = desk.wait_for_exit(SOON);
        is_given_back(&mut desk, cause, round);
        if has_drawn {
            if let Some(code) = cause.code() {
                assert_eq!(status.exit_code(), code, "{cause:?}, round {round}");
            }
            let words = ["the session is kept", "was saved is saved"];
            let said = words.iter().any(|it| desk.screen().contains(it));
            match cause {
                // After a signal that asks, nothing needs to be said.
                _ if cause.is_heard() => assert!(!said, "{cause:?}, round {round}"),
                // The hang-up that comes with the guard's death may be first, and has nothing to say either.
                Cause::Guard(_) => {}
                Cause::Itself(..) | Cause::Screen(_) => {
                    assert!(said, "{cause:?}, round {round}: {}", desk.screen());
                }
            }
        }
    }
    rounds
}

/// All causes, two at a time, each so many times; how many deaths that was.
pub(crate) fn run(_seed: u64, rounds: u64) -> Result<u64, String> {
    let times = usize::try_from(rounds).map_err(|error| error.to_string())?;
    let half = |first: usize| -> usize {
        CAUSES.iter().skip(first).step_by(2).map(|cause| rounds_of(*cause, times)).sum()
    };
    let deaths = thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        half(0) + other.join().unwrap()
    });
    Ok(deaths as u64)
}

/// A control group with little memory: the kernel kills who takes more. Only root has one.
struct Cell(PathBuf);

impl Cell {
    fn new() -> io::Result<Self> {
        let name = format!("firedamp-torture-{}", process::id());
        let of = |root: &str| Path::new(root).join(&name);
        let kinds = [
            (of("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
            (of("/sys/fs/cgroup"), "memory.max"),
        ];
        let mut why = io::Error::from(io::ErrorKind::NotFound);
        for (path, limit) in kinds {
            if !path.parent().is_some_and(Path::exists) {
                continue;
            }
            // It may be there from the time before.
            let made = if path.exists() { Ok(()) } else { fs::create_dir(&path) };
            let cell = made.map(|()| Self(path));
            match cell.and_then(|it| fs::write(it.0.join(limit), "33554432").map(|()| it)) {
                Ok(cell) => {
                    // Where there is no swap there is nothing to forbid.
                    let _none = fs::write(cell.0.join("memory.swap.max"), "0");
                    return Ok(cell);
                }
                Err(error) => why = error,
            }
        }
        Err(why)
    }

    /// Who writes there is in it.
    fn tasks(&self) -> String {
        self.0.join("cgroup.procs").display().to_string()
    }
}

impl Drop for Cell {
    fn drop(&mut self) {
        drop(fs::remove_dir(&self.0));
    }
}
