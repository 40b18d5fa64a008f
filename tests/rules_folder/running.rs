//! The cockpit that runs takes rules over as soon as a file of them is written, and says what is wrong with one.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::pack;
use super::support::pty::Cockpit;

/// Bears the words that it is given and does nothing: this program itself, as the test below.
struct Bearer(Child);

impl Bearer {
    fn of(words: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["running::bears_words", "--exact", "--ignored", words]);
        Self(command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap())
    }
}

impl Bearer {
    /// Its row in the list of processes has the marks of what is confirmed, and by a rule.
    fn is_confirmed(&self, screen: &str) -> bool {
        let pid = format!(" {} ", self.0.id());
        screen.lines().any(|it| it.contains(&pid) && it.contains(" !R "))
    }
}

impl Drop for Bearer {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
#[ignore = "what the others look at, in a process of its own"]
fn bears_words() {
    std::io::stdin().read_line(&mut String::new()).ok();
}

struct Place {
    home: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.rules().join(name), text).unwrap();
    }

    fn rules(&self) -> PathBuf {
        self.home.path().join(".config/firedamp/rules")
    }

    fn cockpit(&self, language: &str) -> Cockpit {
        let sessions = self.home.path().join("s").display().to_string();
        let args = ["--dir", &sessions, "--as", "suda", "--new", "--lang", language];
        let home = self.home.path().display().to_string();
        let mut desk = Cockpit::start(&args, &[("HOME", &home), ("XDG_CONFIG_HOME", "")], 120, 36);
        desk.wait_until("it is open", |screen| {
            screen.contains("saved") || screen.contains("บันทึกแล้ว")
        });
        desk
    }
}

/// Does it until the screen shows what it should: whatever else this host shows takes a notice's line too.
fn until(desk: &Cockpit, act: impl Fn(), shows: impl Fn(&str) -> bool) {
    for _ in 0..15 {
        act();
        for _ in 0..60 {
            if shows(&desk.screen()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    panic!("it never came; the screen:\n{}", desk.screen());
}

#[test]
fn an_indicator_that_is_added_while_the_cockpit_runs_confirms_who_bears_it() {
    let place = Place::new();
    let marked = Bearer::of("zz9.work.example:443");
    let mut desk = place.cockpit("en");
    // Neither the folder nor the one above it is there yet.
    fs::create_dir_all(place.rules()).unwrap();
    place.write("case7.toml", &pack("indicators = [\"work.example\"]\n"));
    desk.wait_until("who bears it is confirmed", |screen| marked.is_confirmed(screen));
    until(
        &desk,
        || place.write("case7.toml", &pack("indicators = [\"work.example\", \"192.0.2.7\"]\n")),
        |screen| screen.contains("Rules in force: 4 indicators, 3 Sigma rules."),
    );
}

#[test]
fn a_fault_in_a_file_is_on_the_screen_with_its_line_and_what_to_do() {
    let place = Place::new();
    fs::create_dir_all(place.rules()).unwrap();
    let desk = place.cockpit("en");
    until(
        &desk,
        || place.write("seen.txt", "192.0.2.7\n0.0.0.0/0\n"),
        |screen| screen.contains("seen.txt:2: `0.0.0.0/0` holds too many strangers"),
    );
    until(
        &desk,
        || place.write("seen.txt", "192.0.2.7\n198.51.100.0/24\n"),
        |screen| screen.contains("Rules in force: 4 indicators"),
    );
}

#[test]
fn a_file_that_becomes_unreadable_leaves_what_it_said_before_in_force() {
    let place = Place::new();
    let marked = Bearer::of("zz9.work.example:443");
    fs::create_dir_all(place.rules()).unwrap();
    place.write("case7.toml", &pack("indicators = [\"work.example\"]\n"));
    let mut desk = place.cockpit("th");
    desk.wait_until("who bears it is confirmed", |screen| marked.is_confirmed(screen));
    until(
        &desk,
        || place.write("case7.toml", "name = [\n"),
        |screen| screen.contains("กฎที่ไม่ใช้: case7.toml:1:"),
    );
    desk.wait_until("what it said stays in force", |screen| marked.is_confirmed(screen));
    fs::remove_file(place.rules().join("case7.toml")).unwrap();
    desk.wait_until("nothing is said of its bearer", |screen| !marked.is_confirmed(screen));
}

#[test]
fn a_file_that_is_only_begun_is_not_judged_by() {
    let place = Place::new();
    let marked = Bearer::of("zz9.work.example:443");
    fs::create_dir_all(place.rules()).unwrap();
    let mut desk = place.cockpit("en");
    for _ in 0..3 {
        place.write("case7.toml", "");
        std::thread::sleep(Duration::from_millis(60));
        place.write("case7.toml", &pack("indicators = [\"work.example\"]\n"));
        desk.wait_until("who bears it is confirmed", |screen| marked.is_confirmed(screen));
        fs::remove_file(place.rules().join("case7.toml")).unwrap();
        desk.wait_until("nothing is said of it", |screen| !marked.is_confirmed(screen));
    }
    desk.kill9();
    let sessions = fs::read_dir(place.home.path().join("s")).unwrap();
    let journals: Vec<String> = sessions
        .filter_map(|it| fs::read_to_string(it.unwrap().path().join("journal.jsonl")).ok())
        .collect();
    let of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert!(journals.iter().any(|it| it.contains("case7.toml")), "{journals:?}");
    assert!(journals.iter().all(|it| !it.contains(of_nothing)), "{journals:?}");
}

#[test]
fn every_fault_of_every_file_can_be_read() {
    let place = Place::new();
    fs::create_dir_all(place.rules()).unwrap();
    place.write("one.txt", "192.0.2.7\n0.0.0.0/0\n10.0.0.1\n");
    place.write("two.yml", "title: nothing\n");
    let mut desk = place.cockpit("en");
    desk.type_keys("gR");
    desk.wait_until("the files, and all that is wrong", |screen| {
        let all = [
            "one.txt:2: ",
            "one.txt:3: ",
            "two.yml:",
            "built in",
            "sha256 ",
            "firedamp rules check",
        ];
        all.iter().all(|it| screen.contains(it))
    });
}
