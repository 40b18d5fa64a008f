//! What a session holds in memory that runs for a week: a look every second, processes and connections that come and go,
//! findings, notes and anchors, the journal and the recording, and the screen now and then.
//!
//! `cargo bench --bench week [days] [hostile]`. Nothing sleeps: the clock is made up. Resident memory is to be flat. On a
//! hostile host a miner begins every other second, each under a name of its own: 30 findings a minute without end.

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

#[path = "../tests/incident/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod incident;
#[path = "made/mod.rs"]
mod made;

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use firedamp::cockpit::model::Size;
use firedamp::cockpit::{Effect, Msg};
use firedamp::domain::base::Digest;
use firedamp::domain::facts::Snapshot;
use firedamp::domain::session::{Event, Opening};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::store::{Hand, Journal, Recorder, Store};
use firedamp::ui::Screen;
use firedamp::ui::theme::Theme;
use incident::{Desk, moment};
use made::{HOSTILE, Host};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// Looks in a day.
const DAY: u64 = 86_400;
/// Looks between two pictures.
const PICTURE: u64 = 60;
/// Looks between two notes of the responder.
const NOTE: u64 = 600;
/// Looks for which a miner lives, before it is killed and comes back under another pid.
const MINER: u64 = 900;

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
