//! Brackets of a node: `["x"]`, `{x}`, `([x])`, `@{ shape: diam, label: "x" }`.
//!
//! Invariant: each byte is looked at a fixed number of times, and a bracket that never closes ends the line.

use crate::domain::playbook::diagram::Shape;
use crate::domain::playbook::label;
use crate::domain::playbook::statement::Fault;

/// Outline and label of a node, and how many bytes they took.
pub(super) struct Bracketed {
    pub(super) shape: Shape,
    pub(super) label: Option<String>,
    pub(super) len: usize,
}

/// Openers, the longest first, with what closes them.
const BRACKETS: [(&str, &[&str], Shape); 12] = [
    ("(((", &[")))"], Shape::DoubleCircle),
    ("((", &["))"], Shape::Circle),
    ("([", &["])"], Shape::Stadium),
    ("[[", &["]]"], Shape::Subroutine),
    ("[(", &[")]"], Shape::Cylinder),
    ("[/", &["/]", "\\]"], Shape::Slanted),
    ("[\\", &["\\]", "/]"], Shape::Slanted),
    ("{{", &["}}"], Shape::Hexagon),
    ("[", &["]"], Shape::Rectangle),
    ("(", &[")"], Shape::Round),
    ("{", &["}"], Shape::Diamond),
    (">", &["]"], Shape::Flag),
];

/// Reads the brackets that `rest` begins with, if it begins with any.
pub(super) fn read(rest: &str) -> Result<Option<Bracketed>, Fault> {
    if let Some(inner) = rest.strip_prefix("@{") {
        return properties(inner).map(Some);
    }
    let Some((open, closers, shape)) = BRACKETS.iter().find(|(open, ..)| rest.starts_with(open))
    else {
        return Ok(None);
    };
    let inner = rest.get(open.len()..).unwrap_or_default();
    let (end, closer) = end_of(inner, open, closers)?;
    let text = label::read(inner.get(..end).unwrap_or_default());
    let label = (!text.is_empty()).then_some(text);
    Ok(Some(Bracketed { shape: *shape, label, len: open.len() + end + closer }))
}

/// Where the text inside ends, and the length of what closes it.
fn end_of(inner: &str, open: &str, closers: &[&str]) -> Result<(usize, usize), Fault> {
    let quoted = inner.trim_start().starts_with('"');
    let found = if quoted {
        let lead = inner.len() - inner.trim_start().len() + 1;
        end_of_quoted(inner, lead, closers)
    } else if let ([closer], 1) = (closers, open.len()) {
        end_of_nested(inner, open, closer).map(|end| (end, closer.len()))
    } else {
        end_of_plain(inner, closers)
    };
    found.ok_or(if quoted { Fault::OpenQuote } else { Fault::OpenBracket })
}

/// The first of `closers`, all of which end with the same bracket.
fn end_of_plain(inner: &str, closers: &[&str]) -> Option<(usize, usize)> {
    let last = closers.first()?.chars().next_back()?;
    inner.match_indices(last).find_map(|(at, _)| {
        let text = inner.get(..=at)?;
        let closer = closers.iter().find(|it| text.ends_with(**it))?;
        Some((text.len() - closer.len(), closer.len()))
    })
}

/// The first quote that the closing bracket follows: quotes inside a label need no escape. A label that goes on
/// over line breaks has none inside, or an open one would swallow the next lines.
fn end_of_quoted(inner: &str, from: usize, closers: &[&str]) -> Option<(usize, usize)> {
    let mut seen = from;
    let mut is_broken = false;
    for (at, _) in inner.match_indices('"').filter(|(at, _)| *at >= from) {
        is_broken |= inner.get(seen..at)?.contains('\n');
        seen = at;
        let after = inner.get(at + 1..)?;
        let gap = after.len() - after.trim_start_matches(' ').len();
        let closer =
            closers.iter().find(|it| after.get(gap..).is_some_and(|a| a.starts_with(**it)));
        if let Some(closer) = closer {
            return Some((at + 1 + gap, closer.len()));
        }
        if is_broken {
            return None;
        }
    }
    None
}

/// The closing bracket that belongs to the opening one: `[a [b] c]`.
fn end_of_nested(inner: &str, open: &str, closer: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in inner.bytes().enumerate() {
        if closer.as_bytes() == [c] {
            match depth.checked_sub(1) {
                None => return Some(at),
                Some(less) => depth = less,
            }
        } else if open.as_bytes() == [c] && c != b'>' {
            depth += 1;
        }
    }
    None
}

/// `shape: diam, label: "x" }`.
fn properties(inner: &str) -> Result<Bracketed, Fault> {
    let mut in_quotes = false;
    let end = inner.bytes().position(|byte| {
        in_quotes ^= byte == b'"';
        byte == b'}' && !in_quotes
    });
    let end = end.ok_or(Fault::OpenProperties)?;
    let mut found = Bracketed { shape: Shape::Rectangle, label: None, len: "@{".len() + end + 1 };
    for pair in pairs(inner.get(..end).unwrap_or_default()) {
        let Some((key, value)) = pair.split_once(':') else { continue };
        match key.trim() {
            "shape" => found.shape = named(value.trim()),
            "label" => found.label = Some(label::read(value)).filter(|text| !text.is_empty()),
            _ => {}
        }
    }
    Ok(found)
}

/// Parts between commas and breaks outside quotes.
fn pairs(text: &str) -> impl Iterator<Item = &str> {
    let mut in_quotes = false;
    text.split(move |c: char| {
        in_quotes ^= c == '"';
        matches!(c, ',' | '\n') && !in_quotes
    })
}

fn named(shape: &str) -> Shape {
    match shape {
        "rect" | "rectangle" | "proc" | "process" => Shape::Rectangle,
        "rounded" | "event" => Shape::Round,
        "stadium" | "pill" | "terminal" => Shape::Stadium,
        "subproc" | "subprocess" | "subroutine" | "fr-rect" | "framed-rectangle" => {
            Shape::Subroutine
        }
        "cyl" | "cylinder" | "database" | "db" => Shape::Cylinder,
        "circle" | "circ" => Shape::Circle,
        "dbl-circ" | "double-circle" => Shape::DoubleCircle,
        "odd" => Shape::Flag,
        "diam" | "diamond" | "decision" | "question" => Shape::Diamond,
        "hex" | "hexagon" | "prepare" => Shape::Hexagon,
        "lean-r" | "lean-l" | "lean-right" | "lean-left" | "in-out" | "out-in" | "trap-b"
        | "trap-t" | "trapezoid" | "inv-trapezoid" | "manual" => Shape::Slanted,
        _ => Shape::Other,
    }
}
