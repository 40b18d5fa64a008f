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
        let (id, sessions) = (id(&home.session()), home.sessions());
        let command = format!("firedamp resume {id} --dir {sessions} --as suda --lang {language}");
        says(&desk, &command);
    }
}

fn id(session: &Path) -> String {
    session.file_name().unwrap().to_str().unwrap().to_owned()
}

/// A long command goes on in the next line.
#[track_caller]
fn says(desk: &Cockpit, command: &str) {
    let screen = desk.screen();
    let one_line: String = screen.split_whitespace().collect();
    assert!(one_line.contains(&command.replace(' ', "")), "{command}: {screen}");
}

#[test]
fn whoever_loses_a_screen_is_told_the_session_that_was_on_it_and_goes_on_with_that() {
    let place = Place::new();
    let mut desk = place.cockpit("suda", &[], (120, 30));
    desk.wait_until("it is open", |screen| screen.contains("saved"));
    desk.type_keys("mthe older one");
    desk.press(Key::Enter);
    desk.wait_until("the note is on disk", |_| place.journal().contains("the older one"));
    let older = id(&place.session());
    desk.kill9();
    let mut newer = place.cockpit("suda", &["--new"], (120, 30));
    newer.wait_until("it is open", |screen| screen.contains("saved"));
    newer.type_keys("q");
    newer.press(Key::Enter);
    newer.wait_for_exit(Duration::from_secs(20));
    let options = ["resume", &older, "--theme", "mono", "--glyphs=ascii", "--no-raise"];
    let mut desk = place.cockpit("suda", &options, (120, 30));
    desk.wait_until("it is open", |screen| screen.contains("PB-31"));
    desk.kill9();
    let sessions = place.sessions();
    let words =
        format!("resume {older} --dir {sessions} --as suda --theme mono --glyphs ascii --no-raise");
    says(&desk, &format!("firedamp {words}"));
    let words: Vec<&str> = words.split(' ').collect();
    let mut again = Cockpit::start(&words, &[("HOME", &place.home())], 120, 30);
    again.type_keys("6");
    again.wait_until("it is the same session", |screen| screen.contains("the older one"));
}

#[test]
fn whoever_came_by_sudo_is_told_to_come_by_it_again() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("left out, since only root can have come by sudo");
        return;
    }
    let place = Place::new();
    let (sessions, home) = (place.sessions(), place.home());
    let env = [("HOME", home.as_str()), ("SUDO_UID", "1000"), ("SUDO_USER", "aor")];
    let args = ["--dir", &sessions, "--as", "suda", "--new"];
    let mut desk = Cockpit::start(&args, &env, 120, 30);
    desk.wait_until("it is open", |screen| screen.contains("saved"));
    desk.kill9();
    let screen = desk.screen();
    let one_line: String = screen.split_whitespace().collect();
    assert!(one_line.contains("goonwith:sudo/"), "{screen}");
    let words = format!("firedamp resume {} --dir {sessions} --as suda", id(&place.session()));
    says(&desk, &words);
}

#[test]
fn a_training_goes_on_by_its_name_and_what_writes_no_session_by_the_same_words() {
    let place = Place::new();
    let mut desk = place.cockpit("suda", &["train", "web"], (120, 36));
    desk.wait_until("the story", |screen| screen.contains("third night"));
    let training = id(&place.session());
    desk.kill9();
    let sessions = place.sessions();
    let words = format!("resume {training} --dir {sessions} --as suda");
    says(&desk, &format!("firedamp {words}"));
    let words: Vec<&str> = words.split(' ').collect();
    let mut again = Cockpit::start(&words, &[("HOME", &place.home())], 120, 36);
    again.wait_until("the training goes on", |screen| screen.contains("TRAINING"));
    again.kill9();

    let mut list = place.cockpit("suda", &["--new", "train", "web"], (120, 36));
    list.wait_until("a new one has begun", |screen| screen.contains("third night"));
    list.kill9();
    let mut list = place.cockpit("suda", &["train", "web"], (120, 36));
    list.wait_until("those that were begun", |screen| screen.contains("cut off"));
    list.kill9();
    says(&list, &format!("firedamp --dir {sessions} --as suda train web"));
}

#[test]
fn a_replay_that_is_killed_is_played_again() {
    let place = Place::new();
    let mut desk = place.cockpit("suda", &[], (120, 30));
    desk.wait_until("it is open", |screen| screen.contains("saved"));
    std::thread::sleep(Duration::from_secs(3));
    desk.type_keys("q");
    desk.press(Key::Enter);
    desk.wait_for_exit(Duration::from_secs(20));
    let mut replay = place.cockpit("suda", &["replay", "latest"], (120, 30));
    replay.wait_until("it is played", |screen| screen.contains("REPLAY"));
    replay.kill9();
    says(&replay, &format!("firedamp --dir {} --as suda replay latest", place.sessions()));
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
