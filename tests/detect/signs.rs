//! What stands beside a long load: memory, a quiet conversation, siblings.

use std::sync::Arc;

use firedamp::domain::detect::{Grade, Rule, Subject, Watch};
use firedamp::domain::facts::{
    Around, Evidence, Flow, Io, Packaged, Process, Protocol, Reading, Socket, SocketState, Trace,
};

use super::{found, id, pb_31, process, snapshot, socket};

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
    let comes = socket(42, "203.0.113.8:50001");
    let found = found(&snapshot(2 * HOUR_MS, vec![it.clone()], vec![serves, comes]));
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
    let value = |sent: u64, first_seen_ms: u64| {
        let flow = Some(Flow { sent, received: 9_000, ..Flow::default() });
        let end =
            Socket { flow, since_before: true, first_seen_ms, ..socket(42, "198.51.100.9:443") };
        let found = found(&snapshot(2 * HOUR_MS, vec![worker("/home/mali/w")], vec![end]));
        let finding = found.get(&Subject::Process(id(42))).unwrap();
        let lonely = finding.reasons.iter().find(|it| it.rule == Rule::LonelyLoad).unwrap();
        assert_eq!(finding.grade, Grade::Suspect);
        String::from_utf8_lossy(lonely.value.bytes()).into_owned()
    };
    let quiet = value(40_000, HOUR_MS);
    assert!(quiet.ends_with("(198.51.100.9:443, < 200 B/s)"), "{quiet}");
    assert!(!value(400_000_000, HOUR_MS).contains("B/s"), "an upload is no such conversation");
    let new = value(40_000, 2 * HOUR_MS);
    assert!(!new.contains("B/s"), "how old it is nobody knows at the first look");
}

fn lonely(sockets: Vec<Socket>) -> bool {
    let all = vec![worker("/home/mali/w"), process(50, "nginx", b"nginx")];
    let found = found(&snapshot(2 * HOUR_MS, all, sockets));
    let finding = found.get(&Subject::Process(id(42)));
    finding.is_some_and(|it| it.reasons.iter().any(|it| it.rule == Rule::LonelyLoad))
}

#[test]
fn a_port_that_nobody_comes_to_excuses_no_load_and_one_that_is_used_does() {
    let pool = || socket(42, "198.51.100.9:443");
    let at = |owner, local: &str, remote: &str| Socket {
        local: local.parse().unwrap(),
        ..socket(owner, remote)
    };
    let waits = |owner, local: &str| Socket {
        remote: None,
        state: SocketState::Listen,
        ..at(owner, local, "192.0.2.1:1")
    };
    assert!(lonely(vec![pool(), waits(42, "0.0.0.0:18080")]));
    let own = at(42, "127.0.0.1:18080", "127.0.0.1:40000");
    assert!(lonely(vec![pool(), waits(42, "0.0.0.0:18080"), own.clone()]), "from here alone");
    let comes = at(42, "192.0.2.7:18080", "203.0.113.8:40000");
    assert!(!lonely(vec![pool(), waits(42, "0.0.0.0:18080"), comes]));
    let proxy = vec![
        pool(),
        waits(42, "127.0.0.1:18080"),
        own,
        at(50, "127.0.0.1:40000", "127.0.0.1:18080"),
        waits(50, "0.0.0.0:80"),
        at(50, "192.0.2.7:80", "203.0.113.8:40000"),
    ];
    assert!(!lonely(proxy.clone()), "a proxy passes them on");
    let idle = proxy.into_iter().take(5).collect();
    assert!(lonely(idle), "nobody comes to the proxy");
}

#[test]
fn what_lasts_on_the_port_of_names_is_a_conversation() {
    let tunnel = |first_seen_ms| Socket {
        protocol: Protocol::Udp,
        state: SocketState::Open,
        first_seen_ms,
        ..socket(42, "198.51.100.9:53")
    };
    assert!(!lonely(vec![tunnel(2 * HOUR_MS - 5_000)]), "a question");
    assert!(lonely(vec![tunnel(HOUR_MS)]));
}

#[test]
fn one_of_two_conversations_that_is_dialled_again_counts_through_the_lull() {
    let mut watch = Watch::default();
    let mut says = |second: u64, ends: &[&str]| {
        let sockets = ends.iter().map(|it| socket(42, it)).collect();
        let all = vec![process(42, "w", b"w")];
        let found = watch.see(&snapshot(second * 1_000, all, sockets), &pb_31());
        let finding = found.get(&Subject::Process(id(42)));
        finding.is_some_and(|it| it.reasons.iter().any(|it| it.rule == Rule::PoolPort))
    };
    let (pool, other, next) = ("198.51.100.9:3333", "198.51.100.9:443", "198.51.100.10:443");
    assert!(says(1, &[pool, other]));
    assert!(says(2, &[other]) && says(20, &[other]), "a lull");
    assert!(says(21, &[pool, other]) && says(22, &[]) && says(30, &[other]));
    assert!(!says(31, &[next, other]), "another is in its place");
    assert!(says(32, &[pool, other]) && !says(70, &[other]), "it hung up");
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

#[test]
fn many_that_were_begun_at_once_hide_nobody_who_was_begun_with_an_accused() {
    let around = Arc::new(Around { session: 7, ..Around::default() });
    let at = |pid, comm: &str, started_ms| Process {
        started_ms,
        around: Arc::clone(&around),
        ..process(pid, comm, comm.as_bytes())
    };
    let sleepers = (100..140).map(|pid| at(pid, "sleep", 95_000 + u64::from(pid)));
    let all = [at(42, "xmrig", 90_000), at(43, "helper", 90_010)].into_iter().chain(sleepers);
    let found = found(&snapshot(HOUR_MS, all.collect(), Vec::new()));
    let said = |pid| {
        let finding = found.get(&Subject::Process(id(pid)))?;
        let reason = finding.reasons.iter().find(|it| it.rule == Rule::BegunWith)?;
        Some(String::from_utf8_lossy(reason.value.bytes()).into_owned())
    };
    assert_eq!(said(43).as_deref(), Some("42 xmrig"));
    assert_eq!(said(42).as_deref(), Some("+33"), "how many more there are");
    assert_eq!(said(139), None);
}
