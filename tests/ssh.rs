//! Over a real SSH connection: work, lose the line, come back to the same place, and hand over to another login.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test ends where its stage is not set, and says what it skips"
)]

mod support;

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use support::place::read_card;
use support::pty::{Cockpit, Key};
use support::sshd::Sshd;

const SECOND: Duration = Duration::from_secs(1);

/// Where the sessions are; gone with the test.
struct Place(tempfile::TempDir);

impl Place {
    fn sessions(&self) -> String {
        self.0.path().join("sessions").display().to_string()
    }

    /// The only session.
    fn id(&self) -> String {
        let session = fs::read_dir(self.sessions()).unwrap().next().unwrap().unwrap();
        session.file_name().into_string().unwrap()
    }

    fn journal(&self) -> String {
        let session = PathBuf::from(self.sessions()).join(self.id());
        fs::read_to_string(session.join("journal.jsonl")).unwrap()
    }

    /// A login of `name`, who starts the cockpit there.
    fn log_in(&self, sshd: &Sshd, name: &str, more: &str) -> Cockpit {
        let (binary, sessions) = (env!("CARGO_BIN_EXE_firedamp"), self.sessions());
        sshd.log_in(&format!("exec {binary} --dir {sessions} --as {name} {more}"), 140, 44)
    }

    /// The guard on the far side: the one that works on these sessions and whose parent is no firedamp.
    fn guard(&self) -> u32 {
        let here = |pid: &u32| {
            let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let words = String::from_utf8_lossy(&words).into_owned();
            words.contains("firedamp\0--dir") && words.contains(&self.sessions())
        };
        let all = fs::read_dir("/proc").unwrap();
        let pids = all.filter_map(|it| it.unwrap().file_name().to_str()?.parse().ok());
        let found: Vec<u32> = pids.filter(here).collect();
        *found.iter().find(|pid| !found.contains(&parent(**pid))).unwrap()
    }
}

fn parent(pid: u32) -> u32 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after = stat.rsplit_once(") ").map_or("", |(_, after)| after);
    after.split(' ').nth(1).and_then(|ppid| ppid.parse().ok()).unwrap_or(0)
}

fn kill(pid: u32) {
    kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), Signal::KILL).unwrap();
}

fn server() -> Option<Sshd> {
    Sshd::start().inspect_err(|why| println!("skipped: {why}")).ok()
}

#[test]
fn work_over_ssh_survives_a_cut_connection_and_is_handed_over_to_another_login() {
    let Some(sshd) = server() else { return };
    let place = Place(tempfile::tempdir().unwrap());

    let mut desk = place.log_in(&sshd, "suda", "");
    desk.wait_until("it is open over ssh", |screen| screen.contains("saved"));
    desk.type_keys("gc1 ");
    desk.wait_until("an item is ticked", |screen| screen.contains("1/8"));
    desk.type_keys("mseen over ssh\r");
    desk.wait_until("the note is on disk", |_| place.journal().contains("seen over ssh"));
    let guard = place.guard();
    let screen = support::child_of(guard).unwrap();
    kill(parent(guard));
    let begun = Instant::now();
    while support::is_there(guard) || support::is_there(screen) {
        assert!(begun.elapsed() < SECOND, "it is still there a second after the cut");
        thread::sleep(Duration::from_millis(5));
    }
    desk.wait_for_exit(SECOND * 10);
    let before = place.journal();
    let verified = support::run_quietly(&["verify", "latest", "--dir", &place.sessions()]);
    assert_eq!(verified, Some(0));

    let mut again = place.log_in(&sshd, "suda", "");
    again.wait_until("the session is offered", |screen| screen.contains("cut off"));
    again.press(Key::Enter);
    again.wait_until("it is the same place", |screen| screen.contains("1/8"));
    again.type_keys("6");
    again.wait_until("its notes are there", |screen| screen.contains("seen over ssh"));
    assert!(place.journal().starts_with(&before), "nothing that was there has changed");

    read_card(&mut again, "S");
    again.wait_until("the brief asks for words", |screen| screen.contains("@name"));
    again.type_keys("look at cron first\r");
    again.wait_until("it asks once more", |screen| screen.contains("Sign the handoff?"));
    again.type_keys("y");
    again.wait_until("it is signed", |_| place.journal().contains("handed-off"));
    again.press(Key::Esc);
    again.type_keys("q\r");
    assert!(again.wait_for_exit(SECOND * 10).success());

    let mut next = place.log_in(&sshd, "niran", "resume");
    next.wait_until("it watches or writes", |screen| screen.contains("PB-31"));
    read_card(&mut next, "A");
    next.wait_until("it is accepted", |_| place.journal().contains("accepted"));
    next.type_keys("q\r");
    assert!(next.wait_for_exit(SECOND * 10).success());
}

#[test]
fn a_client_that_is_killed_takes_the_far_screen_with_it_and_never_the_journal() {
    let Some(sshd) = server() else { return };
    let place = Place(tempfile::tempdir().unwrap());
    for round in 0..5_u64 {
        let mut desk = place.log_in(&sshd, "suda", if round == 0 { "" } else { "resume" });
        desk.wait_until("it is open over ssh", |screen| screen.contains("saved"));
        desk.type_keys(&format!("mround {round}\r"));
        thread::sleep(Duration::from_millis(round * 11));
        let guard = place.guard();
        let screen = support::child_of(guard).unwrap();
        kill(desk.pid());
        let begun = Instant::now();
        while support::is_there(guard) || support::is_there(screen) {
            assert!(begun.elapsed() < SECOND, "it is still there a second after");
            thread::sleep(Duration::from_millis(5));
        }
        let verified = support::run_quietly(&["verify", "latest", "--dir", &place.sessions()]);
        assert_eq!(verified, Some(0), "{}", sshd.log());
    }
}

#[test]
fn a_screen_that_is_killed_over_ssh_says_so_on_the_near_side() {
    let Some(sshd) = server() else { return };
    let place = Place(tempfile::tempdir().unwrap());
    let mut desk = place.log_in(&sshd, "suda", "");
    desk.wait_until("it is open over ssh", |screen| screen.contains("saved"));
    let id = place.id();
    kill(support::child_of(place.guard()).unwrap());
    // A long command goes on in the next line.
    let one_line = |screen: &str| screen.split_whitespace().collect::<String>();
    let command = format!("resume{id}--dir{}--assuda", place.sessions());
    desk.wait_until("what to do next", |screen| one_line(screen).contains(&command));
    assert_eq!(desk.wait_for_exit(SECOND * 10).exit_code(), 137);
    assert_eq!(desk.termios(), desk.termios_before());
    assert!(!desk.full_screen().alternate_screen() && !desk.full_screen().hide_cursor());
}
