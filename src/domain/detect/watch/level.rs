//! How hard a process works, in steps: what the rules for words weigh of it, so that they are asked again only when it
//! works harder than ever before.
//!
//! Invariant: a step is never taken back, so that no verdict goes and comes with a load that does. A moment is no load: it
//! was held for a while, or for most of the life of the process.

use std::collections::HashMap;

use crate::domain::base::{Moment, ProcessId};
use crate::domain::facts::{Process, Snapshot};

/// Percent of one processor, where rules begin to weigh it otherwise.
const STEPS: [f32; 3] = [50.0, 80.0, 170.0];
/// So long it was held while we looked.
const HELD_MS: u64 = 20_000;
/// A process that is younger has no life to speak of.
const YOUNG_MS: u64 = 2_000;

/// Of those that ever worked.
#[derive(Debug, Default)]
pub(super) struct Levels(HashMap<ProcessId, Held>);

#[derive(Clone, Copy, Debug, Default)]
struct Held {
    since_ms: [Option<u64>; 3],
    level: usize,
}

impl Levels {
    /// The highest step that this process has ever held.
    pub(super) fn of(&mut self, process: &Process, moment: Moment) -> usize {
        let age = process.age_ms(moment);
        let life = if age < YOUNG_MS { 0.0 } else { of_life(process.cpu_ms, age) };
        let [least, ..] = STEPS;
        if process.cpu < least && life < least && !self.0.contains_key(&process.id) {
            return 0;
        }
        let held = self.0.entry(process.id).or_default();
        for (at, (step, since)) in STEPS.iter().zip(&mut held.since_ms).enumerate() {
            let now = moment.boot_ms;
            let began = *since.get_or_insert(now);
            if process.cpu < *step {
                *since = None;
            }
            if life >= *step || since.is_some() && now.saturating_sub(began) >= HELD_MS {
                held.level = held.level.max(at + 1);
            }
        }
        held.level
    }

    /// Forgets who ended.
    pub(super) fn forget(&mut self, snapshot: &Snapshot) {
        self.0.retain(|id, _| snapshot.process(*id).is_some());
    }
}

/// The load that a step stands for.
pub(super) fn percent(level: usize) -> f32 {
    level.checked_sub(1).and_then(|at| STEPS.get(at)).copied().unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "a share of some days, in percent")]
fn of_life(cpu_ms: u64, age_ms: u64) -> f32 {
    cpu_ms as f32 * 100.0 / age_ms as f32
}
