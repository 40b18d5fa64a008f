//! How long it takes to go to another place of a recording: an hour of telemetry, 300 processes, two graphics processors.
//!
//! `cargo bench --bench seek [minutes] [DIR]`. For each way the time until the screen would be drawn anew: the frames
//! that the new place needs are read, and the model takes them in. With DIR the session stays there, to be replayed by
//! the program itself: `firedamp --dir DIR replay`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

#[path = "../tests/incident/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod incident;
#[path = "made/mod.rs"]
mod made;

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use firedamp::cockpit::Msg;
use firedamp::cockpit::model::Size;
use firedamp::domain::base::Digest;
use firedamp::domain::facts::{
    Gpu, GpuDevice, GpuHolder, GpuOutcome, GpuSource, GpuSourceKind, Reading, Snapshot,
};
use firedamp::domain::session::Opening;
use firedamp::host::store::{Store, Tape};
use firedamp::ui::Screen;
use firedamp::ui::theme::Theme;
use incident::{Desk, moment};
use made::Host;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// Frames before a new place that graphs are made of; the player shows as many.
const HISTORY: usize = 120;
/// Looks for which a miner lives.
const MINER: u64 = 900;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).filter(|it| !it.starts_with("--"));
    let minutes: u64 = arguments.next().and_then(|it| it.parse().ok()).unwrap_or(60);
    let keep = arguments.next().map(PathBuf::from);
    let place = tempfile::tempdir_in(std::env::current_dir()?)?;
    let dir = keep.unwrap_or_else(|| place.path().join("sessions"));
    let store = Store::at(&dir)?;
    let begun = Instant::now();
    record(&store, minutes * 60)?;
    println!("recorded {minutes} min in {:.1} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let newest = store.list()?.into_iter().next().ok_or("no session")?;
    let mut tape = store.tape(&newest.id)?;
    println!("opened in {:.1} ms: {} frames", ms(begun.elapsed()), tape.len());
    let mut desk = Desk::at_work();
    desk.tell(Msg::Resized(Size { columns: 120, rows: 36 }));
    let mut terminal = Terminal::new(TestBackend::new(120, 36))?;
    let last = tape.len() - 1;
    let ways = [
        ("to the end", 0..0, last),
        ("to the start", 0..0, 0),
        ("to the middle", 0..0, last / 2),
        ("ten seconds back", last / 2..last / 2 + 1, last / 2 - 10),
        ("ten seconds on", 0..0, last / 2 + 10),
        ("a minute back", 0..0, last / 2 - 60),
    ];
    for (name, first, to) in ways {
        for frame in first {
            tape.at(frame)?;
        }
        let (read, taken, drawn) = seek(&mut tape, &mut desk, &mut terminal, to)?;
        println!(
            "{name:<18} read {:>7.1} ms, taken in {:>7.1} ms, drawn {:>6.1} ms",
            ms(read),
            ms(taken),
            ms(drawn)
        );
    }
    Ok(())
}

/// Goes there as the player does.
fn seek(
    tape: &mut Tape,
    desk: &mut Desk,
    terminal: &mut Terminal<TestBackend>,
    to: usize,
) -> Result<(Duration, Duration, Duration), Box<dyn Error>> {
    let (mut read, mut taken) = (Duration::ZERO, Duration::ZERO);
    for frame in (to + 1).saturating_sub(HISTORY)..=to {
        let begun = Instant::now();
        let snapshot = Arc::new(tape.at(frame)?);
        read += begun.elapsed();
        let begun = Instant::now();
        desk.tell(if frame == to { Msg::Seen(snapshot) } else { Msg::Passed(snapshot) });
        taken += begun.elapsed();
    }
    let begun = Instant::now();
    let screen = Screen { model: &desk.model, theme: &Theme::of_name("dark") };
    terminal.draw(|frame| frame.render_widget(screen, frame.area()))?;
    Ok((read, taken, begun.elapsed()))
}

fn record(store: &Store, looks: u64) -> Result<(), Box<dyn Error>> {
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
    let mut host = Host::new(MINER);
    for look in 0..looks {
        let seen = host.next(look);
        let gpu = Arc::new(gpu(look, &seen));
        recorder.offer(Arc::new(Snapshot { gpu, ..seen }));
        // The recording has a second for each look; here it is waited for, so that it has all of them.
        while recorder.status().written + recorder.status().passed_over < look + 1 {
            if let Some(trouble) = recorder.status().trouble {
                return Err(format!("the recording stopped: {trouble:?}").into());
            }
            std::thread::yield_now();
        }
    }
    Ok(())
}

/// Two devices, and the miner on one of them.
fn gpu(look: u64, seen: &Snapshot) -> Gpu {
    let wave = f32::from(u8::try_from(look % 7).unwrap_or(0));
    let device = |name: &str, model: &str, busy: f32| GpuDevice {
        model: Some(model.into()),
        busy: Reading::Known(busy),
        memory_used: Reading::Known(3700 << 20),
        memory_total: Reading::Known(16 << 30),
        temperature: Reading::Known(70.0 + wave),
        power: Reading::Known(230.0 + wave),
        power_limit: Reading::Known(250.0),
        clock: Reading::Known(1410),
        ..GpuDevice::named(name, GpuSourceKind::NvidiaSmi)
    };
    let miner = seen.processes.iter().find(|it| it.comm.bytes().starts_with(b"kworkerd"));
    let holders = miner.map(|miner| GpuHolder {
        card: "nvidia0".into(),
        busy: Reading::Known(92.0 + wave),
        memory: Reading::Known(3600 << 20),
        ..GpuHolder::of(miner.id, "/dev/nvidia0".into(), GpuSourceKind::NvidiaSmi)
    });
    let source = |kind, outcome| GpuSource { kind, outcome };
    Gpu {
        sources: vec![
            source(GpuSourceKind::NvidiaSmi, GpuOutcome::Answered),
            source(GpuSourceKind::OpenFiles, GpuOutcome::Answered),
            source(GpuSourceKind::NvidiaProc, GpuOutcome::Answered),
            source(GpuSourceKind::Sysfs, GpuOutcome::Absent),
        ],
        devices: vec![
            device("nvidia0", "Example A100", 93.0 + wave),
            device("nvidia1", "Example A100", 4.0 + wave),
        ],
        holders: holders.into_iter().collect(),
        unlisted: Vec::new(),
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
