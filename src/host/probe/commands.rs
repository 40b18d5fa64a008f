//! What a hostile process can make slow: its command line, and the file behind its `exe` link.
//!
//! Four threads that map and unmap memory hold the lock that `/proc/PID/cmdline` needs for seconds, so
//! these are read in a helper thread. A process that does not answer in time is [`Reading::Blocked`]
//! and its helper is left behind; it ends by itself when the kernel lets go of it.
//!
//! Invariant: [`Commands::collect`] returns, and no thread is started once [`MOST_STUCK`] are stuck.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::fs::{AtFlags, Mode, OFlags, StatxFlags};
use rustix::io::Errno;

use crate::domain::facts::Reading;
use crate::domain::untrusted::Untrusted;

/// A process has this long to let us read its command line.
const DEADLINE: Duration = Duration::from_millis(50);
/// This many processes may let us wait in one look; who is left then is asked in the next one.
const MOST_MISSES: usize = 2;
/// Helpers that hang in the kernel.
const MOST_STUCK: usize = 8;
/// More of a command line is not kept in a snapshot.
const COMMAND_BYTES: usize = 4096;
/// What the kernel appends to the name of a file that was unlinked; a file may also be named so.
const DELETED: &[u8] = b" (deleted)";

/// What a helper found out about one process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Who was asked.
    pub(super) pid: u32,
    /// Target of `exe`.
    pub(super) exe: Reading<Untrusted>,
    /// The executable has no name on disk, by its link count.
    pub(super) deleted: bool,
    /// Arguments; `None` if they were not asked for.
    pub(super) command: Option<Reading<Untrusted>>,
    /// It let us wait in vain: do not ask again soon.
    pub(super) missed: bool,
}

/// One question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    /// Whom to ask.
    pub(super) pid: u32,
    /// For the arguments too, or for `exe` only.
    pub(super) command: bool,
}

impl Answer {
    fn unread(question: Question, exe: Reading<Untrusted>, deleted: bool, missed: bool) -> Self {
        let command = question.command.then_some(Reading::Blocked);
        Self { pid: question.pid, exe, deleted, command, missed }
    }
}

/// The helper in use, and how many were left behind.
pub(super) struct Commands {
    proc: Arc<OwnedFd>,
    desk: Option<Arc<Desk>>,
    stuck: Arc<AtomicUsize>,
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
    exe: Option<(Reading<Untrusted>, bool)>,
}

impl Desk {
    /// A panic while the lock is held leaves plain values behind, so the lock stays usable.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, proc: &OwnedFd) {
        let mut buffer = Vec::with_capacity(COMMAND_BYTES);
        let mut state = self.state();
        while !state.left {
            let Some(question) = state.questions.pop_front() else {
                self.changed.notify_all();
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            state.current = Some(Current { question, since: Instant::now(), exe: None });
            drop(state);
            let (exe, deleted) = executable(proc.as_fd(), question.pid, &mut buffer);
            let command = question.command.then(|| {
                if let Some(current) = &mut self.state().current {
                    current.exe = Some((exe.clone(), deleted));
                }
                command_line(proc.as_fd(), question.pid, &mut buffer)
            });
            state = self.state();
            state.current = None;
            let pid = question.pid;
            state.answers.push(Answer { pid, exe, deleted, command, missed: false });
        }
    }
}

impl Drop for Commands {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Commands {
    pub(super) fn new(proc: Arc<OwnedFd>) -> Self {
        Self { proc, desk: None, stuck: Arc::default() }
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
        let (mut answers, mut rest, mut misses) = (Vec::new(), unasked, 0);
        while let Some(desk) = self.desk.clone() {
            let late = wait(&desk, &mut answers, &mut rest);
            let Some(late) = late else { break };
            self.leave();
            answers.push(late);
            misses += 1;
            if misses == MOST_MISSES {
                break;
            }
            rest = self.ask(std::mem::take(&mut rest));
        }
        let unread = |question| Answer::unread(question, Reading::Blocked, false, false);
        answers.extend(rest.into_iter().map(unread));
        answers
    }

    fn helper(&mut self) -> Option<Arc<Desk>> {
        if self.desk.is_none() && self.stuck.load(Ordering::Acquire) < MOST_STUCK {
            let desk = Arc::new(Desk::default());
            let (served, proc) = (Arc::clone(&desk), Arc::clone(&self.proc));
            let stuck = Arc::clone(&self.stuck);
            let helper = std::thread::Builder::new().name("commands".to_owned()).spawn(move || {
                super::raise::looks();
                served.serve(&proc);
                stuck.fetch_sub(1, Ordering::AcqRel);
            });
            self.desk = helper.is_ok().then_some(desk);
        }
        self.desk.clone()
    }

    /// Lets the helper end when it can. It counts as stuck until then.
    fn leave(&mut self) {
        if let Some(desk) = self.desk.take() {
            self.stuck.fetch_add(1, Ordering::AcqRel);
            desk.state().left = true;
            desk.changed.notify_all();
        }
    }
}

/// Waits until all is answered, or until one process is late: that one is returned, and what was not
/// asked yet is put into `rest`.
fn wait(desk: &Desk, answers: &mut Vec<Answer>, rest: &mut VecDeque<Question>) -> Option<Answer> {
    let mut state = desk.state();
    loop {
        if state.questions.is_empty() && state.current.is_none() {
            answers.append(&mut state.answers);
            return None;
        }
        let spent = state.current.as_ref().map_or(Duration::ZERO, |now| now.since.elapsed());
        if let Some(late) = state.current.take_if(|_| spent >= DEADLINE) {
            answers.append(&mut state.answers);
            *rest = std::mem::take(&mut state.questions);
            let (exe, deleted) = late.exe.unwrap_or((Reading::Blocked, false));
            return Some(Answer::unread(late.question, exe, deleted, true));
        }
        let left = DEADLINE.saturating_sub(spent);
        let woken = desk.changed.wait_timeout(state, left);
        state = woken.unwrap_or_else(PoisonError::into_inner).0;
    }
}

fn executable(proc: BorrowedFd<'_>, pid: u32, buffer: &mut Vec<u8>) -> (Reading<Untrusted>, bool) {
    let path = format!("{pid}/exe");
    buffer.clear();
    match rustix::fs::readlinkat_raw(proc, path.as_str(), spare_capacity(buffer)) {
        Ok(_) => {
            let deleted = buffer.ends_with(DELETED) && has_no_name(proc, &path);
            (Reading::Known(Untrusted::new(buffer.as_slice())), deleted)
        }
        Err(error) => (refusal(error), false),
    }
}

/// The link count of the file itself, without opening it and without asking a server for it.
fn has_no_name(proc: BorrowedFd<'_>, path: &str) -> bool {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let Ok(file) = rustix::fs::openat(proc, path, flags, Mode::empty()) else { return false };
    let flags = AtFlags::EMPTY_PATH | AtFlags::STATX_DONT_SYNC;
    rustix::fs::statx(&file, c"", flags, StatxFlags::NLINK).is_ok_and(|found| found.stx_nlink == 0)
}

fn command_line(proc: BorrowedFd<'_>, pid: u32, buffer: &mut Vec<u8>) -> Reading<Untrusted> {
    let (path, flags) = (format!("{pid}/cmdline"), OFlags::RDONLY | OFlags::CLOEXEC);
    let read = rustix::fs::openat(proc, path, flags, Mode::empty()).and_then(|file| {
        buffer.clear();
        rustix::io::read(file, spare_capacity(buffer))
    });
    match read {
        Ok(_) => Reading::Known(Untrusted::new(buffer.as_slice())),
        Err(error) => refusal(error),
    }
}

/// What an error of the kernel means for the value.
pub(super) fn refusal<T>(error: Errno) -> Reading<T> {
    match error {
        Errno::ACCESS | Errno::PERM => Reading::Denied,
        _ => Reading::Unknown,
    }
}
