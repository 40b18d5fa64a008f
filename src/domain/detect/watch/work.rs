//! How hard and for how long a process has worked, in steps: what the rules for words weigh of it, so that they are asked
//! again only when it works harder or has worked longer than ever before.
//!
//! Invariant: a step is never taken back, so that no verdict goes and comes with a load that does. A moment is no load: it
//! was held for a while, or for most of the life of the process.

use std::collections::HashMap;

use crate::domain::base::{Moment, ProcessId};
use crate::domain::facts::{Process, Snapshot};

/// Percent of one processor, where rules begin to weigh it otherwise.
const STEPS: [f32; 3] = [50.0, 80.0, 170.0];
/// Minutes of processor time at which they do.
const MINUTES: [f32; 3] = [5.0, 30.0, 600.0];
/// So long it was held while we looked.
const HELD_MS: u64 = 20_000;
/// A process that is younger has no life to speak of.
const YOUNG_MS: u64 = 2_000;
/// The load of a whole life counts after this much processor time.
const LIFE_MS: u64 = 60_000;
/// A load that is not past a step, as far as rules are told.
const BELOW: f32 = 0.1;

/// Of those that ever worked.
#[derive(Debug, Default)]
pub(super) struct Works(HashMap<ProcessId, Held>);

/// What the rules are told of one process.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Work {
    /// Percent of one processor, when it last took a step.
    pub(super) cpu: f32,
    /// Minutes of processor time by now.
    pub(super) minutes: f32,
    /// Over its life it comes to more than the playbook's limit.
    pub(super) of_life: bool,
    steps: [bool; 4],
    ages: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Held {
    since_ms: [Option<u64>; 4],
    steps: [bool; 4],
    of_life: bool,
    cpu: f32,
}

impl Works {
    /// The highest steps that this process has ever held; the playbook's limit is one too.
    pub(super) fn of(
        &mut self,
        process: &Process,
        moment: Moment,
        limit: Option<(f32, u32)>,
    ) -> Work {
        let [one, two, three] = STEPS;
        // What the playbook says must be passed, and not only reached.
        let (passed, long) = limit.map_or((f32::MAX, f32::MAX), |(percent, minutes)| {
            (percent.next_up(), exact(u64::from(minutes)))
        });
        let steps = [one, two, three, passed];
        let minutes = exact(process.cpu_ms) / 60_000.0;
        let ages = MINUTES.iter().chain([&long]).filter(|it| minutes >= **it).count();
        let minutes = if ages == 0 { 0.0 } else { minutes.floor() };
        let age = process.age_ms(moment);
        let life = if age < YOUNG_MS { 0.0 } else { exact(process.cpu_ms) * 100.0 / exact(age) };
        let least = one.min(passed);
        if process.cpu < least && life < least && !self.0.contains_key(&process.id) {
            return Work { minutes, ages, ..Work::default() };
        }
        let held = self.0.entry(process.id).or_default();
        let before = held.steps;
        for ((step, since), held) in steps.iter().zip(&mut held.since_ms).zip(&mut held.steps) {
            let now = moment.boot_ms;
            let began = *since.get_or_insert(now);
            if process.cpu < *step {
                *since = None;
            }
            let long = since.is_some() && now.saturating_sub(began) >= HELD_MS;
            *held |= life >= *step || long;
        }
        held.of_life |= life >= passed && process.cpu_ms >= LIFE_MS;
        if held.steps != before {
            // A moment above the next step is not held yet.
            let not_held = steps.iter().zip(held.steps).filter(|(_, held)| !held);
            let next = not_held.map(|(step, _)| *step).fold(f32::MAX, f32::min);
            let most = if next < f32::MAX { next - BELOW } else { next };
            let reached = steps.iter().zip(held.steps).filter(|(_, held)| *held);
            let reached = reached.map(|(step, _)| *step).fold(0.0, f32::max);
            held.cpu = life.max(process.cpu).min(most).max(held.cpu).max(reached);
        }
        Work { cpu: held.cpu, minutes, of_life: held.of_life, steps: held.steps, ages }
    }

    /// Forgets who ended.
    pub(super) fn forget(&mut self, snapshot: &Snapshot) {
        self.0.retain(|id, _| snapshot.process(*id).is_some());
    }
}

impl Work {
    /// It took no other step.
    pub(super) fn is_like(self, other: Self) -> bool {
        (self.steps, self.of_life, self.ages) == (other.steps, other.of_life, other.ages)
    }

    /// It took any.
    pub(super) fn is_any(self) -> bool {
        self.steps.contains(&true)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of some days, in percent")]
const fn exact(number: u64) -> f32 {
    number as f32
}
