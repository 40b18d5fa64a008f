//! Who holds which socket: inode to processes, kept from look to look.

use std::collections::{HashMap, HashSet};

use crate::domain::base::ProcessId;

/// Sockets and the processes that have a descriptor of them.
#[derive(Default)]
pub(super) struct Owners {
    by_inode: HashMap<u64, Vec<ProcessId>>,
    changed: HashSet<u64>,
}

impl Owners {
    /// A new look begins: nothing changed yet.
    pub(super) fn begin(&mut self) {
        self.changed.clear();
    }

    /// A process held these sockets and holds those now. It may be another process under the same pid.
    pub(super) fn pass(
        &mut self,
        old: Option<ProcessId>,
        before: &[u64],
        new: Option<ProcessId>,
        after: &[u64],
    ) {
        if old == new && before == after {
            return;
        }
        let kept = |inode: &u64, others: &[u64]| old == new && others.binary_search(inode).is_ok();
        if let Some(old) = old {
            for inode in before.iter().filter(|inode| !kept(inode, after)) {
                self.remove(*inode, old);
            }
        }
        if let Some(new) = new {
            for inode in after.iter().filter(|inode| !kept(inode, before)) {
                self.add(*inode, new);
            }
        }
    }

    /// Its owners, lowest pid first.
    pub(super) fn of(&self, inode: u64) -> &[ProcessId] {
        self.by_inode.get(&inode).map_or(&[], Vec::as_slice)
    }

    /// It has other owners than at the look before.
    pub(super) fn changed(&self, inode: u64) -> bool {
        self.changed.contains(&inode)
    }

    fn add(&mut self, inode: u64, id: ProcessId) {
        let owners = self.by_inode.entry(inode).or_default();
        if let Err(at) =
            owners.binary_search_by_key(&(id.pid, id.start), |owner| (owner.pid, owner.start))
        {
            owners.insert(at, id);
            self.changed.insert(inode);
        }
    }

    fn remove(&mut self, inode: u64, id: ProcessId) {
        let Some(owners) = self.by_inode.get_mut(&inode) else { return };
        owners.retain(|owner| *owner != id);
        if owners.is_empty() {
            self.by_inode.remove(&inode);
        }
        self.changed.insert(inode);
    }
}
