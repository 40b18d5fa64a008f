//! What was found and is no longer there: the journal says since when, so that nobody hands a dead miner over as a
//! live one.
//!
//! Invariant: nothing is called ended that was not looked for. A process that one look missed, and a connection that is
//! being made again, get some time to be seen; on another machine than the one that the findings are from, and while
//! the list of sockets cannot be read, nothing is said.

use std::collections::BTreeMap;

use crate::cockpit::model::Pen;
use crate::cockpit::{Effect, Model, acts};
use crate::domain::detect::Subject;
use crate::domain::facts::{Snapshot, SocketState, Unread};
use crate::domain::session::{Event, State};
use crate::domain::untrusted::Untrusted;

/// A process that is not seen for so long has ended.
const PROCESS_MS: u64 = 1_500;
/// A miner makes a connection that broke again within this time.
const CONNECTION_MS: u64 = 30_000;
/// Endings that one look may add to the journal; the rest follow with the next ones.
const A_LOOK: usize = 8;

/// Since when, by the boot clock, subjects that the journal calls live were not seen.
pub(crate) type Missing = BTreeMap<Subject, u64>;

/// Puts into the journal what has ended.
pub(super) fn look(model: &mut Model, snapshot: &Snapshot) -> Vec<Effect> {
    let writes = |it: &&crate::cockpit::model::Session| {
        it.pen == Pen::Ours && it.unsaved.is_none() && is_its_host(&it.state, snapshot)
    };
    let Some(session) = model.session.as_ref().filter(writes) else { return Vec::new() };
    let now = snapshot.moment.boot_ms;
    let mut missing = Missing::new();
    let mut over: Vec<(Subject, Untrusted)> = Vec::new();
    let is_said = |subject: &Subject| {
        let said =
            |event: &Event| matches!(event, Event::Ended { subject: it, .. } if it == subject);
        session.pending.iter().any(|it| said(&it.event))
    };
    for (subject, (_, _, name)) in &session.state.findings {
        let ended = session.state.ended.contains_key(subject) || is_said(subject);
        if ended || is_there(snapshot, subject) {
            continue;
        }
        let since = model.missing.get(subject).copied().unwrap_or(now).min(now);
        let patience = match subject {
            Subject::Process(_) => PROCESS_MS,
            Subject::Connection { .. } => CONNECTION_MS,
        };
        if now - since >= patience && over.len() < A_LOOK {
            over.push((subject.clone(), name.clone()));
        } else {
            missing.insert(subject.clone(), since);
        }
    }
    model.missing = missing;
    let ended = |(subject, name)| acts::record(model, Event::Ended { subject, name });
    over.into_iter().filter_map(ended).collect()
}

/// The findings are from the machine that is looked at.
fn is_its_host(state: &State, snapshot: &Snapshot) -> bool {
    state.opening.as_ref().is_some_and(|opening| opening.host == snapshot.host.name)
}

/// It was seen, or nobody could have seen it. A process that begins later on a tape has not ended.
fn is_there(snapshot: &Snapshot, subject: &Subject) -> bool {
    match subject {
        Subject::Process(id) => {
            let begun = id.start.saturating_mul(10) <= snapshot.moment.boot_ms;
            !begun || snapshot.processes.is_empty() || snapshot.process(*id).is_some()
        }
        // A socket's own port changes with every new connection, so any to the same other end counts.
        Subject::Connection { protocol, remote, .. } => {
            let closing = |state| matches!(state, SocketState::TimeWait | SocketState::Close);
            let same = snapshot.sockets.iter().any(|it| {
                it.protocol == *protocol && it.remote == Some(*remote) && !closing(it.state)
            });
            let unread = |it: &Unread| it.what.bytes().starts_with(b"/proc/net/");
            same || snapshot.unread.iter().any(unread)
        }
    }
}
