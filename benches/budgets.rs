//! The budgets, as a table in Markdown: what a look costs against the floor that every reader of `/proc` pays, and the
//! whole program against its peers, each on a terminal of its own, in turns, under the same load, refreshing once a second.
//!
//! `cargo bench --bench budgets -- [EXTRA-PROCESSES ...] > docs/performance.md`, without a number 0, 2000 and 10000.
//! Ratios travel between machines; milliseconds do not. A quiet machine is needed. Peers are those that are installed.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark prints its result, and starts the load that it measures under"
)]

#[path = "budgets/cpu.rs"]
mod cpu;
#[path = "budgets/floor.rs"]
mod floor;
#[path = "budgets/load.rs"]
mod load;
#[path = "budgets/programs.rs"]
mod programs;
#[path = "budgets/seat.rs"]
mod seat;

use std::error::Error;
use std::thread;
use std::time::Duration;

use load::Asleep;

/// What stands above the tables.
const PREFACE: &str = "# What it costs

Made by `benches/publish` on a machine with two cores. Every figure and its ratio are
of one run, in turns, the median of the rounds. In brackets: firedamp's figure as a ratio to the peer's; below 1 firedamp
needs less. The peers show processes only; firedamp's figures are those of the whole cockpit, with sockets, hidden
processes, what starts by itself and the recording.
";

fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<usize> = std::env::args().filter_map(|it| it.parse().ok()).collect();
    let loads = if given.is_empty() { vec![0, 2_000, 10_000] } else { given };
    let peers = programs::peers();
    println!("{PREFACE}");
    for load in loads {
        let _asleep = Asleep::these(load)?;
        // What starting them left to be done is not to be paid by the first turn.
        thread::sleep(Duration::from_secs(2) + programs::settle(load) / 2);
        println!("## {load} extra processes\n");
        floor::print()?;
        programs::print(&peers, load)?;
    }
    Ok(())
}
