//! State of the cockpit and the only function that changes it.
//!
//! Invariant: [`update()`] is total and pure: (model, message) to effects. Whatever must touch the world leaves
//! as an [`Effect`], and what came of it comes back as a [`Msg`].

pub mod acknowledge;
mod acts;
mod alike;
mod answer;
mod bearing;
pub mod coach;
pub mod command;
mod copy;
mod cursor;
mod decision;
pub mod dialog;
mod ended;
mod entries;
mod examine;
pub mod filter;
pub mod find;
pub mod follow;
mod goto;
pub mod handoff;
mod heed;
pub mod hides;
pub mod history;
pub mod keymap;
mod keys;
pub mod model;
mod notice;
mod obey;
mod offer;
pub mod panes;
pub mod pen;
pub mod persistence;
mod rows;
mod session;
mod size;
mod source;
pub mod storage;
mod tape;
mod touched;
pub mod trouble;
mod undo;
mod update;
pub mod wire;

use std::sync::Arc;

use crate::cockpit::command::Command;
use crate::cockpit::keymap::Key;
use crate::cockpit::model::{Offer, Pen, Size, Source};
use crate::cockpit::pen::{Around, Came, Went, Wish};
use crate::domain::base::{Both, Moment, ProcessId, Timestamp};
use crate::domain::detect::Rulebook;
use crate::domain::facts::{Examination, Snapshot};
use crate::domain::playbook::{Indicators, Playbook};
use crate::domain::session::telemetry::Known;
use crate::domain::session::{Entry, Event, Past};
use crate::domain::untrusted::Untrusted;

pub use model::Model;
pub use update::update;

/// Everything that can happen, closed: one arm a cause.
#[derive(Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// The first of two keys has waited for the second for a while.
    Lingered,
    /// Text was pasted; it goes to text fields only.
    Paste(String),
    /// The terminal has another size.
    Resized(Size),
    /// A second has passed, or it is time to look at the clock.
    Tick(Moment),
    /// The source shows something new.
    Seen(Arc<Snapshot>),
    /// What the source showed on its way to a new place: only what has to be known of it later is taken from it.
    Passed(Arc<Snapshot>),
    /// A process was read in full.
    Examined(Arc<Examination>),
    /// The source changed its pace or place.
    Moved(Source),
    /// Sessions that can be taken up were found.
    Offered(Vec<Offer>),
    /// A session is open.
    Opened(Box<Opened>),
    /// An event is on disk.
    Saved(u64, Box<Entry>),
    /// An event is not on disk and will not be; why.
    NotSaved(u64, storage::Unsaved),
    /// Somebody else wrote to the session that this screen follows.
    Followed(Vec<Entry>),
    /// A replay went back: this is the session up to its place, and what was shown of later entries goes.
    Rewound(Box<Past>),
    /// The disk takes what is written, or does not; or it is another disk.
    Storage(storage::Storage),
    /// A handoff is to be prepared: to whom, and in which words.
    HandTo(Untrusted, Untrusted),
    /// Somebody else has the pen now, or nobody may write.
    Pen(Pen),
    /// Something changed around the session: who watches, how the pen is held.
    Around(Around),
    /// The holder said that the pen stays there.
    PenRefused,
    /// This screen has the pen now.
    PenCame(Box<Came>),
    /// What this session, by its id, last knew of what starts by itself.
    Recalled(String, Box<Known>),
    /// This screen gave the pen, or lost it.
    PenWent(Box<Went>),
    /// These rules are in force now, and this is wrong with their files.
    RulesLoaded(Arc<Rulebook>, Vec<trouble::BadRules>),
    /// A theme is in use: its name.
    ThemeLoaded(String),
    /// Text was copied, as far as that can be known.
    Copied(model::Copied),
    /// Something that the responder should see.
    Notice(model::NoticeKind),
    /// The responder asked for something, by whatever way.
    Do(Command),
}

/// A session as it was opened.
#[derive(Debug)]
pub struct Opened {
    /// Its id.
    pub id: String,
    /// Who may write.
    pub pen: Pen,
    /// What happened so far, with the newest entries.
    pub past: Past,
    /// Its playbook.
    pub playbook: Both<Arc<Playbook>>,
    /// Where snapshots come from.
    pub source: Source,
    /// The walkthrough, in training.
    pub walkthrough: Option<Arc<crate::domain::training::Walkthrough>>,
}

/// Work for `run`, as data, done in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Append to the journal, wait for the disk, and answer with [`Msg::Saved`] or [`Msg::NotSaved`].
    Record {
        /// Comes back with the answer.
        ticket: u64,
        /// What.
        event: Event,
    },
    /// Take up a session, and answer with [`Msg::Opened`].
    Open(Which),
    /// Ask for the pen, give it or take it; the answer is [`Msg::PenCame`], [`Msg::PenWent`] or a notice.
    Pen(Wish),
    /// Let this program of the host run as a source of facts. Only ever after its event was saved.
    UseTool(Untrusted),
    /// Listen on the wire for what these indicators name, or not any more. Only ever begun after its event was saved.
    Listen(Option<Arc<Indicators>>),
    /// Read this process in full, and answer with [`Msg::Examined`] if it is still there.
    Examine(ProcessId),
    /// Change the pace or place of the tape.
    Tape(Tape),
    /// Use the theme after this one.
    NextTheme,
    /// Clear the terminal and draw everything again.
    Redraw,
    /// Give the terminal back and stop until `fg`.
    Suspend,
    /// Ring the bell once.
    Bell,
    /// Give these lines to the terminal's clipboard and to the file beside the journal, and answer with [`Msg::Copied`].
    Copy(Vec<Untrusted>),
    /// Show these lines where the terminal can mark them: below the shell's prompt, until
    /// [`dialog::Dialog::Printed`] is closed.
    Print(Vec<Untrusted>),
    /// Carry the session to this directory and go on there; answered with notices and [`Msg::Storage`].
    Move(Untrusted),
    /// Give the terminal back and end. The journal gets [`Event::Left`] on the way.
    Leave,
}

/// Which session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// A new one.
    New,
    /// The one with this id.
    Existing(String),
}

/// What to do with the tape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tape {
    /// Hold it, or let it run.
    Pause(bool),
    /// Times real time.
    Speed(f32),
    /// To this millisecond.
    Seek(u64),
    /// To this time of the recorded clock.
    At(Timestamp),
    /// To the next entry of the journal that is replayed, or to the one before.
    Entry {
        /// The next.
        next: bool,
    },
}
