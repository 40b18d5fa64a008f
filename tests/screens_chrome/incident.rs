//! One incident as the screen sees it: a miner with a hostile name, a short playbook, a session.

use std::sync::Arc;

use firedamp::cockpit::Model;
use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{Notice, NoticeKind, Pen, Pending, Session, Stage};
use firedamp::cockpit::panes::{
    ChecklistRow, FlowRow, NetworkPart, NetworkRow, Panes, ProcessRow, RowStanding,
};
use firedamp::cockpit::storage::{Refusal, Unsaved};
use firedamp::domain::base::{Both, Digest, Language, Moment, Pid, ProcessId, Timestamp};
use firedamp::domain::detect::{FactSource, Finding, Grade, Reason, Rule, Subject};
use firedamp::domain::facts::{
    Host, Process, Protocol, Reading, RunState, Snapshot, Socket, SocketState,
};
use firedamp::domain::playbook::{
    Block, Checklist, Direction, Edge, Flow, FlowId, Item, ItemId, Node, NodeId, Phase, Playbook,
    Section, Shape, Stroke,
};
use firedamp::domain::session::{
    Choice, Entry, Event, Gone, ItemMark, ItemState, Note, Opening, Place, Stamp, State,
};
use firedamp::domain::untrusted::Untrusted;

pub(crate) const MINER: ProcessId = ProcessId { pid: Pid(4242), start: 99, inode: 0 };

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn now() -> Moment {
    Moment { at: at("2026-11-21T02:53:07Z"), boot_ms: 1_000_000 }
}

pub(crate) fn suda() -> Untrusted {
    Untrusted::from("suda")
}

pub(crate) fn flow() -> FlowId {
    FlowId(String::from("F1"))
}

pub(crate) fn node_id(id: &str) -> NodeId {
    NodeId(id.to_owned())
}

pub(crate) fn item_id() -> ItemId {
    ItemId(String::from("1.3/4"))
}

fn decision(text: impl Fn(&str, &str) -> String) -> Flow {
    let node = |id: &str, label: String, line| Node {
        id: node_id(id),
        label,
        shape: Shape::Diamond,
        line,
    };
    let edge = |to: &str, label: String, line| Edge {
        from: node_id("Scope"),
        to: node_id(to),
        label: Some(label),
        stroke: Stroke::Solid,
        line,
    };
    Flow {
        id: flow(),
        title: text("Decision tree", "แผนผังการตัดสินใจ"),
        direction: Direction::Down,
        nodes: vec![
            node("Scope", text("How many hosts?", "กี่เครื่องที่ได้รับผลกระทบ?"), 12),
            node("Single", text("Kill it, then find the way in", "หยุดแล้วหาทางที่เข้ามา"), 13),
            node("Multi", text("Treat as a campaign", "ถือเป็นการโจมตีวงกว้าง"), 14),
        ],
        edges: vec![
            edge("Single", text("one host", "เครื่องเดียว"), 13),
            edge("Multi", text("many hosts", "หลายเครื่อง"), 14),
        ],
        groups: Vec::new(),
        line: 11,
    }
}

fn playbook(language: Language) -> Arc<Playbook> {
    let text = |en: &str, th: &str| if language == Language::En { en } else { th }.to_owned();
    let flow = decision(text);
    let items = vec![Item {
        links: Vec::new(),
        id: item_id(),
        text: text(
            "Find the entry vector: how did the attacker get in?",
            "หาช่องทางที่ผู้โจมตีใช้เข้ามาในระบบครั้งแรก",
        ),
        how: Some(text("web server logs, SSH logs", "ล็อกของ web server และ SSH")),
        ticked: false,
        line: 40,
    }];
    let checklist = Checklist {
        id: String::from("1.3"),
        title: text("Confirm", "ยืนยัน"),
        phase: Some(Phase::Analysis),
        items,
        line: 38,
    };
    let section = Section {
        number: String::from("1.3"),
        title: text("Confirm", "ยืนยัน"),
        level: 2,
        line: 10,
        phase: Some(Phase::Analysis),
        blocks: vec![Block::Flow(flow), Block::Checklist(checklist)],
    };
    Arc::new(Playbook {
        id: String::from("PB-31"),
        title: text("Cryptomining", "การขุดเหรียญ"),
        language,
        sections: vec![section],
        ..Playbook::default()
    })
}

fn entry(seq: u64, event: Event) -> Arc<Entry> {
    Arc::new(Entry {
        seq,
        at: at("2026-11-21T02:44:10Z"),
        boot: Stamp { id: String::from("b"), ms: 1 },
        by: suda(),
        prev: Digest::default(),
        event,
    })
}

pub(crate) fn opening(training: Option<String>) -> Opening {
    Opening {
        version: String::from("0.1.0"),
        host: Untrusted::from("web-07"),
        playbook: String::from("PB-31"),
        title: Untrusted::from("Cryptomining"),
        sha256: Digest::default(),
        training,
    }
}

fn choice(branch: usize, to: &str, label: &str) -> Choice {
    Choice {
        seq: 140 + branch as u64,
        at: at("2026-11-21T02:50:31Z"),
        by: suda(),
        flow: flow(),
        node: node_id("Scope"),
        branch,
        to: node_id(to),
        label: Untrusted::from(label),
    }
}

fn state() -> State {
    let mut state = State {
        opening: Some(opening(None)),
        opened_at: Some(at("2026-11-21T02:40:26Z")),
        seq: 142,
        choices: vec![choice(0, "Single", "one host")],
        gone: vec![Gone {
            choice: choice(1, "Multi", "many hosts"),
            seq: 141,
            at: at("2026-11-21T02:51:00Z"),
            by: suda(),
        }],
        notes: vec![Note {
            seq: 130,
            at: at("2026-11-21T02:45:00Z"),
            by: suda(),
            text: Untrusted::from("php-fpm pool www is the way in, I think"),
            about: Some(Place::Item(item_id())),
        }],
        ..State::default()
    };
    let mark = ItemMark {
        state: ItemState::Blocked,
        reason: Untrusted::from("logs are on the other host"),
        by: suda(),
        at: at("2026-11-21T02:44:10Z"),
        seq: 120,
    };
    state.items.insert(item_id(), mark);
    state
}

fn session() -> Session {
    let marked = Event::Marked {
        item: item_id(),
        state: ItemState::Blocked,
        reason: Untrusted::from("logs are on the other host"),
        undoes: None,
    };
    Session {
        id: String::from("20261121T024026Z-web-07"),
        pen: Pen::Ours,
        state: state(),
        entries: vec![entry(120, marked)],
        earlier: 0,
        pending: Vec::new(),
        unsaved: None,
        playbook: Both { en: playbook(Language::En), th: playbook(Language::Th) },
        moved: None,
    }
}

fn miner() -> Process {
    Process {
        id: MINER,
        parent: Pid(1),
        uid: 33,
        user: Some(Arc::from("www-data")),
        comm: Untrusted::from("kworkerd\u{1b}[2K"),
        command: Reading::Known(Untrusted::from(
            "kworkerd\0--donate-level\x001\0-o\0stratum+tcp://192.0.2.1:3333\0-u\0\u{202e}drowssap",
        )),
        exe: Reading::Known(Untrusted::from("/var/tmp/.x/kworkerd")),
        exe_deleted: true,
        state: RunState::Running,
        cpu: 196.4,
        cpu_ms: 1_433_000,
        memory: 176_160_768,
        threads: 2,
        nice: 0,
        started_ms: 280_000,
        kernel: false,
        ..Process::default()
    }
}

fn local() -> std::net::SocketAddr {
    "10.0.0.5:50001".parse().unwrap()
}

fn pool() -> std::net::SocketAddr {
    "192.0.2.1:3333".parse().unwrap()
}

fn snapshot() -> Snapshot {
    let init = Process {
        id: ProcessId { pid: Pid(1), start: 1, inode: 0 },
        comm: Untrusted::from("systemd"),
        ..miner()
    };
    let socket = Socket {
        protocol: Protocol::Tcp,
        local: local(),
        remote: Some(pool()),
        state: SocketState::Established,
        inode: 7,
        uid: 33,
        owners: vec![MINER],
        first_seen_ms: 300_000,
        since_before: false,
        namespace: 0,
        flow: None,
        only_in: None,
        own: false,
    };
    Snapshot {
        host: Arc::new(Host { cpu: 97.0, cpus: vec![97.0, 96.0], ..Host::default() }),
        processes: vec![Arc::new(init), Arc::new(miner())],
        sockets: vec![Arc::new(socket)],
        ..Snapshot::empty(now())
    }
}

fn finding(subject: Subject) -> Finding {
    let reason = |rule, value: &str, source| Reason { rule, value: Untrusted::from(value), source };
    Finding {
        subject,
        grade: Grade::Confirmed,
        reasons: vec![
            reason(Rule::PoolUrl, "stratum+tcp://192.0.2.1:3333", FactSource::CommandLine),
            reason(Rule::HiddenCharacters, "kworkerd\u{1b}[2K", FactSource::Comm),
        ],
    }
}

/// What the cockpit works out when something changes.
fn rows(panes: &mut Panes) {
    let snapshot = snapshot();
    let row =
        |process: &Arc<Process>| ProcessRow { process: Arc::clone(process), depth: 0, gone: false };
    panes.processes.rows = snapshot.processes.iter().rev().map(row).collect();
    panes.processes.selected = Some(MINER);
    panes.network.rows = vec![NetworkRow {
        folded: 0,
        socket: Arc::clone(&snapshot.sockets[0]),
        owner: snapshot.process(MINER).cloned(),
        beyond: None,
        part: NetworkPart::Matches,
    }];
    let phase = Some(Phase::Analysis);
    let list = String::from("1.3");
    panes.checklist.rows = vec![
        ChecklistRow::Head { phase, list, settled: 0, items: 1 },
        ChecklistRow::Item(item_id()),
    ];
}

/// A model at work, one incident deep.
pub(crate) fn at_work(language: Language) -> Model {
    let mut model = Model::new(suda(), now(), firedamp::words::search);
    model.stage = Stage::Work;
    model.language = language;
    model.session = Some(session());
    let connection =
        Subject::Connection { protocol: Protocol::Tcp, local: local(), remote: pool() };
    let found = [Subject::Process(MINER), connection];
    model.live.findings = Arc::new(found.map(|it| (it.clone(), finding(it))).into());
    for cpu in (0..40_u8).map(|step| f32::from(step) * 5.0) {
        let mut snapshot = snapshot();
        snapshot.processes[1] = Arc::new(Process { cpu, ..miner() });
        model.live.history.push(&snapshot);
    }
    model.live.snapshot = Some(Arc::new(snapshot()));
    rows(&mut model.panes);
    model.panes.decision.flow = Some(flow());
    model.panes.decision.rows = vec![FlowRow {
        folded: 0,
        node: node_id("Scope"),
        via: None,
        depth: 0,
        repeat: false,
        standing: RowStanding::Here,
    }];
    let kind = NoticeKind::Found(finding(Subject::Process(MINER)), "4242 kworkerd\u{1b}[2K".into());
    model.notice = Some(Notice { kind, at: now() });
    model
}

pub(crate) fn with_dialog(language: Language, dialog: Dialog) -> Model {
    let mut model = at_work(language);
    // Behind a dialog stands the start screen, so that no pane can change what these tests see.
    model.stage = Stage::Start { offers: Vec::new(), selected: 0 };
    model.dialog = dialog;
    model
}

pub(crate) fn unsaved(language: Language) -> Model {
    let mut model = with_dialog(language, Dialog::Leave);
    let event = Event::Noted { text: Untrusted::from("peers \u{1b}clean"), about: None };
    model.session.as_mut().unwrap().pending = vec![Pending { ticket: 1, event }];
    model
}

pub(crate) fn not_saved(language: Language) -> Model {
    let mut model = unsaved(language);
    model.stage = Stage::Work;
    model.dialog = Dialog::Closed;
    let why = Unsaved::Disk(Refusal::Full);
    model.session.as_mut().unwrap().unsaved = Some(why.clone());
    model.notice = Some(Notice { kind: NoticeKind::NotSaved(why), at: now() });
    model
}

pub(crate) fn observer() -> Model {
    let mut model = at_work(Language::En);
    model.session.as_mut().unwrap().pen = Pen::Observer(Some(Untrusted::from("somsak")));
    model.source.paused = true;
    model
}

pub(crate) fn after_g(language: Language) -> Model {
    let mut model = at_work(language);
    model.prefix = Some(Key::Char('g'));
    model.lingers = true;
    model
}
