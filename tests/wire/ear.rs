//! What is made of packets: sightings, names, and bounds.

use std::net::SocketAddr;
use std::sync::Arc;

use proptest::prelude::*;

use firedamp::domain::base::{Pid, ProcessId};
use firedamp::domain::facts::{Protocol, Socket, SocketState, Speaker, Spoken, Wire};
use firedamp::domain::wire::Ear;

use crate::bytes::{
    CLIENT, RESOLVER, SERVER, answer, at, end, hello, indicators, job, login, question, tcp, udp,
};

fn ear() -> Ear {
    Ear::new(indicators())
}

pub(crate) fn socket(local: SocketAddr, remote: SocketAddr, pid: u32) -> Arc<Socket> {
    Arc::new(Socket {
        protocol: Protocol::Tcp,
        local,
        remote: Some(remote),
        state: SocketState::Established,
        inode: 1,
        uid: 0,
        owners: vec![ProcessId { pid: Pid(pid), start: 1, inode: 0 }],
        first_seen_ms: 0,
        since_before: false,
        namespace: 0,
        flow: None,
        only_in: None,
        own: false,
    })
}

fn asks(ear: &mut Ear, id: u16, name: &str, address: &str) {
    let (client, resolver) = (end(CLIENT), end(RESOLVER));
    ear.hear(at(10), &udp(client, resolver, &question(id, name)));
    ear.hear(at(20), &udp(resolver, client, &answer(id, name, &[], &[address])));
}

fn only(wire: &Wire) -> &Spoken {
    let [one] = &wire.sightings[..] else { panic!("{:?}", wire.sightings) };
    &one.spoken
}

#[test]
fn who_asks_for_a_pool_is_seen_with_the_addresses_that_were_told() {
    let mut ear = ear();
    asks(&mut ear, 1, "eu.pool.example", "198.51.100.7");
    let wire = ear.told(&[]);
    let Spoken::Dns { name, addresses, .. } = only(&wire) else { panic!() };
    assert_eq!(name.bytes(), b"eu.pool.example");
    assert_eq!(addresses, &[end(SERVER).ip()]);
    assert_eq!(wire.name_of(end(SERVER).ip()).unwrap().bytes(), b"eu.pool.example");
}

#[test]
fn an_answer_that_blocks_the_name_gives_its_name_to_nobody() {
    let mut ear = ear();
    asks(&mut ear, 1, "pool.example", "127.0.0.1");
    asks(&mut ear, 2, "eu.pool.example", "0.0.0.0");
    let wire = ear.told(&[socket(end("127.0.0.1:4000"), end("127.0.0.1:443"), 7)]);
    assert_eq!((wire.names.len(), wire.sightings.len()), (0, 2));
}

#[test]
fn work_tells_more_than_a_line_that_is_kept_open_and_a_login_more_than_both() {
    let mut ear = ear();
    let (client, server) = (end(CLIENT), end(SERVER));
    let lines = [
        br#"{"id":3,"method":"keepalived","params":{"id":"1"}}"#.to_vec(),
        br#"{"id":2,"method":"submit","params":{"job_id":"1","nonce":"0"}}"#.to_vec(),
        br#"{"id":3,"method":"keepalived","params":{"id":"1"}}"#.to_vec(),
        login(),
        br#"{"id":2,"method":"submit","params":{"job_id":"1","nonce":"0"}}"#.to_vec(),
    ];
    let shown = ["keepalived", "submit", "submit", "login", "login"];
    for (place, (line, shown)) in (1..).zip(lines.iter().zip(shown)) {
        ear.hear(at(1), &tcp(client, server, place * 1_000, line));
        let wire = ear.told(&[]);
        let Spoken::Stratum { method, .. } = only(&wire) else { panic!() };
        assert_eq!(method.bytes(), shown.as_bytes());
    }
}

#[test]
fn a_question_without_an_answer_is_seen_too() {
    let mut ear = ear();
    ear.hear(at(1), &udp(end(CLIENT), end(RESOLVER), &question(1, "pool.example")));
    assert!(matches!(only(&ear.told(&[])), Spoken::Dns { addresses, .. } if addresses.is_empty()));
}

#[test]
fn a_pool_behind_another_name_is_seen() {
    let mut ear = ear();
    let (client, resolver) = (end(CLIENT), end(RESOLVER));
    ear.hear(at(1), &udp(client, resolver, &question(5, "cdn.example")));
    let told = answer(5, "cdn.example", &["eu.hashvault.example"], &["198.51.100.7"]);
    ear.hear(at(2), &udp(resolver, client, &told));
    let wire = ear.told(&[]);
    let Spoken::Dns { name, alias, .. } = only(&wire) else { panic!() };
    assert_eq!((name.bytes(), alias.bytes()), (&b"cdn.example"[..], &b"eu.hashvault.example"[..]));
}

#[test]
fn an_everyday_name_is_kept_only_while_somebody_talks_to_its_address() {
    let mut ear = ear();
    asks(&mut ear, 1, "www.example", "198.51.100.9");
    let alone = ear.told(&[]);
    assert!(alone.names.is_empty() && alone.sightings.is_empty());
    assert_eq!(alone.heard.questions, 1);
    let open = socket(end(CLIENT), end("198.51.100.9:443"), 7);
    assert_eq!(ear.told(&[open]).names.len(), 1);
}

#[test]
fn an_answer_that_nobody_asked_for_is_not_believed() {
    let mut ear = ear();
    let (client, resolver) = (end(CLIENT), end(RESOLVER));
    let told = answer(1, "pool.example", &[], &["198.51.100.7"]);
    ear.hear(at(1), &udp(resolver, client, &told));
    // Nor one that answers another question than the one that was asked.
    ear.hear(at(2), &udp(client, resolver, &question(1, "www.example")));
    ear.hear(at(3), &udp(resolver, client, &told));
    let wire = ear.told(&[socket(client, end(SERVER), 7)]);
    assert!(wire.sightings.is_empty() && wire.names.is_empty());
}

#[test]
fn the_same_packet_on_two_interfaces_is_heard_once() {
    let mut ear = ear();
    for _ in 0..2 {
        ear.hear(at(1), &udp(end(CLIENT), end(RESOLVER), &question(1, "pool.example")));
        ear.hear(at(1), &tcp(end(CLIENT), end(SERVER), 9, &login()));
    }
    let wire = ear.told(&[]);
    assert_eq!((wire.heard.questions, wire.heard.messages), (1, 1));
    assert!(wire.sightings.iter().all(|it| it.times == 1));
}

#[test]
fn a_conversation_is_one_sighting_and_tells_who_speaks() {
    let mut ear = ear();
    let (client, server) = (end(CLIENT), end(SERVER));
    ear.hear(at(1), &tcp(server, client, 1, &job()));
    assert!(matches!(only(&ear.told(&[])), Spoken::Stratum { by: Speaker::Server, .. }));
    ear.hear(at(2), &tcp(client, server, 1, &login()));
    ear.hear(at(3), &tcp(server, client, 90, &job()));
    let wire = ear.told(&[]);
    let Spoken::Stratum { method, login, by, .. } = only(&wire) else { panic!() };
    assert_eq!((method.bytes(), *by), (&b"login"[..], Speaker::Both));
    assert_eq!(login.bytes(), b"4ExampleWallet.rig");
    let one = &wire.sightings[0];
    assert_eq!((one.client, one.server, one.times), (client, server, 3));
}

#[test]
fn a_line_in_two_packets_is_joined() {
    let mut ear = ear();
    let line = login();
    let (one, two) = line.split_at(60);
    ear.hear(at(1), &tcp(end(CLIENT), end(SERVER), 1, one));
    assert!(ear.told(&[]).sightings.is_empty());
    ear.hear(at(2), &tcp(end(CLIENT), end(SERVER), 61, two));
    assert!(matches!(only(&ear.told(&[])), Spoken::Stratum { .. }));
}

#[test]
fn a_greeting_in_two_packets_is_joined_unless_one_is_missing() {
    let bytes = hello("pool.example", 1_700);
    let (one, two) = bytes.split_at(1_448);
    let server = end("198.51.100.7:443");
    for (place, seen) in [(1_449, 1), (1_450, 0)] {
        let mut ear = ear();
        ear.hear(at(1), &tcp(end(CLIENT), server, 1, one));
        ear.hear(at(1), &tcp(end(CLIENT), server, place, two));
        assert_eq!(ear.told(&[]).sightings.len(), seen);
    }
}

#[test]
fn a_greeting_to_a_port_of_pools_matters_whatever_it_names() {
    let mut ear = ear();
    ear.hear(at(1), &tcp(end(CLIENT), end(SERVER), 1, &hello("www.example", 0)));
    ear.hear(at(1), &tcp(end(CLIENT), end("198.51.100.9:443"), 1, &hello("www.example", 0)));
    assert!(matches!(only(&ear.told(&[])), Spoken::Tls { .. }));
}

#[test]
fn a_name_server_knows_better_than_a_greeting() {
    let mut ear = ear();
    asks(&mut ear, 1, "eu.pool.example", "198.51.100.7");
    ear.hear(at(30), &tcp(end(CLIENT), end("198.51.100.7:443"), 1, &hello("www.example", 0)));
    assert_eq!(ear.told(&[]).names[0].1.bytes(), b"eu.pool.example");
}

#[test]
fn both_ends_are_joined_with_their_processes_and_stay_so() {
    let mut ear = ear();
    let (client, server) = (end("127.0.0.1:40000"), end("127.0.0.1:3333"));
    ear.hear(at(1), &tcp(client, server, 1, &login()));
    ear.join(at(2), &[socket(client, server, 41), socket(server, client, 42)]);
    // The connection is gone at the next look.
    ear.join(at(1_000), &[]);
    let wire = ear.told(&[]);
    let holder = |id: Option<ProcessId>| id.map(|id| id.pid.0);
    let one = &wire.sightings[0];
    assert_eq!((holder(one.process), holder(one.served_by)), (Some(41), Some(42)));
}

#[test]
fn a_loopback_of_another_namespace_is_not_ours() {
    let mut ear = ear();
    let (client, server) = (end("127.0.0.1:40000"), end("127.0.0.1:3333"));
    ear.hear(at(1), &tcp(client, server, 1, &login()));
    let elsewhere = Socket { namespace: 99, ..(*socket(client, server, 41)).clone() };
    ear.join(at(2), &[Arc::new(elsewhere)]);
    assert_eq!(ear.told(&[]).sightings[0].process, None);
}

#[test]
fn a_flood_of_names_and_conversations_pushes_out_the_oldest_and_takes_no_more_room() {
    let mut ear = ear();
    for number in 0..20_000_u32 {
        let port = u16::try_from(1_024 + number % 60_000).unwrap();
        let client = SocketAddr::new(end(CLIENT).ip(), port);
        let id = u16::try_from(number % 65_536).unwrap();
        let (name, [_, _, c, d]) = (format!("x{number}.pool.example"), number.to_be_bytes());
        let address = format!("198.51.{c}.{d}");
        ear.hear(at(1), &udp(client, end(RESOLVER), &question(id, &name)));
        ear.hear(at(1), &udp(end(RESOLVER), client, &answer(id, &name, &[], &[&address])));
        ear.hear(at(1), &tcp(client, end(SERVER), number, &login()[..60]));
        ear.hear(at(1), &tcp(client, end(SERVER), number, &login()));
    }
    let wire = ear.told(&[]);
    assert_eq!((wire.sightings.len(), wire.names.len()), (256, 1_024));
    assert!(wire.let_go > 19_000);
}

proptest! {
    #[test]
    fn any_packets_are_heard(packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..120), 0..20)) {
        let mut ear = ear();
        for packet in &packets {
            ear.hear(at(1), packet);
            ear.hear(at(1), &udp(end(RESOLVER), end(CLIENT), packet));
            ear.hear(at(1), &tcp(end(CLIENT), end(SERVER), 1, packet));
        }
        let wire = ear.told(&[]);
        prop_assert!(wire.sightings.len() <= packets.len() * 3);
    }
}
