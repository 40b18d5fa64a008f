//! Network namespaces that open files of processes hold: who makes one, keeps the file and leaves it again has a network
//! that no process is in and no mount tells of.
//!
//! The links of open files are read as text and never followed, so many in a turn as [`A_TURN`] says, from one process to
//! the next. Of a process with very many files a round reads one part, and the next round goes on behind it, so that it
//! takes no time of the others. What was found is asked for again in each turn, and let go of when its file is closed.
//!
//! Invariant: bounded, in what is read at a time and in what is kept; what is more, or closed to us, is counted.
//! Deliberately absent: a namespace that is held by a file which is on its way through a socket, and by the sockets in it
//! alone.

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::BorrowedFd;

use rustix::io::Errno;

use crate::host::probe::text;
use crate::host::probe::tree::Reader;

/// Links that are read in one turn, and in the first one; the part that is reached is read to its end.
const A_TURN: usize = 2_048;
const FIRST: usize = 65_536;
/// Namespaces that are kept.
const MOST: usize = 4_096;
/// Files of one namespace that are kept: one may be closed while another still holds it.
const MOST_PLACES: usize = 2;

/// A process, and the number of its open file.
pub(super) type Place = (u32, u32);

/// Who holds what, as far as the search has come.
#[derive(Default)]
pub(super) struct Held {
    /// Open files of each namespace.
    places: BTreeMap<u64, Vec<Place>>,
    /// Namespaces that there was no room for in this round.
    beyond: BTreeSet<u64>,
    /// Processes whose files are closed to us.
    closed: BTreeSet<u32>,
    /// The process whose files are read next.
    next: u32,
    /// Where the next part of a process begins that has more files than one part.
    parts: BTreeMap<u32, u32>,
    begun: bool,
}

impl Held {
    /// Goes on with the search for one turn, below this `/proc`; `own` is not told of.
    pub(super) fn turn(&mut self, proc: BorrowedFd<'_>, own: Option<u64>) {
        let mut reader = Reader::new(proc);
        self.places.retain(|inode, places| {
            places.retain(|(pid, fd)| {
                let link = reader.link(*pid, &format!("fd/{fd}"));
                link.is_ok_and(|link| namespace(link) == Some(*inode))
            });
            !places.is_empty()
        });
        self.go_on(&mut reader, own);
    }

    /// Where each namespace is held, as far as it is known.
    pub(super) fn places(&self) -> impl Iterator<Item = (u64, Place)> {
        self.places.iter().filter_map(|(inode, places)| Some((*inode, *places.first()?)))
    }

    /// So many namespaces are not kept.
    pub(super) fn beyond(&self) -> usize {
        self.beyond.len()
    }

    /// The files of so many processes are closed to us.
    pub(super) fn closed(&self) -> usize {
        self.closed.len()
    }

    fn go_on(&mut self, reader: &mut Reader<'_>, own: Option<u64>) {
        let mut pids = Vec::new();
        if reader.pids(&mut pids).is_err() {
            return;
        }
        let lives = |pid: &u32| pids.binary_search(pid).is_ok();
        self.closed.retain(lives);
        self.parts.retain(|pid, _| lives(pid));
        let mut left = if self.begun { A_TURN } else { FIRST };
        self.begun = true;
        if self.next == 0 {
            self.beyond.clear();
        }
        let from = pids.partition_point(|pid| *pid < self.next);
        for pid in pids.iter().skip(from).filter(|pid| **pid != std::process::id()) {
            if left == 0 {
                self.next = *pid;
                return;
            }
            self.part(reader, *pid, own, &mut left);
        }
        self.next = 0;
        // What is left of the turn is for those with more than one part.
        while let Some(pid) = self.parts.keys().next().copied().filter(|_| left > 0) {
            self.part(reader, pid, own, &mut left);
        }
    }

    /// Reads the next part of the files of one process.
    fn part(&mut self, reader: &mut Reader<'_>, pid: u32, own: Option<u64>, left: &mut usize) {
        // One more for the folder itself.
        *left = left.saturating_sub(1);
        let from = self.parts.remove(&pid).unwrap_or_default();
        let read = reader.open_files_from(pid, from, |fd, link| {
            *left = left.saturating_sub(1);
            if let Some(inode) = namespace(link).filter(|inode| Some(*inode) != own) {
                keep(&mut self.places, &mut self.beyond, inode, (pid, fd));
            }
        });
        match read {
            Ok(next) => {
                self.closed.remove(&pid);
                self.parts.extend(next.map(|next| (pid, next)));
            }
            // It has ended.
            Err(Errno::NOENT | Errno::SRCH) => {}
            Err(_) => {
                self.closed.insert(pid);
            }
        }
    }
}

/// Keeps one more file of a namespace, as long as there is room.
fn keep(
    known: &mut BTreeMap<u64, Vec<Place>>,
    beyond: &mut BTreeSet<u64>,
    inode: u64,
    place: Place,
) {
    if !known.contains_key(&inode) && known.len() >= MOST {
        if beyond.len() < MOST {
            beyond.insert(inode);
        }
        return;
    }
    let places = known.entry(inode).or_default();
    if places.len() < MOST_PLACES && !places.contains(&place) {
        places.push(place);
    }
}

/// The number of a network namespace whose file this is: `net:[4026531833]`.
fn namespace(link: &[u8]) -> Option<u64> {
    text::namespace_inode(link).filter(|_| link.starts_with(b"net:["))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_files_of_one_namespace_take_no_room_of_others_and_what_is_more_is_counted() {
        let (mut known, mut beyond) = (BTreeMap::new(), BTreeSet::new());
        for fd in 0..9_000 {
            keep(&mut known, &mut beyond, 1, (7, fd));
        }
        assert_eq!(known, BTreeMap::from([(1, vec![(7, 0), (7, 1)])]));
        for inode in 2..=4_099 {
            keep(&mut known, &mut beyond, inode, (8, 3));
            keep(&mut known, &mut beyond, inode, (8, 4));
        }
        assert_eq!((known.len(), beyond.len()), (MOST, 3));
    }
}
