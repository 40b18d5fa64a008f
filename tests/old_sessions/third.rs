//! The newest form: every kind of event, and every member of a recording, that this version writes.
//!
//! What this version can write and no session here holds could be read otherwise by the next one, and nobody would know.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use firedamp::domain::base::{Digest, Pid, ProcessId, Timestamp};
use firedamp::domain::detect::{FactSource, Finding, Grade, Reason, Rule, Subject};
use firedamp::domain::facts::{AutostartChange, AutostartKind};
use firedamp::domain::playbook::{FlowId, ItemId, NodeId};
use firedamp::domain::session::{
    Anchor, BrokenFile, ClockChange, Event, InForce, ItemState, KINDS, Place, RuleFile, State,
    write,
};
use firedamp::host::store::Store;

use crate::seen::{LOOKS, own, seen};
use crate::{ID, copy_of, form};

/// The newest form.
const NEWEST: u32 = 3;
/// Its session and the redacted copy of that: entries, and the digest of the last line.
const SESSIONS: [(&str, u64, &str); 2] = [
    (ID, 33, "6fa5f80904ab01cda8c453feb344fbd8c5cb473a162519fdefedb6f9db79324f"),
    (COPY, 33, "730ba1123712ad68c54dc1eb8fff81ea9e018ccb89b62480eda8533fe62f016d"),
];
/// The redacted copy.
pub(crate) const COPY: &str = "20261121T173000Z-masked-1-redacted";
/// The name of a walkthrough is in the first entry of a training alone: `tests/train.rs`.
const ELSEWHERE: [&str; 1] = ["training"];

pub(crate) fn events() -> Vec<(&'static str, Event)> {
    [seen_by_the_program(), decided(), passed_on()].into_iter().flatten().collect()
}

fn subject() -> Subject {
    Subject::Process(ProcessId { pid: Pid(4_242), start: 29_694, inode: 9_004_242 })
}

fn seen_by_the_program() -> Vec<(&'static str, Event)> {
    let reason = Reason {
        rule: Rule::HiddenProcess,
        value: "its control group".into(),
        source: FactSource::Views,
    };
    let finding = Finding { subject: subject(), grade: Grade::Confirmed, reasons: vec![reason] };
    vec![
        ("firedamp", Event::Prepared(Box::new(own(0)))),
        ("firedamp", Event::Found { finding, name: "4242 kworkerd".into() }),
        ("suda", Event::Acknowledged { subject: subject() }),
        ("suda", Event::Listening { on: true }),
        ("firedamp", Event::WireRefused { why: "operation not permitted".into() }),
        (
            "firedamp",
            Event::Autostart {
                change: AutostartChange::Appeared,
                place: AutostartKind::Cron,
                path: "/etc/cron.d/update".into(),
                line: 4,
                text: "* * * * * root b".into(),
                since: Some(Timestamp::UNIX_EPOCH),
            },
        ),
        ("firedamp", Event::Trouble { what: "8 bytes of a torn line are in torn/1".into() }),
        ("firedamp", Event::Clock { change: ClockChange::Suspended, by_ms: 61_000 }),
        ("firedamp", Event::Ended { subject: subject(), name: "4242 kworkerd".into() }),
    ]
}

fn decided() -> Vec<(&'static str, Event)> {
    let flow = || FlowId("F1".into());
    let env = || NodeId("Env".into());
    let marked = |item: &str, state, reason: &str, undoes| Event::Marked {
        item: ItemId(item.into()),
        state,
        reason: reason.into(),
        undoes,
    };
    let said = |text: &str, about| Event::Noted { text: text.into(), about: Some(about) };
    let chose = Event::Chose {
        flow: flow(),
        node: NodeId("A".into()),
        branch: 0,
        to: env(),
        label: "server".into(),
    };
    vec![
        ("suda", chose),
        ("suda", Event::TookBack { choice: 11 }),
        ("suda", marked("1.3/1", ItemState::Done, "", None)),
        ("suda", marked("1.3/1", ItemState::Open, "", Some(13))),
        ("suda", marked("1.3/2", ItemState::NotApplicable, "ไม่มี GPU", None)),
        ("suda", said("on the wrong host", Place::Node(flow(), env()))),
        ("suda", Event::Withdrew { entry: 16 }),
        ("suda", said("it hides", Place::Subject(subject()))),
        (
            "suda",
            Event::Allowed { program: "/usr/bin/nvidia-smi".into(), sha256: Some(Digest([9; 32])) },
        ),
    ]
}

fn passed_on() -> Vec<(&'static str, Event)> {
    let handed = Event::HandedOff { words: "over".into(), to: "niran".into(), read: vec![3, 15] };
    let signed =
        Event::Signed { entry: 21, key: "SHA256:example".into(), armour: "made up".into() };
    let forced = Event::PenTaken { from: "niran".into(), reason: "the line is gone".into() };
    vec![
        ("suda", handed),
        ("mali", Event::Accepted { handoff: 20, read: vec![3], instead_of: "niran".into() }),
        ("mali", Event::Anchored { anchor: Anchor::of(4, Digest([7; 32])) }),
        ("mali", signed),
        ("mali", Event::PenGiven { to: "niran".into() }),
        ("niran", Event::PenTaken { from: "mali".into(), reason: "".into() }),
        ("suda", forced),
        ("suda", Event::Hinted { task: 0, shown: 1 }),
        ("suda", Event::ExpertShown),
        ("firedamp", Event::TapeAt { ms: 65_000 }),
        ("suda", Event::Debriefed { score: 80 }),
        ("suda", Event::Resumed { version: "0.1.0".into() }),
        ("firedamp", Event::Rules(Box::new(in_force()))),
        ("suda", Event::Left),
    ]
}

fn in_force() -> InForce {
    let file = |file: &str, built_in| RuleFile {
        file: file.into(),
        sha256: Digest([5; 32]),
        pack: "Case 7".into(),
        built_in,
        indicators: 3,
        expired: 1,
        rules: 2,
    };
    InForce {
        digest: Digest([6; 32]),
        files: vec![file("built-in.toml", true), file("case7.toml", false)],
        unnamed: 1,
        broken: vec![BrokenFile { file: "case8.yml".into(), line: 3, faults: 2 }],
    }
}

#[test]
fn the_third_one_and_its_copy_are_whole_and_writing_them_again_gives_the_same_bytes() {
    let (_place, store) = copy_of(NEWEST);
    for (id, entries, head) in SESSIONS {
        let verified = Store::of_copies(&form(NEWEST)).unwrap().verify(id).unwrap();
        assert!(verified.verdict.is_whole() && verified.playbook_intact, "{verified:?}");
        assert_eq!(
            (verified.verdict.entries, verified.verdict.head.to_string()),
            (entries, head.to_owned())
        );
        let again: Vec<u8> =
            store.observe(id).unwrap().entries.iter().flat_map(|it| write(it).unwrap()).collect();
        assert_eq!(again, fs::read(form(NEWEST).join(id).join("journal.jsonl")).unwrap());
    }
}

#[test]
fn the_state_of_the_third_one_is_what_it_was() {
    let (_place, store) = copy_of(NEWEST);
    let state = store.observe(ID).unwrap().state;
    assert!(state.unknown.is_empty(), "this version knows all of it: {:?}", state.unknown);
    assert_eq!(state.gone.len(), 1);
    let notes: Vec<_> = state.notes.iter().map(|note| note.seq).collect();
    assert_eq!(notes, [18]);
    let handoff = state.handoff.unwrap();
    assert_eq!((handoff.seq, handoff.instead_of(&"mali".into())), (20, "niran".into()));
    assert!(state.left);
    let copy: State = store.observe(COPY).unwrap().state;
    assert!(copy.unknown.is_empty(), "{:?}", copy.unknown);
    assert_eq!(copy.opening.unwrap().host, "masked-1".into());
}

#[test]
fn the_recording_of_the_third_one_plays() {
    let (_place, store) = copy_of(NEWEST);
    let mut tape = store.tape(ID).unwrap();
    assert!(tape.damage().is_empty());
    let looks: Vec<_> = (0..tape.len()).map(|at| tape.at(at).unwrap()).collect();
    assert_eq!(looks, (0..LOOKS).map(seen).collect::<Vec<_>>());
}

/// Text of the newest sessions: the journals, and the recording as lines.
fn newest() -> String {
    SESSIONS
        .iter()
        .map(|(id, _, _)| {
            let session = form(NEWEST).join(id);
            let tape = fs::read(session.join("telemetry/00001.jsonl.zst")).unwrap();
            let looks = zstd::decode_all(&tape[..]).unwrap();
            let journal = fs::read_to_string(session.join("journal.jsonl")).unwrap();
            journal + &String::from_utf8(looks).unwrap()
        })
        .collect()
}

#[test]
fn the_newest_one_holds_every_kind_of_event() {
    let text = newest();
    let lacks = |kind: &&str| !text.contains(&format!(r#""event":{{"kind":"{kind}""#));
    let missing: Vec<_> = KINDS.into_iter().filter(lacks).collect();
    assert!(missing.is_empty(), "a new form is due for {missing:?}");
}

#[test]
fn the_newest_one_holds_every_member_that_is_recorded() {
    let text = newest();
    let mut members = BTreeSet::new();
    for file in [
        "facts.rs",
        "facts",
        "session/event.rs",
        "session/in_force.rs",
        "session/telemetry.rs",
        "session/telemetry",
    ] {
        members.extend(written_by(&source(file)));
    }
    for known in ["own", "since_before", "let_go", "searched", "undoes", "starts"] {
        assert!(members.contains(known), "{known} is in none of {members:?}");
    }
    let lacks = |name: &String| !text.contains(&format!(r#""{name}":"#));
    let missing: Vec<_> = members.into_iter().filter(lacks).collect();
    assert_eq!(missing, ELSEWHERE, "a new form is due for them");
}

#[test]
fn every_kind_is_called_known() {
    let text = source("session/event.rs");
    let variants = text.split("\npub enum Event {").nth(1).unwrap().split("\n}").next().unwrap();
    let names = variants.lines().filter_map(|line| {
        let line = line.strip_prefix("    ").filter(|it| it.starts_with(char::is_uppercase))?;
        Some(kebab(line.trim_end_matches([' ', '{', ',']).split('(').next()?))
    });
    let names: BTreeSet<String> = names.filter(|name| name != "unknown").collect();
    assert_eq!(names, KINDS.into_iter().map(str::to_owned).collect::<BTreeSet<_>>());
}

/// `TookBack` as it is written: `took-back`.
fn kebab(name: &str) -> String {
    let mut written = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !written.is_empty() {
            written.push('-');
        }
        written.extend(letter.to_lowercase());
    }
    written
}

/// What is in a file of `domain`, or in all files of a folder.
fn source(name: &str) -> String {
    let at = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain").join(name);
    if at.is_file() {
        return fs::read_to_string(at).unwrap();
    }
    let inside = fs::read_dir(&at).unwrap().map(|it| it.unwrap().file_name());
    let mut inside: Vec<_> = inside.map(|it| it.into_string().unwrap()).collect();
    inside.sort();
    inside.iter().map(|it| source(&format!("{name}/{it}"))).collect()
}

/// Names of the members of all types that are written.
fn written_by(source: &str) -> BTreeSet<String> {
    let mut members = BTreeSet::new();
    for part in source.split("#[derive(").skip(1) {
        let (derived, rest) = part.split_once(")]").unwrap();
        let body = rest.split("\n}").next().unwrap();
        let head = body.lines().find(|line| line.contains("struct ") || line.contains("enum "));
        if !derived.contains("Serialize") || !head.is_some_and(|line| line.ends_with('{')) {
            continue;
        }
        let left_out = body.lines().map(|line| line.trim() == "#[serde(skip)]");
        let lines = body.lines().skip(1).zip(left_out).filter(|(_, left_out)| !left_out);
        let names = lines.filter_map(|(line, _)| {
            let line = line.trim_start();
            let line = line
                .strip_prefix("pub ")
                .or_else(|| line.strip_prefix("pub(super) "))
                .unwrap_or(line);
            let (name, _) = line.split_once(": ")?;
            let is_name = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_';
            name.chars().all(is_name).then(|| name.to_owned())
        });
        members.extend(names);
    }
    members
}
