//! What went over connections.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use firedamp::domain::base::Pid;
use firedamp::domain::facts::{Snapshot, Socket, SocketState};
use firedamp::host::probe::Eyes;

use crate::child::Role;
use crate::{look, look_for};

fn pair() -> (TcpListener, TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    (listener, client, server)
}

fn of(snapshot: &Snapshot, end: &TcpStream) -> Option<Arc<Socket>> {
    let (local, remote) = (end.local_addr().unwrap(), end.peer_addr().ok());
    let same = |socket: &&Arc<Socket>| socket.local == local && socket.remote == remote;
    snapshot.sockets.iter().find(same).cloned()
}

#[test]
fn the_bytes_of_a_connection_are_counted_at_both_ends_and_both_ways() {
    let (_listener, mut client, mut server) = pair();
    client.write_all(&vec![1; 100_000]).unwrap();
    server.read_exact(&mut vec![0; 100_000]).unwrap();
    server.write_all(&[2; 5_000]).unwrap();
    client.read_exact(&mut [0; 5_000]).unwrap();
    let mut eyes = Eyes::open().unwrap();
    let mut counted = || {
        let snapshot = look(&mut eyes);
        [&client, &server].map(|end| of(&snapshot, end).unwrap().flow.unwrap())
    };
    // An acknowledgement may still be on its way.
    let whole = |flows: &[firedamp::domain::facts::Flow; 2]| {
        let [here, there] = flows.map(|flow| (flow.sent, flow.received));
        // Who opened the connection has that counted as one byte.
        here == (100_001, 5_000) && there == (5_000, 100_000)
    };
    let mut flows = counted();
    for _ in 0..200 {
        if whole(&flows) {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
        flows = counted();
    }
    assert!(whole(&flows), "{flows:?}");
    let now = look(&mut eyes).moment.boot_ms;
    for time in flows.iter().flat_map(|flow| [flow.last_sent_ms, flow.last_received_ms]) {
        assert!(time <= now && now - time < 20_000, "{time} of {now}");
    }
}

#[test]
fn more_bytes_are_seen_within_a_few_looks_and_a_connection_that_rests_is_the_same_row() {
    let (_listener, mut client, mut server) = pair();
    let mut eyes = Eyes::open().unwrap();
    let (_, first) = look_for(&mut eyes, |it| it.remote == client.peer_addr().ok());
    assert_eq!(first.state, SocketState::Established);
    std::thread::sleep(Duration::from_millis(1_200));
    client.write_all(&[1; 777]).unwrap();
    server.read_exact(&mut [0; 777]).unwrap();
    let mut looks = (0..8).map(|_| of(&look(&mut eyes), &client).unwrap());
    let moved = looks.find(|it| it.flow.unwrap().sent >= 777).expect("within a few looks");
    assert!(moved.flow.unwrap().last_sent_ms > first.flow.unwrap().last_sent_ms);
    assert_eq!(moved.first_seen_ms, first.first_seen_ms);
    let rows: Vec<_> = (0..12).map(|_| of(&look(&mut eyes), &client).unwrap()).collect();
    let same = rows.windows(2).filter(|two| Arc::ptr_eq(&two[0], &two[1])).count();
    assert!(same >= 10, "{same} of 11 rows were the same");
}

#[test]
fn a_listening_socket_and_one_of_udp_have_no_flow() {
    let (listener, _client, _server) = pair();
    let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let snapshot = look(&mut Eyes::open().unwrap());
    for local in [listener.local_addr().unwrap(), udp.local_addr().unwrap()] {
        let mut all = snapshot.sockets.iter();
        let socket = all.find(|it| it.local == local && it.remote.is_none()).unwrap();
        assert_eq!(socket.flow, None);
    }
}

#[test]
fn nine_hundred_connections_are_all_there_with_their_owner_and_their_bytes() {
    // All of them in one part of the open files of this program.
    const COUNT: usize = 900;
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    if limit.current.is_some_and(|most| most < 2_200) {
        eprintln!("skipped: {limit:?} open files are too few for {COUNT} connections");
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = listener.local_addr().unwrap();
    let mut ends = Vec::new();
    for _ in 0..COUNT {
        let mut client = TcpStream::connect(to).unwrap();
        client.write_all(b"x").unwrap();
        ends.push((client, listener.accept().unwrap().0));
    }
    let mut eyes = Eyes::open().unwrap();
    let snapshot = look(&mut eyes);
    let mine = Pid(std::process::id());
    let held = |socket: &&Arc<Socket>| {
        (socket.remote == Some(to) || socket.local == to && socket.remote.is_some())
            && socket.owners.iter().any(|owner| owner.pid == mine)
            && socket.flow.is_some()
    };
    assert_eq!(snapshot.sockets.iter().filter(held).count(), 2 * COUNT);
    drop(ends);
    let after = look(&mut eyes);
    assert_eq!(after.sockets.iter().filter(held).count(), 0);
}

#[test]
fn a_socket_behind_thousands_of_open_files_gets_its_owner_within_a_few_looks() {
    let mut role = Role::start(&[], "", "holds_very_many", "");
    let Ok(local) = role.line("LISTENS ").parse::<std::net::SocketAddr>() else {
        eprintln!("skipped: no process may have so many open files here");
        return;
    };
    let mut eyes = Eyes::open().unwrap();
    let first = look(&mut eyes);
    let of = format!("/proc/{}/fd (", role.child.id());
    assert!(first.unread.iter().any(|it| it.what.bytes().starts_with(of.as_bytes())));
    let mine = |socket: &Socket| socket.local == local && !socket.owners.is_empty();
    let (_, socket) = look_for(&mut eyes, mine);
    assert_eq!(socket.owners[0].pid, Pid(role.child.id()));
}
