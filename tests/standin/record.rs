//! Records a walkthrough's tape with firedamp's own eyes and recorder. `sessions/record.sh` sets the stage for it.
//!
//! What the tape must not tell is changed before it is written: the machine's boot id, kernel and graphics
//! processors, and the time; its load and memory are worked out from the processes on the tape, since the machine
//! does other work meanwhile. The pools that the stand-in miners talk to are on loopback; the tape gives them
//! addresses that belong to nobody (RFC 5737). The recorder itself is left out.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use firedamp::domain::base::{Clock, Moment, Pid, Timestamp};
use firedamp::domain::facts::{Gpu, GpuOutcome, GpuSource, Host, Snapshot, Socket};
use firedamp::domain::session::Opening;
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::probe::{Eyes, HostClock};
use firedamp::host::store::Store;

/// Addresses of the pools' stand-ins, and what the tape calls them.
const POOLS: [(Ipv4Addr, Ipv4Addr); 2] = [
    (Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(198, 51, 100, 23)),
    (Ipv4Addr::new(127, 0, 0, 3), Ipv4Addr::new(203, 0, 113, 77)),
];
/// The host's own address on the tape.
const HERE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 13);
const BOOT: &str = "5f0e1c52-3d0b-4c43-9a3e-0123456789ab";
const KERNEL: &str = "6.1.0-18-amd64";
/// Memory of the host on the tape, and what its kernel uses of it.
const MEMORY: (u64, u64) = (8 << 30, 700 << 20);

/// Records what happens on this host.
#[derive(Parser)]
struct Options {
    /// Empty directory to work in.
    #[arg(long)]
    work: PathBuf,
    /// The tape.
    #[arg(long)]
    tape: PathBuf,
    /// For so long.
    #[arg(long, default_value_t = 240)]
    seconds: u64,
    /// What the clock shows at the start of the tape.
    #[arg(long)]
    begin: Timestamp,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let who = Untrusted::from("recorder");
    let opening = Opening {
        version: String::new(),
        host: Untrusted::default(),
        playbook: String::new(),
        title: Untrusted::default(),
        sha256: firedamp::domain::base::Digest::default(),
        training: None,
    };
    let opened = Store::at(&options.work)?.create(opening, "", HostClock.now(), &who)?;
    let mut eyes = Eyes::open()?;
    let recorder = opened.record()?;
    let start = HostClock.now();
    let begun = Instant::now();
    let mut load = [0.2; 3];
    for second in 0..options.seconds {
        let due = Duration::from_secs(second);
        thread::sleep(due.saturating_sub(begun.elapsed()));
        let mut snapshot = told(eyes.look(HostClock.now()), start, options.begin);
        snapshot.host = Arc::new(host(&snapshot, &mut load));
        recorder.offer(Arc::new(snapshot));
    }
    thread::sleep(Duration::from_millis(500));
    let status = recorder.status();
    drop(recorder);
    if let Some(trouble) = status.trouble {
        return Err(format!("{trouble:?}").into());
    }
    fs::copy(opened.path.join("telemetry/00001.jsonl.zst"), options.tape)?;
    Ok(())
}

/// What the tape tells of a snapshot.
fn told(mut snapshot: Snapshot, start: Moment, begin: Timestamp) -> Snapshot {
    let gone_by = Duration::from_millis(snapshot.moment.ms_since(start));
    snapshot.moment.at = begin.saturating_add(gone_by).unwrap_or(begin);
    let absent = |source: &GpuSource| GpuSource { outcome: GpuOutcome::Absent, ..source.clone() };
    let sources = snapshot.gpu.sources.iter().map(absent).collect();
    snapshot.gpu = Arc::new(Gpu { sources, ..Gpu::default() });
    let recorder = Pid(std::process::id());
    snapshot.processes.retain(|process| process.id.pid != recorder);
    snapshot.sockets.retain(|socket| pool(socket.local.ip()).is_none());
    for socket in &mut snapshot.sockets {
        if let Some(told) = socket.remote.and_then(|remote| pool(remote.ip())) {
            let mut changed = Socket::clone(socket);
            changed.local.set_ip(HERE.into());
            changed.remote.iter_mut().for_each(|remote| remote.set_ip(told.into()));
            *socket = Arc::new(changed);
        }
    }
    snapshot
}

/// The machine as a whole, as its processes make it.
fn host(snapshot: &Snapshot, load: &mut [f32; 3]) -> Host {
    let count = snapshot.host.cpus.len().max(1);
    let cores = u8::try_from(count).map_or(1.0, f32::from);
    let busy: f32 = snapshot.processes.iter().map(|process| process.cpu).sum();
    let mut left = busy.min(100.0 * cores);
    let mut cpus = Vec::new();
    for _ in 0..count {
        let share = left.min(98.0);
        left -= share;
        cpus.push(share);
    }
    for (load, seconds) in load.iter_mut().zip([60.0_f32, 300.0, 900.0]) {
        *load += (busy / 100.0 - *load) * (1.0 - (-1.0 / seconds).exp());
    }
    let resident: u64 = snapshot.processes.iter().map(|process| process.memory).sum();
    Host {
        name: snapshot.host.name.clone(),
        kernel: KERNEL.into(),
        boot_id: BOOT.to_owned(),
        cpu: cpus.iter().sum::<f32>() / cores,
        cpus,
        load: *load,
        memory_total: MEMORY.0,
        memory_used: MEMORY.1 + resident,
        swap_total: 0,
        swap_used: 0,
    }
}

fn pool(address: IpAddr) -> Option<Ipv4Addr> {
    let of = |(real, told): &(Ipv4Addr, Ipv4Addr)| (address == *real).then_some(*told);
    POOLS.iter().find_map(of)
}
