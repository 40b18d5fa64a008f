//! What differs between two snapshots.
//!
//! Invariant: `Change::between(a, b).apply(a) == b`, or there is no `Change` and a keyframe is needed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::base::{Moment, Pid};
use crate::domain::facts::{
    Evidence, Gpu, Hiding, Host, Io, OtherSocket, Own, Persistence, Process, Reading, RunState,
    Site, Snapshot, Unread, Wire,
};
use crate::domain::session::telemetry::CodecError;
use crate::domain::session::telemetry::sockets::{self, Flowed, Part};
use crate::domain::session::telemetry::starts::{Searched, Starts};
use crate::domain::session::telemetry::traces::Traces;

/// What differs from the snapshot before.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Change {
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<Arc<Host>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    load: Option<Load>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu: Option<Arc<Gpu>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gone: Vec<Pid>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    moved: Vec<Moved>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    new: Vec<Arc<Process>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sockets: Option<Vec<Part>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flows: Vec<Flowed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    others: Option<Arc<Vec<OtherSocket>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hiding: Option<Arc<Hiding>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    searched: Option<Searched>,
    /// The whole of it, where `starts` cannot tell it, and in recordings of earlier versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    persistence: Option<Arc<Persistence>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    starts: Option<Starts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wire: Option<Arc<Wire>>,
    /// The whole of it, where `traces` cannot tell it, and in recordings of earlier versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Arc<Evidence>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traces: Option<Traces>,
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<Arc<Site>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    own: Option<Arc<Own>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unread: Option<Vec<Unread>>,
}

/// The figures of a host that change all the time: `cpus`, `cpu`, `load`, `memory_used`, `swap_used`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Load(Vec<f32>, f32, [f32; 3], u64, u64);

/// The figures of a process that change as it works: pid, `state`, `cpu`, what was added to `cpu_ms` and to
/// `memory`, `threads`, and, where there is any, what was added to the rest. Differences are small and alike, so they
/// compress to half of the sums.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Moved(
    Pid,
    RunState,
    f32,
    i64,
    i64,
    u32,
    #[serde(default, skip_serializing_if = "Option::is_none")] Option<Added>,
);

/// What was added to the bytes read from storage, to those written, and to those of huge pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Added(i64, i64, i64);

impl Change {
    /// `None` if the rows are not in an order that a change can tell.
    pub(super) fn between(before: &Snapshot, now: &Snapshot) -> Option<Self> {
        if !(in_order(&before.processes) && in_order(&now.processes)) {
            return None;
        }
        let mut change = Self::default();
        change.host(before, now);
        change.processes(&before.processes, &now.processes);
        change.gpu = changed(&before.gpu, &now.gpu);
        change.others = changed(&before.others, &now.others);
        change.hiding(&before.hiding, &now.hiding);
        change.persistence(&before.persistence, &now.persistence);
        change.wire = changed(&before.wire, &now.wire);
        change.evidence(&before.evidence, &now.evidence);
        change.site = changed(&before.site, &now.site);
        change.own = changed(&before.own, &now.own);
        (change.sockets, change.flows) = sockets::between(&before.sockets, &now.sockets);
        change.unread = (before.unread != now.unread).then(|| now.unread.clone());
        Some(change)
    }

    /// The snapshot after `before`.
    pub(super) fn apply(self, before: Snapshot, moment: Moment) -> Result<Snapshot, CodecError> {
        let processes = self.processes_after(&before.processes)?;
        let host = match (self.host, self.load) {
            (Some(host), _) => host,
            (None, Some(load)) => Arc::new(load.on(&before.host)),
            (None, None) => before.host,
        };
        let mut sockets = match self.sockets {
            Some(parts) => sockets::joined(parts, &before.sockets)?,
            None => before.sockets,
        };
        sockets::flow_on(&mut sockets, &self.flows)?;
        let persistence = match (self.persistence, self.starts) {
            (Some(whole), _) => whole,
            (None, Some(starts)) => Arc::new(starts.apply(&before.persistence)?),
            (None, None) => before.persistence,
        };
        let hiding = match (self.hiding, self.searched) {
            (Some(whole), _) => whole,
            (None, Some(searched)) => Arc::new(searched.on(&before.hiding)),
            (None, None) => before.hiding,
        };
        let evidence = match (self.evidence, self.traces) {
            (Some(whole), _) => whole,
            (None, Some(traces)) => Arc::new(traces.on(&before.evidence)?),
            (None, None) => before.evidence,
        };
        Ok(Snapshot {
            moment,
            host,
            processes,
            sockets,
            others: self.others.unwrap_or(before.others),
            gpu: self.gpu.unwrap_or(before.gpu),
            hiding,
            persistence,
            wire: self.wire.unwrap_or(before.wire),
            evidence,
            site: self.site.unwrap_or(before.site),
            own: self.own.unwrap_or(before.own),
            unread: self.unread.unwrap_or(before.unread),
        })
    }

    fn host(&mut self, before: &Snapshot, now: &Snapshot) {
        if before.host != now.host {
            let load = Load::of(&now.host);
            if load.on(&before.host) == *now.host {
                self.load = Some(load);
            } else {
                self.host = Some(Arc::clone(&now.host));
            }
        }
    }

    fn hiding(&mut self, before: &Arc<Hiding>, now: &Arc<Hiding>) {
        let Some(whole) = changed(before, now) else { return };
        self.searched = Searched::between(before, now);
        self.hiding = self.searched.is_none().then_some(whole);
    }

    fn evidence(&mut self, before: &Arc<Evidence>, now: &Arc<Evidence>) {
        let Some(whole) = changed(before, now) else { return };
        self.traces = Traces::between(before, now);
        self.evidence = self.traces.is_none().then_some(whole);
    }

    fn persistence(&mut self, before: &Arc<Persistence>, now: &Arc<Persistence>) {
        let Some(whole) = changed(before, now) else { return };
        self.starts = Starts::between(before, now);
        self.persistence = self.starts.is_none().then_some(whole);
    }

    /// Walks both lists at once.
    fn processes(&mut self, before: &[Arc<Process>], now: &[Arc<Process>]) {
        let mut before = before.iter().peekable();
        for process in now {
            let pid = process.id.pid;
            while let Some(gone) = before.next_if(|old| old.id.pid < pid) {
                self.gone.push(gone.id.pid);
            }
            match before.next_if(|old| old.id.pid == pid) {
                Some(old) if Arc::ptr_eq(old, process) || old == process => {}
                Some(old) if Moved::between(old, process).on(old) == **process => {
                    self.moved.push(Moved::between(old, process));
                }
                _ => self.new.push(Arc::clone(process)),
            }
        }
        self.gone.extend(before.map(|gone| gone.id.pid));
    }

    fn processes_after(&self, before: &[Arc<Process>]) -> Result<Vec<Arc<Process>>, CodecError> {
        let find = |rows: &[Arc<Process>], pid| rows.binary_search_by_key(&pid, |row| row.id.pid);
        let mut rows = before.to_vec();
        for moved in &self.moved {
            let at = find(&rows, moved.0).map_err(|_| CodecError::Rows)?;
            let row = rows.get_mut(at).ok_or(CodecError::Rows)?;
            *row = Arc::new(moved.on(row));
        }
        for new in &self.new {
            match find(&rows, new.id.pid) {
                Ok(at) => *rows.get_mut(at).ok_or(CodecError::Rows)? = Arc::clone(new),
                Err(at) => rows.insert(at, Arc::clone(new)),
            }
        }
        if !self.gone.is_empty() {
            rows.retain(|row| self.gone.binary_search(&row.id.pid).is_err());
        }
        Ok(rows)
    }
}

impl Load {
    fn of(host: &Host) -> Self {
        Self(host.cpus.clone(), host.cpu, host.load, host.memory_used, host.swap_used)
    }

    fn on(&self, before: &Host) -> Host {
        let Self(cpus, cpu, load, memory_used, swap_used) = self;
        Host {
            cpus: cpus.clone(),
            cpu: *cpu,
            load: *load,
            memory_used: *memory_used,
            swap_used: *swap_used,
            ..before.clone()
        }
    }
}

impl Moved {
    fn between(before: &Process, now: &Process) -> Self {
        let Process { state, cpu, cpu_ms, memory, threads, .. } = *now;
        let cpu_ms = added(before.cpu_ms, cpu_ms);
        let memory = added(before.memory, memory);
        Self(now.id.pid, state, cpu, cpu_ms, memory, threads, Added::between(before, now))
    }

    fn on(&self, before: &Process) -> Process {
        let Self(_, state, cpu, cpu_ms, memory, threads, rest) = *self;
        let cpu_ms = before.cpu_ms.wrapping_add(cpu_ms.cast_unsigned());
        let memory = before.memory.wrapping_add(memory.cast_unsigned());
        let (io, huge) = rest.unwrap_or_default().on(before);
        Process { state, cpu, cpu_ms, memory, threads, io, huge, ..before.clone() }
    }
}

impl Added {
    /// `None` if nothing was. A figure that could not be read before or now is not told here, so that the row
    /// differs and is told as a whole.
    fn between(before: &Process, now: &Process) -> Option<Self> {
        let mut all = Self::default();
        if let (Reading::Known(then), Reading::Known(now)) = (&before.io, &now.io) {
            (all.0, all.1) = (added(then.read, now.read), added(then.written, now.written));
        }
        if let (Reading::Known(then), Reading::Known(now)) = (before.huge, now.huge) {
            all.2 = added(then, now);
        }
        (all != Self::default()).then_some(all)
    }

    fn on(self, before: &Process) -> (Reading<Io>, Reading<u64>) {
        let sum = |then: u64, more: i64| then.wrapping_add(more.cast_unsigned());
        let io = match before.io {
            Reading::Known(Io { read, written }) => {
                Reading::Known(Io { read: sum(read, self.0), written: sum(written, self.1) })
            }
            other @ (Reading::Denied | Reading::Blocked | Reading::Unknown) => other,
        };
        let huge = match before.huge {
            Reading::Known(then) => Reading::Known(sum(then, self.2)),
            other @ (Reading::Denied | Reading::Blocked | Reading::Unknown) => other,
        };
        (io, huge)
    }
}

const fn added(then: u64, now: u64) -> i64 {
    now.wrapping_sub(then).cast_signed()
}

/// The whole of it, if it is another one.
fn changed<T: PartialEq>(before: &Arc<T>, now: &Arc<T>) -> Option<Arc<T>> {
    (!Arc::ptr_eq(before, now) && before != now).then(|| Arc::clone(now))
}

/// By pid, and no pid twice.
fn in_order(processes: &[Arc<Process>]) -> bool {
    processes.is_sorted_by(|one, next| one.id.pid < next.id.pid)
}
