//! What starts by itself, by the kind of place: what is worth a look first, what is as its package has it folded away.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::cockpit::model::Pane;
use crate::cockpit::persistence::{AutostartRow, Worth, runs_as, worth};
use crate::domain::base::Moment;
use crate::domain::detect::Grade;
use crate::domain::facts::{Autostart, AutostartChange, AutostartKind};
use crate::domain::untrusted::Untrusted;
use crate::ui::panes::row::{Row, select};
use crate::ui::panes::{Title, condition, framed, say_empty};
use crate::ui::role::Role;
use crate::ui::text::{age, scroll};
use crate::ui::theme::Theme;
use crate::words::panes::Word;
use crate::words::persistence::{self as said, Label, label};

/// From this many rows on, columns are named.
const ROWS_FOR_HEADS: u16 = 7;
/// From this many rows on, the last one says what the signs mean.
const ROWS_FOR_LEGEND: u16 = 16;
/// Cells of the fixed columns.
const SIGNS: usize = 5;
const WHO: usize = 9;
const AGE: usize = 5;
/// From this many cells on, whom it runs as has a column.
const CELLS_FOR_WHO: usize = 60;
/// A path is given no more than this.
const LONGEST_PATH: usize = 56;
/// Changed so recently is worth a colour.
const RECENT_MS: u64 = 86_400_000;

/// Cells of each column; 0 for one that there is no room for.
#[derive(Clone, Copy, Debug)]
struct Columns {
    who: usize,
    path: usize,
    text: usize,
}

impl Columns {
    fn fit(room: usize) -> Self {
        let who = if room >= CELLS_FOR_WHO { WHO } else { 0 };
        let left = room.saturating_sub(SIGNS + who + AGE + 2);
        let path = (left * 2 / 5).min(LONGEST_PATH);
        Self { who, path, text: left.saturating_sub(path + 1) }
    }
}

pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let inside = framed(Pane::Persistence, model, theme, title(model), area, buf);
    let Some(snapshot) = &model.live.snapshot else {
        return say_empty(model, theme, Word::Waiting, inside, buf);
    };
    let pane = &model.panes.persistence;
    let language = model.language;
    if pane.rows.is_empty() {
        let mut say = |it| {
            Row::new(theme, model.glyphs, inside, 0, buf).say(Role::Dim, label(language, it));
        };
        return match snapshot.persistence.hunted_ms {
            None => say(Label::Hunting),
            Some(_) if pane.filter.is_set() => say(Label::NothingFits),
            Some(_) => say_empty(model, theme, Word::NothingStarts, inside, buf),
        };
    }
    let columns = Columns::fit(usize::from(inside.width));
    let top = usize::from(inside.height >= ROWS_FOR_HEADS);
    if top > 0 {
        head(model, columns, Row::new(theme, model.glyphs, inside, 0, buf));
    }
    let bottom = usize::from(inside.height >= ROWS_FOR_LEGEND);
    if bottom > 0 {
        let last = usize::from(inside.height).saturating_sub(1);
        let mut pen = Row::new(theme, model.glyphs, inside, last, buf);
        let now = format!("{} {}  ", pen.signs().full, label(language, Label::RunsNow));
        pen.say(Role::Dim, &now);
        pen.say(Role::Dim, label(language, Label::Legend));
    }
    let height = usize::from(inside.height).saturating_sub(top + bottom);
    let first = scroll(pane.line, pane.rows.len(), height);
    for (at, row) in pane.rows.iter().enumerate().skip(first).take(height) {
        let line = at - first + top;
        let mut pen = Row::new(theme, model.glyphs, inside, line, buf);
        let at_cursor = at == pane.line;
        let cursor = if at_cursor { pen.signs().cursor } else { " " };
        pen.left(Role::BorderFocus, cursor, 1);
        match row {
            AutostartRow::Head(kind, count, news) => group(model, (*kind, *count, *news), pen),
            AutostartRow::Folded(_, count) => {
                pen.skip(SIGNS - 1);
                pen.say(Role::Dim, &said::folded(language, *count));
            }
            AutostartRow::Entry { entry, change, running, grade } => {
                let runs = (*change, *running > 0, *grade);
                one(entry, runs, columns, snapshot.moment, pen);
            }
        }
        if at_cursor && model.focus == Pane::Persistence {
            select(theme, inside, line, buf);
        }
    }
}

fn title(model: &Model) -> Title {
    let (pane, language) = (&model.panes.persistence, model.language);
    let mut title = Title::new();
    let Some(snapshot) = &model.live.snapshot else { return title };
    if snapshot.persistence.hunted_ms.is_some() {
        title.push((Role::Text, format!("{}", pane.all)));
    }
    if pane.news > 0 {
        title.push((Role::Warn, format!("+ {}", said::news(language, pane.news))));
    }
    if pane.filter.is_set() {
        let text = Untrusted::from(pane.filter.text()).plain(24);
        title.push((Role::Mark, format!("/{text}")));
    }
    if snapshot.persistence.hunted_ms.is_some() {
        let (role, watched) = if snapshot.persistence.watched {
            (Role::Dim, Label::Watched)
        } else {
            (Role::Unknown, Label::NotWatched)
        };
        title.push((role, label(language, watched).to_owned()));
    }
    title.extend(condition(model));
    title
}

fn head(model: &Model, columns: Columns, mut pen: Row<'_>) {
    let name = |it| label(model.language, it);
    pen.skip(SIGNS);
    if columns.who > 0 {
        pen.left(Role::Dim, name(Label::Who), columns.who - 1);
        pen.skip(1);
    }
    pen.left(Role::Dim, name(Label::Place), columns.path);
    pen.skip(1);
    let mut when = pen.split_right(AGE + 4);
    when.right(Role::Dim, name(Label::When), AGE + 4);
    pen.say(Role::Dim, name(Label::What));
}

fn group(model: &Model, (kind, count, news): (AutostartKind, usize, usize), mut pen: Row<'_>) {
    pen.say(Role::Title, said::group(model.language, kind));
    pen.say(Role::Dim, &format!("  {count}"));
    if news > 0 {
        pen.say(Role::Warn, &format!("  {}", said::to_look_at(model.language, news)));
    }
}

fn one(
    entry: &Autostart,
    (change, runs, grade): (Option<AutostartChange>, bool, Option<Grade>),
    columns: Columns,
    moment: Moment,
    mut pen: Row<'_>,
) {
    let (sign, role) = grade.map_or((" ", Role::Dim), super::grade);
    pen.left(role, sign, 1);
    let (mark, role) = mark(worth(entry, change, runs), change);
    pen.left(role, mark, 1);
    let (now, now_role) = if runs { (pen.signs().full, Role::Ok) } else { (" ", Role::Dim) };
    pen.left(now_role, now, 1);
    pen.skip(1);
    if columns.who > 0 {
        match &runs_as(entry) {
            Some(user) => pen.theirs(Role::Untrusted, user, columns.who - 1),
            None => pen.skip(columns.who - 1),
        }
        pen.skip(1);
    }
    place(entry, columns.path, &mut pen);
    pen.skip(1);
    let ms = moment.at.as_millisecond().saturating_sub(entry.changed.as_millisecond());
    let ms = u64::try_from(ms).unwrap_or(0);
    let recent = if ms < RECENT_MS { Role::Warn } else { Role::Dim };
    let mut when = pen.split_right(AGE);
    when.right(recent, &since(ms), AGE);
    let text = summary(entry);
    pen.pieces(Role::Untrusted, &text, columns.text);
}

/// The end of a long path says more than its beginning, and the line is never cut off.
fn place(entry: &Autostart, cells: usize, pen: &mut Row<'_>) {
    let line = if entry.line > 0 { format!(":{}", entry.line) } else { String::new() };
    let room = cells.min(pen.room()).saturating_sub(line.len());
    let before = pen.room();
    if entry.path.width() <= room {
        pen.pieces(Role::Text, &entry.path, room);
    } else {
        let bytes = entry.path.bytes();
        let names = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        let tails = names.filter_map(|(at, _)| bytes.get(at..)).map(Untrusted::new);
        let fits = tails.into_iter().find(|tail| tail.width() < room);
        let last = || {
            let name = bytes.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
            Untrusted::new(name)
        };
        let more = if pen.glyphs() == crate::cockpit::model::Glyphs::Ascii { "~" } else { "…" };
        pen.left(Role::Dim, more, 1);
        pen.pieces(Role::Text, &fits.unwrap_or_else(last), room.saturating_sub(1));
    }
    pen.say(Role::Dim, &line);
    let taken = before - pen.room();
    pen.skip(cells.saturating_sub(taken));
}

/// What tells most of an entry in one line.
fn summary(entry: &Autostart) -> Untrusted {
    let text = entry.text.bytes();
    let runs = entry.runs.as_ref().map(|runs| runs.program.clone());
    if text.is_empty() {
        return runs.unwrap_or_default();
    }
    if matches!(entry.kind, AutostartKind::SystemdUnit | AutostartKind::SystemdDropIn) {
        let mut lines = text.split(|byte| *byte == b'\n');
        let start = lines.find_map(|line| line.strip_prefix(b"ExecStart="));
        return start.map_or_else(|| entry.first_line(), Untrusted::new);
    }
    if entry.kind == AutostartKind::AuthorizedKey {
        // Nobody knows a key by its letters; the end of the line says whose it is.
        let words = text.split(|byte| *byte == b' ');
        let short = words.map(|word| match word {
            blob if blob.len() > 40 && blob.starts_with(b"AAAA") => {
                [b"..", blob.get(blob.len() - 8..).unwrap_or_default()].concat()
            }
            other => other.to_vec(),
        });
        return Untrusted::new(short.collect::<Vec<_>>().join(&b' '));
    }
    entry.first_line()
}

/// How long ago, in years where days say nothing.
fn since(ms: u64) -> String {
    const YEAR_MS: u64 = 365 * 86_400_000;
    if ms < 2 * YEAR_MS { age(ms) } else { format!("{}y", ms / YEAR_MS) }
}

/// Sign and role of what is most to be said of an entry.
const fn mark(worth: Worth, change: Option<AutostartChange>) -> (&'static str, Role) {
    match (worth, change) {
        (Worth::Tricky, _) => ("h", Role::Crit),
        (_, Some(change)) => (sign(change), Role::Warn),
        (Worth::Altered, None) => ("x", Role::Crit),
        (Worth::Immutable, None) => ("i", Role::Warn),
        (Worth::Runs | Worth::Own | Worth::News | Worth::Accused, None) => (".", Role::Text),
        (Worth::Unknown, None) => ("?", Role::Unknown),
        (Worth::Usual, None) => (" ", Role::Dim),
    }
}

/// The sign of a change.
pub(super) const fn sign(change: AutostartChange) -> &'static str {
    match change {
        AutostartChange::Appeared => "+",
        AutostartChange::Changed => "~",
        AutostartChange::Vanished => "-",
    }
}
