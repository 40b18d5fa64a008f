//! The coach: the story, tasks and hints of a walkthrough beside the work.
//!
//! Invariant: acts, hints and looks at the expert's path are entries of the training's journal like any others;
//! the coach only reads them, so a training that goes on tomorrow counts what was shown today.

#![expect(clippy::wildcard_enum_match_arm, reason = "other commands mean nothing to the coach")]

use std::sync::Arc;

use crate::cockpit::command::Command;
use crate::cockpit::dialog::Dialog;
use crate::cockpit::model::{NoticeKind, Pen, Session};
use crate::cockpit::panes::Cursor;
use crate::cockpit::{Effect, Model, Tape, acts, pen};
use crate::domain::session::{Event, State};
use crate::domain::training::{Inject, Walkthrough, debrief};

/// The journal learns of a place on the tape that is this far from the one that it knows.
const STEP_MS: u64 = 15_000;

/// How far the training has come.
#[derive(Clone, Debug)]
pub struct Coach {
    /// What is trained.
    pub walkthrough: Arc<Walkthrough>,
    /// Injects that have come so far.
    pub injects: usize,
    /// The tape has come to its end once.
    pub ended: bool,
    /// Whether to end is still to be asked, when nothing else is open.
    pub asks: bool,
    /// The tape waits until the story is read.
    pub waits: bool,
    /// Where the reader of the coach's page, or of the debrief, is.
    pub page: Cursor,
}

impl Coach {
    /// A coach at the start of `walkthrough`.
    #[must_use]
    pub fn new(walkthrough: Arc<Walkthrough>) -> Self {
        Self {
            walkthrough,
            injects: 0,
            ended: false,
            asks: false,
            waits: false,
            page: Cursor::default(),
        }
    }

    /// The first task that is not done yet.
    #[must_use]
    pub fn task(&self, state: &State) -> Option<usize> {
        self.walkthrough.tasks.iter().position(|task| !task.is_done(state))
    }

    /// The tape is at `at_ms`; the newest inject that had not come before, if any.
    pub(super) fn moved_to(&mut self, at_ms: u64) -> Option<Inject> {
        let come = |inject: &&Inject| inject.at * 1_000 <= at_ms;
        let due = self.walkthrough.injects.iter().take_while(come).count();
        let news = (due > self.injects).then(|| self.walkthrough.injects.get(due - 1)).flatten();
        self.injects = self.injects.max(due);
        news.cloned()
    }
}

/// The training is over: its debrief was shown, and nothing that is done now would count.
pub(super) fn is_over(model: &Model) -> bool {
    model.coach.is_some() && session(model).is_some_and(|it| it.state.training.score.is_some())
}

/// A training begins or goes on with the coach's page, and one that is over shows its debrief. The tape waits.
pub(super) fn begin(model: &mut Model) -> Option<Effect> {
    let over = is_over(model);
    let coach = model.coach.as_mut()?;
    coach.waits = !over;
    model.dialog = if over { Dialog::Debrief } else { Dialog::Coach };
    Some(Effect::Tape(Tape::Pause(true)))
}

/// Milliseconds on the tape at which something happens that the trainee knows of.
pub(super) fn moments(model: &Model) -> Option<Vec<u64>> {
    let walkthrough = &model.coach.as_ref()?.walkthrough;
    let shown = session(model).is_some_and(|it| it.state.training.expert_shown);
    let injects = walkthrough.injects.iter().map(|inject| inject.at);
    let moves = walkthrough.expert.iter().map(|it| it.at).filter(|_| shown);
    let mut moments: Vec<u64> = injects.chain(moves).map(|seconds| seconds * 1_000).collect();
    moments.sort_unstable();
    Some(moments)
}

/// The tape has moved: news, the question at its end, and the place for the journal.
pub(super) fn moved(model: &mut Model, ended: bool) -> Option<Effect> {
    let over = is_over(model);
    let at_ms = model.source.at_ms;
    let coach = model.coach.as_mut()?;
    let news = coach.moved_to(at_ms);
    let first_end = ended && !coach.ended;
    coach.ended |= ended;
    coach.asks |= first_end && !over;
    if let Some(news) = news {
        model.notice(NoticeKind::Inject(news.from, news.text));
    }
    let session =
        session(model).filter(|it| it.pen == Pen::Ours && it.unsaved.is_none() && !over)?;
    let on_its_way = session.pending.iter().any(|it| matches!(it.event, Event::TapeAt { .. }));
    let known = session.state.training.tape_ms.unwrap_or(0);
    let far = known.abs_diff(at_ms) >= STEP_MS;
    (far && !on_its_way).then(|| acts::record(model, Event::TapeAt { ms: at_ms })).flatten()
}

/// The tape has come to its end: shall the training end too? Nobody is asked in the middle of something else.
pub(super) fn ask_at_the_end(model: &mut Model) {
    let free = matches!(model.dialog, Dialog::Closed);
    if free && model.coach.as_mut().is_some_and(|coach| std::mem::take(&mut coach.asks)) {
        model.dialog = Dialog::EndTraining;
    }
}

/// What a command asks of the coach. Help and the end of the training are asked about first: they cost.
pub(super) fn ask(model: &mut Model, command: Command) -> Option<Effect> {
    model.coach.as_ref()?;
    let shown = session(model).is_some_and(|it| it.state.training.expert_shown);
    match (command, is_over(model)) {
        (Command::Coach, _) => open(model, Dialog::Coach),
        (Command::Debrief, true) => open(model, Dialog::Debrief),
        (Command::Debrief, false) => open(model, Dialog::EndTraining),
        (_, true) => model.notice(NoticeKind::TrainingOver),
        (Command::Expert, false) if shown => open(model, Dialog::Coach),
        (Command::Expert, false) => open(model, Dialog::ShowExpert),
        (_, false) => return hint(model),
    }
    None
}

/// The journal has it that the training is over.
pub(super) fn debriefed(model: &mut Model) {
    open(model, Dialog::Debrief);
}

/// Something to read is read from its top.
fn open(model: &mut Model, dialog: Dialog) {
    if let Some(coach) = &mut model.coach {
        coach.page = Cursor::default();
    }
    model.dialog = dialog;
}

/// The next hint for the task at hand. It is shown when the journal has it.
fn hint(model: &mut Model) -> Option<Effect> {
    let (coach, session) = (model.coach.as_ref()?, session(model)?);
    let task = coach.task(&session.state);
    let next = task.and_then(|at| {
        let shown = session.state.training.hints_of(at);
        let there_are = coach.walkthrough.tasks.get(at)?.hints.len();
        (shown < there_are).then_some(Event::Hinted { task: at, shown: shown + 1 })
    });
    let Some(next) = next else {
        model.notice(NoticeKind::NoMoreHints);
        return None;
    };
    if session.is_on_its_way(&next) {
        return None;
    }
    record(model, next)
}

/// «Yes» to one of the coach's questions. The answer is shown when the journal has it.
pub(super) fn agree(model: &mut Model) -> Vec<Effect> {
    let (Some(coach), Some(session)) = (&model.coach, session(model)) else { return Vec::new() };
    let event = if matches!(model.dialog, Dialog::ShowExpert) {
        Event::ExpertShown
    } else if session.pending.is_empty() {
        Event::Debriefed { score: debrief(&coach.walkthrough, &session.state).score }
    } else {
        // What is not on disk yet would be missing from the score: the question waits for it.
        model.notice(NoticeKind::WaitsForDisk);
        return Vec::new();
    };
    close(model).into_iter().chain(record(model, event)).collect()
}

/// Closes the coach's page or the debrief; a tape that waited for its reader goes on.
pub(super) fn close(model: &mut Model) -> Option<Effect> {
    model.dialog = Dialog::Closed;
    let coach = model.coach.as_mut()?;
    std::mem::take(&mut coach.waits).then_some(Effect::Tape(Tape::Pause(false)))
}

/// Moves on the page that is open.
pub(super) fn read_on(model: &mut Model, command: Command) {
    let screen = isize::try_from(model.size.rows.saturating_sub(8).max(1)).unwrap_or(1);
    let by = match command {
        Command::Up => -1,
        Command::Down => 1,
        Command::PageUp => -screen,
        Command::PageDown => screen,
        Command::Top => isize::MIN,
        Command::Bottom => isize::MAX,
        _ => 0,
    };
    if let Some(coach) = &mut model.coach {
        coach.page.step(by);
    }
}

/// Only who holds the pen of the training adds to it.
fn record(model: &mut Model, event: Event) -> Option<Effect> {
    if session(model)?.pen != Pen::Ours {
        pen::no_pen(model);
        return None;
    }
    acts::record(model, event)
}

const fn session(model: &Model) -> Option<&Session> {
    model.session.as_ref()
}
