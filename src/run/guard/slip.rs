//! Which session the screen works on, kept where the guard can read it when the screen was killed.
//!
//! A file in memory that has no name: the guard makes it, and the screen opens it through the guard's `/proc/PID/fd`.
//! Invariant: what can be read is the whole path of one session, or nothing.

use std::ffi::OsStr;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::{MemfdFlags, memfd_create};

/// Longer paths are not written, since no system call would take them.
const MOST: usize = 4096;

/// The file, from either side.
#[derive(Debug)]
pub(super) struct Slip(File);

impl Slip {
    /// An empty one; `None` where the kernel has no such files.
    pub(super) fn new() -> Option<Self> {
        memfd_create("session", MemfdFlags::CLOEXEC).ok().map(|it| Self(File::from(it)))
    }

    /// The one that our guard has made.
    pub(super) fn at(place: &OsStr) -> Option<Self> {
        File::options().read(true).write(true).open(place).ok().map(Self)
    }

    /// Where a child of this process finds it.
    pub(super) fn place(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.0.as_raw_fd())
    }

    /// This session, and no other.
    pub(super) fn write(&self, session: &Path) {
        let path = session.as_os_str().as_bytes();
        if path.len() < MOST {
            // In one write, with its end: whoever is killed has written all of it or nothing.
            self.0.write_at(&[path, b"\0"].concat(), 0).ok();
        }
    }

    /// The session that was written last.
    pub(super) fn read(&self) -> Option<PathBuf> {
        let mut bytes = [0; MOST];
        let len = self.0.read_at(&mut bytes, 0).ok()?;
        let path = bytes.get(..len)?.split(|byte| *byte == 0).next()?;
        (!path.is_empty()).then(|| PathBuf::from(OsStr::from_bytes(path)))
    }
}
