//! Tables as written, and what they are for.

use crate::domain::playbook::document::{Prose, Table, TableKind};
use crate::domain::playbook::inline::Inline;

/// A table as the Markdown parser hands it out.
#[derive(Clone, Debug, Default)]
pub(super) struct RawTable {
    pub(super) columns: Vec<Inline>,
    pub(super) rows: Vec<RawRow>,
    pub(super) line: usize,
}

/// A row, and its line.
#[derive(Clone, Debug, Default)]
pub(super) struct RawRow {
    pub(super) cells: Vec<Inline>,
    pub(super) line: usize,
}

impl RawTable {
    /// A table to read; checklists are made elsewhere.
    pub(super) fn into_table(self, title: String) -> Table {
        let columns: Vec<String> = self.columns.iter().map(Inline::line).collect();
        let cells = |row: RawRow| row.cells.iter().map(|it| it.prose(false)).collect();
        let rows: Vec<Vec<Prose>> = self.rows.into_iter().map(cells).collect();
        Table { kind: kind(&title, &columns), title, columns, rows, line: self.line }
    }
}

/// Read off the heading first, then off the columns.
fn kind(title: &str, columns: &[String]) -> TableKind {
    let title = title.to_lowercase();
    let heads: Vec<String> = columns.iter().map(|it| it.to_lowercase()).collect();
    let titled = |words: &[&str]| words.iter().any(|word| title.contains(word));
    let headed = |words: &[&str]| heads.iter().any(|it| words.iter().any(|word| it.contains(word)));
    let indicator = ["indicator", "ตัวบ่งชี้"];
    if titled(&["escalat", "ยกระดับ"]) || headed(&["escalat", "ยกระดับ"])
    {
        TableKind::Escalation
    } else if headed(&["threshold", "เกณฑ์", "ค่าขีดแบ่ง"]) {
        TableKind::Thresholds
    } else if headed(&["binary", "ไบนารี", "โปรแกรมขุด"])
        || titled(&["mining binaries", "known miners", "โปรแกรมขุดที่รู้จัก"])
    {
        TableKind::Binaries
    } else if titled(&["pool", "พูล"]) && (titled(&indicator) || headed(&indicator)) {
        TableKind::PoolIndicators
    } else if headed(&["business impact", "ผลกระทบทางธุรกิจ", "ผลกระทบต่อธุรกิจ"])
        || (titled(&["impact", "ผลกระทบ"]) && headed(&["priority", "ลำดับความสำคัญ"]))
    {
        TableKind::Impact
    } else {
        TableKind::Other
    }
}

/// How many cells a row has in the source: bars outside escapes, without those at its ends.
pub(super) fn cells_in(source: &str) -> usize {
    let row = source.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    let mut escaped = false;
    let mut bars = 0;
    let mut ends_with_bar = false;
    for byte in row.bytes() {
        let is_bar = byte == b'|' && !escaped;
        bars += usize::from(is_bar);
        ends_with_bar = is_bar || (ends_with_bar && byte.is_ascii_whitespace());
        escaped = byte == b'\\' && !escaped;
    }
    bars + 1 - usize::from(ends_with_bar)
}
