//! The members of control groups: the kernel's own lists of processes and threads, apart from `/proc`.
//!
//! Invariant: bounded. Folders are opened by name below the hierarchy, no link is followed, and as many are
//! visited and as many members kept as the limits say.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::host::probe::tree::Reader;
use crate::host::probe::{text, tree};

/// Folders that are visited.
const MOST_GROUPS: usize = 8192;
/// Members that are kept.
const MOST_MEMBERS: usize = 1 << 20;
/// More of one list is not read.
const MOST_BYTES: usize = 8 << 20;
/// Every process is in the second version of the groups where that is mounted, and in each hierarchy of the first.
const HIERARCHIES: [&str; 5] = ["", "unified", "systemd", "pids", "memory"];
/// Members without a place in the list of `/proc` that are read again.
const MOST_AGAIN: usize = 1024;
/// Listings that one must be missing from.
const LISTINGS: u32 = 3;
const LIST: &str = "cgroup.procs";
/// Threads, by version of the groups.
const THREADS: [&str; 2] = ["cgroup.threads", "tasks"];

/// A process or a thread, and the group that lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// Who.
    pub(super) pid: u32,
    /// Path of the group below its hierarchy.
    pub(super) group: Arc<Path>,
}

/// Where one stands among members that are sorted as [`walk`] sorts them.
pub(super) fn member(members: &[Member], pid: u32) -> Option<&Member> {
    let at = members.partition_point(|member| member.pid < pid);
    members.get(at).filter(|member| member.pid == pid)
}

/// Every process below the first hierarchy that has lists, lowest first.
pub(super) fn members(root: &Path) -> Vec<Member> {
    walk(root, &[LIST])
}

/// Every thread, the first ones of processes too, lowest first.
pub(super) fn threads(root: &Path) -> Vec<Member> {
    walk(root, &THREADS)
}

/// Members that the list below `proc` lacks, lowest first.
///
/// Where numbers are soon given out again, who was a member in one walk and who is one in the next are two of whom each
/// has ended. So the group is read before and after each listing: its member lived all the while, since no number comes
/// round in that time.
pub(super) fn unlisted(root: &Path, proc: BorrowedFd<'_>, members: &[Member]) -> Vec<Member> {
    let (mut reader, mut list) = (Reader::new(proc), Vec::new());
    if reader.pids(&mut list).is_err() {
        return Vec::new();
    }
    let missing = members.iter().filter(|it| list.binary_search(&it.pid).is_err());
    let mut missing: Vec<Member> = missing.take(MOST_AGAIN).cloned().collect();
    let Some(top) = top(root).filter(|_| !missing.is_empty()) else { return Vec::new() };
    still_in_groups(&top, &mut missing);
    for _ in 0..LISTINGS {
        // Whoever cannot list cannot say who is missing.
        if missing.is_empty() || reader.pids(&mut list).is_err() {
            return Vec::new();
        }
        missing.retain(|it| list.binary_search(&it.pid).is_err());
        still_in_groups(&top, &mut missing);
    }
    missing
}

/// Leaves those whose groups list them now.
fn still_in_groups(top: &Path, members: &mut Vec<Member>) {
    let mut groups: BTreeMap<Arc<Path>, BTreeSet<u32>> = BTreeMap::new();
    members.retain(|it| {
        let listed = groups.entry(Arc::clone(&it.group)).or_insert_with(|| {
            let folder = top.join(it.group.strip_prefix("/").unwrap_or(&it.group));
            let list = tree::small_file(&folder.join(LIST), MOST_BYTES).unwrap_or_default();
            text::words(&list).filter_map(text::whole_number).collect()
        });
        listed.contains(&it.pid)
    });
}

/// The first hierarchy that has lists.
fn top(root: &Path) -> Option<PathBuf> {
    let hierarchy = HIERARCHIES.iter().map(|name| root.join(name));
    hierarchy.into_iter().find(|it| tree::exists(&it.join(LIST)))
}

/// Everybody in the first of these lists that a group has.
fn walk(root: &Path, lists: &[&str]) -> Vec<Member> {
    let Some(top) = top(root) else { return Vec::new() };
    let mut found = Vec::new();
    let mut waiting = VecDeque::from([PathBuf::new()]);
    let mut visited = 0;
    while let Some(group) = waiting.pop_front().filter(|_| visited < MOST_GROUPS) {
        visited += 1;
        let folder = top.join(&group);
        let list = lists.iter().find_map(|it| tree::small_file(&folder.join(it), MOST_BYTES).ok());
        let list = list.unwrap_or_default();
        let shared: Arc<Path> = Arc::from(Path::new("/").join(&group));
        // A process of another pid namespace has no number here: the list says 0.
        let pids = text::words(&list).filter_map(text::whole_number).filter(|pid| *pid > 0);
        found.extend(pids.map(|pid| Member { pid, group: Arc::clone(&shared) }));
        found.truncate(MOST_MEMBERS);
        waiting.extend(tree::folders(&folder).into_iter().map(|name| group.join(name)));
        waiting.truncate(MOST_GROUPS);
    }
    // Of the groups of one the first stays the first.
    found.sort_by_key(|member| member.pid);
    found
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn only_who_is_in_its_group_and_in_no_list_from_the_first_to_the_last_is_without_a_place() {
        let root = tempfile::tempdir().unwrap();
        let group = root.path().join("a.slice");
        std::fs::create_dir(&group).unwrap();
        std::fs::write(root.path().join(LIST), "").unwrap();
        let (hidden, ended, me) = (u32::MAX - 1, u32::MAX - 2, std::process::id());
        std::fs::write(group.join(LIST), format!("{me}\n{ended}\n{hidden}\n")).unwrap();
        let members = members(root.path());
        assert_eq!(members.len(), 3);
        // It has ended since the walk.
        std::fs::write(group.join(LIST), format!("{me}\n{hidden}\n")).unwrap();
        let proc = tree::open_dir(Path::new("/proc")).unwrap();
        let found = unlisted(root.path(), proc.as_fd(), &members);
        assert_eq!(found.iter().map(|it| it.pid).collect::<Vec<_>>(), [hidden]);
    }
}
