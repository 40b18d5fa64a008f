//! A driver that does not answer: a silent file system stands in for it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use firedamp::domain::base::{Clock, Moment};
use firedamp::domain::facts::{Gap, Late, Snapshot};
use firedamp::host::probe::{Eyes, HostClock, Roots};

use super::{Recorded, silent};

/// In the environment of a child.
const TREE: &str = "FIREDAMP_TEST_GPU_TREE";

/// Not a test of its own: it looks at a tree in which some files are silent.
#[test]
fn child() {
    let Some(tree) = std::env::var_os(TREE) else { return };
    let mut eyes = Eyes::open_at(&Roots::recorded(PathBuf::from(tree))).unwrap();
    for turn in 0..4 {
        let moment = Moment { boot_ms: 2_000_000 + turn * 1000, ..HostClock.now() };
        let begun = Instant::now();
        say(turn, &eyes.look(moment), begun);
    }
    println!("DONE");
}

fn say(turn: u64, seen: &Snapshot, begun: Instant) {
    let gaps: Vec<_> = seen.unread.iter().filter_map(|it| it.gap.as_ref()).collect();
    println!("{turn} GAPS {gaps:?}");
    println!("{turn} PROCESSES {} TOOK {:?}", seen.processes.len(), begun.elapsed());
    for device in &seen.gpu.devices {
        println!("{turn} DEVICE {device:?}");
    }
    for holder in &seen.gpu.holders {
        println!("{turn} HOLDER {holder:?}");
    }
}

fn beside(host: &Recorded, path: &str) -> Option<String> {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "hangs::child", "--nocapture"]).env(TREE, host.home.path());
    let file = host.at(path);
    silent::beside(&[Path::new(&file)], &mut child)
}

#[test]
fn a_card_whose_driver_hangs_is_named_and_its_figures_are_blocked() {
    let host = Recorded::host("amdgpu");
    let Some(said) = beside(&host, "sys/class/drm/card0/device/gpu_busy_percent") else { return };
    let gap = Gap::Late(Late::Graphics("card0".into()));
    let last: Vec<&str> = said.lines().filter(|line| line.starts_with("3 ")).collect();
    let line = |word: &str| last.iter().find(|line| line.contains(word)).unwrap();
    assert!(line("GAPS").contains(&format!("{gap:?}")), "{said}");
    let device = line("DEVICE");
    assert!(device.contains("card0") && device.contains("busy: Blocked"), "{said}");
    assert!(line("HOLDER").contains("/dev/dri/renderD128"), "who holds it is told: {said}");
    assert!(said.contains("3 PROCESSES 2"), "the rest of the look goes on: {said}");
}

#[test]
fn a_client_whose_driver_hangs_is_a_holder_and_what_it_uses_is_blocked() {
    let host = Recorded::host("amdgpu");
    let Some(said) = beside(&host, "proc/4242/fdinfo/5") else { return };
    let last: Vec<&str> = said.lines().filter(|line| line.starts_with("3 ")).collect();
    assert!(last.iter().any(|line| line.contains("Late(Graphics(")), "{said}");
    let holder = last.iter().find(|line| line.contains("HOLDER") && line.contains("4242"));
    assert!(holder.unwrap().contains("busy: Blocked, memory: Blocked"), "{said}");
    let device = last.iter().find(|line| line.contains("DEVICE")).unwrap();
    assert!(device.contains("busy: Known(98.0)"), "sysfs still answers: {said}");
}
