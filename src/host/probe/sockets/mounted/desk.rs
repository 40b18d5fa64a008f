//! The thread that finds network namespaces without a process, and enters them.
//!
//! The mounts of this program's own mount namespace say which ones are mounted. They are read again when the kernel says
//! that mounts changed, and in turns; the open files of all processes are searched in turns.
//!
//! Both are found and opened through a `/proc` of our own where there is one: what is mounted over the host's hides
//! nothing of it. Invariant: nothing is opened before it was looked at, and the thread itself stays where it is.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

use super::super::diag::Diag;
use super::super::held::{self, Held, Place};
use super::super::within;
use super::{Found, Known};
use crate::host::probe::door::Door;
use crate::host::probe::hiding;
use crate::host::probe::text::{self, unescape, words};
use crate::host::probe::tool::Errand;
use crate::host::probe::tree;

/// Turns until the mounts are read again, whatever the kernel says.
const TURNS: u32 = 30;
/// So many namespaces are looked into; those in which processes are do not count.
const MOST: usize = 64;
/// So many are tried in one turn: one that lets nobody in takes no place of another.
const MOST_TRIED: usize = 4 * MOST;
/// More of a list of mounts is not read.
const MOST_MOUNTS: usize = 16 << 20;
/// Magic number of the file system of namespaces.
const NSFS: rustix::fs::FsWord = 0x6e73_6673;

/// What holds a namespace, and where it can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Holder {
    Mount(PathBuf),
    File(Place),
}

/// Why nobody is in a namespace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outside {
    /// This does not hold it any more.
    Gone,
    /// The kernel was not quick enough.
    Late,
    Refused,
}

/// The thread's side.
pub(super) struct Desk {
    known: Arc<Mutex<Known>>,
    /// The best `/proc` that there is.
    proc: Option<OwnedFd>,
    mounts: Option<OwnedFd>,
    /// Why they cannot be read.
    unread: Option<Errno>,
    /// Where each namespace is mounted.
    there: BTreeMap<u64, PathBuf>,
    /// Those of open files.
    held: Held,
    own: Option<u64>,
    turn: u32,
    /// The namespace that is tried first.
    next: u64,
}

impl Desk {
    pub(super) fn new(known: Arc<Mutex<Known>>) -> Self {
        let (there, held) = (BTreeMap::new(), Held::default());
        let (proc, mounts, unread, own) = (None, None, None, None);
        Self { known, proc, mounts, unread, there, held, own, turn: 0, next: 0 }
    }

    pub(super) fn begin(mut self) -> Option<Errand<Found>> {
        Errand::new("mounted-nets", move || self.turn())
    }

    fn turn(&mut self) -> Found {
        let proc = match self.proc.take().map_or_else(hiding::best_proc, Ok) {
            Ok(proc) => proc,
            Err(why) => return Found { unread: vec![("/proc", why)], ..Found::default() },
        };
        if self.turn.is_multiple_of(TURNS) || self.mounts_changed() {
            self.read(proc.as_fd());
        }
        self.turn = self.turn.wrapping_add(1);
        let known = std::mem::take(&mut *self.known.lock().unwrap_or_else(PoisonError::into_inner));
        // The first look has more urgent work for the CPU than the files of everybody.
        let searched = if self.turn > 1 {
            self.held.turn(proc.as_fd(), (self.own, &known.listed), &known.tables)
        } else {
            Ok(())
        };
        let mut there: BTreeMap<u64, Vec<Holder>> = BTreeMap::new();
        for (inode, point) in &self.there {
            there.entry(*inode).or_default().push(Holder::Mount(point.clone()));
        }
        for (inode, place) in self.held.places() {
            there.entry(inode).or_default().push(Holder::File(place));
        }
        let mut found = self.enter_more(proc.as_fd(), &there, &known);
        let beyond = self.held.beyond().filter(|it| !there.contains_key(it) && !known.has(**it));
        found.passed_over += beyond.count();
        (found.closed, found.unfinished) = (self.held.closed(), self.held.unfinished());
        found.unasked = self.held.unasked();
        found.unread.extend(self.unread.map(|why| ("/proc/self/mountinfo", why)));
        found.unread.extend(searched.err().map(|why| ("/proc", why)));
        self.proc = Some(proc);
        found
    }

    /// Enters those that nobody looks into yet, as long as there is room. Who lets nobody in takes no place of another.
    fn enter_more(
        &mut self,
        proc: BorrowedFd<'_>,
        there: &BTreeMap<u64, Vec<Holder>>,
        known: &Known,
    ) -> Found {
        let mut found = Found { held: there.keys().copied().collect(), ..Found::default() };
        let ours = known.ours.iter().filter(|inode| there.contains_key(inode)).count();
        let in_turn = there.range(self.next..).chain(there.range(..self.next));
        let (mut tried, mut next) = (0, None);
        for (inode, holders) in in_turn.filter(|(inode, _)| !known.has(**inode)) {
            let full = ours + found.entered.len() >= MOST;
            if full || tried >= MOST_TRIED {
                next = next.or(Some(*inode));
                found.passed_over += 1;
                continue;
            }
            tried += 1;
            match enter_one_of(proc, holders, *inode) {
                Ok(diag) => found.entered.push((*inode, diag)),
                Err(Outside::Gone) => {}
                Err(Outside::Late) => found.late += 1,
                Err(Outside::Refused) => found.refused += 1,
            }
        }
        self.next = next.unwrap_or_default();
        found
    }

    /// The kernel tells whoever keeps the file open.
    fn mounts_changed(&self) -> bool {
        let Some(file) = &self.mounts else { return true };
        let mut waiting = [PollFd::new(file, PollFlags::PRI)];
        !matches!(poll(&mut waiting, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })), Ok(0))
    }

    fn read(&mut self, proc: BorrowedFd<'_>) {
        let mut text = Vec::new();
        self.unread = self.read_mounts(proc, &mut text).err();
        let own = rustix::fs::statat(proc, c"self/ns/net", AtFlags::empty()).map(|it| it.st_ino);
        self.own = own.ok();
        self.there = if self.unread.is_none() { mounted(&text) } else { BTreeMap::new() };
        self.there.retain(|inode, _| Some(*inode) != self.own);
    }

    fn read_mounts(&mut self, proc: BorrowedFd<'_>, text: &mut Vec<u8>) -> Result<(), Errno> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let open = || rustix::fs::openat(proc, c"self/mountinfo", flags, Mode::empty());
        let file = self.mounts.take().map_or_else(open, Ok)?;
        tree::read_again(file.as_fd(), text, MOST_MOUNTS)?;
        self.mounts = Some(file);
        Ok(())
    }
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

/// The same by the first that lets us in; if none does, the most serious reason.
fn enter_one_of(proc: BorrowedFd<'_>, holders: &[Holder], inode: u64) -> Result<Diag, Outside> {
    let mut why = Outside::Gone;
    for holder in holders {
        match enter(proc, holder, inode) {
            Ok(diag) => return Ok(diag),
            Err(other) => why = why.max(other),
        }
    }
    Err(why)
}

/// Netlink of the namespace whose file this is, if it still is that one. It is opened only after it was looked at: what
/// stands there by now may let whoever opens it wait.
fn enter(proc: BorrowedFd<'_>, holder: &Holder, inode: u64) -> Result<Diag, Outside> {
    if let Holder::File((door, fd)) = holder
        && held::is_socket(proc, (*door, *fd))
    {
        return enter_by_socket(*door, *fd, inode);
    }
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let (place, otherwise) = match holder {
        // The kernel has just told of this mount, so that something is over it.
        Holder::Mount(point) => (rustix::fs::open(point, flags, Mode::empty()), Outside::Refused),
        Holder::File((door, fd)) => {
            let path = format!("{door}/fd/{fd}");
            (rustix::fs::openat(proc, path, flags, Mode::empty()), Outside::Gone)
        }
    };
    let place = place.map_err(|why| match why {
        Errno::NOENT | Errno::SRCH => otherwise,
        _ => Outside::Refused,
    })?;
    let same = rustix::fs::fstatfs(&place).is_ok_and(|it| it.f_type == NSFS)
        && rustix::fs::fstat(&place).is_ok_and(|it| it.st_ino == inode);
    if !same {
        return Err(otherwise);
    }
    let file = format!("self/fd/{}", place.as_raw_fd());
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = rustix::fs::openat(proc, file, flags, Mode::empty());
    Diag::within(file.map_err(|_| Outside::Refused)?).map_err(|why| {
        if why.kind() == ErrorKind::TimedOut { Outside::Late } else { Outside::Refused }
    })
}

/// The same by a socket that was opened there.
fn enter_by_socket(door: Door, fd: u32, inode: u64) -> Result<Diag, Outside> {
    let process = within::process(door).ok_or(Outside::Gone)?;
    let file = within::namespace(process.as_fd(), fd).map_err(|_| Outside::Gone)?;
    if !rustix::fs::fstat(&file).is_ok_and(|it| it.st_ino == inode) {
        return Err(Outside::Gone);
    }
    Diag::within(file).map_err(|why| {
        if why.kind() == ErrorKind::TimedOut { Outside::Late } else { Outside::Refused }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::host::probe::door::Door;

    #[test]
    fn network_namespaces_are_found_among_the_mounts_with_their_places() {
        let mountinfo = b"29 1 0:26 / /run rw - tmpfs tmpfs rw\n\
            44 29 0:4 net:[4026532281] /run/netns/a\\040b rw shared:2 - nsfs nsfs rw\n\
            45 29 0:4 mnt:[4026532290] /run/snapd/ns/x.mnt rw - nsfs nsfs rw\n\
            46 29 0:4 net:[4026532300] /run/netns/fake rw - tmpfs tmpfs rw\n";
        let expected = BTreeMap::from([(4_026_532_281, PathBuf::from("/run/netns/a b"))]);
        assert_eq!(mounted(mountinfo), expected);
    }

    fn desk() -> Desk {
        Desk::new(Arc::default())
    }

    fn at(path: &str) -> Vec<Holder> {
        vec![Holder::Mount(PathBuf::from(path))]
    }

    #[test]
    fn namespaces_with_processes_leave_room_and_those_left_over_are_counted() {
        let proc = hiding::best_proc().unwrap();
        let nowhere = (1..=9).map(|inode| (inode, at("/nowhere/net")));
        let own = rustix::fs::statat(&proc, c"self/ns/net", AtFlags::empty()).unwrap().st_ino;
        let there = nowhere.chain([(own, at("/proc/self/ns/net"))]);
        let mut there: BTreeMap<u64, Vec<Holder>> = there.collect();
        let populated: BTreeSet<u64> = (1_000..1_300).collect();
        let known = Known { populated, ..Known::default() };
        let found = desk().enter_more(proc.as_fd(), &there, &known);
        assert_eq!((found.entered.len() + found.refused, found.passed_over), (10, 0));
        if rustix::process::geteuid().is_root() {
            assert_eq!(found.refused, 9, "ours lets us in");
        }
        let ours: BTreeSet<u64> = (2_000..).take(MOST).collect();
        there.extend(ours.iter().map(|inode| (*inode, at(""))));
        let found = desk().enter_more(proc.as_fd(), &there, &Known { ours, ..Known::default() });
        assert_eq!((found.entered.len(), found.refused, found.passed_over), (0, 0, 10));
    }

    #[test]
    fn those_that_let_nobody_in_keep_no_other_from_its_turn() {
        let proc = hiding::best_proc().unwrap();
        let own = rustix::fs::statat(&proc, c"self/ns/net", AtFlags::empty()).unwrap().st_ino;
        let nowhere = (1..=300).map(|inode| (inode, at("/nowhere/net")));
        let there = nowhere.chain([(own, at("/proc/self/ns/net"))]).collect();
        let mut desk = desk();
        let mut turn = || desk.enter_more(proc.as_fd(), &there, &Known::default());
        let first = turn();
        assert_eq!((first.refused, first.entered.len(), first.passed_over), (256, 0, 45));
        if rustix::process::geteuid().is_root() {
            assert_eq!(turn().entered.len(), 1, "the next turn begins where this one ended");
        }
    }

    #[test]
    fn a_file_that_is_closed_by_now_refuses_nobody() {
        let proc = hiding::best_proc().unwrap();
        let there =
            BTreeMap::from([(7, vec![Holder::File((Door::from(std::process::id()), 1_000_000))])]);
        let found = desk().enter_more(proc.as_fd(), &there, &Known::default());
        assert_eq!((found.refused, found.late, found.passed_over), (0, 0, 0));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_list_of_mounts_fall(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            mounted(&bytes);
            mounted(&[b"1 2 0:3 net:[".as_slice(), &bytes, b" - nsfs nsfs rw\n"].concat());
        }
    }
}
