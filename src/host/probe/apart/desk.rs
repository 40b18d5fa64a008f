//! The thread that goes through the threads of processes, a part of them in each turn.
//!
//! Whether a thread has the table of open files of its process is asked of the kernel, which compares the two; where it
//! does not say, the open files are read.
//!
//! Invariant: no process takes the time of the others. What is known has a share of each turn of its own, and of that only
//! the descriptors in question are read; the search goes on in every turn, leaves a process after its share, and comes back
//! to where it was. What is more than is kept is counted.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Found, Task};
use crate::domain::base::ProcessId;
use crate::host::probe::door::Door;
use crate::host::probe::hiding;
use crate::host::probe::text;
use crate::host::probe::tool::Errand;
use crate::host::probe::tree::Reader;

/// Threads and open files that the search reads in one turn, and of one process before it goes on to the next; to the end
/// of the part of a table that is reached.
const A_TURN: usize = 8_192;
const A_VISIT: usize = 2_048;
/// Descriptors of known sockets that are read again in one turn.
const ANEW: usize = 4_096;
/// Threads that are listed at once.
const A_PART: usize = 256;
/// Threads with files of their own, and namespaces, that are kept.
const MOST: usize = 256;
/// Descriptors that are kept, of all threads.
const MOST_SOCKETS: usize = 1 << 16;
/// Namespaces without room, and threads, of which it is known that they were counted.
const MOST_BEYOND: usize = 4_096;
/// `KCMP_FILES` of `linux/kcmp.h`.
const FILES: libc::c_int = 2;

/// Where the search of a process goes on.
#[derive(Clone, Copy, Default)]
struct Place {
    /// The place in the list of its threads.
    at: u64,
    /// The thread whose table was left in the middle, and the descriptor that is next.
    within: Option<(u32, u32)>,
}

/// What there was no room for in this round, and in the one before.
struct Beyond<T>([BTreeSet<T>; 2]);

/// The thread's side.
pub(super) struct Desk {
    task: Arc<Mutex<Task>>,
    proc: Option<OwnedFd>,
    /// The process that is next.
    next: u32,
    /// Processes that the search has left in the middle.
    places: BTreeMap<u32, Place>,
    /// Which of them was gone on with last.
    last: u32,
    /// Processes that were gone through to their end in this round.
    whole: BTreeSet<u32>,
    /// Threads whose tables have several parts and were read to their end before.
    finished: BTreeSet<Door>,
    rounds: u64,
    /// Threads with sockets of their own: inodes and descriptors.
    holders: BTreeMap<Door, (ProcessId, BTreeSet<(u64, u32)>)>,
    /// What was read again last.
    anew: (Door, (u64, u32)),
    namespaces: BTreeMap<u64, Door>,
    /// Threads with a table of open files of their own, as far as the kernel compares them.
    tables: BTreeSet<Door>,
    threads_beyond: Beyond<Door>,
    namespaces_beyond: Beyond<u64>,
    left: usize,
}

impl Desk {
    pub(super) fn new(task: Arc<Mutex<Task>>) -> Self {
        Self {
            task,
            proc: None,
            next: 0,
            places: BTreeMap::new(),
            last: 0,
            whole: BTreeSet::new(),
            finished: BTreeSet::new(),
            rounds: 0,
            holders: BTreeMap::new(),
            anew: (Door::from(0), (0, 0)),
            namespaces: BTreeMap::new(),
            tables: BTreeSet::new(),
            threads_beyond: Beyond::default(),
            namespaces_beyond: Beyond::default(),
            left: 0,
        }
    }

    pub(super) fn begin(mut self) -> Option<Errand<Found>> {
        Errand::new("threads-apart", move || self.turn())
    }

    fn turn(&mut self) -> Found {
        let task = std::mem::take(&mut *self.task.lock().unwrap_or_else(PoisonError::into_inner));
        if let Ok(proc) = self.proc.take().map_or_else(hiding::best_proc, Ok) {
            let mut reader = Reader::new(proc.as_fd());
            self.forget(&task);
            self.read_again(&mut reader);
            self.left = A_TURN;
            self.go_on(&mut reader, &task);
            self.proc = Some(proc);
        }
        let mut sockets: BTreeMap<ProcessId, Vec<u64>> = BTreeMap::new();
        for (id, found) in self.holders.values() {
            sockets.entry(*id).or_default().extend(found.iter().map(|(inode, _)| inode));
        }
        for inodes in sockets.values_mut() {
            inodes.sort_unstable();
            inodes.dedup();
        }
        let tables = self.places.iter().filter_map(|(pid, place)| {
            let (thread, _) = place.within?;
            Some(Door { pid: *pid, thread: Some(thread) })
        });
        Found {
            sockets,
            namespaces: self.namespaces.clone(),
            tables: self.tables.clone(),
            rounds: self.rounds,
            cut: tables.filter(|door| !self.finished.contains(door)).count(),
            threads_beyond: self.threads_beyond.count(|_| false),
            namespaces_beyond: self.namespaces_beyond.count(|it| self.namespaces.contains_key(it)),
        }
    }

    /// Lets go of those that are not there any more, or have one thread alone.
    fn forget(&mut self, task: &Task) {
        let at = |pid: u32| task.processes.binary_search_by_key(&pid, |(id, _)| id.pid.0).ok();
        let lives = |pid: u32| at(pid).is_some();
        self.places.retain(|pid, _| lives(*pid));
        self.whole.retain(|pid| lives(*pid));
        self.finished.retain(|door| lives(door.pid));
        self.tables.retain(|door| lives(door.pid));
        self.holders.retain(|door, (id, _)| {
            let there = at(door.pid).and_then(|at| task.processes.get(at));
            there.is_some_and(|(it, _)| it == id)
        });
    }

    /// What is known, as it is now: of the sockets as many as a turn may, the others in the next ones.
    fn read_again(&mut self, reader: &mut Reader<'_>) {
        self.namespaces.retain(|inode, door| namespace(*door, reader) == Some(*inode));
        self.tables.retain(|door| namespace(*door, reader).is_some());
        let holders = self.holders.iter();
        let all = holders.flat_map(|(door, (_, found))| found.iter().map(|it| (*door, *it)));
        let all: BTreeSet<(Door, (u64, u32))> = all.collect();
        let behind = all.range((Bound::Excluded(self.anew), Bound::Unbounded));
        let before = all.range(..=self.anew);
        for (door, (inode, fd)) in behind.chain(before).take(ANEW) {
            self.anew = (*door, (*inode, *fd));
            let link = reader.link(*door, &format!("fd/{fd}"));
            if link.is_ok_and(|link| text::socket_inode(link) == Some(*inode)) {
                continue;
            }
            if let Some((_, found)) = self.holders.get_mut(door) {
                found.remove(&(*inode, *fd));
            }
        }
        self.holders.retain(|_, (_, found)| !found.is_empty());
    }

    fn go_on(&mut self, reader: &mut Reader<'_>, task: &Task) {
        let from = task.processes.partition_point(|(id, _)| id.pid.0 < self.next);
        for process in task.processes.iter().skip(from) {
            if self.left == 0 {
                self.next = process.0.pid.0;
                return;
            }
            self.visit(reader, *process, task);
        }
        self.next = 0;
        // What is left of the turn is theirs who have more than one visit.
        while self.left > 0 {
            let behind = self.places.range(self.last.saturating_add(1)..).next();
            let Some((pid, _)) = behind.or_else(|| self.places.first_key_value()) else { break };
            self.last = *pid;
            let at = task.processes.binary_search_by_key(&self.last, |(id, _)| id.pid.0).ok();
            let Some(process) = at.and_then(|at| task.processes.get(at)) else { break };
            self.visit(reader, *process, task);
        }
        if task.processes.iter().all(|(id, _)| self.whole.contains(&id.pid.0)) {
            self.whole.clear();
            self.rounds += 1;
            self.threads_beyond.next_round();
            self.namespaces_beyond.next_round();
        }
    }

    /// Goes on with one process, until its share is spent.
    fn visit(&mut self, reader: &mut Reader<'_>, (id, process): (ProcessId, Door), task: &Task) {
        let end = self.left.saturating_sub(A_VISIT);
        let mut place = self.places.remove(&id.pid.0).unwrap_or_default();
        let home = namespace(process, reader);
        loop {
            let threads = reader.threads(id.pid.0, place.at, A_PART).unwrap_or_default();
            for thread in &threads {
                loop {
                    self.left = self.left.saturating_sub(1);
                    let within = place.within.take().filter(|(it, _)| it == thread);
                    let from = within.map_or(0, |(_, fd)| fd);
                    let next = if *thread == process.number() {
                        None
                    } else {
                        self.thread(reader, (id, process), (*thread, home, from), task)
                    };
                    place.within = next.map(|fd| (*thread, fd));
                    place.at += u64::from(next.is_none());
                    if self.left <= end {
                        self.places.insert(id.pid.0, place);
                        return;
                    }
                    if next.is_none() {
                        break;
                    }
                }
            }
            if threads.len() < A_PART {
                break;
            }
        }
        self.left = self.left.saturating_sub(1);
        self.whole.insert(id.pid.0);
    }

    /// One thread, its table from this descriptor on; the descriptor at which that goes on, if it does.
    fn thread(
        &mut self,
        reader: &mut Reader<'_>,
        (id, process): (ProcessId, Door),
        (thread, home, from): (u32, Option<u64>, u32),
        task: &Task,
    ) -> Option<u32> {
        let door = Door { pid: id.pid.0, thread: Some(thread) };
        let there = namespace(door, reader).filter(|it| home.is_some_and(|home| home != *it));
        if let Some(inode) = there {
            if self.namespaces.len() < MOST || self.namespaces.contains_key(&inode) {
                self.namespaces.entry(inode).or_insert(door);
            } else {
                self.namespaces_beyond.insert(inode);
            }
        }
        let shares = shares_files(process.number(), thread);
        self.table(door, shares);
        if task.wanted.is_empty() || shares == Some(true) {
            return None;
        }
        self.files(reader, (id, door), from, &task.wanted)
    }

    /// Keeps a table of its own, as long as there is room.
    fn table(&mut self, door: Door, shares: Option<bool>) {
        if shares != Some(false) {
            self.tables.remove(&door);
        } else if self.tables.len() < MOST || self.tables.contains(&door) {
            self.tables.insert(door);
        } else {
            self.threads_beyond.insert(door);
        }
    }

    /// Reads a part of what a thread has open, and keeps what is wanted of it.
    fn files(
        &mut self,
        reader: &mut Reader<'_>,
        (id, door): (ProcessId, Door),
        from: u32,
        wanted: &BTreeSet<u64>,
    ) -> Option<u32> {
        // What it is known to hold may be open once more.
        let known = self.holders.get(&door).map(|(_, known)| known);
        let is_known = |inode: u64| {
            known.is_some_and(|it| it.range((inode, 0)..=(inode, u32::MAX)).next().is_some())
        };
        let (left, mut found) = (&mut self.left, Vec::new());
        let read = reader.open_files_from(door, from, |fd, link| {
            *left = left.saturating_sub(1);
            let socket = text::socket_inode(link);
            let meant = socket.filter(|inode| wanted.contains(inode) || is_known(*inode));
            found.extend(meant.map(|inode| (inode, fd)));
        });
        self.keep((id, door), found);
        let next = read.ok().flatten();
        if next.is_none() && from > 0 && self.finished.len() < MOST_BEYOND {
            self.finished.insert(door);
        }
        next
    }

    /// Keeps what was found, as long as there is room.
    fn keep(&mut self, (id, door): (ProcessId, Door), found: Vec<(u64, u32)>) {
        if found.is_empty() {
            return;
        }
        let kept: usize = self.holders.values().map(|(_, found)| found.len()).sum();
        let room = MOST_SOCKETS.saturating_sub(kept);
        let has_place = self.holders.contains_key(&door) || self.holders.len() < MOST;
        if !has_place || room < found.len() {
            self.threads_beyond.insert(door);
        }
        if has_place && room > 0 {
            let (_, known) = self.holders.entry(door).or_insert_with(|| (id, BTreeSet::new()));
            known.extend(found.into_iter().take(room));
        }
    }
}

impl<T> Default for Beyond<T> {
    fn default() -> Self {
        Self([BTreeSet::new(), BTreeSet::new()])
    }
}

impl<T: Ord> Beyond<T> {
    fn insert(&mut self, what: T) {
        let [now, _] = &mut self.0;
        if now.len() < MOST_BEYOND {
            now.insert(what);
        }
    }

    fn next_round(&mut self) {
        let [now, before] = &mut self.0;
        *before = std::mem::take(now);
    }

    /// How many there are, without those that found a place since.
    fn count(&self, has_place: impl Fn(&T) -> bool) -> usize {
        let [now, before] = &self.0;
        now.union(before).filter(|it| !has_place(it)).count()
    }
}

fn namespace(door: Door, reader: &mut Reader<'_>) -> Option<u64> {
    text::namespace_inode(reader.link(door, "ns/net").ok()?)
}

/// Both have one table of open files; `None` where the kernel does not say.
#[expect(unsafe_code, reason = "no crate of ours has this call")]
fn shares_files(process: u32, thread: u32) -> Option<bool> {
    let (process, thread) = (process.cast_signed(), thread.cast_signed());
    // SAFETY: the call takes numbers and touches no memory of ours.
    let order = unsafe { libc::syscall(libc::SYS_kcmp, process, thread, FILES, 0_u64, 0_u64) };
    (order >= 0).then_some(order == 0)
}
