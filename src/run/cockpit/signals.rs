//! The signals that end, stop and wake a terminal program.

use std::task::{Context, Waker};

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Signals that a terminal program must answer. Heard from before the terminal is taken: until then, they end us.
pub(in crate::run) struct Signals {
    pub(super) hangup: Signal,
    pub(super) terminate: Signal,
    pub(super) interrupt: Signal,
    pub(super) window: Signal,
    pub(super) resumed: Signal,
    pub(super) stop: Signal,
}

impl Signals {
    /// Begins to listen; a runtime must be there.
    pub(in crate::run) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            window: signal(SignalKind::window_change())?,
            resumed: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
            stop: signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?,
        })
    }

    /// The guard and the terminal may both have told us to stop; once is meant.
    pub(super) fn forget_stops(&mut self) {
        let mut nobody = Context::from_waker(Waker::noop());
        while self.stop.poll_recv(&mut nobody).is_ready() {}
    }
}
