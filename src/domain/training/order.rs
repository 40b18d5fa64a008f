//! Which acts were done in the expert's order.
//!
//! Within one list (a flow, a checklist) the order is free; from one list to the next it counts.

use crate::domain::training::{Act, Move};

/// Stages of the expert's moves: a new one begins where the expert goes over to another list.
pub(super) fn stages(moves: &[&Move]) -> Vec<usize> {
    let mut stage = 0;
    let mut before: Option<&str> = None;
    let mut stages = Vec::with_capacity(moves.len());
    for it in moves {
        let list = list(&it.act);
        if before.is_some_and(|before| before != list) {
            stage += 1;
        }
        before = Some(list);
        stages.push(stage);
    }
    stages
}

/// The list that an act belongs to: the flow, or the checklist by the first part of `1.3/4`.
fn list(act: &Act) -> &str {
    match act {
        Act::Choose { flow, .. } => &flow.0,
        Act::Mark { item, .. } => item.0.split('/').next().unwrap_or_default(),
    }
}

/// For each of `stages`, given in the order of the trainee's acts: it is part of the longest run of acts
/// that never goes back to an earlier stage.
pub(super) fn in_order(stages: &[usize]) -> Vec<bool> {
    // For each act: the length of the longest run that ends with it, and the act before it in that run.
    let mut runs: Vec<(usize, Option<usize>)> = Vec::with_capacity(stages.len());
    for (at, stage) in stages.iter().enumerate() {
        let before = stages
            .iter()
            .zip(&runs)
            .take(at)
            .enumerate()
            .filter(|(_, (earlier, _))| *earlier <= stage)
            .max_by_key(|(_, (_, (length, _)))| *length)
            .map(|(before, (_, (length, _)))| (before, *length));
        runs.push(before.map_or((1, None), |(before, length)| (length + 1, Some(before))));
    }
    let mut kept = vec![false; stages.len()];
    let longest = runs.iter().enumerate().max_by_key(|(_, (length, _))| *length);
    let mut next = longest.map(|(at, _)| at);
    while let Some(at) = next {
        if let Some(kept) = kept.get_mut(at) {
            *kept = true;
        }
        next = runs.get(at).and_then(|(_, before)| *before);
    }
    kept
}
