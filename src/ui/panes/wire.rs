//! What was heard on the wire: the playbook's flow from traffic to verdict, row by row, and what it rests on below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::cockpit::model::{Pane, SourceKind};
use crate::cockpit::wire::{Row as Heard, rows};
use crate::domain::base::Language;
use crate::domain::facts::{Sighting, Snapshot, Spoken, Wire, WireState};
use crate::domain::session::Listening;
use crate::domain::untrusted::Untrusted;
use crate::ui::panes::row::{Row, select};
use crate::ui::panes::{Title, condition, framed, say_empty};
use crate::ui::role::Role;
use crate::ui::text::{age, scroll};
use crate::ui::theme::Theme;
use crate::ui::wrap::wrap;
use crate::words::panes::Word as Common;
use crate::words::wire::{self as said, Word};

/// Cells of the columns that do not give way.
const AGE: usize = 5;
const KIND: usize = 7;
const VERDICT: usize = 7;
/// From this many cells on, logins have a column of their own.
const CELLS_FOR_LOGIN: usize = 100;
/// Rows below the list: the row under the cursor, and the counters.
const DETAIL: u16 = 4;
/// From this many rows on, the row under the cursor is told in full.
const ROWS_FOR_DETAIL: u16 = 10;
/// From this many rows on, columns are named.
const ROWS_FOR_HEADS: u16 = 5;

/// Cells of the columns that share what is left.
#[derive(Clone, Copy, Debug)]
struct Columns {
    said: usize,
    login: usize,
    from: usize,
}

impl Columns {
    fn of(cells: usize) -> Self {
        let fixed = 2 + AGE + 1 + KIND + 1 + 1 + VERDICT + 1;
        let left = cells.saturating_sub(fixed);
        let login = if cells >= CELLS_FOR_LOGIN { left / 4 } else { 0 };
        let from = (left / 3).min(26);
        Self { said: left.saturating_sub(login + from + usize::from(login > 0)), login, from }
    }
}

pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let inside = framed(Pane::Wire, model, theme, title(model), area, buf);
    let Some(snapshot) = &model.live.snapshot else {
        return say_empty(model, theme, Common::Waiting, inside, buf);
    };
    let wire = model.heard.of(snapshot);
    let all = rows(wire, &model.live.indicators);
    match &snapshot.wire.state {
        WireState::Off if !all.is_empty() => {}
        WireState::Off => return off(model, theme, inside, buf),
        WireState::Refused(why) => return refused(model, theme, why, inside, buf),
        WireState::Listening => {}
    }
    let full = inside.height >= ROWS_FOR_DETAIL;
    let below = if full { DETAIL } else { 1.min(inside.height) };
    let list = Rect { height: inside.height - below, ..inside };
    let at = model.panes.wire.line.min(all.len().saturating_sub(1));
    if all.is_empty() {
        say(model, theme, &[(Role::Dim, Word::Quiet)], list, buf);
    } else {
        table(model, theme, (snapshot, &all, at), list, buf);
    }
    let below = Rect { y: list.bottom(), height: below, ..inside };
    if full && let Some(row) = all.get(at) {
        detail(model, theme, (snapshot, row), below, buf);
    }
    let line = usize::from(below.height.saturating_sub(1));
    counters(model.language, wire, Row::new(theme, model.glyphs, below, line, buf));
}

fn title(model: &Model) -> Title {
    let mut title = Title::new();
    if let Some(snapshot) = &model.live.snapshot {
        let wire = model.heard.of(snapshot);
        title.push(match &snapshot.wire.state {
            WireState::Off if wire.state == WireState::Listening => {
                (Role::Unknown, Word::Stopped.text(model.language).to_owned())
            }
            WireState::Off => (Role::Dim, Word::IsOff.text(model.language).to_owned()),
            WireState::Refused(_) => {
                (Role::Unknown, Word::IsRefused.text(model.language).to_owned())
            }
            WireState::Listening => {
                let since = wire.since.unwrap_or(snapshot.moment);
                let since = age(snapshot.moment.ms_since(since));
                (Role::Ok, format!("{} {since}", Word::Listening.text(model.language)))
            }
        });
        if !wire.sightings.is_empty() {
            title.push((Role::Crit, format!("! {}", wire.sightings.len())));
        }
    }
    title.extend(condition(model));
    title
}

/// Paragraphs of ours, one after the other; gives the rows that they took.
fn say(
    model: &Model,
    theme: &Theme,
    words: &[(Role, Word)],
    area: Rect,
    buf: &mut Buffer,
) -> usize {
    let mut line = 0;
    for (role, word) in words {
        for part in wrap(word.text(model.language), usize::from(area.width)) {
            Row::new(theme, model.glyphs, area, line, buf).say(*role, &part);
            line += 1;
        }
    }
    line
}

fn off(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if model.source.kind != SourceKind::Host {
        say(model, theme, &[(Role::Dim, Word::OffTape)], area, buf);
        return;
    }
    let lost = model.session.as_ref().is_some_and(|it| it.state.listening == Listening::Lost);
    let words = [
        if lost { (Role::Warn, Word::Lost) } else { (Role::Text, Word::Off) },
        (Role::Dim, Word::OffWhy),
        (Role::Dim, Word::Does),
        (Role::Dim, Word::Keeps),
        (Role::Dim, Word::DoesNot),
        (Role::Dim, Word::NotHeard),
    ];
    say(model, theme, &words, area, buf);
}

fn refused(model: &Model, theme: &Theme, why: &Untrusted, area: Rect, buf: &mut Buffer) {
    let mut row = Row::new(theme, model.glyphs, area, 0, buf);
    row.say(Role::Warn, Word::Refused.text(model.language));
    row.skip(1);
    let room = row.room();
    row.pieces(Role::Untrusted, why, room);
    let rest =
        Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area };
    say(model, theme, &[(Role::Text, Word::HowRoot), (Role::Text, Word::HowCap)], rest, buf);
}

fn table(
    model: &Model,
    theme: &Theme,
    (snapshot, all, at): (&Snapshot, &[Heard<'_>], usize),
    area: Rect,
    buf: &mut Buffer,
) {
    let columns = Columns::of(usize::from(area.width));
    let heads = usize::from(area.height >= ROWS_FOR_HEADS);
    if heads > 0 {
        head(model.language, columns, Row::new(theme, model.glyphs, area, 0, buf));
    }
    let height = usize::from(area.height).saturating_sub(heads);
    let first = scroll(at, all.len(), height);
    for (place, heard) in all.iter().enumerate().skip(first).take(height) {
        let line = place - first + heads;
        let mut row = Row::new(theme, model.glyphs, area, line, buf);
        let cursor = if place == at { row.signs().cursor } else { " " };
        row.left(Role::BorderFocus, cursor, 2);
        one(model, snapshot, heard, columns, &mut row);
        if place == at && model.focus == Pane::Wire {
            select(theme, area, line, buf);
        }
    }
}

fn head(language: Language, columns: Columns, mut row: Row<'_>) {
    row.skip(2);
    row.right(Role::Dim, Word::Last.text(language), AGE);
    row.skip(1);
    let cells = [
        (Word::What, KIND),
        (Word::Said, columns.said),
        (Word::Login, columns.login),
        (Word::From, columns.from),
        (Word::Verdict, VERDICT),
    ];
    for (word, cells) in cells.into_iter().filter(|(_, cells)| *cells > 0) {
        row.left(Role::Dim, word.text(language), cells);
        row.skip(1);
    }
}

fn one(model: &Model, snapshot: &Snapshot, heard: &Heard<'_>, columns: Columns, row: &mut Row<'_>) {
    let (ago, kind, name, login) = match heard {
        Heard::Sighting(it) => {
            let ago = age(snapshot.moment.ms_since(it.last));
            let (name, login) = words(it);
            (ago, said::kind(&it.spoken), name, login)
        }
        Heard::Name(_, name) => {
            let kind = Word::Name.text(model.language);
            (String::new(), kind, (*name).clone(), Untrusted::default())
        }
    };
    let (verdict, role) = verdict(model, heard);
    row.right(Role::Dim, &ago, AGE);
    row.skip(1);
    row.left(role, kind, KIND);
    row.skip(1);
    row.theirs(Role::Untrusted, &name, columns.said);
    row.skip(1);
    if columns.login > 0 {
        row.theirs(Role::Untrusted, &login, columns.login);
        row.skip(1);
    }
    from(snapshot, heard, columns.from, row);
    row.skip(1);
    row.left(role, verdict.text(model.language), VERDICT);
}

/// What is said, and for whom: a name, or a method and its login.
fn words(sighting: &Sighting) -> (Untrusted, Untrusted) {
    match &sighting.spoken {
        Spoken::Dns { name, .. } | Spoken::Tls { name } => (name.clone(), Untrusted::default()),
        Spoken::Stratum { method, login, .. } => (method.clone(), login.clone()),
    }
}

/// The end of the playbook's flow: block and alert, or allow.
fn verdict(model: &Model, heard: &Heard<'_>) -> (Word, Role) {
    let Heard::Sighting(it) = heard else { return (Word::Allow, Role::Ok) };
    let is_pool = |name: &Untrusted| {
        std::str::from_utf8(name.bytes()).is_ok_and(|it| model.live.indicators.is_pool_name(it))
    };
    match &it.spoken {
        Spoken::Stratum { .. } => (Word::Pool, Role::Crit),
        Spoken::Dns { .. } => (Word::Pool, Role::Warn),
        Spoken::Tls { name } if is_pool(name) => (Word::Pool, Role::Warn),
        Spoken::Tls { .. } => (Word::Port, Role::Warn),
    }
}

/// The process that said it, or where it came from.
fn from(snapshot: &Snapshot, heard: &Heard<'_>, cells: usize, row: &mut Row<'_>) {
    let before = row.room();
    match (heard.process(snapshot), heard) {
        (Some(id), _) => {
            let pid = id.pid.to_string();
            row.left(Role::Text, &pid, pid.len().min(cells));
            if let Some(process) = snapshot.process(id) {
                row.skip(1);
                row.pieces(Role::Untrusted, &process.comm, cells.saturating_sub(pid.len() + 1));
            }
        }
        (None, Heard::Sighting(it)) => {
            row.left(Role::Unknown, &format!("? {}", it.client.ip()), cells);
        }
        (None, Heard::Name(..)) => row.left(Role::Unknown, "?", cells),
    }
    row.skip(cells.saturating_sub(before - row.room()));
}

/// The row under the cursor in full: its ends, who it is for, and what to block.
fn detail(
    model: &Model,
    theme: &Theme,
    (snapshot, heard): (&Snapshot, &Heard<'_>),
    area: Rect,
    buf: &mut Buffer,
) {
    let language = model.language;
    let mut rule = Row::new(theme, model.glyphs, area, 0, buf);
    let sign = rule.signs().frame.horizontal_top;
    rule.say(Role::Border, &sign.repeat(2));
    let ends = match heard {
        Heard::Sighting(it) => format!(" {} > {}  x{} ", it.client, it.server, it.times),
        Heard::Name(ip, _) => format!(" {ip} "),
    };
    rule.say(Role::Dim, &ends);
    let rest = rule.room();
    rule.say(Role::Border, &sign.repeat(rest));
    let mut who = Row::new(theme, model.glyphs, area, 1, buf);
    let sighting = match heard {
        Heard::Sighting(sighting) => sighting,
        Heard::Name(_, name) => {
            let room = who.room();
            who.pieces(Role::Untrusted, name, room);
            return;
        }
    };
    if let Spoken::Stratum { by, agent, login, .. } = &sighting.spoken {
        who.say(Role::Text, said::speaker(language, *by));
        for theirs in [login, agent].into_iter().filter(|it| !it.is_empty()) {
            who.skip(2);
            let room = who.room();
            who.pieces(Role::Untrusted, theirs, room);
        }
    }
    let mut row = Row::new(theme, model.glyphs, area, 2, buf);
    row.say(Role::Crit, &format!("{}: ", Word::Block.text(language)));
    block(model.heard.of(snapshot), sighting, &mut row);
    row.say(Role::Dim, &format!(" ({})", Word::NotBlocked.text(language)));
}

/// The name, its addresses and the port, as somebody would type them into a firewall or a name server.
fn block(wire: &Wire, sighting: &Sighting, row: &mut Row<'_>) {
    for name in sighting.spoken.names() {
        row.pieces(Role::Untrusted, name, 40);
        row.skip(1);
    }
    match &sighting.spoken {
        Spoken::Dns { addresses, .. } => {
            for ip in addresses.iter().take(4) {
                row.say(Role::Text, &format!("{ip} "));
            }
        }
        Spoken::Tls { .. } | Spoken::Stratum { .. } => {
            row.say(Role::Text, &sighting.server.to_string());
            if let Some(name) = wire.name_of(sighting.server.ip())
                && matches!(sighting.spoken, Spoken::Stratum { .. })
            {
                row.skip(1);
                row.pieces(Role::Untrusted, name, 40);
            }
        }
    }
}

fn counters(language: Language, wire: &Wire, mut row: Row<'_>) {
    let say = |word: Word| word.text(language);
    if wire.dropped > 0 {
        // First, since it says that the rest is not the whole.
        row.say(Role::Warn, &format!("{} {}  ", say(Word::Dropped), wire.dropped));
    }
    let read = said::heard(language, wire.heard);
    let (through, names) = (say(Word::Let), say(Word::Names));
    let text = format!("{read}  {through} {}  {names} {}", wire.packets, wire.names.len());
    row.say(Role::Dim, &text);
    if wire.let_go > 0 {
        row.say(Role::Dim, &format!("  {} {}", say(Word::LetGo), wire.let_go));
    }
}
