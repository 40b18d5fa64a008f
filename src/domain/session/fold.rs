//! The state that a session's events add up to.
//!
//! Invariant: follows from the entries in their order and from nothing else. What a host or a program can make grow
//! without end has a limit; of notes before that, a number each is kept. Whole is what people decide: choices that
//! stand, marks, programs that were allowed, signatures.

mod limit;
mod part;
mod starts;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::base::{Digest, Timestamp};
use crate::domain::detect::{Finding, Grade, Subject};
use crate::domain::playbook::{FlowId, ItemId};
use crate::domain::session::acts::{Act, Acts};
use crate::domain::session::anchor::Anchor;
use crate::domain::session::chain;
use crate::domain::session::event::{Entry, Event, ItemState, Opening, PROGRAM, known_part};
use crate::domain::session::in_force::InForce;
use crate::domain::untrusted::Untrusted;

pub use part::{
    Acknowledged, Choice, Gone, HandoffState, ItemMark, Listening, Note, SignedBy, Training,
    TroubleMet, Worker,
};
pub use starts::{Started, Starts};

/// What the events so far add up to. `State::default()` is the state before the first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// How it began.
    pub opening: Option<Opening>,
    /// When it began.
    pub opened_at: Option<Timestamp>,
    /// Number of the last entry; 0 before the first.
    pub seq: u64,
    /// Wall clock of the last entry.
    pub last_at: Option<Timestamp>,
    /// Who wrote the last entry that was not by the program itself.
    pub last_by: Option<Untrusted>,
    /// The last screen let go in good order.
    pub left: bool,
    /// Choices that stand, in order.
    pub choices: Vec<Choice>,
    /// The newest choices that were taken back, in the order they were taken back.
    pub gone: Vec<Gone>,
    /// Items that were ever marked; the last mark counts.
    pub items: BTreeMap<ItemId, ItemMark>,
    /// Notes in order: the newest, and all of them in any session that people write by hand.
    pub notes: Vec<Note>,
    /// Notes before those that the handoff card reads, in order: guesses, and what bears on telling others.
    pub telling_notes: Vec<Note>,
    /// Entries of the other notes before those, in order. What they say is on disk.
    pub earlier_notes: Vec<u64>,
    /// What can be taken back.
    pub acts: Acts,
    /// What was found, by subject, with the entry that first named it: all that is live and open in any real incident.
    pub findings: BTreeMap<Subject, (u64, Finding, Untrusted)>,
    /// How many findings there were beside those. What they say is on disk.
    pub earlier_findings: u64,
    /// The newest entry about each of these subjects.
    pub renewed: BTreeMap<Subject, u64>,
    /// These subjects, but for those that have ended.
    pub live: BTreeSet<Subject>,
    /// When each of these subjects was first missed, of those that are no longer there.
    pub ended: BTreeMap<Subject, Timestamp>,
    /// The newest entries that say that something confirmed has ended, in order.
    pub confirmed_ends: Vec<u64>,
    /// Findings that somebody has looked at, and about which nothing more was found since.
    pub acknowledged: BTreeMap<Subject, Acknowledged>,
    /// Whether somebody listens on the wire, as far as the journal tells.
    pub listening: Listening,
    /// So many of those that carry its terminal were raised, and not put back, by the screen that writes. What one had
    /// raised that writes no more is not known: it has no pen to say that it put them back.
    pub carriers: u32,
    /// How often a screen took it up again.
    pub resumes: u64,
    /// The rules by which was judged last, if the journal says so.
    pub rules: Option<Box<InForce>>,
    /// What came to start by itself, changed or vanished.
    pub starts: Starts,
    /// Programs that the responder allowed.
    pub allowed: Vec<Untrusted>,
    /// The newest handoff that stands, if any.
    pub handoff: Option<HandoffState>,
    /// The newest handoff that was accepted: what came after it is news to whoever takes over next.
    pub relieved: Option<HandoffState>,
    /// The newest notes and handoffs that were taken back, and the entry that did it.
    pub withdrawn: BTreeMap<u64, u64>,
    /// The newest trouble that the program met, in order.
    pub troubles: Vec<TroubleMet>,
    /// The newest entry whose anchor was shown.
    pub anchored: Option<Anchor>,
    /// Who has signed what with a key, in order.
    pub signatures: Vec<SignedBy>,
    /// The newest entries of kinds that this version does not know, or with more in them than it knows.
    pub unknown: Vec<u64>,
    /// How many of those there are before these.
    pub earlier_unknown: u64,
    /// Who worked on it, in the order of their first entry; the program itself is not among them.
    pub workers: Vec<Worker>,
    /// How the training goes, if this is one.
    pub training: Training,
    /// The last entry.
    pub last: Option<Entry>,
}

impl State {
    /// Takes in the next entry. Entries come in order; the chain has seen to that.
    pub fn apply(&mut self, entry: &Entry) {
        self.fold(entry);
        self.last = Some(entry.clone());
    }

    /// The same but for [`State::last`], which whoever takes in many entries sets once.
    pub(super) fn fold(&mut self, entry: &Entry) {
        self.seq = entry.seq;
        self.last_at = Some(entry.at);
        self.left = matches!(entry.event, Event::Left);
        self.count(entry);
        self.happened(entry);
    }

    /// SHA-256 of the line that holds the last entry; zeros before the first.
    ///
    /// A line is valid only if writing its entry again gives the same bytes, so the entry is enough.
    #[must_use]
    pub fn head(&self) -> Digest {
        let line = self.last.as_ref().and_then(|entry| chain::write(entry).ok());
        line.map_or_else(Digest::default, |line| chain::digest(&line))
    }

    /// Choices that stand in one flow, in order.
    pub fn chosen<'a>(&'a self, flow: &'a FlowId) -> impl Iterator<Item = &'a Choice> {
        self.choices.iter().filter(move |choice| choice.flow == *flow)
    }

    /// State of an item; open if nobody marked it.
    #[must_use]
    pub fn item(&self, item: &ItemId) -> ItemState {
        self.items.get(item).map_or(ItemState::Open, |mark| mark.state)
    }

    /// Who works, and from when to when.
    fn count(&mut self, entry: &Entry) {
        if entry.by.bytes() == PROGRAM.as_bytes() {
            return;
        }
        if self.last_by.as_ref() != Some(&entry.by) {
            self.last_by = Some(entry.by.clone());
        }
        if let Some(worker) = self.workers.iter_mut().find(|worker| worker.by == entry.by) {
            worker.to = entry.at;
            worker.entries += 1;
        } else {
            let (by, at) = (entry.by.clone(), entry.at);
            self.workers.push(Worker { by, from: at, to: at, entries: 1 });
        }
    }

    fn happened(&mut self, entry: &Entry) {
        let Entry { seq, at, .. } = *entry;
        let by = || entry.by.clone();
        match entry.event.clone() {
            Event::Opened(opening) | Event::Redacted { opening, .. } => {
                self.opening.get_or_insert(opening);
                self.opened_at.get_or_insert(at);
            }
            Event::Chose { flow, node, branch, to, label } => {
                self.acts.did(Act::Choice(seq));
                self.choices.push(Choice { seq, at, by: by(), flow, node, branch, to, label });
            }
            Event::TookBack { choice } => {
                self.acts.undid(&Act::Choice(choice));
                self.take_back(choice, entry);
            }
            Event::Marked { item, state, reason, undoes } => {
                let mark = ItemMark { state, reason, by: by(), at, seq };
                self.acts.marked(&item, &mark, undoes, self.items.get(&item));
                self.items.insert(item, mark);
            }
            Event::Noted { text, about } => self.note(Note { seq, at, by: by(), text, about }),
            Event::Withdrew { entry: back } => self.withdraw(back, seq),
            Event::Found { finding, name } => self.found(seq, finding, name),
            Event::Ended { subject, .. } => self.end(subject, at, seq),
            Event::Acknowledged { subject } => {
                self.acknowledge(subject, Acknowledged { seq, at, by: by() });
            }
            Event::Allowed { program, .. } if self.allowed.contains(&program) => {}
            Event::Allowed { program, .. } => self.allowed.push(program),
            Event::HandedOff { words, to, read } => {
                let (by, head, accepted) = (by(), entry.prev, None);
                self.acts.did(Act::Written(seq));
                self.handoff = Some(HandoffState { seq, at, by, to, words, read, head, accepted });
            }
            Event::Accepted { handoff, .. } => self.accept(handoff, entry),
            Event::Anchored { anchor } => self.anchored = Some(anchor),
            Event::Signed { entry, key, .. } => {
                self.signatures.push(SignedBy { seq, by: by(), entry, key });
            }
            Event::Trouble { what } => self.met(TroubleMet { seq, at, what }),
            event @ (Event::Hinted { .. }
            | Event::ExpertShown
            | Event::TapeAt { .. }
            | Event::Debriefed { .. }) => self.training.happened(&event),
            Event::Unknown(fields) => {
                self.puzzled(seq);
                if let Some(event) = known_part(&fields) {
                    self.happened(&Entry { event, ..entry.clone() });
                }
            }
            Event::Listening { on } => self.listening = Listening::of(on),
            Event::Prepared(own) => self.carriers = own.carriers,
            Event::Rules(rules) => self.rules = Some(rules),
            Event::Resumed { .. } => self.resumed(),
            Event::Left | Event::PenGiven { .. } | Event::PenTaken { .. } => self.carriers = 0,
            Event::Autostart { change, place, path, line, text, .. } => {
                self.starts(seq, change, place, (path, line), text);
            }
            Event::WireRefused { .. } | Event::Clock { .. } => {}
        }
    }

    /// Whoever listened is gone, and its guard has put back whom it raised.
    fn resumed(&mut self) {
        self.resumes += 1;
        self.carriers = 0;
        if self.listening == Listening::On {
            self.listening = Listening::Lost;
        }
    }

    fn found(&mut self, seq: u64, finding: Finding, name: Untrusted) {
        let subject = finding.subject.clone();
        self.renewed.insert(subject.clone(), seq);
        self.acknowledged.remove(&subject);
        self.ended.remove(&subject);
        self.live.insert(subject.clone());
        let first = self.findings.get(&subject).map_or(seq, |(first, ..)| *first);
        self.findings.insert(subject, (first, finding, name));
        self.thin_findings();
    }

    /// What was never found, or was let go, cannot end; nor can anything end twice.
    fn end(&mut self, subject: Subject, at: Timestamp, seq: u64) {
        if self.live.remove(&subject) {
            if self.findings.get(&subject).is_some_and(|(_, it, _)| it.grade == Grade::Confirmed) {
                self.confirmed_ends.push(seq);
                limit::newest(&mut self.confirmed_ends, limit::NUMBERS);
            }
            self.ended.insert(subject, at);
        }
    }

    /// Somebody has looked at a finding.
    fn acknowledge(&mut self, subject: Subject, by: Acknowledged) {
        if self.findings.contains_key(&subject) {
            self.acknowledged.insert(subject, by);
        }
    }

    fn met(&mut self, trouble: TroubleMet) {
        self.troubles.push(trouble);
        limit::newest(&mut self.troubles, limit::TROUBLES);
    }

    /// An entry that this version does not understand, or not all of it.
    fn puzzled(&mut self, seq: u64) {
        self.unknown.push(seq);
        self.earlier_unknown += limit::newest(&mut self.unknown, limit::NUMBERS);
    }

    /// The first acceptance of the newest handoff counts.
    fn accept(&mut self, handoff: u64, entry: &Entry) {
        let newest = self.handoff.as_mut().filter(|newest| newest.seq == handoff);
        if let Some(newest) = newest.filter(|newest| newest.accepted.is_none()) {
            newest.accepted = Some((entry.by.clone(), entry.at));
            self.relieved = Some(newest.clone());
        }
    }

    /// Takes a note back, or the newest handoff while nobody has accepted it. Anything else stays as it is.
    fn withdraw(&mut self, back: u64, by: u64) {
        self.acts.undid(&Act::Written(back));
        let handoff = self.handoff.take_if(|it| it.seq == back && it.accepted.is_none());
        if self.unwrite(back) || handoff.is_some() {
            self.withdrawn.insert(back, by);
            if self.withdrawn.len() > limit::NUMBERS {
                self.withdrawn.pop_first();
            }
            // What stands then is the one that was accepted last.
            self.handoff = self.handoff.take().or_else(|| self.relieved.clone());
        }
    }

    fn note(&mut self, note: Note) {
        self.acts.did(Act::Written(note.seq));
        self.keep_note(note);
    }

    /// Takes a note away; `false` if there is none with this entry.
    fn unwrite(&mut self, seq: u64) -> bool {
        for notes in [&mut self.notes, &mut self.telling_notes] {
            if let Ok(at) = notes.binary_search_by_key(&seq, |note| note.seq) {
                notes.remove(at);
                return true;
            }
        }
        let at = self.earlier_notes.binary_search(&seq);
        at.is_ok_and(|at| self.earlier_notes.remove(at) == seq)
    }

    /// A note of this entry stands.
    #[must_use]
    pub fn has_note(&self, seq: u64) -> bool {
        let is_in = |notes: &[Note]| notes.binary_search_by_key(&seq, |note| note.seq).is_ok();
        is_in(&self.notes)
            || is_in(&self.telling_notes)
            || self.earlier_notes.binary_search(&seq).is_ok()
    }

    /// Takes a choice back, and with it every later choice of its flow that has lost its way in.
    ///
    /// The rule, which needs no document: a choice was *led to* if an earlier choice that stands in the same
    /// flow leads to its node; otherwise it was an *entry*. A choice that was led to goes when no earlier
    /// choice that still stands leads to its node; an entry stays. One pass in order is enough, since only
    /// earlier choices hold a later one, so two choices of a cycle cannot hold each other.
    fn take_back(&mut self, taken: u64, entry: &Entry) {
        let Some(flow) = self
            .choices
            .iter()
            .find(|choice| choice.seq == taken)
            .map(|choice| choice.flow.clone())
        else {
            return;
        };
        let mut led_to = BTreeSet::new();
        let mut still_led_to = BTreeSet::new();
        for choice in std::mem::take(&mut self.choices) {
            let lost = led_to.contains(&choice.node) && !still_led_to.contains(&choice.node);
            let goes = choice.flow == flow && (choice.seq == taken || lost);
            if choice.flow == flow {
                led_to.insert(choice.to.clone());
                if !goes {
                    still_led_to.insert(choice.to.clone());
                }
            }
            if goes {
                let (seq, at, by) = (entry.seq, entry.at, entry.by.clone());
                self.gone.push(Gone { choice, seq, at, by });
            } else {
                self.choices.push(choice);
            }
        }
        limit::newest(&mut self.gone, limit::GONE);
    }
}
