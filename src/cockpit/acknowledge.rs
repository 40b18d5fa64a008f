//! «Seen»: the notice leaves the line, and a finding says from then on who has looked at it.

mod alike;

pub(super) use alike::{all, ask_alike};

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::cockpit::acts::record;
use crate::cockpit::model::{NextAlert, Notice, NoticeKind, Pane, Session};
use crate::cockpit::{Effect, Model, follow, hides};
use crate::domain::detect::{Finding, Grade, Subject};
use crate::domain::facts::Socket;
use crate::domain::session::Event;
use crate::domain::untrusted::Untrusted;

/// Nobody has read a finding that is younger.
const GLANCE_MS: u64 = 700;

/// Acknowledges the notice; without one, the finding under the cursor; without that, the gravest alert that is open comes
/// to the line first, whatever pane has the keyboard: nobody acknowledges what is not on the screen.
pub(super) fn acknowledge(model: &mut Model) -> Vec<Effect> {
    // What came this moment was not what the key was meant for, and what fades by itself asks for nothing.
    let young = |it: &Notice| it.kind.found().is_some() && model.now.ms_since(it.at) < GLANCE_MS;
    let stands =
        model.notice.as_ref().is_some_and(|it| it.kind.found().is_some() || !it.kind.fades());
    let read = stands && !model.notice.as_ref().is_some_and(young);
    let notice = if read { model.dismiss() } else { None };
    let Some(notice) = notice else { return under_cursor_or_next(model) };
    let subject = notice.kind.found().and_then(|(finding, _)| recorded(model, &finding.subject));
    let Some(subject) = subject else { return Vec::new() };
    let effects = settle(model, subject);
    show_next(model);
    effects
}

/// Whoever acknowledges what stands on the line sees the next one there, so that one key an alert is enough.
fn show_next(model: &mut Model) {
    let Some(NoticeKind::Acknowledged(done, left)) = model.notice.as_ref().map(|it| &it.kind)
    else {
        return;
    };
    let (done, left) = (done.clone(), *left);
    let Some((finding, name)) = next_alert(model) else { return };
    // It stands on the line now, and waits nowhere else.
    let same = |kind: &NoticeKind| kind.found().is_some_and(|it| it.0.subject == finding.subject);
    model.standing.retain(|it| !same(&it.kind));
    model.notice(NoticeKind::NextAlert(Box::new(NextAlert { done, left, finding, name })));
}

/// Whoever takes a session up sees the gravest alert that is open, as whoever left it did.
pub(super) fn bring_up(model: &mut Model) {
    if let Some((finding, name)) = next_alert(model) {
        model.notice(NoticeKind::Found(finding, name));
    }
}

/// Nothing that can be acknowledged stands on the line.
fn under_cursor_or_next(model: &mut Model) -> Vec<Effect> {
    if follow::say_lost(model) {
        return Vec::new();
    }
    let here = under_cursor(model).and_then(|subject| recorded(model, &subject));
    let known = here.as_ref().and_then(|subject| acknowledged(model, subject));
    match (here, known) {
        (Some(subject), None) if model.writes() => return settle(model, subject),
        (_, known) => match (next_alert(model), known) {
            (Some((finding, name)), _) => model.answer(NoticeKind::Found(finding, name)),
            (None, Some(name)) => model.notice(NoticeKind::AlreadyAcknowledged(name)),
            (None, None) => model.notice(NoticeKind::NothingToAcknowledge),
        },
    }
    Vec::new()
}

/// The alert that is to be acknowledged next, by whom can: what is live before what has ended, the gravest first.
fn next_alert(model: &Model) -> Option<(Finding, Untrusted)> {
    let order =
        |(ended, (seq, finding, _)): &(bool, &Found)| (*ended, Reverse(finding.grade), *seq);
    let next = open_alerts(model).filter(|_| model.writes()).min_by_key(order);
    next.map(|(_, (_, finding, name))| (finding.clone(), name.clone()))
}

/// The finding has been seen. Whoever only reads takes a notice off their own screen; that is no entry.
fn settle(model: &mut Model, subject: Subject) -> Vec<Effect> {
    let about = |it: &Notice| it.kind.found().is_some_and(|(it, _)| it.subject == subject);
    model.standing.retain(|it| !about(it));
    if !model.writes() {
        return Vec::new();
    }
    if let Some(name) = acknowledged(model, &subject) {
        model.notice(NoticeKind::AlreadyAcknowledged(name));
        return Vec::new();
    }
    let findings = model.session.as_ref().map(|session| &session.state.findings);
    let name = findings.and_then(|it| it.get(&subject)).map(|(_, _, name)| name.clone());
    let effect = record(model, Event::Acknowledged { subject });
    let left = count(model).0;
    model.notice(NoticeKind::Acknowledged(name.unwrap_or_default(), left));
    effect.into_iter().collect()
}

/// What the journal has of a finding: the entry that first named it, and its name.
type Found = (u64, Finding, Untrusted);

/// Findings that nobody has acknowledged and that are more than worth a look; `true` with one that has ended.
fn open_alerts(model: &Model) -> impl Iterator<Item = (bool, &Found)> {
    let open = |session| {
        let on_their_way = on_their_way(session);
        let state = &session.state;
        let is_open = move |(subject, (_, finding, _)): &(&Subject, &Found)| {
            finding.grade > Grade::Noted
                && !state.acknowledged.contains_key(*subject)
                && !on_their_way.contains(*subject)
        };
        let found = state.findings.iter().filter(is_open);
        found.map(|(subject, found)| (state.ended.contains_key(subject), found))
    };
    model.session.as_ref().map(open).into_iter().flatten()
}

/// Subjects whose acknowledgement is not saved yet.
fn on_their_way(session: &Session) -> BTreeSet<&Subject> {
    let waits = session.pending.iter().map(|it| &it.event);
    let subject = waits.map(|event| {
        let Event::Acknowledged { subject } = event else { return None };
        Some(subject)
    });
    subject.flatten().collect()
}

/// How many alerts nobody has acknowledged, and whether one of them is confirmed and live.
#[must_use]
pub fn count(model: &Model) -> (usize, bool) {
    open_alerts(model).fold((0, false), |(count, grave), (ended, (_, finding, _))| {
        (count + 1, grave || (!ended && finding.grade == Grade::Confirmed))
    })
}

/// The subject of the row under the cursor.
pub(super) fn under_cursor(model: &Model) -> Option<Subject> {
    let panes = &model.panes;
    match model.focus {
        Pane::Processes => panes.processes.selected.map(Subject::Process),
        Pane::Network => panes.network.row_under_cursor().and_then(|row| connection(&row.socket)),
        Pane::Hiding => hides::under_cursor(model),
        Pane::Persistence => panes.persistence.entry().map(|it| Subject::of_autostart(it)),
        Pane::Gpu
        | Pane::Decision
        | Pane::Checklist
        | Pane::Timeline
        | Pane::Playbook
        | Pane::Handoff
        | Pane::Wire
        | Pane::Impact => None,
    }
}

/// A socket with another end is a subject.
pub(super) fn connection(socket: &Socket) -> Option<Subject> {
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
