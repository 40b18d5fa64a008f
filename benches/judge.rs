//! What it costs to judge a host: ten thousand processes at once, and then only what changed.
//!
//! `cargo bench --bench judge [PROCESSES]`. The processes are those of the labelled corpus, ordinary ones and miners in
//! the proportion of one to forty, each with numbers of its own. The floor is one pass over the same bytes.

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use firedamp::domain::base::{Moment, Pid, ProcessId, Timestamp};
use firedamp::domain::detect::{Rulebook, Watch};
use firedamp::domain::facts::{Process, Reading, Snapshot};
use firedamp::domain::playbook::{PB_31, read};
use firedamp::domain::untrusted::Untrusted;
use serde_json::Value;

/// Each is measured so often; the median counts.
const ROUNDS: usize = 9;
/// One in so many is a miner.
const MINERS: usize = 40;
/// So many change from one look to the next.
const CHANGED: usize = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let count = std::env::args().find_map(|it| it.parse().ok()).unwrap_or(10_000);
    let look_for = read(PB_31.en).0.indicators();
    let rules = Arc::new(Rulebook::built_in());
    let before = snapshot(processes(count)?, 1_000);
    let (mut floor, mut first, mut again, mut some) = (vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        floor.push(timed(|| black_box(bytes(&before))));
        let mut watch = Watch::heeding(Arc::clone(&rules));
        first.push(timed(|| black_box(watch.see(&before, &look_for)).len()));
        let later = Snapshot { moment: moment(2_000), ..before.clone() };
        again.push(timed(|| black_box(watch.see(&later, &look_for)).len()));
        let mut all = before.processes.clone();
        for process in all.iter_mut().take(CHANGED) {
            let process = Arc::make_mut(process);
            process.id.start += 1;
        }
        let other = Snapshot { processes: all, ..later };
        some.push(timed(|| black_box(watch.see(&other, &look_for)).len()));
    }
    let floor = median(floor);
    println!("{count} processes, the median of {ROUNDS} rounds");
    let rows = [("at first", first), ("nothing changed", again), ("100 are new", some)];
    for (name, times) in rows {
        let time = median(times);
        let ratio = time.as_secs_f64() / floor.as_secs_f64();
        println!("{name:<16} {:>8.2} ms  {ratio:>7.1} x the floor", time.as_secs_f64() * 1e3);
    }
    println!("{:<16} {:>8.2} ms", "the floor", floor.as_secs_f64() * 1e3);
    Ok(())
}

/// Those of the corpus, again and again.
fn processes(count: usize) -> Result<Vec<Process>, Box<dyn Error>> {
    let of = |text: &str| -> Result<Vec<Value>, serde_json::Error> {
        text.lines().map(serde_json::from_str).collect()
    };
    let ordinary = of(include_str!("../tests/corpus/ordinary.jsonl"))?;
    let miners = of(include_str!("../tests/corpus/miners.jsonl"))?;
    let mut all = Vec::with_capacity(count);
    let mut sources = (ordinary.iter().cycle(), miners.iter().cycle());
    for at in 0..count {
        let fact = if at % MINERS == 0 { sources.1.next() } else { sources.0.next() };
        let fact = fact.ok_or("an empty corpus")?;
        all.push(process(u32::try_from(at)? + 2, fact));
    }
    Ok(all)
}

fn process(pid: u32, fact: &Value) -> Process {
    let text = |name: &str| fact.get(name).and_then(Value::as_str).unwrap_or_default();
    let words = fact.get("cmdline").and_then(Value::as_array);
    let words: Vec<&str> = words.into_iter().flatten().filter_map(Value::as_str).collect();
    let exe = text("exe");
    Process {
        id: ProcessId { pid: Pid(pid), start: u64::from(pid), inode: 0 },
        parent: Pid(1),
        comm: text("name").into(),
        command: Reading::Known(Untrusted::new(words.join("\0"))),
        exe: if exe.is_empty() { Reading::Unknown } else { Reading::Known(exe.into()) },
        ..Process::default()
    }
}

fn snapshot(processes: Vec<Process>, boot_ms: u64) -> Snapshot {
    let processes = processes.into_iter().map(Arc::new).collect();
    Snapshot { processes, ..Snapshot::empty(moment(boot_ms)) }
}

fn moment(boot_ms: u64) -> Moment {
    Moment { at: Timestamp::UNIX_EPOCH, boot_ms }
}

/// Every byte that could speak against somebody, once.
fn bytes(snapshot: &Snapshot) -> usize {
    let of = |it: &Arc<Process>| {
        let command = it.command.known().map(Untrusted::bytes).unwrap_or_default();
        let exe = it.exe.known().map(Untrusted::bytes).unwrap_or_default();
        let all = command.iter().chain(exe).chain(it.comm.bytes());
        all.filter(|byte| **byte == b'/').count()
    };
    snapshot.processes.iter().map(of).sum()
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let begun = Instant::now();
    black_box(work());
    begun.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
