//! What was found, in the order in which it was first seen.
//!
//! Invariant: what is found again is the same entry, so that a reader can compare pointers and nothing is
//! told twice; what is found no more goes.

use std::sync::Arc;

use crate::domain::base::ProcessId;
use crate::domain::facts::{Contradiction, ContradictionKind, Packaged};
use crate::domain::untrusted::Untrusted;

/// Contradictions that are kept at most: whoever can make many must not fill the memory.
const MOST: usize = 512;

/// The contradictions, from look to look.
#[derive(Default)]
pub(super) struct Register {
    all: Vec<Arc<Contradiction>>,
    found: Vec<Contradiction>,
}

impl Register {
    /// Something was found at this look.
    pub(super) fn found(
        &mut self,
        kind: ContradictionKind,
        process: Option<ProcessId>,
        what: impl Into<Untrusted>,
        shown: Untrusted,
        first_seen_ms: u64,
    ) {
        let (what, packaged) = (what.into(), Packaged::Unknown);
        let files = Vec::new();
        self.add(Contradiction { kind, process, what, shown, packaged, files, first_seen_ms });
    }

    /// The same of something of which more is known.
    pub(super) fn add(&mut self, found: Contradiction) {
        if self.found.len() < MOST {
            self.found.push(found);
        }
    }

    /// Everything that stands after this look.
    pub(super) fn settle(&mut self) -> Vec<Arc<Contradiction>> {
        let mut found = std::mem::take(&mut self.found);
        self.all.retain_mut(|known| {
            let Some(at) = found.iter().position(|it| is_same(known, it)) else { return false };
            let now = found.swap_remove(at);
            let now = Contradiction { first_seen_ms: known.first_seen_ms, ..now };
            if **known != now {
                *known = Arc::new(now);
            }
            true
        });
        found.sort_by_key(|it| it.first_seen_ms);
        self.all.extend(found.into_iter().map(Arc::new));
        self.all.clone()
    }
}

fn is_same(one: &Contradiction, other: &Contradiction) -> bool {
    one.kind == other.kind && one.what == other.what && one.process == other.process
}
