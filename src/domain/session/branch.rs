//! A journal that forked: two wrote at once, or copies that went on apart were brought together.
//!
//! Invariant: every line that is right by itself is in the trunk or in a branch, once; nothing is chosen, merged or
//! left out here. Lines that are there twice, word for word, are one.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::base::Digest;
use crate::domain::session::chain::Checked;
use crate::domain::session::event::Entry;

/// What a forked journal holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fork {
    /// Entries that all branches continue.
    pub trunk: Vec<Entry>,
    /// What continues them, in the order of the files; a branch that forks again ends there.
    pub branches: Vec<Branch>,
}

/// Entries that each continue the one before.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// What the first of them continues; zeros if it is the first of a session.
    pub from: Digest,
    /// Number of the entry that it continues.
    pub after: u64,
    /// The entries.
    pub entries: Vec<Entry>,
    /// SHA-256 of its last line.
    pub head: Digest,
}

/// Looks for lines that continue the same line; `None` if there are none.
#[must_use]
pub fn fork(lines: Vec<Checked>) -> Option<Fork> {
    let mut known = BTreeSet::new();
    let mut tree = Tree::default();
    for line in lines {
        if known.insert(line.head()) {
            let (entry, head) = line.into_parts();
            tree.after.entry(entry.prev).or_default().push((entry, head));
        }
    }
    if tree.after.values().all(|next| next.len() < 2) {
        return None;
    }
    let trunk = tree.run(Digest::default());
    let mut branches = tree.all_behind(trunk.1);
    // Lines whose beginning is not here are told too.
    while let Some(lost) = tree.first_lost(&known) {
        branches.extend(tree.all_behind(lost));
    }
    Some(Fork { trunk: trunk.0, branches })
}

/// Lines by the line that they continue.
#[derive(Debug, Default)]
struct Tree {
    after: BTreeMap<Digest, Vec<(Entry, Digest)>>,
}

impl Tree {
    /// Goes on from a line as far as one line alone continues the one before; where that ends.
    fn run(&mut self, from: Digest) -> (Vec<Entry>, Digest) {
        let (mut entries, mut head) = (Vec::new(), from);
        while self.after.get(&head).is_some_and(|next| next.len() == 1) {
            for (entry, next) in self.after.remove(&head).unwrap_or_default() {
                entries.push(entry);
                head = next;
            }
        }
        (entries, head)
    }

    /// The branches that continue a line, each followed by those that continue it.
    fn all_behind(&mut self, line: Digest) -> Vec<Branch> {
        let mut branches = Vec::new();
        let mut firsts = self.firsts(line);
        while let Some((first, own)) = firsts.pop() {
            let (rest, head) = self.run(own);
            let (from, after) = (first.prev, first.seq.saturating_sub(1));
            let entries = std::iter::once(first).chain(rest).collect();
            branches.push(Branch { from, after, entries, head });
            firsts.extend(self.firsts(head));
        }
        branches
    }

    /// What continues a line, the last one first.
    fn firsts(&mut self, line: Digest) -> Vec<(Entry, Digest)> {
        let mut next = self.after.remove(&line).unwrap_or_default();
        next.reverse();
        next
    }

    /// A line that is continued and is not here.
    fn first_lost(&self, known: &BTreeSet<Digest>) -> Option<Digest> {
        self.after.keys().find(|from| !known.contains(*from)).copied()
    }
}
