//! Which session this process is in and which terminal is its own, as `/proc/self/stat` tells.
//!
//! Absent on purpose: `getsid(2)` and `tcgetsid(3)` by way of rustix. In a process namespace whose session leader is outside
//! of it both say 0, which rustix takes for a process, and which must not be one.

use rustix::fs::{Dev, major, minor};

/// The session of this process, and the number of its terminal; 0 is one that has no number here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ours {
    pub(crate) group: i32,
    pub(crate) session: i32,
    terminal: i32,
}

impl Ours {
    /// As it is now.
    pub(crate) fn now() -> Option<Self> {
        parse(&std::fs::read("/proc/self/stat").ok()?)
    }

    /// This device is the terminal of this process.
    pub(crate) fn has_terminal(self, device: Dev) -> bool {
        let number = self.terminal.cast_unsigned();
        let parts = ((number >> 8) & 0xfff, (number & 0xff) | ((number >> 12) & 0xf_ff00));
        number != 0 && parts == (major(device), minor(device))
    }
}

fn parse(stat: &[u8]) -> Option<Ours> {
    // The name before the state may hold anything.
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    let rest = str::from_utf8(stat.get(end + 1..)?).ok()?;
    let mut fields = rest.split_ascii_whitespace().skip(2).map(str::parse::<i32>);
    let mut next = || fields.next()?.ok();
    Some(Ours { group: next()?, session: next()?, terminal: next()? })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, proptest};
    use rustix::fs::makedev;

    use super::parse;

    #[test]
    fn a_session_that_began_outside_of_the_namespace_is_no_trouble() {
        let ours = parse(b"7 (x) R 1) S 0 7 0 34816 7 4194560 0\n").unwrap();
        assert_eq!((ours.group, ours.session), (7, 0));
        assert!(ours.has_terminal(makedev(136, 0)));
        assert!(!ours.has_terminal(makedev(136, 1)));
    }

    #[test]
    fn a_terminal_with_a_high_number_is_known_and_none_is_none() {
        let ours = parse(b"7 (x) S 1 7 7 1083436 7 0\n").unwrap();
        assert!(ours.has_terminal(makedev(136, 300)), "{ours:?}");
        assert!(!parse(b"7 (x) S 1 7 7 0 -1 0\n").unwrap().has_terminal(0));
    }

    proptest! {
        #[test]
        fn nothing_in_a_stat_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _: Option<_> = parse(&bytes);
        }
    }
}
