//! Rows of the panes, worked out from the newest snapshot and the session.
//!
//! A row is an identity: the cursor stays on its process or socket, wherever that goes, and a process that
//! ended stays as a row while the cursor is on it: for as long as it is asked about or followed, else for a while.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::cockpit::dialog::Dialog;
use crate::cockpit::model::Live;
use crate::cockpit::panes::{
    ChecklistRow, Kept, Lost, NetworkPart, NetworkRow, ProcessPane, ProcessRow, ProcessSort,
    REACTION_MS,
};
use crate::cockpit::{Model, follow, hides, persistence};
use crate::domain::base::{Pid, ProcessId};
use crate::domain::detect::{Finding, Grade, Subject};
use crate::domain::facts::{Process, Proxies, Snapshot, Socket, SocketKey, SocketState};
use crate::domain::session::ItemState;

/// Fewer connections of nobody that are being closed are shown one by one.
const FOLDED: usize = 3;
/// A process that ended keeps its place under the cursor so long; then nobody is at it any more.
const GONE_MS: i64 = 60_000;

/// Works the process and network rows out again.
pub(super) fn refresh(model: &mut Model) {
    let Some(snapshot) = model.live.snapshot.clone() else { return };
    let asked = if let Dialog::Process(id) = model.dialog { Some(id) } else { None };
    processes(&mut model.panes.processes, &model.live, &snapshot, asked);
    network(model, &snapshot);
    let gpu = &snapshot.gpu;
    let users = gpu.holders.len() + gpu.unlisted.len();
    model.panes.gpu.lines = 2 * gpu.devices.len() + users + gpu.sources.len();
    model.panes.gpu.step(0);
    hides::refresh(&mut model.panes.hiding, &snapshot);
    persistence::refresh(model);
    let heard = model.heard.of(&snapshot);
    model.panes.wire.lines = crate::cockpit::wire::rows(heard, &model.live.indicators).len();
    model.panes.wire.step(0);
    follow::look(model);
}

fn processes(pane: &mut ProcessPane, live: &Live, snapshot: &Snapshot, asked: Option<ProcessId>) {
    let wanted = pane.followed.is_some() || (asked.is_some() && asked == pane.selected);
    let by_owner = if pane.filter.is_set() { sockets_by_owner(snapshot) } else { HashMap::new() };
    let held = |process: &Process| {
        by_owner.get(&process.id).into_iter().flatten().map(|socket| &***socket)
    };
    let passes = |process: &Process| {
        !pane.filter.is_set() || pane.filter.shows_process(process, || held(process))
    };
    let kept = keep(pane, live, snapshot, wanted, passes);
    let is_over = pane.held && kept.is_none() && !pane.rows.is_empty();
    let was_gone = pane.kept.as_ref().is_some_and(|it| it.gone.is_some());
    // Where nobody is at it, the cursor begins anew.
    pane.held &= !(is_over && was_gone);
    // Whoever is under the cursor stays there, also when the filter would hide it now: nobody else takes its place.
    let stays = kept.as_ref().filter(|it| pane.held && it.under == pane.filter.text());
    let is_kept = |process: &Process| stays.is_some_and(|it| it.process.id == process.id);
    let shown = snapshot.processes.iter().filter(|process| passes(process) || is_kept(process));
    let was_shown = |it: &&Kept| {
        !pane.filter.is_set()
            || it.under == pane.filter.text()
            || pane.filter.shows_process(&it.process, std::iter::empty)
    };
    let gone = kept.as_ref().filter(|it| it.gone.is_some()).filter(was_shown);
    let mut list: Vec<&Arc<Process>> = shown.chain(gone.map(|it| &it.process)).collect();
    sort(&mut list, pane.sort, gone, live);
    let mut rows = if pane.tree { tree(&list) } else { flat(&list) };
    let has_gone = |row: &ProcessRow| gone.is_some_and(|it| it.process.id == row.process.id);
    for row in &mut rows {
        row.gone = has_gone(row);
    }
    pane.kept = kept;
    to_selected(pane, &rows);
    pane.rows = rows;
}

/// What is known of the process under the cursor, or was when it was last there. Where the responder has not moved the
/// cursor, it stays on a process that ended for as long as somebody may be about to press a key.
fn keep(
    pane: &ProcessPane,
    live: &Live,
    snapshot: &Snapshot,
    wanted: bool,
    passes: impl Fn(&Process) -> bool,
) -> Option<Kept> {
    let id = pane.selected?;
    let kept = pane.kept.clone().filter(|it| it.process.id == id);
    let now = || pane.filter.text().to_owned();
    if let Some(process) = snapshot.process(id) {
        let finding = live.findings.get(&Subject::Process(id)).cloned();
        let before = kept.map(|it| it.under).filter(|_| !passes(process));
        let under = before.unwrap_or_else(now);
        return Some(Kept { process: Arc::clone(process), finding, gone: None, under });
    }
    let last = || {
        let row = pane.rows.iter().find(|row| row.process.id == id)?;
        let process = Arc::clone(&row.process);
        Some(Kept { process, finding: None, gone: None, under: now() })
    };
    let kept = kept.or_else(last)?;
    let (now, gone) = (snapshot.moment.at, kept.gone.unwrap_or(snapshot.moment.at));
    let ago = now.as_millisecond() - gone.as_millisecond();
    // On a tape that was taken back it has not begun yet.
    let began = kept.process.started_ms <= snapshot.moment.boot_ms;
    let is_near = began && (0..REACTION_MS).contains(&ago);
    let stays = wanted || is_near || (pane.held && ago < GONE_MS);
    stays.then_some(Kept { gone: Some(gone), ..kept })
}

fn flat(list: &[&Arc<Process>]) -> Vec<ProcessRow> {
    list.iter().map(|process| row(process, 0)).collect()
}

fn row(process: &Arc<Process>, depth: u16) -> ProcessRow {
    ProcessRow { process: Arc::clone(process), depth, gone: false }
}

fn sort(list: &mut [&Arc<Process>], by: ProcessSort, gone: Option<&Kept>, live: &Live) {
    let kept = |id| gone.filter(|it| it.process.id == id);
    let cpu = |id| {
        let smooth = || live.history.smooth(id);
        step(kept(id).map_or_else(smooth, |it| it.process.cpu))
    };
    let grade = |id| {
        let finding = live.findings.get(&Subject::Process(id));
        finding.or_else(|| kept(id)?.finding.as_ref()).map(|it| it.grade)
    };
    match by {
        ProcessSort::Suspicion => list.sort_by_cached_key(|it| {
            // What is only worth a look is flagged, but does not go before a process that burns a core.
            let grade = grade(it.id).filter(|grade| *grade > Grade::Noted);
            (Reverse(grade), Reverse(cpu(it.id)), it.id.pid)
        }),
        // Whoever asks for this order sees it in the figures.
        ProcessSort::Cpu => list.sort_by_cached_key(|it| (Reverse(percent(it.cpu)), it.id.pid)),
        ProcessSort::Memory => list.sort_by_key(|it| (Reverse(it.memory >> 20), it.id.pid)),
        ProcessSort::Age => list.sort_by_key(|it| (Reverse(it.started_ms), it.id.pid)),
        ProcessSort::Pid => list.sort_by_key(|it| it.id.pid),
        ProcessSort::User => list.sort_by(|one, other| user(one, other)),
        ProcessSort::Name => {
            list.sort_by(|one, other| (&one.comm, one.id.pid).cmp(&(&other.comm, other.id.pid)));
        }
    }
}

fn user(one: &Process, other: &Process) -> Ordering {
    (one.user.as_deref(), one.uid, one.id.pid).cmp(&(
        other.user.as_deref(),
        other.uid,
        other.id.pid,
    ))
}

/// CPU in steps of ten percent: rows that differ by less keep their order, and the screen keeps still.
fn step(cpu: f32) -> u32 {
    percent(cpu / 10.0)
}

/// CPU as it is shown: in whole percents.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a percentage of one CPU is small and not negative"
)]
const fn percent(cpu: f32) -> u32 {
    cpu.round_ties_even() as u32
}

/// Children under their parents, siblings in the order of the list. A process whose parent is not in the
/// list begins a tree of its own.
fn tree(list: &[&Arc<Process>]) -> Vec<ProcessRow> {
    let mut known: HashMap<Pid, usize> = HashMap::with_capacity(list.len());
    for (at, process) in list.iter().enumerate() {
        known.insert(process.id.pid, at);
    }
    let mut children: HashMap<Pid, Vec<usize>> = HashMap::new();
    let mut stack: Vec<(usize, u16)> = Vec::new();
    for (at, process) in list.iter().enumerate() {
        let orphan = process.parent == process.id.pid || !known.contains_key(&process.parent);
        if orphan {
            stack.push((at, 0));
        } else {
            children.entry(process.parent).or_default().push(at);
        }
    }
    stack.reverse();
    let mut rows = Vec::with_capacity(list.len());
    while let Some((at, depth)) = stack.pop() {
        let Some(process) = list.get(at) else { continue };
        rows.push(row(process, depth));
        for child in children.remove(&process.id.pid).into_iter().flatten().rev() {
            stack.push((child, depth.saturating_add(1)));
        }
    }
    // A forged parent may close a circle that no root leads into; its members are shown all the same.
    let mut left: Vec<usize> = children.into_values().flatten().collect();
    left.sort_unstable();
    rows.extend(left.into_iter().filter_map(|at| list.get(at)).map(|process| row(process, 0)));
    rows
}

/// The cursor follows its process, also where that has ended. Of one that a filter hides, the place is kept.
///
/// Until the responder moves it, the cursor is on the top row, whoever that is, or on whoever was and has just ended.
fn to_selected(pane: &mut ProcessPane, rows: &[ProcessRow]) {
    let holds = pane.held || pane.kept.as_ref().is_some_and(|it| it.gone.is_some());
    let selected = pane.selected.filter(|_| holds);
    if !holds {
        pane.line = 0;
    }
    if let Some(line) = rows.iter().position(|row| Some(row.process.id) == selected) {
        pane.line = line;
        return;
    }
    pane.line = pane.line.min(rows.len().saturating_sub(1));
    pane.selected = rows.get(pane.line).map(|row| row.process.id);
}

/// The cursor is on another row: what is known of that one is kept, and the row of a process that ended goes.
pub(super) fn hold(model: &mut Model) {
    let pane = &mut model.panes.processes;
    let selected = pane.selected;
    if let Some(row) = pane.rows.get(pane.line).filter(|row| !row.gone) {
        let finding = model.live.findings.get(&Subject::Process(row.process.id)).cloned();
        let process = Arc::clone(&row.process);
        let under = pane.filter.text().to_owned();
        pane.kept = Some(Kept { process, finding, gone: None, under });
    }
    pane.rows.retain(|row| !row.gone || Some(row.process.id) == selected);
    if let Some(line) = pane.rows.iter().position(|row| Some(row.process.id) == selected) {
        pane.line = line;
    }
}

fn sockets_by_owner(snapshot: &Snapshot) -> HashMap<ProcessId, Vec<&Arc<Socket>>> {
    let mut owners: HashMap<ProcessId, Vec<&Arc<Socket>>> = HashMap::new();
    for socket in &snapshot.sockets {
        for owner in &socket.owners {
            owners.entry(*owner).or_default().push(socket);
        }
    }
    owners
}

fn network(model: &mut Model, snapshot: &Snapshot) {
    let findings = &model.live.findings;
    let pane = &mut model.panes.network;
    let proxies = Proxies::of(snapshot);
    let mut rows: Vec<NetworkRow> = Vec::with_capacity(snapshot.sockets.len());
    for socket in &snapshot.sockets {
        let owner = socket.owners.first().and_then(|id| snapshot.process(*id)).cloned();
        if pane.filter.is_set() && !pane.filter.shows_socket(socket, owner.as_deref()) {
            continue;
        }
        let socket = Arc::clone(socket);
        let part = part(&socket, findings);
        let beyond = proxies.beyond(&socket);
        rows.push(NetworkRow { socket, owner, beyond, part, folded: 0 });
    }
    rows.sort_by_cached_key(|row| order(row, findings));
    if !pane.unfolded && !pane.filter.is_set() {
        fold(&mut rows);
    }
    if !pane.held {
        pane.line = 0;
        // Whoever has not moved the cursor may be about to press a key, but not for ever.
        pane.lost.take_if(|it| !it.may_be_meant(&snapshot.moment));
    }
    let at_fold = pane.rows.get(pane.line).is_some_and(|row| row.folded > 0);
    let same = |row: &NetworkRow| {
        let known = row.folded == 0 && Some(row.socket.key()) == pane.selected;
        pane.held && if at_fold { row.folded > 0 } else { known }
    };
    if let Some(line) = rows.iter().position(same) {
        pane.line = line;
    } else {
        let before = pane.rows.get(pane.line).filter(|row| row.folded == 0).map(|row| &row.socket);
        let before = before.filter(|it| Some(it.key()) == pane.selected);
        let is_gone = |it: &&Arc<Socket>| snapshot.sockets.iter().all(|one| one.key() != it.key());
        if let Some(socket) = before.filter(is_gone) {
            let end = socket.remote.unwrap_or(socket.local);
            pane.lost = Some(Lost::new(end.to_string().into(), &snapshot.moment));
        }
        pane.line = pane.line.min(rows.len().saturating_sub(1));
        // Whoever was followed and is gone leaves no row; nobody else takes its place.
        let next = rows.get(pane.line).map(|row| row.socket.key());
        pane.selected = next.filter(|_| pane.followed.is_none());
    }
    pane.rows = rows;
}

/// Connections that are being closed and are nobody's any more: a busy server has thousands. They are one row, the last
/// of those that are open.
fn fold(rows: &mut Vec<NetworkRow>) {
    let is_nobodys = |row: &NetworkRow| {
        let closing = row.socket.state == SocketState::TimeWait;
        closing && row.part == NetworkPart::Open && row.socket.owners.is_empty()
    };
    let count = rows.iter().filter(|row| is_nobodys(row)).count();
    if count < FOLDED {
        return;
    }
    let mut first = true;
    rows.retain_mut(|row| {
        if !is_nobodys(row) {
            return true;
        }
        row.folded = count;
        std::mem::take(&mut first)
    });
}

/// Who holds a socket, if it is still there.
pub(super) fn owner_of(model: &Model, key: SocketKey) -> Option<ProcessId> {
    let mut sockets = model.live.snapshot.as_ref()?.sockets.iter();
    sockets.find(|socket| socket.key() == key)?.owners.first().copied()
}

fn subject(socket: &Socket) -> Option<Subject> {
    socket.remote.map(|remote| Subject::Connection {
        protocol: socket.protocol,
        local: socket.local,
        remote,
    })
}

fn part(socket: &Socket, findings: &BTreeMap<Subject, Finding>) -> NetworkPart {
    match subject(socket) {
        Some(subject) if findings.contains_key(&subject) => NetworkPart::Matches,
        Some(_) if socket.state != SocketState::Listen => NetworkPart::Open,
        _ => NetworkPart::Listening,
    }
}

/// Where a row stands in its part: the gravest first, then the living, then in a fixed order.
type Order = (NetworkPart, Reverse<Option<Grade>>, bool, u64, u64, std::net::SocketAddr);

/// The gravest first, living connections before those that are being closed; then a fixed order, so that rows keep still.
fn order(row: &NetworkRow, findings: &BTreeMap<Subject, Finding>) -> Order {
    let socket = &row.socket;
    let closing = !matches!(
        socket.state,
        SocketState::Established | SocketState::Listen | SocketState::Open | SocketState::SynSent
    );
    let matches = row.part == NetworkPart::Matches;
    let finding = subject(socket).filter(|_| matches).and_then(|it| findings.get(&it));
    let grade = Reverse(finding.map(|it| it.grade));
    (row.part, grade, closing, socket.first_seen_ms, socket.inode, socket.local)
}

/// Works the checklist rows out again.
pub(super) fn checklists(model: &mut Model) {
    let Some(session) = &model.session else { return };
    let playbook = session.playbook(model.language);
    let under_cursor = model.panes.checklist.rows.get(model.panes.checklist.line).cloned();
    let mut rows = Vec::new();
    for list in playbook.checklists() {
        let settled = |item: &&crate::domain::playbook::Item| {
            matches!(session.item(&item.id).0, ItemState::Done | ItemState::NotApplicable)
        };
        rows.push(ChecklistRow::Head {
            phase: list.phase,
            list: list.id.clone(),
            settled: list.items.iter().filter(settled).count(),
            items: list.items.len(),
        });
        rows.extend(list.items.iter().map(|item| ChecklistRow::Item(item.id.clone())));
    }
    let pane = &mut model.panes.checklist;
    if let Some(ChecklistRow::Item(item)) = under_cursor {
        let same = |row: &ChecklistRow| matches!(row, ChecklistRow::Item(it) if *it == item);
        pane.line = rows.iter().position(same).unwrap_or(pane.line);
    }
    pane.line = pane.line.min(rows.len().saturating_sub(1));
    pane.rows = rows;
}

/// Puts the cursor on the first item that is not settled.
pub(super) fn to_first_open_item(model: &mut Model) {
    let Some(session) = &model.session else { return };
    let open = |row: &ChecklistRow| match row {
        ChecklistRow::Item(item) => {
            !matches!(session.item(item).0, ItemState::Done | ItemState::NotApplicable)
        }
        ChecklistRow::Head { .. } => false,
    };
    model.panes.checklist.line = model.panes.checklist.rows.iter().position(open).unwrap_or(0);
}
