//! What differs between two hunts for what starts by itself, and between two searches for what hides.
//!
//! Invariant: `between(a, b).apply(a) == b`, or there is none and the whole is told. A file that is touched once a second
//! costs a few bytes a line, however long its text is.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::base::Timestamp;
use crate::domain::facts::{Autostart, Hiding, Persistence, Reading};
use crate::domain::session::telemetry::CodecError;

/// What differs from the hunt before.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Starts {
    /// Places in the list before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gone: Vec<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    touched: Vec<Touched>,
    /// Entries that are new, or say something else under the same key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    new: Vec<Arc<Autostart>>,
    hunted_ms: Option<u64>,
    watched: bool,
}

/// Entries of which the times of the file alone are others: the first place in the list before, how many from there on,
/// `modified` and `changed`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Touched(usize, usize, Timestamp, Timestamp);

/// The figures of the search for what hides, which change all the time: `pids_tried` and `unexplained_cpu`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Searched(u32, u32, Reading<f32>);

impl Starts {
    /// `None` if the entries are not in an order that a change can tell.
    pub(super) fn between(before: &Persistence, now: &Persistence) -> Option<Self> {
        if !(in_order(before) && in_order(now)) {
            return None;
        }
        let (hunted_ms, watched) = (now.hunted_ms, now.watched);
        let mut change = Self { hunted_ms, watched, ..Self::default() };
        let mut before = before.entries.iter().enumerate().peekable();
        for entry in &now.entries {
            while let Some((at, _)) = before.next_if(|(_, old)| old.key() < entry.key()) {
                change.gone.push(at);
            }
            match before.next_if(|(_, old)| old.key() == entry.key()) {
                Some((_, old)) if Arc::ptr_eq(old, entry) || old == entry => {}
                Some((at, old)) if touched(old, entry.modified, entry.changed) == **entry => {
                    change.touch(at, entry);
                }
                _ => change.new.push(Arc::clone(entry)),
            }
        }
        change.gone.extend(before.map(|(at, _)| at));
        Some(change)
    }

    /// The lines of a file stand beside each other, and their times are the same.
    fn touch(&mut self, at: usize, entry: &Autostart) {
        let (modified, changed) = (entry.modified, entry.changed);
        match self.touched.last_mut() {
            Some(last) if (last.0 + last.1, last.2, last.3) == (at, modified, changed) => {
                last.1 += 1;
            }
            _ => self.touched.push(Touched(at, 1, modified, changed)),
        }
    }

    /// The hunt after `before`. Entries that did not change are shared.
    pub(super) fn apply(self, before: &Persistence) -> Result<Persistence, CodecError> {
        let mut entries = before.entries.clone();
        let mut done = 0;
        for Touched(at, count, modified, changed) in self.touched {
            // Each entry once: a short line may not ask for much work.
            let end = at.checked_add(count).filter(|_| at >= done).ok_or(CodecError::Rows)?;
            for entry in entries.get_mut(at..end).ok_or(CodecError::Rows)? {
                *entry = Arc::new(touched(entry, modified, changed));
            }
            done = end;
        }
        let mut gone = self.gone.iter().peekable();
        let mut place = 0..;
        entries.retain(|_| {
            let at: Option<usize> = place.next();
            gone.next_if(|gone| Some(**gone) == at).is_none()
        });
        if gone.next().is_some() {
            return Err(CodecError::Rows);
        }
        entries.extend(self.new);
        // The sort is stable: of two with the same key the newer one stands second.
        entries.sort_by(|one, other| one.key().cmp(&other.key()));
        entries.dedup_by(|newer, older| {
            let same = newer.key() == older.key();
            if same {
                std::mem::swap(newer, older);
            }
            same
        });
        Ok(Persistence { entries, hunted_ms: self.hunted_ms, watched: self.watched })
    }
}

impl Searched {
    /// `None` if anything else than the figures differs.
    pub(super) fn between(before: &Hiding, now: &Hiding) -> Option<Self> {
        let figures = Self(now.pids_tried.0, now.pids_tried.1, now.unexplained_cpu);
        (figures.on(before) == *now).then_some(figures)
    }

    /// The search after `before`.
    pub(super) fn on(&self, before: &Hiding) -> Hiding {
        let Self(tried, of, unexplained_cpu) = *self;
        Hiding { pids_tried: (tried, of), unexplained_cpu, ..before.clone() }
    }
}

fn touched(entry: &Autostart, modified: Timestamp, changed: Timestamp) -> Autostart {
    Autostart { modified, changed, ..entry.clone() }
}

/// By key, and no key twice.
fn in_order(found: &Persistence) -> bool {
    found.entries.is_sorted_by(|one, next| one.key() < next.key())
}
