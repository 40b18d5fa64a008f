//! What confirmed processes used up: hours of cores and of graphics processors, and what that costs.
//!
//! The kernel counts the time of a process from its start, so what it used before anybody looked is in the sum; of a
//! graphics processor only what was seen counts. Whoever ended unseen is in no sum: the figure is a least one.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::answer::Known;
use crate::domain::base::ProcessId;
use crate::domain::detect::{Finding, Grade, Subject};
use crate::domain::facts::Snapshot;
use crate::domain::session::{Figure, Money, Stated};

/// So many that ended are remembered one by one.
const ENDED: usize = 4_096;
/// A longer pause between two looks says nothing of what was used in it.
const LONGEST_MS: u64 = 15_000;
const HOUR_MS: f64 = 3_600_000.0;

/// What processes used, as far as looks show it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Burn {
    /// Those that were ever confirmed, ended or not.
    confirmed: BTreeMap<ProcessId, Used>,
    /// What others used of graphics processors: they may be confirmed later.
    others: BTreeMap<ProcessId, f64>,
    live: BTreeSet<ProcessId>,
    /// Those that ended and are not remembered one by one any more.
    earlier: Used,
    /// Those that were ever confirmed and are there now, whatever is said of them now.
    here: BTreeSet<ProcessId>,
    /// How many of them ended and are not remembered one by one any more.
    ended_earlier: usize,
    /// Cores that the confirmed ones keep busy now, and graphics processors.
    cores: f64,
    gpus: f64,
    last_ms: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Used {
    cpu_ms: u64,
    gpu_ms: f64,
}

/// What was used up, and what it costs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cost {
    /// Confirmed processes that are there now.
    pub live: usize,
    /// Confirmed processes that were seen and have ended.
    pub ended: usize,
    /// Hours of one core.
    pub core_hours: f64,
    /// Hours of one graphics processor.
    pub gpu_hours: f64,
    /// Cores that are kept busy now.
    pub cores: f64,
    /// What an hour of a core costs, as it was stated.
    pub rate: Option<Stated>,
    /// What an hour of a graphics processor costs, as it was stated.
    pub gpu_rate: Option<Stated>,
    /// What that costs so far; `None` while no rate is stated for what was used.
    pub sum: Option<Money>,
    /// What a day of this costs.
    pub a_day: Option<Money>,
    /// More was used than is in the sum: another screen saw it, or this one before it was taken up again.
    pub at_least: bool,
}

impl Burn {
    /// Takes in the next look and what was found in it.
    pub fn see(&mut self, snapshot: &Snapshot, findings: &BTreeMap<Subject, Finding>) {
        let now = snapshot.moment.boot_ms;
        let passed = self.last_ms.map_or(0, |last| now.saturating_sub(last));
        self.last_ms = Some(now);
        if passed <= LONGEST_MS {
            self.gpu(snapshot, passed);
        }
        self.live.clear();
        (self.cores, self.gpus) = (0.0, 0.0);
        let confirmed = findings.values().filter(|it| it.grade == Grade::Confirmed);
        for finding in confirmed {
            let Subject::Process(id) = finding.subject else { continue };
            let Some(process) = snapshot.process(id) else { continue };
            let before = self.others.remove(&id).unwrap_or_default();
            let used = self.confirmed.entry(id).or_default();
            used.cpu_ms = used.cpu_ms.max(process.cpu_ms);
            used.gpu_ms += before;
            self.cores += f64::from(process.cpu) / 100.0;
            self.live.insert(id);
        }
        for holder in snapshot.gpu.holders.iter().filter(|it| self.live.contains(&it.process)) {
            let busy = holder.busy.known().copied().unwrap_or_default();
            self.gpus += f64::from(busy.clamp(0.0, 100.0)) / 100.0;
        }
        let ever = self.confirmed.keys().copied();
        self.here = ever.filter(|id| snapshot.process(*id).is_some()).collect();
        self.let_go(snapshot);
    }

    fn gpu(&mut self, snapshot: &Snapshot, passed: u64) {
        #[expect(clippy::cast_precision_loss, reason = "a pause of seconds")]
        let passed = passed as f64;
        for holder in &snapshot.gpu.holders {
            let Some(busy) = holder.busy.known() else { continue };
            let used = passed * f64::from(busy.clamp(0.0, 100.0)) / 100.0;
            match self.confirmed.get_mut(&holder.process) {
                Some(sum) => sum.gpu_ms += used,
                None => *self.others.entry(holder.process).or_default() += used,
            }
        }
    }

    fn let_go(&mut self, snapshot: &Snapshot) {
        self.others.retain(|id, _| snapshot.process(*id).is_some());
        let over = self.confirmed.len().saturating_sub(ENDED);
        if over == 0 {
            return;
        }
        let ended = self.confirmed.keys().filter(|id| !self.here.contains(id)).take(over);
        for id in ended.copied().collect::<Vec<_>>() {
            if let Some(used) = self.confirmed.remove(&id) {
                self.ended_earlier += 1;
                self.earlier.cpu_ms = self.earlier.cpu_ms.saturating_add(used.cpu_ms);
                self.earlier.gpu_ms += used.gpu_ms;
            }
        }
    }
}

pub(super) fn cost(known: Known<'_>) -> Cost {
    let burn = known.burn;
    let all = || burn.confirmed.values().chain([&burn.earlier]);
    let core_hours = hours(all().map(|it| it.cpu_ms).fold(0, u64::saturating_add));
    let gpu_hours = all().map(|it| it.gpu_ms).sum::<f64>() / HOUR_MS;
    let rate = known.state.stated(Figure::Rate);
    let gpu_rate = known.state.stated(Figure::GpuRate);
    let price = |stated: &Option<Stated>| stated.as_ref().and_then(|it| it.sum(&known.sign()));
    let sum = |cores: f64, gpus: f64| priced(&[(cores, price(&rate)), (gpus, price(&gpu_rate))]);
    Cost {
        live: burn.live.len(),
        ended: burn.ended_earlier + burn.confirmed.len().saturating_sub(burn.here.len()),
        core_hours,
        gpu_hours,
        cores: burn.cores,
        sum: sum(core_hours, gpu_hours),
        a_day: sum(burn.cores * 24.0, burn.gpus * 24.0).filter(|it| it.value > 0.0),
        rate,
        gpu_rate,
        at_least: known.state.resumes > 0 || missed(known),
    }
}

/// The journal names somebody who was confirmed and whom this screen has not seen.
fn missed(known: Known<'_>) -> bool {
    // Of so many that they are not remembered one by one, nobody knows which these were.
    let all = known.burn.ended_earlier == 0;
    let mut confirmed = known.state.findings.values().map(|(_, finding, _)| finding);
    all && confirmed.any(|it| match it.subject {
        Subject::Process(id) => {
            it.grade == Grade::Confirmed && !known.burn.confirmed.contains_key(&id)
        }
        Subject::Connection { .. } | Subject::Hiding { .. } | Subject::Autostart { .. } => false,
    })
}

/// What all of that costs; `None` where something was used that has no price, or prices are in different moneys.
fn priced(parts: &[(f64, Option<Money>)]) -> Option<Money> {
    let mut sum: Option<Money> = None;
    for (used, price) in parts {
        let Some(price) = price else {
            if *used > 0.0 {
                return None;
            }
            continue;
        };
        let before = sum.as_ref().map_or(0.0, |it| it.value);
        if sum.as_ref().is_some_and(|it| it.sign != price.sign) {
            return None;
        }
        sum = Some(Money { value: before + used * price.value, sign: price.sign.clone() });
    }
    sum
}

#[expect(clippy::cast_precision_loss, reason = "hours are shown to a hundredth")]
fn hours(ms: u64) -> f64 {
    ms as f64 / HOUR_MS
}
