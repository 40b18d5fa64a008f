//! What a file is, whatever it is called: its link count and its file system.
//!
//! The kernel writes " (deleted)" behind the name of a file that has none any more, and "/memfd:" before that of a file
//! in memory alone; any file may be named so. Nothing is opened here, and no server is asked.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, MemfdFlags, Mode, OFlags, StatxFlags, memfd_create};

/// A device number, its two parts.
pub(in crate::host::probe) type Device = (u32, u32);

/// What is known of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host::probe) struct Stat {
    /// Names that it has.
    pub(in crate::host::probe) links: u32,
    /// Where it is.
    pub(in crate::host::probe) device: Device,
}

/// The file behind a link below `/proc`.
pub(in crate::host::probe) fn stat(proc: BorrowedFd<'_>, path: &str) -> Option<Stat> {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    of(rustix::fs::openat(proc, path, flags, Mode::empty()).ok()?.as_fd())
}

fn of(file: BorrowedFd<'_>) -> Option<Stat> {
    let flags = AtFlags::EMPTY_PATH | AtFlags::STATX_DONT_SYNC;
    let found = rustix::fs::statx(file, c"", flags, StatxFlags::NLINK).ok()?;
    Some(Stat { links: found.stx_nlink, device: (found.stx_dev_major, found.stx_dev_minor) })
}

/// The file systems of the kernel's own that hold files in memory alone: they are mounted nowhere.
#[derive(Clone, Debug, Default)]
pub(in crate::host::probe) struct Memory(Vec<Device>);

impl Memory {
    /// Those of this kernel, found out by making an empty file in each, which is gone at once.
    pub(in crate::host::probe) fn known() -> Self {
        let place = |flags| {
            let file: OwnedFd = memfd_create(c"", flags | MemfdFlags::CLOEXEC).ok()?;
            Some(of(file.as_fd())?.device)
        };
        let kinds = [MemfdFlags::empty(), MemfdFlags::HUGETLB];
        Self(kinds.into_iter().filter_map(place).collect())
    }

    /// A file there never had a name.
    pub(in crate::host::probe) fn holds(&self, device: Device) -> bool {
        self.0.contains(&device)
    }
}
