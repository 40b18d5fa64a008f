//! Sockets that have no ports: raw ones, those that see whole packets, and local ones that wait for somebody.

use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use firedamp::domain::base::Pid;
use firedamp::domain::facts::{OtherKind, OtherSocket, Protocol};
use firedamp::host::probe::Eyes;
use rustix::net::{AddressFamily, SocketType, ipproto, socket};

use crate::{look, look_for, may};

/// Looks until there is such a one, which takes some looks, since the tables are read in turns.
fn other(eyes: &mut Eyes, wanted: impl Fn(&OtherSocket) -> bool) -> OtherSocket {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = look(eyes).others.iter().find(|it| wanted(it)) {
            return found.clone();
        }
        assert!(Instant::now() < end, "there was never such a one");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn is_mine(socket: &OtherSocket) -> bool {
    socket.own && socket.owners.iter().any(|owner| owner.pid == Pid(std::process::id()))
}

#[test]
fn a_local_socket_that_listens_has_its_name_and_its_owner() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a socket");
    let _listener = UnixListener::bind(&path).unwrap();
    let name = OtherKind::Unix(path.to_str().unwrap().into());
    let found = other(&mut Eyes::open().unwrap(), |it| it.kind == name && is_mine(it));
    assert_eq!(found.namespace, 0);
}

#[test]
fn a_sniffer_is_found_with_its_owner() {
    if !may("to open a packet socket") {
        return;
    }
    // Bound to no protocol yet, it hears nothing.
    let _sniffer = socket(AddressFamily::PACKET, SocketType::RAW, None).unwrap();
    let packet = |it: &OtherSocket| matches!(it.kind, OtherKind::Packet { .. }) && is_mine(it);
    let found = other(&mut Eyes::open().unwrap(), packet);
    assert_eq!(found.kind, OtherKind::Packet { protocol: 0, interface: 0 });
}

#[test]
fn a_raw_socket_is_a_row_with_the_number_of_its_protocol() {
    if !may("to open a raw socket") {
        return;
    }
    let _raw = socket(AddressFamily::INET, SocketType::RAW, Some(ipproto::ICMP)).unwrap();
    let mine = Pid(std::process::id());
    let (_, row) = look_for(&mut Eyes::open().unwrap(), |it| {
        it.protocol == Protocol::Raw && it.owners.iter().any(|owner| owner.pid == mine)
    });
    assert_eq!((row.local.to_string(), row.remote), ("0.0.0.0:1".to_owned(), None));
}
