//! What whoever takes over must not be surprised by.
//!
//! A risk is a finding that nobody has acknowledged, one that is acknowledged and still there, or trouble that the program
//! met since the session was last taken over: that somebody has seen a miner does not end it. Some must be marked as read
//! by both sides: confirmed findings that nobody has acknowledged and trouble, and no more than those, for a ceremony of
//! fifty marks is one that nobody reads.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::domain::detect::{Grade, Subject};
use crate::domain::session::fold::{State, TroubleMet};
use crate::domain::session::handoff::FindingBrief;
use crate::domain::untrusted::Untrusted;

/// Something that the next responder should know before anything else.
#[derive(Clone, Debug, PartialEq)]
pub struct Risk {
    /// The entry that it rests on. More about it is another entry, and has to be read anew.
    pub seq: u64,
    /// Both sides mark it as read.
    pub must: bool,
    /// What.
    pub what: RiskKind,
}

/// Kinds of [`Risk`].
#[derive(Clone, Debug, PartialEq)]
pub enum RiskKind {
    /// A finding that nobody has acknowledged or that is still there, and how many more there are of the same name and
    /// grade that are as live or as dead, and as acknowledged, as it is: a miner that is started again and again is one
    /// risk.
    Found(FindingBrief, usize),
    /// Trouble that the program met.
    Trouble(TroubleMet),
}

impl Risk {
    /// It is about something that is no longer there.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        matches!(&self.what, RiskKind::Found(found, _) if found.ended.is_some())
    }

    /// How many findings it stands for.
    #[must_use]
    pub const fn count(&self) -> usize {
        match self.what {
            RiskKind::Found(_, more) => more + 1,
            RiskKind::Trouble(_) => 0,
        }
    }
}

/// What is live before what has ended; of each the gravest first, older before newer. Trouble stands behind what must be
/// read of the live.
pub(super) fn risks(state: &State, findings: &[FindingBrief]) -> Vec<Risk> {
    let mut found: Vec<Risk> = Vec::new();
    let mut alike: BTreeMap<(bool, Grade, bool, Untrusted), usize> = BTreeMap::new();
    for it in findings.iter().filter(|it| is_open(it)) {
        let seq = state.renewed.get(&it.finding.subject).copied().unwrap_or(it.seq);
        let kind = (it.ended.is_some(), it.finding.grade, it.acknowledged, called(it));
        let place = *alike.entry(kind).or_insert(found.len());
        if let Some(Risk { seq: newest, what: RiskKind::Found(first, more), .. }) =
            found.get_mut(place)
        {
            *newest = seq.max(*newest);
            // Of those that have ended, the last tells when it was over.
            first.ended = first.ended.max(it.ended);
            *more += 1;
        } else {
            let must = it.finding.grade == Grade::Confirmed && !it.acknowledged;
            found.push(Risk { seq, must, what: RiskKind::Found(it.clone(), 0) });
        }
    }
    // Of the same weight, what nobody has seen comes first.
    found.sort_by_key(|risk| match &risk.what {
        RiskKind::Found(it, _) => (it.ended.is_some(), Reverse(it.finding.grade), it.acknowledged),
        RiskKind::Trouble(_) => (false, Reverse(Grade::Confirmed), false),
    });
    let since = state.relieved.as_ref().map_or(0, |handoff| handoff.seq);
    let troubles = state.troubles.iter().filter(|trouble| trouble.seq > since);
    let troubles = troubles.map(|trouble| Risk {
        seq: trouble.seq,
        must: true,
        what: RiskKind::Trouble(trouble.clone()),
    });
    let grave = |risk: &Risk| risk.must && !risk.has_ended();
    let grave = found.iter().position(|risk| !grave(risk)).unwrap_or(found.len());
    found.splice(grave..grave, troubles);
    found
}

/// Nobody has acknowledged it, or it is there all the same.
fn is_open(it: &FindingBrief) -> bool {
    let noted = it.finding.grade == Grade::Noted;
    !noted && (!it.acknowledged || it.ended.is_none())
}

/// Its name without the number of the process, which changes each time that it is started.
fn called(it: &FindingBrief) -> Untrusted {
    let name = it.name.bytes();
    match it.finding.subject {
        Subject::Process(_) => {
            let at = name.iter().position(|byte| *byte == b' ').map_or(0, |at| at + 1);
            Untrusted::new(name.get(at..).unwrap_or_default())
        }
        Subject::Connection { remote, .. } => remote.to_string().into(),
        Subject::Hiding { .. } | Subject::Autostart { .. } => it.name.clone(),
    }
}
