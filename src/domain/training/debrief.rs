//! The debrief: what the trainee did beside what the expert did, and points for it.
//!
//! Invariant: the score is the sum of its parts and lies between 0 and 100; an expert who took no hint gets
//! 100, whoever did nothing gets 0. Points are for acts and their order, never for speed.

use crate::domain::base::Both;
use crate::domain::session::{ItemState, State, Training};
use crate::domain::training::order::{in_order, stages};
use crate::domain::training::{Act, Move, Walkthrough};

/// Points for doing what the expert did.
const ACTS: i32 = 70;
/// Points for doing it in the expert's order.
const ORDER: i32 = 30;
/// Points that each act beyond the expert's costs, and all of them together at most.
const EXTRA: (i32, i32) = (2, 20);
/// Points that all hints together cost at most.
const HINTS: i32 = 20;
/// Points that each hint costs.
pub const HINT_PRICE: i32 = 2;
/// Points that a look at the expert's path costs.
pub const EXPERT_PRICE: i32 = 25;

/// The trainee beside the expert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debrief {
    /// The expert's acts in order, then what the trainee did beyond them.
    pub rows: Vec<Row>,
    /// What the score is made of.
    pub parts: Vec<Part>,
    /// From 0 to 100.
    pub score: u32,
    /// Hints, for each task that has any.
    pub hints: Vec<HintUse>,
    /// The expert's path was on the screen.
    pub expert_shown: bool,
    /// Tasks that are done, and how many there are.
    pub tasks: (usize, usize),
}

/// One act of the expert, the trainee, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub act: Act,
    /// When the expert did it, in seconds on the tape.
    pub expert: Option<u64>,
    /// The entry with which the trainee did it, or did something else in its place.
    pub trainee: Option<u64>,
    /// How the two compare.
    pub verdict: Verdict,
    /// Choices at the same place that the trainee took back.
    pub taken_back: usize,
    /// Why the expert did it then and so.
    pub why: Option<Both<String>>,
}

/// How the trainee's act compares with the expert's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Done, and in order.
    Same,
    /// Done, but after acts that the expert left for later, or before acts that the expert did first.
    OutOfOrder,
    /// Another branch was taken: its number, from 0.
    OtherBranch(usize),
    /// The item has another state.
    OtherState(ItemState),
    /// Not done.
    Missing,
    /// The expert did not do it.
    Extra,
}

/// A part of the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub kind: PartKind,
    /// Points; below zero for what costs points.
    pub points: i32,
    /// What could be had, or at worst lost.
    pub of: i32,
    /// How many acts or hints it is for.
    pub count: usize,
}

/// Parts of the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// Acts as the expert did them.
    Acts,
    /// The expert's order.
    Order,
    /// Acts beyond the expert's.
    Extra,
    /// Hints.
    Hints,
    /// A look at the expert's path.
    ExpertShown,
    /// What would lie below zero is given back: nobody has less than nothing.
    Floor,
}

/// Hints of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HintUse {
    /// Task, from 0.
    pub task: usize,
    /// Shown.
    pub shown: usize,
    /// There are.
    pub of: usize,
}

/// Compares what the trainee did, and the help that was asked for, with the expert's moves.
#[must_use]
pub fn debrief(walkthrough: &Walkthrough, state: &State) -> Debrief {
    let expert_shown = state.training.expert_shown;
    let moves = moves(walkthrough);
    let mut rows: Vec<Row> = moves.iter().map(|it| row(it, &moves, state)).collect();
    out_of_order(&mut rows, &stages(&moves));
    rows.extend(extra(&moves, state));
    let hints = hints(walkthrough, &state.training);
    let parts = parts(&rows, moves.len(), &hints, expert_shown);
    let score = parts.iter().map(|part| part.points).sum::<i32>();
    let tasks = walkthrough.done(state);
    Debrief { rows, parts, score: u32::try_from(score).unwrap_or(0), hints, expert_shown, tasks }
}

/// The expert's moves that count: of two marks on one item, and of two equal choices, the last.
fn moves(walkthrough: &Walkthrough) -> Vec<&Move> {
    let all = &walkthrough.expert;
    let again = |at: usize, act: &Act| all.iter().skip(at + 1).any(|it| same_place(&it.act, act));
    all.iter().enumerate().filter(|(at, it)| !again(*at, &it.act)).map(|(_, it)| it).collect()
}

/// Both can only be done once.
fn same_place(one: &Act, other: &Act) -> bool {
    match (one, other) {
        (Act::Mark { item, .. }, Act::Mark { item: other, .. }) => item == other,
        (one, other) => one == other,
    }
}

/// What the trainee did about one move of the expert.
fn row(expert: &Move, moves: &[&Move], state: &State) -> Row {
    let (trainee, verdict, taken_back) = match &expert.act {
        Act::Choose { flow, node, branch } => {
            let at_node = || state.chosen(flow).filter(|it| it.node == *node);
            let same = at_node().find(|it| it.branch == *branch);
            let other = at_node().find(|it| {
                let act = Act::Choose { flow: flow.clone(), node: node.clone(), branch: it.branch };
                !moves.iter().any(|it| it.act == act)
            });
            let gone = state.gone.iter().map(|gone| &gone.choice);
            let gone = gone.filter(|it| it.flow == *flow && it.node == *node).count();
            match (same, other) {
                (Some(same), _) => (Some(same.seq), Verdict::Same, gone),
                (None, Some(it)) => (Some(it.seq), Verdict::OtherBranch(it.branch), gone),
                (None, None) => (None, Verdict::Missing, gone),
            }
        }
        Act::Mark { item, state: wanted } => match state.items.get(item) {
            Some(mark) if mark.state == *wanted => (Some(mark.seq), Verdict::Same, 0),
            Some(mark) if mark.state != ItemState::Open => {
                (Some(mark.seq), Verdict::OtherState(mark.state), 0)
            }
            Some(_) | None => (None, Verdict::Missing, 0),
        },
    };
    let why = Some(expert.why.clone());
    Row { act: expert.act.clone(), expert: Some(expert.at), trainee, verdict, taken_back, why }
}

/// Marks what was done in another order than the expert's.
fn out_of_order(rows: &mut [Row], stages: &[usize]) {
    let mut done: Vec<(u64, usize, usize)> = rows
        .iter()
        .zip(stages)
        .enumerate()
        .filter(|(_, (row, _))| row.verdict == Verdict::Same)
        .filter_map(|(at, (row, stage))| Some((row.trainee?, *stage, at)))
        .collect();
    done.sort_unstable();
    let stages: Vec<usize> = done.iter().map(|(_, stage, _)| *stage).collect();
    for ((_, _, at), kept) in done.iter().zip(in_order(&stages)) {
        if let Some(row) = rows.get_mut(*at).filter(|_| !kept) {
            row.verdict = Verdict::OutOfOrder;
        }
    }
}

/// What the trainee did that the expert did not, oldest first.
fn extra(moves: &[&Move], state: &State) -> Vec<Row> {
    let expert_was_there = |act: &Act| {
        moves.iter().any(|it| match (&it.act, act) {
            (Act::Choose { flow, node, .. }, Act::Choose { flow: of, node: at, .. }) => {
                flow == of && node == at
            }
            (one, other) => same_place(one, other),
        })
    };
    let choices = state.choices.iter().map(|choice| {
        let (flow, node) = (choice.flow.clone(), choice.node.clone());
        (choice.seq, Act::Choose { flow, node, branch: choice.branch })
    });
    let marked = state.items.iter().filter(|(_, mark)| mark.state != ItemState::Open);
    let marks =
        marked.map(|(item, it)| (it.seq, Act::Mark { item: item.clone(), state: it.state }));
    let mut extra: Vec<(u64, Act)> =
        choices.chain(marks).filter(|(_, act)| !expert_was_there(act)).collect();
    extra.sort_unstable_by_key(|(seq, _)| *seq);
    let row = |(seq, act)| {
        let verdict = Verdict::Extra;
        Row { act, expert: None, trainee: Some(seq), verdict, taken_back: 0, why: None }
    };
    extra.into_iter().map(row).collect()
}

fn hints(walkthrough: &Walkthrough, training: &Training) -> Vec<HintUse> {
    let tasks = walkthrough.tasks.iter().enumerate();
    tasks
        .filter(|(_, task)| !task.hints.is_empty())
        .map(|(at, task)| HintUse {
            task: at,
            shown: training.hints_of(at).min(task.hints.len()),
            of: task.hints.len(),
        })
        .collect()
}

fn parts(rows: &[Row], moves: usize, hints: &[HintUse], expert: bool) -> Vec<Part> {
    let count = |wanted: fn(Verdict) -> bool| rows.iter().filter(|it| wanted(it.verdict)).count();
    let in_order = count(|it| it == Verdict::Same);
    let done = in_order + count(|it| it == Verdict::OutOfOrder);
    let extra = count(|it| it == Verdict::Extra);
    let hints = hints.iter().map(|hint| hint.shown).sum();
    let share = |done: usize, of: i32| {
        let part = number(done) * of;
        part.checked_div(number(moves)).unwrap_or(0)
    };
    let cost = |count: usize, (each, most): (i32, i32)| -(number(count) * each).min(most);
    let looked = usize::from(expert);
    let mut parts = vec![
        Part { kind: PartKind::Acts, points: share(done, ACTS), of: ACTS, count: done },
        Part { kind: PartKind::Order, points: share(in_order, ORDER), of: ORDER, count: in_order },
        Part { kind: PartKind::Extra, points: cost(extra, EXTRA), of: -EXTRA.1, count: extra },
        Part {
            kind: PartKind::Hints,
            points: cost(hints, (HINT_PRICE, HINTS)),
            of: -HINTS,
            count: hints,
        },
        Part {
            kind: PartKind::ExpertShown,
            points: cost(looked, (EXPERT_PRICE, EXPERT_PRICE)),
            of: -EXPERT_PRICE,
            count: looked,
        },
    ];
    let sum: i32 = parts.iter().map(|part| part.points).sum();
    if sum < 0 {
        parts.push(Part { kind: PartKind::Floor, points: -sum, of: -sum, count: 0 });
    }
    parts
}

/// A walkthrough has far fewer acts than this can hold; more count as many.
fn number(count: usize) -> i32 {
    i32::try_from(count.min(10_000)).unwrap_or(i32::MAX)
}
