//! What the line above the footer says.

use crate::domain::base::{Both, Moment, Timestamp};
use crate::domain::detect::Finding;
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
    /// An event could not be saved; why.
    NotSaved(Untrusted),
    /// The act needs the pen.
    NoPen,
    /// That branch cannot be taken from here.
    NotReachable,
    /// There is nothing to undo.
    NothingToUndo,
    /// A reason is needed.
    ReasonNeeded,
    /// A filter that cannot be read; the part at fault.
    BadFilter(Untrusted),
    /// The palette does not know this verb.
    UnknownVerb(Untrusted),
    /// The theme changed on disk and is in use.
    ThemeLoaded(String),
    /// The theme file is broken; the last good one stays. File, line and reason.
    ThemeBroken(Untrusted),
    /// Bytes of a torn line were set aside when the session was opened.
    TornSetAside(u64),
    /// The recording cannot be written; why.
    NotRecording(Untrusted),
    /// There is no such tool on this host.
    NoTool,
    /// News in training: from whom, what.
    Inject(String, Both<String>),
    /// The recording is at its end.
    EndOfTape,
    /// The handoff is signed.
    Signed,
    /// The handoff was accepted.
    Accepted,
    /// A signed handoff waits for somebody to accept it; who signed.
    HandoffWaits(Untrusted),
    /// Whoever signed a handoff cannot accept it too.
    OwnHandoff,
    /// This pane has nothing to filter.
    NoFilter,
    /// There is no handoff to accept.
    NoHandoff,
    /// There is no hint left for the task at hand.
    NoMoreHints,
    /// The debrief was shown; nothing that is done now would count.
    TrainingOver,
    /// A file of the recording is damaged: its name, and up to when it can be read.
    TapeDamaged(Untrusted, Option<Timestamp>),
    /// Something failed; what, why and what to do next.
    Trouble(Untrusted),
}
