//! The network namespaces that processes of this host are in, other than our own.
//!
//! A namespace is known by its processes: whoever is new or young is asked where it is, everybody else in turns. Its
//! netlink socket is opened from within it, by a thread that enters it and ends; where that is not allowed, the tables of
//! one of its processes are read.
//!
//! Invariant: a namespace without processes is let go in the next look, or our own descriptors would keep it alive.
//! Threads that are in another one than their process come from [`apart`](crate::host::probe::apart). Deliberately absent:
//! namespaces in which nobody is ([`mounted`](super::mounted) has those that a mount keeps).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::io::Errno;

use super::net::{Net, View, enter, namespace_of};
use crate::domain::base::Moment;
use crate::domain::facts::{Gap, NotEntered, Process, Unread};
use crate::host::probe::door::Door;
use crate::host::probe::processes::Whom;

/// More namespaces are not looked into.
const MOST: usize = 256;
/// Of so many namespaces the counters are read in one look.
const MOST_COUNTED: usize = 32;
/// Of so many namespaces the counters stay open.
const MOST_OPEN: usize = 64;
/// So many are listed in one look, since each list walks the hash table of the whole machine.
const MOST_LISTED: usize = 8;
/// So long one look lists namespaces; those that are left are first in the next one.
const A_LOOK: Duration = Duration::from_millis(40);
/// Looks until every process was asked once more.
const TURNS: u64 = 30;
/// A program that starts may yet go into another namespace.
const YOUNG_MS: u64 = 5_000;

/// Where a process is.
#[derive(Clone, Copy)]
struct Member {
    pid: u32,
    /// Where it is read.
    door: Door,
    start: u64,
    /// 0: in our own, or nobody may know.
    namespace: u64,
    denied: bool,
}

/// Every network namespace but our own.
#[derive(Default)]
pub(super) struct Nets {
    own: u64,
    members: Vec<Member>,
    /// Those that only threads are in.
    apart: BTreeMap<u64, Door>,
    /// In the order in which they were found.
    pub(super) all: Vec<Net>,
    look: u64,
    /// Where the round over them goes on.
    next: usize,
    /// Whose namespace nobody may know.
    denied: Vec<u32>,
    passed_over: usize,
    /// There are more to open than one look may.
    is_behind: bool,
}

impl Nets {
    /// Lists those that have moved, as many as one look may. `true` if any was listed.
    pub(super) fn list(
        &mut self,
        view: View<'_>,
        forced: Option<u64>,
        unread: &mut Vec<Unread>,
    ) -> bool {
        let count = self.all.len();
        let (mut counted, mut listed, mut later, begun) = (0, 0, None, Instant::now());
        for at in (0..count).map(|step| (self.next + step) % count) {
            let Some(net) = self.all.get_mut(at) else { continue };
            let forced = forced == Some(net.inode);
            if !forced
                && (counted == MOST_COUNTED || listed == MOST_LISTED || begun.elapsed() >= A_LOOK)
            {
                later = later.or(Some(at));
                continue;
            }
            counted += 1;
            if net.has_moved(view.proc) || forced {
                net.list(view, unread);
                listed += 1;
            }
            if at >= MOST_OPEN {
                net.close_counters();
            }
        }
        self.next = later.unwrap_or(self.next);
        listed > 0
    }

    /// Takes in which processes there are now. `true` if namespaces came or went; those that came are listed.
    pub(super) fn follow(
        &mut self,
        view: View<'_>,
        (processes, apart): (&[Arc<Process>], &BTreeMap<u64, Door>),
        moment: Moment,
        unread: &mut Vec<Unread>,
    ) -> bool {
        let proc = view.proc;
        if self.look.is_multiple_of(TURNS) {
            self.own = namespace_of(proc, "self").unwrap_or_default();
        }
        self.look += 1;
        let parted = self.apart != *apart;
        if parted {
            self.apart.clone_from(apart);
        }
        let placed = self.own != 0 && self.places(proc, processes, moment);
        let changed = self.own != 0 && (placed || parted || self.is_behind);
        let moved = changed && self.settle(view, unread);
        if !self.denied.is_empty() {
            let named = self.denied.iter().filter_map(|pid| {
                let at = processes.binary_search_by_key(pid, |it| it.id.pid.0).ok()?;
                Some((*pid, processes.get(at)?.comm.clone()))
            });
            let whom: Whom = named.collect();
            if whom.count > 0 {
                unread.push(Unread::source(whom.file("ns/net"), "permission denied"));
            }
        }
        if self.passed_over > 0 {
            let count = u32::try_from(self.passed_over).unwrap_or(u32::MAX);
            unread.push(Unread::gap(Gap::NotEntered(NotEntered::TooMany, count)));
        }
        moved
    }

    /// Asks where processes are. `true` if anybody came, went or moved.
    fn places(&mut self, proc: BorrowedFd<'_>, processes: &[Arc<Process>], moment: Moment) -> bool {
        let known = std::mem::take(&mut self.members);
        let (count, mut changed) = (known.len(), known.len() != processes.len());
        let mut known = known.into_iter().peekable();
        self.members.reserve(count.max(processes.len()));
        for process in processes {
            let (pid, start) = (process.id.pid.0, process.id.start);
            while known.next_if(|it| it.pid < pid).is_some() {
                changed = true;
            }
            let old = known.next_if(|it| it.pid == pid).filter(|it| it.start == start);
            let in_turn = u64::from(pid) % TURNS == self.look % TURNS;
            let moved = old.is_some_and(|old| old.door != Door::of(process));
            let due = moved || old.is_none() || in_turn || process.age_ms(moment) < YOUNG_MS;
            let member = match old.filter(|_| !due || process.kernel) {
                Some(old) => old,
                None => member(proc, process, self.own),
            };
            changed |= moved || old.is_none_or(|old| old.namespace != member.namespace);
            self.members.push(member);
        }
        changed || known.next().is_some()
    }

    /// Lets namespaces go that nobody is in any more, and opens those that somebody is in.
    fn settle(&mut self, view: View<'_>, unread: &mut Vec<Unread>) -> bool {
        self.denied.clear();
        self.denied.extend(self.members.iter().filter(|it| it.denied).map(|it| it.pid));
        let foreign = self.members.iter().filter(|it| it.namespace != 0);
        let mut homes: HashMap<u64, Door> = HashMap::new();
        let mut held: HashSet<(u64, String)> = HashSet::new();
        for it in foreign {
            homes.entry(it.namespace).or_insert(it.door);
            held.insert((it.namespace, tables_of(it.door)));
        }
        for (inode, door) in self.apart.iter().filter(|(inode, _)| **inode != self.own) {
            homes.entry(*inode).or_insert(*door);
            held.insert((*inode, tables_of(*door)));
        }
        let before = self.all.len();
        self.all.retain(|net| homes.contains_key(&net.inode));
        let mut moved = self.all.len() != before;
        for net in &mut self.all {
            let home = homes.remove(&net.inode);
            let there = held.contains(&(net.inode, net.dir.clone()));
            if let Some(home) = home.filter(|_| !there) {
                net.dir = tables_of(home);
                if !net.has_netlink() {
                    net.list(view, unread);
                    moved = true;
                }
            }
        }
        let mut new: Vec<_> = homes.into_iter().collect();
        new.sort_unstable();
        let room = MOST.saturating_sub(self.all.len());
        self.passed_over = new.len().saturating_sub(room);
        let now = room.min(MOST_LISTED);
        self.is_behind = new.len().min(room) > now;
        let begun = Instant::now();
        for (inode, door) in new.into_iter().take(now) {
            if begun.elapsed() >= A_LOOK {
                self.is_behind = true;
                break;
            }
            // Who may not enter it is left with the tables of that process.
            let diag = enter(view.proc, &door.to_string(), inode).ok();
            let mut net = Net::new(inode, tables_of(door), diag);
            net.list(view, unread);
            self.all.push(net);
            moved = true;
        }
        moved
    }

    /// The namespace with this number.
    pub(super) fn find(&mut self, inode: u64) -> Option<&mut Net> {
        self.all.iter_mut().find(|net| net.inode == inode)
    }
}

/// Where the tables are of whoever is read there.
fn tables_of(door: Door) -> String {
    format!("{door}/net")
}

fn member(proc: BorrowedFd<'_>, process: &Process, own: u64) -> Member {
    let door = Door::of(process);
    // The kernel's own threads are where the machine began.
    let read = if process.kernel { Ok(own) } else { namespace_of(proc, &door.to_string()) };
    Member {
        pid: door.pid,
        door,
        start: process.id.start,
        namespace: read.ok().filter(|inode| *inode != own).unwrap_or_default(),
        denied: matches!(read, Err(Errno::ACCESS | Errno::PERM)),
    }
}
