//! The screen is left in every way there is: the terminal is given back, and no CPU is burnt.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support;
use crate::support::pty::{Cockpit, Key};
use crate::{Place, run, strange};

#[test]
fn a_hang_up_ends_the_program_within_a_second_and_the_journal_is_whole() {
    let place = Place::new();
    let mut desk = place.cockpit("suda", &[], (80, 24));
    desk.wait_until("it is open", |screen| screen.contains("saved"));
    desk.type_keys("mbefore the line drops");
    desk.press(Key::Enter);
    desk.wait_until("the note is on disk", |_| place.journal().contains("before the line drops"));
    desk.hang_up();
    let gone = Instant::now();
    while desk.is_running() {
        assert!(
            gone.elapsed() < Duration::from_secs(1),
            "it is still there a second after the hang-up"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    let (code, out, _) = run(&["verify", "latest", "--dir", &place.sessions()]);
    assert_eq!(code, Some(0), "{out}");
}

#[test]
fn the_terminal_is_given_back_after_leaving_and_after_signals() {
    for ending in [None, Some(Signal::TERM), Some(Signal::HUP), Some(Signal::INT)] {
        let place = Place::new();
        let mut desk = place.cockpit("suda", &[], (80, 24));
        desk.wait_until("it is open", |screen| screen.contains("saved"));
        match ending {
            None => {
                desk.type_keys("q");
                desk.press(Key::Enter);
            }
            Some(signal) => desk.signal(signal),
        }
        desk.wait_for_exit(Duration::from_secs(20));
        assert_eq!(desk.termios(), desk.termios_before(), "{ending:?}");
        let screen = desk.full_screen();
        assert!(
            !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste(),
            "{ending:?}"
        );
    }
}

#[test]
fn a_panic_gives_the_terminal_back_and_leaves_a_report_where_the_session_is() {
    let place = Place::new();
    let program = support::example("standin-panic");
    let home = place.home();
    let mut desk =
        Cockpit::start_program(&program, &[&home], &[("TERM", "xterm-256color")], 80, 24);
    desk.wait_until("it says what to do next", |screen| screen.contains("next:"));
    assert!(!desk.wait_for_exit(Duration::from_secs(20)).success());
    assert_eq!(desk.termios(), desk.termios_before());
    assert!(!desk.full_screen().alternate_screen() && !desk.full_screen().hide_cursor());
    let mut odd = strange(&desk.raw());
    // It falls in the middle of a sequence; giving the terminal back cuts that one off.
    odd.retain(|it| !it.what.contains("\\x18"));
    assert_eq!(odd, [], "what a panic says is not trusted either");
    let report = fs::read_to_string(place.0.path().join("crash.txt")).unwrap();
    assert!(report.contains("it fell^[]0;over^G"), "{report}");
}

#[test]
fn the_last_words_of_a_screen_and_of_its_guard_are_in_the_language_of_the_screen() {
    let program = support::example("standin-panic");
    for (language, fell, killed) in [
        ("en", "the program met a fault of its own", "the screen has ended, and not by itself"),
        ("th", "โปรแกรมผิดพลาดเอง", "จอถูกปิดโดยไม่ได้สั่ง"),
    ] {
        let home = Place::new();
        let env = [("FIREDAMP_LANG", language)];
        let mut desk = Cockpit::start_program(&program, &[&home.home()], &env, 100, 24);
        desk.wait_until("the panic is told", |screen| screen.contains(fell));
        desk.wait_until("and where its report is", |screen| screen.contains("crash.txt"));
        desk.wait_for_exit(Duration::from_secs(20));
        let mut desk = home.cockpit("suda", &["--lang", language], (100, 30));
        desk.wait_until("it is open", |screen| screen.contains("PB-31"));
        desk.kill9();
        let screen = desk.screen();
        assert!(screen.contains(killed) && screen.contains("SIGKILL (9)"), "{screen}");
        let command = format!("firedamp resume --dir {}", home.sessions());
        // A long path goes on in the next line.
        let one_line: String = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        let whole = one_line.replace(' ', "").contains(&command.replace(' ', ""));
        assert!(whole, "{command}: {screen}");
    }
}

#[test]
fn a_lost_terminal_burns_no_cpu_even_if_nobody_heard_the_hang_up() {
    let place = Place::new();
    let script = format!(
        "trap '' HUP; exec {} --dir {} --as suda",
        env!("CARGO_BIN_EXE_firedamp"),
        place.sessions()
    );
    let env = [("HOME", place.home()), ("TERM", "xterm-256color".into())];
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut desk = Cockpit::start_program(Path::new("/bin/sh"), &["-c", &script], &env, 80, 24);
    desk.wait_until("it is open", |screen| screen.contains("saved"));
    desk.hang_up();
    let gone = Instant::now();
    while desk.is_running() {
        assert!(gone.elapsed() < Duration::from_secs(1), "it is still there a second after");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn control_z_gives_the_terminal_to_the_shell_and_fg_brings_every_mode_back() {
    let place = Place::new();
    let env = [
        ("HOME", place.home()),
        ("TERM", "xterm-256color".into()),
        ("PATH", "/usr/bin:/bin".into()),
    ];
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut desk = Cockpit::start_program(Path::new("/bin/bash"), &["--norc", "-i"], &env, 100, 40);
    desk.type_keys(env!("CARGO_BIN_EXE_firedamp"));
    desk.type_keys(&format!(" --dir {} --as suda", place.sessions()));
    desk.press(Key::Enter);
    desk.wait_until("it is open", |screen| screen.contains("saved"));
    desk.press(Key::Ctrl('z'));
    desk.wait_until("the shell has the terminal", |screen| screen.contains("Stopped"));
    assert!(!desk.full_screen().alternate_screen() && !desk.full_screen().hide_cursor());
    desk.type_keys("fg");
    desk.press(Key::Enter);
    desk.wait_until("the cockpit is back", |screen| screen.contains("saved"));
    assert!(desk.full_screen().alternate_screen() && desk.full_screen().hide_cursor());
    desk.type_keys("q");
    desk.press(Key::Enter);
    desk.wait_until("it ended in good order", |_| place.journal().contains("\"left\""));
}

#[test]
fn control_z_without_a_shell_stops_nothing() {
    let place = Place::new();
    let mut desk = place.cockpit("suda", &[], (100, 30));
    desk.wait_until("it is open", |screen| screen.contains("saved"));
    desk.press(Key::Ctrl('z'));
    desk.wait_until("it says why", |screen| screen.contains("no shell"));
}
