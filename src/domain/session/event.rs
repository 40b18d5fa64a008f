//! What can happen in a session, as it is written in the journal.

use serde::{Deserialize, Serialize};

use crate::domain::base::{Digest, Timestamp};
use crate::domain::detect::{Finding, Subject};
use crate::domain::facts::{AutostartChange, AutostartKind, Own};
use crate::domain::playbook::{FlowId, ItemId, NodeId};
use crate::domain::session::anchor::Anchor;
use crate::domain::session::in_force::InForce;
use crate::domain::untrusted::Untrusted;

/// Who an entry is by when the program itself saw something.
pub const PROGRAM: &str = "firedamp";

/// The kinds of [`Event`] that this version knows, as they are written. What is of one of them and cannot be read as that
/// is damage, and no event of a later version.
pub const KINDS: [&str; 30] = [
    "opened",
    "resumed",
    "left",
    "chose",
    "took-back",
    "withdrew",
    "marked",
    "noted",
    "found",
    "ended",
    "acknowledged",
    "allowed",
    "listening",
    "wire-refused",
    "handed-off",
    "accepted",
    "anchored",
    "signed",
    "pen-given",
    "pen-taken",
    "trouble",
    "hinted",
    "expert-shown",
    "tape-at",
    "debriefed",
    "clock",
    "autostart",
    "redacted",
    "prepared",
    "rules",
];

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Place in the journal, from 1. Order is this number, never the clock.
    pub seq: u64,
    /// Wall clock, UTC.
    pub at: Timestamp,
    /// Boot clock, which nobody can set back.
    pub boot: Stamp,
    /// The responder; `firedamp` for what the program saw by itself.
    pub by: Untrusted,
    /// SHA-256 of the line before; all zeros for the first.
    pub prev: Digest,
    /// What happened.
    pub event: Event,
}

/// A moment of the boot clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stamp {
    /// `/proc/sys/kernel/random/boot_id`.
    pub id: String,
    /// Milliseconds of `CLOCK_BOOTTIME`.
    pub ms: u64,
}

/// What happened. Kinds that this version does not know are kept whole as [`Event::Unknown`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Event {
    /// The session began.
    Opened(Opening),
    /// A screen took the session up again.
    Resumed {
        /// firedamp version.
        version: String,
    },
    /// The screen let go of the session in good order.
    Left,
    /// The responder took a branch.
    Chose {
        /// Which flow.
        flow: FlowId,
        /// At which node.
        node: NodeId,
        /// Which of the node's branches, from 0 in the order of the document.
        branch: usize,
        /// Where it leads.
        to: NodeId,
        /// What the branch said; empty for a plain next step.
        label: Untrusted,
    },
    /// The responder took a choice back; it stays in the history.
    TookBack {
        /// The entry that holds the choice.
        choice: u64,
    },
    /// The responder took something else back that was written: a note, or a handoff that nobody has accepted.
    Withdrew {
        /// The entry that holds it; it stays where it is.
        entry: u64,
    },
    /// The responder set the state of an item.
    Marked {
        /// Which.
        item: ItemId,
        /// New state.
        state: ItemState,
        /// Why, where the state asks for a reason.
        #[serde(skip_serializing_if = "Untrusted::is_empty", default)]
        reason: Untrusted,
        /// The mark that this one takes back: its entry. Without it, setting an item open is an act of its own.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        undoes: Option<u64>,
    },
    /// The responder wrote something down.
    Noted {
        /// What.
        text: Untrusted,
        /// What it is about.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        about: Option<Place>,
    },
    /// Detection found something, or learnt more about it: the newest finding on a subject counts.
    Found {
        /// What.
        finding: Finding,
        /// The subject by name, for people: `4242 xmrig`, `192.0.2.1:3333`.
        name: Untrusted,
    },
    /// What something was found on is no longer there: the process has ended, or no connection leads there any more.
    Ended {
        /// What.
        subject: Subject,
        /// The subject by name, as in [`Event::Found`].
        name: Untrusted,
    },
    /// The responder has looked at what was found on a subject. It stands until more is found on it.
    Acknowledged {
        /// On whom.
        subject: Subject,
    },
    /// The responder allowed a program of the host to run.
    Allowed {
        /// Its path.
        program: Untrusted,
        /// SHA-256 of the file, when it could be read.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        sha256: Option<Digest>,
    },
    /// The responder asked to listen on the wire, or not to any more.
    Listening {
        /// From here on.
        on: bool,
    },
    /// The kernel refused to let the responder listen.
    WireRefused {
        /// What it said.
        why: Untrusted,
    },
    /// The responder signed a handoff brief.
    HandedOff {
        /// To the next one, in the responder's own words.
        words: Untrusted,
        /// Who shall take it; empty if anybody may.
        #[serde(skip_serializing_if = "Untrusted::is_empty", default)]
        to: Untrusted,
        /// The lines of the card that were marked as read, by the entry that each rests on. They are a part of the
        /// signature: a mark that stood by itself would mean nothing, and would change the card that is being read.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        read: Vec<u64>,
    },
    /// The next responder read and accepted the brief.
    Accepted {
        /// The entry that signed it.
        handoff: u64,
        /// The lines of the card that were marked as read.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        read: Vec<u64>,
        /// Whom it was signed for, if that is somebody else; empty otherwise.
        #[serde(skip_serializing_if = "Untrusted::is_empty", default)]
        instead_of: Untrusted,
    },
    /// The anchor of an earlier entry was shown, so that somebody elsewhere may have it.
    Anchored {
        /// Which.
        anchor: Anchor,
    },
    /// Somebody signed the journal up to an entry with an SSH key.
    Signed {
        /// Up to which.
        entry: u64,
        /// Fingerprint of the key: `SHA256:...`.
        key: Untrusted,
        /// The signature, as `ssh-keygen -Y verify` takes it.
        armour: Untrusted,
    },
    /// The responder gave the pen to somebody who was watching.
    PenGiven {
        /// To whom.
        to: Untrusted,
    },
    /// The responder took the pen: it was given, or nobody had it any more, or it was taken by force.
    PenTaken {
        /// From whom; empty if that is not known.
        from: Untrusted,
        /// Why it was taken by force; empty if it was not.
        #[serde(skip_serializing_if = "Untrusted::is_empty", default)]
        reason: Untrusted,
    },
    /// The program met trouble that a reader of the journal should know.
    Trouble {
        /// What.
        what: Untrusted,
    },
    /// The trainee was shown a hint. This and the three below are of training only.
    Hinted {
        /// For which task, from 0.
        task: usize,
        /// How many of its hints are shown now.
        shown: usize,
    },
    /// The trainee was shown the expert's path.
    ExpertShown,
    /// Where on the tape the trainee is, so that it can go on from there.
    TapeAt {
        /// Milliseconds from its start.
        ms: u64,
    },
    /// The training is over: the trainee was shown the debrief.
    Debriefed {
        /// Points, from 0 to 100.
        score: u32,
    },
    /// A clock was moved or stood still. Order is the entry's number, so nothing else changes.
    Clock {
        /// What happened.
        change: ClockChange,
        /// By how many milliseconds.
        by_ms: i64,
    },
    /// Something that starts by itself appeared, changed or vanished while somebody looked.
    Autostart {
        /// What became of it.
        change: AutostartChange,
        /// The kind of place it stands in.
        place: AutostartKind,
        /// The file.
        path: Untrusted,
        /// Line in the file, from 1; 0 where it is the file as a whole.
        line: u32,
        /// What stood there, or stands there now; the beginning of it.
        text: Untrusted,
        /// Where it changed while nobody watched: when it was last seen as it was before.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        since: Option<Timestamp>,
    },
    /// How the program itself stood on this host when the session was opened.
    Prepared(Box<Own>),
    /// By these rules everything is judged from here on.
    Rules(Box<InForce>),
    /// First entry of a redacted copy, in the place of [`Event::Opened`]. The entries after it have the numbers that
    /// they had; the chain is a new one.
    Redacted {
        /// How the session began that this is a copy of, with names masked.
        opening: Opening,
        /// SHA-256 of the last line of the journal that was copied.
        head: Digest,
        /// How many entries it had.
        entries: u64,
    },
    /// A kind that this version does not know, or a kind with more in it than this version knows, word for word.
    #[serde(untagged)]
    Unknown(serde_json::Map<String, serde_json::Value>),
}

/// What happened to a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockChange {
    /// The wall clock was set: it moved against the boot clock.
    Jumped,
    /// The machine slept: the boot clock went on and the program did not.
    Suspended,
}

impl Event {
    /// How the session began, if this is its first entry.
    #[must_use]
    pub fn opening(&self) -> Option<Opening> {
        if let Self::Opened(opening) | Self::Redacted { opening, .. } = self {
            Some(opening.clone())
        } else if let Self::Unknown(fields) = self {
            known_part(fields)?.opening()
        } else {
            None
        }
    }
}

/// What this version understands of an event that says more; `None` if it does not know the kind.
#[must_use]
pub fn known_part(fields: &serde_json::Map<String, serde_json::Value>) -> Option<Event> {
    let event = serde_json::from_value(serde_json::Value::Object(fields.clone())).ok()?;
    if matches!(event, Event::Unknown(_)) { None } else { Some(event) }
}

/// How a session began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// firedamp version.
    pub version: String,
    /// Host name.
    pub host: Untrusted,
    /// Id of the playbook.
    pub playbook: String,
    /// Its title.
    pub title: Untrusted,
    /// SHA-256 of `playbook.md` as it lies beside the journal.
    pub sha256: Digest,
    /// Name of the walkthrough, when this is training and nothing here is real.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub training: Option<String>,
}

/// State of an item.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum ItemState {
    /// Not begun.
    #[default]
    Open,
    /// Somebody is at it.
    Doing,
    /// Done.
    Done,
    /// Cannot go on; has a reason.
    Blocked,
    /// Does not apply here; has a reason.
    NotApplicable,
}

/// What a note is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// An item of a checklist.
    Item(ItemId),
    /// A node of a flow.
    Node(FlowId, NodeId),
    /// A finding.
    Subject(Subject),
}
