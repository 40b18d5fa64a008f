//! What a durable entry costs, as a ratio to a bare write and `fdatasync` of the same bytes on the same disk, in turns
//! in the same run; and what it costs to read a long journal.
//!
//! `cargo bench --bench journal [events]`. Ratios travel between machines; milliseconds do not.

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

use std::error::Error;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use firedamp::domain::base::{Clock, Digest};
use firedamp::domain::session::{Chain, Draft, Event, Opening, Stamp};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::probe::HostClock;
use firedamp::host::store::{Hand, Store};
use rustix::time::{ClockId, clock_gettime};

/// Durable writes of each kind.
const APPENDS: u32 = 2_000;
/// Entries of the long journal.
const EVENTS: u64 = 1_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let events = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(EVENTS);
    let place = tempfile::tempdir_in(std::env::current_dir()?)?;
    appends(place.path())?;
    long(place.path(), events)
}

fn noted(number: u64) -> Event {
    let text = format!("{number}: process 4242 of www-data talks to 192.0.2.1:3333");
    Event::Noted { text: text.into(), about: None }
}

fn opening() -> Opening {
    Opening {
        version: "0.1.0".into(),
        host: "web03".into(),
        playbook: "PB-31".into(),
        title: "Cryptomining".into(),
        sha256: Digest::default(),
        training: None,
    }
}

/// Entries and bare writes, one after the other.
fn appends(place: &Path) -> Result<(), Box<dyn Error>> {
    let by = Untrusted::from("ploy");
    let store = Store::at(&place.join("short"))?;
    let opened = store.create(opening(), "", HostClock.now(), &by)?;
    let Hand::Pen(mut journal) = opened.hand else { return Err("no pen".into()) };
    let mut bare = OpenOptions::new().create(true).append(true).open(place.join("bare"))?;
    let line = vec![b'x'; 480];
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    for number in 0..u64::from(APPENDS) {
        let begun = Instant::now();
        journal.append(HostClock.now(), &by, noted(number))?;
        ours.push(begun.elapsed());
        let begun = Instant::now();
        bare.write_all(&line)?;
        bare.sync_data()?;
        floor.push(begun.elapsed());
    }
    for percent in [50, 99] {
        let (ours, floor) = (at(&mut ours, percent), at(&mut floor, percent));
        let ratio = ours.as_secs_f64() / floor.as_secs_f64();
        println!(
            "append p{percent}: {ours:.1?}, bare write+fdatasync {floor:.1?}, ratio {ratio:.2}"
        );
    }
    Ok(())
}

/// Verifies a long journal, and opens it.
fn long(place: &Path, events: u64) -> Result<(), Box<dyn Error>> {
    let sessions = place.join("long");
    let store = Store::at(&sessions)?;
    let by = Untrusted::from("ploy");
    let opened = store.create(opening(), "", HostClock.now(), &by)?;
    let file = opened.path.join("journal.jsonl");
    drop(opened);
    let megabytes = u32::try_from(write(&file, events)? / 1_000_000)?;
    let before = peak_mib();
    let (begun, cpu) = (Instant::now(), cpu_s());
    let verified = store.verify("latest")?;
    let (took, cpu) = (begun.elapsed().as_secs_f64(), cpu_s() - cpu);
    let whole = verified.verdict.is_whole();
    let entries = verified.verdict.entries;
    println!(
        "verify {entries} entries, {megabytes} MB, whole {whole}: {took:.2} s, {cpu:.2} s CPU"
    );
    println!(
        "  {:.0} MB/s, peak {:.0} MiB (before {before:.0})",
        f64::from(megabytes) / took,
        peak_mib()
    );
    let cpu = cpu_s();
    let begun = Instant::now();
    let opened = store.open("latest", &by)?;
    let took = begun.elapsed().as_secs_f64();
    let (entries, cpu) = (opened.entries.len(), cpu_s() - cpu);
    println!("open {entries} entries: {took:.2} s, {cpu:.2} s CPU, peak {:.0} MiB", peak_mib());
    Ok(())
}

/// Adds entries to a journal without waiting for the disk; how long it is then.
fn write(file: &Path, events: u64) -> Result<u64, Box<dyn Error>> {
    let mut chain = Chain::default();
    chain.next(&std::fs::read(file)?)?;
    let mut out = std::io::BufWriter::new(OpenOptions::new().append(true).open(file)?);
    for number in 1..events {
        let now = HostClock.now();
        let boot = Stamp { id: "822a70cb-dbb7-48ed-ac6c-e2d38c325c51".into(), ms: now.boot_ms };
        let draft = Draft { at: now.at, boot, by: "ploy".into(), event: noted(number) };
        let line = chain.line(draft)?;
        out.write_all(&line.bytes)?;
        chain.accept(&line)?;
    }
    out.flush()?;
    Ok(file.metadata()?.len())
}

/// The so-manieth percent of these times.
fn at(times: &mut [Duration], percent: usize) -> Duration {
    times.sort();
    times.get(times.len() * percent / 100).copied().unwrap_or_default()
}

fn cpu_s() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).map_or(0.0, |time| time.as_secs_f64())
}

/// The most memory that this process has had.
fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}
