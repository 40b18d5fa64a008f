//! What a hostile process can make slow: its command line, its `io`, and the file behind its `exe` link.
//!
//! Four threads that map and unmap memory hold the lock that `/proc/PID/cmdline` needs for seconds, and a process that
//! changes its program while others share its memory holds the one of `/proc/PID/io`. So these are read in a helper
//! thread. A process that does not answer in time is [`Reading::Blocked`]
//! and its helper is left behind; it ends by itself when the kernel lets go of it.
//!
//! Invariant: over all tables one look waits no longer than [`Stuck`] lets it, and no thread is started once that says
//! that there are too many. Who was not reached is counted, and asked in the next look.

mod stuck;

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::door::Door;
use super::processes::Whom;
use super::processes::file::{self, Memory};
use super::text;
use crate::domain::facts::{Gap, Io, Late, Process, Reading, Unread};
use crate::domain::untrusted::Untrusted;

pub(super) use stuck::Stuck;

/// A process has this long to let us read its command line.
const DEADLINE: Duration = Duration::from_millis(50);
/// More of a command line is not kept in a snapshot.
const COMMAND_BYTES: usize = 4096;
/// What the kernel appends to the name of a file that was unlinked; a file may also be named so.
const DELETED: &[u8] = b" (deleted)";

/// What a helper found out about one process; `None` for what it was not asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Who was asked.
    pub(super) pid: u32,
    /// Its executable.
    pub(super) file: Option<Executable>,
    /// Arguments.
    pub(super) command: Option<Reading<Untrusted>>,
    /// Bytes that it had storage read and write.
    pub(super) io: Option<Reading<Io>>,
    /// It let us wait in vain: do not ask again soon.
    pub(super) missed: bool,
    /// The system gave us no means to read it: that says nothing of the process.
    pub(super) failed: Option<Errno>,
}

/// An executable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Executable {
    /// Target of `exe`.
    pub(super) path: Reading<Untrusted>,
    /// It has no name on disk, by its link count.
    pub(super) deleted: bool,
    /// It never had one, by its file system.
    pub(super) memory: bool,
}

/// One question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    /// Whom to ask.
    pub(super) door: Door,
    /// For its executable.
    pub(super) file: bool,
    /// For its arguments.
    pub(super) command: bool,
    /// For what it had storage do.
    pub(super) io: bool,
}

impl Answer {
    /// Nobody asked it in this look. What was known before stays as it is.
    fn unasked(question: Question) -> Self {
        let file = Executable { path: Reading::Blocked, ..Executable::default() };
        Self {
            pid: question.door.pid,
            file: (question.file && question.command).then_some(file),
            command: question.command.then_some(Reading::Blocked),
            io: None,
            missed: false,
            failed: None,
        }
    }

    /// It let us wait: what it had not answered until then is blocked.
    fn late(current: Current) -> Self {
        let Current { question, file, io, since } = current;
        let blocked = || Executable { path: Reading::Blocked, ..Executable::default() };
        Self {
            pid: question.door.pid,
            file: question.file.then(|| file.unwrap_or_else(blocked)),
            command: question.command.then_some(Reading::Blocked),
            io: question.io.then(|| io.unwrap_or(Reading::Blocked)),
            missed: since.elapsed() >= DEADLINE,
            failed: None,
        }
    }

    /// Puts what was found out into a row.
    pub(super) fn write(self, row: &mut Process) {
        if let Some(file) = self.file {
            (row.exe, row.exe_deleted, row.exe_memory) = (file.path, file.deleted, file.memory);
        }
        if let Some(command) = self.command {
            row.command = command;
        }
        if let Some(io) = self.io {
            row.io = io;
        }
    }
}

/// The helper in use, and how many were left behind.
pub(super) struct Commands {
    proc: Arc<OwnedFd>,
    memory: Memory,
    desk: Option<Arc<Desk>>,
    stuck: Stuck,
    /// Whom nobody came to in this look, and who could not be read for want of means.
    unasked: Vec<u32>,
    failed: Vec<(u32, Errno)>,
}

/// What the tick and its helper share.
#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    questions: VecDeque<Question>,
    answers: Vec<Answer>,
    current: Option<Current>,
    /// Nobody waits for this helper any more.
    left: bool,
}

struct Current {
    question: Question,
    since: Instant,
    file: Option<Executable>,
    io: Option<Reading<Io>>,
}

impl Desk {
    /// A panic while the lock is held leaves plain values behind, so the lock stays usable.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, proc: BorrowedFd<'_>, memory: &Memory) {
        let mut buffer = Vec::with_capacity(COMMAND_BYTES);
        let mut state = self.state();
        while !state.left {
            let Some(question) = state.questions.pop_front() else {
                self.changed.notify_all();
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let since = Instant::now();
            state.current = Some(Current { question, since, file: None, io: None });
            drop(state);
            let (door, pid) = (question.door, question.door.pid);
            let mut failed = None;
            let file = question.file.then(|| executable(proc, door, memory, &mut buffer));
            if let Some(current) = &mut self.state().current {
                current.file.clone_from(&file);
            }
            let io = question.io.then(|| storage(proc, pid, &mut buffer, &mut failed));
            if let Some(current) = self.state().current.as_mut().filter(|_| question.command) {
                current.io = io;
            }
            let command =
                question.command.then(|| command_line(proc, door, &mut buffer, &mut failed));
            state = self.state();
            state.current = None;
            state.answers.push(Answer { pid, file, command, io, missed: false, failed });
        }
    }
}

impl Drop for Commands {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Commands {
    /// Counts the threads that it leaves behind in `stuck`, with those of all others.
    pub(super) fn new(proc: Arc<OwnedFd>, stuck: Stuck) -> Self {
        let memory = Memory::known();
        Self { proc, memory, desk: None, stuck, unasked: Vec::new(), failed: Vec::new() }
    }

    /// Hands questions to the helper and does not wait. Without a helper nobody answers, and
    /// [`Commands::collect`] says so.
    pub(super) fn ask(&mut self, questions: VecDeque<Question>) -> VecDeque<Question> {
        if questions.is_empty() {
            return questions;
        }
        let Some(desk) = self.helper() else { return questions };
        desk.state().questions = questions;
        desk.changed.notify_all();
        VecDeque::new()
    }

    /// Waits for the answers. `unasked` is what [`Commands::ask`] gave back.
    pub(super) fn collect(&mut self, unasked: VecDeque<Question>) -> Vec<Answer> {
        let (mut answers, mut rest) = (Vec::new(), unasked);
        while let Some(desk) = self.desk.clone() {
            let begun = Instant::now();
            let late = wait(&desk, self.stuck.patience(), &mut answers, &mut rest);
            self.stuck.has_waited(begun);
            let Some(late) = late else { break };
            self.leave();
            answers.push(late);
            if self.stuck.patience().is_zero() {
                break;
            }
            rest = self.ask(std::mem::take(&mut rest));
        }
        self.unasked.extend(rest.iter().filter(|it| it.command).map(|it| it.door.pid));
        self.failed.extend(answers.iter().filter_map(|it| Some((it.pid, it.failed?))));
        answers.extend(rest.into_iter().map(Answer::unasked));
        answers
    }

    /// What this look did not come to, and what it had no means for; `whom` names processes.
    pub(super) fn missing(&mut self, whom: impl Fn(&[u32]) -> Whom) -> Vec<Unread> {
        let unasked = std::mem::take(&mut self.unasked);
        let (failed, errors): (Vec<u32>, Vec<Errno>) = self.failed.drain(..).unzip();
        let late = (!unasked.is_empty()).then(|| {
            let gap = Gap::Late(Late::Processes(u32::try_from(unasked.len()).unwrap_or(u32::MAX)));
            Unread { what: whom(&unasked).names(), ..Unread::gap(gap) }
        });
        let failed = errors
            .first()
            .map(|error| Unread::source(whom(&failed).file("cmdline"), error.to_string()));
        late.into_iter().chain(failed).collect()
    }

    fn helper(&mut self) -> Option<Arc<Desk>> {
        if self.desk.is_none() && !self.stuck.is_full() {
            let desk = Arc::new(Desk::default());
            let (served, proc) = (Arc::clone(&desk), Arc::clone(&self.proc));
            let (stuck, memory) = (self.stuck.clone(), self.memory.clone());
            let helper = std::thread::Builder::new().name("commands".to_owned()).spawn(move || {
                super::raise::looks();
                served.serve(proc.as_fd(), &memory);
                stuck.remove();
            });
            self.desk = helper.is_ok().then_some(desk);
        }
        self.desk.clone()
    }

    /// Lets the helper end when it can. It counts as stuck until then.
    fn leave(&mut self) {
        if let Some(desk) = self.desk.take() {
            self.stuck.add();
            desk.state().left = true;
            desk.changed.notify_all();
        }
    }
}

/// Waits until all is answered, or until one process is late or `patience` is over: who was at work then is returned,
/// and what was not asked yet is put into `rest`.
fn wait(
    desk: &Desk,
    patience: Duration,
    answers: &mut Vec<Answer>,
    rest: &mut VecDeque<Question>,
) -> Option<Answer> {
    let (mut state, begun) = (desk.state(), Instant::now());
    loop {
        if state.questions.is_empty() && state.current.is_none() {
            answers.append(&mut state.answers);
            return None;
        }
        let spent = state.current.as_ref().map_or(Duration::ZERO, |now| now.since.elapsed());
        let over = begun.elapsed() >= patience;
        if let Some(late) = state.current.take_if(|_| over || spent >= DEADLINE) {
            answers.append(&mut state.answers);
            *rest = std::mem::take(&mut state.questions);
            return Some(Answer::late(late));
        }
        if over {
            // The helper has not even begun.
            answers.append(&mut state.answers);
            *rest = std::mem::take(&mut state.questions);
            return None;
        }
        let left = DEADLINE.saturating_sub(spent).min(patience.saturating_sub(begun.elapsed()));
        let woken = desk.changed.wait_timeout(state, left);
        state = woken.unwrap_or_else(PoisonError::into_inner).0;
    }
}

fn executable(
    proc: BorrowedFd<'_>,
    door: Door,
    memory: &Memory,
    buffer: &mut Vec<u8>,
) -> Executable {
    let path = format!("{door}/exe");
    buffer.clear();
    let mut found = Executable::default();
    found.path = match rustix::fs::readlinkat_raw(proc, path.as_str(), spare_capacity(buffer)) {
        Ok(_) if !buffer.ends_with(DELETED) => {
            return Executable { path: Reading::Known(Untrusted::new(buffer.as_slice())), ..found };
        }
        Ok(_) => Reading::Known(Untrusted::new(buffer.as_slice())),
        // A path can be too long to be told; the file is there all the same.
        Err(Errno::NAMETOOLONG) => Reading::Unknown,
        Err(error) => return Executable { path: refusal(error), ..found },
    };
    if let Some(file) = file::stat(proc, &path) {
        found.deleted = file.links == 0;
        found.memory = found.deleted && memory.holds(file.device);
    }
    found
}

fn storage(
    proc: BorrowedFd<'_>,
    pid: u32,
    buffer: &mut Vec<u8>,
    failed: &mut Option<Errno>,
) -> Reading<Io> {
    match read_once(proc, &format!("{pid}/io"), buffer) {
        Ok(()) => text::io(buffer).map_or(Reading::Unknown, Reading::Known),
        Err(error) => want(error, failed),
    }
}

fn command_line(
    proc: BorrowedFd<'_>,
    door: Door,
    buffer: &mut Vec<u8>,
    failed: &mut Option<Errno>,
) -> Reading<Untrusted> {
    match read_once(proc, &format!("{door}/cmdline"), buffer) {
        Ok(()) => Reading::Known(Untrusted::new(buffer.as_slice())),
        Err(error) => want(error, failed),
    }
}

/// Without descriptors or memory nobody can read: the value is asked for again, and the want is told.
fn want<T>(error: Errno, failed: &mut Option<Errno>) -> Reading<T> {
    if matches!(error, Errno::MFILE | Errno::NFILE | Errno::NOMEM) {
        *failed = Some(error);
        return Reading::Blocked;
    }
    refusal(error)
}

fn read_once(proc: BorrowedFd<'_>, path: &str, buffer: &mut Vec<u8>) -> Result<(), Errno> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let file = rustix::fs::openat(proc, path, flags, Mode::empty())?;
    buffer.clear();
    rustix::io::read(file, spare_capacity(buffer)).map(drop)
}

/// What an error of the kernel means for the value.
pub(super) fn refusal<T>(error: Errno) -> Reading<T> {
    match error {
        Errno::ACCESS | Errno::PERM => Reading::Denied,
        _ => Reading::Unknown,
    }
}
