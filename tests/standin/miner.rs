//! Looks like a miner from outside and mines nothing: for tests and demonstrations.
//!
//! It burns the asked share of some cores with additions and talks stratum to a pool on loopback, with made-up
//! nonces. Invariant: it connects to nothing but loopback, and it ends with its parent or after its time.
#![expect(clippy::print_stderr, reason = "a refusal must be seen")]

use std::ffi::{CString, OsStr, OsString};
use std::hint::black_box;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use serde_json::{Value, json};

/// Carries the real options through the change of command line.
const OPTIONS: &str = "STANDIN_MINER_OPTIONS";
/// Between two options there: no command line of ours holds it.
const SEPARATOR: u8 = 0x1f;
/// Belongs to nobody, and no pool would take it for one that does.
const WALLET: &str = "WALLET-OF-NOBODY-FIREDAMP-STAND-IN";
const SLICE: Duration = Duration::from_millis(50);
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// A stand-in for a miner.
#[derive(Parser)]
struct Options {
    /// Threads that burn.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Share of a core that each thread burns, in percent.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(0..=100))]
    duty: u32,
    /// Ends after so many seconds.
    #[arg(long, default_value_t = 300)]
    seconds: u64,
    /// The name in `/proc/PID/comm`, any bytes; 15 of them count.
    #[arg(long)]
    name: Option<OsString>,
    /// The whole command line as one argument.
    #[arg(long, conflicts_with = "as_argv")]
    argv0: Option<OsString>,
    /// The command line, split at spaces.
    #[arg(long)]
    as_argv: Option<OsString>,
    /// Pool to talk to; loopback only.
    #[arg(long, value_parser = loopback)]
    pool: Option<SocketAddr>,
    /// Seconds between two made-up shares.
    #[arg(long, default_value_t = 3)]
    submit: u64,
}

fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| "not ADDRESS:PORT".to_owned())?;
    if address.ip().is_loopback() { Ok(address) } else { Err("only loopback addresses".to_owned()) }
}

fn main() -> ExitCode {
    let options = match std::env::var_os(OPTIONS) {
        Some(carried) => {
            let parts = carried.as_bytes().split(|byte| *byte == SEPARATOR);
            Options::parse_from(parts.map(OsStr::from_bytes))
        }
        None => Options::parse(),
    };
    let as_argv = options.as_argv.as_deref().or(options.argv0.as_deref());
    if let (Some(line), None) = (as_argv, std::env::var_os(OPTIONS)) {
        eprintln!("cannot start again: {}", start_again(line, options.argv0.is_none()));
        return ExitCode::FAILURE;
    }
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Becomes itself again under another command line; returns only if that fails.
#[expect(clippy::disallowed_methods, reason = "it starts nothing but itself")]
fn start_again(line: &OsStr, split: bool) -> io::Error {
    let carried: Vec<_> = std::env::args_os().map(OsString::into_vec).collect();
    let words: Vec<&[u8]> = if split {
        line.as_bytes().split(|byte| *byte == b' ').filter(|word| !word.is_empty()).collect()
    } else {
        vec![line.as_bytes()]
    };
    let mut words = words.into_iter().map(OsStr::from_bytes);
    // The link works for a deleted file as well.
    Command::new("/proc/self/exe")
        .arg0(words.next().unwrap_or_default())
        .args(words)
        .env(OPTIONS, OsStr::from_bytes(&carried.join(&SEPARATOR)))
        .exec()
}

fn run(options: &Options) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    let end = Instant::now() + Duration::from_secs(options.seconds);
    rustix::thread::set_name(&comm(options))?;
    for _ in 0..options.threads {
        let duty = options.duty;
        thread::spawn(move || burn(duty));
    }
    if let Some(pool) = options.pool {
        mine(pool, Duration::from_secs(options.submit), end);
    }
    thread::sleep(end.saturating_duration_since(Instant::now()));
    Ok(())
}

/// The asked name, or what the kernel would have made of the command line.
fn comm(options: &Options) -> CString {
    let arg0 = std::env::args_os().next().unwrap_or_default();
    let file = arg0.as_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let name = options.name.as_deref().map_or(file, OsStr::as_bytes);
    CString::new(name.split(|byte| *byte == 0).next().unwrap_or_default()).unwrap_or_default()
}

/// Adds numbers until it has had `duty` percent of a core since it began, slice by slice. It counts the time
/// that it really ran, so that on a busy machine it takes its share all the same.
fn burn(duty: u32) {
    let start = Instant::now();
    let mut sum = 0_u64;
    loop {
        while ran() < start.elapsed() * duty / 100 {
            for number in 0..10_000 {
                sum = black_box(sum.wrapping_add(number));
            }
        }
        if duty < 100 {
            thread::sleep(SLICE);
        }
    }
}

/// The time that this thread has run.
fn ran() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// Talks to the pool until `end`, and comes back with growing pauses when it is sent away.
fn mine(pool: SocketAddr, submit: Duration, end: Instant) {
    let mut pause = Duration::from_millis(250);
    while Instant::now() < end {
        let began = Instant::now();
        if let Err(error) = talk(pool, submit, end) {
            eprintln!("pool: {error}");
        }
        if began.elapsed() > Duration::from_secs(5) {
            pause = Duration::from_millis(250);
        }
        thread::sleep(pause.min(end.saturating_duration_since(Instant::now())));
        pause = (pause * 2).min(Duration::from_secs(4));
    }
}

fn talk(pool: SocketAddr, submit: Duration, end: Instant) -> io::Result<()> {
    let mut stream = TcpStream::connect_timeout(&pool, Duration::from_secs(2))?;
    stream.set_read_timeout(Some(Duration::from_millis(100)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut say = |id: u64, method: &str, params: Value| {
        let line = json!({ "id": id, "jsonrpc": "2.0", "method": method, "params": params });
        stream.write_all(format!("{line}\n").as_bytes())
    };
    let agent = "XMRig/0.0.0 (stand-in of firedamp's tests)";
    say(1, "login", json!({ "login": WALLET, "pass": "x", "agent": agent, "algo": ["rx/0"] }))?;
    let (mut id, mut job, mut line) = (1, None::<String>, Vec::new());
    let (mut submitted, mut kept) = (Instant::now(), Instant::now());
    while Instant::now() < end {
        match reader.by_ref().take(64 * 1024).read_until(b'\n', &mut line) {
            Ok(_) if line.ends_with(b"\n") => {
                let heard: Value = serde_json::from_slice(&line).unwrap_or(Value::Null);
                line.clear();
                let mut new = ["/result/job/job_id", "/params/job_id"].into_iter();
                let new = new.find_map(|path| heard.pointer(path)?.as_str());
                job = new.map(str::to_owned).or(job);
            }
            Ok(_) => return Err(io::ErrorKind::ConnectionAborted.into()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        if let Some(job) = job.as_ref().filter(|_| submitted.elapsed() >= submit) {
            (id, submitted) = (id + 1, Instant::now());
            let (nonce, result) = (format!("{id:08x}"), "0".repeat(64));
            say(
                id,
                "submit",
                json!({ "id": "1", "job_id": job, "nonce": nonce, "result": result }),
            )?;
        }
        if kept.elapsed() >= KEEP_ALIVE {
            (id, kept) = (id + 1, Instant::now());
            say(id, "keepalived", json!({ "id": "1" }))?;
        }
    }
    Ok(())
}
