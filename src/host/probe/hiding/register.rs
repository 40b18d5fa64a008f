//! What was found, in the order in which it was first seen.
//!
//! Invariant: what is found again is the same entry, so that a reader can compare pointers and nothing is
//! told twice; what is found no more goes.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::base::ProcessId;
use crate::domain::facts::{Contradiction, ContradictionKind, Packaged};
use crate::domain::untrusted::Untrusted;

/// Contradictions of one kind that are kept at most: whoever can make many of one must neither fill the memory nor
/// crowd out what is of another.
const MOST: usize = 256;

/// What makes a contradiction the same one at the next look.
type Key = (ContradictionKind, Option<ProcessId>, Untrusted);

/// The contradictions, from look to look.
#[derive(Default)]
pub(super) struct Register {
    all: Vec<Arc<Contradiction>>,
    found: BTreeMap<ContradictionKind, Kind>,
}

/// What was found of one kind at this look.
#[derive(Default)]
struct Kind {
    found: Vec<Contradiction>,
    left_out: usize,
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
        let kind = self.found.entry(found.kind).or_default();
        if kind.found.len() < MOST {
            kind.found.push(found);
        } else {
            kind.left_out += 1;
        }
    }

    /// How many of each kind there was no room for at this look.
    pub(super) fn left_out(&self) -> impl Iterator<Item = (ContradictionKind, usize)> {
        let all = self.found.iter().map(|(kind, it)| (*kind, it.left_out));
        all.filter(|(_, left_out)| *left_out > 0)
    }

    /// Everything that stands after this look.
    pub(super) fn settle(&mut self) -> Vec<Arc<Contradiction>> {
        let found = std::mem::take(&mut self.found).into_values().flat_map(|it| it.found);
        let mut now: HashMap<Key, Contradiction> = HashMap::new();
        for it in found {
            now.entry(key(&it)).or_insert(it);
        }
        self.all.retain_mut(|known| {
            let Some(now) = now.remove(&key(known)) else { return false };
            let now = Contradiction { first_seen_ms: known.first_seen_ms, ..now };
            if **known != now {
                *known = Arc::new(now);
            }
            true
        });
        let mut new: Vec<Contradiction> = now.into_values().collect();
        new.sort_by_cached_key(|it| (it.first_seen_ms, key(it)));
        self.all.extend(new.into_iter().map(Arc::new));
        self.all.clone()
    }
}

fn key(it: &Contradiction) -> Key {
    (it.kind, it.process, it.what.clone())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use ContradictionKind::{Cpu, KernelName, Mount, Preload, Preloaded, Process, Thread};

    proptest! {
        #[test]
        fn what_there_are_many_of_silences_nothing_else_and_what_is_left_out_is_counted(
            many in 0_usize..2_000,
            decoy in prop::sample::select(vec![Process, Mount, KernelName, Thread]),
        ) {
            let mut register = Register::default();
            let found = |register: &mut Register, kind, what: String| {
                register.found(kind, None, what, Untrusted::default(), 0);
            };
            for number in 0..many {
                found(&mut register, decoy, number.to_string());
            }
            for kind in [Preload, Preloaded, Cpu] {
                found(&mut register, kind, "one".to_owned());
            }
            let left: usize = register.left_out().map(|(_, more)| more).sum();
            let all = register.settle();
            for kind in [Preload, Preloaded, Cpu] {
                prop_assert!(all.iter().any(|it| it.kind == kind), "{kind:?}");
            }
            prop_assert_eq!(all.len() - 3 + left, many);
            prop_assert!(all.len() <= MOST + 3);
        }
    }

    #[test]
    fn what_is_found_again_is_the_same_entry_in_its_place() {
        let mut register = Register::default();
        let looks = [vec!["a", "b"], vec!["c", "b", "a"], vec!["c", "a"]];
        let mut settled = Vec::new();
        for look in looks {
            for what in look {
                register.found(Mount, None, what, Untrusted::default(), 0);
            }
            settled.push(register.settle());
        }
        assert!(Arc::ptr_eq(&settled[0][0], &settled[1][0]));
        assert!(Arc::ptr_eq(&settled[1][2], &settled[2][1]));
        let names = |at: usize| settled[at].iter().map(|it| it.what.plain(9)).collect::<String>();
        assert_eq!((names(1), names(2)), ("abc".to_owned(), "ac".to_owned()));
    }
}
