//! Sockets from the kernel's `sock_diag`: one netlink dump for each protocol and address family.
//!
//! Most of a TCP dump is the kernel's walk over its hash table, so both families are asked for in one: the request
//! of the first `inet_diag` (`TCPDIAG_GETSOCK`) knows no families. A kernel that refuses it is asked twice.
//!
//! Only the fixed head of each answer is read: it holds everything that a row needs, and twenty
//! thousand attribute lists would cost more than the dump.

use std::io;
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

use super::{Raw, address, state};
use crate::domain::facts::Protocol;

/// The kernel fills at most half of this with one message.
const ANSWER: usize = 64 << 10;
/// The kernel answers at once; this only guards against one that does not.
const PATIENCE: Duration = Duration::from_secs(1);
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
}

/// `TCPDIAG_GETSOCK` of `linux/inet_diag.h`.
const OLD_REQUEST: u16 = 18;
/// Size of its `struct inet_diag_req`, and where the wanted states stand in it.
const OLD_SIZE: usize = 60;
const OLD_STATES: usize = 52;

impl Diag {
    /// Every socket of this network namespace.
    pub(super) fn dump(&mut self, raw: &mut Vec<Raw>) -> io::Result<()> {
        let socket = match self.socket.take() {
            Some(socket) => socket,
            None => connect()?,
        };
        self.answer.resize(ANSWER, 0);
        if !self.apart && self.ask(&socket, Protocol::Tcp, raw, old_request).is_err() {
            // What is left in this socket belongs to the request that failed.
            self.apart = true;
            raw.clear();
            return self.dump(raw);
        }
        for (number, protocol) in [(IPPROTO_TCP, Protocol::Tcp), (IPPROTO_UDP, Protocol::Udp)] {
            if protocol == Protocol::Tcp && !self.apart {
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
                    _ => raw.extend(one(message.payload(), protocol)),
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
    let (extensions, states) = (ExtensionFlags::empty(), StateFlags::all());
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
    if let Some(states) = bytes.get_mut(HEADER + OLD_STATES..HEADER + OLD_STATES + 4) {
        states.fill(0xff);
    }
    bytes
}

fn one(payload: &[u8], protocol: Protocol) -> Option<Raw> {
    let head = InetResponseHeader::parse(payload).ok()?;
    let id = head.socket_id;
    Some(Raw {
        protocol,
        local: address(id.source_address, id.source_port),
        remote: address(id.destination_address, id.destination_port),
        state: state(protocol, head.state),
        uid: head.uid,
        inode: u64::from(head.inode),
    })
}

fn refused(payload: &[u8]) -> io::Error {
    let code = payload.first_chunk().map_or(0, |bytes| i32::from_ne_bytes(*bytes));
    io::Error::from_raw_os_error(code.saturating_neg())
}
