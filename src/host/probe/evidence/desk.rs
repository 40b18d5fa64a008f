//! What the looks and the thread that reads share.

use std::collections::VecDeque;
use std::os::fd::BorrowedFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::files::Files;
use super::open::{self, Device};
use super::owner::Owner;
use super::{Sieve, environment, memory};
use crate::domain::base::{Digest, ProcessId};
use crate::domain::facts::{FoundFile, FoundText, Packaged, Process, RunState, Worth};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::Packages;
use crate::host::probe::door::Door;
use crate::host::probe::processes::is_there;
use crate::host::probe::text;
use crate::host::probe::tree::small_file;

/// So many jobs wait at the desk; others wait where they can still be put in another order.
const ROOM: usize = 16;
/// Everybody else comes first, but not a miner alone.
const NICE: i32 = 10;
/// A step of a reading may take so long, and the whole of it: whoever is slow on purpose takes no more from others.
const A_STEP: Duration = Duration::from_secs(5);
const A_JOB: Duration = Duration::from_secs(20);

/// What is read of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Files that belong to it.
    Files,
    /// Whose its executable is, and the digest of that.
    Program,
    /// Texts in its executable and its memory.
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
    /// Of its executable, if there is one.
    Digest(Option<Digest>),
    File(Arc<FoundFile>),
    /// Variables of its environment that are kept.
    Environment(Vec<Untrusted>),
    Texts(Vec<FoundText>),
    /// It has more such files than are kept.
    LeftOut,
    /// There is more in this part than is read.
    InPart(Part),
    /// Its executable is too large to be hashed.
    Large,
    /// This part could not be read.
    Refused(Part, String),
}

/// A thread that was left behind.
pub(super) struct Late {
    /// Whom it was reading.
    pub(super) id: ProcessId,
    pub(super) part: Part,
    /// The file system that did not answer it.
    pub(super) place: Option<Device>,
    /// What it would have read next.
    pub(super) jobs: VecDeque<Job>,
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
    /// Those that are never shunned: of the root, and of this program.
    home: Vec<Device>,
    /// The number of the thread.
    thread: i32,
    /// Nobody waits for this thread any more, and it counts as stuck.
    left: bool,
    /// Nobody needs it any more.
    over: bool,
}

struct Current {
    job: Arc<Job>,
    begun: Instant,
    /// When it last went on.
    step: Instant,
    /// The file system that is asked at this moment.
    place: Option<Device>,
    /// It was said that something lies where nobody answers.
    said: bool,
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

    /// Leaves the thread behind if it waits for too long.
    pub(super) fn leave_late(&self) -> Option<Late> {
        let mut state = self.state();
        let current = state.current.as_ref()?;
        let late = current.step.elapsed() > A_STEP;
        // Who only gets no CPU waits for nobody else.
        if !late || runs(state.thread) {
            return None;
        }
        let (id, part) = (current.job.process.id, current.job.part);
        let place = current.place.filter(|it| !state.home.contains(it));
        (state.left, state.over) = (true, true);
        Some(Late { id, part, place, jobs: std::mem::take(&mut state.jobs) })
    }

    pub(super) fn end(&self) {
        self.state().over = true;
        self.changed.notify_all();
    }

    /// The thread asks this file system something; `None` if that one has not answered before, or the time is over.
    pub(super) fn asks<T>(&self, place: Device, ask: impl FnOnce() -> T) -> Option<T> {
        let mut state = self.state();
        if state.is_over() || state.avoids(place) {
            return None;
        }
        if let Some(current) = state.current.as_mut() {
            (current.place, current.step) = (Some(place), Instant::now());
        }
        drop(state);
        let answer = ask();
        self.steps();
        Some(answer)
    }

    /// The thread goes on, and asks no file system.
    pub(super) fn steps(&self) {
        if let Some(current) = &mut self.state().current {
            (current.place, current.step) = (None, Instant::now());
        }
    }

    /// Nobody waits for what is being read, or it has had its time.
    pub(super) fn is_over(&self) -> bool {
        self.state().is_over()
    }

    pub(super) fn tell(&self, id: ProcessId, news: News) {
        let mut state = self.state();
        if !state.over {
            state.news.push((id, news));
        }
    }

    /// Reads until nobody needs it any more; `true` if it had been left behind.
    pub(super) fn serve(&self, proc: BorrowedFd<'_>, sieve: Sieve, packages: &Packages) -> bool {
        let thread = rustix::thread::gettid();
        rustix::process::setpriority_process(Some(thread), NICE).ok();
        self.state().thread = thread.as_raw_nonzero().get();
        // Whoever is read first does not pay for reading the databases.
        packages.begin();
        let mut files = Files::new(proc, sieve);
        let mut programs = memory::Programs::default();
        let own = open::behind(proc, "self/exe").ok();
        let root = open::folder(proc, b"/").ok();
        let mut state = self.state();
        state.home =
            root.iter().map(|it| it.1).chain(own.as_ref().map(|it| it.version.device)).collect();
        let root = root.map(|it| it.0);
        loop {
            if state.over {
                return state.left;
            }
            let Some(job) = state.jobs.pop_front() else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let job = Arc::new(job);
            let (begun, place) = (Instant::now(), None);
            state.current =
                Some(Current { job: Arc::clone(&job), begun, step: begun, place, said: false });
            drop(state);
            let id = job.process.id;
            // This program knows all the words itself, whichever of its processes it is, and whoever else's.
            let door = Door::of(&job.process);
            let exe = open::behind(proc, &format!("{door}/exe")).ok();
            let is_own = exe.as_ref().zip(own.as_ref()).is_some_and(|(it, own)| {
                it.version == own.version || programs.are_same((self, proc), it, own)
            });
            if is_there(proc, id) && !is_own {
                self.tell(id, News::Begun(job.part));
                let owner = Owner::of((self, proc), (packages, root.as_ref()), &job.process);
                let program = owner.program(&job.process, exe.as_ref());
                self.steps();
                match job.part {
                    Part::Files => {
                        environment::read((self, proc), sieve, (id, door));
                        files.read(self, &job, &owner);
                    }
                    // What a package brought and nobody changed is known without its digest.
                    Part::Program if program.is_as_packaged() == Some(true) => {
                        self.tell(id, News::Digest(None));
                    }
                    Part::Program => programs.hash((self, proc), id, exe.as_ref()),
                    Part::Memory => {
                        programs.read((self, proc), sieve, (id, door), exe.as_ref());
                    }
                }
                self.tell(id, News::Program(program));
                if self.is_over() {
                    let why = "what belongs to it was not read to its end in time";
                    self.tell(id, News::Refused(job.part, why.to_owned()));
                }
            }
            state = self.state();
            state.current = None;
        }
    }

    /// Whom the thread reads, and who waits for it here.
    pub(super) fn at_work(&self) -> Vec<(ProcessId, Part)> {
        let state = self.state();
        let current = state.current.iter().map(|it| (it.job.process.id, it.job.part));
        current.chain(state.jobs.iter().map(|it| (it.process.id, it.part))).collect()
    }
}

impl State {
    /// This file system has not answered before; that something lies there is said once.
    fn avoids(&mut self, place: Device) -> bool {
        if !self.shunned.contains(&place) {
            return false;
        }
        if let Some(current) = self.current.as_mut().filter(|it| !it.said && !self.over) {
            current.said = true;
            let why = "something of it lies on a file system that did not answer".to_owned();
            let job = &current.job;
            self.news.push((job.process.id, News::Refused(job.part, why)));
        }
        true
    }

    fn is_over(&self) -> bool {
        self.over || self.current.as_ref().is_some_and(|it| it.begun.elapsed() > A_JOB)
    }
}

/// This thread of ours could go on, if only it got a CPU.
fn runs(thread: i32) -> bool {
    let path = format!("/proc/self/task/{thread}/stat");
    let stat = small_file(path.as_ref(), 1024).unwrap_or_default();
    text::stat(&stat).is_some_and(|it| it.state == RunState::Running)
}
