//! Who stands above whom, over both tables: the one that is listed, and the one of those that hide.
//!
//! Invariant: an ancestor that was found once stays in the chain when it ends.

use std::sync::Arc;

use super::row::Entry;
use super::{Processes, around};
use crate::domain::facts::Process;

impl Processes {
    /// Finds the ancestors of those that are new, in the table that is settled and in the other one.
    pub(super) fn trace(&mut self, others: &[Arc<Process>]) {
        let find = |pid: u32| {
            let at = self.entries.binary_search_by_key(&pid, |entry| entry.pid).ok();
            let entry = at.and_then(|at| self.entries.get(at));
            let here = entry.and_then(|entry| Some((&**entry.row.as_ref()?, entry.traced)));
            here.or_else(|| Some((row_of(others, pid)?, true)))
        };
        let new = self.entries.iter().enumerate().filter(|(_, entry)| !entry.traced);
        let chains: Vec<_> = new
            .filter_map(|(at, entry)| Some((at, around::chain(entry.row.as_ref()?, find))))
            .collect();
        for (at, chain) in chains {
            if let Some(entry) = self.entries.get_mut(at) {
                entry.descends_from(chain, &mut self.pool);
            }
        }
    }

    /// Whoever appears in the other table may be the parent at which a chain of ancestors ended until now.
    pub(super) fn follow(&mut self, others: &[Arc<Process>]) {
        let is_same = self.others.iter().eq(others.iter().map(|row| &row.id));
        if self.given.is_some() || is_same {
            return;
        }
        self.others = others.iter().map(|row| row.id).collect();
        let above = |entry: &Entry| {
            let row = entry.row.as_ref()?;
            let known = &row.around.ancestors;
            let last = match known.last() {
                None => row,
                Some(last) => {
                    let at = self.entries.binary_search_by_key(&last.id.pid.0, |it| it.pid).ok()?;
                    self.entries.get(at)?.row.as_ref().filter(|row| row.id == last.id)?
                }
            };
            let rest = around::chain(last, |pid| Some((row_of(others, pid)?, true)));
            let room = around::MOST_ANCESTORS.saturating_sub(known.len());
            let all: Vec<_> = known.iter().cloned().chain(rest.into_iter().take(room)).collect();
            (all.len() > known.len()).then_some(all)
        };
        let chains: Vec<_> = self
            .entries
            .iter()
            .enumerate()
            .filter_map(|(at, entry)| Some((at, above(entry)?)))
            .collect();
        for (at, chain) in chains {
            if let Some(entry) = self.entries.get_mut(at) {
                entry.descends_from(chain, &mut self.pool);
            }
        }
    }
}

/// The row of a pid, in rows that are sorted by it.
fn row_of(rows: &[Arc<Process>], pid: u32) -> Option<&Process> {
    let at = rows.binary_search_by_key(&pid, |row| row.id.pid.0).ok()?;
    rows.get(at).map(|row| &**row)
}
