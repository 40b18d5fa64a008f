//! What is known of processes, for connections that name them by their ids.
//!
//! Invariant: it takes no more than it may, however many processes there are: who came first is forgotten first. An id
//! takes the same however long it is.

use std::collections::hash_map::{Entry, RandomState};
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher as _;

use super::{A_ROW, MOST_HELD};
use crate::domain::detect::{Rule, Verdict};

/// What a process takes of whom nothing but the id is known.
const AN_ID: usize = 64;

/// What is known of one process.
enum Known {
    /// Nobody waits for it any longer.
    GivenUp,
    /// It names no pool.
    Plain,
    /// It names a pool: what speaks against it for that, and what this takes.
    Names(Box<Verdict>, usize),
}

impl Known {
    fn size(&self) -> usize {
        match self {
            Self::GivenUp | Self::Plain => AN_ID,
            Self::Names(_, size) => AN_ID + size,
        }
    }
}

/// Processes by digests of their ids.
#[derive(Default)]
pub(super) struct Owners {
    digests: RandomState,
    known: HashMap<u64, Known>,
    /// In the order in which they came.
    came: VecDeque<u64>,
    held: usize,
    /// Some were forgotten.
    forgot: bool,
    /// Somebody may have been judged by less than the lines say.
    short: bool,
}

impl Owners {
    /// Keeps what a connection may need of a process.
    pub(super) fn keep(&mut self, id: &str, verdict: &Verdict) {
        let known = if verdict.pools.is_empty() { Known::Plain } else { named(verdict) };
        if matches!(self.put(id, known), Some(Known::GivenUp)) {
            self.short = true;
        }
    }

    /// It did not come while there was room to wait for it.
    pub(super) fn give_up(&mut self, id: &str) {
        self.put(id, Known::GivenUp);
    }

    /// Nobody has to wait for it.
    pub(super) fn is_settled(&self, id: &str) -> bool {
        self.known.contains_key(&self.digests.hash_one(id))
    }

    /// It came, and is not forgotten.
    pub(super) fn has_come(&mut self, id: &str) -> bool {
        let known = self.known.get(&self.digests.hash_one(id));
        let came = matches!(known, Some(Known::Plain | Known::Names(..)));
        self.short |= self.forgot && !came;
        came
    }

    /// What speaks against it for a pool that it names.
    pub(super) fn of(&self, id: &str) -> Option<&Verdict> {
        match self.known.get(&self.digests.hash_one(id))? {
            Known::Names(verdict, _) => Some(verdict),
            Known::Plain | Known::GivenUp => None,
        }
    }

    /// A connection may have been judged by less than the lines say of its process.
    pub(super) const fn fell_short(&self) -> bool {
        self.short
    }

    /// Puts it in the place of what was known of this process.
    fn put(&mut self, id: &str, known: Known) -> Option<Known> {
        let digest = self.digests.hash_one(id);
        self.held += known.size();
        let before = match self.known.entry(digest) {
            Entry::Occupied(mut it) => Some(it.insert(known)),
            Entry::Vacant(it) => {
                it.insert(known);
                self.came.push_back(digest);
                None
            }
        };
        self.held = self.held.saturating_sub(before.as_ref().map_or(0, Known::size));
        // The last one stays, whatever it takes: somebody waits for it.
        while self.held > MOST_HELD && self.came.len() > 1 {
            let first = self.came.pop_front().and_then(|it| self.known.remove(&it));
            self.held = self.held.saturating_sub(first.as_ref().map_or(0, Known::size));
            self.forgot = true;
        }
        before
    }
}

/// The pools that it names, and what speaks against it for them.
fn named(verdict: &Verdict) -> Known {
    let of_pools = verdict.reasons.iter().filter(|(_, it)| Rule::OF_POOLS.contains(&it.rule));
    let kept = Verdict {
        reasons: of_pools.cloned().collect(),
        pools: verdict.pools.clone(),
        ..Verdict::default()
    };
    let pools = kept.pools.iter().map(|it| it.bytes().len() + A_ROW);
    let reasons = kept.reasons.iter().map(|(_, it)| it.value.bytes().len() + A_ROW);
    let size = A_ROW + pools.chain(reasons).sum::<usize>();
    Known::Names(Box::new(kept), size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_first_is_forgotten_first_and_it_is_not_kept_secret() {
        let pool =
            |size: usize| Verdict { pools: vec!["x".repeat(size).into()], ..Verdict::default() };
        let mut owners = Owners::default();
        let (small, large) = (pool(9), pool(1 << 20));
        owners.keep("first", &small);
        for number in 0..200 {
            owners.keep(&number.to_string(), &large);
            assert!(owners.held <= MOST_HELD, "{number}");
        }
        assert!(owners.has_come("199"));
        assert_eq!(owners.of("199"), Some(&large));
        assert!(!owners.fell_short(), "whoever is asked for is still known");
        assert!(!owners.has_come("first"));
        assert!(owners.fell_short());
        for _ in 0..3 {
            owners.keep("199", &small);
        }
        assert_eq!(owners.of("199"), Some(&small), "the last that was said of it");
        let taken: usize = owners.known.values().map(Known::size).sum();
        assert_eq!((owners.held, owners.came.len()), (taken, owners.known.len()));
    }
}
