//! Questions that take the keyboard. One at a time, and an enum: two flags could disagree.

use std::sync::Arc;

pub use tui_input::Input;

use crate::cockpit::filter::Filter;
use crate::cockpit::find::Before;
use crate::cockpit::pen::Watcher;
use crate::cockpit::persistence;
use crate::domain::base::ProcessId;
use crate::domain::detect::Subject;
use crate::domain::facts::{Autostart, SocketKey};
use crate::domain::playbook::{FlowId, ItemId, NodeId};
use crate::domain::session::{Figure, ItemState, Place};
use crate::domain::untrusted::Untrusted;

/// Which question, if any, has the keyboard.
#[derive(Clone, Debug, Default)]
pub enum Dialog {
    /// None.
    #[default]
    Closed,
    /// One line of text is asked for.
    Ask(Asked, Input),
    /// The list of all commands, searched by the text.
    Help(Input, usize),
    /// A command by name, with a list of what matches.
    Palette(Input, usize),
    /// All that is known about a process. It names the process, so a refresh cannot change whom it is about.
    Process(ProcessId),
    /// All that is known about something that starts by itself, as it was when it was opened.
    Autostart(Arc<Autostart>),
    /// All that is known about a connection, or another socket.
    Connection(SocketKey),
    /// A node in full.
    Node(FlowId, NodeId),
    /// An item in full.
    Item(ItemId),
    /// «Let this program of the host run?»
    AllowTool(Untrusted),
    /// «Listen on the wire?»
    Listen,
    /// «Leave?»
    Leave,
    /// The brief, with the words for the next responder.
    SignHandoff(Input),
    /// All that the coach of a training has to say.
    Coach,
    /// «Show the expert's path?»
    ShowExpert,
    /// «End the training?»
    EndTraining,
    /// The debrief after training.
    Debrief,
    /// What can be copied of what is under the cursor, and the line under the cursor.
    Copy(Vec<Copyable>, usize),
    /// Text stands below the shell's prompt, where the terminal can mark it.
    Printed,
    /// Notes, and where they were made; the line under the cursor.
    Bookmarks(usize),
    /// What could not be read of the host.
    Unread,
    /// The rules in force, and what is wrong with them.
    Rules,
    /// «Give the pen to whoever asks for it?»
    PenAsked(Watcher),
    /// Who watches, and could have the pen; the line under the cursor.
    GivePen(Vec<Watcher>, usize),
    /// «Accept the handoff of this entry, which was signed for somebody else?»
    NotNamed(u64),
    /// «Set these items so, although some of them have reasons that would go?»
    LoseReasons(Vec<ItemId>, ItemState),
    /// «Sign the handoff with these words?»
    SignNow(Input),
    /// «Acknowledge all of these?», and how many of their kind there are.
    AcknowledgeAll(Vec<Subject>, usize),
}

/// Something that can be copied.
#[derive(Clone, Debug, PartialEq)]
pub struct Copyable {
    /// What it is.
    pub kind: CopyKind,
    /// Its lines.
    pub lines: Vec<Untrusted>,
}

/// What can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyKind {
    /// Number of a process.
    Pid,
    /// Its arguments, a blank between them.
    Command,
    /// The line, or the commands, of something that starts by itself.
    AutostartLine,
    /// The file that it stands in.
    AutostartPath,
    /// Path of its program.
    Executable,
    /// The other end of a connection.
    Remote,
    /// This end of a connection.
    Local,
    /// A finding with its reasons.
    Finding,
    /// An item of a checklist.
    Item,
    /// A node of a flow.
    Node,
    /// What happened.
    Entry,
    /// The handoff brief.
    Brief,
    /// The anchor of what is on disk.
    Anchor,
    /// The playbook as text.
    Playbook,
}

/// What a line of text is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// A note, and what it is about.
    Note(Option<Place>),
    /// Why items get this state.
    Reason(Vec<ItemId>, ItemState),
    /// What the process table shows, and what it showed before.
    FilterProcesses(Filter),
    /// What the network pane shows, and what it showed before.
    FilterNetwork(Filter),
    /// What the list of what starts by itself shows, and what it showed before.
    FilterAutostarts(persistence::Filter),
    /// What to look for in the text of a pane, and where that stood before.
    Find(Before),
    /// A figure that only a responder can state.
    Figure(Figure),
    /// A time to go to.
    Time,
    /// A directory to carry the session to.
    Directory,
    /// Why the pen shall be taken by force.
    Force,
}

impl Dialog {
    /// It asks for a yes or a no.
    #[must_use]
    pub const fn asks(&self) -> bool {
        matches!(
            self,
            Self::AllowTool(_)
                | Self::Listen
                | Self::Leave
                | Self::ShowExpert
                | Self::EndTraining
                | Self::PenAsked(_)
                | Self::NotNamed(_)
                | Self::LoseReasons(..)
                | Self::SignNow(_)
                | Self::AcknowledgeAll(..)
        )
    }

    /// Only `y` says yes: the key before it was Enter, or was pressed for many things one after the other.
    #[must_use]
    pub const fn asks_twice(&self) -> bool {
        matches!(
            self,
            Self::NotNamed(_) | Self::LoseReasons(..) | Self::SignNow(_) | Self::AcknowledgeAll(..)
        )
    }

    /// It may be longer than the screen, so the arrows move its lines. The coach's pages turn by themselves.
    #[must_use]
    pub const fn is_sheet(&self) -> bool {
        match self {
            Self::Process(_)
            | Self::Autostart(_)
            | Self::Connection(_)
            | Self::Node(..)
            | Self::Item(_)
            | Self::AllowTool(_)
            | Self::Listen
            | Self::Leave
            | Self::PenAsked(_)
            | Self::NotNamed(_)
            | Self::LoseReasons(..)
            | Self::SignNow(_)
            | Self::AcknowledgeAll(..)
            | Self::Unread
            | Self::Rules => true,
            Self::Closed
            | Self::Ask(..)
            | Self::Help(..)
            | Self::Palette(..)
            | Self::SignHandoff(_)
            | Self::Coach
            | Self::ShowExpert
            | Self::EndTraining
            | Self::Debrief
            | Self::Copy(..)
            | Self::Printed
            | Self::GivePen(..)
            | Self::Bookmarks(_) => false,
        }
    }

    /// It takes text, so letters are letters and not commands.
    #[must_use]
    pub const fn takes_text(&self) -> bool {
        matches!(self, Self::Ask(..) | Self::Help(..) | Self::Palette(..) | Self::SignHandoff(_))
    }
}
