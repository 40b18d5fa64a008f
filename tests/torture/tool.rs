//! The long version of what a journal has to stand: `cargo run --release --example torture -- all`.
//!
//! `torture NAME [COUNT [SEED]]` runs one of `cuts`, `flips`, `blocks`, `faults`, `model`, `kills`, `screens`,
//! `calls`. Totals are printed; a failure names its seed and the command that repeats it, and the exit code is 1.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool tells what it did")]

#[path = "mod.rs"]
mod torture;

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

/// A way to torture: from a seed, so many times.
type Torture = fn(u64, u64) -> Result<u64, String>;

/// Everything, with the figures that are to be reached.
const ALL: [(&str, Torture, u64, &str); 8] = [
    ("cuts", torture::cuts::run, 300_000, "cuts: every whole line kept, every torn byte set aside"),
    ("flips", torture::damage::flips, 720_000, "bits flipped: each one found, at its entry"),
    ("blocks", torture::damage::blocks, 1_000_000, "blocks and lines damaged: each one found"),
    ("faults", torture::faults::run, 100_000, "lives with a call that fails: nothing lost"),
    ("model", torture::model::run, 20_000, "lives of acts, failures and power cuts: nothing lost"),
    ("kills", torture::kills::run, 10_000, "writers killed: no acknowledged entry lost"),
    ("screens", torture::screens::run, 20, "cockpits killed: nothing lost that was called saved"),
    ("calls", torture::calls::run, 2_000, "system calls failed by strace: nothing lost"),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |at: usize| words.get(at).and_then(|word| word.parse().ok());
    match words.as_slice() {
        ["append", place, ..] => torture::child::append(place, number(2).unwrap_or(u64::MAX)),
        ["all"] => all(),
        [name, ..] if ALL.iter().any(|it| it.0 == *name) => {
            let found = ALL.iter().find(|it| it.0 == *name);
            let done = found.is_some_and(|(name, run, count, what)| {
                report(name, *run, number(2).unwrap_or(1), number(1).unwrap_or(*count), what)
            });
            if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        _ => {
            let names: Vec<&str> = ALL.iter().map(|it| it.0).collect();
            eprintln!("torture all | NAME [COUNT [SEED]], NAME one of {}", names.join(", "));
            ExitCode::from(2)
        }
    }
}

/// Two at a time: most of it waits for one core.
fn all() -> ExitCode {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut good = true;
        while let Some((name, run, count, what)) = ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
            good &= report(name, *run, 1, *count, what);
        }
        good
    };
    let good = thread::scope(|scope| {
        let other = scope.spawn(work);
        work() & other.join().unwrap_or(false)
    });
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn report(name: &str, run: Torture, seed: u64, count: u64, what: &str) -> bool {
    let begun = Instant::now();
    match run(seed, count) {
        Ok(done) => {
            println!("{name:8} {done:>9} {what} ({:.1} s)", begun.elapsed().as_secs_f64());
            true
        }
        Err(why) => {
            println!("{name:8} FAILED {why}");
            println!(
                "         repeat it: cargo run --release --example torture -- {name} {count} {seed}"
            );
            false
        }
    }
}
