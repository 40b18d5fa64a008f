//! One process in the table: what is read about it, and when a new row is made of it.
//!
//! Invariant: a row that would be equal to the one before *is* the one before, so that a reader can
//! compare pointers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::io::Errno;

use super::{Ask, TURNS};
use crate::domain::base::{Pid, ProcessId};
use crate::domain::facts::{Process, Reading, RunState};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::commands::{Answer, Question};
use crate::host::probe::owners::Owners;
use crate::host::probe::text;
use crate::host::probe::tree::Reader;
use crate::host::probe::users::Users;

/// Linux counts in hundredths of a second wherever it shows ticks to programs, on every machine that
/// it runs on today.
const TICK_MS: u64 = 10;
/// A process that let us wait is left alone for this many looks.
const PATIENCE: u64 = 10;
/// Daemons give up root soon after they start; so long their user is read whenever they ran.
/// Looks until an old process that runs is asked for its command line again.
const OLD_TURNS: u64 = 5;
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
    Gone,
}

/// An open device file of a graphics processor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::host::probe) struct Device {
    /// Number of the descriptor.
    pub(in crate::host::probe) fd: u32,
    /// Target of the link.
    pub(in crate::host::probe) path: Untrusted,
}

/// What a process holds open, as far as anybody here asks.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Inodes of sockets, sorted.
    pub(super) sockets: Vec<u64>,
    pub(super) devices: Vec<Device>,
    pub(super) denied: bool,
}

/// The owned part of `stat`, and what was read with it.
struct Fresh {
    comm: Untrusted,
    state: RunState,
    parent: u32,
    nice: i32,
    threads: u32,
    start: u64,
    memory: u64,
    kernel: bool,
    uid: Option<u32>,
    held: Option<Box<Held>>,
}

/// One process, from look to look.
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
    pub(super) held: Option<Box<Held>>,
    /// CPU time at the last sweep and at the one before.
    time: Option<(Duration, Instant)>,
    before: Option<(Duration, Instant)>,
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
            held: None,
            time: None,
            before: None,
            fresh: None,
            answer: None,
            ask_from: 0,
        }
    }

    pub(super) fn gone(mut self) -> Self {
        self.access = Access::Gone;
        self
    }

    /// Takes the CPU time of this sweep and decides what is read.
    pub(super) fn sweep(&mut self, time: Option<Duration>, now: Instant, turn: bool, ask: Ask) {
        self.asked = false;
        self.before = self.time;
        let moved = time.is_none_or(|time| self.time.is_none_or(|(last, _)| last != time));
        if let Some(time) = time {
            self.time = Some((time, now));
        }
        self.work = match (self.access, ask.clocks) {
            (Access::Gone, _) => Work::Nothing,
            _ if self.row.is_none() || self.is_unanswered(ask) => Work::All,
            (_, false) => Work::Unsure,
            _ if moved => Work::All,
            _ if turn => Work::Turn,
            _ => Work::Nothing,
        };
    }

    /// Its command line was not read in time, and it is time to ask again even if it did not run.
    fn is_unanswered(&self, ask: Ask) -> bool {
        self.blocked && ask.look >= self.ask_from
    }

    /// What the helper is asked about it.
    pub(super) fn question(&mut self, ask: Ask) -> Option<Question> {
        let command = self.work == Work::All && ask.look >= self.ask_from;
        let due = match self.work {
            Work::All => self.may_have_changed(ask),
            // A kernel thread has no file.
            Work::Turn => self.row.as_ref().is_some_and(|row| !row.kernel),
            Work::Nothing | Work::Unsure => false,
        };
        let due = due && !self.asked && self.access != Access::Gone;
        self.asked |= due;
        due.then_some(Question { pid: self.pid, command })
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

    /// Reads its files: `stat`, and if it ran its open files and perhaps its user.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>, ask: Ask) {
        let stat = match reader.file(self.pid, "stat") {
            Ok(bytes) => text::stat(bytes),
            Err(Errno::ACCESS | Errno::PERM) => return self.access = Access::Denied,
            Err(_) => return self.access = Access::Gone,
        };
        // A `stat` without its fields: the process went away while it was printed.
        let Some(stat) = stat else { return self.access = Access::Gone };
        self.access = Access::Open;
        let (ticks, old) = (stat.ticks, self.same(stat.start));
        let mut fresh = Fresh {
            comm: Untrusted::new(stat.comm),
            state: stat.state,
            parent: stat.parent,
            nice: stat.nice,
            threads: stat.threads,
            start: stat.start,
            memory: stat.pages.saturating_mul(page_size()),
            kernel: stat.kernel,
            uid: None,
            held: None,
        };
        let changed = old.is_none_or(|row| row.comm != fresh.comm || row.state != fresh.state);
        self.tick(ticks, changed, ask);
        if self.work == Work::All {
            let old = self.same(fresh.start);
            let renamed = old.is_none_or(|row| row.comm != fresh.comm);
            let young = old.is_some_and(|row| row.age_ms(ask.moment) < YOUNG_MS);
            let in_turn = u64::from(self.pid) % TURNS == ask.look % TURNS;
            if renamed || young || in_turn {
                fresh.uid = reader.file(self.pid, "status").ok().and_then(text::real_uid);
            }
            // Nobody can hold a socket that nobody opened.
            let due = ask.sockets || renamed || in_turn || self.held.is_none();
            if !fresh.kernel && due {
                fresh.held = Some(Box::new(held(self.pid, reader)));
            }
        }
        self.fresh = Some(Box::new(fresh));
    }

    /// Where there are no clocks, `stat` has the CPU time, and it tells who ran.
    fn tick(&mut self, ticks: u64, changed: bool, ask: Ask) {
        if ask.clocks {
            return;
        }
        let time = Duration::from_millis(ticks.saturating_mul(TICK_MS));
        let moved = self.time.is_none_or(|(last, _)| last != time);
        self.time = Some((time, Instant::now()));
        if self.work == Work::Unsure {
            let turn = u64::from(self.pid) % TURNS == ask.look % TURNS;
            self.work = match (moved || changed, turn) {
                (true, _) => Work::All,
                (false, true) => Work::Turn,
                (false, false) => Work::Nothing,
            };
        }
    }

    /// Makes the row of this look, and passes on which sockets changed hands.
    pub(super) fn settle(&mut self, ask: Ask, users: &Users, owners: &mut Owners) {
        if self.work == Work::Nothing && self.access == Access::Open && self.fresh.is_none() {
            if let Some(row) = self.row.as_mut().filter(|_| self.busy) {
                Arc::make_mut(row).cpu = 0.0;
                self.busy = false;
            }
            return;
        }
        let old = self.row.as_ref().map(|row| row.id);
        let (fresh, answer) = (self.fresh.take(), self.answer.take());
        let mut held = None;
        match fresh.filter(|_| self.access == Access::Open) {
            Some(mut fresh) => {
                held = fresh.held.take().or_else(|| self.held.take());
                self.renew(*fresh, answer, ask, users);
            }
            None => self.row = None,
        }
        let new = self.row.as_ref().map(|row| row.id);
        owners.pass(old, sockets(self.held.as_deref()), new, sockets(held.as_deref()));
        self.held = held;
    }

    fn renew(&mut self, fresh: Fresh, answer: Option<Box<Answer>>, ask: Ask, users: &Users) {
        let old = self.same(fresh.start);
        let started_ms = fresh.start.saturating_mul(TICK_MS);
        let cpu = self.percent(old.is_some(), ask.moment.boot_ms.saturating_sub(started_ms));
        let (mut exe, mut exe_deleted, mut command) = match old {
            Some(row) => (row.exe.clone(), row.exe_deleted, row.command.clone()),
            None => (Reading::Unknown, false, Reading::Blocked),
        };
        if let Some(answer) = answer {
            (exe, exe_deleted) = (answer.exe, answer.deleted);
            command = answer.command.unwrap_or(command);
        }
        if fresh.kernel {
            (exe, command) = (Reading::Unknown, Reading::Known(Untrusted::default()));
        }
        let uid = fresh.uid.or_else(|| old.map(|row| row.uid)).unwrap_or(u32::MAX);
        let time = self.time.map_or(Duration::ZERO, |(time, _)| time);
        let process = Process {
            id: ProcessId { pid: Pid(self.pid), start: fresh.start, inode: 0 },
            parent: Pid(fresh.parent),
            uid,
            user: users.name(uid),
            comm: fresh.comm,
            command,
            exe,
            exe_deleted,
            state: fresh.state,
            cpu,
            cpu_ms: u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
            memory: fresh.memory,
            threads: fresh.threads,
            nice: fresh.nice,
            started_ms,
            kernel: fresh.kernel,
            ..Process::default()
        };
        self.busy = process.cpu > 0.0;
        self.blocked = process.command == Reading::Blocked;
        if self.row.as_deref() != Some(&process) {
            self.row = Some(Arc::new(process));
        }
    }

    fn same(&self, start: u64) -> Option<&Arc<Process>> {
        self.row.as_ref().filter(|row| row.id.start == start)
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

fn held(pid: u32, reader: &mut Reader<'_>) -> Held {
    let mut held = Held::default();
    let read = reader.open_files(pid, |fd, link| {
        if let Some(inode) = text::socket_inode(link) {
            held.sockets.push(inode);
        } else if is_graphics(link) {
            held.devices.push(Device { fd, path: Untrusted::new(link) });
        }
    });
    held.denied = matches!(read, Err(Errno::ACCESS | Errno::PERM));
    held.sockets.sort_unstable();
    held.sockets.dedup();
    held
}

fn sockets(held: Option<&Held>) -> &[u64] {
    held.map_or(&[], |held| held.sockets.as_slice())
}

/// The device files that a graphics processor is used through.
fn is_graphics(link: &[u8]) -> bool {
    [b"/dev/nvidia".as_slice(), b"/dev/dri/", b"/dev/kfd"].iter().any(|dev| link.starts_with(dev))
}

fn page_size() -> u64 {
    u64::try_from(rustix::param::page_size()).unwrap_or(4096)
}
