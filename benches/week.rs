//! What a session holds in memory that runs for a week: a look every second, processes and connections that come and go,
//! findings, notes and anchors, the journal and the recording, and the screen now and then.
//!
//! `cargo bench --bench week [days] [hostile]`. Nothing sleeps: the clock is made up. Resident memory is to be flat. On a
//! hostile host a miner begins every other second, each under a name of its own: 30 findings a minute without end.

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

#[path = "../tests/incident/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod incident;

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use firedamp::cockpit::model::Size;
use firedamp::cockpit::{Effect, Msg};
use firedamp::domain::base::Digest;
use firedamp::domain::facts::{Process, Protocol, Snapshot, Socket, SocketState};
use firedamp::domain::session::{Event, Opening};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::store::{Hand, Journal, Recorder, Store};
use firedamp::ui::Screen;
use firedamp::ui::theme::Theme;
use incident::{Desk, miner, moment, process, snapshot};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// Looks in a day.
const DAY: u64 = 86_400;
/// Processes at any time.
const PROCESSES: usize = 300;
/// Processes of which each look shows something new.
const BUSY: usize = 20;
/// Processes that end in a second, and begin.
const ENDING: u64 = 2;
/// Sockets at any time.
const SOCKETS: u64 = 80;
/// Looks between two pictures.
const PICTURE: u64 = 60;
/// Looks between two notes of the responder.
const NOTE: u64 = 600;
/// Looks for which a miner lives, before it is killed and comes back under another pid.
const MINER: u64 = 900;

/// The same on a hostile host.
const HOSTILE: u64 = 2;

/// The host: what the next look will see.
struct Host {
    /// Looks for which a miner lives.
    miner: u64,
    processes: Vec<Arc<Process>>,
    next_pid: u32,
    dice: u64,
}

/// The session: a screen, a journal and a recording.
struct Incident {
    desk: Desk,
    journal: Journal,
    recorder: Recorder,
    looks: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let days = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(7);
    let place = tempfile::tempdir_in(std::env::current_dir()?)?;
    let store = Store::at(&place.path().join("sessions"))?;
    let mut incident = Incident::begin(&store)?;
    let is_hostile = std::env::args().any(|argument| argument == "hostile");
    let mut host = Host::new(if is_hostile { HOSTILE } else { MINER });
    let mut terminal = Terminal::new(TestBackend::new(120, 36))?;
    let begun = Instant::now();
    println!("day   looks    entries  resident MiB              recording MiB  real seconds");
    for look in 0..=days * DAY {
        incident.look(host.next(look))?;
        if look % NOTE == NOTE - 1 {
            incident.note(look)?;
        }
        if look % PICTURE == 0 {
            let screen = Screen { model: &incident.desk.model, theme: &Theme::of_name("dark") };
            terminal.draw(|frame| frame.render_widget(screen, frame.area()))?;
        }
        let early = look < DAY && look % (DAY / 4) == 600;
        if look % DAY == 0 || early {
            incident.tell(begun);
        }
    }
    Ok(())
}

impl Incident {
    fn begin(store: &Store) -> Result<Self, Box<dyn Error>> {
        let opening = Opening {
            version: "0.1.0".into(),
            host: "web-03".into(),
            playbook: "PB-31".into(),
            title: "Cryptomining".into(),
            sha256: Digest::default(),
            training: None,
        };
        let opened = store.create(opening, "", moment(0), &"suda".into())?;
        let recorder = opened.record()?;
        let Hand::Pen(journal) = opened.hand else { return Err("no pen".into()) };
        let mut desk = Desk::at_work();
        desk.tell(Msg::Resized(Size { columns: 120, rows: 36 }));
        Ok(Self { desk, journal, recorder, looks: 0 })
    }

    /// One look: recorded, judged and shown; what follows from it is written down.
    fn look(&mut self, seen: Snapshot) -> Result<(), Box<dyn Error>> {
        let seen = Arc::new(seen);
        self.recorder.offer(Arc::clone(&seen));
        let now = seen.moment;
        let mut effects = self.desk.tell(Msg::Seen(seen));
        effects.extend(self.desk.tell(Msg::Tick(now)));
        self.write(effects)?;
        self.looks += 1;
        // The recording has a second for each look; here it is waited for, so that it has all of them.
        loop {
            let status = self.recorder.status();
            if let Some(trouble) = status.trouble {
                return Err(format!("the recording stopped: {trouble:?}").into());
            }
            if status.written + status.passed_over >= self.looks {
                return Ok(());
            }
            std::thread::yield_now();
        }
    }

    fn note(&mut self, look: u64) -> Result<(), Box<dyn Error>> {
        let text = format!("looked at 192.0.2.1 again, {look} seconds in");
        let event = Event::Noted { text: text.into(), about: None };
        let entry = self.journal.append(moment(look * 1_000), &"suda".into(), event)?;
        let effects = self.desk.tell(Msg::Followed(vec![entry]));
        self.write(effects)
    }

    fn write(&mut self, effects: Vec<Effect>) -> Result<(), Box<dyn Error>> {
        for effect in effects {
            if let Effect::Record { ticket, event } = effect {
                let by = Untrusted::from("firedamp");
                let entry = self.journal.append(self.desk.model.now, &by, event)?;
                let more = self.desk.tell(Msg::Saved(ticket, Box::new(entry)));
                self.write(more)?;
            }
        }
        Ok(())
    }

    fn tell(&self, begun: Instant) {
        let (entries, recorded) = (self.journal.chain().seq(), self.recorder.status());
        println!(
            "{:>5.2} {:>7} {entries:>9} {:>13.1} {:>28.1} {:>13.0}",
            f64::from(u32::try_from(self.looks).unwrap_or(u32::MAX)) / 86_400.0,
            self.looks,
            resident_mib(),
            mib(recorded.bytes),
            begun.elapsed().as_secs_f64()
        );
    }
}

impl Host {
    fn new(miner: u64) -> Self {
        let processes = (0..PROCESSES).map(|at| Arc::new(usual(1_000 + at_u32(at), 0))).collect();
        Self { miner, processes, next_pid: 10_000, dice: 0x9E37_79B9_7F4A_7C15 }
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % sides.max(1)
    }

    fn pid(&mut self) -> u32 {
        self.next_pid = if self.next_pid >= 4_000_000 { 10_000 } else { self.next_pid + 1 };
        self.next_pid
    }

    fn next(&mut self, look: u64) -> Snapshot {
        for _ in 0..ENDING {
            let (place, pid) = (self.roll(PROCESSES as u64), self.pid());
            self.put(place, usual(pid, look));
        }
        for _ in 0..BUSY {
            let (place, cpu) = (self.roll(PROCESSES as u64), self.roll(30));
            let old = usize::try_from(place).ok().and_then(|at| self.processes.get(at)).cloned();
            if let Some(old) = old {
                let cpu = f32::from(u8::try_from(cpu).unwrap_or(0)) / 2.0;
                let cpu_ms = old.cpu_ms + 20;
                self.put(place, Process { cpu, cpu_ms, ..(*old).clone() });
            }
        }
        let mut processes = self.processes.clone();
        let number = look / self.miner;
        let mut mines = miner(5_000_000 + u32::try_from(number).unwrap_or(0));
        mines.id.start = number * self.miner * 100;
        if self.miner == HOSTILE {
            mines.comm = format!("kworker{number}").into();
        }
        processes.push(Arc::new(mines));
        processes.sort_by_key(|it| it.id.pid);
        let sockets = (0..SOCKETS).map(|at| Arc::new(socket(at, look))).collect();
        Snapshot { processes, sockets, ..snapshot(look * 1_000, Vec::new()) }
    }

    fn put(&mut self, place: u64, process: Process) {
        if let Some(slot) = usize::try_from(place).ok().and_then(|at| self.processes.get_mut(at)) {
            *slot = Arc::new(process);
        }
    }
}

fn usual(pid: u32, look: u64) -> Process {
    let mut usual = process(pid, "php-fpm", b"php-fpm: pool www\0");
    usual.id.start = look * 100;
    usual
}

/// A connection; each ends after a while, and another begins from another port.
fn socket(at: u64, look: u64) -> Socket {
    let age = (look + at * 7) / (20 + at);
    let port = u16::try_from(20_000 + (age * 31 + at * 501) % 40_000).unwrap_or(20_000);
    Socket {
        protocol: Protocol::Tcp,
        local: ([192, 0, 2, 10], port).into(),
        remote: Some(([198, 51, 100, u8::try_from(at % 250).unwrap_or(1)], 443).into()),
        state: SocketState::Established,
        inode: age * 1_000 + at,
        uid: 33,
        owners: Vec::new(),
        first_seen_ms: 0,
        since_before: false,
        namespace: 0,
        flow: None,
        only_in: None,
        own: false,
    }
}

fn at_u32(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn mib(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1024).unwrap_or(u32::MAX)) / 1024.0
}

/// What this process has in memory now.
fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}
