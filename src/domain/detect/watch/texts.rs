//! What a process says of itself, and what it does, judged by the rules that judge a file of facts.
//!
//! Invariant: nobody is judged again before something changes that a rule reads: its words, who it is, a step of its load
//! or of its time, whether it serves, what was read of it, or whom it talks to. Who stood above it once does for ever: the
//! children of a web server belong to init as soon as that one ends. While it is being asked whether a package brought a
//! program, nothing is said of it that such an answer would take back.

use std::collections::HashMap;
use std::sync::Arc;

use super::Gathered;
use super::talks::{self, Talk, Talks};
use super::words::Words;
use super::work::{Work, Works};
use crate::domain::base::ProcessId;
use crate::domain::detect::place::{Place, place};
use crate::domain::detect::rulebook::Rulebook;
use crate::domain::detect::{Rule, Seen, Subject, Told, rules};
use crate::domain::facts::{Ancestor, Ours, Process, Snapshot, Trace};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;

/// So many are remembered beyond those that are there.
const SPARE: usize = 64;
/// No more of those who stood above somebody are remembered.
const MOST_ABOVE: usize = 32;

/// What was said of those that are there.
#[derive(Debug, Default)]
pub(super) struct Texts {
    judged: HashMap<ProcessId, Judged>,
    works: Works,
    /// How often everybody was to be judged anew.
    round: u32,
}

/// What was said of one process, and of what.
#[derive(Debug)]
struct Judged {
    process: Arc<Process>,
    /// All who stood above it, where they are more than those of the last look.
    above: Vec<Ancestor>,
    own: bool,
    round: u32,
    work: Work,
    trace: Option<Arc<Trace>>,
    talk: Talk,
    /// What it is.
    standing: Vec<Told>,
    /// That, and what it does.
    told: Vec<Told>,
}

/// By what processes are judged.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) ours: &'a Ours,
    pub(super) talks: &'a Talks,
    pub(super) rules: &'a Rulebook,
    pub(super) look_for: &'a Indicators,
}

/// What a look has of one process.
#[derive(Clone, Copy)]
struct Look<'a> {
    process: &'a Arc<Process>,
    own: bool,
    work: Work,
    trace: Option<&'a Arc<Trace>>,
    talk: &'a Talk,
}

impl Texts {
    /// Other rules, or another day: everybody is judged anew, and what was learnt about them stays.
    pub(super) const fn anew(&mut self) {
        self.round = self.round.wrapping_add(1);
    }

    /// Gathers what speaks against processes.
    pub(super) fn see(&mut self, snapshot: &Snapshot, by: By<'_>, gathered: &mut Gathered) {
        if self.judged.len() > snapshot.processes.len() * 2 + SPARE {
            self.judged.retain(|id, _| snapshot.process(*id).is_some());
            self.works.forget(snapshot);
        }
        let mut alike: HashMap<Words<'_>, Vec<Told>> = HashMap::new();
        let (now, nothing) = (snapshot.moment, snapshot.evidence.traces.is_empty());
        for process in &snapshot.processes {
            let look = Look {
                process,
                own: by.ours.has(process),
                work: self.works.of(process, now, by.look_for.cpu),
                trace: if nothing { None } else { snapshot.evidence.of(process.id) },
                talk: by.talks.of(process.id),
            };
            let known = self.judged.get_mut(&process.id);
            let known = known.filter(|it| it.round == self.round && it.stands(look));
            let judged = if let Some(judged) = known {
                judged.process = Arc::clone(process);
                judged.trace = look.trace.cloned();
                if judged.talk.go_on(look.talk, now.boot_ms) {
                    judged.told = judged.all(by.look_for);
                }
                judged
            } else {
                let fresh = self.judge(look, (snapshot, by), &mut alike);
                self.judged.entry(process.id).insert_entry(fresh).into_mut()
            };
            if !judged.told.is_empty() {
                gathered.insert(Subject::Process(process.id), judged.told.clone());
            }
        }
    }

    /// Somebody has come to one of its ports lately.
    pub(super) fn is_served(&self, id: ProcessId) -> bool {
        self.judged.get(&id).is_some_and(|it| it.talk.is_served())
    }

    /// Judges it anew, or as one that is just like it.
    fn judge<'a>(
        &self,
        look: Look<'a>,
        (snapshot, by): (&Snapshot, By<'_>),
        alike: &mut HashMap<Words<'a>, Vec<Told>>,
    ) -> Judged {
        let before = self.judged.get(&look.process.id);
        let mut judged = Judged {
            process: Arc::clone(look.process),
            above: before.map(|it| it.above(look.process)).unwrap_or_default(),
            own: look.own,
            round: self.round,
            work: look.work,
            trace: look.trace.cloned(),
            talk: before.map(|it| it.talk.clone()).unwrap_or_default(),
            standing: Vec::new(),
            told: Vec::new(),
        };
        judged.talk.go_on(look.talk, snapshot.moment.boot_ms);
        let judge = || {
            let seen = judged.seen();
            let mut told = judged.as_known(&seen, |it| rules::standing(it, by.look_for));
            told.extend(by.rules.of_process(&seen, snapshot.moment.at));
            told
        };
        // Who stands above it now is not all that is known.
        judged.standing = if judged.above.is_empty() {
            let (serves, trace) = (!judged.talk.listens.is_empty(), look.trace);
            let words = Words::of(look.process, look.own, (look.work, serves), trace);
            alike.entry(words).or_insert_with(judge).clone()
        } else {
            judge()
        };
        judged.told = judged.all(by.look_for);
        judged
    }
}

impl Judged {
    /// Nothing has changed of what the rules read that know it by itself.
    fn stands(&self, look: Look<'_>) -> bool {
        let same = Arc::ptr_eq(&self.process, look.process) || is_same(&self.process, look.process);
        same && self.own == look.own
            && self.work.is_like(look.work)
            && self.talk.listens.is_empty() == look.talk.listens.is_empty()
            && is_as_read(self.trace.as_ref(), look.trace)
    }

    /// All who stood above it, if those above it now are not all.
    fn above(&self, now: &Process) -> Vec<Ancestor> {
        let here = &now.around.ancestors;
        let before =
            if self.above.is_empty() { &self.process.around.ancestors } else { &self.above };
        let same = |(old, new): (&Ancestor, &Ancestor)| old.id == new.id;
        if before.len() <= here.len() && before.iter().zip(here).all(same) {
            return Vec::new();
        }
        // Who becomes another program is called otherwise, and stands above it as that.
        let newest = |old: &Ancestor| here.iter().find(|it| it.id == old.id).unwrap_or(old).clone();
        let fresh = here.iter().filter(|it| before.iter().all(|old| old.id != it.id));
        before.iter().map(newest).chain(fresh.cloned()).take(MOST_ABOVE).collect()
    }

    /// As the rules see it; without whom it talks to.
    fn seen(&self) -> Seen<'_> {
        let mut seen = Seen { own: self.own, ..Seen::of(&self.process) };
        seen.cpu = Some(self.work.cpu);
        seen.cpu_minutes = seen.cpu_minutes.map(|_| self.work.minutes);
        seen.listens.clone_from(&self.talk.listens);
        seen.served = Some(self.talk.is_served());
        if !self.above.is_empty() {
            seen.ancestors = self.above.iter().map(|it| it.comm.bytes()).collect();
        }
        if let Some(trace) = &self.trace {
            seen.packaged = trace.program.is_as_packaged();
            seen.environment = trace.environment.iter().map(Untrusted::bytes).collect();
        }
        seen
    }

    /// What speaks against it, whatever will be answered where it is being asked whether a package brought it.
    fn as_known(&self, seen: &Seen<'_>, judge: impl Fn(&Seen<'_>) -> Vec<Told>) -> Vec<Told> {
        let told = judge(seen);
        let asked = self.trace.as_ref().is_some_and(|it| it.asked) && seen.packaged.is_none();
        if told.is_empty() || !asked || !may_be_packaged(seen) {
            return told;
        }
        let brought = judge(&Seen { packaged: Some(true), ..seen.clone() });
        let weight = |told: &[Told]| told.iter().map(|(grade, _)| *grade).max();
        if weight(&brought) < weight(&told) { brought } else { told }
    }

    /// What it is, and what it does.
    fn all(&self, look_for: &Indicators) -> Vec<Told> {
        let mut told = self.standing.clone();
        if !self.talk.ends.is_empty() || self.work.is_any() {
            let seen = Seen { ends: self.talk.ends(), ..self.seen() };
            // A load of this moment is watched until it is worth a line; that of a life speaks at once.
            let of_now = |it: &Told| matches!(it.1.rule, Rule::HighCpu | Rule::SustainedCpu);
            let doing = self.as_known(&seen, |it| rules::doing(it, look_for)).into_iter();
            let doing = doing.filter(|it| self.work.of_life || !of_now(it));
            told.extend(doing.map(talks::as_heard));
        }
        told
    }
}

/// No package brings what is gone, or lies where things come and go, or where people live: no answer is needed.
fn may_be_packaged(seen: &Seen<'_>) -> bool {
    let never = matches!(place(&seen.path()), Place::Memory | Place::Volatile | Place::Home);
    !(seen.deleted || seen.in_memory || never)
}

/// Nothing has changed of who it is.
fn is_same(one: &Process, other: &Process) -> bool {
    let above =
        Arc::ptr_eq(&one.around, &other.around) || one.around.ancestors == other.around.ancestors;
    above
        && one.comm == other.comm
        && one.command == other.command
        && one.exe == other.exe
        && (one.exe_deleted, one.exe_memory) == (other.exe_deleted, other.exe_memory)
        && one.headless.is_some() == other.headless.is_some()
        && (one.uid, one.parent) == (other.uid, other.parent)
        && one.user == other.user
}

/// Nothing has changed of what was read of it and counts here.
fn is_as_read(one: Option<&Arc<Trace>>, other: Option<&Arc<Trace>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            Arc::ptr_eq(one, other)
                || one.program.is_as_packaged() == other.program.is_as_packaged()
                    && one.asked == other.asked
                    && one.environment == other.environment
        }
        (None, None) => true,
        (Some(it), None) | (None, Some(it)) => {
            it.program.is_as_packaged().is_none() && !it.asked && it.environment.is_empty()
        }
    }
}
