//! Many alerts of one kind, acknowledged with one answer.
//!
//! Invariant: each that goes was listed in the question by its name, and gets an entry of its own. Of one against which
//! anything else speaks than against the first nobody is asked here.

use std::collections::BTreeSet;

use crate::cockpit::acts::record;
use crate::cockpit::dialog::Dialog;
use crate::cockpit::model::NoticeKind;
use crate::cockpit::{Effect, Model, follow};
use crate::domain::detect::{Finding, Rule, Subject};
use crate::domain::session::Event;

use super::{count, next_alert, open_alerts, recorded, under_cursor};

/// Of so many one question is asked.
const MOST: usize = 50;

/// Asks whether all are meant that are like the alert on the line; without one, like the one under the cursor; without
/// that, like the gravest that is open.
pub(in crate::cockpit) fn ask_alike(model: &mut Model) {
    if follow::say_lost(model) {
        return;
    }
    let Some(like) = meant(model) else { return model.notice(NoticeKind::NothingToAcknowledge) };
    let mut alike: Vec<(u64, Subject)> = open_alerts(model)
        .filter(|(_, (_, finding, _))| is_like(finding, &like))
        .map(|(_, (seq, finding, _))| (*seq, finding.subject.clone()))
        .collect();
    // Whoever asked looked at this one: it is among them, however many came before.
    alike.sort_unstable_by_key(|(seq, subject)| (*subject != like.subject, *seq));
    let all = alike.len();
    let subjects = alike.into_iter().map(|(_, subject)| subject).take(MOST).collect();
    model.dialog = Dialog::AcknowledgeAll(subjects, all);
}

/// The alert whose likes are asked about.
fn meant(model: &Model) -> Option<Finding> {
    let on_line = model.notice.as_ref().and_then(|it| it.kind.found()).map(|it| &it.0.subject);
    let on_line = on_line.and_then(|subject| recorded(model, subject));
    let here = || under_cursor(model).and_then(|subject| recorded(model, &subject));
    let open = |subject: &Subject| {
        let found = open_alerts(model).find(|(_, (_, finding, _))| finding.subject == *subject);
        found.map(|(_, (_, finding, _))| finding.clone())
    };
    let open_here = || here().as_ref().and_then(open);
    let next = || next_alert(model).map(|(finding, _)| finding);
    on_line.as_ref().and_then(open).or_else(open_here).or_else(next)
}

/// The same is known of both, of as grave a kind.
fn is_like(one: &Finding, other: &Finding) -> bool {
    let same_kind = std::mem::discriminant(&one.subject) == std::mem::discriminant(&other.subject);
    let rules = |it: &Finding| -> BTreeSet<Rule> {
        it.reasons.iter().map(|it| it.rule).filter(|it| !Rule::PASSING.contains(it)).collect()
    };
    same_kind && one.grade == other.grade && rules(one) == rules(other)
}

/// A yes: an entry for each that is open still.
pub(in crate::cockpit) fn all(model: &mut Model, subjects: &[Subject]) -> Vec<Effect> {
    let open: BTreeSet<Subject> =
        open_alerts(model).map(|(_, (_, finding, _))| finding.subject.clone()).collect();
    let mut effects = Vec::new();
    for subject in subjects.iter().filter(|subject| open.contains(*subject)) {
        model.unsay(|kind| kind.found().is_some_and(|(it, _)| it.subject == *subject));
        effects.extend(record(model, Event::Acknowledged { subject: subject.clone() }));
    }
    model.notice(NoticeKind::AcknowledgedAll(effects.len(), count(model).0));
    effects
}
