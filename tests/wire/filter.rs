//! The kernel's program, run here by an interpreter that does what the kernel does.

use proptest::prelude::*;

use firedamp::domain::wire::filter::{Filter, Instruction};

use crate::bytes::{
    CLIENT, RESOLVER, SERVER, answer, end, hello, job, login, question, segment, tcp, udp,
};

const ETHERNET: u32 = 1;
const LOOPBACK: u32 = 772;
const INCOMING: u32 = 0;
const OUTGOING: u32 = 4;

/// What the kernel keeps of a packet; 0 for nothing.
fn kept(steps: &[Instruction], packet: &[u8], (hardware, way): (u32, u32)) -> u32 {
    let protocol = if packet.first().is_some_and(|it| it >> 4 == 6) { 0x86dd } else { 0x0800 };
    let load = |at: u32, size: usize| -> Option<u32> {
        match at {
            0xffff_f000 => return Some(protocol),
            0xffff_f004 => return Some(way),
            0xffff_f01c => return Some(hardware),
            _ => {}
        }
        let at = usize::try_from(at).ok()?;
        let bytes = packet.get(at..at.checked_add(size)?)?;
        Some(bytes.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
    };
    let (mut a, mut x, mut memory, mut at) = (0_u32, 0_u32, [0_u32; 16], 0_usize);
    loop {
        let Instruction { code, if_true, if_false, k } = steps[at];
        at += 1;
        let loaded = match code {
            0x28 => load(k, 2),
            0x30 => load(k, 1),
            0x48 => load(x.wrapping_add(k), 2),
            0x50 => load(x.wrapping_add(k), 1),
            0x80 => Some(u32::try_from(packet.len()).unwrap()),
            0x60 => Some(memory[k as usize]),
            _ => Some(a),
        };
        // The kernel ends the program where a packet ends.
        let Some(value) = loaded else { return 0 };
        a = value;
        let mut jump = |holds: bool| at += usize::from(if holds { if_true } else { if_false });
        match code {
            0x28 | 0x30 | 0x48 | 0x50 | 0x80 | 0x60 => {}
            0x02 => memory[k as usize] = a,
            0x01 => x = k,
            0xb1 => match load(k, 1) {
                Some(byte) => x = (byte & 0xf) * 4,
                None => return 0,
            },
            0x07 => x = a,
            0x04 => a = a.wrapping_add(k),
            0x0c => a = a.wrapping_add(x),
            0x14 => a = a.wrapping_sub(k),
            0x1c => a = a.wrapping_sub(x),
            0x54 => a &= k,
            0x74 => a >>= k,
            0x64 => a <<= k,
            0x15 => jump(a == k),
            0x25 => jump(a > k),
            0x35 => jump(a >= k),
            0x45 => jump(a & k != 0),
            0x06 => return k,
            other => panic!("no such step: {other:#x}"),
        }
    }
}

fn passes(packet: &[u8]) -> bool {
    let filter = Filter::new(&[3333, 14444]);
    let kept = kept(filter.steps(), packet, (ETHERNET, INCOMING));
    assert!(kept == 0 || kept >= 16 * 1024, "what passes is kept whole");
    kept > 0
}

#[test]
fn questions_answers_greetings_and_stratum_pass() {
    let (client, server, resolver) = (end(CLIENT), end(SERVER), end(RESOLVER));
    assert!(passes(&udp(client, resolver, &question(1, "a.example"))));
    assert!(passes(&udp(resolver, client, &answer(1, "a.example", &[], &["198.51.100.1"]))));
    let over_tcp = [&[0, 27][..], &question(1, "a.example")].concat();
    assert!(passes(&tcp(client, resolver, 1, &over_tcp)));
    assert!(passes(&tcp(client, end("198.51.100.7:8443"), 1, &hello("a.example", 0))));
    assert!(passes(&tcp(client, server, 1, &login())));
    assert!(passes(&tcp(server, client, 1, &job())));
    assert!(passes(&tcp(client, server, 1, br#"{ "method": "login" }"#)));
}

#[test]
fn json_passes_however_it_is_laid_out_or_torn() {
    let (client, server) = (end(CLIENT), end("198.51.100.7:8080"));
    let said = String::from_utf8(login()).unwrap();
    for before in ["", "\n", "\r\n", " ", "\t\t", "[", "[ "] {
        assert!(
            passes(&tcp(client, server, 1, format!("{before}{said}").as_bytes())),
            "{before:?}"
        );
    }
    assert!(passes(&tcp(client, server, 1, b"{")), "one letter");
    for at in 1..said.len() - 1 {
        let (one, two) = said.as_bytes().split_at(at);
        assert!(passes(&tcp(client, server, 1, one)), "{at}");
        assert!(passes(&tcp(client, server, 2, two)), "{at}");
        assert!(passes(&tcp(server, client, 2, two)), "{at}");
    }
}

#[test]
fn ipv6_passes_behind_two_extension_headers_and_not_behind_three() {
    let (from, to) = (end("[2001:db8::1]:4000"), end("[2001:db8::53]:53"));
    let plain = udp(from, to, &question(1, "a.example"));
    assert!(passes(&plain));
    for (headers, shall) in [(1, true), (2, true), (3, false)] {
        let mut packet = plain[..40].to_vec();
        packet[6] = 60;
        for left in (0..headers).rev() {
            // The middle one is longer than the others.
            let long = usize::from(left == 1);
            packet.extend([if left == 0 { 17 } else { 60 }, u8::try_from(long).unwrap(), 1, 4]);
            packet.extend(vec![0; 4 + 8 * long]);
        }
        packet.extend(&plain[40..]);
        assert_eq!(passes(&packet), shall, "{headers} headers");
    }
}

#[test]
fn the_end_of_a_greeting_in_two_pieces_passes() {
    let (client, https) = (end(CLIENT), end("198.51.100.7:443"));
    let bytes = hello("pool.example", 1_700);
    let (one, two) = bytes.split_at(1_448);
    assert!(passes(&segment(client, https, (1, 0x10), one)));
    assert!(passes(&tcp(client, https, 1_449, two)));
    assert!(passes(&tcp(client, end(SERVER), 1_449, two)), "to a port of pools too");
    assert!(!passes(&tcp(client, end("198.51.100.7:8080"), 1_449, two)));
    assert!(!passes(&segment(client, https, (1_449, 0x10), two)), "it is not the last one");
    assert!(!passes(&tcp(https, client, 1_449, two)), "a server sends no greeting of a client");
}

#[test]
fn everyday_traffic_stays_in_the_kernel() {
    let (client, server) = (end(CLIENT), end("198.51.100.7:22"));
    assert!(!passes(&tcp(client, server, 1, b"SSH-2.0-example\r\n")));
    assert!(!passes(&tcp(server, client, 1, &[0x5a; 800])));
    assert!(!passes(&tcp(client, end("198.51.100.7:80"), 1, b"GET / HTTP/1.1\r\n\r\n")));
    assert!(!passes(&segment(client, end("198.51.100.7:443"), (1, 0x10), b"")));
    assert!(!passes(&udp(client, end("198.51.100.7:443"), &[0xc0; 1_200])), "QUIC");
    let (https, said) = (end("198.51.100.7:443"), |kind| [kind, 3, 3, 0, 40, 9, 9, 9]);
    for kind in [20, 21, 22, 23] {
        assert!(!passes(&tcp(client, https, 1, &said(kind))), "a record of kind {kind}");
        assert!(!passes(&tcp(https, client, 1, &said(kind))), "a record of kind {kind}");
    }
    // What an Ethernet card fills an empty packet up with is nothing that was said.
    let mut padded = segment(end("198.51.100.7:53"), client, (1, 0x10), b"");
    padded.extend([0; 6]);
    assert!(!passes(&padded));
    assert!(!passes(&[0x45; 12]), "torn");
    assert!(!passes(&[]));
}

#[test]
fn fragments_stay_in_the_kernel() {
    let mut first = udp(end(CLIENT), end(RESOLVER), &question(1, "a.example"));
    first[6] = 0x20;
    assert!(!passes(&first));
    first[6..8].copy_from_slice(&[0x00, 0xb9]);
    assert!(!passes(&first));
}

#[test]
fn loopback_is_heard_once() {
    let filter = Filter::new(&[]);
    let packet = udp(end("127.0.0.1:4000"), end("127.0.0.53:53"), &question(1, "a.example"));
    assert_eq!(kept(filter.steps(), &packet, (LOOPBACK, OUTGOING)), 0);
    assert!(kept(filter.steps(), &packet, (LOOPBACK, INCOMING)) > 0);
    assert!(kept(filter.steps(), &packet, (ETHERNET, OUTGOING)) > 0);
}

#[test]
fn a_playbook_with_very_many_ports_still_makes_a_program() {
    let ports: Vec<u16> = (1..=2_000).collect();
    let filter = Filter::new(&ports);
    assert!(filter.steps().len() < 200);
    let tail = tcp(end(CLIENT), end("198.51.100.7:7"), 1, &[0xaa; 40]);
    assert!(kept(filter.steps(), &tail, (ETHERNET, INCOMING)) > 0);
}

proptest! {
    #[test]
    fn any_packet_is_kept_or_is_not(packet in prop::collection::vec(any::<u8>(), 0..200)) {
        // The interpreter fails where the program leads out of itself.
        let filter = Filter::new(&[3333]);
        kept(filter.steps(), &packet, (ETHERNET, INCOMING));
    }
}
