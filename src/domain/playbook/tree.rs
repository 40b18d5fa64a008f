//! A flow as the rows of a tree.
//!
//! Invariant: every node has one full row and every branch one row; where branches join or go back, the other
//! rows only refer to the full one. So there are no more rows than branches and entries, however tangled the
//! flow is, and nothing here recurses.

use std::collections::HashSet;

use crate::domain::playbook::diagram::NodeId;
use crate::domain::playbook::walk::Walk;

/// One row of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeRow<'a> {
    /// How many branches lie between an entry and this row.
    pub depth: usize,
    /// The node that the row shows.
    pub node: &'a NodeId,
    /// The node whose branch leads here; `None` for an entry.
    pub from: Option<&'a NodeId>,
    /// Which of that node's branches; 0 for an entry.
    pub branch: usize,
    /// What that branch says.
    pub via: Option<&'a str>,
    /// The node has its full row above: this one refers to it.
    pub repeat: bool,
}

impl<'a> Walk<'a> {
    /// The flow from its entries down, each branch below its node.
    #[must_use]
    pub fn rows(&self) -> Vec<TreeRow<'a>> {
        let mut rows = Vec::new();
        let mut seen = vec![false; self.flow.nodes.len()];
        let entries: HashSet<usize> = self.entries.iter().copied().collect();
        let is_entry = |at: usize| entries.contains(&at);
        let mut waiting: Vec<Waiting<'a>> = Vec::new();
        for entry in self.entries.iter().rev() {
            waiting.push(Waiting { at: *entry, depth: 0, from: None, branch: 0, via: None });
        }
        while let Some(Waiting { at, depth, from, branch, via }) = waiting.pop() {
            let (Some(node), Some(seen)) = (self.flow.nodes.get(at), seen.get_mut(at)) else {
                continue;
            };
            // Where branches join, the full row is on the way that the walk took.
            let elsewhere = from.is_some_and(|from| {
                self.was_reached(at) && !is_entry(at) && !self.taken(from, branch)
            });
            let repeat = elsewhere || std::mem::replace(seen, true);
            rows.push(TreeRow { depth, node: &node.id, from, branch, via, repeat });
            if repeat {
                continue;
            }
            let branches = self.branches.get(at).map_or(&[][..], Vec::as_slice);
            for (branch, (edge, to)) in branches.iter().enumerate().rev() {
                let via = self.flow.edges.get(*edge).and_then(|it| it.label.as_deref());
                let from = Some(&node.id);
                waiting.push(Waiting { at: *to, depth: depth + 1, from, branch, via });
            }
        }
        rows
    }
}

/// A row that is still to come.
struct Waiting<'a> {
    at: usize,
    depth: usize,
    from: Option<&'a NodeId>,
    branch: usize,
    via: Option<&'a str>,
}
