//! How much of what may come without end is kept, and what goes first.
//!
//! Invariant: what goes depends on the entries alone, so that a session which was closed and opened again adds up to the
//! same. Things go many at once, since finding out what goes first costs a look at all of them.

use std::collections::BTreeSet;

use crate::domain::base::Timestamp;
use crate::domain::detect::{Grade, Subject};
use crate::domain::session::fold::State;
use crate::domain::session::fold::part::Note;
use crate::domain::session::handoff::{Bearing, bearing, is_hypothesis};
use crate::domain::session::stated::stated;

/// So many notes are kept at least, and twice as many at most: a program that writes notes must not eat the memory.
pub(super) const NOTES: usize = 5_000;
/// Of notes before those, so many of each kind that somebody reads: guesses, sums, mentions and figures. Nobody reads more.
const TELLING: usize = 2_000;
/// So many findings are kept at least, and a quarter more at most: a host that starts processes must not eat the memory.
pub(super) const FINDINGS: usize = 4_000;
/// Troubles of the program: each is a line that must be read, and nobody reads as many.
pub(super) const TROUBLES: usize = 1_000;
/// Choices that were taken back: more than there are nodes in any playbook, many times over.
pub(super) const GONE: usize = 2_000;
/// What is a number or two each: notes that were withdrawn, and entries that nobody here understands.
pub(super) const NUMBERS: usize = 10_000;

/// Takes the oldest away once there are a quarter more than so many; how many went.
pub(super) fn newest<T>(all: &mut Vec<T>, least: usize) -> u64 {
    let over = if all.len() > most(least) { all.len() - least } else { 0 };
    all.drain(..over).len() as u64
}

/// A quarter more.
pub(super) const fn most(least: usize) -> usize {
    least + least / 4
}

impl State {
    /// Keeps a note; of older ones those that the card reads, and of all others where they are.
    pub(super) fn keep_note(&mut self, note: Note) {
        if self.notes.len() >= 2 * NOTES {
            let mut silent: Vec<u64> = Vec::new();
            for old in self.notes.drain(..NOTES) {
                if kinds(&old) == [false; 4] {
                    silent.push(old.seq);
                } else {
                    self.telling_notes.push(old);
                }
            }
            silent.extend(thin(&mut self.telling_notes));
            self.earlier_notes.extend(silent);
            self.earlier_notes.sort_unstable();
        }
        self.notes.push(note);
    }

    /// Lets findings go once there are too many, and counts them.
    pub(super) fn thin_findings(&mut self) {
        if self.findings.len() <= most(FINDINGS) {
            return;
        }
        let mut order: Vec<_> = self
            .findings
            .iter()
            .map(|(subject, (_, it, _))| self.rank(subject, it.grade))
            .collect();
        order.sort_unstable();
        let over = order.len() - FINDINGS;
        for (.., subject) in order.into_iter().take(over) {
            self.findings.remove(&subject);
            self.renewed.remove(&subject);
            self.ended.remove(&subject);
            self.acknowledged.remove(&subject);
            self.live.remove(&subject);
            self.earlier_findings += 1;
        }
    }

    /// What goes first: what has ended, and of that what somebody has read or nobody needs to; then what was
    /// acknowledged; of the rest what is graver later, also of what has ended. Of the same kind the oldest.
    fn rank(&self, subject: &Subject, grade: Grade) -> (u8, Option<Timestamp>, u64, Subject) {
        let ended = self.ended.get(subject).copied();
        let read = self.acknowledged.contains_key(subject);
        let kind = match (ended, read, grade) {
            (Some(_), true, _) | (Some(_), false, Grade::Noted) => 0,
            (Some(_), false, Grade::Suspect) => 1,
            (Some(_), false, Grade::Confirmed) => 2,
            (None, true, _) => 3,
            (None, false, Grade::Noted) => 4,
            (None, false, Grade::Suspect) => 5,
            (None, false, Grade::Confirmed) => 6,
        };
        (kind, ended, self.renewed.get(subject).copied().unwrap_or(0), subject.clone())
    }
}

/// A guess, a sum that may be due, a word about something that others may have to be told, a figure.
fn kinds(note: &Note) -> [bool; 4] {
    let bearing = bearing(&note.text);
    let (sum, mention) = (bearing == Some(Bearing::Sum), bearing == Some(Bearing::Mention));
    [is_hypothesis(note), sum, mention, stated(&note.text).is_some()]
}

/// Leaves the newest of each kind; the entries of the others.
fn thin(notes: &mut Vec<Note>) -> BTreeSet<u64> {
    let mut left = [TELLING; 4];
    let mut gone = BTreeSet::new();
    for note in notes.iter().rev() {
        let mut stays = false;
        for (left, _) in left.iter_mut().zip(kinds(note)).filter(|(_, is)| *is) {
            stays |= *left > 0;
            *left = left.saturating_sub(1);
        }
        if !stays {
            gone.insert(note.seq);
        }
    }
    notes.retain(|note| !gone.contains(&note.seq));
    gone
}
