//! Questions that take the keyboard. One at a time, and an enum: two flags could disagree.

use tui_input::Input;

use crate::cockpit::filter::Filter;
use crate::domain::base::ProcessId;
use crate::domain::playbook::{FlowId, ItemId, NodeId};
use crate::domain::session::{ItemState, Place};
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
    /// A node in full.
    Node(FlowId, NodeId),
    /// An item in full.
    Item(ItemId),
    /// «Let this program of the host run?»
    AllowTool(Untrusted),
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
}

/// What a line of text is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// A note, and what it is about.
    Note(Option<Place>),
    /// Why an item gets this state.
    Reason(ItemId, ItemState),
    /// What the process table shows, and what it showed before.
    FilterProcesses(Filter),
    /// What the network pane shows, and what it showed before.
    FilterNetwork(Filter),
}

impl Dialog {
    /// It asks for a yes or a no.
    #[must_use]
    pub const fn asks(&self) -> bool {
        matches!(self, Self::AllowTool(_) | Self::Leave | Self::ShowExpert | Self::EndTraining)
    }

    /// It takes text, so letters are letters and not commands.
    #[must_use]
    pub const fn takes_text(&self) -> bool {
        matches!(self, Self::Ask(..) | Self::Help(..) | Self::Palette(..) | Self::SignHandoff(_))
    }
}
