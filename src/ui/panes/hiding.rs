//! What hides: what views of the host show differently, kind by kind, with what it means and what to do next;
//! or that all views agree. Below that which were compared, and how the program itself stands.
//!
//! Invariant: whatever does not fit is reached by going on down, also where the cursor has no more lines to stand on.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::cockpit::hides::in_order;
use crate::cockpit::model::Pane;
use crate::cockpit::pen::raised_elsewhere;
use crate::domain::facts::{
    Contradiction, ContradictionKind, Gap, Hiding, HostView, NotWhole, Own, Packaged, Process,
    Reading, Snapshot,
};
use crate::domain::untrusted::Untrusted;
use crate::ui::own;
use crate::ui::panes::row::{Row, select};
use crate::ui::panes::{Title, condition, framed, say_empty};
use crate::ui::role::Role;
use crate::ui::text::{age, phrase, pieces, put_all, span, width};
use crate::ui::theme::Theme;
use crate::ui::turn;
use crate::ui::wrap::wrap_spans;
use crate::ui::{inside_height, inside_width};
use crate::words::hiding::{self as said, Said};
use crate::words::panes::Word;
use crate::words::{Part, Phrase, fact, persistence};

/// Every view, in the order in which they are named.
const VIEWS: [HostView; 7] = [
    HostView::Clocks,
    HostView::Threads,
    HostView::Cgroups,
    HostView::Mounts,
    HostView::OwnProc,
    HostView::Preload,
    HostView::BusyTime,
];
/// Cells of what hides, of the name of its process, and of its age.
const WHAT: usize = 20;
const NAME: usize = 16;
const AGE: usize = 5;
/// Cells of the gauge.
const GAUGE: usize = 20;
/// Cells that a line is indented by.
const INDENT: usize = 2;
/// A pane that is less wide leaves out the name of the process.
const WIDE: u16 = 76;
/// A pane of so many rows says at its bottom what its rows had to cut, in so many lines at most.
const HIGH: u16 = 10;
const MOST: usize = 3;

/// One line below the summary.
enum Line<'a> {
    Blank,
    Itself,
    Own(ratatui::text::Line<'static>),
    Head(ContradictionKind, usize),
    Meaning(ContradictionKind),
    One(usize, &'a Contradiction),
    Next(ContradictionKind, bool),
    Agree,
    Compared,
    View(HostView),
}

pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let inside = framed(Pane::Hiding, model, theme, title(model), area, buf);
    let Some(snapshot) = &model.live.snapshot else {
        return say_empty(model, theme, Word::Waiting, inside, buf);
    };
    let at = &model.panes.hiding;
    let lines = lines(model, theme, snapshot, usize::from(inside.width));
    let mut page = Page { model, theme, snapshot, area: inside, buf };
    page.load(&snapshot.hiding);
    let cut = if at.down == 0 { cut(model, theme, snapshot, at.line, inside) } else { Vec::new() };
    let room = usize::from(inside.height).saturating_sub(1 + cut.len());
    let first = first(&lines, at.line, room);
    let first = match at.down {
        0 => first,
        down => (first_of_last(model, theme, snapshot, &lines, inside) + down)
            .min(lines.len().saturating_sub(room)),
    };
    for (place, line) in lines.iter().skip(first).take(room).enumerate() {
        page.line(1 + place, line);
    }
    let below = inside.height.saturating_sub(u16::try_from(cut.len()).unwrap_or(u16::MAX));
    let foot = Rect { y: inside.y + below, height: inside.height - below, ..inside };
    put_all(page.buf, foot, cut);
    let here = place_of(&lines, at.line).filter(|here| at.down == 0 && *here >= first);
    if let Some(here) = here.filter(|_| model.focus == Pane::Hiding) {
        select(theme, inside, 1 + here - first, buf);
    }
    turn::mark(model, theme, (first, room, lines.len()), area, buf);
}

/// How often one can go on down below the last line that the cursor stands on, where the pane stands on the screen.
#[must_use]
pub fn hiding_below(model: &Model, theme: &Theme) -> usize {
    let Some(snapshot) = &model.live.snapshot else { return 0 };
    let (width, height) = (inside_width(model, Pane::Hiding), inside_height(model, Pane::Hiding));
    let inside = Rect::new(0, 0, width, height);
    let lines = lines(model, theme, snapshot, usize::from(width));
    let last = model.panes.hiding.lines.saturating_sub(1);
    let cut = cut(model, theme, snapshot, last, inside).len();
    let first = first_of_last(model, theme, snapshot, &lines, inside);
    let whole = usize::from(height).saturating_sub(1);
    if lines.len() <= first + whole.saturating_sub(cut) {
        return 0;
    }
    // What stands at the foot gives way with the first step.
    lines.len().saturating_sub(first + whole).max(1)
}

/// The first line in view while the cursor stands on the last one that it can.
fn first_of_last(
    model: &Model,
    theme: &Theme,
    snapshot: &Snapshot,
    lines: &[Line<'_>],
    inside: Rect,
) -> usize {
    let last = model.panes.hiding.lines.saturating_sub(1);
    let cut = cut(model, theme, snapshot, last, inside).len();
    first(lines, last, usize::from(inside.height).saturating_sub(1 + cut))
}

/// The first line in view while the cursor stands on this contradiction. What to do next stands below the last of its
/// kind, and comes into view with it.
fn first(lines: &[Line<'_>], cursor: usize, room: usize) -> usize {
    let here = place_of(lines, cursor);
    here.map_or(0, |here| (here + 2).min(lines.len()).saturating_sub(room))
}

/// Where the contradiction stands.
fn place_of(lines: &[Line<'_>], cursor: usize) -> Option<usize> {
    lines.iter().position(|line| matches!(line, Line::One(place, _) if *place == cursor))
}

fn title(model: &Model) -> Title {
    let mut title = Title::new();
    if let Some(snapshot) = &model.live.snapshot {
        let count = snapshot.hiding.contradictions.len();
        if count > 0 {
            title.push((Role::Hidden, said::found(model.language, count)));
        }
    }
    title.extend(condition(model));
    title
}

/// How many processes there are that other tools do not show, for the title of the process table.
pub(super) fn count(model: &Model) -> Option<(Role, String)> {
    let processes = &model.live.snapshot.as_ref()?.processes;
    let count = processes.iter().filter(|it| it.hidden.is_some()).count();
    (count > 0).then(|| (Role::Hidden, said::hidden(model.language, count)))
}

/// The number of a process in the process table: other tools do not show all of them.
pub(super) fn pid(process: &Process, usual: Role, cells: usize, pen: &mut Row<'_>) {
    let role = process.hidden.map_or(usual, |_| Role::Hidden);
    pen.right(role, &process.id.pid.to_string(), cells);
}

/// The lines below the gauge.
fn lines<'a>(model: &Model, theme: &Theme, snapshot: &'a Snapshot, cells: usize) -> Vec<Line<'a>> {
    let hiding = &snapshot.hiding;
    let all = in_order(hiding);
    let mut lines = Vec::new();
    for (place, one) in all.iter().enumerate() {
        let is_first = place == 0 || all.get(place - 1).is_some_and(|it| it.kind != one.kind);
        if is_first {
            let count = all.iter().filter(|it| it.kind == one.kind).count();
            lines.extend([Line::Blank, Line::Head(one.kind, count), Line::Meaning(one.kind)]);
        }
        lines.push(Line::One(place, one));
        if all.get(place + 1).is_none_or(|it| it.kind != one.kind) {
            let opens = all.iter().any(|it| it.kind == one.kind && it.process.is_some());
            lines.push(Line::Next(one.kind, opens));
        }
    }
    if all.is_empty() {
        lines.extend([Line::Blank, Line::Agree]);
    }
    // Nobody was asked yet, or the recording is older than the question.
    if !hiding.views.is_empty() {
        lines.extend([Line::Blank, Line::Compared]);
        lines.extend(VIEWS.map(Line::View));
    }
    if *snapshot.own != Own::default() {
        lines.extend([Line::Blank, Line::Itself]);
        let raised = (&*snapshot.own, raised_elsewhere(model));
        let own = own::lines(model.language, theme, raised, cells);
        lines.extend(own.iter().flat_map(|it| wrap_spans(&it.spans, cells)).map(Line::Own));
    }
    lines
}

/// All that the view shows of a contradiction, where its row has not the room for it.
fn cut(
    model: &Model,
    theme: &Theme,
    snapshot: &Snapshot,
    cursor: usize,
    area: Rect,
) -> Vec<ratatui::text::Line<'static>> {
    let all = in_order(&snapshot.hiding);
    let Some(one) = all.get(cursor).filter(|_| area.height >= HIGH) else {
        return Vec::new();
    };
    let cells = usize::from(area.width);
    let name = if area.width >= WIDE { NAME + 1 } else { 0 };
    let taken = INDENT + WHAT + 1 + name + AGE + 2;
    let package = package(model, one);
    let told = package.as_ref().map_or(0, |it| phrase_width(it) + 2) + one.shown.width();
    let cut = told > cells.saturating_sub(taken) || one.what.width() > WHAT;
    if !cut {
        return Vec::new();
    }
    let mut spans = pieces(theme, Role::Untrusted, &one.what, cells * MOST);
    spans.push(span(theme, Role::Dim, "  "));
    if let Some(package) = package {
        spans.extend(phrase(theme, Role::Text, &package, cells));
        spans.push(span(theme, Role::Dim, "  "));
    }
    spans.extend(pieces(theme, Role::Untrusted, &one.shown, cells * MOST));
    let mut lines = wrap_spans(&spans, cells);
    lines.truncate(MOST);
    lines
}

/// What the package databases say about what hides, if that is a file.
fn package(model: &Model, one: &Contradiction) -> Option<Phrase> {
    let known = one.packaged != Packaged::Unknown;
    known.then(|| persistence::packaged(model.language, &one.packaged))
}

struct Page<'a> {
    model: &'a Model,
    theme: &'a Theme,
    snapshot: &'a Snapshot,
    area: Rect,
    buf: &'a mut Buffer,
}

/// Why it cannot be known how much CPU time nobody accounts for; `None` if that only takes some seconds more.
fn why_unknown(snapshot: &Snapshot) -> Option<NotWhole> {
    let mut unread = snapshot.unread.iter().filter(|it| it.what.bytes() == b"/proc/stat");
    unread.find_map(|it| match it.gap {
        Some(Gap::NotWhole(why)) => Some(why),
        _ => None,
    })
}

impl Page<'_> {
    fn row(&mut self, line: usize) -> Row<'_> {
        Row::new(self.theme, self.model.glyphs, self.area, line, self.buf)
    }

    /// CPU time that no visible process used: the one sign of somebody who hides well.
    fn load(&mut self, hiding: &Hiding) {
        let (language, unknown) = (self.model.language, why_unknown(self.snapshot));
        let mut row = self.row(0);
        row.say(Role::Text, said::said(language, Said::Unexplained));
        row.skip(1);
        match hiding.unexplained_cpu {
            Reading::Known(percent) => {
                let share = percent / 100.0;
                row.bar(Role::of_level(share.min(1.0)), share, GAUGE);
                row.skip(1);
                let role = if percent > 0.0 { Role::Warn } else { Role::Ok };
                row.say(role, &said::unexplained(language, percent));
            }
            Reading::Unknown => {
                let text = said::not_known(language, unknown);
                row.say(Role::Unknown, &text);
            }
            ref other @ (Reading::Denied | Reading::Blocked) => {
                row.say(Role::Unknown, fact::not_read(language, other));
            }
        }
        let tried = said::tried(language, hiding.pids_tried);
        if hiding.pids_tried.1 > 0 && row.room() > width(&tried) + INDENT {
            let room = row.room();
            row.right(Role::Dim, &tried, room);
        }
    }

    fn line(&mut self, at: usize, line: &Line<'_>) {
        let language = self.model.language;
        match line {
            Line::Blank => {}
            Line::Itself => self.row(at).say(Role::Title, said::said(language, Said::Itself)),
            Line::Own(own) => {
                let mut row = self.row(at);
                for span in &own.spans {
                    row.styled(span.style, &span.content);
                }
            }
            Line::Head(kind, count) => {
                let mut row = self.row(at);
                row.say(Role::Hidden, said::kind(language, *kind));
                row.say(Role::Dim, &format!("  {count}"));
            }
            Line::Meaning(kind) => self.row(at).say(Role::Dim, said::meaning(language, *kind)),
            Line::One(place, one) => self.one(at, *place, one),
            Line::Next(kind, opens) => {
                let mut row = self.row(at);
                row.skip(INDENT);
                let arrow = row.signs().arrow;
                row.say(Role::Mark, arrow);
                row.skip(1);
                row.say(Role::Text, said::next(language, *kind, *opens));
            }
            Line::Agree if self.snapshot.hiding.views.is_empty() => {
                self.row(at).say(Role::Unknown, said::said(language, Said::NotCompared));
            }
            Line::Agree => self.row(at).say(Role::Ok, said::said(language, Said::Agree)),
            Line::Compared => self.row(at).say(Role::Dim, said::said(language, Said::Compared)),
            Line::View(view) => self.view(at, *view),
        }
    }

    fn one(&mut self, at: usize, place: usize, one: &Contradiction) {
        let pane = &self.model.panes.hiding;
        let is_here = place == pane.line && pane.down == 0;
        let since = self.snapshot.moment.boot_ms.saturating_sub(one.first_seen_ms);
        let process = one.process.and_then(|id| self.snapshot.process(id));
        let name = process.map(|it| named(it.id.pid.0, &it.comm, one));
        let wide = self.area.width >= WIDE;
        let package = package(self.model, one);
        let mut row = self.row(at);
        let sign = if is_here { row.signs().cursor } else { " " };
        row.left(Role::BorderFocus, sign, INDENT);
        row.theirs(Role::Untrusted, &one.what, WHAT);
        row.skip(1);
        if wide {
            row.theirs(Role::Untrusted, &name.unwrap_or_default(), NAME);
            row.skip(1);
        }
        row.right(Role::Text, &age(since), AGE);
        row.skip(2);
        if let Some(package) = package {
            row.phrase(Role::Text, &package);
            row.skip(2);
        }
        let room = row.room();
        row.pieces(Role::Dim, &one.shown, room);
    }

    fn view(&mut self, at: usize, view: HostView) {
        let language = self.model.language;
        let answers = self.snapshot.hiding.views.contains(&view);
        // Where clocks have a say, threads have one as soon as they have been looked at.
        let clocks = self.snapshot.hiding.views.contains(&HostView::Clocks);
        let mut row = self.row(at);
        row.skip(INDENT);
        row.say(if answers { Role::Ok } else { Role::Unknown }, if answers { "+" } else { "?" });
        row.skip(1);
        row.say(Role::Text, said::view(language, view));
        row.skip(2);
        if !answers {
            let waits = view == HostView::Threads && clocks;
            let why = if waits { said::not_yet(language) } else { said::no_view(language, view) };
            row.say(Role::Dim, why);
        }
    }
}

/// Cells of a phrase.
fn phrase_width(phrase: &Phrase) -> usize {
    let part = |part: &Part| match part {
        Part::Ours(text) => width(text),
        Part::Theirs(text) => text.width(),
    };
    phrase.0.iter().map(part).sum()
}

/// The process, as people call it; the pid stands there already if it is the pid that hides.
fn named(pid: u32, comm: &Untrusted, one: &Contradiction) -> Untrusted {
    if one.kind == ContradictionKind::Process {
        return comm.clone();
    }
    Untrusted::new([pid.to_string().as_bytes(), b" ", comm.bytes()].concat())
}
