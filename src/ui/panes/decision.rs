//! The flow as a tree that one can walk, and the current question in full.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;

use crate::cockpit::Model;
use crate::cockpit::model::{Glyphs, Pane, Session};
use crate::cockpit::panes::{FlowRow, RowStanding};
use crate::domain::base::Language;
use crate::domain::playbook::{Flow, NodeId};
use crate::domain::session::Choice;
use crate::ui::document;
use crate::ui::panes::row::{Row, select};
use crate::ui::panes::tree::joints;
use crate::ui::panes::{Title, framed, question, say_empty};
use crate::ui::role::Role;
use crate::ui::text::{put_all, scroll, span, width};
use crate::ui::theme::Theme;
use crate::words::answer;
use crate::words::panes::{Word, word};

/// From this many cells on, the question stands beside the tree.
const CELLS_BESIDE: u16 = 100;
/// Rows that the tree keeps, whatever the question needs.
const LEAST_TREE: u16 = 3;
/// From this many cells on, a branch says who took it.
const CELLS_FOR_WHO: usize = 56;

pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let inside = framed(Pane::Decision, model, theme, title(model), area, buf);
    let Some(session) = &model.session else {
        return say_empty(model, theme, Word::NoSession, inside, buf);
    };
    let pane = &model.panes.decision;
    let flow = pane.flow.as_ref().and_then(|id| document::flow(model, id));
    let Some(flow) = flow.filter(|_| !pane.rows.is_empty()) else {
        return say_empty(model, theme, Word::NoFlow, inside, buf);
    };
    let (tree, beside) = areas(model, theme, flow, inside);
    rows(model, theme, session, flow, tree, buf);
    let (area, lines) = beside;
    put_all(buf, area, shortened(model, theme, lines, usize::from(area.height)));
}

/// `2/3 On-premise`: which of the flows this is, by number and title. Their ids look like keys that they are not.
fn title(model: &Model) -> Title {
    let Some(session) = &model.session else { return Title::new() };
    let here = model.panes.decision.flow.as_ref();
    let flows: Vec<_> = session.playbook(model.language).flows().collect();
    let at = flows.iter().position(|flow| here == Some(&flow.id));
    let shown = at.and_then(|at| flows.get(at));
    let number = at.map_or_else(String::new, |at| format!("{}/{}", at + 1, flows.len()));
    let mut parts = vec![(Role::Text, number)];
    parts.extend(shown.map(|flow| (Role::Dim, flow.title.clone())));
    parts
}

/// Where the tree goes, and where the question with its lines.
fn areas(
    model: &Model,
    theme: &Theme,
    flow: &Flow,
    inside: Rect,
) -> (Rect, (Rect, Vec<Line<'static>>)) {
    let Some(node) = asked(model, flow) else { return (inside, (Rect::ZERO, Vec::new())) };
    let lines = |cells: u16| question::lines(model, theme, flow, node, usize::from(cells));
    if inside.width >= CELLS_BESIDE {
        let sides = [Constraint::Fill(3), Constraint::Length(1), Constraint::Fill(2)];
        let [tree, _, beside] = inside.layout(&Layout::horizontal(sides));
        return (tree, (beside, lines(beside.width)));
    }
    let lines = lines(inside.width);
    let wanted = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let rows = u16::try_from(model.panes.decision.rows.len()).unwrap_or(u16::MAX);
    let keeps = rows.min(LEAST_TREE.max(inside.height / 3)).min(inside.height);
    let height = wanted.min(inside.height - keeps);
    // A rule with nothing but a cut question below it helps nobody.
    let height = if height < 3 { 0 } else { height };
    let tree = Rect { height: rows.min(inside.height - height), ..inside };
    let below = Rect { y: tree.bottom(), height, ..inside };
    (tree, (below, lines))
}

/// As many lines as there are rows; the last of them says so when there are more.
fn shortened(
    model: &Model,
    theme: &Theme,
    mut lines: Vec<Line<'static>>,
    rows: usize,
) -> Vec<Line<'static>> {
    if lines.len() > rows {
        lines.truncate(rows);
        if let Some(last) = lines.last_mut() {
            let sign = if model.glyphs == Glyphs::Ascii { "~" } else { "…" };
            last.spans.push(span(theme, Role::Dim, sign));
        }
    }
    lines
}

/// The node that is shown in full: the one under the cursor while it waits, else the one where we are, which
/// may have no row of its own in a folded tree.
fn asked<'a>(model: &'a Model, flow: &'a Flow) -> Option<&'a NodeId> {
    let pane = &model.panes.decision;
    let waits = |row: &&FlowRow| matches!(row.standing, RowStanding::Here | RowStanding::Reached);
    let under_cursor = pane.rows.get(pane.line);
    let row = under_cursor.filter(waits).or_else(|| document::here(model));
    let newest = || {
        let (node, branch, _) = model.session.as_ref()?.choices(&flow.id).last()?;
        question::branches(flow, node).nth(branch).map(|edge| &edge.to)
    };
    row.map(|row| &row.node).or_else(newest).or_else(|| under_cursor.map(|row| &row.node))
}

fn rows(
    model: &Model,
    theme: &Theme,
    session: &Session,
    flow: &Flow,
    area: Rect,
    buf: &mut Buffer,
) {
    let pane = &model.panes.decision;
    let height = usize::from(area.height);
    let first = scroll(pane.line, pane.rows.len(), height);
    let view = || pane.rows.iter().skip(first);
    let joints = joints(view().map(|row| row.depth), height);
    let suggested = suggested(model, flow, view().take(height));
    for (line, (row, joint)) in view().zip(joints).enumerate() {
        let at_cursor = first + line == pane.line;
        let mut pen = Row::new(theme, model.glyphs, area, line, buf);
        let sign = if at_cursor { pen.signs().cursor } else { " " };
        pen.left(Role::BorderFocus, sign, 1);
        pen.skip(1);
        let room = pen.room();
        joint.draw(&mut pen, room / 3);
        let speaks_for = row.via.as_ref().is_some_and(|via| suggested.contains(via));
        node(model, session, flow, (row, speaks_for), &mut pen);
        if at_cursor && model.focus == Pane::Decision {
            select(theme, area, line, buf);
        }
    }
}

/// Branches that can be chosen now and that the facts speak for: a node, and which of its branches.
fn suggested<'a>(
    model: &Model,
    flow: &Flow,
    rows: impl Iterator<Item = &'a FlowRow>,
) -> Vec<(NodeId, usize)> {
    let mut nodes: Vec<&NodeId> = rows
        .filter(|row| row.standing == RowStanding::Choice)
        .filter_map(|row| row.via.as_ref().map(|(node, _)| node))
        .collect();
    nodes.dedup();
    let Some(known) = model.known() else { return Vec::new() };
    let of = |node: &&NodeId| Some(((*node).clone(), known.on_node(flow, node).suggestion?.branch));
    nodes.iter().filter_map(of).collect()
}

fn node(
    model: &Model,
    session: &Session,
    flow: &Flow,
    (row, speaks_for): (&FlowRow, bool),
    pen: &mut Row<'_>,
) {
    let (sign, sign_role) = if speaks_for && row.standing == RowStanding::Choice {
        (answer::Word::Suggested.text(model.language), Role::Ok)
    } else {
        standing(model, row)
    };
    let folded = if row.folded > 0 { format!(" +{}", row.folded) } else { String::new() };
    let taken = taken(session, flow, row);
    let mut mark = String::new();
    let mut mark_role = Role::Ok;
    match taken {
        Taken::No => {}
        Taken::Pending => {
            mark.push('~');
            mark_role = Role::Pending;
        }
        Taken::Saved(choice) => {
            let tick = if model.glyphs == Glyphs::Ascii { "x" } else { "✓" };
            mark = format!("{tick} {}", choice.at.strftime("%H:%M"));
            if pen.room() >= CELLS_FOR_WHO {
                mark = format!("{mark} {}", choice.by.plain(10));
            }
        }
    }
    let marks = usize::from(!sign.is_empty()) + usize::from(!mark.is_empty());
    let cells = width(sign) + width(&mark) + width(&folded) + marks;
    if pen.room() > cells + 12 {
        let mut right = pen.split_right(cells);
        if !mark.is_empty() {
            right.skip(1);
            right.say(mark_role, &mark);
        }
        if !sign.is_empty() {
            right.skip(1);
            right.say(sign_role, sign);
        }
        right.say(Role::Dim, &folded);
    }
    let role = label_role(row.standing);
    if let Some(label) = via(flow, row) {
        let arrow = pen.signs().arrow;
        let label = label.replace('\n', " ");
        let cells = width(&label).min(pen.room() / 2);
        pen.left(if role == Role::Text { Role::Title } else { role }, &label, cells);
        pen.say(Role::Dim, " ");
        pen.say(Role::Dim, arrow);
        pen.say(Role::Dim, " ");
    }
    let label = document::node(flow, &row.node).map_or(row.node.0.as_str(), |node| &node.label);
    pen.say(role, &label.replace('\n', " "));
}

const fn label_role(standing: RowStanding) -> Role {
    match standing {
        RowStanding::Here => Role::Mark,
        RowStanding::Passed | RowStanding::Reached | RowStanding::Choice => Role::Text,
        RowStanding::NotTaken | RowStanding::Ahead => Role::Dim,
    }
}

/// The word for how the walk stands to a row; most rows need none.
fn standing(model: &Model, row: &FlowRow) -> (&'static str, Role) {
    let ascii = model.glyphs == Glyphs::Ascii;
    let pick = |th_plain, th, en_plain, en| match (model.language, ascii) {
        (Language::Th, true) => th_plain,
        (Language::Th, false) => th,
        (Language::En, true) => en_plain,
        (Language::En, false) => en,
    };
    // The row in full may be folded away behind a branch that was not taken, or stand as not taken there.
    let in_full = model.panes.decision.rows.iter();
    let mut in_full = in_full.filter(|it| it.node == row.node && !it.repeat);
    let is_here = row.standing == RowStanding::Here;
    if row.repeat && in_full.any(|it| !is_here || it.standing == RowStanding::Here) {
        let above = pick("^ ดูด้านบน", "↩ ดูด้านบน", "^ see above", "↩ see above");
        return (above, Role::Dim);
    }
    match row.standing {
        RowStanding::Here => (pick("<- ที่นี่", "◀ ที่นี่", "<- here", "◀ here"), Role::Warn),
        RowStanding::Reached => ("?", Role::Warn),
        RowStanding::NotTaken => (word(model.language, Word::NotTaken), Role::Dim),
        RowStanding::Passed | RowStanding::Choice | RowStanding::Ahead => ("", Role::Dim),
    }
}

/// What the branch that leads to this row says.
fn via<'a>(flow: &'a Flow, row: &'a FlowRow) -> Option<&'a str> {
    let (from, branch) = row.via.as_ref()?;
    question::branches(flow, from).nth(*branch)?.label.as_deref()
}

/// Whether the branch that leads to a row was taken.
enum Taken<'a> {
    No,
    Pending,
    Saved(&'a Choice),
}

fn taken<'a>(session: &'a Session, flow: &'a Flow, row: &FlowRow) -> Taken<'a> {
    let Some((from, branch)) = &row.via else { return Taken::No };
    let mut choices = session.choices(&flow.id);
    match choices.find(|(node, at, _)| *node == from && at == branch) {
        None => Taken::No,
        Some((_, _, false)) => Taken::Pending,
        Some((_, _, true)) => session
            .state
            .chosen(&flow.id)
            .find(|choice| choice.node == *from && choice.branch == *branch)
            .map_or(Taken::No, Taken::Saved),
    }
}
