//! Sees one snapshot after the other and says what speaks against whom.

mod connections;
mod entries;
mod respawn;
mod returns;
mod shape;
mod signs;
mod since;
mod talks;
mod texts;
mod words;
mod work;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::base::{Moment, ProcessId};
use crate::domain::detect::found::Finds;
use crate::domain::detect::rulebook::{Memory, Rulebook};
use crate::domain::detect::rules::pivot::Trail;
use crate::domain::detect::{Entry, FactSource, Finding, Grade, Reason, Rule, Subject, Told};
use crate::domain::detect::{rules, wire};
use crate::domain::facts::{Ours, Proxies, Reading, Snapshot};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;
use entries::Entries;
use respawn::Respawn;
use returns::Returns;
use shape::Shapes;
use since::Since;
use talks::Talks;
use texts::{By, Texts};

/// A pause in the load shorter than this does not start the clock of «sustained» again.
const LULL_MS: u64 = 30_000;
/// Below this a high load is not worth a line.
const SHORT_MS: u64 = 60_000;

/// Detection's memory: what it needs to say «for how long», and what it need not work out twice.
#[derive(Debug, Default)]
pub struct Watch {
    texts: Texts,
    loads: HashMap<ProcessId, Load>,
    shapes: Box<Shapes>,
    gpus: HashMap<ProcessId, Load>,
    /// Graphics processors by name, whoever keeps them busy.
    devices: HashMap<Untrusted, Load>,
    entries: Entries,
    returns: Returns,
    respawn: Respawn,
    /// The rules in force beyond those of this room.
    rules: Memory,
    finds: Finds,
    trail: Trail,
    since: Since,
}

/// For how long a process has been above the threshold.
#[derive(Clone, Copy, Debug)]
struct Load {
    since_ms: u64,
    last_ms: u64,
}

/// What speaks against one subject so far.
pub(super) type Gathered = BTreeMap<Subject, Vec<(Grade, Reason)>>;

impl Watch {
    /// Knows nothing yet but these rules.
    #[must_use]
    pub fn heeding(book: Arc<Rulebook>) -> Self {
        Self { rules: Memory::of(book), ..Self::default() }
    }

    /// Goes on with other rules: what was learnt about time stays.
    pub fn heed(&mut self, book: Arc<Rulebook>) {
        self.rules = Memory::of(book);
        self.texts.anew();
        self.entries = Entries::default();
    }

    /// Knows nothing any more but its rules.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self::heeding(Arc::clone(&self.rules.book))
    }

    /// Takes in the next snapshot and gives all findings of that moment.
    pub fn see(
        &mut self,
        snapshot: &Snapshot,
        look_for: &Indicators,
    ) -> BTreeMap<Subject, Finding> {
        let mut gathered = Gathered::new();
        if self.rules.is_new_day(snapshot) {
            self.texts.anew();
            self.entries = Entries::default();
        }
        let (ours, proxies) = (Ours::of(snapshot), Proxies::of(snapshot));
        let talks = Talks::of_all(snapshot, &proxies);
        let by = By { ours: &ours, talks: &talks, rules: &self.rules.book, look_for };
        self.texts.see(snapshot, by, &mut gathered);
        self.loads(snapshot, look_for, &mut gathered);
        self.shapes.see(snapshot, &mut gathered);
        self.gpus(snapshot, look_for, &mut gathered);
        connections::judge(snapshot, &proxies, look_for, &mut gathered);
        self.rules.gather(snapshot, &proxies, &ours, &mut gathered);
        wire::heard(snapshot, look_for, &mut gathered);
        contradictions(snapshot, &mut gathered);
        self.finds.see(snapshot, (&proxies, &ours), &mut gathered);
        self.entries(snapshot, look_for, &mut gathered);
        leave_out(&ours, &mut gathered);
        self.trail.follow(snapshot, (&self.finds, &proxies), &mut gathered);
        signs::see(snapshot, &self.texts, &mut gathered);
        leave_out(&ours, &mut gathered);
        self.returns.see(snapshot, &mut gathered);
        self.respawn.join(snapshot, &mut gathered);
        let found = gathered
            .into_iter()
            .filter_map(|(subject, reasons)| finding(subject, reasons))
            .collect();
        self.since.see(snapshot.moment, &found);
        found
    }

    /// When this rule began to speak against it, of what the last look found.
    #[must_use]
    pub fn since(&self, subject: &Subject, rule: Rule) -> Option<Moment> {
        self.since.of(subject, rule)
    }

    /// More of what starts by itself is judged when it sees the same once more.
    #[must_use]
    pub const fn is_behind(&self) -> bool {
        self.entries.is_behind()
    }

    fn entries(&mut self, snapshot: &Snapshot, look_for: &Indicators, gathered: &mut Gathered) {
        let (rules, now) = (&self.rules.book, snapshot.moment.at);
        let judge = |entry: &Entry<'_>| {
            let mut told = rules::persistence::judge(entry, look_for);
            told.extend(rules.of_entry(entry, now));
            told
        };
        self.entries.see(&snapshot.persistence, judge, gathered);
    }

    fn loads(&mut self, snapshot: &Snapshot, look_for: &Indicators, gathered: &mut Gathered) {
        let Some((percent, minutes)) = look_for.cpu else { return };
        let now = snapshot.moment.boot_ms;
        for process in &snapshot.processes {
            if process.kernel || process.cpu <= percent {
                continue;
            }
            let fresh = Load { since_ms: now, last_ms: now };
            self.loads.entry(process.id).or_insert(fresh).last_ms = now;
        }
        settle(&mut self.loads, snapshot);
        for (id, load) in &self.loads {
            if let Some((grade, reason)) = load.reason(snapshot.moment, percent, minutes) {
                // What a package brought may compute all day: the playbook's threshold is a reason to look, no more.
                let installed = shape::packaged(*id, snapshot) == Some(true);
                let grade = if installed { Grade::Noted } else { grade };
                let against = gathered.entry(Subject::Process(*id)).or_default();
                longest(against, (grade, reason));
            }
        }
    }

    /// What a process causes on one device counts together, whatever files it uses. The playbook says no time for
    /// this; it is that of the CPU.
    fn gpus(&mut self, snapshot: &Snapshot, look_for: &Indicators, gathered: &mut Gathered) {
        let Some(percent) = look_for.gpu else { return };
        let minutes = look_for.cpu.map_or(0, |(_, minutes)| minutes);
        let now = snapshot.moment.boot_ms;
        let mut shares: BTreeMap<(ProcessId, &Untrusted), f32> = BTreeMap::new();
        for holder in &snapshot.gpu.holders {
            let Some(busy) = holder.busy.known() else { continue };
            let on = if holder.card.is_empty() { &holder.device } else { &holder.card };
            *shares.entry((holder.process, on)).or_default() += busy;
        }
        for ((id, _), _) in shares.iter().filter(|(_, busy)| **busy > percent) {
            let fresh = Load { since_ms: now, last_ms: now };
            self.gpus.entry(*id).or_insert(fresh).last_ms = now;
        }
        settle(&mut self.gpus, snapshot);
        self.devices(snapshot, percent);
        for (id, load) in &self.gpus {
            let reason = load.of_gpu(snapshot.moment, percent, minutes);
            gathered.entry(Subject::Process(*id)).or_default().push(reason);
        }
    }

    fn devices(&mut self, snapshot: &Snapshot, percent: f32) {
        let now = snapshot.moment.boot_ms;
        let above = |busy: &Reading<f32>| busy.known().is_some_and(|busy| *busy > percent);
        for device in snapshot.gpu.devices.iter().filter(|device| above(&device.busy)) {
            let fresh = Load { since_ms: now, last_ms: now };
            self.devices.entry(device.name.clone()).or_insert(fresh).last_ms = now;
        }
        self.devices.retain(|_, load| now.saturating_sub(load.last_ms) <= LULL_MS);
    }

    /// For how long this graphics processor has been above the threshold, whoever keeps it busy; `None` if it is not.
    #[must_use]
    pub fn device(&self, name: &Untrusted, now: Moment, look_for: &Indicators) -> Option<Reason> {
        let minutes = look_for.cpu.map_or(0, |(_, minutes)| minutes);
        let load = self.devices.get(name)?;
        Some(load.of_gpu(now, look_for.gpu?, minutes).1)
    }
}

/// This program itself is no finding, whatever it reads and however hard it works.
fn leave_out(ours: &Ours, gathered: &mut Gathered) {
    for id in ours.selves() {
        gathered.remove(&Subject::Process(*id));
    }
}

/// Forgets who was below the threshold for longer than a lull, and who ended.
fn settle(loads: &mut HashMap<ProcessId, Load>, snapshot: &Snapshot) {
    let now = snapshot.moment.boot_ms;
    loads.retain(|id, load| {
        now.saturating_sub(load.last_ms) <= LULL_MS && snapshot.process(*id).is_some()
    });
}

impl Load {
    fn reason(self, now: Moment, percent: f32, minutes: u32) -> Option<(Grade, Reason)> {
        let lasted = now.boot_ms.saturating_sub(self.since_ms);
        if lasted < SHORT_MS {
            return None;
        }
        let full = lasted >= u64::from(minutes) * 60_000;
        let (grade, rule) =
            if full { (Grade::Suspect, Rule::SustainedCpu) } else { (Grade::Noted, Rule::HighCpu) };
        let value = format!(">{percent}% {}/{minutes} min", lasted / 60_000);
        Some((grade, Reason { rule, value: value.into(), source: FactSource::Stat }))
    }

    /// Of a device that nothing else should use this much, a moment is worth a line.
    fn of_gpu(self, now: Moment, percent: f32, minutes: u32) -> (Grade, Reason) {
        let lasted = now.boot_ms.saturating_sub(self.since_ms);
        let full = lasted >= (u64::from(minutes) * 60_000).max(SHORT_MS);
        let (grade, rule) =
            if full { (Grade::Suspect, Rule::SustainedGpu) } else { (Grade::Noted, Rule::HighGpu) };
        let value = format!(">{percent}% {}/{minutes} min", lasted / 60_000);
        (grade, Reason { rule, value: value.into(), source: FactSource::Gpu })
    }
}

/// What hides speaks against itself, or against the process that it is about.
fn contradictions(snapshot: &Snapshot, gathered: &mut Gathered) {
    for contradiction in &snapshot.hiding.contradictions {
        let (grade, reason) = rules::hiding::reason(contradiction);
        let against = gathered.entry(Subject::of_contradiction(contradiction)).or_default();
        // The views weigh more than a title that only looks alike.
        let titled = reason.rule == Rule::KernelName;
        against.retain(|(less, known)| known.rule != reason.rule || (*less >= grade && !titled));
        against.push((grade, reason));
    }
}

/// What was watched says more of a load than what it comes to over a life; but no less than that.
fn longest(against: &mut Vec<Told>, watched: Told) {
    let of_load = |it: &Reason| matches!(it.rule, Rule::HighCpu | Rule::SustainedCpu);
    let long = |it: &Told| it.1.rule == Rule::SustainedCpu;
    if watched.1.rule == Rule::HighCpu && against.iter().any(long) {
        return;
    }
    against.retain(|(_, it)| !of_load(it));
    against.push(watched);
}

fn finding(subject: Subject, mut reasons: Vec<(Grade, Reason)>) -> Option<(Subject, Finding)> {
    reasons.sort_by(|(one, a), (other, b)| other.cmp(one).then_with(|| a.cmp(b)));
    reasons.dedup();
    let grade = reasons.first()?.0;
    let reasons = reasons.into_iter().map(|(_, reason)| reason).collect();
    Some((subject.clone(), Finding { subject, grade, reasons }))
}
