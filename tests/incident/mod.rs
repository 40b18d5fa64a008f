//! A desk with PB-31 on it, for tests of the cockpit and its screens: a journal in memory that saves on demand.

#![expect(clippy::unwrap_used, reason = "test helpers stop at the first surprise")]

use std::sync::Arc;

use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{Condition, Offer, Pen, Session, Source};
use firedamp::cockpit::{Effect, Model, Msg, Opened, update};
use firedamp::domain::base::{Both, Digest, Moment, Pid, ProcessId, Timestamp};
use firedamp::domain::facts::{Host, Process, Reading, RunState, Snapshot};
use firedamp::domain::playbook::{PB_31, read};
use firedamp::domain::session::{Entry, Event, Opening, Stamp};
use firedamp::domain::untrusted::Untrusted;
use firedamp::words;

/// A made-up moment: 21 November 2026, 17:30 UTC, and `boot_ms` of the boot clock.
pub(crate) fn moment(boot_ms: u64) -> Moment {
    let start: Timestamp = "2026-11-21T17:30:00Z".parse().unwrap();
    let at = start.checked_add(std::time::Duration::from_millis(boot_ms)).unwrap();
    Moment { at, boot_ms }
}

/// An everyday process.
pub(crate) fn process(pid: u32, comm: &str, command: &[u8]) -> Process {
    Process {
        id: ProcessId { pid: Pid(pid), start: u64::from(pid), inode: 0 },
        parent: Pid(1),
        uid: 33,
        user: Some("www-data".into()),
        comm: comm.into(),
        command: Reading::Known(Untrusted::new(command)),
        exe: Reading::Known("/usr/sbin/x".into()),
        exe_deleted: false,
        state: RunState::Sleeping,
        cpu: 0.0,
        cpu_ms: 10,
        memory: 8 << 20,
        threads: 1,
        nice: 0,
        started_ms: 100,
        kernel: false,
        ..Process::default()
    }
}

/// A process that mines under an innocent name.
pub(crate) fn miner(pid: u32) -> Process {
    let mut miner =
        process(pid, "kworkerd", b"kworkerd\0-o\0stratum+tcp://pool.example:3333\0-u\0nobody");
    miner.cpu = 97.0;
    miner.state = RunState::Running;
    miner
}

/// What one look saw.
pub(crate) fn snapshot(boot_ms: u64, processes: Vec<Process>) -> Snapshot {
    Snapshot {
        host: Arc::new(Host {
            name: "web-03".into(),
            cpus: vec![50.0, 50.0],
            cpu: 50.0,
            ..Host::default()
        }),
        processes: processes.into_iter().map(Arc::new).collect(),
        sockets: Vec::new(),
        ..Snapshot::empty(moment(boot_ms))
    }
}

/// An entry as a journal would give it back.
pub(crate) fn entry(seq: u64, event: Event) -> Entry {
    let moment = moment(seq * 1_000);
    let boot = Stamp { id: "4f7c1e0a-0000-4000-8000-000000000000".into(), ms: moment.boot_ms };
    Entry { seq, at: moment.at, boot, by: "suda".into(), prev: Digest::default(), event }
}

/// The first entry of a session.
pub(crate) fn opening() -> Entry {
    let opening = Opening {
        version: "0.1.0".into(),
        host: "web-03".into(),
        playbook: "PB-31".into(),
        title: "Cryptomining".into(),
        sha256: Digest::default(),
        training: None,
    };
    entry(1, Event::Opened(opening))
}

/// A session with these entries.
pub(crate) fn opened(entries: Vec<Entry>, source: Source) -> Opened {
    let both = Both { en: Arc::new(read(PB_31.en).0), th: Arc::new(read(PB_31.th).0) };
    Opened {
        id: "20261121T173000Z-web-03".into(),
        pen: Pen::Ours,
        past: entries.into(),
        playbook: both,
        source,
        walkthrough: None,
    }
}

/// A model and a journal in memory.
pub(crate) struct Desk {
    /// State.
    pub model: Model,
}

impl Desk {
    /// In a new session.
    pub(crate) fn at_work() -> Self {
        Self::with(Source::default())
    }

    /// In a new session that this source feeds.
    pub(crate) fn with(source: Source) -> Self {
        let mut desk = Self { model: Model::new("suda".into(), moment(0), words::search) };
        desk.model.read = firedamp::ui::read;
        desk.tell(Msg::Opened(Box::new(opened(vec![opening()], source))));
        desk
    }

    /// On the start screen, with two sessions.
    pub(crate) fn at_the_start() -> Self {
        let mut desk = Self { model: Model::new("suda".into(), moment(0), words::search) };
        let offer = |id: &str, condition| Offer {
            id: id.into(),
            host: "web-03".into(),
            playbook: "PB-31".into(),
            opened_at: Some(moment(0).at),
            last_at: Some(moment(60_000).at),
            last_by: Some("suda".into()),
            entries: 42,
            condition,
        };
        let offers = vec![offer("newest", Condition::CutOff), offer("older", Condition::Left)];
        desk.tell(Msg::Offered(offers));
        desk
    }

    /// One message.
    pub(crate) fn tell(&mut self, msg: Msg) -> Vec<Effect> {
        update(&mut self.model, msg)
    }

    /// One key.
    pub(crate) fn press(&mut self, key: Key) -> Vec<Effect> {
        self.tell(Msg::Key(key))
    }

    /// One key, and the disk answers at once.
    pub(crate) fn do_and_save(&mut self, key: Key) -> Vec<Effect> {
        let effects = self.press(key);
        self.save(effects)
    }

    /// The disk answers; what follows from that.
    pub(crate) fn save(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        let mut after = Vec::new();
        for effect in effects {
            if let Effect::Record { ticket, event } = effect {
                let seq = self.session().state.seq + 1;
                after.extend(self.tell(Msg::Saved(ticket, Box::new(entry(seq, event)))));
            }
        }
        after
    }

    /// The session.
    pub(crate) fn session(&self) -> &Session {
        self.model.session.as_ref().unwrap()
    }
}
