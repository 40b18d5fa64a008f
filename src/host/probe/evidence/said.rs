//! What is said of what was not read: who did not answer, and whom there was no time or no room for.

use std::sync::Arc;

use super::desk::Part;
use super::{PARTS, Seeker, of};
use crate::domain::base::ProcessId;
use crate::domain::facts::{Gap, NotRead, Process, Unread};
use crate::host::probe::processes::Whom;

/// Of those that did not answer so many are named.
const MOST_TOLD: usize = 8;
/// Who waits for longer is said to: before that it is simply its turn soon.
const LONG_MS: u64 = 30_000;

impl Seeker {
    /// What was not read, though there was time for it.
    pub(super) fn say(&self, processes: &[Arc<Process>], unread: &mut Vec<Unread>) {
        let told = self.kept.failed.iter().take(MOST_TOLD);
        unread.extend(
            told.map(|((id, _), why)| Unread::source(format!("/proc/{}", id.pid), why.as_str())),
        );
        unread.extend(self.shunned.iter().take(MOST_TOLD).map(|(major, minor)| {
            let why = "did not answer, and is not asked for evidence again";
            Unread::source(format!("file system {major}:{minor}"), why)
        }));
        self.waiting(processes, LONG_MS, unread);
    }

    /// All of whom something was not read, however short they have waited: there will be no other look.
    pub(in crate::host::probe) fn left(&self, processes: &[Arc<Process>]) -> Vec<Unread> {
        let mut unread = Vec::new();
        if self.sieve.is_some() {
            self.waiting(processes, 0, &mut unread);
        }
        unread
    }

    fn waiting(&self, processes: &[Arc<Process>], least_ms: u64, unread: &mut Vec<Unread>) {
        let now = self.now.map_or(0, |now| now.boot_ms);
        let at_desk = self.desk.as_ref().filter(|_| least_ms == 0).map(|desk| desk.at_work());
        let at_desk = at_desk.unwrap_or_default();
        for (part, queue) in PARTS.iter().zip(&self.queues) {
            let mut ids = queue.since(now, least_ms);
            ids.extend(at_desk.iter().filter(|(_, it)| it == part).map(|(id, _)| *id));
            ids.extend(self.moved.iter().filter(|it| it.part == *part).map(|it| it.process.id));
            ids.sort_unstable();
            ids.dedup();
            let what = match part {
                Part::Files => NotRead::Files,
                Part::Program => NotRead::Programs,
                Part::Memory => NotRead::Memory,
            };
            unread.extend(gap(what, processes, &ids, 0));
        }
        let fresh = self.fresh.since(now, least_ms);
        unread.extend(gap(NotRead::Room, processes, &fresh, self.crowded));
        let large: Vec<_> = self.kept.large.iter().copied().collect();
        unread.extend(gap(NotRead::Large, processes, &large, 0));
        let let_go: Vec<_> = self.kept.let_go.iter().copied().collect();
        unread.extend(gap(NotRead::LetGo, processes, &let_go, 0));
        let rows = [(NotRead::ManyFiles, Part::Files), (NotRead::LongMemory, Part::Memory)];
        for (what, part) in rows {
            let whose = self.kept.in_part.iter().filter(|(_, it)| *it == part);
            let whose: Vec<_> = whose.map(|(id, _)| *id).collect();
            unread.extend(gap(what, processes, &whose, 0));
        }
    }
}

/// That this is missing of these, and of so many more.
fn gap(what: NotRead, processes: &[Arc<Process>], ids: &[ProcessId], more: u32) -> Option<Unread> {
    let there = ids.iter().filter_map(|id| of(processes, *id));
    let whom: Whom = there.map(|it| (it.id.pid.0, it.comm.clone())).collect();
    let count = u32::try_from(whom.count).unwrap_or(u32::MAX).saturating_add(more);
    let gap = Gap::NotRead(what, count);
    (count > 0).then(|| Unread { what: whom.names(), ..Unread::gap(gap) })
}
