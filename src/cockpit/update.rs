//! One message to one change of the model.

use std::sync::Arc;

use crate::cockpit::model::{NoticeKind, Pen, Recording, Session, SourceKind, Stage, Touched};
use crate::cockpit::panes::Cursor;
use crate::cockpit::storage::Storage;
use crate::cockpit::{
    Effect, Model, Msg, acts, bearing, coach, decision, ended, entries, examine, find, handoff,
    heed, keys, obey, pen, persistence, rows, wire,
};
use crate::domain::detect::{Finding, Grade, Rule, Subject};
use crate::domain::facts::{Own, Process, Snapshot};
use crate::domain::session::Event;
use crate::domain::untrusted::Untrusted;

/// New findings that one snapshot may add to the journal; the rest follow with the next ones.
const FINDINGS_A_SNAPSHOT: usize = 8;
/// Entries that may wait for the disk before findings wait too.
const WAITING: usize = 64;
/// Pause between two rings of the bell.
const BETWEEN_BELLS_MS: u64 = 30_000;

/// Applies one message.
#[must_use]
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    model.touched = Touched::Everything;
    let dialog = std::mem::discriminant(&model.dialog);
    let mut effects = apply(model, msg);
    if std::mem::discriminant(&model.dialog) != dialog {
        // Another dialog is read from its first line on, and stands on other ground.
        model.sheet = Cursor::default();
        model.touched = Touched::Everything;
    }
    coach::ask_at_the_end(model);
    effects.extend(examine::due(model));
    find::refresh(model);
    effects
}

#[expect(clippy::too_many_lines, reason = "a table: one row a message, no logic")]
fn apply(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(key) => {
            let second = model.prefix.is_some();
            let effects = keys::press(model, key);
            if second {
                model.touched = Touched::Everything;
            }
            return effects;
        }
        Msg::Lingered => model.lingers = model.prefix.is_some(),
        Msg::Paste(text) => return keys::paste(model, &text),
        Msg::Resized(size) => {
            model.size = size;
            obey::into_view(model);
        }
        Msg::Tick(now) => {
            tick(model, now);
            return handoff::anchor_is_due(model);
        }
        Msg::HandTo(to, words) => {
            handoff::show(model);
            (model.panes.ceremony.to, model.panes.ceremony.words) = (to, words);
        }
        Msg::Seen(snapshot) => return seen(model, snapshot),
        Msg::Passed(snapshot) => passed(model, &snapshot),
        Msg::Examined(found) => examine::came(model, found),
        Msg::Moved(source) => return moved(model, source),
        Msg::Offered(offers) => {
            model.stage = Stage::Start { offers, selected: 0 };
        }
        Msg::Opened(opened) => return entries::open(model, *opened),
        Msg::Saved(ticket, entry) => return entries::saved(model, ticket, *entry),
        Msg::NotSaved(ticket, why) => entries::not_saved(model, ticket, why),
        Msg::Followed(entries) => entries::followed(model, entries),
        Msg::Around(around) => return pen::around(model, around),
        Msg::PenRefused => pen::refused(model),
        Msg::PenCame(came) => return pen::came(model, *came),
        Msg::PenWent(went) => pen::went(model, *went),
        Msg::Recalled(id, known) => persistence::recalled(model, id, *known),
        Msg::Rewound(past) => entries::rewound(model, *past),
        Msg::Storage(storage) => stored(model, storage),
        Msg::Pen(pen) => {
            if pen != Pen::Ours {
                model.recording = Recording::Elsewhere;
            }
            if let Some(session) = &mut model.session {
                session.pen = pen;
                pen::show_branches(session);
                model.panes.timeline.lines = session.entries.len();
            }
        }
        Msg::RulesLoaded(book, bad) => return heed::heed(model, book, &bad).into_iter().collect(),
        Msg::ThemeLoaded(name) => {
            model.theme.clone_from(&name);
            model.notice(NoticeKind::ThemeLoaded(name));
        }
        Msg::Copied(copied) => model.notice(NoticeKind::Copied(copied)),
        Msg::Notice(kind) => {
            if let NoticeKind::NotRecording(why) = &kind {
                model.recording = Recording::Stopped(why.clone());
            }
            if matches!(kind, NoticeKind::Carried { .. }) && model.writes() {
                model.recording = Recording::Since(model.now);
            }
            if let (NoticeKind::Carried { place, .. }, Some(session)) = (&kind, &mut model.session)
            {
                session.moved = Some(above(place));
            }
            model.notice(kind);
        }
        Msg::Do(command) => return obey::obey(model, command),
    }
    Vec::new()
}

/// The directory that something lies in.
fn above(path: &Untrusted) -> Untrusted {
    let bytes = path.bytes();
    let end = bytes.iter().rposition(|byte| *byte == b'/').unwrap_or(bytes.len());
    Untrusted::new(bytes.get(..end.max(1)).unwrap_or_default())
}

/// That the room gets little is said once, and taken off when there is room again.
fn stored(model: &mut Model, storage: Storage) {
    let before = std::mem::replace(&mut model.storage, storage).low;
    match (before, model.storage.low) {
        (None, Some(left)) => model.notice(NoticeKind::LittleRoom(left)),
        (Some(_), None) => model.unsay(|kind| matches!(kind, NoticeKind::LittleRoom(_))),
        (None, None) | (Some(_), Some(_)) => {}
    }
}

/// Only the host's clock goes on by itself; a tape brings its own.
fn tick(model: &mut Model, now: crate::domain::base::Moment) {
    if model.source.kind == SourceKind::Host {
        model.now = now;
    }
    model.fade(now.boot_ms);
}

fn seen(model: &mut Model, snapshot: Arc<Snapshot>) -> Vec<Effect> {
    model.now = snapshot.moment;
    if model.source.kind == SourceKind::Host {
        model.fade(snapshot.moment.boot_ms);
    }
    doubt(model, &snapshot);
    model.live.history.push(&snapshot);
    let indicators = Arc::clone(&model.live.indicators);
    let findings = Arc::new(model.live.watch.see(&snapshot, &indicators));
    bearing::burn(model, &snapshot, &findings);
    let mut effects = report(model, &snapshot, &findings);
    effects.extend(carried(model, &snapshot));
    effects.extend(heed::due(model));
    effects.extend(ended::look(model, &snapshot));
    effects.extend(persistence::report(model, &snapshot));
    effects.extend(wire::look(model, &snapshot));
    effects.extend(handoff::anchor_is_due(model));
    let held = model.source.paused && model.source.kind == SourceKind::Host;
    if !held || model.live.snapshot.is_none() {
        model.live.snapshot = Some(snapshot);
        model.live.findings = findings;
        bearing::gather(model);
        bearing::escalate(model);
        decision::follow_facts(model);
        rows::refresh(model);
    }
    effects
}

/// Graphs, and whoever counts for how long something is so, need every frame; the panes do not.
fn passed(model: &mut Model, snapshot: &Snapshot) {
    model.live.history.push(snapshot);
    let indicators = Arc::clone(&model.live.indicators);
    let findings = model.live.watch.see(snapshot, &indicators);
    bearing::burn(model, snapshot, &findings);
}

/// Says it when the program itself cannot be relied on any more; what was said is not said again.
fn doubt(model: &mut Model, snapshot: &Snapshot) {
    let doubts = snapshot.own.doubts();
    let is_new = doubts.iter().any(|doubt| !model.doubts.contains(doubt));
    if is_new && model.source.kind == SourceKind::Host {
        model.notice(NoticeKind::Doubted(Box::new(Own::clone(&snapshot.own))));
    }
    if doubts != model.doubts {
        model.doubts = doubts;
    }
}

/// That others were raised, since they carry the terminal and were starved, is an entry each time it begins, and one
/// each time they were put back.
fn carried(model: &mut Model, snapshot: &Snapshot) -> Option<Effect> {
    let carried = snapshot.own.carriers > 0;
    if carried == model.carried || model.source.kind != SourceKind::Host || !model.writes() {
        // Without the pen it is written as soon as that is here.
        return None;
    }
    model.carried = carried;
    acts::record(model, Event::Prepared(Box::new(Own::clone(&snapshot.own))))
}

/// Puts what is new about somebody into the journal.
fn report(
    model: &mut Model,
    snapshot: &Snapshot,
    findings: &std::collections::BTreeMap<Subject, Finding>,
) -> Vec<Effect> {
    // Whoever can start processes can make findings; they must not fill the journal, nor ring while it fails.
    let left = model.findings_left();
    let (mut alike, now) = (std::mem::take(&mut model.alike), model.now);
    let idle = |it: &Session| it.unsaved.is_none() && it.pending.len() < WAITING;
    let writes = |it: &&Session| it.pen == Pen::Ours && idle(it);
    let Some(session) = model.session.as_ref().filter(writes) else {
        model.alike = alike;
        return Vec::new();
    };
    let mut is_enough = |finding: &Finding| {
        let Subject::Process(id) = finding.subject else { return false };
        let process = snapshot.process(id);
        process.is_some_and(|it| alike.is_enough(finding, &it.comm, now))
    };
    let news: Vec<Finding> = findings
        .values()
        .filter(|finding| finding.grade >= Grade::Suspect && is_news(session, finding))
        .filter(|finding| !is_enough(finding))
        .take(FINDINGS_A_SNAPSHOT.min(left))
        .map(|finding| news_first(session, finding))
        .collect();
    model.alike = alike;
    let (mut effects, mut gravest) = (Vec::new(), None::<(Finding, Untrusted)>);
    model.reported.1 += news.len();
    for finding in news {
        let name = name(snapshot, &finding.subject);
        if finding.grade == Grade::Confirmed && may_ring(model) {
            effects.push(Effect::Bell);
        }
        if gravest.as_ref().is_none_or(|(it, _)| it.grade < finding.grade) {
            gravest = Some((finding.clone(), name.clone()));
        }
        effects.extend(acts::record(model, Event::Found { finding, name }));
    }
    // There is one line for it, and processes come first.
    if let Some((finding, name)) = gravest {
        model.notice(NoticeKind::Found(finding, name));
    }
    effects
}

/// One bell is news, more are noise.
pub(super) fn may_ring(model: &mut Model) -> bool {
    let rings = model.rang.is_none_or(|last| model.now.ms_since(last) >= BETWEEN_BELLS_MS);
    if rings {
        model.rang = Some(model.now);
    }
    rings
}

/// What the journal says of this subject, or will as soon as it is written. A socket's own port changes with every new
/// connection, so one finding stands for all connections to the same other end. What has ended says nothing: if it is
/// there again, that is news.
fn known<'a>(session: &'a Session, subject: &'a Subject) -> impl Iterator<Item = &'a Finding> {
    let same = move |other: &Subject| match (other, subject) {
        (
            Subject::Connection { protocol, remote, .. },
            Subject::Connection { protocol: of, remote: to, .. },
        ) => protocol == of && remote == to,
        (other, subject) => other == subject,
    };
    let one = match subject {
        Subject::Process(_) | Subject::Hiding { .. } | Subject::Autostart { .. } => {
            session.state.findings.get(subject)
        }
        Subject::Connection { .. } => None,
    };
    let all = match subject {
        Subject::Process(_) | Subject::Hiding { .. } | Subject::Autostart { .. } => None,
        Subject::Connection { .. } => Some(session.state.findings.values()),
    };
    let on_its_way = session.pending.iter().filter_map(|it| {
        if let Event::Found { finding, .. } = &it.event { Some(finding) } else { None }
    });
    let said = one.into_iter().chain(all.into_iter().flatten()).map(|(_, finding, _)| finding);
    said.chain(on_its_way)
        .filter(move |it| same(&it.subject) && !session.state.ended.contains_key(&it.subject))
}

/// Nobody has said as much about this subject yet.
fn is_news(session: &Session, finding: &Finding) -> bool {
    let covers = |known: &Finding| {
        let reasons = finding.reasons.iter().filter(|it| !Rule::PASSING.contains(&it.rule));
        known.grade >= finding.grade
            && reasons.into_iter().all(|it| known.reasons.iter().any(|of| of.rule == it.rule))
    };
    !known(session, &finding.subject).any(covers)
}

/// The same, what nobody has said yet before what the journal says already: an entry begins with what is new.
fn news_first(session: &Session, finding: &Finding) -> Finding {
    let mut finding = finding.clone();
    let said: Vec<Rule> = known(session, &finding.subject)
        .flat_map(|it| it.reasons.iter().map(|reason| reason.rule))
        .collect();
    finding.reasons.sort_by_key(|it| said.contains(&it.rule) || Rule::PASSING.contains(&it.rule));
    finding
}

/// What people call a subject: pid and name; of a connection those of its owner, and the other end.
fn name(snapshot: &Snapshot, subject: &Subject) -> Untrusted {
    match subject {
        Subject::Process(id) => {
            let mut name = id.pid.to_string().into_bytes();
            if let Some(process) = snapshot.process(*id) {
                name.push(b' ');
                name.extend_from_slice(process.comm.bytes());
            }
            Untrusted::new(name)
        }
        Subject::Connection { remote, .. } => {
            let mut name = owner(snapshot, subject).map_or_else(Vec::new, |owner| {
                let mut name = owner.id.pid.to_string().into_bytes();
                name.push(b' ');
                name.extend_from_slice(owner.comm.bytes());
                name.extend_from_slice(b" -> ");
                name
            });
            // The other end comes last, so that whatever the owner calls itself cannot stand in its place.
            name.extend_from_slice(remote.to_string().as_bytes());
            Untrusted::new(name)
        }
        Subject::Hiding { what, .. } => what.clone(),
        Subject::Autostart { path, line: 0, .. } => path.clone(),
        Subject::Autostart { path, line, .. } => {
            let mut name = path.bytes().to_vec();
            name.extend_from_slice(format!(":{line}").as_bytes());
            Untrusted::new(name)
        }
    }
}

/// Whoever holds a connection, as far as that could be seen.
fn owner<'a>(snapshot: &'a Snapshot, of: &Subject) -> Option<&'a Process> {
    let Subject::Connection { protocol, local, remote } = of else { return None };
    let mut sockets = snapshot.sockets.iter();
    let socket = sockets
        .find(|it| it.protocol == *protocol && it.local == *local && it.remote == Some(*remote))?;
    socket.owners.iter().find_map(|id| snapshot.process(*id)).map(|it| &**it)
}

fn moved(model: &mut Model, source: crate::cockpit::model::Source) -> Vec<Effect> {
    let was_at = model.source.at_ms;
    model.go_to(source.at_ms);
    let ended = source.length_ms > 0 && source.at_ms >= source.length_ms;
    if ended && was_at < source.length_ms {
        model.notice(NoticeKind::EndOfTape);
    }
    model.source = source;
    coach::moved(model, ended).into_iter().collect()
}
