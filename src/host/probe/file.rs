//! How a file stands that is run or loaded in place of others: whose it is, and who may change it.
//!
//! Invariant: what is told is of the file behind all links, since that is what runs. It may wait for a file system, so it
//! is asked by threads with time alone.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{FileType, Stat};

use super::{Roots, tree};
use crate::domain::facts::FileStanding;
use crate::domain::untrusted::Untrusted;

/// Links that lead to a file, one after the other.
pub(super) const MOST_LINKS: usize = 8;
/// As much is shown of the first line of a script.
const FIRST_LINE: usize = 64;
/// Everybody may write to it.
const OF_ALL: u32 = 0o002;
/// Its group may write to it.
const OF_GROUP: u32 = 0o020;
/// In such a folder only an owner takes away what is theirs.
const STICKY: u32 = 0o1000;

/// How the file behind this path stands; gone if nothing is there.
pub(super) fn standing(roots: &Roots, path: &Path) -> FileStanding {
    let gone = || FileStanding {
        path: Untrusted::new(path.as_os_str().as_bytes()),
        gone: true,
        ..FileStanding::default()
    };
    let Some(end) = behind_links(roots, path) else { return gone() };
    let Ok(stat) = rustix::fs::stat(roots.below(&end)) else { return gone() };
    let end = without_linked_folders(roots, end);
    let by_group = stat.st_mode & OF_GROUP != 0 && stat.st_gid != 0;
    FileStanding {
        uid: stat.st_uid,
        open: stat.st_mode & OF_ALL != 0 || by_group || is_in_open_folder(roots, &end),
        script: script(&roots.below(&end)).is_some(),
        gone: false,
        path: Untrusted::new(end.into_os_string().as_bytes()),
    }
}

/// Whoever may change a folder above it can put another file in its place.
fn is_in_open_folder(roots: &Roots, end: &Path) -> bool {
    let is_open = |stat: Stat| {
        let by_all = stat.st_mode & OF_ALL != 0 && stat.st_mode & STICKY == 0;
        stat.st_uid != 0 || by_all
    };
    let folders = end.ancestors().skip(1).filter(|it| it.parent().is_some());
    folders.filter_map(|it| rustix::fs::stat(roots.below(it)).ok()).any(is_open)
}

/// A folder can be a link too.
fn without_linked_folders(roots: &Roots, end: PathBuf) -> PathBuf {
    let root = std::fs::canonicalize(roots.below(Path::new("/")));
    let real = std::fs::canonicalize(roots.below(&end));
    let (Ok(root), Ok(real)) = (root, real) else { return end };
    real.strip_prefix(root).map_or(real.clone(), |it| Path::new("/").join(it))
}

/// Where the links end that begin with this name; `None` if they do not.
pub(super) fn behind_links(roots: &Roots, path: &Path) -> Option<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = rustix::fs::readlink(roots.below(&path), Vec::new()) else {
            return Some(path);
        };
        path = without_dots(&path.parent()?.join(OsStr::from_bytes(target.to_bytes())));
    }
    None
}

/// The first line of a script: who runs it.
pub(super) fn script(path: &Path) -> Option<Vec<u8>> {
    let stat = rustix::fs::lstat(path).ok()?;
    let regular = FileType::from_raw_mode(stat.st_mode).is_file();
    let beginning = regular.then(|| tree::small_file(path, FIRST_LINE).ok())??;
    let line = beginning.split(|byte| *byte == b'\n').next()?;
    line.starts_with(b"#!").then(|| line.to_vec())
}

/// A path without `.` and `..` in it, as the text says it.
pub(super) fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other @ (Component::Prefix(_) | Component::RootDir | Component::Normal(_)) => {
                plain.push(other);
            }
        }
    }
    plain
}
