//! Cursor, order and filter of each pane. Rows are worked out when something changes, not when drawn.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::cockpit::filter::Filter;
use crate::cockpit::find::Find;
use crate::cockpit::follow::Followed;
use crate::cockpit::model::Live;
use crate::cockpit::persistence::PersistencePane;
use crate::domain::base::{Moment, ProcessId, Timestamp};
use crate::domain::detect::{Finding, Subject};
use crate::domain::facts::{Beyond, Contradiction, Process, Socket, SocketKey};
use crate::domain::playbook::{FlowId, ItemId, NodeId, Phase};
use crate::domain::untrusted::Untrusted;

/// Whoever saw something under the cursor and presses a key may be so slow.
pub(super) const REACTION_MS: i64 = 5_000;

/// Every pane's own state.
#[derive(Debug, Default)]
pub struct Panes {
    /// Process table.
    pub processes: ProcessPane,
    /// Sockets.
    pub network: NetworkPane,
    /// Graphics processors.
    pub gpu: Cursor,
    /// The flow, walked.
    pub decision: DecisionPane,
    /// Checklists.
    pub checklist: ChecklistPane,
    /// What happened. The cursor counts from the newest entry: 0 follows.
    pub timeline: Cursor,
    /// First line of the document that is shown.
    pub playbook: Cursor,
    /// First line of the brief that is shown.
    pub handoff: Cursor,
    /// How far the ceremony of a handoff has come at this screen.
    pub ceremony: Ceremony,
    /// Where views of the host disagree.
    pub hiding: HidingPane,
    /// What starts by itself.
    pub persistence: PersistencePane,
    /// What was heard on the wire; the cursor counts from the newest.
    pub wire: Cursor,
    /// First line of impact, cost and criteria that is shown.
    pub impact: Cursor,
    /// What is looked for in one of the texts.
    pub find: Option<Find>,
    /// Long lines of the lists are wrapped, not cut.
    pub wrap: bool,
}

/// How far the ceremony of a handoff has come at this screen.
#[derive(Debug, Default)]
pub struct Ceremony {
    /// Entries behind the lines of the card that were marked as read.
    pub read: BTreeSet<u64>,
    /// The line that is to be marked next stays in view.
    pub follows: bool,
    /// It was in view on the last frame.
    pub in_view: bool,
    /// Who shall take the session; empty if anybody may.
    pub to: Untrusted,
    /// Words for the next one that were typed and not signed yet.
    pub words: Untrusted,
}

/// A line under the cursor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// Line, from 0.
    pub line: usize,
    /// Lines that there are; a cursor never passes the last.
    pub lines: usize,
}

/// Where views of the host disagree: the cursor stands on what disagrees, and the text goes on below the last of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HidingPane {
    /// What the cursor stands on.
    pub selected: Option<Arc<Contradiction>>,
    /// The responder moved the cursor.
    pub held: bool,
    /// What the cursor stood on and is gone: another has its row, and nobody has said so.
    pub lost: Option<Lost>,
    /// Row of the cursor, from 0.
    pub line: usize,
    /// How much disagrees.
    pub lines: usize,
    /// Lines that the text was moved on below that; nothing is under the cursor then.
    pub down: usize,
    /// Lines that it can be moved on; the screen knows its size.
    pub below: usize,
}

/// The process table.
#[derive(Debug, Default)]
pub struct ProcessPane {
    /// Rows in the order they are shown.
    pub rows: Vec<ProcessRow>,
    /// The row that the cursor holds: a process, not a place.
    pub selected: Option<ProcessId>,
    /// Row of the cursor, kept for when the selected process goes.
    pub line: usize,
    /// The responder moved the cursor: it holds its row from then on.
    pub held: bool,
    /// What was last known of the row that the cursor holds, for when its process goes.
    pub kept: Option<Kept>,
    /// The process that the cursor was asked to stay on.
    pub followed: Option<Followed>,
    /// Order.
    pub sort: ProcessSort,
    /// Children under their parents.
    pub tree: bool,
    /// What is shown.
    pub filter: Filter,
}

/// What was last known of a process.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The process as it was last seen.
    pub process: Arc<Process>,
    /// What spoke against it then.
    pub finding: Option<Finding>,
    /// When it was first missed.
    pub gone: Option<Timestamp>,
    /// The filter that it was last shown under: while that stands, its row does.
    pub under: String,
}

/// One row of the process table.
#[derive(Clone, Debug)]
pub struct ProcessRow {
    /// Who.
    pub process: Arc<Process>,
    /// Depth in the tree; 0 when flat.
    pub depth: u16,
    /// It ended; the row stays while the cursor is on it.
    pub gone: bool,
}

/// Order of the process table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProcessSort {
    /// Grade of suspicion, then CPU.
    #[default]
    Suspicion,
    /// CPU now.
    Cpu,
    /// Memory.
    Memory,
    /// Youngest first.
    Age,
    /// Pid.
    Pid,
    /// User, then pid.
    User,
    /// Name.
    Name,
}

/// Sockets.
#[derive(Debug, Default)]
pub struct NetworkPane {
    /// Rows in the order they are shown.
    pub rows: Vec<NetworkRow>,
    /// The socket under the cursor.
    pub selected: Option<SocketKey>,
    /// Row of the cursor.
    pub line: usize,
    /// The responder moved the cursor: it holds its row from then on.
    pub held: bool,
    /// The connection that the cursor was asked to stay on.
    pub followed: Option<Followed>,
    /// The connection that was under the cursor and is gone: another has its row, and nobody has said so.
    pub lost: Option<Lost>,
    /// What is shown.
    pub filter: Filter,
    /// Connections of nobody that are being closed are shown one by one.
    pub unfolded: bool,
}

/// Something that was under the cursor and is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// What people call it.
    pub name: Untrusted,
    /// When it was first missed.
    pub at: Timestamp,
}

/// One row of the network pane.
#[derive(Clone, Debug)]
pub struct NetworkRow {
    /// The socket.
    pub socket: Arc<Socket>,
    /// Its first owner, if visible.
    pub owner: Option<Arc<Process>>,
    /// Where it leads beyond a process of this host that passes it on.
    pub beyond: Option<Beyond>,
    /// Which part of the pane it belongs to.
    pub part: NetworkPart,
    /// The row stands for so many connections that are being closed and are nobody's; 0 for a row of its own.
    pub folded: usize,
}

/// Parts of the network pane, from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NetworkPart {
    /// Leads to a pool, by the playbook's indicators.
    Matches,
    /// Has another end.
    Open,
    /// Waits for somebody.
    Listening,
}

/// The flow, walked.
#[derive(Debug, Default)]
pub struct DecisionPane {
    /// The flow that is shown.
    pub flow: Option<FlowId>,
    /// Its rows.
    pub rows: Vec<FlowRow>,
    /// Row of the cursor.
    pub line: usize,
    /// What the cursor was put on, also while that is folded away.
    pub on: Option<(NodeId, Option<(NodeId, usize)>)>,
    /// The responder moved the cursor: nothing else moves it.
    pub held: bool,
}

/// One row of the walked flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowRow {
    /// Node.
    pub node: NodeId,
    /// The node above it and which of that node's branches leads here; `None` for an entry node.
    pub via: Option<(NodeId, usize)>,
    /// Depth in the tree.
    pub depth: u16,
    /// The node stands in full on another row.
    pub repeat: bool,
    /// How the walk stands to this row.
    pub standing: RowStanding,
    /// Rows behind it that are folded away.
    pub folded: usize,
}

/// How the walk stands to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowStanding {
    /// The walk came by here.
    Passed,
    /// The walk is here: the question to answer.
    Here,
    /// Reached by another branch, and open.
    Reached,
    /// A branch of a node that was reached: it can be chosen now.
    Choice,
    /// The question was answered another way.
    NotTaken,
    /// Further on.
    Ahead,
}

/// Checklists by phase.
#[derive(Debug, Default)]
pub struct ChecklistPane {
    /// Rows in the order they are shown.
    pub rows: Vec<ChecklistRow>,
    /// Row of the cursor.
    pub line: usize,
    /// The other end of the range that the cursor draws out.
    pub range: Option<ItemId>,
}

/// One row of the checklists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChecklistRow {
    /// A checklist begins: its phase, its id, and how many of its items are settled.
    Head {
        /// Phase.
        phase: Option<Phase>,
        /// `1.3`.
        list: String,
        /// Done or not applicable.
        settled: usize,
        /// All.
        items: usize,
    },
    /// An item.
    Item(ItemId),
}

impl Panes {
    /// What speaks against a process, or spoke against it while it was there.
    #[must_use]
    pub fn against<'a>(&'a self, live: &'a Live, id: ProcessId) -> Option<&'a Finding> {
        let kept = || {
            let kept = self.processes.kept.as_ref().filter(|it| it.process.id == id)?;
            kept.finding.as_ref()
        };
        live.findings.get(&Subject::Process(id)).or_else(kept)
    }

    /// When the process was first missed, if it is the one that the cursor stayed on.
    #[must_use]
    pub fn gone_since(&self, id: ProcessId) -> Option<Timestamp> {
        self.processes.kept.as_ref().filter(|it| it.process.id == id)?.gone
    }
}

impl Cursor {
    /// Moves by `by` lines, not past an end.
    pub fn step(&mut self, by: isize) {
        let last = self.lines.saturating_sub(1);
        self.line = self.line.saturating_add_signed(by).min(last);
    }
}

impl NetworkPane {
    /// The row that a key is meant for; `None` where it came into the place of one that is gone and nobody has said so,
    /// and where the row stands for many.
    #[must_use]
    pub fn row_under_cursor(&self) -> Option<&NetworkRow> {
        let row = self.rows.get(self.line).filter(|row| row.folded == 0);
        row.filter(|_| self.lost.is_none())
    }
}

impl Lost {
    pub(super) const fn new(name: Untrusted, now: &Moment) -> Self {
        Self { name, at: now.at }
    }

    /// Somebody who saw it may still be about to press a key.
    pub(super) fn may_be_meant(&self, now: &Moment) -> bool {
        (0..REACTION_MS).contains(&(now.at.as_millisecond() - self.at.as_millisecond()))
    }
}

impl HidingPane {
    /// Moves by `by` lines, not past an end.
    pub fn step(&mut self, by: isize) {
        let last = self.lines.saturating_sub(1);
        let at = (self.line + self.down).saturating_add_signed(by).min(last + self.below);
        self.line = at.min(last);
        self.down = at - self.line;
    }
}

impl ChecklistPane {
    /// Rows that belong together: from the other end of the range to the cursor; without a range, the cursor's.
    #[must_use]
    pub fn marked(&self) -> RangeInclusive<usize> {
        let same = |row: &ChecklistRow| matches!(row, ChecklistRow::Item(it) if Some(it) == self.range.as_ref());
        let other = self.rows.iter().position(same).unwrap_or(self.line);
        self.line.min(other)..=self.line.max(other)
    }

    /// The items in those rows.
    pub fn marked_items(&self) -> impl Iterator<Item = &ItemId> {
        self.rows.get(self.marked()).into_iter().flatten().filter_map(|row| match row {
            ChecklistRow::Item(item) => Some(item),
            ChecklistRow::Head { .. } => None,
        })
    }
}

impl ProcessSort {
    /// The next order; the sort key goes round.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Suspicion => Self::Cpu,
            Self::Cpu => Self::Memory,
            Self::Memory => Self::Age,
            Self::Age => Self::Pid,
            Self::Pid => Self::User,
            Self::User => Self::Name,
            Self::Name => Self::Suspicion,
        }
    }
}
