//! Network namespaces that open files of processes hold: who makes one, keeps the file and leaves it again has a network
//! that no process is in and no mount tells of.
//!
//! The links of open files are read as text and never followed, so many in a turn as [`A_TURN`] says, from one process to
//! the next. A socket that is in no list is asked for the namespace that it was made in: it keeps that too. What is known
//! of it is kept for a round after it was seen, and then asked again. Of a process with very many files the round reads one
//! part, so that it takes no time of the others; the other parts have a share of each turn of their own, in which such
//! processes take turns. What was found is asked for again in each turn, and let go of when its file is closed.
//!
//! Invariant: bounded, in what is read at a time and in what is kept; what is more, closed to us, or not come to yet is
//! counted. Every open file is come to, after as many turns as all of them take. A thread with a table of open files of its
//! own is one more process to this search; who they are it is told. Deliberately absent: a namespace that is held by a file
//! which is on its way through a socket.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::{Bound, RangeInclusive};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;

use super::within;
use crate::host::probe::door::Door;
use crate::host::probe::text;
use crate::host::probe::tree::Reader;

/// Links that the round reads in one turn: as many as bring it round in [`ROUND`] turns, within these bounds. The part that
/// is reached is read to its end.
const A_TURN: RangeInclusive<usize> = 128..=2_048;
const ROUND: usize = 30;
/// The same for the first turn.
const FIRST: usize = 65_536;
/// Links that are read in one turn besides, of processes with more than one part.
const PARTS: usize = 4_096;
/// Namespaces that are kept.
const MOST: usize = 4_096;
/// Files of one namespace that are kept: one may be closed while another still holds it.
const MOST_PLACES: usize = 2;
/// What asking a socket costs, in links; and sockets whose answer is kept.
const A_SOCKET: usize = 4;
const MOST_ASKED: usize = 1 << 16;

/// Where a process is read, and the number of its open file.
pub(super) type Place = (Door, u32);

/// Our own namespace, and sockets that are in some list.
type Ours<'a> = (Option<u64>, &'a HashSet<u64>);

/// Who holds what, as far as the search has come.
#[derive(Default)]
pub(super) struct Held {
    /// Open files of each namespace.
    places: BTreeMap<u64, Vec<Place>>,
    /// Namespaces that there was no room for in this round and in the one before.
    beyond: [BTreeSet<u64>; 2],
    /// Processes whose files are closed to us, or whose sockets cannot be asked.
    closed: BTreeSet<Door>,
    /// The process whose files the round reads next.
    next: Option<Door>,
    /// Where the next part begins of a process that has more files than one part.
    parts: BTreeMap<Door, u32>,
    /// Such processes that were read to their end before.
    whole: BTreeSet<Door>,
    /// Which of them had a part last.
    last: Option<Door>,
    /// Processes that the first round has not come to yet; none of it is known before it began.
    ahead: Option<usize>,
    /// Links that this round has read in its turns so far.
    read: usize,
    /// Links that the round reads in the next turn; none before the first.
    share: Option<usize>,
    /// Sockets that were asked where they are.
    spaces: HashMap<u64, Asked>,
    /// Rounds that were gone to their end.
    rounds: u64,
    /// Sockets may be asked.
    asks: bool,
    /// So many were not, in this round and in the one before.
    unasked: [usize; 2],
}

/// What is known of a socket.
#[derive(Clone, Copy)]
struct Asked {
    /// The number of the namespace that it was made in; 0 where nobody says.
    namespace: u64,
    /// The round in which it was seen last; in which it was asked, where nobody says.
    round: u64,
}

/// What was read of somebody's open files.
struct Part {
    /// Where it goes on.
    next: Option<u32>,
    /// How many there were.
    count: usize,
    /// None of its sockets is given out.
    refused: bool,
}

impl Held {
    /// Goes on with the search for one turn, below this `/proc`; our own namespace is not told of. `tables` are threads with
    /// open files of their own. Fails if nobody can be listed.
    pub(super) fn turn(
        &mut self,
        proc: BorrowedFd<'_>,
        ours: Ours<'_>,
        tables: &BTreeSet<Door>,
    ) -> Result<(), Errno> {
        let mut reader = Reader::new(proc);
        self.asks = within::leaves_no_mark(&mut reader);
        let (spaces, asks) = (&self.spaces, self.asks);
        self.places.retain(|inode, places| {
            places.retain(|place| holds(&mut reader, *place, (spaces, asks)) == Some(*inode));
            !places.is_empty()
        });
        let mut pids = Vec::new();
        reader.pids(&mut pids)?;
        let mut all: Vec<Door> =
            pids.into_iter().map(Door::from).chain(tables.iter().copied()).collect();
        all.sort_unstable();
        let lives = |door: &Door| all.binary_search(door).is_ok();
        self.closed.retain(lives);
        self.whole.retain(lives);
        self.parts.retain(|door, _| lives(door));
        let left = self.round(&mut reader, &all, ours);
        self.share(&mut reader, ours, left + PARTS);
        Ok(())
    }

    /// Where each namespace is held, as far as it is known.
    pub(super) fn places(&self) -> impl Iterator<Item = (u64, Place)> {
        self.places.iter().filter_map(|(inode, places)| Some((*inode, *places.first()?)))
    }

    /// Namespaces that are not kept.
    pub(super) fn beyond(&self) -> impl Iterator<Item = &u64> {
        let [now, before] = &self.beyond;
        now.union(before).filter(|inode| !self.places.contains_key(inode))
    }

    /// The files of so many processes are closed to us.
    pub(super) fn closed(&self) -> usize {
        self.closed.len()
    }

    /// The files of so many processes were never read to their end yet.
    pub(super) fn unfinished(&self) -> usize {
        let parts = self.parts.keys().filter(|it| !self.whole.contains(it)).count();
        self.ahead.unwrap_or_default() + parts
    }

    /// So many sockets were not asked where they are.
    pub(super) fn unasked(&self) -> usize {
        let [now, before] = self.unasked;
        now.max(before)
    }

    /// Goes on with the round over all processes; gives back what is left of its share.
    fn round(&mut self, reader: &mut Reader<'_>, doors: &[Door], ours: Ours<'_>) -> usize {
        let share = self.share.unwrap_or(FIRST);
        self.share = self.share.or(Some(*A_TURN.end()));
        let mut left = share;
        let from = doors.partition_point(|door| Some(*door) < self.next);
        let (processes, is_first) = (doors.len(), self.ahead.is_none_or(|ahead| ahead > 0));
        for (at, door) in doors.iter().enumerate().skip(from) {
            if left == 0 {
                self.read += share;
                self.next = Some(*door);
                self.ahead = Some(if is_first { processes - at } else { 0 });
                return 0;
            }
            if door.pid != std::process::id() {
                self.part(reader, *door, ours, &mut left);
            }
        }
        (self.next, self.ahead) = (None, Some(0));
        let all = std::mem::take(&mut self.read) + share - left;
        self.share = Some((all / ROUND).clamp(*A_TURN.start(), *A_TURN.end()));
        let [now, before] = &mut self.beyond;
        *before = std::mem::take(now);
        let [now, before] = &mut self.unasked;
        *before = std::mem::take(now);
        // What was not seen in this round is closed, or comes in another part: then it is asked once more.
        self.spaces.retain(|_, it| it.round >= self.rounds);
        self.rounds += 1;
        left
    }

    /// Reads parts of those that have more than one, each in its turn.
    fn share(&mut self, reader: &mut Reader<'_>, ours: Ours<'_>, mut left: usize) {
        while left > 0 {
            let from = self.last.map_or(Bound::Unbounded, Bound::Excluded);
            let behind = self.parts.range((from, Bound::Unbounded)).next();
            let Some((one, _)) = behind.or_else(|| self.parts.first_key_value()) else { return };
            let one = *one;
            self.last = Some(one);
            self.part(reader, one, ours, &mut left);
        }
    }

    /// Reads the next part of the files of one process.
    fn part(
        &mut self,
        reader: &mut Reader<'_>,
        one: Door,
        (own, listed): Ours<'_>,
        left: &mut usize,
    ) {
        // One more for the folder itself.
        *left = left.saturating_sub(1);
        let from = self.parts.remove(&one);
        let mut read = self.files(reader, one, from, (own, listed), left);
        // A first thread that has ended has no open file any more, and the others may have.
        if one.thread.is_none() && !matches!(read, Ok(Part { count: 1.., .. })) {
            let door = Door::find(one.pid, reader);
            if door.thread.is_some() {
                read = self.files(reader, door, from, (own, listed), left);
            }
        }
        // The kernel gives out sockets of a thread alone only by its own number, and before Linux 6.9 not by that.
        if one.thread.is_some() && matches!(read, Ok(Part { refused: true, .. })) {
            self.closed.insert(one);
        } else if read.is_ok() {
            self.closed.remove(&one);
        }
        match read.map(|it| it.next) {
            Ok(Some(next)) => {
                self.parts.insert(one, next);
            }
            Ok(None) if from.is_some() => {
                self.whole.insert(one);
            }
            // It has no more than one part, and is perhaps another one under the same number.
            Ok(None) => {
                self.whole.remove(&one);
            }
            // It has ended.
            Err(Errno::NOENT | Errno::SRCH) => {}
            Err(_) => {
                self.closed.insert(one);
            }
        }
    }

    /// Reads the files that are behind this door from one number on.
    fn files(
        &mut self,
        reader: &mut Reader<'_>,
        door: Door,
        from: Option<u32>,
        (own, listed): Ours<'_>,
        left: &mut usize,
    ) -> Result<Part, Errno> {
        let [beyond, _] = &mut self.beyond;
        let (spaces, round, asks) = (&mut self.spaces, self.rounds, self.asks);
        let ([unasked, _], mut process, mut count) = (&mut self.unasked, None, 0);
        let next = reader.open_files_from(door, from.unwrap_or_default(), |fd, link| {
            count += 1;
            *left = left.saturating_sub(1);
            let socket = text::socket_inode(link).filter(|inode| !listed.contains(inode));
            *unasked += usize::from(socket.is_some() && !asks);
            let of_socket = socket.filter(|_| asks).map(|socket| {
                let known = spaces.get(&socket).copied();
                // Who did not answer is asked in the next round, but not twice in one.
                let namespace = match known {
                    Some(it) if it.namespace != 0 || it.round == round => it.namespace,
                    Some(_) | None => {
                        *left = left.saturating_sub(A_SOCKET);
                        process.get_or_insert_with(|| within::process(door));
                        space(process.as_ref().and_then(Option::as_ref), fd)
                    }
                };
                if known.is_some() || spaces.len() < MOST_ASKED {
                    spaces.insert(socket, Asked { namespace, round });
                }
                namespace
            });
            let found = namespace(link).or(of_socket.filter(|inode| *inode != 0));
            if let Some(inode) = found.filter(|inode| Some(*inode) != own) {
                keep(&mut self.places, beyond, inode, (door, fd));
            }
        })?;
        Ok(Part { next, count, refused: matches!(process, Some(None)) })
    }
}

/// The namespace that this open file holds now. A socket of which nothing is kept any more is asked again.
fn holds(
    reader: &mut Reader<'_>,
    (door, fd): Place,
    (spaces, asks): (&HashMap<u64, Asked>, bool),
) -> Option<u64> {
    let link = reader.link(door, &format!("fd/{fd}")).ok()?;
    if let Some(inode) = namespace(link) {
        return Some(inode);
    }
    let socket = text::socket_inode(link).filter(|_| asks)?;
    let known = spaces.get(&socket).map(|it| it.namespace).filter(|inode| *inode != 0);
    known.or_else(|| Some(space(within::process(door).as_ref(), fd)).filter(|inode| *inode != 0))
}

/// The number of the namespace that a socket was made in; 0 where nobody says.
fn space(process: Option<&OwnedFd>, fd: u32) -> u64 {
    let file = process.and_then(|process| within::namespace(process.as_fd(), fd).ok());
    file.and_then(|file| rustix::fs::fstat(file).ok()).map_or(0, |it| it.st_ino)
}

/// This open file is a socket.
pub(super) fn is_socket(proc: BorrowedFd<'_>, (door, fd): Place) -> bool {
    let mut reader = Reader::new(proc);
    reader.link(door, &format!("fd/{fd}")).is_ok_and(|link| text::socket_inode(link).is_some())
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
            keep(&mut known, &mut beyond, 1, (Door::from(7), fd));
        }
        assert_eq!(known, BTreeMap::from([(1, vec![(Door::from(7), 0), (Door::from(7), 1)])]));
        for inode in 2..=4_099 {
            keep(&mut known, &mut beyond, inode, (Door::from(8), 3));
            keep(&mut known, &mut beyond, inode, (Door::from(8), 4));
        }
        assert_eq!((known.len(), beyond.len()), (MOST, 3));
    }
}
