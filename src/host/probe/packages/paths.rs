//! Names of files as databases know them: a database may say `/bin/ps` where the file is `/usr/bin/ps`.
//!
//! Everything here is bytes: hundreds of thousands of names go through it.

use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path};

use crate::host::probe::Roots;

/// Folders that are links into `/usr` on most hosts of today, in the order in which they are put right.
const FOLDERS: [&str; 8] =
    ["bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr/sbin", "usr/lib64"];

/// Folders that are links to others, each with a slash at its end.
#[derive(Clone, Debug, Default)]
pub(super) struct Merged(Vec<(Vec<u8>, Vec<u8>)>);

impl Merged {
    /// What is merged below these roots.
    pub(super) fn of(roots: &Roots) -> Self {
        let link = |folder: &&str| {
            let target = rustix::fs::readlink(roots.at(folder), Vec::new()).ok()?;
            let from = Path::new("/").join(folder);
            let to = from.parent()?.join(OsStr::from_bytes(target.to_bytes()));
            let plain = to.components().all(|part| part != Component::ParentDir);
            let ended = |path: &Path| path.join("").into_os_string().into_vec();
            (plain && to != from).then(|| (ended(&from), ended(&to)))
        };
        Self(FOLDERS.iter().filter_map(link).collect())
    }

    /// The one name of a file, with its folders put right. A name without a beginning begins at the root.
    pub(super) fn normal(&self, path: &[u8]) -> Vec<u8> {
        let path = path.strip_prefix(b"./").unwrap_or(path);
        let root: &[u8] = if path.starts_with(b"/") { b"" } else { b"/" };
        let mut normal = [root, path].concat();
        for (from, to) in &self.0 {
            if let Some(rest) = normal.strip_prefix(&**from).filter(|rest| !rest.is_empty()) {
                normal = [to, rest].concat();
            }
        }
        normal
    }
}
