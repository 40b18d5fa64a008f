//! With real packets: between namespaces and on a loopback that belongs to the test.

use std::io::Write;
use std::net::{TcpListener, UdpSocket};
use std::thread;
use std::time::Duration;

use firedamp::domain::base::Clock;
use firedamp::domain::detect::{Grade, Rule, Subject, Watch};
use firedamp::domain::facts::{Snapshot, Spoken, WireState};
use firedamp::domain::wire::Ear;
use firedamp::host::probe::{Eyes, HostClock};

use crate::bytes::{hello, indicators, login, question};
use crate::net::{Other, alone, connect, listening, name_server, pool, run, until};

fn has(snapshot: &Snapshot, is_so: impl Fn(&Spoken) -> bool) -> bool {
    snapshot.wire.sightings.iter().any(|it| is_so(&it.spoken))
}

fn ask(from: &UdpSocket, server: &str, id: u16, name: &str) {
    from.send_to(&question(id, name), server).unwrap();
}

fn own() -> u32 {
    std::process::id()
}

#[test]
fn a_miner_that_asks_for_its_pool_and_logs_in_is_heard_and_named() {
    if !alone("live::a_miner_that_asks_for_its_pool_and_logs_in_is_heard_and_named", &[]) {
        return;
    }
    let other = Other::there();
    let names = other.does(name_server("192.0.2.2:53", "192.0.2.2"));
    let pool = other.does(pool("192.0.2.2:3333"));
    let mut eyes = listening();
    let asks = UdpSocket::bind("192.0.2.1:0").unwrap();
    asks.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let mut told = [0; 512];
    for id in 1..50 {
        ask(&asks, "192.0.2.2:53", id, "pool.minexmr.example");
        if asks.recv(&mut told).is_ok() {
            break;
        }
    }
    let mut miner = connect("192.0.2.2:3333");
    miner.write_all(&login()).unwrap();
    let mut snapshot = until(&mut eyes, "the conversation and its owner", |it| {
        has(it, |spoken| matches!(spoken, Spoken::Dns { addresses, .. } if addresses.len() == 1))
            && it
                .wire
                .sightings
                .iter()
                .any(|it| matches!(it.spoken, Spoken::Stratum { .. }) && it.process.is_some())
    });
    let to: std::net::SocketAddr = "192.0.2.2:3333".parse().unwrap();
    assert_eq!(snapshot.wire.name_of(to.ip()).unwrap().bytes(), b"pool.minexmr.example");
    // Whoever looks is never a finding; here it is the one that mines too.
    std::sync::Arc::make_mut(&mut snapshot.own).process = None;
    let found = Watch::default().see(&snapshot, &indicators());
    let mine =
        found.values().find(|it| matches!(it.subject, Subject::Process(id) if id.pid.0 == own()));
    let mine = mine.unwrap();
    assert_eq!((mine.grade, mine.reasons[0].rule), (Grade::Confirmed, Rule::StratumSpoken));
    assert!(mine.reasons.iter().any(|it| it.rule == Rule::PoolNameAsked));
    let is_it = |it: &&Subject| matches!(it, Subject::Connection { remote, .. } if *remote == to);
    let connection = found.keys().find(is_it).unwrap();
    assert_eq!(found.get(connection).unwrap().grade, Grade::Confirmed);
    drop(miner);
    ask(&asks, "192.0.2.2:53", 99, "end.example");
    names.join().unwrap();
    pool.join().unwrap();
}

#[test]
fn a_proxy_on_the_loopback_is_heard_at_both_of_its_ends() {
    if !alone("live::a_proxy_on_the_loopback_is_heard_at_both_of_its_ends", &[]) {
        return;
    }
    assert!(run(&["ip", "link", "set", "lo", "up"]));
    let serves = thread::spawn(pool("[::1]:14444"));
    let mut eyes = listening();
    let mut miner = connect("[::1]:14444");
    miner.write_all(&login()).unwrap();
    let snapshot = until(&mut eyes, "both ends", |it| {
        it.wire.sightings.iter().any(|it| it.process.is_some() && it.served_by.is_some())
    });
    let one = &snapshot.wire.sightings[0];
    assert_eq!(one.process.unwrap().pid.0, own());
    // Two messages, each of which the loopback showed twice.
    assert_eq!((one.times, snapshot.wire.heard.messages), (2, 2));
    drop(miner);
    serves.join().unwrap();
}

#[test]
fn a_greeting_over_a_real_wire_names_its_server() {
    if !alone("live::a_greeting_over_a_real_wire_names_its_server", &[]) {
        return;
    }
    let other = Other::there();
    let server = other.does(|| {
        let (mut stream, _) = TcpListener::bind("192.0.2.2:443").unwrap().accept().unwrap();
        std::io::copy(&mut stream, &mut std::io::sink()).unwrap();
    });
    // One that is cut into pieces of a packet's size before it is seen.
    assert!(run(&["ip", "link", "set", "wire0", "mtu", "600"]));
    let mut eyes = listening();
    let mut client = connect("192.0.2.2:443");
    client.write_all(&hello("eu.pool.example", 700)).unwrap();
    let snapshot = until(&mut eyes, "the greeting", |it| {
        has(it, |spoken| matches!(spoken, Spoken::Tls { .. }))
    });
    assert_eq!(snapshot.wire.heard.greetings, 1);
    drop(client);
    server.join().unwrap();
}

/// Packets that went out over an interface.
fn sent(interface: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/net/dev").unwrap();
    let line = text.lines().find(|it| it.trim_start().starts_with(interface)).unwrap();
    line.split_ascii_whitespace().nth(10).unwrap().parse().unwrap()
}

#[test]
fn whoever_listens_sends_nothing_and_sees_nothing_that_does_not_matter() {
    if !alone("live::whoever_listens_sends_nothing_and_sees_nothing_that_does_not_matter", &[]) {
        return;
    }
    let other = Other::there();
    let _ours = UdpSocket::bind("192.0.2.1:4000").unwrap();
    let there = other.does(|| UdpSocket::bind("192.0.2.2:4001").unwrap());
    let there = there.join().unwrap();
    let before = sent("wire0:");
    let mut eyes = listening();
    let questions = other.does(|| {
        let asks = UdpSocket::bind("192.0.2.2:53").unwrap();
        for id in 0..200 {
            ask(&asks, "192.0.2.1:4000", id, "pool.example");
            asks.send_to(&[7; 600], "192.0.2.1:4000").unwrap();
        }
    });
    questions.join().unwrap();
    // From port 53, so they are let through; and other packets are not.
    until(&mut eyes, "400 packets", |it| it.wire.packets == 400);
    for _ in 0..400 {
        there.send_to(b"{\"not\": 1}", "192.0.2.1:4000").unwrap();
    }
    thread::sleep(Duration::from_millis(1_200));
    let snapshot = eyes.look(HostClock.now());
    assert_eq!(snapshot.wire.packets, 400, "{:?}", snapshot.wire);
    eyes.listen(None, HostClock.now());
    assert_eq!(eyes.look(HostClock.now()).wire.state, WireState::Off);
    assert_eq!(sent("wire0:"), before, "nothing went out");
}

/// Bytes of this process that are in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|it| it.starts_with("VmRSS:")).unwrap();
    line.split_ascii_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1_024
}

#[test]
fn a_million_packets_are_counted_and_take_no_room() {
    if !alone("live::a_million_packets_are_counted_and_take_no_room", &[]) {
        return;
    }
    assert!(run(&["ip", "link", "set", "lo", "up"]));
    let server = UdpSocket::bind("127.0.0.1:53").unwrap();
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.connect(server.local_addr().unwrap()).unwrap();
    let mut eyes = listening();
    // The rest of the program reads the host once, and what it needs for that is not the wire's.
    until(&mut eyes, "the host was read", |it| it.persistence.hunted_ms.is_some());
    thread::sleep(Duration::from_secs(1));
    let before = resident();
    let mut sent = 0;
    for number in 0..1_000_000_u32 {
        let id = u16::try_from(number % 65_536).unwrap();
        // The queue of the server is full after a few of them; the wire saw them all.
        sent += u64::from(client.send(&question(id, "x.pool.example")).is_ok());
    }
    assert!(sent > 900_000, "{sent}");
    let counted = |it: &Snapshot| it.wire.packets + it.wire.dropped >= sent;
    let snapshot = until(&mut eyes, "all of them are counted", counted);
    assert_eq!(snapshot.wire.packets + snapshot.wire.dropped, sent);
    assert!(snapshot.wire.dropped > 0, "{:?}", snapshot.wire);
    let grown = resident().saturating_sub(before);
    assert!(grown < 4 << 20, "{grown} bytes more, with a ring of 4 MiB");
    assert_eq!(snapshot.wire.sightings.len(), 1);
}

#[test]
fn without_the_right_to_it_the_kernel_refuses_and_that_is_said() {
    let drops = ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"];
    let test = "live::without_the_right_to_it_the_kernel_refuses_and_that_is_said";
    if !alone(test, &drops) {
        return;
    }
    let mut eyes = Eyes::open().unwrap();
    assert_eq!(eyes.look(HostClock.now()).wire.state, WireState::Off);
    eyes.listen(Some(Ear::new(indicators())), HostClock.now());
    let WireState::Refused(why) = eyes.look(HostClock.now()).wire.state.clone() else {
        panic!("it listens")
    };
    assert!(why.plain(80).contains("not permitted"), "{why:?}");
}
