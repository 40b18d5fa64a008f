//! Processes with a preloaded library: by their environment, and by what is mapped into them.
//!
//! Both files need a lock that the process itself can hold for seconds, so they are read in a thread, a few
//! processes a turn. A thread that is late is left behind, and whoever made it late is not asked again.
//!
//! Invariant: at most [`MOST_STUCK`] threads are left behind at a time, and they count with those of all others.

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::preload;
use crate::domain::base::ProcessId;
use crate::domain::untrusted::Untrusted;
use crate::host::probe::commands::Stuck;
use crate::host::probe::door::Door;
use crate::host::probe::tree::{self, Reader};

/// Processes that are asked in a turn.
const A_TURN: usize = 512;
/// A process has this long to let us read.
const PATIENCE: Duration = Duration::from_secs(2);
/// Threads that are left behind.
const MOST_STUCK: usize = 3;
/// More of an environment is not read. The kernel starts nothing with more than three quarters of 8 MiB, so whoever
/// has a longer one has moved it.
const MOST_ENVIRON: usize = 6 << 20;
/// It is read in parts of this size.
const A_PART: usize = 16 << 10;
/// More of a list of mappings is not read; the loader's libraries are among the first files.
const MOST_MAPS: usize = 1 << 20;

/// No process has this number.
const NOBODY: u32 = 0;

/// Processes, and the library that was put into them.
type Answers = Vec<(ProcessId, Loaded)>;

/// What was put into a process, as far as it can be read.
enum Loaded {
    /// This.
    Library(Untrusted),
    /// Nothing, or it cannot be read.
    Nothing,
    /// Nothing in what is read of its environment, and there is more.
    Cut,
}

/// A turn that is being read.
struct Turn {
    processes: Vec<ProcessId>,
    /// Who is being asked.
    asked: Arc<AtomicU32>,
    /// Who was being asked when that was last looked at, and since when.
    seen: (u32, Instant),
    reader: JoinHandle<Answers>,
}

impl Turn {
    /// It has been at the same process for too long.
    fn is_late(&mut self) -> bool {
        let asked = self.asked.load(Ordering::Acquire);
        if asked != self.seen.0 {
            self.seen = (asked, Instant::now());
        }
        self.seen.1.elapsed() > PATIENCE
    }
}

/// The reading, as the tick sees it.
pub(super) struct Maps {
    proc: Arc<OwnedFd>,
    libraries: Arc<Vec<Vec<u8>>>,
    waiting: BTreeSet<ProcessId>,
    turn: Option<Turn>,
    left: Vec<JoinHandle<Answers>>,
    stuck: Stuck,
    late: BTreeSet<ProcessId>,
    cut: BTreeSet<ProcessId>,
    found: BTreeMap<ProcessId, Untrusted>,
}

impl Maps {
    pub(super) fn new(proc: OwnedFd, stuck: Stuck) -> Self {
        Self {
            proc: Arc::new(proc),
            libraries: Arc::default(),
            waiting: BTreeSet::new(),
            turn: None,
            left: Vec::new(),
            stuck,
            late: BTreeSet::new(),
            cut: BTreeSet::new(),
            found: BTreeMap::new(),
        }
    }

    /// A process is new, or became another program.
    pub(super) fn ask_about(&mut self, id: ProcessId) {
        if !self.late.contains(&id) {
            self.waiting.insert(id);
        }
    }

    /// A process has gone.
    pub(super) fn forget(&mut self, id: ProcessId) {
        self.waiting.remove(&id);
        self.found.remove(&id);
        self.late.remove(&id);
        self.cut.remove(&id);
    }

    /// The loader puts these into every program from now on; `true` if they are others than before, and everybody is
    /// to be asked again.
    pub(super) fn look_for(&mut self, libraries: &[Vec<u8>]) -> bool {
        let other = *self.libraries != libraries;
        if other {
            self.libraries = Arc::new(libraries.to_vec());
        }
        other
    }

    /// Takes what is answered and asks on. Gives whoever has a library that was put into it.
    pub(super) fn turn(&mut self) -> &BTreeMap<ProcessId, Untrusted> {
        let before = self.left.len();
        self.left.retain(|reader| !reader.is_finished());
        (self.left.len()..before).for_each(|_| self.stuck.remove());
        match self.turn.take() {
            Some(turn) if turn.reader.is_finished() => self.take_in(turn),
            Some(mut turn) => {
                if turn.is_late() {
                    self.leave(turn);
                } else {
                    self.turn = Some(turn);
                }
            }
            None => {}
        }
        let may_start = self.left.len() < MOST_STUCK && !self.stuck.is_full();
        if self.turn.is_none() && may_start && !self.waiting.is_empty() {
            self.turn = self.begin();
        }
        &self.found
    }

    /// So many processes do not let us read.
    pub(super) fn late(&self) -> usize {
        self.late.len()
    }

    /// The environments of so many processes are longer than is read.
    pub(super) fn cut(&self) -> usize {
        self.cut.len()
    }

    fn take_in(&mut self, turn: Turn) {
        for (id, loaded) in turn.reader.join().unwrap_or_default() {
            self.cut.remove(&id);
            self.found.remove(&id);
            match loaded {
                Loaded::Library(library) => drop(self.found.insert(id, library)),
                Loaded::Cut => drop(self.cut.insert(id)),
                Loaded::Nothing => {}
            }
        }
    }

    /// The others of its turn are asked by the next thread.
    fn leave(&mut self, turn: Turn) {
        let late = turn.asked.load(Ordering::Acquire);
        for id in turn.processes {
            let to = if id.pid.0 == late { &mut self.late } else { &mut self.waiting };
            to.insert(id);
        }
        self.stuck.add();
        self.left.push(turn.reader);
    }

    fn begin(&mut self) -> Option<Turn> {
        let mut processes = Vec::with_capacity(A_TURN);
        while processes.len() < A_TURN {
            let Some(id) = self.waiting.pop_last() else { break };
            processes.push(id);
        }
        let asked = Arc::<AtomicU32>::default();
        let (proc, libraries) = (Arc::clone(&self.proc), Arc::clone(&self.libraries));
        let (list, now) = (processes.clone(), Arc::clone(&asked));
        let work = move || {
            let one = |id: ProcessId| {
                now.store(id.pid.0, Ordering::Release);
                (id, loaded(&proc, id.pid.0, &libraries))
            };
            list.into_iter().map(one).collect()
        };
        let reader = std::thread::Builder::new().name("hiding-maps".to_owned()).spawn(work).ok()?;
        Some(Turn { processes, asked, seen: (NOBODY, Instant::now()), reader })
    }
}

/// The library that was put into a process, by `/etc/ld.so.preload` or by its own environment.
fn loaded(proc: &OwnedFd, pid: u32, libraries: &[Vec<u8>]) -> Loaded {
    let mut text = Vec::new();
    let door = Door::find(pid, &mut Reader::new(proc.as_fd()));
    if !libraries.is_empty()
        && read(proc, door, "maps", &mut text, MOST_MAPS)
        && let Some(library) = preload::mapped(&text, libraries)
    {
        return Loaded::Library(Untrusted::new(library));
    }
    asked_for(proc, door).unwrap_or(Loaded::Nothing)
}

/// What its environment makes the loader load, read to the end in parts.
fn asked_for(proc: &OwnedFd, door: Door) -> Result<Loaded, Errno> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let file = rustix::fs::openat(proc, format!("{door}/environ"), flags, Mode::empty())?;
    let (mut search, mut part, mut read) = (preload::Search::default(), vec![0; A_PART], 0);
    let mut cut = true;
    while read < MOST_ENVIRON {
        let size = match rustix::io::read(&file, &mut part) {
            Err(Errno::INTR) => continue,
            size => size?,
        };
        read += size;
        cut = size > 0;
        if !cut || search.take(part.get(..size).unwrap_or_default()) {
            break;
        }
    }
    let nothing = if cut { Loaded::Cut } else { Loaded::Nothing };
    Ok(search.end().map_or(nothing, |it| Loaded::Library(Untrusted::new(it))))
}

fn read(proc: &OwnedFd, door: Door, name: &str, text: &mut Vec<u8>, most: usize) -> bool {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let file = rustix::fs::openat(proc, format!("{door}/{name}"), flags, Mode::empty());
    file.is_ok_and(|file| tree::read_to_end(file.as_fd(), text, most).is_ok())
}
