//! What changed goes to the journal and onto the screen.
//!
//! Invariant: only whoever has the pen writes; a change that finds no room waits for the next look, and whoever makes
//! many cannot crowd out what detection found, because these have a measure of their own.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::cockpit::model::{NoticeKind, Pen, SourceKind};
use crate::cockpit::update::may_ring;
use crate::cockpit::{Effect, Model, acts};
use crate::domain::facts::{Autostart, AutostartChange, Persistence, Snapshot, changes};
use crate::domain::session::Event;
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
    waiting: VecDeque<(AutostartChange, Arc<Autostart>)>,
    minute: (u64, usize),
}

/// Puts what changed since the last look into the journal.
pub(in crate::cockpit) fn report(model: &mut Model, snapshot: &Snapshot) -> Vec<Effect> {
    let Some(session) = &model.session else { return Vec::new() };
    // A tape tells what was; the journal of that time has it.
    if session.pen != Pen::Ours || model.source.kind != SourceKind::Host {
        model.panes.persistence.reported.last = None;
        return Vec::new();
    }
    let (id, idle) =
        (session.id.clone(), session.unsaved.is_none() && session.pending.len() < UNSAVED);
    let minute = snapshot.moment.boot_ms / 60_000;
    let reported = &mut model.panes.persistence.reported;
    if reported.session != id {
        *reported = Reported { session: id, ..Reported::default() };
    }
    reported.learn(&snapshot.persistence);
    if reported.minute.0 != minute {
        reported.minute = (minute, 0);
    }
    if !idle {
        return Vec::new();
    }
    let room = A_LOOK.min(A_MINUTE.saturating_sub(reported.minute.1));
    let some: Vec<_> = reported.waiting.drain(..room.min(reported.waiting.len())).collect();
    reported.minute.1 += some.len();
    let mut effects = Vec::new();
    for (change, entry) in some {
        effects.extend(tell(model, change, &entry));
    }
    effects
}

impl Reported {
    fn learn(&mut self, found: &Arc<Persistence>) {
        if found.hunted_ms.is_none() {
            return;
        }
        let before = self.last.replace(Arc::clone(found));
        let Some(before) = before.filter(|it| !Arc::ptr_eq(it, found)) else { return };
        let room = MOST.saturating_sub(self.waiting.len());
        self.waiting.extend(changes(&before, found).into_iter().take(room));
    }
}

/// What a package brought as it is rings no bell: an upgrade is no news to whoever runs it.
fn tell(model: &mut Model, change: AutostartChange, entry: &Arc<Autostart>) -> Vec<Effect> {
    let mut effects = Vec::new();
    if !entry.is_as_packaged() && may_ring(model) {
        effects.push(Effect::Bell);
    }
    if !model.is_being_read() {
        model.notice(NoticeKind::Autostart(change, Arc::clone(entry)));
    }
    let text = entry.text.bytes();
    let event = Event::Autostart {
        change,
        place: entry.kind,
        path: entry.path.clone(),
        line: entry.line,
        text: Untrusted::new(text.get(..text.len().min(TEXT)).unwrap_or_default()),
    };
    effects.extend(acts::record(model, event));
    effects
}
