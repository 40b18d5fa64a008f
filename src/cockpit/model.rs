//! All that the screen shows.

use crate::cockpit::alike::Alike;
pub use crate::cockpit::notice::{Closed, Copied, Kept, NextAlert, Notice, NoticeKind};
pub use crate::cockpit::offer::{Condition, Offer};
pub use crate::cockpit::session::{Pen, Pending, Session};
pub use crate::cockpit::size::{Breakpoint, Size};
pub use crate::cockpit::source::{Recording, Source, SourceKind};
pub use crate::cockpit::touched::Touched;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::cockpit::coach::Coach;
use crate::cockpit::command::Verb;
use crate::cockpit::dialog::Dialog;
use crate::cockpit::history::History;
use crate::cockpit::panes::{Cursor, Panes};
use crate::cockpit::pen;
use crate::cockpit::storage::Storage;
use crate::cockpit::trouble::BadRules;
use crate::domain::answer::{Burn, Grounds};
use crate::domain::base::{Language, Moment};
use crate::domain::detect::{Finding, Subject, Watch};
use crate::domain::facts::{Doubt, Snapshot};
use crate::domain::playbook::Indicators;
use crate::domain::session::{Entry, Event, InForce};
use crate::domain::untrusted::Untrusted;

/// An answer stays this long before a finding takes its place.
const READING_MS: u64 = 3_000;
/// Warnings that are kept below the notice on the screen.
const STANDING: usize = 8;
/// A notice that is no warning goes after this long.
const FADED_MS: u64 = 8_000;
/// Findings that may go to the journal in one minute; all of them are on the screen.
const FINDINGS_A_MINUTE: usize = 30;

/// The state of the cockpit. Views read it; only [`crate::cockpit::update()`] changes it.
#[derive(Debug)]
pub struct Model {
    /// Choosing a session, or working in one.
    pub stage: Stage,
    /// What fills the screen.
    pub view: View,
    /// The pane that has the keyboard.
    pub focus: Pane,
    /// Cells of the terminal.
    pub size: Size,
    /// Language of the screen.
    pub language: Language,
    /// Name of the theme.
    pub theme: String,
    /// Which glyphs the terminal can draw.
    pub glyphs: Glyphs,
    /// The newest moment that anybody told.
    pub now: Moment,
    /// Who is at the keyboard.
    pub who: Untrusted,
    /// The session; `None` on the start screen.
    pub session: Option<Session>,
    /// What the source of snapshots shows.
    pub live: Live,
    /// Where the snapshots come from and how fast.
    pub source: Source,
    /// Whether what is seen is recorded.
    pub recording: Recording,
    /// This screen was told to listen on the wire.
    pub listens: bool,
    /// What was heard last, and whether it was said that the kernel refuses.
    pub heard: crate::cockpit::wire::Kept,
    /// How the place of the session is.
    pub storage: Storage,
    /// Who is around, and what is asked of them.
    pub pen: pen::Desk,
    /// Cursor, order and filter of each pane.
    pub panes: Panes,
    /// Which question, if any, has the keyboard.
    pub dialog: Dialog,
    /// First key of a two-key command, waiting for the second.
    pub prefix: Option<crate::cockpit::keymap::Key>,
    /// The first key waited so long that its letters are listed. The second one waits for nothing.
    pub lingers: bool,
    /// The newest notice, shown on the line above the footer.
    pub notice: Option<Notice>,
    /// First line of the dialog that is shown, and how many first lines there can be.
    pub sheet: Cursor,
    /// The coach, in training.
    pub coach: Option<Coach>,
    /// Verbs that fit a search, the best first; words know the languages, so `run` brings this.
    pub search: Search,
    /// How much of the picture the last message changed.
    pub touched: Touched,
    /// What documents and findings say, line by line, as the screen has it; `run` brings this too.
    pub read: Read,
    /// What was read of the process whose details are open.
    pub(crate) examined: crate::cockpit::examine::Examined,
    /// Acts that were taken back, the newest last: what redo does again.
    pub(crate) undone: Vec<Event>,
    /// A note that was left half written.
    pub(crate) draft: String,
    /// Warnings that the notice on the screen covers, the newest last.
    pub(crate) standing: Vec<Notice>,
    /// Why the program itself cannot be relied on, as far as that was said.
    pub(crate) doubts: Vec<Doubt>,
    /// Those that carry the terminal had to be raised.
    pub(crate) carried: bool,
    /// The rules in force, as the journal is told.
    pub(crate) in_force: Option<Arc<InForce>>,
    /// What is wrong with the responder's own rules.
    pub(crate) bad_rules: Vec<BadRules>,
    /// When the clock first passed over the notice on the screen.
    pub(crate) notice_since: Option<u64>,
    /// Number of the last ticket given to the journal.
    pub(crate) ticket: u64,
    /// When, by the boot clock, an anchor was last shown.
    pub(crate) anchored_ms: u64,
    /// What was found and was not seen on the last look.
    pub(crate) missing: crate::cockpit::ended::Missing,
    /// When the bell last rang.
    pub(crate) rang: Option<Moment>,
    /// Criteria for telling others that were said to be met.
    pub(crate) escalated: BTreeSet<usize>,
    /// The minute of the boot clock that findings are counted in, and how many went to the journal in it.
    pub(crate) reported: (u64, usize),
    /// Findings that are alike, and how many of them were told.
    pub(crate) alike: Alike,
}

/// Finds verbs by name, key or help text.
pub type Search = fn(Language, &str) -> Vec<&'static Verb>;

/// Lines of a text, printable, as the screen has them.
pub type Read = fn(&Model, Text<'_>) -> Vec<String>;

/// A text that can be searched or copied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Text<'a> {
    /// What a pane that is a text shows, a line or an entry each; nothing for the others.
    Of(Pane),
    /// The handoff brief, as wide as a ticket.
    Brief,
    /// A finding with all its reasons.
    Finding(&'a Finding),
    /// What happened, in a line.
    Entry(&'a Entry),
}

/// Choosing a session, or working in one.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// The start screen.
    Start {
        /// Sessions that can be taken up, newest first.
        offers: Vec<Offer>,
        /// Line under the cursor: the offers, then «new».
        selected: usize,
    },
    /// The cockpit.
    Work,
}

/// What fills the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// As many panes as fit.
    Cockpit,
    /// One pane.
    Full(Pane),
}

/// A pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pane {
    /// The process table.
    Processes,
    /// Sockets, those that lead to pools on top.
    Network,
    /// Graphics processors.
    Gpu,
    /// The flow, walked.
    Decision,
    /// Checklists by phase.
    Checklist,
    /// What happened.
    Timeline,
    /// The playbook as a document.
    Playbook,
    /// The handoff brief.
    Handoff,
    /// Where views of the host disagree, and how the program stands here.
    Hiding,
    /// What starts by itself.
    Persistence,
    /// What was heard on the wire.
    Wire,
    /// How urgent it is, what it costs, and whom to tell.
    Impact,
}

/// Which glyphs the terminal can draw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Glyphs {
    /// Nothing but ASCII.
    Ascii,
    /// Lines, blocks and arrows.
    #[default]
    Block,
    /// Braille graphs too.
    Braille,
}

/// What the source of snapshots shows.
#[derive(Debug, Default)]
pub struct Live {
    /// The newest snapshot.
    pub snapshot: Option<Arc<Snapshot>>,
    /// What speaks against whom, by subject.
    pub findings: Arc<BTreeMap<Subject, Finding>>,
    /// CPU over time.
    pub history: History,
    /// Detection's memory.
    pub watch: Watch,
    /// What the newest snapshot gives to the playbook's questions.
    pub grounds: Grounds,
    /// What confirmed processes used up.
    pub burn: Burn,
    /// What the playbook says to look for.
    pub indicators: Arc<Indicators>,
}

impl Model {
    /// A cockpit that has seen nothing yet.
    #[must_use]
    pub fn new(who: Untrusted, now: Moment, search: Search) -> Self {
        Self {
            stage: Stage::Start { offers: Vec::new(), selected: 0 },
            view: View::Cockpit,
            focus: Pane::Processes,
            size: Size { columns: 80, rows: 24 },
            language: Language::En,
            theme: String::from("dark"),
            glyphs: Glyphs::Block,
            now,
            who,
            session: None,
            live: Live::default(),
            source: Source::default(),
            recording: Recording::default(),
            listens: false,
            heard: crate::cockpit::wire::Kept::default(),
            storage: Storage::default(),
            pen: pen::Desk::default(),
            panes: Panes::default(),
            dialog: Dialog::Closed,
            prefix: None,
            lingers: false,
            notice: None,
            touched: Touched::Everything,
            sheet: Cursor::default(),
            coach: None,
            search,
            read: |_, _| Vec::new(),
            examined: crate::cockpit::examine::Examined::default(),
            undone: Vec::new(),
            draft: String::new(),
            standing: Vec::new(),
            doubts: Vec::new(),
            carried: false,
            in_force: None,
            bad_rules: Vec::new(),
            notice_since: None,
            ticket: 0,
            anchored_ms: now.boot_ms,
            missing: crate::cockpit::ended::Missing::new(),
            rang: None,
            escalated: BTreeSet::new(),
            reported: (0, 0),
            alike: Alike::default(),
        }
    }

    /// The tape goes to this millisecond. What was learnt later must not colour the past.
    pub(crate) fn go_to(&mut self, at_ms: u64) {
        if at_ms < self.source.at_ms {
            self.live.history = History::default();
            self.live.watch = self.live.watch.anew();
            crate::cockpit::bearing::forget(self);
            self.panes.persistence.forget();
            self.heard = crate::cockpit::wire::Kept::default();
        }
        self.source.at_ms = at_ms;
    }

    /// How many findings may still go to the journal in this minute.
    pub(crate) fn findings_left(&mut self) -> usize {
        let minute = self.now.boot_ms / 60_000;
        if self.reported.0 != minute {
            self.reported = (minute, 0);
        }
        FINDINGS_A_MINUTE.saturating_sub(self.reported.1)
    }

    /// The notice line answers something that the responder just did; the timeline has the findings anyway.
    fn is_being_read(&self) -> bool {
        let answers = |it: &&Notice| !it.kind.is_news();
        let young = |it: &Notice| self.now.ms_since(it.at) < READING_MS;
        self.notice.as_ref().filter(answers).is_some_and(young)
    }

    /// What was said fades; what warns stays until somebody takes it off.
    pub(crate) fn fade(&mut self, boot_ms: u64) {
        let Some(fades) = self.notice.as_ref().map(|it| it.kind.fades()) else { return };
        let since = *self.notice_since.get_or_insert(boot_ms);
        if fades && boot_ms.saturating_sub(since) >= FADED_MS {
            self.dismiss();
        }
    }

    /// Takes the notice off; one that stood before it comes back.
    pub(crate) fn dismiss(&mut self) -> Option<Notice> {
        self.notice_since = None;
        std::mem::replace(&mut self.notice, self.standing.pop())
    }

    /// What was said is not so any more, wherever it waits.
    pub(crate) fn unsay(&mut self, over: impl Fn(&NoticeKind) -> bool) {
        self.standing.retain(|it| !over(&it.kind));
        if self.notice.as_ref().is_some_and(|it| over(&it.kind)) {
            self.dismiss();
        }
    }

    /// This screen may add to the journal.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.pen == Pen::Ours)
    }

    /// Nothing here is real: a walkthrough, or the replay of one.
    #[must_use]
    pub fn is_training(&self) -> bool {
        let opening = self.session.as_ref().and_then(|session| session.state.opening.as_ref());
        self.source.kind == SourceKind::Training || opening.is_some_and(|it| it.training.is_some())
    }

    /// Shows `kind` on the notice line. What nobody asked for waits below an answer that was not read yet.
    pub(crate) fn notice(&mut self, kind: NoticeKind) {
        self.unsay(|earlier| kind.is_after(earlier));
        if kind.is_news() && self.is_being_read() {
            let waits = Some(Notice { kind, at: self.now }).filter(|it| !it.kind.fades());
            self.standing.extend(waits);
            return self.stand();
        }
        self.answer(kind);
    }

    /// Shows what a key asked for, whatever stands there.
    pub(crate) fn answer(&mut self, kind: NoticeKind) {
        let before = self.notice.replace(Notice { kind, at: self.now });
        // What warns waits below what comes after it. Many warnings are one: the timeline has them all.
        let was_shown = self.notice_since.is_some();
        let is_over = |it: &Notice| it.kind.fades() || (was_shown && it.kind.is_read_once());
        self.standing.extend(before.filter(|it| !is_over(it)));
        self.notice_since = None;
        self.stand();
    }

    /// Of too many warnings the oldest go.
    fn stand(&mut self) {
        let too_many = self.standing.len().saturating_sub(STANDING);
        self.standing.drain(..too_many);
    }
}

impl Pane {
    /// All panes, in the order in which Tab visits them.
    pub const ALL: [Self; 8] = [
        Self::Processes,
        Self::Network,
        Self::Gpu,
        Self::Decision,
        Self::Checklist,
        Self::Timeline,
        Self::Playbook,
        Self::Handoff,
    ];
}
