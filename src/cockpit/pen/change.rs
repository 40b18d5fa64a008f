//! The pen changes hands: what this screen was until then is over, and what was said of it is unsaid.

use std::sync::Arc;

use crate::cockpit::dialog::Dialog;
use crate::cockpit::model::{NoticeKind, Pen, Recording, SourceKind};
use crate::cockpit::pen::{Desk, no_pen};
use crate::cockpit::{Effect, Model, acts, entries, handoff};
use crate::domain::session::{Entry, Event, Past};
use crate::domain::untrusted::Untrusted;

/// The pen is here.
#[derive(Debug)]
pub struct Came {
    /// The session as it is there.
    pub past: Past,
    /// Whose it was, if that is known.
    pub from: Untrusted,
    /// Why it was taken by force; empty if it was not.
    pub reason: Untrusted,
}

/// The pen is elsewhere.
#[derive(Debug)]
pub struct Went {
    /// The session as it is there.
    pub past: Past,
    /// Whose it is now, if that is known.
    pub to: Option<Untrusted>,
    /// It was given.
    pub given: bool,
}

/// This screen writes from here on; that it took the pen is its first entry.
pub(in crate::cockpit) fn came(model: &mut Model, came: Came) -> Vec<Effect> {
    let Some(session) = &mut model.session else { return Vec::new() };
    session.pen = Pen::Ours;
    session.unsaved = None;
    let accepting = model.pen.accepting;
    model.pen = Desk::default();
    // Whom this screen raised before is news again: what it had said of them went with the pen.
    model.carried &= model.live.snapshot.as_ref().is_none_or(|it| it.own.carriers == 0);
    model.unsay(is_of_an_observer);
    if model.source.kind == SourceKind::Host {
        model.recording = Recording::Since(model.now);
    }
    entries::rewound(model, came.past);
    if came.reason.is_empty() {
        model.notice(NoticeKind::PenCame(came.from.clone()));
    } else {
        model.notice(NoticeKind::PenIsHere);
    }
    let taken = Event::PenTaken { from: came.from, reason: came.reason };
    let mut effects: Vec<Effect> = acts::record(model, taken).into_iter().collect();
    if let Some(seq) = accepting {
        effects.extend(handoff::accept_now(model, seq));
    }
    effects
}

/// Said to a screen that watches, and untrue of one that writes.
const fn is_of_an_observer(kind: &NoticeKind) -> bool {
    matches!(
        kind,
        NoticeKind::NoPen
            | NoticeKind::AskedForPen(..)
            | NoticeKind::AskedForShift(..)
            | NoticeKind::ShiftRefused(_)
            | NoticeKind::PenRefused
            | NoticeKind::PenFree
            | NoticeKind::PenNotFree
            | NoticeKind::HolderSilent(_)
            | NoticeKind::PenGone(_)
            | NoticeKind::PenForced(..)
    )
}

/// Said to a screen that writes, and untrue of one that watches.
const fn is_of_a_writer(kind: &NoticeKind) -> bool {
    matches!(kind, NoticeKind::PenCame(_) | NoticeKind::PenIsHere | NoticeKind::PenAskedBy(_))
}

/// This screen watches from here on.
pub(in crate::cockpit) fn went(model: &mut Model, went: Went) {
    let Some(session) = &mut model.session else { return };
    let known = session.state.seq;
    let new = || went.past.entries.iter().filter(|entry| entry.seq > known);
    let lost_with_it =
        session.pending.iter().filter(|it| new().all(|entry| entry.event != it.event)).count();
    session.pen = Pen::Observer(went.to.clone());
    session.unsaved = None;
    model.recording = Recording::Elsewhere;
    model.undone.clear();
    let forced = (!went.given).then(|| (went.to.clone().unwrap_or_default(), Untrusted::default()));
    let (gave, lost) = (went.given, forced.is_some());
    model.pen = Desk { forced, gave, lost, ..Desk::default() };
    if matches!(
        model.dialog,
        Dialog::AllowTool(_)
            | Dialog::Listen
            | Dialog::PenAsked(_)
            | Dialog::GivePen(..)
            | Dialog::LoseReasons(..)
            | Dialog::AcknowledgeAll(..)
    ) {
        model.dialog = Dialog::Closed;
    }
    model.unsay(is_of_a_writer);
    entries::rewound(model, went.past);
    if went.given {
        return model.notice(NoticeKind::PenGone(went.to.unwrap_or_default()));
    }
    if lost_with_it > 0 {
        model.notice(NoticeKind::LostWithPen(lost_with_it));
    }
    no_pen(model);
    let entries = model.session.as_ref().map_or_else(Vec::new, |it| it.entries.clone());
    for entry in entries.iter().filter(|entry| entry.seq > known) {
        read(model, entry);
    }
}

/// An entry of whoever holds the pen now: it may say why it was taken.
pub(in crate::cockpit) fn read(model: &mut Model, entry: &Arc<Entry>) {
    if let Event::PenTaken { reason, .. } = &entry.event
        && model.pen.lost
    {
        model.pen.lost = false;
        model.pen.forced = Some((entry.by.clone(), reason.clone()));
        no_pen(model);
    }
}
