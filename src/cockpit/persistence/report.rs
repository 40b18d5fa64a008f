//! What changed goes to the journal and onto the screen.
//!
//! Invariant: only whoever has the pen writes; a change that finds no room waits for the next look, and whoever makes
//! many cannot crowd out what detection found, because these have a measure of their own.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::cockpit::model::{NoticeKind, Pen, SourceKind};
use crate::cockpit::persistence::unwatched;
use crate::cockpit::update::may_ring;
use crate::cockpit::{Effect, Model, acts};
use crate::domain::base::{ProcessId, Timestamp};
use crate::domain::detect::{Grade, Subject};
use crate::domain::facts::{
    Autostart, AutostartChange, AutostartKey, AutostartKind, Persistence, Snapshot, changes,
    running,
};
use crate::domain::session::Event;
use crate::domain::session::telemetry::Known;
use crate::domain::untrusted::Untrusted;

/// Changes that may go to the journal in one minute, and with one look.
const A_MINUTE: usize = 30;
const A_LOOK: usize = 8;
/// Changes that may wait; of more than that the pane tells, and the journal does not.
const MOST: usize = 256;
/// Entries that may wait for the disk before changes wait too.
const UNSAVED: usize = 64;
/// Of the text so much is written.
const TEXT: usize = 512;

/// What was reported, and what is still to be.
#[derive(Debug, Default)]
pub(in crate::cockpit) struct Reported {
    /// The session that this is about.
    session: String,
    last: Option<Arc<Persistence>>,
    waiting: VecDeque<Change>,
    minute: (u64, usize),
    /// What the session knew before this screen wrote, until it is held against what is found.
    pub(super) known: Option<Known>,
}

/// What became of an entry; and where nobody watched, when it was last seen as it was before.
type Change = (AutostartChange, Arc<Autostart>, Option<Timestamp>);

/// Puts what changed since the last look into the journal.
pub(in crate::cockpit) fn report(model: &mut Model, snapshot: &Snapshot) -> Vec<Effect> {
    let Some(session) = &model.session else { return Vec::new() };
    // A tape tells what was; the journal of that time has it.
    if session.pen != Pen::Ours || model.source.kind != SourceKind::Host {
        let reported = &mut model.panes.persistence.reported;
        (reported.last, reported.known) = (None, None);
        return Vec::new();
    }
    let (id, idle) =
        (session.id.clone(), session.unsaved.is_none() && session.pending.len() < UNSAVED);
    let minute = snapshot.moment.boot_ms / 60_000;
    let reported = &mut model.panes.persistence.reported;
    reported.about(id);
    let before = reported.last.clone();
    let is_new = reported.learn(&snapshot.persistence);
    let hunted = snapshot.persistence.hunted_ms.is_some();
    let known = reported.known.take_if(|_| hunted);
    if reported.minute.0 != minute {
        reported.minute = (minute, 0);
    }
    if is_new {
        stale(model, &snapshot.persistence);
    }
    let mut effects = Vec::new();
    if let Some(known) = known {
        let now = before.unwrap_or_else(|| Arc::clone(&snapshot.persistence));
        effects.extend(unwatched::compare(model, snapshot, &known, &now));
    }
    if !idle {
        return effects;
    }
    let reported = &mut model.panes.persistence.reported;
    let room = A_LOOK.min(A_MINUTE.saturating_sub(reported.minute.1));
    let some: Vec<_> = reported.waiting.drain(..room.min(reported.waiting.len())).collect();
    reported.minute.1 += some.len();
    let changed: Vec<_> = some.iter().map(|(it, entry, _)| (*it, Arc::clone(entry))).collect();
    effects.extend(show(model, snapshot, &changed));
    for change in some {
        effects.extend(write(model, change));
    }
    effects
}

/// What a notice says of what starts by itself and is not so any more is taken off.
fn stale(model: &mut Model, found: &Persistence) {
    let is_there = |entry: &Autostart| {
        let same = |it: &&Arc<Autostart>| {
            (it.kind, &it.path, &it.text) == (entry.kind, &entry.path, &entry.text)
        };
        found.entries.iter().find(same).is_some()
    };
    model.unsay(|kind| {
        let NoticeKind::Autostart(change, entry, _) = kind else { return false };
        is_there(entry) == (*change == AutostartChange::Vanished)
    });
}

/// The worst of what changed goes onto the screen, in the place of what was said before about the same.
fn show(
    model: &mut Model,
    snapshot: &Snapshot,
    some: &[(AutostartChange, Arc<Autostart>)],
) -> Option<Effect> {
    let is_about = |one: &Autostart, other: &Autostart| {
        (one.kind, &one.path) == (other.kind, &other.path)
            && (one.line == other.line || one.text == other.text)
    };
    model.unsay(|kind| {
        let NoticeKind::Autostart(_, old, _) = kind else { return false };
        some.iter().any(|(_, new)| is_about(old, new))
    });
    let suspects = suspects(model, snapshot, some);
    let (change, worst) = some.iter().min_by_key(|(change, entry)| {
        let runs = suspects.contains(&entry.key());
        (rank(entry, runs), *change == AutostartChange::Vanished)
    })?;
    model.notice(NoticeKind::Autostart(*change, Arc::clone(worst), some.len() - 1));
    // What a package brought as it is rings no bell: an upgrade is no news to whoever runs it.
    (!worst.is_as_packaged() && may_ring(model)).then_some(Effect::Bell)
}

/// Those of them that start what a process runs which something speaks against.
fn suspects<'a>(
    model: &Model,
    snapshot: &Snapshot,
    some: &'a [(AutostartChange, Arc<Autostart>)],
) -> Vec<AutostartKey<'a>> {
    if some.is_empty() {
        return Vec::new();
    }
    let entries = some.iter().map(|(_, entry)| Arc::clone(entry)).collect();
    let running = running(&Persistence { entries, ..Persistence::default() }, &snapshot.processes);
    let is_suspect = |id: &ProcessId| {
        let found = model.live.findings.get(&Subject::Process(*id));
        found.is_some_and(|it| it.grade >= Grade::Suspect)
    };
    let entries = some.iter().map(|(_, entry)| entry);
    entries.filter(|it| running.of(it).iter().any(is_suspect)).map(|it| it.key()).collect()
}

/// How bad an entry is; the least is the worst.
fn rank(entry: &Autostart, runs_suspect: bool) -> u8 {
    if !entry.tricks.is_empty() {
        0
    } else if entry.kind == AutostartKind::Preload {
        1
    } else if runs_suspect {
        2
    } else {
        3 + u8::from(entry.is_as_packaged())
    }
}

impl Reported {
    /// From here on it is about this session.
    pub(super) fn about(&mut self, id: String) {
        if self.session != id {
            *self = Self { session: id, ..Self::default() };
        }
    }

    /// Takes what the newest hunt found; `true` if it is another one than before.
    fn learn(&mut self, found: &Arc<Persistence>) -> bool {
        if found.hunted_ms.is_none() {
            return false;
        }
        let before = self.last.replace(Arc::clone(found));
        let Some(before) = before.filter(|it| !Arc::ptr_eq(it, found)) else { return false };
        let room = MOST.saturating_sub(self.waiting.len());
        let changed = changes(&before, found).into_iter();
        self.waiting.extend(changed.take(room).map(|(change, entry)| (change, entry, None)));
        true
    }

    /// What changed before this screen wrote goes before what changed since.
    pub(super) fn precede(
        &mut self,
        since: Timestamp,
        changed: &[(AutostartChange, Arc<Autostart>)],
    ) {
        let room = MOST.saturating_sub(self.waiting.len());
        for (change, entry) in changed.iter().take(room).rev() {
            self.waiting.push_front((*change, Arc::clone(entry), Some(since)));
        }
    }
}

fn write(model: &mut Model, (change, entry, since): Change) -> Option<Effect> {
    let event = Event::Autostart {
        change,
        place: entry.kind,
        path: entry.path.clone(),
        line: entry.line,
        text: beginning(&entry),
        since,
    };
    acts::record(model, event)
}

/// As much of its text as is written.
pub(super) fn beginning(entry: &Autostart) -> Untrusted {
    let text = entry.text.bytes();
    Untrusted::new(text.get(..text.len().min(TEXT)).unwrap_or_default())
}
