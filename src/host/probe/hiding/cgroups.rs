//! The members of control groups: the kernel's own lists of processes and threads, apart from `/proc`.
//!
//! Invariant: bounded. Folders are opened by name below the hierarchy, no link is followed, and as many are
//! visited and as many members kept as the limits say.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::host::probe::{text, tree};

/// Folders that are visited.
const MOST_GROUPS: usize = 8192;
/// Members that are kept.
const MOST_MEMBERS: usize = 1 << 20;
/// More of one list is not read.
const MOST_BYTES: usize = 8 << 20;
/// Every process is in the second version of the groups where that is mounted, and in each hierarchy of the first.
const HIERARCHIES: [&str; 5] = ["", "unified", "systemd", "pids", "memory"];
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

/// Everybody in the first of these lists that a group has.
fn walk(root: &Path, lists: &[&str]) -> Vec<Member> {
    let hierarchy = HIERARCHIES.iter().map(|name| root.join(name));
    let Some(top) = hierarchy.into_iter().find(|it| tree::exists(&it.join(LIST))) else {
        return Vec::new();
    };
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
