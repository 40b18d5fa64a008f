//! One of everything that words are for.

use super::notices::notices;
use firedamp::cockpit::command::VERBS;
use firedamp::cockpit::model::{Condition, Pane, Pen, SourceKind};
use firedamp::cockpit::panes::ProcessSort;
use firedamp::cockpit::trouble::{Damage, Unusable};
use firedamp::domain::base::{Digest, Language, Pid, ProcessId};
use firedamp::domain::detect::{FactSource, Finding, Grade, Reason, Rule, Subject};
use firedamp::domain::facts::{
    AutostartChange, AutostartKind, GpuOutcome, GpuSourceKind, Own, Protocol, RunState,
};
use firedamp::domain::playbook::{FlowId, ItemId, NodeId, Phase};
use firedamp::domain::session::{
    Anchor, BrokenFile, ClockChange, Event, InForce, ItemState, LineProblem, Opening, Place,
    RuleFile,
};
use firedamp::domain::untrusted::Untrusted;
use firedamp::words::notice::{Weight, notice, weight_word};
use firedamp::words::{Caption, Phrase, command, fact, finding, pane, session};
use std::collections::BTreeMap;

/// All of them, by the text of the program itself: none can be forgotten.
fn rules() -> Vec<Rule> {
    let text = include_str!("../../src/domain/detect.rs");
    let rules = text.split("\npub enum Rule {").nth(1).unwrap().split("\n}").next().unwrap();
    let variants = rules.lines().map(str::trim).filter(|it| it.starts_with(char::is_uppercase));
    let all: Vec<Rule> = variants.map(|it| rule(it.trim_end_matches(','))).collect();
    assert!(all.len() > 60 && all.contains(&Rule::FromLogin), "{all:?}");
    all
}

/// `PoolUrl` as it is written: `pool-url`.
fn rule(variant: &str) -> Rule {
    let mut written = String::new();
    for letter in variant.chars() {
        if letter.is_uppercase() && !written.is_empty() {
            written.push('-');
        }
        written.extend(letter.to_lowercase());
    }
    let rule: Rule = serde_json::from_value(written.into()).unwrap();
    assert_eq!(format!("{rule:?}"), variant);
    rule
}

/// Somebody traces the program.
fn in_force() -> InForce {
    let file = RuleFile {
        file: "case7.toml".into(),
        indicators: 3,
        expired: 1,
        rules: 2,
        ..RuleFile::default()
    };
    let broken = vec![BrokenFile { file: "x.yml".into(), line: 3, faults: 2 }];
    InForce { files: vec![file; 5], broken, ..InForce::default() }
}

pub(crate) fn traced() -> Own {
    let loaded = vec![Untrusted::from("/tmp/hook.so")];
    Own { tracer: Some(Pid(7)), loaded, ..Own::default() }
}

pub(crate) const SOURCES: [FactSource; 8] = [
    FactSource::Comm,
    FactSource::CommandLine,
    FactSource::Exe,
    FactSource::Stat,
    FactSource::Sockets,
    FactSource::Gpu,
    FactSource::Wire,
    FactSource::Views,
];

pub(crate) fn process() -> Subject {
    Subject::Process(ProcessId { pid: Pid(4242), start: 1, inode: 0 })
}

pub(crate) fn connection() -> Subject {
    let (local, remote) = ("10.0.0.5:40000".parse().unwrap(), "192.0.2.1:3333".parse().unwrap());
    Subject::Connection { protocol: Protocol::Tcp, local, remote }
}

pub(crate) fn reason(rule: Rule) -> Reason {
    Reason { rule, value: Untrusted::from("VALUE"), source: FactSource::Comm }
}

pub(crate) fn found(grade: Grade) -> Finding {
    Finding { subject: process(), grade, reasons: vec![reason(Rule::MinerName)] }
}

#[expect(clippy::too_many_lines, reason = "a table: one row a kind of event")]
pub(crate) fn events() -> Vec<Event> {
    let value = || Untrusted::from("VALUE");
    let item = || ItemId(String::from("1.3/4"));
    let (flow, node) = (FlowId(String::from("F1")), NodeId(String::from("Env")));
    let opening = |training| Opening {
        version: String::from("0.1.0"),
        host: value(),
        playbook: String::from("PB-31"),
        title: value(),
        sha256: Digest::default(),
        training,
    };
    let chose = |label: Untrusted| Event::Chose {
        flow: flow.clone(),
        node: node.clone(),
        branch: 0,
        to: NodeId(String::from("Cloud")),
        label,
    };
    vec![
        Event::Opened(opening(None)),
        Event::Opened(opening(Some(String::from("two-miners")))),
        Event::Resumed { version: String::from("0.1.0") },
        Event::Left,
        Event::Prepared(Box::default()),
        Event::Prepared(Box::new(traced())),
        Event::Rules(Box::default()),
        Event::Rules(Box::new(in_force())),
        chose(value()),
        chose(Untrusted::default()),
        Event::TookBack { choice: 7 },
        Event::Marked {
            item: item(),
            state: ItemState::Done,
            reason: Untrusted::default(),
            undoes: None,
        },
        Event::Marked { item: item(), state: ItemState::Blocked, reason: value(), undoes: Some(7) },
        Event::Noted { text: value(), about: None },
        Event::Noted { text: value(), about: Some(Place::Node(flow.clone(), node.clone())) },
        Event::Found { finding: found(Grade::Confirmed), name: value() },
        Event::Ended { subject: process(), name: value() },
        Event::Ended { subject: connection(), name: value() },
        Event::Acknowledged { subject: process() },
        Event::Allowed { program: value(), sha256: None },
        Event::Listening { on: true },
        Event::Listening { on: false },
        Event::WireRefused { why: value() },
        Event::HandedOff { words: value(), to: Untrusted::default(), read: vec![] },
        Event::HandedOff { words: value(), to: value(), read: vec![3] },
        Event::Accepted { handoff: 9, read: vec![3], instead_of: Untrusted::default() },
        Event::Accepted { handoff: 9, read: vec![3], instead_of: value() },
        Event::Withdrew { entry: 7 },
        Event::Anchored { anchor: anchor() },
        Event::Signed { entry: 9, key: value(), armour: value() },
        Event::Trouble { what: value() },
        Event::Hinted { task: 1, shown: 2 },
        Event::ExpertShown,
        Event::TapeAt { ms: 65_000 },
        Event::Debriefed { score: 71 },
        Event::Clock { change: ClockChange::Jumped, by_ms: -3_600_000 },
        Event::Clock { change: ClockChange::Jumped, by_ms: 61_000 },
        Event::Clock { change: ClockChange::Suspended, by_ms: 7_322_000 },
        autostart(AutostartChange::Appeared, 3, value()),
        autostart(AutostartChange::Changed, 0, Untrusted::default()),
        autostart(AutostartChange::Vanished, 3, value()),
        Event::Redacted { opening: opening(None), head: Digest::default(), entries: 9 },
        Event::Unknown(
            serde_json::from_str("{\"kind\":\"tape-at\",\"ms\":65000,\"reel\":2}").unwrap(),
        ),
        Event::Unknown(serde_json::from_str("{\"kind\":\"later\"}").unwrap()),
    ]
}

fn autostart(change: AutostartChange, line: u32, text: Untrusted) -> Event {
    let since = (line > 0).then(firedamp::domain::base::Timestamp::default);
    Event::Autostart { change, place: AutostartKind::Cron, path: "VALUE".into(), line, text, since }
}

pub(crate) fn anchor() -> Anchor {
    "171 pilot-other-slender-74".parse().unwrap()
}

pub(crate) fn unusable() -> Unusable {
    Unusable::Missing(Untrusted::from("VALUE"))
}

/// What is said of every kind, in one language, by a name for the kind.
#[expect(clippy::too_many_lines, reason = "a list of everything that has words")]
pub(crate) fn everything(language: Language) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut say = |kind: String, said: &str| {
        assert!(all.insert(kind.clone(), said.to_owned()).is_none(), "{kind} stands twice");
    };
    let whole = |phrase: Phrase| phrase.plain(80);
    for it in [Grade::Noted, Grade::Suspect, Grade::Confirmed] {
        say(format!("{it:?}"), finding::grade(language, it));
    }
    for it in rules() {
        say(format!("rule {it:?}"), finding::rule(language, it));
        say(format!("reason {it:?}"), &whole(finding::reason(language, &reason(it))));
    }
    for it in SOURCES {
        say(format!("fact source {it:?}"), finding::source(language, it));
    }
    for it in Phase::ALL {
        say(format!("phase {it:?}"), session::phase(language, it));
    }
    for it in [
        ItemState::Open,
        ItemState::Doing,
        ItemState::Done,
        ItemState::Blocked,
        ItemState::NotApplicable,
    ] {
        say(format!("item {it:?}"), session::item_state(language, it));
    }
    for it in [
        RunState::Running,
        RunState::Sleeping,
        RunState::Waiting,
        RunState::Stopped,
        RunState::Zombie,
        RunState::Idle,
        RunState::Other('\u{1b}'),
    ] {
        say(format!("run {it:?}"), fact::run_state(language, it));
    }
    for it in [
        GpuSourceKind::OpenFiles,
        GpuSourceKind::DrmFdinfo,
        GpuSourceKind::Sysfs,
        GpuSourceKind::Kfd,
        GpuSourceKind::NvidiaProc,
        GpuSourceKind::NvidiaSmi,
        GpuSourceKind::Nvml,
    ] {
        say(format!("gpu {it:?}"), fact::gpu_source(language, it));
    }
    for it in [
        GpuOutcome::Answered,
        GpuOutcome::Absent,
        GpuOutcome::NotAllowed(Untrusted::from("VALUE")),
        GpuOutcome::Waiting,
        GpuOutcome::Late,
        GpuOutcome::Failed(Untrusted::from("VALUE")),
    ] {
        say(format!("outcome {it:?}"), &whole(fact::gpu_outcome(language, &it)));
    }
    for it in Pane::ALL {
        say(format!("pane {it:?}"), pane(language, it));
    }
    let mut sort = ProcessSort::default();
    for _ in 0..7 {
        say(format!("sort {sort:?}"), fact::sort(language, sort));
        sort = sort.next();
    }
    for verb in VERBS {
        say(format!("short {}", verb.name), command::short(language, verb.command));
        say(format!("help {}", verb.name), command::help(language, verb.command));
    }
    let mut groups: Vec<_> = VERBS.iter().map(|verb| verb.group).collect();
    groups.dedup();
    groups.sort();
    groups.dedup();
    for it in groups {
        say(format!("group {it:?}"), command::group(language, it));
    }
    for it in [Weight::Calm, Weight::Watch, Weight::Danger] {
        say(format!("weight {it:?}"), weight_word(language, it));
    }
    for it in notices() {
        say(format!("notice {it:?}"), &whole(notice(language, &it)));
    }
    for it in events() {
        say(format!("event {it:?}"), &whole(session::event(language, &it)));
    }
    for it in [
        Condition::Left,
        Condition::CutOff,
        Condition::Held,
        Condition::Broken(Damage::Unreadable(unusable())),
        Condition::Broken(Damage::Somewhere(LineProblem::Sum)),
        Condition::Broken(Damage::Unfinished),
    ] {
        say(format!("condition {it:?}"), &whole(session::condition(language, &it)));
    }
    for it in [
        Pen::Ours,
        Pen::Observer(None),
        Pen::Observer(Some(Untrusted::from("VALUE"))),
        Pen::Damaged(Damage::Unreadable(unusable())),
        Pen::Replay,
    ] {
        say(format!("pen {it:?}"), &whole(session::pen(language, &it)));
    }
    for it in [SourceKind::Host, SourceKind::Replay, SourceKind::Training] {
        say(format!("source {it:?}"), session::source(language, it));
    }
    for it in Caption::ALL {
        say(format!("caption {it:?}"), it.text(language));
    }
    all
}
