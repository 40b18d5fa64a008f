//! The closed vocabulary that keys, the palette and the help page share.

use crate::cockpit::model::{Pane, View};
use crate::domain::session::Figure;

/// Something the responder can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Cursor up.
    Up,
    /// Cursor down.
    Down,
    /// To the left: the flow before, in the decision pane.
    Left,
    /// To the right: the flow after, in the decision pane.
    Right,
    /// One screenful up.
    PageUp,
    /// One screenful down.
    PageDown,
    /// First line.
    Top,
    /// Last line.
    Bottom,
    /// Keyboard to the next pane.
    NextPane,
    /// Keyboard to the pane before.
    PreviousPane,
    /// To a screen.
    Go(View),
    /// Open what is under the cursor, or make the pane fill the screen.
    Open,
    /// One step back.
    Back,
    /// The pane fills the screen, or gives it back.
    Zoom,
    /// Ask what the pane shall show.
    Filter,
    /// To the next place that the search found.
    NextMatch,
    /// To the place before that the search found.
    PreviousMatch,
    /// The cursor stays on what it is on, or on the newest entry.
    Follow,
    /// Long lines wrapped or cut.
    Wrap,
    /// Choose what to copy of what is under the cursor.
    Copy,
    /// What could not be read of the host.
    Unread,
    /// The rules in force, and what is wrong with them.
    Rules,
    /// The next order.
    Sort,
    /// Children under their parents, or not.
    Tree,
    /// Hold the picture, or let it go on.
    Pause,
    /// The other language.
    Language,
    /// The next theme.
    Theme,
    /// Draw everything again.
    Redraw,
    /// Back on the tape.
    Rewind,
    /// Forward on the tape.
    Forward,
    /// To the event before, on the tape.
    EventBack,
    /// To the event after, on the tape.
    EventForward,
    /// Ask for a time, and go there.
    GoToTime,
    /// Back to what is now: the newest entry, the end of the tape.
    Live,
    /// Notes, and where they were made.
    Bookmarks,
    /// Slower tape.
    Slower,
    /// Faster tape.
    Faster,
    /// Tick the item, or take the branch, under the cursor.
    Mark,
    /// Somebody is at the item under the cursor.
    Doing,
    /// The item does not apply; asks why.
    NotApplicable,
    /// The item cannot go on; asks why.
    Blocked,
    /// Write something down.
    Note,
    /// State a figure that only a responder can know; asks for it.
    State(Figure),
    /// Take the last act back.
    Undo,
    /// Do again what was taken back last.
    Redo,
    /// Lines from here to the cursor belong together.
    Range,
    /// The notice, or the finding under the cursor, has been seen.
    Acknowledge,
    /// So have all that are alike; asks first.
    AcknowledgeAll,
    /// Let `nvidia-smi` run; asks first.
    AllowGpuTool,
    /// Listen on the wire, or not any more; asks first.
    Listen,
    /// Sign the handoff.
    HandOff,
    /// Accept the handoff.
    Accept,
    /// The anchor of what is on disk.
    Anchor,
    /// Ask for the pen, or take it if it is free; with the pen, answer who asks.
    AskForPen,
    /// Give the pen to somebody who watches.
    GivePen,
    /// Take the pen by force; asks why.
    ForcePen,
    /// All that the coach has to say, in training.
    Coach,
    /// The next hint, in training.
    Hint,
    /// What the expert did, in training.
    Expert,
    /// Compare with the expert, in training.
    Debrief,
    /// Ask for a directory, and carry the session there.
    Move,
    /// The list of all commands.
    Help,
    /// A command by name.
    Palette,
    /// To the shell and back with `fg`.
    Suspend,
    /// Leave; asks first.
    Leave,
    /// Leave at once; everything saved stays saved.
    LeaveNow,
}

/// What a command is listed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Moving about.
    Move,
    /// Looking.
    Look,
    /// The tape.
    Time,
    /// The work.
    Work,
    /// The program.
    System,
}

/// A row of the table of verbs.
#[derive(Clone, Copy, Debug)]
pub struct Verb {
    /// What the palette calls it.
    pub name: &'static str,
    /// What it asks for.
    pub command: Command,
    /// What it is listed under.
    pub group: Group,
    /// It adds to the journal, so it needs the pen.
    pub writes: bool,
}

const fn look(name: &'static str, command: Command, group: Group) -> Verb {
    Verb { name, command, group, writes: false }
}

const fn work(name: &'static str, command: Command) -> Verb {
    Verb { name, command, group: Group::Work, writes: true }
}

/// Every verb. Keys, palette, help and the words of both languages come from this one table.
pub const VERBS: &[Verb] = &[
    look("up", Command::Up, Group::Move),
    look("down", Command::Down, Group::Move),
    look("left", Command::Left, Group::Move),
    look("right", Command::Right, Group::Move),
    look("page-up", Command::PageUp, Group::Move),
    look("page-down", Command::PageDown, Group::Move),
    look("top", Command::Top, Group::Move),
    look("bottom", Command::Bottom, Group::Move),
    look("next-pane", Command::NextPane, Group::Move),
    look("previous-pane", Command::PreviousPane, Group::Move),
    look("cockpit", Command::Go(View::Cockpit), Group::Move),
    look("processes", Command::Go(View::Full(Pane::Processes)), Group::Move),
    look("network", Command::Go(View::Full(Pane::Network)), Group::Move),
    look("gpu", Command::Go(View::Full(Pane::Gpu)), Group::Move),
    look("decision", Command::Go(View::Full(Pane::Decision)), Group::Move),
    look("checklist", Command::Go(View::Full(Pane::Checklist)), Group::Move),
    look("timeline", Command::Go(View::Full(Pane::Timeline)), Group::Move),
    look("playbook", Command::Go(View::Full(Pane::Playbook)), Group::Move),
    look("handoff", Command::Go(View::Full(Pane::Handoff)), Group::Move),
    look("hiding", Command::Go(View::Full(Pane::Hiding)), Group::Move),
    look("persistence", Command::Go(View::Full(Pane::Persistence)), Group::Move),
    look("wire", Command::Go(View::Full(Pane::Wire)), Group::Move),
    look("impact", Command::Go(View::Full(Pane::Impact)), Group::Move),
    look("open", Command::Open, Group::Look),
    look("back", Command::Back, Group::Look),
    look("zoom", Command::Zoom, Group::Look),
    look("filter", Command::Filter, Group::Look),
    look("next-match", Command::NextMatch, Group::Look),
    look("previous-match", Command::PreviousMatch, Group::Look),
    look("follow", Command::Follow, Group::Look),
    look("wrap", Command::Wrap, Group::Look),
    look("copy", Command::Copy, Group::Look),
    look("unread", Command::Unread, Group::Look),
    look("rules", Command::Rules, Group::Look),
    look("sort", Command::Sort, Group::Look),
    look("tree", Command::Tree, Group::Look),
    look("language", Command::Language, Group::Look),
    look("theme", Command::Theme, Group::Look),
    look("redraw", Command::Redraw, Group::Look),
    look("pause", Command::Pause, Group::Time),
    look("rewind", Command::Rewind, Group::Time),
    look("forward", Command::Forward, Group::Time),
    look("event-back", Command::EventBack, Group::Time),
    look("event-forward", Command::EventForward, Group::Time),
    look("go-to-time", Command::GoToTime, Group::Time),
    look("live", Command::Live, Group::Time),
    look("bookmarks", Command::Bookmarks, Group::Time),
    look("slower", Command::Slower, Group::Time),
    look("faster", Command::Faster, Group::Time),
    work("mark", Command::Mark),
    work("doing", Command::Doing),
    work("not-applicable", Command::NotApplicable),
    work("blocked", Command::Blocked),
    work("note", Command::Note),
    work(Figure::Rate.name(), Command::State(Figure::Rate)),
    work(Figure::GpuRate.name(), Command::State(Figure::GpuRate)),
    work(Figure::Billing.name(), Command::State(Figure::Billing)),
    work(Figure::Hosts.name(), Command::State(Figure::Hosts)),
    work(Figure::HostType.name(), Command::State(Figure::HostType)),
    work("undo", Command::Undo),
    work("redo", Command::Redo),
    look("range", Command::Range, Group::Work),
    // Whoever only reads may take a notice off the screen; the entry needs the pen.
    look("acknowledge", Command::Acknowledge, Group::Work),
    work("acknowledge-all", Command::AcknowledgeAll),
    work("allow-nvidia-smi", Command::AllowGpuTool),
    // Whoever only reads may stop it; the entry needs the pen.
    look("listen", Command::Listen, Group::Work),
    work("sign", Command::HandOff),
    // Whoever only reads asks for the pen with it; the acceptance follows when the pen comes.
    look("accept", Command::Accept, Group::Work),
    work("move", Command::Move),
    // Whoever only reads may read it out too; the entry needs the pen.
    look("anchor", Command::Anchor, Group::Work),
    look("ask-for-pen", Command::AskForPen, Group::Work),
    look("give-pen", Command::GivePen, Group::Work),
    look("force-pen", Command::ForcePen, Group::Work),
    look("coach", Command::Coach, Group::Time),
    look("hint", Command::Hint, Group::Time),
    look("expert", Command::Expert, Group::Time),
    look("debrief", Command::Debrief, Group::Time),
    look("help", Command::Help, Group::System),
    look("palette", Command::Palette, Group::System),
    look("suspend", Command::Suspend, Group::System),
    look("leave", Command::Leave, Group::System),
    look("leave-now", Command::LeaveNow, Group::System),
];

impl Command {
    /// Its row in [`VERBS`].
    #[must_use]
    pub fn verb(self) -> Option<&'static Verb> {
        VERBS.iter().find(|verb| verb.command == self)
    }
}
