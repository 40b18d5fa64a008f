//! What the looks and the thread that reads share.

use std::collections::VecDeque;
use std::os::fd::BorrowedFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::files::Files;
use super::open::{self, Device};
use super::{Sieve, memory, program};
use crate::domain::base::ProcessId;
use crate::domain::facts::{FoundFile, FoundText, Packaged, Process, Worth};
use crate::host::probe::Packages;
use crate::host::probe::processes::is_there;

/// So many jobs wait at the desk; others wait where they can still be put in another order.
const ROOM: usize = 16;
/// Everybody else comes first.
const NICE: i32 = 19;

/// What is read of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Files,
    Memory,
}

/// One process to read.
pub(super) struct Job {
    pub(super) process: Arc<Process>,
    pub(super) worth: Worth,
    pub(super) part: Part,
}

/// What the thread found out.
pub(super) enum News {
    /// It is read anew.
    Begun(Part),
    Program(Packaged),
    File(Arc<FoundFile>),
    Texts(Vec<FoundText>),
    /// It could not be read.
    Refused(String),
}

/// The desk.
pub(super) struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    news: Vec<(ProcessId, News)>,
    current: Option<Current>,
    shunned: Vec<Device>,
    /// Nobody waits for this thread any more, and it counts as stuck.
    left: bool,
    /// Nobody needs it any more.
    over: bool,
}

struct Current {
    job: Arc<Job>,
    since: Instant,
    /// The file system that is asked.
    place: Option<Device>,
}

impl Desk {
    /// A desk whose thread stays away from these file systems.
    pub(super) fn new(shunned: Vec<Device>) -> Self {
        let state = State { shunned, ..State::default() };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// A panic while the lock is held leaves plain values behind, so the lock stays usable.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn has_room(&self) -> bool {
        self.state().jobs.len() < ROOM
    }

    /// Something is read, or waits for it.
    pub(super) fn is_busy(&self) -> bool {
        let state = self.state();
        state.current.is_some() || !state.jobs.is_empty() || !state.news.is_empty()
    }

    pub(super) fn put(&self, job: Job) {
        self.state().jobs.push_back(job);
        self.changed.notify_all();
    }

    pub(super) fn take(&self) -> Vec<(ProcessId, News)> {
        std::mem::take(&mut self.state().news)
    }

    /// Leaves the thread behind if the process that it reads takes it longer than this; that one, and the file system that
    /// it waits for.
    pub(super) fn leave_if(
        &self,
        longest: impl Fn(&Job) -> Duration,
    ) -> Option<(ProcessId, Option<Device>)> {
        let mut state = self.state();
        let current = state.current.as_ref().filter(|it| it.since.elapsed() > longest(&it.job))?;
        let late = (current.job.process.id, current.place);
        (state.left, state.over) = (true, true);
        Some(late)
    }

    pub(super) fn end(&self) {
        self.state().over = true;
        self.changed.notify_all();
    }

    /// The thread asks this file system from here on; `false` if one like that has not answered before.
    pub(super) fn asks(&self, place: Device) -> bool {
        let mut state = self.state();
        let may = !state.over && !state.shunned.contains(&place);
        if let Some(current) = state.current.as_mut().filter(|_| may) {
            current.place = Some(place);
        }
        may
    }

    /// Nobody waits for what is being read.
    pub(super) fn is_over(&self) -> bool {
        self.state().over
    }

    pub(super) fn tell(&self, id: ProcessId, news: News) {
        let mut state = self.state();
        if !state.over {
            state.news.push((id, news));
        }
    }

    /// Reads until nobody needs it any more; `true` if it had been left behind.
    pub(super) fn serve(&self, proc: BorrowedFd<'_>, sieve: Sieve, packages: &Packages) -> bool {
        rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE).ok();
        let mut files = Files::new(proc, sieve, packages);
        let mut programs = memory::Programs::default();
        let ours = open::behind(proc, "self/exe").ok().map(|it| it.version);
        let mut state = self.state();
        loop {
            if state.over {
                return state.left;
            }
            let Some(job) = state.jobs.pop_front() else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let job = Arc::new(job);
            let (since, place) = (Instant::now(), None);
            state.current = Some(Current { job: Arc::clone(&job), since, place });
            drop(state);
            let id = job.process.id;
            // This program knows all the words itself, whichever of its processes it is.
            let exe = open::behind(proc, &format!("{}/exe", id.pid)).ok().map(|it| it.version);
            if is_there(proc, id) && (ours.is_none() || exe != ours) {
                self.tell(id, News::Begun(job.part));
                self.tell(id, News::Program(program(&job.process, packages)));
                match job.part {
                    Part::Files => files.read(self, &job),
                    Part::Memory => programs.read(self, proc, sieve, &job),
                }
            }
            state = self.state();
            state.current = None;
        }
    }
}
