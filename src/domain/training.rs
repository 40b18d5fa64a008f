//! Walkthroughs: a recording with a story, injects, hints and an expert to be compared with.
//!
//! Absent on purpose: anything that could touch a host. A walkthrough is text and a tape.

mod check;
mod debrief;
mod order;
mod read;
mod shipped;

pub use check::{Flaw, check};
pub use debrief::{
    Debrief, EXPERT_PRICE, HINT_PRICE, HintUse, Part, PartKind, Row, Verdict, debrief,
};
pub use read::WalkthroughError;
pub use shipped::{SHIPPED, Shipped};

use serde::{Deserialize, Serialize};

use crate::domain::base::Both;
use crate::domain::playbook::{FlowId, ItemId, NodeId};
use crate::domain::session::{ItemState, State};

/// A walkthrough as its `walkthrough.toml` describes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Walkthrough {
    /// Name of its directory, and what `firedamp train NAME` takes.
    pub name: String,
    /// Id of the playbook that it trains.
    pub playbook: String,
    /// One line.
    pub title: Both<String>,
    /// What the trainee is told first.
    pub story: Both<String>,
    /// What there is to do, in order.
    pub tasks: Vec<Task>,
    /// What happens meanwhile, by time on the tape.
    #[serde(default)]
    pub injects: Vec<Inject>,
    /// What an expert did, in order.
    pub expert: Vec<Move>,
}

impl Walkthrough {
    /// How many tasks are done, and how many there are.
    #[must_use]
    pub fn done(&self, state: &State) -> (usize, usize) {
        (self.tasks.iter().filter(|task| task.is_done(state)).count(), self.tasks.len())
    }
}

impl Task {
    /// All of its acts stand.
    #[must_use]
    pub fn is_done(&self, state: &State) -> bool {
        self.done_by.iter().all(|act| act.stands(state))
    }
}

/// Something to find out or decide.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// What.
    pub text: Both<String>,
    /// Hints, the gentlest first.
    #[serde(default)]
    pub hints: Vec<Both<String>>,
    /// The acts that complete it.
    pub done_by: Vec<Act>,
}

/// News that reaches the trainee while the tape runs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inject {
    /// Seconds on the tape.
    pub at: u64,
    /// Who says it, for example `SOC`.
    pub from: String,
    /// What.
    pub text: Both<String>,
}

/// One act of the expert.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Seconds on the tape.
    pub at: u64,
    /// What.
    pub act: Act,
    /// Why then and why so.
    pub why: Both<String>,
}

/// An act that a walkthrough knows: a branch taken or an item marked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// A branch of a flow.
    Choose {
        /// Which flow.
        flow: FlowId,
        /// At which node.
        node: NodeId,
        /// Which of its branches, from 0.
        branch: usize,
    },
    /// The state of an item.
    Mark {
        /// Which.
        item: ItemId,
        /// New state.
        state: ItemState,
    },
}

impl Act {
    /// The session's state holds it.
    #[must_use]
    pub fn stands(&self, state: &State) -> bool {
        match self {
            Self::Choose { flow, node, branch } => {
                state.chosen(flow).any(|it| it.node == *node && it.branch == *branch)
            }
            Self::Mark { item, state: wanted } => state.item(item) == *wanted,
        }
    }
}
