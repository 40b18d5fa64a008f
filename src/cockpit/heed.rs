//! Which rules are in force, and that the journal says by which it is judged.

use std::sync::Arc;

use crate::cockpit::model::{NoticeKind, SourceKind};
use crate::cockpit::trouble::BadRules;
use crate::cockpit::{Effect, Model, acts, entries, rows};
use crate::domain::detect::Rulebook;
use crate::domain::session::{Event, InForce};
use crate::domain::untrusted::Untrusted;

/// Other rules are in force, also for what is on the screen.
pub(super) fn heed(model: &mut Model, book: Arc<Rulebook>, bad: &[BadRules]) -> Option<Effect> {
    let name = |file: &Untrusted| file.bytes().rsplit(|it| *it == b'/').next().map(Untrusted::new);
    let faults = bad.iter().filter_map(|it| Some((name(&it.file)?, it.line.max(1))));
    model.in_force = Some(Arc::new(InForce::of(&book, faults, model.now.at)));
    model.bad_rules = bad.to_vec();
    model.live.watch.heed(book);
    // What is still wrong is said anew.
    model.unsay(|kind| matches!(kind, NoticeKind::RulesBroken(..)));
    // While the picture is held, it and what is said of it stay what they were; looks go on behind it.
    let held = model.source.paused && model.source.kind == SourceKind::Host;
    if model.session.is_some() && !held {
        entries::judge(model);
        rows::refresh(model);
    }
    due(model)
}

/// Says by which rules is judged, if the journal says otherwise or nothing. Without the pen it is said as soon as that is
/// here, and while nothing can be written as soon as something is.
pub(super) fn due(model: &mut Model) -> Option<Effect> {
    let now = model.in_force.clone()?;
    let session = model.session.as_ref().filter(|_| model.writes())?;
    let waits = session.pending.iter().any(|it| matches!(it.event, Event::Rules(_)));
    let known = session.state.rules.as_deref() == Some(&*now);
    if known || waits || session.unsaved.is_some() || model.source.kind != SourceKind::Host {
        return None;
    }
    acts::record(model, Event::Rules(Box::new(InForce::clone(&now))))
}
