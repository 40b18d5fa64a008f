//! What there is to do, by phase, with who did it and when.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::cockpit::model::{Pane, Session};
use crate::cockpit::panes::ChecklistRow;
use crate::domain::playbook::{Item, ItemId};
use crate::domain::session::{ItemMark, ItemState};
use crate::domain::untrusted::Untrusted;
use crate::ui::document;
use crate::ui::glyph::{check_box, signs};
use crate::ui::panes::row::{Row, select};
use crate::ui::panes::{Title, framed, is_full, say_empty, wrapped};
use crate::ui::role::Role;
use crate::ui::text::{fit_spans, phrase, pieces, span, width};
use crate::ui::theme::Theme;
use crate::ui::wrap::{hanging, wrap};
use crate::words::answer;
use crate::words::panes::{self as said, Word, word};
use crate::words::session::phase;

/// From this many cells on, an item says who marked it.
const CELLS_FOR_WHO: usize = 64;
/// From this many cells on, how it is done gets half of them.
const CELLS_FOR_HOW: usize = 96;
/// From this many rows on, reasons have lines of their own.
const ROWS_FOR_WHY: u16 = 14;
/// Lines of a reason where other panes are beside this one.
const REASON_LINES: usize = 3;
/// Cells of one reason; its page has all of it.
const REASON: usize = 800;
/// Cells of the cursor, the box and the sign of what is not on disk.
const SIGNS: usize = 5;
/// Between two facts, and before whom to ask.
const BETWEEN: &str = "; ";
const ASK: &str = "? ";
/// Cells of one hostile value in a fact.
const VALUE: usize = 40;

pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let inside = framed(Pane::Checklist, model, theme, title(model), area, buf);
    let Some(session) = &model.session else {
        return say_empty(model, theme, Word::NoSession, inside, buf);
    };
    let lists = &model.panes.checklist;
    if lists.rows.is_empty() {
        return say_empty(model, theme, Word::NoList, inside, buf);
    }
    let height = usize::from(inside.height);
    let wraps = is_full(model, Pane::Checklist);
    let airy = wraps || inside.height >= ROWS_FOR_WHY;
    let page = Page { model, theme, session, area: inside, wraps, airy };
    let mut line = 0;
    for (at, row) in lists.rows.iter().enumerate().skip(page.first(height)) {
        if line >= height {
            break;
        }
        line += page.row(at, row, line, buf);
    }
}

/// The list under the cursor and how far it is.
fn title(model: &Model) -> Title {
    let pane = &model.panes.checklist;
    let above = pane.rows.iter().take(pane.line + 1).rev();
    let mut heads = above.filter_map(|row| match row {
        ChecklistRow::Head { list, settled, items, .. } => Some((list, settled, items)),
        ChecklistRow::Item(_) => None,
    });
    let Some((list, settled, items)) = heads.next() else { return Title::new() };
    let mut title = vec![
        (Role::Text, list.clone()),
        (progress(*settled, *items), format!("{settled}/{items}")),
    ];
    if pane.range.is_some() {
        let marked = pane.marked_items().count();
        title.push((Role::Mark, said::marked(model.language, marked)));
    }
    title
}

const fn progress(settled: usize, items: usize) -> Role {
    if settled >= items { Role::Ok } else { Role::Text }
}

struct Page<'a> {
    model: &'a Model,
    theme: &'a Theme,
    session: &'a Session,
    area: Rect,
    /// Items have as many lines as they need.
    wraps: bool,
    /// Reasons have lines of their own.
    airy: bool,
}

impl Page<'_> {
    /// First row to draw, so that the one under the cursor is in view although rows differ in height.
    fn first(&self, height: usize) -> usize {
        let rows = &self.model.panes.checklist.rows;
        let height_of = |at: usize| rows.get(at).map_or(1, |row| self.height(at, row));
        wrapped::first(self.model.panes.checklist.line, rows.len(), height, height_of)
    }

    fn height(&self, at: usize, row: &ChecklistRow) -> usize {
        match row {
            ChecklistRow::Head { .. } => 1,
            ChecklistRow::Item(id) => {
                let fact = usize::from(self.fact(at, id).is_some());
                let text = item(self.model, id).filter(|_| self.wraps);
                let text = text.map_or(1, |item| wrap(&item.text, self.text_cells()).len());
                text + fact + self.reason(id).len()
            }
        }
    }

    /// What the host says to an item that is still to be done, in one line: under every such item where there is room,
    /// else under the one at the cursor.
    fn fact(&self, at: usize, id: &ItemId) -> Option<Line<'static>> {
        let lists = &self.model.panes.checklist;
        let at_cursor = at == lists.line && self.model.focus == Pane::Checklist;
        let (state, _) = self.session.item(id);
        let settled = matches!(state, ItemState::Done | ItemState::NotApplicable);
        let item = item(self.model, id).filter(|_| !settled && (self.airy || at_cursor))?;
        let answer = self.model.known()?.on_item(item);
        let language = self.model.language;
        let lead = signs(self.model.glyphs).last;
        let mut spans: Vec<Span<'static>> = Vec::new();
        for fact in &answer.facts {
            let sign = if spans.is_empty() { lead } else { BETWEEN };
            spans.push(span(self.theme, Role::Border, sign));
            spans.extend(phrase(self.theme, Role::Dim, &answer::fact(language, fact), VALUE));
        }
        if let Some(ask) = answer.ask {
            let sign = if spans.is_empty() { lead } else { BETWEEN };
            spans.push(span(self.theme, Role::Border, sign));
            spans.push(span(self.theme, Role::Warn, ASK));
            spans.push(span(self.theme, Role::Dim, answer::ask(language, ask)));
        }
        let cells = usize::from(self.area.width).saturating_sub(SIGNS);
        let spans = fit_spans(spans, cells, self.model.glyphs);
        (!spans.is_empty()).then(|| Line::from(spans))
    }

    /// Why an item is in its state, on lines of its own; none where there is no room for them.
    fn reason(&self, id: &ItemId) -> Vec<Line<'static>> {
        let (_, saved) = self.session.item(id);
        let mark = self.session.state.items.get(id).filter(|_| saved && self.airy);
        let Some(mark) = mark.filter(|mark| !mark.reason.is_empty()) else { return Vec::new() };
        let name = format!("{}: ", word(self.model.language, Word::Because));
        let indent = width(&name);
        let lead = vec![span(self.theme, Role::Dim, name)];
        let cells = usize::from(self.area.width).saturating_sub(SIGNS);
        let most = if self.wraps { wrapped::MOST } else { REASON_LINES };
        let room = cells.saturating_sub(indent);
        let mut shown = (most * room).min(REASON);
        let fitted = |shown| {
            let reason = pieces(self.theme, Role::Untrusted, &mark.reason, shown);
            hanging(lead.clone(), indent, &reason, cells)
        };
        let mut lines = fitted(shown);
        // Rows end behind words: a little less has to be shown until the sign of what is left out is on the last one.
        while lines.len() > most && shown > room {
            shown = shown.saturating_sub((room / 8).max(1));
            lines = fitted(shown);
        }
        lines.truncate(most);
        lines
    }

    /// Cells for the text of an item; what is known of it stands at the right of that.
    fn text_cells(&self) -> usize {
        let room = usize::from(self.area.width).saturating_sub(SIGNS);
        if room >= CELLS_FOR_HOW {
            room / 2
        } else if room >= CELLS_FOR_WHO {
            room * 2 / 3
        } else {
            room
        }
    }

    /// Draws one row from `line` on; gives the lines that it took.
    fn row(&self, at: usize, row: &ChecklistRow, line: usize, buf: &mut Buffer) -> usize {
        let at_cursor = at == self.model.panes.checklist.line;
        let mut pen = Row::new(self.theme, self.model.glyphs, self.area, line, buf);
        let lists = &self.model.panes.checklist;
        let in_range = lists.range.is_some() && lists.marked().contains(&at);
        let (role, sign) = match (at_cursor, in_range) {
            (true, _) => (Role::BorderFocus, pen.signs().cursor),
            (false, true) => (Role::Mark, "*"),
            (false, false) => (Role::Text, " "),
        };
        pen.left(role, sign, 1);
        let taken = match row {
            ChecklistRow::Head { phase, list, settled, items } => {
                self.head(*phase, list, *settled, *items, &mut pen);
                1
            }
            ChecklistRow::Item(id) => self.item(at, id, line, buf),
        };
        if at_cursor && self.model.focus == Pane::Checklist {
            for below in 0..taken {
                select(self.theme, self.area, line + below, buf);
            }
        }
        taken
    }

    fn head(
        &self,
        of: Option<crate::domain::playbook::Phase>,
        list: &str,
        settled: usize,
        items: usize,
        pen: &mut Row<'_>,
    ) {
        let share = if items == 0 { 0.0 } else { part_of(settled, items) };
        let count = format!(" {settled}/{items}");
        let cells = (pen.room() / 5).min(12);
        let mut right = pen.split_right(cells + count.len());
        right.bar(Role::Ok, share, cells);
        right.say(progress(settled, items), &count);
        pen.say(Role::Title, list);
        if let Some(of) = of {
            pen.say(Role::Title, " ");
            pen.say(Role::Title, phase(self.model.language, of));
        }
        pen.skip(1);
        let rest = pen.room().saturating_sub(1);
        let sign = pen.signs().frame.horizontal_top;
        pen.say(Role::Border, &sign.repeat(rest));
    }

    fn item(&self, at: usize, id: &ItemId, line: usize, buf: &mut Buffer) -> usize {
        let mut pen = Row::new(self.theme, self.model.glyphs, self.area, line, buf);
        pen.skip(1);
        let (state, saved) = self.session.item(id);
        // Whoever took an item back has not done it.
        let stands = saved && state != ItemState::Open;
        let mark = self.session.state.items.get(id).filter(|_| stands);
        let role = box_role(state);
        pen.say(if saved { role } else { Role::Pending }, check_box(state));
        pen.say(Role::Pending, if saved { " " } else { "~" });
        let Some(item) = item(self.model, id) else {
            pen.say(Role::Unknown, &id.0);
            return 1;
        };
        let settled = matches!(state, ItemState::Done | ItemState::NotApplicable);
        let role = if settled { Role::Dim } else { Role::Text };
        let cells = self.text_cells();
        let reason = self.reason(id);
        // What has lines of its own does not stand beside the item too.
        let bare = mark.map(|mark| ItemMark { reason: Untrusted::default(), ..mark.clone() });
        let mark = if reason.is_empty() { mark } else { bare.as_ref() };
        let rows = if self.wraps { wrap(&item.text, cells) } else { vec![item.text.clone()] };
        let mut texts = rows.iter();
        let first = texts.next().map_or("", String::as_str);
        beside(item, mark, &mut pen, cells, role, first);
        for (below, text) in texts.enumerate() {
            let mut pen = Row::new(self.theme, self.model.glyphs, self.area, line + below + 1, buf);
            pen.skip(SIGNS);
            pen.say(role, text);
        }
        let mut below_it: Vec<&Line<'static>> = Vec::new();
        let fact = self.fact(at, id);
        below_it.extend(&fact);
        below_it.extend(&reason);
        for (below, why) in below_it.iter().enumerate() {
            let at = line + rows.len() + below;
            let mut pen = Row::new(self.theme, self.model.glyphs, self.area, at, buf);
            pen.skip(SIGNS);
            for span in &why.spans {
                pen.styled(span.style, &span.content);
            }
        }
        rows.len() + below_it.len()
    }
}

/// The text of an item, and what is known of it where there is room.
fn beside(
    item: &Item,
    mark: Option<&ItemMark>,
    pen: &mut Row<'_>,
    cells: usize,
    role: Role,
    text: &str,
) {
    if pen.room() < CELLS_FOR_WHO {
        let short = mark.map(|mark| mark.at.strftime(" %H:%M").to_string());
        if let Some(short) = short.filter(|it| pen.room() > width(it) + 24) {
            pen.split_right(short.len()).say(Role::Dim, &short);
        }
        return pen.say(role, text);
    }
    pen.left(role, text, cells);
    pen.skip(1);
    if let Some(mark) = mark {
        pen.say(Role::Dim, &mark.at.strftime("%H:%M ").to_string());
        pen.pieces(Role::Untrusted, &mark.by, 12);
        pen.skip(1);
        if !mark.reason.is_empty() {
            let room = pen.room();
            pen.pieces(Role::Untrusted, &mark.reason, room);
            return;
        }
    }
    if let Some(how) = &item.how {
        pen.say(Role::Dim, how);
    }
}

fn item<'a>(model: &'a Model, id: &ItemId) -> Option<&'a Item> {
    document::items(model).find(|item| item.id == *id)
}

/// How a state looks.
pub(super) const fn box_role(state: ItemState) -> Role {
    match state {
        ItemState::Open => Role::Text,
        ItemState::Doing => Role::FooterKey,
        ItemState::Done => Role::Ok,
        ItemState::Blocked => Role::Crit,
        ItemState::NotApplicable => Role::Dim,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of a bar")]
fn part_of(part: usize, all: usize) -> f32 {
    part as f32 / all as f32
}
