//! What tells two processes apart that have the same pid and the same start: the inodes of their pidfds.
//!
//! Root can make a process with the pid of one that ended (`clone3` with `set_tid`), in the same hundredth of a second,
//! so that its start is the same too. Since Linux 6.9 the kernel counts pidfds in a file system of their own, and never
//! gives a number twice.

use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// `PIDFS_MAGIC`: "PIDF".
const PIDFS: rustix::fs::FsWord = 0x5049_4446;

/// This kernel tells processes apart by the inodes of their pidfds. On others all pidfds are one inode.
pub(super) fn tells() -> bool {
    let own = pidfd_open(rustix::process::getpid(), PidfdFlags::empty());
    own.and_then(rustix::fs::fstatfs).is_ok_and(|found| found.f_type == PIDFS)
}

/// The inode of the pidfd of a process; `None` if there is no such process, or no descriptor is left for it.
pub(super) fn inode(pid: u32) -> Option<u64> {
    let pid = Pid::from_raw(i32::try_from(pid).ok()?)?;
    let found = pidfd_open(pid, PidfdFlags::empty()).and_then(rustix::fs::fstat).ok()?;
    (found.st_ino != 0).then_some(found.st_ino)
}
