//! Goes to a file name by name, so that a file system that does not answer is known by its device and left alone from then
//! on: a kernel that is asked for a whole path says only that it waits.
//!
//! Invariant: nothing leads out of the root, and nothing is opened but to be looked at. The kernel's own links, as
//! `/proc/self/exe`, are read as the text that they show.

use std::ffi::CString;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{FileType, Mode, OFlags};

use super::desk::Desk;
use super::open::{self, Device, Found};

/// More links, folders or names are in no path that anybody uses.
const MOST_LINKS: usize = 40;
const MOST_DEEP: usize = 128;
const MOST_NAMES: usize = 1024;

/// A regular file below a root, wherever links lead there; `None` if there is none, or nobody answers.
pub(super) fn file(desk: &Desk, root: BorrowedFd<'_>, path: &[u8]) -> Option<Found> {
    open::regular(reach(desk, root, path)?).ok()
}

/// A folder below it, and where it is.
pub(super) fn folder(
    desk: &Desk,
    root: BorrowedFd<'_>,
    path: &[u8],
) -> Option<(OwnedFd, Device, u64)> {
    let handle = reach(desk, root, path)?;
    let stat = open::looked_at(handle.as_fd()).ok()?;
    let is_folder = FileType::from_raw_mode(stat.stx_mode.into()) == FileType::Directory;
    is_folder.then_some((handle, (stat.stx_dev_major, stat.stx_dev_minor), stat.stx_ino))
}

fn reach(desk: &Desk, root: BorrowedFd<'_>, path: &[u8]) -> Option<OwnedFd> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    // Those that are still to be gone through, the next one last, and those that were.
    let mut names: Vec<Vec<u8>> = Vec::new();
    lead(&mut names, path);
    let mut above: Vec<OwnedFd> = Vec::new();
    let mut links = 0;
    while let Some(name) = names.pop() {
        if name == b".." {
            above.pop();
            continue;
        }
        let at = above.last().map_or(root, AsFd::as_fd);
        let stat = open::looked_at(at).ok()?;
        let device = (stat.stx_dev_major, stat.stx_dev_minor);
        let next =
            desk.asks(device, || rustix::fs::openat(at, &name[..], flags, Mode::empty()))?.ok()?;
        let stat = open::looked_at(next.as_fd()).ok()?;
        if FileType::from_raw_mode(stat.stx_mode.into()) == FileType::Symlink {
            let read = || rustix::fs::readlinkat(&next, c"", Vec::new()).map(CString::into_bytes);
            let target = desk.asks(device, read)?.ok()?;
            links += 1;
            if target.starts_with(b"/") {
                above.clear();
            }
            lead(&mut names, &target);
        } else {
            above.push(next);
        }
        if links > MOST_LINKS || above.len() > MOST_DEEP || names.len() > MOST_NAMES {
            return None;
        }
    }
    match above.pop() {
        Some(reached) => Some(reached),
        None => rustix::fs::openat(root, c".", OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).ok(),
    }
}

/// Puts the names of a path before those that are still to be gone through.
fn lead(names: &mut Vec<Vec<u8>>, path: &[u8]) {
    let parts = path.split(|byte| *byte == b'/').rev();
    names.extend(parts.filter(|it| !it.is_empty() && *it != b".").map(<[u8]>::to_vec));
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::*;

    fn content(root: &Path, path: &str) -> Option<u64> {
        let root = fs::File::open(root).unwrap();
        let desk = Desk::new(Vec::new());
        file(&desk, root.as_fd(), path.as_bytes()).map(|it| it.version.size)
    }

    #[test]
    fn links_lead_where_they_lead_for_whoever_lives_below_the_root_and_not_out_of_it() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::create_dir_all(at("a/b")).unwrap();
        fs::write(at("a/b/c"), "12345").unwrap();
        symlink("/a/b", at("absolute")).unwrap();
        symlink("../a/./b", at("a/relative")).unwrap();
        symlink("../../../../../../a/b/c", at("a/out")).unwrap();
        symlink("round", at("round")).unwrap();
        symlink(root.path().join("a/b/c"), at("outside")).unwrap();
        for path in ["/a/b/c", "a//b/./c", "/absolute/c", "a/relative/c", "a/out", "../a/b/../b/c"]
        {
            assert_eq!(content(root.path(), path), Some(5), "{path}");
        }
        for path in ["round", "outside", "a/b", "/", "", "a/b/c/d", "none"] {
            assert_eq!(content(root.path(), path), None, "{path}");
        }
        let desk = Desk::new(Vec::new());
        let opened = fs::File::open(root.path()).unwrap();
        let inode = |path: &[u8]| folder(&desk, opened.as_fd(), path).map(|it| it.2);
        assert!(inode(b"/absolute").is_some() && inode(b"absolute") == inode(b"a/b"));
        assert!(inode(b"/").is_some() && inode(b"/") == inode(b".."));
        assert_eq!(inode(b"a/b/c"), None);
    }
}
