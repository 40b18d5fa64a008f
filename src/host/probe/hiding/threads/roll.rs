//! The threads of one process at one time: those that are listed, and how many the kernel counts.

use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use crate::host::probe::hiding::pids::hides_by_option;
use crate::host::probe::tree::{Reader, each_name};
use crate::host::probe::{clock, text};

/// A folder without threads has so many links.
const BARE_LINKS: i128 = 2;
/// Big enough for the list of any usual process in one call.
const LISTING: usize = 64 << 10;

/// What was seen of one process's threads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Roll {
    /// So many the kernel counts before the list was read; where fewer are listed, before and after, the lower number.
    pub(super) counted: u64,
    /// Those in the list, lowest first.
    pub(super) listed: Vec<u32>,
}

impl Roll {
    /// It is listed.
    pub(super) fn has(&self, thread: u32) -> bool {
        self.listed.binary_search(&thread).is_ok()
    }

    /// There are more than are listed.
    pub(super) fn is_short(&self) -> bool {
        u64::try_from(self.listed.len()).is_ok_and(|listed| listed < self.counted)
    }
}

/// Where lists and counts are read.
pub(super) struct Books {
    /// The `/proc` that everybody reads, with whatever is mounted over it.
    pub(super) proc: OwnedFd,
    /// One that nobody can change.
    own: Option<OwnedFd>,
}

impl Books {
    pub(super) const fn new(proc: OwnedFd, own: Option<OwnedFd>) -> Self {
        Self { proc, own }
    }

    /// The list of a process and its count; `None` if it has ended, or its folder is closed to us.
    pub(super) fn roll(&self, pid: u32) -> Option<Roll> {
        let before = self.counted(pid)?;
        let listed = self.listed(pid).ok()?;
        let roll = Roll { counted: before, listed };
        // Only where some are missing does it matter that they may have ended meanwhile.
        if !roll.is_short() {
            return Some(roll);
        }
        let counted = self.counted(pid)?.min(before);
        Some(Roll { counted, ..roll })
    }

    /// The process that a thread is of, by the thread's own file, which no list shows.
    pub(super) fn process_of(&self, thread: u32) -> Option<u32> {
        let mut reader = Reader::new(self.best().as_fd());
        tgid(reader.file(thread, "status").ok()?)
    }

    /// It lives, and is a thread of this process; of nobody, if no file tells whose.
    pub(super) fn is_thread_of(&self, thread: u32, pid: u32) -> bool {
        let process = self.process_of(thread);
        let of_it = match process {
            Some(process) => process == pid,
            None => pid != 0 || clock::cpu_time(thread).is_none(),
        };
        of_it && answers_kill(thread)
    }

    /// The options of the mount may keep processes from us, and there is no other one to ask.
    pub(super) fn may_be_kept_from_us(&self) -> bool {
        self.own.is_none() && hides_by_option(&self.proc)
    }

    /// The one that is believed.
    pub(super) fn best(&self) -> &OwnedFd {
        self.own.as_ref().unwrap_or(&self.proc)
    }

    /// Once in its `stat`, once as links of the folder.
    fn counted(&self, pid: u32) -> Option<u64> {
        let mut reader = Reader::new(self.best().as_fd());
        let told = text::stat(reader.file(pid, "stat").ok()?)?.threads;
        let folder =
            rustix::fs::statat(self.best(), format!("{pid}/task"), AtFlags::SYMLINK_NOFOLLOW);
        // Machines differ in how many bits they count links with.
        let links = folder.map_or(0, |it| i128::from(it.st_nlink) - BARE_LINKS);
        let links = u64::try_from(links).unwrap_or_default();
        Some(links.max(u64::from(told)))
    }

    fn listed(&self, pid: u32) -> Result<Vec<u32>, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::openat(&self.proc, format!("{pid}/task"), flags, Mode::empty())?;
        let (mut threads, mut room) = (Vec::new(), Vec::with_capacity(LISTING));
        each_name(folder.as_fd(), &mut room, |name| threads.extend(text::whole_number(name)))?;
        threads.sort_unstable();
        Ok(threads)
    }
}

/// `kill` knows it, whether or not we may send it a signal: a process or a thread.
pub(super) fn answers_kill(number: u32) -> bool {
    let number = i32::try_from(number).ok().and_then(Pid::from_raw);
    number.is_some_and(|it| matches!(test_kill_process(it), Ok(()) | Err(Errno::PERM)))
}

/// The number in the line `Tgid:` of a `status`.
fn tgid(status: &[u8]) -> Option<u32> {
    let mut lines = status.split(|byte| *byte == b'\n');
    text::words(lines.find_map(|line| line.strip_prefix(b"Tgid:"))?)
        .next()
        .and_then(text::whole_number)
}
