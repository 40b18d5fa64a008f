//! What only a closer look tells: files that belong to a process, texts in its executable and in its memory.
//!
//! A thread of its own reads, one process after the other, at the lowest priority; who is worth it and what is kept is
//! said by a [`Sieve`], without which nothing is read. A process is read when it is first worth it, again when it becomes
//! another program or begins to work, and now and then while it works hard.
//!
//! Invariant: a look never waits for the thread. No more processes a minute are read than [`Budget`] allows. What a
//! hostile process or file system makes slow costs that process its reading: after a deadline the thread is left behind
//! and the rest is read by another one, which stays away from that file system. Nothing is stopped, written or followed
//! into a pipe, and nothing is kept that says nothing of mining.

mod asked;
mod budget;
mod desk;
mod environment;
mod files;
mod memory;
mod open;
mod owner;
mod queue;
mod reach;
mod room;
mod said;

use std::collections::{HashMap, VecDeque};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::base::{Moment, ProcessId};
use crate::domain::facts::{Evidence, FoundFile, FoundText, Process, Unread, Worth};
use crate::host::probe::Packages;
use crate::host::probe::commands::Stuck;
use asked::Asked;
use budget::Budget;
use desk::{Desk, Job, Late, News, Part};
use open::Device;
use queue::{Means, Queue};
use room::Kept;

/// What works hard is read again after this long.
const AGAIN_MS: u64 = 600_000;
/// Who was sorted out just now and is to be again takes its turn among the others: else whoever becomes one program after
/// the other would be read all the time.
const JUST_NOW_MS: u64 = 30_000;
/// So long processes are sorted out in one look.
const A_LOOK: Duration = Duration::from_millis(3);
/// Percent of one CPU that make it worth thinking again.
const STEPS: [f32; 2] = [20.0, 50.0];
/// What is read, in turns.
const PARTS: [Part; 3] = [Part::Files, Part::Program, Part::Memory];

/// How much of a process is worth reading.
pub type Worthy = Box<dyn Fn(&Process) -> Worth + Send>;

/// What is kept of whoever is worth reading: what of mining means is not known here.
#[derive(Clone, Copy)]
pub struct Sieve {
    /// Whether a file is kept. What it makes of the file for that stays with the file, so that nobody has to again.
    pub keeps: fn(&FoundFile) -> bool,
    /// Adds the texts in some bytes that are kept; whether they are of a memory or of an executable.
    pub texts: fn(&[u8], bool, &mut Vec<FoundText>),
    /// What is kept of a variable of an environment, `NAME=value`, if anything is.
    pub variable: fn(&[u8]) -> Option<Vec<u8>>,
}

/// Reads processes, and keeps what was found.
pub(super) struct Seeker {
    proc: Option<Arc<OwnedFd>>,
    packages: Packages,
    stuck: Stuck,
    sieve: Option<Sieve>,
    worthy: Option<Worthy>,
    desk: Option<Arc<Desk>>,
    known: HashMap<ProcessId, Known>,
    /// The processes of the look before.
    last: Vec<Arc<Process>>,
    /// Those that are to be sorted out.
    fresh: Queue,
    /// Those that are worth it, and not handed out yet, by part.
    queues: [Queue; 3],
    /// How many found no room to wait.
    crowded: u32,
    /// Whose turn it is of [`PARTS`].
    turn: usize,
    budget: Budget,
    /// When the last look began.
    now: Option<Moment>,
    kept: Kept,
    asked: Asked,
    evidence: Arc<Evidence>,
    /// Where a thread was left behind.
    shunned: Vec<Device>,
    /// What that thread would have read next.
    moved: VecDeque<Job>,
}

/// What is known of a process that was sorted out.
struct Known {
    /// As it was then.
    process: Arc<Process>,
    worth: Worth,
    /// How hard it worked, as a place in [`STEPS`].
    step: usize,
    at_ms: u64,
    /// Something else is looked for since.
    stale: bool,
}

impl Seeker {
    pub(super) fn new(proc: Option<OwnedFd>, packages: Packages, stuck: Stuck) -> Self {
        Self {
            proc: proc.map(Arc::new),
            packages,
            stuck,
            sieve: None,
            worthy: None,
            desk: None,
            known: HashMap::new(),
            last: Vec::new(),
            fresh: Queue::default(),
            queues: Default::default(),
            crowded: 0,
            turn: 0,
            budget: Budget::default(),
            now: None,
            kept: Kept::default(),
            asked: Asked::default(),
            evidence: Arc::default(),
            shunned: Vec::new(),
            moved: VecDeque::new(),
        }
    }

    /// From now on processes are read, and this says what for. Whoever was sorted out by another measure is again.
    pub(super) fn seek(&mut self, sieve: Sieve, worthy: Worthy) {
        (self.sieve, self.worthy) = (Some(sieve), Some(worthy));
        self.last.clear();
        self.known.values_mut().for_each(|it| it.stale = true);
    }

    /// Somebody is read, or waits for it and may be.
    pub(super) fn is_reading(&self) -> bool {
        let busy = self.desk.as_ref().is_some_and(|desk| desk.is_busy());
        let Some(now) = self.now else { return busy };
        let mut parts = PARTS.iter().zip(&self.queues);
        busy || !self.fresh.is_empty()
            || !self.moved.is_empty() && !self.stuck.is_full()
            || parts.any(|(part, queue)| {
                self.budget.has(*part, now) && queue.has_turn(self.means(*part, now))
            })
    }

    fn means(&self, part: Part, now: Moment) -> Means {
        Means { now_ms: now.boot_ms, scarce: self.budget.is_scarce(part, now) }
    }

    /// What was found by now.
    pub(super) fn look(
        &mut self,
        moment: Moment,
        processes: &[Arc<Process>],
        unread: &mut Vec<Unread>,
    ) -> Arc<Evidence> {
        if self.sieve.is_none() {
            return Arc::clone(&self.evidence);
        }
        self.now = Some(moment);
        let late = self.desk.as_ref().and_then(|desk| desk.leave_late());
        let mut changed = self.take_in();
        if let Some(late) = late {
            self.leave(late);
        }
        let before = self.asked.open().clone();
        changed |= self.sort_out(moment, processes);
        changed |= self.forget(moment, processes);
        self.hand_out(moment, processes);
        changed |= *self.asked.open() != before;
        if changed {
            // Whom a package brought is told where somebody would speak against it otherwise.
            let matters = |id: ProcessId| {
                let known = self.known.get(&id);
                known.is_some_and(|it| it.worth.suspect || it.step > 0)
            };
            let evidence = self.kept.evidence(matters, self.asked.open());
            if *self.evidence != evidence {
                self.evidence = Arc::new(evidence);
            }
        }
        self.say(processes, unread);
        Arc::clone(&self.evidence)
    }

    /// Takes in what the thread found; whether that is anything.
    fn take_in(&mut self) -> bool {
        let Some(news) = self.desk.as_ref().map(|desk| desk.take()) else { return false };
        let any = !news.is_empty();
        for (id, news) in news {
            if matches!(news, News::Program(_) | News::Refused(Part::Program, _)) {
                self.asked.end(id);
            }
            self.kept.take(id, news);
        }
        any
    }

    /// Who lets the thread wait for too long is left to it.
    fn leave(&mut self, Late { id, part, place, jobs }: Late) {
        self.stuck.add();
        let why = "what belongs to it did not let itself be read in time";
        self.kept.failed.insert((id, part), why.to_owned());
        self.shunned.extend(place);
        self.moved.extend(jobs);
        self.desk = None;
    }

    /// Who is new, became another program, or works harder than before; no longer than [`A_LOOK`]. Whether there was
    /// anybody.
    fn sort_out(&mut self, moment: Moment, processes: &[Arc<Process>]) -> bool {
        // Who found no room is not known, and so is due again.
        let crowded = std::mem::take(&mut self.crowded) > 0;
        let before = if crowded { Vec::new() } else { std::mem::take(&mut self.last) };
        let mut last = before.iter().peekable();
        for process in processes {
            while last.next_if(|old| old.id.pid < process.id.pid).is_some() {}
            let same = last.peek().is_some_and(|old| Arc::ptr_eq(old, process));
            if same || process.kernel || !self.is_due(moment, process) {
                continue;
            }
            let room = self.fresh.push(process, step(process) > 0, moment.boot_ms);
            self.crowded += u32::from(!room);
            if room && process.exe.known().is_some() {
                self.ask(process, moment.boot_ms);
            }
        }
        self.last = processes.to_vec();
        let begun = Instant::now();
        let mut any = false;
        while begun.elapsed() < A_LOOK {
            let means = Means { now_ms: moment.boot_ms, scarce: false };
            let Some(process) = self.fresh.pop(processes, means) else { return any };
            self.sort(moment, process);
            any = true;
        }
        any
    }

    /// Whoever is the same program as before has its answer already.
    fn ask(&mut self, process: &Process, now_ms: u64) {
        let known = self.known.get(&process.id).map(|it| &it.process);
        let same = known.is_some_and(|it| it.exe == process.exe);
        if !same && self.proc.is_some() {
            self.asked.begin(process.id, now_ms);
        }
    }

    fn is_due(&self, moment: Moment, process: &Process) -> bool {
        self.known.get(&process.id).is_none_or(|known| {
            let old = moment.boot_ms.saturating_sub(known.at_ms) > AGAIN_MS;
            let step = step(process);
            step > known.step
                || step == STEPS.len() && old
                || known.stale
                || !same_program(&known.process, process)
        })
    }

    fn sort(&mut self, moment: Moment, process: &Arc<Process>) {
        let Some(worth) = self.worthy.as_ref().map(|worthy| worthy(process)) else { return };
        let (id, now) = (process.id, moment.boot_ms);
        let recent = |it: &Known| now.saturating_sub(it.at_ms) < JUST_NOW_MS;
        let suspect = worth.suspect && !self.known.get(&id).is_some_and(recent);
        let files = worth.files || worth.memory || !worth.named.is_empty();
        let wanted = [files, process.exe.known().is_some(), worth.memory];
        let step = step(process);
        if !worth.suspect && step == 0 {
            self.asked.end(id);
        }
        let mut room = true;
        for (queue, _) in self.queues.iter_mut().zip(wanted).filter(|(_, wanted)| *wanted) {
            room &= queue.push(process, suspect, now);
        }
        if room {
            let process = Arc::clone(process);
            self.known.insert(id, Known { process, worth, step, at_ms: now, stale: false });
        } else {
            self.crowded += 1;
        }
    }

    /// Forgets who ended; whether anything was known of them.
    fn forget(&mut self, moment: Moment, processes: &[Arc<Process>]) -> bool {
        for queue in self.queues.iter_mut().chain([&mut self.fresh]) {
            queue.forget(processes);
        }
        let lives = |id: &ProcessId| of(processes, *id).is_some();
        if self.known.len() > processes.len() + 64 {
            self.known.retain(|id, _| lives(id));
        }
        if self.stuck.is_full() {
            self.asked.end_all();
        }
        self.asked.forget(moment.boot_ms, lives);
        self.kept.forget(lives)
    }

    fn hand_out(&mut self, moment: Moment, processes: &[Arc<Process>]) {
        if !self.moved.is_empty()
            && let Some(desk) = self.desk().map(Arc::clone)
        {
            self.moved.drain(..).for_each(|job| desk.put(job));
        }
        // So many turns in a row without anybody to read mean that there is nobody.
        let mut idle = 0;
        while idle < PARTS.len() && self.desk.as_ref().is_none_or(|desk| desk.has_room()) {
            let at = self.turn % PARTS.len();
            self.turn = at + 1;
            match self.next(at, moment, processes) {
                Some(job) => {
                    let Some(desk) = self.desk() else { return };
                    desk.put(job);
                    idle = 0;
                }
                None => idle += 1,
            }
        }
    }

    /// Who is read next of those that wait for this part. Only who is there is paid for.
    fn next(&mut self, at: usize, moment: Moment, processes: &[Arc<Process>]) -> Option<Job> {
        let part = *PARTS.get(at)?;
        if !self.budget.has(part, moment) {
            return None;
        }
        let means = self.means(part, moment);
        let process = self.queues.get_mut(at)?.pop(processes, means)?;
        let worth = self.known.get(&process.id)?.worth.clone();
        self.budget.spend(part, moment);
        Some(Job { process: Arc::clone(process), worth, part })
    }

    fn desk(&mut self) -> Option<&Arc<Desk>> {
        if self.desk.is_none() && !self.stuck.is_full() {
            let (proc, sieve) = (Arc::clone(self.proc.as_ref()?), self.sieve?);
            let desk = Arc::new(Desk::new(self.shunned.clone()));
            let (served, packages) = (Arc::clone(&desk), self.packages.clone());
            let stuck = self.stuck.clone();
            let thread = std::thread::Builder::new().name("evidence".to_owned()).spawn(move || {
                if served.serve(proc.as_fd(), sieve, &packages) {
                    stuck.remove();
                }
            });
            self.desk = thread.is_ok().then_some(desk);
        }
        self.desk.as_ref()
    }
}

impl Drop for Seeker {
    fn drop(&mut self) {
        if let Some(desk) = self.desk.take() {
            desk.end();
        }
    }
}

/// How hard it works, as a place in [`STEPS`].
fn step(process: &Process) -> usize {
    STEPS.iter().filter(|least| process.cpu >= **least).count()
}

/// The process with this identity.
fn of(processes: &[Arc<Process>], id: ProcessId) -> Option<&Arc<Process>> {
    let at = processes.binary_search_by_key(&id.pid, |it| it.id.pid).ok()?;
    processes.get(at).filter(|it| it.id == id)
}

/// What is read of it would be the same.
fn same_program(one: &Process, other: &Process) -> bool {
    one.exe == other.exe && one.exe_deleted == other.exe_deleted && one.command == other.command
}
