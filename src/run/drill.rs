//! The hands of a tape, for training and for replays.
//!
//! Absent by type: eyes, a looker, a tool, anything that could reach this host. What is shown comes from a
//! recording; what is written goes to the journal of the training session, or nowhere at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc::Sender;

use crate::cockpit::model::{Kept, NoticeKind, Pen, SourceKind};
use crate::cockpit::storage::Unsaved;
use crate::cockpit::trouble::Trouble;
use crate::cockpit::{Msg, Opened, Tape as Order, Which};
use crate::domain::base::{Both, Clock, Digest, Moment};
use crate::domain::playbook::Playbook;
use crate::domain::session::{Entry, Event, Opening};
use crate::domain::training::Walkthrough;
use crate::domain::untrusted::Untrusted;
use crate::host::probe::HostClock;
use crate::host::store::{self, Hand, Journal, Store, Tape};
use crate::run::cockpit::Happening;
use crate::run::hands::Hands;
use crate::run::library::{Shelf, editions};
use crate::run::moved::Moved;
use crate::run::scribe::Scribe;
use crate::run::tape::{Player, Reel};
use crate::run::{guard, reason};

/// The hands of a tape: what is on it is [`Programme`]'s to say, how it is played is the same for all.
pub(super) struct Projector<P> {
    programme: P,
    inbox: Sender<Happening>,
    player: Option<Player>,
    writing: Option<Scribe>,
}

/// What is shown from a tape.
pub(super) trait Programme {
    /// Why nothing is written, where nothing is.
    const READS_ONLY: Unsaved;
    /// Takes up what was asked for.
    fn open(&mut self, which: &Which) -> Result<Act, Trouble>;
    /// Keeps a copied text beside the journal that is written.
    fn keep(&self, id: &str, text: &str) -> Kept;
}

/// What was taken up: the tape, and what happened so far.
pub(super) struct Act {
    id: String,
    reel: Reel,
    entries: Vec<Entry>,
    playbook: Both<Arc<Playbook>>,
    walkthrough: Option<Arc<Walkthrough>>,
    /// A journal to write to, and in whose name: only in a training that is not over.
    pen: Option<(Journal, Untrusted)>,
}

/// What a trainee does.
pub(super) struct Drill {
    store: Store,
    who: Untrusted,
    walkthrough: Arc<Walkthrough>,
    tape: &'static [u8],
}

/// What was, for somebody who watches.
pub(super) struct Rerun {
    /// There until it is played.
    act: Option<Act>,
}

/// The wall clock of this machine, and the tape in the place of the boot clock: a trainee's entry tells where
/// on the tape it was written.
struct TapeClock(Arc<AtomicU64>);

impl Clock for TapeClock {
    fn now(&self) -> Moment {
        Moment { boot_ms: self.0.load(Ordering::Relaxed), ..HostClock.now() }
    }
}

impl<P: Programme> Projector<P> {
    /// Hands that hold nothing yet.
    pub(super) const fn new(programme: P, inbox: Sender<Happening>) -> Self {
        Self { programme, inbox, player: None, writing: None }
    }
}

impl<P: Programme> Hands for Projector<P> {
    fn record(&mut self, ticket: u64, event: Event) -> Option<Msg> {
        match &self.writing {
            Some(scribe) => scribe.write(ticket, event),
            None => Some(Msg::NotSaved(ticket, P::READS_ONLY)),
        }
    }

    fn open(&mut self, which: &Which) -> Result<Opened, Trouble> {
        let Act { id, reel, entries, playbook, walkthrough, pen } = self.programme.open(which)?;
        let (source, clock) = (reel.source(), TapeClock(reel.position()));
        self.writing = pen
            .map(|(journal, who)| Scribe::hire(journal, who, clock, self.inbox.clone()))
            .transpose()
            .map_err(|error| no_thread(&error))?;
        let player = Player::start(reel, self.inbox.clone()).map_err(|error| no_thread(&error))?;
        self.player = Some(player);
        let pen = if self.writing.is_some() { Pen::Ours } else { Pen::Replay };
        Ok(Opened { id, pen, past: entries.into(), playbook, source, walkthrough })
    }

    /// There is no host to run it on.
    fn use_tool(&mut self, _path: &Untrusted) {}

    fn tape(&mut self, order: Order) {
        if let Some(player) = &self.player {
            player.tell(order);
        }
    }

    /// Whoever writes no journal writes nothing beside it.
    fn keep(&mut self, id: &str, text: &str) -> Kept {
        if self.writing.is_some() { self.programme.keep(id, text) } else { Kept::Nowhere }
    }

    /// A training stays where it is.
    fn carry(&mut self, _to: &Untrusted) -> Option<Msg> {
        Some(Msg::Notice(NoticeKind::NothingToMove))
    }

    fn carried(&mut self, _moved: Moved) -> Vec<Msg> {
        Vec::new()
    }

    /// Nobody else writes here.
    fn follow(&mut self) -> Vec<Msg> {
        Vec::new()
    }

    /// Whatever ends a training, its journal knows where on the tape it was.
    fn put_down(&mut self, in_good_order: bool) {
        let player = self.player.take();
        if let Some(scribe) = self.writing.take() {
            let at = player.map(|player| player.position().load(Ordering::Relaxed));
            // Whoever could be told that the disk refuses has left.
            drop(at.and_then(|ms| scribe.write(0, Event::TapeAt { ms })));
            scribe.dismiss(in_good_order);
        }
    }
}

impl Drill {
    /// Training with `walkthrough` over `tape`, its sessions in `store`.
    pub(super) fn new(
        store: Store,
        who: Untrusted,
        walkthrough: Arc<Walkthrough>,
        tape: &'static [u8],
    ) -> Self {
        // A debrief asks when each act was; a training is short.
        let store = store.keeping(usize::MAX);
        Self { store, who, walkthrough, tape }
    }

    /// A new training session. The host in it is the one on the tape.
    fn begin(&self, host: Untrusted) -> Result<store::Opened, Trouble> {
        let built_in = Shelf::built_in();
        let document = &built_in.playbook.en;
        let opening = Opening {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            host,
            playbook: document.id.clone(),
            title: document.title.as_str().into(),
            sha256: Digest::default(),
            training: Some(self.walkthrough.name.clone()),
        };
        let now = Moment { boot_ms: 0, ..HostClock.now() };
        self.store
            .create(opening, &built_in.text, now, &self.who)
            .map_err(|error| Trouble::Session(reason::unusable(&error)))
    }

    /// One that was begun before; one that is over is only looked at.
    fn take_up(&self, id: &str) -> Result<store::Opened, Trouble> {
        let over = self.store.summary(id).is_ok_and(|summary| summary.score.is_some());
        let opened = if over { self.store.observe(id) } else { self.store.open(id, &self.who) };
        opened.map_err(|error| Trouble::Session(reason::unusable(&error)))
    }
}

impl Programme for Drill {
    const READS_ONLY: Unsaved = Unsaved::TrainingOver;

    fn open(&mut self, which: &Which) -> Result<Act, Trouble> {
        let mut tape = playable(Tape::of([Arc::from(self.tape)]))?;
        let first = tape.at(0).map_err(|error| Trouble::BadTape(reason::of_tape(&error)))?;
        let opened = match which {
            Which::New => self.begin(first.host.name.clone())?,
            Which::Existing(id) => self.take_up(id)?,
        };
        let training = &opened.state.training;
        let pen = match opened.hand {
            Hand::Pen(journal) => Some((journal, self.who.clone())),
            Hand::Observer(..) if training.score.is_some() => None,
            Hand::Observer(..) | Hand::ReadOnly(_) => {
                return Err(Trouble::TrainingHeld);
            }
        };
        guard::works_on(&opened.path);
        let last = opened.entries.last().map_or(0, |entry| entry.boot.ms);
        let at_ms = training.tape_ms.unwrap_or(last);
        Ok(Act {
            id: opened.id,
            reel: Reel::new(tape, SourceKind::Training).from(at_ms),
            entries: opened.entries,
            playbook: editions(&opened.playbook),
            walkthrough: Some(Arc::clone(&self.walkthrough)),
            pen,
        })
    }

    fn keep(&self, id: &str, text: &str) -> Kept {
        match self.store.keep_clip(id, text) {
            Ok(()) => Kept::InFile,
            Err(error) => Kept::Failed(reason::unusable(&error)),
        }
    }
}

impl Rerun {
    /// A session and its recording.
    pub(super) fn new(opened: store::Opened, tape: Tape) -> Result<Self, Trouble> {
        let playbook = editions(&opened.playbook);
        let reel = Reel::new(playable(tape)?, SourceKind::Replay).with(opened.entries);
        let entries = reel.entries();
        let id = opened.id;
        let act = Some(Act { id, reel, entries, playbook, walkthrough: None, pen: None });
        Ok(Self { act })
    }
}

impl Programme for Rerun {
    /// The past is written.
    const READS_ONLY: Unsaved = Unsaved::Replay;

    fn open(&mut self, _which: &Which) -> Result<Act, Trouble> {
        self.act.take().ok_or(Trouble::OneReplay)
    }

    fn keep(&self, _id: &str, _text: &str) -> Kept {
        Kept::Nowhere
    }
}

/// A tape with something on it.
fn playable(tape: Tape) -> Result<Tape, Trouble> {
    match (tape.is_empty(), tape.damage()) {
        (false, _) => Ok(tape),
        (true, [damage, ..]) => Err(Trouble::BadTape(reason::flaw(&damage.problem))),
        (true, []) => Err(Trouble::NothingRecorded),
    }
}

fn no_thread(error: &std::io::Error) -> Trouble {
    Trouble::NoThread(reason::refusal(error))
}
