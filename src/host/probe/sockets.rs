//! TCP and UDP sockets: from netlink, or from `/proc/net` where netlink is closed to us.
//!
//! Deliberately absent: any name look-up. A name server of the attacker would learn that we look, and
//! its answer is attacker text.

mod diag;
pub(super) mod table;

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::owners::Owners;
use super::processes::note;
use super::tree;
use crate::domain::base::Moment;
use crate::domain::facts::{Protocol, Socket, SocketState, Unread};
use diag::Diag;

/// More of a `/proc/net` table is not read.
const MOST: usize = 64 << 20;

/// The kernel's counters are small.
const MOST_COUNTS: usize = 64 << 10;
/// The list is left out at most this often in a row. What moves no counter is seen that late: a UDP socket in the place
/// of another, a connection that only changes its state.
const MOST_UNLISTED: u32 = 5;

/// One socket as a source gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Raw {
    protocol: Protocol,
    pub(super) local: SocketAddr,
    pub(super) remote: SocketAddr,
    pub(super) state: SocketState,
    pub(super) uid: u32,
    pub(super) inode: u64,
}

/// What tells one socket from another. A closing connection has lost its inode.
type Key = (Protocol, SocketAddr, SocketAddr, u64);

/// The kernel lists sockets in the same order as before; this many may have gone in one place until
/// the rest is looked up by key.
const WINDOW: usize = 16;

/// Every socket that is there, from look to look.
pub(super) struct Sockets {
    net: PathBuf,
    diag: Option<Diag>,
    raw: Vec<Raw>,
    /// The list of the look before, and the rows that were made of it.
    known: Vec<Raw>,
    rows: Vec<Arc<Socket>>,
    first: bool,
    /// The look before had new ones; whoever was late to take them up is found in this one.
    had_new: bool,
    /// What the kernel counted at the look before, and how often the list was left out since it was last made.
    counts: Option<Counts>,
    counted: Vec<u8>,
    unlisted: u32,
}

impl Sockets {
    /// Reads below the directory `net`; `live` if netlink speaks of the same machine.
    pub(super) fn new(net: PathBuf, live: bool) -> Self {
        let diag = live.then(Diag::default);
        Self {
            net,
            diag,
            raw: Vec::new(),
            known: Vec::new(),
            rows: Vec::new(),
            first: true,
            had_new: true,
            counts: None,
            counted: Vec::new(),
            unlisted: 0,
        }
    }

    /// The kernel counted no connection opened or closed since the look before, so the list is the same: the walk
    /// over its hash table is most of what a look costs on a quiet host. A change of state that is not counted
    /// waits for the next list.
    fn is_unmoved(&mut self) -> bool {
        if self.diag.is_none() || self.first {
            return false;
        }
        if self.counts.is_none() {
            self.counts = Counts::below(&self.net);
        }
        let counted = self.counts.as_mut().and_then(|it| it.now(&self.net)).unwrap_or_default();
        let same = !counted.is_empty() && counted == self.counted;
        self.counted = counted;
        self.unlisted = if same && self.unlisted < MOST_UNLISTED { self.unlisted + 1 } else { 0 };
        self.unlisted > 0
    }

    /// The list has sockets that the look before, or the one before that, did not have.
    pub(super) fn has_new(&mut self) -> bool {
        let inodes = |list: &[Raw]| list.iter().map(|raw| raw.inode).collect::<HashSet<u64>>();
        let same = self.raw.len() == self.known.len()
            && self.raw.iter().zip(&self.known).all(|(one, other)| one.inode == other.inode);
        let new = !same && !inodes(&self.raw).is_subset(&inodes(&self.known));
        std::mem::replace(&mut self.had_new, new) || new
    }

    /// Lists the sockets. This comes before the look at processes: who opened one of these ran before
    /// its CPU clock is read, so its open files are read in the same look.
    pub(super) fn list(&mut self, unread: &mut Vec<Unread>) {
        if self.is_unmoved() {
            self.raw.clone_from(&self.known);
            return;
        }
        self.raw.clear();
        if let Some(diag) = &mut self.diag {
            match diag.dump(&mut self.raw) {
                Ok(()) => return,
                Err(error) => {
                    unread.push(note("sockets by netlink; /proc/net is used", error.to_string()));
                }
            }
        }
        self.raw.clear();
        for (name, protocol) in table::FILES {
            let path = self.net.join(name);
            match tree::small_file(&path, MOST) {
                Ok(text) => self.raw.extend(table::rows(&text, protocol)),
                Err(error) => unread.push(note(&format!("/proc/net/{name}"), error.to_string())),
            }
        }
    }

    /// Every socket of the last list, with its owners.
    pub(super) fn rows(&mut self, moment: Moment, owners: &Owners) -> Vec<Arc<Socket>> {
        let mut rows = Vec::with_capacity(self.raw.len());
        for (raw, at) in self.raw.iter().zip(self.places()) {
            let old = at.and_then(|at| Some((self.known.get(at)?, self.rows.get(at)?)));
            rows.push(match old {
                Some((known, old)) if known == raw && !owners.changed(raw.inode) => Arc::clone(old),
                Some((_, old)) => row(raw, owners, old.first_seen_ms, old.since_before),
                None => row(raw, owners, moment.boot_ms, self.first),
            });
        }
        self.first = false;
        std::mem::swap(&mut self.known, &mut self.raw);
        self.rows.clone_from(&rows);
        rows
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

/// The kernel's counters of what is opened and closed, in files that stay open: to find them is most of the work.
struct Counts {
    snmp: OwnedFd,
    sockstat: OwnedFd,
    /// Absent until there is IPv6.
    sockstat6: Option<OwnedFd>,
    read: [Vec<u8>; 3],
}

impl Counts {
    fn below(net: &Path) -> Option<Self> {
        let open = |name: &str| tree::open_file(&net.join(name)).ok();
        let (snmp, sockstat) = (open("snmp")?, open("sockstat")?);
        Some(Self { snmp, sockstat, sockstat6: None, read: Default::default() })
    }

    /// What they say now; nothing if one of them cannot be read any more.
    fn now(&mut self, net: &Path) -> Option<Vec<u8>> {
        if self.sockstat6.is_none() {
            self.sockstat6 = tree::open_file(&net.join("sockstat6")).ok();
        }
        let Self { snmp, sockstat, sockstat6, read: [one, four, six] } = self;
        tree::read_again(snmp.as_fd(), one, MOST_COUNTS).ok()?;
        tree::read_again(sockstat.as_fd(), four, MOST_COUNTS).ok()?;
        if let Some(file) = sockstat6 {
            tree::read_again(file.as_fd(), six, MOST_COUNTS).ok()?;
        }
        Some(table::counts(one, four, six))
    }
}

impl Raw {
    const fn key(&self) -> Key {
        (self.protocol, self.local, self.remote, self.inode)
    }
}

fn row(raw: &Raw, owners: &Owners, first_seen_ms: u64, since_before: bool) -> Arc<Socket> {
    let nobody = raw.remote.port() == 0 && raw.remote.ip().is_unspecified();
    Arc::new(Socket {
        protocol: raw.protocol,
        local: raw.local,
        remote: (!nobody).then_some(raw.remote),
        state: raw.state,
        inode: raw.inode,
        uid: raw.uid,
        owners: owners.of(raw.inode).to_vec(),
        first_seen_ms,
        since_before,
        namespace: 0,
        flow: None,
        only_in: None,
        own: false,
    })
}

/// The kernel's number of a state. UDP uses two of the TCP ones, which say nothing about it.
fn state(protocol: Protocol, number: u8) -> SocketState {
    match (protocol, number) {
        (Protocol::Udp | Protocol::Raw, _) => SocketState::Open,
        (Protocol::Tcp, 1) => SocketState::Established,
        (Protocol::Tcp, 2) => SocketState::SynSent,
        // 12: a request that has not become a connection yet.
        (Protocol::Tcp, 3 | 12) => SocketState::SynReceived,
        (Protocol::Tcp, 4) => SocketState::FinWait1,
        (Protocol::Tcp, 5) => SocketState::FinWait2,
        (Protocol::Tcp, 6) => SocketState::TimeWait,
        (Protocol::Tcp, 8) => SocketState::CloseWait,
        (Protocol::Tcp, 9) => SocketState::LastAck,
        (Protocol::Tcp, 10) => SocketState::Listen,
        (Protocol::Tcp, 11) => SocketState::Closing,
        (Protocol::Tcp, _) => SocketState::Close,
    }
}

/// An address as people know it: a mapped IPv4 address is one.
fn address(ip: std::net::IpAddr, port: u16) -> SocketAddr {
    SocketAddr::new(ip.to_canonical(), port)
}
