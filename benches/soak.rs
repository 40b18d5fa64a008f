//! The program in an hour of high churn: processes and connections come and go, and its descriptors, threads and memory
//! are to stay.
//!
//! `cargo bench --bench soak -- [MINUTES]`, 60 without a number. Prints a line a minute, and at the end what grew between
//! the second tenth of the time and the last; ends with 1 if descriptors grew or memory grew by more than an eighth.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark prints its result, and starts the load that it measures under"
)]

#[path = "budgets/seat.rs"]
#[expect(dead_code, reason = "the other benchmark uses the rest")]
mod seat;

use std::error::Error;
use std::net::{TcpListener, TcpStream};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use seat::{Seat, family, pss_kib};

/// Between two samples.
const PAUSE: Duration = Duration::from_secs(5);
/// Processes begun, and connections made, in a second.
const CHURN: u32 = 100;

/// What the program holds.
#[derive(Clone, Copy, Debug, Default)]
struct Sample {
    descriptors: usize,
    threads: usize,
    pss_kib: u32,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let minutes = std::env::args().find_map(|it| it.parse().ok()).unwrap_or(60);
    let home = tempfile::tempdir()?;
    let program = env!("CARGO_BIN_EXE_firedamp");
    let mut seat = Seat::take(program, &["--new", "--as", "soak"], home.path())?;
    let (over, begun) = (AtomicBool::new(false), AtomicU64::new(0));
    let samples = thread::scope(|scope| {
        scope.spawn(|| churn(&over, &begun, spawn));
        scope.spawn(|| connections(&over, &begun));
        let samples = watch(&mut seat, Duration::from_secs(minutes * 60), &begun);
        over.store(true, Ordering::Relaxed);
        samples
    })?;
    Ok(judge(&samples))
}

fn watch(
    seat: &mut Seat,
    time: Duration,
    begun: &AtomicU64,
) -> Result<Vec<Sample>, Box<dyn Error>> {
    let (start, mut samples) = (Instant::now(), Vec::new());
    while start.elapsed() < time {
        seat.watch(PAUSE)?;
        let sample = Sample::of(seat.pid);
        samples.push(sample);
        if samples.len().is_multiple_of(12) {
            let minute = start.elapsed().as_secs() / 60;
            let Sample { descriptors, threads, pss_kib } = sample;
            let churned = begun.load(Ordering::Relaxed);
            println!(
                "{minute} min, {churned} begun: {descriptors} descriptors, {threads} threads, {pss_kib} KiB"
            );
        }
        // A key now and then, so that the screen is drawn as it is used.
        seat.press(b"\x1b[B", Duration::from_millis(50))?;
    }
    Ok(samples)
}

impl Sample {
    fn of(pid: i32) -> Self {
        let count = |what: &str| {
            let of = |pid: i32| {
                std::fs::read_dir(format!("/proc/{pid}/{what}")).map_or(0, Iterator::count)
            };
            family(pid).into_iter().map(of).sum()
        };
        Self { descriptors: count("fd"), threads: count("task"), pss_kib: pss_kib(pid) }
    }
}

/// What must not grow, and by which part of itself it may.
struct Limit {
    name: &'static str,
    of: fn(&Sample) -> usize,
    slack: Option<usize>,
}

const LIMITS: [Limit; 3] = [
    Limit { name: "descriptors", of: |it| it.descriptors, slack: None },
    Limit { name: "threads", of: |it| it.threads, slack: None },
    Limit {
        name: "KiB",
        of: |it| usize::try_from(it.pss_kib).unwrap_or(usize::MAX),
        slack: Some(8),
    },
];

/// The middle one: what is open for a moment, while something is read, has not grown.
fn usual(samples: &[Sample], of: fn(&Sample) -> usize) -> usize {
    let mut all: Vec<usize> = samples.iter().map(of).collect();
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}

fn judge(samples: &[Sample]) -> ExitCode {
    let tenth = (samples.len() / 10).max(1);
    let early = samples.get(tenth..(2 * tenth).min(samples.len())).unwrap_or_default();
    let late = samples.get(samples.len().saturating_sub(tenth)..).unwrap_or_default();
    let mut grew = false;
    for Limit { name, of, slack } in LIMITS {
        let [before, after] = [early, late].map(|some| usual(some, of));
        let over = after > before + slack.map_or(0, |part| before / part);
        grew |= over;
        println!("{name}: {before} early, {after} late{}", if over { ", GREW" } else { "" });
    }
    ExitCode::from(u8::from(grew))
}

/// Does it again and again, so often in a second.
fn churn(over: &AtomicBool, begun: &AtomicU64, mut once: impl FnMut()) {
    while !over.load(Ordering::Relaxed) {
        let next = Instant::now() + Duration::from_secs(1) / CHURN;
        once();
        begun.fetch_add(1, Ordering::Relaxed);
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

fn spawn() {
    let mut short = Command::new("true");
    let child = short.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if let Ok(mut child) = child {
        child.wait().ok();
    }
}

/// Connections of which each lives for some seconds.
fn connections(over: &AtomicBool, begun: &AtomicU64) {
    let Ok(listener) = TcpListener::bind("127.0.0.1:0") else { return };
    let Ok(address) = listener.local_addr() else { return };
    let mut alive = std::collections::VecDeque::new();
    churn(over, begun, || {
        if let (Ok(one), Ok((other, _))) = (TcpStream::connect(address), listener.accept()) {
            alive.push_back((one, other));
        }
        if alive.len() > 400 {
            alive.pop_front();
        }
    });
}
