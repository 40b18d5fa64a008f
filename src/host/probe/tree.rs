//! The thin reader: a directory that is opened once, and files below it read into one buffer.
//!
//! Invariant: every read is capped. What is read here cannot be blocked by the process that it is
//! about; the files that can (`cmdline`, `io`, the target of `exe`) belong to `commands`, those that somebody looks at
//! for once (`environ`, `maps`) to `processes::examine`.

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::io::Write as _;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, RawDir, ResolveFlags, SeekFrom, Statx, StatxFlags,
};
use rustix::io::Errno;

use super::door::Door;
use super::text;

/// Big enough for a whole `stat`, `status` or link, and for a good part of a listing.
const PAGE: usize = 64 << 10;
/// More open files of a process are not read: the kernel walks over every number to list them.
pub(super) const MOST_OPEN_FILES: usize = 2048;
/// More of a file of `/proc` itself is not read.
const MOST_TOP: usize = 4 << 20;
/// Links that are followed where each step is taken here.
const MOST_LINKS: usize = 8;

/// Opens a directory for reading what is below it.
pub(super) fn open_dir(path: &Path) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty())
}

/// There is something under this name. It is not opened: a device file may do things when it is.
pub(super) fn exists(path: &Path) -> bool {
    rustix::fs::lstat(path).is_ok()
}

/// A small file by its path, at most `cap` bytes of it.
pub(super) fn small_file(path: &Path, cap: usize) -> Result<Vec<u8>, Errno> {
    let file = open_file(path)?;
    let mut bytes = Vec::new();
    read_to_end(file.as_fd(), &mut bytes, cap)?;
    Ok(bytes)
}

/// A file by its path, to read.
pub(super) fn open_file(path: &Path) -> Result<OwnedFd, Errno> {
    rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK, Mode::empty())
}

/// Reads a file that stays open from its beginning: the kernel writes it anew.
pub(super) fn read_again(
    file: BorrowedFd<'_>,
    bytes: &mut Vec<u8>,
    cap: usize,
) -> Result<(), Errno> {
    rustix::fs::seek(file, SeekFrom::Start(0))?;
    read_to_end(file, bytes, cap)
}

/// Opens what is below `dir` on the same mount: what somebody mounted over it could let us wait for ever.
pub(super) fn open_beneath(
    dir: BorrowedFd<'_>,
    path: &[u8],
    flags: OFlags,
) -> Result<OwnedFd, Errno> {
    let all = flags | OFlags::RDONLY | OFlags::CLOEXEC;
    match rustix::fs::openat2(dir, path, all, Mode::empty(), ResolveFlags::NO_XDEV) {
        // Before Linux 5.6, and where a filter of calls is older than that.
        Err(Errno::NOSYS | Errno::PERM) => open_by_steps(dir, path, flags),
        opened => opened,
    }
}

/// The same step by step: each part is found without being opened, and opened only where it stands on the same mount, as
/// far as this kernel tells one from another, and in the same file system. Even so it is opened without waiting: somebody
/// may be quick, and put something else there in between.
fn open_by_steps(dir: BorrowedFd<'_>, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
    let home = standing(dir)?;
    let ours = |place: OwnedFd| match standing(place.as_fd())? {
        here if here == home => Ok(place),
        _ => Err(Errno::XDEV),
    };
    let mut left: Vec<Vec<u8>> =
        path.split(|byte| *byte == b'/').rev().map(<[u8]>::to_vec).collect();
    let (mut folder, mut links): (Option<OwnedFd>, usize) = (None, 0);
    while let Some(part) = left.pop() {
        let at = folder.as_ref().map_or(dir, AsFd::as_fd);
        let step = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let place = ours(rustix::fs::openat(at, part.as_slice(), step, Mode::empty())?)?;
        // Of a link that is open itself, this is its target; what is none has no such thing.
        if let Ok(target) = rustix::fs::readlinkat(&place, c"", Vec::new()) {
            links += 1;
            if links > MOST_LINKS {
                return Err(Errno::LOOP);
            }
            if target.to_bytes().starts_with(b"/") {
                return Err(Errno::XDEV);
            }
            left.extend(target.to_bytes().split(|byte| *byte == b'/').rev().map(<[u8]>::to_vec));
        } else if left.is_empty() {
            let waits =
                if flags.contains(OFlags::PATH) { OFlags::empty() } else { OFlags::NONBLOCK };
            let flags = flags | OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | waits;
            return ours(rustix::fs::openat(at, part.as_slice(), flags, Mode::empty())?);
        } else {
            folder = Some(place);
        }
    }
    Err(Errno::INVAL)
}

/// The same through folders that are mounted over themselves, as containers have `/proc/sys` to make it read-only: the
/// file system is the same one then, and answers as the rest of it does. Neither how a folder is found nor what is asked
/// about it lets another file system be asked.
fn open_through(dir: BorrowedFd<'_>, path: &[u8]) -> Result<OwnedFd, Errno> {
    let mut parts = path.split(|byte| *byte == b'/');
    let name = parts.next_back().ok_or(Errno::INVAL)?;
    let mut folder: Option<OwnedFd> = None;
    for part in parts {
        let at = folder.as_ref().map_or(dir, AsFd::as_fd);
        let place = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let next = rustix::fs::openat(at, part, place, Mode::empty())?;
        if device(next.as_fd())? != device(dir)? {
            return Err(Errno::XDEV);
        }
        folder = Some(next);
    }
    open_beneath(folder.as_ref().map_or(dir, AsFd::as_fd), name, OFlags::empty())
}

/// The device of what is open, as it is known without asking anybody.
fn device(place: BorrowedFd<'_>) -> Result<(u32, u32), Errno> {
    standing(place).map(|(device, _)| device)
}

/// The same, with its mount: 0 before Linux 5.8, which tells nobody.
fn standing(place: BorrowedFd<'_>) -> Result<((u32, u32), u64), Errno> {
    let quiet = AtFlags::EMPTY_PATH | AtFlags::STATX_DONT_SYNC;
    let asked = StatxFlags::TYPE | StatxFlags::MNT_ID;
    let Statx { stx_dev_major, stx_dev_minor, stx_mnt_id, .. } =
        rustix::fs::statx(place, c"", quiet, asked)?;
    Ok(((stx_dev_major, stx_dev_minor), stx_mnt_id))
}

/// Reads until the end or until `cap` bytes are there.
pub(super) fn read_to_end(
    file: BorrowedFd<'_>,
    bytes: &mut Vec<u8>,
    cap: usize,
) -> Result<(), Errno> {
    bytes.clear();
    while bytes.len() < cap {
        // One byte of room is enough to see that a file ends where its reader thought.
        if bytes.len() == bytes.capacity() {
            bytes.reserve(4096);
        }
        match rustix::io::read(file, spare_capacity(bytes)) {
            Ok(0) => break,
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(cap);
    Ok(())
}

/// The same for what costs the kernel more the longer it is, within a time: a list of mounts on mounts takes the square of
/// their number. `true` if it was read to its end.
pub(super) fn read_within(
    file: BorrowedFd<'_>,
    bytes: &mut Vec<u8>,
    cap: usize,
    patience: Duration,
) -> Result<bool, Errno> {
    bytes.clear();
    let begun = Instant::now();
    while bytes.len() < cap && begun.elapsed() < patience {
        bytes.reserve(4096);
        match rustix::io::read(file, spare_capacity(bytes)) {
            Ok(0) => return Ok(true),
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
    // What stands in the last line alone may have been cut.
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    bytes.truncate(whole.min(cap));
    Ok(false)
}

/// The names in a directory, for the few that are not `/proc` itself.
pub(super) fn names(path: &Path) -> Vec<Vec<u8>> {
    let Ok(dir) = open_dir(path) else { return Vec::new() };
    let mut found = Vec::new();
    let mut buffer = Vec::with_capacity(PAGE);
    each_name(dir.as_fd(), &mut buffer, |name| found.push(name.to_vec())).ok();
    found.sort();
    found
}

/// The folders in a directory, without those that a link stands for.
pub(super) fn folders(path: &Path) -> Vec<OsString> {
    let Ok(dir) = open_dir(path) else { return Vec::new() };
    let (mut found, mut buffer) = (Vec::new(), Vec::with_capacity(PAGE));
    let mut entries = RawDir::new(dir.as_fd(), buffer.spare_capacity_mut());
    while let Some(Ok(entry)) = entries.next() {
        let name = entry.file_name().to_bytes();
        if entry.file_type() == FileType::Directory && name != b"." && name != b".." {
            found.push(OsString::from_vec(name.to_vec()));
        }
    }
    found
}

/// Calls `take` with each name in a directory.
pub(super) fn each_name(
    dir: BorrowedFd<'_>,
    buffer: &mut Vec<u8>,
    mut take: impl FnMut(&[u8]),
) -> Result<(), Errno> {
    names_while(dir, buffer, |name| {
        take(name);
        true
    })
}

/// Calls `take` with each name in a directory, until it says `false`.
pub(super) fn names_while(
    dir: BorrowedFd<'_>,
    buffer: &mut Vec<u8>,
    mut take: impl FnMut(&[u8]) -> bool,
) -> Result<(), Errno> {
    buffer.clear();
    let space: &mut [MaybeUninit<u8>] = buffer.spare_capacity_mut();
    let mut entries = RawDir::new(dir, space);
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." && !take(name) {
            break;
        }
    }
    Ok(())
}

/// Reads below one `/proc`, with buffers of its own: one for each thread.
pub(super) struct Reader<'p> {
    proc: BorrowedFd<'p>,
    path: Vec<u8>,
    text: Vec<u8>,
    listing: Vec<u8>,
}

impl<'p> Reader<'p> {
    /// A reader below the directory `proc`.
    pub(super) fn new(proc: BorrowedFd<'p>) -> Self {
        Self {
            proc,
            path: Vec::with_capacity(64),
            text: Vec::with_capacity(PAGE),
            listing: Vec::new(),
        }
    }

    /// Every pid in the listing, lowest first.
    pub(super) fn pids(&mut self, pids: &mut Vec<u32>) -> Result<(), Errno> {
        pids.clear();
        rustix::fs::seek(self.proc, SeekFrom::Start(0))?;
        each_name(self.proc, &mut self.text, |name| pids.extend(text::whole_number(name)))?;
        if !pids.is_sorted() {
            pids.sort_unstable();
        }
        pids.dedup();
        Ok(())
    }

    /// What one read of `/proc/PID/name` gives.
    pub(super) fn file(&mut self, door: impl Into<Door>, name: &str) -> Result<&[u8], Errno> {
        self.aim(door, name);
        self.here()
    }

    /// What one read of `/proc/PID/fdinfo/FD` gives.
    pub(super) fn fdinfo(&mut self, door: impl Into<Door>, fd: u32) -> Result<&[u8], Errno> {
        self.aim(door, "fdinfo/");
        write!(self.path, "{fd}").ok();
        self.here()
    }

    /// The text of the link `/proc/PID/name`, which is not followed.
    pub(super) fn link(&mut self, door: impl Into<Door>, name: &str) -> Result<&[u8], Errno> {
        self.aim(door, name);
        self.text.clear();
        let (path, room) = (self.path.as_slice(), spare_capacity(&mut self.text));
        rustix::fs::readlinkat_raw(self.proc, path, room)?;
        Ok(&self.text)
    }

    /// A file of `/proc` itself, to its end: some of them give a page at a time, others grow with the machine.
    pub(super) fn top(&mut self, name: &str) -> Result<&[u8], Errno> {
        self.path.clear();
        self.path.extend_from_slice(name.as_bytes());
        let file = match open_beneath(self.proc, &self.path, OFlags::empty()) {
            Err(Errno::XDEV) => open_through(self.proc, &self.path)?,
            opened => opened?,
        };
        read_to_end(file.as_fd(), &mut self.text, MOST_TOP)?;
        Ok(&self.text)
    }

    fn here(&mut self) -> Result<&[u8], Errno> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let file = rustix::fs::openat(self.proc, self.path.as_slice(), flags, Mode::empty())?;
        self.text.clear();
        rustix::io::read(&file, spare_capacity(&mut self.text))?;
        Ok(&self.text)
    }

    /// Calls `take` with the number and the target of every open file, as many as one look may; fails where they may be
    /// listed, but not looked at. The targets are read as links and never followed: a file system that hangs would hang us.
    pub(super) fn open_files(
        &mut self,
        door: impl Into<Door>,
        take: impl FnMut(u32, &[u8]),
    ) -> Result<(), Errno> {
        self.open_files_from(door, 0, take).map(drop)
    }

    /// The same from one number on; the number at which the next look goes on if [`MOST_OPEN_FILES`] are not all.
    pub(super) fn open_files_from(
        &mut self,
        door: impl Into<Door>,
        from: u32,
        mut take: impl FnMut(u32, &[u8]),
    ) -> Result<Option<u32>, Errno> {
        self.aim(door, "fd");
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = rustix::fs::openat(self.proc, self.path.as_slice(), flags, Mode::empty())?;
        if from > 0 {
            // The place of a file in this folder is its number, behind the two dots.
            rustix::fs::seek(&dir, SeekFrom::Start(u64::from(from) + 2))?;
        }
        let (target, mut left, mut next) = (&mut self.text, MOST_OPEN_FILES, None);
        let mut denied = None;
        self.listing.reserve(8192);
        names_while(dir.as_fd(), &mut self.listing, |name| {
            let Some(fd) = text::whole_number(name) else { return true };
            if left == 0 {
                next = Some(fd);
                return false;
            }
            left -= 1;
            target.clear();
            match rustix::fs::readlinkat_raw(&dir, name, spare_capacity(target)) {
                Ok(_) => take(fd, target),
                // Who may list them may not look at them by that; what keeps us from one keeps us from all.
                Err(why @ (Errno::ACCESS | Errno::PERM)) => denied = Some(why),
                // It is closed by now.
                Err(_) => {}
            }
            denied.is_none()
        })?;
        denied.map_or(Ok(next), Err)
    }

    /// Up to `most` threads of a process, from that place in their list on.
    pub(super) fn threads(&mut self, pid: u32, from: u64, most: usize) -> Result<Vec<u32>, Errno> {
        self.aim(pid, "task");
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = rustix::fs::openat(self.proc, self.path.as_slice(), flags, Mode::empty())?;
        if from > 0 {
            // The first one stands behind the two dots.
            rustix::fs::seek(&dir, SeekFrom::Start(from.saturating_add(2)))?;
        }
        let mut threads = Vec::new();
        self.listing.reserve(8192);
        names_while(dir.as_fd(), &mut self.listing, |name| {
            threads.extend(text::whole_number(name));
            threads.len() < most
        })?;
        Ok(threads)
    }

    fn aim(&mut self, door: impl Into<Door>, name: &str) {
        self.path.clear();
        // Writing into a vector cannot fail.
        write!(self.path, "{}/{name}", door.into()).ok();
    }
}
