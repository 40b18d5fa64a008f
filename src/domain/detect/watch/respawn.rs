//! Who brings it back: what starts by itself, parents, and loops of shells, joined to the processes that are spoken against. Whoever
//! kills a process should know before what will start it again.
//!
//! Source: jobs of cron, units with `Restart=`, containers with a restart policy and loops of shells are what brings miners
//! back within a minute (ATT&CK T1053.003, T1543.002, T1610). Known false alarms: none of its own; it speaks only of what
//! something else speaks against, and of an entry that a package brought, or that runs a package's program, not at all.

mod names;
mod parents;
mod shells;
mod starts;

use std::sync::Arc;

use super::Gathered;
use crate::domain::base::Pid;
use crate::domain::detect::rules::Told;
use crate::domain::detect::{FactSource, Grade, Reason, Rule, Subject};
use crate::domain::facts::{Persistence, Process, Snapshot};
use crate::domain::untrusted::Untrusted;
use shells::Shells;
use starts::starts;

/// A path shorter than this stands in too many texts.
const SHORTEST: usize = 6;
/// More of those that bring one process back are not named, nor more of those that one entry starts.
const MOST: usize = 8;

/// Who starts whom again, kept for as long as none of them changes.
#[derive(Debug, Default)]
pub(super) struct Respawn {
    accused: Vec<Arc<Process>>,
    persistence: Arc<Persistence>,
    started: Vec<(Subject, Told)>,
    shells: Shells,
}

impl Respawn {
    /// Says of each process that is spoken against what starts it again, and of what starts it that it does. Takes time
    /// for each of both once, whatever they are called.
    pub(super) fn join(&mut self, snapshot: &Snapshot, gathered: &mut Gathered) {
        let accused = gathered.iter().filter(|(_, told)| is_accused(told));
        let accused: Vec<Arc<Process>> = accused
            .filter_map(|(subject, _)| match subject {
                Subject::Process(id) => snapshot.process(*id).cloned(),
                Subject::Connection { .. } | Subject::Hiding { .. } | Subject::Autostart { .. } => {
                    None
                }
            })
            .collect();
        if accused.is_empty() {
            *self = Self::default();
            return;
        }
        let same = self.accused.len() == accused.len()
            && self.accused.iter().zip(&accused).all(|(one, other)| is_alike(one, other));
        if !same {
            self.shells.look_for(&accused);
        }
        if !same || !Arc::ptr_eq(&self.persistence, &snapshot.persistence) {
            self.started = starts(&snapshot.persistence, &accused);
            self.persistence = Arc::clone(&snapshot.persistence);
        }
        self.accused = accused;
        for (subject, told) in &self.started {
            gathered.entry(subject.clone()).or_default().push(told.clone());
        }
        self.shells.join(snapshot, gathered);
        parents::join(snapshot, &self.accused, gathered);
    }
}

/// Something speaks against it that is worth an alert.
pub(super) fn is_accused(told: &[Told]) -> bool {
    told.iter().any(|(grade, _)| *grade >= Grade::Suspect)
}

/// Nothing has changed of what is read here.
fn is_alike(one: &Arc<Process>, other: &Arc<Process>) -> bool {
    let around = |it: &Process, of: &Process| {
        Arc::ptr_eq(&it.around, &of.around)
            || it.around.cgroup == of.around.cgroup && it.around.container == of.around.container
    };
    Arc::ptr_eq(one, other)
        || one.id == other.id
            && one.parent == other.parent
            && one.comm == other.comm
            && one.command == other.command
            && one.exe == other.exe
            && around(one, other)
}

/// `4242 kworker`
pub(super) fn called(pid: Pid, comm: &Untrusted) -> Vec<u8> {
    let mut called = format!("{pid} ").into_bytes();
    called.extend_from_slice(comm.bytes());
    called
}

fn comes_back(by: Untrusted) -> Told {
    said(Grade::Noted, Rule::ComesBack, by)
}

fn said(grade: Grade, rule: Rule, value: Untrusted) -> Told {
    (grade, Reason { rule, value, source: FactSource::Persistence })
}
