//! Sockets of every network namespace that processes of this host are in: from netlink, or from `/proc/net` where netlink
//! is closed to us; and, in turns, from both, since two views of one kernel must agree.
//!
//! Deliberately absent: any name look-up. A name server of the attacker would learn that we look, and
//! its answer is attacker text. Nor is any module of the kernel asked for that is not there already: raw and packet sockets
//! and local ones come from the tables alone, and so does what a module that is not loaded would tell.

mod diag;
mod held;
mod info;
mod modules;
mod mounted;
mod net;
mod nets;
mod row;
mod second;
mod session;
pub(super) mod table;
mod tables;
mod within;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;

use super::door::Door;
use super::owners::Owners;
use crate::domain::base::Moment;
use crate::domain::facts::{Contradiction, Gap, Late, OtherSocket, Process, Socket, Unread};
use diag::Diag;
use modules::Modules;
use mounted::Mounted;
use net::{Net, View};
use nets::Nets;
use session::Session;
use tables::Clerk;

pub(super) use row::Raw;
use row::{Key, address, contradiction, row, state};

/// Looks until the tables of our own namespace are read again, while nothing is in doubt: the kernel walks its whole hash
/// table for each, and again for the list that they are compared with.
const TABLES_EVERY: u32 = 60;
/// The same while a socket is known that only one view has.
const FOUND_EVERY: u32 = 5;

/// The kernel lists sockets in the same order as before; this many may have gone in one place until
/// the rest is looked up by key.
const WINDOW: usize = 16;

/// Every socket that is there, from look to look.
pub(super) struct Sockets {
    proc: Option<Arc<OwnedFd>>,
    path: PathBuf,
    own: Net,
    nets: Nets,
    /// Namespaces without a process.
    mounted: Mounted,
    modules: Modules,
    /// Reads the tables; started when it is first needed.
    clerk: Option<Clerk>,
    rota: Rota,
    /// Absent where netlink and the environment do not speak of the machine that is looked at.
    session: Option<Session>,
    raw: Vec<Raw>,
    /// The list of the look before, and the rows that were made of it.
    known: Vec<Raw>,
    rows: Vec<Arc<Socket>>,
    others: Arc<Vec<OtherSocket>>,
    contradictions: Vec<Arc<Contradiction>>,
    /// Some list was made anew in this look.
    moved: bool,
    first: bool,
    /// The look before had new ones; whoever was late to take them up is found in this one.
    had_new: bool,
}

/// When the tables were read last, and of which namespace.
#[derive(Default)]
struct Rota {
    /// Looks since those of our own were.
    waited: u32,
    /// Which foreign namespace was the last.
    foreign: usize,
    /// The kernel counted more sockets than it listed.
    short: bool,
}

impl Sockets {
    /// Reads below the directory `path`, a `/proc`; `live` if netlink speaks of the same machine.
    pub(super) fn new(path: PathBuf, live: bool) -> Self {
        let diag = live.then(Diag::default);
        Self {
            proc: super::tree::open_dir(&path).ok().map(Arc::new),
            path,
            own: Net::new(0, String::from("self/net"), diag),
            nets: Nets::default(),
            mounted: Mounted::new(live),
            modules: Modules::new(live),
            clerk: None,
            rota: Rota { waited: TABLES_EVERY, ..Rota::default() },
            session: live.then(Session::of_environment),
            raw: Vec::new(),
            known: Vec::new(),
            rows: Vec::new(),
            others: Arc::default(),
            contradictions: Vec::new(),
            moved: true,
            first: true,
            had_new: true,
        }
    }

    /// The list has sockets that the look before, or the one before that, did not have.
    pub(super) fn has_new(&mut self) -> bool {
        let inodes = |list: &[Raw]| list.iter().map(|raw| raw.inode).collect::<HashSet<u64>>();
        let same = !self.moved
            || self.raw.len() == self.known.len()
                && self.raw.iter().zip(&self.known).all(|(one, other)| one.inode == other.inode);
        let new = !same && !inodes(&self.raw).is_subset(&inodes(&self.known));
        std::mem::replace(&mut self.had_new, new) || new
    }

    /// Lists the sockets. This comes before the look at processes: who opened one of these ran before
    /// its CPU clock is read, so its open files are read in the same look.
    pub(super) fn list(&mut self, moment: Moment, unread: &mut Vec<Unread>) {
        let Some(proc) = self.proc.clone() else { return };
        let (proc, now_ms) = (proc.as_fd(), moment.boot_ms);
        let view = View { proc, now_ms, asks: self.modules.look(unread) };
        let answer = self.clerk.as_mut().and_then(Clerk::take);
        let asks = self.due();
        // What is compared has to be as it is now, before the tables are read and after.
        let forced = answer.as_ref().map(|(inode, _)| *inode).or(asks);
        let moved = self.own.has_moved(proc);
        if moved || forced == Some(0) {
            self.own.list(view, unread);
            self.moved = true;
        }
        self.moved |= self.nets.list(view, forced, unread);
        let nets = || std::iter::once(&self.own).chain(&self.nets.all);
        let listed = nets().flat_map(Net::inodes);
        let populated = self.nets.all.iter().map(|net| net.inode);
        self.moved |= self.mounted.list(view, (populated, listed), unread);
        if let Some((inode, tables)) = answer {
            let net = if inode == 0 { Some(&mut self.own) } else { self.nets.find(inode) };
            self.moved |= net.is_some_and(|net| net.take(tables));
        }
        if let Some(inode) = asks {
            self.ask(inode);
        }
        if self.clerk.as_ref().is_some_and(Clerk::hangs) {
            unread.push(Unread::gap(Gap::Late(Late::Tables)));
        }
        if self.moved {
            self.gather();
        }
    }

    /// The namespace whose tables are to be read in this look, if it is time.
    fn due(&mut self) -> Option<u64> {
        if self.session.is_none() || self.clerk.as_ref().is_some_and(|it| it.about().is_some()) {
            return None;
        }
        let mut all = std::iter::once(&self.own).chain(&self.nets.all);
        if let Some(net) = all.find(|net| net.second.is_in_doubt()) {
            return Some(net.inode);
        }
        // The kernel counts more than it listed: something was hidden since.
        let short = std::mem::replace(&mut self.rota.short, self.own.is_short());
        let found = self.own.second.has_found();
        self.rota.waited += 1;
        let late = self.rota.waited >= if found { FOUND_EVERY } else { TABLES_EVERY };
        if late || (self.rota.short && !short) {
            self.rota.waited = 0;
            return Some(0);
        }
        let foreign = self.nets.all.len();
        if foreign > 0 && self.rota.waited.is_multiple_of(2) {
            self.rota.foreign = (self.rota.foreign + 1) % foreign;
            return self.nets.all.get(self.rota.foreign).map(|net| net.inode);
        }
        None
    }

    fn ask(&mut self, inode: u64) {
        if self.clerk.is_none() {
            self.clerk = Clerk::new();
        }
        let net = if inode == 0 { Some(&mut self.own) } else { self.nets.find(inode) };
        let (Some(net), Some(clerk)) = (net, &mut self.clerk) else { return };
        if clerk.ask(self.path.join(&net.dir), inode) {
            let keys = net.keys();
            net.second.begin(keys);
        }
    }

    /// Puts the lists of all namespaces one behind the other.
    fn gather(&mut self) {
        self.raw.clear();
        for net in std::iter::once(&self.own).chain(&self.nets.all) {
            self.raw.extend_from_slice(&net.raw);
            self.raw.extend_from_slice(&net.extra);
        }
        // Somebody may have gone into one of them in this very look.
        let populated = |net: &&Net| self.nets.all.iter().any(|it| it.inode == net.inode);
        for net in self.mounted.all.iter().filter(|net| !populated(net)) {
            self.raw.extend_from_slice(&net.raw);
        }
    }

    /// Inodes of the sockets of the last list, 0 for those without.
    pub(super) fn inodes(&self) -> impl Iterator<Item = u64> {
        let last = if self.moved { &self.raw } else { &self.known };
        last.iter().map(|raw| raw.inode)
    }

    /// Takes in which processes there are, and in which namespaces; `apart` are those that only threads are in. Who came with a new one is listed at once.
    pub(super) fn follow(
        &mut self,
        moment: Moment,
        (processes, apart): (&[Arc<Process>], &BTreeMap<u64, Door>),
        owners: &Owners,
        unread: &mut Vec<Unread>,
    ) {
        let Some(proc) = &self.proc else { return };
        let (now_ms, asks) = (moment.boot_ms, self.modules.asks());
        let view = View { proc: proc.as_fd(), now_ms, asks };
        if self.nets.follow(view, (processes, apart), moment, unread) {
            self.moved = true;
            self.had_new = true;
            self.gather();
        }
        if let Some(session) = self.session.as_ref().filter(|_| self.moved) {
            session.mark(&mut self.raw, owners, processes);
        }
    }

    /// Has these tables of threads searched as well for what holds a network.
    pub(super) fn search(&mut self, tables: &BTreeSet<Door>) {
        self.mounted.search(tables);
    }

    /// Every socket of the last list, with its owners.
    pub(super) fn rows(&mut self, moment: Moment, owners: &Owners) -> Vec<Arc<Socket>> {
        if self.moved {
            let places = self.places();
            let mut rows = Vec::with_capacity(self.raw.len());
            for (raw, at) in self.raw.iter_mut().zip(places) {
                let old = at.and_then(|at| Some((self.known.get(at)?, self.rows.get(at)?)));
                if let Some((Raw { flow: Some(before), .. }, _)) = old {
                    raw.flow = raw.flow.map(|now| info::steady(*before, now));
                }
                rows.push(match old {
                    Some((known, old)) if known == raw && !owners.changed(raw.inode) => {
                        Arc::clone(old)
                    }
                    Some((_, old)) => row(raw, owners, old.first_seen_ms, old.since_before),
                    None => row(raw, owners, moment.boot_ms, self.first),
                });
            }
            self.rows = rows;
            std::mem::swap(&mut self.known, &mut self.raw);
        } else {
            for (raw, old) in self.known.iter().zip(&mut self.rows) {
                if owners.changed(raw.inode) {
                    *old = row(raw, owners, old.first_seen_ms, old.since_before);
                }
            }
        }
        (self.first, self.moved) = (false, false);
        self.contradict(moment);
        self.hold(owners);
        self.rows.clone()
    }

    /// Sockets without addresses, as the tables told them when they were last read.
    pub(super) fn others(&self) -> Arc<Vec<OtherSocket>> {
        Arc::clone(&self.others)
    }

    /// Where the two views of sockets disagree now, in the order in which that was first seen.
    pub(super) fn contradictions(&self) -> &[Arc<Contradiction>] {
        &self.contradictions
    }

    fn contradict(&mut self, moment: Moment) {
        let all = std::iter::once(&self.own).chain(&self.nets.all);
        if self.contradictions.is_empty() && !all.into_iter().any(|net| net.second.has_found()) {
            return;
        }
        let known = std::mem::take(&mut self.contradictions);
        for row in &self.rows {
            let Some(view) = row.only_in else { continue };
            let new = contradiction(row, view, moment.boot_ms);
            let old = known.iter().find(|it| (it.kind, &it.what) == (new.kind, &new.what));
            self.contradictions.push(match old {
                Some(old) if old.process == new.process => Arc::clone(old),
                Some(old) => Arc::new(Contradiction { first_seen_ms: old.first_seen_ms, ..new }),
                None => Arc::new(new),
            });
        }
        self.contradictions.sort_by_key(|it| it.first_seen_ms);
    }

    fn hold(&mut self, owners: &Owners) {
        let mut others = Vec::with_capacity(self.others.len());
        let me = std::process::id();
        for net in std::iter::once(&self.own).chain(&self.nets.all) {
            others.extend(net.others.iter().map(|(inode, kind)| {
                let owners = owners.of(*inode).to_vec();
                let own = self.session.is_some() && owners.iter().any(|owner| owner.pid.0 == me);
                let namespace = net.inode;
                OtherSocket { kind: kind.clone(), inode: *inode, namespace, owners, own }
            }));
        }
        if others != *self.others {
            self.others = Arc::new(others);
        }
    }

    /// For every socket of this list its place in the list before, if it was there.
    fn places(&self) -> Vec<Option<usize>> {
        let (mut next, mut skipped) = (0, Vec::new());
        let mut places: Vec<Option<usize>> = Vec::with_capacity(self.raw.len());
        for raw in &self.raw {
            let key = raw.key();
            let window = self.known.iter().skip(next).take(WINDOW);
            let found = window.clone().position(|known| known.key() == key).map(|far| next + far);
            if let Some(at) = found {
                skipped.extend(next..at);
                next = at + 1;
            }
            places.push(found);
        }
        skipped.extend(next..self.known.len());
        if skipped.is_empty() {
            return places;
        }
        let keyed = skipped.into_iter().filter_map(|at| Some((self.known.get(at)?.key(), at)));
        let elsewhere: HashMap<Key, usize> = keyed.collect();
        for (raw, place) in self.raw.iter().zip(&mut places) {
            *place = place.or_else(|| elsewhere.get(&raw.key()).copied());
        }
        places
    }
}
