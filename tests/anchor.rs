//! Anchors: what can be read out over the phone proves the past.
#![expect(clippy::unwrap_used, reason = "a broken test should stop where it is")]

use std::path::Path;
use std::process::ExitCode;

use firedamp::domain::base::{Digest, Moment, Timestamp};
use firedamp::domain::session::{Anchor, Event, NotAnAnchor, Opening, digest};
use firedamp::host::store::{Hand, Store};
use firedamp::run::verify::{Asked, verify};
use proptest::prelude::*;
use tempfile::TempDir;

const ID: &str = "20261121T173000Z-web03";

fn moment() -> Moment {
    Moment { at: Timestamp::from_second(1_795_282_200).unwrap(), boot_ms: 0 }
}

/// A journal with an opening and these events.
fn journal(events: Vec<Event>) -> (TempDir, Store, Vec<Digest>) {
    let place = TempDir::new().unwrap();
    let store = Store::at(&place.path().join("sessions")).unwrap();
    let opening = Opening {
        version: "0.1.0".into(),
        host: "web03".into(),
        playbook: "PB-31".into(),
        title: "Cryptomining".into(),
        sha256: Digest::default(),
        training: None,
    };
    let mut opened = store.create(opening, "", moment(), &"ploy".into()).unwrap();
    let Hand::Pen(journal) = &mut opened.hand else { panic!("a new session is ours") };
    let mut state = opened.state.clone();
    let mut heads = vec![state.head()];
    for event in events {
        state.apply(&journal.append(moment(), &"ploy".into(), event).unwrap());
        heads.push(state.head());
    }
    drop(opened);
    (place, store, heads)
}

fn notes(count: u32) -> Vec<Event> {
    (1..=count).map(|it| Event::Noted { text: format!("note {it}").into(), about: None }).collect()
}

fn told(store: &Store, asked: Asked) -> (bool, String) {
    let mut out = Vec::new();
    let code = verify(store, ID, asked, &mut out).unwrap();
    (code == ExitCode::SUCCESS, String::from_utf8(out).unwrap())
}

fn with(store: &Store, anchor: Anchor) -> (bool, String) {
    told(store, Asked { each: false, anchor: Some(anchor), ..Asked::default() })
}

#[test]
fn an_anchor_is_what_the_recipe_in_its_documentation_gives() {
    let head = digest(b"firedamp\n");
    let said = Anchor::of(171, head).to_string();
    assert_eq!(said, "171 extend-surprise-join-82");
}

#[test]
fn what_was_heard_may_be_typed_in_any_of_the_usual_ways() {
    let anchor = Anchor::of(171, digest(b"x"));
    let said = anchor.to_string();
    for typed in [
        said.clone(),
        said.to_uppercase(),
        said.replace('-', " "),
        format!("  #{said} "),
        said.replace(' ', "-"),
    ] {
        assert_eq!(typed.parse(), Ok(anchor), "{typed}");
    }
}

#[test]
fn what_is_no_anchor_says_why() {
    let form = Err(NotAnAnchor::Form);
    for bad in ["", "171", "x able-zoo-pilot-07", "0 able-zoo-pilot-07", "1 able-zoo-pilot-7"] {
        assert_eq!(bad.parse::<Anchor>(), form, "{bad}");
    }
    assert_eq!("1 able-zoo-pilot-07-1".parse::<Anchor>(), form);
    assert_eq!("-1 able-zoo-pilot-07".parse::<Anchor>().map(|it| it.seq), Ok(1));
    let heard = "1 able-zoo-pylot-07".parse::<Anchor>().unwrap_err();
    assert_eq!(heard.to_string(), "`pylot` is not in the list of words");
}

#[test]
fn an_anchor_proves_everything_up_to_its_entry() {
    let (_place, store, heads) = journal(notes(5));
    let anchor = Anchor::of(4, *heads.get(3).unwrap());
    let (holds, text) = with(&store, anchor);
    assert!(holds, "{text}");
    assert!(text.contains("entries 1 to 4 are what they were when it was shown;"), "{text}");
    assert!(text.contains("2 entries came after it"), "{text}");
}

#[test]
fn a_journal_that_was_written_anew_does_not_fit_the_anchor_of_the_old_one() {
    let (_place, _store, heads) = journal(notes(5));
    let anchor = Anchor::of(4, *heads.get(3).unwrap());
    let mut others = notes(5);
    others.remove(0);
    let (_elsewhere, store, _) = journal(others);
    let (holds, text) = with(&store, anchor);
    assert!(!holds && text.contains("the chain is whole"), "{text}");
    assert!(text.contains("the anchor does not fit entry 4, whose anchor is 4 "), "{text}");
}

#[test]
fn a_journal_whose_end_was_cut_off_does_not_fit_a_later_anchor() {
    let (place, store, heads) = journal(notes(5));
    let anchor = Anchor::of(6, *heads.get(5).unwrap());
    assert!(with(&store, anchor).0);
    let path = place.path().join("sessions").join(ID).join("journal.jsonl");
    drop_last_line(&path);
    let (holds, text) = with(&store, anchor);
    assert!(!holds && text.contains("there is no entry 6 that holds,"), "{text}");
    assert!(told(&store, Asked::default()).0, "without the anchor nobody would know");
}

#[test]
fn an_anchor_before_the_damage_still_holds_though_the_journal_does_not() {
    let (place, store, heads) = journal(notes(5));
    let path = place.path().join("sessions").join(ID).join("journal.jsonl");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(6).position(|it| it == b"note 4").unwrap();
    *bytes.get_mut(at).unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let (holds, text) = with(&store, Anchor::of(4, *heads.get(3).unwrap()));
    assert!(!holds && text.contains("broken at line 5"), "{text}");
    assert!(text.contains("entries 1 to 4 are what they were"), "{text}");
}

#[test]
fn an_anchor_in_the_journal_that_is_not_its_entry_s_is_named() {
    let (_place, _store, heads) = journal(notes(2));
    let right = Anchor::of(2, *heads.get(1).unwrap());
    let mut events = notes(2);
    events.push(Event::Anchored { anchor: right });
    let (_place, store, _) = journal(events.clone());
    let (holds, text) = told(&store, Asked::default());
    assert!(holds, "{text}");
    assert!(text.contains(&format!("1 anchor, the newest {right}; 2 entries after it")), "{text}");
    events.push(Event::Anchored { anchor: "3 able-zoo-pilot-07".parse().unwrap() });
    let (_place, store, _) = journal(events);
    let (holds, text) = told(&store, Asked::default());
    assert!(!holds, "{text}");
    assert!(text.contains("entry 5 the anchor 3 able-zoo-pilot-07 is not that of its entry"));
}

#[test]
fn each_entry_has_its_line_when_asked_for_and_says_what_does_not_hold() {
    let mut events = notes(1);
    events.push(Event::TookBack { choice: 2 });
    events.push(Event::Accepted { handoff: 2, read: vec![], instead_of: "".into() });
    events.push(Event::Withdrew { entry: 2 });
    events.push(Event::Withdrew { entry: 2 });
    let (_place, store, _) = journal(events);
    let (holds, text) = told(&store, Asked { each: true, ..Asked::default() });
    assert!(!holds);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.first().unwrap().starts_with("     1  holds  2026-11-21 17:30:00Z  ploy: "));
    let wrong: Vec<_> = lines.iter().filter(|it| it.contains("  WRONG  ")).collect();
    assert_eq!(wrong.len(), 3, "{text}");
    assert!(text.contains("entry 3 takes back choice #2, which does not stand"), "{text}");
    assert!(text.contains("entry 4 accepts handoff #2, which does not wait"), "{text}");
    assert!(text.contains("entry 6 takes back #2, which is neither a note nor"), "{text}");
}

fn drop_last_line(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    let body = bytes.get(..bytes.len() - 1).unwrap();
    let end = body.iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    std::fs::write(path, bytes.get(..end).unwrap()).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_anchor_reads_back_as_it_was_said(seq in 1_u64.., head: [u8; 32]) {
        let anchor = Anchor::of(seq, Digest(head));
        prop_assert_eq!(anchor.to_string().parse(), Ok(anchor));
        prop_assert!(anchor.fits(Digest(head)));
    }

    #[test]
    fn one_changed_bit_gives_another_anchor(head: [u8; 32], bit in 0_usize..256) {
        let mut other = head;
        other[bit / 8] ^= 1 << (bit % 8);
        prop_assert_ne!(Anchor::of(1, Digest(head)), Anchor::of(1, Digest(other)));
    }

    #[test]
    fn no_text_makes_the_reader_of_anchors_fall(text in ".{0,60}") {
        if let Ok(anchor) = text.parse::<Anchor>() {
            prop_assert_eq!(anchor.to_string().parse(), Ok(anchor));
        }
    }
}
