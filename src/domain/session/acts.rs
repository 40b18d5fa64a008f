//! What can be taken back, act by act.
//!
//! Invariant: follows from the entries alone, and needs none of them to be at hand: an act can be taken back however
//! many entries of other kinds came after it.

use std::collections::VecDeque;

use crate::domain::playbook::ItemId;
use crate::domain::session::event::ItemState;
use crate::domain::session::fold::ItemMark;
use crate::domain::untrusted::Untrusted;

/// Acts that can be taken back one after the other. Nobody goes back further step by step.
const DEPTH: usize = 1_000;

/// Acts that were not taken back, the oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Acts(VecDeque<Act>);

/// An act that can be taken back.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// The choice of this entry.
    Choice(u64),
    /// The note or the handoff of this entry.
    Written(u64),
    /// A mark, and what the item was before.
    Mark(Box<Marking>),
}

/// A mark on an item that can be taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Marking {
    /// Which item.
    pub item: ItemId,
    /// The mark.
    pub mark: ItemMark,
    /// State of the item before it.
    pub before: ItemState,
    /// Why it had that state.
    pub reason: Untrusted,
}

impl Acts {
    /// The acts, the newest first. A choice or a note may have gone for another reason than that it was taken back.
    pub fn newest_first(&self) -> impl Iterator<Item = &Act> {
        self.0.iter().rev()
    }

    pub(super) fn did(&mut self, act: Act) {
        if self.0.len() >= DEPTH {
            self.0.pop_front();
        }
        self.0.push_back(act);
    }

    pub(super) fn undid(&mut self, act: &Act) {
        self.0.retain(|it| it != act);
    }

    /// A mark that takes another back names it and cancels it, so undo after undo goes further back.
    pub(super) fn marked(
        &mut self,
        item: &ItemId,
        mark: &ItemMark,
        undoes: Option<u64>,
        was: Option<&ItemMark>,
    ) {
        if let Some(back) = undoes {
            self.0.retain(|act| !matches!(act, Act::Mark(it) if it.mark.seq == back));
            return;
        }
        let (before, reason) =
            was.map_or_else(Default::default, |was| (was.state, was.reason.clone()));
        let (item, mark) = (item.clone(), mark.clone());
        self.did(Act::Mark(Box::new(Marking { item, mark, before, reason })));
    }
}
