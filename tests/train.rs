//! Training and replay with the real binary on a real terminal.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

mod support;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use support::pty::{Cockpit, Key};

const NAME: &str = "web-03-slow-at-night";

/// A place for sessions that is gone with the test.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn run(&self, args: &[&str]) -> Cockpit {
        let sessions = self.0.path().join("sessions").display().to_string();
        let home = self.0.path().display().to_string();
        let mut all = vec!["--dir", &sessions, "--as", "suda"];
        all.extend(args);
        Cockpit::start(&all, &[("HOME", &home)], 100, 36)
    }

    fn sessions(&self) -> Vec<PathBuf> {
        let found = fs::read_dir(self.0.path().join("sessions")).unwrap();
        let mut found: Vec<PathBuf> = found.map(|entry| entry.unwrap().path()).collect();
        found.sort_unstable();
        found
    }

    fn journal(&self) -> String {
        fs::read_to_string(self.sessions().last().unwrap().join("journal.jsonl")).unwrap()
    }
}

fn leave(mut cockpit: Cockpit) {
    cockpit.type_keys("q");
    cockpit.wait_until("the question whether to leave", |screen| screen.contains("Leave"));
    cockpit.press(Key::Enter);
    assert!(cockpit.wait_for_exit(Duration::from_secs(5)).success());
}

#[test]
fn walkthroughs_are_listed_in_the_language_that_was_asked_for() {
    let place = Place::new();
    let mut english = place.run(&["train"]);
    english.wait_until("the list", |screen| {
        screen.contains(NAME) && screen.contains("slow at night") && screen.contains("3:59")
    });
    let mut thai = place.run(&["train", "--lang", "th"]);
    thai.wait_until("the list in Thai", |screen| screen.contains("ช้าตอนกลางดึก"));
}

#[test]
fn a_name_that_nobody_gave_a_walkthrough_is_answered_with_those_there_are() {
    let mut cockpit = Place::new().run(&["train", "web-04"]);
    cockpit.wait_until("the complaint", |screen| {
        screen.contains("no walkthrough `web-04`") && screen.contains(NAME)
    });
    assert_eq!(cockpit.wait_for_exit(Duration::from_secs(5)).exit_code(), 2);
}

#[test]
fn a_training_that_was_cut_off_goes_on_where_it_was() {
    let place = Place::new();
    let mut cockpit = place.run(&["train", NAME]);
    cockpit.wait_until("training", |screen| screen.contains("#TRAINING#"));
    // The first inject, at 30 seconds; the miner is there by then.
    cockpit.type_keys("}");
    cockpit.wait_until("the miner", |screen| screen.contains("pool.firedamp.example"));
    cockpit.type_keys("p");
    cockpit.type_keys("gd");
    cockpit.wait_until("the flow", |screen| screen.contains("Which environment?"));
    cockpit.type_keys(" ");
    cockpit.wait_until("a choice on disk", |_| place.journal().contains("\"chose\""));
    cockpit.kill9();
    assert!(place.journal().contains("suda") && !place.journal().contains("\"by\":\"web-03"));
    assert!(!place.sessions()[0].join("telemetry").exists(), "nothing is recorded in training");

    let mut again = place.run(&["train", NAME]);
    again.wait_until("the same place on the tape", |screen| {
        screen.contains("#TRAINING#") && screen.contains("pool.firedamp.example")
    });
    assert_eq!(place.sessions().len(), 1);
    again.type_keys("D");
    again.wait_until("the debrief", |screen| {
        screen.contains("Score") && screen.contains("missing") && screen.contains("= same")
    });
    again.press(Key::Esc);
    leave(again);

    let mut new = place.run(&["train", NAME]);
    new.wait_until("a new training", |screen| screen.contains("#TRAINING#"));
    assert_eq!(place.sessions().len(), 2, "one that was left in good order is over");
}

#[test]
fn a_session_is_replayed_and_nothing_is_written() {
    let place = Place::new();
    let mut cockpit = place.run(&["--new"]);
    cockpit.wait_until("the session", |screen| screen.contains("PB-31"));
    std::thread::sleep(Duration::from_secs(3));
    cockpit.type_keys("gd");
    cockpit.wait_until("the flow", |screen| screen.contains("Which environment?"));
    cockpit.type_keys(" ");
    cockpit.wait_until("a choice on disk", |_| place.journal().contains("\"chose\""));
    std::thread::sleep(Duration::from_secs(2));
    leave(cockpit);
    let journal = place.journal();

    let mut replay = place.run(&["replay", "latest"]);
    replay.wait_until("the replay", |screen| screen.contains("#REPLAY#"));
    replay.type_keys("gt");
    replay.wait_until("the beginning of the journal", |screen| !screen.contains("Which env"));
    // To the next entry: the choice appears.
    replay.type_keys("}");
    replay.wait_until("the choice", |screen| screen.contains("Env"));
    replay.type_keys("m");
    replay.wait_until("no pen", |screen| screen.contains("replay") || screen.contains("pen"));
    leave(replay);
    assert_eq!(place.journal(), journal);
}

#[test]
fn a_session_without_a_recording_is_not_replayed() {
    let place = Place::new();
    let mut cockpit = place.run(&["train", NAME]);
    cockpit.wait_until("training", |screen| screen.contains("#TRAINING#"));
    leave(cockpit);
    let mut replay = place.run(&["replay", "latest"]);
    replay.wait_until("the complaint", |screen| screen.contains("nothing was recorded in it"));
    assert_eq!(replay.wait_for_exit(Duration::from_secs(5)).exit_code(), 2);
}
