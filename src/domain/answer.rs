//! What this host itself can say to the playbook's questions: facts, a branch that they speak for, and whom to ask.
//!
//! A question is known by its own words, never by its number: an edited playbook is answered as far as its words are
//! understood, and of what is not understood nothing is said. Figures come from the playbook's tables alone.
//!
//! Invariant: pure. A suggestion carries the fact that it rests on, by its type; nothing here takes a branch, ticks an
//! item or tells anybody. What was not seen is not said to be absent: only what is known not to be so is a «no».

mod asked;
mod cost;
mod criteria;
mod decide;
mod fact;
mod grounds;
mod impact;
mod lateral;
mod limits;
mod provider;
mod speak;
mod topic;

use std::sync::Arc;

pub use cost::{Burn, Cost};
pub use criteria::{Criterion, Firing};
pub use fact::{Ask, Fact, FactsFrom, Way, What};
pub use grounds::Grounds;
pub use impact::{Impact, ImpactRow};
pub use limits::Limit;
pub use provider::Provider;
pub use topic::Topic;

use crate::domain::playbook::{Flow, Indicators, Item, NodeId, Playbook, TableKind};
use crate::domain::session::{Money, State};

/// Everything that an answer may rest on.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What this host shows.
    pub grounds: &'a Grounds,
    /// What responders wrote.
    pub state: &'a State,
    /// What was used up so far.
    pub burn: &'a Burn,
    /// Figures and names of the playbook.
    pub look_for: &'a Arc<Indicators>,
    /// The playbook whose tables count.
    pub playbook: &'a Playbook,
}

/// What can be said to a node or an item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// What it is about, in the order of its words; empty if nothing in it is understood.
    pub topics: Vec<Topic>,
    /// What bears on it, the most telling first.
    pub facts: Vec<Fact>,
    /// The branch that the facts speak for.
    pub suggestion: Option<Suggestion>,
    /// Whom to ask, where the host cannot tell.
    pub ask: Option<Ask>,
}

/// A branch that the facts speak for. Taking it is the responder's.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// The branch, from 0 in the order of the document.
    pub branch: usize,
    /// Why.
    pub because: Fact,
}

impl Known<'_> {
    /// What can be said to a node of a flow.
    #[must_use]
    pub fn on_node(self, flow: &Flow, node: &NodeId) -> Answer {
        let Some(asked) = flow.node(node) else { return Answer::default() };
        let branches: Vec<&str> =
            flow.branches(node).map(|edge| edge.label.as_deref().unwrap_or_default()).collect();
        let mut text = asked.label.clone();
        for branch in &branches {
            text.push(' ');
            text.push_str(branch);
        }
        let topics = topic::topics(&text);
        let mut answer = self.on(topics);
        match decide::decide(self, &asked.label, &branches) {
            decide::Decision::NotAsked => {}
            decide::Decision::For(suggestion) => {
                answer.facts.retain(|fact| *fact != suggestion.because);
                (answer.suggestion, answer.ask) = (Some(suggestion), None);
            }
            decide::Decision::Ask(ask) => answer.ask = Some(ask),
        }
        answer
    }

    /// What can be said to an item of a checklist.
    #[must_use]
    pub fn on_item(self, item: &Item) -> Answer {
        self.on(topic::topics(&item.text))
    }

    fn on(self, topics: Vec<Topic>) -> Answer {
        let mut answer = Answer::default();
        for (at, topic) in topics.iter().enumerate() {
            let (facts, ask) = speak::on(self, *topic);
            for fact in facts {
                // That the firmware was not read says something only to whoever asks for it.
                if at > 0 && fact.what == What::FirmwareUnread {
                    continue;
                }
                if !answer.facts.contains(&fact) {
                    answer.facts.push(fact);
                }
            }
            // What it is about first is what has to be settled.
            if at == 0 {
                answer.ask = ask;
            }
        }
        Answer { topics, ..answer }
    }

    /// What was used up so far, and what it costs.
    #[must_use]
    pub fn cost(self) -> Cost {
        cost::cost(self)
    }

    /// The playbook's criteria for telling others, those that fire first.
    #[must_use]
    pub fn criteria(self) -> Vec<Criterion> {
        criteria::criteria(self)
    }

    /// The criteria that are met by what was seen and by figures that were stated; what else was written is not read.
    #[must_use]
    pub fn due(self) -> Vec<Criterion> {
        criteria::due(self)
    }

    /// Which rows of the playbook's table of impact this host is.
    #[must_use]
    pub fn impact(self) -> Impact {
        impact::impact(self)
    }

    /// The playbook's thresholds, and what passes them now.
    #[must_use]
    pub fn limits(self) -> Vec<Limit> {
        limits::limits(self)
    }

    /// The sign of money that the playbook's own figures have; `$` where they have none.
    #[must_use]
    pub fn sign(self) -> String {
        let tables = self.playbook.tables().filter(|it| it.kind == TableKind::Escalation);
        let mut cells = tables.flat_map(|it| &it.rows).filter_map(|row| row.first());
        let sum = cells.find_map(|cell| Money::read(&cell.text));
        sum.map_or_else(|| String::from("$"), |sum| sum.sign)
    }
}
