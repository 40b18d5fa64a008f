//! What the guard does while the screen is drawn: hands signals on, stops with it, and clears up after it.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_current_process_group, kill_process,
    waitid,
};
use tokio::runtime::{Builder, Runtime};
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
    fn of(status: &WaitIdStatus) -> Option<Self> {
        status.exit_status().map(Self::Left).or(status.terminating_signal().map(Self::Killed))
    }
}

/// The guard's ears: open before there is a screen, so that no signal ends the guard first.
pub(super) struct Watch {
    runtime: Runtime,
    signals: Signals,
}

impl Watch {
    /// Begins to listen.
    pub(super) fn begin() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let signals = {
            let _runtime = runtime.enter();
            Signals::listen()?
        };
        Ok(Self { runtime, signals })
    }

    /// Waits for the end of `screen`, puts the terminal back if that did not, and ends as the screen ended.
    pub(super) fn until_it_ends(mut self, screen: Pid, found: &Found) -> ExitCode {
        match self.runtime.block_on(watch(screen, &mut self.signals, found)) {
            Ok(End::Left(code)) => {
                if found.is_taken() {
                    found.put_back();
                }
                exit_code(code)
            }
            Ok(End::Killed(signal)) => {
                found.put_back();
                if let Some(complaint) = obituary(signal) {
                    found.say(&complaint.to_string());
                }
                // As a shell would say it.
                exit_code(128 + signal)
            }
            // No child of ours any more: what became of it cannot be known.
            Err(_) => {
                found.put_back();
                ExitCode::FAILURE
            }
        }
    }
}

fn exit_code(code: i32) -> ExitCode {
    u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
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

async fn watch(screen: Pid, signals: &mut Signals, found: &Found) -> io::Result<End> {
    let mut patience: Option<Instant> = None;
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
        // It goes on with the whole job, unless somebody told only us.
        if told != Signal::CONT || state(screen)?.is_some_and(|state| state.stopped()) {
            // It is our child and was not waited for, so this is its number even if it has just died.
            kill_process(screen, told).ok();
        }
    }
}

/// How the screen ended; where it only stopped, the whole job stops here until it is continued.
fn look(screen: Pid, found: &Found) -> io::Result<Option<End>> {
    let Some(now) = state(screen)? else { return Ok(None) };
    // Without a shell nobody could take the terminal, or type `fg`.
    if now.stopped() && has_shell() {
        if found.is_taken() {
            found.put_back();
        }
        kill_current_process_group(Signal::STOP)?;
    }
    Ok(End::of(&now))
}

/// The screen has ended, or is stopped now; asking changes nothing.
fn state(screen: Pid) -> rustix::io::Result<Option<WaitIdStatus>> {
    let options = WaitIdOptions::EXITED
        | WaitIdOptions::STOPPED
        | WaitIdOptions::NOHANG
        | WaitIdOptions::NOWAIT;
    waitid(WaitId::Pid(screen), options)
}
