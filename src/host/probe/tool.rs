//! The only place where a program of the host is run: by its absolute path, with an empty environment,
//! nothing on its standard input, a deadline, and a cap on what it may say.
//!
//! And [`Errand`], a thread for what may take long: the tick asks, goes on, and takes the answer when
//! it is there.

use std::io::Read;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
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
        let errand = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || while asked.recv().is_ok() && answer.send(work()).is_ok() {});
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
