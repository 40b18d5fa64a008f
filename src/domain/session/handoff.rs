//! The card that the next responder reads: made from the journal, never typed.
//!
//! A note whose text begins with `?` is a hypothesis: a thing that somebody believes and nobody has shown. It takes one
//! letter to write, no command has to be learnt, and older sessions have it too.
//!
//! Invariant: a [`Brief`] is data. What it says in which language, and how much of it fits, is not decided here.

mod escalate;
mod risk;
mod since;

pub(super) use escalate::{Bearing, bearing};
pub use escalate::{Escalation, Standing, escalations};
pub use risk::{Risk, RiskKind};
pub use since::Since;

use std::collections::BTreeSet;

use crate::domain::base::{Digest, Timestamp};
use crate::domain::detect::{Finding, Grade};
use crate::domain::playbook::{
    Block, Checklist, Flow, FlowId, Item, ItemId, NodeId, Phase, Playbook, Walk,
};
use crate::domain::session::event::{ItemState, Opening};
use crate::domain::session::fold::{Choice, HandoffState, ItemMark, Note, SignedBy, State, Worker};
use crate::domain::session::in_force::InForce;
use crate::domain::untrusted::Untrusted;

/// Where a session stands, for the one who takes it up.
#[derive(Clone, Debug, PartialEq)]
pub struct Brief {
    /// How the session began.
    pub opening: Option<Opening>,
    /// When it began.
    pub opened_at: Option<Timestamp>,
    /// When this was made.
    pub made_at: Timestamp,
    /// Number of the last entry that went into it.
    pub seq: u64,
    /// SHA-256 of that entry's line.
    pub head: Digest,
    /// Every flow of the playbook.
    pub flows: Vec<FlowBrief>,
    /// Every phase that has items, in the order of the work; items of no phase come last.
    pub phases: Vec<PhaseBrief>,
    /// What was found: what is live before what has ended, the gravest first.
    pub findings: Vec<FindingBrief>,
    /// How many findings there were beside those; the journal has them.
    pub earlier_findings: u64,
    /// What the next responder should know before anything else, the gravest first.
    pub risks: Vec<Risk>,
    /// When the last screen let go in good order, if nobody has looked since.
    pub unwatched: Option<Timestamp>,
    /// What changed since the session was last taken over.
    pub since: Since,
    /// When others must be told, by the playbook; what is due first.
    pub escalations: Vec<Escalation>,
    /// Notes in order, but for hypotheses.
    pub notes: Vec<Note>,
    /// Notes that say what somebody believes, in order.
    pub hypotheses: Vec<Note>,
    /// How many notes there are before those; the journal has them.
    pub earlier_notes: usize,
    /// What to do next, the first thing first.
    pub next: Vec<NextStep>,
    /// Who worked, and from when to when.
    pub workers: Vec<Worker>,
    /// The newest handoff, if any.
    pub handoff: Option<HandoffState>,
    /// Keys that signed the journal.
    pub signatures: Vec<SignedBy>,
    /// Programs of the host that were allowed to run.
    pub allowed: Vec<Untrusted>,
    /// By which rules was judged last, if the journal says so.
    pub rules: Option<Box<InForce>>,
    /// Entries that this version does not understand.
    pub unknown: u64,
}

/// Where one flow stands.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowBrief {
    /// Which.
    pub id: FlowId,
    /// Heading that it stands under.
    pub title: String,
    /// Choices that stand, in order.
    pub path: Vec<Passed>,
    /// Where the last choice led, or the beginning.
    pub here: Option<NodeBrief>,
    /// Other nodes that were reached and still wait for a choice.
    pub open: Vec<NodeBrief>,
}

/// A node that was passed.
#[derive(Clone, Debug, PartialEq)]
pub struct Passed {
    /// Label of the node; its id where the playbook does not have it.
    pub node: String,
    /// The choice that was made there.
    pub choice: Choice,
}

/// A node that stands open, or the end of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeBrief {
    /// Which.
    pub id: NodeId,
    /// What it says.
    pub label: String,
    /// A choice is due there; none is at the end of a flow, or where all is chosen.
    pub waits: bool,
}

/// How far one phase is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PhaseBrief {
    /// Which; `None` for items under no phase.
    pub phase: Option<Phase>,
    /// Items that are done.
    pub done: usize,
    /// Items that do not apply.
    pub not_applicable: usize,
    /// All items.
    pub total: usize,
    /// Items that are not done, in order: open, begun, blocked, not applicable.
    pub items: Vec<ItemBrief>,
}

/// An item that is not done.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemBrief {
    /// Which.
    pub id: ItemId,
    /// What.
    pub text: String,
    /// State.
    pub state: ItemState,
    /// The last mark, with its reason, if it was ever marked.
    pub mark: Option<ItemMark>,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingBrief {
    /// The entry that first named it.
    pub seq: u64,
    /// What is known now.
    pub finding: Finding,
    /// Its name, for people.
    pub name: Untrusted,
    /// Since when it is no longer there; `None` for what was there on the last look.
    pub ended: Option<Timestamp>,
    /// Somebody has looked at it.
    pub acknowledged: bool,
}

/// Something to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// A node waits for a choice.
    Choose(FlowId, NodeBrief),
    /// An item of the earliest phase that is not finished.
    Do(ItemId, String),
}

/// The card as of `now`.
#[must_use]
pub fn brief(state: &State, playbook: &Playbook, now: Timestamp) -> Brief {
    let flows: Vec<FlowBrief> = blocks(playbook)
        .filter_map(|block| {
            let Block::Flow(flow) = block else { return None };
            Some(flow_brief(state, flow))
        })
        .collect();
    let phases = phases(state, playbook);
    let findings = findings(state);
    let notes = state.telling_notes.iter().chain(&state.notes).cloned();
    let (hypotheses, notes) = notes.partition(is_hypothesis);
    Brief {
        opening: state.opening.clone(),
        opened_at: state.opened_at,
        made_at: now,
        seq: state.seq,
        head: state.head(),
        next: next(&flows, &phases),
        flows,
        phases,
        risks: risk::risks(state, &findings),
        unwatched: state.last_at.filter(|_| state.left),
        since: since::since(state),
        escalations: escalate::escalations(state, playbook),
        findings,
        earlier_findings: state.earlier_findings,
        notes,
        hypotheses,
        earlier_notes: state.earlier_notes.len(),
        workers: state.workers.clone(),
        handoff: state.handoff.clone(),
        signatures: state.signatures.clone(),
        allowed: state.allowed.clone(),
        rules: state.rules.clone(),
        unknown: state.unknown.len() as u64 + state.earlier_unknown,
    }
}

/// A note that says what somebody believes.
pub(super) fn is_hypothesis(note: &Note) -> bool {
    note.text.bytes().trim_ascii_start().starts_with(b"?")
}

impl Brief {
    /// The entries behind the lines that both sides must mark as read, in the order of the card.
    #[must_use]
    pub fn must_read(&self) -> Vec<u64> {
        let risks = self.risks.iter().filter(|risk| risk.must).map(|risk| risk.seq);
        let due = self.escalations.iter().filter_map(|it| match it.standing {
            Standing::Due(seq) => Some(seq),
            Standing::Mentioned(_) | Standing::Silent => None,
        });
        let mut seen = BTreeSet::new();
        risks.chain(due).filter(|seq| seen.insert(*seq)).collect()
    }

    /// The phase in which the host is shut off from those who misuse it.
    #[must_use]
    pub fn containment(&self) -> Option<&PhaseBrief> {
        self.phases.iter().find(|it| it.phase == Some(Phase::Containment))
    }

    /// Who may accept: a signed handoff waits, and somebody else signed it.
    #[must_use]
    pub fn waits_for(&self, who: &Untrusted) -> Option<&HandoffState> {
        self.handoff.as_ref().filter(|it| it.accepted.is_none() && it.by != *who)
    }

    /// How many of these findings are there still, and how many have ended.
    #[must_use]
    pub fn living(found: &[&FindingBrief]) -> (usize, usize) {
        let ended = found.iter().filter(|it| it.ended.is_some()).count();
        (found.len() - ended, ended)
    }

    /// Findings of one grade.
    pub fn graded(&self, grade: Grade) -> impl Iterator<Item = &FindingBrief> {
        self.findings.iter().filter(move |it| it.finding.grade == grade)
    }

    /// Items in one state, with their phase.
    pub fn items(&self, state: ItemState) -> impl Iterator<Item = (Option<Phase>, &ItemBrief)> {
        let of = |phase: &'_ PhaseBrief| phase.phase;
        self.phases.iter().flat_map(move |phase| {
            let inside = phase.items.iter().filter(move |item| item.state == state);
            inside.map(move |item| (of(phase), item))
        })
    }
}

impl PhaseBrief {
    /// Nothing is left to do in it.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        self.done + self.not_applicable == self.total
    }

    fn add(&mut self, state: &State, item: &Item) {
        let mark = state.items.get(&item.id).cloned();
        let of = state.item(&item.id);
        self.total += 1;
        match of {
            ItemState::Done => {
                self.done += 1;
                return;
            }
            ItemState::NotApplicable => self.not_applicable += 1,
            ItemState::Open | ItemState::Doing | ItemState::Blocked => {}
        }
        self.items.push(ItemBrief {
            id: item.id.clone(),
            text: item.text.clone(),
            state: of,
            mark,
        });
    }
}

fn blocks(playbook: &Playbook) -> impl Iterator<Item = &Block> {
    playbook.sections.iter().flat_map(|section| &section.blocks)
}

fn flow_brief(state: &State, flow: &Flow) -> FlowBrief {
    let choices: Vec<&Choice> = state.chosen(&flow.id).collect();
    let walk = Walk::over(flow, choices.iter().map(|choice| (&choice.node, choice.branch)));
    let brief = |id: &NodeId| node(&walk, flow, id);
    let others = walk.open().into_iter().filter(|id| Some(*id) != walk.here());
    FlowBrief {
        id: flow.id.clone(),
        title: flow.title.clone(),
        path: choices
            .iter()
            .map(|choice| Passed { node: brief(&choice.node).label, choice: (*choice).clone() })
            .collect(),
        here: walk.here().map(brief),
        open: others.map(brief).collect(),
    }
}

fn node(walk: &Walk<'_>, flow: &Flow, id: &NodeId) -> NodeBrief {
    let found = flow.nodes.iter().find(|node| node.id == *id);
    let label = found.map_or_else(|| id.0.clone(), |node| node.label.clone());
    NodeBrief { id: id.clone(), label, waits: walk.open().contains(&id) }
}

fn phases(state: &State, playbook: &Playbook) -> Vec<PhaseBrief> {
    let lists: Vec<&Checklist> = blocks(playbook)
        .filter_map(|block| {
            let Block::Checklist(list) = block else { return None };
            Some(list)
        })
        .collect();
    let all = Phase::ALL.into_iter().map(Some).chain([None]);
    let mut phases: Vec<PhaseBrief> = all
        .map(|phase| {
            let mut brief = PhaseBrief { phase, ..PhaseBrief::default() };
            let items = lists.iter().filter(|list| list.phase == phase);
            items.flat_map(|list| &list.items).for_each(|item| brief.add(state, item));
            brief
        })
        .collect();
    phases.retain(|phase| phase.total > 0);
    phases
}

fn findings(state: &State) -> Vec<FindingBrief> {
    let mut findings: Vec<FindingBrief> = state
        .findings
        .values()
        .map(|(seq, finding, name)| FindingBrief {
            seq: *seq,
            finding: finding.clone(),
            name: name.clone(),
            ended: state.ended.get(&finding.subject).copied(),
            acknowledged: state.acknowledged.contains_key(&finding.subject),
        })
        .collect();
    findings.sort_by_key(|it| (it.ended.is_some(), std::cmp::Reverse(it.finding.grade), it.seq));
    findings
}

/// Open nodes of the flows that were begun (of the first flow, if none was), then the items of the earliest
/// phase that is not finished.
fn next(flows: &[FlowBrief], phases: &[PhaseBrief]) -> Vec<NextStep> {
    let none_begun = flows.iter().all(|flow| flow.path.is_empty());
    let waiting = flows.iter().enumerate().flat_map(|(at, flow)| {
        let begun = !flow.path.is_empty() || (none_begun && at == 0);
        let nodes = flow.here.iter().chain(&flow.open).filter(move |node| begun && node.waits);
        nodes.map(|node| NextStep::Choose(flow.id.clone(), node.clone()))
    });
    let phase = phases.iter().find(|phase| !phase.is_finished());
    let items = phase.into_iter().flat_map(|phase| &phase.items);
    let to_do = items.filter(|item| matches!(item.state, ItemState::Open | ItemState::Doing));
    waiting.chain(to_do.map(|item| NextStep::Do(item.id.clone(), item.text.clone()))).collect()
}
