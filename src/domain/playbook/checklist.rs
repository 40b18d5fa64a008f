//! Checklists: lists with boxes, and tables with a column of boxes.
//!
//! Invariant: an item keeps its place even where its text is missing, so that ids stay the same.

use crate::domain::playbook::document::{Item, ItemId, Link};
use crate::domain::playbook::inline::Inline;
use crate::domain::playbook::table::RawTable;

/// An item before it has its id.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) text: String,
    pub(super) how: Option<String>,
    pub(super) links: Vec<Link>,
    pub(super) ticked: bool,
    pub(super) line: usize,
}

/// An item of a list as the Markdown parser hands it out.
#[derive(Clone, Debug, Default)]
pub(super) struct RawItem {
    pub(super) inline: Inline,
    /// `[ ]` or `[x]` stands before it.
    pub(super) ticked: Option<bool>,
    /// 0 for an item of the outermost list.
    pub(super) depth: usize,
    /// Its number in an ordered list.
    pub(super) number: Option<u64>,
    pub(super) line: usize,
}

impl Draft {
    pub(super) fn with_id(self, id: ItemId) -> Item {
        let Self { text, how, links, ticked, line } = self;
        Item { id, text, how, links, ticked, line }
    }
}

/// A box at the start of a text, whether it is ticked, and what follows it.
pub(super) fn boxed(text: &str) -> Option<(bool, &str)> {
    const OPEN: [&str; 5] = ["☐", "□", "⬜", "[ ]", "[]"];
    const TICKED: [&str; 7] = ["☑", "☒", "✅", "✔", "✓", "[x]", "[X]"];
    let text = text.trim_start();
    let after = |boxes: &[&str]| boxes.iter().find_map(|it| text.strip_prefix(it));
    let (ticked, rest) = after(&OPEN)
        .map(|rest| (false, rest))
        .or_else(|| after(&TICKED).map(|rest| (true, rest)))?;
    let rest = rest.trim_start_matches(['\u{fe0f}', '\u{fe0e}']);
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some((ticked, rest.trim()))
}

/// The items of a list, if any of them has a box, and what stands outside them. What stands under an item
/// without a box of its own is how to do it.
pub(super) fn from_list(items: &[RawItem]) -> Option<(Vec<Draft>, Vec<&RawItem>)> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut outside = Vec::new();
    let mut inside = None;
    for item in items {
        let line = item.inline.line();
        let found = match item.ticked {
            Some(ticked) => Some((ticked, line.as_str())),
            None => boxed(&line),
        };
        if let Some((ticked, text)) = found {
            let (text, links) = (text.to_owned(), item.inline.links());
            drafts.push(Draft { text, how: None, links, ticked, line: item.line });
            inside = Some(item.depth);
        } else if let Some(above) = drafts.last_mut()
            && inside.is_some_and(|depth| item.depth > depth)
        {
            let how = above.how.get_or_insert_default();
            if !how.is_empty() {
                how.push_str("; ");
            }
            how.push_str(&line);
            above.links.extend(item.inline.links());
        } else {
            outside.push(item);
            inside = None;
        }
    }
    (!drafts.is_empty()).then_some((drafts, outside))
}

/// The items of a table, if one of its columns holds boxes.
pub(super) fn from_table(table: &RawTable) -> Option<Vec<Draft>> {
    let lines: Vec<Vec<String>> =
        table.rows.iter().map(|row| row.cells.iter().map(Inline::line).collect()).collect();
    let boxes = column_of_boxes(&lines)?;
    let heads: Vec<String> = table.columns.iter().map(|it| it.line().to_lowercase()).collect();
    let is_text = |column: usize| {
        let is_number = heads.get(column).is_some_and(|head| {
            matches!(head.as_str(), "#" | "no" | "no." | "step" | "ลำดับ" | "ที่" | "ขั้น")
        });
        column != boxes && !is_number
    };
    let drafts = table.rows.iter().zip(&lines).map(|(row, cells)| {
        let found = cells.get(boxes).and_then(|cell| boxed(cell));
        let (ticked, beside) = found.unwrap_or((false, ""));
        let mut texts = cells.iter().enumerate().filter(|(at, _)| is_text(*at)).map(|(_, it)| it);
        let text = if beside.is_empty() { texts.next().cloned() } else { Some(beside.to_owned()) };
        let how: Vec<&str> = texts.map(String::as_str).filter(|it| !it.is_empty()).collect();
        Draft {
            text: text.unwrap_or_default(),
            how: (!how.is_empty()).then(|| how.join("; ")),
            links: row.cells.iter().flat_map(Inline::links).collect(),
            ticked,
            line: row.line,
        }
    });
    Some(drafts.collect())
}

/// The column with the most boxes, if at least half of its cells are boxes.
fn column_of_boxes(rows: &[Vec<String>]) -> Option<usize> {
    let mut counts: Vec<usize> = Vec::new();
    for row in rows {
        for (at, _) in row.iter().enumerate().filter(|(_, cell)| boxed(cell).is_some()) {
            if counts.len() <= at {
                counts.resize(at + 1, 0);
            }
            if let Some(count) = counts.get_mut(at) {
                *count += 1;
            }
        }
    }
    let most = counts.iter().copied().max()?;
    (most * 2 >= rows.len()).then(|| counts.iter().rposition(|count| *count == most))?
}
