//! A case: a playbook, looks at a host, and notes.

use std::collections::BTreeMap;
use std::sync::Arc;

use firedamp::domain::answer::{Answer, Burn, Grounds, Known};
use firedamp::domain::base::{Digest, Moment, Pid, ProcessId, Timestamp};
use firedamp::domain::detect::{Finding, Subject, Watch};
use firedamp::domain::facts::{
    Ancestor, Around, Container, Firmware, Process, Protocol, Reading, RunState, Runtime, Site,
    Snapshot, Socket, SocketState,
};
use firedamp::domain::playbook::{Indicators, NodeId, PB_31, Playbook, read};
use firedamp::domain::session::{Entry, Event, Stamp, State};
use firedamp::domain::untrusted::Untrusted;

/// Milliseconds of the boot clock at the first look.
pub(crate) const START: u64 = 10 * 3_600_000;

pub(crate) struct Case {
    pub(crate) playbook: Playbook,
    pub(crate) state: State,
    pub(crate) grounds: Grounds,
    pub(crate) burn: Burn,
    watch: Watch,
    look_for: Arc<Indicators>,
}

impl Case {
    /// PB-31 in English, before anybody looked.
    pub(crate) fn pb_31() -> Self {
        Self::of(PB_31.en)
    }

    pub(crate) fn thai() -> Self {
        Self::of(PB_31.th)
    }

    /// PB-31 with one of its texts replaced.
    pub(crate) fn edited(from: &str, to: &str) -> Self {
        assert!(PB_31.en.contains(from), "PB-31 has no `{from}` any more");
        Self::of(&PB_31.en.replace(from, to))
    }

    pub(crate) fn of(text: &str) -> Self {
        let playbook = read(text).0;
        let look_for = Arc::new(playbook.indicators());
        Self {
            playbook,
            state: State::default(),
            grounds: Grounds::default(),
            burn: Burn::default(),
            watch: Watch::default(),
            look_for,
        }
    }

    /// After this look.
    pub(crate) fn seen(mut self, snapshot: &Snapshot) -> Self {
        self.see(snapshot);
        self
    }

    pub(crate) fn see(&mut self, snapshot: &Snapshot) {
        let findings: BTreeMap<Subject, Finding> = self.watch.see(snapshot, &self.look_for);
        self.grounds = self.grounds.next(snapshot, &findings, &self.look_for);
        self.burn.see(snapshot, &findings);
    }

    /// After somebody wrote this.
    pub(crate) fn noted(mut self, text: &str) -> Self {
        self.note(text);
        self
    }

    pub(crate) fn note(&mut self, text: &str) {
        self.apply(Event::Noted { text: text.into(), about: None });
    }

    pub(crate) fn apply(&mut self, event: Event) {
        let boot = Stamp { id: "4f7c1e0a-0000-4000-8000-000000000000".into(), ms: 1 };
        let at = Timestamp::UNIX_EPOCH;
        let seq = self.state.seq + 1;
        let entry = Entry { seq, at, boot, by: "suda".into(), prev: Digest::default(), event };
        self.state.apply(&entry);
    }

    pub(crate) fn known(&self) -> Known<'_> {
        Known {
            grounds: &self.grounds,
            state: &self.state,
            burn: &self.burn,
            look_for: &self.look_for,
            playbook: &self.playbook,
        }
    }

    /// The answer to a node, wherever in the document it stands.
    pub(crate) fn on(&self, node: &str) -> Answer {
        let id = NodeId(node.into());
        let flow = self.playbook.flows().find(|flow| flow.node(&id).is_some());
        self.known().on_node(flow.unwrap(), &id)
    }

    /// What the suggested branch of a node says.
    pub(crate) fn suggests(&self, node: &str) -> Option<String> {
        let id = NodeId(node.into());
        let flow = self.playbook.flows().find(|flow| flow.node(&id).is_some()).unwrap();
        let branch = self.known().on_node(flow, &id).suggestion?.branch;
        flow.branches(&id).nth(branch).unwrap().label.clone()
    }
}

pub(crate) fn look(processes: Vec<Process>, sockets: Vec<Socket>) -> Snapshot {
    look_at(0, processes, sockets)
}

/// A look so many milliseconds after the first.
pub(crate) fn look_at(ms: u64, processes: Vec<Process>, sockets: Vec<Socket>) -> Snapshot {
    let moment = Moment { at: Timestamp::UNIX_EPOCH, boot_ms: START + ms };
    Snapshot {
        processes: processes.into_iter().map(Arc::new).collect(),
        sockets: sockets.into_iter().map(Arc::new).collect(),
        ..Snapshot::empty(moment)
    }
}

pub(crate) fn on_firmware(vendor: &str, product: &str) -> Snapshot {
    let firmware =
        Firmware { vendor: vendor.into(), product: product.into(), ..Firmware::default() };
    let site = Site { firmware: Reading::Known(firmware), ..Site::default() };
    Snapshot { site: Arc::new(site), ..look(Vec::new(), Vec::new()) }
}

pub(crate) fn id(pid: u32) -> ProcessId {
    ProcessId { pid: Pid(pid), start: u64::from(pid) * 7, inode: 0 }
}

pub(crate) fn process(pid: u32, comm: &str, command: &[u8]) -> Process {
    Process {
        id: id(pid),
        parent: Pid(1),
        uid: 33,
        user: Some("www-data".into()),
        comm: comm.into(),
        command: Reading::Known(Untrusted::new(command)),
        exe: Reading::Known("/usr/bin/everyday".into()),
        state: RunState::Sleeping,
        started_ms: 100,
        ..Process::default()
    }
}

/// A process that mines and says so.
pub(crate) fn miner(pid: u32) -> Process {
    let arguments = b"kworkerd\0-o\0stratum+tcp://pool.example:3333\0-u\0nobody";
    Process {
        exe: Reading::Known("/var/tmp/.x/kworkerd".into()),
        state: RunState::Running,
        cpu: 200.0,
        ..process(pid, "kworkerd", arguments)
    }
}

/// Below these, the parent first.
pub(crate) fn below(process: Process, above: &[&str]) -> Process {
    let ancestor = |(at, comm): (u32, &&str)| Ancestor { id: id(at), comm: (*comm).into() };
    let ancestors = (900..).zip(above).map(ancestor).collect();
    let around = Around { ancestors, ..Around::clone(&process.around) };
    Process { around: Arc::new(around), ..process }
}

pub(crate) fn in_container(process: Process) -> Process {
    let container = Container { runtime: Runtime::Docker, id: "0a1b2c3d4e5f".into() };
    let around = Around { container: Some(container), ..Around::clone(&process.around) };
    Process { around: Arc::new(around), ..process }
}

/// A connection of a process.
pub(crate) fn socket(owner: u32, remote: &str, state: SocketState) -> Socket {
    Socket {
        protocol: Protocol::Tcp,
        local: "192.0.2.7:40000".parse().unwrap(),
        remote: Some(remote.parse().unwrap()),
        state,
        inode: 77,
        uid: 33,
        owners: vec![id(owner)],
        first_seen_ms: START,
        since_before: false,
        namespace: 0,
        flow: None,
        only_in: None,
        own: false,
    }
}
