//! Names of files as databases know them: a database may say `/bin/ps` where the file is `/usr/bin/ps`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::host::probe::Roots;

/// Folders that are links into `/usr` on most hosts of today, in the order in which they are put right.
const FOLDERS: [&str; 8] =
    ["bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr/sbin", "usr/lib64"];

/// Folders that are links to others.
#[derive(Clone, Debug, Default)]
pub(super) struct Merged(Vec<(PathBuf, PathBuf)>);

impl Merged {
    /// What is merged below these roots.
    pub(super) fn of(roots: &Roots) -> Self {
        let link = |folder: &&str| {
            let target = rustix::fs::readlink(roots.at(folder), Vec::new()).ok()?;
            let target = Path::new(OsStr::from_bytes(target.to_bytes())).to_path_buf();
            let from = Path::new("/").join(folder);
            let to = from.parent()?.join(target);
            (to != from && !has_dots(&to)).then_some((from, to))
        };
        Self(FOLDERS.iter().filter_map(link).collect())
    }

    /// The one name of a file, with its folders put right. A name without a beginning begins at the root.
    pub(super) fn normal(&self, path: &[u8]) -> PathBuf {
        let path = path.strip_prefix(b".").filter(|rest| rest.starts_with(b"/")).unwrap_or(path);
        let mut normal = Path::new("/").join(OsStr::from_bytes(path));
        for (from, to) in &self.0 {
            if let Ok(rest) = normal.strip_prefix(from)
                && rest != Path::new("")
            {
                normal = to.join(rest);
            }
        }
        normal
    }
}

fn has_dots(path: &Path) -> bool {
    path.components().any(|part| matches!(part, std::path::Component::ParentDir))
}
