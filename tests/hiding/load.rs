//! CPU time that no visible process uses: on a recorded tree whose numbers the test moves on.

use std::fmt::Write as _;
use std::path::Path;

use firedamp::domain::base::{Clock, Moment};
use firedamp::domain::facts::{ContradictionKind, HostView, Reading, Snapshot};
use firedamp::host::probe::{Eyes, HostClock, Roots};

/// A host with two CPUs and one process, at second `second` since the recording began.
fn write(root: &Path, second: u64, hidden: u64, seen: u64) {
    let ticks = 100_000 + second * (hidden + seen);
    let mut stat = format!("cpu  {ticks} 0 0 900000 0 0 0 0 0 0\n");
    for cpu in 0..2 {
        writeln!(stat, "cpu{cpu} 0 0 0 0").unwrap();
    }
    writeln!(stat, "processes {}", 5_000 + second / 10).unwrap();
    std::fs::write(root.join("proc/stat"), stat).unwrap();
    let used = 400 + second * seen;
    let stat = format!(
        "700 (worker) R 1 700 700 0 -1 0 0 0 0 0 {used} 0 0 0 20 0 1 0 90000 9000000 500 0\n"
    );
    std::fs::write(root.join("proc/700/stat"), stat).unwrap();
}

/// Looks once a recorded second, and gives the last one.
fn looked(seconds: u64, hidden: u64, seen: u64) -> Snapshot {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(home.path().join("proc/700")).unwrap();
    write(home.path(), 0, hidden, seen);
    let mut eyes = Eyes::open_at(&Roots::recorded(home.path())).unwrap();
    let mut last = None;
    for second in 0..=seconds {
        write(home.path(), second, hidden, seen);
        let moment = Moment { boot_ms: 2_000_000 + second * 1_000, ..HostClock.now() };
        last = Some(eyes.look(moment));
    }
    last.unwrap()
}

fn is_told(snapshot: &Snapshot) -> bool {
    snapshot.hiding.contradictions.iter().any(|it| it.kind == ContradictionKind::Cpu)
}

#[test]
fn a_core_that_nobody_in_sight_uses_is_a_contradiction_after_a_while() {
    let early = looked(9, 100, 40);
    assert_eq!(early.hiding.unexplained_cpu, Reading::Known(100.0));
    assert!(!is_told(&early), "it may pass");
    let late = looked(20, 100, 40);
    assert!(is_told(&late), "{:?}", late.hiding);
    assert!(late.hiding.views.contains(&HostView::BusyTime));
}

#[test]
fn a_host_whose_processes_use_what_it_is_busy_with_is_explained() {
    let seen = looked(20, 0, 150);
    assert_eq!(seen.hiding.unexplained_cpu, Reading::Known(0.0));
    assert!(!is_told(&seen));
}

#[test]
fn a_fifth_of_a_core_is_shown_and_no_contradiction() {
    let seen = looked(20, 20, 100);
    assert_eq!(seen.hiding.unexplained_cpu, Reading::Known(20.0));
    assert!(!is_told(&seen));
}

#[test]
fn this_host_is_explained_under_load() {
    let burner = crate::Running::start(
        std::process::Command::new("/bin/sh").args(["-c", "while :; do :; done"]),
    );
    let mut eyes = Eyes::open().unwrap();
    let began = std::time::Instant::now();
    let seen = crate::look_until(&mut eyes, |_| began.elapsed().as_secs() >= 9);
    drop(burner);
    if crate::can("not in the first namespace of pids", !seen.hiding.unexplained_cpu.is_unknown()) {
        let unexplained = *seen.hiding.unexplained_cpu.known().unwrap();
        // Whatever else runs here may be born and end between two looks.
        assert!(unexplained < 100.0, "{unexplained} % of a core");
    }
}
