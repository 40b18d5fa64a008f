//! `firedamp note`: notes over a pipe, and what its acknowledgement is worth.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test that sets its own stage"
)]

mod support;

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command, Output, Stdio};

use firedamp::domain::base::{Digest, Moment};
use firedamp::domain::session::{Entry, Event, Opening, PROGRAM};
use firedamp::host::store::{Hand, Store};
use support::pty::{Cockpit, Key};
use tempfile::TempDir;

const ID: &str = "20261121T173000Z-web-03";

/// Sessions that are gone with the test.
struct Place(TempDir);

impl Place {
    /// With one session in it that was cut off.
    fn new() -> Self {
        Self::with(None)
    }

    fn with(training: Option<String>) -> Self {
        let place = Self(TempDir::new().unwrap());
        let opening = Opening {
            version: "0.1.0".into(),
            host: "web-03".into(),
            playbook: "PB-31".into(),
            title: "Cryptomining".into(),
            sha256: Digest::default(),
            training,
        };
        let moment = Moment { at: "2026-11-21T17:30:00Z".parse().unwrap(), boot_ms: 0 };
        let store = Store::at(&place.0.path().join("sessions")).unwrap();
        store.create(opening, "# playbook\n", moment, &"suda".into()).unwrap();
        place
    }

    fn dir(&self) -> String {
        self.0.path().join("sessions").display().to_string()
    }

    fn store(&self) -> Store {
        Store::existing(&self.0.path().join("sessions")).unwrap()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(support::built("firedamp"));
        command.env_clear().args(["note", "--dir", &self.dir(), "--as", "ploy", ID]);
        command
    }

    /// With these words.
    fn say(&self, words: &[&[u8]]) -> Output {
        let words = words.iter().map(|word| OsStr::from_bytes(word));
        self.command().args(words).stdin(Stdio::null()).output().unwrap()
    }

    fn start(&self) -> Child {
        let mut command = self.command();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// With this input.
    fn feed(&self, input: &[u8]) -> Output {
        let mut child = self.start();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let feeding = std::thread::spawn(move || stdin.write_all(&input).ok());
        let output = child.wait_with_output().unwrap();
        feeding.join().unwrap();
        output
    }

    fn notes(&self) -> Vec<Vec<u8>> {
        let notes = self.store().observe(ID).unwrap().state.notes;
        notes.iter().map(|note| note.text.bytes().to_vec()).collect()
    }

    fn is_whole(&self) -> bool {
        self.store().verify(ID).unwrap().verdict.is_whole()
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(out(output), "", "nothing is called saved");
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(said.contains("why: ") && said.contains("next: "), "{said}");
    said
}

#[test]
fn the_words_are_one_note_in_the_name_of_whoever_says_them() {
    let place = Place::new();
    let said = place.say(&[b"load is", b"12"]);
    assert_eq!((out(&said).as_str(), said.status.code()), ("saved 2\n", Some(0)));
    assert_eq!(place.notes(), [b"load is 12"]);
    let entries = place.store().observe(ID).unwrap().entries;
    assert_eq!((entries.len(), &entries[1].by), (2, &"ploy".into()));
    assert!(place.is_whole());
}

#[test]
fn each_line_of_the_input_is_a_note_and_blank_ones_are_none() {
    let place = Place::new();
    let said = place.feed("one\n\n  two \r\n \t\nสาม".as_bytes());
    assert_eq!((out(&said).as_str(), said.status.code()), ("saved 2\nsaved 3\nsaved 4\n", Some(0)));
    let thai = "สาม".as_bytes();
    assert_eq!(place.notes(), [b"one", b"two", thai]);
}

#[test]
fn an_entry_is_called_saved_at_once_and_is_on_disk_by_then() {
    let place = Place::new();
    let mut child = place.start();
    let mut stdin = child.stdin.take().unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap());
    for number in 2..5 {
        writeln!(stdin, "note {number}").unwrap();
        let mut line = String::new();
        told.read_line(&mut line).unwrap();
        assert_eq!(line, format!("saved {number}\n"));
        assert_eq!(place.notes().len(), number - 1);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(place.notes(), [b"note 2", b"note 3", b"note 4"]);
    assert_eq!(out(&place.say(&[b"after"])), "saved 5\n");
    assert!(place.is_whole());
}

#[test]
fn a_session_that_was_left_in_good_order_still_is() {
    let place = Place::new();
    let mut opened = place.store().open(ID, &"suda".into()).unwrap();
    let Hand::Pen(journal) = &mut opened.hand else { panic!("nobody else is here") };
    let moment = Moment { at: "2026-11-21T17:31:00Z".parse().unwrap(), boot_ms: 0 };
    journal.append(moment, &"suda".into(), Event::Left).unwrap();
    drop(opened);
    assert_eq!(out(&place.say(&[b"one more"])), "saved 3\n");
    let state = place.store().observe(ID).unwrap().state;
    assert!(state.left && state.seq == 4);
}

#[test]
fn hostile_bytes_are_kept_as_they_are_and_never_printed() {
    let place = Place::new();
    let hostile = b"a\x1b]0;x\x07\xff\xfe\x00b\xe2\x80\xae";
    let said = place.feed(&[&hostile[..], b"\n"].concat());
    assert_eq!(out(&said), "saved 2\n");
    assert_eq!(place.say(&[b"\x9b31m\xc3"]).status.code(), Some(0));
    assert_eq!(place.notes(), [&hostile[..], b"\x9b31m\xc3"]);
    assert!(place.is_whole());
    let name = Command::new(support::built("firedamp"))
        .args(["note", "--dir", &place.dir(), "\x1b[31mno"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(complaint(&name).contains("no session is called ^[[31mno\n"));
}

#[test]
fn a_line_that_is_too_long_is_cut_between_letters_and_that_is_told() {
    let place = Place::new();
    let long = "ก".repeat(100_000);
    let said = place.feed(format!("{long}\nshort\n").as_bytes());
    assert_eq!(out(&said), "saved 2\nsaved 3\n");
    let notes = place.notes();
    assert_eq!(
        (notes[0].as_slice(), notes[1].as_slice()),
        (&long.as_bytes()[..7_998], &b"short"[..])
    );
    let told = String::from_utf8(said.stderr).unwrap();
    assert_eq!(told, "firedamp: entry 2 is cut: 292002 bytes were left out\n");
}

#[test]
fn no_note_is_written_where_a_screen_has_the_pen() {
    let place = Place::new();
    let args = ["--dir", &place.dir(), "--as", "suda", "resume", ID];
    let mut desk = Cockpit::start(&args, &[], 80, 24);
    desk.wait_until("it is open", |screen| screen.contains("saved"));
    let pid = desk.screen_pid().unwrap().as_raw_nonzero();
    // How the program stands on this host is its own entry, and comes by itself.
    let entries = || -> Vec<Entry> {
        let all = place.store().observe(ID).unwrap().entries;
        all.into_iter().filter(|it| it.by.bytes() != PROGRAM.as_bytes()).collect()
    };
    let before = entries();
    let said = complaint(&place.say(&[b"not now"]));
    assert!(said.contains(&format!("the pen is with suda (pid {pid} on /dev/pts/")), "{said}");
    assert!(
        said.contains("next: note it on that screen (m), or leave it there first (q)"),
        "{said}"
    );
    assert_eq!(entries(), before);
    desk.type_keys("q");
    desk.press(Key::Enter);
    desk.wait_for_exit(std::time::Duration::from_secs(10));
    assert!(out(&place.say(&[b"now"])).starts_with("saved "));
}

#[test]
fn no_note_is_written_to_a_training_or_behind_a_journal_that_is_broken() {
    let training = Place::with(Some("first".into()));
    assert!(complaint(&training.say(&[b"no"])).contains("it is a training"));
    let place = Place::new();
    assert_eq!(out(&place.say(&[b"one"])), "saved 2\n");
    let journal = place.0.path().join("sessions").join(ID).join("journal.jsonl");
    let mut bytes = fs::read(&journal).unwrap();
    bytes[100] ^= 1;
    fs::write(&journal, &bytes).unwrap();
    let said = complaint(&place.say(&[b"two"]));
    assert!(said.contains("firedamp verify ID"), "{said}");
    assert_eq!(fs::read(&journal).unwrap(), bytes);
}

#[test]
fn nothing_is_begun_where_there_is_nothing() {
    let place = TempDir::new().unwrap();
    let note = |args: &[&str]| {
        let mut command = Command::new(support::built("firedamp"));
        command.current_dir(place.path()).env_clear().args(args).stdin(Stdio::null());
        complaint(&command.output().unwrap())
    };
    assert!(note(&["note", "--dir", "none"]).contains("there is no sessions directory"));
    assert!(!place.path().join("none").exists());
    let sessions = Place::new();
    assert!(note(&["note", "--dir", &sessions.dir(), ID, " ", "\t"]).contains("the note is empty"));
    assert!(
        note(&["note", "--dir", &sessions.dir(), "2027", "x"]).contains("no session is called")
    );
}

#[test]
fn a_reader_that_goes_away_ends_it_without_a_word() {
    let place = Place::new();
    let mut child = place.start();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "one").unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(141));
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
    assert_eq!(place.notes(), [b"one"]);
}

#[test]
fn who_did_not_spell_the_session_out_is_told_once_which_it_is() {
    let sessions = Place::new();
    let note = |args: &[&str]| {
        let mut command = Command::new(support::built("firedamp"));
        let dir = sessions.dir();
        command.env_clear().args(["note", "--dir", &dir]).args(args).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"one\ntwo\n").unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(out(&output).lines().all(|line| line.starts_with("saved ")), "{output:?}");
        assert_eq!(out(&output).lines().count(), 2, "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(note(&[]), format!("firedamp: noted in {ID}\n"));
    assert_eq!(note(&["--lang", "th"]), format!("firedamp: จดไว้ใน {ID}\n"));
    assert_eq!(note(&[ID]), "", "they know");
}
