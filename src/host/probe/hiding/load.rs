//! CPU time that nobody accounts for: the machine's busy time less that of every process that can be seen.
//!
//! A process that ends hands its time to its parent when that one collects it, so the sum of what processes
//! used and what they collected grows by what was used, whoever came and went meanwhile. What is left is what
//! no visible process used, what those used that nobody collected, and the error of a busy time that is
//! counted in ticks.
//!
//! Who was born and has ended between two looks, and was collected by nobody in sight, leaves no trace: a parent that
//! ignores the end of its children makes many. How much those used is estimated by the newborn that a look meets, as a
//! sample: if they use a core, one of them runs at nearly every look. So for a while births may explain what is missing,
//! and in the end only newborn that are seen at work, less what is collected of such: whoever hides a core by births has
//! to burn another one in sight. A build collects its children, so nothing is missing there; what it adds to the error is
//! in [`DEVIATIONS`]. Threads that come and go explain nothing: their process keeps their time.
//!
//! Invariant: says nothing before [`WINDOW_MS`] have passed, and calls nothing a contradiction that lasted
//! less than [`LASTS_MS`], that the processes which were born meanwhile can explain, over [`LONG_MS`] by what was seen
//! of them, or that began after it was last
//! known whether all processes are shown.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};

use crate::domain::base::ProcessId;
use crate::domain::facts::{Process, Reading};
use crate::host::probe::text;

/// The share is taken over at least so long.
const WINDOW_MS: u64 = 5_000;
/// It must stay for so long.
const LASTS_MS: u64 = 10_000;
/// Percent of one CPU that must be missing on a small machine. The error of the busy time grows with the square root
/// of the number of CPUs, so more must be missing on a large one.
const LEAST_PERCENT: f32 = 25.0;
/// CPUs up to which a machine is small.
const FEW_CPUS: f32 = 4.0;
/// A process that lived from one look to the next may have used so much and left no trace.
const A_BIRTH_MS: u64 = 100;
/// So long the number of births is enough to explain what is missing; then it counts what was seen of the newborn.
const LONG_MS: u64 = 60_000;
/// That is an estimate by samples, each worth the time between two looks at most: so many standard deviations more may be
/// missing.
const DEVIATIONS: f64 = 8.0;
/// Looks that are kept: where they come so often that these are less than [`LONG_MS`], births go on to explain.
const MOST_SAMPLES: usize = 2048;
/// Less than this is an error of counting.
const NOISE_PERCENT: f32 = 5.0;
/// Linux counts in hundredths of a second wherever it shows ticks to programs.
const TICK_MS: u64 = 10;

/// The busy times of `/proc/stat`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Busy {
    /// Milliseconds of all CPUs together, in user programs and in the kernel on their behalf. Time of guests is in it,
    /// as it is in the times of processes; interrupts are not.
    pub(super) ms: u64,
    /// How many CPUs there are.
    pub(super) cpus: u32,
    /// Processes and threads that were born since boot.
    pub(super) forks: u64,
}

/// Reads a `/proc/stat`.
pub(super) fn busy(stat: &[u8]) -> Option<Busy> {
    let mut lines = stat.split(|byte| *byte == b'\n');
    let mut fields = text::words(lines.next()?.strip_prefix(b"cpu ")?).map(text::number);
    let (user, nice, system) = (fields.next()??, fields.next()??, fields.next()??);
    let ticks = user.saturating_add(nice).saturating_add(system);
    let cpus = lines.filter(|line| line.starts_with(b"cpu")).count();
    let forks = text::forks(stat)?;
    let cpus = u32::try_from(cpus).unwrap_or(u32::MAX);
    Some(Busy { ms: ticks.saturating_mul(TICK_MS), cpus, forks })
}

/// What one look adds to the account.
#[derive(Clone, Copy, Debug, Default)]
struct Sample {
    boot_ms: u64,
    busy: Busy,
    /// Milliseconds that were accounted for, since the first look.
    explained_ms: u64,
    /// The same of what was used by those that lived from one look to the next: as estimated, and as collected.
    passing_ms: u64,
    collected_ms: u64,
    /// The longest time between two looks.
    between_ms: u64,
}

/// The account, from look to look.
#[derive(Default)]
pub(super) struct Account {
    known: HashMap<ProcessId, Used>,
    samples: VecDeque<Sample>,
    look: Look,
    above_since: Option<u64>,
    /// It is known that all processes are shown, since that began.
    shown: bool,
    unexplained: Reading<f32>,
}

/// What is known of one process's time.
#[derive(Clone, Copy, Debug)]
struct Used {
    own_ms: u64,
    collected_ms: Option<u64>,
}

/// Milliseconds that processes used between two looks.
#[derive(Clone, Debug, Default)]
struct Look {
    own: u64,
    collected: u64,
    /// What was accounted for already of those that have ended.
    ended: u64,
    /// When each of the newborn began, and what it has used.
    newborn: Vec<(u64, u64)>,
}

impl Look {
    /// What those used that lived from the look before to this one: whoever is met at work stands for one that was at
    /// work all the time. One that has just begun may have used less than a tick.
    fn passing(&self, boot_ms: u64, between_ms: u64) -> u64 {
        let one = |(started, used): &(u64, u64)| {
            let age = boot_ms.saturating_sub(*started).saturating_add(TICK_MS);
            between_ms.saturating_mul(used.saturating_add(TICK_MS).min(age)) / age
        };
        self.newborn.iter().map(one).sum()
    }
}

impl Account {
    /// A process ran, or is new. `collected` is read now.
    pub(super) fn ran(&mut self, process: &Process, collected: Option<u64>) {
        let before = self.known.get(&process.id).copied();
        let since = self.samples.back().map(|sample| sample.boot_ms);
        let born = since.is_some_and(|since| process.started_ms.saturating_add(TICK_MS) >= since);
        let own = process.cpu_ms;
        self.look.own += match before {
            Some(before) => own.saturating_sub(before.own_ms),
            None if born => {
                self.look.newborn.push((process.started_ms, own));
                own
            }
            None => 0,
        };
        let before = before.map_or(born.then_some(0), |before| before.collected_ms);
        if let (Some(now), Some(before)) = (collected, before) {
            self.look.collected += now.saturating_sub(before);
        }
        let used = Used { own_ms: own, collected_ms: collected.or(before) };
        self.known.insert(process.id, used);
    }

    /// A process has ended.
    pub(super) fn ended(&mut self, id: ProcessId) {
        if let Some(used) = self.known.remove(&id) {
            self.look.ended += used.own_ms + used.collected_ms.unwrap_or(0);
        }
    }

    /// The machine was busy for so long at this look.
    pub(super) fn settle(&mut self, boot_ms: u64, busy: Busy) {
        let look = std::mem::take(&mut self.look);
        let collected = look.collected.saturating_sub(look.ended);
        let before = self.samples.back().copied().unwrap_or_default();
        let explained_ms = before.explained_ms + look.own + collected;
        let between = boot_ms.saturating_sub(before.boot_ms);
        let passing_ms = before.passing_ms + look.passing(boot_ms, between);
        let collected_ms = before.collected_ms + collected;
        if self.samples.back().is_some_and(|it| it.boot_ms >= boot_ms || it.busy.ms > busy.ms) {
            // Another boot, or a tape that was taken back.
            self.samples.clear();
        }
        let between_ms = if self.samples.is_empty() { 0 } else { between };
        let sample = Sample { boot_ms, busy, explained_ms, passing_ms, collected_ms, between_ms };
        self.samples.push_back(sample);
        while self.samples.len() > MOST_SAMPLES
            || self.samples.get(1).is_some_and(|it| boot_ms.saturating_sub(it.boot_ms) >= LONG_MS)
        {
            self.samples.pop_front();
        }
        self.judge();
    }

    /// Nothing can be said at this look: the next one begins anew.
    pub(super) fn interrupt(&mut self) {
        self.samples.clear();
        (self.look, self.above_since) = (Look::default(), None);
        self.unexplained = Reading::Unknown;
    }

    /// Percent of one CPU that nobody accounts for.
    pub(super) const fn unexplained(&self) -> Reading<f32> {
        self.unexplained
    }

    /// So much is missing that it will be said if it stays; since when.
    pub(super) const fn doubts(&self) -> Option<u64> {
        self.above_since
    }

    /// Whether it was read after [`Account::doubts`] began that all processes are shown; until then nobody is accused.
    pub(super) const fn known(&mut self, known: bool) {
        self.shown = known;
    }

    /// It has been so for long enough to say that something hides; since when.
    pub(super) fn contradicts(&self) -> Option<u64> {
        let now = self.samples.back()?.boot_ms;
        self.above_since.filter(|since| self.shown && now.saturating_sub(*since) >= LASTS_MS)
    }

    #[expect(clippy::cast_precision_loss, reason = "a share in percent")]
    fn judge(&mut self) {
        let Some(last) = self.samples.back() else { return };
        let over = |first: &Sample| last.boot_ms - first.boot_ms;
        let Some(first) = self.samples.iter().rev().find(|it| over(it) >= WINDOW_MS) else {
            self.unexplained = Reading::Unknown;
            return;
        };
        let percent = |first: &Sample| {
            let percent = (last.lacks(first) as f32 / over(first) as f32 * 100.0).round();
            if percent < NOISE_PERCENT { 0.0 } else { percent }
        };
        self.unexplained = Reading::Known(percent(first));
        let grows = (last.busy.cpus as f32 / FEW_CPUS).sqrt().max(1.0);
        let much = |first: &Sample| percent(first) > LEAST_PERCENT * grows;
        let births = last.busy.forks.saturating_sub(first.busy.forks);
        let by_number = last.lacks(first) > births.saturating_mul(A_BIRTH_MS);
        let long = self.samples.front().filter(|it| over(it) >= LONG_MS && much(it));
        let by_sight = || long.is_some_and(|it| last.lacks(it) > self.unseen(it, last));
        let hides = much(first) && (by_number || by_sight());
        self.above_since = hides.then(|| self.above_since.unwrap_or(last.boot_ms));
    }

    /// What may have been used, from one look to another, by those who lived between two looks and whom nobody collected.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate"
    )]
    fn unseen(&self, first: &Sample, last: &Sample) -> u64 {
        let passing = last.passing_ms - first.passing_ms;
        let worth = self.samples.iter().map(|it| it.between_ms).max().unwrap_or_default();
        let error = (passing.saturating_add(worth) as f64 * worth as f64).sqrt() * DEVIATIONS;
        let most = passing.saturating_add(error as u64);
        most.saturating_sub(last.collected_ms - first.collected_ms)
    }
}

impl Sample {
    /// Milliseconds since `first` that the machine was busy and nobody in sight accounts for.
    const fn lacks(&self, first: &Self) -> u64 {
        let busy = self.busy.ms.saturating_sub(first.busy.ms);
        busy.saturating_sub(self.explained_ms.saturating_sub(first.explained_ms))
    }
}
