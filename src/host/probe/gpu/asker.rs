//! A thread that reads what drivers answer: who looks asks it, goes on, and takes the answer when it is there.
//!
//! A driver whose device hangs can hold a reader for ever. So the thread says at what it is; who is at one thing for
//! longer than [`PATIENCE`] is left behind, and nobody reads that again until it has let go of him.
//!
//! Invariant: nobody waits here, and at most [`MOST_LEFT`] threads are left behind at a time. They count with those of
//! all others who leave some.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::untrusted::Untrusted;
use crate::host::probe::commands::Stuck;

/// A driver has this long for one thing; nobody waits meanwhile.
const PATIENCE: Duration = Duration::from_secs(2);
/// So long after it was asked for, an answer is overdue.
const OVERDUE_MS: u64 = 10_000;
/// Threads that may hang in drivers, of each asker.
const MOST_LEFT: usize = 2;

/// A thread that answers questions one after the other, and others that hang.
pub(super) struct Asker<Q, A> {
    name: &'static str,
    work: fn(Q, &Course<'_>) -> A,
    desk: Option<Arc<Desk<Q, A>>>,
    left: Vec<Left<Q, A>>,
    stuck: Stuck,
    /// The boot clock of the look that waits for an answer.
    waits_ms: Option<u64>,
}

/// At what one that was left behind hangs.
struct Left<Q, A> {
    at: Untrusted,
    desk: Arc<Desk<Q, A>>,
}

/// What the looks and the thread share.
struct Desk<Q, A> {
    state: Mutex<State<Q, A>>,
    changed: Condvar,
}

struct State<Q, A> {
    question: Option<(Q, Vec<Untrusted>)>,
    answer: Option<A>,
    at: Option<(Untrusted, Instant)>,
    /// An answer is to come, or to be taken.
    is_asked: bool,
    /// Nobody asks this thread any more.
    is_left: bool,
    has_ended: bool,
}

/// What the thread says while it is at work.
pub(super) struct Course<'c> {
    hangs: &'c [Untrusted],
    at: &'c dyn Fn(Option<Untrusted>),
}

impl Course<'_> {
    /// Reads this unless somebody hangs there.
    pub(super) fn read<T>(&self, what: &Untrusted, read: impl FnOnce() -> T) -> Option<T> {
        if self.hangs.contains(what) {
            return None;
        }
        (self.at)(Some(what.clone()));
        let found = read();
        (self.at)(None);
        Some(found)
    }
}

impl<Q, A> Desk<Q, A> {
    /// A panic while the lock is held leaves plain values behind, so the lock stays usable.
    fn state(&self) -> MutexGuard<'_, State<Q, A>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, work: fn(Q, &Course<'_>) -> A) {
        let at = |what: Option<Untrusted>| self.state().at = what.map(|it| (it, Instant::now()));
        let mut state = self.state();
        while !state.is_left {
            let Some((question, hangs)) = state.question.take() else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            drop(state);
            let answer = work(question, &Course { hangs: &hangs, at: &at });
            state = self.state();
            state.answer = Some(answer);
            self.changed.notify_all();
        }
    }
}

impl<Q, A> Asker<Q, A> {
    /// Nobody is at work before the first question.
    pub(super) fn new(name: &'static str, stuck: Stuck, work: fn(Q, &Course<'_>) -> A) -> Self {
        Self { name, work, desk: None, left: Vec::new(), stuck, waits_ms: None }
    }

    /// What hangs now.
    pub(super) fn hangs(&self) -> impl Iterator<Item = &Untrusted> {
        self.left.iter().map(|it| &it.at)
    }

    /// What was told last is no news any more: an answer is overdue.
    pub(super) fn is_late(&self, now_ms: u64) -> bool {
        self.waits_ms.is_some_and(|since| now_ms.saturating_sub(since) > OVERDUE_MS)
    }

    /// Leaves the thread behind if it has been at one thing for too long, and forgets those that came back.
    fn watch(&mut self) {
        self.left.retain(|it| !it.desk.state().has_ended);
        let Some(desk) = &self.desk else { return };
        let late = desk.state().at.take_if(|(_, since)| since.elapsed() >= PATIENCE);
        if let Some((at, _)) = late {
            self.left.push(Left { at, desk: Arc::clone(desk) });
            self.leave();
        }
    }

    /// Lets the thread end when it can. It counts as stuck until then.
    fn leave(&mut self) {
        if let Some(desk) = self.desk.take() {
            self.stuck.add();
            desk.state().is_left = true;
            desk.changed.notify_all();
        }
    }
}

impl<Q: Send + 'static, A: Send + 'static> Asker<Q, A> {
    /// Asks, unless an answer is still to come or to be taken, or too many hang.
    pub(super) fn ask(&mut self, now_ms: u64, question: impl FnOnce() -> Q) {
        self.watch();
        self.waits_ms.get_or_insert(now_ms);
        let Some(desk) = self.desk.clone().or_else(|| self.start()) else { return };
        let mut state = desk.state();
        if state.is_asked {
            return;
        }
        let hangs = self.left.iter().map(|it| it.at.clone()).collect();
        state.question = Some((question(), hangs));
        state.is_asked = true;
        desk.changed.notify_all();
    }

    /// The answer, if it comes within `wait`.
    pub(super) fn take(&mut self, wait: Duration) -> Option<A> {
        let desk = self.desk.as_ref()?;
        let state = desk.state();
        if !state.is_asked {
            return None;
        }
        let waiting = |state: &mut State<Q, A>| state.answer.is_none();
        let mut state = if wait.is_zero() {
            state
        } else {
            let woken = desk.changed.wait_timeout_while(state, wait, waiting);
            woken.unwrap_or_else(PoisonError::into_inner).0
        };
        let answer = state.answer.take()?;
        state.is_asked = false;
        self.waits_ms = None;
        Some(answer)
    }

    fn start(&mut self) -> Option<Arc<Desk<Q, A>>> {
        if self.left.len() >= MOST_LEFT || self.stuck.is_full() {
            return None;
        }
        let desk = Arc::new(Desk { state: Mutex::default(), changed: Condvar::new() });
        let (served, work, stuck) = (Arc::clone(&desk), self.work, self.stuck.clone());
        let thread = std::thread::Builder::new().name(self.name.to_owned()).spawn(move || {
            crate::host::probe::raise::looks();
            served.serve(work);
            served.state().has_ended = true;
            stuck.remove();
        });
        self.desk = thread.is_ok().then_some(desk);
        self.desk.clone()
    }
}

impl<Q, A> Drop for Asker<Q, A> {
    fn drop(&mut self) {
        self.leave();
    }
}

impl<Q, A> Default for State<Q, A> {
    fn default() -> Self {
        Self {
            question: None,
            answer: None,
            at: None,
            is_asked: false,
            is_left: false,
            has_ended: false,
        }
    }
}
