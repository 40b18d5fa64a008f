//! Events of an incident, and the journal and the state that they make.

#![expect(clippy::unwrap_used, reason = "a broken test should stop where it is")]

use firedamp::domain::base::{Digest, Pid, ProcessId, Timestamp};
use firedamp::domain::detect::{FactSource, Finding, Grade, Reason, Rule, Subject};
use firedamp::domain::playbook::{FlowId, ItemId, NodeId};
use firedamp::domain::session::{Chain, Draft, Event, ItemState, Line, Opening, Stamp, State};
use firedamp::domain::untrusted::Untrusted;

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_282_200 + second).unwrap()
}

pub(crate) fn draft(second: u64, by: &str, event: Event) -> Draft {
    let boot = Stamp { id: "b007".into(), ms: second * 1000 };
    Draft { at: at(i64::try_from(second).unwrap()), boot, by: by.into(), event }
}

/// The journal of these events, one a second, by `ploy`.
pub(crate) fn journal(events: impl IntoIterator<Item = Event>) -> (Vec<Line>, Chain) {
    let mut chain = Chain::default();
    let mut lines = Vec::new();
    for (second, event) in (0..).zip(events) {
        let line = chain.line(draft(second, "ploy", event)).unwrap();
        chain.accept(&line).unwrap();
        lines.push(line);
    }
    (lines, chain)
}

pub(crate) fn bytes(lines: &[Line]) -> Vec<u8> {
    lines.iter().flat_map(|line| line.bytes.clone()).collect()
}

pub(crate) fn folded(events: impl IntoIterator<Item = Event>) -> State {
    let mut state = State::default();
    for line in journal(events).0 {
        state.apply(&line.entry);
    }
    state
}

pub(crate) fn opening() -> Event {
    Event::Opened(first())
}

pub(crate) fn first() -> Opening {
    Opening {
        version: "0.1.0".into(),
        host: "web03".into(),
        playbook: "PB-31".into(),
        title: "Cryptomining".into(),
        sha256: Digest([7; 32]),
        training: None,
    }
}

pub(crate) fn chose(node: &str, branch: usize, to: &str) -> Event {
    Event::Chose {
        flow: FlowId("F1".into()),
        node: NodeId(node.into()),
        branch,
        to: NodeId(to.into()),
        label: "yes".into(),
    }
}

pub(crate) fn marked(item: &str, state: ItemState) -> Event {
    Event::Marked { item: ItemId(item.into()), state, reason: "".into(), undoes: None }
}

pub(crate) fn noted(text: &[u8]) -> Event {
    Event::Noted { text: Untrusted::new(text), about: None }
}

pub(crate) fn subject() -> Subject {
    Subject::Process(ProcessId { pid: Pid(4242), start: 9, inode: 0 })
}

pub(crate) fn found(grade: Grade, name: &str) -> Event {
    let subject = subject();
    let value = "stratum+tcp://192.0.2.1:3333".into();
    let reason = Reason { rule: Rule::PoolUrl, value, source: FactSource::CommandLine };
    Event::Found { finding: Finding { subject, grade, reasons: vec![reason] }, name: name.into() }
}
