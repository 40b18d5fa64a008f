//! Reading one process: its `stat` in any case, and the rest of its files where it is due.
//!
//! Invariant: its pidfd is opened before its files are. If another process takes its place in between, the files are those
//! of one whose CPU clock the next look does not know, and it is read again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::io::Errno;

use super::{Access, Entry, TICK_MS, Work, YOUNG_MS};
use crate::domain::facts::{Around, Process, Reading, RunState};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::door;
use crate::host::probe::processes::held::Held;
use crate::host::probe::processes::{Ask, TURNS, around, pidfd};
use crate::host::probe::text;
use crate::host::probe::tree::Reader;

/// Turns of a sleeper until it is read again where it belongs: only root can change that for it.
const ROUNDS: u64 = 10;
/// Turns in which those are read that had to wait in the first look.
const CROWD_ROUNDS: u64 = 3;

/// Looks from one listing of open files to the next that a new name alone is worth.
const RENAMED_TURNS: u64 = 5;
/// Looks in which everybody who ran is asked for graphics processors.
const GPU_TURNS: u64 = 5;

/// The owned part of `stat`, and what was read with it.
pub(super) struct Fresh {
    pub(super) comm: Untrusted,
    pub(super) state: RunState,
    pub(super) parent: u32,
    pub(super) nice: i32,
    pub(super) threads: u32,
    pub(super) start: u64,
    pub(super) memory: u64,
    pub(super) image: u64,
    pub(super) kernel: bool,
    pub(super) inode: Option<u64>,
    pub(super) uid: Option<u32>,
    pub(super) huge: Option<Reading<u64>>,
    /// Without ancestors.
    pub(super) around: Option<Around>,
    pub(super) held: Option<Box<Held>>,
}

impl Entry {
    /// Reads its files: `stat`, and if it ran its open files and perhaps where it belongs.
    pub(in crate::host::probe::processes) fn read(&mut self, reader: &mut Reader<'_>, ask: Ask) {
        let doubtful = ask.pidfds && self.is_doubtful(ask);
        let inode = if doubtful { pidfd::inode(self.pid) } else { None };
        let stat = match reader.file(self.pid, "stat") {
            Ok(bytes) => text::stat(bytes),
            Err(Errno::ACCESS | Errno::PERM) => return self.access = Access::Denied,
            Err(Errno::NOENT | Errno::SRCH) => return self.access = Access::Gone,
            Err(error) => return self.access = Access::Failed(error),
        };
        // A `stat` without its fields: the process went away while it was printed.
        let Some(stat) = stat else { return self.access = Access::Gone };
        self.access = Access::Open;
        self.collected_ms = stat.collected.saturating_mul(TICK_MS);
        let mut fresh = Fresh {
            comm: Untrusted::new(stat.comm),
            state: stat.state,
            parent: stat.parent,
            nice: stat.nice,
            threads: stat.threads,
            start: stat.start,
            memory: stat.pages.saturating_mul(page_size()),
            image: stat.image,
            kernel: stat.kernel,
            inode,
            uid: None,
            huge: None,
            around: None,
            held: None,
        };
        let (place, ticks) = ((stat.session, stat.terminal), stat.ticks);
        let headless = door::is_headless(&stat);
        let other = self.find_survivor(headless, &mut fresh, reader);
        let old = self.same(&fresh);
        let renamed = other || self.fell_back || old.is_none_or(|row| row.comm != fresh.comm);
        let changed = renamed || old.is_none_or(|row| row.state != fresh.state);
        self.tick(ticks, changed, ask);
        // Threads of the kernel rename themselves all the time.
        if renamed && ask.pidfds && inode.is_none() && !fresh.kernel {
            fresh.inode = pidfd::inode(self.pid);
        }
        let in_turn = u64::from(self.pid) % TURNS == ask.look % TURNS;
        if self.is_to_be_placed(renamed, in_turn, ask) {
            self.place(&mut fresh, place, reader, ask);
        }
        let is_new = self.fell_back || self.same(&fresh).is_none();
        let due = is_new || other || in_turn || self.is_to_be_listed(renamed, ask);
        let ran = self.work == Work::All && due;
        if !fresh.kernel && (ran || self.unfinished) {
            let before = self.held.as_deref().filter(|_| !is_new);
            fresh.held = Held::read(self.door(), before, reader).map(Box::new);
            self.held_at = ask.look;
        }
        self.fresh = Some(Box::new(fresh));
    }

    /// Finds a thread to read it through if its first one has ended: the one that it was before, or another one. `true` if
    /// it is another one. A few are tried in a look, and the next look goes on.
    fn find_survivor(
        &mut self,
        headless: bool,
        fresh: &mut Fresh,
        reader: &mut Reader<'_>,
    ) -> bool {
        if !headless {
            (self.survivor, self.search) = (None, 0);
            return false;
        }
        let known = self.survivor.and_then(|thread| door::alive(self.pid, thread, reader));
        let found = known.or_else(|| {
            let (found, next) = door::survivor(self.pid, self.search, reader);
            self.search = if found.is_some() { 0 } else { next };
            found
        });
        if let Some(found) = found {
            (fresh.state, fresh.memory) = (found.state, found.pages.saturating_mul(page_size()));
        }
        let before = std::mem::replace(&mut self.survivor, found.map(|it| it.thread));
        let other = self.survivor.is_some() && self.survivor != before;
        if other {
            // What it was asked before was asked of a thread that is no more.
            (self.unheard, self.asked) = (true, false);
        }
        other
    }

    /// Whether it is the process that the row tells of has to be asked: while it is young, another one could have been
    /// put in its place that began in the same hundredth of a second.
    fn is_doubtful(&self, ask: Ask) -> bool {
        let sure = |row: &Arc<Process>| row.age_ms(ask.moment) >= YOUNG_MS;
        self.fell_back || self.is_its_round(ask) || !self.row.as_ref().is_some_and(sure)
    }

    /// Everybody's round comes once in [`TURNS`] times [`ROUNDS`] looks.
    fn is_its_round(&self, ask: Ask) -> bool {
        self.is_one_in(ROUNDS, ask)
    }

    fn is_one_in(&self, turns: u64, ask: Ask) -> bool {
        let pid = u64::from(self.pid);
        pid % TURNS == ask.look % TURNS && pid / TURNS % turns == ask.look / TURNS % turns
    }

    /// Its open files are due. Nobody can hold a socket that nobody opened; a graphics processor is opened by who is
    /// young, most of the time. One that renames itself all the time must not make us list as often.
    fn is_to_be_listed(&self, renamed: bool, ask: Ask) -> bool {
        let Some(held) = &self.held else { return true };
        let young = || self.row.as_ref().is_some_and(|row| row.age_ms(ask.moment) < YOUNG_MS);
        let in_turn = || u64::from(self.pid) % GPU_TURNS == ask.look % GPU_TURNS;
        let may_hold = || !held.devices.is_empty() || young() || in_turn();
        let rested = ask.look.saturating_sub(self.held_at) >= RENAMED_TURNS;
        ask.sockets || (renamed && rested) || (ask.gpu && may_hold())
    }

    /// It is due to be read where it belongs and what it may do.
    fn is_to_be_placed(&self, renamed: bool, in_turn: bool, ask: Ask) -> bool {
        let young = || self.row.as_ref().is_some_and(|row| row.age_ms(ask.moment) < YOUNG_MS);
        let missing = || !self.placed && self.is_one_in(CROWD_ROUNDS, ask);
        match self.work {
            Work::All => renamed || in_turn || !self.placed || young(),
            Work::Turn => renamed || missing() || self.is_its_round(ask),
            Work::Nothing | Work::Unsure => false,
        }
    }

    /// Reads `status`, and the files and links that tell where it belongs. There are nine of them and the kernel makes an
    /// inode for each, so in a crowd that is seen for the first time those who sleep wait for their turn, and of a
    /// sleeper nothing is read that only itself can change.
    fn place(
        &mut self,
        fresh: &mut Fresh,
        (session, terminal): (u32, u32),
        reader: &mut Reader<'_>,
        ask: Ask,
    ) {
        let old = self.same(fresh).map(|row| Arc::clone(&row.around));
        if fresh.kernel && old.is_some() {
            // Its threads rename themselves all the time, and change in nothing else.
            return;
        }
        let Ok(status) = reader.file(self.door(), "status") else { return };
        let status = text::status(status);
        fresh.uid = status.uid;
        fresh.huge = Some(status.huge.map_or(Reading::Unknown, Reading::Known));
        // A dead one belongs nowhere; what is known of it stays.
        if fresh.kernel || (old.is_some() && fresh.state == RunState::Zombie) {
            return;
        }
        let mut around = around::of(session, terminal, &status);
        let ran = self.before.map(|(time, _)| time) != self.time.map(|(time, _)| time);
        let whole = match &old {
            None => ran || !ask.crowd,
            Some(_) => self.work == Work::All || !self.placed,
        };
        if whole {
            around::complete(&mut around, self.door(), reader);
        } else if let Some(old) = &old {
            (around.login, around.namespaces) = (old.login, old.namespaces);
            around::group(&mut around, self.door(), reader);
        }
        self.placed = whole || old.is_some();
        fresh.around = Some(around);
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
}

fn page_size() -> u64 {
    u64::try_from(rustix::param::page_size()).unwrap_or(4096)
}
