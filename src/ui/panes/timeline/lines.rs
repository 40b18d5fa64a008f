//! Which lines stand in view: entries, days, branches, and what is folded.
//!
//! On a busy host what is found comes and goes by the dozen. Three or more such entries in a row are one line, so that they
//! do not push out of sight what people wrote; the cursor opens them as it goes through. Invariant: whatever is in a fold is
//! over, and no entry of a person, of something confirmed or of something that starts by itself is in one.

use crate::cockpit::Model;
use crate::cockpit::model::{Pane, Pen, Pending, Session};
use crate::domain::base::Timestamp;
use crate::domain::detect::Grade;
use crate::domain::session::{Entry, Event};
use crate::ui::found;

/// Rows that tell of entries on disk.
const EARLIER_ROWS: usize = 2;
/// Fewer entries are shown one by one.
const FOLDED: usize = 3;
/// More are two folds: a flood costs no more time than that.
const LONGEST: usize = 999;
const SECONDS_A_DAY: i64 = 86_400;

/// What is drawn on one line.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shown<'a> {
    /// So many entries are on disk and not here.
    Earlier(u64),
    /// What prints them.
    Command(&'a str),
    Day(Timestamp),
    Branch(usize, u64),
    Entry(&'a Entry, bool),
    Folded(Fold<'a>, bool),
    Pending(&'a Pending),
}

/// Entries in a row that are one line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fold<'a> {
    /// The newest of them.
    pub newest: &'a Entry,
    /// Number of the oldest.
    pub from: u64,
    /// How many tell that something was found.
    pub found: usize,
    /// How many tell that something has ended.
    pub ended: usize,
    /// How sure the surest of what was found is.
    pub worst: Option<Grade>,
}

/// The lines in view, the newest first; no more entries are looked at than are needed for them.
pub(super) fn in_view<'a>(model: &Model, session: &'a Session, height: usize) -> Vec<Shown<'a>> {
    let last = session.entries.len().saturating_sub(1);
    let back = model.panes.timeline.line.min(last);
    // A search looks through every line, so every line is there.
    let folds = found::in_pane(model, Pane::Timeline).is_none();
    let mut lines: Vec<Shown<'_>> = session.pending.iter().rev().map(Shown::Pending).collect();
    let (mut at, mut cursor) = (0, None);
    while at < session.entries.len() && cursor.is_none_or(|line| lines.len() < line + height) {
        let run = if folds { run(session, at) } else { 1 };
        let has_cursor = (at..at + run).contains(&back);
        // The cursor of somebody who follows stands on the newest entry, and opens nothing.
        let is_open = run < FOLDED || (has_cursor && back > 0);
        if has_cursor {
            cursor = Some(lines.len() + if is_open { back - at } else { 0 });
        }
        let newest_first = (at..at + run).filter_map(|at| Some((at, nth(session, at)?)));
        if is_open {
            lines.extend(newest_first.map(|(at, entry)| Shown::Entry(entry, at == back)));
        } else {
            let fold = newest_first.fold(None, |fold, (_, entry)| Some(Fold::with(fold, entry)));
            lines.extend(fold.map(|fold| Shown::Folded(fold, has_cursor)));
        }
        at += run;
        lines.extend(rule_above(session, at - 1));
    }
    if session.earlier > 0 && !session.entries.is_empty() && at == session.entries.len() {
        lines.extend([Shown::Command(&session.id), Shown::Earlier(session.earlier)]);
    }
    // The cursor goes up to the top row before the lines move.
    let above = if back == last && session.earlier > 0 { 1 + EARLIER_ROWS } else { 1 };
    let below = cursor.map_or(lines.len(), |line| line + 1);
    let hidden = below.saturating_sub(height.saturating_sub(above));
    lines.drain(..hidden.min(lines.len()));
    lines.truncate(height);
    lines
}

/// The entry at this place, from the newest.
fn nth(session: &Session, at: usize) -> Option<&Entry> {
    session.entries.iter().rev().nth(at).map(|entry| &**entry)
}

/// How many entries from this place on, towards the older ones, make one line; at least one.
fn run(session: &Session, from: usize) -> usize {
    let mut end = from;
    while end - from < LONGEST && nth(session, end).is_some_and(|it| is_over(session, it)) {
        end += 1;
        if rule_above(session, end - 1).is_some() {
            break;
        }
    }
    (end - from).max(1)
}

/// It tells of what was suspected and is no more, or that this has ended. The moment when a confirmed miner vanished
/// stays a line of its own, however much came and went around it.
fn is_over(session: &Session, entry: &Entry) -> bool {
    let state = &session.state;
    if let Event::Found { finding, .. } = &entry.event {
        return finding.grade < Grade::Confirmed && !state.live.contains(&finding.subject);
    }
    let ended = matches!(entry.event, Event::Ended { .. });
    ended && state.confirmed_ends.binary_search(&entry.seq).is_err()
}

/// What stands above the entry at this place: where its branch begins, or its day.
fn rule_above(session: &Session, at: usize) -> Option<Shown<'_>> {
    if let Some((number, after)) = begins(session, session.entries.len().checked_sub(at + 1)?) {
        return Some(Shown::Branch(number, after));
    }
    let day = |entry: &Entry| entry.at.as_second().div_euclid(SECONDS_A_DAY);
    let own = nth(session, at)?;
    let is_first = nth(session, at + 1).is_none_or(|before| day(before) != day(own));
    is_first.then_some(Shown::Day(own.at))
}

/// The branch that begins with the entry at this place, and the entry that it continues.
fn begins(session: &Session, at: usize) -> Option<(usize, u64)> {
    let Pen::Forked(branches) = &session.pen else { return None };
    let behind: usize = branches.iter().map(|branch| branch.entries.len()).sum();
    let mut first = session.entries.len().checked_sub(behind)?;
    for (number, branch) in (1..).zip(branches) {
        if at == first {
            return Some((number, branch.after));
        }
        first += branch.entries.len();
    }
    None
}

impl<'a> Fold<'a> {
    /// The fold so far, and the entry before it.
    fn with(fold: Option<Self>, entry: &'a Entry) -> Self {
        let start = Self { newest: entry, from: entry.seq, found: 0, ended: 0, worst: None };
        let fold = Self { from: entry.seq, ..fold.unwrap_or(start) };
        if let Event::Found { finding, .. } = &entry.event {
            Self { found: fold.found + 1, worst: fold.worst.max(Some(finding.grade)), ..fold }
        } else {
            Self { ended: fold.ended + 1, ..fold }
        }
    }
}
