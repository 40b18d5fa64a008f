//! The whole program against its peers: first full frame, key to the first byte of its answer, CPU, memory, bytes to the
//! terminal.

use std::error::Error;
use std::process::Command;
use std::time::Duration;

use crate::seat::{Seat, cpu_ns, pss_kib};

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
    pss_mib: f64,
    key_ms: Vec<f64>,
}

/// What a program is called and how it is started.
#[derive(Clone, Copy)]
pub(crate) struct Program {
    name: &'static str,
    path: &'static str,
    arguments: &'static [&'static str],
}

const FIREDAMP: Program = Program {
    name: "firedamp",
    path: env!("CARGO_BIN_EXE_firedamp"),
    arguments: &["--new", "--as", "bench"],
};

/// Each refreshes once a second.
const PEERS: [Program; 3] = [
    Program { name: "htop", path: "htop", arguments: &["-d", "10"] },
    Program { name: "btop", path: "btop", arguments: &["--utf-force"] },
    Program { name: "bottom", path: "btm", arguments: &["--rate", "1s"] },
];

/// What a row of the table is about.
struct Row {
    name: &'static str,
    of: fn(&Turn) -> Vec<f64>,
    percent: usize,
}

const ROWS: [Row; 6] = [
    Row { name: "first full frame, ms", of: |turn| vec![turn.first_frame_ms], percent: 50 },
    Row { name: "CPU per second, ms", of: |turn| vec![turn.cpu_ms], percent: 50 },
    Row { name: "to the terminal, bytes/s", of: |turn| vec![turn.bytes], percent: 50 },
    Row { name: "memory (PSS), MiB", of: |turn| vec![turn.pss_mib], percent: 50 },
    Row { name: "key to output p50, ms", of: |turn| turn.key_ms.clone(), percent: 50 },
    Row { name: "key to output p99, ms", of: |turn| turn.key_ms.clone(), percent: 99 },
];

/// The peers that are installed.
pub(crate) fn peers() -> Vec<Program> {
    let there = |it: &Program| Command::new(it.path).arg("--version").output().is_ok();
    PEERS.into_iter().filter(there).collect()
}

/// How long a program has until it is measured.
pub(crate) fn settle(load: usize) -> Duration {
    Duration::from_secs(if load > 5_000 { 12 } else { 5 })
}

/// Gives everybody their turns and prints the table.
pub(crate) fn print(peers: &[Program], load: usize) -> Result<(), Box<dyn Error>> {
    let mut ours = Vec::new();
    let mut theirs: Vec<(Program, Vec<Turn>)> =
        peers.iter().map(|peer| (*peer, Vec::new())).collect();
    for _ in 0..ROUNDS {
        ours.push(turn(&FIREDAMP, load)?);
        for (peer, turns) in &mut theirs {
            turns.push(turn(peer, load)?);
        }
    }
    let names: Vec<&str> = [FIREDAMP].iter().chain(peers).map(|program| program.name).collect();
    println!("| the whole program | {} |", names.join(" | "));
    println!("| --- | --- |{}", " --- |".repeat(theirs.len()));
    for row in ROWS {
        let value = |turns: &[Turn]| at(turns.iter().flat_map(row.of).collect(), row.percent);
        let us = value(&ours);
        let cells = theirs.iter().map(|(_, turns)| {
            let them = value(turns);
            format!(" {them:.2} ({:.2}) |", us / them)
        });
        let cells: Vec<String> = cells.collect();
        println!("| {} | {us:.2} |{}", row.name, cells.concat());
    }
    println!();
    Ok(())
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
    let pss_mib = f64::from(pss_kib(seat.pid)) / 1024.0;
    let mut key_ms = Vec::new();
    for number in 0..KEYS {
        let key: &[u8] = if number.is_multiple_of(2) { b"\x1b[B" } else { b"\x1b[A" };
        // No answer is no number: the whole time until the next key counts.
        let pause = Duration::from_millis(120 + u64::from(number * 37 % 60));
        key_ms.push(seat.press(key, pause)?.unwrap_or(pause).as_secs_f64() * 1e3);
    }
    Ok(Turn { first_frame_ms, cpu_ms, bytes, pss_mib, key_ms })
}

/// The so-manieth percent of these values.
fn at(mut values: Vec<f64>, percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((values.len() * percent / 100).min(last)).copied().unwrap_or_default()
}
