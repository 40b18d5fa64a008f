//! A session as the screen has it: what its entries add up to, what is still on its way to the disk, and whose the pen is.

use std::sync::Arc;

use crate::cockpit::storage::Unsaved;
use crate::cockpit::trouble::Damage;
use crate::domain::base::{Both, Language};
use crate::domain::playbook::{FlowId, ItemId, NodeId, Playbook};
use crate::domain::session::{Branch, Entry, Event, ItemState, State};
use crate::domain::untrusted::Untrusted;

/// The session on the screen.
#[derive(Debug)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// Who may write.
    pub pen: Pen,
    /// What its entries add up to.
    pub state: State,
    /// Its newest entries.
    pub entries: Vec<Arc<Entry>>,
    /// How many there are before those, on disk.
    pub earlier: u64,
    /// Asked for and not yet on disk, oldest first.
    pub pending: Vec<Pending>,
    /// Why the last event could not be saved; cleared by the next that is.
    pub unsaved: Option<Unsaved>,
    /// The playbook; both the same document when it exists in one language only.
    pub playbook: Both<Arc<Playbook>>,
    /// The sessions directory that it was carried to while this screen had it.
    pub moved: Option<Untrusted>,
}

/// Who may write.
#[derive(Clone, Debug, PartialEq)]
pub enum Pen {
    /// This screen.
    Ours,
    /// Somebody else; this screen follows. Who, if the lock tells.
    Observer(Option<Untrusted>),
    /// Nobody: the journal is damaged; why.
    Damaged(Damage),
    /// Nobody: the journal has these branches behind the entries that all of them share.
    Forked(Vec<Branch>),
    /// Nobody: this is a replay.
    Replay,
}

/// An event on its way to the disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// Ties the answer to it.
    pub ticket: u64,
    /// What.
    pub event: Event,
}

impl Session {
    /// State of an item as the screen shows it, and whether that is on disk yet.
    #[must_use]
    pub fn item(&self, item: &ItemId) -> (ItemState, bool) {
        let pending = self.pending.iter().rev().find_map(|it| {
            let Event::Marked { item: marked, state, .. } = &it.event else { return None };
            (marked == item).then_some(*state)
        });
        pending.map_or_else(|| (self.state.item(item), true), |state| (state, false))
    }

    /// Why an item is in its state, as the screen shows it; `None` where nobody gave a reason.
    #[must_use]
    pub fn reason(&self, item: &ItemId) -> Option<&Untrusted> {
        let pending = self.pending.iter().rev().find_map(|it| {
            let Event::Marked { item: marked, reason, .. } = &it.event else { return None };
            (marked == item).then_some(reason)
        });
        let saved = || self.state.items.get(item).map(|mark| &mark.reason);
        pending.or_else(saved).filter(|reason| !reason.is_empty())
    }

    /// The journal was asked for exactly this, and has not answered.
    #[must_use]
    pub fn is_on_its_way(&self, event: &Event) -> bool {
        self.pending.iter().any(|it| it.event == *event)
    }

    /// Branches that stand in a flow as the screen shows them, and whether each is on disk yet.
    pub fn choices<'a>(
        &'a self,
        flow: &'a FlowId,
    ) -> impl Iterator<Item = (&'a NodeId, usize, bool)> {
        let taken_back = move |seq: u64| {
            self.pending
                .iter()
                .any(|it| matches!(it.event, Event::TookBack { choice } if choice == seq))
        };
        let standing = self.state.chosen(flow).filter(move |choice| !taken_back(choice.seq));
        let pending = self.pending.iter().filter_map(move |it| {
            let Event::Chose { flow: of, node, branch, .. } = &it.event else { return None };
            (of == flow).then_some((node, *branch, false))
        });
        standing.map(|choice| (&choice.node, choice.branch, true)).chain(pending)
    }

    /// The playbook in `language`.
    #[must_use]
    pub fn playbook(&self, language: Language) -> &Arc<Playbook> {
        self.playbook.get(language)
    }
}
