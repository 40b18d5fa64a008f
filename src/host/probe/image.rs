//! Files that lie in a mounted image where miners and what they are told lie: volatile places, homes, `/opt` and the like.
//!
//! Invariant: bounded in folders, files and bytes, and what is left out is counted. Nothing outside of the image is read:
//! no link is followed, no other mount is entered, and nothing is opened but folders and regular files. Deliberately
//! absent: what a package brought elsewhere; the package database knows that.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{Dir, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use super::tree;

/// Where to look, below the root.
const PLACES: [&str; 12] = [
    "tmp",
    "var/tmp",
    "dev/shm",
    "run",
    "root",
    "home",
    "opt",
    "srv",
    "etc",
    "usr/local",
    "var/www",
    "var/lib",
];
/// Folders that are visited, and how deep.
const MOST_FOLDERS: usize = 20_000;
const DEEPEST: usize = 12;
/// Files that are read, and bytes of each and of all.
const MOST_FILES: usize = 50_000;
const MOST_BYTES: u64 = 128 << 10;
const MOST_OF_ALL: u64 = 512 << 20;

/// A file of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lying {
    /// Its path, as it is in the image.
    pub path: Vec<u8>,
    /// What it says; empty if it is longer than a configuration is.
    pub content: Vec<u8>,
    /// Somebody may run it.
    pub executable: bool,
}

/// Calls `take` with each file that lies there; how many folders and files were left out.
pub fn lying(root: &Path, take: &mut dyn FnMut(&Lying)) -> Result<usize, Errno> {
    let root = tree::open_dir(root)?;
    let mut walk = Walk { root: root.as_fd(), folders: 0, files: 0, bytes: 0, left_out: 0 };
    for place in PLACES {
        let mut waiting = VecDeque::from([(place.to_owned().into_bytes(), 0)]);
        while let Some((folder, depth)) = waiting.pop_front() {
            walk.folder(&folder, depth, &mut waiting, take);
        }
    }
    Ok(walk.left_out)
}

/// How far the walk has come.
struct Walk<'r> {
    root: BorrowedFd<'r>,
    folders: usize,
    files: usize,
    bytes: u64,
    left_out: usize,
}

impl Walk<'_> {
    fn folder(
        &mut self,
        folder: &[u8],
        depth: usize,
        waiting: &mut VecDeque<(Vec<u8>, usize)>,
        take: &mut dyn FnMut(&Lying),
    ) {
        if self.folders >= MOST_FOLDERS || depth > DEEPEST {
            self.left_out += 1;
            return;
        }
        self.folders += 1;
        let opened = match self.open(folder, OFlags::DIRECTORY) {
            Ok(opened) => opened,
            // Images lack what they do not need.
            Err(Errno::NOENT | Errno::NOTDIR) => return,
            Err(_) => return self.left_out += 1,
        };
        let Ok(entries) = Dir::read_from(&opened) else { return self.left_out += 1 };
        for entry in entries.flatten() {
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            let path = [folder, name].join(&b'/');
            let Ok(stat) = rustix::fs::statat(
                &opened,
                entry.file_name(),
                rustix::fs::AtFlags::SYMLINK_NOFOLLOW,
            ) else {
                continue;
            };
            match FileType::from_raw_mode(stat.st_mode) {
                FileType::Directory => waiting.push_back((path, depth + 1)),
                FileType::RegularFile => {
                    let size = u64::try_from(stat.st_size).unwrap_or(0);
                    self.file(&path, size, stat.st_mode & 0o111 != 0, take);
                }
                FileType::Symlink
                | FileType::Fifo
                | FileType::Socket
                | FileType::CharacterDevice
                | FileType::BlockDevice
                | FileType::Unknown => {}
            }
        }
    }

    fn file(&mut self, path: &[u8], size: u64, executable: bool, take: &mut dyn FnMut(&Lying)) {
        if self.files >= MOST_FILES {
            self.left_out += 1;
            return;
        }
        self.files += 1;
        let mut content = Vec::new();
        if (1..=MOST_BYTES).contains(&size) && self.bytes < MOST_OF_ALL {
            let cap = usize::try_from(MOST_BYTES).unwrap_or(usize::MAX);
            let read = self
                .open(path, OFlags::NONBLOCK)
                .and_then(|file| tree::read_again(file.as_fd(), &mut content, cap));
            if read.is_err() {
                self.left_out += 1;
            }
            self.bytes += size;
        }
        let path = [b"/".as_slice(), path].concat();
        take(&Lying { path, content, executable });
    }

    fn open(&self, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let ways = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_XDEV;
        rustix::fs::openat2(self.root, path, flags, Mode::empty(), ways)
    }
}
