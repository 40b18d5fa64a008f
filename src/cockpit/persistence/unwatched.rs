//! What changed while nobody watched: what the session knew last, held against the first that is found.
//!
//! Invariant: nothing is told twice, and only what can be compared is: found on the same host, and with the same rights.

use std::collections::HashMap;
use std::sync::Arc;

use super::report::beginning;
use crate::cockpit::model::{Pen, Session};
use crate::cockpit::{Effect, Model, acts};
use crate::domain::base::Timestamp;
use crate::domain::facts::{
    Autostart, AutostartChange, AutostartKind, Persistence, Snapshot, changes,
};
use crate::domain::session::Event;
use crate::domain::session::telemetry::{Known, gaps};
use crate::domain::untrusted::Untrusted;

/// What the session with this id knew. It waits until something was found to hold against it.
pub(in crate::cockpit) fn recalled(model: &mut Model, id: String, known: Known) {
    let writes = |it: &Session| it.id == id && it.pen == Pen::Ours;
    if !model.session.as_ref().is_some_and(writes) {
        return;
    }
    let reported = &mut model.panes.persistence.reported;
    reported.about(id);
    reported.known = Some(known);
}

/// Has told what is `now` otherwise than it was `known`.
pub(super) fn compare(
    model: &mut Model,
    snapshot: &Snapshot,
    known: &Known,
    now: &Arc<Persistence>,
) -> Option<Effect> {
    let since = known.holds_until();
    if known.host != snapshot.host.name || known.gaps != gaps(&snapshot.unread) {
        let what = "what starts by itself is not compared with what it was before: \
                    another host, or other rights";
        return acts::record(model, Event::Trouble { what: what.into() });
    }
    let session = model.session.as_ref()?;
    let told = told(session, since);
    let mut changed = changes(&known.persistence, now);
    changed.retain(|(change, entry)| {
        let text = beginning(entry);
        let said = told.get(&(entry.kind, &entry.path, &text)).copied();
        let is_said = said.is_some_and(|(before, at)| {
            let gone = *change == AutostartChange::Vanished;
            // The kernel's time of the file: what was written to it since then is news.
            gone == (before == AutostartChange::Vanished) && (gone || entry.changed <= at)
        });
        let may_be_there = *change == AutostartChange::Vanished && is_unread(entry, snapshot);
        !is_said && !may_be_there
    });
    let id = session.id.clone();
    let pane = &mut model.panes.persistence;
    pane.reported.precede(since, &changed);
    if pane.session.as_ref() != Some(&id) {
        pane.forget();
        pane.session = Some(id);
    }
    let ms = |from: Timestamp| snapshot.moment.at.as_millisecond() - from.as_millisecond();
    let looked_for = pane.first.as_ref().and_then(|it| it.hunted_ms);
    let looked_for = looked_for.map(|it| snapshot.moment.boot_ms.saturating_sub(it));
    // A screen that only takes the pen over has looked for longer.
    if looked_for.is_none_or(|it| i64::try_from(it).is_ok_and(|it| it < ms(since))) {
        (pane.first, pane.last) = (Some(Arc::clone(&known.persistence)), None);
    }
    pane.unwatched = Some((since, snapshot.moment.at, changed));
    None
}

/// What was written of changes since then: the newest of each counts.
fn told(
    session: &Session,
    since: Timestamp,
) -> HashMap<(AutostartKind, &Untrusted, &Untrusted), (AutostartChange, Timestamp)> {
    let recent = session.entries.iter().filter(|entry| entry.at >= since);
    let told = recent.filter_map(|entry| {
        let Event::Autostart { change, place, path, text, .. } = &entry.event else { return None };
        Some(((*place, path, text), (*change, entry.at)))
    });
    told.collect()
}

/// It may be there all the same: its place could not be read.
fn is_unread(entry: &Autostart, snapshot: &Snapshot) -> bool {
    let path = entry.path.bytes();
    snapshot.unread.iter().any(|it| {
        let rest = path.strip_prefix(it.what.bytes()).filter(|_| !it.what.is_empty());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    })
}
