//! The real binary, fed with notes over a pipe, and what it said.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::support::pty::build_folder;

/// A program that says nothing for so long is blocked.
const PATIENCE: Duration = Duration::from_secs(20);

/// The binary of this build: tests know where it is, the tool looks beside itself.
pub(crate) fn binary() -> Result<PathBuf, String> {
    let beside = || build_folder().join("firedamp");
    let file = option_env!("CARGO_BIN_EXE_firedamp").map_or_else(beside, PathBuf::from);
    if file.exists() {
        return Ok(file);
    }
    let release = if file.iter().any(|part| part == "release") { " --release" } else { "" };
    Err(format!("{} is not built: cargo build{release} --bins", file.display()))
}

/// `firedamp note` on the newest session, and its notes on their way.
pub(crate) struct Notes {
    child: Child,
    said: Receiver<String>,
    feeding: JoinHandle<()>,
}

/// What it said until its end.
#[derive(Debug)]
pub(crate) struct Said {
    /// The numbers that it called saved, in order.
    pub(crate) saved: Vec<u64>,
    /// Everything else.
    pub(crate) complaint: String,
    pub(crate) status: ExitStatus,
}

impl Notes {
    /// Starts it with these notes, and closes its input behind them if it shall `end`.
    pub(crate) fn start(
        mut command: Command,
        notes: impl Iterator<Item = String> + Send + 'static,
        end: bool,
    ) -> Result<Self, String> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let (mut input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (told, said) = sync_channel(1 << 16);
        let feeding = thread::spawn(move || {
            // It may be gone in the middle of it.
            let fed =
                notes.map(|note| note + "\n").try_for_each(|it| input.write_all(it.as_bytes()));
            if fed.is_ok() && !end {
                // Held open until it is gone.
                while input.write_all(b"\n").is_ok() {
                    thread::sleep(Duration::from_millis(1));
                }
            }
        });
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            let mut line = String::new();
            // A line that its death cut short was not said.
            while output.read_line(&mut line).is_ok() && line.ends_with('\n') {
                if told.send(std::mem::take(&mut line)).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, said, feeding })
    }

    /// Waits for the first line; `None` if it ends without one.
    pub(crate) fn first(&self) -> Result<Option<String>, String> {
        match self.said.recv_timeout(PATIENCE) {
            Ok(line) => Ok(Some(line)),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => Err(String::from("it says nothing")),
        }
    }

    pub(crate) fn kill(&mut self) -> Result<(), String> {
        self.child.kill().map_err(|error| error.to_string())
    }

    /// Waits for its end; `first` is what it said before.
    pub(crate) fn end(mut self, first: Option<String>) -> Result<Said, String> {
        let mut lines: Vec<String> = first.into_iter().collect();
        while let Some(line) = self.first().inspect_err(|_| drop(self.child.kill()))? {
            lines.push(line);
        }
        let mut complaint = String::new();
        if let Some(mut err) = self.child.stderr.take() {
            err.read_to_string(&mut complaint).map_err(|error| error.to_string())?;
        }
        let status = self.child.wait().map_err(|error| error.to_string())?;
        self.feeding.join().map_err(|_| String::from("the feeder fell"))?;
        let number = |line: &String| line.strip_prefix("saved ")?.trim_end().parse().ok();
        let saved: Vec<u64> = lines.iter().filter_map(number).collect();
        if saved.len() == lines.len() {
            Ok(Said { saved, complaint, status })
        } else {
            Err(format!("it said {lines:?} {complaint}"))
        }
    }
}

/// Runs it to its end, within reason; how that was.
pub(crate) fn ended(mut command: Command) -> Result<ExitStatus, String> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(1));
    }
    drop((child.kill(), child.wait()));
    Err(String::from("it is blocked"))
}

/// The binary with these arguments about the newest session below `sessions`.
pub(crate) fn command(sessions: &Path, arguments: &[&str]) -> Result<Command, String> {
    let mut command = plain(binary()?.as_path());
    command.args(arguments).arg("--dir").arg(sessions).env_clear();
    Ok(command)
}

/// Any program.
#[expect(clippy::disallowed_methods, reason = "a test starts what it tortures")]
pub(crate) fn plain(program: &Path) -> Command {
    Command::new(program)
}
