//! The tables of `/proc/net`: `tcp`, `tcp6`, `udp`, `udp6`. Pure.
//!
//! Invariant: total. A line that has not the documented form is left out.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{Raw, address, state};
use crate::domain::facts::Protocol;
use crate::host::probe::text;

/// Name and protocol of each table.
pub(super) const FILES: [(&str, Protocol); 4] = [
    ("tcp", Protocol::Tcp),
    ("tcp6", Protocol::Tcp),
    ("udp", Protocol::Udp),
    ("udp6", Protocol::Udp),
];

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
    Some(Raw { protocol, local, remote, state: state(protocol, number), uid, inode })
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
    use super::counts;

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
    fn a_kernel_that_counts_nothing_counts_nothing() {
        assert!(counts(b"", FOUR, FOUR).is_empty());
    }
}
