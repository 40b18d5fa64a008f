//! Listening on the wire: asked for, written down, and only then done. And the rows of what was heard.

use std::net::IpAddr;
use std::sync::Arc;

use crate::cockpit::dialog::Dialog;
use crate::cockpit::model::{NoticeKind, SourceKind};
use crate::cockpit::{Effect, Model, acts, pen};
use crate::domain::base::ProcessId;
use crate::domain::facts::{Sighting, Snapshot, Wire, WireState};
use crate::domain::playbook::Indicators;
use crate::domain::session::{Event, Listening};
use crate::domain::untrusted::Untrusted;

/// What outlasts the listening.
#[derive(Debug, Default)]
pub struct Kept {
    /// What was heard last; the next listening begins with nothing.
    heard: Option<Arc<Wire>>,
    /// That the kernel refuses was said since it was asked.
    said: bool,
}

impl Kept {
    /// What was heard: now, or before somebody stopped.
    #[must_use]
    pub fn of<'a>(&'a self, snapshot: &'a Snapshot) -> &'a Wire {
        let before = self.heard.as_ref().filter(|_| snapshot.wire.state != WireState::Listening);
        before.unwrap_or(&snapshot.wire)
    }
}

/// A row of the pane.
#[derive(Clone, Copy, Debug)]
pub enum Row<'a> {
    /// Something that matched.
    Sighting(&'a Arc<Sighting>),
    /// The name of an address that somebody talks to, which is no pool's: allowed.
    Name(IpAddr, &'a Untrusted),
}

/// What matched, the one that was heard last on top; then the names that are allowed.
#[must_use]
pub fn rows<'a>(wire: &'a Wire, look_for: &Indicators) -> Vec<Row<'a>> {
    let mut sightings: Vec<&Arc<Sighting>> = wire.sightings.iter().rev().collect();
    // Of two that were heard in the same millisecond, the newer one comes first: the sort keeps their order.
    sightings.sort_by_key(|it| std::cmp::Reverse(it.last.boot_ms));
    let is_pool = |name: &Untrusted| {
        std::str::from_utf8(name.bytes()).is_ok_and(|name| look_for.is_pool_name(name))
    };
    let allowed = wire.names.iter().filter(|(_, name)| !is_pool(name));
    let allowed = allowed.map(|(ip, name)| Row::Name(*ip, name));
    sightings.into_iter().map(Row::Sighting).chain(allowed).collect()
}

impl Row<'_> {
    /// Who said it, or who talks to the address.
    #[must_use]
    pub fn process(&self, snapshot: &Snapshot) -> Option<ProcessId> {
        match self {
            Self::Sighting(it) => it.process.or(it.served_by),
            Self::Name(ip, _) => {
                let leads_there = |remote: std::net::SocketAddr| remote.ip() == *ip;
                let mut sockets = snapshot.sockets.iter();
                let socket = sockets.find(|it| it.remote.is_some_and(leads_there))?;
                socket.owners.first().copied()
            }
        }
    }
}

/// Who is under the cursor, if that is known and there.
#[must_use]
pub fn process_under_cursor(model: &Model) -> Option<ProcessId> {
    let snapshot = model.live.snapshot.as_ref()?;
    let rows = rows(model.heard.of(snapshot), &model.live.indicators);
    let process = rows.get(model.panes.wire.line)?.process(snapshot)?;
    snapshot.process(process).map(|process| process.id)
}

/// Asks whether to listen; to stop needs no question.
pub(super) fn ask(model: &mut Model) -> Vec<Effect> {
    if model.source.kind != SourceKind::Host {
        model.notice(NoticeKind::NoWireHere);
        return Vec::new();
    }
    match (is_on(model), model.writes()) {
        (true, true) => acts::record(model, Event::Listening { on: false }).into_iter().collect(),
        // The pen is elsewhere, and this screen still may be quiet.
        (true, false) => turned(model, false).into_iter().collect(),
        (false, true) => {
            model.dialog = Dialog::Listen;
            Vec::new()
        }
        (false, false) => {
            pen::no_pen(model);
            Vec::new()
        }
    }
}

/// This screen listens, as far as is known.
#[must_use]
pub fn is_on(model: &Model) -> bool {
    let state = model.live.snapshot.as_ref().map(|it| &it.wire.state);
    model.listens && !matches!(state, Some(WireState::Refused(_)))
}

/// Keeps what was heard, and says it once when the kernel refuses what was asked.
pub(super) fn look(model: &mut Model, snapshot: &Snapshot) -> Vec<Effect> {
    match &snapshot.wire.state {
        WireState::Listening => model.heard.heard = Some(Arc::clone(&snapshot.wire)),
        WireState::Refused(why) if model.listens && !model.heard.said => {
            model.heard.said = true;
            model.notice(NoticeKind::WireRefused(why.clone()));
            if model.writes() {
                let event = Event::WireRefused { why: why.clone() };
                return acts::record(model, event).into_iter().collect();
            }
        }
        WireState::Off | WireState::Refused(_) => {}
    }
    Vec::new()
}

/// A yes to the question: it is written down first.
pub(super) fn agree(model: &mut Model) -> Vec<Effect> {
    model.dialog = Dialog::Closed;
    acts::record(model, Event::Listening { on: true }).into_iter().collect()
}

/// A session is taken up with the pen: nobody listens any more, although the last screen did.
pub(super) fn taken_up(model: &mut Model) {
    let was_on = model.session.as_ref().is_some_and(|it| it.state.listening == Listening::On);
    if was_on && model.writes() && model.source.kind == SourceKind::Host && !model.listens {
        model.notice(NoticeKind::WireLost);
    }
}

/// It is on disk, so it is done.
pub(super) fn turned(model: &mut Model, on: bool) -> Option<Effect> {
    if model.source.kind != SourceKind::Host {
        return None;
    }
    model.listens = on;
    model.heard.said = false;
    model.unsay(|kind| matches!(kind, NoticeKind::WireRefused(_) | NoticeKind::WireLost));
    Some(Effect::Listen(on.then(|| Arc::clone(&model.live.indicators))))
}
