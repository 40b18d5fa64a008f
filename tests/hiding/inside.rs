//! A look from inside of another namespace: this test program runs itself there and says what it saw.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use firedamp::domain::base::{Clock, Moment};
use firedamp::domain::facts::{Hiding, Process, Reading, Snapshot, Unread};
use firedamp::host::probe::{Eyes, HostClock};
use serde::{Deserialize, Serialize};

/// Where the inner run writes what it saw.
const OUT: &str = "HIDING_TEST_OUT";
/// Seconds that it looks for.
const SECONDS: &str = "HIDING_TEST_SECONDS";
/// A process that it examines at last.
pub(crate) const EXAMINED: &str = "HIDING_TEST_EXAMINED";
/// A kind of contradiction and a number: it looks on until it is told of that, however slow the machine is.
pub(crate) const AWAITED: &str = "HIDING_TEST_AWAITED";
/// Seconds after which it gives that up.
const PATIENCE: u64 = 90;
/// Looks after the one that told of it first: how busy somebody is takes two.
const LOOKS_MORE: u32 = 3;

/// What the inner run saw at its last look.
#[derive(Serialize, Deserialize)]
struct Said {
    hiding: Hiding,
    processes: Vec<Process>,
    unread: Vec<Unread>,
    /// Variables of the process that was to be examined, if it could be read.
    environment: Option<Vec<String>>,
    /// It was there when it was examined, whatever could be read.
    examined: bool,
}

/// Runs in the namespace of another test, and only there.
#[test]
fn a_look_from_inside() {
    let Some(out) = std::env::var_os(OUT) else { return };
    let seconds = std::env::var(SECONDS).unwrap().parse().unwrap();
    let begun = Instant::now();
    let mut eyes = Eyes::open().unwrap();
    let mut last = eyes.look(HostClock.now());
    let mut told = 0;
    while begun.elapsed() < Duration::from_secs(seconds)
        || (told <= LOOKS_MORE && begun.elapsed() < Duration::from_secs(PATIENCE))
    {
        std::thread::sleep(Duration::from_millis(300));
        last = eyes.look(HostClock.now());
        told = if is_told(&last) { told + 1 } else { 0 };
    }
    let processes = last.processes.iter().map(|it| Process::clone(it)).collect();
    let hiding = Hiding::clone(&last.hiding);
    let examined = examined(&mut eyes, &last);
    let environment = if examined { environment(&mut eyes, &last) } else { None };
    let said = Said { hiding, processes, unread: last.unread, environment, examined };
    std::fs::write(out, serde_json::to_vec(&said).unwrap()).unwrap();
}

/// What is awaited is told of; nothing may be awaited.
fn is_told(last: &Snapshot) -> bool {
    let Ok(awaited) = std::env::var(AWAITED) else { return true };
    let (kind, number) = awaited.split_once(' ').unwrap();
    let names = |what: &str| what.split(' ').any(|word| word == number);
    let mut all = last.hiding.contradictions.iter();
    all.any(|it| {
        format!("{:?}", it.kind) == kind
            && (names(&it.what.plain(999)) || names(&it.shown.plain(999)))
    })
}

fn examined(eyes: &mut Eyes, last: &Snapshot) -> bool {
    let pid = std::env::var(EXAMINED).ok().and_then(|it| it.parse::<u32>().ok());
    let row = last.processes.iter().find(|it| Some(it.id.pid.0) == pid);
    row.is_some_and(|row| eyes.examine(row.id, HostClock.now()).is_some())
}

fn environment(eyes: &mut Eyes, last: &Snapshot) -> Option<Vec<String>> {
    let pid: u32 = std::env::var(EXAMINED).ok()?.parse().ok()?;
    let row = last.processes.iter().find(|it| it.id.pid.0 == pid)?;
    let end = Instant::now() + Duration::from_secs(5);
    loop {
        let found = eyes.examine(row.id, HostClock.now())?;
        if let Reading::Known(found) = found.environment {
            let all = found.entry.iter().chain(&found.rest);
            return Some(all.map(|it| it.plain(200)).collect());
        }
        if Instant::now() > end {
            return None;
        }
    }
}

/// A command line that runs this program inside, to be put into a shell script of that place.
pub(crate) fn command() -> String {
    let program = std::env::current_exe().unwrap();
    format!("{} --exact inside::a_look_from_inside", program.display())
}

/// Runs a script in a mount namespace of its own, whose mounts nobody else sees; the script runs [`command`] where it
/// wants to be looked from. Gives what was seen there.
pub(crate) fn seen_by(script: &str, variables: &BTreeMap<&str, String>, seconds: u64) -> Snapshot {
    snapshot(said_by(script, variables, seconds))
}

/// Starts a command that runs [`command`], and gives the place of what it says.
pub(crate) fn start(command: &mut Command, out: &Path, seconds: u64) -> Child {
    command.env(OUT, out).env(SECONDS, seconds.to_string()).spawn().unwrap()
}

/// The same, and the variables of a process that is examined there, if it could be read.
pub(crate) fn examined_by(script: &str, pid: u32, seconds: u64) -> (Snapshot, Option<Vec<String>>) {
    let variables = BTreeMap::from([(EXAMINED, pid.to_string())]);
    let mut said = said_by(script, &variables, seconds);
    let environment = said.environment.take();
    (snapshot(said), environment)
}

fn said_by(script: &str, variables: &BTreeMap<&str, String>, seconds: u64) -> Said {
    let home = tempfile::tempdir().unwrap();
    open_to_all(home.path());
    let out = home.path().join("said");
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "--propagation", "private", "/bin/sh", "-ec", script]);
    unshare.envs(variables).env(OUT, &out).env(SECONDS, seconds.to_string());
    let done = unshare.output().unwrap();
    let printed = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{printed}{}", String::from_utf8_lossy(&done.stderr));
    said_of(&out)
}

/// What an inner run has written, and whether the process that it examined at last was there.
pub(crate) fn of_file(out: &Path) -> (Snapshot, bool) {
    let said = said_of(out);
    let examined = said.examined;
    (snapshot(said), examined)
}

fn said_of(out: &Path) -> Said {
    serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap()
}

fn snapshot(said: Said) -> Snapshot {
    let moment: Moment = HostClock.now();
    Snapshot {
        processes: said.processes.into_iter().map(std::sync::Arc::new).collect(),
        hiding: std::sync::Arc::new(said.hiding),
        unread: said.unread,
        ..Snapshot::empty(moment)
    }
}

/// The inner run may be somebody else.
fn open_to_all(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o777)).unwrap();
}
