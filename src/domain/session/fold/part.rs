//! What a [`State`](super::State) is made of.

use std::collections::BTreeMap;

use crate::domain::base::{Digest, Timestamp};
use crate::domain::playbook::{FlowId, NodeId};
use crate::domain::session::event::{Event, ItemState, Place};
use crate::domain::untrusted::Untrusted;

/// How far a training has come, and what help was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Training {
    /// How many hints were shown, by task, from 0; a task without any is not in it.
    pub hints: BTreeMap<usize, usize>,
    /// The expert's path was shown.
    pub expert_shown: bool,
    /// Milliseconds on the tape where it was last known to be.
    pub tape_ms: Option<u64>,
    /// It is over; the points that it got.
    pub score: Option<u32>,
}

/// Whether somebody listens on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listening {
    /// Nobody does.
    #[default]
    Off,
    /// The responder asked for it.
    On,
    /// It was on when the screen that listened went away; nobody has asked for it again.
    Lost,
}

/// Somebody who worked on the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    /// Who.
    pub by: Untrusted,
    /// First entry.
    pub from: Timestamp,
    /// Last entry.
    pub to: Timestamp,
    /// How many entries.
    pub entries: u64,
}

/// A branch that was taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The entry that holds it.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Untrusted,
    /// Which flow.
    pub flow: FlowId,
    /// At which node.
    pub node: NodeId,
    /// Which of the node's branches, from 0.
    pub branch: usize,
    /// Where it leads.
    pub to: NodeId,
    /// What the branch said.
    pub label: Untrusted,
}

/// A choice that was taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Gone {
    /// What had been chosen.
    pub choice: Choice,
    /// The entry that took it back.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Untrusted,
}

/// The last mark on an item.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemMark {
    /// State.
    pub state: ItemState,
    /// Why, where the state asks for it.
    pub reason: Untrusted,
    /// Who.
    pub by: Untrusted,
    /// When.
    pub at: Timestamp,
    /// The entry.
    pub seq: u64,
}

/// Something written down.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The entry.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Untrusted,
    /// What.
    pub text: Untrusted,
    /// What it is about.
    pub about: Option<Place>,
}

/// Who has looked at a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// The entry.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Untrusted,
}

/// Trouble that the program met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TroubleMet {
    /// The entry.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Untrusted,
}

/// A signature that is in the journal. Whether it is right, only a [check](crate::domain::session::Signature) says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedBy {
    /// The entry.
    pub seq: u64,
    /// Who put it there.
    pub by: Untrusted,
    /// Up to which entry it goes.
    pub entry: u64,
    /// Fingerprint of the key.
    pub key: Untrusted,
}

/// A handoff.
#[derive(Clone, Debug, PartialEq)]
pub struct HandoffState {
    /// The entry that signed it.
    pub seq: u64,
    /// When it was signed.
    pub at: Timestamp,
    /// Who signed.
    pub by: Untrusted,
    /// Who shall take it; empty if anybody may.
    pub to: Untrusted,
    /// To the next one.
    pub words: Untrusted,
    /// Entries behind the lines that were marked as read.
    pub read: Vec<u64>,
    /// What the brief was made from.
    pub head: Digest,
    /// Who accepted, and when.
    pub accepted: Option<(Untrusted, Timestamp)>,
}

impl Listening {
    /// What the responder asked for.
    pub(super) const fn of(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }
}

impl HandoffState {
    /// This responder may take it without a question: nobody was named, or they were. A name in the journal goes on
    /// with the way that led to it, `niran as root from 192.0.2.7`, and nobody types that.
    #[must_use]
    pub fn is_for(&self, who: &Untrusted) -> bool {
        let (to, who) = (self.to.bytes(), who.bytes());
        let begins = who.get(..to.len()).is_some_and(|it| it.eq_ignore_ascii_case(to));
        to.is_empty() || (begins && matches!(who.get(to.len()), None | Some(b' ')))
    }

    /// Whom it was signed for, if that is not this responder; empty otherwise.
    #[must_use]
    pub fn instead_of(&self, who: &Untrusted) -> Untrusted {
        if self.is_for(who) { Untrusted::default() } else { self.to.clone() }
    }
}

impl Training {
    /// How many hints of a task were shown.
    #[must_use]
    pub fn hints_of(&self, task: usize) -> usize {
        self.hints.get(&task).copied().unwrap_or(0)
    }

    /// What is of a training alone.
    pub(super) fn happened(&mut self, event: &Event) {
        if let Event::Hinted { task, shown } = event {
            self.hinted(*task, *shown);
        } else if let Event::TapeAt { ms } = event {
            self.tape_ms = Some(*ms);
        } else if let Event::Debriefed { score } = event {
            self.score = Some(*score);
        } else if *event == Event::ExpertShown {
            self.expert_shown = true;
        }
    }

    /// A hint that was asked for twice was still shown once.
    fn hinted(&mut self, task: usize, shown: usize) {
        let most = self.hints.entry(task).or_default();
        *most = shown.max(*most);
    }
}
