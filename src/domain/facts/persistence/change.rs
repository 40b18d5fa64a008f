//! What changed between two hunts. Pure; takes time for each entry once.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Autostart, AutostartKind, Persistence, Remark};
use crate::domain::facts::Packaged;
use crate::domain::untrusted::Untrusted;

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AutostartChange {
    /// It was not there before.
    Appeared,
    /// It says something else than before, or its file is another one.
    Changed,
    /// It is no longer there.
    Vanished,
}

/// What changed from `before` to `now`, in the order of the entries. A line that only moved within its file, and a
/// package's verdict that came later than the entry, are no changes.
#[must_use]
pub fn changes(before: &Persistence, now: &Persistence) -> Vec<(AutostartChange, Arc<Autostart>)> {
    let (mut gone, mut come, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    let (mut old, mut new) = (before.entries.iter().peekable(), now.entries.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => one.key().cmp(&other.key()),
        };
        match order {
            Ordering::Less => gone.extend(old.next()),
            Ordering::Greater => come.extend(new.next()),
            Ordering::Equal => kept.extend(old.next().zip(new.next())),
        }
    }
    let spot = |it: &Autostart| -> (AutostartKind, Vec<u8>, u32) {
        (it.kind, it.path.bytes().to_vec(), it.line)
    };
    let mut moved: BTreeMap<(&Untrusted, &Untrusted), usize> = BTreeMap::new();
    for it in &gone {
        *moved.entry((&it.path, &it.text)).or_default() += 1;
    }
    let mut stays: BTreeMap<(&Untrusted, &Untrusted), usize> = BTreeMap::new();
    let mut found: Vec<(AutostartChange, Arc<Autostart>)> = Vec::new();
    come.retain(|it| {
        let key = (&it.path, &it.text);
        let is_moved = moved.get_mut(&key).is_some_and(take_one);
        if is_moved {
            *stays.entry(key).or_default() += 1;
        }
        !is_moved
    });
    gone.retain(|it| !stays.get_mut(&(&it.path, &it.text)).is_some_and(take_one));
    let was_there: BTreeSet<_> = gone.iter().map(|it| spot(it)).collect();
    let is_there: BTreeSet<_> = come.iter().map(|it| spot(it)).collect();
    for it in &come {
        let changed = was_there.contains(&spot(it));
        let what = if changed { AutostartChange::Changed } else { AutostartChange::Appeared };
        found.push((what, Arc::clone(it)));
    }
    let vanished = gone.iter().filter(|it| !is_there.contains(&spot(it)));
    found.extend(vanished.map(|it| (AutostartChange::Vanished, Arc::clone(it))));
    // Of a file some of whose lines changed it is not said once more that it changed.
    let told: BTreeSet<Vec<u8>> = found.iter().map(|(_, it)| it.path.bytes().to_vec()).collect();
    let other = kept.into_iter().filter(|(old, new)| !Arc::ptr_eq(old, new) && differs(old, new));
    let other = other.filter(|(_, new)| !told.contains(new.path.bytes()));
    found.extend(other.map(|(_, new)| (AutostartChange::Changed, Arc::clone(new))));
    found.sort_by(|one, other| one.1.key().cmp(&other.1.key()));
    found
}

fn take_one(left: &mut usize) -> bool {
    let some = *left > 0;
    *left -= usize::from(some);
    some
}

/// Entries with the same words are not the same: the file has another owner or mode, is another file altogether, or
/// the package that brought it no longer knows it.
fn differs(old: &Autostart, new: &Autostart) -> bool {
    let whole = new.line == 0
        || matches!(
            new.kind,
            AutostartKind::SystemdUnit | AutostartKind::SystemdTimer | AutostartKind::SystemdDropIn
        );
    let lasting = |it: &Autostart| {
        let passing = |remark: &&Remark| **remark != Remark::Active;
        it.remarks.iter().filter(passing).copied().collect::<Vec<_>>()
    };
    (whole && old.modified != new.modified)
        || (old.uid, old.mode, old.immutable) != (new.uid, new.mode, new.immutable)
        || old.user != new.user
        || lasting(old) != lasting(new)
        || became_changed(&old.packaged, &new.packaged)
        || match (&old.runs, &new.runs) {
            (Some(one), Some(other)) => became_changed(&one.packaged, &other.packaged),
            (None, _) | (_, None) => false,
        }
}

/// The package had it as it was, and has not any more.
const fn became_changed(old: &Packaged, new: &Packaged) -> bool {
    matches!((old, new), (Packaged::Unchanged(_), Packaged::Changed(_) | Packaged::No))
}
