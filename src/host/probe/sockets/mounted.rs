//! Network namespaces that no process is in: those that a mount holds, as `ip netns add` makes them, and those that only
//! an open file holds ([`Held`]). A socket that was opened within may be held by a process that is elsewhere by now.
//!
//! The mounts of this program's own mount namespace say which there are. They are read, opened and entered by a thread
//! that nobody waits for, again when the kernel says that mounts changed, and in turns.
//!
//! Invariant: whatever is not looked into is said. What nobody holds any more is let go of, or our own sockets would keep
//! it alive. Deliberately absent: the tables of `/proc/net` of such a namespace, which are a process's; so raw, packet and
//! local sockets in it are not seen, and its sockets have one view. Namespaces that only another mount namespace or a
//! socket holds.

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};

use super::diag::Diag;
use super::held::Held;
use super::net::{Net, View};
use crate::domain::facts::{Gap, Late, NotEntered, Unread};
use crate::host::probe::text::{self, unescape, words};
use crate::host::probe::tool::Errand;
use crate::host::probe::tree;

/// Looks from one turn of the thread to the next.
const EVERY: u32 = 5;
/// Turns until the mounts are read again, whatever the kernel says.
const TURNS: u32 = 30;
/// So many namespaces are looked into; those in which processes are do not count.
const MOST: usize = 64;
/// So many are tried in one turn: one that lets nobody in takes no place of another.
const MOST_TRIED: usize = 4 * MOST;
/// A turn has this long: what is mounted over a namespace's name can let whoever opens it wait for ever.
const PATIENCE: Duration = Duration::from_secs(10);
/// More of a list of mounts is not read.
const MOST_MOUNTS: usize = 16 << 20;
/// Magic number of the file system of namespaces.
const NSFS: rustix::fs::FsWord = 0x6e73_6673;
/// No process is called so: there are no tables to read.
const NO_TABLES: &str = "none/net";

/// What the thread is told: namespaces that are looked into already.
#[derive(Default)]
struct Known {
    /// Elsewhere, because processes are in them.
    populated: BTreeSet<u64>,
    /// Here.
    ours: BTreeSet<u64>,
}

/// What the thread found.
#[derive(Default)]
struct Found {
    /// Every network namespace that a mount or an open file holds.
    held: BTreeSet<u64>,
    /// Those that it has entered in this turn.
    entered: Vec<(u64, Diag)>,
    /// So many let nobody in.
    closed: usize,
    /// So many are more than are looked into.
    passed_over: usize,
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
    closed: usize,
    passed_over: usize,
}

impl Mounted {
    /// None before the thread has answered. `live` if netlink speaks of the machine that is looked at.
    pub(super) fn new(live: bool) -> Self {
        let known = Arc::<Mutex<Known>>::default();
        let desk = Desk::new(Arc::clone(&known));
        let errand = live.then(|| desk.begin()).flatten();
        Self { errand, known, all: Vec::new(), looks: 0, next: 0, closed: 0, passed_over: 0 }
    }

    /// Takes in what the thread found, and lists one of them. `populated` says in which namespaces processes are: those are
    /// looked into elsewhere. `true` if anything is other than before.
    pub(super) fn list(
        &mut self,
        view: View<'_>,
        populated: impl Iterator<Item = u64>,
        unread: &mut Vec<Unread>,
    ) -> bool {
        let Some(errand) = &mut self.errand else { return false };
        let populated: BTreeSet<u64> = populated.collect();
        let before = self.all.len();
        self.all.retain(|net| !populated.contains(&net.inode));
        let mut moved = self.all.len() != before;
        if let Some(found) = errand.take(Duration::ZERO) {
            (self.closed, self.passed_over) = (found.closed, found.passed_over);
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
            unread.push(Unread::gap(Gap::Late(Late::Namespaces)));
        }
        moved |= self.list_one(view, unread);
        // Without netlink nothing tells of it any more. Its name is free then, so that it is entered again.
        let before = self.all.len();
        self.all.retain(Net::has_netlink);
        moved |= self.all.len() != before;
        self.ask(populated);
        unread.extend(told(self.closed, NotEntered::Refused));
        unread.extend(told(self.passed_over, NotEntered::TooMany));
        moved
    }

    fn ask(&mut self, populated: BTreeSet<u64>) {
        let due = self.looks.is_multiple_of(EVERY);
        self.looks = self.looks.wrapping_add(1);
        // Only a thread at work holds the lock, and the look waits for nobody.
        if let Some(errand) = self.errand.as_mut().filter(|it| due && it.is_idle()) {
            let ours = self.all.iter().map(|net| net.inode).collect();
            let known = Known { populated, ours };
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

fn told(count: usize, why: NotEntered) -> Option<Unread> {
    let many = u32::try_from(count).unwrap_or(u32::MAX);
    (count > 0).then(|| Unread::gap(Gap::NotEntered(why, many)))
}

/// The thread's side.
struct Desk {
    known: Arc<Mutex<Known>>,
    mounts: Option<OwnedFd>,
    /// Where each namespace is mounted.
    there: BTreeMap<u64, PathBuf>,
    /// Those of open files.
    held: Held,
    own: Option<u64>,
    turn: u32,
}

impl Desk {
    fn new(known: Arc<Mutex<Known>>) -> Self {
        let (there, held) = (BTreeMap::new(), Held::default());
        Self { known, mounts: None, there, held, own: None, turn: 0 }
    }

    fn begin(mut self) -> Option<Errand<Found>> {
        Errand::new("mounted-nets", move || self.turn())
    }

    fn turn(&mut self) -> Found {
        if self.turn.is_multiple_of(TURNS) || self.mounts_changed() {
            self.read();
        }
        self.turn = self.turn.wrapping_add(1);
        let known = std::mem::take(&mut *self.known.lock().unwrap_or_else(PoisonError::into_inner));
        // Where it is mounted it is entered by that.
        // The first look has more urgent work for the CPU than the files of everybody.
        let is_first = self.turn == 1;
        let mut there = if is_first { BTreeMap::new() } else { self.held.turn(self.own) };
        there.extend(self.there.iter().map(|(inode, point)| (*inode, point.clone())));
        enter_more(&there, &known)
    }

    /// The kernel tells whoever keeps the file open.
    fn mounts_changed(&self) -> bool {
        let Some(file) = &self.mounts else { return true };
        let mut waiting = [PollFd::new(file, PollFlags::PRI)];
        !matches!(poll(&mut waiting, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })), Ok(0))
    }

    fn read(&mut self) {
        let file = tree::open_file(Path::new("/proc/self/mountinfo")).ok();
        self.mounts = self.mounts.take().or(file);
        let mut text = Vec::new();
        let read =
            self.mounts.as_ref().map(|it| tree::read_again(it.as_fd(), &mut text, MOST_MOUNTS));
        let own = std::fs::metadata("/proc/self/ns/net").map(|it| inode_of(&it)).ok();
        self.own = own;
        self.there = if matches!(read, Some(Ok(()))) { mounted(&text) } else { BTreeMap::new() };
        self.there.retain(|inode, _| Some(*inode) != own);
    }
}

/// Enters those that nobody looks into yet, as long as there is room.
fn enter_more(there: &BTreeMap<u64, PathBuf>, known: &Known) -> Found {
    let mut found = Found { held: there.keys().copied().collect(), ..Found::default() };
    let ours = known.ours.iter().filter(|inode| there.contains_key(inode)).count();
    let looked_into = |inode: &u64| known.populated.contains(inode) || known.ours.contains(inode);
    for (inode, point) in there.iter().filter(|(inode, _)| !looked_into(inode)) {
        let tried = found.entered.len() + found.closed;
        if ours + found.entered.len() >= MOST || tried >= MOST_TRIED {
            found.passed_over += 1;
            continue;
        }
        match enter(point, *inode) {
            Some(diag) => found.entered.push((*inode, diag)),
            None => found.closed += 1,
        }
    }
    found
}

fn inode_of(metadata: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

/// Network namespaces in a `mountinfo`, and where each is mounted.
fn mounted(mountinfo: &[u8]) -> BTreeMap<u64, PathBuf> {
    let one = |line: &[u8]| {
        let mut fields = words(line).skip(3);
        let (root, point) = (fields.next()?, fields.next()?);
        let kind = fields.skip_while(|field| *field != b"-").nth(1)?;
        let inode = text::namespace_inode(root).filter(|_| root.starts_with(b"net:["))?;
        let point = PathBuf::from(std::ffi::OsStr::from_bytes(&unescape(point)));
        (kind == b"nsfs").then_some((inode, point))
    };
    mountinfo.split(|byte| *byte == b'\n').filter_map(one).collect()
}

/// Netlink of the namespace whose file this is, if it still is that one. It is opened only after it was looked at: what
/// stands there by now may let whoever opens it wait.
fn enter(point: &Path, inode: u64) -> Option<Diag> {
    let place = rustix::fs::open(point, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).ok()?;
    let same = rustix::fs::fstatfs(&place).is_ok_and(|it| it.f_type == NSFS)
        && rustix::fs::fstat(&place).is_ok_and(|it| it.st_ino == inode);
    let file = format!("/proc/self/fd/{}", place.as_raw_fd());
    let file = same.then(|| tree::open_file(Path::new(&file)).ok()).flatten()?;
    Diag::within(file).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn network_namespaces_are_found_among_the_mounts_with_their_places() {
        let mountinfo = b"29 1 0:26 / /run rw - tmpfs tmpfs rw\n\
            44 29 0:4 net:[4026532281] /run/netns/a\\040b rw shared:2 - nsfs nsfs rw\n\
            45 29 0:4 mnt:[4026532290] /run/snapd/ns/x.mnt rw - nsfs nsfs rw\n\
            46 29 0:4 net:[4026532300] /run/netns/fake rw - tmpfs tmpfs rw\n";
        let expected = BTreeMap::from([(4_026_532_281, PathBuf::from("/run/netns/a b"))]);
        assert_eq!(mounted(mountinfo), expected);
    }

    #[test]
    fn namespaces_with_processes_leave_room_and_those_left_over_are_counted() {
        let nowhere = (1..=9).map(|inode| (inode, PathBuf::from("/nowhere/net")));
        let own = inode_of(&std::fs::metadata("/proc/self/ns/net").unwrap());
        let there = nowhere.chain([(own, PathBuf::from("/proc/self/ns/net"))]);
        let mut there: BTreeMap<u64, PathBuf> = there.collect();
        let populated: BTreeSet<u64> = (1_000..1_300).collect();
        let found = enter_more(&there, &Known { populated, ..Known::default() });
        assert_eq!((found.entered.len() + found.closed, found.passed_over), (10, 0));
        if rustix::process::geteuid().is_root() {
            assert_eq!(found.closed, 9, "ours lets us in");
        }
        let ours: BTreeSet<u64> = (2_000..).take(MOST).collect();
        there.extend(ours.iter().map(|inode| (*inode, PathBuf::new())));
        let found = enter_more(&there, &Known { ours, ..Known::default() });
        assert_eq!((found.entered.len(), found.closed, found.passed_over), (0, 0, 10));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_list_of_mounts_fall(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            mounted(&bytes);
            mounted(&[b"1 2 0:3 net:[".as_slice(), &bytes, b" - nsfs nsfs rw\n"].concat());
        }
    }
}
