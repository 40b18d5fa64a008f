//! How hard and for how long a process has worked, in steps: what the rules for words weigh of it, so that they are asked
//! again only when it takes another step.
//!
//! Invariant: no verdict goes and comes with a load that does. A moment is no load: it was held for a while, or for most of
//! the life of the process; and a step is let go only after a long rest, and when over the life of the process it comes to
//! clearly less. Another program in the same process begins anew; a program whose file has another name by now does not.

use std::collections::HashMap;

use crate::domain::base::{Moment, ProcessId};
use crate::domain::detect::seen::SHARE;
use crate::domain::facts::{Process, Snapshot};
use crate::domain::untrusted::Untrusted;

/// Percent of one processor, where rules begin to weigh it otherwise.
const STEPS: [f32; 4] = [SHARE, 50.0, 80.0, 170.0];
/// Those, and the playbook's limit.
const ALL: usize = STEPS.len() + 1;
/// Minutes of processor time at which they do.
const MINUTES: [f32; 3] = [5.0, 30.0, 600.0];
/// So long it was held while we looked.
const HELD_MS: u64 = 20_000;
/// So long it was below a step that is let go.
const RESTED_MS: u64 = 600_000;
/// The part of a step to which the load of a life falls before the step is let go.
const EASED: f32 = 0.75;
/// A process that is younger has no life to speak of.
const YOUNG_MS: u64 = HELD_MS;
/// The load of a whole life counts after this much processor time.
const LIFE_MS: u64 = 60_000;
/// A load that is not past a step, as far as rules are told.
const BELOW: f32 = 0.1;
/// What tells a file that was deleted, at the end of the link to it.
const DELETED: &[u8] = b" (deleted)";

/// Of those that worked.
#[derive(Debug, Default)]
pub(super) struct Works(HashMap<ProcessId, Held>);

/// What the rules are told of one process.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Work {
    /// Percent of one processor, when it last took a step.
    pub(super) cpu: f32,
    /// Minutes of processor time by now: of its life, if it worked for a share of it, or of the load that goes on.
    pub(super) minutes: f32,
    /// Over its life it comes to more than the playbook's limit.
    pub(super) of_life: bool,
    steps: [bool; ALL],
    ages: usize,
}

#[derive(Debug, Default)]
struct Held {
    since_ms: [Option<u64>; ALL],
    last_ms: [u64; ALL],
    steps: [bool; ALL],
    of_life: bool,
    /// It worked for a share of its life.
    lives: bool,
    cpu: f32,
    exe: Untrusted,
    image: u64,
    /// When it became another program, and what it had used before.
    begun: Option<(u64, u64)>,
    /// What it had used before the load that goes on.
    before_ms: u64,
}

impl Works {
    /// The steps that this process holds; the playbook's limit is one too.
    pub(super) fn of(
        &mut self,
        process: &Process,
        moment: Moment,
        limit: Option<(f32, u32)>,
    ) -> Work {
        // What the playbook says must be passed, and not only reached.
        let (passed, long) = limit.map_or((f32::MAX, f32::MAX), |(percent, minutes)| {
            (percent.next_up(), exact(u64::from(minutes)))
        });
        let [share, one, two, three] = STEPS;
        let steps = [share, one, two, three, passed];
        let least = share.min(passed);
        let calm = process.cpu < least;
        let life = load((process.started_ms, 0), process, moment);
        if calm && life < least && !self.0.contains_key(&process.id) {
            return Work::default();
        }
        let held = self.0.entry(process.id).or_default();
        held.begin(process, moment);
        let life = load(held.begun.unwrap_or((process.started_ms, 0)), process, moment);
        held.look((process, life), moment.boot_ms, &steps);
        let spent = process.cpu_ms.saturating_sub(held.begun.map_or(0, |(_, before)| before));
        held.of_life = lasts(held.of_life, life, passed) && spent >= LIFE_MS;
        held.lives = lasts(held.lives, life, SHARE);
        let counts = match held.steps {
            _ if held.lives => spent,
            [true, ..] => process.cpu_ms.saturating_sub(held.before_ms),
            [false, ..] => 0,
        };
        let minutes = exact(counts) / 60_000.0;
        let ages = MINUTES.iter().chain([&long]).filter(|it| minutes >= **it).count();
        let minutes = if ages == 0 { 0.0 } else { minutes.floor() };
        let work = Work { cpu: held.cpu, minutes, of_life: held.of_life, steps: held.steps, ages };
        if calm && !held.lives && !work.is_any() && held.begun.is_none() {
            self.0.remove(&process.id);
        }
        work
    }

    /// Forgets who ended.
    pub(super) fn forget(&mut self, snapshot: &Snapshot) {
        self.0.retain(|id, _| snapshot.process(*id).is_some());
    }
}

impl Held {
    /// Who runs another program than before is another one: what came before says nothing of it.
    fn begin(&mut self, process: &Process, moment: Moment) {
        let told = self.image != 0 && process.image != 0;
        let Some(exe) = process.exe.known() else { return };
        if *exe == self.exe && self.image == process.image {
            return;
        }
        let path = |it: &Untrusted| it.bytes().strip_suffix(DELETED).unwrap_or(it.bytes()).to_vec();
        let is_another = match () {
            () if told => self.image != process.image,
            // Whose first thread has ended became no other program since: who does has one thread.
            () => process.headless.is_none() && path(exe) != path(&self.exe),
        };
        if !self.exe.is_empty() && is_another {
            let begun = Some((moment.boot_ms, process.cpu_ms));
            *self = Self { begun, before_ms: process.cpu_ms, ..Self::default() };
        }
        self.exe = exe.clone();
        self.image = if process.image == 0 { self.image } else { process.image };
    }

    /// Takes steps and lets them go.
    fn look(&mut self, (process, life): (&Process, f32), now: u64, steps: &[f32; ALL]) {
        let before = self.steps;
        if !before.contains(&true) && self.since_ms.iter().all(Option::is_none) {
            self.before_ms = process.cpu_ms;
        }
        let times = self.since_ms.iter_mut().zip(&mut self.last_ms);
        for ((step, (since, last)), held) in steps.iter().zip(times).zip(&mut self.steps) {
            if process.cpu < *step {
                *since = None;
            } else {
                *last = now;
            }
            let began = (process.cpu >= *step).then(|| *since.get_or_insert(now));
            let long = began.is_some_and(|began| now.saturating_sub(began) >= HELD_MS);
            let rested = now.saturating_sub(*last) > RESTED_MS;
            *held = long || life >= *step || *held && !(rested && life < *step * EASED);
        }
        if self.steps == before {
            return;
        }
        // A moment above the next step is not held yet.
        let not_held = steps.iter().zip(self.steps).filter(|(_, held)| !held);
        let next = not_held.map(|(step, _)| *step).fold(f32::MAX, f32::min);
        let most = if next < f32::MAX { next - BELOW } else { next };
        let reached = steps.iter().zip(self.steps).filter(|(_, held)| *held);
        let reached = reached.map(|(step, _)| *step).fold(0.0, f32::max);
        let less = before.iter().zip(self.steps).any(|(before, held)| *before && !held);
        let known = if less { 0.0 } else { self.cpu };
        self.cpu = life.max(process.cpu).min(most).max(known).max(reached);
    }
}

/// The load of a life is past this, or was and has not eased.
fn lasts(was: bool, life: f32, least: f32) -> bool {
    life >= least || was && life >= least * EASED
}

/// Percent of one processor since then, when so much had been used.
fn load((from_ms, before_ms): (u64, u64), process: &Process, moment: Moment) -> f32 {
    let age = moment.boot_ms.saturating_sub(from_ms);
    let spent = process.cpu_ms.saturating_sub(before_ms);
    if age < YOUNG_MS { 0.0 } else { exact(spent) * 100.0 / exact(age) }
}

impl Work {
    /// It took no other step.
    pub(super) fn is_like(self, other: Self) -> bool {
        (self.steps, self.of_life, self.ages) == (other.steps, other.of_life, other.ages)
    }

    /// It holds any.
    pub(super) fn is_any(self) -> bool {
        self.steps.contains(&true)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of some days, in percent")]
const fn exact(number: u64) -> f32 {
    number as f32
}
