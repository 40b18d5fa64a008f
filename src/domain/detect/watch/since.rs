//! Since when something speaks against somebody.
//!
//! A reason that was gone for a look begins anew. Bounded: only what the last look found is kept.

use std::collections::{BTreeMap, HashMap};

use crate::domain::base::Moment;
use crate::domain::detect::{Finding, Rule, Subject};

/// When each rule began to speak.
#[derive(Debug, Default)]
pub(super) struct Since {
    of: HashMap<Subject, Vec<Said>>,
    look: u64,
}

#[derive(Clone, Copy, Debug)]
struct Said {
    rule: Rule,
    since: Moment,
    look: u64,
}

impl Since {
    /// Takes in what a look found.
    pub(super) fn see(&mut self, now: Moment, found: &BTreeMap<Subject, Finding>) {
        let before = self.look;
        self.look = before.wrapping_add(1);
        let look = self.look;
        for (subject, finding) in found {
            if !self.of.contains_key(subject) {
                self.of.insert(subject.clone(), Vec::new());
            }
            let Some(said) = self.of.get_mut(subject) else { continue };
            said.retain(|it| it.look == before);
            for reason in &finding.reasons {
                match said.iter_mut().find(|it| it.rule == reason.rule) {
                    Some(known) => known.look = look,
                    None => said.push(Said { rule: reason.rule, since: now, look }),
                }
            }
        }
        if self.of.len() > found.len() {
            self.of.retain(|_, said| said.iter().any(|it| it.look == look));
        }
    }

    /// When this rule began to speak against it.
    pub(super) fn of(&self, subject: &Subject, rule: Rule) -> Option<Moment> {
        let said = self.of.get(subject)?.iter();
        said.filter(|it| it.look == self.look).find(|it| it.rule == rule).map(|it| it.since)
    }
}
