//! What threads have for themselves: open files, and a network namespace, that are not those of their process.
//!
//! A thread can part with both, and the folder of its process shows neither. So the threads of every process that has more
//! than one are gone through, in turns, by a thread that nobody waits for: where each is, and whether it has a table of open
//! files of its own, in every round; and what it has open, while there are sockets that nobody holds. A socket that is in no
//! list is nobody's to want: who searches open files for networks is told of these tables, and searches them too. Sockets of the kernel's own are nobody's for ever, so who was searched
//! for in two rounds is left alone for many.
//!
//! Invariant: the look hands out and takes, and reads nothing itself. What was found is read again in each turn, and let go
//! of with its thread.

mod desk;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::door::Door;
use super::owners::Owners;
use super::tool::Errand;
use crate::domain::base::ProcessId;
use crate::domain::facts::{NotWhole, Process, Unread};
use desk::Desk;

/// Looks from one turn of the thread to the next.
const EVERY: u32 = 5;
/// Rounds in which the owner of a socket is searched for, and after which the search begins anew.
const SEARCHED: u64 = 2;
const AGAIN: u64 = 60;

/// What the thread is told.
#[derive(Default)]
struct Task {
    /// Processes with more than one thread, lowest first.
    processes: Vec<(ProcessId, Door)>,
    /// Sockets that nobody holds.
    wanted: BTreeSet<u64>,
}

/// What the thread knows.
#[derive(Default)]
struct Found {
    /// Sockets that only threads hold, by their process.
    sockets: BTreeMap<ProcessId, Vec<u64>>,
    /// Network namespaces that threads are in and their processes are not.
    namespaces: BTreeMap<u64, Door>,
    /// Threads with a table of open files of their own.
    tables: BTreeSet<Door>,
    /// Rounds that were gone to their end.
    rounds: u64,
    /// Of so many threads what they have open was read in part so far.
    cut: usize,
    /// So many threads, and namespaces, are more than are kept.
    threads_beyond: usize,
    namespaces_beyond: usize,
}

/// The search, as the look sees it.
pub(super) struct Apart {
    errand: Option<Errand<Found>>,
    task: Arc<Mutex<Task>>,
    found: Found,
    looks: u32,
    /// Sockets that nobody holds, and the round in which that was first seen.
    since: HashMap<u64, u64>,
}

impl Apart {
    /// Nothing is searched where `live` is false: in a recorded tree no system call tells of anybody.
    pub(super) fn new(live: bool) -> Self {
        let task = Arc::<Mutex<Task>>::default();
        let desk = Desk::new(Arc::clone(&task));
        let errand = live.then(|| desk.begin()).flatten();
        Self { errand, task, found: Found::default(), looks: 0, since: HashMap::new() }
    }

    /// Takes what was found, gives its sockets to their owners, and has the search go on. `inodes` are the sockets of the
    /// last list.
    pub(super) fn look(
        &mut self,
        processes: &[Arc<Process>],
        inodes: impl Iterator<Item = u64>,
        owners: &mut Owners,
        unread: &mut Vec<Unread>,
    ) {
        let Some(errand) = &mut self.errand else { return };
        if let Some(found) = errand.take(Duration::ZERO) {
            for (id, sockets) in &self.found.sockets {
                owners.pass(Some(*id), sockets, Some(*id), found.of(*id));
            }
            self.found = found;
        }
        self.found.sockets.retain(|id, sockets| {
            let lives = is_among(processes, *id);
            if lives {
                owners.pass(None, &[], Some(*id), sockets);
            } else {
                owners.pass(Some(*id), sockets, None, &[]);
            }
            lives
        });
        self.found.tell(unread);
        let due = self.looks % EVERY == 1;
        self.looks = self.looks.wrapping_add(1);
        if due && self.errand.as_ref().is_some_and(Errand::is_idle) {
            self.ask(processes, inodes.filter(|inode| *inode != 0 && owners.of(*inode).is_empty()));
        }
    }

    /// Network namespaces that only threads are in, each with one of them.
    pub(super) fn namespaces(&self) -> &BTreeMap<u64, Door> {
        &self.found.namespaces
    }

    /// Threads whose open files are not those of their process: what they hold besides, somebody else searches for.
    pub(super) fn tables(&self) -> &BTreeSet<Door> {
        &self.found.tables
    }

    fn ask(&mut self, processes: &[Arc<Process>], ownerless: impl Iterator<Item = u64>) {
        let rounds = self.found.rounds;
        let before = std::mem::take(&mut self.since);
        for inode in ownerless {
            let since = before.get(&inode).copied().unwrap_or(rounds);
            let since = if rounds.saturating_sub(since) >= AGAIN { rounds } else { since };
            self.since.insert(inode, since);
        }
        let sought =
            self.since.iter().filter(|(_, since)| rounds.saturating_sub(**since) < SEARCHED);
        let wanted = sought.map(|(inode, _)| *inode).collect();
        let several = processes.iter().filter(|it| it.threads > 1 && !it.kernel);
        let processes = several.map(|it| (it.id, Door::of(it))).collect();
        // Only a thread at work holds the lock, and this one is not.
        *self.task.lock().unwrap_or_else(PoisonError::into_inner) = Task { processes, wanted };
        self.errand.as_mut().map(Errand::ask);
    }
}

impl Found {
    /// Says what was not read, and what there was no room for.
    fn tell(&self, unread: &mut Vec<Unread>) {
        if self.cut > 0 {
            unread.push(Unread::part("/proc/PID/task/TID/fd", NotWhole::InParts));
        }
        for (file, more) in [("fd", self.threads_beyond), ("ns/net", self.namespaces_beyond)] {
            if more > 0 {
                let what = format!("/proc/PID/task/TID/{file} (+{more})");
                unread.push(Unread::part(what, NotWhole::Entries));
            }
        }
    }

    fn of(&self, id: ProcessId) -> &[u64] {
        self.sockets.get(&id).map_or(&[], Vec::as_slice)
    }
}

fn is_among(processes: &[Arc<Process>], id: ProcessId) -> bool {
    let at = processes.binary_search_by_key(&id.pid, |it| it.id.pid);
    at.ok().and_then(|at| processes.get(at)).is_some_and(|it| it.id == id)
}
