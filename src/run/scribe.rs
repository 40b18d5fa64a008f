//! The scribe: a thread that owns the journal, so that no key waits for a disk.
//!
//! Invariant: an entry is answered when it is on disk, or never will be. While the disk takes nothing, entries wait
//! in memory without an answer, in order, and are tried again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Sender;

use crate::cockpit::Msg;
use crate::cockpit::storage::{Storage, Unsaved};
use crate::domain::base::{Clock, Moment};
use crate::domain::session::{Event, PROGRAM, TimeWatch};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::raise;
use crate::host::store::{Backlog, Journal, JournalError, Settled, Store};
use crate::run::cockpit::Happening;
use crate::run::{moved, reason};

/// Events that may wait for the disk.
const WAITING: usize = 256;
/// Time from one look at the clocks to the next.
const LOOK: Duration = Duration::from_secs(1);
/// Clocks that were read within this time were read at once.
const AT_ONCE_MS: u64 = 100;
/// How long a disk that takes nothing is left alone; longer each time.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long leaving waits for the disk.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the scribe can be told.
#[derive(Debug)]
enum Order {
    /// Write this.
    Write(u64, Event),
    /// Carry the session of this store to that sessions directory.
    Carry(Store, PathBuf),
    /// Tell that somebody is here who could.
    Beat,
}

/// The way to the journal.
#[derive(Debug)]
pub(super) struct Scribe {
    orders: SyncSender<Order>,
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
        let (orders, waiting) = sync_channel::<Order>(WAITING);
        let (finished, done) = sync_channel(1);
        let (backlog, told) = (Backlog::new(journal), Storage::default());
        let desk = Desk { backlog, who, told, watch: TimeWatch::default(), inbox };
        thread::Builder::new().name("scribe".into()).spawn(move || {
            raise::journal();
            desk.work(&waiting, &clock);
            finished.send(()).ok();
        })?;
        Ok(Self { orders, done })
    }

    /// Asks for an event to be written; says so at once if that cannot be.
    pub(super) fn write(&self, ticket: u64, event: Event) -> Option<Msg> {
        let why = match self.orders.try_send(Order::Write(ticket, event)) {
            Ok(()) => return None,
            Err(TrySendError::Full(_)) => Unsaved::Slow,
            Err(TrySendError::Disconnected(_)) => Unsaved::WriterEnded,
        };
        Some(Msg::NotSaved(ticket, why))
    }

    /// Asks for the session of `store` to be carried to another sessions directory; `false` if it cannot be asked.
    pub(super) fn carry(&self, store: Store, to: PathBuf) -> bool {
        self.orders.try_send(Order::Carry(store, to)).is_ok()
    }

    /// Has those who watch told that somebody is here. A scribe whose disk hangs does not come to it.
    pub(super) fn beat(&self) {
        self.orders.try_send(Order::Beat).ok();
    }

    /// Waits until everything is written, but not for ever.
    pub(super) fn dismiss(self, in_good_order: bool) {
        if in_good_order {
            self.orders.try_send(Order::Write(0, Event::Left)).ok();
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
    /// What was said about the disk.
    told: Storage,
    watch: TimeWatch,
    inbox: Sender<Happening>,
}

impl Desk {
    /// Writes until nobody asks any more. What the disk does not take waits, and is tried again.
    fn work(mut self, orders: &Receiver<Order>, clock: &impl Clock) {
        let (mut pause, mut next_try) = (PAUSE, Instant::now());
        self.look_at(None);
        loop {
            self.watch_the_time(clock);
            match orders.recv_timeout(LOOK) {
                Ok(Order::Write(ticket, event)) => self.write(ticket, event, clock.now()),
                Ok(Order::Carry(store, to)) => self.carry(&store, &to),
                Ok(Order::Beat) => self.backlog.journal().beat(clock.now()),
                // Others use the disk too.
                Err(RecvTimeoutError::Timeout) if self.backlog.is_empty() => self.look_at(None),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.backlog.is_empty() {
                pause = PAUSE;
                next_try = Instant::now() + pause;
            } else if Instant::now() >= next_try {
                self.settle(None, Backlog::retry);
                pause = (pause * 2).min(LONGEST_PAUSE);
                next_try = Instant::now() + pause;
            }
        }
        self.settle(None, Backlog::retry);
    }

    /// Clocks that were moved are entries: whoever reads the journal later sees the times and wonders.
    fn watch_the_time(&mut self, clock: &impl Clock) {
        let Some(awake_ms) = clock.awake_ms() else { return };
        let now = clock.now();
        let held_up = |after: u64| after.saturating_sub(awake_ms) > AT_ONCE_MS;
        if clock.awake_ms().is_none_or(held_up) {
            // On a busy host we may have stood still between two clocks; then they say nothing together.
            return;
        }
        for event in self.watch.see(now, awake_ms) {
            self.write(0, event, now);
        }
    }

    fn write(&mut self, ticket: u64, event: Event, moment: Moment) {
        let by_itself = matches!(
            event,
            Event::Found { .. }
                | Event::Ended { .. }
                | Event::Trouble { .. }
                | Event::Anchored { .. }
                | Event::TapeAt { .. }
                | Event::Clock { .. }
                | Event::Autostart { .. }
                | Event::WireRefused { .. }
                | Event::Prepared(_)
                | Event::Rules(_)
        );
        let by = if by_itself { PROGRAM.into() } else { self.who.clone() };
        self.settle(Some(ticket), |it| it.write(ticket, moment, by, event));
    }

    fn carry(&mut self, store: &Store, to: &Path) {
        match moved::carry(store, to, &mut self.backlog, &self.who) {
            Ok(moved) => {
                self.settle(None, Backlog::retry);
                self.inbox.blocking_send(Happening::Carried(Box::new(moved))).ok();
            }
            Err(msg) => self.tell(msg),
        }
    }

    /// Tells what became of entries. One that waits has no answer yet.
    fn settle(&mut self, ticket: Option<u64>, act: impl FnOnce(&mut Backlog) -> Settled) {
        // A fault of our own must not leave the responder waiting for an answer.
        let Ok(settled) = catch_unwind(AssertUnwindSafe(|| act(&mut self.backlog))) else {
            let fell = |ticket| self.tell(Msg::NotSaved(ticket, Unsaved::WriterEnded));
            return ticket.map_or((), fell);
        };
        for (ticket, answer) in settled.answers {
            self.tell(match answer {
                Ok(entry) => Msg::Saved(ticket, Box::new(entry)),
                Err(error) => Msg::NotSaved(ticket, reason::unsaved(&error)),
            });
        }
        if self.told.waiting.is_some() && self.backlog.is_empty() {
            self.backlog.journal().refill();
        }
        self.look_at(settled.trouble.as_ref().filter(|_| !self.backlog.is_empty()));
    }

    /// Says how the disk is, when that is news.
    fn look_at(&mut self, trouble: Option<&JournalError>) {
        let now = moved::storage(&self.backlog, trouble);
        if now != self.told {
            self.told = now.clone();
            self.tell(Msg::Storage(now));
        }
    }

    fn tell(&self, msg: Msg) {
        // Without a screen there is still the journal.
        self.inbox.blocking_send(Happening::Msg(msg)).ok();
    }
}

#[cfg(test)]
mod tests;
