//! Network namespaces that no process is in: those that a mount holds, as `ip netns add` makes them, and those that only
//! an open file holds, or a socket that was opened there ([`held`](super::held)). A socket that was opened within may be held by a process that is elsewhere by now.
//!
//! They are found and entered by a thread that nobody waits for ([`desk`]), and listed here.
//!
//! Invariant: whatever is not looked into is said, and so is what netlink is not asked for. What nobody holds any more is
//! let go of, or our own sockets would keep it alive. Deliberately absent: the tables of `/proc/net` of such a namespace,
//! which are a process's; so raw, packet and local sockets in it are not seen, and its sockets have one view. Namespaces
//! that only another mount namespace holds.

mod desk;

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::io::Errno;

use super::diag::Diag;
use super::modules::Asks;
use super::net::{Net, View};
use crate::domain::facts::{Gap, Late, NotEntered, Unread};
use crate::host::probe::door::Door;
use crate::host::probe::processes::note;
use crate::host::probe::tool::Errand;
use desk::Desk;

/// Looks from one turn of the thread to the next.
const EVERY: u32 = 5;
/// A turn has this long: what is mounted over a namespace's name can let whoever opens it wait for ever.
const PATIENCE: Duration = Duration::from_secs(10);
/// No process is called so: there are no tables to read.
const NO_TABLES: &str = "none/net";

/// What the thread is told: namespaces that are looked into already.
#[derive(Default)]
struct Known {
    /// Elsewhere, because processes are in them.
    populated: BTreeSet<u64>,
    /// Here.
    ours: BTreeSet<u64>,
    /// Inodes of sockets that are in some list: nobody has to ask where they are.
    listed: HashSet<u64>,
    /// Threads with open files of their own.
    tables: BTreeSet<Door>,
}

impl Known {
    fn has(&self, inode: u64) -> bool {
        self.populated.contains(&inode) || self.ours.contains(&inode)
    }
}

/// What the thread found.
#[derive(Default)]
struct Found {
    /// Every network namespace that a mount or an open file holds.
    held: BTreeSet<u64>,
    /// Those that it has entered in this turn.
    entered: Vec<(u64, Diag)>,
    /// So many let nobody in.
    refused: usize,
    /// So many let nobody in for now, because the machine has no time: they are asked again.
    late: usize,
    /// So many are more than are looked into.
    passed_over: usize,
    /// The open files of so many processes cannot be searched, and those of so many are not searched yet.
    closed: usize,
    unfinished: usize,
    /// So many sockets are not asked where they are, since that would mark them.
    unasked: usize,
    /// What else cannot be read, and why.
    unread: Vec<(&'static str, Errno)>,
}

/// The namespaces, as the look sees them.
pub(super) struct Mounted {
    errand: Option<Errand<Found>>,
    known: Arc<Mutex<Known>>,
    /// In the order in which they were found.
    pub(super) all: Vec<Net>,
    looks: u32,
    /// Which one is listed next: each list walks the hash table of the whole machine.
    next: usize,
    tables: BTreeSet<Door>,
    /// What the thread said last of what it could not look into.
    gaps: Vec<Unread>,
}

impl Mounted {
    /// None before the thread has answered. `live` if netlink speaks of the machine that is looked at.
    pub(super) fn new(live: bool) -> Self {
        let known = Arc::<Mutex<Known>>::default();
        let desk = Desk::new(Arc::clone(&known));
        let errand = live.then(|| desk.begin()).flatten();
        let gaps = if live && errand.is_none() { vec![late()] } else { Vec::new() };
        let tables = BTreeSet::new();
        Self { errand, known, all: Vec::new(), looks: 0, next: 0, tables, gaps }
    }

    /// From the next turn on these tables of threads are searched as well.
    pub(super) fn search(&mut self, tables: &BTreeSet<Door>) {
        if self.tables != *tables {
            self.tables.clone_from(tables);
        }
    }

    /// Takes in what the thread found, and lists one of them. `populated` says in which namespaces processes are: those are
    /// looked into elsewhere. `true` if anything is other than before.
    pub(super) fn list(
        &mut self,
        view: View<'_>,
        (populated, listed): (impl Iterator<Item = u64>, impl Iterator<Item = u64>),
        unread: &mut Vec<Unread>,
    ) -> bool {
        let Some(errand) = &mut self.errand else {
            unread.extend_from_slice(&self.gaps);
            return false;
        };
        let populated: BTreeSet<u64> = populated.collect();
        let before = self.all.len();
        self.all.retain(|net| !populated.contains(&net.inode));
        let mut moved = self.all.len() != before;
        if let Some(found) = errand.take(Duration::ZERO) {
            self.gaps = found.gaps();
            self.all.retain(|net| found.held.contains(&net.inode));
            moved |= self.all.len() != before;
            for (inode, diag) in found.entered {
                if !populated.contains(&inode) && self.all.iter().all(|net| net.inode != inode) {
                    let mut net = Net::new(inode, NO_TABLES.to_owned(), Some(diag));
                    net.list(view, unread);
                    self.all.push(net);
                    moved = true;
                }
            }
        }
        if errand.is_late(PATIENCE) {
            unread.push(late());
        }
        moved |= self.list_one(view, unread);
        // Without netlink nothing tells of it any more. Its name is free then, so that it is entered again.
        let before = self.all.len();
        self.all.retain(Net::has_netlink);
        moved |= self.all.len() != before;
        self.ask(populated, listed);
        unread.extend_from_slice(&self.gaps);
        if view.asks != Asks::ALL {
            // There are no tables that would tell of the rest.
            unread.extend(gap(NotEntered::NotAsked, self.all.len()));
        }
        moved
    }

    fn ask(&mut self, populated: BTreeSet<u64>, listed: impl Iterator<Item = u64>) {
        let due = self.looks.is_multiple_of(EVERY);
        self.looks = self.looks.wrapping_add(1);
        // Only a thread at work holds the lock, and the look waits for nobody.
        if let Some(errand) = self.errand.as_mut().filter(|it| due && it.is_idle()) {
            let ours = self.all.iter().map(|net| net.inode).collect();
            let listed = listed.chain(self.all.iter().flat_map(Net::inodes)).collect();
            let tables = self.tables.clone();
            let known = Known { populated, ours, listed, tables };
            *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
            errand.ask();
        }
    }

    fn list_one(&mut self, view: View<'_>, unread: &mut Vec<Unread>) -> bool {
        self.next = (self.next + 1) % self.all.len().max(1);
        let Some(net) = self.all.get_mut(self.next) else { return false };
        let before = net.raw.clone();
        net.list(view, unread);
        before != net.raw
    }
}

impl Found {
    /// What it could not look into.
    fn gaps(&self) -> Vec<Unread> {
        let counted = [
            gap(NotEntered::Refused, self.refused),
            gap(NotEntered::TooMany, self.passed_over),
            gap(NotEntered::Files, self.closed),
            gap(NotEntered::NotYet, self.unfinished),
            gap(NotEntered::Marked, self.unasked),
            (self.late > 0).then(late),
        ];
        let unread = self.unread.iter().map(|(what, why)| note(what, why.to_string()));
        counted.into_iter().flatten().chain(unread).collect()
    }
}

fn gap(why: NotEntered, count: usize) -> Option<Unread> {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    (count > 0).then(|| Unread::gap(Gap::NotEntered(why, count)))
}

fn late() -> Unread {
    Unread::gap(Gap::Late(Late::Namespaces))
}
