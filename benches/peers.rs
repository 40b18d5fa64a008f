//! The whole program against `htop`: both on terminals of their own, in turns, under the same load, refreshing once
//! a second. First full frame, key to the first byte of its answer, CPU, bytes to the terminal.
//!
//! `cargo bench --bench peers -- [EXTRA-PROCESSES ...]`, without a number 0, 2000 and 10000. Ratios travel between
//! machines; milliseconds do not. A quiet machine is needed, and `htop`; without it only our own figures come.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark prints its result, and starts the load that it measures under"
)]

#[path = "peers/seat.rs"]
mod seat;

use std::error::Error;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use seat::{Seat, cpu_ns};

/// Rounds in which every program has its turn.
const ROUNDS: usize = 3;
/// CPU and bytes are counted over this time.
const WINDOW: Duration = Duration::from_secs(8);
/// Keys pressed in each turn.
const KEYS: u32 = 60;

/// What one turn gave.
struct Turn {
    first_frame_ms: f64,
    cpu_ms: f64,
    bytes: f64,
    key_ms: Vec<f64>,
}

/// What a program is called, how it is started and which keys go down and up.
struct Program {
    name: &'static str,
    path: &'static str,
    arguments: &'static [&'static str],
}

const FIREDAMP: Program = Program {
    name: "firedamp",
    path: env!("CARGO_BIN_EXE_firedamp"),
    arguments: &["--new", "--as", "bench"],
};
const HTOP: Program = Program { name: "htop", path: "htop", arguments: &["-d", "10"] };

fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<usize> = std::env::args().filter_map(|it| it.parse().ok()).collect();
    let loads = if given.is_empty() { vec![0, 2_000, 10_000] } else { given };
    let peer = Command::new(HTOP.path).arg("--version").output().is_ok();
    for load in loads {
        let _asleep = Load::of(load)?;
        // What starting them left to be done is not to be paid by the first turn.
        thread::sleep(Duration::from_secs(2) + settle(load) / 2);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.push(turn(&FIREDAMP, load)?);
            if peer {
                theirs.push(turn(&HTOP, load)?);
            }
        }
        println!("{load} extra processes, {ROUNDS} rounds, the median of each");
        report("first full frame", "ms", &ours, &theirs, |turn| vec![turn.first_frame_ms], 50);
        report("CPU per second", "ms", &ours, &theirs, |turn| vec![turn.cpu_ms], 50);
        report("to the terminal", "bytes/s", &ours, &theirs, |turn| vec![turn.bytes], 50);
        report("key to output, p50", "ms", &ours, &theirs, |turn| turn.key_ms.clone(), 50);
        report("key to output, p99", "ms", &ours, &theirs, |turn| turn.key_ms.clone(), 99);
    }
    Ok(())
}

/// How long a program has until it is measured.
fn settle(load: usize) -> Duration {
    Duration::from_secs(if load > 5_000 { 12 } else { 5 })
}

fn turn(program: &Program, load: usize) -> Result<Turn, Box<dyn Error>> {
    let home = tempfile::tempdir()?;
    let mut seat = Seat::take(program.path, program.arguments, home.path())?;
    seat.watch(settle(load))?;
    let first_frame_ms = seat.first_full_frame().as_secs_f64() * 1e3;
    let (cpu, bytes) = (cpu_ns(seat.pid), seat.bytes());
    seat.watch(WINDOW)?;
    let seconds = WINDOW.as_secs_f64();
    let cpu_ms = f64::from(u32::try_from((cpu_ns(seat.pid) - cpu) / 1_000)?) / 1e3 / seconds;
    let bytes = f64::from(u32::try_from(seat.bytes() - bytes)?) / seconds;
    let mut key_ms = Vec::new();
    for number in 0..KEYS {
        let key: &[u8] = if number.is_multiple_of(2) { b"\x1b[B" } else { b"\x1b[A" };
        // No answer is no number: the whole time until the next key counts.
        let pause = Duration::from_millis(120 + u64::from(number * 37 % 60));
        key_ms.push(seat.press(key, pause)?.unwrap_or(pause).as_secs_f64() * 1e3);
    }
    Ok(Turn { first_frame_ms, cpu_ms, bytes, key_ms })
}

fn report(
    what: &str,
    unit: &str,
    ours: &[Turn],
    theirs: &[Turn],
    of: fn(&Turn) -> Vec<f64>,
    percent: usize,
) {
    let [ours, theirs] =
        [ours, theirs].map(|turns| at(turns.iter().flat_map(of).collect(), percent));
    let us = format!("  {what:20} {} {ours:8.2} {unit}", FIREDAMP.name);
    match theirs {
        theirs if theirs > 0.0 => {
            println!("{us}, {} {theirs:8.2}, ratio {:.2}", HTOP.name, ours / theirs);
        }
        _ => println!("{us}, {} is not installed", HTOP.name),
    }
}

/// The so-manieth percent of these values.
fn at(mut values: Vec<f64>, percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((values.len() * percent / 100).min(last)).copied().unwrap_or_default()
}

/// Processes that do nothing, and go with the benchmark.
struct Load(Vec<Child>);

impl Load {
    fn of(count: usize) -> std::io::Result<Self> {
        let mut load = Self(Vec::with_capacity(count));
        for _ in 0..count {
            let mut asleep = Command::new("sleep");
            // It ends by itself, should the benchmark be killed.
            asleep.arg("900").stdin(Stdio::null()).stdout(Stdio::null());
            load.0.push(asleep.spawn()?);
        }
        Ok(load)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.0 {
            child.kill().ok();
        }
        for child in &mut self.0 {
            child.wait().ok();
        }
    }
}
