//! Recorded trees that let nobody read them, and rows that travel as differences.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use firedamp::domain::base::{Clock, Moment, Pid, ProcessId};
use firedamp::domain::facts::{Io, Process, Reading, Snapshot};
use firedamp::domain::session::telemetry::{Decoder, Encoder};
use firedamp::host::probe::{Eyes, HostClock, Roots};

use crate::alone;

fn stat(pid: u32) -> String {
    let rest = "1 0 0 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0";
    format!("{pid} (x) S {rest} {} 0 0 0\n", 100 + pid)
}

fn helpers() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.trim() == "commands").count()
}

/// Pipes without a writer: opening them waits, as a held lock does.
fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn no_more_than_eight_threads_are_ever_stuck() {
    let _alone = alone();
    let home = tempfile::tempdir().unwrap();
    let proc = home.path().join("proc");
    let pids = 4000..4014;
    for pid in pids.clone() {
        std::fs::create_dir_all(proc.join(pid.to_string())).unwrap();
        std::fs::write(proc.join(format!("{pid}/stat")), stat(pid)).unwrap();
        pipe(&proc.join(format!("{pid}/{}", if pid % 2 == 0 { "cmdline" } else { "io" })));
    }
    let mut eyes = Eyes::open_at(&Roots::recorded(home.path())).unwrap();
    let (mut slowest, mut most) = (Duration::ZERO, 0);
    for turn in 0..30 {
        let begun = Instant::now();
        let snapshot = eyes.look(Moment { boot_ms: 60_000 + turn * 1000, ..HostClock.now() });
        slowest = slowest.max(begun.elapsed());
        most = most.max(helpers());
        assert_eq!(snapshot.processes.len(), 14);
        assert!(snapshot.processes.iter().all(|it| it.command == Reading::Blocked));
    }
    eprintln!("14 processes that block: slowest look {slowest:?}, {most} threads");
    assert_eq!(most, 8, "neither more nor fewer");
    assert!(slowest < Duration::from_millis(250));
    // Once somebody writes, the threads end and the answers come.
    for pid in pids {
        for name in ["cmdline", "io"] {
            let path = proc.join(format!("{pid}/{name}"));
            if path.exists() {
                let mut open = std::fs::OpenOptions::new();
                open.read(true).write(true).open(&path).map(drop).unwrap();
            }
            std::fs::remove_file(&path).ok();
            std::fs::write(&path, "late\0").unwrap();
        }
    }
    let answered = (100..140).any(|turn| {
        let snapshot = eyes.look(Moment { boot_ms: 60_000 + turn * 1000, ..HostClock.now() });
        snapshot.processes.iter().all(|it| it.command.known().is_some())
    });
    assert!(answered);
}

fn working(io: Reading<Io>, huge: Reading<u64>, cpu_ms: u64) -> Snapshot {
    let id = ProcessId { pid: Pid(7), start: 99, inode: 4711 };
    let process = Process { id, io, huge, cpu_ms, comm: "db".into(), ..Process::default() };
    Snapshot { processes: vec![Arc::new(process)], ..Snapshot::empty(HostClock.now()) }
}

#[test]
fn a_process_that_uses_storage_costs_no_whole_row() {
    let io = |read, written| Reading::Known(Io { read, written });
    let all = [
        working(io(4096, 0), Reading::Known(0), 10),
        working(io(8192, 512), Reading::Known(2 << 20), 20),
        working(io(8192, 512), Reading::Known(2 << 20), 30),
        working(io(8192, 0), Reading::Known(0), 40),
        working(Reading::Blocked, Reading::Known(0), 50),
        working(io(9000, 0), Reading::Unknown, 60),
    ];
    let mut encoder = Encoder::default();
    let lines: Vec<_> = all.iter().map(|it| encoder.push(it).unwrap()).collect();
    assert!(
        lines[1].contains(r#""moved":[[7,"sleeping",0.0,10,0,0,[4096,512,2097152]]]"#),
        "{}",
        lines[1]
    );
    assert!(lines[2].contains(r#""moved":[[7,"sleeping",0.0,10,0,0]]"#), "{}", lines[2]);
    assert!(lines[3].contains("[0,-512,-2097152]"), "{}", lines[3]);
    assert!(lines[4].contains(r#""new":[{"#), "what could not be read is told as a whole");
    let mut decoder = Decoder::default();
    for (line, snapshot) in lines.iter().zip(&all) {
        assert_eq!(&decoder.push(line).unwrap(), snapshot);
    }
}
