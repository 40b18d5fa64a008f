//! Sockets from the kernel's `sock_diag`: one netlink dump for each protocol and address family.
//!
//! Most of a TCP dump is the kernel's walk over its hash table, so both families are asked for in one: the request
//! of the first `inet_diag` (`TCPDIAG_GETSOCK`) knows no families. A kernel that refuses it is asked twice.
//!
//! Of each answer the fixed head is read, and of its attributes `tcp_info` alone: to parse all of them would cost more
//! than the dump.
//!
//! A netlink socket speaks of the network namespace that it was made in, for as long as it lives and whoever uses it.
//! Invariant: the thread that looks never leaves its own namespace.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use netlink_packet_core::{
    Emitable, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR, NetlinkBuffer, NetlinkHeader,
    NetlinkMessage, Parseable,
};
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6, IPPROTO_TCP, IPPROTO_UDP};
use netlink_packet_sock_diag::inet::{
    ExtensionFlags, InetRequest, InetResponseHeader, SocketId, StateFlags,
};
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_SOCK_DIAG};
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::info;
use super::modules::Asks;
use super::{Raw, address, state};
use crate::domain::facts::Protocol;

/// The kernel fills at most half of this with one message.
const ANSWER: usize = 64 << 10;
/// The kernel answers at once; this only guards against one that does not.
const PATIENCE: Duration = Duration::from_millis(100);
/// Length and alignment of a netlink message's header.
const HEADER: usize = 16;

/// A netlink socket, opened when it is first needed.
#[derive(Default)]
pub(super) struct Diag {
    socket: Option<Socket>,
    answer: Vec<u8>,
    sequence: u32,
    /// This kernel refused to list both families at once.
    apart: bool,
    /// It was made in another network namespace, and cannot be made again from here.
    elsewhere: bool,
    /// The boot clock when it was asked.
    now_ms: u64,
}

/// `TCPDIAG_GETSOCK` of `linux/inet_diag.h`.
const OLD_REQUEST: u16 = 18;
/// Size of its `struct inet_diag_req`, and where the wanted states stand in it.
const OLD_SIZE: usize = 60;
const OLD_EXTENSIONS: usize = 3;
const OLD_STATES: usize = 52;
/// `INET_DIAG_INFO` as a bit of the wanted extensions.
const INFO: u8 = 1 << 1;
/// States of `net/tcp_states.h` in which a connection carries data, or did.
const CARRIES: [u8; 6] = [1, 4, 5, 8, 9, 11];

impl Diag {
    /// Speaks of the network namespace that `namespace` is a file of. Only who may enter it can.
    pub(super) fn within(namespace: OwnedFd) -> io::Result<Self> {
        let (put, made) = sync_channel(1);
        std::thread::Builder::new().name("netns".to_owned()).spawn(move || {
            // The look waits for this thread, which did not inherit how the look is raised.
            crate::host::probe::raise::looks();
            let wanted = Some(LinkNameSpaceType::Network);
            let moved = move_into_link_name_space(namespace.as_fd(), wanted);
            // Nobody may wait any more.
            put.send(moved.map_err(io::Error::from).and_then(|()| connect())).ok();
        })?;
        let late = |_| io::Error::from(io::ErrorKind::TimedOut);
        let socket = made.recv_timeout(PATIENCE).map_err(late)??;
        Ok(Self { socket: Some(socket), elsewhere: true, ..Self::default() })
    }

    /// Every socket of its network namespace that may be asked for; `now_ms` is the boot clock.
    pub(super) fn dump(&mut self, asks: Asks, now_ms: u64, raw: &mut Vec<Raw>) -> io::Result<()> {
        if asks == Asks::default() {
            return Ok(());
        }
        self.now_ms = now_ms;
        let socket = match self.socket.take() {
            Some(socket) => socket,
            // One that is made here would speak of our own.
            None if self.elsewhere => return Err(io::ErrorKind::NotConnected.into()),
            None => connect()?,
        };
        self.answer.resize(ANSWER, 0);
        if asks.tcp && !self.apart && self.ask(&socket, Protocol::Tcp, raw, old_request).is_err() {
            // What is left in this socket belongs to the request that failed.
            self.apart = true;
            raw.clear();
            if self.elsewhere {
                // It is of another namespace, so it is kept: its answers are told from others by their numbers.
                self.socket = Some(socket);
            }
            return self.dump(asks, now_ms, raw);
        }
        for (number, protocol) in [(IPPROTO_TCP, Protocol::Tcp), (IPPROTO_UDP, Protocol::Udp)] {
            if !asks.may(protocol) || (protocol == Protocol::Tcp && !self.apart) {
                continue;
            }
            for (family, id) in [(AF_INET, SocketId::new_v4()), (AF_INET6, SocketId::new_v6())] {
                let request = |sequence| request(family, number, id.clone(), sequence);
                self.ask(&socket, protocol, raw, request)?;
            }
        }
        // A socket that failed in the middle of a dump is dropped with what is left in it.
        self.socket = Some(socket);
        Ok(())
    }

    fn ask(
        &mut self,
        socket: &Socket,
        protocol: Protocol,
        raw: &mut Vec<Raw>,
        request: impl FnOnce(u32) -> Vec<u8>,
    ) -> io::Result<()> {
        self.sequence = self.sequence.wrapping_add(1);
        socket.send(&request(self.sequence), 0)?;
        while !self.part(socket, protocol, raw)? {}
        Ok(())
    }

    /// Reads one answer; `true` when it was the last one.
    fn part(
        &mut self,
        socket: &Socket,
        protocol: Protocol,
        raw: &mut Vec<Raw>,
    ) -> io::Result<bool> {
        let size = socket.recv(&mut self.answer.as_mut_slice(), 0)?;
        let mut rest = self.answer.get(..size).unwrap_or_default();
        while rest.len() >= HEADER {
            let message = NetlinkBuffer::new_checked(rest).map_err(io::Error::other)?;
            if message.sequence_number() == self.sequence {
                match message.message_type() {
                    NLMSG_DONE => return Ok(true),
                    NLMSG_ERROR => return Err(refused(message.payload())),
                    _ => raw.extend(one(message.payload(), protocol, self.now_ms)),
                }
            }
            let length = usize::try_from(message.length()).unwrap_or(rest.len());
            rest = rest.get(length.max(HEADER).next_multiple_of(4)..).unwrap_or_default();
        }
        Ok(false)
    }
}

fn connect() -> io::Result<Socket> {
    let mut socket = Socket::new(NETLINK_SOCK_DIAG)?;
    socket.bind_auto()?;
    socket.connect(&SocketAddr::new(0, 0))?;
    set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
    Ok(socket)
}

fn request(family: u8, protocol: u8, socket_id: SocketId, sequence: u32) -> Vec<u8> {
    let (extensions, states) = (ExtensionFlags::INFO, StateFlags::all());
    let body = InetRequest { family, protocol, extensions, states, socket_id };
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    header.sequence_number = sequence;
    let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(body).into());
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}

/// Every TCP socket of both families, in all states.
fn old_request(sequence: u32) -> Vec<u8> {
    let mut header = NetlinkHeader::default();
    header.length = u32::try_from(HEADER + OLD_SIZE).unwrap_or_default();
    header.message_type = OLD_REQUEST;
    header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    header.sequence_number = sequence;
    let mut bytes = vec![0; HEADER + OLD_SIZE];
    header.emit(&mut bytes);
    if let Some(extensions) = bytes.get_mut(HEADER + OLD_EXTENSIONS) {
        *extensions = INFO;
    }
    if let Some(states) = bytes.get_mut(HEADER + OLD_STATES..HEADER + OLD_STATES + 4) {
        states.fill(0xff);
    }
    bytes
}

fn one(payload: &[u8], protocol: Protocol, now_ms: u64) -> Option<Raw> {
    let head = InetResponseHeader::parse(payload).ok()?;
    let carries = protocol == Protocol::Tcp && CARRIES.contains(&head.state);
    let id = head.socket_id;
    let (local, remote) = (
        address(id.source_address, id.source_port),
        address(id.destination_address, id.destination_port),
    );
    let bare = Raw::new(protocol, (local, remote), state(protocol, head.state));
    Some(Raw {
        uid: head.uid,
        inode: u64::from(head.inode),
        flow: if carries { info::flow(payload, now_ms) } else { None },
        ..bare
    })
}

fn refused(payload: &[u8]) -> io::Error {
    let code = payload.first_chunk().map_or(0, |bytes| i32::from_ne_bytes(*bytes));
    io::Error::from_raw_os_error(code.saturating_neg())
}
