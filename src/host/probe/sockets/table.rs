//! The tables of `/proc/net`: `tcp`, `udp`, `raw` and their twins of IPv6, `packet`, `unix`. Pure.
//!
//! Invariant: total. A line that has not the documented form is left out. A local socket chooses its own name, line feeds
//! too, so a line of `unix` can be a lie: whom an inode belongs to is told by descriptors alone.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{Raw, address, state};
use crate::domain::facts::{OtherKind, Protocol};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::text;

/// Name and protocol of each table.
pub(super) const FILES: [(&str, Protocol); 4] = [
    ("tcp", Protocol::Tcp),
    ("tcp6", Protocol::Tcp),
    ("udp", Protocol::Udp),
    ("udp6", Protocol::Udp),
];

/// The tables of raw sockets, which netlink tells only where a module for it is loaded.
pub(super) const RAW_FILES: [(&str, Protocol); 2] =
    [("raw", Protocol::Raw), ("raw6", Protocol::Raw)];

/// A longer name of a local socket is no name of one.
const MOST_NAME: usize = 108;
/// `__SO_ACCEPTCON` in the flags of a local socket: it listens.
const LISTENS: u32 = 1 << 16;

/// The sockets of a table; its first line is a heading.
pub(in crate::host::probe) fn rows(
    table: &[u8],
    protocol: Protocol,
) -> impl Iterator<Item = Raw> + '_ {
    table.split(|byte| *byte == b'\n').skip(1).filter_map(move |line| row(line, protocol))
}

fn row(line: &[u8], protocol: Protocol) -> Option<Raw> {
    // sl local remote st tx:rx tr:when retrnsmt uid timeout inode
    let mut fields = text::words(line).skip(1);
    let (local, remote) = (end(fields.next()?)?, end(fields.next()?)?);
    let number = u8::try_from(hex(fields.next()?)?).ok()?;
    let uid = text::whole_number(fields.nth(3)?)?;
    let inode = text::number(fields.nth(1)?)?;
    Some(Raw { uid, inode, ..Raw::new(protocol, (local, remote), state(protocol, number)) })
}

/// `0100007F:1F90`: words of the address in the order of this machine's bytes, then the port.
fn end(field: &[u8]) -> Option<SocketAddr> {
    let colon = field.iter().position(|byte| *byte == b':')?;
    let (ip, port) = (field.get(..colon)?, field.get(colon + 1..)?);
    let ip = match ip.len() {
        8 => IpAddr::V4(Ipv4Addr::from(hex(ip)?.to_ne_bytes())),
        32 => {
            let mut bytes = [0; 16];
            for (four, digits) in bytes.chunks_exact_mut(4).zip(ip.chunks_exact(8)) {
                four.copy_from_slice(&hex(digits)?.to_ne_bytes());
            }
            IpAddr::V6(Ipv6Addr::from(bytes))
        }
        _ => return None,
    };
    Some(address(ip, u16::try_from(hex(port)?).ok()?))
}

fn hex(digits: &[u8]) -> Option<u32> {
    let plain = (1..=8).contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit);
    u32::from_str_radix(str::from_utf8(digits).ok().filter(|_| plain)?, 16).ok()
}

/// The sockets of `packet`, with their inodes.
pub(in crate::host::probe) fn packets(table: &[u8]) -> impl Iterator<Item = (u64, OtherKind)> + '_ {
    table.split(|byte| *byte == b'\n').skip(1).filter_map(|line| {
        // sk RefCnt Type Proto Iface R Rmem User Inode
        let mut fields = text::words(line).skip(3);
        let protocol = u16::try_from(hex(fields.next()?)?).ok()?;
        let interface = text::whole_number(fields.next()?)?;
        let inode = text::number(fields.nth(3)?)?;
        Some((inode, OtherKind::Packet { protocol, interface }))
    })
}

/// The sockets of `unix` that wait for somebody, with their inodes.
pub(in crate::host::probe) fn listening(
    table: &[u8],
) -> impl Iterator<Item = (u64, OtherKind)> + '_ {
    table.split(|byte| *byte == b'\n').skip(1).filter_map(|line| {
        // Num: RefCount Protocol Flags Type St Inode Path
        let mut fields = text::words(line);
        fields.next().filter(|number| number.ends_with(b":"))?;
        hex(fields.nth(2)?).filter(|flags| flags & LISTENS != 0)?;
        let inode = text::number(fields.nth(2)?)?;
        let name = after(line, 7).filter(|name| name.len() <= MOST_NAME)?;
        Some((inode, OtherKind::Unix(Untrusted::new(name))))
    })
}

/// What stands after so many words and the blank behind them.
fn after(line: &[u8], words: usize) -> Option<&[u8]> {
    let mut rest = line;
    for _ in 0..words {
        let begin = rest.iter().position(|byte| *byte != b' ')?;
        rest = rest.get(begin..)?;
        let end = rest.iter().position(|byte| *byte == b' ').unwrap_or(rest.len());
        rest = rest.get(end..)?;
    }
    Some(rest.get(1..).unwrap_or_default())
}

/// How many TCP sockets of the namespace the kernel counts, by `sockstat` and `sockstat6`; those that only wait for
/// their time to run out are not among them.
pub(super) fn in_use(four: &[u8], six: &[u8]) -> Option<usize> {
    let count = |table: &[u8], name: &[u8]| {
        let mut lines = table.split(|byte| *byte == b'\n');
        let line = lines.find_map(|line| line.strip_prefix(name))?;
        let mut words = text::words(line);
        words.next().filter(|word| *word == b"inuse")?;
        text::number(words.next()?).and_then(|it| usize::try_from(it).ok())
    };
    Some(count(four, b"TCP:")? + count(six, b"TCP6:").unwrap_or(0))
}

/// What changes when a connection is opened or closed, and not when one is used: of `snmp`'s TCP line the opened,
/// failed, reset and standing ones, of `sockstat` all but memory.
pub(in super::super) fn counts(snmp: &[u8], four: &[u8], six: &[u8]) -> Vec<u8> {
    let mut counts = Vec::new();
    let tcp = snmp.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"Tcp:")).nth(1);
    for word in tcp.into_iter().flat_map(text::words).skip(5).take(5) {
        counts.extend_from_slice(word);
        counts.push(b' ');
    }
    if counts.is_empty() {
        return counts;
    }
    for line in four.split(|byte| *byte == b'\n').chain(six.split(|byte| *byte == b'\n')) {
        let mut last: &[u8] = b"";
        for word in text::words(line) {
            if last != b"mem" && word != b"mem" {
                counts.extend_from_slice(word);
                counts.push(b' ');
            }
            last = word;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SNMP: &[u8] =
        b"Ip: 1\nTcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails \
EstabResets CurrEstab InSegs\nTcp: 1 200 120000 -1 7 5 0 1 3 134898\n";
    const FOUR: &[u8] =
        b"sockets: used 8\nTCP: inuse 1 orphan 0 tw 0 alloc 1 mem 9\nUDP: inuse 0 mem 4\n";

    #[test]
    fn traffic_is_not_counted_and_a_new_connection_is() {
        let before = counts(SNMP, FOUR, b"");
        let text = |bytes: &[u8], from: &str, to: &str| {
            String::from_utf8_lossy(bytes).replace(from, to).into_bytes()
        };
        let used = counts(&text(SNMP, "134898", "999999"), &text(FOUR, "mem 9", "mem 77"), b"");
        assert_eq!(before, used);
        assert_ne!(before, counts(&text(SNMP, "-1 7 5", "-1 8 5"), FOUR, b""));
        assert_ne!(before, counts(SNMP, &text(FOUR, "tw 0", "tw 1"), b""));
        assert_ne!(before, counts(SNMP, FOUR, b"UDP6: inuse 1\n"));
    }

    #[test]
    fn those_that_are_in_use_are_counted_over_both_families() {
        assert_eq!(in_use(FOUR, b"TCP6: inuse 4\nUDP6: inuse 7\n"), Some(5));
        assert_eq!(in_use(FOUR, b""), Some(1), "no IPv6 here");
        assert_eq!(in_use(b"TCP: orphan 7", b""), None);
    }

    #[test]
    fn a_sniffer_has_a_protocol_and_an_interface() {
        let table = b"sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n\
            0000000012345678 3      3    0003   2     1 0      0      4711\n\
            0000000012345678 3      3    88cc   0     1 0      0      4712\ncut 3 3\n";
        let found: Vec<_> = packets(table).collect();
        let kind = |protocol, interface| OtherKind::Packet { protocol, interface };
        assert_eq!(found, [(4711, kind(3, 2)), (4712, kind(0x88cc, 0))]);
    }

    #[test]
    fn a_local_socket_that_listens_is_told_with_its_whole_name() {
        let table = b"Num       RefCount Protocol Flags    Type St Inode Path\n\
            0000000000000000: 00000002 00000000 00010000 0001 01 12345 /run/a b\n\
            0000000000000000: 00000002 00000000 00010000 0005 01  9999 @x\n\
            0000000000000000: 00000003 00000000 00000000 0001 03 12346 /run/c\n\
            0000000000000000: 00000002 00000000 00010000 0001 01 12347\n";
        let found: Vec<_> = listening(table).collect();
        let kind = |name: &str| OtherKind::Unix(name.into());
        assert_eq!(found, [(12345, kind("/run/a b")), (9999, kind("@x")), (12347, kind(""))]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_table_fall(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            packets(&bytes).count();
            listening(&bytes).count();
            in_use(&bytes, &bytes);
        }
    }

    #[test]
    fn a_kernel_that_counts_nothing_counts_nothing() {
        assert!(counts(b"", FOUR, FOUR).is_empty());
    }
}
