//! What the line above the footer says.

mod news;

use crate::cockpit::pen::Holding;
use crate::cockpit::storage::{Refusal, Unsaved};
use crate::cockpit::trouble::{BadRules, BadTheme, NotCarried, Trouble, Unusable};
use crate::domain::base::{Both, Moment, Timestamp};
use crate::domain::detect::{Finding, Grade};
use crate::domain::facts::{Autostart, AutostartChange, Own};
use crate::domain::session::{Anchor, Figure};
use crate::domain::untrusted::Untrusted;

/// Something that the responder should see now.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// What.
    pub kind: NoticeKind,
    /// When it came.
    pub at: Moment,
}

/// What a notice says; words turn it into a sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum NoticeKind {
    /// Something was found.
    Found(Finding, Untrusted),
    /// Something that starts by itself appeared, changed or vanished; and so many others did with the same look.
    Autostart(AutostartChange, std::sync::Arc<Autostart>, usize),
    /// An event could not be saved; why.
    NotSaved(Unsaved),
    /// The act needs the pen, which somebody else has.
    NoPen,
    /// Nobody can have the pen here; why.
    NoPenHere(Closed),
    /// This screen has the pen.
    PenIsHere,
    /// The pen was asked for; of whom, and how it is held.
    AskedForPen(Untrusted, Holding),
    /// Somebody asks for the pen; who.
    PenAskedBy(Untrusted),
    /// The holder said no.
    PenRefused,
    /// Nobody has the pen any more.
    PenFree,
    /// Whoever has the pen was stopped, or is silent.
    HolderSilent(Holding),
    /// The pen is here now; from whom, if that is known.
    PenCame(Untrusted),
    /// The pen was given; to whom.
    PenGone(Untrusted),
    /// Somebody took the pen by force; who, and why.
    PenForced(Untrusted, Untrusted),
    /// So many acts were still on their way to the disk when the pen was taken: nobody has them.
    LostWithPen(usize),
    /// Somebody else was quicker.
    PenNotFree,
    /// There is nobody to give the pen to.
    NobodyWatches,
    /// That branch cannot be taken from here.
    NotReachable,
    /// This is the question itself: its branches stand below.
    ChooseBelow,
    /// The flow ends here: there is nothing to choose.
    EndOfFlow,
    /// This question was answered, or this branch was taken.
    WasAnswered,
    /// The question was answered with another branch.
    OtherBranch,
    /// There is nothing to undo.
    NothingToUndo,
    /// The act before is not on disk yet.
    WaitsForDisk,
    /// This act was taken back, and whose it was.
    Undone(Box<crate::domain::session::Event>, Untrusted),
    /// A reason is needed.
    ReasonNeeded,
    /// A filter that cannot be read; the part at fault.
    BadFilter(Untrusted),
    /// The palette does not know this verb.
    UnknownVerb(Untrusted),
    /// The theme changed on disk and is in use.
    ThemeLoaded(String),
    /// The theme cannot be used; the last good one stays.
    ThemeBroken(Box<BadTheme>),
    /// A file of rules, or a part of it, is not used; so much more is wrong.
    RulesBroken(Box<BadRules>, usize),
    /// Other rules are in force: so many indicators, and so many Sigma rules.
    RulesLoaded(usize, usize),
    /// Bytes of a torn line were set aside when the session was opened.
    TornSetAside(u64),
    /// The recording cannot be written; why.
    NotRecording(Refusal),
    /// There is little room left on the disk; so many MiB.
    LittleRoom(u64),
    /// The playbook has no decision tree or no checklist; whether it has a tree.
    PlainPlaybook {
        /// It has a decision tree.
        tree: bool,
        /// It has a checklist.
        checklist: bool,
    },
    /// The session that this screen watched was carried to this sessions directory, where it cannot be followed.
    MovedAway(Untrusted),
    /// There is no such tool on this host.
    NoTool,
    /// Nobody can listen here: this is a recording.
    NoWireHere,
    /// The kernel refused to let this screen listen on the wire; what it said.
    WireRefused(Untrusted),
    /// The screen before listened on the wire, and this one does not.
    WireLost,
    /// News in training: from whom, what.
    Inject(String, Both<String>),
    /// The recording is at its end.
    EndOfTape,
    /// The handoff is signed; the anchor of the signature.
    Signed(Anchor),
    /// The handoff was accepted; the anchor of the acceptance.
    Accepted(Anchor),
    /// The anchor of what is on disk, to be read out or written down elsewhere.
    Anchor(Anchor),
    /// So many lines of the card must be read before it can be signed or accepted.
    MustRead(usize),
    /// Every line of the card that must be read is marked.
    AllRead,
    /// A signed handoff waits for somebody to accept it; who signed.
    HandoffWaits(Untrusted),
    /// Whoever signed a handoff cannot accept it too.
    OwnHandoff,
    /// This pane has nothing to filter or search.
    NoFilter,
    /// The text does not hold this.
    NotFound(Untrusted),
    /// The same in a timeline of which so many earlier entries are on disk alone.
    NotFoundHere(Untrusted, u64),
    /// The search went on from the other end; whether from the top.
    Wrapped(bool),
    /// There is nothing to look for again.
    NoSearch,
    /// Nothing is under the cursor that could be followed.
    NothingToFollow,
    /// What was followed has ended or closed; its name.
    FollowedGone(Untrusted),
    /// Nothing is under the cursor that could be copied.
    NothingToCopy,
    /// What came of copying.
    Copied(Copied),
    /// There are no notes yet.
    NoBookmarks,
    /// That is no time; what was typed.
    BadTime(Untrusted),
    /// That is no such figure; what was typed.
    BadFigure(Figure, Untrusted),
    /// A criterion of the playbook for telling others is met: the criterion, and whom to tell.
    Escalate(String, String),
    /// Only a tape and the timeline have other times to go to.
    NoOtherTime,
    /// Only the checklist has ranges.
    NoRange,
    /// Only the table of processes has an order to choose and a tree.
    NoTable,
    /// A note that was left half written is kept.
    DraftKept,
    /// There is nothing to redo.
    NothingToRedo,
    /// There is nothing to acknowledge.
    NothingToAcknowledge,
    /// The finding on this is acknowledged; its name, and how many are still open.
    Acknowledged(Untrusted, usize),
    /// A finding is acknowledged, and the next one stands here in its place: one key a finding is enough.
    NextAlert(Box<NextAlert>),
    /// So many findings that are alike were acknowledged with one answer; and how many others are still open.
    AcknowledgedAll(usize, usize),
    /// The recording begins here: there is nothing before.
    NothingBefore,
    /// The recording ends here: there is nothing after.
    NothingAfter,
    /// The pen was asked for, so that the handoff can be accepted; of whom, and how it is held.
    AskedForShift(Untrusted, Holding),
    /// Whoever has the pen keeps it and the shift; who.
    ShiftRefused(Untrusted),
    /// The finding on this was acknowledged before; its name.
    AlreadyAcknowledged(Untrusted),
    /// There is no handoff to accept.
    NoHandoff,
    /// There is no hint left for the task at hand.
    NoMoreHints,
    /// The debrief was shown; nothing that is done now would count.
    TrainingOver,
    /// A file of the recording is damaged: its name, and up to when it can be read.
    TapeDamaged(Untrusted, Option<Timestamp>),
    /// The session is being carried to this directory.
    Moving(Untrusted),
    /// The session goes on in another place.
    Carried {
        /// Where.
        place: Untrusted,
        /// How many files beside the journal could not be copied.
        left_behind: usize,
    },
    /// The session could not be carried and goes on where it is; why.
    NotCarried(NotCarried),
    /// The place that it was carried from could not be told where it went.
    OldPlaceSilent,
    /// Nothing that this responder signed or wrote waits to be taken back on the card.
    NothingSigned,
    /// Somebody accepted the handoff.
    ShiftTaken(Untrusted),
    /// Somebody else accepted the handoff that was signed for this responder.
    TakenInstead(Untrusted),
    /// Only the session of an incident can be carried elsewhere.
    NothingToMove,
    /// Sessions are in another place than usual: which, and why.
    Elsewhere(Untrusted, Vec<Unusable>),
    /// This sessions directory was not there and was made; perhaps another was meant.
    NewPlace(Untrusted),
    /// The program itself cannot be relied on here; how it stands.
    Doubted(Box<Own>),
    /// Something does not work.
    Trouble(Trouble),
}

/// An alert that takes the place of one that was acknowledged.
#[derive(Clone, Debug, PartialEq)]
pub struct NextAlert {
    /// Name of the one that is acknowledged.
    pub done: Untrusted,
    /// How many are still open, this one included.
    pub left: usize,
    /// The next one.
    pub finding: Finding,
    /// Its name.
    pub name: Untrusted,
}

/// Why nobody can write on this screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It is a replay.
    Replay,
    /// The training is over.
    Training,
    /// The journal is damaged.
    Damaged,
    /// Two wrote at once, and people must choose.
    Forked,
    /// No session is open.
    NoSession,
    /// The disk takes nothing, so there is no way to ask.
    NoSeat,
}

/// What came of copying.
#[derive(Clone, Debug, PartialEq)]
pub struct Copied {
    /// Bytes that went to the terminal's clipboard.
    pub sent: usize,
    /// Bytes that there are.
    pub all: usize,
    /// What became of the file beside the journal.
    pub kept: Kept,
}

/// What became of the file that keeps what was copied.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// `clip/last.txt` in the session's directory holds it.
    InFile,
    /// This screen writes nothing.
    Nowhere,
    /// It could not be written; why.
    Failed(Unusable),
}

impl NoticeKind {
    /// It goes by itself after a while. Failures, what warns and what waits for somebody stay until they are
    /// acknowledged.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "a table: one row a notice, no logic")]
    pub fn fades(&self) -> bool {
        match self {
            Self::Found(finding, _) => finding.grade < Grade::Confirmed,
            Self::NextAlert(next) => next.finding.grade < Grade::Confirmed,
            Self::Copied(copied) => !matches!(copied.kept, Kept::Failed(_)),
            Self::NotSaved(_)
            | Self::Escalate(..)
            | Self::NotRecording(_)
            | Self::LittleRoom(_)
            | Self::PlainPlaybook { .. }
            | Self::MovedAway(_)
            | Self::ThemeBroken(_)
            | Self::RulesBroken(..)
            | Self::TornSetAside(_)
            | Self::HandoffWaits(_)
            | Self::Signed(_)
            | Self::Accepted(_)
            | Self::Anchor(_)
            | Self::Inject(..)
            | Self::FollowedGone(_)
            | Self::TapeDamaged(..)
            | Self::Moving(_)
            | Self::Carried { .. }
            | Self::OldPlaceSilent
            | Self::TakenInstead(_)
            | Self::NotCarried(_)
            | Self::Elsewhere(..)
            | Self::AskedForShift(..)
            | Self::ShiftRefused(_)
            | Self::PenAskedBy(_)
            | Self::PenFree
            | Self::HolderSilent(_)
            | Self::PenForced(..)
            | Self::LostWithPen(_)
            | Self::Doubted(_)
            | Self::WireRefused(_)
            | Self::WireLost
            | Self::Trouble(_) => false,
            Self::Autostart(_, entry, _) => entry.is_as_packaged(),
            Self::NoPen
            | Self::NewPlace(_)
            | Self::NoPenHere(_)
            | Self::PenIsHere
            | Self::AskedForPen(..)
            | Self::PenRefused
            | Self::PenCame(_)
            | Self::PenGone(_)
            | Self::PenNotFree
            | Self::NobodyWatches
            | Self::NotReachable
            | Self::OtherBranch
            | Self::NothingToUndo
            | Self::NothingSigned
            | Self::ShiftTaken(_)
            | Self::WaitsForDisk
            | Self::Undone(..)
            | Self::ReasonNeeded
            | Self::BadFilter(_)
            | Self::UnknownVerb(_)
            | Self::ThemeLoaded(_)
            | Self::RulesLoaded(..)
            | Self::NoTool
            | Self::NoWireHere
            | Self::EndOfTape
            | Self::MustRead(_)
            | Self::AllRead
            | Self::OwnHandoff
            | Self::NoFilter
            | Self::NotFound(_)
            | Self::NotFoundHere(..)
            | Self::Wrapped(_)
            | Self::NoSearch
            | Self::NothingToFollow
            | Self::NothingToCopy
            | Self::NoBookmarks
            | Self::BadTime(_)
            | Self::BadFigure(..)
            | Self::NoOtherTime
            | Self::NoRange
            | Self::NoTable
            | Self::DraftKept
            | Self::NothingToRedo
            | Self::NothingToAcknowledge
            | Self::AlreadyAcknowledged(_)
            | Self::Acknowledged(..)
            | Self::AcknowledgedAll(..)
            | Self::ChooseBelow
            | Self::EndOfFlow
            | Self::WasAnswered
            | Self::NothingBefore
            | Self::NothingAfter
            | Self::NoMoreHints
            | Self::TrainingOver
            | Self::NothingToMove
            | Self::NoHandoff => true,
        }
    }
}
