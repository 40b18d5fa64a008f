//! What hides, on this machine: with children of the test that really hide, by mounts in a mount namespace of their
//! own, by a library that the loader preloads, by a tracer that changes what the kernel answers, by a name.
//!
//! What must not be told of counts as much: processes that live for a moment, and a `/proc` with `hidepid`.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test stops at the first thing that is not as it must be, starts its own children and says what it skips"
)]

mod drawn;
#[path = "hiding/grades.rs"]
mod grades;
#[path = "hiding/inside.rs"]
mod inside;
#[path = "hiding/listing.rs"]
mod listing;
#[path = "hiding/load.rs"]
mod load;
#[path = "hiding/mounts.rs"]
mod mounts;
#[path = "hiding/names.rs"]
mod names;
#[path = "hiding/preload.rs"]
mod preload;
#[path = "hiding/screens.rs"]
mod screens;
#[path = "hiding/threads.rs"]
mod threads;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use firedamp::domain::base::Clock;
use firedamp::domain::facts::{Contradiction, ContradictionKind, HiddenFrom, Process, Snapshot};
use firedamp::host::probe::{Eyes, HostClock};

/// A child that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(quiet.spawn().unwrap())
    }

    /// A child that does nothing for a while.
    fn sleeping() -> Self {
        Self::start(Command::new("/bin/sleep").arg("120"))
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }
}

/// Looks until what was seen is as wanted.
fn look_until(eyes: &mut Eyes, wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let snapshot = eyes.look(HostClock.now());
        if wanted(&snapshot) {
            return snapshot;
        }
        assert!(Instant::now() < end, "never as wanted: {:?}", snapshot.hiding);
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn of_pid(snapshot: &Snapshot, pid: u32) -> Option<&Process> {
    snapshot.processes.iter().find(|it| it.id.pid.0 == pid).map(|it| &**it)
}

fn about(snapshot: &Snapshot, pid: u32, kind: ContradictionKind) -> Option<&Contradiction> {
    let mut all = snapshot.hiding.contradictions.iter().map(|it| &**it);
    all.find(|it| it.kind == kind && it.process.is_some_and(|id| id.pid.0 == pid))
}

/// Tests that need to be root, or a program of the host, say so where they are not or have not.
fn can(what: &str, yes: bool) -> bool {
    if !yes {
        eprintln!("skipped: {what}");
    }
    yes
}

fn is_root() -> bool {
    can("it needs root, for namespaces and mounts", rustix::process::geteuid().is_root())
}

/// Compiles a stand-in; `None` without a compiler.
fn compiled(source: &str, to: &Path, flags: &[&str]) -> Option<PathBuf> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/standin").join(source);
    let built = Command::new("cc").args(flags).arg("-O1").arg("-o").arg(to).arg(from).status();
    can("it needs a C compiler", built.is_ok_and(|it| it.success())).then(|| to.to_owned())
}

#[test]
fn processes_that_live_for_a_moment_are_not_called_hidden() {
    // Four shells that start a program, and a shell of a shell, as fast as they can.
    let storm = "while :; do /bin/true; ( : ); ( sleep 0.003 & ); done";
    let storms: Vec<Running> =
        (0..4).map(|_| Running::start(Command::new("/bin/sh").args(["-c", storm]))).collect();
    let forks = || {
        let stat = std::fs::read_to_string("/proc/stat").unwrap();
        let line = stat.lines().find_map(|line| line.strip_prefix("processes ")).unwrap();
        line.parse::<u64>().unwrap()
    };
    let (before, begun) = (forks(), Instant::now());
    let mut eyes = Eyes::open().unwrap();
    while begun.elapsed() < Duration::from_secs(6) {
        let snapshot = eyes.look(HostClock.now());
        let hidden = |it: &&std::sync::Arc<Contradiction>| it.kind == ContradictionKind::Process;
        let told: Vec<_> = snapshot.hiding.contradictions.iter().filter(hidden).collect();
        assert!(told.is_empty(), "{told:?}");
        assert!(snapshot.processes.iter().all(|it| it.hidden != Some(HiddenFrom::List)));
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(storms);
    let rate = (forks() - before) / begun.elapsed().as_secs();
    assert!(rate > 200, "only {rate} forks a second: that is no storm");
}

#[test]
fn every_number_that_a_process_can_have_is_tried_at_the_first_look() {
    let mut eyes = Eyes::open().unwrap();
    let snapshot = look_until(&mut eyes, |it| it.hiding.pids_tried.0 > 0);
    let max = std::fs::read_to_string("/proc/sys/kernel/pid_max").unwrap();
    let all = max.trim().parse::<u32>().unwrap() - 1;
    assert_eq!(snapshot.hiding.pids_tried, (all.min(65_536), all));
}
