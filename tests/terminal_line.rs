//! The line to the terminal: stopped and taken up again, hung up, and so full that nobody takes a byte.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test ends where its stage is not set, and says what it skips"
)]

mod support;

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use support::modes::left_switched;
use support::pty::{Cockpit, Key};

/// No mode is left switched.
const NOTHING: [String; 0] = [];
const SECOND: Duration = Duration::from_secs(1);

/// Sessions that are gone with the test.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn sessions(&self) -> String {
        self.0.path().join("sessions").display().to_string()
    }

    fn cockpit(&self, size: (u16, u16)) -> Cockpit {
        let args = ["--dir", &self.sessions(), "--as", "suda"];
        let mut desk = Cockpit::start(&args, &[], size.0, size.1);
        desk.wait_until("it is open", |screen| screen.contains("saved"));
        desk
    }

    fn journal(&self) -> String {
        let session = fs::read_dir(self.sessions()).unwrap().next().unwrap().unwrap().path();
        fs::read_to_string(session.join("journal.jsonl")).unwrap()
    }

    fn is_whole(&self) -> bool {
        support::run_quietly(&["verify", "latest", "--dir", &self.sessions()]) == Some(0)
    }
}

fn process(pid: u32) -> Pid {
    Pid::from_raw(pid.cast_signed()).unwrap()
}

/// Waits until a process is gone, for less than a second from now.
fn is_gone_within_a_second(pids: &[u32]) {
    let begun = Instant::now();
    while pids.iter().any(|pid| support::is_there(*pid)) {
        assert!(begun.elapsed() < SECOND, "it is still there a second after");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A shell with job control, in which the cockpit was started, and what the shell's own modes are.
fn under_a_shell(place: &Place) -> (Cockpit, String) {
    told_under_a_shell(place, "")
}

/// The same, told what to open.
fn told_under_a_shell(place: &Place, told: &str) -> (Cockpit, String) {
    let env = [("PATH", "/usr/bin:/bin"), ("PS1", "<\\#> "), ("INPUTRC", "/dev/null")];
    let mut desk = Cockpit::start_program(Path::new("/bin/bash"), &["--norc", "-i"], &env, 100, 30);
    desk.type_keys("bind 'set enable-bracketed-paste off'\r");
    desk.wait_until("the shell waits", |screen| screen.contains("<2> "));
    let modes = desk.termios();
    desk.type_keys(env!("CARGO_BIN_EXE_firedamp"));
    desk.type_keys(&format!(" --dir {} --as suda {told}\r", place.sessions()));
    desk.wait_until("it is open", |screen| screen.contains("saved"));
    (desk, modes)
}

/// The shell has its terminal again, and waits for command number `count`.
fn shell_has_it(desk: &mut Cockpit, modes: &str, count: usize) {
    desk.wait_until("the shell waits", |screen| screen.contains(&format!("<{count}> ")));
    let end = Instant::now() + SECOND;
    // The shell sets its modes a moment after its prompt.
    while desk.termios() != modes {
        assert!(Instant::now() < end, "{} is not {modes}", desk.termios());
        thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(left_switched(&desk.raw()), NOTHING, "before command {count}");
}

fn screen_has_it(desk: &mut Cockpit, raw: &str) {
    desk.wait_until("the cockpit is back", |screen| screen.contains("saved"));
    let screen = desk.full_screen();
    assert!(screen.alternate_screen() && screen.hide_cursor() && screen.bracketed_paste());
    assert_eq!(desk.termios(), raw);
}

#[test]
fn fifty_times_control_z_and_fg_restore_every_mode_of_both() {
    let place = Place::new();
    let (mut desk, modes) = under_a_shell(&place);
    let raw = desk.termios();
    for round in 0..50 {
        desk.press(Key::Ctrl('z'));
        shell_has_it(&mut desk, &modes, 3 + round);
        desk.type_keys("fg\r");
        screen_has_it(&mut desk, &raw);
    }
    desk.type_keys("q\r");
    shell_has_it(&mut desk, &modes, 53);
    assert!(place.journal().contains("\"left\""), "it ended in good order");
}

#[test]
fn stops_from_outside_give_the_terminal_to_the_shell_as_well() {
    let place = Place::new();
    let (mut desk, modes) = under_a_shell(&place);
    let raw = desk.termios();
    let guard = support::child_of(desk.pid()).unwrap();
    let screen = support::child_of(guard).unwrap();
    for round in 0..10 {
        let ways: [&dyn Fn(); 4] = [
            &|| kill_process(process(guard), Signal::TSTP).unwrap(),
            &|| kill_process(process(screen), Signal::TSTP).unwrap(),
            &|| kill_process_group(process(guard), Signal::TSTP).unwrap(),
            &|| kill_process(process(screen), Signal::STOP).unwrap(),
        ];
        for (number, stop) in ways.iter().enumerate() {
            stop();
            shell_has_it(&mut desk, &modes, 3 + round * ways.len() + number);
            desk.type_keys("fg\r");
            screen_has_it(&mut desk, &raw);
        }
    }
}

#[test]
fn a_stopped_screen_that_is_told_to_go_goes() {
    let place = Place::new();
    let (mut desk, modes) = under_a_shell(&place);
    let guard = support::child_of(desk.pid()).unwrap();
    let screen = support::child_of(guard).unwrap();
    desk.press(Key::Ctrl('z'));
    shell_has_it(&mut desk, &modes, 3);
    desk.type_keys("kill %1\r");
    is_gone_within_a_second(&[guard, screen]);
    shell_has_it(&mut desk, &modes, 4);
    assert!(place.is_whole());
}

#[test]
fn in_the_background_it_goes_on_without_touching_the_terminal() {
    let place = Place::new();
    let (mut desk, modes) = under_a_shell(&place);
    let raw = desk.termios();
    let screen = support::child_of(support::child_of(desk.pid()).unwrap()).unwrap();
    desk.press(Key::Ctrl('z'));
    shell_has_it(&mut desk, &modes, 3);
    desk.type_keys("bg\r");
    shell_has_it(&mut desk, &modes, 4);
    desk.type_keys("echo still $((20 + 3))\r");
    desk.wait_until("keys go to the shell", |screen| screen.contains("still 23"));
    shell_has_it(&mut desk, &modes, 5);
    thread::sleep(SECOND * 2);
    let stat = fs::read_to_string(format!("/proc/{screen}/stat")).unwrap();
    assert!(!stat.contains(") T "), "it runs: {stat}");
    desk.type_keys("fg\r");
    screen_has_it(&mut desk, &raw);
    desk.type_keys("q\r");
    shell_has_it(&mut desk, &modes, 6);
}

#[test]
fn a_tape_that_runs_fast_in_the_background_comes_back_to_the_front() {
    let place = Place::new();
    let (mut desk, modes) = told_under_a_shell(&place, "train web-03-slow-at-night");
    let raw = desk.termios();
    desk.press(Key::Enter);
    desk.type_keys(">>>>");
    desk.wait_until("sixteen looks a second", |screen| screen.contains("x16"));
    desk.press(Key::Ctrl('z'));
    shell_has_it(&mut desk, &modes, 3);
    desk.type_keys("bg\r");
    shell_has_it(&mut desk, &modes, 4);
    desk.type_keys("fg\r");
    let begun = Instant::now();
    screen_has_it(&mut desk, &raw);
    assert!(begun.elapsed() < SECOND * 5, "only the end of the tape let it come back");
}

/// Nothing is sent to the terminal, and its modes stay, for this long.
fn leaves_the_terminal_alone(desk: &mut Cockpit, modes: &str, time: Duration) {
    let sent = desk.raw().len();
    let end = Instant::now() + time;
    while Instant::now() < end {
        assert_eq!(desk.termios(), modes);
        thread::sleep(Duration::from_millis(5));
    }
    let raw = desk.raw();
    assert_eq!(raw.get(sent..).unwrap().escape_ascii().take(200).collect::<Vec<_>>(), b"");
}

#[test]
fn a_screen_that_is_continued_alone_waits_for_the_foreground() {
    let place = Place::new();
    let (mut desk, modes) = under_a_shell(&place);
    let raw = desk.termios();
    let guard = support::child_of(desk.pid()).unwrap();
    let screen = process(support::child_of(guard).unwrap());
    for (round, asleep) in [0, 40, 1_700, 2_300].into_iter().enumerate() {
        kill_process(screen, Signal::STOP).unwrap();
        shell_has_it(&mut desk, &modes, 3 + 2 * round);
        // Long enough for what it does now and then to be overdue when it goes on.
        thread::sleep(Duration::from_millis(asleep));
        kill_process(screen, Signal::CONT).unwrap();
        leaves_the_terminal_alone(&mut desk, &modes, SECOND * 2);
        desk.type_keys(&format!("echo still $((20 + {round}))\r"));
        let echoed = format!("still {}", 20 + round);
        desk.wait_until("keys go to the shell", |screen| screen.contains(&echoed));
        shell_has_it(&mut desk, &modes, 4 + 2 * round);
        desk.type_keys("fg\r");
        screen_has_it(&mut desk, &raw);
        desk.type_keys("m");
        desk.wait_until("keys go to the cockpit", |screen| screen.contains("Esc"));
        desk.press(Key::Esc);
    }
}

/// A screen that was stopped for a moment either lies in the background, or answers a key. The key comes late: one
/// that is answered at once says nothing of a stop that is still on its way.
fn is_stopped_in_the_end(desk: &mut Cockpit, guard: u32) -> bool {
    let in_help = |screen: &str| screen.contains("PgUp ^u ^b");
    let begun = Instant::now();
    let mut asked = false;
    while !support::is_stopped(guard) {
        assert!(begun.elapsed() < SECOND * 10, "it neither stops nor answers: {}", desk.screen());
        if !asked && begun.elapsed() > SECOND {
            asked = true;
            desk.type_keys("?");
        }
        if in_help(&desk.screen()) {
            desk.press(Key::Esc);
            desk.wait_until("the help is closed", |screen| !in_help(screen));
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
    true
}

#[test]
fn a_screen_that_is_stopped_and_continued_at_once_has_the_terminal_whole_or_not_at_all() {
    let place = Place::new();
    let (mut desk, modes) = under_a_shell(&place);
    let raw = desk.termios();
    let guard = support::child_of(desk.pid()).unwrap();
    let screen = process(support::child_of(guard).unwrap());
    let (mut prompts, mut stopped) = (3, 0);
    for round in 0..16_u64 {
        kill_process(screen, Signal::STOP).unwrap();
        // From at once to so late that the guard has seen it.
        thread::sleep(Duration::from_micros(round * round * 200));
        kill_process(screen, Signal::CONT).unwrap();
        if is_stopped_in_the_end(&mut desk, guard) {
            stopped += 1;
            shell_has_it(&mut desk, &modes, prompts);
            leaves_the_terminal_alone(&mut desk, &modes, SECOND / 2);
            prompts += 1;
            // A key that came too late for the screen lies in the line of the shell.
            desk.type_keys("\u{15}fg\r");
        }
        screen_has_it(&mut desk, &raw);
    }
    assert!(stopped > 0, "no round put it in the background, so nothing was tried");
}

#[test]
fn a_terminal_that_is_closed_at_any_moment_ends_it_within_a_second() {
    let place = Place::new();
    for round in 0..12_u64 {
        let ignored = if round % 2 == 0 { "trap '' HUP;" } else { "" };
        let binary = env!("CARGO_BIN_EXE_firedamp");
        let script = format!("{ignored} exec {binary} --new --dir {} --as suda", place.sessions());
        let args = ["-c", script.as_str()];
        let mut desk = Cockpit::start_program(Path::new("/bin/sh"), &args, &[], 100, 30);
        desk.wait_until("it is open", |screen| screen.contains("saved"));
        desk.type_keys("mbefore the line drops\rgc ");
        thread::sleep(Duration::from_millis(round * 7));
        let guard = desk.pid();
        let screen = support::child_of(guard).unwrap();
        desk.hang_up();
        let begun = Instant::now();
        let mut cpu = Duration::ZERO;
        while desk.is_running() || support::is_there(screen) {
            assert!(begun.elapsed() < SECOND, "it is still there a second after");
            cpu = desk.cpu_time().unwrap_or(cpu);
            thread::sleep(Duration::from_millis(5));
        }
        assert!(cpu < SECOND * 2, "{cpu:?} of CPU");
        assert!(place.is_whole());
    }
}

/// Makes the program send more than any line holds, which nobody reads.
fn fill(desk: &mut Cockpit) {
    desk.stall(true);
    for round in 0..60_u16 {
        desk.resize(200 + round % 2, 60);
        thread::sleep(Duration::from_millis(12));
    }
}

#[test]
fn keys_are_answered_while_nobody_reads_the_screen() {
    let place = Place::new();
    let mut desk = place.cockpit((200, 60));
    fill(&mut desk);
    let before = desk.cpu_time().unwrap();
    desk.type_keys("mnobody sees this yet\r");
    let end = Instant::now() + SECOND * 5;
    while !place.journal().contains("nobody sees this yet") {
        assert!(Instant::now() < end, "the loop waits for the line");
        thread::sleep(Duration::from_millis(10));
    }
    thread::sleep(SECOND * 2);
    let spent = desk.cpu_time().unwrap().saturating_sub(before);
    assert!(spent < SECOND, "a full line burns the processor: {spent:?}");
    desk.stall(false);
    desk.wait_until("all of it is there at once", |screen| {
        screen.contains("nobody sees this yet") && screen.contains("saved")
    });
}

#[test]
fn one_can_leave_while_nobody_reads_the_screen() {
    for ending in [None, Some(Signal::TERM), Some(Signal::KILL)] {
        let place = Place::new();
        let mut desk = place.cockpit((200, 60));
        fill(&mut desk);
        let (guard, screen) = (desk.pid(), support::child_of(desk.pid()).unwrap());
        let begun = Instant::now();
        match ending {
            None => desk.type_keys("q\r"),
            Some(signal) => kill_process(process(screen), signal).unwrap(),
        }
        while support::is_there(guard) || support::is_there(screen) {
            assert!(begun.elapsed() < SECOND * 3, "{ending:?}: it waits for the line");
            thread::sleep(Duration::from_millis(10));
        }
        desk.stall(false);
        desk.wait_for_exit(SECOND);
        assert_eq!(desk.termios(), desk.termios_before(), "{ending:?}");
        assert_eq!(left_switched(&desk.raw()), NOTHING, "{ending:?}");
        assert!(place.is_whole());
    }
}

#[test]
fn a_tmux_session_that_is_killed_takes_the_screen_with_it() {
    let tmux = Path::new("/usr/bin/tmux");
    if !tmux.exists() {
        println!("skipped: there is no {}", tmux.display());
        return;
    }
    let place = Place::new();
    let socket = place.0.path().join("tmux").display().to_string();
    for _ in 0..5 {
        let binary = env!("CARGO_BIN_EXE_firedamp");
        let command = format!("exec {binary} --new --dir {} --as suda", place.sessions());
        tell_tmux(&socket, &["new-session", "-d", "-x", "100", "-y", "30", &command]);
        let end = Instant::now() + SECOND * 10;
        while !tell_tmux(&socket, &["capture-pane", "-p"]).contains("saved") {
            assert!(Instant::now() < end, "it does not open in tmux");
            thread::sleep(Duration::from_millis(20));
        }
        let pane = tell_tmux(&socket, &["display-message", "-p", "#{pane_pid}"]);
        let guard = pane.trim().parse().unwrap();
        let screen = support::child_of(guard).unwrap();
        tell_tmux(&socket, &["kill-session"]);
        is_gone_within_a_second(&[guard, screen]);
        assert!(place.is_whole());
    }
}

#[expect(clippy::disallowed_methods, reason = "tests start what they watch")]
fn tell_tmux(socket: &str, words: &[&str]) -> String {
    let mut command = std::process::Command::new("/usr/bin/tmux");
    command.args(["-S", socket, "-f", "/dev/null"]).args(words).env("TERM", "xterm-256color");
    String::from_utf8_lossy(&command.output().unwrap().stdout).into_owned()
}
