//! Detection through its door: snapshots in, findings out.

#![expect(clippy::unwrap_used, reason = "test helpers stop at the first surprise")]

#[path = "detect/again.rs"]
mod again;
#[path = "detect/asked.rs"]
mod asked;
#[path = "detect/asks.rs"]
mod asks;
#[path = "detect/corpus.rs"]
mod corpus;
#[path = "detect/headless.rs"]
mod headless;
#[path = "detect/ours.rs"]
mod ours;
#[path = "detect/shape.rs"]
mod shape;
#[path = "detect/signs.rs"]
mod signs;
#[path = "detect/worth.rs"]
mod worth;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use firedamp::domain::base::{Moment, Pid, ProcessId, Timestamp};
use firedamp::domain::detect::{
    FactSource, Finding, Grade, Rule, Rulebook, Subject, Watch, rulebook,
};
use firedamp::domain::facts::{
    Gpu, GpuHolder, GpuSourceKind, Host, Process, Protocol, Reading, RunState, Snapshot, Socket,
    SocketState,
};
use firedamp::domain::playbook::Indicators;
use firedamp::domain::untrusted::Untrusted;
use proptest::prelude::*;

fn pb_31() -> Indicators {
    let list = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect();
    Indicators {
        binaries: list(&["xmrig", "ccminer", "t-rex"]),
        ports: vec![3333, 4444, 5555, 8333, 14444],
        schemes: list(&["stratum+tcp://"]),
        names: list(&["pool.*", "mining.*", "xmr.*", "f2pool.*", "nanopool.*"]),
        cpu: Some((80.0, 30)),
        gpu: Some(60.0),
    }
}

fn moment(boot_ms: u64) -> Moment {
    Moment { at: Timestamp::UNIX_EPOCH, boot_ms }
}

fn id(pid: u32) -> ProcessId {
    ProcessId { pid: Pid(pid), start: 7, inode: 0 }
}

fn process(pid: u32, comm: &str, command: &[u8]) -> Process {
    Process {
        id: id(pid),
        parent: Pid(1),
        uid: 33,
        user: Some("www-data".into()),
        comm: comm.into(),
        command: Reading::Known(Untrusted::new(command)),
        exe: Reading::Unknown,
        exe_deleted: false,
        state: RunState::Running,
        cpu: 0.0,
        cpu_ms: 0,
        memory: 1 << 20,
        threads: 1,
        nice: 0,
        started_ms: 70,
        kernel: false,
        ..Process::default()
    }
}

fn socket(owner: u32, remote: &str) -> Socket {
    Socket {
        protocol: Protocol::Tcp,
        local: "192.0.2.7:50000".parse().unwrap(),
        remote: Some(remote.parse().unwrap()),
        state: SocketState::Established,
        inode: 99,
        uid: 33,
        owners: vec![id(owner)],
        first_seen_ms: 0,
        since_before: false,
        namespace: 0,
        flow: None,
        only_in: None,
        own: false,
    }
}

fn snapshot(boot_ms: u64, processes: Vec<Process>, sockets: Vec<Socket>) -> Snapshot {
    Snapshot {
        host: Arc::new(Host::default()),
        processes: processes.into_iter().map(Arc::new).collect(),
        sockets: sockets.into_iter().map(Arc::new).collect(),
        gpu: Arc::new(Gpu::default()),
        unread: Vec::new(),
        ..Snapshot::empty(moment(boot_ms))
    }
}

fn found(snapshot: &Snapshot) -> BTreeMap<Subject, Finding> {
    Watch::default().see(snapshot, &pb_31())
}

fn about(command: &[u8]) -> Option<(Grade, Vec<Rule>)> {
    let first = command.split(|byte| *byte == 0).next().unwrap();
    let name = first.rsplit(|byte| *byte == b'/').next().unwrap();
    let comm = String::from_utf8_lossy(name).into_owned();
    let findings = found(&snapshot(0, vec![process(42, &comm, command)], vec![]));
    findings
        .get(&Subject::Process(id(42)))
        .map(|it| (it.grade, it.reasons.iter().map(|reason| reason.rule).collect()))
}

#[test]
fn a_pool_url_of_the_playbooks_scheme_is_confirmed_whatever_the_program_is_called() {
    for command in [
        &b"/usr/lib/nginx\0-o\0stratum+tcp://198.51.100.9:3333\0-u\0wallet"[..],
        b"kworkerd\0-ostratum+tcp://pool.example:443",
        b"kworkerd\0--url=STRATUM+TCP://pool.example:14444\0-u\0me",
    ] {
        let (grade, rules) = about(command).unwrap();
        assert_eq!(grade, Grade::Confirmed, "{}", String::from_utf8_lossy(command));
        assert!(rules.contains(&Rule::PoolUrl));
    }
}

#[test]
fn a_miners_name_is_suspect_and_says_where_it_was_read() {
    let findings = found(&snapshot(0, vec![process(42, "XMRig-6.21", b"/tmp/XMRig-6.21")], vec![]));
    let finding = findings.get(&Subject::Process(id(42))).unwrap();
    assert_eq!(finding.grade, Grade::Suspect);
    let reason = finding.reasons.first().unwrap();
    assert_eq!((reason.rule, reason.source), (Rule::MinerName, FactSource::Comm));
    assert_eq!(reason.value, Untrusted::from("XMRig-6.21"));
}

#[test]
fn a_responder_who_searches_for_a_miner_is_not_one() {
    for command in [
        &b"grep\0xmrig\0/var/log/syslog"[..],
        b"grep\0-r\0stratum+tcp://pool.example:3333\0/etc",
        b"vim\0/tmp/stratum+tcp://pool.example:3333",
    ] {
        let grade = about(command).map(|it| it.0);
        assert!(grade <= Some(Grade::Noted), "{} is {grade:?}", String::from_utf8_lossy(command));
    }
}

#[test]
fn a_shell_is_judged_by_the_command_that_it_runs() {
    let (grade, _) = about(b"sh\0-c\0./x -o stratum+tcp://pool.example:3333 -u me").unwrap();
    assert_eq!(grade, Grade::Confirmed);
    let (grade, _) = about(b"sh\0-c\0grep -r stratum+tcp://pool.example:3333 /etc").unwrap();
    assert_eq!(grade, Grade::Noted);
}

#[test]
fn a_multiplexer_is_judged_by_what_it_starts_and_a_title_over_the_arguments_is_read() {
    let command = b"tmux\0new-session\0./x -o stratum+tcp://pool.example:3333 -u me";
    assert_eq!(about(command).unwrap().0, Grade::Confirmed);
    let title = b"[kswapd0] -o stratum+tcp://pool.example:3333 -u me";
    let (grade, rules) = about(title).unwrap();
    assert_eq!(grade, Grade::Confirmed);
    assert!(rules.contains(&Rule::PoolUrl));
}

#[test]
fn files_compilers_and_time_servers_are_no_pools() {
    for command in [
        &b"gcc\0-o\0pool.o\0pool.c"[..],
        b"dot\0-o\0pool.svg",
        b"chronyd\0pool\0pool.ntp.org",
        b"ntpd\0https://2.debian.pool.ntp.org:123/",
        b"curl\0https://whirlpool.example/",
        b"postgres: mining.stats",
        b"node\0xmr.js",
    ] {
        assert_eq!(about(command), None, "{}", String::from_utf8_lossy(command));
    }
}

#[test]
fn a_host_by_the_playbooks_pattern_is_suspect_also_behind_a_label() {
    for command in [
        &b"x\0--pool\0pool.example.test:7777"[..],
        b"x\0-o\0eu.nanopool.example:10300",
        b"x\0https://xmr.example/",
    ] {
        let (grade, rules) = about(command).unwrap();
        assert_eq!(grade, Grade::Suspect);
        assert!(rules.contains(&Rule::PoolName));
    }
}

#[test]
fn a_connection_to_a_pool_port_speaks_against_itself_and_its_owner() {
    let web = process(42, "php-fpm", b"php-fpm: pool www");
    let findings = found(&snapshot(0, vec![web], vec![socket(42, "203.0.113.5:3333")]));
    let owner = findings.get(&Subject::Process(id(42))).unwrap();
    assert_eq!(owner.reasons.first().unwrap().rule, Rule::PoolPort);
    assert_eq!(findings.len(), 2, "the connection has a finding of its own");
    assert!(findings.values().all(|it| it.grade == Grade::Suspect));
}

#[test]
fn the_pools_own_end_and_other_ports_are_silent() {
    let mut served = socket(42, "203.0.113.5:50001");
    served.local = "192.0.2.7:3333".parse().unwrap();
    let mut closing = socket(42, "203.0.113.5:3333");
    closing.state = SocketState::TimeWait;
    let findings = found(&snapshot(0, vec![process(42, "a", b"a")], vec![served, closing]));
    assert_eq!(findings, BTreeMap::new());
}

#[test]
fn a_connection_takes_over_the_reason_that_its_owner_names_in_its_command_line() {
    let miner = process(42, "k", b"k\0-o\0stratum+tcp://pool.example:443");
    let findings = found(&snapshot(0, vec![miner], vec![socket(42, "203.0.113.5:443")]));
    let remote: SocketAddr = "203.0.113.5:443".parse().unwrap();
    let connection = findings
        .values()
        .find(|it| matches!(it.subject, Subject::Connection { remote: to, .. } if to == remote));
    assert_eq!(connection.unwrap().grade, Grade::Confirmed);
}

#[test]
fn a_load_seen_every_second_is_sustained_after_thirty_minutes_and_forgotten_after_a_lull() {
    let mut watch = Watch::default();
    let mut at = |second: u64, cpu: f32| {
        let busy = Process { cpu, ..process(42, "calc", b"calc") };
        let findings = watch.see(&snapshot(second * 1_000, vec![busy], vec![]), &pb_31());
        findings.get(&Subject::Process(id(42))).map(|it| (it.grade, it.reasons[0].rule))
    };
    for second in 0..60 {
        assert_eq!(at(second, 99.0), None);
    }
    assert_eq!(at(60, 99.0), Some((Grade::Noted, Rule::HighCpu)));
    for second in 61..1_800 {
        let cpu = if second % 10 == 0 { 20.0 } else { 99.0 };
        assert_eq!(at(second, cpu).map(|it| it.0), Some(Grade::Noted));
    }
    assert_eq!(at(1_801, 99.0), Some((Grade::Suspect, Rule::SustainedCpu)));
    for second in 1_802..1_840 {
        at(second, 1.0);
    }
    assert_eq!(at(1_840, 99.0), None);
}

/// The GPU is held by one process, by two files, each for half of `busy`.
fn on_a_gpu(boot_ms: u64, busy: f32) -> Snapshot {
    let mut seen = snapshot(boot_ms, vec![process(42, "python3", b"python3")], vec![]);
    let holder = |file: &str| GpuHolder {
        card: "card0".into(),
        busy: Reading::Known(busy / 2.0),
        ..GpuHolder::of(id(42), file.into(), GpuSourceKind::DrmFdinfo)
    };
    let holders = vec![holder("/dev/dri/card0"), holder("/dev/dri/renderD128")];
    seen.gpu = Arc::new(Gpu { holders, ..Gpu::default() });
    seen
}

#[test]
fn a_gpu_above_the_threshold_is_noted_at_once_and_suspect_when_it_lasts() {
    let mut watch = Watch::default();
    let mut at = |second: u64, busy: f32| {
        let findings = watch.see(&on_a_gpu(second * 1_000, busy), &pb_31());
        let finding = findings.get(&Subject::Process(id(42)))?;
        Some((finding.grade, finding.reasons[0].rule, finding.reasons[0].value.plain(40)))
    };
    let noted = |said: &str| Some((Grade::Noted, Rule::HighGpu, said.to_owned()));
    assert_eq!(at(0, 60.0), None, "60 is not above 60");
    assert_eq!(at(1, 97.0), noted(">60% 0/30 min"));
    for second in (2..1_801).step_by(5) {
        let busy = if second % 20 == 2 { 10.0 } else { 97.0 };
        assert_eq!(at(second, busy).map(|it| it.0), Some(Grade::Noted), "{second}");
    }
    let suspect = (Grade::Suspect, Rule::SustainedGpu, ">60% 30/30 min".to_owned());
    assert_eq!(at(1_801, 97.0), Some(suspect));
    assert_eq!(at(1_840, 10.0), None, "a lull ends it");
    assert_eq!(at(1_841, 97.0), noted(">60% 0/30 min"));
}

#[test]
fn a_playbook_that_says_no_time_waits_a_minute() {
    let mut watch = Watch::default();
    let look_for = Indicators { cpu: None, ..pb_31() };
    let mut at = |second: u64| {
        let findings = watch.see(&on_a_gpu(second * 1_000, 97.0), &look_for);
        findings.get(&Subject::Process(id(42))).map(|it| it.grade)
    };
    let grades = [0, 20, 40, 59, 60].map(|second| at(second).unwrap());
    assert_eq!(grades.map(|it| it == Grade::Suspect), [false, false, false, false, true]);
}

#[test]
fn a_name_that_repaints_the_screen_is_a_finding() {
    let (_, rules) = about(b"\x1b[2Kkworker\0-x").unwrap();
    assert!(rules.contains(&Rule::HiddenCharacters));
    assert_eq!(about(b"bash\0-c\0echo one\n\techo two        three"), None, "scripts have lines");
    let turned = about("x\0photo\u{202e}gpj.exe".as_bytes()).unwrap();
    assert_eq!(turned, (Grade::Noted, vec![Rule::HiddenCharacters]));
}

#[test]
fn the_kernels_own_threads_are_never_judged_by_their_words() {
    let thread = Process { kernel: true, cpu: 100.0, ..process(42, "xmrig", b"") };
    assert_eq!(found(&snapshot(0, vec![thread], vec![])), BTreeMap::new());
}

proptest! {
    #[test]
    fn nothing_that_a_process_says_makes_detection_fail(comm in ".{0,15}", command in prop::collection::vec(any::<u8>(), 0..400)) {
        let findings = found(&snapshot(0, vec![process(42, &comm, &command)], vec![]));
        for finding in findings.values() {
            prop_assert!(!finding.reasons.is_empty());
        }
    }

    #[test]
    fn the_same_snapshots_give_the_same_findings_with_or_without_a_memory_of_the_words(
        commands in prop::collection::vec("[a-z:/+.0-9\u{0} -]{0,60}", 1..6)
    ) {
        let mut remembering = Watch::default();
        for (at, command) in commands.iter().enumerate() {
            let seen = snapshot(at as u64 * 1_000, vec![process(42, "x", command.as_bytes())], vec![]);
            prop_assert_eq!(remembering.see(&seen, &pb_31()), found(&seen));
        }
    }
}

#[test]
fn who_comes_to_an_open_port_says_nothing_of_who_answers() {
    let port = |owner, local: &str, remote: Option<&str>, state| Socket {
        local: local.parse().unwrap(),
        remote: remote.map(|it| it.parse().unwrap()),
        state,
        ..socket(owner, "192.0.2.1:1")
    };
    let knocks = "203.0.113.7:3333";
    let sockets = || {
        vec![
            port(7, "0.0.0.0:22", None, SocketState::Listen),
            port(8, "192.0.2.7:22", Some(knocks), SocketState::Established),
        ]
    };
    let processes = || vec![process(7, "sshd", b"sshd"), process(8, "sshd", b"sshd: [accepted]")];
    let pack = rulebook::read("seen.txt", "203.0.113.7\n");
    let see = |sockets| {
        let book = Arc::new(Rulebook::with(std::slice::from_ref(&pack)));
        Watch::heeding(book).see(&snapshot(1_000, processes(), sockets), &pb_31())
    };
    let found = see(sockets());
    let grades: Vec<_> = found.values().map(|it| (it.grade, it.reasons.len())).collect();
    assert_eq!(grades, [(Grade::Noted, 1)], "{found:?}");
    assert!(matches!(found.keys().next(), Some(Subject::Connection { .. })), "{found:?}");
    // The same, in another namespace than the port, leads out.
    let mut out = sockets();
    out[1].namespace = 9;
    let found = see(out);
    assert_eq!(found[&Subject::Process(id(8))].grade, Grade::Confirmed);
    // Nobody waits there: it was opened from here.
    let found = see(sockets().split_off(1));
    assert_eq!(found[&Subject::Process(id(8))].grade, Grade::Confirmed);
    // Who still dials came to nobody.
    let mut dials = sockets();
    dials[1].state = SocketState::SynSent;
    let found = see(dials);
    assert_eq!(found[&Subject::Process(id(8))].grade, Grade::Confirmed);
}
