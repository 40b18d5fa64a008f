//! Who belongs to the responder: the program itself, and what runs in the same login.
//!
//! Invariant: told by the kernel alone (whose child it is, which session and which terminal it is in), never by a name.
//! It takes weight from words only: whoever starts a miner in the responder's own shell is found by what it does.

use std::sync::Arc;

use super::{Process, Snapshot};
use crate::domain::base::ProcessId;

/// Who belongs to the responder, in one snapshot.
#[derive(Clone, Debug, Default)]
pub struct Ours {
    /// The program itself.
    me: Option<Arc<Process>>,
    /// It, those of its parents and children that run the same file, and other screens.
    selves: Vec<ProcessId>,
    /// Who holds the connection that the responder came by.
    doors: Vec<ProcessId>,
}

impl Ours {
    /// Those of this snapshot.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        let own = snapshot.own.process;
        let me = own.and_then(|own| {
            let at = snapshot.processes.binary_search_by_key(&own.pid, |it| it.id.pid).ok()?;
            snapshot.processes.get(at).filter(|it| it.id.start == own.start).cloned()
        });
        let carries = snapshot.sockets.iter().filter(|it| it.own);
        let mut doors: Vec<ProcessId> = carries.flat_map(|it| it.owners.clone()).collect();
        doors.sort_unstable();
        doors.dedup();
        let selves = me.as_ref().map(|me| selves(me, snapshot)).unwrap_or_default();
        Self { me, selves, doors }
    }

    /// These are the same as those: what was said of anybody by them still holds.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let id = |it: &Self| it.me.as_ref().map(|me| me.id);
        id(self) == id(other) && self.doors == other.doors
    }

    /// The program itself, the helpers that it is in, and the same program on other screens.
    #[must_use]
    pub fn selves(&self) -> &[ProcessId] {
        &self.selves
    }

    /// It runs in the responder's own login.
    #[must_use]
    pub fn has(&self, process: &Process) -> bool {
        let around = &process.around;
        let came = self.doors.contains(&process.id)
            || around.ancestors.iter().any(|it| self.doors.contains(&it.id));
        came || self.me.as_ref().is_some_and(|me| {
            let mine = &me.around;
            let mounts = around.namespaces.mnt;
            // In a container there are terminals of the same names.
            let desk = around.terminal.is_some()
                && around.terminal == mine.terminal
                && mounts != 0
                && mounts == mine.namespaces.mnt;
            let above =
                around.terminal.is_some() && mine.ancestors.iter().any(|it| it.id == process.id);
            let session = around.session != 0 && around.session == mine.session;
            process.id == me.id || session || desk || above
        })
    }
}

fn selves(me: &Arc<Process>, snapshot: &Snapshot) -> Vec<ProcessId> {
    let below =
        |it: &Process, above: ProcessId| it.around.ancestors.iter().any(|up| up.id == above);
    let same = |it: &Process| {
        it.exe.known().is_some() && it.exe == me.exe && (below(it, me.id) || below(me, it.id))
    };
    let all = snapshot.processes.iter();
    let all = all.filter(|it| it.id == me.id || same(it) || is_screen(it, me, snapshot));
    all.map(|it| it.id).collect()
}

/// Another screen runs the same program: told by the digest of what it runs. Until both are known, the path and the mounts
/// that it is seen through tell; something may be mounted over that path, and then the digest shows it.
fn is_screen(it: &Process, me: &Process, snapshot: &Snapshot) -> bool {
    let digest = |id| snapshot.evidence.of(id).and_then(|trace| trace.digest);
    if let (Some(its), Some(own)) = (digest(it.id), digest(me.id)) {
        return its == own;
    }
    let mounts = me.around.namespaces.mnt;
    let there = it.exe.known().is_some() && it.exe == me.exe;
    there && !it.exe_deleted && mounts != 0 && it.around.namespaces.mnt == mounts
}
