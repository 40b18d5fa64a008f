//! The commands that print a long session: every entry, from the disk.

use std::fs;
use std::io::Write;
use std::process::ExitCode;

use firedamp::domain::base::{Digest, Language};
use firedamp::domain::session::{Anchor, Entry, Event};
use firedamp::host::store::Store;
use firedamp::run::timeline::{self, Form};
use firedamp::run::verify::{Asked, verify};
use tempfile::TempDir;

use crate::{ID, noted, notes, session};

fn printed(store: &Store, form: Form) -> (ExitCode, String, String) {
    let (mut out, mut help) = (Vec::new(), Vec::new());
    let code = timeline::print(store, ID, form, &mut out, &mut help).unwrap();
    (code, String::from_utf8(out).unwrap(), String::from_utf8(help).unwrap())
}

#[test]
fn the_timeline_prints_every_entry_and_nothing_that_acts() {
    let place = TempDir::new().unwrap();
    let mut events = notes(30);
    events.push(noted("\u{1b}]52;c;eA==\u{7} \u{202e}evil"));
    let store = session(place.path(), events).keeping(3);
    let (code, words, help) = printed(&store, Form::Words(Language::En));
    assert_eq!((code, words.lines().count(), help.as_str()), (ExitCode::SUCCESS, 32, ""));
    assert!(words.starts_with("#1  2026-11-21 17:30:00Z  suda  "), "{words}");
    assert!(words.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')), "{words:?}");
    let (_, json, _) = printed(&store, Form::Json);
    let entries: Vec<Entry> =
        json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(entries, store.keeping(usize::MAX).observe(ID).unwrap().entries);
    assert!(json.chars().all(|c| c == '\n' || (' '..='~').contains(&c)), "{json:?}");
}

#[test]
fn the_timeline_prints_what_holds_of_a_damaged_journal_and_says_so() {
    let place = TempDir::new().unwrap();
    let store = session(place.path(), notes(30));
    let file = place.path().join("sessions").join(ID).join("journal.jsonl");
    let text = fs::read_to_string(&file).unwrap().replace("note 20", "note 2O");
    fs::write(&file, text).unwrap();
    let (code, words, help) = printed(&store, Form::Words(Language::En));
    assert_eq!((code, words.lines().count()), (ExitCode::FAILURE, 21));
    assert!(help.contains("does not hold") && help.contains("firedamp verify"), "{help}");
}

#[test]
fn a_reader_that_has_enough_ends_the_timeline() {
    struct Head(usize);
    impl Write for Head {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += 1;
            if self.0 > 1 { Err(std::io::ErrorKind::BrokenPipe.into()) } else { Ok(bytes.len()) }
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let place = TempDir::new().unwrap();
    let store = session(place.path(), notes(2_000));
    let mut out = Head(0);
    let ended = timeline::print(&store, ID, Form::Json, &mut out, &mut Vec::new());
    assert!(ended.unwrap_err().to_string().contains("cannot write the answer"));
    assert_eq!(out.0, 2, "nothing is written to somebody who has left");
}

#[test]
fn anchors_of_any_age_are_proved() {
    let place = TempDir::new().unwrap();
    let mut events = notes(6_000);
    let named = |seq: u64, store: &Store| {
        let mut after = None;
        store
            .verify_each(ID, |it| after = after.or((it.seq == seq + 1).then_some(it.prev)))
            .unwrap();
        Anchor::of(seq, after.unwrap())
    };
    let before = session(place.path(), events.clone());
    let (first, last) = (named(2, &before), named(6_000, &before));
    // Shown long after, and in time.
    let again = TempDir::new().unwrap();
    events.extend([Event::Anchored { anchor: first }, Event::Anchored { anchor: last }]);
    let store = session(again.path(), events);
    let asked = |anchor| {
        let mut out = Vec::new();
        let code = verify(
            &store,
            ID,
            Asked { each: true, anchor: Some(anchor), ..Asked::default() },
            &mut out,
        )
        .unwrap();
        (code, String::from_utf8(out).unwrap())
    };
    // The two journals were begun by different calls of `create`, at one made-up moment and in one boot.
    for anchor in [first, last] {
        let (code, text) = asked(anchor);
        assert_eq!(code, ExitCode::SUCCESS, "{}", text.lines().last().unwrap());
        assert!(text.contains("the anchor fits"));
        assert_eq!(text.lines().filter(|line| line.contains("  holds  ")).count(), 6_003);
    }
    let wrong = Anchor::of(2, Digest([9; 32]));
    assert_eq!(asked(wrong).0, ExitCode::FAILURE);
}
