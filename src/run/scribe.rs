//! The scribe: a thread that owns the journal, so that no key waits for a disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use crate::cockpit::Msg;
use crate::domain::base::Clock;
use crate::domain::session::{Event, PROGRAM};
use crate::domain::untrusted::Untrusted;
use crate::host::store::Journal;
use crate::run::cockpit::Happening;
use crate::run::complain::chain;

/// Events that may wait for the disk.
const WAITING: usize = 256;
/// How long leaving waits for the disk.
const PATIENCE: Duration = Duration::from_secs(2);

/// The way to the journal.
#[derive(Debug)]
pub(super) struct Scribe {
    orders: SyncSender<(u64, Event)>,
    done: Receiver<()>,
}

impl Scribe {
    /// Starts a scribe that writes in the name of `who` and answers to `inbox`.
    pub(super) fn hire(
        mut journal: Journal,
        who: Untrusted,
        clock: impl Clock + 'static,
        inbox: Sender<Happening>,
    ) -> std::io::Result<Self> {
        let (orders, waiting) = sync_channel::<(u64, Event)>(WAITING);
        let (finished, done) = sync_channel(1);
        thread::Builder::new().name("scribe".into()).spawn(move || {
            raise_priority();
            let program = Untrusted::from(PROGRAM);
            for (ticket, event) in waiting {
                let by_itself = matches!(
                    event,
                    Event::Found { .. } | Event::Trouble { .. } | Event::TapeAt { .. }
                );
                let by = if by_itself { &program } else { &who };
                // A fault of our own must not leave the responder waiting for an answer.
                let append = AssertUnwindSafe(|| journal.append(clock.now(), by, event));
                let msg = match catch_unwind(append) {
                    Ok(Ok(entry)) => Msg::Saved(ticket, Box::new(entry)),
                    Ok(Err(error)) => Msg::NotSaved(ticket, chain(&error).into()),
                    Err(_) => Msg::NotSaved(ticket, "the journal's writer fell".into()),
                };
                // Without a screen there is still the journal.
                inbox.blocking_send(Happening::Msg(msg)).ok();
            }
            finished.send(()).ok();
        })?;
        Ok(Self { orders, done })
    }

    /// Asks for an event to be written; says so at once if that cannot be.
    pub(super) fn write(&self, ticket: u64, event: Event) -> Option<Msg> {
        let why = match self.orders.try_send((ticket, event)) {
            Ok(()) => return None,
            Err(TrySendError::Full(_)) => "the disk is too slow: too many entries wait for it",
            Err(TrySendError::Disconnected(_)) => "the journal's writer has ended",
        };
        Some(Msg::NotSaved(ticket, why.into()))
    }

    /// Waits until everything is written, but not for ever.
    pub(super) fn dismiss(self, in_good_order: bool) {
        if in_good_order {
            self.orders.try_send((0, Event::Left)).ok();
        }
        drop(self.orders);
        match self.done.recv_timeout(PATIENCE) {
            Ok(()) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
    }
}

/// On a host that is being mined the disk is quick and the wake-up is not. Root may go before the miners;
/// for anybody else this fails, and writes are as slow as they are.
fn raise_priority() {
    let this_thread = Some(rustix::thread::gettid());
    rustix::process::setpriority_process(this_thread, -5).ok();
}
