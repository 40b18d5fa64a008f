//! The hands of a tape, for training and for replays.
//!
//! Absent by type: eyes, a looker, a tool, anything that could reach this host. What is shown comes from a
//! recording; what is written goes to the journal of the training session, or nowhere at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc::Sender;

use crate::cockpit::model::{Pen, SourceKind};
use crate::cockpit::{Msg, Opened, Tape as Order, Which};
use crate::domain::base::{Both, Clock, Digest, Moment};
use crate::domain::playbook::Playbook;
use crate::domain::session::{Event, Opening};
use crate::domain::training::Walkthrough;
use crate::domain::untrusted::Untrusted;
use crate::host::probe::HostClock;
use crate::host::store::{self, Hand, Store, Tape};
use crate::run::cockpit::Happening;
use crate::run::complain::{Complaint, chain};
use crate::run::hands::Hands;
use crate::run::library::{Shelf, editions};
use crate::run::scribe::Scribe;
use crate::run::store_complaint;
use crate::run::tape::{Player, Reel};

/// The hands of a trainee.
pub(super) struct Drill {
    store: Store,
    who: Untrusted,
    walkthrough: Arc<Walkthrough>,
    tape: &'static [u8],
    inbox: Sender<Happening>,
    player: Option<Player>,
    writing: Option<Scribe>,
}

/// The hands of somebody who watches what was.
pub(super) struct Rerun {
    id: String,
    /// There until it is played.
    reel: Option<Reel>,
    playbook: Both<Arc<Playbook>>,
    inbox: Sender<Happening>,
    player: Option<Player>,
}

/// The wall clock of this machine, and the tape in the place of the boot clock: a trainee's entry tells where
/// on the tape it was written.
struct TapeClock(Arc<AtomicU64>);

impl Clock for TapeClock {
    fn now(&self) -> Moment {
        Moment { boot_ms: self.0.load(Ordering::Relaxed), ..HostClock.now() }
    }
}

impl Drill {
    /// Hands that hold nothing yet.
    pub(super) const fn new(
        store: Store,
        who: Untrusted,
        walkthrough: Arc<Walkthrough>,
        tape: &'static [u8],
        inbox: Sender<Happening>,
    ) -> Self {
        Self { store, who, walkthrough, tape, inbox, player: None, writing: None }
    }

    /// A new training session. The host in it is the one on the tape.
    fn begin(&self, host: Untrusted) -> Result<store::Opened, Complaint> {
        let built_in = Shelf::take(None)?;
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
            .map_err(|error| store_complaint(&error))
    }
}

impl Hands for Drill {
    fn record(&mut self, ticket: u64, event: Event) -> Option<Msg> {
        match &self.writing {
            Some(scribe) => scribe.write(ticket, event),
            None => Some(Msg::NotSaved(ticket, "this screen does not hold the pen".into())),
        }
    }

    fn open(&mut self, which: &Which) -> Result<Opened, Complaint> {
        let mut tape = playable(Tape::of([Arc::from(self.tape)]))?;
        let first = tape.at(0).map_err(|error| damaged(&chain(&error)))?;
        let opened = match which {
            Which::New => self.begin(first.host.name.clone())?,
            Which::Existing(id) => {
                self.store.open(id, &self.who).map_err(|error| store_complaint(&error))?
            }
        };
        let Hand::Pen(journal) = opened.hand else {
            return Err(Complaint::new(
                "cannot go on with this training",
                "somebody else is in it, or its journal is damaged",
                "begin anew: firedamp --new train NAME",
            ));
        };
        let at_ms = opened.entries.last().map_or(0, |entry| entry.boot.ms);
        let reel = Reel::new(tape, SourceKind::Training).from(at_ms);
        let source = reel.source();
        let player = Player::start(reel, self.inbox.clone()).map_err(|error| no_thread(&error))?;
        let clock = TapeClock(player.position());
        self.player = Some(player);
        let scribe = Scribe::hire(journal, self.who.clone(), clock, self.inbox.clone());
        self.writing = Some(scribe.map_err(|error| no_thread(&error))?);
        Ok(Opened {
            id: opened.id,
            pen: Pen::Ours,
            entries: opened.entries,
            playbook: editions(&opened.playbook),
            source,
            walkthrough: Some(Arc::clone(&self.walkthrough)),
        })
    }

    /// There is no host to run it on.
    fn use_tool(&mut self, _path: &Untrusted) {}

    fn tape(&mut self, order: Order) {
        if let Some(player) = &self.player {
            player.tell(order);
        }
    }

    /// Nobody else writes here.
    fn follow(&mut self) -> Vec<Msg> {
        Vec::new()
    }

    fn put_down(&mut self, in_good_order: bool) {
        self.player = None;
        if let Some(scribe) = self.writing.take() {
            scribe.dismiss(in_good_order);
        }
    }
}

impl Rerun {
    /// The hands for a session and its recording.
    pub(super) fn new(
        opened: store::Opened,
        tape: Tape,
        inbox: Sender<Happening>,
    ) -> Result<Self, Complaint> {
        let playbook = editions(&opened.playbook);
        let reel = Reel::new(playable(tape)?, SourceKind::Replay).with(opened.entries);
        Ok(Self { id: opened.id, reel: Some(reel), playbook, inbox, player: None })
    }
}

impl Hands for Rerun {
    /// The past is written.
    fn record(&mut self, ticket: u64, _event: Event) -> Option<Msg> {
        Some(Msg::NotSaved(ticket, "a replay writes nothing".into()))
    }

    fn open(&mut self, _which: &Which) -> Result<Opened, Complaint> {
        let Some(reel) = self.reel.take() else {
            return Err(Complaint::new(
                "cannot open another session here",
                "this is a replay",
                "leave it first: q",
            ));
        };
        let (source, entries) = (reel.source(), reel.entries());
        let player = Player::start(reel, self.inbox.clone()).map_err(|error| no_thread(&error))?;
        self.player = Some(player);
        Ok(Opened {
            id: self.id.clone(),
            pen: Pen::Replay,
            entries,
            playbook: self.playbook.clone(),
            source,
            walkthrough: None,
        })
    }

    /// There is no host to run it on.
    fn use_tool(&mut self, _path: &Untrusted) {}

    fn tape(&mut self, order: Order) {
        if let Some(player) = &self.player {
            player.tell(order);
        }
    }

    fn follow(&mut self) -> Vec<Msg> {
        Vec::new()
    }

    fn put_down(&mut self, _in_good_order: bool) {
        self.player = None;
    }
}

/// A tape with something on it.
fn playable(tape: Tape) -> Result<Tape, Complaint> {
    match (tape.is_empty(), tape.damage()) {
        (false, _) => Ok(tape),
        (true, [damage, ..]) => Err(damaged(&damage.problem.plain(200))),
        (true, []) => Err(Complaint::new(
            "cannot replay this session",
            "nothing was recorded in it",
            "choose another: firedamp sessions",
        )),
    }
}

fn damaged(why: &str) -> Complaint {
    Complaint::new(
        "cannot play the recording",
        why,
        "the journal is not touched by this: firedamp verify ID; choose another: firedamp sessions",
    )
}

fn no_thread(error: &std::io::Error) -> Complaint {
    Complaint::new(
        "cannot start a thread",
        error,
        "free some processes or raise the limit: ulimit -u",
    )
}
