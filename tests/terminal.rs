//! The terminal is given back whatever ends the screen or its guard.
//!
//! A quick stand-in dies behind the same guard fifty times of each cause; the real binary a few times. A thousand of
//! each: `cargo run --release --example torture -- deaths`.

#[path = "torture/deaths.rs"]
mod deaths;
mod support;

use std::path::PathBuf;

use deaths::{CAUSES, Cause, SOON, end, is_given_back, send};
use rustix::process::Signal;
use support::modes::left_switched;
use support::pty::{Cockpit, Key};

/// No mode is left switched.
const NOTHING: [String; 0] = [];

#[test]
fn the_terminal_is_given_back_after_fifty_deaths_of_every_cause() {
    deaths::run(1, 50).unwrap();
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
