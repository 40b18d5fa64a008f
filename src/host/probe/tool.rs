//! The only place where a program of the host is run: by its absolute path, with an empty environment,
//! nothing on its standard input, a deadline, and a cap on what it may say.
//!
//! And [`Errand`], a thread for what may take long: the tick asks, goes on, and takes the answer when
//! it is there.
//!
//! Invariant: an errand is one thread, and none is started in its place when it hangs; all that hang are counted.

use std::io::Read;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// More is not read of what a program says.
const MOST: usize = 1 << 20;

/// Why a program gave no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum ToolError {
    /// It could not be started, or not be read.
    #[error("cannot run it: {0}")]
    Run(#[from] std::io::Error),
    /// It was still running, and was killed.
    #[error("no answer within {} s", .0.as_secs())]
    Late(Duration),
    /// It ended with an error.
    #[error("it ended with {0}")]
    Status(std::process::ExitStatus),
}

/// Runs a program and gives back what it printed.
pub(super) fn run(program: &Path, args: &[&str], deadline: Duration) -> Result<Vec<u8>, ToolError> {
    #[expect(clippy::disallowed_methods, reason = "this is the place that the rule names")]
    let mut command = Command::new(program);
    command.args(args).env_clear().current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    let printed = printed(&mut child, Instant::now() + deadline);
    if !matches!(printed, Ok(Some(_))) {
        child.kill()?;
    }
    let status = child.wait()?;
    match printed? {
        None => Err(ToolError::Late(deadline)),
        Some(_) if !status.success() => Err(ToolError::Status(status)),
        Some(bytes) => Ok(bytes),
    }
}

/// All that it prints until it closes its output; `None` if it does not do so in time.
fn printed(child: &mut Child, end: Instant) -> std::io::Result<Option<Vec<u8>>> {
    let Some(mut output) = child.stdout.take() else { return Ok(Some(Vec::new())) };
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).map_err(std::io::Error::other)?;
        let mut waiting = [PollFd::from_borrowed_fd(output.as_fd(), PollFlags::IN)];
        match poll(&mut waiting, Some(&timeout)) {
            Ok(0) => return Ok(None),
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
        let size = output.read(&mut part)?;
        if size == 0 || bytes.len() >= MOST {
            return Ok(Some(bytes));
        }
        bytes.extend_from_slice(part.get(..size).unwrap_or_default());
    }
}

/// A thread that does one thing when it is asked, one at a time.
pub(super) struct Errand<A> {
    ask: SyncSender<()>,
    answers: Receiver<A>,
    since: Option<Instant>,
}

impl<A: Send + 'static> Errand<A> {
    /// Starts the thread; `None` if the system gives us none.
    pub(super) fn new(name: &str, mut work: impl FnMut() -> A + Send + 'static) -> Option<Self> {
        let ((ask, asked), (answer, answers)) = (sync_channel(1), sync_channel(1));
        let turn = Turn::of(name);
        let errand = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            while asked.recv().is_ok() {
                turn.begins();
                let done = work();
                turn.ends();
                if answer.send(done).is_err() {
                    return;
                }
            }
        });
        errand.ok().map(|_| Self { ask, answers, since: None })
    }

    /// Asks, unless it is still at work on the last question; `false` if it is.
    pub(super) fn ask(&mut self) -> bool {
        let asks = self.since.is_none() && self.ask.try_send(()).is_ok();
        if asks {
            self.since = Some(Instant::now());
        }
        asks
    }

    /// It waits to be asked: every answer was taken.
    pub(super) const fn is_idle(&self) -> bool {
        self.since.is_none()
    }

    /// It has been at work for longer than `patience`.
    pub(super) fn is_late(&self, patience: Duration) -> bool {
        self.since.is_some_and(|since| since.elapsed() > patience)
    }

    /// The answer, if it comes within `wait`.
    pub(super) fn take(&mut self, wait: Duration) -> Option<A> {
        self.since?;
        let answer = self.answers.recv_timeout(wait).ok()?;
        self.since = None;
        Some(answer)
    }
}

/// What an errand is at, for whoever counts those that hang.
struct Turn(Since);

/// Since when it is at work.
type Since = Arc<Mutex<Option<Instant>>>;

/// Since when which errands of this program are at work. A thread that hangs stays, whoever waits for it.
static TURNS: Mutex<Vec<(String, Since)>> = Mutex::new(Vec::new());

/// A panic while a lock is held leaves plain values behind, so it stays usable.
fn held<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Turn {
    fn of(name: &str) -> Self {
        let since = Arc::default();
        held(&TURNS).push((name.to_owned(), Arc::clone(&since)));
        Self(since)
    }

    fn begins(&self) {
        *held(&self.0) = Some(Instant::now());
    }

    fn ends(&self) {
        *held(&self.0) = None;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        held(&TURNS).retain(|(_, it)| !Arc::ptr_eq(it, &self.0));
    }
}

/// The errands that have been at one piece of work for longer than `patience`, by name.
pub(super) fn hanging(patience: Duration) -> Vec<String> {
    let turns = held(&TURNS);
    let long = |it: &Mutex<Option<Instant>>| held(it).is_some_and(|at| at.elapsed() > patience);
    turns.iter().filter(|(_, it)| long(it)).map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hangs(name: &str) -> bool {
        hanging(Duration::ZERO).iter().any(|it| it == name)
    }

    fn until(name: &str, so: bool) {
        let begun = Instant::now();
        while hangs(name) != so {
            assert!(begun.elapsed() < Duration::from_secs(20), "{name}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    #[test]
    fn an_errand_that_hangs_is_counted_until_it_ends_also_when_nobody_waits_for_it() {
        let (let_go, held) = sync_channel::<()>(0);
        let mut errand = Errand::new("hangs-here", move || held.recv().is_ok()).unwrap();
        assert!(!hangs("hangs-here"), "it was asked for nothing");
        assert!(errand.ask());
        until("hangs-here", true);
        assert_eq!(hanging(Duration::from_hours(1)), [] as [String; 0]);
        let_go.send(()).unwrap();
        assert_eq!(errand.take(Duration::from_secs(20)), Some(true));
        until("hangs-here", false);
        assert!(errand.ask());
        until("hangs-here", true);
        drop(errand);
        assert!(hangs("hangs-here"), "the thread is still there");
        drop(let_go);
        until("hangs-here", false);
    }
}
