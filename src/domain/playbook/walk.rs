//! Where a responder stands in a flow, given the branches that were chosen.
//!
//! Invariant: a pure reading of a flow and a list of choices, in time linear in both. A choice that does not fit
//! (another edition of the document, a question that was answered already) is skipped and changes nothing.

use std::collections::HashMap;

use crate::domain::playbook::diagram::{Edge, Flow, NodeId, Stroke};

/// Where a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// May still be reached.
    Ahead,
    /// Was reached.
    Reached,
    /// Was reached last: the next choice is about it.
    Here,
    /// The choices lead past it.
    NotTaken,
}

/// A flow with the choices that were made in it.
#[derive(Clone, Debug)]
pub struct Walk<'a> {
    pub(super) flow: &'a Flow,
    index: HashMap<&'a NodeId, usize>,
    /// Branches of each node, as places in the flow's edges, with the place of the node they lead to.
    pub(super) branches: Vec<Vec<(usize, usize)>>,
    pub(super) entries: Vec<usize>,
    reached: Vec<bool>,
    /// Which branches of each node were taken, and how many.
    taken: Vec<(Vec<bool>, usize)>,
    questions: Vec<bool>,
    ahead: Vec<bool>,
    path: Vec<&'a Edge>,
    here: Option<usize>,
}

impl<'a> Walk<'a> {
    /// Follows `chosen`, pairs of a node and the number of one of its branches from 0 in the order of the document.
    pub fn over<'c>(flow: &'a Flow, chosen: impl IntoIterator<Item = (&'c NodeId, usize)>) -> Self {
        let index: HashMap<&NodeId, usize> =
            flow.nodes.iter().enumerate().map(|(at, node)| (&node.id, at)).collect();
        let count = flow.nodes.len();
        let mut branches = vec![Vec::new(); count];
        let mut is_entry = vec![true; count];
        for (at, edge) in flow.edges.iter().enumerate() {
            let ends = (index.get(&edge.from), index.get(&edge.to));
            if let ((Some(from), Some(to)), false) = (ends, edge.stroke == Stroke::Invisible)
                && let Some(branches) = branches.get_mut(*from)
            {
                branches.push((at, *to));
                if let (Some(is_entry), true) = (is_entry.get_mut(*to), from != to) {
                    *is_entry = false;
                }
            }
        }
        let entries = entries(&is_entry, &branches);
        let questions = questions(flow, &branches);
        let taken = branches.iter().map(|it: &Vec<_>| (vec![false; it.len()], 0)).collect();
        let mut walk = Self {
            flow,
            index,
            branches,
            entries,
            reached: vec![false; count],
            taken,
            questions,
            ahead: vec![false; count],
            path: Vec::new(),
            here: None,
        };
        walk.follow(chosen);
        walk.look_ahead();
        walk
    }

    fn follow<'c>(&mut self, chosen: impl IntoIterator<Item = (&'c NodeId, usize)>) {
        self.here = self.entries.first().copied();
        for at in &self.entries {
            if let Some(reached) = self.reached.get_mut(*at) {
                *reached = true;
            }
        }
        for (node, branch) in chosen {
            if !self.may_choose(node, branch) {
                continue;
            }
            let Some((at, edge, to)) = self.branch(node, branch) else { continue };
            self.path.push(edge);
            self.here = Some(to);
            if let (Some((taken, count)), Some(reached)) =
                (self.taken.get_mut(at), self.reached.get_mut(to))
            {
                *reached = true;
                *count += 1;
                taken.iter_mut().skip(branch).take(1).for_each(|it| *it = true);
            }
        }
    }

    /// Marks what can still be reached by branches that may still be chosen.
    fn look_ahead(&mut self) {
        let mut waiting: Vec<usize> =
            self.reached.iter().enumerate().filter(|(_, it)| **it).map(|(at, _)| at).collect();
        while let Some(at) = waiting.pop() {
            let is_reached = self.reached.get(at).is_some_and(|it| *it);
            let is_closed = is_reached && self.is_answered(at);
            let branches = self.branches.get(at).map_or(&[][..], Vec::as_slice);
            for (_, to) in branches.iter().filter(|_| !is_closed) {
                let seen = self.reached.get(*to).is_some_and(|it| *it);
                if let (Some(ahead), false) = (self.ahead.get_mut(*to), seen)
                    && !*ahead
                {
                    *ahead = true;
                    waiting.push(*to);
                }
            }
        }
    }

    fn branch(&self, node: &NodeId, branch: usize) -> Option<(usize, &'a Edge, usize)> {
        let at = *self.index.get(node)?;
        let (edge, to) = *self.branches.get(at)?.get(branch)?;
        Some((at, self.flow.edges.get(edge)?, to))
    }

    /// A question has its answer; a fork has all its branches.
    fn is_answered(&self, at: usize) -> bool {
        let is_question = self.questions.get(at).is_some_and(|it| *it);
        let Some((taken, count)) = self.taken.get(at) else { return true };
        if is_question { *count > 0 } else { *count >= taken.len() }
    }

    pub(super) fn was_reached(&self, at: usize) -> bool {
        self.reached.get(at).is_some_and(|it| *it)
    }

    fn id(&self, at: usize) -> Option<&'a NodeId> {
        self.flow.nodes.get(at).map(|node| &node.id)
    }

    /// The node that the next choice is about: where the newest choice leads, else the first entry.
    #[must_use]
    pub fn here(&self) -> Option<&'a NodeId> {
        self.here.and_then(|at| self.id(at))
    }

    /// Where a node stands.
    #[must_use]
    pub fn standing(&self, node: &NodeId) -> Standing {
        let at = self.index.get(node).copied();
        let is = |marks: &[bool]| at.and_then(|at| marks.get(at)).is_some_and(|it| *it);
        if at.is_some() && at == self.here {
            Standing::Here
        } else if is(&self.reached) {
            Standing::Reached
        } else if is(&self.ahead) {
            Standing::Ahead
        } else {
            Standing::NotTaken
        }
    }

    /// Branches of a node with their numbers, in the order of the document.
    #[must_use]
    pub fn branches(&self, node: &NodeId) -> Vec<(usize, &'a Edge)> {
        let branches = self.index.get(node).and_then(|at| self.branches.get(*at));
        let edges = branches.into_iter().flatten().filter_map(|(at, _)| self.flow.edges.get(*at));
        edges.enumerate().collect()
    }

    /// Only one of its branches may be taken: it is drawn as a question, or its branches say when to take them.
    #[must_use]
    pub fn is_question(&self, node: &NodeId) -> bool {
        self.index.get(node).and_then(|at| self.questions.get(*at)).is_some_and(|it| *it)
    }

    /// The node was reached, the branch exists, and nothing chosen before forbids it.
    #[must_use]
    pub fn may_choose(&self, node: &NodeId, branch: usize) -> bool {
        self.branch(node, branch).is_some_and(|(at, ..)| {
            let is_reached = self.reached.get(at).is_some_and(|it| *it);
            is_reached && !self.is_answered(at) && !self.taken(node, branch)
        })
    }

    /// The branch was taken.
    #[must_use]
    pub fn taken(&self, node: &NodeId, branch: usize) -> bool {
        let taken = self.index.get(node).and_then(|at| self.taken.get(*at));
        taken.and_then(|(taken, _)| taken.get(branch)).is_some_and(|it| *it)
    }

    /// Nodes that were reached, have branches, and of which none was chosen; in the order of the document.
    #[must_use]
    pub fn open(&self) -> Vec<&'a NodeId> {
        let open = |at: &usize| {
            let is = |marks: &[bool]| marks.get(*at).is_some_and(|it| *it);
            let untouched = |(taken, count): &(Vec<bool>, usize)| *count == 0 && !taken.is_empty();
            is(&self.reached) && self.taken.get(*at).is_some_and(untouched)
        };
        (0..self.flow.nodes.len()).filter(open).filter_map(|at| self.id(at)).collect()
    }

    /// Nothing is left to choose.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.open().is_empty()
    }

    /// The branches that were taken, in the order of the choices.
    #[must_use]
    pub fn path(&self) -> &[&'a Edge] {
        &self.path
    }
}

/// Nodes that are drawn as a question, or whose branches say when to take them.
fn questions(flow: &Flow, branches: &[Vec<(usize, usize)>]) -> Vec<bool> {
    let is_labelled = |(at, _): &(usize, usize)| {
        flow.edges.get(*at).is_some_and(|edge: &Edge| edge.label.is_some())
    };
    let nodes = flow.nodes.iter().zip(branches);
    nodes.map(|(node, branches)| node.is_diamond() || branches.iter().any(is_labelled)).collect()
}

/// Where one can begin: nodes that nothing leads to, and one node of each part that those do not lead to.
fn entries(is_entry: &[bool], branches: &[Vec<(usize, usize)>]) -> Vec<usize> {
    let mut entries: Vec<usize> = Vec::new();
    let mut seen = vec![false; is_entry.len()];
    let sources = is_entry.iter().enumerate().filter(|(_, it)| **it).map(|(at, _)| at);
    for at in sources.chain(0..is_entry.len()) {
        let mut waiting = Vec::new();
        if let Some(seen) = seen.get_mut(at).filter(|it| !**it) {
            *seen = true;
            entries.push(at);
            waiting.push(at);
        }
        while let Some(at) = waiting.pop() {
            for (_, to) in branches.get(at).into_iter().flatten() {
                if let Some(seen) = seen.get_mut(*to).filter(|it| !**it) {
                    *seen = true;
                    waiting.push(*to);
                }
            }
        }
    }
    entries.sort_unstable();
    entries
}
