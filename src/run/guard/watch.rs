//! What the guard does while the screen is drawn: hands signals on, stops with it, and clears up after it.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitOptions, WaitStatus, kill_current_process_group, kill_process, waitpid,
};
use tokio::signal::unix::{Signal as Heard, SignalKind, signal};
use tokio::time::{Instant, sleep_until};

use crate::run::guard::{has_shell, obituary};
use crate::run::terminal::Found;

/// A screen that was told to go and is still there after this is killed: its entries are on disk, or never will be.
const GRACE: Duration = Duration::from_secs(5);

/// How the screen ended.
#[derive(Clone, Copy, Debug)]
enum End {
    /// With this code.
    Left(i32),
    /// By this signal.
    Killed(i32),
}

impl End {
    /// Reads what the kernel says; nothing if the screen only stopped.
    fn of(status: WaitStatus) -> Option<Self> {
        status.exit_status().map(Self::Left).or(status.terminating_signal().map(Self::Killed))
    }
}

/// Waits for the end of `screen`, puts the terminal back if that did not, and ends as the screen ended.
pub(super) fn until_it_ends(screen: Pid, found: &Found) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let watched = runtime.and_then(|runtime| runtime.block_on(watch(screen, found)));
    // Without signals one can still wait; what ends the guard then is heard by the screen.
    match watched.unwrap_or_else(|_| wait(screen)) {
        End::Left(code) => {
            if found.is_taken() {
                found.put_back();
            }
            exit_code(code)
        }
        End::Killed(signal) => {
            found.put_back();
            if let Some(complaint) = obituary(signal) {
                found.say(&complaint.to_string());
            }
            // As a shell would say it.
            exit_code(128 + signal)
        }
    }
}

fn exit_code(code: i32) -> ExitCode {
    u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Waits and does nothing else.
fn wait(screen: Pid) -> End {
    loop {
        match waitpid(Some(screen), WaitOptions::empty()) {
            Ok(status) => {
                if let Some(end) = status.and_then(|(_, status)| End::of(status)) {
                    return end;
                }
            }
            Err(Errno::INTR) => {}
            // No child of ours any more: somebody else has heard its end.
            Err(_) => return End::Left(1),
        }
    }
}

/// Signals that the guard must not die of, and those that concern the screen.
struct Signals {
    child: Heard,
    resumed: Heard,
    hangup: Heard,
    terminate: Heard,
    interrupt: Heard,
    stop: Heard,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        let raw = |it: Signal| signal(SignalKind::from_raw(it.as_raw()));
        Ok(Self {
            child: signal(SignalKind::child())?,
            resumed: raw(Signal::CONT)?,
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            stop: raw(Signal::TSTP)?,
        })
    }
}

async fn watch(screen: Pid, found: &Found) -> io::Result<End> {
    let mut signals = Signals::listen()?;
    let mut patience: Option<Instant> = None;
    // It may have ended or stopped before anybody listened.
    loop {
        if let Some(end) = look(screen, found)? {
            return Ok(end);
        }
        let told = tokio::select! {
            biased;
            // Before the news of a child that had stopped: it goes on too, now.
            _ = signals.resumed.recv() => Signal::CONT,
            _ = signals.hangup.recv() => Signal::HUP,
            _ = signals.terminate.recv() => Signal::TERM,
            _ = signals.interrupt.recv() => Signal::INT,
            _ = signals.stop.recv() => Signal::TSTP,
            _ = signals.child.recv() => continue,
            () = sleep_until(patience.unwrap_or_else(Instant::now)), if patience.is_some() => {
                patience = None;
                Signal::KILL
            }
        };
        if matches!(told, Signal::HUP | Signal::TERM | Signal::INT) {
            patience.get_or_insert_with(|| Instant::now() + GRACE);
        }
        // It is our child and was not waited for, so this is its number even if it has just died.
        kill_process(screen, told).ok();
    }
}

/// What became of the screen; where it stopped, the whole job stops here until it is continued.
fn look(screen: Pid, found: &Found) -> io::Result<Option<End>> {
    let options = WaitOptions::NOHANG | WaitOptions::UNTRACED;
    let Some((_, status)) = waitpid(Some(screen), options)? else { return Ok(None) };
    // Without a shell nobody could take the terminal, or type `fg`.
    if status.stopped() && has_shell() {
        if found.is_taken() {
            found.put_back();
        }
        kill_current_process_group(Signal::STOP)?;
        kill_process(screen, Signal::CONT)?;
    }
    Ok(End::of(status))
}
