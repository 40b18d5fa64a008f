//! A look against the floor: open, read and close of every `/proc/PID/stat`, in turns.

use std::error::Error;

use firedamp::domain::base::Clock;
use firedamp::host::probe::{Eyes, HostClock};

use crate::cpu::{PAUSE, cpu_ms, floor};

/// Looks, and floors.
const ROUNDS: usize = 21;
/// Looks before: the first ones read everything.
const WARM: usize = 5;

/// Prints what a whole look costs: processes, sockets and everything else that a look has.
pub(crate) fn print() -> Result<(), Box<dyn Error>> {
    let mut eyes = Eyes::open()?;
    let (mut looks, mut floors) = (Vec::new(), Vec::new());
    for round in 0..WARM + ROUNDS {
        std::thread::sleep(PAUSE);
        let floor = floor();
        std::thread::sleep(PAUSE);
        let before = cpu_ms();
        let snapshot = eyes.look(HostClock.now());
        let look = cpu_ms() - before;
        drop(snapshot);
        if round >= WARM {
            looks.push(look);
            floors.push(floor);
        }
    }
    let [looks, floors] = [looks, floors].map(median);
    println!("| a look | CPU ms | ratio |\n| --- | --- | --- |");
    println!("| floor F: every `/proc/PID/stat` once | {floors:.2} | 1 |");
    println!("| a whole look of firedamp | {looks:.2} | **{:.2} F** |\n", looks / floors);
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
