//! What a driver or a tool reports of a process that it knows by its number alone.

use std::collections::HashMap;

use crate::domain::base::{Moment, Pid};
use crate::domain::facts::{GpuHolder, GpuSourceKind, GpuUnlisted, Process, Reading};
use crate::domain::untrusted::Untrusted;
use std::sync::Arc;

/// So long the list of processes must lack a number before that is said: an answer may be as old as the
/// interval in which it is asked for, and its process ended meanwhile.
const PATIENCE_MS: u64 = 12_000;

/// One process on one device.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::host::probe) struct Report {
    /// Its number.
    pub(in crate::host::probe) pid: u32,
    /// Name of the device.
    pub(in crate::host::probe) card: Untrusted,
    /// The device, or the part of it that is meant.
    pub(in crate::host::probe) device: Untrusted,
    /// Busy percent that it causes.
    pub(in crate::host::probe) busy: Reading<f32>,
    /// Bytes of device memory that it holds.
    pub(in crate::host::probe) memory: Reading<u64>,
    /// Who told.
    pub(in crate::host::probe) source: GpuSourceKind,
}

/// Numbers that the list of processes lacks, and since when.
#[derive(Debug, Default)]
pub(super) struct Missing(HashMap<(u32, GpuSourceKind), u64>);

impl Report {
    /// Adds what another row says of the same process: one may know what the other does not.
    pub(super) fn add(&mut self, busy: Reading<f32>, memory: Reading<u64>) {
        more(&mut self.busy, busy);
        more(&mut self.memory, memory);
    }
}

impl Missing {
    /// Puts every report to the holder that it is about, or beside them; gives those about nobody.
    pub(super) fn sort(
        &mut self,
        moment: Moment,
        reports: impl Iterator<Item = Report>,
        rows: &[Arc<Process>],
        holders: &mut Vec<GpuHolder>,
    ) -> Vec<GpuUnlisted> {
        let (mut unlisted, mut still) = (Vec::new(), HashMap::new());
        for report in reports {
            let at = rows.binary_search_by_key(&report.pid, |process| process.id.pid.0);
            if let Some(process) = at.ok().and_then(|at| rows.get(at)) {
                join(process, report, holders);
                continue;
            }
            let key = (report.pid, report.source);
            let since = self.0.get(&key).copied().unwrap_or(moment.boot_ms);
            still.insert(key, since);
            if moment.boot_ms.saturating_sub(since) >= PATIENCE_MS {
                let Report { pid, card, busy, memory, source, .. } = report;
                unlisted.push(GpuUnlisted { pid: Pid(pid), card, busy, memory, source });
            }
        }
        self.0 = still;
        unlisted
    }
}

fn join(process: &Process, report: Report, holders: &mut Vec<GpuHolder>) {
    let mut same = holders.iter_mut().filter(|it| it.process == process.id);
    if let Some(holder) = same.find(|it| it.card == report.card && !it.card.is_empty()) {
        more(&mut holder.busy, report.busy);
        more(&mut holder.memory, report.memory);
        holder.source = report.source;
        return;
    }
    let Report { card, device, busy, memory, source, .. } = report;
    holders.push(GpuHolder { card, busy, memory, ..GpuHolder::of(process.id, device, source) });
}

/// The larger of two readings: what one source does not count, it leaves out.
fn more<T: PartialOrd>(known: &mut Reading<T>, told: Reading<T>) {
    let is_more = match (known.known(), told.known()) {
        (Some(known), Some(told)) => told > known,
        (Some(_), None) => false,
        (None, _) => !told.is_unknown(),
    };
    if is_more {
        *known = told;
    }
}

/// A value, if there was one.
pub(super) fn say<T>(value: Option<T>) -> Reading<T> {
    value.map_or(Reading::Unknown, Reading::Known)
}
