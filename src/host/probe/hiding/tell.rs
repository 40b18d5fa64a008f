//! What the views say, put together: which of it contradicts which.

use std::collections::HashMap;
use std::sync::Arc;

use super::files::Files;
use super::mounts::Cover;
use super::pids::{self, Hidden};
use super::preload;
use super::threads::Threads;
use super::{Hider, MOST_PRELOADED, PRELOAD, by_group};
use crate::domain::base::{Pid, ProcessId};
use crate::domain::facts::{
    Contradiction, ContradictionKind, HiddenFrom, Hiding, HostView, NotWhole, Process, Reading,
    Unread,
};
use crate::domain::untrusted::Untrusted;

/// The missing load is told in steps, so that it is not another one at every look.
const LOAD_STEP: f32 = 10.0;

impl Hider {
    /// Says what contradicts what at this look.
    pub(super) fn tell(
        &mut self,
        (rows, listed): (&[Arc<Process>], &[u32]),
        hidden: &[Hidden],
        boot_ms: u64,
        unread: &mut Vec<Unread>,
    ) {
        self.tell_processes(rows, hidden);
        self.tell_members(hidden, listed, boot_ms);
        if self.files.as_ref().is_none_or(Files::is_late) {
            let what = format!("/proc/self/mountinfo, /sys/fs/cgroup, {PRELOAD}");
            unread.push(Unread::part(what, NotWhole::Late));
        }
        self.tell_covers(rows, boot_ms, unread);
        for (id, worn) in self.wearers.settled(boot_ms) {
            let kind = ContradictionKind::KernelName;
            self.register.found(kind, Some(id), worn.name.clone(), worn.shown.clone(), boot_ms);
        }
        self.tell_preload(boot_ms, unread);
        self.tell_preloaded(rows, boot_ms, unread);
        if let (Some(since), Reading::Known(percent)) =
            (self.account.contradicts(), self.account.unexplained())
        {
            let steps = (percent / LOAD_STEP).floor() * LOAD_STEP;
            let shown = Untrusted::from(format!("{steps:.0} %"));
            self.register.found(ContradictionKind::Cpu, None, "/proc/stat", shown, since);
        }
    }

    /// Says how much there was no room for.
    pub(super) fn tell_left_out(&self, unread: &mut Vec<Unread>) {
        for (kind, more) in self.register.left_out() {
            let what = format!("{} (+{more})", shown_by(kind));
            unread.push(Unread::part(what, NotWhole::Entries));
        }
    }

    fn tell_processes(&mut self, rows: &[Arc<Process>], hidden: &[Hidden]) {
        for it in hidden {
            let row = row_of(rows, it.pid).filter(|row| row.hidden.is_some());
            // Who lies under a mount as well is told of there. That nothing gives a row is no reason to say nothing.
            let under = row.is_some_and(|row| row.hidden == Some(HiddenFrom::Mount));
            if under || (row.is_none() && !self.is_rowless(it.pid)) {
                continue;
            }
            let (what, shown) = (it.pid.to_string(), it.shown.clone());
            let (kind, process) = (ContradictionKind::Process, row.map(|row| row.id));
            self.register.found(kind, process, what, shown, it.first_seen_ms);
        }
    }

    /// Says whom only control groups know: the search asks the calls, and they deny him.
    fn tell_members(&mut self, hidden: &[Hidden], listed: &[u32], boot_ms: u64) {
        if !self.clocks_count() {
            return;
        }
        for (pid, group) in &self.grouped {
            let is_known = listed.binary_search(pid).is_ok()
                || hidden.iter().any(|it| it.pid == *pid)
                || pids::answers(*pid);
            if !is_known {
                let kind = ContradictionKind::Process;
                let shown = Untrusted::new(by_group(group));
                self.register.found(kind, None, pid.to_string(), shown, boot_ms);
            }
        }
    }

    /// Says which processes list fewer threads than they have.
    pub(super) fn tell_threads(
        &mut self,
        rows: &[Arc<Process>],
        listed: &[u32],
        boot_ms: u64,
        unread: &mut Vec<Unread>,
    ) {
        let Some(threads) = &mut self.threads else { return };
        let grouped = self.told.as_ref().map(|told| Arc::clone(&told.threads)).unwrap_or_default();
        for it in threads.turn(listed, grouped, boot_ms) {
            let kind = ContradictionKind::Thread;
            let row = it.pid.and_then(|pid| row_of(rows, pid));
            let what = match (it.pid, row) {
                (Some(pid), Some(_)) => format!("/proc/{pid}/task"),
                // It has ended meanwhile.
                (Some(_), None) => continue,
                (None, _) => it.threads.iter().map(u32::to_string).collect::<Vec<_>>().join(" "),
            };
            let process = row.map(|row| row.id);
            self.register.found(kind, process, what, it.shown.clone(), it.first_seen_ms);
        }
        if threads.is_late() {
            unread.push(Unread::part("/proc/PID/task", NotWhole::Late));
        }
    }

    fn tell_covers(&mut self, rows: &[Arc<Process>], boot_ms: u64, unread: &mut Vec<Unread>) {
        let Some(told) = self.told.clone() else { return };
        let Some(covers) = &told.covers else {
            return unread.push(Unread::part("/proc/self/mountinfo", NotWhole::Unreadable));
        };
        if told.cut {
            unread.push(Unread::part("/proc/self/mountinfo", NotWhole::Long));
        }
        // Whoever works is told of before whoever sleeps; and what lies over the whole before both.
        let ranks: HashMap<u32, usize> = self.wants.covered.iter().copied().zip(1..).collect();
        let rank = |it: &Cover| it.pid.map_or(Some(0), |pid| ranks.get(&pid).copied());
        let ranked = covers.iter().filter_map(|cover| Some((rank(cover)?, cover)));
        let mut ranked: Vec<(usize, &Cover)> = ranked.collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        for (_, cover) in ranked {
            let row = cover.pid.and_then(|pid| row_of(rows, pid));
            let row = row.filter(|row| row.hidden.is_some());
            // It shows from the next look on. That there is no row for one that lives is no reason to say nothing.
            if row.is_none() && cover.pid.is_some_and(|pid| !self.is_rowless(pid)) {
                continue;
            }
            let (what, shown) = (cover.point.as_slice(), Untrusted::new(cover.shown()));
            let (kind, what) = (ContradictionKind::Mount, Untrusted::new(what));
            self.register.found(kind, row.map(|row| row.id), what, shown, boot_ms);
        }
    }

    /// It lives and has no row, nor does it get one as soon as the table has let go of it.
    fn is_rowless(&self, pid: u32) -> bool {
        let lives = !self.clocks_count() || pids::answers(pid);
        lives && self.coming.binary_search(&pid).is_err()
    }

    fn tell_preload(&mut self, boot_ms: u64, unread: &mut Vec<Unread>) {
        let (Some(told), Some(files)) = (self.told.clone(), &self.files) else { return };
        let Some(file) = &told.preload else { return };
        if file.libraries.is_empty() && !file.unlisted {
            return;
        }
        if files.is_judge_late() {
            unread.push(Unread::part(PRELOAD, NotWhole::Late));
        }
        // Until the databases are read, nobody knows how much this says. A library that lets them hang says enough.
        let Some((packaged, files)) = files.packaged(file) else { return };
        let mut shown = file.libraries.join(&b' ');
        if file.unlisted {
            shown.extend_from_slice(b" (getdents: -)");
        }
        self.register.add(Contradiction {
            kind: ContradictionKind::Preload,
            process: None,
            what: PRELOAD.into(),
            shown: Untrusted::new(shown),
            packaged,
            files,
            first_seen_ms: boot_ms,
        });
    }

    fn tell_preloaded(&mut self, rows: &[Arc<Process>], boot_ms: u64, unread: &mut Vec<Unread>) {
        let Some(maps) = &mut self.maps else { return };
        let found = maps.turn();
        if let more @ 1.. = found.len().saturating_sub(MOST_PRELOADED) {
            let what = format!("/proc/PID/maps (+{more})");
            unread.push(Unread::part(what, NotWhole::Entries));
        }
        let used = |id: ProcessId| row_of(rows, id.pid.0).map_or(0, |row| row.cpu_ms);
        for (id, library) in preload::weightiest(found, used, MOST_PRELOADED) {
            let file = if preload::is_variable(library.bytes()) { "environ" } else { "maps" };
            let shown = Untrusted::from(format!("/proc/{}/{file}", id.pid));
            let kind = ContradictionKind::Preloaded;
            self.register.found(kind, Some(id), library.clone(), shown, boot_ms);
        }
        if maps.cut() > 0 {
            let what = format!("/proc/PID/environ (+{})", maps.cut());
            unread.push(Unread::part(what, NotWhole::Long));
        }
        if maps.late() > 0 {
            let what = format!("/proc/PID/environ ({})", maps.late());
            unread.push(Unread::part(what, NotWhole::Late));
        }
    }

    /// What stands after this look; the same as before if nothing changed.
    pub(super) fn settle(&mut self, pids_tried: (u32, u32)) -> Arc<Hiding> {
        let now = Hiding {
            contradictions: self.register.settle(),
            unexplained_cpu: self.account.unexplained(),
            pids_tried,
            views: self.views(),
        };
        if *self.last != now {
            self.last = Arc::new(now);
        }
        Arc::clone(&self.last)
    }

    fn views(&self) -> Vec<HostView> {
        let late = self.files.as_ref().is_none_or(Files::is_late);
        let told = self.told.as_deref().filter(|_| !late);
        let views = [
            (HostView::Clocks, self.search.is_some()),
            (HostView::Threads, self.threads.as_ref().is_some_and(Threads::answers)),
            (HostView::Cgroups, told.is_some_and(|it| !it.members.is_empty())),
            (HostView::Mounts, told.is_some_and(|it| it.covers.is_some())),
            (HostView::OwnProc, self.own_proc),
            (HostView::Preload, told.is_some()),
            (HostView::BusyTime, !self.account.unexplained().is_unknown()),
        ];
        views.into_iter().filter(|(_, answers)| *answers).map(|(view, _)| view).collect()
    }
}

/// The file that shows what is of this kind.
const fn shown_by(kind: ContradictionKind) -> &'static str {
    match kind {
        ContradictionKind::Process => "/proc",
        ContradictionKind::Thread => "/proc/PID/task",
        ContradictionKind::Mount => "/proc/self/mountinfo",
        ContradictionKind::KernelName => "/proc/PID/comm",
        ContradictionKind::Preload => PRELOAD,
        ContradictionKind::Preloaded => "/proc/PID/maps",
        ContradictionKind::Cpu => "/proc/stat",
        ContradictionKind::SocketNotInProc | ContradictionKind::SocketNotInNetlink => "/proc/net",
        ContradictionKind::Tool | ContradictionKind::Shadow => "PATH",
    }
}

fn row_of(rows: &[Arc<Process>], pid: u32) -> Option<&Arc<Process>> {
    let at = rows.binary_search_by_key(&Pid(pid), |row| row.id.pid).ok()?;
    rows.get(at)
}
