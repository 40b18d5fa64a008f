//! One process in the table: what is read about it, and when a new row is made of it.
//!
//! Invariant: a row that would be equal to the one before *is* the one before, so that a reader can
//! compare pointers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::io::Errno;

use super::Ask;
use super::around::{self, Pool};
use super::held::Held;
use crate::domain::base::{Pid, ProcessId};
use crate::domain::facts::{Ancestor, Around, Process, Reading};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::commands::{Answer, Question};
use crate::host::probe::door::Door;
use crate::host::probe::owners::Owners;
use crate::host::probe::users::Users;
use reading::Fresh;

mod reading;

/// Linux counts in hundredths of a second wherever it shows ticks to programs, on every machine that
/// it runs on today.
const TICK_MS: u64 = 10;
/// A process that let us wait is left alone for this many looks.
const PATIENCE: u64 = 10;
/// Looks until an old process that runs is asked for its command line again.
const OLD_TURNS: u64 = 5;
/// Daemons give up root soon after they start; so long their user, and where they belong, is read whenever they ran.
const YOUNG_MS: u64 = 10_000;
/// How much is read about a process in this look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// It did not run.
    Nothing,
    /// It did not run, and it is its turn: what others can change about it.
    Turn,
    /// It is new or it ran.
    All,
    /// Nobody knows before its `stat` is read, because there are no clocks.
    Unsure,
}

/// Whether the kernel lets us see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Open,
    Denied,
    /// It may be there: the kernel could not tell this time.
    Failed(Errno),
    Gone,
}

/// One process, from look to look.
#[expect(clippy::struct_excessive_bools, reason = "independent marks, read all over the sweep")]
pub(super) struct Entry {
    pub(super) pid: u32,
    pub(super) row: Option<Arc<Process>>,
    pub(super) work: Work,
    pub(super) access: Access,
    /// The row says that it was busy, or that its command line was not read. Copies, because most
    /// rows are not touched in a look, and touching ten thousand of them costs more than reading.
    busy: bool,
    blocked: bool,
    asked: bool,
    /// Its clock fell back: this is another process.
    fell_back: bool,
    /// It was read where the process belongs.
    placed: bool,
    /// Its first thread has ended, and it is read through this one.
    survivor: Option<u32>,
    /// Where the search for such a thread goes on.
    search: u64,
    /// It was not asked through that thread yet.
    unheard: bool,
    /// Its ancestors are in the row.
    pub(super) traced: bool,
    pub(super) held: Option<Box<Held>>,
    /// The look at which its open files were listed.
    held_at: u64,
    /// More parts of its open files are to be read.
    unfinished: bool,
    /// CPU time at the last sweep and at the one before.
    time: Option<(Duration, Instant)>,
    before: Option<(Duration, Instant)>,
    /// Milliseconds that its collected children had used when it was read last.
    pub(super) collected_ms: u64,
    fresh: Option<Box<Fresh>>,
    answer: Option<Box<Answer>>,
    /// The look from which on its command line is asked for again.
    ask_from: u64,
}

impl Entry {
    pub(super) fn new(pid: u32) -> Self {
        Self {
            pid,
            row: None,
            work: Work::All,
            access: Access::Open,
            busy: false,
            blocked: false,
            asked: false,
            fell_back: false,
            placed: false,
            survivor: None,
            search: 0,
            unheard: false,
            traced: false,
            held: None,
            held_at: 0,
            unfinished: false,
            time: None,
            before: None,
            collected_ms: 0,
            fresh: None,
            answer: None,
            ask_from: 0,
        }
    }

    pub(super) fn gone(mut self) -> Self {
        self.access = Access::Gone;
        self
    }

    /// Why the kernel could not tell of it, if so.
    pub(super) const fn failure(&self) -> Option<Errno> {
        match self.access {
            Access::Failed(error) => Some(error),
            Access::Open | Access::Denied | Access::Gone => None,
        }
    }

    /// Takes the CPU time of this sweep and decides what is read.
    pub(super) fn sweep(&mut self, time: Option<Duration>, now: Instant, turn: bool, ask: Ask) {
        self.asked = false;
        self.before = self.time;
        // The clock of one that has not run yet is that of any other that has not.
        let moved = time
            .is_none_or(|time| time.is_zero() || self.time.is_none_or(|(last, _)| last != time));
        self.fell_back = time.zip(self.time).is_some_and(|(time, (last, _))| time < last);
        if let Some(time) = time {
            self.time = Some((time, now));
        }
        self.work = match (self.access, ask.clocks) {
            (Access::Gone, _) => Work::Nothing,
            (Access::Failed(_), _) => Work::All,
            _ if self.row.is_none() || self.is_unanswered(ask) => Work::All,
            (_, false) => Work::Unsure,
            _ if moved => Work::All,
            _ if turn || self.unfinished => Work::Turn,
            _ => Work::Nothing,
        };
    }

    /// Its command line was not read in time, and it is time to ask again even if it did not run.
    fn is_unanswered(&self, ask: Ask) -> bool {
        self.blocked && ask.look >= self.ask_from
    }

    /// What the helper is asked about it.
    pub(super) fn question(&mut self, ask: Ask) -> Option<Question> {
        let kernel = self.row.as_ref().is_some_and(|row| row.kernel);
        if self.asked || self.access == Access::Gone {
            return None;
        }
        let patient = ask.look >= self.ask_from;
        let (file, command, io) = match self.work {
            Work::All | Work::Turn if self.unheard => (true, patient, patient),
            Work::All => {
                let changed = self.may_have_changed(ask);
                (changed, changed && patient, patient && !kernel)
            }
            // A kernel thread has no file.
            Work::Turn => (self.row.is_some() && !kernel, false, false),
            Work::Nothing | Work::Unsure => (false, false, false),
        };
        self.asked = file || io;
        self.unheard &= !command;
        self.asked.then_some(Question { door: self.door(), file, command, io })
    }

    /// Where it is read.
    const fn door(&self) -> Door {
        Door { pid: self.pid, thread: self.survivor }
    }

    /// A program may become another one and rename itself while it is young; an old one is asked in turns.
    fn may_have_changed(&self, ask: Ask) -> bool {
        let in_turn = u64::from(self.pid) % OLD_TURNS == ask.look % OLD_TURNS;
        let is_old = |row: &Arc<Process>| !self.blocked && row.age_ms(ask.moment) >= YOUNG_MS;
        in_turn || !self.row.as_ref().is_some_and(is_old)
    }

    pub(super) fn answered(&mut self, answer: Answer, ask: Ask) {
        if answer.missed {
            self.ask_from = ask.look + PATIENCE;
        }
        self.answer = Some(Box::new(answer));
    }

    /// Makes the row of this look, and passes on which sockets changed hands.
    pub(super) fn settle(&mut self, ask: Ask, users: &Users, pool: &mut Pool, owners: &mut Owners) {
        if self.work == Work::Nothing && self.access == Access::Open && self.fresh.is_none() {
            if let Some(row) = self.row.as_mut().filter(|_| self.busy) {
                Arc::make_mut(row).cpu = 0.0;
                self.busy = false;
            }
            return;
        }
        if matches!(self.access, Access::Failed(_)) {
            // What is known of it stays.
            self.answer = None;
            return;
        }
        let old = self.row.as_ref().map(|row| row.id);
        let (fresh, answer) = (self.fresh.take(), self.answer.take());
        let mut held = None;
        match fresh.filter(|_| self.access == Access::Open) {
            Some(mut fresh) => {
                held = fresh.held.take().or_else(|| self.held.take());
                self.renew(*fresh, answer, ask, users, pool);
            }
            None => self.row = None,
        }
        let new = self.row.as_ref().map(|row| row.id);
        owners.pass(old, sockets(self.held.as_deref()), new, sockets(held.as_deref()));
        self.unfinished = held.as_deref().is_some_and(Held::is_unfinished);
        self.held = held;
    }

    fn renew(
        &mut self,
        fresh: Fresh,
        answer: Option<Box<Answer>>,
        ask: Ask,
        users: &Users,
        pool: &mut Pool,
    ) {
        let old = self.same(&fresh);
        let known = old.is_some();
        let started_ms = fresh.start.saturating_mul(TICK_MS);
        let cpu = self.percent(known, ask.moment.boot_ms.saturating_sub(started_ms));
        let inode = old.map_or(fresh.inode, |row| Some(row.id.inode)).unwrap_or(0);
        let uid = fresh.uid.or_else(|| old.map(|row| row.uid)).unwrap_or(u32::MAX);
        let time = self.time.map_or(Duration::ZERO, |(time, _)| time);
        let mut process = Process {
            id: ProcessId { pid: Pid(self.pid), start: fresh.start, inode },
            parent: Pid(fresh.parent),
            uid,
            user: users.name(uid),
            comm: fresh.comm,
            command: Reading::Blocked,
            state: fresh.state,
            cpu,
            cpu_ms: u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
            memory: fresh.memory,
            image: fresh.image,
            threads: fresh.threads,
            nice: fresh.nice,
            started_ms,
            kernel: fresh.kernel,
            huge: fresh.huge.unwrap_or_default(),
            headless: self.survivor.map(Pid),
            ..Process::default()
        };
        if let Some(row) = old {
            process.command = row.command.clone();
            process.exe = row.exe.clone();
            (process.exe_deleted, process.exe_memory) = (row.exe_deleted, row.exe_memory);
            (process.io, process.hidden) = (row.io, row.hidden);
            // The folder of a thread that has ended does not tell.
            process.image = if fresh.image == 0 { row.image } else { fresh.image };
            process.huge = fresh.huge.unwrap_or(row.huge);
        }
        process.around = around::settle(fresh.around, old.map(|row| &row.around), pool);
        if let Some(answer) = answer {
            answer.write(&mut process);
        }
        if fresh.kernel {
            process.exe = Reading::Unknown;
            process.command = Reading::Known(Untrusted::default());
            process.io = Reading::Unknown;
        }
        self.traced &= known;
        self.busy = process.cpu > 0.0;
        self.blocked = process.command == Reading::Blocked;
        if self.row.as_deref() != Some(&process) {
            self.row = Some(Arc::new(process));
        }
    }

    /// These are its ancestors; they stay with it when they end.
    pub(super) fn descends_from(&mut self, ancestors: Vec<Ancestor>, pool: &mut Pool) {
        self.traced = true;
        if let Some(row) = self.row.as_mut().filter(|_| !ancestors.is_empty()) {
            let around = Around { ancestors, ..Around::clone(&row.around) };
            Arc::make_mut(row).around = pool.share(around);
        }
    }

    /// The row, if it tells of the same process.
    fn same(&self, fresh: &Fresh) -> Option<&Arc<Process>> {
        let same_inode = |known: u64| known == 0 || fresh.inode.is_none_or(|inode| inode == known);
        self.row.as_ref().filter(|row| row.id.start == fresh.start && same_inode(row.id.inode))
    }

    /// Percent of one CPU since the last sweep; for a process that is new since then, over its life.
    fn percent(&self, known: bool, age_ms: u64) -> f32 {
        let Some((time, now)) = self.time else { return 0.0 };
        let (used, over) = match self.before {
            // Without a row there were two sweeps in this look.
            Some((before, then)) if known || self.row.is_none() => {
                (time.saturating_sub(before), now.saturating_duration_since(then))
            }
            _ => (time, Duration::from_millis(age_ms.max(TICK_MS))),
        };
        if over.is_zero() { 0.0 } else { used.as_secs_f32() / over.as_secs_f32() * 100.0 }
    }
}

fn sockets(held: Option<&Held>) -> &[u64] {
    held.map_or(&[], |held| held.sockets.as_slice())
}
