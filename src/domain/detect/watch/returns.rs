//! Who comes back: a process that was spoken against has ended, and another one runs the same.
//!
//! Invariant: bounded; only who is suspect by something else is remembered.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Gathered;
use super::respawn::{called, is_accused};
use crate::domain::base::{Pid, ProcessId};
use crate::domain::detect::{FactSource, Grade, Reason, Rule, Subject};
use crate::domain::facts::{Process, Snapshot};
use crate::domain::untrusted::Untrusted;

/// Whoever comes back later than this is not called the same.
const PATIENCE_MS: u64 = 15 * 60_000;
/// More that ended are not remembered.
const MOST: usize = 1024;

/// What it runs: the executable and the arguments.
type Deed = Box<[u8]>;

/// Those that are spoken against, and those that ended.
#[derive(Debug, Default)]
pub(super) struct Returns {
    here: HashMap<ProcessId, Deed>,
    ended: BTreeMap<Deed, (u64, Pid)>,
    back: HashMap<ProcessId, Reason>,
}

impl Returns {
    /// Says of whoever runs what another one ran that has ended: when, and who started it again.
    pub(super) fn see(&mut self, snapshot: &Snapshot, gathered: &mut Gathered) {
        // A look that could not list anybody saw nobody end.
        if snapshot.processes.is_empty() {
            return;
        }
        let now = snapshot.moment.boot_ms;
        let gone: Vec<ProcessId> =
            self.here.keys().copied().filter(|id| snapshot.process(*id).is_none()).collect();
        for id in gone {
            self.back.remove(&id);
            let deed = self.here.remove(&id).filter(|_| self.ended.len() < MOST);
            self.ended.extend(deed.map(|deed| (deed, (now, id.pid))));
        }
        self.ended.retain(|_, (at, _)| now.saturating_sub(*at) <= PATIENCE_MS);
        for (subject, told) in &mut *gathered {
            let Subject::Process(id) = subject else { continue };
            let Some(process) = snapshot.process(*id).filter(|_| is_accused(told)) else {
                continue;
            };
            if !self.here.contains_key(id) {
                let deed = deed(process);
                let back = self.ended.get(&deed).map(|ended| came_back(process, *ended, snapshot));
                self.back.extend(back.map(|reason| (*id, reason)));
                self.here.insert(*id, deed);
            }
            told.extend(self.back.get(id).map(|reason| (Grade::Noted, reason.clone())));
        }
    }
}

fn deed(process: &Process) -> Deed {
    let exe = process.exe.known().map_or(process.comm.bytes(), Untrusted::bytes);
    let command = process.command.known().map(Untrusted::bytes).unwrap_or_default();
    [exe, command].join(&0).into()
}

/// `pid 4242, 3 s later, by 917 cron`
fn came_back(process: &Arc<Process>, (at, before): (u64, Pid), snapshot: &Snapshot) -> Reason {
    let after = snapshot.moment.boot_ms.saturating_sub(at) / 1000;
    let mut value = format!("pid {before}, {after} s, ").into_bytes();
    match process.around.ancestors.first() {
        Some(parent) => value.extend(called(parent.id.pid, &parent.comm)),
        None => value.extend_from_slice(process.parent.to_string().as_bytes()),
    }
    Reason { rule: Rule::CameBack, value: Untrusted::new(value), source: FactSource::Ancestry }
}
