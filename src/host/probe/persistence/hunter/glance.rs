//! Glances at the places of those who are not listened to: what the kernel says of each file without reading any.
//!
//! A storm in a home changes a file or two all the time. What else changes there is found by a glance and read as soon as
//! any other change; what changes from each glance to the next is read at the pace of its party.
//!
//! Invariant: what may have changed since its family was last read counts as changed. A time that is too young to tell
//! two changes apart tells nothing. Deliberately absent: what a watch would not tell either.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use super::super::Family;
use super::super::dig::Interest;
use super::super::ground::{Ground, Meta};
use crate::domain::base::{Moment, Timestamp};

/// Glances in a row that find another change each: it changes all the time.
const ALWAYS: u8 = 3;
/// What changes all the time is left as it is known for so long, whatever else is read of its family.
const PACE: Duration = Duration::from_millis(250);
/// The kernel's clock of files may stand still for so long, and where a file system counts seconds alone for so long.
const COARSE: Duration = Duration::from_millis(40);
const SECONDS: Duration = Duration::from_secs(2);

/// What a place looks like from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sign {
    /// Of all that is known of it.
    hash: u64,
    /// When something last changed in it.
    changed: Option<Timestamp>,
}

/// A place, as the last glances found it.
#[derive(Clone, Copy, Debug)]
struct Spot {
    /// When its family was last read; absent where another change could look the same.
    read: Option<Sign>,
    /// At the last glance.
    last: Sign,
    /// So many glances in a row found something else.
    streak: u8,
}

impl Spot {
    const fn always_changes(&self) -> bool {
        self.streak >= ALWAYS
    }
}

/// What a glance found of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Found {
    /// All is as it was read.
    Nothing,
    /// What changes all the time has.
    Always,
    /// Something that did not change all the time.
    Change,
}

/// The places of a family.
#[derive(Debug, Default)]
struct Places {
    spots: BTreeMap<Interest, Spot>,
    /// When all of it was last read.
    whole: Option<Instant>,
    /// When it was last about to be read, whole or not.
    read: Option<Instant>,
}

impl Places {
    fn is_due(&self, now: Instant) -> bool {
        self.whole.is_none_or(|whole| now.saturating_duration_since(whole) >= PACE)
    }
}

/// What glances have found.
#[derive(Debug, Default)]
pub(super) struct Glances(BTreeMap<Family, Places>);

impl Glances {
    /// Everybody is listened to. (As long as a storm may come again it is good to know what was read.)
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    /// The family is about to be read: how its places are now is taken down. Gives the files that are read another
    /// time; none if `all` is read.
    pub(super) fn reads<'a>(
        &mut self,
        family: Family,
        places: impl Iterator<Item = &'a Interest>,
        ground: &Ground,
        now: Moment,
        all: bool,
    ) -> BTreeSet<Vec<u8>> {
        let known = self.0.entry(family).or_default();
        let (mut before, is_due) =
            (std::mem::take(&mut known.spots), all || known.is_due(Instant::now()));
        known.read = Some(Instant::now());
        let mut later = BTreeSet::new();
        for place in places {
            let old = before.remove(place);
            if let (false, Some(old), (dir, Some(name))) = (is_due, old, place)
                && old.always_changes()
            {
                later.insert(below(dir, name));
                known.spots.insert(place.clone(), Spot { read: None, ..old });
                continue;
            }
            let sign = sign(ground, place);
            let read = (!sign.is_young(now.at)).then_some(sign);
            let (last, streak) = old.map_or((sign, 0), |old| (old.last, old.streak));
            known.spots.insert(place.clone(), Spot { read, last, streak });
        }
        later
    }

    /// All of it was read.
    pub(super) fn was_read(&mut self, family: Family, now: Instant) {
        if let Some(known) = self.0.get_mut(&family) {
            known.whole = Some(now);
        }
    }

    /// What always changes in it is to be read again.
    pub(super) fn is_due(&self, family: Family, now: Instant) -> bool {
        self.0.get(&family).is_none_or(|known| known.is_due(now))
    }

    /// For how long it has been read.
    pub(super) fn read_for(&self, family: Family, now: Instant) -> Option<Duration> {
        let read = self.0.get(&family)?.read?;
        Some(now.saturating_duration_since(read))
    }

    /// Glances at places of a family.
    pub(super) fn look<'a>(
        &mut self,
        family: Family,
        places: impl Iterator<Item = &'a Interest>,
        ground: &Ground,
    ) -> Found {
        let known = self.0.entry(family).or_default();
        let mut found = Found::Nothing;
        for place in places {
            let sign = sign(ground, place);
            let spot = known.spots.entry(place.clone()).or_insert(Spot {
                read: None,
                last: sign,
                streak: 0,
            });
            spot.streak = if spot.last == sign { 0 } else { spot.streak.saturating_add(1) };
            spot.last = sign;
            found = found.max(match spot.read {
                Some(read) if read == sign => Found::Nothing,
                _ if spot.always_changes() => Found::Always,
                _ => Found::Change,
            });
        }
        found
    }
}

impl Sign {
    /// So much may have happened in this very moment that another change would look the same.
    fn is_young(&self, now: Timestamp) -> bool {
        self.changed.is_some_and(|at| {
            let coarse = if at.subsec_nanosecond() == 0 { SECONDS } else { COARSE };
            // A clock that was set back says nothing either.
            now.duration_since(at).unsigned_abs() < coarse || at > now
        })
    }
}

fn below(dir: &[u8], name: &[u8]) -> Vec<u8> {
    let dir = dir.strip_suffix(b"/").unwrap_or(dir);
    [dir, name].join(&b'/')
}

/// A file, or a directory with the files in it.
fn sign(ground: &Ground, (dir, name): &Interest) -> Sign {
    let mut sign = Sign { hash: 0, changed: None };
    let mut hasher = DefaultHasher::new();
    let base = ground.base();
    let mut add = |path: &[u8]| {
        let meta = ground.meta(base, path).ok();
        let mark = |it: Meta| (it.inode, it.size, it.uid, it.mode, it.modified, it.changed);
        meta.map(mark).hash(&mut hasher);
        sign.changed = sign.changed.max(meta.map(|it| it.changed));
        path.hash(&mut hasher);
    };
    if let Some(name) = name {
        add(&below(dir, name));
    } else {
        add(dir);
        let names = ground.names(base, dir).unwrap_or_default().0;
        for name in &names {
            add(&below(dir, name));
        }
    }
    sign.hash = hasher.finish();
    sign
}
