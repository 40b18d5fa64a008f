//! Sessions of every form that was ever released open for ever: `tests/fixtures/session-N` is one of form N.
//!
//! The first is a whole one, with a recording; the second has the kinds and members of entries that came after it; the
//! third has all there is, in its recording too, and a redacted copy beside it. The
//! hosts, the people and the processes in them are made up, and so are the anchor and the signature. A new form gets a new folder by
//! `FIREDAMP_FIXTURE=tests/fixtures/session-N cargo test --test old_sessions -- --ignored make_a_new_one`; the old
//! ones stay.
#![expect(clippy::unwrap_used, reason = "a broken test should stop where it is")]

#[path = "old_sessions/first.rs"]
mod first;
#[path = "incident/mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod incident;
#[path = "old_sessions/make.rs"]
mod make;
#[path = "old_sessions/seen.rs"]
mod seen;
#[path = "old_sessions/third.rs"]
mod third;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use firedamp::domain::base::Language;
use firedamp::domain::playbook::ItemId;
use firedamp::domain::session::{Event, ItemState, write};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::store::bundle::{Outcome, Wanted};
use firedamp::host::store::{Hand, Store};
use firedamp::words::session::event as told;
use incident::moment;
use tempfile::TempDir;

const ID: &str = "20261121T173000Z-web-03-example";
/// Entries, and the digest of the last line, of the session of form 1. They never change.
const ENTRIES: u64 = 22;
const HEAD: &str = "087db11a8ef829997b98e316ce52a1d809800e3836b1ab0b8019fcf2ce56c47a";

/// The same of the session of form 2.
const LATER_ENTRIES: u64 = 15;
const LATER_HEAD: &str = "e4eadeb19f490a5a6f4abf081f357cc24a392a6c547bb571dfef0139e2b55966";

fn fixtures() -> PathBuf {
    form(1)
}

fn form(number: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/session-{number}"))
}

/// A copy that is ours alone, as the store wants it; what git checks out has the bits of its umask.
fn copy() -> (TempDir, Store) {
    copy_of(1)
}

fn copy_of(number: u32) -> (TempDir, Store) {
    let place = TempDir::new().unwrap();
    copy_into(&form(number), place.path());
    fs::set_permissions(place.path(), Permissions::from_mode(0o700)).unwrap();
    let store = Store::at(place.path()).unwrap();
    (place, store)
}

fn copy_into(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            fs::create_dir(&to).unwrap();
            copy_into(&path, &to);
            fs::set_permissions(&to, Permissions::from_mode(0o700)).unwrap();
        } else {
            fs::write(&to, fs::read(&path).unwrap()).unwrap();
            fs::set_permissions(&to, Permissions::from_mode(0o600)).unwrap();
        }
    }
}

fn lines() -> Vec<Vec<u8>> {
    let journal = fs::read(fixtures().join(ID).join("journal.jsonl")).unwrap();
    journal.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

#[test]
fn it_is_whole_as_it_lies_in_the_tree() {
    let verified = Store::of_copies(&fixtures()).unwrap().verify(ID).unwrap();
    assert!(verified.verdict.is_whole() && verified.playbook_intact, "{verified:?}");
    assert_eq!(verified.verdict.entries, ENTRIES);
    assert_eq!(verified.verdict.head.to_string(), HEAD);
}

#[test]
fn its_state_is_what_it_was() {
    let (_place, store) = copy();
    let state = store.observe(ID).unwrap().state;
    assert_eq!(state.opening.unwrap().host, "web-03.example".into());
    let choices: Vec<_> = state.choices.iter().map(|it| (it.seq, it.node.0.as_str())).collect();
    assert_eq!(choices, [(4, "A")]);
    assert_eq!(state.gone.len(), 1);
    assert_eq!(state.items[&ItemId("1.3/1".into())].state, ItemState::Done);
    assert_eq!(state.items[&ItemId("1.3/2".into())].reason, "ไม่มี GPU".into());
    let notes: Vec<_> = state.notes.iter().map(|note| note.text.clone()).collect();
    assert_eq!(
        notes,
        ["the pool answers\u{1b}[2J".into(), "said with more".into()] as [Untrusted; 2]
    );
    assert_eq!(state.findings.len(), 1);
    assert_eq!(state.acknowledged.len(), 1);
    assert_eq!(state.handoff.unwrap().accepted.unwrap().0, "somsak".into());
    assert_eq!(state.unknown, [17, 18], "a kind, and a part of a kind, that nobody knows");
    assert!(state.left);
}

#[test]
fn what_is_unknown_in_it_is_shown_as_unknown() {
    let (_place, store) = copy();
    let entries = store.observe(ID).unwrap().entries;
    let said = |at: usize, language| told(language, &entries[at].event).plain(60);
    assert_eq!(said(16, Language::En), "an event of a kind unknown here: froze");
    assert_eq!(said(17, Language::En), "note: said with more (more in it is unknown here)");
    assert!(said(17, Language::Th).ends_with("(มีส่วนที่รุ่นนี้ไม่รู้จัก)"));
}

#[test]
fn writing_its_entries_again_gives_the_same_bytes() {
    let (_place, store) = copy();
    let again: Vec<Vec<u8>> =
        store.observe(ID).unwrap().entries.iter().map(|it| write(it).unwrap()).collect();
    assert_eq!(again, lines());
}

#[test]
fn it_is_taken_up_and_goes_on() {
    let (_place, store) = copy();
    let opened = store.open(ID, &"suda".into()).unwrap();
    assert!(opened.recovered.is_empty() && opened.trouble.is_none());
    let Hand::Pen(mut journal) = opened.hand else { panic!("nobody has it") };
    let event = Event::Resumed { version: env!("CARGO_PKG_VERSION").into() };
    journal.append(moment(900_000), &"suda".into(), event).unwrap();
    drop(journal);
    let verdict = store.verify(ID).unwrap().verdict;
    assert!(verdict.is_whole());
    assert_eq!(verdict.entries, ENTRIES + 1);
    let journal = fs::read(store.path().join(ID).join("journal.jsonl")).unwrap();
    assert!(journal.starts_with(&lines().concat()));
}

#[test]
fn its_recording_plays() {
    let (_place, store) = copy();
    let mut tape = store.tape(ID).unwrap();
    assert!(tape.damage().is_empty());
    assert_eq!(tape.len(), 70);
    for at in [0, 30, 69, 5] {
        assert_eq!(tape.at(at).unwrap(), first::seen(at as u64), "snapshot {at}");
    }
}

#[test]
fn it_travels_byte_for_byte() {
    let (_place, store) = copy();
    let mut bundle = Vec::new();
    store.export(ID, &Wanted::default(), moment(0), &mut bundle).unwrap();
    let there = TempDir::new().unwrap();
    let there = Store::at(&there.path().join("sessions")).unwrap();
    let imported = there.import(&mut &bundle[..]).unwrap();
    let Outcome::New { path, playbook_intact: true } = imported.outcome else {
        panic!("{imported:?}")
    };
    for file in ["journal.jsonl", "playbook.md", "telemetry/00001.jsonl.zst"] {
        let (sent, came) = (fs::read(fixtures().join(ID).join(file)), fs::read(path.join(file)));
        assert_eq!(sent.unwrap(), came.unwrap(), "{file}");
    }
}

#[test]
fn the_second_one_is_whole_and_writing_it_again_gives_the_same_bytes() {
    let verified = Store::of_copies(&form(2)).unwrap().verify(ID).unwrap();
    assert!(verified.verdict.is_whole() && verified.playbook_intact, "{verified:?}");
    assert_eq!(verified.verdict.entries, LATER_ENTRIES);
    assert_eq!(verified.verdict.head.to_string(), LATER_HEAD);
    let (_place, store) = copy_of(2);
    let again: Vec<u8> =
        store.observe(ID).unwrap().entries.iter().flat_map(|it| write(it).unwrap()).collect();
    assert_eq!(again, fs::read(form(2).join(ID).join("journal.jsonl")).unwrap());
}

#[test]
fn the_state_of_the_second_one_is_what_it_was() {
    let (_place, store) = copy_of(2);
    let opened = store.observe(ID).unwrap();
    let state = opened.state;
    assert!(state.unknown.is_empty(), "this version knows all of it: {:?}", state.unknown);
    assert_eq!(state.items[&ItemId("1.3/1".into())].state, ItemState::Open);
    assert!(state.notes.is_empty(), "the note was taken back");
    assert_eq!(state.signatures.len(), 1);
    let handoff = state.handoff.unwrap();
    assert_eq!((&handoff.to, handoff.seq), (&"niran".into(), 7));
    assert_eq!(handoff.accepted.as_ref().unwrap().0, "mali".into());
    assert_eq!(handoff.instead_of(&"mali".into()), "niran".into());
    let accepted = told(Language::En, &opened.entries[7].event).plain(60);
    assert_eq!(accepted, "handoff accepted: #7, signed for niran");
}
