//! Arrows of a flow, with the label that they carry in either notation.
//!
//! Invariant: each byte is looked at a fixed number of times, and a label that never closes ends the line.

use crate::domain::playbook::diagram::Stroke;
use crate::domain::playbook::label;
use crate::domain::playbook::statement::Fault;

/// An arrow, and how many bytes it took.
pub(super) struct Arrow {
    pub(super) stroke: Stroke,
    pub(super) label: Option<String>,
    pub(super) name: Option<String>,
    pub(super) len: usize,
}

/// So many bars may stand inside a quoted label.
const BARS: usize = 8;

/// How the strokes before a label or a head were read.
enum Start {
    /// The arrow is whole: so many bytes.
    Whole(usize),
    /// A label follows after so many bytes.
    Label(usize),
}

/// Reads the arrow that `rest` begins with, if it begins with one.
pub(super) fn read(rest: &str) -> Result<Option<Arrow>, Fault> {
    let (name, rest_after_name) = named(rest);
    let before = rest.len() - rest_after_name.len();
    let tail = usize::from(has_tail(rest_after_name.as_bytes()));
    let text = rest_after_name.get(tail..).unwrap_or_default();
    let Some((stroke, start)) = begin(text.as_bytes()) else { return Ok(None) };
    let (label, len) = match start {
        Start::Whole(len) => piped(text, len)?,
        Start::Label(len) => inline(text, len, stroke)?,
    };
    Ok(Some(Arrow { stroke, label, name, len: before + tail + len }))
}

/// `e1@-->`: the name of an arrow, which only styles refer to.
fn named(rest: &str) -> (Option<String>, &str) {
    let end = rest.bytes().take(64).position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_');
    let Some((name, after)) = end.filter(|end| *end > 0).and_then(|end| rest.split_at_checked(end))
    else {
        return (None, rest);
    };
    match after.strip_prefix('@') {
        Some(arrow) if !arrow.starts_with('{') => (Some(name.to_owned()), arrow),
        _ => (None, rest),
    }
}

/// `<-->`, `o--o` and `x--x` begin with a head of their own.
fn has_tail(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [b'<' | b'o' | b'x', b'-', b'-' | b'.', ..] | [b'<' | b'o' | b'x', b'=', b'=', ..]
    )
}

fn begin(bytes: &[u8]) -> Option<(Stroke, Start)> {
    let run = |from: usize, byte: u8| {
        bytes.get(from..).unwrap_or_default().iter().take_while(|it| **it == byte).count()
    };
    match bytes {
        [b'~', b'~', b'~', ..] => Some((Stroke::Invisible, Start::Whole(run(0, b'~')))),
        [b'-', b'.', ..] => {
            let dots = 1 + run(1, b'.');
            let whole = bytes.get(dots) == Some(&b'-');
            let start = if whole {
                Start::Whole(dots + 1 + head(bytes, dots + 1, true))
            } else {
                Start::Label(2)
            };
            Some((Stroke::Dotted, start))
        }
        [stroke @ (b'-' | b'='), second, ..] if stroke == second => {
            let strokes = run(0, *stroke);
            let head = head(bytes, strokes, strokes > 2);
            let whole = head > 0 || strokes > 2;
            let start = if whole { Start::Whole(strokes + head) } else { Start::Label(strokes) };
            Some((if *stroke == b'-' { Stroke::Solid } else { Stroke::Thick }, start))
        }
        _ => None,
    }
}

/// Length of the arrow head at `at`. After two strokes only, `o` and `x` may as well begin a label.
fn head(bytes: &[u8], at: usize, sure: bool) -> usize {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'>'), _) => 1,
        (Some(b'o' | b'x'), next) => {
            let ends = next.is_none_or(|it| {
                it.is_ascii_whitespace() || it.is_ascii_uppercase() || matches!(it, b'|' | b';')
            });
            usize::from(sure || ends)
        }
        _ => 0,
    }
}

/// The label between bars after a whole arrow of `len` bytes.
fn piped(text: &str, len: usize) -> Result<(Option<String>, usize), Fault> {
    let after = text.get(len..).unwrap_or_default();
    let gap = after.len() - after.trim_start().len();
    let Some(inner) = after.get(gap..).and_then(|it| it.strip_prefix('|')) else {
        return Ok((None, len));
    };
    let trimmed = inner.trim_start();
    let lead = inner.len() - trimmed.len();
    let mut bars = inner.match_indices('|').map(|(at, _)| at);
    let first = bars.next().ok_or(Fault::OpenBar)?;
    let quoted = trimmed.starts_with('"').then(|| {
        let closes = |bar: &usize| *bar > lead + 1 && inner.as_bytes().get(bar - 1) == Some(&b'"');
        std::iter::once(first).chain(bars.take(BARS)).find(closes)
    });
    let end = quoted.flatten().unwrap_or(first);
    let label = label::read(inner.get(..end).unwrap_or_default());
    Ok((Some(label).filter(|it| !it.is_empty()), len + gap + 1 + end + 1))
}

/// The label between the two halves of an arrow: `-- text -->`.
fn inline(text: &str, len: usize, stroke: Stroke) -> Result<(Option<String>, usize), Fault> {
    let inner = text.get(len..).unwrap_or_default();
    let trimmed = inner.trim_start();
    let lead = inner.len() - trimmed.len();
    let quoted = trimmed.strip_prefix('"').and_then(|it| it.find('"')).map(|end| lead + end + 2);
    let from = quoted.unwrap_or_default();
    let (end, closer) = closing(inner.as_bytes(), from, stroke).ok_or(Fault::OpenArrow)?;
    let label = label::read(inner.get(..end).unwrap_or_default());
    Ok((Some(label).filter(|it| !it.is_empty()), len + end + closer))
}

/// Where the second half of an arrow begins, at `from` or later, and its length.
fn closing(bytes: &[u8], from: usize, stroke: Stroke) -> Option<(usize, usize)> {
    let (first, needed) = match stroke {
        Stroke::Solid | Stroke::Invisible => (b'-', 2),
        Stroke::Thick => (b'=', 2),
        Stroke::Dotted => (b'.', 1),
    };
    let mut at = from;
    while let Some(found) = bytes.get(at..)?.iter().position(|byte| *byte == first) {
        let start = at + found;
        let rest = bytes.get(start..)?;
        let run = rest.iter().take_while(|byte| **byte == first).count();
        if stroke == Stroke::Dotted {
            if rest.get(run) == Some(&b'-') {
                return Some((start, run + 1 + head(rest, run + 1, false)));
            }
        } else if run >= needed {
            let head = head(rest, run, false);
            if head > 0 || run > 2 {
                return Some((start, run + head));
            }
        }
        at = start + run;
    }
    None
}
