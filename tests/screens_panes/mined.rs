//! A mined host as the panes see it: twelve processes, some with hostile names, three connections to pools,
//! PB-31 half worked.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use firedamp::cockpit::command::Command;
use firedamp::cockpit::model::{Pane, Pen, Source, Stage, View};
use firedamp::cockpit::panes::RowStanding;
use firedamp::cockpit::{Model, Msg, Opened, update};
use firedamp::domain::base::{Both, Digest, Language, Moment, Pid, ProcessId, Timestamp};
use firedamp::domain::detect::{Finding, Subject, Watch};
use firedamp::domain::facts::{
    Gpu, GpuDevice, GpuHolder, GpuOutcome, GpuSource, GpuSourceKind, Host, Process, Protocol,
    Reading, RunState, Snapshot, Socket, SocketState, Unread,
};
use firedamp::domain::playbook::{FlowId, ItemId, NodeId, PB_31, Playbook, read};
use firedamp::domain::session::{Entry, Event, ItemState, Opening, Place, Stamp};
use firedamp::domain::untrusted::Untrusted;

const HOUR: u64 = 3_600_000;
const NOW: u64 = 41 * 24 * HOUR;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn now() -> Moment {
    Moment { at: at("2026-11-21T02:53:07Z"), boot_ms: NOW }
}

pub(crate) fn id(pid: u32) -> ProcessId {
    ProcessId { pid: Pid(pid), start: u64::from(pid) * 7, inode: 0 }
}

/// A process: pid, parent, user, comm, arguments, CPU, MiB, minutes of life.
type Told = (u32, u32, &'static str, &'static [u8], &'static [u8], f32, u64, u64);

const TOLD: [Told; 12] = [
    (1, 0, "root", b"systemd", b"/usr/lib/systemd/systemd\0--system\0", 0.0, 12, 59_040),
    (2, 0, "root", b"kthreadd", b"", 0.0, 0, 59_040),
    (880, 1, "root", b"sshd", b"/usr/sbin/sshd\0-D\0", 0.0, 8, 59_000),
    (911, 1, "postgres", b"postgres", b"postgres: checkpointer \0", 3.2, 790, 12_960),
    (1_204, 1, "root", b"containerd", b"/usr/bin/containerd\0", 1.6, 32, 59_000),
    (2_101, 880, "suda", b"sshd", b"sshd: suda@pts/3\0", 0.1, 8, 61),
    (2_140, 2_101, "suda", b"bash", b"-bash\0", 0.0, 5, 61),
    (3_310, 1, "jenkins", b"[kworker/0:1]", b"[kworker/0:1]\0", 88.4, 41, 3),
    (3_320, 1, "root", b"backup", b"", 0.7, 9, 130),
    (
        4_242,
        1,
        "www-data",
        b"kworkerd\x1b[2K",
        b"/var/tmp/.x/kworkerd\x1b[2K\0--donate-level\x001\0-o\0stratum+tcp://203.0.113.21:3333\0-u\0wallet.web07\0",
        191.6,
        168,
        12,
    ),
    (
        4_245,
        4_242,
        "www-data",
        b"xmrig",
        b"./xmrig\0-c\0/dev/shm/\xe2\x80\xaeconfig.json\0--threads=2\0",
        71.0,
        168,
        12,
    ),
    (
        4_300,
        1_204,
        "65534",
        "ขุดเหรียญ".as_bytes(),
        b"python3\0train.py\0--pool\0eu.pool.example:14444\0",
        12.0,
        2_300,
        47,
    ),
];

pub(crate) fn process(told: &Told) -> Arc<Process> {
    let (pid, parent, user, comm, command, cpu, mib, minutes) = *told;
    let command = match pid {
        3_320 => Reading::Blocked,
        _ => Reading::Known(Untrusted::new(command)),
    };
    let exe = match pid {
        4_242 => Reading::Known(Untrusted::from("/var/tmp/.x/kworkerd (deleted)")),
        2 | 3_320 => Reading::Denied,
        _ => Reading::Known(Untrusted::from("/usr/bin/program")),
    };
    Arc::new(Process {
        id: id(pid),
        parent: Pid(parent),
        uid: 33,
        user: Some(Arc::from(user)),
        comm: Untrusted::new(comm),
        command,
        exe,
        exe_deleted: pid == 4_242,
        state: if cpu > 10.0 { RunState::Running } else { RunState::Sleeping },
        cpu,
        cpu_ms: 1_000,
        memory: mib << 20,
        threads: if cpu > 100.0 { 2 } else { 1 },
        nice: if pid == 3_310 { 19 } else { 0 },
        started_ms: NOW.saturating_sub(minutes * 60_000),
        kernel: pid == 2,
        ..Process::default()
    })
}

fn socket(local: &str, remote: Option<&str>, owner: Option<u32>, minutes: u64) -> Arc<Socket> {
    let end = |text: &str| text.parse::<SocketAddr>().unwrap();
    let state = match remote {
        None => SocketState::Listen,
        Some(_) if minutes == 0 => SocketState::SynSent,
        Some(_) => SocketState::Established,
    };
    let protocol = if local.ends_with(":68") { Protocol::Udp } else { Protocol::Tcp };
    Arc::new(Socket {
        protocol,
        local: end(local),
        remote: remote.map(end),
        state: if protocol == Protocol::Udp { SocketState::Open } else { state },
        inode: u64::from(end(local).port()),
        uid: 33,
        owners: owner.map(id).into_iter().collect(),
        first_seen_ms: NOW - minutes * 60_000 - 4_000,
        since_before: minutes > 10,
        namespace: 0,
        flow: None,
        only_in: None,
        own: false,
    })
}

fn sockets() -> Vec<Arc<Socket>> {
    vec![
        socket("10.0.0.5:40112", Some("203.0.113.21:3333"), Some(4_242), 12),
        socket("10.0.0.5:40118", Some("203.0.113.21:3333"), Some(4_245), 2),
        socket("[2001:db8::5]:40200", Some("[2001:db8:77:1::dead:beef]:14444"), Some(4_300), 0),
        socket("10.0.0.5:5432", Some("10.0.0.9:51002"), Some(911), 590),
        socket("10.0.0.5:22", Some("10.0.0.2:60110"), Some(2_101), 61),
        socket("10.0.0.5:44102", Some("198.51.100.7:443"), None, 1),
        socket("0.0.0.0:22", None, Some(880), 590),
        socket("127.0.0.1:5432", None, Some(911), 590),
        socket("[::]:8080", None, None, 590),
        socket("10.0.0.5:68", None, Some(1), 590),
    ]
}

pub(crate) fn gpu() -> Gpu {
    let source = |kind, outcome| GpuSource { kind, outcome };
    Gpu {
        sources: vec![
            source(GpuSourceKind::OpenFiles, GpuOutcome::Answered),
            source(GpuSourceKind::DrmFdinfo, GpuOutcome::Answered),
            source(GpuSourceKind::Sysfs, GpuOutcome::Absent),
            source(
                GpuSourceKind::NvidiaSmi,
                GpuOutcome::NotAllowed(Untrusted::from("/usr/bin/nvidia-smi")),
            ),
        ],
        devices: vec![GpuDevice {
            model: Some(Untrusted::from("Example Graphics 9000")),
            busy: Reading::Known(97.0),
            memory_used: Reading::Known(3 << 30),
            memory_total: Reading::Known(8 << 30),
            power: Reading::Known(203.0),
            power_limit: Reading::Known(255.0),
            ..GpuDevice::named("card0", GpuSourceKind::Sysfs)
        }],
        holders: vec![GpuHolder {
            card: Untrusted::from("card0"),
            busy: Reading::Known(96.0),
            memory: Reading::Known(2 << 30),
            ..GpuHolder::of(id(4_245), "/dev/dri/renderD128".into(), GpuSourceKind::DrmFdinfo)
        }],
        unlisted: Vec::new(),
    }
}

pub(crate) fn snapshot() -> Snapshot {
    Snapshot {
        host: Arc::new(Host {
            name: Untrusted::from("web-07"),
            kernel: Untrusted::from("6.1.0"),
            boot_id: String::from("b"),
            cpus: vec![78.0, 97.0, 100.0, 100.0],
            cpu: 94.0,
            load: [7.9, 6.1, 2.0],
            memory_total: 8 << 30,
            memory_used: 3_600 << 20,
            swap_total: 2 << 30,
            swap_used: 41 << 20,
        }),
        processes: TOLD.iter().map(process).collect(),
        sockets: sockets(),
        gpu: Arc::new(gpu()),
        unread: vec![Unread::source("/proc/3320/cmdline", "timed out")],
        ..Snapshot::empty(now())
    }
}

fn playbook(language: Language) -> Arc<Playbook> {
    Arc::new(read(PB_31.get(language)).0)
}

fn entry(seq: u64, time: &str, by: &str, event: Event) -> Entry {
    Entry {
        seq,
        at: at(time),
        boot: Stamp { id: String::from("b"), ms: NOW },
        by: Untrusted::from(by),
        prev: Digest::default(),
        event,
    }
}

fn chose(node: &str, branch: usize, to: &str, label: &str) -> Event {
    Event::Chose {
        flow: FlowId(String::from("F2")),
        node: NodeId(node.to_owned()),
        branch,
        to: NodeId(to.to_owned()),
        label: Untrusted::from(label),
    }
}

fn marked(item: &str, state: ItemState, reason: &str) -> Event {
    Event::Marked {
        item: ItemId(item.to_owned()),
        state,
        reason: Untrusted::from(reason),
        undoes: None,
    }
}

fn events(findings: &BTreeMap<Subject, Finding>) -> Vec<Entry> {
    let opening = Opening {
        version: String::from("0.1.0"),
        host: Untrusted::from("web-07"),
        playbook: String::from("PB-31"),
        title: Untrusted::from("Cryptomining"),
        sha256: Digest::default(),
        training: None,
    };
    let found = |pid: u32, name: &[u8]| Event::Found {
        finding: findings[&Subject::Process(id(pid))].clone(),
        name: Untrusted::new(name),
    };
    let note = Event::Noted {
        text: Untrusted::from("php-fpm pool www is the way in, I think. check upload dir"),
        about: Some(Place::Item(ItemId(String::from("1.3/4")))),
    };
    let handed = Event::HandedOff {
        words: Untrusted::from("entry vector open, billing asked"),
        to: Untrusted::from("niran"),
        read: vec![3],
    };
    let unknown: Event =
        Event::Unknown(std::iter::once((String::from("kind"), "teleported".into())).collect());
    let day = |time: &str| format!("2026-11-21T{time}Z");
    vec![
        entry(1, "2026-11-20T23:58:12Z", "firedamp", Event::Opened(opening)),
        entry(2, "2026-11-20T23:59:03Z", "somsak", chose("Alert", 0, "Env", "")),
        entry(3, &day("02:41:20"), "firedamp", found(4_242, b"4242 kworkerd\x1b[2K")),
        entry(4, &day("02:41:21"), "firedamp", found(4_245, b"4245 xmrig")),
        entry(5, &day("02:42:40"), "suda", chose("Env", 1, "OnPrem", "On-premise")),
        entry(6, &day("02:44:02"), "suda", marked("1.3/1", ItemState::Done, "")),
        entry(7, &day("02:44:08"), "suda", marked("1.3/2", ItemState::Done, "")),
        entry(
            8,
            &day("02:45:31"),
            "suda",
            marked("1.3/6", ItemState::NotApplicable, "no cloud account"),
        ),
        entry(
            9,
            &day("02:46:00"),
            "suda",
            marked("1.3/4", ItemState::Blocked, "logs are on the other host"),
        ),
        entry(10, &day("02:46:30"), "suda", note),
        entry(11, &day("02:50:11"), "suda", unknown),
        entry(12, &day("02:51:44"), "suda", chose("OnPrem", 0, "Scope", "")),
        entry(13, &day("02:52:10"), "suda", handed),
    ]
}

/// The cockpit in the middle of the incident.
pub(crate) fn mined(language: Language) -> Model {
    let mut model = empty(language);
    let snapshot = Arc::new(snapshot());
    let findings = Watch::default().see(&snapshot, &playbook(language).indicators());
    let opened = Opened {
        id: String::from("20261120T235812Z-web-07"),
        pen: Pen::Ours,
        past: events(&findings).into(),
        playbook: Both { en: playbook(Language::En), th: playbook(Language::Th) },
        source: Source::default(),
        walkthrough: None,
    };
    let _effects = update(&mut model, Msg::Opened(Box::new(opened)));
    for _ in 0..40 {
        let _effects = update(&mut model, Msg::Seen(Arc::new(quiet(&snapshot))));
    }
    for _ in 0..60 {
        let _effects = update(&mut model, Msg::Seen(Arc::clone(&snapshot)));
    }
    if let Some(session) = &mut model.session {
        session.pending.clear();
    }
    model.focus = Pane::Processes;
    model.panes.checklist.line = 3;
    show_flow(&mut model, "F2");
    model
}

fn quiet(snapshot: &Snapshot) -> Snapshot {
    let mut quiet = snapshot.clone();
    let mut host = Host::clone(&quiet.host);
    host.cpu = 6.0;
    quiet.host = Arc::new(host);
    quiet.processes = TOLD
        .iter()
        .map(|told| {
            process(&(told.0, told.1, told.2, told.3, told.4, told.5 / 9.0, told.6, told.7))
        })
        .collect();
    quiet
}

/// A cockpit that has seen nothing.
pub(crate) fn empty(language: Language) -> Model {
    let mut model = Model::new(Untrusted::from("suda"), now(), |_, _| Vec::new());
    model.stage = Stage::Work;
    model.language = language;
    model
}

/// Works the rows out again, as after any change.
pub(crate) fn work_out_rows(model: &mut Model) {
    let (view, focus) = (model.view, model.focus);
    for _ in 0..2 {
        let _effects = update(model, Msg::Do(Command::Language));
    }
    (model.view, model.focus) = (view, focus);
}

/// Shows a flow with the choices that were made in it, the cursor where the walk is.
pub(crate) fn show_flow(model: &mut Model, flow: &str) {
    model.panes.decision.flow = Some(FlowId(flow.to_owned()));
    work_out_rows(model);
    let rows = &model.panes.decision.rows;
    let here = rows.iter().position(|row| row.standing == RowStanding::Here);
    model.panes.decision.line = here.unwrap_or_default();
}

/// One pane on the whole screen.
pub(crate) fn full(mut model: Model, pane: Pane) -> Model {
    model.view = View::Full(pane);
    model.focus = pane;
    if pane == Pane::Decision && model.session.is_some() {
        show_flow(&mut model, "F2");
    }
    model
}

/// The card on the screen of whoever takes over, who has read one line.
pub(crate) fn read_by_niran(model: Model) -> Model {
    let mut model = full(model, Pane::Handoff);
    model.who = Untrusted::from("niran");
    for _ in 0..2 {
        let _effects = update(&mut model, Msg::Do(Command::Mark));
    }
    model
}
