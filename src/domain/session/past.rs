//! A session as far as a screen needs it: what all of its entries add up to, and the newest of them.
//!
//! Invariant: the state is that of every entry, whether it is kept here or not; how many entries are kept changes
//! nothing else. What is not kept is on disk, and nobody is told that it is not there.

use std::collections::VecDeque;

use crate::domain::session::event::Entry;
use crate::domain::session::fold::State;

/// Entries that a screen keeps. Older ones are read from the disk by whoever asks for them.
pub const KEPT: usize = 20_000;

/// A session up to some entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Past {
    /// What all entries add up to.
    pub state: State,
    /// The newest entries, in order.
    pub entries: Vec<Entry>,
    /// How many entries there are before those.
    pub earlier: u64,
}

/// Takes entries in one after the other, and keeps the newest.
#[derive(Clone, Debug)]
pub struct Keeper {
    state: State,
    newest: VecDeque<Entry>,
    earlier: u64,
    most: usize,
}

impl Keeper {
    /// Keeps so many entries, and at least one.
    #[must_use]
    pub fn of(most: usize) -> Self {
        let (state, newest) = (State::default(), VecDeque::new());
        Self { state, newest, earlier: 0, most: most.max(1) }
    }

    /// The next entry.
    pub fn take(&mut self, entry: Entry) {
        self.state.fold(&entry);
        if self.newest.len() >= self.most {
            self.newest.pop_front();
            self.earlier += 1;
        }
        self.newest.push_back(entry);
    }

    /// What was taken in.
    #[must_use]
    pub fn past(self) -> Past {
        let Self { mut state, newest, earlier, .. } = self;
        state.last = newest.back().cloned();
        Past { state, entries: newest.into(), earlier }
    }
}

impl Past {
    /// These entries, of which the newest are kept.
    #[must_use]
    pub fn of(entries: impl IntoIterator<Item = Entry>, most: usize) -> Self {
        let mut keeper = Keeper::of(most);
        entries.into_iter().for_each(|entry| keeper.take(entry));
        keeper.past()
    }
}

impl From<Vec<Entry>> for Past {
    /// All entries of a session, and all of them kept.
    fn from(entries: Vec<Entry>) -> Self {
        let mut state = State::default();
        for entry in &entries {
            state.fold(entry);
        }
        state.last = entries.last().cloned();
        Self { state, entries, earlier: 0 }
    }
}
