//! One process, held so that nobody else can take its number while it is tested.

use std::os::fd::OwnedFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open, test_kill_process};

use crate::host::probe::clock;

/// Which calls know a number as that of a process. Whoever changes the kernel's answers may have forgotten one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    clock: bool,
    pidfd: bool,
    kill: bool,
}

impl Known {
    /// Asks one after the other, until one knows it.
    pub(super) fn of(pid: u32) -> Self {
        if clock::cpu_time(pid).is_some() {
            return Self { clock: true, ..Self::default() };
        }
        let Some(number) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
            return Self::default();
        };
        match pidfd_open(number, PidfdFlags::empty()) {
            Ok(_) => Self { pidfd: true, ..Self::default() },
            // `kill` knows threads too: only where there is nobody at all does it say something else.
            Err(Errno::SRCH) => Self { kill: answers_kill(pid), ..Self::default() },
            Err(_) => Self::default(),
        }
    }

    /// One of them knows it.
    pub(super) const fn any(self) -> bool {
        self.clock || self.pidfd || self.kill
    }
}

fn answers_kill(pid: u32) -> bool {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return false };
    matches!(test_kill_process(pid), Ok(()) | Err(Errno::PERM))
}

/// A process under test.
pub(super) struct Witness {
    /// Its number.
    pub(super) pid: u32,
    /// `None` before Linux 5.3, and where a filter forbids the call.
    pidfd: Option<OwnedFd>,
}

impl Witness {
    /// Takes hold of it; `None` if there is no process of this number: it may have ended, or be a thread of ours, whose
    /// clock answers to us by the thread's number.
    pub(super) fn summon(pid: u32) -> Option<Self> {
        let ours = rustix::thread::gettid().as_raw_nonzero().get();
        let number = i32::try_from(pid).ok()?;
        let held = pidfd_open(Pid::from_raw(number)?, PidfdFlags::empty());
        match held {
            Ok(pidfd) => Some(Self { pid, pidfd: Some(pidfd) }),
            // A thread is no process, and `kill` knows it as well.
            Err(Errno::INVAL | Errno::NOENT) => None,
            Err(Errno::SRCH) => answers_kill(pid).then_some(Self { pid, pidfd: None }),
            Err(_) => (number != ours).then_some(Self { pid, pidfd: None }),
        }
    }

    /// It has not ended. A process that has ended and was not collected by its parent is not counted either: it does
    /// nothing any more.
    pub(super) fn lives(&self) -> bool {
        let Some(pidfd) = &self.pidfd else { return Known::of(self.pid).any() };
        let mut over = [PollFd::new(pidfd, PollFlags::IN)];
        matches!(poll(&mut over, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })), Ok(0))
    }

    /// Keeps its number alone. Who takes that is listed, or hides as well.
    pub(super) fn release(&mut self) {
        self.pidfd = None;
    }

    /// A pidfd holds it.
    pub(super) const fn held(&self) -> bool {
        self.pidfd.is_some()
    }

    /// `kill` knows it, whether or not we may send it a signal.
    pub(super) fn answers_kill(&self) -> bool {
        answers_kill(self.pid)
    }

    /// Its CPU clock answers.
    pub(super) fn has_clock(&self) -> bool {
        clock::cpu_time(self.pid).is_some()
    }

    /// Inode of the pidfd, which names the process for its whole life; 0 before Linux 6.9, where all have the same.
    pub(super) fn inode(&self) -> u64 {
        let Some(stat) = self.pidfd.as_ref().and_then(|it| rustix::fs::fstat(it).ok()) else {
            return 0;
        };
        let file_system = self.pidfd.as_ref().and_then(|it| rustix::fs::fstatfs(it).ok());
        let own = file_system.is_some_and(|it| it.f_type == PIDFS);
        if own { stat.st_ino } else { 0 }
    }
}

/// Magic number of the file system of pidfds.
const PIDFS: rustix::fs::FsWord = 0x5049_4446;
