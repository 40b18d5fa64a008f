//! Packets and messages, made by hand.

use std::net::{IpAddr, SocketAddr};

use simple_dns::rdata::{A, AAAA, CNAME, RData};
use simple_dns::{CLASS, Name, Packet, QCLASS, QTYPE, Question, ResourceRecord, TYPE};

use firedamp::domain::base::{Moment, Timestamp};
use firedamp::domain::playbook::Indicators;

pub(crate) const CLIENT: &str = "192.0.2.10:40000";
pub(crate) const SERVER: &str = "198.51.100.7:3333";
pub(crate) const RESOLVER: &str = "192.0.2.53:53";

pub(crate) fn end(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

pub(crate) fn at(ms: u64) -> Moment {
    let at = Timestamp::from_millisecond(1_790_000_000_000 + i64::try_from(ms).unwrap()).unwrap();
    Moment { at, boot_ms: ms }
}

pub(crate) fn indicators() -> Indicators {
    let text = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect();
    Indicators {
        ports: vec![3333, 14444],
        names: text(&["pool.*", "*hashvault.*"]),
        ..Indicators::default()
    }
}

pub(crate) fn udp(from: SocketAddr, to: SocketAddr, payload: &[u8]) -> Vec<u8> {
    let mut said = Vec::new();
    said.extend(from.port().to_be_bytes());
    said.extend(to.port().to_be_bytes());
    said.extend(u16::try_from(payload.len() + 8).unwrap().to_be_bytes());
    said.extend([0, 0]);
    said.extend(payload);
    ip(17, from.ip(), to.ip(), &said)
}

/// A segment with PUSH and ACK, at this place of its stream.
pub(crate) fn tcp(from: SocketAddr, to: SocketAddr, place: u32, payload: &[u8]) -> Vec<u8> {
    segment(from, to, (place, 0x18), payload)
}

pub(crate) fn segment(
    from: SocketAddr,
    to: SocketAddr,
    (place, flags): (u32, u8),
    payload: &[u8],
) -> Vec<u8> {
    let mut said = Vec::new();
    said.extend(from.port().to_be_bytes());
    said.extend(to.port().to_be_bytes());
    said.extend(place.to_be_bytes());
    said.extend([0, 0, 0, 0]);
    // With 12 bytes of options, as Linux sends it.
    said.extend([0x80, flags, 0xff, 0xff, 0, 0, 0, 0]);
    said.extend([1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]);
    said.extend(payload);
    ip(6, from.ip(), to.ip(), &said)
}

pub(crate) fn ip(protocol: u8, from: IpAddr, to: IpAddr, said: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            packet.extend([0x45, 0]);
            packet.extend(u16::try_from(said.len() + 20).unwrap().to_be_bytes());
            packet.extend([0, 1, 0x40, 0, 64, protocol, 0, 0]);
            packet.extend(from.octets());
            packet.extend(to.octets());
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            packet.extend([0x60, 0, 0, 0]);
            packet.extend(u16::try_from(said.len()).unwrap().to_be_bytes());
            packet.extend([protocol, 64]);
            packet.extend(from.octets());
            packet.extend(to.octets());
        }
        _ => panic!("two kinds of addresses"),
    }
    packet.extend(said);
    packet
}

pub(crate) fn question(id: u16, name: &str) -> Vec<u8> {
    let mut packet = Packet::new_query(id);
    packet.questions.push(asked(name));
    packet.build_bytes_vec().unwrap()
}

pub(crate) fn answer(id: u16, name: &str, aliases: &[&str], addresses: &[&str]) -> Vec<u8> {
    let mut packet = Packet::new_reply(id);
    packet.questions.push(asked(name));
    let record = |owner: &str, data| {
        let owner = Name::new(owner).unwrap().into_owned();
        ResourceRecord::new(owner, CLASS::IN, 60, data)
    };
    let mut owner = name.to_owned();
    for alias in aliases {
        let to = Name::new(alias).unwrap().into_owned();
        packet.answers.push(record(&owner, RData::CNAME(CNAME(to))));
        (*alias).clone_into(&mut owner);
    }
    for address in addresses {
        let data = match address.parse().unwrap() {
            IpAddr::V4(four) => RData::A(A::from(four)),
            IpAddr::V6(six) => RData::AAAA(AAAA::from(six)),
        };
        packet.answers.push(record(&owner, data));
    }
    packet.build_bytes_vec_compressed().unwrap()
}

fn asked(name: &str) -> Question<'static> {
    let name = Name::new(name).unwrap().into_owned();
    Question::new(name, QTYPE::TYPE(TYPE::A), QCLASS::CLASS(CLASS::IN), false)
}

/// A greeting that names a server, with so many bytes of other extensions before the name.
pub(crate) fn hello(name: &str, before: usize) -> Vec<u8> {
    let mut extensions = Vec::new();
    if before > 0 {
        extension(&mut extensions, 51, &vec![7; before]);
    }
    let mut names = vec![0];
    names.extend(u16::try_from(name.len()).unwrap().to_be_bytes());
    names.extend(name.as_bytes());
    let mut list = u16::try_from(names.len()).unwrap().to_be_bytes().to_vec();
    list.extend(names);
    extension(&mut extensions, 0, &list);
    hello_with(&extensions)
}

pub(crate) fn hello_with(extensions: &[u8]) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend([9; 32]);
    body.push(32);
    body.extend([8; 32]);
    body.extend([0, 4, 0x13, 1, 0x13, 2, 1, 0]);
    body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
    body.extend(extensions);
    let mut message = vec![1];
    message.extend(&u32::try_from(body.len()).unwrap().to_be_bytes()[1..]);
    message.extend(body);
    record(&message)
}

/// One TLS record of a handshake.
pub(crate) fn record(message: &[u8]) -> Vec<u8> {
    let mut record = vec![22, 3, 1];
    record.extend(u16::try_from(message.len()).unwrap().to_be_bytes());
    record.extend(message);
    record
}

fn extension(extensions: &mut Vec<u8>, kind: u16, data: &[u8]) {
    extensions.extend(kind.to_be_bytes());
    extensions.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
    extensions.extend(data);
}

pub(crate) fn login() -> Vec<u8> {
    let line = r#"{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"4ExampleWallet.rig","pass":"x","agent":"miner/1.0 (made up)","algo":["rx/0"]}}"#;
    format!("{line}\n").into_bytes()
}

pub(crate) fn job() -> Vec<u8> {
    let line = r#"{"jsonrpc":"2.0","method":"job","params":{"blob":"00","job_id":"1","target":"ff","height":1}}"#;
    format!("{line}\n").into_bytes()
}
