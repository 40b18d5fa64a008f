//! The thread that goes through the threads of processes, a part of them in each turn.
//!
//! Whether a thread has the table of open files of its process is asked of the kernel, which compares the two; where it
//! does not say, the open files are read.

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Found, Task};
use crate::domain::base::ProcessId;
use crate::host::probe::door::Door;
use crate::host::probe::hiding;
use crate::host::probe::text;
use crate::host::probe::tool::Errand;
use crate::host::probe::tree::Reader;

/// Threads and open files that are read in one turn, to the end of the part that is reached.
const A_TURN: usize = 8_192;
/// Threads that are listed at once.
const A_PART: usize = 256;
/// Threads with files of their own, and namespaces, that are kept.
const MOST: usize = 256;
/// Parts of the open files of one thread that are read.
const MOST_PARTS: usize = 8;
/// `KCMP_FILES` of `linux/kcmp.h`.
const FILES: libc::c_int = 2;

/// The thread's side.
pub(super) struct Desk {
    task: Arc<Mutex<Task>>,
    proc: Option<OwnedFd>,
    /// The process that is next, and the place in the list of its threads.
    next: (u32, u64),
    rounds: u64,
    /// Threads with sockets of their own.
    holders: BTreeMap<Door, (ProcessId, BTreeSet<u64>)>,
    namespaces: BTreeMap<u64, Door>,
    /// Threads that have more open than is read.
    cut: BTreeSet<Door>,
    left: usize,
}

impl Desk {
    pub(super) fn new(task: Arc<Mutex<Task>>) -> Self {
        let (holders, namespaces, cut) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { task, proc: None, next: (0, 0), rounds: 0, holders, namespaces, cut, left: 0 }
    }

    pub(super) fn begin(mut self) -> Option<Errand<Found>> {
        Errand::new("threads-apart", move || self.turn())
    }

    fn turn(&mut self) -> Found {
        let task = std::mem::take(&mut *self.task.lock().unwrap_or_else(PoisonError::into_inner));
        if let Ok(proc) = self.proc.take().map_or_else(hiding::best_proc, Ok) {
            let mut reader = Reader::new(proc.as_fd());
            self.left = A_TURN;
            self.read_again(&mut reader, &task);
            self.go_on(&mut reader, &task);
            self.proc = Some(proc);
        }
        let mut sockets: BTreeMap<ProcessId, Vec<u64>> = BTreeMap::new();
        for (id, inodes) in self.holders.values() {
            sockets.entry(*id).or_default().extend(inodes);
        }
        for inodes in sockets.values_mut() {
            inodes.sort_unstable();
            inodes.dedup();
        }
        let (namespaces, rounds) = (self.namespaces.clone(), self.rounds);
        Found { sockets, namespaces, rounds, cut: self.cut.len() }
    }

    /// What is known, as it is now.
    fn read_again(&mut self, reader: &mut Reader<'_>, task: &Task) {
        let lives = |id: ProcessId| task.processes.iter().any(|(it, _)| *it == id);
        self.namespaces.retain(|inode, door| namespace(*door, reader) == Some(*inode));
        self.cut.retain(|door| reader.file(*door, "stat").is_ok());
        for (door, (id, known)) in std::mem::take(&mut self.holders) {
            if lives(id) {
                self.files(reader, (id, door), |inode| {
                    known.contains(&inode) || task.wanted.contains(&inode)
                });
            }
        }
    }

    fn go_on(&mut self, reader: &mut Reader<'_>, task: &Task) {
        let from = task.processes.partition_point(|(id, _)| id.pid.0 < self.next.0);
        for (id, door) in task.processes.iter().skip(from) {
            let mut place = if self.next.0 == id.pid.0 { self.next.1 } else { 0 };
            let home = namespace(*door, reader);
            loop {
                if self.left == 0 {
                    self.next = (id.pid.0, place);
                    return;
                }
                let threads = reader.threads(id.pid.0, place, A_PART).unwrap_or_default();
                for thread in threads.iter().filter(|it| **it != door.number()) {
                    self.thread(reader, (*id, *door), (*thread, home), task);
                }
                self.left = self.left.saturating_sub(threads.len() + 1);
                place += u64::try_from(threads.len()).unwrap_or_default();
                if threads.len() < A_PART {
                    break;
                }
            }
        }
        self.next = (0, 0);
        self.rounds += 1;
    }

    fn thread(
        &mut self,
        reader: &mut Reader<'_>,
        (id, process): (ProcessId, Door),
        (thread, home): (u32, Option<u64>),
        task: &Task,
    ) {
        let door = Door { pid: id.pid.0, thread: Some(thread) };
        let there = namespace(door, reader).filter(|it| home.is_some_and(|home| home != *it));
        if let Some(inode) = there.filter(|_| self.namespaces.len() < MOST) {
            self.namespaces.entry(inode).or_insert(door);
        }
        let known = self.holders.contains_key(&door);
        if !task.wanted.is_empty()
            && !known
            && self.holders.len() < MOST
            && !shares_files(process.number(), thread)
        {
            self.files(reader, (id, door), |inode| task.wanted.contains(&inode));
        }
    }

    /// Reads what a thread has open; it is kept if any of it is meant.
    fn files(
        &mut self,
        reader: &mut Reader<'_>,
        (id, door): (ProcessId, Door),
        is_meant: impl Fn(u64) -> bool,
    ) {
        let (mut found, mut from) = (BTreeSet::new(), 0);
        let left = &mut self.left;
        for part in 0..=MOST_PARTS {
            if part == MOST_PARTS {
                self.cut.insert(door);
                break;
            }
            let read = reader.open_files_from(door, from, |_, link| {
                *left = left.saturating_sub(1);
                found.extend(text::socket_inode(link).filter(|inode| is_meant(*inode)));
            });
            let Ok(Some(next)) = read else { break };
            from = next;
        }
        if !found.is_empty() {
            self.holders.insert(door, (id, found));
        }
    }
}

fn namespace(door: Door, reader: &mut Reader<'_>) -> Option<u64> {
    text::namespace_inode(reader.link(door, "ns/net").ok()?)
}

/// Both have one table of open files. Where the kernel does not say, they have not: then they are read.
#[expect(unsafe_code, reason = "no crate of ours has this call")]
fn shares_files(process: u32, thread: u32) -> bool {
    let (process, thread) = (process.cast_signed(), thread.cast_signed());
    // SAFETY: the call takes numbers and touches no memory of ours.
    unsafe { libc::syscall(libc::SYS_kcmp, process, thread, FILES, 0_u64, 0_u64) == 0 }
}
