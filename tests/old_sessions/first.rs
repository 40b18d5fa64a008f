//! What was written and recorded in the sessions of forms 1 and 2.

use firedamp::domain::base::{Digest, Pid, ProcessId};
use firedamp::domain::detect::{FactSource, Finding, Grade, Reason, Rule, Subject};
use firedamp::domain::facts::Snapshot;
use firedamp::domain::playbook::{FlowId, ItemId, NodeId};
use firedamp::domain::session::{Anchor, ClockChange, Event, ItemState, Place};
use firedamp::domain::untrusted::Untrusted;

use crate::incident::{miner, process, snapshot};

/// So many looks were recorded in the first one.
pub(crate) const LOOKS: u64 = 70;

/// What was recorded in the first one.
pub(crate) fn seen(at: u64) -> Snapshot {
    let mut burning = miner(4_242);
    burning.cpu_ms += at * 970;
    let mut processes = vec![process(1, "init", b"/sbin/init"), burning];
    if at > 40 {
        processes.push(process(5_000, "sh", b"sh\0-c\0curl pool.example"));
    }
    snapshot(at * 1_000, processes)
}

/// What was written in the first one.
pub(crate) fn events() -> Vec<(&'static str, Event)> {
    let subject = Subject::Process(ProcessId { pid: Pid(4_242), start: 4_242, inode: 0 });
    let flow = || FlowId("F1".into());
    let chose = |node: &str, to: &str, label: &str| Event::Chose {
        flow: flow(),
        node: NodeId(node.into()),
        branch: 0,
        to: NodeId(to.into()),
        label: label.into(),
    };
    let marked = |item: &str, state, reason: &str| Event::Marked {
        item: ItemId(item.into()),
        state,
        reason: reason.into(),
        undoes: None,
    };
    let reason = Reason {
        rule: Rule::PoolUrl,
        value: "stratum+tcp://192.0.2.1:3333".into(),
        source: FactSource::CommandLine,
    };
    let finding =
        Finding { subject: subject.clone(), grade: Grade::Confirmed, reasons: vec![reason] };
    let unknown = |text: &str| Event::Unknown(serde_json::from_str(text).unwrap());
    let said = |text: &str, about| Event::Noted { text: text.into(), about };
    vec![
        ("firedamp", Event::Found { finding, name: "4242 kworkerd".into() }),
        ("suda", Event::Acknowledged { subject }),
        ("suda", chose("A", "Env", "")),
        ("suda", chose("Env", "Host", "server")),
        ("suda", Event::TookBack { choice: 5 }),
        ("suda", marked("1.3/1", ItemState::Done, "")),
        ("suda", marked("1.3/2", ItemState::NotApplicable, "ไม่มี GPU")),
        ("suda", said("the pool answers\u{1b}[2J", Some(Place::Item(ItemId("1.3/3".into()))))),
        (
            "suda",
            Event::Allowed { program: "/usr/bin/nvidia-smi".into(), sha256: Some(Digest([9; 32])) },
        ),
        ("firedamp", Event::Trouble { what: "8 bytes of a torn line are in torn/1".into() }),
        ("firedamp", Event::Clock { change: ClockChange::Jumped, by_ms: -3_600_000 }),
        ("firedamp", Event::Clock { change: ClockChange::Suspended, by_ms: 61_000 }),
        (
            "suda",
            Event::HandedOff { words: "watch 192.0.2.1".into(), to: "".into(), read: Vec::new() },
        ),
        (
            "somsak",
            Event::Accepted { handoff: 14, read: Vec::new(), instead_of: Untrusted::default() },
        ),
        ("somsak", Event::Resumed { version: "0.1.0".into() }),
        ("somsak", unknown(r#"{"kind":"froze","pid":4242,"why":{"z":[1,null,true],"a":"x"}}"#)),
        (
            "somsak",
            unknown(r#"{"kind":"noted","text":"said with more","mood":"calm","tags":["a","b"]}"#),
        ),
        ("somsak", Event::Hinted { task: 0, shown: 1 }),
        ("somsak", Event::ExpertShown),
        ("firedamp", Event::TapeAt { ms: 65_000 }),
        ("somsak", Event::Left),
    ]
}

/// What the first form has not.
pub(crate) fn later() -> Vec<(&'static str, Event)> {
    let subject = Subject::Process(ProcessId { pid: Pid(4_242), start: 4_242, inode: 0 });
    let marked = |state, undoes| Event::Marked {
        item: ItemId("1.3/1".into()),
        state,
        reason: Untrusted::default(),
        undoes,
    };
    let anchor = Anchor::of(4, Digest([7; 32]));
    vec![
        ("suda", marked(ItemState::Done, None)),
        ("suda", marked(ItemState::Open, Some(2))),
        ("suda", Event::Noted { text: "on the wrong host".into(), about: None }),
        ("suda", Event::Withdrew { entry: 4 }),
        ("firedamp", Event::Ended { subject, name: "4242 kworkerd".into() }),
        ("suda", Event::HandedOff { words: "over".into(), to: "niran".into(), read: vec![2, 6] }),
        ("mali", Event::Accepted { handoff: 7, read: vec![2], instead_of: "niran".into() }),
        ("mali", Event::Anchored { anchor }),
        (
            "mali",
            Event::Signed { entry: 8, key: "SHA256:example".into(), armour: "made up".into() },
        ),
        ("mali", Event::PenGiven { to: "niran".into() }),
        ("niran", Event::PenTaken { from: "mali".into(), reason: "".into() }),
        ("suda", Event::PenTaken { from: "niran".into(), reason: "the line is gone".into() }),
        ("suda", Event::Debriefed { score: 80 }),
        ("suda", Event::Left),
    ]
}
