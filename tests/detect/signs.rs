//! What stands beside a long load: memory, a quiet conversation, siblings.

use std::sync::Arc;

use firedamp::domain::detect::{Grade, Rule, Subject};
use firedamp::domain::facts::{
    Around, Evidence, Flow, Io, Packaged, Process, Reading, Socket, SocketState, Trace,
};

use super::{found, id, process, snapshot, socket};

const HOUR_MS: u64 = 3_600_000;
const MIB: u64 = 1 << 20;

/// It has taken four processors for an hour.
fn worker(exe: &str) -> Process {
    Process {
        exe: Reading::Known(exe.into()),
        uid: 1000,
        user: Some("mali".into()),
        cpu: 399.0,
        cpu_ms: 4 * HOUR_MS,
        started_ms: HOUR_MS,
        threads: 4,
        io: Reading::Known(Io { read: 4096, written: 0 }),
        ..process(42, "w", b"w")
    }
}

fn says(it: Process, rule: Rule) -> Option<Grade> {
    let found = found(&snapshot(2 * HOUR_MS, vec![it], Vec::new()));
    let finding = found.get(&Subject::Process(id(42)))?;
    finding.reasons.iter().any(|it| it.rule == rule).then_some(finding.grade)
}

#[test]
fn memory_as_randomx_wants_it_is_seen_beside_a_long_load_alone() {
    let huge = |exe: &str, mib: u64| Process {
        huge: Reading::Known(mib * MIB),
        memory: 2500 * MIB,
        ..worker(exe)
    };
    assert_eq!(says(huge("/tmp/w", 2088), Rule::MinersMemory), Some(Grade::Suspect));
    assert_eq!(says(huge("/home/mali/w", 2088), Rule::MinersMemory), Some(Grade::Noted));
    let transparent = Process { memory: 2340 * MIB, ..worker("/home/mali/w") };
    assert_eq!(says(transparent, Rule::MinersMemory), Some(Grade::Noted));
    let idle = Process { cpu: 1.0, cpu_ms: 1_000, ..huge("/tmp/w", 2088) };
    assert_eq!(says(idle, Rule::MinersMemory), None);
}

#[test]
fn memory_as_randomx_wants_it_without_its_data_set_is_seen_beside_many_threads_that_read_nothing() {
    let light =
        |exe: &str, mib: u64, threads: u32| Process { memory: mib * MIB, threads, ..worker(exe) };
    // The cache, eight scratchpads, and the program.
    assert_eq!(says(light("/tmp/w", 284, 14), Rule::MinersMemory), Some(Grade::Suspect));
    assert_eq!(says(light("/home/mali/w", 284, 14), Rule::MinersMemory), Some(Grade::Noted));
    assert_eq!(says(light("/home/mali/w", 284, 2), Rule::MinersMemory), None, "few threads");
    assert_eq!(says(light("/home/mali/w", 200, 14), Rule::MinersMemory), None, "less");
    assert_eq!(says(light("/home/mali/w", 900, 14), Rule::MinersMemory), None, "more");
    assert_eq!(says(light("/usr/bin/w", 284, 14), Rule::MinersMemory), None, "installed");
    let io = Reading::Known(Io { read: 64 << 30, written: 0 });
    let reads = Process { io, ..light("/home/mali/w", 284, 14) };
    assert_eq!(says(reads, Rule::MinersMemory), None, "it reads");
    let pages = Process { huge: Reading::Known(272 * MIB), ..light("/tmp/w", 900, 14) };
    assert_eq!(says(pages, Rule::MinersMemory), Some(Grade::Suspect), "huge pages");
}

#[test]
fn everyday_programs_with_huge_pages_are_not_accused() {
    for exe in [
        "/usr/lib/jvm/java-21-openjdk-amd64/bin/java",
        "/usr/lib/postgresql/15/bin/postgres",
        "/usr/bin/qemu-system-x86_64",
        "/usr/local/bin/dpdk-testpmd",
        "/usr/sbin/turbostat",
    ] {
        let it = Process { huge: Reading::Known(2088 * MIB), ..worker(exe) };
        assert_eq!(says(it, Rule::MinersMemory), None, "{exe}");
    }
    let serves = Socket { remote: None, state: SocketState::Listen, ..socket(42, "192.0.2.9:1") };
    let it = Process { huge: Reading::Known(2088 * MIB), ..worker("/home/mali/jdk/bin/java") };
    let found = found(&snapshot(2 * HOUR_MS, vec![it.clone()], vec![serves]));
    let rules = found.get(&Subject::Process(id(42))).map(|it| it.reasons.clone());
    assert!(rules.into_iter().flatten().all(|it| it.rule != Rule::MinersMemory));
    let trace =
        Trace { process: id(42), program: Packaged::Unchanged("game".into()), ..Trace::default() };
    let mut packaged = snapshot(2 * HOUR_MS, vec![it], Vec::new());
    packaged.evidence = Arc::new(Evidence { traces: vec![Arc::new(trace)] });
    let packaged = super::found(&packaged);
    let rules = packaged.get(&Subject::Process(id(42))).map(|it| it.reasons.clone());
    assert!(rules.into_iter().flatten().all(|it| it.rule != Rule::MinersMemory));
}

#[test]
fn one_quiet_conversation_beside_a_load_is_named() {
    let value = |sent: u64| {
        let flow = Some(Flow { sent, received: 9_000, ..Flow::default() });
        let end = Socket { flow, since_before: true, ..socket(42, "198.51.100.9:443") };
        let found = found(&snapshot(2 * HOUR_MS, vec![worker("/home/mali/w")], vec![end]));
        let finding = found.get(&Subject::Process(id(42))).unwrap();
        let lonely = finding.reasons.iter().find(|it| it.rule == Rule::LonelyLoad).unwrap();
        assert_eq!(finding.grade, Grade::Suspect);
        String::from_utf8_lossy(lonely.value.bytes()).into_owned()
    };
    assert!(value(40_000).ends_with("(198.51.100.9:443, < 200 B/s)"), "{}", value(40_000));
    assert!(!value(400_000_000).contains("B/s"), "an upload is no such conversation");
}

#[test]
fn who_was_begun_with_an_accused_is_noted_and_no_more() {
    let of = |session: u32| Arc::new(Around { session, ..Around::default() });
    let miner = Process { started_ms: 90_000, around: of(7), ..process(42, "xmrig", b"xmrig") };
    let at = |pid, started_ms, session| Process {
        started_ms,
        around: of(session),
        ..process(pid, "helper", b"helper")
    };
    let all = vec![miner, at(43, 100_000, 7), at(44, 900_000, 7), at(45, 100_000, 8)];
    let found = found(&snapshot(HOUR_MS, all, Vec::new()));
    let said = |pid| {
        let finding = found.get(&Subject::Process(id(pid)))?;
        let reason = finding.reasons.iter().find(|it| it.rule == Rule::BegunWith)?;
        Some((finding.grade, String::from_utf8_lossy(reason.value.bytes()).into_owned()))
    };
    assert_eq!(said(43), Some((Grade::Noted, "42 xmrig".to_owned())));
    assert_eq!([said(42), said(44), said(45)], [None, None, None]);
}
