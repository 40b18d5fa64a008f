//! Two process tables, side by side. Pure.

use std::sync::Arc;

use crate::domain::facts::Process;

/// What became of one process from a table to the next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change<'t> {
    /// It is there no more.
    Ended(&'t Process),
    /// It is new, or its row is; and the row before, if there was one.
    Now(Option<&'t Process>, &'t Process),
}

/// What changed from one table to the next, both by pid. A row that is shared did not change, and is not
/// even looked at.
pub(super) fn changes<'t>(
    before: &'t [Arc<Process>],
    now: &'t [Arc<Process>],
) -> impl Iterator<Item = Change<'t>> {
    let (mut before, mut now) = (before.iter().peekable(), now.iter().peekable());
    std::iter::from_fn(move || {
        loop {
            match (before.peek(), now.peek()) {
                (Some(old), Some(new)) if Arc::ptr_eq(old, new) => {
                    before.next();
                    now.next();
                }
                (Some(old), Some(new)) if old.id == new.id => {
                    return Some(Change::Now(before.next().map(|it| &**it), now.next()?));
                }
                (Some(old), Some(new)) if old.id.pid > new.id.pid => {
                    return Some(Change::Now(None, now.next()?));
                }
                (Some(_), _) => return Some(Change::Ended(before.next()?)),
                (None, _) => return Some(Change::Now(None, now.next()?)),
            }
        }
    })
}

/// Both tables as one, by pid; where both have a process, the second one knows better.
pub(super) fn joined(table: Vec<Arc<Process>>, better: Vec<Arc<Process>>) -> Vec<Arc<Process>> {
    if better.is_empty() {
        return table;
    }
    let known =
        |row: &Arc<Process>| better.binary_search_by_key(&row.id.pid, |it| it.id.pid).is_ok();
    let mut all: Vec<Arc<Process>> = table.into_iter().filter(|row| !known(row)).collect();
    all.extend(better);
    all.sort_by_key(|row| row.id.pid);
    all
}
