//! The digests of the lines that something names.
//!
//! Invariant: of a journal of any length, only the newest digests are kept, and those that were asked for.

use std::collections::{BTreeMap, VecDeque};

use crate::domain::base::Digest;
use crate::domain::session::Entry;

/// Anchors and signatures name an entry that was written a moment ago; this is more than a moment.
const NEWEST: usize = 4_096;

/// Digests of lines, by the number of their entry.
#[derive(Debug, Default)]
pub(super) struct Heads {
    newest: VecDeque<(u64, Digest)>,
    wanted: BTreeMap<u64, Option<Digest>>,
}

impl Heads {
    /// This one will be asked for.
    pub(super) fn wanting(seq: Option<u64>) -> Self {
        Self { newest: VecDeque::new(), wanted: seq.map(|seq| (seq, None)).into_iter().collect() }
    }

    /// An entry goes by: it tells the digest of the line before its own.
    pub(super) fn pass(&mut self, entry: &Entry) {
        let Some(before) = entry.seq.checked_sub(1) else { return };
        if self.newest.len() >= NEWEST {
            self.newest.pop_front();
        }
        self.newest.push_back((before, entry.prev));
        self.look_up(entry);
    }

    /// The digest of the line of an earlier entry will be asked for.
    pub(super) fn want(&mut self, seq: u64) {
        let known = self.newest.binary_search_by_key(&seq, |(of, _)| *of).ok();
        let known = known.and_then(|at| self.newest.get(at)).map(|(_, head)| *head);
        let wanted = self.wanted.entry(seq).or_default();
        *wanted = wanted.or(known);
    }

    /// Something was asked for after it had gone by; `last` is the last entry, after which none tells.
    pub(super) fn lacks_some(&self, last: u64) -> bool {
        self.wanted.range(..last).any(|(_, head)| head.is_none())
    }

    /// An entry goes by once more.
    pub(super) fn look_up(&mut self, entry: &Entry) {
        if let Some(wanted) = self.wanted.get_mut(&(entry.seq.saturating_sub(1))) {
            *wanted = Some(entry.prev);
        }
    }

    /// The digest of the line of an entry that was asked for.
    pub(super) fn of(&self, seq: u64) -> Option<Digest> {
        self.wanted.get(&seq).copied().flatten()
    }
}
