//! Snapshots as lines, the recording on disk, and the tape that reads it.
#![expect(clippy::unwrap_used, reason = "a broken test should stop where it is")]

#[path = "telemetry/any.rs"]
mod any;
#[path = "telemetry/tape.rs"]
mod tape;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use firedamp::domain::base::{Moment, Pid, ProcessId, Timestamp};
use firedamp::domain::facts::{
    Evidence, Flow, FoundFile, FoundText, Host, Process, Protocol, Reading, RunState, Snapshot,
    Socket, SocketState, Trace,
};
use firedamp::domain::session::telemetry::{CodecError, Decoder, Encoder};
use firedamp::domain::untrusted::Untrusted;

fn moment(second: u64) -> Moment {
    let at = 1_795_282_200 + i64::try_from(second).unwrap();
    Moment { at: Timestamp::from_second(at).unwrap(), boot_ms: second * 1000 }
}

fn process(pid: u32) -> Process {
    Process {
        id: ProcessId { pid: Pid(pid), start: u64::from(pid) * 7, inode: 0 },
        parent: Pid(1),
        uid: 1000,
        user: Some("ploy".into()),
        comm: format!("worker-{pid}").into(),
        command: Reading::Known(format!("/usr/bin/worker\0--number\0{pid}").into()),
        exe: Reading::Known("/usr/bin/worker".into()),
        exe_deleted: false,
        state: RunState::Sleeping,
        cpu: 0.0,
        cpu_ms: u64::from(pid) * 13,
        memory: u64::from(pid) * 4096,
        threads: 1,
        nice: 0,
        started_ms: u64::from(pid) * 70,
        kernel: false,
        ..Process::default()
    }
}

fn socket(inode: u64) -> Socket {
    let port = u16::try_from(inode % 60_000).unwrap();
    let end = |host, port| SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)), port);
    Socket {
        protocol: Protocol::Tcp,
        local: end(1, port),
        remote: Some(end(2, 3333)),
        state: SocketState::Established,
        inode,
        uid: 1000,
        owners: vec![],
        first_seen_ms: 0,
        since_before: true,
        namespace: 0,
        flow: None,
        only_in: None,
        own: false,
    }
}

fn snapshot(second: u64, processes: Vec<Process>, sockets: Vec<Socket>) -> Snapshot {
    Snapshot {
        host: Arc::new(Host { name: "web03".into(), ..Host::default() }),
        processes: processes.into_iter().map(Arc::new).collect(),
        sockets: sockets.into_iter().map(Arc::new).collect(),
        ..Snapshot::empty(moment(second))
    }
}

fn lines(snapshots: &[Snapshot]) -> Vec<String> {
    let mut encoder = Encoder::default();
    snapshots.iter().map(|it| encoder.push(it).unwrap()).collect()
}

fn decoded(lines: &[String]) -> Vec<Snapshot> {
    let mut decoder = Decoder::default();
    lines.iter().map(|line| decoder.push(line).unwrap()).collect()
}

#[test]
fn a_change_tells_only_what_changed_and_shares_the_rest() {
    let first = snapshot(0, (1..=50).map(process).collect(), (1..=20).map(socket).collect());
    let mut second = first.clone();
    second.moment = moment(1);
    let mut working = process(7);
    working.cpu = 99.5;
    working.cpu_ms += 990;
    if let Some(row) = second.processes.get_mut(6) {
        *row = Arc::new(working);
    }
    second.processes.remove(10);
    second.sockets.insert(3, Arc::new(socket(99)));
    let text = lines(&[first.clone(), second.clone()]);
    let told = text.last().unwrap();
    assert!(
        told.contains(r#""gone":[11],"moved":[[7,"sleeping",99.5,990,0,1]],"sockets":[[0,3],{"#),
        "{told}"
    );
    let read = decoded(&text);
    assert_eq!(read, [first, second]);
    let row = |of: usize| Arc::as_ptr(read.get(of).unwrap().processes.get(2).unwrap());
    assert_eq!(row(0), row(1));
}

#[test]
fn what_flows_over_a_thousand_connections_travels_as_differences() {
    let flow = |second: u64| Flow {
        sent: 7_000_000 + second * 40,
        received: 9_000_000_000,
        last_sent_ms: second * 1000,
        last_received_ms: 5,
    };
    let at = |second: u64| {
        let row = |inode| Socket { flow: Some(flow(second)), ..socket(inode) };
        snapshot(second, vec![], (0..1000).map(row).collect())
    };
    let mut third = at(2);
    third.sockets.remove(1);
    let text = lines(&[at(0), at(1), third.clone()]);
    let told = text.get(1).unwrap();
    assert!(told.contains(r#""flows":[[0,40,0,1000,0],[1,40,0,1000,0],"#), "{told}");
    assert!(!told.contains(r#""sockets""#) && told.len() < 20_000, "{} bytes", told.len());
    let last = text.last().unwrap();
    assert!(last.contains(r#""sockets":[[0,1],[2,998]],"flows":[[0,40"#), "{last}");
    assert_eq!(decoded(&text), [at(0), at(1), third]);
}

#[test]
fn a_file_that_was_found_travels_once() {
    let content = "x".repeat(100_000).as_str().into();
    let file = Arc::new(FoundFile { path: "/tmp/c".into(), content, ..FoundFile::default() });
    let trace = |pid: u32, texts: u32, files: Vec<Arc<FoundFile>>| {
        let text = |at: u32| FoundText { memory: true, text: format!("rx/{at}").as_str().into() };
        let texts = (0..texts).map(text).collect();
        Arc::new(Trace { process: process(pid).id, files, texts, ..Trace::default() })
    };
    let look = |second, traces| {
        let evidence = Arc::new(Evidence { traces });
        Snapshot { evidence, ..snapshot(second, vec![process(7)], Vec::new()) }
    };
    let all = [
        look(0, vec![trace(7, 0, vec![Arc::clone(&file)])]),
        look(1, vec![trace(7, 2, vec![Arc::clone(&file)])]),
        look(2, vec![trace(7, 2, vec![Arc::clone(&file)]), trace(9, 1, Vec::new())]),
        look(3, vec![trace(9, 1, Vec::new())]),
    ];
    let told = lines(&all);
    assert!(told.first().unwrap().len() > 100_000);
    assert!(told.iter().skip(1).all(|it| it.len() < 1_000), "{told:?}");
    let back = decoded(&told);
    assert_eq!(back, all);
    let mut files = back.iter().flat_map(|it| &it.evidence.traces).flat_map(|it| &it.files);
    let first = files.next().unwrap();
    assert!(files.all(|it| Arc::ptr_eq(it, first)), "and is shared");
}

#[test]
fn a_keyframe_comes_every_sixty_lines_and_when_asked() {
    let same: Vec<_> = (0..130).map(|second| snapshot(second, vec![process(1)], vec![])).collect();
    let is_key = |line: &String| Decoder::glance(line).unwrap().keyframe;
    let keys: Vec<usize> = lines(&same)
        .iter()
        .enumerate()
        .filter(|(_, line)| is_key(line))
        .map(|(at, _)| at)
        .collect();
    assert_eq!(keys, [0, 60, 120]);
    let mut encoder = Encoder::default();
    for (at, it) in same.iter().take(5).enumerate() {
        if at == 3 {
            encoder.restart();
        }
        assert_eq!(is_key(&encoder.push(it).unwrap()), at == 0 || at == 3);
    }
}

#[test]
fn processes_out_of_order_make_a_keyframe_not_an_error() {
    let odd = snapshot(1, vec![process(3), process(3), process(1)], vec![]);
    let all = [snapshot(0, vec![process(1)], vec![]), odd, snapshot(2, vec![process(1)], vec![])];
    assert_eq!(decoded(&lines(&all)), all);
}

#[test]
fn after_a_bad_line_nothing_is_told_until_the_next_keyframe() {
    let all: Vec<_> = (0..4).map(|at| snapshot(at, vec![process(1)], vec![])).collect();
    let text = lines(&all);
    let mut decoder = Decoder::default();
    let mut read = |line: &str| decoder.push(line);
    assert!(read(text.first().unwrap()).is_ok());
    assert!(matches!(read("{\"moment\":"), Err(CodecError::Malformed(_))));
    assert_eq!(read(text.get(2).unwrap()), Err(CodecError::NoKeyframe));
    assert!(read(text.first().unwrap()).is_ok());
}

#[test]
fn a_hostile_line_cannot_name_rows_that_are_not_there_or_multiply_them() {
    let first = lines(&[snapshot(0, vec![process(1)], (0..1000).map(socket).collect())]).remove(0);
    let moment = serde_json::to_string(&moment(1)).unwrap();
    let change = |what: &str| format!("{{\"moment\":{moment},\"change\":{{{what}}}}}");
    let many = format!("\"sockets\":[{}[0,1000]]", "[0,1000],".repeat(2000));
    for what in [
        "\"moved\":[[9,\"running\",0.0,0,0,1]]",
        "\"sockets\":[[999,2]]",
        "\"flows\":[[1000,1,1,1,1]]",
        "\"flows\":[[1,1,1,1,1]]",
        "\"sockets\":[[1,18446744073709551615]]",
        &many,
    ] {
        let mut decoder = Decoder::default();
        decoder.push(&first).unwrap();
        assert_eq!(decoder.push(&change(what)), Err(CodecError::Rows));
    }
}

#[test]
fn no_line_holds_a_character_that_a_terminal_would_obey() {
    let mut evil = process(1);
    evil.user = Some("a\u{9b}31m\u{202e}".into());
    evil.comm = "\u{1b}]0;x\u{7}".into();
    for line in lines(&[snapshot(0, vec![evil], vec![])]) {
        assert!(!Untrusted::from(line).has_escapes());
    }
}

/// Figures that a quiet host has: a few processes wake, two work, one comes and goes.
fn life(processes: u32, awake: u32, seconds: u64) -> Vec<Snapshot> {
    let mut seed = 7_u32;
    let mut random = move |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) % below
    };
    let rows: Vec<Process> = (1..=processes).map(process).collect();
    let mut now = snapshot(0, rows, (1..=40).map(socket).collect());
    let mut all = vec![now.clone()];
    for second in 1..seconds {
        now.moment = moment(second);
        let cpus: Vec<f32> =
            (0..8).map(|_| f32::from(u16::try_from(random(1000)).unwrap()) / 10.0).collect();
        let host =
            Host { cpus, memory_used: u64::from(random(1000)) * 4096, ..(*now.host).clone() };
        now.host = Arc::new(host);
        for _ in 0..awake {
            let at = usize::try_from(random(processes)).unwrap();
            let mut row = (**now.processes.get(at).unwrap()).clone();
            row.cpu_ms += 10 * u64::from(random(3));
            row.cpu = f32::from(u16::try_from(random(30)).unwrap()) / 10.0;
            *now.processes.get_mut(at).unwrap() = Arc::new(row);
        }
        all.push(now.clone());
    }
    all
}
