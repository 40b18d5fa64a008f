//! Ways to look at a [`Playbook`] without walking its sections.

use crate::domain::playbook::diagram::{
    Edge, Flow, FlowId, Node, NodeId, Procedure, Shape, StepKind, Stroke,
};
use crate::domain::playbook::document::{
    Block, Checklist, Indicators, Item, ItemId, Link, Playbook, Prose, Section, Table,
};

/// How much of everything a playbook holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Decision trees.
    pub flows: usize,
    /// Nodes of all flows.
    pub nodes: usize,
    /// Edges of all flows.
    pub edges: usize,
    /// Procedures.
    pub procedures: usize,
    /// Requests and answers of all procedures; notes and frames are not counted.
    pub steps: usize,
    /// Checklists.
    pub checklists: usize,
    /// Items of all checklists.
    pub items: usize,
    /// Tables that are no checklists.
    pub tables: usize,
    /// Fenced blocks that are no diagrams.
    pub code: usize,
    /// Diagrams that are kept as text.
    pub diagrams: usize,
}

impl Counts {
    /// Blocks that are neither flow, procedure, checklist nor prose.
    #[must_use]
    pub const fn other(&self) -> usize {
        self.tables + self.code + self.diagrams
    }
}

impl Playbook {
    /// All blocks in reading order, each with its section.
    pub fn blocks(&self) -> impl Iterator<Item = (&Section, &Block)> {
        self.sections.iter().flat_map(|section| section.blocks.iter().map(move |it| (section, it)))
    }

    /// Decision trees in reading order.
    pub fn flows(&self) -> impl Iterator<Item = &Flow> {
        self.blocks().filter_map(|(_, it)| if let Block::Flow(it) = it { Some(it) } else { None })
    }

    /// One decision tree.
    #[must_use]
    pub fn flow(&self, id: &FlowId) -> Option<&Flow> {
        self.flows().find(|flow| flow.id == *id)
    }

    /// The flow to begin with: the one under the heading that says so, else the one with the most questions.
    #[must_use]
    pub fn main_flow(&self) -> Option<&Flow> {
        let named = |flow: &&Flow| {
            let title = flow.title.to_lowercase();
            ["decision flow", "decision tree", "ผังการตัดสินใจ"].iter().any(|it| title.contains(it))
        };
        let questions = |flow: &Flow| flow.nodes.iter().filter(|it| it.is_diamond()).count();
        let most = || {
            self.flows().fold(None, |best: Option<&Flow>, flow| match best {
                Some(best) if questions(best) >= questions(flow) => Some(best),
                _ => Some(flow),
            })
        };
        self.flows().find(named).or_else(most)
    }

    /// Procedures in reading order.
    pub fn procedures(&self) -> impl Iterator<Item = &Procedure> {
        self.blocks()
            .filter_map(|(_, it)| if let Block::Procedure(it) = it { Some(it) } else { None })
    }

    /// Checklists in reading order.
    pub fn checklists(&self) -> impl Iterator<Item = &Checklist> {
        self.blocks()
            .filter_map(|(_, it)| if let Block::Checklist(it) = it { Some(it) } else { None })
    }

    /// One item of a checklist.
    #[must_use]
    pub fn item(&self, id: &ItemId) -> Option<&Item> {
        self.checklists().flat_map(|it| &it.items).find(|item| item.id == *id)
    }

    /// Tables that are no checklists, in reading order.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.blocks().filter_map(|(_, it)| if let Block::Table(it) = it { Some(it) } else { None })
    }

    /// Links of paragraphs, lists, tables and items, in reading order.
    pub fn links(&self) -> impl Iterator<Item = &Link> {
        self.blocks().flat_map(|(_, block)| {
            let (prose, rows, items): (&[Prose], &[Vec<Prose>], &[Item]) = match block {
                Block::Prose(it) => (std::slice::from_ref(it), &[], &[]),
                Block::Table(it) => (&[], &it.rows, &[]),
                Block::Checklist(it) => (&[], &[], &it.items),
                Block::Flow(_) | Block::Procedure(_) | Block::Code(_) | Block::Diagram(_) => {
                    (&[], &[], &[])
                }
            };
            let in_rows = rows.iter().flatten().chain(prose).flat_map(|it| &it.links);
            in_rows.chain(items.iter().flat_map(|it| &it.links))
        })
    }

    /// No part of it is one that only a playbook has: any text has headings, tables and code.
    #[must_use]
    pub fn has_nothing(&self) -> bool {
        let Counts { flows, procedures, checklists, diagrams, .. } = self.counts();
        let named = !self.id.is_empty() || self.severity.is_some() || self.category.is_some();
        let header = named || !self.techniques.is_empty() || !self.triggers.is_empty();
        let detects = self.indicators() != Indicators::default();
        flows + procedures + checklists + diagrams == 0 && !header && !detects
    }

    /// How much of everything there is.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (_, block) in self.blocks() {
            match block {
                Block::Flow(flow) => {
                    counts.flows += 1;
                    counts.nodes += flow.nodes.len();
                    counts.edges += flow.edges.len();
                }
                Block::Procedure(procedure) => {
                    counts.procedures += 1;
                    let asks = procedure.steps.iter();
                    counts.steps +=
                        asks.filter(|it| matches!(it.kind, StepKind::Ask { .. })).count();
                }
                Block::Checklist(checklist) => {
                    counts.checklists += 1;
                    counts.items += checklist.items.len();
                }
                Block::Table(_) => counts.tables += 1,
                Block::Code(_) => counts.code += 1,
                Block::Diagram(_) => counts.diagrams += 1,
                Block::Prose(_) => {}
            }
        }
        counts
    }
}

impl Flow {
    /// The branches of a node in the order of the document: a walk counts them from 0.
    pub fn branches<'a>(&'a self, node: &'a NodeId) -> impl Iterator<Item = &'a Edge> {
        let leads =
            |edge: &&Edge| edge.stroke != Stroke::Invisible && self.node(&edge.to).is_some();
        self.edges.iter().filter(move |edge| edge.from == *node).filter(leads)
    }

    /// One node.
    #[must_use]
    pub fn node(&self, id: &NodeId) -> Option<&Node> {
        self.nodes.iter().find(|node| node.id == *id)
    }
}

impl Node {
    /// Drawn as a question.
    #[must_use]
    pub fn is_diamond(&self) -> bool {
        self.shape == Shape::Diamond
    }
}
