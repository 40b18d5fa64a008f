//! Any bytes as packets on the wire: `cargo +nightly fuzz run wire`.
//!
//! The first byte chooses what they are: packets as they are, one after the other behind their lengths, or what a
//! packet carries, made here, so that the fuzzer need not learn the headers of IP first.
#![no_main]

use firedamp::domain::base::{Moment, Timestamp};
use firedamp::domain::playbook::{Indicators, PB_31, read};
use firedamp::domain::wire::{Ear, dns, packet, stratum, tls};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

/// To read a playbook takes a thousand times as long as to hear a packet.
static LOOK_FOR: LazyLock<Indicators> = LazyLock::new(|| read(PB_31.en).0.indicators());

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let mut ear = Ear::new(LOOK_FOR.clone());
    let now = Moment { at: Timestamp::UNIX_EPOCH, boot_ms: 1 };
    let (mut rest, mut place, mut packets) = (rest, 0_u32, 0);
    while let [high, low, behind @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(behind.len());
        let (said, next) = behind.split_at(length);
        rest = next;
        packets += 1;
        match first % 4 {
            0 => ear.hear(now, said),
            1 => ear.hear(now, &carried(17, (53, 4000), 0, said)),
            2 => ear.hear(now, &carried(17, (4000, 53), 0, said)),
            _ => ear.hear(now, &carried(6, (4000, 3333), place, said)),
        }
        place = place.wrapping_add(u32::try_from(said.len()).unwrap());
        // Each reader by itself takes any bytes.
        let _read = (dns::message(said), tls::greeting(said), stratum::messages(said));
        let _read = packet::segment(said);
    }
    let wire = ear.told(&[]);
    assert!(wire.sightings.len() <= packets.min(256));
    for sighting in &wire.sightings {
        let names = sighting.spoken.names().map(|name| name.plain(80));
        assert!(names.into_iter().all(|name| !name.chars().any(char::is_control)));
    }
});

/// An IPv4 packet between two made-up hosts; an answer comes from the one that is asked.
fn carried(protocol: u8, ports: (u16, u16), place: u32, said: &[u8]) -> Vec<u8> {
    let mut behind = [ports.0.to_be_bytes(), ports.1.to_be_bytes()].concat();
    if protocol == 17 {
        behind.extend(u16::try_from(said.len() + 8).unwrap_or(u16::MAX).to_be_bytes());
        behind.extend([0, 0]);
    } else {
        behind.extend(place.to_be_bytes());
        behind.extend([0, 0, 0, 0, 0x50, 0x18, 0, 0, 0, 0, 0, 0]);
    }
    behind.extend(said);
    let mut packet = vec![0x45, 0];
    packet.extend(u16::try_from(behind.len() + 20).unwrap_or(u16::MAX).to_be_bytes());
    packet.extend([0, 1, 0x40, 0, 64, protocol, 0, 0]);
    let (one, other) = ([192, 0, 2, 1], [192, 0, 2, 2]);
    packet.extend(if ports.0 == 53 { [other, one].concat() } else { [one, other].concat() });
    packet.extend(behind);
    packet
}
