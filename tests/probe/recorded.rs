//! Recorded trees in `hosts/`, read without asking this machine.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use firedamp::domain::base::{Clock, Moment, Pid};
use firedamp::domain::facts::{Gpu, GpuOutcome, GpuSourceKind, Reading, Snapshot};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::probe::{Eyes, HostClock, Roots};

use crate::arguments;

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
