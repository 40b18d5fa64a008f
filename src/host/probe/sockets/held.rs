//! Network namespaces that open files of processes hold: who makes one, keeps the file and leaves it again has a network
//! that no process is in and no mount tells of.
//!
//! The links of open files are read as text and never followed, so many in a turn as [`A_TURN`] says, from one process to
//! the next. What was found is asked for again in each turn, and let go of when its file is closed.
//!
//! Invariant: bounded, in what is read at a time and in what is kept. Deliberately absent: a namespace that is held by a
//! file which is on its way through a socket, and by the sockets in it alone.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use crate::host::probe::text;
use crate::host::probe::tree::{self, Reader};

/// Links that are read in one turn, and in the first one: a file of the process that is reached is read to its end.
const A_TURN: usize = 2_048;
const FIRST: usize = 65_536;
/// Files that are kept.
const MOST: usize = 4_096;

/// A process, and the number of its open file.
type Place = (u32, u32);

/// Who holds what, as far as the search has come.
#[derive(Default)]
pub(super) struct Held {
    proc: Option<OwnedFd>,
    places: BTreeMap<Place, u64>,
    /// The process whose files are read next.
    next: u32,
    begun: bool,
}

impl Held {
    /// Where each namespace is held, as far as it is known after one more turn; `own` is not told of.
    pub(super) fn turn(&mut self, own: Option<u64>) -> BTreeMap<u64, PathBuf> {
        let proc = self.proc.take().or_else(|| tree::open_dir(Path::new("/proc")).ok());
        let Some(proc) = proc else { return BTreeMap::new() };
        let mut reader = Reader::new(proc.as_fd());
        self.places.retain(|(pid, fd), inode| {
            reader.link(*pid, &format!("fd/{fd}")).is_ok_and(|link| namespace(link) == Some(*inode))
        });
        self.go_on(&mut reader, own);
        self.proc = Some(proc);
        let path = |(pid, fd): &Place| PathBuf::from(format!("/proc/{pid}/fd/{fd}"));
        self.places.iter().map(|(place, inode)| (*inode, path(place))).collect()
    }

    fn go_on(&mut self, reader: &mut Reader<'_>, own: Option<u64>) {
        let mut pids = Vec::new();
        if reader.pids(&mut pids).is_err() {
            return;
        }
        let mut left = if self.begun { A_TURN } else { FIRST };
        self.begun = true;
        let from = pids.partition_point(|pid| *pid < self.next);
        for pid in pids.iter().skip(from).filter(|pid| **pid != std::process::id()) {
            if left == 0 {
                self.next = *pid;
                return;
            }
            // One more for the folder itself.
            left -= 1;
            let take = |fd: u32, link: &[u8]| {
                left = left.saturating_sub(1);
                let inode = namespace(link).filter(|inode| Some(*inode) != own);
                if let Some(inode) = inode.filter(|_| self.places.len() < MOST) {
                    self.places.insert((*pid, fd), inode);
                }
            };
            // Who has ended, or is closed to us, holds nothing that we can enter.
            reader.open_files(*pid, take).ok();
        }
        self.next = 0;
    }
}

/// The number of a network namespace whose file this is: `net:[4026531833]`.
fn namespace(link: &[u8]) -> Option<u64> {
    text::namespace_inode(link).filter(|_| link.starts_with(b"net:["))
}
