//! What rarely changes about a process, read from its files, and shared by all rows that have the same.
//!
//! Every file here is printed without the memory of the process being locked, so that it cannot make reading slow.

use std::collections::HashSet;
use std::sync::Arc;

use super::container;
use crate::domain::facts::{Ancestor, Around, Namespaces, Process, Reading};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::door::Door;
use crate::host::probe::text::{self, Status};
use crate::host::probe::tree::Reader;

/// More ancestors are not kept.
pub(super) const MOST_ANCESTORS: usize = 16;
/// `loginuid` of whom nobody logged in.
const NOBODY: u32 = u32::MAX;

/// What `stat` and `status` say.
pub(super) fn of(session: u32, terminal: u32, status: &Status<'_>) -> Around {
    Around {
        session,
        terminal: text::terminal(terminal).map(Untrusted::from),
        capabilities: status.capabilities.map_or(Reading::Unknown, Reading::Known),
        seccomp: status.seccomp.map_or(Reading::Unknown, Reading::Known),
        cpus: Untrusted::new(status.cpus),
        ..Around::default()
    }
}

/// Adds what the other files and links say. Its ancestors are for the table to find.
pub(super) fn complete(around: &mut Around, door: Door, reader: &mut Reader<'_>) {
    let login = reader.file(door, "loginuid").ok().and_then(text::whole_number);
    around.login = login.filter(|login| *login != NOBODY);
    group(around, door, reader);
    let mut namespace = |name| {
        let link = reader.link(door, name).ok();
        link.and_then(text::namespace_inode).unwrap_or_default()
    };
    around.namespaces = Namespaces {
        cgroup: namespace("ns/cgroup"),
        ipc: namespace("ns/ipc"),
        mnt: namespace("ns/mnt"),
        net: namespace("ns/net"),
        pid: namespace("ns/pid"),
        user: namespace("ns/user"),
        uts: namespace("ns/uts"),
    };
}

/// Adds its control group, which others can change too.
pub(super) fn group(around: &mut Around, door: Door, reader: &mut Reader<'_>) {
    if let Ok(cgroup) = reader.file(door, "cgroup") {
        (around.cgroup, around.container) = container::parse(cgroup);
    }
}

/// What a row gets: what was read now with the ancestors that were known before, or what it had.
pub(super) fn settle(
    read: Option<Around>,
    old: Option<&Arc<Around>>,
    pool: &mut Pool,
) -> Arc<Around> {
    let Some(mut read) = read else { return old.map_or_else(Arc::default, Arc::clone) };
    if let Some(old) = old {
        read.ancestors.clone_from(&old.ancestors);
        return if **old == read { Arc::clone(old) } else { pool.share(read) };
    }
    // Its ancestors come next; only then it can be shared.
    Arc::new(read)
}

/// Who stands above a process now, the parent first. `find` gives the row of a pid, and whether its own ancestors are
/// known already: then those count, which may have died since.
pub(super) fn chain<'r>(
    of: &Process,
    find: impl Fn(u32) -> Option<(&'r Process, bool)>,
) -> Vec<Ancestor> {
    let mut chain = Vec::new();
    let (mut pid, mut start) = (of.parent.0, of.id.start);
    while let Some((above, known)) = find(pid) {
        // Whoever is younger has only the number of the parent.
        if above.id.start > start || chain.len() == MOST_ANCESTORS {
            break;
        }
        chain.push(Ancestor { id: above.id, comm: above.comm.clone() });
        if known {
            let rest = MOST_ANCESTORS - chain.len();
            chain.extend(above.around.ancestors.iter().take(rest).cloned());
            break;
        }
        (pid, start) = (above.parent.0, above.id.start);
    }
    chain
}

/// All that is known around processes, each once.
#[derive(Default)]
pub(super) struct Pool(HashSet<Arc<Around>>);

impl Pool {
    /// The one that is equal to `around`, which rows that have the same already point to.
    pub(super) fn share(&mut self, around: Around) -> Arc<Around> {
        if let Some(known) = self.0.get(&around) {
            return Arc::clone(known);
        }
        let new = Arc::new(around);
        self.0.insert(Arc::clone(&new));
        new
    }

    /// Lets go of what no row points to any more.
    pub(super) fn forget(&mut self) {
        self.0.retain(|it| Arc::strong_count(it) > 1);
    }
}
