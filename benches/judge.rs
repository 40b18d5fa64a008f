//! What it costs to judge a host: ten thousand processes at once, and then only what changed.
//!
//! `cargo bench --bench judge [PROCESSES]`. Processes, connections and what starts by itself are those of the labelled
//! corpus, again and again, ordinary ones and miners in the proportion of forty to one, each with numbers of its own. All
//! of it is judged by the rules of the program, and then by ten thousand indicators beside them; and once more so that no
//! two are alike, as no host is. The floor is to hash the same texts once. Goal: all at once in 50 ms.

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

use std::error::Error;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use firedamp::domain::base::{Moment, Pid, ProcessId, Timestamp};
use firedamp::domain::detect::rulebook::read as read_rules;
use firedamp::domain::detect::{Rulebook, Watch};
use firedamp::domain::facts::{
    Autostart, AutostartKind, Packaged, Persistence, Process, Protocol, Reading, Snapshot, Socket,
    SocketState, Target,
};
use firedamp::domain::playbook::{Indicators, PB_31, read};
use firedamp::domain::untrusted::Untrusted;
use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;

/// Each is measured so often; the median counts.
const ROUNDS: usize = 9;
/// One in so many is a miner.
const MINERS: usize = 40;
/// One in so many processes has a connection.
const CONNECTED: usize = 5;
/// Indicators of the responder's.
const INDICATORS: usize = 10_000;

type Fallible<T> = Result<T, Box<dyn Error>>;

fn main() -> Fallible<()> {
    let count = std::env::args().find_map(|it| it.parse().ok()).unwrap_or(10_000);
    let look_for = read(PB_31.en).0.indicators();
    let before = host(count)?;
    println!(
        "{count} processes, {} connections, {} that start by themselves; the median of {ROUNDS}",
        before.sockets.len(),
        before.persistence.entries.len()
    );
    let floor = median((0..ROUNDS).map(|_| timed(|| hashed(&before))).collect());
    println!("{:<40} {:>8.2} ms", "the floor: to hash the same texts", ms(floor));
    let added = read_rules("made.txt", &list()?);
    println!("{} indicators were read, {} faults", added.count(), added.faults.len());
    let unlike = unlike(&before);
    let books = [("built in", Rulebook::built_in()), ("with those", Rulebook::with(&[added]))];
    for (name, book) in books {
        let book = Arc::new(book);
        measured(name, &book, &before, &look_for, floor);
        let times = (0..ROUNDS).map(|_| {
            let mut watch = Watch::heeding(Arc::clone(&book));
            timed(|| black_box(watch.see(&unlike, &look_for)).len())
        });
        told(&format!("{name}, at first, no two alike"), times.collect(), floor);
    }
    Ok(())
}

/// A round begins without a memory; then a look shows nothing new, and one shows a few new processes.
fn measured(
    name: &str,
    book: &Arc<Rulebook>,
    before: &Snapshot,
    look_for: &Indicators,
    floor: Duration,
) {
    let (mut first, mut again) = (Vec::new(), Vec::new());
    let mut some: [(usize, Vec<Duration>); 2] = [(20, Vec::new()), (100, Vec::new())];
    for _ in 0..ROUNDS {
        let mut watch = Watch::heeding(Arc::clone(book));
        first.push(timed(|| black_box(watch.see(before, look_for)).len()));
        let later = Snapshot { moment: moment(2_000), ..before.clone() };
        again.push(timed(|| black_box(watch.see(&later, look_for)).len()));
        let mut seen = later;
        for (count, times) in &mut some {
            seen = changed(&seen, *count);
            times.push(timed(|| black_box(watch.see(&seen, look_for)).len()));
        }
    }
    let [(_, twenty), (_, hundred)] = some;
    for (what, times) in
        [("at first", first), ("nothing new", again), ("20 new", twenty), ("100 new", hundred)]
    {
        told(&format!("{name}, {what}"), times, floor);
    }
}

fn told(row: &str, times: Vec<Duration>, floor: Duration) {
    let time = median(times);
    let ratio = time.as_secs_f64() / floor.as_secs_f64();
    println!("{row:<40} {:>8.2} ms  {ratio:>7.2} x the floor", ms(time));
}

/// The same host, where each process has an argument of its own: nobody has workers.
fn unlike(host: &Snapshot) -> Snapshot {
    let mut host = host.clone();
    for process in &mut host.processes {
        let process = Arc::make_mut(process);
        let command = process.command.known().map(Untrusted::bytes).unwrap_or_default();
        let own = format!("\0--instance={}", process.id.pid.0);
        process.command = Reading::Known(Untrusted::new([command, own.as_bytes()].concat()));
    }
    host
}

/// The same host after so many of its processes, spread over all of them, have ended and others run the same.
fn changed(before: &Snapshot, count: usize) -> Snapshot {
    let mut seen = before.clone();
    let step = (seen.processes.len() / count).max(1);
    for process in seen.processes.iter_mut().skip(step / 2).step_by(step) {
        Arc::make_mut(process).id.start += 1;
    }
    seen
}

/// The facts of a part of the corpus.
fn facts(text: &str) -> Fallible<Vec<Value>> {
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

fn host(count: usize) -> Fallible<Snapshot> {
    let ordinary = facts(include_str!("../tests/corpus/ordinary.jsonl"))?;
    let miners = facts(include_str!("../tests/corpus/miners.jsonl"))?;
    let ends = facts(include_str!("../tests/corpus/connections.jsonl"))?;
    let mut sources = (ordinary.iter().cycle(), miners.iter().cycle(), ends.iter().cycle());
    let (mut processes, mut sockets) = (Vec::new(), Vec::new());
    for at in 0..count {
        let fact = if at % MINERS == 0 { sources.1.next() } else { sources.0.next() };
        let process = process(u32::try_from(at)? + 2, fact.ok_or("an empty corpus")?);
        if at % CONNECTED == 0 {
            sockets.extend(sources.2.next().and_then(|end| socket(process.id, end)));
        }
        processes.push(Arc::new(process));
    }
    let entries = facts(include_str!("../tests/corpus/persistence.jsonl"))?;
    let entries = (1..).zip(&entries).map(|(line, fact)| Arc::new(entry(line, fact))).collect();
    let persistence = Arc::new(Persistence { entries, hunted_ms: Some(1), watched: true });
    let sockets = sockets.into_iter().map(Arc::new).collect();
    Ok(Snapshot { processes, sockets, persistence, ..Snapshot::empty(moment(1_000)) })
}

fn text<'a>(fact: &'a Value, name: &str) -> &'a str {
    fact.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn process(pid: u32, fact: &Value) -> Process {
    let words = fact.get("cmdline").and_then(Value::as_array);
    let words: Vec<&str> = words.into_iter().flatten().filter_map(Value::as_str).collect();
    let exe = text(fact, "exe");
    Process {
        id: ProcessId { pid: Pid(pid), start: u64::from(pid), inode: 0 },
        parent: Pid(1),
        comm: text(fact, "name").into(),
        command: Reading::Known(Untrusted::new(words.join("\0"))),
        exe: if exe.is_empty() { Reading::Unknown } else { Reading::Known(exe.into()) },
        ..Process::default()
    }
}

/// A connection of this process to the end that the corpus has; `None` where it has no address.
fn socket(owner: ProcessId, fact: &Value) -> Option<Socket> {
    let port = u16::try_from(fact.get("port")?.as_u64()?).ok()?;
    let address: std::net::IpAddr = text(fact, "ip").parse().ok()?;
    let local = format!("192.0.2.2:{}", 10_000 + owner.pid.0 % 50_000).parse().ok()?;
    Some(Socket {
        protocol: Protocol::Tcp,
        local,
        remote: Some((address, port).into()),
        state: SocketState::Established,
        inode: u64::from(owner.pid.0),
        uid: 0,
        owners: vec![owner],
        first_seen_ms: 1,
        since_before: false,
        namespace: 0,
        flow: None,
        only_in: None,
        own: false,
    })
}

fn entry(line: u32, fact: &Value) -> Autostart {
    let content = text(fact, "content");
    let program = content.split_whitespace().find(|it| it.starts_with('/'));
    let target = |program: &str| Target {
        program: program.into(),
        exists: Reading::Known(true),
        packaged: Packaged::No,
    };
    Autostart {
        kind: AutostartKind::Cron,
        path: text(fact, "path").into(),
        line,
        text: content.into(),
        user: None,
        uid: 0,
        mode: 0o100_644,
        modified: Timestamp::UNIX_EPOCH,
        changed: Timestamp::UNIX_EPOCH,
        immutable: Reading::Unknown,
        packaged: Packaged::No,
        runs: program.map(target),
        tricks: Vec::new(),
        remarks: Vec::new(),
    }
}

fn moment(boot_ms: u64) -> Moment {
    Moment { at: Timestamp::UNIX_EPOCH, boot_ms }
}

/// Indicators of every kind; few of them are ever met.
fn list() -> Result<String, std::fmt::Error> {
    let mut list = String::new();
    for at in 0..INDICATORS {
        let (high, low) = (at / 256, at % 256);
        match at % 5 {
            0 => writeln!(list, "host-{at}.pool-{low}.example")?,
            1 => writeln!(list, "2001:db8:{high:x}::{low:x}")?,
            2 => writeln!(list, "2001:db8:{at:x}::/{}", 48 + at % 17)?,
            3 => writeln!(list, "{at:064x}")?,
            _ => writeln!(list, "http://drop-{at}.example/a/{low}.sh")?,
        }
    }
    Ok(list)
}

/// Every text that could speak against somebody, hashed once.
fn hashed(snapshot: &Snapshot) -> u64 {
    let mut hasher = DefaultHasher::new();
    for it in &snapshot.processes {
        it.comm.hash(&mut hasher);
        it.command.known().hash(&mut hasher);
        it.exe.known().hash(&mut hasher);
    }
    for it in &snapshot.persistence.entries {
        (&it.path, &it.text).hash(&mut hasher);
    }
    hasher.finish()
}

/// Time of the processor: what else the machine does meanwhile is not in it.
fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let used = || {
        let now = clock_gettime(ClockId::ThreadCPUTime);
        let (seconds, nanos) = (u64::try_from(now.tv_sec), u32::try_from(now.tv_nsec));
        Duration::new(seconds.unwrap_or_default(), nanos.unwrap_or_default())
    };
    let begun = used();
    black_box(work());
    used().saturating_sub(begun)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
