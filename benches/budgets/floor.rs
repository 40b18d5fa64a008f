//! A look against the floor: open, read and close of every `/proc/PID/stat`, in turns.

use std::error::Error;
use std::io::Read;
use std::time::Duration;

use firedamp::domain::base::Clock;
use firedamp::host::probe::{Eyes, HostClock};
use rustix::time::{ClockId, clock_gettime};

/// Freed inodes are reclaimed by whatever runs next; the pause keeps one measurement off the other.
const PAUSE: Duration = Duration::from_millis(250);
/// Looks, and floors.
const ROUNDS: usize = 21;
/// Looks before: the first ones read everything.
const WARM: usize = 5;

/// CPU time of this process, in milliseconds.
fn cpu_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

fn floor() -> f64 {
    let before = cpu_ms();
    let mut buffer = [0; 4096];
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.as_encoded_bytes().first().is_some_and(u8::is_ascii_digit) {
            let file = std::fs::File::open(format!("/proc/{}/stat", name.display()));
            file.and_then(|mut file| file.read(&mut buffer)).ok();
        }
    }
    cpu_ms() - before
}

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
