//! The pen: asked for, given, taken, lost.
//!
//! Invariant: the pen is given only to whom the question named, and only after the journal has it. Nobody gives it away
//! with a key that was meant for something else: who asks is told on the screen, and the question comes with `P`. Where a
//! signed handoff waits for whoever asks, the question comes by itself, and takes no answer before it could be read.

mod change;

pub use self::change::{Came, Went};
pub(super) use self::change::{came, read, went};

use std::sync::Arc;

use tui_input::Input;

use crate::cockpit::dialog::{Asked, Dialog};
use crate::cockpit::model::{Closed, NoticeKind, Pen, Session, SourceKind};
use crate::cockpit::{Effect, Model, acts, handoff};
use crate::domain::base::Moment;
use crate::domain::session::Event;
use crate::domain::untrusted::Untrusted;

/// Nobody has read a question that came by itself and is younger.
const GLANCE_MS: u64 = 1_000;

/// Who is around a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// How the pen is held, for who watches.
    pub holding: Holding,
    /// Who watches, for who holds it.
    pub watchers: Vec<Watcher>,
}

/// How the pen is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Holding {
    /// By somebody who works.
    #[default]
    Works,
    /// By a process that was stopped.
    Stopped,
    /// By a process that has told nothing for so many milliseconds.
    Silent(u64),
    /// By nobody.
    Free,
}

/// A screen that watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watcher {
    /// Its seat: what an answer goes to.
    pub seat: String,
    /// Who.
    pub who: Untrusted,
    /// It asks for the pen.
    pub asks: bool,
}

/// What the screen knows about the pen beside who has it.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// Who is around.
    pub around: Around,
    /// This screen asked for it and has no answer.
    pub asked: bool,
    /// It was taken from this screen by force; who did, and why.
    pub forced: Option<(Untrusted, Untrusted)>,
    /// The handoff that is accepted when the pen comes.
    pub accepting: Option<u64>,
    /// The question of who asks came by itself then, not by a key.
    pub popped: Option<Moment>,
    /// To whom it goes as soon as the journal has that.
    giving: Option<Watcher>,
    /// It was given away, and has not arrived yet.
    gave: bool,
    /// It was taken by force, and the entry that says why was not read yet.
    lost: bool,
}

/// What shall become of the pen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Ask whoever has it.
    Ask,
    /// Take it, since nobody has it.
    Take,
    /// Take it whoever has it; why.
    Force(Untrusted),
    /// Put it down for whoever has this seat.
    Give(String),
    /// Tell whoever has this seat that it stays here.
    Refuse(String),
}

/// So many of those that carry a terminal were raised by the screen that writes, where that is another one and there.
#[must_use]
pub fn raised_elsewhere(model: &Model) -> u32 {
    let is_there = model.pen.around.holding != Holding::Free;
    let watched = model.session.as_ref().filter(|it| matches!(it.pen, Pen::Observer(_)));
    watched.filter(|_| is_there).map_or(0, |it| it.state.carriers)
}

/// `P`: ask for the pen, take it if it is free, answer who asks for it, or give it.
pub(super) fn ask(model: &mut Model) -> Vec<Effect> {
    match model.session.as_ref().map(|session| &session.pen) {
        Some(Pen::Ours) => answer(model),
        Some(Pen::Observer(holder)) => {
            let (holder, holding) = (holder.clone(), model.pen.around.holding);
            model.pen.accepting = None;
            if holding == Holding::Free {
                return vec![Effect::Pen(Wish::Take)];
            }
            (model.pen.asked, model.pen.forced) = (true, None);
            model.notice(NoticeKind::AskedForPen(holder.unwrap_or_default(), holding));
            return vec![Effect::Pen(Wish::Ask)];
        }
        Some(Pen::Damaged(_) | Pen::Forked(_) | Pen::Replay) | None => no_pen(model),
    }
    Vec::new()
}

/// `A` without the pen: the handoff is accepted when the pen comes. A free one is taken.
pub(super) fn ask_for_shift(model: &mut Model, handoff: u64) -> Vec<Effect> {
    let Some(Pen::Observer(holder)) = model.session.as_ref().map(|session| &session.pen) else {
        no_pen(model);
        return Vec::new();
    };
    let (holder, holding) = (holder.clone(), model.pen.around.holding);
    model.pen.accepting = Some(handoff);
    if holding == Holding::Free {
        return vec![Effect::Pen(Wish::Take)];
    }
    (model.pen.asked, model.pen.forced) = (true, None);
    model.notice(NoticeKind::AskedForShift(holder.unwrap_or_default(), holding));
    vec![Effect::Pen(Wish::Ask)]
}

/// The question that came by itself was on the screen long enough to be read: a key that was meant for something else
/// must not answer it.
pub(super) fn may_answer(model: &Model) -> bool {
    model.pen.popped.is_none_or(|since| model.now.ms_since(since) >= GLANCE_MS)
}

/// Whoever asks would take a signed handoff with the pen.
#[must_use]
pub fn takes_shift(model: &Model, who: &Untrusted) -> bool {
    model.session.as_ref().is_some_and(|session| handoff::waits_for(session, who))
}

/// This screen may not write: says why, and what to do about it.
pub(super) fn no_pen(model: &mut Model) {
    let forced = model.pen.forced.clone();
    model.notice(match (closed(model), forced) {
        (Some(why), _) => NoticeKind::NoPenHere(why),
        (None, Some((who, why))) => NoticeKind::PenForced(who, why),
        (None, None) => NoticeKind::NoPen,
    });
}

/// Why nobody can write here, if nobody can.
fn closed(model: &Model) -> Option<Closed> {
    match model.session.as_ref().map(|session| &session.pen) {
        Some(Pen::Ours | Pen::Observer(_)) => None,
        Some(Pen::Damaged(_)) => Some(Closed::Damaged),
        Some(Pen::Forked(_)) => Some(Closed::Forked),
        Some(Pen::Replay) if model.source.kind == SourceKind::Training => Some(Closed::Training),
        Some(Pen::Replay) => Some(Closed::Replay),
        None => Some(Closed::NoSession),
    }
}

/// Offers the question of who asks, else the list of who watches.
fn answer(model: &mut Model) {
    match model.pen.around.watchers.iter().find(|it| it.asks) {
        Some(asks) => {
            model.dialog = Dialog::PenAsked(asks.clone());
            model.pen.popped = None;
        }
        None => give(model),
    }
}

/// Offers the list of who watches.
pub(super) fn give(model: &mut Model) {
    let watchers = model.pen.around.watchers.clone();
    if !model.writes() {
        no_pen(model);
    } else if watchers.is_empty() {
        model.notice(NoticeKind::NobodyWatches);
    } else {
        model.dialog = Dialog::GivePen(watchers, 0);
    }
}

/// Asks why the pen shall be taken by force.
pub(super) fn ask_force(model: &mut Model) -> Vec<Effect> {
    match model.session.as_ref().map(|session| &session.pen) {
        Some(Pen::Ours) => model.notice(NoticeKind::PenIsHere),
        Some(Pen::Observer(_)) if model.pen.around.holding == Holding::Free => {
            return vec![Effect::Pen(Wish::Take)];
        }
        Some(Pen::Observer(_)) => model.dialog = Dialog::Ask(Asked::Force, Input::default()),
        Some(Pen::Damaged(_) | Pen::Forked(_) | Pen::Replay) | None => no_pen(model),
    }
    Vec::new()
}

/// The pen goes to this watcher, once the journal has it.
pub(super) fn give_to(model: &mut Model, watcher: Watcher) -> Vec<Effect> {
    model.dialog = Dialog::Closed;
    asked_no_more(model);
    if !model.writes() || model.pen.giving.is_some() {
        return Vec::new();
    }
    if model.pen.around.watchers.iter().all(|it| it.seat != watcher.seat) {
        model.notice(NoticeKind::NobodyWatches);
        return Vec::new();
    }
    let to = watcher.who.clone();
    model.pen.giving = Some(watcher);
    acts::record(model, Event::PenGiven { to }).into_iter().collect()
}

/// The pen stays here.
pub(super) fn refuse(model: &mut Model, watcher: Watcher) -> Vec<Effect> {
    model.dialog = Dialog::Closed;
    asked_no_more(model);
    for it in &mut model.pen.around.watchers {
        it.asks &= it.seat != watcher.seat;
    }
    vec![Effect::Pen(Wish::Refuse(watcher.seat))]
}

/// The journal has it, so the pen goes.
pub(super) fn given(model: &mut Model) -> Vec<Effect> {
    let to = model.pen.giving.take();
    to.map(|to| Effect::Pen(Wish::Give(to.seat))).into_iter().collect()
}

/// The journal does not have it, so the pen stays.
pub(super) fn kept(model: &mut Model) {
    model.pen.giving = None;
}

/// Something changed around the session.
pub(super) fn around(model: &mut Model, around: Around) -> Vec<Effect> {
    let before = std::mem::replace(&mut model.pen.around, around);
    let asked_before = |seat: &str| before.watchers.iter().any(|it| it.asks && it.seat == seat);
    let now = &model.pen.around;
    let asks = now.watchers.iter().find(|it| it.asks && !asked_before(&it.seat));
    if let Some(asks) = asks.cloned() {
        let free = matches!(model.dialog, Dialog::Closed) && model.prefix.is_none();
        if free && takes_shift(model, &asks.who) {
            // Whoever signed waits for this question; it is the only one.
            model.pen.popped = Some(model.now);
            model.dialog = Dialog::PenAsked(asks);
        } else {
            model.notice(NoticeKind::PenAskedBy(asks.who));
        }
        return vec![Effect::Bell];
    }
    let gone = |it: &Watcher| !now.watchers.iter().any(|now| now.asks && now.seat == it.seat);
    if matches!(&model.dialog, Dialog::PenAsked(it) if gone(it)) {
        // Nobody asks any more, so nobody is answered.
        model.dialog = Dialog::Closed;
    }
    let holding = now.holding;
    if now.watchers.iter().all(|it| !it.asks) {
        asked_no_more(model);
    }
    if holding == Holding::Works {
        let over =
            |kind: &NoticeKind| matches!(kind, NoticeKind::PenFree | NoticeKind::HolderSilent(_));
        model.notice.take_if(|notice| over(&notice.kind));
    }
    model.pen.gave &= holding == Holding::Free;
    if !model.pen.accepting.is_some_and(|seq| handoff::is_open(model, seq)) {
        // It was taken back, or somebody else accepted it.
        model.pen.accepting = None;
    }
    if holding == Holding::Free && model.pen.accepting.is_some() {
        return vec![Effect::Pen(Wish::Take)];
    }
    let silent = |it: Holding| matches!(it, Holding::Silent(_));
    if !model.pen.gave && holding != before.holding && !(silent(holding) && silent(before.holding))
    {
        match holding {
            Holding::Free => model.notice(NoticeKind::PenFree),
            Holding::Stopped | Holding::Silent(_) => {
                model.notice(NoticeKind::HolderSilent(holding));
            }
            Holding::Works => {}
        }
    }
    Vec::new()
}

/// What the line says of somebody who asks is over.
fn asked_no_more(model: &mut Model) {
    model.notice.take_if(|notice| matches!(notice.kind, NoticeKind::PenAskedBy(_)));
}

/// The holder said no.
pub(super) fn refused(model: &mut Model) {
    model.pen.asked = false;
    model.notice.take_if(|notice| matches!(notice.kind, NoticeKind::AskedForShift(..)));
    let kind = match (model.pen.accepting.take(), model.session.as_ref().map(|it| &it.pen)) {
        (Some(_), Some(Pen::Observer(who))) => {
            NoticeKind::ShiftRefused(who.clone().unwrap_or_default())
        }
        (_, _) => NoticeKind::PenRefused,
    };
    model.notice(kind);
}

/// What continues a forked journal stands behind what all branches share, one branch after the other.
pub(super) fn show_branches(session: &mut Session) {
    if let Pen::Forked(branches) = &session.pen {
        let entries = branches.iter().flat_map(|branch| &branch.entries);
        session.entries.extend(entries.map(|entry| Arc::new(entry.clone())));
    }
}
