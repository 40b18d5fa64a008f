//! What is found in files and in the memory of processes. What needs root, python or a namespace says why it is left out.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test that cannot go on should stop where it is, prints what it counted, and starts its own children"
)]

#[path = "evidence/files.rs"]
mod files;
#[path = "evidence/hazards.rs"]
mod hazards;
#[path = "evidence/known.rs"]
mod known;
#[path = "evidence/live.rs"]
mod live;
#[path = "evidence/owner.rs"]
mod owner;
#[path = "evidence/pivot.rs"]
mod pivot;
#[path = "support/python.rs"]
mod python;
#[path = "evidence/recorded.rs"]
mod recorded;
#[path = "support/silent.rs"]
mod silent;
#[path = "evidence/turns.rs"]
mod turns;

use std::collections::BTreeMap;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use firedamp::domain::base::{Clock, Pid};
use firedamp::domain::detect::{self, Finding, Reason, Rule, Rulebook, Subject, Watch};
use firedamp::domain::facts::Snapshot;
use firedamp::domain::playbook::{PB_31, read};
use firedamp::host::probe::{Eyes, HostClock, Sieve};

/// An address with a right checksum that nobody has the key to.
const WALLET: &str = "42yKYMHoNCUeBtk8oxKFJoVGKZrdJH8o2aX46t5KeqXRAtj3GYtF9uobpdVHfPXYsYFgnamKBpjgkFk8oAhcPGAA7ethnPb";

/// As the cockpit and `scan` read.
const SIEVE: Sieve =
    Sieve { keeps: detect::keeps, texts: detect::strings::texts, variable: detect::kept_variable };

/// These tests measure times, so they run one after the other; `None` if this one ran elsewhere, or cannot.
fn alone() -> Option<MutexGuard<'static, ()>> {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    apart().then_some(turn)
}

/// Runs this test once more, where there are no other processes than its own; `true` in there, and where that cannot be.
/// What the host runs besides is not read for a test.
fn apart() -> bool {
    let this = std::thread::current().name().unwrap_or_default().to_owned();
    if std::env::var_os("FIREDAMP_APART").is_some() || !this.contains("::") {
        return true;
    }
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--pid", "--net", "--mount-proc", "--fork", "--kill-child"]);
        command
    };
    if !unshare().arg("true").stderr(Stdio::null()).status().is_ok_and(|it| it.success()) {
        eprintln!("{this}: left out, since it needs namespaces of its own");
        return false;
    }
    let mut command = unshare();
    command.args(["sh", "-c", "ip link set lo up 2>/dev/null; exec \"$@\"", "sh"]);
    command.arg(std::env::current_exe().unwrap()).args([&this, "--exact", "--nocapture"]);
    let output = command.env("FIREDAMP_APART", "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    println!("{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success());
    false
}

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
        Self(command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }
}

/// Waits until somebody runs a program of this name: whoever is seen before is seen as another one for a while.
fn until_runs(name: &str) {
    let end = Instant::now() + Duration::from_secs(10);
    let runs = |entry: std::fs::DirEntry| {
        std::fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe.ends_with(name))
    };
    while !std::fs::read_dir("/proc").unwrap().flatten().any(runs) {
        assert!(Instant::now() < end, "nobody runs {name}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A copy of a program of this host under another name, which no package has.
fn copied(program: &str, folder: &Path, name: &str) -> PathBuf {
    let file = folder.join(name);
    std::fs::copy(program, &file).unwrap();
    file
}

/// Eyes that read files and memory too, and what they and the rules know.
struct Looker {
    eyes: Eyes,
    watch: Watch,
}

impl Looker {
    fn open() -> Self {
        let mut eyes = Eyes::open().unwrap();
        let look_for = read(PB_31.en).0.indicators();
        eyes.seek(SIEVE, Box::new(move |it| detect::worth(it, &look_for)));
        Self { eyes, watch: Watch::default() }
    }

    /// The same, that know these rules as well.
    fn heeding(book: Rulebook) -> Self {
        Self { watch: Watch::heeding(Arc::new(book)), ..Self::open() }
    }

    fn look(&mut self) -> (Snapshot, BTreeMap<Subject, Finding>) {
        let snapshot = self.eyes.look(HostClock.now());
        let found = self.watch.see(&snapshot, &read(PB_31.en).0.indicators());
        (snapshot, found)
    }

    /// Looks until a reason of this rule stands against the process; what is found then, or after some seconds.
    fn find(&mut self, pid: u32, rule: Rule) -> (Snapshot, Option<(Finding, Reason)>) {
        let end = Instant::now() + Duration::from_secs(12);
        loop {
            let (snapshot, found) = self.look();
            let of =
                |it: &&Finding| matches!(&it.subject, Subject::Process(id) if id.pid == Pid(pid));
            let finding = found.values().find(of);
            let reason = finding.and_then(|it| it.reasons.iter().find(|it| it.rule == rule));
            if reason.is_some() || Instant::now() > end {
                let both = finding.cloned().zip(reason.cloned());
                return (snapshot, both);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// A configuration as a miner writes it.
fn configuration() -> String {
    format!(
        "{{\"cpu\": true, \"pools\": [{{\"url\": \"gw.example:443\", \"user\": \"{WALLET}\", \"pass\": \"x\"}}]}}\n"
    )
}
