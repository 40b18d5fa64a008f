//! What came to start by itself, changed or vanished since the session began.

use crate::domain::facts::{AutostartChange, AutostartKind};
use crate::domain::session::fold::State;
use crate::domain::untrusted::Untrusted;

/// So many are kept, the newest; whoever may write jobs must not eat the memory.
const MOST: usize = 256;

/// What became of an entry, as of the last word about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// The entry of the journal that says so.
    pub seq: u64,
    /// What became of it.
    pub change: AutostartChange,
    /// The kind of place it stands in.
    pub place: AutostartKind,
    /// The file.
    pub path: Untrusted,
    line: u32,
    text: Untrusted,
}

/// What is not as it was when the session began, in the order of the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Starts {
    all: Vec<Started>,
}

impl State {
    /// Something starts by itself, or does so no more.
    pub(super) fn starts(
        &mut self,
        seq: u64,
        change: AutostartChange,
        place: AutostartKind,
        at: (Untrusted, u32),
        text: Untrusted,
    ) {
        let seen = self.relieved.as_ref().map_or(0, |it| it.seq);
        self.starts.happened((seq, seen), change, place, at, text);
    }
}

impl Starts {
    /// Takes in one change. What came after `seen` and went again is no news to anybody.
    fn happened(
        &mut self,
        (seq, seen): (u64, u64),
        change: AutostartChange,
        place: AutostartKind,
        (path, line): (Untrusted, u32),
        text: Untrusted,
    ) {
        let same = |it: &Started| {
            let spot = it.place == place && it.path == path;
            match change {
                // Its text is another one; its line is the same.
                AutostartChange::Changed => spot && it.line == line,
                // Its line may be another one, if lines came before it.
                AutostartChange::Appeared | AutostartChange::Vanished => spot && it.text == text,
            }
        };
        let before = self.all.iter().rposition(same).map(|at| self.all.remove(at));
        let was = before.as_ref().map(|it| it.change);
        let change = match (was, change) {
            // It is as it was when the session began.
            (Some(AutostartChange::Vanished), AutostartChange::Appeared) => return,
            (Some(AutostartChange::Appeared), AutostartChange::Vanished)
                if before.is_some_and(|it| it.seq > seen) =>
            {
                return;
            }
            // What is new stays new, whatever it says now.
            (Some(AutostartChange::Appeared), AutostartChange::Changed) => {
                AutostartChange::Appeared
            }
            (_, change) => change,
        };
        if self.all.len() == MOST {
            self.all.remove(0);
        }
        self.all.push(Started { seq, change, place, path, line, text });
    }

    /// Those of one kind that came with entries after this one, the newest last.
    pub fn after(&self, seq: u64, change: AutostartChange) -> impl Iterator<Item = &Started> {
        self.all.iter().filter(move |it| it.seq > seq && it.change == change)
    }
}
