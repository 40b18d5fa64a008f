//! What the guard does while the screen is drawn: hands signals on, stops with it, and clears up after it.

use std::io;
use std::process::ExitCode;
use std::task::{Context, Waker};
use std::time::Duration;

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_current_process_group, kill_process,
    waitid,
};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal as Heard, SignalKind, signal};
use tokio::time::{Instant, sleep_until};

use crate::domain::base::Language;
use crate::run::guard::{has_shell, obituary, put_back};
use crate::run::terminal::Found;

/// A screen that was told to go and is still there after this is killed: its entries are on disk, or never will be.
const GRACE: Duration = Duration::from_secs(5);

/// The screen is continued by somebody else this often, at most, while the shell gets the terminal.
const TRIES: usize = 16;

/// A stop that we are told of is mostly told to the whole job. Only if the screen has not stopped by itself after
/// this does it hear it from us: twice told, it might stop once more after it was continued.
const OVERLAP: Duration = Duration::from_millis(300);

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
    pub(super) fn until_it_ends(
        mut self,
        screen: Pid,
        found: &Found,
        language: Language,
    ) -> ExitCode {
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
                    found.say(&complaint.told(language));
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

    /// What was heard of the stop that is over. A terminal tells the whole job, and the screen may be faster.
    fn forget_stops(&mut self) {
        let mut nobody = Context::from_waker(Waker::noop());
        while self.stop.poll_recv(&mut nobody).is_ready() {}
    }
}

/// Signals that the screen gets later, if it is still needed then.
#[derive(Debug, Default)]
struct Due {
    stop: Option<Instant>,
    kill: Option<Instant>,
}

impl Due {
    /// When the next one is due.
    fn next(&self) -> Option<Instant> {
        self.stop.into_iter().chain(self.kill).min()
    }

    /// The one that is due now.
    fn take(&mut self) -> Signal {
        if self.stop.is_some() && self.stop == self.next() {
            self.stop = None;
            Signal::TSTP
        } else {
            self.kill = None;
            Signal::KILL
        }
    }
}

async fn watch(screen: Pid, signals: &mut Signals, found: &Found) -> io::Result<End> {
    let mut due = Due::default();
    loop {
        if let Some(end) = look(screen, found, &mut due)? {
            return Ok(end);
        }
        let next = due.next();
        let told = tokio::select! {
            biased;
            // Before the news of a child that had stopped: it goes on too, now.
            _ = signals.resumed.recv() => {
                signals.forget_stops();
                go_on(screen)?;
                continue;
            }
            _ = signals.hangup.recv() => Signal::HUP,
            _ = signals.terminate.recv() => Signal::TERM,
            _ = signals.interrupt.recv() => Signal::INT,
            _ = signals.stop.recv() => {
                due.stop = Some(Instant::now() + OVERLAP);
                continue;
            }
            _ = signals.child.recv() => continue,
            () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => due.take(),
        };
        if matches!(told, Signal::HUP | Signal::TERM | Signal::INT) {
            due.kill.get_or_insert_with(|| Instant::now() + GRACE);
        }
        // It is our child and was not waited for, so this is its number even if it has just died.
        kill_process(screen, told).ok();
    }
}

/// The screen goes on with the whole job; it is told again where it was not reached, or not yet.
fn go_on(screen: Pid) -> io::Result<()> {
    if state(screen)?.is_some_and(|state| state.stopped()) {
        kill_process(screen, Signal::CONT)?;
    }
    Ok(())
}

/// How the screen ended; where it only stopped, the whole job stops here until it is continued.
fn look(screen: Pid, found: &Found, due: &mut Due) -> io::Result<Option<End>> {
    let Some(now) = state(screen)? else { return Ok(None) };
    // Without a shell nobody could take the terminal, or type `fg`.
    if now.stopped() && has_shell() {
        due.stop = None;
        give_back(screen, found)?;
        put_back();
        kill_current_process_group(Signal::STOP)?;
        // Whoever continued us means the screen as well. Were it still stopped, it would seem to have stopped anew.
        go_on(screen)?;
    }
    Ok(End::of(&now))
}

/// The terminal as the shell had it. Whoever continues the screen in this moment has it draw behind what we put back:
/// then that is done again, but for nobody who goes on and on with it.
fn give_back(screen: Pid, found: &Found) -> io::Result<()> {
    for _ in 0..TRIES {
        kill_process(screen, Signal::STOP)?;
        if found.is_taken() {
            found.put_back();
        }
        let continued = WaitIdOptions::CONTINUED | WaitIdOptions::NOHANG;
        if waitid(WaitId::Pid(screen), continued)?.is_none() {
            break;
        }
    }
    Ok(())
}

/// The screen has ended, or is stopped now; asking changes nothing.
fn state(screen: Pid) -> rustix::io::Result<Option<WaitIdStatus>> {
    let options = WaitIdOptions::EXITED
        | WaitIdOptions::STOPPED
        | WaitIdOptions::NOHANG
        | WaitIdOptions::NOWAIT;
    waitid(WaitId::Pid(screen), options)
}
