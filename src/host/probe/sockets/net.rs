//! The sockets of one network namespace, from look to look: by netlink, or by the tables of `/proc`.
//!
//! Invariant: while the kernel counts nothing opened and nothing closed, the list is left out a few times in a row: the
//! walk over the kernel's hash table is most of what a look costs on a quiet host, and in every namespace it is the same
//! table. What moves no counter (a UDP socket in the place of another, a connection that only changes its state, the bytes
//! that went over it) is seen that late. Nothing that is mounted over these files is opened: it could hang.

use std::collections::HashSet;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::diag::Diag;
use super::modules::Asks;
use super::second::Second;
use super::tables::Tables;
use super::{Key, Raw, table};
use crate::domain::facts::{OtherKind, Protocol, SocketState, SocketView, Unread};
use crate::host::probe::processes::note;
use crate::host::probe::tree;

/// More of a `/proc/net` table is not read.
const MOST: usize = 64 << 20;
/// The kernel's counters are small.
const MOST_COUNTS: usize = 64 << 10;
/// The list is left out at most this often in a row.
const MOST_UNLISTED: u32 = 5;

/// What a list is made with.
#[derive(Clone, Copy)]
pub(super) struct View<'p> {
    /// `/proc`.
    pub(super) proc: BorrowedFd<'p>,
    /// The boot clock.
    pub(super) now_ms: u64,
    /// What netlink may be asked for.
    pub(super) asks: Asks,
}

/// One network namespace.
pub(super) struct Net {
    /// Its inode; 0 for our own.
    pub(super) inode: u64,
    /// Where below `/proc` its tables are: `self/net`, or that of a process in it.
    pub(super) dir: String,
    /// Every socket of the last list.
    pub(super) raw: Vec<Raw>,
    /// What only the tables tell: raw sockets, and those that netlink lacks.
    pub(super) extra: Vec<Raw>,
    /// Sockets without addresses, by inode.
    pub(super) others: Vec<(u64, OtherKind)>,
    /// How the two views of it compare.
    pub(super) second: Second,
    diag: Option<Diag>,
    /// What netlink told of in the last list; the rest of it is from the tables.
    told: Asks,
    counts: Option<Counts>,
    /// TCP sockets that the kernel counted last.
    in_use: Option<usize>,
    counted: Vec<u8>,
    unlisted: u32,
    listed: bool,
}

impl Net {
    /// Nothing is read yet. Without `diag` the tables are read in every look.
    pub(super) fn new(inode: u64, dir: String, diag: Option<Diag>) -> Self {
        Self {
            inode,
            dir,
            raw: Vec::new(),
            extra: Vec::new(),
            others: Vec::new(),
            second: Second::default(),
            diag,
            told: Asks::default(),
            counts: None,
            in_use: None,
            counted: Vec::new(),
            unlisted: 0,
            listed: false,
        }
    }

    /// Inodes of its sockets in the last lists.
    pub(super) fn inodes(&self) -> impl Iterator<Item = u64> {
        let others = self.others.iter().map(|(inode, _)| *inode);
        self.raw.iter().chain(&self.extra).map(|raw| raw.inode).chain(others)
    }

    /// Netlink speaks of it. There are two views of what it is asked for, and no others.
    pub(super) const fn has_netlink(&self) -> bool {
        self.diag.is_some()
    }

    /// It may have other sockets than at the last list, or the list is due.
    pub(super) fn has_moved(&mut self, proc: BorrowedFd<'_>) -> bool {
        if self.diag.is_none() || !self.listed {
            return true;
        }
        if self.counts.is_none() {
            self.counts = Counts::below(proc, &self.dir);
        }
        let dir = &self.dir;
        let counted = self.counts.as_mut().and_then(|it| it.now(proc, dir)).unwrap_or_default();
        self.in_use = self.counts.as_ref().and_then(Counts::in_use);
        let same = !counted.is_empty() && counted == self.counted;
        self.counted = counted;
        self.unlisted = if same && self.unlisted < MOST_UNLISTED { self.unlisted + 1 } else { 0 };
        self.unlisted == 0
    }

    /// Lets its counters be closed until they are read again.
    pub(super) fn close_counters(&mut self) {
        self.counts = None;
    }

    /// Lists its sockets anew.
    pub(super) fn list(&mut self, view: View<'_>, unread: &mut Vec<Unread>) {
        self.listed = true;
        self.raw.clear();
        self.told = Asks::default();
        if let Some(diag) = &mut self.diag {
            match diag.dump(view.asks, view.now_ms, &mut self.raw) {
                Ok(()) => self.told = view.asks,
                Err(error) => {
                    unread.push(note("NETLINK_SOCK_DIAG", error.to_string()));
                    self.raw.clear();
                    if self.inode != 0 {
                        // It cannot be made again from here.
                        self.diag = None;
                    }
                }
            }
        }
        self.read_tables(view.proc, unread);
        // What was only in the tables is in the list now.
        let told = self.told;
        self.extra.retain(|raw| raw.protocol == Protocol::Raw || told.may(raw.protocol));
        self.mark();
    }

    /// Adds from the tables what netlink has not told.
    fn read_tables(&mut self, proc: BorrowedFd<'_>, unread: &mut Vec<Unread>) {
        let told = self.told;
        for (name, protocol) in table::FILES.into_iter().filter(|(_, it)| !told.may(*it)) {
            match file(proc, &format!("{}/{name}", self.dir)) {
                Ok(text) => self.raw.extend(table::rows(&text, protocol)),
                Err(error) if self.inode == 0 => {
                    unread.push(note(&format!("/proc/net/{name}"), error.to_string()));
                }
                // Without IPv6 two of them are not there; and who went away took its tables along.
                Err(Errno::NOENT | Errno::SRCH | Errno::INVAL) => {}
                Err(error) => {
                    unread.push(note(&format!("/proc/{}/{name}", self.dir), error.to_string()));
                }
            }
        }
    }

    /// Says of each socket where it belongs, and whether the other view lacks it.
    fn mark(&mut self) {
        for raw in &mut self.raw {
            raw.namespace = self.inode;
            let alone = self.second.view(&raw.key()).filter(|it| *it == SocketView::Netlink);
            raw.only_in = alone.filter(|_| self.told.may(raw.protocol));
        }
    }

    /// What the tables are compared with: keys of what is there now.
    pub(super) fn keys(&self) -> HashSet<Key> {
        self.raw.iter().map(Raw::key).collect()
    }

    /// Takes in what the tables said; the list is one that was made after they were read. `true` if anything is
    /// other than before.
    pub(super) fn take(&mut self, mut tables: Tables) -> bool {
        for raw in tables.sockets.iter_mut().chain(&mut tables.raw) {
            raw.namespace = self.inode;
        }
        let mut extra = tables.raw;
        if tables.is_whole {
            // A table that is compared with itself while it changes would accuse whoever comes or goes.
            let told = self.told;
            let both = |list: &[Raw]| -> Vec<Raw> {
                list.iter().filter(|raw| told.may(raw.protocol)).copied().collect()
            };
            extra.extend(self.second.judge(&both(&self.raw), &both(&tables.sockets)));
        }
        let was = self.raw.clone();
        self.mark();
        let moved = was != self.raw || extra != self.extra || tables.others != self.others;
        (self.extra, self.others) = (extra, tables.others);
        moved
    }

    /// The kernel counts more TCP sockets than netlink listed.
    pub(super) fn is_short(&self) -> bool {
        let Some(in_use) = self.in_use else { return false };
        let counted = |raw: &&Raw| {
            use SocketState::{Close, SynReceived, TimeWait};
            raw.protocol == Protocol::Tcp && !matches!(raw.state, Close | SynReceived | TimeWait)
        };
        self.told.tcp && self.raw.iter().filter(counted).count() < in_use
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
    fn below(proc: BorrowedFd<'_>, dir: &str) -> Option<Self> {
        let open = |name: &str| open(proc, &format!("{dir}/{name}"), OFlags::empty()).ok();
        let (snmp, sockstat) = (open("snmp")?, open("sockstat")?);
        Some(Self { snmp, sockstat, sockstat6: None, read: Default::default() })
    }

    /// What they say now; nothing if one of them cannot be read any more.
    fn now(&mut self, proc: BorrowedFd<'_>, dir: &str) -> Option<Vec<u8>> {
        if self.sockstat6.is_none() {
            self.sockstat6 = open(proc, &format!("{dir}/sockstat6"), OFlags::empty()).ok();
        }
        let Self { snmp, sockstat, sockstat6, read: [one, four, six] } = self;
        tree::read_again(snmp.as_fd(), one, MOST_COUNTS).ok()?;
        tree::read_again(sockstat.as_fd(), four, MOST_COUNTS).ok()?;
        if let Some(file) = sockstat6 {
            tree::read_again(file.as_fd(), six, MOST_COUNTS).ok()?;
        }
        Some(table::counts(one, four, six))
    }

    fn in_use(&self) -> Option<usize> {
        let [_, four, six] = &self.read;
        table::in_use(four, six)
    }
}

/// Opens what is below `/proc` itself, and nothing that somebody mounted over it.
pub(super) fn open(proc: BorrowedFd<'_>, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
    tree::open_beneath(proc, path.as_bytes(), flags)
}

fn file(proc: BorrowedFd<'_>, path: &str) -> Result<Vec<u8>, Errno> {
    let file = open(proc, path, OFlags::empty())?;
    let mut bytes = Vec::new();
    tree::read_to_end(file.as_fd(), &mut bytes, MOST)?;
    Ok(bytes)
}

/// What `/proc/PID/ns/net` leads to: the number in `net:[4026531833]`.
pub(super) fn namespace_of(proc: BorrowedFd<'_>, pid: &str) -> Result<u64, Errno> {
    let dir = open(proc, &format!("{pid}/ns"), OFlags::DIRECTORY | OFlags::PATH)?;
    let link = rustix::fs::readlinkat(&dir, "net", Vec::new())?;
    let number = link.to_bytes().strip_prefix(b"net:[").and_then(|it| it.strip_suffix(b"]"));
    number.and_then(crate::host::probe::text::number).ok_or(Errno::INVAL)
}

/// Netlink of the namespace that the process is in, if it is still that one.
pub(super) fn enter(proc: BorrowedFd<'_>, pid: &str, inode: u64) -> io::Result<Diag> {
    let dir = open(proc, &format!("{pid}/ns"), OFlags::DIRECTORY | OFlags::PATH)?;
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let namespace = rustix::fs::openat(&dir, "net", flags, Mode::empty())?;
    if rustix::fs::fstat(&namespace)?.st_ino != inode {
        return Err(io::ErrorKind::NotFound.into());
    }
    Diag::within(namespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listening(inode: u64) -> Raw {
        let end = |port| std::net::SocketAddr::from(([127, 0, 0, 1], port));
        let ends = (end(4000), end(0));
        Raw { inode, ..Raw::new(Protocol::Tcp, ends, SocketState::Listen) }
    }

    /// Compares three times what `told` tells with tables that lack one socket and have another.
    fn compared(told: Asks) -> (Option<SocketView>, Vec<u64>) {
        let mut net = Net::new(0, String::from("self/net"), Some(Diag::default()));
        net.told = told;
        for _ in 0..3 {
            net.raw = vec![listening(7)];
            let keys = net.keys();
            net.second.begin(keys);
            let sockets = vec![listening(8)];
            net.take(Tables { sockets, is_whole: true, ..Tables::default() });
        }
        let alone = net.raw.first().and_then(|raw| raw.only_in);
        (alone, net.extra.iter().map(|raw| raw.inode).collect())
    }

    #[test]
    fn only_what_netlink_told_of_is_compared_with_the_tables() {
        let all = Asks { tcp: true, udp: true };
        assert_eq!(compared(all), (Some(SocketView::Netlink), vec![8]));
        assert_eq!(compared(Asks { tcp: false, udp: true }), (None, vec![]));
        assert_eq!(compared(Asks::default()), (None, vec![]));
    }
}
