//! The long version of what a journal, a session and the terminal have to stand:
//! `cargo run --release --example torture -- all`.
//!
//! `torture NAME [COUNT [SEED]]` runs one of the rows below. Totals are printed; a failure names its seed and the
//! command that repeats it, and the exit code is 1.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool tells what it did")]

mod deaths;
#[path = "mod.rs"]
mod torture;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use torture::support;

/// A way to torture: from a seed, so many times.
type Run = fn(u64, u64) -> Result<u64, String>;

/// A row: name, way, how many times, and what came of each.
type Row = (&'static str, Run, u64, &'static str);

/// Everything, with the figures that are to be reached; what takes longest comes first.
const ALL: [Row; 11] = [
    ("deaths", deaths::run, 1_000, "deaths of screen or guard: the terminal given back"),
    ("kills", torture::kills::run, 10_000, "`firedamp note` killed: no acknowledged entry lost"),
    ("faults", torture::faults::run, 100_000, "lives with a call that fails: nothing lost"),
    ("model", torture::model::run, 20_000, "lives of acts, failures and power cuts: nothing lost"),
    (
        "swaps",
        torture::swaps::run,
        10_000,
        "files exchanged: nothing outside touched, nothing lost",
    ),
    ("cuts", torture::cuts::run, 300_000, "cuts: every whole line kept, every torn byte set aside"),
    ("screens", torture::screens::run, 300, "cockpits killed: nothing lost that was called saved"),
    (
        "calls",
        torture::calls::run,
        2_000,
        "`firedamp note` with a call failed by strace: nothing lost",
    ),
    ("blocks", torture::damage::blocks, 1_000_000, "blocks and lines damaged: each one found"),
    ("flips", torture::damage::flips, 720_000, "bits flipped: each one found, at its entry"),
    ("torn", torture::torn::run, 20_000, "recoveries killed: no torn byte lost"),
];
/// How often `all` says that it is not done.
const PROGRESS: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |at: usize| words.get(at).and_then(|word| word.parse().ok());
    let row = words.first().and_then(|name| ALL.iter().find(|row| row.0 == *name));
    if let Err(why) = torture::program::binary() {
        eprintln!("torture: {why}");
        return ExitCode::from(2);
    }
    let good = match (words.as_slice(), row) {
        (["all"], _) => all(),
        ([_, ..], Some(row)) => {
            let (name, run, count, what) = *row;
            report((name, run, number(1).unwrap_or(count), what), number(2).unwrap_or(1)).is_some()
        }
        _ => {
            let names: Vec<&str> = ALL.iter().map(|row| row.0).collect();
            eprintln!("torture all | NAME [COUNT [SEED]], NAME one of {}", names.join(", "));
            return ExitCode::from(2);
        }
    };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What `all` is at.
#[derive(Default)]
struct Progress {
    begun: usize,
    running: Vec<&'static str>,
    failed: Vec<&'static str>,
    /// Times in all.
    done: u64,
}

/// Two at a time: most of it waits for one core.
fn all() -> bool {
    let begun = Instant::now();
    let progress = Mutex::new(Progress::default());
    let work = || {
        while let Some(row) = take(&progress) {
            let done = report(row, 1);
            let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
            progress.running.retain(|name| *name != row.0);
            match done {
                Some(done) => progress.done += done,
                None => progress.failed.push(row.0),
            }
        }
    };
    thread::scope(|scope| {
        let (over, ended) = sync_channel::<()>(1);
        scope.spawn(|| {
            let ended = ended;
            while ended.recv_timeout(PROGRESS) == Err(RecvTimeoutError::Timeout) {
                tell(&progress, begun);
            }
        });
        let other = scope.spawn(work);
        work();
        drop(other.join());
        drop(over);
    });
    let Progress { failed, done, .. } =
        progress.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (ways, minutes) = (ALL.len() - failed.len(), begun.elapsed().as_secs_f64() / 60.0);
    println!(
        "{:8} {done:>9} times in {ways} of {} ways without a loss ({minutes:.1} min)",
        "all",
        ALL.len()
    );
    if !failed.is_empty() {
        println!("{:8} FAILED {}", "all", failed.join(", "));
    }
    failed.is_empty()
}

fn take(progress: &Mutex<Progress>) -> Option<Row> {
    let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
    let row = *ALL.get(progress.begun)?;
    progress.begun += 1;
    progress.running.push(row.0);
    Some(row)
}

fn tell(progress: &Mutex<Progress>, begun: Instant) {
    let progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
    let ended = progress.begun - progress.running.len();
    let (running, seconds) = (progress.running.join(" and "), begun.elapsed().as_secs());
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    eprintln!("{minutes:>5}:{seconds:02} min  {ended} of {} done, at {running}", ALL.len());
}

/// Runs it and says what came of it; how many times, if all went well.
fn report((name, run, count, what): Row, seed: u64) -> Option<u64> {
    let begun = Instant::now();
    let fell = |_| Err(String::from("an assertion fell; it is told above"));
    match catch_unwind(AssertUnwindSafe(|| run(seed, count))).unwrap_or_else(fell) {
        Ok(done) => {
            println!("{name:8} {done:>9} {what} ({:.1} s)", begun.elapsed().as_secs_f64());
            Some(done)
        }
        Err(why) => {
            println!("{name:8} FAILED {why}");
            println!(
                "         repeat it: cargo run --release --example torture -- {name} {count} {seed}"
            );
            None
        }
    }
}
