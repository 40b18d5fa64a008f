//! The player: a thread that shows the frames of a tape at their time, and with them the entries of the journal
//! that is replayed.
//!
//! Invariant: after a change of place, the place comes first, then the frames that history needs, then entries.
//! It sleeps until a frame is due or somebody gives an order, and it ends when either side is gone.

mod deck;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

use tokio::sync::mpsc::Sender;

use crate::cockpit::model::{NoticeKind, Source, SourceKind};
use crate::cockpit::{Msg, Tape as Order};
use crate::domain::base::Timestamp;
use crate::domain::facts::Snapshot;
use crate::domain::session::Entry;
use crate::domain::untrusted::Untrusted;
use crate::host::store::Tape;
use crate::run::cockpit::Happening;

use deck::Deck;

/// Orders that may wait.
const WAITING: usize = 32;
/// Going back to an entry again within this time means the one before it.
const GRACE_MS: u64 = 1_000;

/// What is played.
pub(super) struct Reel {
    tape: Tape,
    deck: Deck,
    kind: SourceKind,
    /// The journal that is replayed, with the place of each entry.
    entries: Vec<(u64, Entry)>,
    /// Where it stands, for others to read.
    at: Arc<AtomicU64>,
}

/// The way to the player. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Player {
    orders: SyncSender<Order>,
    at: Arc<AtomicU64>,
}

/// The thread's side.
struct Playing {
    reel: Reel,
    inbox: Sender<Happening>,
    /// Entries that were shown.
    shown: usize,
    /// When the last frame that could be read was taken.
    read: Option<Timestamp>,
    /// The damage that was told of last: its file, and up to when the tape could be read.
    told: Option<(Untrusted, Option<Timestamp>)>,
}

/// The loop is gone.
struct Gone;

impl Reel {
    /// A tape by itself.
    pub(super) fn new(tape: Tape, kind: SourceKind) -> Self {
        let deck = Deck::new(tape.moments());
        Self { tape, deck, kind, entries: Vec::new(), at: Arc::default() }
    }

    /// A tape with the journal that was written while it was recorded.
    pub(super) fn with(mut self, entries: Vec<Entry>) -> Self {
        let mut latest = 0;
        let place = |entry: Entry| {
            // The wall clock may have been set back; the order of the entries may not.
            latest = self.deck.place(entry.at).max(latest);
            (latest, entry)
        };
        self.entries = entries.into_iter().map(place).collect();
        self
    }

    /// Goes to this place before it begins.
    pub(super) fn from(mut self, at_ms: u64) -> Self {
        self.deck.seek(at_ms);
        self.at.store(self.deck.at(), Ordering::Relaxed);
        self
    }

    /// Milliseconds on the tape, as they go on.
    pub(super) fn position(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.at)
    }

    /// Entries up to its place.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let at = self.deck.at();
        let past = self.entries.iter().take_while(|(place, _)| *place <= at);
        past.map(|(_, entry)| entry.clone()).collect()
    }

    /// Where it stands, for the header.
    pub(super) fn source(&self) -> Source {
        Source {
            kind: self.kind,
            paused: self.deck.is_paused(),
            speed: self.deck.speed(),
            at_ms: self.deck.at(),
            length_ms: self.deck.length(),
        }
    }
}

impl Player {
    /// Begins to play.
    pub(super) fn start(mut reel: Reel, inbox: Sender<Happening>) -> std::io::Result<Self> {
        let (orders, waiting) = sync_channel(WAITING);
        let at = reel.position();
        let shown = reel.entries().len();
        let first = reel.deck.seek(reel.deck.at());
        let history = first.end.saturating_sub(120)..first.end;
        let mut playing = Playing { reel, inbox, shown, read: None, told: None };
        thread::Builder::new().name("player".into()).spawn(move || {
            // An end of the loop is the only way out.
            if let Ok(()) = playing.show(history, Msg::Passed) {
                let Gone = playing.play(&waiting);
            }
        })?;
        Ok(Self { orders, at })
    }

    /// Changes pace or place. Somebody who is faster than the player presses the key again.
    pub(super) fn tell(&self, order: Order) {
        self.orders.try_send(order).ok();
    }

    /// Milliseconds on the tape, as they go on.
    pub(super) fn position(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.at)
    }
}

impl Playing {
    fn play(&mut self, orders: &Receiver<Order>) -> Gone {
        let mut since = Instant::now();
        loop {
            let order = match self.reel.deck.wait() {
                Some(wait) => orders.recv_timeout(wait.saturating_sub(since.elapsed())),
                None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let now = Instant::now();
            let due = self.reel.deck.pass(now.duration_since(since));
            since = now;
            let shown = if due.is_empty() { Ok(()) } else { self.show(due, Msg::Seen) };
            let done = match order {
                Ok(order) => shown.and_then(|()| self.obey(order, orders)),
                Err(RecvTimeoutError::Timeout) => shown,
                Err(RecvTimeoutError::Disconnected) => return Gone,
            };
            if done.is_err() {
                return Gone;
            }
        }
    }

    /// Does this, and all that was ordered meanwhile: only the last of several places is shown.
    fn obey(&mut self, order: Order, orders: &Receiver<Order>) -> Result<(), Gone> {
        let mut frames = self.turn(order);
        while let Ok(order) = orders.try_recv() {
            let more = self.turn(order);
            frames = Deck::joined(frames, more);
        }
        self.show(frames.unwrap_or(0..0), Msg::Passed)
    }

    /// Changes pace, or place: then the frames that are to be seen for that.
    fn turn(&mut self, order: Order) -> Option<Range<usize>> {
        let deck = &mut self.reel.deck;
        match order {
            Order::Pause(paused) => deck.pause(paused),
            Order::Speed(speed) => deck.pace(speed),
            Order::Seek(at_ms) => return Some(deck.seek(at_ms)),
            Order::At(at) => return Some(deck.seek(deck.place(at))),
            Order::Entry { next } => {
                let to = self.entry(next);
                return Some(self.reel.deck.seek(to));
            }
        }
        None
    }

    /// The place of the entry after this place, or before it.
    fn entry(&self, next: bool) -> u64 {
        let at = self.reel.deck.at();
        let mut places = self.reel.entries.iter().map(|(place, _)| *place);
        if next {
            places.find(|place| *place > at).unwrap_or_else(|| self.reel.deck.length())
        } else {
            places.rfind(|place| *place + GRACE_MS < at).unwrap_or(0)
        }
    }

    /// The place, the frames, and the entries up to there. What comes before the last frame comes as `before` says: a
    /// screen that looked at each frame on the way to a new place would stand still for long.
    fn show(&mut self, frames: Range<usize>, before: fn(Arc<Snapshot>) -> Msg) -> Result<(), Gone> {
        self.reel.at.store(self.reel.deck.at(), Ordering::Relaxed);
        self.send(Msg::Moved(self.reel.source()))?;
        let mut last = None;
        for frame in frames {
            match self.reel.tape.at(frame) {
                Ok(snapshot) => {
                    self.read = Some(snapshot.moment.at);
                    if let Some(passed) = last.replace(Arc::new(snapshot)) {
                        self.send(before(passed))?;
                    }
                }
                // The frames that lean on it cannot be had either; what comes after them can.
                Err(_) => self.damaged(frame)?,
            }
        }
        if let Some(last) = last {
            self.send(Msg::Seen(last))?;
        }
        self.entries()
    }

    /// Says once for each damaged stretch where it is.
    fn damaged(&mut self, frame: usize) -> Result<(), Gone> {
        let file = self.reel.tape.file_of(frame).cloned().unwrap_or_default();
        let place = Some((file.clone(), self.read));
        if self.told == place {
            return Ok(());
        }
        self.told = place;
        self.send(Msg::Notice(NoticeKind::TapeDamaged(file, self.read)))
    }

    fn entries(&mut self) -> Result<(), Gone> {
        let at = self.reel.deck.at();
        let past = self.reel.entries.iter().take_while(|(place, _)| *place <= at).count();
        let news = match past.cmp(&self.shown) {
            std::cmp::Ordering::Equal => return Ok(()),
            std::cmp::Ordering::Less => Msg::Rewound(Box::new(self.reel.entries().into())),
            std::cmp::Ordering::Greater => {
                let new = self.reel.entries.iter().take(past).skip(self.shown);
                Msg::Followed(new.map(|(_, entry)| entry.clone()).collect())
            }
        };
        self.shown = past;
        self.send(news)
    }

    /// Waits for room: a screen that is behind slows the tape and loses no frame.
    fn send(&self, msg: Msg) -> Result<(), Gone> {
        self.inbox.blocking_send(Happening::Msg(msg)).map_err(|_| Gone)
    }
}
