//! Lines broken where a reader would break them. Thai has no spaces, so a model of its words says where.
//!
//! Where a text may be broken does not depend on the width, so it is worked out once for each text and kept
//! for as long as the text stays on the screen; a frame pays for adding up widths only.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use icu_segmenter::options::LineBreakOptions;
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed};
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;

use crate::ui::text::{head, width};

/// Texts remembered; when there are more, all are forgotten.
const REMEMBERED: usize = 4096;
/// Longer texts are broken without being remembered.
const LONG: usize = 8 * 1024;

/// The rows of `text` when it has `cells` of room, without the blanks at their ends.
#[must_use]
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let row = |range: Range<usize>| text.get(range).unwrap_or_default().to_owned();
    rows(text, cells).into_iter().map(row).collect()
}

/// The same for text of several styles.
#[must_use]
pub fn wrap_spans(spans: &[Span<'_>], cells: usize) -> Vec<Line<'static>> {
    let text: String = spans.iter().map(|span| span.content.as_ref()).collect();
    rows(&text, cells).into_iter().map(|row| Line::from(slice(spans, row))).collect()
}

/// Text that hangs beside `lead`: it begins at cell `indent`, and so do its further rows.
#[must_use]
pub fn hanging(
    lead: Vec<Span<'static>>,
    indent: usize,
    text: &[Span<'_>],
    cells: usize,
) -> Vec<Line<'static>> {
    let mut lead = Some(lead);
    let mut rows = wrap_spans(text, cells.saturating_sub(indent));
    for row in &mut rows {
        let mut spans = lead.take().unwrap_or_default();
        let taken: usize = spans.iter().map(|span| width(&span.content)).sum();
        // A lead that is too long pushes its own row and no other.
        spans.push(Span::raw(" ".repeat(indent.saturating_sub(taken))));
        spans.append(&mut row.spans);
        row.spans = spans;
    }
    rows
}

/// The part of `spans` that lies in `range` of their text.
fn slice(spans: &[Span<'_>], range: Range<usize>) -> Vec<Span<'static>> {
    let mut start = 0;
    let mut parts = Vec::new();
    for span in spans {
        let end = start + span.content.len();
        let from = range.start.clamp(start, end) - start;
        let to = range.end.clamp(start, end) - start;
        if let Some(part) = span.content.get(from..to).filter(|part| !part.is_empty()) {
            parts.push(Span::styled(part.to_owned(), span.style));
        }
        start = end;
    }
    parts
}

/// Byte ranges of the rows. At least one, even if it is empty.
fn rows(text: &str, cells: usize) -> Vec<Range<usize>> {
    let cells = cells.max(1);
    let mut rows = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        break_line(line, start, cells, &mut rows);
        start += line.len() + 1;
    }
    rows
}

fn break_line(line: &str, offset: usize, cells: usize, rows: &mut Vec<Range<usize>>) {
    if width(line) <= cells {
        rows.push(offset..offset + line.trim_end().len());
        return;
    }
    let mut row_start = 0;
    let mut row_width = 0;
    let mut word_start = 0;
    for &word_end in breaks(line).iter() {
        let word = line.get(word_start..word_end).unwrap_or_default();
        let ink = width(word.trim_end());
        if row_width + ink > cells && row_width > 0 {
            rows.push(offset + row_start..offset + trimmed(line, row_start, word_start));
            row_start = word_start;
            row_width = 0;
        }
        if ink > cells {
            row_start = break_word(line, row_start..word_end, offset, cells, rows);
            row_width = width(line.get(row_start..word_end).unwrap_or_default());
        } else {
            row_width += width(word);
        }
        word_start = word_end;
    }
    if row_start < line.len() {
        rows.push(offset + row_start..offset + trimmed(line, row_start, line.len()));
    }
}

/// Breaks a word that is wider than a row between graphemes; gives the start of what is left of it.
fn break_word(
    line: &str,
    word: Range<usize>,
    offset: usize,
    cells: usize,
    rows: &mut Vec<Range<usize>>,
) -> usize {
    let mut start = word.start;
    loop {
        let rest = line.get(start..word.end).unwrap_or_default();
        if width(rest.trim_end()) <= cells {
            return start;
        }
        let taken = match head(rest, cells).len() {
            // One grapheme wider than the row: it goes on a row of its own and is cut when drawn.
            0 => rest.graphemes(true).next().map_or(rest.len(), str::len),
            taken => taken,
        };
        rows.push(offset + start..offset + start + taken);
        start += taken;
    }
}

fn trimmed(line: &str, start: usize, end: usize) -> usize {
    start + line.get(start..end).unwrap_or_default().trim_end().len()
}

thread_local! {
    static BREAKS: RefCell<HashMap<Box<str>, Rc<[usize]>>> = RefCell::default();
    static SEGMENTER: LineSegmenterBorrowed<'static> =
        LineSegmenter::new_lstm(LineBreakOptions::default());
}

/// Where `line` may be broken, its end included.
fn breaks(line: &str) -> Rc<[usize]> {
    if line.len() > LONG {
        return find_breaks(line);
    }
    BREAKS.with_borrow_mut(|known| {
        if let Some(found) = known.get(line) {
            return Rc::clone(found);
        }
        if known.len() >= REMEMBERED {
            known.clear();
        }
        let found = find_breaks(line);
        known.insert(Box::from(line), Rc::clone(&found));
        found
    })
}

fn find_breaks(line: &str) -> Rc<[usize]> {
    if line.is_ascii() {
        return after_blanks(line).chain([line.len()]).collect();
    }
    let words = SEGMENTER.with(|segmenter| segmenter.segment_str(line));
    let words = words.filter(|at| *at > 0 && between_words(line, *at));
    let mut all: Vec<usize> = words.chain(after_blanks(line)).chain([line.len()]).collect();
    all.sort_unstable();
    all.dedup();
    all.into()
}

/// Not inside a path, an option or an address: the standard breaks after slashes, a responder does not.
fn between_words(line: &str, at: usize) -> bool {
    let (before, after) = line.split_at_checked(at).unwrap_or((line, ""));
    let ascii = |c: Option<char>| c.is_some_and(|c| c.is_ascii());
    !(ascii(before.chars().next_back()) && ascii(after.chars().next()))
}

fn after_blanks(line: &str) -> impl Iterator<Item = usize> {
    line.as_bytes().windows(2).enumerate().filter_map(|(at, pair)| match pair {
        [b' ', next] if *next != b' ' => Some(at + 1),
        _ => None,
    })
}
