//! The shape of a load: held at a ceiling, or taken in turns with pauses.
//!
//! Source: miners that stay below a threshold: `cpulimit` and options that leave processors to others hold the load flat at
//! a part of one; others work for a time and sleep for a time, as long each time. Known false alarms: services that a
//! container holds to a share, and whoever does the same every so many minutes. So a shape is nothing of a program that a
//! package brought, noted of others, and suspect only of one that lies where nobody installs any.
//!
//! Whoever reads or writes much beside it works on what it is given, and is noted at most.
//!
//! Invariant: a process costs a few words here, however long it runs. What it reads and writes is that of its whole life,
//! against its whole time on processors; of whom nobody could read it, it says nothing.

use std::collections::{HashMap, VecDeque};

use crate::domain::base::ProcessId;
use crate::domain::detect::place::{Place, place};
use crate::domain::detect::watch::{Gathered, signs};
use crate::domain::detect::{FactSource, Grade, Reason, Rule, Seen, Subject};
use crate::domain::facts::{Packaged, Process, Snapshot};

const MINUTE_MS: u64 = 60_000;
/// A longer time without a look says nothing of the load between.
const GAP_MS: u64 = 180_000;
/// Percent of one processor from which a minute is one of work, and up to which one of rest.
const WORKS: f32 = 30.0;
const RESTS: f32 = 5.0;
/// So many minutes on one level are no accident.
const HELD_MINUTES: u32 = 20;
/// How far a minute may be from the level, as a part of it and in percent of one processor.
const NEAR: f32 = 0.015;
const NEAR_LEAST: f32 = 0.7;
/// So far from whole processors: a thread that is never stopped takes one of them whole.
const OFF_WHOLE: f32 = 4.0;
/// So many turns of work and of rest each, none of them shorter.
const TURNS: usize = 4;
const TURN_MINUTES: u32 = 3;
/// How many turns are kept.
const MOST_TURNS: usize = 2 * TURNS + 2;

/// The shapes of all who have worked.
#[derive(Debug, Default)]
pub(super) struct Shapes(HashMap<ProcessId, Shape>);

/// One process, minute by minute.
#[derive(Debug)]
struct Shape {
    from_ms: u64,
    last_ms: u64,
    sum: f32,
    looks: u16,
    /// The level that the last minutes have in common, and how many they are.
    level: f32,
    held: u32,
    /// Turns of work and of rest, the newest last: minutes each.
    turns: VecDeque<(bool, u32)>,
}

impl Shapes {
    /// Takes in a look, and says whose load has a shape.
    pub(super) fn see(&mut self, snapshot: &Snapshot, gathered: &mut Gathered) {
        let now = snapshot.moment.boot_ms;
        for process in snapshot.processes.iter().filter(|it| !it.kernel && it.cpu >= WORKS) {
            self.0.entry(process.id).or_insert_with(|| Shape::begin(now));
        }
        self.0.retain(|id, shape| {
            let process = snapshot.process(*id);
            if let Some(process) = process {
                shape.look(now, process.cpu);
            }
            process.is_some() && shape.matters(now)
        });
        for (id, shape) in &self.0 {
            let Some(value) = shape.says() else { continue };
            let Some(process) = snapshot.process(*id) else { continue };
            // What a package brought may be held, and may do the same every hour.
            if packaged(*id, snapshot) == Some(true) {
                continue;
            }
            let Some(grade) = grade(process) else { continue };
            let (rule, source) = (Rule::ShapedLoad, FactSource::Stat);
            let reason = Reason { rule, value: value.into(), source };
            gathered.entry(Subject::Process(*id)).or_default().push((grade, reason));
        }
    }
}

impl Shape {
    const fn begin(now: u64) -> Self {
        let turns = VecDeque::new();
        Self { from_ms: now, last_ms: now, sum: 0.0, looks: 0, level: 0.0, held: 0, turns }
    }

    fn look(&mut self, now: u64, cpu: f32) {
        if now.saturating_sub(self.last_ms) > GAP_MS || now < self.last_ms {
            *self = Self::begin(now);
        }
        if now.saturating_sub(self.from_ms) >= MINUTE_MS {
            self.minute();
            (self.from_ms, self.sum, self.looks) = (now, 0.0, 0);
        }
        self.last_ms = now;
        self.sum += cpu;
        self.looks = self.looks.saturating_add(1);
    }

    /// A minute is over.
    fn minute(&mut self) {
        let mean = self.sum / f32::from(self.looks.max(1));
        if (mean - self.level).abs() <= (self.level * NEAR).max(NEAR_LEAST) {
            self.held = self.held.saturating_add(1);
        } else {
            (self.level, self.held) = (mean, 1);
        }
        // Between work and rest is the minute in which one became the other.
        if mean > RESTS && mean < WORKS {
            return;
        }
        let works = mean >= WORKS;
        match self.turns.back_mut() {
            Some((same, minutes)) if *same == works => *minutes = minutes.saturating_add(1),
            _ => self.turns.push_back((works, 1)),
        }
        if self.turns.len() > MOST_TURNS {
            self.turns.pop_front();
        }
    }

    fn matters(&self, now: u64) -> bool {
        let begins = self.turns.is_empty() && self.held == 0;
        now.saturating_sub(self.last_ms) <= GAP_MS
            && (begins || self.turns.iter().any(|(works, _)| *works))
    }

    /// What is odd about it, if anything is.
    fn says(&self) -> Option<String> {
        let off_whole = (self.level - (self.level / 100.0).round() * 100.0).abs();
        if self.held >= HELD_MINUTES && self.level >= WORKS && off_whole >= OFF_WHOLE {
            return Some(format!("{:.1}% {} min", self.level, self.held));
        }
        // The first turn may have begun before the first look, and the last goes on.
        let whole = self.turns.len().checked_sub(2)?;
        let whole = || self.turns.iter().skip(1).take(whole);
        let work = regular(whole().filter(|(works, _)| *works).map(|(_, minutes)| *minutes))?;
        let rest = regular(whole().filter(|(works, _)| !works).map(|(_, minutes)| *minutes))?;
        Some(format!("{work} min + {rest} min"))
    }
}

/// How long a turn is, if there are enough and all are as long.
fn regular(turns: impl Iterator<Item = u32> + Clone) -> Option<u32> {
    let (least, most) = (turns.clone().min()?, turns.clone().max()?);
    let alike = most - least <= (least / 6).max(1);
    (turns.count() >= TURNS && least >= TURN_MINUTES && alike).then_some(least)
}

/// How far a shape carries: to suspect of what lies where neither packages nor administrators put programs; of what nobody
/// knows where it lies, to nothing.
fn grade(process: &Process) -> Option<Grade> {
    let seen = Seen::of(process);
    let most = if signs::reads_much(process) { Grade::Noted } else { Grade::Suspect };
    let grade = match place(&seen.path()) {
        _ if seen.in_memory => Some(Grade::Suspect),
        Place::Unknown => None,
        // An image puts its program where it likes, and what runs may have been brought up to date since.
        Place::System | Place::Local | Place::Workshop | Place::Home => Some(Grade::Noted),
        Place::Memory | Place::Hidden | Place::Volatile | Place::Web | Place::Odd => {
            Some(Grade::Suspect)
        }
    };
    grade.map(|it| it.min(most))
}

/// Whether a package brought the program, as far as that was looked up.
pub(super) fn packaged(id: ProcessId, snapshot: &Snapshot) -> Option<bool> {
    let trace = snapshot.evidence.of(id)?;
    Packaged::is_as_packaged(&trace.program)
}
