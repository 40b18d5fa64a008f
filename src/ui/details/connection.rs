//! All that is known about a connection, or another socket: ends, bytes, who holds it, where it leads, what speaks against it.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::cockpit::Model;
use crate::domain::base::{ProcessId, Timestamp};
use crate::domain::detect::Subject;
use crate::domain::facts::{Beyond, Flow, Protocol, Proxies, Snapshot, Socket, SocketKey};
use crate::domain::untrusted::Untrusted;
use crate::ui::details::{Sheet, process};
use crate::ui::glyph::signs;
use crate::ui::role::Role;
use crate::ui::text::{age, day_and_time, pieces, size, span};
use crate::ui::theme::Theme;
use crate::words::{SocketWord, fact, socket as said};

/// Cells for a name of the host.
const NAME: usize = 32;

/// The socket, or that it is closed.
pub(super) fn sheet<'a>(
    model: &'a Model,
    theme: &'a Theme,
    key: SocketKey,
    area: Rect,
) -> Sheet<'a> {
    let kind = SocketWord::Connection.text(model.language);
    let end = key.remote.unwrap_or(key.local);
    let title = vec![span(theme, Role::Title, format!("{kind} {end}"))];
    let mut sheet = Sheet::new(model, theme, title, area);
    let snapshot = model.live.snapshot.as_deref();
    let found = snapshot.and_then(|snapshot| {
        let mut all = snapshot.sockets.iter();
        Some((snapshot, all.find(|socket| socket.key() == key)?))
    });
    let Some((snapshot, socket)) = found else {
        let closed = sheet.span(Role::Unknown, word(&sheet, SocketWord::Closed));
        sheet.line(vec![closed]);
        return sheet;
    };
    facts(&mut sheet, snapshot, socket);
    owners(&mut sheet, snapshot, socket);
    let proxies = Proxies::of(snapshot);
    if socket.remote.is_some() && !proxies.is_answer(socket) {
        leads(&mut sheet, snapshot, proxies.beyond(socket).as_ref());
    }
    let subject = socket.remote.map(|remote| {
        let (protocol, local) = (socket.protocol, socket.local);
        Subject::Connection { protocol, local, remote }
    });
    let found = subject.and_then(|it| model.live.findings.get(&it));
    // Of one that somebody hides nobody says that nothing speaks against it.
    if found.is_some() || socket.only_in.is_none() {
        process::reasons(&mut sheet, found);
    }
    sheet
}

fn word(sheet: &Sheet<'_>, word: SocketWord) -> &'static str {
    word.text(sheet.model.language)
}

fn facts(sheet: &mut Sheet<'_>, snapshot: &Snapshot, socket: &Socket) {
    if let Some(view) = socket.only_in {
        let hidden = sheet.span(Role::Hidden, said::only_in(sheet.model.language, view));
        sheet.line(vec![sheet.span(Role::Hidden, "H "), hidden]);
    }
    if socket.own {
        let own = sheet.span(Role::Ok, word(sheet, SocketWord::YourSession));
        sheet.line(vec![own]);
    }
    let remote = match socket.remote {
        Some(remote) => sheet.span(Role::Text, remote.to_string()),
        None => sheet.span(Role::Dim, word(sheet, SocketWord::Nobody)),
    };
    sheet.called(word(sheet, SocketWord::Remote), vec![remote]);
    let local = if socket.protocol == Protocol::Raw {
        format!("{} {}", socket.local.ip(), said::ip_protocol(socket.local.port()))
    } else {
        socket.local.to_string()
    };
    let local = sheet.span(Role::Text, local);
    sheet.called(word(sheet, SocketWord::Local), vec![local]);
    let mut state = String::from(said::protocol(socket.protocol));
    if socket.protocol == Protocol::Tcp {
        state = format!("{state}   {}", fact::socket_letters(socket.state));
    }
    let state = sheet.span(Role::Text, state);
    sheet.called(word(sheet, SocketWord::State), vec![state]);
    let kernel = sheet.span(Role::Text, format!("inode {}   uid {}", socket.inode, socket.uid));
    sheet.called(word(sheet, SocketWord::Kernel), vec![kernel]);
    let place = namespace(sheet, snapshot, socket);
    sheet.called(word(sheet, SocketWord::Namespace), place);
    let seen = seen(sheet, snapshot, socket);
    sheet.called(word(sheet, SocketWord::Seen), seen);
    if socket.protocol == Protocol::Tcp && socket.remote.is_some() {
        let bytes = match socket.flow {
            Some(flow) => flowed(sheet, snapshot, flow),
            None => vec![sheet.span(Role::Unknown, word(sheet, SocketWord::NotCounted))],
        };
        sheet.called(word(sheet, SocketWord::Bytes), bytes);
    }
}

fn namespace(sheet: &Sheet<'_>, snapshot: &Snapshot, socket: &Socket) -> Vec<Span<'static>> {
    if socket.namespace == 0 {
        return vec![sheet.span(Role::Dim, word(sheet, SocketWord::OurOwn))];
    }
    let mut spans = vec![sheet.span(Role::Text, format!("net:[{}]", socket.namespace))];
    let owner = socket.owners.first().and_then(|id| snapshot.process(*id));
    if let Some(container) = owner.and_then(|it| it.around.container.as_ref()) {
        spans.push(sheet.span(Role::Dim, "   "));
        spans.extend(pieces(sheet.theme, Role::Untrusted, &container.id, NAME));
    }
    spans
}

fn seen(sheet: &Sheet<'_>, snapshot: &Snapshot, socket: &Socket) -> Vec<Span<'static>> {
    let ago = snapshot.moment.boot_ms.saturating_sub(socket.first_seen_ms);
    let at = i64::try_from(ago).ok().and_then(|ago| {
        let ms = snapshot.moment.at.as_millisecond().checked_sub(ago)?;
        Timestamp::from_millisecond(ms).ok()
    });
    let at = at.map_or_else(|| String::from("?"), day_and_time);
    let mut spans = vec![sheet.span(Role::Text, format!("{at}  {}", age(ago)))];
    if socket.since_before {
        let before = word(sheet, SocketWord::Before);
        spans.push(sheet.span(Role::Dim, format!("   {before}")));
    }
    spans
}

fn flowed(sheet: &Sheet<'_>, snapshot: &Snapshot, flow: Flow) -> Vec<Span<'static>> {
    let ago = |then: u64| age(snapshot.moment.boot_ms.saturating_sub(then));
    let way = |name: SocketWord, bytes: u64, last: u64| {
        let (name, suffix) = (word(sheet, name), word(sheet, SocketWord::Ago));
        let text = sheet.span(Role::Text, format!("{name} {}", size(bytes)));
        [text, sheet.span(Role::Dim, format!(" ({} {suffix})   ", ago(last)))]
    };
    let out = way(SocketWord::Out, flow.sent, flow.last_sent_ms);
    let back = way(SocketWord::In, flow.received, flow.last_received_ms);
    out.into_iter().chain(back).collect()
}

fn owners(sheet: &mut Sheet<'_>, snapshot: &Snapshot, socket: &Socket) {
    sheet.headed(word(sheet, SocketWord::Owners), Vec::new());
    if socket.owners.is_empty() {
        let nobody = sheet.span(Role::Unknown, word(sheet, SocketWord::NoOwner));
        sheet.line(vec![sheet.span(Role::Unknown, "? "), nobody]);
    }
    for id in &socket.owners {
        let mut spans = vec![sheet.span(Role::Text, format!("  {} ", id.pid))];
        spans.extend(name(sheet, snapshot, *id));
        if let Some(process) = snapshot.process(*id) {
            if let Some(user) = &process.user {
                spans.push(sheet.span(Role::Dim, "   "));
                spans.extend(pieces(sheet.theme, Role::Untrusted, &Untrusted::from(&**user), NAME));
            }
            if let Some(exe) = process.exe.known() {
                spans.push(sheet.span(Role::Dim, "   "));
                spans.extend(pieces(sheet.theme, Role::Untrusted, exe, sheet.cells / 2));
            }
        }
        sheet.line(spans);
    }
}

fn name(sheet: &Sheet<'_>, snapshot: &Snapshot, id: ProcessId) -> Vec<Span<'static>> {
    match snapshot.process(id) {
        Some(process) => pieces(sheet.theme, Role::Untrusted, &process.comm, NAME),
        None => vec![sheet.span(Role::Unknown, "?")],
    }
}

/// One line a step, each further in than the one before.
fn leads(sheet: &mut Sheet<'_>, snapshot: &Snapshot, beyond: Option<&Beyond>) {
    sheet.headed(word(sheet, SocketWord::Beyond), Vec::new());
    let Some(beyond) = beyond else {
        let direct = sheet.span(Role::Dim, format!("  {}", word(sheet, SocketWord::Direct)));
        return sheet.line(vec![direct]);
    };
    let arrow = signs(sheet.model.glyphs).arrow;
    for (depth, hop) in beyond.hops.iter().enumerate() {
        let indent = "  ".repeat(depth + 1);
        let mut spans = vec![sheet.span(Role::Dim, format!("{indent}{arrow} "))];
        spans.push(sheet.span(Role::Text, format!("{}  {} ", hop.to, hop.by.pid)));
        spans.extend(name(sheet, snapshot, hop.by));
        sheet.line(spans);
    }
    let indent = "  ".repeat(beyond.hops.len() + 1);
    for end in &beyond.ends {
        sheet.line(vec![
            sheet.span(Role::Dim, format!("{indent}{arrow} ")),
            sheet.span(Role::Text, end.to_string()),
        ]);
    }
    let rest = match (beyond.ends.is_empty(), beyond.more) {
        (_, true) => SocketWord::More,
        (true, false) => SocketWord::StaysHere,
        (false, false) => return,
    };
    let rest = sheet.span(Role::Dim, format!("{indent}{}", word(sheet, rest)));
    sheet.line(vec![rest]);
}
