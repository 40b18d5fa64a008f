//! Opens files of others: regular ones that are not large, and nothing else.
//!
//! Invariant: what is under a name is looked at before it is opened to read, by a handle that names it for good; so nobody
//! can put a pipe or a device in its place meanwhile. Nothing is waited for but the file system.

use std::ffi::OsStr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Statx, StatxFlags};
use rustix::io::Errno;

use crate::host::probe::tree::read_to_end;

/// The two parts of a device number.
pub(super) type Device = (u32, u32);

/// What tells one version of a file from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Version {
    pub(super) device: Device,
    pub(super) inode: u64,
    pub(super) size: u64,
    written: (i64, u32),
    changed: (i64, u32),
}

/// A file that was looked at and not opened yet.
pub(super) struct Found {
    handle: OwnedFd,
    pub(super) version: Version,
    /// Names that it has.
    pub(super) links: u32,
    /// Whose it is.
    pub(super) uid: u32,
}

/// Bytes as a path.
pub(super) fn path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// A folder, to look for things below it, and where it is.
pub(super) fn folder(at: BorrowedFd<'_>, name: &[u8]) -> Result<(OwnedFd, Device, u64), Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let handle = rustix::fs::openat(at, name, flags, Mode::empty())?;
    let stat = looked_at(handle.as_fd())?;
    Ok((handle, (stat.stx_dev_major, stat.stx_dev_minor), stat.stx_ino))
}

/// A regular file below a folder, that no link stands for.
pub(super) fn file(folder: BorrowedFd<'_>, name: &[u8]) -> Result<Found, Errno> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    regular(rustix::fs::openat(folder, name, flags, Mode::empty())?)
}

/// What a link of the kernel's leads to, as `PID/exe` and `PID/fd/3`.
pub(super) fn behind(proc: BorrowedFd<'_>, link: &str) -> Result<Found, Errno> {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    regular(rustix::fs::openat(proc, link, flags, Mode::empty())?)
}

/// What is behind a handle, if it is a regular file.
pub(super) fn regular(handle: OwnedFd) -> Result<Found, Errno> {
    let stat = looked_at(handle.as_fd())?;
    if FileType::from_raw_mode(stat.stx_mode.into()) != FileType::RegularFile {
        return Err(Errno::INVAL);
    }
    Ok(Found { handle, version: version(&stat), links: stat.stx_nlink, uid: stat.stx_uid })
}

const fn version(stat: &Statx) -> Version {
    Version {
        device: (stat.stx_dev_major, stat.stx_dev_minor),
        inode: stat.stx_ino,
        size: stat.stx_size,
        written: (stat.stx_mtime.tv_sec, stat.stx_mtime.tv_nsec),
        changed: (stat.stx_ctime.tv_sec, stat.stx_ctime.tv_nsec),
    }
}

/// As it is known without asking a server.
pub(super) fn looked_at(handle: BorrowedFd<'_>) -> Result<Statx, Errno> {
    let flags = AtFlags::EMPTY_PATH | AtFlags::STATX_DONT_SYNC;
    rustix::fs::statx(handle, c"", flags, StatxFlags::BASIC_STATS)
}

/// Everybody may put files into this folder.
pub(super) fn is_everybodys(folder: BorrowedFd<'_>) -> bool {
    looked_at(folder)
        .is_ok_and(|stat| Mode::from_raw_mode(stat.stx_mode.into()).contains(Mode::WOTH))
}

impl Found {
    /// Opens it to read; when it was last read is left as it is, where the kernel lets us.
    pub(super) fn open(&self, proc: BorrowedFd<'_>) -> Result<OwnedFd, Errno> {
        let name = format!("self/fd/{}", self.handle.as_raw_fd());
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        match rustix::fs::openat(proc, name.as_str(), flags | OFlags::NOATIME, Mode::empty()) {
            Err(Errno::PERM) => rustix::fs::openat(proc, name.as_str(), flags, Mode::empty()),
            opened => opened,
        }
    }

    /// What was opened is this very version, and was not written to since.
    pub(super) fn is_still(&self, opened: BorrowedFd<'_>) -> bool {
        let flags = AtFlags::EMPTY_PATH;
        rustix::fs::statx(opened, c"", flags, StatxFlags::BASIC_STATS)
            .is_ok_and(|stat| version(&stat) == self.version)
    }

    /// Its first bytes.
    pub(super) fn content(&self, proc: BorrowedFd<'_>, most: usize) -> Result<Vec<u8>, Errno> {
        let file = self.open(proc)?;
        let mut bytes = Vec::new();
        read_to_end(file.as_fd(), &mut bytes, most)?;
        Ok(bytes)
    }
}
