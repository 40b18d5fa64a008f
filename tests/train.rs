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
    assert!(cockpit.wait_for_exit(Duration::from_secs(20)).success());
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
        screen.contains("no walkthrough called web-04") && screen.contains(NAME)
    });
    assert_eq!(cockpit.wait_for_exit(Duration::from_secs(20)).exit_code(), 2);
}

#[test]
fn the_beginning_of_a_name_that_only_one_walkthrough_has_is_enough() {
    let place = Place::new();
    let mut cockpit = place.run(&["train", "web"]);
    cockpit.wait_until("the story", |screen| screen.contains("third night"));
}

/// Begins to train: reads the story, and the tape runs.
fn begin(place: &Place) -> Cockpit {
    let mut cockpit = place.run(&["train", NAME]);
    cockpit.wait_until("the story", |screen| {
        screen.contains("#TRAINING#") && screen.contains("third night")
    });
    cockpit.press(Key::Enter);
    cockpit.wait_until("the work", |screen| screen.contains("Task 1/7"));
    cockpit
}

#[test]
fn a_training_that_was_cut_off_goes_on_where_it_was() {
    let place = Place::new();
    let mut cockpit = begin(&place);
    // The first inject, at 30 seconds; the miner is there by then.
    cockpit.type_keys("}");
    cockpit.wait_until("the miner", |screen| screen.contains("pool.firedamp.example"));
    cockpit.type_keys("p");
    cockpit.type_keys("gd");
    cockpit.wait_until("the flow", |screen| screen.contains("Which environment?"));
    cockpit.type_keys(" ");
    cockpit.wait_until("a choice on disk", |_| place.journal().contains("\"chose\""));
    cockpit.type_keys("i");
    cockpit.wait_until("a hint", |screen| screen.contains("Hint 1/3"));
    cockpit.kill9();
    let journal = place.journal();
    assert!(journal.contains("suda") && !journal.contains("\"by\":\"web-03"));
    assert!(journal.contains("\"tape-at\"") && journal.contains("\"hinted\""));
    assert!(!place.sessions()[0].join("telemetry").exists(), "nothing is recorded in training");

    let mut again = place.run(&["train", NAME]);
    again.wait_until("what was begun", |screen| {
        screen.contains("#TRAINING#") && screen.contains("cut off") && screen.contains("anew")
    });
    again.press(Key::Enter);
    again.wait_until("the same place", |screen| screen.contains("Hint 1/3"));
    again.press(Key::Enter);
    again.wait_until("the same place on the tape", |screen| {
        screen.contains("pool.firedamp.example") && screen.contains("00:00:3")
    });
    assert_eq!(place.sessions().len(), 1);
    leave(again);
}

#[test]
fn a_training_that_was_left_goes_on_and_one_that_is_over_shows_its_debrief() {
    let place = Place::new();
    let mut cockpit = begin(&place);
    cockpit.type_keys("}");
    cockpit.wait_until("the miner", |screen| screen.contains("pool.firedamp.example"));
    cockpit.type_keys("]]]");
    cockpit.wait_until("a minute", |screen| screen.contains("00:01:0"));
    leave(cockpit);

    let mut again = place.run(&["resume", "latest"]);
    again.wait_until("the story", |screen| screen.contains("third night"));
    again.press(Key::Enter);
    again.wait_until("the same place on the tape", |screen| screen.contains("00:01:0"));
    again.type_keys("D");
    again.wait_until("the question", |screen| screen.contains("End the training?"));
    again.type_keys("y");
    again.wait_until("the debrief", |screen| {
        screen.contains("Score") && screen.contains("missing") && screen.contains("= same")
    });
    again.press(Key::Esc);
    again.wait_until("the work", |screen| !screen.contains("Score"));
    leave(again);
    let journal = place.journal();

    let mut over = place.run(&["resume", "latest"]);
    over.wait_until("the debrief again", |screen| screen.contains("Score 0/100"));
    over.press(Key::Esc);
    over.wait_until("the work", |screen| !screen.contains("Score"));
    leave(over);
    assert_eq!(place.journal(), journal, "who looks at a debrief writes nothing");

    let mut printed = place.run(&["debrief", "latest", "--lang", "th"]);
    printed.wait_until("the debrief as text", |screen| screen.contains("ยังขาด"));
    assert!(printed.wait_for_exit(Duration::from_secs(20)).success());
    let mut listed = place.run(&["sessions", "--json"]);
    listed.wait_until("its points", |screen| screen.contains("\"score\":0"));

    let new = begin(&place);
    leave(new);
    assert_eq!(place.sessions().len(), 2, "one that is over is not gone on with");
    let mut early = place.run(&["debrief", "latest"]);
    early.wait_until("the complaint", |screen| screen.contains("it is not over"));
    assert_eq!(early.wait_for_exit(Duration::from_secs(20)).exit_code(), 2);
    let mut third = place.run(&["train", NAME]);
    third.wait_until("both", |screen| screen.contains("left in good") && screen.contains("0/100"));
    third.type_keys("n");
    third.wait_until("a third one", |screen| screen.contains("third night"));
    assert_eq!(place.sessions().len(), 3);
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
    // From entry to entry: the choice appears, behind what was found on this host meanwhile.
    for _ in 0..40 {
        if replay.screen().contains("Which environment?") {
            break;
        }
        replay.type_keys("}");
        std::thread::sleep(Duration::from_millis(250));
    }
    replay.wait_until("the choice", |screen| screen.contains("Which environment?"));
    replay.type_keys("m");
    replay.wait_until("no pen", |screen| screen.contains("A replay writes nothing"));
    leave(replay);
    assert_eq!(place.journal(), journal);
}

#[test]
fn a_session_without_a_recording_is_not_replayed() {
    let place = Place::new();
    leave(begin(&place));
    let mut replay = place.run(&["replay", "latest"]);
    replay.wait_until("the complaint", |screen| screen.contains("nothing was recorded in it"));
    assert_eq!(replay.wait_for_exit(Duration::from_secs(20)).exit_code(), 2);
}

#[test]
fn a_damaged_recording_names_its_file_and_plays_what_is_whole() {
    let place = Place::new();
    let mut cockpit = place.run(&["--new"]);
    cockpit.wait_until("the session", |screen| screen.contains("PB-31"));
    std::thread::sleep(Duration::from_secs(4));
    leave(cockpit);
    let mut cockpit = place.run(&["resume"]);
    cockpit.wait_until("the session", |screen| screen.contains("PB-31"));
    std::thread::sleep(Duration::from_secs(3));
    leave(cockpit);
    let file = place.sessions()[0].join("telemetry/00001.jsonl.zst");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 40].fill(0xa5);
    fs::write(&file, bytes).unwrap();

    let mut replay = place.run(&["replay", "latest"]);
    replay.wait_until("which file", |screen| {
        screen.contains("#REPLAY#") && screen.contains("00001.jsonl.zst damaged")
    });
    replay.wait_until("a frame of what is whole", |screen| screen.contains("CPU"));
    leave(replay);
}
