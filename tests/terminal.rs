//! The terminal is given back whatever ends the screen or its guard.
//!
//! A quick stand-in dies behind the same guard fifty times of each cause; the real binary a few times. A thousand of
//! each: `cargo test --test terminal -- --ignored --nocapture`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test ends where its stage is not set, and says how long it took"
)]

mod support;

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use support::modes::left_switched;
use support::pty::{Cockpit, Key};

/// No mode is left switched.
const NOTHING: [String; 0] = [];
/// How long any of them may take to be gone.
const SOON: Duration = Duration::from_secs(10);

/// What ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// By itself, in this way, with this exit code.
    Itself(&'static str, u32),
    /// The screen gets this signal.
    Screen(Signal),
    /// Its guard does.
    Guard(Signal),
}

const CAUSES: [Cause; 16] = [
    Cause::Itself("panic", 101),
    Cause::Itself("overflow", 134),
    Cause::Itself("abort", 134),
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
fn end(desk: &Cockpit, cause: Cause) -> bool {
    match cause {
        Cause::Itself(..) => {}
        Cause::Screen(signal) => {
            let Some(screen) = support::child_of(desk.pid()) else { return false };
            send(screen, signal);
        }
        Cause::Guard(signal) => send(desk.pid(), signal),
    }
    true
}

/// Sends a signal. The first fault that comes from outside only takes Rust's own handler for faults away; one that
/// is real comes back at once.
fn send(pid: u32, signal: Signal) {
    let target = Pid::from_raw(pid.cast_signed()).unwrap();
    kill_process(target, signal).unwrap();
    if [Signal::SEGV, Signal::BUS].contains(&signal) {
        let end = Instant::now() + SOON;
        while support::is_there(pid) {
            assert!(Instant::now() < end, "{signal:?} does not end it");
            thread::sleep(Duration::from_millis(2));
            // It may have gone in between.
            let _gone = kill_process(target, signal);
        }
    }
}

/// Everything is as it was before.
fn is_given_back(desk: &mut Cockpit, cause: Cause, round: usize) {
    assert_eq!(desk.termios(), desk.termios_before(), "{cause:?}, round {round}");
    let raw = desk.raw();
    let left = left_switched(&raw);
    assert!(left.is_empty(), "{cause:?}, round {round}: {left:?} in {}", raw.escape_ascii());
}

fn rounds_of(cause: Cause, rounds: usize) {
    let program = support::example("standin-panic");
    let how = if let Cause::Itself(how, _) = cause { how } else { "wait" };
    for round in 0..rounds {
        let mut desk = Cockpit::start_program(&program, &[".", how], &[], 80, 24);
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
            let said = desk.screen().contains("saved is saved");
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
}

/// All causes, two at a time.
fn storm(rounds: usize) {
    let begun = Instant::now();
    thread::scope(|scope| {
        for half in CAUSES.chunks(CAUSES.len() / 2) {
            scope.spawn(move || half.iter().for_each(|cause| rounds_of(*cause, rounds)));
        }
    });
    println!("{} causes, {rounds} times each, in {:.1?}", CAUSES.len(), begun.elapsed());
}

#[test]
fn the_terminal_is_given_back_after_fifty_deaths_of_every_cause() {
    storm(50);
}

#[test]
#[ignore = "four minutes: cargo test --test terminal -- --ignored --nocapture"]
fn the_terminal_is_given_back_after_a_thousand_deaths_of_every_cause() {
    storm(1_000);
}

#[test]
fn the_real_screen_gives_the_terminal_back_as_well() {
    let home = tempfile::tempdir().unwrap();
    let sessions = home.path().join("sessions").display().to_string();
    for (round, cause) in CAUSES.into_iter().enumerate() {
        if matches!(cause, Cause::Itself(..)) {
            continue;
        }
        let args = ["--dir", &sessions, "--as", "suda", "--new"];
        let mut desk = Cockpit::start(&args, &[], 80, 24);
        desk.wait_until("it is open", |screen| screen.contains("saved"));
        assert!(end(&desk, cause));
        desk.wait_for_exit(SOON);
        is_given_back(&mut desk, cause, round);
        let verified = support::run_quietly(&["verify", "latest", "--dir", &sessions]);
        assert_eq!(verified, Some(0), "{cause:?}");
    }
}

#[test]
fn a_screen_that_was_left_says_so_with_its_exit_code_and_nothing_else() {
    let mut desk = Cockpit::start(&["--as", "suda", "--dir", "s"], &[], 80, 24);
    desk.wait_until("it is open", |screen| screen.contains("saved"));
    desk.type_keys("q");
    desk.press(Key::Enter);
    assert_eq!(desk.wait_for_exit(SOON).exit_code(), 0);
    assert_eq!(desk.termios(), desk.termios_before());
    assert_eq!(left_switched(&desk.raw()), NOTHING);
    assert_eq!(desk.screen().trim(), "");
}

#[test]
fn a_guard_that_is_killed_under_a_shell_leaves_the_shell_a_terminal_it_can_use() {
    let shells = ["/bin/bash", "/bin/dash"].map(PathBuf::from);
    let program = support::example("standin-panic");
    for shell in shells.iter().filter(|shell| shell.exists()) {
        let mut desk = Cockpit::start_program(
            shell,
            &["-i"],
            &[("PS1", "> "), ("PATH", "/usr/bin:/bin")],
            80,
            24,
        );
        desk.type_keys("stty -a | md5sum | sed s/^/modes:/\r");
        let modes = |screen: &str| {
            let sum = |rest: &str| rest.starts_with(|c: char| c.is_ascii_hexdigit());
            screen.split("modes:").skip(1).find(|rest| sum(rest)).map(|rest| rest[..32].to_owned())
        };
        desk.wait_until("the shell knows its modes", |screen| modes(screen).is_some());
        let before = modes(&desk.screen());
        for _ in 0..5 {
            desk.type_keys(&format!("clear; {} . wait\r", program.display()));
            desk.wait_until("it has drawn", |screen| screen.contains("ready"));
            let guard = support::child_of(desk.pid()).unwrap();
            let screen = support::child_of(guard).unwrap();
            send(guard, Signal::KILL);
            desk.wait_until("the screen is gone", |_| !support::is_there(screen));
            desk.type_keys("clear; stty -a | md5sum | sed s/^/modes:/\r");
            desk.wait_until("it takes commands", |screen| modes(screen).is_some());
            assert_eq!(modes(&desk.screen()), before, "{}", shell.display());
        }
    }
}
