//! Rows of the process table for those that the list of `/proc` lacks.
//!
//! They are read like all others, by their number, and below a `/proc` of our own where we have one. Whoever
//! cannot be read in any way gets a row with its number, its CPU time, and nothing that is not known.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;
use std::time::Duration;

use super::cgroups::{self, Member};
use super::pids::has_folder;
use super::{calls, view};
use crate::domain::base::{Moment, Pid, ProcessId};
use crate::domain::facts::{Around, Examination, HiddenFrom, Process, Reading, RunState, Unread};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::clock;
use crate::host::probe::owners::Owners;
use crate::host::probe::processes::{Means, Processes};

/// A process that has to be shown although the list does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) pid: u32,
    pub(super) from: HiddenFrom,
    /// Inode of its pidfd, if that names it.
    pub(super) inode: u64,
    pub(super) first_seen_ms: u64,
}

/// The rows, from look to look.
pub(super) struct Rows {
    processes: Processes,
    proc: OwnedFd,
    /// Rows as they were read, and marked as hidden.
    marked: HashMap<u32, (Arc<Process>, Arc<Process>)>,
    /// CPU times of those that only have a clock.
    times: HashMap<u32, (Duration, u64)>,
    /// Members of control groups, as they were listed last.
    members: Arc<Vec<Member>>,
    shown: bool,
}

impl Rows {
    /// Reads them below `proc`; `None` if it does not open once more.
    pub(super) fn new(proc: OwnedFd, means: Means) -> Option<Self> {
        let again = view::again(&proc)?;
        Some(Self {
            processes: Processes::of_given(again, means),
            proc,
            marked: HashMap::new(),
            times: HashMap::new(),
            members: Arc::default(),
            shown: false,
        })
    }

    /// What the control groups say, if that was read: those that have no files may stand there.
    pub(super) fn take_members(&mut self, members: Option<Arc<Vec<Member>>>) {
        self.members = members.unwrap_or_default();
    }

    /// The rows of those that are wanted, who are given lowest pid first, and so are the rows; `table` are those of everybody else.
    pub(super) fn look(
        &mut self,
        wanted: &[Wanted],
        (moment, sockets): (Moment, bool),
        table: &[Arc<Process>],
        owners: &mut Owners,
        unread: &mut Vec<Unread>,
    ) -> Vec<Arc<Process>> {
        if wanted.is_empty() && !self.shown {
            return Vec::new();
        }
        // Once more when the last one has gone, so that its sockets are let go of.
        self.shown = !wanted.is_empty();
        let own = wanted.iter().map(|it| it.pid).filter(|pid| has_folder(&self.proc, *pid));
        self.processes.give(own.collect());
        let read = self.processes.look(moment, sockets, table, owners, unread);
        let is_wanted = |pid: &u32| wanted.binary_search_by_key(pid, |it| it.pid).is_ok();
        self.marked.retain(|pid, _| is_wanted(pid));
        self.times.retain(|pid, _| is_wanted(pid));
        let row = |it: &Wanted| {
            let at = read.binary_search_by_key(&it.pid, |process| process.id.pid.0);
            match at.ok().and_then(|at| read.get(at)) {
                Some(row) => {
                    self.times.remove(&it.pid);
                    Some(self.mark(row, it.from))
                }
                None => self.by_clock(it, moment),
            }
        };
        wanted.iter().filter_map(row).collect()
    }

    /// The table of those that have files.
    pub(super) const fn table(&self) -> &Processes {
        &self.processes
    }

    /// Reads one process in full; `None` if it is not there any more. Of one without files nothing can be read, and it is
    /// there as long as its clock is.
    pub(super) fn examine(&mut self, id: ProcessId, moment: Moment) -> Option<Examination> {
        if !self.times.contains_key(&id.pid.0) {
            return self.processes.examine(id, moment);
        }
        clock::cpu_time(id.pid.0).map(|_| Examination {
            id,
            moment,
            command: Reading::Unknown,
            environment: Reading::Unknown,
            maps: Reading::Unknown,
            transparent: Reading::Unknown,
            more_threads: 0,
            unread_threads: 0,
            threads: Reading::Unknown,
        })
    }

    /// The same row as long as nothing changed, so that a reader can compare pointers.
    fn mark(&mut self, row: &Arc<Process>, from: HiddenFrom) -> Arc<Process> {
        let known = self.marked.get(&row.id.pid.0);
        if let Some((_, marked)) = known.filter(|(before, _)| Arc::ptr_eq(before, row)) {
            return Arc::clone(marked);
        }
        let marked = Arc::new(Process { hidden: Some(from), ..Process::clone(row) });
        self.marked.insert(row.id.pid.0, (Arc::clone(row), Arc::clone(&marked)));
        marked
    }

    /// What the kernel still tells of a process that has no files.
    fn by_clock(&mut self, it: &Wanted, moment: Moment) -> Option<Arc<Process>> {
        let time = clock::cpu_time(it.pid)?;
        let before = self.times.insert(it.pid, (time, moment.boot_ms));
        let cpu = before.map_or(0.0, |(used, then)| {
            let over = Duration::from_millis(moment.boot_ms.saturating_sub(then).max(1));
            time.saturating_sub(used).as_secs_f32() / over.as_secs_f32() * 100.0
        });
        let group = cgroups::member(&self.members, it.pid);
        let cgroup = group.map(|member| Untrusted::new(member.group.as_os_str().as_bytes()));
        let cpus = calls::cpus(it.pid).map(Untrusted::from).unwrap_or_default();
        let around = Around { cgroup: cgroup.unwrap_or_default(), cpus, ..Around::default() };
        Some(Arc::new(Process {
            id: ProcessId { pid: Pid(it.pid), start: 0, inode: it.inode },
            uid: u32::MAX,
            cpu,
            cpu_ms: u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
            started_ms: it.first_seen_ms,
            state: RunState::Other('?'),
            nice: calls::nice(it.pid).unwrap_or_default(),
            around: Arc::new(around),
            hidden: Some(it.from),
            ..Process::default()
        }))
    }
}
