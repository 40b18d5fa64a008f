//! The hands of an incident: the journal of a session, and the eyes on this host.

mod again;
mod elsewhere;
mod pen;
mod watch;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use crate::cockpit::model::{Kept, NoticeKind, Pen, Source};
use crate::cockpit::pen::Wish;
use crate::cockpit::storage::Unsaved;
use crate::cockpit::trouble::{NotCarried, Trouble};
use crate::cockpit::{Msg, Opened, Tape, Which};
use crate::domain::base::{Clock, ProcessId};
use crate::domain::playbook::Indicators;
use crate::domain::session::{Branch, Break, Event, Opening, Past};
use crate::domain::untrusted::Untrusted;
use crate::domain::wire::Ear;
use crate::host::probe::{self, HostClock};
use crate::host::store::{self, Follower, Hand, Recorder, Store, StoreError};
use crate::run::cockpit::Happening;
use crate::run::hands::Hands;
use crate::run::incident::again::Lapsed;
use crate::run::incident::pen::{Pencil, Writing};
use crate::run::library::{Shelf, editions};
use crate::run::looker::{Looker, Order};
use crate::run::moved::Moved;
use crate::run::{guard, reason, terminal};

/// The journal of a session, and the eyes on this host.
pub(super) struct Incident {
    store: Store,
    who: Untrusted,
    host: Untrusted,
    /// What a new session begins with, if it is not PB-31.
    playbook: Option<Shelf>,
    inbox: Sender<Happening>,
    looker: Option<Looker>,
    writing: Option<Writing>,
    following: Option<Following>,
    lapsed: Option<Lapsed>,
    /// What did not fit into the inbox.
    untold: Vec<Msg>,
}

/// A session that somebody else writes.
struct Following {
    id: String,
    follower: Follower,
    pencil: Pencil,
    /// It goes on where this screen cannot follow, and that was said.
    lost: bool,
}

impl Incident {
    /// Hands that hold nothing yet.
    #[must_use]
    pub(super) fn new(
        store: Store,
        who: Untrusted,
        host: Untrusted,
        playbook: Option<Shelf>,
        inbox: Sender<Happening>,
        looker: Looker,
    ) -> Self {
        let looker = Some(looker);
        let store = store.coming_from(probe::whoami().ssh_from.unwrap_or_default());
        let (writing, following, lapsed, untold) = (None, None, None, Vec::new());
        Self { store, who, host, playbook, inbox, looker, writing, following, lapsed, untold }
    }

    fn begin(&self) -> Result<(store::Opened, Shelf), Trouble> {
        let book = self.playbook.clone().unwrap_or_else(Shelf::built_in);
        let document = &book.playbook.en;
        let first = Opening {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            host: self.host.clone(),
            playbook: document.id.clone(),
            title: document.title.as_str().into(),
            sha256: crate::domain::base::Digest::default(),
            training: None,
        };
        let opened = self
            .store
            .create(first, &book.text, HostClock.now(), &self.who)
            .map_err(|error| refused(&error))?;
        Ok((opened, book))
    }

    fn take_up(&mut self, id: &str) -> Result<(store::Opened, Shelf), Trouble> {
        self.go_after(id);
        let opened = self.store.open(id, &self.who).map_err(|error| refused(&error))?;
        let Some(opening) = &opened.state.opening else {
            return Err(Trouble::EmptySession);
        };
        if opening.training.is_some() {
            return Err(Trouble::IsTraining);
        }
        let book = Shelf { text: opened.playbook.clone(), playbook: editions(&opened.playbook) };
        let built_in = Shelf::built_in().playbook.en.indicators();
        let look_for = book.playbook.en.indicators().or(built_in);
        if let Some(looker) = &self.looker {
            // Who does not listen now looks for what it was begun with.
            looker.tell(Order::LookFor(Box::new(look_for)));
        }
        Ok((opened, book))
    }

    /// Takes the pen, or a place behind whoever has it.
    fn settle(
        &mut self,
        id: &str,
        hand: Hand,
        path: &Path,
        recorder: Option<Recorder>,
        branches: Vec<Branch>,
    ) -> Result<Pen, Trouble> {
        self.writing = None;
        self.following = None;
        self.lapsed = None;
        match hand {
            Hand::Pen(journal) => {
                self.write(id, path, journal).map_err(|error| no_thread(&error))?;
                if let Some(recorder) = recorder {
                    self.order(Order::Record(recorder));
                }
                Ok(Pen::Ours)
            }
            Hand::Observer(follower, holder) => {
                let (id, pencil) = (id.to_owned(), self.pencil(id, path));
                self.following = Some(Following { id, follower, pencil, lost: false });
                Ok(Pen::Observer(holder.map(|holder| holder.by)))
            }
            Hand::ReadOnly(broken) => {
                self.lapse(id, Some(broken.clone()), None);
                Ok(unwritable(&broken, branches))
            }
        }
    }

    /// Only who holds the pen records; without a recording the work goes on, and the screen says so.
    fn recorder(&mut self, opened: &store::Opened) -> Option<Recorder> {
        if !matches!(opened.hand, Hand::Pen(_)) {
            return None;
        }
        let started = opened.record();
        started.map_err(|error| self.tell(NoticeKind::NotRecording(reason::of_store(&error)))).ok()
    }

    /// What the session knew of what starts by itself is read beside everything else, before more is recorded. Without it
    /// the first hunt is the first that is known.
    fn recall(&self, opened: &store::Opened) {
        if !matches!(opened.hand, Hand::Pen(_)) {
            return;
        }
        let (memory, id, inbox) = (opened.memory(), opened.id.clone(), self.inbox.clone());
        let work = move || {
            if let Some(known) = memory.recall() {
                inbox.blocking_send(Happening::Msg(Msg::Recalled(id, Box::new(known)))).ok();
            }
        };
        std::thread::Builder::new().name("recall".into()).spawn(work).ok();
    }

    fn order(&mut self, order: Order) {
        if !self.looker.as_ref().is_some_and(|looker| looker.tell(order)) {
            self.tell(NoticeKind::Trouble(Trouble::LooksStopped));
        }
    }

    /// What does not fit into the inbox is told with the next look around: we are the one who empties it.
    fn tell(&mut self, notice: NoticeKind) {
        let told = self.inbox.try_send(Happening::Msg(Msg::Notice(notice)));
        if let Err(TrySendError::Full(Happening::Msg(msg))) = told {
            self.untold.push(msg);
        }
    }
}

impl Hands for Incident {
    fn record(&mut self, ticket: u64, mut event: Event) -> Option<Msg> {
        if let Event::Allowed { program, sha256 } = &mut event {
            *sha256 = store::digest_of(program);
        }
        match &self.writing {
            Some(writing) => writing.scribe.write(ticket, event),
            None => Some(Msg::NotSaved(ticket, Unsaved::NoPen)),
        }
    }

    fn open(&mut self, which: &Which) -> Result<Opened, Trouble> {
        let (opened, book) = match which {
            Which::New => self.begin()?,
            Which::Existing(id) => self.take_up(id)?,
        };
        goes_on_in(&opened.path);
        self.recall(&opened);
        let recorder = self.recorder(&opened);
        let (id, branches) = (opened.id, opened.branches);
        let pen = self.settle(&id, opened.hand, &opened.path, recorder, branches)?;
        if matches!(pen, Pen::Ours) {
            self.record(0, Event::Prepared(Box::new(probe::own())));
        }
        for recovered in &opened.recovered {
            self.tell(NoticeKind::TornSetAside(recovered.bytes));
            let what =
                format!("{} bytes of a torn line are in {}", recovered.bytes, recovered.file);
            self.record(0, Event::Trouble { what: what.into() });
        }
        if !opened.playbook_intact {
            self.tell(NoticeKind::Trouble(Trouble::PlaybookChanged));
            let what = Untrusted::from("playbook.md is not the one that the session began with");
            self.record(0, Event::Trouble { what });
        }
        if let Some(trouble) = opened.trouble {
            self.tell(NoticeKind::Trouble(refused(&trouble)));
        }
        Ok(Opened {
            id,
            pen,
            past: Past { state: opened.state, entries: opened.entries, earlier: opened.earlier },
            playbook: book.playbook,
            source: Source::default(),
            walkthrough: None,
        })
    }

    fn use_tool(&mut self, path: &Untrusted) {
        self.order(Order::Allow(path.clone()));
    }

    fn listen(&mut self, look_for: Option<&Indicators>) {
        let ear = look_for.map(|it| Box::new(Ear::new(it.clone())));
        self.order(Order::Listen(ear));
    }

    /// Whoever looks asks again, so an order that does not fit is not missed.
    fn examine(&mut self, process: ProcessId) {
        if let Some(looker) = &self.looker {
            looker.tell(Order::Examine(process));
        }
    }

    /// The host cannot be rewound.
    fn tape(&mut self, _tape: Tape) {}

    fn keep(&mut self, id: &str, text: &str) -> Kept {
        match self.writing.as_ref().map(|_| self.store.keep_clip(id, text)) {
            None => Kept::Nowhere,
            Some(Ok(())) => Kept::InFile,
            Some(Err(error)) => Kept::Failed(reason::unusable(&error)),
        }
    }

    fn carry(&mut self, to: &Untrusted) -> Option<Msg> {
        let to = PathBuf::from(OsStr::from_bytes(to.bytes()));
        let asked = self.writing.as_ref().is_some_and(|it| it.scribe.carry(self.store.clone(), to));
        let why = || Msg::Notice(NoticeKind::NotCarried(NotCarried::Busy));
        (!asked).then(why)
    }

    fn carried(&mut self, moved: Moved) -> Vec<Msg> {
        goes_on_in(&moved.carried.path);
        let mut msgs = Vec::new();
        match self.store.elsewhere(&moved.sessions()) {
            Ok(store) => {
                self.store = store;
                self.goes_on_at(&moved.carried.path, moved.fence);
            }
            Err(error) => msgs.push(Msg::Notice(NoticeKind::Trouble(refused(&error)))),
        }
        match moved.recorder {
            Ok(recorder) => self.order(Order::Record(recorder)),
            Err(error) => {
                msgs.push(Msg::Notice(NoticeKind::NotRecording(reason::of_store(&error))));
            }
        }
        msgs
    }

    fn follow(&mut self) -> Vec<Msg> {
        let mut msgs = std::mem::take(&mut self.untold);
        msgs.extend(self.look_around());
        msgs
    }

    fn pen(&mut self, wish: Wish) -> Option<Msg> {
        self.wish(wish)
    }

    fn put_down(&mut self, in_good_order: bool) {
        if let Some(writing) = self.writing.take() {
            writing.scribe.dismiss(in_good_order);
        }
        self.following = None;
        self.lapsed = None;
        if let Some(looker) = self.looker.take() {
            looker.stop();
        }
    }
}

impl Incident {
    fn look_around(&mut self) -> Vec<Msg> {
        if let Some(msgs) = self.follow_elsewhere() {
            return msgs;
        }
        let Some(following) = &mut self.following else {
            let mut msgs = self.mind_the_pen();
            msgs.extend(self.look_again());
            return msgs;
        };
        let mut msgs = match following.follower.poll() {
            Ok(entries) if entries.is_empty() => Vec::new(),
            Ok(entries) => vec![Msg::Followed(entries)],
            Err(_) => self.follow_again(),
        };
        msgs.extend(self.mind_the_writer());
        msgs
    }
}

/// What is left behind by a fall is about the session in this directory.
fn goes_on_in(session: &Path) {
    terminal::crashes_go_to(session.to_owned());
    guard::works_on(session);
}

/// A journal to which nobody may add: it forked, or it is damaged.
fn unwritable(broken: &Break, branches: Vec<Branch>) -> Pen {
    if branches.is_empty() { Pen::Damaged(reason::damage(broken)) } else { Pen::Forked(branches) }
}

fn refused(error: &StoreError) -> Trouble {
    Trouble::Session(reason::unusable(error))
}

fn no_thread(error: &std::io::Error) -> Trouble {
    Trouble::NoThread(reason::refusal(error))
}
