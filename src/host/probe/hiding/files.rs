//! What tells of hiding without being a process: mounts over `/proc`, what the loader preloads, and the
//! members of control groups.
//!
//! Invariant: read in a thread of its own, since a file system that hangs would hang whoever reads. Mounts
//! are read again only when the kernel says that they changed. The files that `/etc/ld.so.preload` names are not read
//! here: whoever wrote the list chose where they lie.

use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::cgroups::{self, Member};
use super::mounts::{self, Cover};
use super::preload;
use super::preloaded::{Judge, Verdict};
use crate::host::probe::tool::Errand;
use crate::host::probe::{Packages, Roots, tree};

/// A turn has this long; after that nobody says that these views answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// More of a list of mounts is not read.
const MOST_MOUNTS: usize = 16 << 20;
/// Nor for longer.
const MOUNTS_PATIENCE: Duration = Duration::from_millis(500);
/// More of `/etc/ld.so.preload` is not read.
const MOST_PRELOAD: usize = 64 << 10;
/// Turns from one walk through the control groups to the next, and to the next for threads.
const CGROUP_TURNS: u64 = 10;
const THREAD_TURNS: u64 = 30;
/// Turns until the mounts are read again, whatever the kernel says.
const MOUNT_TURNS: u64 = 30;

/// What the files say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// What covers parts of `/proc`; `None` if that could not be read.
    pub(super) covers: Option<Vec<Cover>>,
    /// There are more mounts than could be read.
    pub(super) cut: bool,
    /// What `/etc/ld.so.preload` holds; `None` if there is none.
    pub(super) preload: Option<Preload>,
    /// Walks through the control groups so far: the next may find the same.
    pub(super) walks: u64,
    /// Members of control groups; shared until the next walk.
    pub(super) members: Arc<Vec<Member>>,
    /// Those of them that the list of `/proc` lacked when both were read again; the same.
    pub(super) unlisted: Arc<Vec<Member>>,
    /// The threads in them; the same.
    pub(super) threads: Arc<Vec<Member>>,
}

/// An `/etc/ld.so.preload`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Preload {
    /// The libraries that it names.
    pub(super) libraries: Vec<Vec<u8>>,
    /// A listing of `/etc` lacks it.
    pub(super) unlisted: bool,
}

impl Preload {
    /// Whatever the libraries are, packages do not speak for such a file.
    const fn is_odd(&self) -> bool {
        self.unlisted || self.libraries.is_empty()
    }
}

/// The reading of the files, as the tick sees it.
pub(super) struct Files {
    errand: Option<Errand<Told>>,
    asked: Instant,
    told: Option<Arc<Told>>,
    judge: Judge,
}

impl Files {
    /// Reads the mounts below `proc`, which is opened already, and the rest below `roots`.
    pub(super) fn new(proc: OwnedFd, roots: &Roots, packages: Packages) -> Self {
        let mut desk = Desk {
            proc,
            mounts: None,
            etc: roots.at("etc"),
            cgroups: roots.at("sys/fs/cgroup"),
            told: Told::default(),
            turn: 0,
        };
        Self {
            errand: Errand::new("hiding-files", move || desk.turn()),
            asked: Instant::now(),
            told: None,
            judge: Judge::new(roots, packages),
        }
    }

    /// The newest that was told, the same as long as nothing changed; asks for the next.
    pub(super) fn turn(&mut self) -> Option<Arc<Told>> {
        if let Some(errand) = &mut self.errand {
            if let Some(told) = errand.take(Duration::ZERO)
                && self.told.as_deref() != Some(&told)
            {
                self.told = Some(Arc::new(told));
            }
            if errand.ask() {
                self.asked = Instant::now();
            }
        }
        let file = self.told.as_ref().and_then(|told| told.preload.as_ref());
        if let Some(file) = file.filter(|file| !file.is_odd()) {
            self.judge.ask(&file.libraries);
        }
        self.told.clone()
    }

    /// What the package databases say about all that it names; `None` as long as they may yet say it.
    pub(super) fn packaged(&self, file: &Preload) -> Option<Verdict> {
        if file.is_odd() || self.is_judge_late() {
            return Some(Verdict::default());
        }
        self.judge.of(&file.libraries)
    }

    /// A library lets whoever looks at it wait.
    pub(super) fn is_judge_late(&self) -> bool {
        self.judge.is_late(PATIENCE)
    }

    /// A file system hangs, or there is no thread to ask: what was told last is old.
    pub(super) fn is_late(&self) -> bool {
        self.errand.is_none() || self.asked.elapsed() > PATIENCE
    }
}

/// The reading, in its thread.
struct Desk {
    proc: OwnedFd,
    mounts: Option<OwnedFd>,
    etc: PathBuf,
    cgroups: PathBuf,
    told: Told,
    turn: u64,
}

impl Desk {
    fn turn(&mut self) -> Told {
        if self.turn.is_multiple_of(MOUNT_TURNS) || self.mounts_changed() {
            self.read_mounts();
        }
        if self.turn.is_multiple_of(CGROUP_TURNS) {
            let members = cgroups::members(&self.cgroups);
            let unlisted = cgroups::unlisted(&self.cgroups, self.proc.as_fd(), &members);
            self.told.walks += 1;
            (self.told.members, self.told.unlisted) = (Arc::new(members), Arc::new(unlisted));
        }
        if self.turn.is_multiple_of(THREAD_TURNS) {
            self.told.threads = Arc::new(cgroups::threads(&self.cgroups));
        }
        self.told.preload = read_preload(&self.etc);
        self.turn += 1;
        self.told.clone()
    }

    /// The kernel tells whoever keeps the file open.
    fn mounts_changed(&self) -> bool {
        let Some(file) = &self.mounts else { return true };
        let mut waiting = [PollFd::new(file, PollFlags::PRI)];
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        !matches!(poll(&mut waiting, Some(&now)), Ok(0))
    }

    fn read_mounts(&mut self) {
        let mut text = Vec::new();
        let path = c"self/mountinfo";
        let flags = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.proc, path, flags, rustix::fs::Mode::empty()).ok();
        self.mounts = self.mounts.take().or(file);
        let read = self.mounts.as_ref().map(|it| {
            rustix::fs::seek(it, rustix::fs::SeekFrom::Start(0))?;
            tree::read_within(it.as_fd(), &mut text, MOST_MOUNTS, MOUNTS_PATIENCE)
        });
        self.told.covers = matches!(read, Some(Ok(_))).then(|| mounts::covers(&text));
        self.told.cut = matches!(read, Some(Ok(false)));
    }
}

/// A listing that lacks what opens by its name is filtered on its way to us.
fn read_preload(etc: &Path) -> Option<Preload> {
    let content = tree::small_file(&etc.join("ld.so.preload"), MOST_PRELOAD).ok()?;
    let listed = tree::names(etc).iter().any(|name| name == b"ld.so.preload");
    let libraries = preload::libraries(&content);
    Some(Preload { libraries, unlisted: !listed })
}
