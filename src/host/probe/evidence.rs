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

mod budget;
mod desk;
mod files;
mod memory;
mod open;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::base::{Moment, ProcessId};
use crate::domain::facts::{Evidence, FoundText, Packaged, Process, Trace, Unread, Worth};
use crate::host::probe::Packages;
use crate::host::probe::commands::Stuck;
use budget::Budget;
use desk::{Desk, Job, Late, News, Part};
use open::Device;

/// What works hard is read again after this long.
const AGAIN_MS: u64 = 600_000;
/// So long processes are sorted out in one look.
const A_LOOK: Duration = Duration::from_millis(3);
/// Percent of one CPU that make it worth thinking again.
const STEPS: [f32; 2] = [20.0, 50.0];
/// Of those that did not answer so many are named.
const MOST_TOLD: usize = 8;

/// Who is worth reading, and what of it is kept: what of mining means is not known here.
#[derive(Clone, Copy)]
pub struct Sieve {
    /// How much of this process is worth reading.
    pub worth: fn(&Process) -> Worth,
    /// Whether a file, by its path and its first bytes, is kept.
    pub keeps: fn(&[u8], &[u8]) -> bool,
    /// Adds the texts in some bytes that are kept; whether they are of a memory or of an executable.
    pub texts: fn(&[u8], bool, &mut Vec<FoundText>),
}

/// Reads processes, and keeps what was found.
pub(super) struct Seeker {
    proc: Option<Arc<OwnedFd>>,
    packages: Packages,
    stuck: Stuck,
    sieve: Option<Sieve>,
    desk: Option<Arc<Desk>>,
    known: HashMap<ProcessId, Known>,
    /// The processes of the look before.
    last: Vec<Arc<Process>>,
    /// Those that are to be sorted out, in order, and as a set.
    fresh: VecDeque<ProcessId>,
    waiting: HashSet<ProcessId>,
    /// Those that are worth it, and not handed out yet.
    files: VecDeque<ProcessId>,
    memories: VecDeque<ProcessId>,
    budget: Budget,
    /// When the last look began.
    now: Option<Moment>,
    traces: BTreeMap<ProcessId, Arc<Trace>>,
    evidence: Arc<Evidence>,
    /// Who did not answer, or refused.
    failed: BTreeMap<ProcessId, String>,
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
}

impl Seeker {
    pub(super) fn new(proc: Option<OwnedFd>, packages: Packages, stuck: Stuck) -> Self {
        Self {
            proc: proc.map(Arc::new),
            packages,
            stuck,
            sieve: None,
            desk: None,
            known: HashMap::new(),
            last: Vec::new(),
            fresh: VecDeque::new(),
            waiting: HashSet::new(),
            files: VecDeque::new(),
            memories: VecDeque::new(),
            budget: Budget::default(),
            now: None,
            traces: BTreeMap::new(),
            evidence: Arc::default(),
            failed: BTreeMap::new(),
            shunned: Vec::new(),
            moved: VecDeque::new(),
        }
    }

    /// From now on processes are read, and this says what for.
    pub(super) fn seek(&mut self, sieve: Sieve) {
        self.sieve = Some(sieve);
    }

    /// Somebody is read, or waits for it and may be.
    pub(super) fn is_reading(&self) -> bool {
        let busy = self.desk.as_ref().is_some_and(|desk| desk.is_busy());
        let Some(now) = self.now else { return busy };
        let files = !self.files.is_empty() && self.budget.has_files(now);
        busy || !self.fresh.is_empty()
            || !self.moved.is_empty() && !self.stuck.is_full()
            || files
            || !self.memories.is_empty() && self.budget.has_memory(now)
    }

    /// What was found by now.
    pub(super) fn look(
        &mut self,
        moment: Moment,
        processes: &[Arc<Process>],
        unread: &mut Vec<Unread>,
    ) -> Arc<Evidence> {
        let Some(sieve) = self.sieve else { return Arc::clone(&self.evidence) };
        self.now = Some(moment);
        let late = self.desk.as_ref().and_then(|desk| desk.leave_late());
        let mut changed = self.take_in();
        if let Some(late) = late {
            self.leave(late);
        }
        self.sort_out(sieve, moment, processes);
        changed |= self.forget(processes);
        self.hand_out(moment, processes);
        if changed {
            let traces = self.traces.values().filter(|it| it.tells()).cloned().collect();
            let evidence = Evidence { traces };
            if *self.evidence != evidence {
                self.evidence = Arc::new(evidence);
            }
        }
        let told = self.failed.iter().take(MOST_TOLD);
        unread.extend(
            told.map(|(id, why)| Unread::source(format!("/proc/{}", id.pid), why.as_str())),
        );
        unread.extend(self.shunned.iter().take(MOST_TOLD).map(|(major, minor)| {
            let why = "did not answer, and is not asked for evidence again";
            Unread::source(format!("file system {major}:{minor}"), why)
        }));
        Arc::clone(&self.evidence)
    }

    /// Takes in what the thread found; whether that is anything.
    fn take_in(&mut self) -> bool {
        let Some(news) = self.desk.as_ref().map(|desk| desk.take()) else { return false };
        let any = !news.is_empty();
        for (id, news) in news {
            let trace = self
                .traces
                .entry(id)
                .or_insert_with(|| Arc::new(Trace { process: id, ..Trace::default() }));
            let trace = Arc::make_mut(trace);
            match news {
                News::Begun(part) => {
                    self.failed.remove(&id);
                    match part {
                        Part::Files => trace.files.clear(),
                        Part::Memory => trace.texts.clear(),
                    }
                }
                News::Program(program) => trace.program = program,
                News::Digest(digest) => trace.digest = Some(digest),
                News::File(file) => trace.files.push(file),
                News::Texts(texts) => trace.texts = texts,
                News::Refused(why) => {
                    self.failed.insert(id, why);
                }
            }
        }
        any
    }

    /// Who lets the thread wait for too long is left to it.
    fn leave(&mut self, Late { id, place, jobs }: Late) {
        self.stuck.add();
        self.failed.insert(id, "what belongs to it did not let itself be read in time".to_owned());
        self.shunned.extend(place);
        self.moved.extend(jobs);
        self.desk = None;
    }

    /// Who is new, became another program, or works harder than before; those that work hard first, and no longer than
    /// [`A_LOOK`].
    fn sort_out(&mut self, sieve: Sieve, moment: Moment, processes: &[Arc<Process>]) {
        let before = std::mem::take(&mut self.last);
        let mut last = before.iter().peekable();
        for process in processes {
            while last.next_if(|old| old.id.pid < process.id.pid).is_some() {}
            let same = last.peek().is_some_and(|old| Arc::ptr_eq(old, process));
            if same || process.kernel || !self.is_due(moment, process) {
                continue;
            }
            if self.waiting.insert(process.id) {
                if step(process) > 0 {
                    self.fresh.push_front(process.id);
                } else {
                    self.fresh.push_back(process.id);
                }
            }
        }
        self.last = processes.to_vec();
        let begun = Instant::now();
        while begun.elapsed() < A_LOOK {
            let Some(id) = self.fresh.pop_front() else { return };
            self.waiting.remove(&id);
            if let Some(process) = of(processes, id) {
                self.sort(sieve, moment, process);
            }
        }
    }

    fn is_due(&self, moment: Moment, process: &Process) -> bool {
        self.known.get(&process.id).is_none_or(|known| {
            let old = moment.boot_ms.saturating_sub(known.at_ms) > AGAIN_MS;
            let step = step(process);
            step > known.step
                || step == STEPS.len() && old
                || !same_program(&known.process, process)
        })
    }

    fn sort(&mut self, sieve: Sieve, moment: Moment, process: &Arc<Process>) {
        let (worth, id, step) = ((sieve.worth)(process), process.id, step(process));
        if worth.memory {
            self.files.push_front(id);
            if step == STEPS.len() {
                self.memories.push_front(id);
            } else {
                self.memories.push_back(id);
            }
        } else if worth.files || !worth.named.is_empty() {
            self.files.push_back(id);
        }
        let process = Arc::clone(process);
        self.known.insert(id, Known { process, worth, step, at_ms: moment.boot_ms });
    }

    /// Forgets who ended; whether anything was known of them.
    fn forget(&mut self, processes: &[Arc<Process>]) -> bool {
        if self.known.len() <= processes.len() && self.traces.is_empty() && self.failed.is_empty() {
            return false;
        }
        let lives = |id: &ProcessId| of(processes, *id).is_some();
        if self.known.len() > processes.len() + 64 {
            self.known.retain(|id, _| lives(id));
        }
        self.failed.retain(|id, _| lives(id));
        let before = self.traces.len();
        self.traces.retain(|id, _| lives(id));
        before != self.traces.len()
    }

    fn hand_out(&mut self, moment: Moment, processes: &[Arc<Process>]) {
        if !self.moved.is_empty()
            && let Some(desk) = self.desk().map(Arc::clone)
        {
            self.moved.drain(..).for_each(|job| desk.put(job));
        }
        while self.desk.as_ref().is_none_or(|desk| desk.has_room()) {
            let part = if !self.files.is_empty() && self.budget.files(moment) {
                Part::Files
            } else if !self.memories.is_empty() && self.budget.memory(moment) {
                Part::Memory
            } else {
                return;
            };
            let queue = if part == Part::Files { &mut self.files } else { &mut self.memories };
            let Some(id) = queue.pop_front() else { return };
            let (Some(process), Some(known)) = (of(processes, id), self.known.get(&id)) else {
                continue;
            };
            let (process, worth) = (Arc::clone(process), known.worth.clone());
            let Some(desk) = self.desk() else { return };
            desk.put(Job { process, worth, part });
        }
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

/// Whether a package brought the executable; in a container other packages do.
fn program(process: &Process, packages: &Packages) -> Packaged {
    let Some(exe) =
        process.exe.known().filter(|_| process.around.container.as_ref().is_none_or(is_unit))
    else {
        return Packaged::Unknown;
    };
    if process.exe_deleted {
        return Packaged::No;
    }
    packages.judge(open::path(exe.bytes()))
}

/// A unit of systemd is no container.
fn is_unit(container: &crate::domain::facts::Container) -> bool {
    container.runtime == crate::domain::facts::Runtime::Systemd
}
