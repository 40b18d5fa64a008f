//! «Seen»: the notice leaves the line, and a finding says from then on who has looked at it.

use crate::cockpit::acts::record;
use crate::cockpit::model::{Notice, NoticeKind, Pane};
use crate::cockpit::{Effect, Model};
use crate::domain::detect::Subject;
use crate::domain::facts::Socket;
use crate::domain::session::Event;
use crate::domain::untrusted::Untrusted;

/// Nobody has read a finding that is younger.
const GLANCE_MS: u64 = 700;

/// Acknowledges the notice; without one, the finding under the cursor.
pub(super) fn acknowledge(model: &mut Model) -> Vec<Effect> {
    // What came this moment was not what the key was meant for.
    let unread = |it: &Notice| {
        matches!(it.kind, NoticeKind::Found(..)) && model.now.ms_since(it.at) < GLANCE_MS
    };
    let read = !model.notice.as_ref().is_some_and(unread);
    let notice = if read { model.dismiss() } else { None };
    let subject = match notice.map(|notice| notice.kind) {
        Some(NoticeKind::Found(finding, _)) => recorded(model, &finding.subject),
        Some(_) => return Vec::new(),
        None => {
            let known = under_cursor(model).and_then(|subject| recorded(model, &subject));
            if known.is_none() {
                model.notice(NoticeKind::NothingToAcknowledge);
            }
            known
        }
    };
    // Whoever only reads takes a notice off their own screen; that is no entry.
    let Some(subject) = subject.filter(|_| model.writes()) else { return Vec::new() };
    if let Some(name) = acknowledged(model, &subject) {
        model.notice(NoticeKind::AlreadyAcknowledged(name));
        return Vec::new();
    }
    record(model, Event::Acknowledged { subject }).into_iter().collect()
}

/// The subject of the row under the cursor.
pub(super) fn under_cursor(model: &Model) -> Option<Subject> {
    let panes = &model.panes;
    match model.focus {
        Pane::Processes => panes.processes.selected.map(Subject::Process),
        Pane::Network => {
            panes.network.rows.get(panes.network.line).and_then(|row| connection(&row.socket))
        }
        Pane::Gpu
        | Pane::Decision
        | Pane::Checklist
        | Pane::Timeline
        | Pane::Playbook
        | Pane::Handoff => None,
    }
}

/// A socket with another end is a subject.
fn connection(socket: &Socket) -> Option<Subject> {
    let (protocol, local, remote) = (socket.protocol, socket.local, socket.remote?);
    Some(Subject::Connection { protocol, local, remote })
}

/// The subject by which the journal has a finding on this one: a connection stands for all to its other end.
fn recorded(model: &Model, subject: &Subject) -> Option<Subject> {
    let findings = &model.session.as_ref()?.state.findings;
    let same = |known: &&Subject| match (known, subject) {
        (
            Subject::Connection { protocol, remote, .. },
            Subject::Connection { protocol: of, remote: to, .. },
        ) => protocol == of && remote == to,
        (known, subject) => *known == subject,
    };
    findings.keys().find(same).cloned()
}

/// Somebody has acknowledged it, or is about to; its name.
fn acknowledged(model: &Model, subject: &Subject) -> Option<Untrusted> {
    let session = model.session.as_ref()?;
    let (_, _, name) = session.state.findings.get(subject)?;
    let waits =
        |event: &Event| matches!(event, Event::Acknowledged { subject: it } if it == subject);
    let known = session.state.acknowledged.contains_key(subject);
    (known || session.pending.iter().any(|it| waits(&it.event))).then(|| name.clone())
}
