//! What changed since the session was last taken over.

use crate::domain::base::Timestamp;
use crate::domain::facts::AutostartChange;
use crate::domain::playbook::ItemId;
use crate::domain::session::event::ItemState;
use crate::domain::session::fold::{HandoffState, State};

/// What changed since the last handoff that was accepted; since the beginning, where there was none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Since {
    /// That handoff.
    pub handoff: Option<HandoffState>,
    /// When that was.
    pub at: Option<Timestamp>,
    /// Choices that were made and stand.
    pub chosen: usize,
    /// Choices, notes and handoffs that were taken back.
    pub taken_back: usize,
    /// Items that were marked, with what they are now; in the order of the marks.
    pub marked: Vec<(ItemId, ItemState)>,
    /// Notes that were written.
    pub notes: usize,
    /// Subjects that something was first found on, of those that the card has room for.
    pub found: usize,
    /// What came to start by itself, changed, and does so no more: as far as it is still so.
    pub starts: [usize; 3],
    /// Subjects that somebody looked at, of those that the card has room for.
    pub acknowledged: usize,
}

impl Since {
    /// Nothing that anybody did.
    #[must_use]
    pub const fn is_quiet(&self) -> bool {
        self.chosen == 0
            && self.taken_back == 0
            && self.marked.is_empty()
            && self.notes == 0
            && self.found == 0
            && matches!(self.starts, [0, 0, 0])
            && self.acknowledged == 0
    }
}

pub(super) fn since(state: &State) -> Since {
    let handoff = state.relieved.clone();
    let seq = handoff.as_ref().map_or(0, |handoff| handoff.seq);
    let accepted = handoff.as_ref().and_then(|it| it.accepted.as_ref()).map(|(_, at)| *at);
    let mut marks: Vec<_> = state.items.iter().filter(|(_, mark)| mark.seq > seq).collect();
    marks.sort_by_key(|(_, mark)| mark.seq);
    let gone = state.gone.iter().filter(|gone| gone.seq > seq).count();
    Since {
        at: accepted.or(state.opened_at),
        chosen: state.choices.iter().filter(|choice| choice.seq > seq).count(),
        taken_back: gone + state.withdrawn.values().filter(|by| **by > seq).count(),
        marked: marks.into_iter().map(|(item, mark)| (item.clone(), mark.state)).collect(),
        notes: state.notes.iter().chain(&state.telling_notes).filter(|note| note.seq > seq).count()
            + state.earlier_notes.iter().filter(|earlier| **earlier > seq).count(),
        found: state.findings.values().filter(|(first, ..)| *first > seq).count(),
        starts: [AutostartChange::Appeared, AutostartChange::Changed, AutostartChange::Vanished]
            .map(|change| state.starts.after(seq, change).count()),
        acknowledged: state.acknowledged.values().filter(|it| it.seq > seq).count(),
        handoff,
    }
}
