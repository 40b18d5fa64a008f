//! What one look costs, as CPU milliseconds and as a ratio to the floor that every reader of `/proc`
//! pays: open, read and close of every `/proc/PID/stat`, measured in the same run, in turns.
//!
//! `cargo bench --bench look [looks]`. Ratios travel between machines; milliseconds do not.

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

#[path = "budgets/cpu.rs"]
mod cpu;

use std::time::Instant;

use cpu::{PAUSE, cpu_ms, floor};

use firedamp::domain::base::Clock;
use firedamp::host::probe::{Eyes, HostClock};

/// Median, and the least: a neighbour can only make a look dearer.
fn middle_and_least(mut values: Vec<f64>) -> [f64; 2] {
    values.sort_by(f64::total_cmp);
    [values.len() / 2, 0].map(|at| values.get(at).copied().unwrap_or_default())
}

fn main() -> Result<(), firedamp::host::probe::ProbeError> {
    let looks = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(15);
    let (start, before) = (Instant::now(), cpu_ms());
    let mut eyes = Eyes::open()?;
    let mut last = eyes.look(HostClock.now());
    let first = (start.elapsed(), cpu_ms() - before);
    println!("processes {} sockets {}", last.processes.len(), last.sockets.len());
    println!("first look: {:.1} ms wall, {:.1} ms CPU", first.0.as_secs_f64() * 1e3, first.1);
    let (mut mine, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..looks {
        std::thread::sleep(PAUSE);
        floors.push(floor());
        std::thread::sleep(PAUSE);
        let before = cpu_ms();
        let next = eyes.look(HostClock.now());
        mine.push(cpu_ms() - before);
        last = next;
    }
    let (looks, floors) = (middle_and_least(mine), middle_and_least(floors));
    for (what, (look, floor)) in ["median", "least"].iter().zip(looks.into_iter().zip(floors)) {
        println!("{what}: {look:.2} ms CPU; floor F {floor:.2} ms; ratio {:.2} F", look / floor);
    }
    println!("unread: {}", last.unread.len());
    Ok(())
}
