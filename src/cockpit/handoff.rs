//! The handoff as a ceremony: both sides mark what must be read, one signs, the other accepts.
//!
//! Invariant: nothing is signed or accepted while a line of the card that must be read is not marked. Marks are this
//! screen's own until the signature carries them, for whoever reads without the pen cannot write; a line that rests on
//! a newer entry than the one that was marked has to be read again. The writer keeps the pen until it is taken.

use tui_input::Input;

use crate::cockpit::acts::record;
use crate::cockpit::dialog::{CopyKind, Copyable, Dialog};
use crate::cockpit::model::{NoticeKind, Pane, Pen, Session, SourceKind, View};
use crate::cockpit::{Effect, Model, pen};
use crate::domain::session::{Anchor, Entry, Event, brief};
use crate::domain::untrusted::Untrusted;

/// An anchor is shown this often, so that somebody elsewhere has one that is not old.
const BETWEEN_ANCHORS_MS: u64 = 15 * 60 * 1_000;

/// Entries behind the lines of the card that nobody at this screen has marked yet, in the order of the card.
#[must_use]
pub fn unread(model: &Model) -> Vec<u64> {
    let mut left = must_read(model);
    left.retain(|seq| !model.panes.ceremony.read.contains(seq));
    left
}

fn must_read(model: &Model) -> Vec<u64> {
    let Some(session) = &model.session else { return Vec::new() };
    brief(&session.state, session.playbook(model.language), model.now.at).must_read()
}

/// Marks the line that is next as read. One that was scrolled out of view is brought back first: what is not on the
/// screen is not marked.
pub(super) fn mark(model: &mut Model) {
    let ceremony = &mut model.panes.ceremony;
    let shown = (std::mem::replace(&mut ceremony.follows, true) || ceremony.in_view)
        && model.view == View::Full(Pane::Handoff);
    model.view = View::Full(Pane::Handoff);
    match unread(model).first() {
        Some(next) if shown => {
            model.panes.ceremony.read.insert(*next);
        }
        Some(_) => {}
        None => model.notice(NoticeKind::AllRead),
    }
}

/// The card fills the screen. It is read from its first line; whoever has it already open is led to what is left.
pub(super) fn show(model: &mut Model) {
    let open = model.view == View::Full(Pane::Handoff);
    model.view = View::Full(Pane::Handoff);
    model.focus = Pane::Handoff;
    model.panes.ceremony.follows = open;
    if !open {
        model.panes.handoff.line = 0;
    }
}

/// Asks for the words to the next one, unless something is still to be read.
pub(super) fn ask(model: &mut Model) {
    show(model);
    if all_read(model) {
        let ceremony = &model.panes.ceremony;
        let words = ceremony.words.plain(usize::MAX);
        let to = ceremony.to.plain(usize::MAX);
        let text = if to.is_empty() { words } else { format!("@{to} {words}") };
        model.dialog = Dialog::SignHandoff(Input::from(text));
    }
}

/// Asks whether to sign with what was typed: `@niran check the cron` says who shall take it. Nothing but words is sent
/// back to the line.
pub(super) fn ask_to_sign(model: &mut Model, input: Input) {
    let (to, words) = addressed(input.value());
    if words.is_empty() {
        model.notice(NoticeKind::ReasonNeeded);
        model.dialog = Dialog::SignHandoff(input);
        return;
    }
    (model.panes.ceremony.to, model.panes.ceremony.words) = (to, words);
    // Something may have been found while the words were typed.
    if all_read(model) {
        model.dialog = Dialog::SignNow(input);
    }
}

/// Signs the handoff. What the brief was made from is the line before, and the chain names it.
pub(super) fn sign(model: &mut Model, input: &Input) -> Vec<Effect> {
    let (to, words) = addressed(input.value());
    // Something may have been found while it was asked.
    if !all_read(model) {
        return Vec::new();
    }
    let read = must_read(model);
    model.undone.clear();
    record(model, Event::HandedOff { words, to, read }).into_iter().collect()
}

/// Accepts the newest handoff that nobody has accepted. Whoever has no pen asks for it with the same key, or takes it
/// where it is free, and the acceptance follows when it comes.
///
/// Whoever is not the one that it was signed for is asked once, before anybody else hears of it.
pub(super) fn accept(model: &mut Model) -> Vec<Effect> {
    let Some((handoff, instead_of)) = ready(model) else { return Vec::new() };
    let pen = model.session.as_ref().map(|session| &session.pen);
    if !instead_of.is_empty() && matches!(pen, Some(Pen::Ours | Pen::Observer(_))) {
        model.dialog = Dialog::NotNamed(handoff);
        return Vec::new();
    }
    take(model, handoff, instead_of)
}

/// Accepts this handoff without another question: whoever asks for it was asked, or the pen came that was waited for.
pub(super) fn accept_now(model: &mut Model, handoff: u64) -> Vec<Effect> {
    if !is_open(model, handoff) {
        model.notice(NoticeKind::NoHandoff);
        return Vec::new();
    }
    match ready(model) {
        Some((newest, instead_of)) if newest == handoff => take(model, handoff, instead_of),
        Some(_) | None => Vec::new(),
    }
}

/// The handoff that waits for this responder, and whom it was signed for if not for them; says why there is none, or
/// what is still to be read.
fn ready(model: &mut Model) -> Option<(u64, Untrusted)> {
    let newest = model.session.as_ref().and_then(|session| session.state.handoff.as_ref());
    let Some(open) = newest.filter(|it| it.accepted.is_none()) else {
        model.notice(NoticeKind::NoHandoff);
        return None;
    };
    if open.by == model.who {
        model.notice(NoticeKind::OwnHandoff);
        return None;
    }
    let found = (open.seq, open.instead_of(&model.who));
    show(model);
    all_read(model).then_some(found)
}

fn take(model: &mut Model, handoff: u64, instead_of: Untrusted) -> Vec<Effect> {
    if !model.writes() {
        return pen::ask_for_shift(model, handoff);
    }
    let read = must_read(model);
    record(model, Event::Accepted { handoff, read, instead_of }).into_iter().collect()
}

/// It is the newest, and nobody has accepted it.
pub(super) fn is_open(model: &Model, handoff: u64) -> bool {
    let newest = model.session.as_ref().and_then(|session| session.state.handoff.as_ref());
    newest.is_some_and(|it| it.seq == handoff && it.accepted.is_none())
}

/// A signed handoff waits, and this responder may accept it.
#[must_use]
pub fn waits_for(session: &Session, who: &Untrusted) -> bool {
    let newest = session.state.handoff.as_ref().filter(|it| it.accepted.is_none());
    newest.is_some_and(|it| it.by != *who)
}

/// The shift goes on: what was said of the handoff before is over.
pub(super) fn goes_on(model: &mut Model, event: &Event) {
    let newest = model.session.as_ref().and_then(|it| it.state.handoff.as_ref());
    let waits = newest.is_some_and(|it| it.accepted.is_none());
    if matches!(event, Event::HandedOff { .. }) {
        model.unsay(|it| matches!(it, NoticeKind::Signed(_) | NoticeKind::Accepted(_)));
    } else if matches!(event, Event::Accepted { .. } | Event::Withdrew { .. }) && !waits {
        model.unsay(|it| matches!(it, NoticeKind::Signed(_) | NoticeKind::HandoffWaits(_)));
    }
}

/// What a screen that watches is told of somebody who takes the shift: whoever was meant and is not that one must know.
pub(super) fn taken_by(model: &Model, entry: &Entry) -> Option<NoticeKind> {
    let Event::Accepted { .. } = &entry.event else { return None };
    let handoff = model.session.as_ref()?.state.handoff.as_ref()?;
    let mine = !handoff.to.is_empty() && handoff.is_for(&model.who);
    let by = entry.by.clone();
    Some(if mine && by != model.who {
        NoticeKind::TakenInstead(by)
    } else {
        NoticeKind::ShiftTaken(by)
    })
}

/// Enter on the card: the one of the two that is due here.
pub(super) fn enter(model: &mut Model) -> Vec<Effect> {
    let newest = model.session.as_ref().and_then(|session| session.state.handoff.as_ref());
    let waits = newest.is_some_and(|it| it.accepted.is_none() && it.by != model.who);
    if waits {
        return accept(model);
    }
    if !model.writes() {
        pen::no_pen(model);
        return Vec::new();
    }
    ask(model);
    Vec::new()
}

/// The anchor of what is on disk: on the screen, and one Enter from the clipboard.
pub(super) fn anchor(model: &mut Model) -> Vec<Effect> {
    let Some(anchor) = newest(model) else {
        model.notice(NoticeKind::NothingToCopy);
        return Vec::new();
    };
    let mut lines = vec![Untrusted::from(anchor.to_string())];
    if model.is_training() {
        lines.insert(0, "#TRAINING#".into());
    }
    model.dialog = Dialog::Copy(vec![Copyable { kind: CopyKind::Anchor, lines }], 0);
    given(model, anchor)
}

/// What the menu of the card offers besides the card itself.
pub(super) fn to_copy(model: &Model) -> Option<Copyable> {
    let anchor = newest(model)?.to_string();
    Some(Copyable { kind: CopyKind::Anchor, lines: vec![anchor.into()] })
}

/// Shows an anchor from time to time, if anything happened since the last.
pub(super) fn anchor_is_due(model: &mut Model) -> Vec<Effect> {
    let since = model.now.boot_ms.saturating_sub(model.anchored_ms);
    if since < BETWEEN_ANCHORS_MS || model.source.kind != SourceKind::Host || !model.writes() {
        return Vec::new();
    }
    model.anchored_ms = model.now.boot_ms;
    let Some(anchor) = newest(model).filter(|_| !is_last(model)) else { return Vec::new() };
    model.notice(NoticeKind::Anchor(anchor));
    given(model, anchor)
}

/// A signature or an acceptance is on disk: its anchor is what the other side should write down.
pub(super) fn settled(model: &mut Model, kind: fn(Anchor) -> NoticeKind) {
    let ceremony = &mut model.panes.ceremony;
    ceremony.read.clear();
    // What is read next is another card.
    ceremony.follows = false;
    (ceremony.to, ceremony.words) = Default::default();
    model.panes.handoff.line = 0;
    model.anchored_ms = model.now.boot_ms;
    if let Some(anchor) = newest(model) {
        model.notice(kind(anchor));
    }
}

/// The journal says which anchors were given out, so that whoever checks it knows which to ask for.
fn given(model: &mut Model, anchor: Anchor) -> Vec<Effect> {
    let saved = model.session.as_ref().is_some_and(|session| session.unsaved.is_none());
    if !saved || !model.writes() || model.source.kind != SourceKind::Host || is_last(model) {
        return Vec::new();
    }
    record(model, Event::Anchored { anchor }).into_iter().collect()
}

/// Nothing happened since an anchor was shown.
fn is_last(model: &Model) -> bool {
    let last = model.session.as_ref().and_then(|session| session.state.last.as_ref());
    last.is_some_and(|entry| matches!(entry.event, Event::Anchored { .. }))
}

fn newest(model: &Model) -> Option<Anchor> {
    let state = &model.session.as_ref()?.state;
    (state.seq > 0).then(|| Anchor::of(state.seq, state.head()))
}

/// Says how many lines are left, if any are.
fn all_read(model: &mut Model) -> bool {
    let left = unread(model).len();
    if left > 0 {
        model.notice(NoticeKind::MustRead(left));
    }
    left == 0
}

/// `@niran check the cron` to whom, and what.
#[must_use]
pub fn addressed(text: &str) -> (Untrusted, Untrusted) {
    let text = text.trim();
    let Some(rest) = text.strip_prefix('@') else { return (Untrusted::default(), text.into()) };
    let (to, words) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    // «@niran, check the cron» is to niran.
    (to.trim_end_matches([',', ':', ';']).into(), words.trim().into())
}
