//! A session comes, and its entries: those that this screen wrote, and those that it follows.

#![expect(clippy::wildcard_enum_match_arm, reason = "most entries ask for nothing more")]

use std::sync::Arc;

use crate::cockpit::coach::Coach;
use crate::cockpit::dialog::Dialog;
use crate::cockpit::model::{
    NoticeKind, Pen, Pending, Recording, Session, SourceKind, Stage, View,
};
use crate::cockpit::storage::{Storage, Unsaved};
use crate::cockpit::{
    Effect, Model, Opened, acknowledge, acts, bearing, coach, decision, handoff, heed, pen, rows,
    wire,
};
use crate::domain::base::Language;
use crate::domain::playbook::{PB_31, read};
use crate::domain::session::{Anchor, Entry, Event, KEPT, Past};

pub(super) fn open(model: &mut Model, opened: Opened) -> Vec<Effect> {
    let Past { state, entries, earlier } = opened.past;
    let taken_up = state.seq > 1;
    let document = opened.playbook.get(Language::En);
    let built_in = read(PB_31.en).0.indicators();
    model.live.indicators = Arc::new(document.indicators().or(built_in));
    model.live.watch = model.live.watch.anew();
    bearing::forget(model);
    model.panes = crate::cockpit::panes::Panes::default();
    model.panes.timeline.lines = entries.len();
    model.heard = wire::Kept::default();
    model.undone.clear();
    model.draft.clear();
    model.anchored_ms = model.now.boot_ms;
    model.pen = pen::Desk::default();
    model.panes.decision.flow = decision::first_flow(&state, document);
    model.coach = opened.walkthrough.map(Coach::new);
    model.source = opened.source;
    model.storage = Storage::default();
    let ours = opened.pen == Pen::Ours;
    let records = ours && opened.source.kind == SourceKind::Host;
    model.recording = if records { Recording::Since(model.now) } else { Recording::Elsewhere };
    model.session = Some(Session {
        id: opened.id,
        pen: opened.pen,
        state,
        entries: entries.into_iter().map(Arc::new).collect(),
        earlier,
        pending: Vec::new(),
        unsaved: None,
        playbook: opened.playbook,
        moved: None,
    });
    if let Some(session) = &mut model.session {
        pen::show_branches(session);
        model.panes.timeline.lines = session.entries.len();
    }
    model.stage = Stage::Work;
    model.view = View::Cockpit;
    model.dialog = Dialog::Closed;
    judge(model);
    rows::refresh(model);
    decision::refresh(model);
    decision::to_here(model);
    rows::checklists(model);
    rows::to_first_open_item(model);
    plain(model);
    wire::taken_up(model);
    let waits = model.session.as_ref().and_then(|it| it.state.handoff.as_ref());
    if let Some(handoff) = waits.filter(|it| it.accepted.is_none()) {
        let from = handoff.by.clone();
        model.notice(NoticeKind::HandoffWaits(from));
    }
    let mut effects: Vec<Effect> = coach::begin(model).into_iter().collect();
    if ours && taken_up {
        effects.extend(resume(model));
    }
    effects.extend(heed::due(model));
    effects
}

/// A session that was there before is taken up: the journal says so, and the gravest alert that is open is seen again.
fn resume(model: &mut Model) -> Option<Effect> {
    acknowledge::bring_up(model);
    acts::record(model, Event::Resumed { version: env!("CARGO_PKG_VERSION").to_owned() })
}

/// What was seen while no session was open was judged by no playbook: until the next look, all of it would look harmless.
pub(super) fn judge(model: &mut Model) {
    if let Some(snapshot) = model.live.snapshot.clone() {
        let indicators = Arc::clone(&model.live.indicators);
        model.live.findings = Arc::new(model.live.watch.see(&snapshot, &indicators));
        bearing::gather(model);
    }
}

/// A playbook that cannot be walked or ticked off is a text, and panes that stay empty need a word.
fn plain(model: &mut Model) {
    let Some(session) = &model.session else { return };
    let playbook = session.playbook(model.language);
    let (tree, checklist) =
        (playbook.main_flow().is_some(), playbook.checklists().next().is_some());
    if !(tree && checklist) {
        model.notice(NoticeKind::PlainPlaybook { tree, checklist });
    }
}

/// The session is as it was by then; the cursors stay where they are.
pub(super) fn rewound(model: &mut Model, past: Past) {
    let Some(session) = &mut model.session else { return };
    (session.state, session.earlier) = (past.state, past.earlier);
    session.entries = past.entries.into_iter().map(Arc::new).collect();
    session.pending.clear();
    let lines = session.entries.len();
    let timeline = &mut model.panes.timeline;
    timeline.lines = lines;
    timeline.line = timeline.line.min(lines.saturating_sub(1));
    decision::refresh(model);
    rows::checklists(model);
}

pub(super) fn saved(model: &mut Model, ticket: u64, entry: Entry) -> Vec<Effect> {
    if let Some(session) = &mut model.session {
        session.pending.retain(|it| it.ticket != ticket);
        session.unsaved = None;
    }
    let mut effects = Vec::new();
    match &entry.event {
        Event::Allowed { program, .. } if model.source.kind == SourceKind::Host => {
            effects.push(Effect::UseTool(program.clone()));
        }
        Event::Listening { on } => effects.extend(wire::turned(model, *on)),
        Event::PenGiven { .. } => effects.extend(pen::given(model)),
        _ => {}
    }
    let settled: Option<fn(Anchor) -> NoticeKind> = match &entry.event {
        Event::HandedOff { .. } => Some(NoticeKind::Signed),
        Event::Accepted { .. } => Some(NoticeKind::Accepted),
        _ => None,
    };
    let over = matches!(entry.event, Event::Debriefed { .. });
    take_in(model, entry);
    bearing::escalate(model);
    if let Some(kind) = settled {
        handoff::settled(model, kind);
    }
    if over {
        coach::debriefed(model);
    }
    effects
}

fn take_in(model: &mut Model, entry: Entry) {
    let Some(session) = &mut model.session else { return };
    if entry.seq <= session.state.seq {
        return;
    }
    session.state.apply(&entry);
    let entry = Arc::new(entry);
    session.entries.push(Arc::clone(&entry));
    forget(session);
    if model.panes.timeline.line > 0 {
        // The reader looks at something older: it stays where it is.
        model.panes.timeline.line += 1;
    }
    let timeline = &mut model.panes.timeline;
    timeline.lines = session.entries.len();
    timeline.line = timeline.line.min(timeline.lines.saturating_sub(1));
    pen::read(model, &entry);
    handoff::goes_on(model, &entry.event);
    decision::refresh(model);
    rows::checklists(model);
}

/// What the one who writes has saved, on a screen that watches.
pub(super) fn followed(model: &mut Model, entries: Vec<Entry>) {
    for entry in entries {
        let signed = matches!(entry.event, Event::HandedOff { .. }).then(|| entry.by.clone());
        let taken = handoff::taken_by(model, &entry);
        take_in(model, entry);
        if let Some(kind) = taken {
            model.notice(kind);
        }
        let waits = model.session.as_ref().is_some_and(|it| handoff::waits_for(it, &model.who));
        if let Some(from) = signed.filter(|_| waits) {
            model.notice(NoticeKind::HandoffWaits(from));
        }
    }
}

/// A session that goes on for weeks does not eat the memory: the oldest entries are read from the disk. Some at once,
/// so that it costs nothing.
fn forget(session: &mut Session) {
    if session.entries.len() > KEPT + KEPT / 4 {
        let old = session.entries.len() - KEPT;
        session.entries.drain(..old);
        session.earlier += old as u64;
    }
}

pub(super) fn not_saved(model: &mut Model, ticket: u64, why: Unsaved) {
    // Whether the last act was taken back is no longer as it was thought to be.
    model.undone.clear();
    let failed = |it: &Pending| it.ticket == ticket && matches!(it.event, Event::PenGiven { .. });
    if model.session.as_ref().is_some_and(|session| session.pending.iter().any(failed)) {
        pen::kept(model);
    }
    if let Some(session) = &mut model.session {
        if session.pen != Pen::Ours && session.pending.iter().all(|it| it.ticket != ticket) {
            // Asked for before the pen went; that it went was said.
            return;
        }
        session.pending.retain(|it| it.ticket != ticket);
        session.unsaved = Some(why.clone());
    }
    model.notice(NoticeKind::NotSaved(why));
    decision::refresh(model);
    rows::checklists(model);
}
