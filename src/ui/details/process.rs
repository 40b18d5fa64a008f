//! All that is known about a process: facts, reasons, what it did with the CPU, sockets, arguments.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::cockpit::Model;
use crate::domain::base::{Pid, ProcessId, Timestamp};
use crate::domain::detect::{Finding, Grade, Subject};
use crate::domain::facts::{OtherKind, OtherSocket, Ours, Process, Reading, Snapshot};
use crate::domain::untrusted::Untrusted;
use crate::ui::details::{Sheet, around, examined};
use crate::ui::graph::{Samples, graph_line};
use crate::ui::role::Role;
use crate::ui::text::{age, clock, day_and_time, percent, phrase, pieces, size, span, time, width};
use crate::ui::theme::Theme;
use crate::words::around::Label;
use crate::words::panes::more;
use crate::words::{Caption, SocketWord, fact, finding, hiding, persistence, socket};

/// Sockets listed before the arguments; the network pane has them all.
const SOCKETS: usize = 100;
/// Arguments listed: hostile ones must not make a frame slow.
const ARGUMENTS: usize = 500;

/// The process, or that it is gone.
pub(super) fn sheet<'a>(
    model: &'a Model,
    theme: &'a Theme,
    id: ProcessId,
    area: Rect,
) -> Sheet<'a> {
    let kind = Caption::Process.text(model.language);
    let title = vec![span(theme, Role::Title, format!("{kind} {}", id.pid))];
    let mut sheet = Sheet::new(model, theme, title, area);
    let snapshot = model.live.snapshot.as_deref();
    let now = snapshot.and_then(|snapshot| Some((snapshot, snapshot.process(id)?)));
    match now {
        Some((snapshot, process)) => {
            facts(&mut sheet, snapshot, process);
            program(&mut sheet, snapshot, id);
        }
        None => gone(&mut sheet, id),
    }
    reasons(&mut sheet, model.panes.against(&model.live, id));
    if let Some((snapshot, process)) = now {
        sockets(&mut sheet, snapshot, id);
        around::all(&mut sheet, snapshot, process);
        arguments(&mut sheet, process);
        if let Some(found) = model.examination(id) {
            examined::environment(&mut sheet, found);
        } else if !process.kernel {
            examined::none(&mut sheet, id);
        }
        unread(&mut sheet, snapshot, process);
    }
    sheet
}

/// The row that the cursor kept is all that is left of it.
fn gone(sheet: &mut Sheet<'_>, id: ProcessId) {
    let row = sheet.model.panes.processes.rows.iter().find(|row| row.process.id == id);
    let mut spans = row.map_or_else(Vec::new, |row| {
        pieces(sheet.theme, Role::Untrusted, &row.process.comm, sheet.cells / 2)
    });
    let said = crate::ui::panes::gone(sheet.model, id);
    spans.push(sheet.span(Role::Unknown, format!(" {said}")));
    sheet.line(spans);
    let help = sheet.span(Role::Dim, sheet.text(Caption::GoneHelp));
    sheet.line(vec![help]);
}

fn facts(sheet: &mut Sheet<'_>, snapshot: &Snapshot, process: &Process) {
    let language = sheet.model.language;
    let theme = sheet.theme;
    let cells = sheet.cells;
    let mut name = pieces(theme, Role::Untrusted, &process.comm, cells / 2);
    if process.kernel {
        name.push(sheet.span(Role::Dim, format!("  {}", sheet.text(Caption::Kernel))));
    }
    if let Some(from) = process.hidden {
        name.push(sheet.span(Role::Hidden, format!("  {}", hiding::hidden_from(language, from))));
    }
    sheet.line(name);
    if Ours::of(snapshot).has(process) {
        let own = sheet.span(Role::Ok, sheet.say(Label::OwnLogin));
        sheet.line(vec![own]);
    }
    how_it_is_read(sheet, process);
    let mut exe = read(sheet, &process.exe);
    if process.exe_deleted {
        exe.push(sheet.span(Role::Warn, format!("  X {}", sheet.text(Caption::Deleted))));
    }
    if process.exe_memory {
        exe.push(sheet.span(Role::Crit, format!("  {}", sheet.say(Label::InMemory))));
    }
    sheet.fact(Caption::Executable, exe);
    let mut who = user(sheet, process);
    who.push(sheet.span(Role::Dim, format!("   {} ", sheet.text(Caption::Parent))));
    if process.has_files() {
        who.extend(parent(sheet, snapshot, process.parent));
    } else {
        who.push(sheet.span(Role::Unknown, "?"));
    }
    sheet.fact(Caption::User, who);
    let lived = process.age_ms(snapshot.moment);
    let started = started(snapshot, lived).map_or_else(|| String::from("?"), day_and_time);
    let started = sheet.span(Role::Text, format!("{started}  {}", age(lived)));
    sheet.fact(Caption::Started, vec![started]);
    let state = fact::run_state(language, process.state);
    let letter = process.state.letter();
    let nice = format!("{} {}", sheet.text(Caption::Nice), process.nice);
    let parts = if process.has_files() {
        vec![
            format!("{letter} {state}"),
            format!("{} {}", process.threads, sheet.text(Caption::Threads)),
            nice,
            format!("{} {}", sheet.text(Caption::Memory), size(process.memory)),
        ]
    } else {
        vec![nice]
    };
    let state = sheet.span(Role::Text, parts.join("   "));
    sheet.fact(Caption::State, vec![state]);
    let spent = format!("{} {}", sheet.text(Caption::CpuTime), clock(process.cpu_ms));
    let cpu = format!("{}   {spent}", percent(process.cpu));
    let taken = width(&cpu) + 12;
    let mut cpu = vec![sheet.span(Role::Text, cpu)];
    cpu.extend(history(sheet, process.id, taken));
    sheet.fact(Caption::History, cpu);
}

/// That it is not read as others are.
fn how_it_is_read(sheet: &mut Sheet<'_>, process: &Process) {
    let language = sheet.model.language;
    if !process.has_files() {
        let said = sheet.span(Role::Warn, hiding::by_calls(language));
        sheet.paragraph(0, &[said]);
    }
    if let Some(thread) = process.headless {
        let said = format!("{}{thread}", fact::headless(language));
        let said = sheet.span(Role::Warn, said);
        sheet.paragraph(0, &[said]);
    }
}

/// Whose the executable is, and its digest, where that was read.
fn program(sheet: &mut Sheet<'_>, snapshot: &Snapshot, id: ProcessId) {
    let Some(trace) = snapshot.evidence.of(id) else { return };
    let whose = persistence::packaged(sheet.model.language, &trace.program);
    let whose = phrase(sheet.theme, Role::Text, &whose, sheet.cells / 2);
    sheet.fact(Caption::Package, whose);
    if let Some(digest) = trace.digest {
        let digest = vec![sheet.span(Role::Text, format!("sha256 {digest}"))];
        sheet.paragraph(2, &digest);
    }
}

fn started(snapshot: &Snapshot, lived: u64) -> Option<Timestamp> {
    let lived = i64::try_from(lived).ok()?;
    let at = snapshot.moment.at.as_millisecond().checked_sub(lived)?;
    Timestamp::from_millisecond(at).ok()
}

fn read(sheet: &Sheet<'_>, reading: &Reading<Untrusted>) -> Vec<Span<'static>> {
    match reading {
        Reading::Known(text) => {
            pieces(sheet.theme, Role::Untrusted, text, sheet.cells.saturating_sub(24))
        }
        Reading::Denied | Reading::Blocked | Reading::Unknown => {
            let why = fact::not_read(sheet.model.language, reading);
            vec![sheet.span(Role::Unknown, why)]
        }
    }
}

fn user(sheet: &Sheet<'_>, process: &Process) -> Vec<Span<'static>> {
    let mut spans = match &process.user {
        Some(name) => pieces(sheet.theme, Role::Untrusted, &Untrusted::from(&**name), 32),
        None => vec![sheet.span(Role::Unknown, "?")],
    };
    if process.has_files() {
        spans.push(sheet.span(Role::Dim, format!("  uid {}", process.uid)));
    }
    spans
}

fn parent(sheet: &Sheet<'_>, snapshot: &Snapshot, pid: Pid) -> Vec<Span<'static>> {
    let mut spans = vec![sheet.span(Role::Text, format!("{pid} "))];
    let at = snapshot.processes.binary_search_by_key(&pid, |process| process.id.pid).ok();
    if let Some(parent) = at.and_then(|at| snapshot.processes.get(at)) {
        spans.extend(pieces(sheet.theme, Role::Untrusted, &parent.comm, 32));
    }
    spans
}

/// What speaks against it, or that nothing does.
pub(super) fn reasons(sheet: &mut Sheet<'_>, found: Option<&Finding>) {
    let language = sheet.model.language;
    let Some(found) = found else {
        sheet.heading(Caption::Reasons, Vec::new());
        let nothing = sheet.span(Role::Dim, sheet.text(Caption::NoReasons));
        sheet.line(vec![nothing]);
        return;
    };
    let (sign, role) = match found.grade {
        Grade::Noted => (".", Role::Text),
        Grade::Suspect => ("*", Role::Warn),
        Grade::Confirmed => ("!", Role::Crit),
    };
    let grade = finding::grade(language, found.grade);
    let mut grade = vec![sheet.span(role, format!("  {sign} {grade}"))];
    grade.extend(acknowledged(sheet, found));
    sheet.heading(Caption::Reasons, grade);
    for reason in &found.reasons {
        let mut spans = phrase(sheet.theme, Role::Text, &finding::reason(language, reason), 200);
        let source = finding::source(language, reason.source);
        let since = sheet.model.live.watch.since(&found.subject, reason.rule);
        let since = since.map(|it| format!(", {} {}", finding::since(language), time(it.at)));
        spans.push(sheet.span(Role::Dim, format!(" [{source}{}]", since.unwrap_or_default())));
        sheet.paragraph(2, &spans);
    }
}

/// Who has looked at the finding already, and when.
fn acknowledged(sheet: &Sheet<'_>, found: &Finding) -> Vec<Span<'static>> {
    let seen = sheet.model.session.as_ref();
    let Some(seen) = seen.and_then(|it| it.state.acknowledged.get(&found.subject)) else {
        return Vec::new();
    };
    let said = format!("   {} {} ", sheet.text(Caption::Acknowledged), time(seen.at));
    let mut spans = vec![sheet.span(Role::Ok, said)];
    spans.extend(pieces(sheet.theme, Role::Untrusted, &seen.by, 24));
    spans
}

/// What could not be read of this process, by path and answer; of the rest the dialog of its own speaks.
fn unread(sheet: &mut Sheet<'_>, snapshot: &Snapshot, process: &Process) {
    let language = sheet.model.language;
    let readings = [("cmdline", &process.command), ("exe", &process.exe)].map(|(name, reading)| {
        (format!("/proc/{}/{name}", process.id.pid), fact::not_read(language, reading))
    });
    let missing: Vec<_> = readings.into_iter().filter(|(_, why)| !why.is_empty()).collect();
    let below = format!("/proc/{}/", process.id.pid).into_bytes();
    let own: Vec<_> =
        snapshot.unread.iter().filter(|it| it.what.bytes().starts_with(&below)).collect();
    if missing.is_empty() && own.is_empty() {
        return;
    }
    sheet.heading(Caption::Unread, Vec::new());
    for (what, why) in missing {
        sheet.line(vec![
            sheet.span(Role::Unknown, format!("? {what}")),
            sheet.span(Role::Dim, format!("  {why}")),
        ]);
    }
    for one in own {
        super::unread::line(sheet, one);
    }
}

/// The graph is as high as the busiest sample, so that a throttled miner shows as well.
fn history(sheet: &Sheet<'_>, id: ProcessId, taken: usize) -> Vec<Span<'static>> {
    let Some(ring) = sheet.model.live.history.process(id) else { return Vec::new() };
    let most = ring.iter().copied().fold(100.0, f32::max);
    let label = format!("   max {} ", percent(most));
    let cells = sheet.cells.saturating_sub(label.len() + taken).min(120);
    let mut spans = vec![sheet.span(Role::Dim, label)];
    spans.extend(graph_line(sheet.theme, &Samples::of(ring, most), cells, sheet.model.glyphs));
    spans
}

fn sockets(sheet: &mut Sheet<'_>, snapshot: &Snapshot, id: ProcessId) {
    let mut own = snapshot.sockets.iter().filter(|socket| socket.owners.contains(&id)).peekable();
    let mut others = snapshot.others.iter().filter(|it| it.owners.contains(&id)).peekable();
    if own.peek().is_none() && others.peek().is_none() {
        return;
    }
    sheet.heading(Caption::Sockets, Vec::new());
    for socket in own.by_ref().take(SOCKETS) {
        let remote = socket.remote.map_or_else(|| String::from("*"), |remote| remote.to_string());
        let subject = socket.remote.map(|remote| Subject::Connection {
            protocol: socket.protocol,
            local: socket.local,
            remote,
        });
        let found = subject.and_then(|subject| sheet.model.live.findings.get(&subject));
        let (sign, role) = if found.is_some() { ("!", Role::Crit) } else { (" ", Role::Text) };
        let state = fact::socket_letters(socket.state);
        sheet.line(vec![
            sheet.span(role, format!("{sign} {remote}")),
            sheet.span(Role::Dim, format!("  {state}  {}", socket.local)),
        ]);
    }
    let left = own.count();
    if left > 0 {
        let left = format!("+{left} {}", sheet.text(Caption::MoreInNetwork));
        sheet.line(vec![sheet.span(Role::Dim, left)]);
    }
    for socket in others.by_ref().take(SOCKETS) {
        let line = other(sheet, socket);
        sheet.line(line);
    }
    let left = others.count();
    if left > 0 {
        let left = more(sheet.model.language, left);
        sheet.line(vec![sheet.span(Role::Dim, left)]);
    }
}

/// One that has no address of the net.
fn other(sheet: &Sheet<'_>, socket: &OtherSocket) -> Vec<Span<'static>> {
    let language = sheet.model.language;
    match &socket.kind {
        OtherKind::Unix(name) => {
            let (sign, role) =
                if socket.kind.is_odd() { ("*", Role::Warn) } else { (" ", Role::Dim) };
            let kind = SocketWord::LocalSocket.text(language);
            let mut spans = vec![sheet.span(role, format!("{sign} {kind}  "))];
            if name.is_empty() {
                spans.push(sheet.span(Role::Unknown, SocketWord::Nameless.text(language)));
            }
            spans.extend(pieces(sheet.theme, Role::Untrusted, name, sheet.cells));
            spans
        }
        OtherKind::Packet { protocol, interface } => {
            let place = match interface {
                0 => SocketWord::AllInterfaces.text(language).to_owned(),
                number => format!("{} {number}", SocketWord::Interface.text(language)),
            };
            let heard = socket::ether_type(language, *protocol);
            vec![sheet.span(Role::Warn, format!("* {heard}  {place}"))]
        }
    }
}

fn arguments(sheet: &mut Sheet<'_>, process: &Process) {
    sheet.heading(Caption::Arguments, Vec::new());
    // An examination has all of it.
    let whole = sheet.model.examination(process.id).and_then(|found| found.command.known());
    let Some(command) = whole.or_else(|| process.command.known()) else {
        let why = read(sheet, &process.command);
        sheet.line(why);
        return;
    };
    for (at, argument) in command.arguments().enumerate().take(ARGUMENTS) {
        let mut spans = vec![sheet.span(Role::Dim, format!("{at:>2} "))];
        let room = sheet.cells.saturating_sub(3);
        spans.extend(pieces(sheet.theme, Role::Untrusted, &Untrusted::new(argument), room));
        sheet.line(spans);
    }
    let left = command.arguments().skip(ARGUMENTS).count();
    if left > 0 {
        let left = more(sheet.model.language, left);
        sheet.line(vec![sheet.span(Role::Dim, left)]);
    }
}
