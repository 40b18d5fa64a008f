//! Variables of the environment of a process that tell how it came in, or whom it works for. All others may hold passwords
//! and are not kept.

use std::os::fd::{AsFd, BorrowedFd};

use rustix::fs::{Mode, OFlags};

use super::Sieve;
use super::desk::{Desk, News};
use crate::domain::base::ProcessId;
use crate::domain::untrusted::Untrusted;
use crate::host::probe::door::Door;
use crate::host::probe::tree::read_to_end;

/// More of an environment is not read.
const MOST_BYTES: usize = 128 << 10;
/// No more variables are kept, and none that is longer.
const MOST_KEPT: usize = 16;
const LONGEST: usize = 512;

/// Tells the desk of those that are kept. The process may write into its environment what it likes while it is read.
pub(super) fn read(
    (desk, proc): (&Desk, BorrowedFd<'_>),
    sieve: Sieve,
    (id, door): (ProcessId, Door),
) {
    desk.steps();
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let Ok(file) = rustix::fs::openat(proc, format!("{door}/environ"), flags, Mode::empty()) else {
        return;
    };
    let mut text = Vec::new();
    // What was read before it ended or changed is what it was begun with.
    read_to_end(file.as_fd(), &mut text, MOST_BYTES).ok();
    desk.steps();
    let kept = kept(&text, sieve.variable);
    if !kept.is_empty() {
        desk.tell(id, News::Environment(kept));
    }
}

/// Those that say something, without what may be a password.
fn kept(text: &[u8], says: fn(&[u8]) -> Option<Vec<u8>>) -> Vec<Untrusted> {
    let variables = text.split(|byte| *byte == 0);
    let fits = |it: &&[u8]| it.contains(&b'=') && it.len() <= LONGEST;
    let said = variables.filter(fits).filter_map(says).filter(|it| it.len() <= LONGEST);
    said.take(MOST_KEPT).map(Untrusted::new).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_says_nothing_is_not_kept() {
        let text = b"HOME=/root\0PGPASSWORD=secret\0REMOTE_ADDR=203.0.113.9\0REMOTE\0";
        let kept = kept(text, |it| it.starts_with(b"REMOTE").then(|| it.to_vec()));
        assert_eq!(kept, [Untrusted::from("REMOTE_ADDR=203.0.113.9")]);
    }

    proptest! {
        #[test]
        fn any_environment_is_bounded(text in prop::collection::vec(any::<u8>(), 0..4096)) {
            let kept = kept(&text, |it| Some(it.to_vec()));
            prop_assert!(kept.len() <= MOST_KEPT && kept.iter().all(|it| it.bytes().len() <= LONGEST));
        }
    }
}
