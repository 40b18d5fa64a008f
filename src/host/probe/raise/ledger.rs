//! Who was raised, kept where the guard of the program can read it when the program was killed.
//!
//! A file in memory that has no name: the guard makes it, and the screen opens it through the guard's `/proc/PID/fd`.
//! Invariant: a process is put back only if it still has the nice value that we gave.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;

use rustix::fs::{MemfdFlags, memfd_create};
use rustix::process::{Pid, getpriority_process, setpriority_process};

use super::carriers::BEFORE;
use super::plain;

/// More are not put back; the kernel has a few.
const MOST: usize = 1024;

static LEDGER: OnceLock<File> = OnceLock::new();

/// What the guard keeps.
#[derive(Debug)]
pub struct Ledger(File);

impl Ledger {
    /// An empty one; `None` where the kernel has no such files.
    #[must_use]
    pub fn new() -> Option<Self> {
        memfd_create("raised", MemfdFlags::CLOEXEC).ok().map(|it| Self(File::from(it)))
    }

    /// Where a child of this process finds it.
    #[must_use]
    pub fn place(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.0.as_raw_fd())
    }

    /// Puts back whoever is written here, after the program has ended without doing so.
    pub fn settle(&self) {
        let mut bytes = [0; MOST * 4];
        let len = self.0.read_at(&mut bytes, 0).unwrap_or_default();
        let pids = bytes.get(..len).unwrap_or_default().chunks_exact(4);
        for pid in pids.filter_map(|it| it.try_into().ok()).map(u32::from_ne_bytes) {
            put_back(pid);
        }
    }
}

/// From now on what is raised is written where the guard made room for it.
pub fn remember_in(place: &str) {
    if let Ok(file) = File::options().write(true).open(place) {
        LEDGER.set(file).ok();
    }
}

/// These and no others are raised.
pub(super) fn write(pids: impl Iterator<Item = u32>) {
    let Some(file) = LEDGER.get() else { return };
    let bytes: Vec<u8> = pids.take(MOST).flat_map(u32::to_ne_bytes).collect();
    // Of what cannot be written the program itself takes care, unless it is killed.
    let size = u64::try_from(bytes.len()).unwrap_or_default();
    file.write_all_at(&bytes, 0).and_then(|()| file.set_len(size)).ok();
}

/// It has the nice value that we give.
pub(super) fn is_raised(pid: u32) -> bool {
    let pid = Pid::from_raw(pid.cast_signed());
    pid.is_some() && getpriority_process(pid) == Ok(BEFORE)
}

/// What somebody else has chosen since stays.
pub(super) fn put_back(pid: u32) {
    if is_raised(pid) {
        setpriority_process(Pid::from_raw(pid.cast_signed()), 0).ok();
        // What it starts inherits from it again, as before.
        plain(pid.cast_signed(), false).ok();
    }
}
