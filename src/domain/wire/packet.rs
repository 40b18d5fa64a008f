//! One packet from its IP header on: who says what to whom.
//!
//! Absent on purpose: pieces of a packet that was split on its way (fragments). Nobody who looks up a name or begins a
//! conversation sends them, and to join them is memory that a stranger could fill.

use std::net::{IpAddr, SocketAddr};

use etherparse::{LaxNetSlice, LaxSlicedPacket, TransportSlice};

/// What a packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// Who sent it.
    pub source: SocketAddr,
    /// To whom.
    pub destination: SocketAddr,
    /// Place of the first byte in its TCP stream; `None` for UDP.
    pub place: Option<u32>,
    /// What is said, as far as it was kept.
    pub payload: &'a [u8],
}

/// Reads a packet; `None` for what is neither TCP nor UDP, or is torn before its payload.
#[must_use]
pub fn segment(packet: &[u8]) -> Option<Segment<'_>> {
    let read = LaxSlicedPacket::from_ip(packet).ok()?;
    let (source, destination): (IpAddr, IpAddr) = match read.net? {
        LaxNetSlice::Ipv4(four) => {
            (four.header().source_addr().into(), four.header().destination_addr().into())
        }
        LaxNetSlice::Ipv6(six) => {
            (six.header().source_addr().into(), six.header().destination_addr().into())
        }
        LaxNetSlice::Arp(_) => return None,
    };
    let (ports, place, payload) = match read.transport? {
        TransportSlice::Udp(udp) => {
            ((udp.source_port(), udp.destination_port()), None, udp.payload())
        }
        TransportSlice::Tcp(tcp) => (
            (tcp.source_port(), tcp.destination_port()),
            Some(tcp.sequence_number()),
            tcp.payload(),
        ),
        TransportSlice::Icmpv4(_) | TransportSlice::Icmpv6(_) | TransportSlice::Igmp(_) => {
            return None;
        }
    };
    // As people know it, and as the list of sockets has it: a mapped IPv4 address is one.
    let end = |ip: IpAddr, port| SocketAddr::new(ip.to_canonical(), port);
    Some(Segment {
        source: end(source, ports.0),
        destination: end(destination, ports.1),
        place,
        payload,
    })
}
