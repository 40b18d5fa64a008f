//! A session by itself: the chain, the fold, and what a reader says about damage.
#![expect(clippy::unwrap_used, reason = "a broken test should stop where it is")]

#[path = "session/damage.rs"]
mod damage;
mod events;
#[path = "session/shell.rs"]
mod shell;

use std::collections::BTreeSet;

use firedamp::domain::base::Digest;
use firedamp::domain::detect::Grade;
use firedamp::domain::facts::{AutostartChange, AutostartKind, Own};
use firedamp::domain::playbook::ItemId;
use firedamp::domain::session::{
    Audit, BrokenFile, Chain, ClockChange, Event, InForce, ItemState, KINDS, LineProblem, Place,
    RuleFile, State, digest, to_json, write,
};
use firedamp::domain::untrusted::Untrusted;
use proptest::prelude::*;

use events::{bytes, chose, draft, first, folded, found, journal, marked, noted, opening, subject};

fn unknown() -> Event {
    let value =
        serde_json::json!({"kind": "froze", "pid": 4242, "why": {"z": [1, null], "a": "x"}});
    Event::Unknown(value.as_object().unwrap().clone())
}

/// One of each kind.
fn every_kind() -> Vec<Event> {
    vec![
        opening(),
        Event::Resumed { version: "0.1.0".into() },
        chose("Env", 1, "Cloud"),
        Event::TookBack { choice: 3 },
        marked("1.3/4", ItemState::Done),
        Event::Noted {
            text: "ดูแล้ว".into(), about: Some(Place::Item(ItemId("1.3/4".into())))
        },
        found(Grade::Confirmed, "4242 xmrig"),
        Event::Allowed { program: "/usr/bin/nvidia-smi".into(), sha256: Some(Digest([1; 32])) },
        Event::HandedOff { words: "watch the pool".into(), to: "".into(), read: vec![] },
        Event::HandedOff { words: "watch it".into(), to: "niran".into(), read: vec![3, 7] },
        Event::Accepted { handoff: 9, read: vec![7], instead_of: Untrusted::default() },
        Event::Withdrew { entry: 6 },
        Event::Anchored { anchor: "12 zoo-able-pilot-07".parse().unwrap() },
        Event::Signed { entry: 9, key: "SHA256:abc".into(), armour: "-----\nx\n-----\n".into() },
        Event::PenGiven { to: "somsak".into() },
        Event::PenTaken { from: "suda".into(), reason: "no answer".into() },
        Event::Trouble { what: "the disk is nearly full".into() },
        Event::Hinted { task: 1, shown: 2 },
        Event::ExpertShown,
        Event::TapeAt { ms: 65_000 },
        Event::Debriefed { score: 71 },
        Event::Left,
        unknown(),
        Event::Clock { change: ClockChange::Jumped, by_ms: -3_600_000 },
        Event::Autostart {
            change: AutostartChange::Appeared,
            place: AutostartKind::SystemdUnit,
            path: "/etc/systemd/system/x.service".into(),
            line: 6,
            text: "ExecStart=/var/tmp/.x\u{1b}[2J".into(),
            since: None,
        },
        Event::Listening { on: true },
        Event::WireRefused { why: "operation not permitted".into() },
        Event::Ended { subject: subject(), name: "4242 xmrig".into() },
        Event::Acknowledged { subject: subject() },
        Event::Prepared(Box::new(Own { loaded: vec!["/lib/x\u{1b}.so".into()], ..Own::default() })),
        Event::Rules(Box::new(InForce {
            files: vec![RuleFile {
                file: "case\u{1b}.toml".into(),
                indicators: 2,
                ..RuleFile::default()
            }],
            broken: vec![BrokenFile { file: "x.yml".into(), line: 3, faults: 1 }],
            ..InForce::default()
        })),
        Event::Redacted { opening: first(), head: Digest([3; 32]), entries: 12 },
    ]
}

#[test]
fn these_are_all_the_kinds_that_there_are() {
    let kinds = every_kind().into_iter().map(|event| {
        let text = to_json(&event).unwrap_or_else(|error| panic!("{event:?}: {error}"));
        let written: serde_json::Value = serde_json::from_str(&text).unwrap();
        written["kind"].as_str().unwrap().to_owned()
    });
    let here: BTreeSet<String> = kinds.filter(|kind| kind != "froze").collect();
    assert_eq!(here, KINDS.into_iter().map(str::to_owned).collect::<BTreeSet<_>>());
}

#[test]
fn every_kind_reads_back_as_it_was_written() {
    let (lines, end) = journal(every_kind());
    let (entries, verdict) = Audit::of(&bytes(&lines));
    assert_eq!(entries, lines.iter().map(|line| line.entry.clone()).collect::<Vec<_>>());
    assert_eq!((verdict.entries, verdict.head), (lines.len() as u64, end.head()));
    assert!(verdict.is_whole());
}

#[test]
fn a_handoff_names_the_line_before_it() {
    let (lines, _) = journal(every_kind());
    let mut state = State::default();
    lines.iter().take(9).for_each(|line| state.apply(&line.entry));
    assert_eq!(state.handoff.map(|it| it.head), Some(digest(&lines[7].bytes)));
}

#[test]
fn the_head_of_the_fold_is_the_head_of_the_chain() {
    let (lines, end) = journal(every_kind());
    assert_eq!(State::default().head(), Digest::default());
    assert_eq!(folded(every_kind()).head(), end.head());
    assert_eq!(end.head(), digest(&lines.last().unwrap().bytes));
}

#[test]
fn a_known_kind_with_other_content_is_no_unknown_kind() {
    for event in every_kind() {
        let Ok(text) = to_json(&event) else { panic!("{event:?}") };
        let mut map: serde_json::Map<_, _> = serde_json::from_str(&text).unwrap();
        let kind = map["kind"].as_str().unwrap().to_owned();
        if matches!(event, Event::Unknown(_) | Event::Left | Event::ExpertShown) {
            continue;
        }
        map.retain(|key, _| key == "kind");
        let refused = Chain::default().line(draft(0, "ploy", Event::Unknown(map)));
        // What is missing of it has a value, so that it can be read, but not as it would be written.
        let problem = if matches!(event, Event::Prepared(_) | Event::Rules(_)) {
            LineProblem::NotCanonical
        } else {
            LineProblem::Content(kind.as_str().into())
        };
        assert_eq!(refused, Err(problem), "{kind}");
    }
}

/// A line with this event, its sum right.
fn line_of(event: &str) -> Vec<u8> {
    let at = "2026-11-21T17:30:00Z";
    let (boot, prev) = (r#"{"id":"b","ms":1}"#, Digest::default());
    let line = format!(
        r#"{{"seq":1,"at":"{at}","boot":{boot},"by":"ploy","prev":"{prev}","event":{event}"#
    );
    format!("{line},\"sum\":\"{}\"}}\n", digest(line.as_bytes())).into_bytes()
}

#[test]
fn what_a_later_version_says_more_is_kept_word_for_word() {
    for event in [
        r#"{"kind":"noted","text":"x","mood":"calm"}"#,
        r#"{"mood":"calm","kind":"noted","text":"x"}"#,
        r#"{"kind":"left","why":{"z":1,"a":[null,{}]}}"#,
        r#"{"kind":"marked","item":"1.3/4","state":"done","reason":"r","by":["a"]}"#,
    ] {
        let line = line_of(event);
        let entry = Chain::default().next(&line).unwrap();
        assert!(matches!(entry.event, Event::Unknown(_)), "{event}");
        assert_eq!(write(&entry).unwrap(), line, "{event}");
        let mut state = State::default();
        state.apply(&entry);
        assert_eq!(state.unknown, [1]);
        assert_eq!(state.notes.len(), usize::from(event.contains("noted")), "what is known counts");
    }
    for event in [
        r#"{"text":"x","kind":"noted"}"#,
        r#"{"kind":"noted", "text":"x","mood":"calm"}"#,
        r#"{"kind":"noted","text":"x","text":"y"}"#,
        r#"{"kind":"marked","state":"done","item":"1.3/4","by":["a"]}"#,
    ] {
        let refused = Chain::default().next(&line_of(event));
        assert!(refused.is_err(), "{event}: {refused:?}");
    }
}

#[test]
fn an_event_without_a_kind_is_refused() {
    let event = Event::Unknown(serde_json::Map::new());
    let refused = Chain::default().line(draft(0, "ploy", event));
    assert!(matches!(refused, Err(LineProblem::Malformed(_))), "{refused:?}");
}

#[test]
fn no_line_holds_a_character_that_a_terminal_would_obey() {
    let mut event = unknown();
    if let Event::Unknown(map) = &mut event {
        map.insert("text".into(), "a\u{9b}31m\u{202e}b\u{7f}\u{200b}\u{e0041}".into());
    }
    let hostile = "\u{1b}]52;c;x\u{7}\u{9d}\u{202e}".as_bytes();
    let (lines, _) = journal([event, noted(hostile), noted(&[0xff, 0xfe, 0])]);
    for line in &lines {
        let text = std::str::from_utf8(&line.bytes).unwrap().trim_end();
        assert!(!Untrusted::from(text).has_escapes(), "{text}");
    }
    let (entries, verdict) = Audit::of(&bytes(&lines));
    assert!(verdict.is_whole());
    assert_eq!(entries[1].event, noted(hostile));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_reads_back(text in prop::collection::vec(any::<u8>(), 0..200), name in any::<String>()) {
        let mut event = unknown();
        if let Event::Unknown(map) = &mut event {
            map.insert(format!("x{name}"), name.into());
        }
        let (lines, _) = journal([noted(&text), event]);
        let (entries, verdict) = Audit::of(&bytes(&lines));
        prop_assert!(verdict.is_whole());
        prop_assert_eq!(&entries[0].event, &noted(&text));
    }
}
