//! The two tiers of the process probe, against real processes that hide, swap, hang and lie. What needs root, python or
//! a namespace says why it is left out.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test stops at the first thing that is not as it must be, and starts its own children"
)]

#[path = "processes/belongs.rs"]
mod belongs;
#[path = "processes/examined.rs"]
mod examined;
#[path = "processes/hazards.rs"]
mod hazards;
#[path = "processes/headless.rs"]
mod headless;
#[path = "processes/identity.rs"]
mod identity;
#[path = "support/python.rs"]
mod python;
#[path = "processes/recorded.rs"]
mod recorded;
#[path = "processes/sheet.rs"]
mod sheet;
#[path = "support/silent.rs"]
mod silent;

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use firedamp::domain::base::{Clock, Pid};
use firedamp::domain::facts::{Process, Snapshot};
use firedamp::host::probe::{Eyes, HostClock};

/// These tests measure times and count threads, so they run one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A child that ends with the test, and whoever it started with it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(group) =
            i32::try_from(self.0.id()).ok().and_then(rustix::process::Pid::from_raw)
        {
            rustix::process::kill_process_group(group, rustix::process::Signal::KILL).ok();
        }
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Running {
    fn start(command: &mut Command) -> Self {
        Self(command.process_group(0).stderr(Stdio::null()).spawn().unwrap())
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }
}

/// A child that says something in lines and is told to go on.
struct Talking {
    child: Running,
    out: BufReader<ChildStdout>,
    into: ChildStdin,
}

impl Talking {
    fn start(command: &mut Command) -> Self {
        let mut child = Running::start(command.stdin(Stdio::piped()).stdout(Stdio::piped()));
        let (out, into) = (child.0.stdout.take().unwrap(), child.0.stdin.take().unwrap());
        Self { child, out: BufReader::new(out), into }
    }

    /// The words of its next line; `None` if it has ended.
    fn says(&mut self) -> Option<Vec<String>> {
        let mut line = String::new();
        let read = self.out.read_line(&mut line).unwrap();
        (read > 0).then(|| line.split_whitespace().map(str::to_owned).collect())
    }

    fn go_on(&mut self) {
        self.into.write_all(b"\n").unwrap();
    }
}

/// Python with a script; `None` and a word about it where there is none.
fn python(script: &str) -> Option<Command> {
    if !python::is_here() {
        return None;
    }
    let mut command = Command::new("python3");
    command.args(["-c", script]);
    Some(command)
}

/// Whether we are root; a word about it if not.
fn is_root() -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        eprintln!("left out: it needs root");
    }
    root
}

fn look(eyes: &mut Eyes) -> Snapshot {
    eyes.look(HostClock.now())
}

fn row(snapshot: &Snapshot, pid: u32) -> Option<&Arc<Process>> {
    snapshot.processes.iter().find(|process| process.id.pid == Pid(pid))
}

/// Looks until the process is as wanted.
fn look_until(eyes: &mut Eyes, pid: u32, wanted: impl Fn(&Process) -> bool) -> Arc<Process> {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let snapshot = look(eyes);
        let found = row(&snapshot, pid);
        if let Some(process) = found.filter(|process| wanted(process)) {
            return Arc::clone(process);
        }
        assert!(Instant::now() < end, "{pid} was never as wanted: {found:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
