//! One process in full, because somebody looks at it: environment, mappings, threads, all of its arguments.
//!
//! Most of it needs the lock of the process's memory, so a thread of its own reads it, and [`Examiner::examine`] waits
//! for [`DEADLINE`]. What is not there by then is [`Reading::Blocked`]; when the same process is asked about again, what
//! the thread has read meanwhile is told.
//!
//! Invariant: the wait ends, what is read is bounded, and no thread is started while eight are stuck, together with
//! those of [`Commands`](super::Commands). An answer is about the process that was asked about, before and after.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::file::{self, Memory};
use super::{maps, pidfd};
use crate::domain::base::{Moment, Pid, ProcessId};
use crate::domain::facts::{Examination, Reading, Thread};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::commands::{Stuck, refusal};
use crate::host::probe::door::Door;
use crate::host::probe::text;
use crate::host::probe::tree::{Reader, each_name, read_to_end};

/// A look waits for an examination so long at most.
const DEADLINE: Duration = Duration::from_millis(100);
const COMMAND_BYTES: usize = 128 << 10;
const ENVIRONMENT_BYTES: usize = 128 << 10;
const MAPS_BYTES: usize = 4 << 20;
const ROLLUP_BYTES: usize = 64 << 10;
const MOST_THREADS: usize = 256;
/// More threads are counted and not read.
const MOST_READ: usize = 32_768;
/// Linux counts in hundredths of a second wherever it shows ticks to programs.
const TICK_MS: u64 = 10;

/// Asks for one process at a time.
pub(super) struct Examiner {
    proc: Arc<OwnedFd>,
    memory: Memory,
    stuck: Stuck,
    errand: Option<Arc<Errand>>,
}

/// What the look and its thread share.
struct Errand {
    id: ProcessId,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    found: Examination,
    /// All of it was read.
    done: bool,
    /// The process is not there, or is another one.
    gone: bool,
    /// Nobody waits for it any more.
    left: bool,
}

impl Errand {
    /// A panic while the lock is held leaves plain values behind, so the lock stays usable.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Examiner {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Examiner {
    pub(super) fn new(proc: Arc<OwnedFd>, stuck: Stuck) -> Self {
        Self { proc, memory: Memory::known(), stuck, errand: None }
    }

    /// What is known of the process after [`DEADLINE`] at most; `None` if it is not there any more.
    pub(super) fn examine(&mut self, id: ProcessId, moment: Moment) -> Option<Examination> {
        if self.errand.as_ref().is_none_or(|errand| errand.id != id) {
            self.leave();
            self.errand = self.start(id, moment);
        }
        let Some(errand) = self.errand.clone() else { return Some(blocked(id, moment)) };
        let end = Instant::now() + DEADLINE;
        let mut state = errand.state();
        while !state.done {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Some(state.found.clone());
            }
            let woken = errand.changed.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        self.errand = None;
        (!state.gone).then(|| state.found.clone())
    }

    fn start(&self, id: ProcessId, moment: Moment) -> Option<Arc<Errand>> {
        if self.stuck.is_full() {
            return None;
        }
        let found = blocked(id, moment);
        let state = Mutex::new(State { found, done: false, gone: false, left: false });
        let errand = Arc::new(Errand { id, state, changed: Condvar::new() });
        let (own, proc) = (Arc::clone(&errand), Arc::clone(&self.proc));
        let (memory, stuck) = (self.memory.clone(), self.stuck.clone());
        let thread = std::thread::Builder::new().name("examiner".to_owned()).spawn(move || {
            // The look waits for this thread, which did not inherit how the look is raised.
            crate::host::probe::raise::looks();
            let gone = !read(&own, proc.as_fd(), &memory);
            let mut state = own.state();
            (state.done, state.gone) = (true, gone);
            own.changed.notify_all();
            if state.left {
                stuck.remove();
            }
        });
        thread.is_ok().then_some(errand)
    }

    /// Lets the thread end when it can. If it has not yet, it counts as stuck until then.
    fn leave(&mut self) {
        if let Some(errand) = self.errand.take() {
            let mut state = errand.state();
            if !state.done {
                state.left = true;
                self.stuck.add();
            }
        }
    }
}

const fn blocked(id: ProcessId, moment: Moment) -> Examination {
    Examination {
        id,
        moment,
        command: Reading::Blocked,
        environment: Reading::Blocked,
        maps: Reading::Blocked,
        transparent: Reading::Blocked,
        threads: Reading::Blocked,
        more_threads: 0,
        unread_threads: 0,
    }
}

/// Reads it part by part, those first that cannot be blocked; `false` if the process is not there any more.
fn read(errand: &Errand, proc: BorrowedFd<'_>, memory: &Memory) -> bool {
    let (id, pid) = (errand.id, errand.id.pid.0);
    if !is_there(proc, id) {
        return false;
    }
    threads(errand, proc, pid);
    let door = Door::find(pid, &mut Reader::new(proc));
    let command = whole(proc, door, "cmdline", COMMAND_BYTES).map(|(text, _)| Untrusted::new(text));
    errand.state().found.command = command.map_or_else(refusal, Reading::Known);
    let environment = whole(proc, door, "environ", ENVIRONMENT_BYTES);
    let environment = environment.map(|(text, cut)| maps::environment(&text, cut));
    errand.state().found.environment = environment.map_or_else(refusal, Reading::Known);
    let maps = whole(proc, door, "maps", MAPS_BYTES).map(|(text, cut)| {
        let has_name = |range: &str| {
            let found = file::stat(proc, &format!("{}/map_files/{range}", door.number()));
            found.is_some_and(|file| file.links > 0)
        };
        maps::maps(&text, cut, |device| memory.holds(device), has_name)
    });
    errand.state().found.maps = maps.map_or_else(refusal, Reading::Known);
    let transparent = match whole(proc, door, "smaps_rollup", ROLLUP_BYTES) {
        Ok((text, _)) => maps::transparent(&text).map_or(Reading::Unknown, Reading::Known),
        Err(error) => refusal(error),
    };
    errand.state().found.transparent = transparent;
    is_there(proc, id)
}

/// The process that has this pid now is the one that was asked about.
pub(in crate::host::probe) fn is_there(proc: BorrowedFd<'_>, id: ProcessId) -> bool {
    let mut reader = Reader::new(proc);
    let stat = reader.file(id.pid.0, "stat").ok().and_then(text::stat);
    let same = stat.is_some_and(|stat| stat.start == id.start);
    same && (id.inode == 0 || pidfd::inode(id.pid.0).is_none_or(|inode| inode == id.inode))
}

/// A file from its beginning to its end, or to `cap` bytes; and whether there is more.
fn whole(
    proc: BorrowedFd<'_>,
    door: Door,
    name: &str,
    cap: usize,
) -> Result<(Vec<u8>, bool), Errno> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let file = rustix::fs::openat(proc, format!("{door}/{name}"), flags, Mode::empty())?;
    let mut bytes = Vec::new();
    read_to_end(file.as_fd(), &mut bytes, cap + 1)?;
    let cut = bytes.len() > cap;
    bytes.truncate(cap);
    Ok((bytes, cut))
}

/// Reads all threads, since whoever works can have any number of sleepers before him; the busiest are kept.
fn threads(errand: &Errand, proc: BorrowedFd<'_>, pid: u32) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let (mut ids, mut unread) = (Vec::new(), 0);
    let listed = rustix::fs::openat(proc, format!("{pid}/task"), flags, Mode::empty());
    let listed = listed.and_then(|dir| {
        let mut room = Vec::with_capacity(64 << 10);
        each_name(dir.as_fd(), &mut room, |name| match text::whole_number(name) {
            Some(id) if ids.len() < MOST_READ => ids.push(id),
            Some(_) => unread += 1,
            None => {}
        })
    });
    if let Err(error) = listed {
        return errand.state().found.threads = refusal(error);
    }
    let mut reader = Reader::new(proc);
    let mut thread = |id: u32| {
        let stat = reader.file(pid, &format!("task/{id}/stat")).ok().and_then(text::stat)?;
        Some(Thread {
            id: Pid(id),
            comm: Untrusted::new(stat.comm),
            state: stat.state,
            cpu_ms: stat.ticks.saturating_mul(TICK_MS),
        })
    };
    let mut threads: Vec<_> = ids.into_iter().filter_map(&mut thread).collect();
    threads.sort_by_key(|thread| (std::cmp::Reverse(thread.cpu_ms), thread.id));
    let more = threads.len().saturating_sub(MOST_THREADS);
    threads.truncate(MOST_THREADS);
    let found = &mut errand.state().found;
    (found.more_threads, found.unread_threads) = (more, unread);
    found.threads = Reading::Known(threads);
}
