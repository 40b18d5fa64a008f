//! Programs that come before a packaged tool of the same name where the shell looks for it.
//!
//! Looked into are the folders that come first for root on most hosts, unless the program's own search path has them
//! behind those of the system; and what its own search path has before those. Nothing is said of what a package brought,
//! of a link that leads to a packaged file, and of what cannot be run.
//!
//! Deliberately absent: functions and aliases of a shell, which no file system knows.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use rustix::fs::FileType;

use super::{Inspector, names};
use crate::domain::facts::Packaged;
use crate::domain::untrusted::Untrusted;
use crate::host::probe::file::{behind_links, script};
use crate::host::probe::tree;

/// Folders that come before those of the system, for root or for everybody.
const USUAL: [&str; 4] = ["/root/.local/bin", "/root/bin", "/usr/local/sbin", "/usr/local/bin"];
/// More folders of a search path are not looked into.
const MOST_FOLDERS: usize = 32;
/// Anybody may run it.
const RUNS: u32 = 0o111;
/// The part of a mode that says who may do what.
const RIGHTS: u32 = 0o7777;

/// The folders that come before those of the system; `path` is the search path of this program, if it speaks of the host
/// that is looked at.
pub(super) fn folders(path: Option<&OsStr>) -> Vec<PathBuf> {
    let parts = path.unwrap_or_default().as_bytes().split(|byte| *byte == b':');
    let given: Vec<&Path> = parts.map(|it| Path::new(OsStr::from_bytes(it))).collect();
    let end = given.iter().position(|it| names::is_system(it)).unwrap_or(given.len());
    let (before, behind) = given.split_at(end);
    let usual = USUAL.iter().map(Path::new).filter(|it| !behind.contains(it));
    let mut folders: Vec<PathBuf> = Vec::new();
    for folder in before.iter().copied().filter(|it| it.is_absolute()).chain(usual) {
        if folders.len() < MOST_FOLDERS && !folders.iter().any(|it| it == folder) {
            folders.push(folder.to_owned());
        }
    }
    folders
}

impl Inspector {
    /// Every program that is run instead of a packaged tool, and what is to be said of it.
    pub(super) fn shadows(&self) -> BTreeMap<PathBuf, Untrusted> {
        let mut found = BTreeMap::new();
        for folder in &self.early {
            for name in tree::names(&self.roots.below(folder)) {
                let name = OsString::from_vec(name);
                if let Some(tool) = names::places(&name).find_map(|at| self.end_of(at))
                    && let Some(shown) = self.shadow(&folder.join(&name), &tool)
                {
                    found.insert(folder.join(&name), shown);
                }
            }
        }
        found
    }

    /// What comes before a tool, whose it is, and which tool; `None` if that is as it should be.
    fn shadow(&self, path: &Path, tool: &Path) -> Option<Untrusted> {
        let end = behind_links(&self.roots, path)?;
        let stat = rustix::fs::stat(self.roots.below(&end)).ok()?;
        let regular = FileType::from_raw_mode(stat.st_mode).is_file();
        if !regular || stat.st_mode & RUNS == 0 {
            return None;
        }
        let of_package = |path: &Path| {
            matches!(self.packages.judge(path), Packaged::Unchanged(_) | Packaged::Undigested(_))
        };
        if of_package(path) || (end != path && of_package(&end)) {
            return None;
        }
        let mut shown = format!("uid {} {:04o}", stat.st_uid, stat.st_mode & RIGHTS).into_bytes();
        if end != path {
            shown.extend_from_slice(b" -> ");
            shown.extend_from_slice(end.as_os_str().as_bytes());
        }
        if let Some(line) = script(&self.roots.below(&end)) {
            shown.extend([b"  ".as_slice(), &line].concat());
        }
        let owner = self.packages.owner(tool)?;
        let tool = tool.as_os_str().as_bytes();
        shown.extend([b"  < ".as_slice(), tool, b" ", owner.bytes()].concat());
        Some(Untrusted::new(shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders_of(path: Option<&str>) -> Vec<String> {
        let folders = folders(path.map(OsStr::new));
        folders.iter().map(|it| it.display().to_string()).collect()
    }

    #[test]
    fn what_comes_before_the_folders_of_the_system_counts_and_nothing_else() {
        let usual = ["/root/.local/bin", "/root/bin", "/usr/local/sbin", "/usr/local/bin"];
        assert_eq!(folders_of(None), usual);
        assert_eq!(folders_of(Some("/usr/sbin:/usr/bin")), usual);
        // As on some systems: root's own folder comes last, so what is there shadows nothing.
        let path = "/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin:/root/bin";
        assert_eq!(
            folders_of(Some(path)),
            ["/usr/local/sbin", "/usr/local/bin", "/root/.local/bin"]
        );
        let path = "bin::./x:/opt/site/bin:/usr/local/bin:/bin:/late";
        let expected = ["/opt/site/bin", "/usr/local/bin"];
        assert_eq!(folders_of(Some(path))[..2], expected);
        assert!(!folders_of(Some(path)).contains(&"/late".to_owned()));
    }

    #[test]
    fn a_search_path_without_end_is_bounded() {
        let long = (0..1_000).map(|it| format!("/opt/{it}")).collect::<Vec<_>>().join(":");
        assert_eq!(folders_of(Some(&long)).len(), MOST_FOLDERS);
    }
}
