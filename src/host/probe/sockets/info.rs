//! What `tcp_info` says went over a connection. Pure.
//!
//! Invariant: total. Only the fields that a row needs are read, each at the place where every kernel since 4.6 has it; an
//! older one, whose structure is shorter, gives nothing and not a zero.

use crate::domain::facts::Flow;

/// Size of `struct inet_diag_msg`, after which the attributes stand.
const HEAD: usize = 72;
/// `INET_DIAG_INFO`.
const INFO: u16 = 2;
/// The bits of an attribute's type that are its number.
const NUMBER: u16 = 0x3fff;

/// Milliseconds since data was last sent and last came, and bytes both ways, by their places in `struct tcp_info`.
const LAST_SENT: usize = 44;
const LAST_RECEIVED: usize = 52;
const BYTES_ACKED: usize = 120;
const BYTES_RECEIVED: usize = 128;

/// What an answer of `inet_diag` says about the bytes of its connection; `now_ms` is the boot clock.
pub(super) fn flow(answer: &[u8], now_ms: u64) -> Option<Flow> {
    let info = attribute(answer.get(HEAD..)?)?;
    let ago = |at| four(info, at).map(|ago| now_ms.saturating_sub(u64::from(ago)));
    Some(Flow {
        sent: eight(info, BYTES_ACKED)?,
        received: eight(info, BYTES_RECEIVED)?,
        last_sent_ms: ago(LAST_SENT)?,
        last_received_ms: ago(LAST_RECEIVED)?,
    })
}

fn attribute(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        let (length, number) = (usize::from(two(rest, 0)?), two(rest, 2)? & NUMBER);
        let body = rest.get(4..length)?;
        if number == INFO {
            return Some(body);
        }
        rest = rest.get(length.next_multiple_of(4)..)?;
    }
}

fn two(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|it| u16::from_ne_bytes(*it))
}

fn four(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|it| u32::from_ne_bytes(*it))
}

fn eight(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|it| u64::from_ne_bytes(*it))
}

/// The kernel tells ages in its own ticks, so the times that follow from them tremble from look to look. What did not
/// move by more than this is the same time.
const TREMBLE_MS: u64 = 1_000;

/// The newer flow, with the times of the older one where they only trembled.
pub(super) const fn steady(old: Flow, new: Flow) -> Flow {
    const fn time(old: u64, new: u64) -> u64 {
        if old.abs_diff(new) < TREMBLE_MS { old } else { new }
    }
    Flow {
        last_sent_ms: time(old.last_sent_ms, new.last_sent_ms),
        last_received_ms: time(old.last_received_ms, new.last_received_ms),
        ..new
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer() -> Vec<u8> {
        let mut info = vec![0_u8; 232];
        info[44..48].copy_from_slice(&250_u32.to_ne_bytes());
        info[52..56].copy_from_slice(&9_000_u32.to_ne_bytes());
        info[120..128].copy_from_slice(&12_345_678_901_u64.to_ne_bytes());
        info[128..136].copy_from_slice(&77_u64.to_ne_bytes());
        let mut answer = vec![0xee; HEAD];
        // INET_DIAG_SHUTDOWN, one byte long, comes before.
        answer.extend_from_slice(&[5, 0, 8, 0, 3, 0, 0, 0]);
        answer.extend_from_slice(&236_u16.to_ne_bytes());
        answer.extend_from_slice(&2_u16.to_ne_bytes());
        answer.extend_from_slice(&info);
        answer
    }

    #[test]
    fn bytes_and_times_stand_where_the_kernel_puts_them() {
        let expected = Flow {
            sent: 12_345_678_901,
            received: 77,
            last_sent_ms: 99_750,
            last_received_ms: 91_000,
        };
        assert_eq!(flow(&answer(), 100_000), Some(expected));
        assert_eq!(flow(&answer(), 100).map(|it| it.last_received_ms), Some(0));
    }

    #[test]
    fn a_cut_answer_tells_nothing_and_not_zeros() {
        let whole = answer();
        for end in 0..whole.len() {
            assert_eq!(flow(&whole[..end], 1), None, "cut at {end}");
        }
    }

    #[test]
    fn times_that_tremble_stand_still_and_others_move() {
        let old = Flow { sent: 1, received: 1, last_sent_ms: 5_000, last_received_ms: 5_000 };
        let new = Flow { sent: 9, received: 1, last_sent_ms: 5_012, last_received_ms: 6_000 };
        let expected = Flow { sent: 9, received: 1, last_sent_ms: 5_000, last_received_ms: 6_000 };
        assert_eq!(steady(old, new), expected);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fall(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            flow(&bytes, 0);
        }
    }
}
