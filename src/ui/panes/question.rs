//! A node in full: what it asks, where each branch leads, and the live facts that bear on it.

use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::cockpit::model::Glyphs;
use crate::domain::answer::{Answer, Fact};
use crate::domain::playbook::{Edge, Flow, NodeId};
use crate::ui::document;
use crate::ui::glyph::signs;
use crate::ui::role::Role;
use crate::ui::text::{fit, phrase, span, width};
use crate::ui::theme::Theme;
use crate::ui::wrap::{wrap, wrap_spans};
use crate::words::answer;
use crate::words::panes::{Word, word};

/// Rows of one hostile value.
const VALUE: usize = 60;

/// The branches of a node in the order of the document: a walk counts them from 0.
pub(super) fn branches<'a>(flow: &'a Flow, node: &'a NodeId) -> impl Iterator<Item = &'a Edge> {
    flow.branches(node)
}

/// The lines of a node, at most `cells` wide.
pub(super) fn lines(
    model: &Model,
    theme: &Theme,
    flow: &Flow,
    node: &NodeId,
    cells: usize,
) -> Vec<Line<'static>> {
    let Some(node) = document::node(flow, node) else { return Vec::new() };
    let branches: Vec<&Edge> = branches(flow, &node.id).collect();
    let is_question = node.is_diamond() || branches.iter().any(|edge| edge.label.is_some());
    let kind = if is_question { Word::Question } else { Word::Step };
    let label = node.label.replace('\n', " ");
    let mut lines = Vec::new();
    // A short one stands in the rule itself: rows are dear.
    if width(&label) + 6 <= cells {
        lines.push(rule(model, theme, &label, Role::Title, cells));
    } else {
        lines.push(rule(model, theme, word(model.language, kind), Role::Dim, cells));
        let rows = wrap(&label, cells).into_iter();
        lines.extend(rows.map(|row| Line::from(span(theme, Role::Title, row))));
    }
    let answer = model.known().map(|known| known.on_node(flow, &node.id)).unwrap_or_default();
    let suggested = answer.suggestion.as_ref().map(|it| it.branch);
    let session = model.session.as_ref();
    let mut follows = false;
    for (at, edge) in branches.iter().enumerate() {
        let mut choices = session.into_iter().flat_map(|it| it.choices(&flow.id));
        let taken = choices.find(|(of, branch, _)| **of == node.id && *branch == at);
        follows |= taken.is_some() && suggested == Some(at);
        let mark = mark(model, taken.map(|it| it.2), suggested == Some(at));
        lines.push(branch(model, theme, flow, edge, at, mark, cells));
    }
    if branches.is_empty() {
        let text = word(model.language, Word::End);
        lines.push(Line::from(span(theme, Role::Dim, text)));
    }
    lines.extend(said(model, theme, &answer, follows, cells));
    lines
}

/// The branch that the facts speak for and why, or whom to ask; then what else bears on it.
fn said(
    model: &Model,
    theme: &Theme,
    answer: &Answer,
    follows: bool,
    cells: usize,
) -> Vec<Line<'static>> {
    let language = model.language;
    let mut lines = Vec::new();
    let mut facts: Vec<&Fact> = answer.facts.iter().collect();
    match &answer.suggestion {
        // Whoever took it needs no suggestion, but what it rests on still counts.
        Some(suggestion) if follows => facts.insert(0, &suggestion.because),
        Some(suggestion) => {
            let letter = letter(suggestion.branch);
            let lead = format!("{} {letter}: ", answer::Word::Suggests.text(language));
            let mut spans = vec![span(theme, Role::Ok, lead)];
            let because = answer::fact(language, &suggestion.because);
            spans.extend(phrase(theme, Role::Text, &because, VALUE));
            lines.extend(wrap_spans(&spans, cells));
        }
        None => {}
    }
    if let Some(ask) = answer.ask {
        let spans =
            [span(theme, Role::Warn, "? "), span(theme, Role::Text, answer::ask(language, ask))];
        lines.extend(wrap_spans(&spans, cells));
    }
    for fact in facts {
        let mut spans = vec![span(theme, Role::Dim, format!("{}: ", word(language, Word::Facts)))];
        spans.extend(phrase(theme, Role::Text, &answer::fact(language, fact), VALUE));
        lines.extend(wrap_spans(&spans, cells));
    }
    lines
}

/// `a` for the first branch.
fn letter(at: usize) -> char {
    u8::try_from(at % 26).map_or('?', |at| char::from(b'a' + at))
}

/// What stands before a branch: it was taken, is on its way to the disk, or the facts speak for it.
fn mark(model: &Model, saved: Option<bool>, suggested: bool) -> (&'static str, Role) {
    match (saved, suggested) {
        (Some(true), _) => ("x", Role::Ok),
        (Some(false), _) => ("~", Role::Pending),
        (None, true) if model.glyphs == Glyphs::Ascii => (">", Role::Ok),
        (None, true) => ("»", Role::Ok),
        (None, false) => (" ", Role::FooterKey),
    }
}

fn rule(model: &Model, theme: &Theme, name: &str, role: Role, cells: usize) -> Line<'static> {
    let sign = signs(model.glyphs).frame.horizontal_top;
    let rest = cells.saturating_sub(width(name) + 4);
    Line::from(vec![
        span(theme, Role::Border, sign.repeat(2)),
        span(theme, role, format!(" {name} ")),
        span(theme, Role::Border, sign.repeat(rest)),
    ])
}

/// `a) label -> where it leads`; a branch without a label is the plain next step.
fn branch(
    model: &Model,
    theme: &Theme,
    flow: &Flow,
    edge: &Edge,
    at: usize,
    (mark, role): (&'static str, Role),
    cells: usize,
) -> Line<'static> {
    let letter = letter(at);
    let to = document::node(flow, &edge.to).map_or(edge.to.0.as_str(), |node| &node.label);
    let to = to.replace('\n', " ");
    let label = edge.label.as_deref().unwrap_or_default().replace('\n', " ");
    let lead = if label.is_empty() { "" } else { " " };
    let arrow = format!("{lead}{} ", signs(model.glyphs).arrow);
    let mut room = cells.saturating_sub(4);
    // The label tells which branch it is; where it leads gives way first.
    let label = fit(&label, room, model.glyphs).into_owned();
    room = room.saturating_sub(width(&label));
    let mut spans: Vec<Span<'static>> =
        vec![span(theme, role, format!("{mark}{letter}) ")), span(theme, Role::Text, label)];
    if room > width(&arrow) + 3 {
        room -= width(&arrow);
        spans.push(span(theme, Role::Dim, arrow));
        spans.push(span(theme, Role::Dim, fit(&to, room, model.glyphs).into_owned()));
    }
    Line::from(spans)
}
