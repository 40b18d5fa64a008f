//! The eyes on this machine, against real children of the test, and on recorded trees in `hosts/`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test stops at the first thing that is not as it must be, and starts its own children"
)]

use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use firedamp::domain::base::{Clock, Moment, Pid};
use firedamp::domain::facts::{
    Gpu, GpuOutcome, GpuSourceKind, Process, Protocol, Reading, RunState, Snapshot, SocketState,
};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::probe::{Eyes, HostClock, Roots};

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

/// A copy of a recorded tree that a test may change.
struct Recorded(tempfile::TempDir);

impl Recorded {
    fn host(name: &str) -> Self {
        let from = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/hosts").join(name);
        let home = tempfile::tempdir().unwrap();
        let copied = Command::new("cp").arg("-a").arg(from.join(".")).arg(home.path()).status();
        assert!(copied.unwrap().success());
        Self(home)
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn eyes(&self) -> Eyes {
        Eyes::open_at(&Roots::recorded(self.0.path())).unwrap()
    }

    /// In the recorded file `from` stands instead of `to` from now on.
    fn change(&self, path: &str, from: &str, to: &str) {
        let before = std::fs::read_to_string(self.at(path)).unwrap();
        assert!(before.contains(from));
        std::fs::write(self.at(path), before.replace(from, to)).unwrap();
    }
}

/// A moment of the recorded boot.
fn at_ms(boot_ms: u64) -> Moment {
    Moment { boot_ms, ..HostClock.now() }
}

fn outcome(gpu: &Gpu, kind: GpuSourceKind) -> GpuOutcome {
    gpu.sources.iter().find(|source| source.kind == kind).unwrap().outcome.clone()
}

#[test]
fn a_recorded_host_is_read_without_asking_this_one() {
    let host = Recorded::host("amdgpu");
    let snapshot = host.eyes().look(at_ms(2_000_000));
    let [miner, _] = snapshot.processes.as_slice() else { panic!("{:?}", snapshot.processes) };
    assert_eq!(miner.comm.bytes(), b"kswapd0) S 1");
    assert_eq!((miner.uid, miner.user.as_deref()), (33, Some("www-data")));
    assert_eq!(arguments(miner), [b"kswapd0".to_vec(), b"--algo".to_vec(), b"example".to_vec()]);
    assert_eq!((miner.nice, miner.cpu_ms, miner.started_ms), (5, 15_250, 1_200_000));
    assert_eq!(miner.age_ms(snapshot.moment), 800_000);
    let [socket] = snapshot.sockets.as_slice() else { panic!("{:?}", snapshot.sockets) };
    assert_eq!(socket.remote.unwrap().to_string(), "203.0.113.5:3333");
    assert_eq!(socket.owners, [miner.id]);
    assert!(socket.since_before);
}

#[test]
fn an_amd_device_and_its_holders_are_told_by_sysfs_and_fdinfo() {
    let host = Recorded::host("amdgpu");
    let mut eyes = host.eyes();
    let first = eyes.look(at_ms(2_000_000)).gpu;
    assert_eq!(outcome(&first, GpuSourceKind::DrmFdinfo), GpuOutcome::Answered);
    assert_eq!(outcome(&first, GpuSourceKind::Sysfs), GpuOutcome::Answered);
    assert_eq!(outcome(&first, GpuSourceKind::NvidiaSmi), GpuOutcome::Absent);
    let [card] = first.devices.as_slice() else { panic!("{:?}", first.devices) };
    assert_eq!(card.model.as_ref().unwrap().bytes(), b"AMD 73bf");
    assert_eq!((card.busy, card.temperature), (Reading::Known(98.0), Reading::Known(84.0)));
    assert_eq!(card.memory_used, Reading::Known(2_281_701_376));
    // Two descriptors of one client, and the compute device.
    let mine: Vec<_> = first.holders.iter().filter(|h| h.process.pid == Pid(4242)).collect();
    let [render, compute] = mine.as_slice() else { panic!("{mine:?}") };
    assert_eq!(render.device.bytes(), b"/dev/dri/renderD128");
    assert_eq!((render.memory, render.busy), (Reading::Known(2 << 30), Reading::Unknown));
    assert_eq!(
        (compute.device.bytes(), compute.source),
        (&b"/dev/kfd"[..], GpuSourceKind::OpenFiles)
    );
    for fd in [5, 6] {
        host.change(&format!("proc/4242/fdinfo/{fd}"), "60000000000 ns", "60950000000 ns");
    }
    let next = eyes.look(at_ms(2_001_000)).gpu;
    let render = next.holders.iter().find(|h| h.device.bytes() == b"/dev/dri/renderD128").unwrap();
    assert_eq!(render.busy, Reading::Known(95.0));
}

#[test]
fn a_sleeping_device_is_not_woken() {
    let host = Recorded::host("amdgpu");
    host.change("sys/class/drm/card0/device/power/runtime_status", "active", "suspended");
    let gpu = host.eyes().look(at_ms(2_000_000)).gpu;
    assert_eq!(gpu.devices.first().unwrap().busy, Reading::Unknown);
    assert_eq!(gpu.devices.first().unwrap().memory_total, Reading::Unknown);
}

/// Looks, five seconds of the recorded boot apart, until the source is as wanted.
fn look_for(eyes: &mut Eyes, wanted: impl Fn(&Gpu) -> bool) -> Arc<Gpu> {
    for turn in 0..100 {
        let gpu = eyes.look(at_ms(2_000_000 + turn * 5_000)).gpu;
        if wanted(&gpu) {
            return gpu;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("never as wanted")
}

#[test]
fn nvidia_smi_runs_only_when_it_was_allowed_and_with_an_empty_environment() {
    let host = Recorded::host("nvidia");
    let (mut eyes, program) = (host.eyes(), host.at("usr/bin/nvidia-smi"));
    let gpu = eyes.look(at_ms(2_000_000)).gpu;
    let path = Untrusted::new(program.clone().into_os_string().into_encoded_bytes());
    assert_eq!(outcome(&gpu, GpuSourceKind::NvidiaSmi), GpuOutcome::NotAllowed(path));
    assert_eq!(outcome(&gpu, GpuSourceKind::NvidiaProc), GpuOutcome::Answered);
    assert_eq!(gpu.devices.first().unwrap().busy, Reading::Unknown);
    assert_eq!(gpu.holders.len(), 2);
    assert!(!eyes.allow(Path::new("/bin/sh")), "only the candidate may be allowed");
    assert!(eyes.allow(&program));
    let answered = |gpu: &Gpu| outcome(gpu, GpuSourceKind::NvidiaSmi) == GpuOutcome::Answered;
    let gpu = look_for(&mut eyes, answered);
    let [device] = gpu.devices.as_slice() else { panic!("{:?}", gpu.devices) };
    assert_eq!(device.model.as_ref().unwrap().bytes(), b"Example T1000");
    assert_eq!(device.busy, Reading::Known(97.0));
    let holder = gpu.holders.iter().find(|h| h.source == GpuSourceKind::NvidiaSmi).unwrap();
    assert_eq!((holder.process.pid, holder.memory), (Pid(777), Reading::Known(3700 << 20)));
}

#[test]
fn a_program_that_does_not_answer_is_killed_and_never_waited_for() {
    let host = Recorded::host("nvidia");
    let program = host.at("usr/bin/nvidia-smi");
    std::fs::write(&program, "#!/bin/sh\nexec /bin/sleep 60\n").unwrap();
    let mut eyes = host.eyes();
    assert!(eyes.allow(&program));
    let start = Instant::now();
    eyes.look(at_ms(2_000_000));
    eyes.look(at_ms(2_005_000));
    assert!(start.elapsed() < Duration::from_secs(1));
    let late = GpuOutcome::Failed(Untrusted::new("no answer within 3 s"));
    look_for(&mut eyes, |gpu| outcome(gpu, GpuSourceKind::NvidiaSmi) == late);
}

#[test]
fn a_process_that_blocks_its_command_line_blocks_nobody_else() {
    let host = Recorded::host("amdgpu");
    for pid in [4242, 5001, 5002, 5003] {
        let (from, to) = (host.at("proc/4242/stat"), host.at(&format!("proc/{pid}")));
        std::fs::create_dir_all(&to).unwrap();
        let stat = std::fs::read_to_string(from).unwrap();
        std::fs::write(to.join("stat"), stat).unwrap();
        std::fs::remove_file(to.join("cmdline")).ok();
        // A pipe without a writer: opening it waits, as a held memory lock does.
        assert!(Command::new("mkfifo").arg(to.join("cmdline")).status().unwrap().success());
    }
    let mut eyes = host.eyes();
    let start = Instant::now();
    let (first, next) = (eyes.look(at_ms(2_000_000)), eyes.look(at_ms(2_001_000)));
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    let command = |snapshot: &Snapshot, pid| {
        let mut processes = snapshot.processes.iter();
        processes.find(|process| process.id.pid == Pid(pid)).unwrap().command.clone()
    };
    assert_eq!(command(&first, 4242), Reading::Blocked);
    assert!(command(&next, 4300).known().is_some(), "an honest process waits for a look at most");
    // Once somebody writes, the helpers end and the answers come.
    for pid in [4242, 5001, 5002, 5003] {
        let pipe = host.at(&format!("proc/{pid}/cmdline"));
        std::fs::remove_file(&pipe).unwrap_or_default();
        std::fs::write(&pipe, "late\0").unwrap();
    }
    let answered = (2..20).any(|turn| {
        let snapshot = eyes.look(at_ms(2_000_000 + turn * 1000));
        [4242, 5001, 5002, 5003].iter().all(|pid| command(&snapshot, *pid).known().is_some())
    });
    assert!(answered);
}
