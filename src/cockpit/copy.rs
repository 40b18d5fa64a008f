//! What can be copied of what is under the cursor.
//!
//! Invariant: what leaves here is printable. Bytes of the host that are not stand as `\x1b`, so that nothing that
//! is pasted can act, and the exact bytes can still be told.

use crate::cockpit::dialog::{CopyKind, Copyable, Dialog};
use crate::cockpit::model::{NoticeKind, Pane, Text};
use crate::cockpit::panes::NetworkRow;
use crate::cockpit::{Effect, Model, acknowledge, acts, follow, handoff};
use crate::domain::base::ProcessId;
use crate::domain::detect::Subject;
use crate::domain::facts::{Autostart, Process};
use crate::domain::untrusted::Untrusted;

/// Asks what to copy.
#[expect(clippy::wildcard_enum_match_arm, reason = "other dialogs are about nothing in a pane")]
pub(super) fn ask(model: &mut Model) {
    if matches!(model.dialog, Dialog::Closed) && follow::say_lost(model) {
        return;
    }
    let mut choices = match &model.dialog {
        Dialog::Process(id) => of_process(model, *id),
        Dialog::Autostart(entry) => of_autostart(entry),
        Dialog::Connection(key) => {
            let mut rows = model.panes.network.rows.iter();
            of_connection(model, rows.find(|row| row.folded == 0 && row.socket.key() == *key))
        }
        Dialog::Item(_) => of_pane(model, Pane::Checklist),
        Dialog::Node(..) => of_pane(model, Pane::Decision),
        _ => of_pane(model, model.focus),
    };
    choices.retain(|choice| choice.lines.iter().any(|line| !line.is_empty()));
    if choices.is_empty() {
        return model.notice(NoticeKind::NothingToCopy);
    }
    if model.is_training() {
        // What leaves a training says so, wherever it is pasted.
        for choice in &mut choices {
            choice.lines.insert(0, "#TRAINING#".into());
        }
    }
    model.dialog = Dialog::Copy(choices, 0);
}

/// Copies the row under the cursor, or prints it.
pub(super) fn take(model: &mut Model, print: bool) -> Vec<Effect> {
    let Dialog::Copy(choices, line) = std::mem::take(&mut model.dialog) else { return Vec::new() };
    let Some(chosen) = choices.into_iter().nth(line) else { return Vec::new() };
    if print {
        model.dialog = Dialog::Printed;
        return vec![Effect::Print(chosen.lines)];
    }
    vec![Effect::Copy(chosen.lines)]
}

fn of_pane(model: &Model, pane: Pane) -> Vec<Copyable> {
    match pane {
        Pane::Processes => {
            model.panes.processes.selected.map_or_else(Vec::new, |id| of_process(model, id))
        }
        Pane::Network => of_connection(model, model.panes.network.row_under_cursor()),
        Pane::Checklist => of_item(model).into_iter().collect(),
        Pane::Decision => of_node(model).into_iter().collect(),
        Pane::Timeline => of_entry(model).into_iter().collect(),
        Pane::Playbook => vec![read(model, CopyKind::Playbook, Text::Of(Pane::Playbook))],
        Pane::Handoff => {
            let brief = read(model, CopyKind::Brief, Text::Brief);
            [brief].into_iter().chain(handoff::to_copy(model)).collect()
        }
        Pane::Persistence => {
            let entry = model.panes.persistence.entry();
            let found = entry.and_then(|it| finding(model, &Subject::of_autostart(it)));
            entry.map_or_else(Vec::new, |it| of_autostart(it)).into_iter().chain(found).collect()
        }
        Pane::Hiding => of_contradiction(model),
        Pane::Gpu | Pane::Wire | Pane::Impact => Vec::new(),
    }
}

fn of_process(model: &Model, id: ProcessId) -> Vec<Copyable> {
    let snapshot = model.live.snapshot.as_ref();
    let kept = || {
        let mut rows = model.panes.processes.rows.iter();
        rows.find(|row| row.process.id == id).map(|row| &row.process)
    };
    let process = snapshot.and_then(|it| it.process(id)).or_else(kept);
    let mut choices = process.map_or_else(Vec::new, |process| facts(process));
    choices.extend(finding(model, &Subject::Process(id)));
    choices
}

fn facts(process: &Process) -> Vec<Copyable> {
    let command = process.command.known().map(Untrusted::joined);
    vec![
        one(CopyKind::Pid, process.id.pid.to_string().into()),
        one(CopyKind::Command, command.as_ref().map(exact).unwrap_or_default()),
        one(CopyKind::Executable, process.exe.known().map(exact).unwrap_or_default()),
    ]
}

fn of_autostart(entry: &Autostart) -> Vec<Copyable> {
    let program = entry.runs.as_ref().map(|runs| exact(&runs.program));
    vec![
        one(CopyKind::AutostartPath, exact(&entry.path)),
        one(CopyKind::AutostartLine, exact(&entry.text)),
        one(CopyKind::Executable, program.unwrap_or_default()),
    ]
}

fn of_connection(model: &Model, row: Option<&NetworkRow>) -> Vec<Copyable> {
    let Some(row) = row else { return Vec::new() };
    let remote = row.socket.remote.map(|remote| remote.to_string().into());
    let mut choices = vec![
        one(CopyKind::Remote, remote.unwrap_or_default()),
        one(CopyKind::Local, row.socket.local.to_string().into()),
    ];
    choices.extend(row.owner.iter().flat_map(|owner| facts(owner)));
    let subject = acknowledge::connection(&row.socket);
    choices.extend(subject.and_then(|subject| finding(model, &subject)));
    choices
}

fn of_contradiction(model: &Model) -> Vec<Copyable> {
    match acknowledge::under_cursor(model) {
        Some(Subject::Process(id)) => of_process(model, id),
        Some(subject) => finding(model, &subject).into_iter().collect(),
        None => Vec::new(),
    }
}

fn finding(model: &Model, subject: &Subject) -> Option<Copyable> {
    let found = model.live.findings.get(subject)?;
    Some(in_one_line(read(model, CopyKind::Finding, Text::Finding(found))))
}

fn of_item(model: &Model) -> Option<Copyable> {
    let id = acts::item_under_cursor(model)?;
    let playbook = model.session.as_ref()?.playbook(model.language);
    let mut items = playbook.checklists().flat_map(|list| &list.items);
    let item = items.find(|item| item.id == id)?;
    Some(one(CopyKind::Item, exact(&format!("{} {}", item.id.0, item.text).into())))
}

fn of_node(model: &Model) -> Option<Copyable> {
    let pane = &model.panes.decision;
    let row = pane.rows.get(pane.line)?;
    let playbook = model.session.as_ref()?.playbook(model.language);
    let label = &playbook.flow(pane.flow.as_ref()?)?.node(&row.node)?.label;
    Some(one(CopyKind::Node, exact(&label.replace('\n', " ").into())))
}

fn of_entry(model: &Model) -> Option<Copyable> {
    let entries = &model.session.as_ref()?.entries;
    let entry = entries.iter().rev().nth(model.panes.timeline.line)?;
    Some(in_one_line(read(model, CopyKind::Entry, Text::Entry(entry))))
}

fn one(kind: CopyKind, line: Untrusted) -> Copyable {
    Copyable { kind, lines: vec![line] }
}

fn read(model: &Model, kind: CopyKind, text: Text<'_>) -> Copyable {
    let lines = (model.read)(model, text).into_iter().map(Untrusted::from);
    Copyable { kind, lines: lines.collect() }
}

/// A line without its indent and its bullet.
fn plain(line: &Untrusted) -> &[u8] {
    let text = line.bytes().trim_ascii();
    text.strip_prefix(b"- ").unwrap_or(text)
}

/// Words of the host never begin a line: whoever pastes it into a shell runs none of them.
fn in_one_line(mut text: Copyable) -> Copyable {
    let lines: Vec<&[u8]> = text.lines.iter().map(plain).collect();
    text.lines = vec![Untrusted::new(lines.join(&b"; "[..]))];
    text
}

/// Printable text that the bytes can be told from.
fn exact(text: &Untrusted) -> Untrusted {
    text.encode().into()
}
