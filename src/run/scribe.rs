//! The scribe: a thread that owns the journal, so that no key waits for a disk.
//!
//! Invariant: an entry is answered when it is on disk, or never will be. While the disk takes nothing, entries wait
//! in memory without an answer, in order, and are tried again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use crate::cockpit::Msg;
use crate::cockpit::model::NoticeKind;
use crate::domain::base::Clock;
use crate::domain::session::{Event, PROGRAM};
use crate::domain::untrusted::Untrusted;
use crate::host::store::{Backlog, Journal, Settled};
use crate::run::cockpit::Happening;
use crate::run::complain::chain;

/// Events that may wait for the disk.
const WAITING: usize = 256;
/// How long a disk that takes nothing is left alone; longer each time.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
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
        journal: Journal,
        who: Untrusted,
        clock: impl Clock + 'static,
        inbox: Sender<Happening>,
    ) -> std::io::Result<Self> {
        let (orders, waiting) = sync_channel::<(u64, Event)>(WAITING);
        let (finished, done) = sync_channel(1);
        let desk = Desk { backlog: Backlog::new(journal), who, in_trouble: false, inbox };
        thread::Builder::new().name("scribe".into()).spawn(move || {
            raise_priority();
            desk.work(&waiting, &clock);
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

/// The scribe's side.
struct Desk {
    backlog: Backlog,
    who: Untrusted,
    /// It was said that entries wait.
    in_trouble: bool,
    inbox: Sender<Happening>,
}

impl Desk {
    /// Writes until nobody asks any more. What the disk does not take waits, and is tried again.
    fn work(mut self, orders: &Receiver<(u64, Event)>, clock: &impl Clock) {
        let program = Untrusted::from(PROGRAM);
        let mut pause = PAUSE;
        loop {
            let order = if self.backlog.is_empty() {
                pause = PAUSE;
                orders.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                orders.recv_timeout(pause)
            };
            match order {
                Ok((ticket, event)) => {
                    let by_itself = matches!(
                        event,
                        Event::Found { .. } | Event::Trouble { .. } | Event::TapeAt { .. }
                    );
                    let by = if by_itself { program.clone() } else { self.who.clone() };
                    let moment = clock.now();
                    self.settle(Some(ticket), |it| it.write(ticket, moment, by, event));
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.settle(None, Backlog::retry);
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.settle(None, Backlog::retry);
    }

    /// Tells what became of entries. One that waits has no answer yet.
    fn settle(&mut self, ticket: Option<u64>, act: impl FnOnce(&mut Backlog) -> Settled) {
        // A fault of our own must not leave the responder waiting for an answer.
        let Ok(settled) = catch_unwind(AssertUnwindSafe(|| act(&mut self.backlog))) else {
            let why = "the journal's writer fell".into();
            return ticket.map_or((), |ticket| self.tell(Msg::NotSaved(ticket, why)));
        };
        for (ticket, answer) in settled.answers {
            self.tell(match answer {
                Ok(entry) => Msg::Saved(ticket, Box::new(entry)),
                Err(error) => Msg::NotSaved(ticket, chain(&error).into()),
            });
        }
        match settled.trouble {
            Some(error) if !self.in_trouble => {
                let what = format!("entries wait in memory: {}", chain(&error));
                self.tell(Msg::Notice(NoticeKind::Trouble(what.into())));
                self.in_trouble = true;
            }
            None if self.in_trouble && self.backlog.is_empty() => {
                self.backlog.journal().refill();
                self.in_trouble = false;
            }
            Some(_) | None => {}
        }
    }

    fn tell(&self, msg: Msg) {
        // Without a screen there is still the journal.
        self.inbox.blocking_send(Happening::Msg(msg)).ok();
    }
}

/// On a host that is being mined the disk is quick and the wake-up is not. Root may go before the miners;
/// for anybody else this fails, and writes are as slow as they are.
fn raise_priority() {
    let this_thread = Some(rustix::thread::gettid());
    rustix::process::setpriority_process(this_thread, -5).ok();
}
