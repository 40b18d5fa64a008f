//! The eyes on this machine, against real children of the test, and on recorded trees in `hosts/`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test stops at the first thing that is not as it must be, and starts its own children"
)]

#[path = "probe/recorded.rs"]
mod recorded;

use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use firedamp::domain::base::{Clock, Pid};
use firedamp::domain::facts::{Process, Protocol, Reading, RunState, Snapshot, SocketState};
use firedamp::domain::untrusted::Untrusted;
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

    fn in_snapshot<'s>(&self, snapshot: &'s Snapshot) -> Option<&'s Arc<Process>> {
        snapshot.processes.iter().find(|process| process.id.pid == Pid(self.0.id()))
    }
}

fn look(eyes: &mut Eyes) -> Snapshot {
    eyes.look(HostClock.now())
}

/// Looks until the child is as wanted; what a new child does between fork and exec is not the point.
fn look_until(
    eyes: &mut Eyes,
    child: &Running,
    wanted: impl Fn(&Process) -> bool,
) -> (Snapshot, Arc<Process>) {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let snapshot = look(eyes);
        if let Some(process) = child.in_snapshot(&snapshot).filter(|process| wanted(process)) {
            let process = Arc::clone(process);
            return (snapshot, process);
        }
        assert!(Instant::now() < end, "the child was never as wanted");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn arguments(process: &Process) -> Vec<Vec<u8>> {
    let command = process.command.known().expect("the command line was read");
    command.arguments().map(<[u8]>::to_vec).collect()
}

#[test]
fn a_child_with_a_hostile_name_is_seen_as_it_is() {
    let hostile = "\u{1b}]52;c;AAAA\u{7}\n) R 1 (\u{202e}";
    let child = Running::start(Command::new("/bin/sleep").arg0(hostile).arg("60"));
    let mut eyes = Eyes::open().unwrap();
    let named = |process: &Process| process.comm.bytes() == b"sleep";
    let (snapshot, process) = look_until(&mut eyes, &child, named);
    assert_eq!(arguments(&process), [hostile.as_bytes(), b"60"]);
    assert!(process.exe.known().unwrap().bytes().starts_with(b"/"));
    assert!(!process.exe_deleted);
    assert!(!process.kernel);
    assert_eq!(process.parent, Pid(std::process::id()));
    assert_eq!(process.uid, rustix::process::getuid().as_raw());
    assert!(process.memory > 0);
    assert!(process.age_ms(snapshot.moment) < 30_000, "age {}", process.age_ms(snapshot.moment));
    assert_eq!(snapshot.process(process.id), Some(&process));
}

#[test]
fn a_name_with_brackets_and_line_feeds_moves_no_field() {
    // The shell renames itself as any program can.
    let script = "printf ') R 1 \\n(x' > /proc/$$/comm; while :; do read line; done";
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]);
    let child = Running(command.stdin(Stdio::piped()).spawn().unwrap());
    let mut eyes = Eyes::open().unwrap();
    let renamed = |process: &Process| {
        process.comm.bytes().starts_with(b")") && process.state == RunState::Sleeping
    };
    let (_, process) = look_until(&mut eyes, &child, renamed);
    assert_eq!(process.comm.bytes(), b") R 1 \n(x");
    assert_eq!(process.parent, Pid(std::process::id()));
    assert_eq!(process.threads, 1);
}

#[test]
fn a_busy_child_is_as_busy_as_the_machine_lets_it_be() {
    let child = Running::start(Command::new("/bin/sh").args(["-c", "while :; do :; done"]));
    // On a loaded machine it may get no processor for 20 ms: several eyes take a first look.
    let mut shares = (0..100).map(|_| {
        let snapshot = look(&mut Eyes::open().unwrap());
        child.in_snapshot(&snapshot).map_or(0.0, |process| process.cpu)
    });
    assert!(shares.any(|cpu| cpu > 5.0 && cpu < 150.0), "busy in no first look");
    let mut eyes = Eyes::open().unwrap();
    let before = look(&mut eyes);
    std::thread::sleep(Duration::from_secs(1));
    let after = look(&mut eyes);
    let [then, now] = [&before, &after].map(|snapshot| child.in_snapshot(snapshot).unwrap());
    let used = u16::try_from(now.cpu_ms - then.cpu_ms).unwrap();
    let over = u16::try_from(after.moment.ms_since(before.moment)).unwrap();
    let share = f32::from(used) / f32::from(over) * 100.0;
    assert!((now.cpu - share).abs() < 15.0, "said {} %, used {share} %", now.cpu);
    let [load, _, _] = after.host.load;
    let least = if load < 1.0 { 50.0 } else { 1.0 };
    assert!(now.cpu > least, "{} % at a load of {load}", now.cpu);
    assert!(!matches!(now.state, RunState::Zombie | RunState::Stopped));
}

#[test]
fn an_idle_process_is_the_same_row_and_a_dead_one_is_gone() {
    let child = Running::start(Command::new("/bin/sleep").arg("60"));
    let mut eyes = Eyes::open().unwrap();
    let settled = |process: &Process| process.comm.bytes() == b"sleep" && process.cpu < 0.001;
    let (_, before) = look_until(&mut eyes, &child, settled);
    for _ in 0..40 {
        let snapshot = look(&mut eyes);
        assert!(Arc::ptr_eq(child.in_snapshot(&snapshot).unwrap(), &before));
    }
    let pid = Pid(child.0.id());
    drop(child);
    let snapshot = look(&mut eyes);
    assert!(snapshot.processes.iter().all(|process| process.id.pid != pid));
    assert!(snapshot.processes.is_sorted_by_key(|process| process.id.pid));
}

#[test]
fn a_new_process_is_seen_in_the_next_look() {
    let mut eyes = Eyes::open().unwrap();
    look(&mut eyes);
    for _ in 0..8 {
        let child = Running::start(Command::new("/bin/sleep").arg("60"));
        assert!(child.in_snapshot(&look(&mut eyes)).is_some());
    }
}

#[test]
fn a_connection_has_its_owner_its_ends_and_its_age() {
    let mut eyes = Eyes::open().unwrap();
    look(&mut eyes);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let local = listener.local_addr().unwrap();
    let client = TcpStream::connect(local).unwrap();
    let (_server, _) = listener.accept().unwrap();
    let first = look(&mut eyes);
    let find = |snapshot: &Snapshot| {
        let mut sockets = snapshot.sockets.iter();
        sockets.find(|socket| socket.local == client.local_addr().unwrap()).cloned().unwrap()
    };
    let socket = find(&first);
    assert_eq!(socket.remote, client.peer_addr().ok());
    assert_eq!(socket.protocol, Protocol::Tcp);
    assert_eq!(socket.state, SocketState::Established);
    let owners: Vec<_> = socket.owners.iter().map(|owner| owner.pid).collect();
    assert_eq!(owners, [Pid(std::process::id())]);
    assert!(!socket.since_before);
    assert_eq!(socket.first_seen_ms, first.moment.boot_ms);
    let next = find(&look(&mut eyes));
    assert!(Arc::ptr_eq(&next, &socket), "an unchanged socket is the same row");
    let mut listening = first.sockets.iter().filter(|socket| socket.local == local);
    let listening = listening.find(|socket| socket.state == SocketState::Listen).unwrap();
    assert_eq!(listening.remote, None);
    let mut later = Eyes::open().unwrap();
    assert!(find(&look(&mut later)).since_before);
}

#[test]
fn a_deleted_program_is_told_by_its_link_count_and_not_by_its_name() {
    let home = tempfile::tempdir().unwrap();
    let (gone, named) = (home.path().join("gone"), home.path().join("kept (deleted)"));
    std::fs::copy("/bin/sleep", &gone).unwrap();
    std::fs::copy("/bin/sleep", &named).unwrap();
    let first = Running::start(Command::new(&gone).arg("60"));
    let second = Running::start(Command::new(&named).arg("60"));
    let mut eyes = Eyes::open().unwrap();
    let (_, process) = look_until(&mut eyes, &second, |process| {
        process.exe.known().is_some_and(|exe| exe.bytes().ends_with(b"kept (deleted)"))
    });
    assert!(!process.exe_deleted, "it only looks deleted");
    std::fs::remove_file(&gone).unwrap();
    let (_, process) = look_until(&mut eyes, &first, |process| process.exe_deleted);
    assert!(process.exe.known().unwrap().bytes().ends_with(b"gone (deleted)"));
}

#[test]
fn the_machine_has_a_name_memory_and_processors() {
    let host = look(&mut Eyes::open().unwrap()).host;
    assert!(!host.name.is_empty());
    assert_eq!(
        host.boot_id,
        std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap().trim()
    );
    assert_eq!(host.boot_id.len(), 36);
    assert!(!host.cpus.is_empty());
    assert!(host.memory_total > host.memory_used && host.memory_used > 0);
    assert!(host.cpus.iter().all(|cpu| (0.0..=100.0).contains(cpu)));
}

#[test]
fn a_kernel_thread_is_told_by_its_flag() {
    let snapshot = look(&mut Eyes::open().unwrap());
    for process in snapshot.processes.iter().filter(|process| process.kernel) {
        assert_eq!(process.command, Reading::Known(Untrusted::default()));
        assert_eq!(process.exe, Reading::Unknown);
    }
    let me = snapshot.processes.iter().find(|process| process.id.pid.0 == std::process::id());
    assert!(!me.unwrap().kernel);
}
