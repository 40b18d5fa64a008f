//! What was found and is no longer there: the journal says since when, so that nobody hands a dead miner over as a
//! live one.
//!
//! Invariant: nothing is called ended that was not looked for. A process that one look missed, and a connection that is
//! being made again, get some time to be seen; on another machine than the one that the findings are from, and while
//! the list of sockets cannot be read, nothing is said.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;

use crate::cockpit::model::{Pen, SourceKind};
use crate::cockpit::{Effect, Model, acts};
use crate::domain::detect::Subject;
use crate::domain::facts::{Autostart, Protocol, Snapshot, SocketState, Unread};
use crate::domain::session::{Event, State};
use crate::domain::untrusted::Untrusted;

/// A process that is not seen for so long has ended.
const PROCESS_MS: u64 = 1_500;
/// What hid and was not seen to for so long hides no more: views are compared in turns.
const HIDING_MS: u64 = 30_000;
/// What starts by itself may be written anew, and is away for that moment.
const AUTOSTART_MS: u64 = 5_000;
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
    let looked = Looked::at(snapshot, model.source.kind);
    for subject in &session.state.live {
        if looked.has(subject) || is_said(subject) {
            continue;
        }
        let since = model.missing.get(subject).copied().unwrap_or(now).min(now);
        let patience = match subject {
            Subject::Process(_) => PROCESS_MS,
            Subject::Hiding { .. } => HIDING_MS,
            Subject::Autostart { .. } => AUTOSTART_MS,
            Subject::Connection { .. } => CONNECTION_MS,
        };
        if now - since >= patience && over.len() < A_LOOK {
            let name = session.state.findings.get(subject).map(|(_, _, name)| name.clone());
            over.push((subject.clone(), name.unwrap_or_default()));
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

/// What one look saw, for finding single subjects in it.
struct Looked<'a> {
    snapshot: &'a Snapshot,
    /// A process may begin later than this look: it is from a tape that was taken back.
    is_tape: bool,
    sockets_unread: bool,
    /// Other ends of connections that stand.
    remotes: BTreeSet<(Protocol, SocketAddr)>,
}

impl<'a> Looked<'a> {
    fn at(snapshot: &'a Snapshot, source: SourceKind) -> Self {
        let closing = |state| matches!(state, SocketState::TimeWait | SocketState::Close);
        let open = snapshot.sockets.iter().filter(|it| !closing(it.state));
        let unread = |it: &Unread| it.what.bytes().starts_with(b"/proc/net/");
        let heard = snapshot.wire.conversations(snapshot.moment);
        let heard = heard.flat_map(|it| [it.server, it.client]).map(|it| (Protocol::Tcp, it));
        Self {
            snapshot,
            is_tape: source != SourceKind::Host,
            sockets_unread: snapshot.unread.iter().any(unread),
            remotes: open.filter_map(|it| Some((it.protocol, it.remote?))).chain(heard).collect(),
        }
    }

    /// It was seen, or nobody could have seen it. A process that begins later on a tape has not ended; one that the
    /// live host began later, by the clock of another boot, has.
    fn has(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Process(id) => {
                let to_come = id.start.saturating_mul(10) > self.snapshot.moment.boot_ms;
                (self.is_tape && to_come)
                    || self.snapshot.processes.is_empty()
                    || self.snapshot.process(*id).is_some()
            }
            // A socket's own port changes with every new connection, so any to the same other end counts.
            Subject::Connection { protocol, remote, .. } => {
                self.sockets_unread || self.remotes.contains(&(*protocol, *remote))
            }
            Subject::Hiding { kind, what } => {
                let hiding = &self.snapshot.hiding;
                hiding.views.is_empty()
                    || hiding.contradictions.iter().any(|it| it.kind == *kind && it.what == *what)
            }
            Subject::Autostart { place, path, line } => {
                let found = &self.snapshot.persistence;
                let same =
                    |it: &Arc<Autostart>| it.kind == *place && it.path == *path && it.line == *line;
                found.hunted_ms.is_none() || found.entries.iter().any(same)
            }
        }
    }
}
