//! A table of the playbook, its columns fitted to the room: the widest gives way first, and wraps.

use crate::domain::playbook::Table;
use crate::ui::panes::sheet::{Piece, Sheet};
use crate::ui::role::Role;
use crate::ui::text::{pad_right, width};
use crate::ui::wrap::wrap;

/// Between two columns.
const GAP: usize = 2;
/// A column is not made narrower than this while another is wider.
const LEAST: usize = 4;

/// Adds the lines of `table`.
pub(super) fn lay(table: &Table, sheet: &mut Sheet) {
    let heads: Vec<&str> = table.columns.iter().map(String::as_str).collect();
    let rows: Vec<Vec<&str>> =
        table.rows.iter().map(|row| row.iter().map(|cell| cell.text.as_str()).collect()).collect();
    let widths = widths(&heads, &rows, sheet.cells);
    row(&heads, &widths, Role::Dim, sheet);
    for cells in &rows {
        row(cells, &widths, Role::Text, sheet);
    }
}

fn widths(heads: &[&str], rows: &[Vec<&str>], room: usize) -> Vec<usize> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default().max(heads.len());
    let natural = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).chain(heads.get(column));
        cells.flat_map(|cell| cell.split('\n')).map(width).max().unwrap_or_default()
    };
    let mut widths: Vec<usize> = (0..columns).map(natural).collect();
    let room = room.saturating_sub(GAP * columns.saturating_sub(1));
    loop {
        let over = widths.iter().sum::<usize>().saturating_sub(room);
        let Some(widest) = widths.iter_mut().max() else { return widths };
        if over == 0 || *widest <= LEAST {
            return widths;
        }
        // Down in steps: the next widest takes its share when they are equal.
        *widest -= over.div_ceil(8).min(*widest - LEAST);
    }
}

fn row(cells: &[&str], widths: &[usize], role: Role, sheet: &mut Sheet) {
    let wrapped: Vec<Vec<String>> =
        cells.iter().zip(widths).map(|(cell, cells)| wrap(cell, (*cells).max(1))).collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or_default();
    for line in 0..height {
        let part = |(at, cell): (usize, &Vec<String>)| -> Piece {
            let text = cell.get(line).map_or("", String::as_str);
            let is_last = at + 1 == wrapped.len();
            let cells = widths.get(at).copied().unwrap_or_default();
            let role = if at == 0 && role == Role::Text { Role::FooterKey } else { role };
            if is_last {
                (role, text.to_owned())
            } else {
                (role, pad_right(text, cells + GAP, sheet.glyphs))
            }
        };
        let parts = wrapped.iter().enumerate().map(part).collect();
        sheet.line(parts);
    }
}
