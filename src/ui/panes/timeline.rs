//! What happened, oldest first, newest at the bottom, and below it what is not on disk yet.

mod lines;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::cockpit::model::{Glyphs, Pane, Session};
use crate::domain::detect::Grade;
use crate::domain::session::{Entry, Event, Place};
use crate::ui::document;
use crate::ui::found;
use crate::ui::glyph::check_box;
use crate::ui::panes::checklist::box_role;
use crate::ui::panes::row::{Row, select};
use crate::ui::panes::{Title, framed, grade, is_full, persistence, say_empty};
use crate::ui::role::Role;
use crate::ui::text::{phrase, time};
use crate::ui::theme::Theme;
use crate::ui::wrap::wrap_spans;
use crate::words::panes::{self as said, Word, word};
use crate::words::session::{event, on_item};
use crate::words::{Caption, Phrase, own};

use lines::{Fold, Shown};

/// From this many cells on, a line names its number and who.
const CELLS_FOR_WHO: usize = 60;
/// From this many columns on, items have their words beside their ids.
const CELLS_FOR_WORDS: u16 = 60;
/// Fewer cells say nothing of the newest of those that are folded.
const CELLS_FOR_NAME: usize = 8;
/// Cells of an entry's number; more where there are more entries.
const NUMBER: usize = 5;
/// Rows of the entry under the cursor, in full view.
const DETAIL_ROWS: usize = 4;
/// Cells of one hostile value.
const VALUE: usize = 400;

pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let inside = framed(Pane::Timeline, model, theme, title(model), area, buf);
    let Some(session) = &model.session else {
        return say_empty(model, theme, Word::NoSession, inside, buf);
    };
    if session.entries.is_empty() && session.pending.is_empty() {
        return say_empty(model, theme, Word::NoEntry, inside, buf);
    }
    let mut list = inside;
    if is_full(model, Pane::Timeline) && inside.height >= 12 {
        list.height -= detail(model, theme, session, inside, buf);
    }
    let lines = lines::in_view(model, session, usize::from(list.height));
    draw_lines(model, theme, &lines, list, buf);
}

fn title(model: &Model) -> Title {
    let Some(session) = &model.session else { return Title::new() };
    let find = found::in_pane(model, Pane::Timeline).map(found::title);
    let mut title: Title = find.into_iter().collect();
    title.push((Role::Text, format!("#{}", session.state.seq)));
    let waiting = session.pending.len();
    if waiting > 0 {
        title.push((Role::Pending, format!("~{waiting}")));
    }
    title.push(match model.panes.timeline.line {
        0 => (Role::Dim, word(model.language, Word::FollowsNewest).to_owned()),
        newer => (Role::Warn, said::newer(model.language, newer)),
    });
    title
}

/// Draws the lines, of which the newest comes first and stands at the bottom.
fn draw_lines(model: &Model, theme: &Theme, lines: &[Shown<'_>], area: Rect, buf: &mut Buffer) {
    for (line, shown) in lines.iter().rev().enumerate() {
        let mut pen = Row::new(theme, model.glyphs, area, line, buf);
        match shown {
            Shown::Earlier(count) => {
                rule(Role::Warn, &said::earlier(model.language, *count), &mut pen);
            }
            Shown::Command(id) => {
                let whole = format!("firedamp timeline {id}");
                let fits = 4 + whole.len() <= pen.room();
                pen.skip(4);
                pen.say(Role::Text, if fits { &whole } else { "firedamp timeline ID" });
            }
            Shown::Day(at) => rule(Role::Dim, &at.strftime("%Y-%m-%d").to_string(), &mut pen),
            Shown::Branch(number, after) => {
                let text = |caption: Caption| caption.text(model.language);
                let (branch, from) = (text(Caption::Branch), text(Caption::BranchAfter));
                pen.skip(1);
                pen.say(Role::Crit, &format!("{branch} {number}, {from} #{after}"));
            }
            Shown::Pending(pending) => {
                pen.skip(1);
                pen.say(Role::Pending, "~ ");
                pen.phrase(Role::Pending, &told(model, &pending.event));
            }
            Shown::Folded(fold, at_cursor) => {
                folded(model, fold, *at_cursor, &mut pen);
                if *at_cursor && model.focus == Pane::Timeline {
                    select(theme, area, line, buf);
                }
            }
            Shown::Entry(entry, at_cursor) => {
                one(model, entry, *at_cursor, &mut pen);
                if *at_cursor && model.focus == Pane::Timeline {
                    select(theme, area, line, buf);
                }
                if let Some(find) = found::in_pane(model, Pane::Timeline) {
                    found::mark(theme, find, (area, line, *at_cursor), buf);
                }
            }
        }
    }
}

/// A line across the pane with a word in it.
fn rule(role: Role, word: &str, pen: &mut Row<'_>) {
    let sign = pen.signs().frame.horizontal_top;
    pen.skip(1);
    pen.say(Role::Border, &sign.repeat(2));
    pen.say(role, &format!(" {word} "));
    let rest = pen.room();
    pen.say(Role::Border, &sign.repeat(rest));
}

fn one(model: &Model, entry: &Entry, at_cursor: bool, pen: &mut Row<'_>) {
    begin(model, entry, at_cursor, pen);
    let (sign, role) = mark(&entry.event);
    // A mark has its box, as the checklist shows it; the signs of other entries stand in the middle of one.
    pen.skip(usize::from(sign.len() == 1));
    pen.left(role, sign, if sign.len() == 1 { 2 } else { 3 });
    pen.skip(1);
    let usual = if matches!(entry.event, Event::Unknown(_)) { Role::Unknown } else { Role::Text };
    pen.phrase(usual, &told(model, &entry.event));
}

/// Entries of what came and went, on one line.
fn folded(model: &Model, fold: &Fold<'_>, at_cursor: bool, pen: &mut Row<'_>) {
    begin(model, fold.newest, at_cursor, pen);
    pen.skip(1);
    let (sign, role) = fold.worst.map_or((".", Role::Dim), grade);
    pen.left(role, sign, 2);
    pen.skip(1);
    pen.say(Role::Text, &said::over(model.language, fold.found, fold.ended));
    pen.say(Role::Dim, &format!("  #{}-#{}  ", fold.from, fold.newest.seq));
    if let Event::Found { name, .. } | Event::Ended { name, .. } = &fold.newest.event
        && pen.room() >= CELLS_FOR_NAME
    {
        pen.pieces(Role::Untrusted, name, VALUE);
        let more = if pen.glyphs() == Glyphs::Ascii { "~" } else { "…" };
        pen.say(Role::Dim, &format!(", {more}"));
    }
}

/// When, and where there is room which one and by whom.
fn begin(model: &Model, entry: &Entry, at_cursor: bool, pen: &mut Row<'_>) {
    let cursor = if at_cursor { pen.signs().cursor } else { " " };
    pen.left(Role::BorderFocus, cursor, 1);
    pen.say(Role::Dim, &time(entry.at));
    pen.skip(1);
    if pen.room() >= CELLS_FOR_WHO {
        let newest = model.session.as_ref().map_or(entry.seq, |session| session.state.seq);
        let cells = format!("#{newest}").len().max(NUMBER);
        pen.right(Role::Dim, &format!("#{}", entry.seq), cells);
        pen.skip(1);
        pen.theirs(Role::Untrusted, &entry.by, 9);
        pen.skip(1);
    }
}

/// The event in words, with what the playbook calls its places.
#[expect(clippy::wildcard_enum_match_arm, reason = "only acts on the playbook have a place in it")]
pub(in crate::ui) fn told(model: &Model, what: &Event) -> Phrase {
    let usual = event(model.language, what);
    match what {
        Event::Marked { item, .. } | Event::Noted { about: Some(Place::Item(item)), .. } => {
            let roomy = model.size.columns >= CELLS_FOR_WORDS;
            let item = document::items(model).find(|it| roomy && it.id == *item);
            let most = usize::from(model.size.columns / 5).clamp(12, 48);
            on_item(model.language, what, item.map(|item| item.text.as_str()), most)
        }
        Event::Prepared(own) if own.carriers == 0 && was_raised(model, what) => {
            own::put_back(model.language).ours("; ").then(usual)
        }
        // The number of an entry says nothing to whoever has not that entry before them.
        Event::TookBack { choice: entry } | Event::Withdrew { entry } => match at(model, *entry) {
            Some(back) => usual.ours(": ").then(told(model, &back.event)),
            None => usual,
        },
        Event::Chose { flow, node, to, label, .. } => {
            let Some(flow) = document::flow(model, flow) else { return usual };
            let name = |id| document::node(flow, id).map(|it| it.label.replace('\n', " "));
            let (Some(node), Some(to)) = (name(node), name(to)) else { return usual };
            let arrow = " → ";
            if label.is_empty() {
                Phrase::default().named(&node).ours(arrow).named(&to)
            } else {
                let at = Phrase::default().named(&node).ours(" [").theirs(label);
                at.ours("]").ours(arrow).named(&to)
            }
        }
        _ => usual,
    }
}

/// The entry before this one about how the program stands said that whoever carries the terminal was raised.
#[expect(clippy::wildcard_enum_match_arm, reason = "only two kinds of entries tell of it")]
fn was_raised(model: &Model, what: &Event) -> bool {
    let Some(session) = &model.session else { return false };
    let pending = session.pending.iter().map(|it| &it.event);
    let events = session.entries.iter().map(|it| &it.event).chain(pending).rev();
    let before = events.skip_while(|it| !std::ptr::eq(*it, what)).skip(1);
    let told = before.filter_map(|it| match it {
        Event::Prepared(own) => Some(own.carriers > 0),
        Event::Resumed { .. } => Some(false),
        _ => None,
    });
    told.take(1).any(|raised| raised)
}

/// The entry of this number, if it is at hand and not one that takes another back.
fn at(model: &Model, seq: u64) -> Option<&Entry> {
    let entries = &model.session.as_ref()?.entries;
    let at = entries.binary_search_by_key(&seq, |entry| entry.seq).ok()?;
    let takes_back =
        |it: &&Entry| matches!(it.event, Event::TookBack { .. } | Event::Withdrew { .. });
    entries.get(at).map(|entry| &**entry).filter(|entry| !takes_back(entry))
}

/// Glyph and role of a kind of event.
fn mark(event: &Event) -> (&'static str, Role) {
    match event {
        Event::Found { finding, .. } => match finding.grade {
            Grade::Noted => grade(Grade::Noted),
            Grade::Suspect => grade(Grade::Suspect),
            Grade::Confirmed => grade(Grade::Confirmed),
        },
        Event::Autostart { change, .. } => (persistence::sign(*change), Role::Warn),
        Event::Ended { .. } => (".", Role::Dim),
        Event::Prepared(own) if own.doubts().is_empty() => (" ", Role::Dim),
        Event::Rules(rules) if rules.broken.is_empty() => (" ", Role::Dim),
        Event::Rules(_) => ("!", Role::Warn),
        Event::Trouble { .. } | Event::Prepared(_) => ("!", Role::Crit),
        Event::TookBack { .. } | Event::Withdrew { .. } | Event::Marked { undoes: Some(_), .. } => {
            ("<", Role::Warn)
        }
        Event::Marked { state, .. } => (check_box(*state), box_role(*state)),
        Event::Chose { .. } => (">", Role::Ok),
        Event::Noted { .. } => ("\"", Role::Text),
        Event::PenTaken { reason, .. } if !reason.is_empty() => ("!", Role::Crit),
        Event::HandedOff { .. }
        | Event::Accepted { .. }
        | Event::Signed { .. }
        | Event::PenGiven { .. }
        | Event::PenTaken { .. }
        | Event::Debriefed { .. } => ("=", Role::BorderFocus),
        Event::Acknowledged { .. } => ("a", Role::Text),
        Event::Opened(_)
        | Event::Resumed { .. }
        | Event::Left
        | Event::Allowed { .. }
        | Event::Listening { .. }
        | Event::WireRefused { .. }
        | Event::Anchored { .. }
        | Event::TapeAt { .. } => (" ", Role::Dim),
        Event::Hinted { .. } | Event::ExpertShown => ("?", Role::Warn),
        Event::Clock { .. } | Event::Redacted { .. } => ("*", Role::Warn),
        Event::Unknown(_) => ("?", Role::Unknown),
    }
}

/// The entry under the cursor in full at the bottom; gives the rows that it took.
fn detail(model: &Model, theme: &Theme, session: &Session, area: Rect, buf: &mut Buffer) -> u16 {
    let back = model.panes.timeline.line;
    let Some(entry) = session.entries.iter().rev().nth(back) else { return 0 };
    let spans = phrase(theme, Role::Text, &told(model, &entry.event), VALUE);
    let mut rows = wrap_spans(&spans, usize::from(area.width).saturating_sub(2));
    rows.truncate(DETAIL_ROWS);
    let height = u16::try_from(rows.len() + 1).unwrap_or(u16::MAX).min(area.height);
    let below = Rect { y: area.bottom() - height, height, ..area };
    let mut pen = Row::new(theme, model.glyphs, below, 0, buf);
    let sign = pen.signs().frame.horizontal_top;
    pen.say(Role::Border, &sign.repeat(2));
    pen.say(Role::Dim, &format!(" #{} {} ", entry.seq, crate::ui::text::day_and_time(entry.at)));
    pen.pieces(Role::Untrusted, &entry.by, 24);
    if session.pending.is_empty() {
        pen.skip(1);
    } else {
        pen.say(Role::Pending, &format!("  ~ {} ", word(model.language, Word::Unsaved)));
    }
    let rest = pen.room();
    pen.say(Role::Border, &sign.repeat(rest));
    for (line, row) in rows.iter().enumerate() {
        let mut pen = Row::new(theme, model.glyphs, below, line + 1, buf);
        pen.skip(2);
        for span in &row.spans {
            pen.styled(span.style, &span.content);
        }
    }
    height
}
