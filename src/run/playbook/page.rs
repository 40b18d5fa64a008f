//! A playbook as plain text, for a pager or a printer.
//!
//! Invariant: every string goes through [`Untrusted`] on its way out, and nothing is indented or padded so far
//! that a strange document could grow without bound.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::domain::playbook::{
    Block, Checklist, Flow, Playbook, Procedure, Section, Step, StepKind, Table, TreeRow, Walk,
};
use crate::domain::untrusted::Untrusted;

/// Deeper rows are indented like these.
const DEPTH: usize = 24;
/// Wider cells are not waited for.
const COLUMN: usize = 48;

pub(super) fn write(playbook: &Playbook, out: &mut impl Write) -> io::Result<()> {
    for section in &playbook.sections {
        heading(section, out)?;
        for block in &section.blocks {
            match block {
                Block::Flow(it) => flow(it, out)?,
                Block::Procedure(it) => procedure(it, out)?,
                Block::Checklist(it) => checklist(it, out)?,
                Block::Table(it) => table(it, out)?,
                Block::Code(it) | Block::Diagram(it) => {
                    for row in it.text.split('\n') {
                        writeln!(out, "    {}", code(row))?;
                    }
                }
                Block::Prose(it) => {
                    for row in it.text.split('\n') {
                        writeln!(out, "{}", code(row))?;
                    }
                }
            }
            writeln!(out)?;
        }
    }
    Ok(())
}

fn heading(section: &Section, out: &mut impl Write) -> io::Result<()> {
    if section.level == 0 {
        return Ok(());
    }
    let gap = if section.number.is_empty() { "" } else { " " };
    let title = printable(&format!("{}{gap}{}", section.number, section.title));
    let rule = match section.level {
        1 => "=",
        2 => "-",
        _ => "",
    };
    writeln!(out, "{title}")?;
    if !rule.is_empty() {
        writeln!(out, "{}", rule.repeat(title.width().min(78)))?;
    }
    writeln!(out)
}

/// The tree from its entries down; a row with `^` refers to the full one above.
fn flow(flow: &Flow, out: &mut impl Write) -> io::Result<()> {
    let labels: std::collections::HashMap<_, _> =
        flow.nodes.iter().map(|node| (&node.id, node.label.as_str())).collect();
    writeln!(out, "  {}", printable(&flow.id.0))?;
    for TreeRow { depth, node, via, repeat, .. } in Walk::over(flow, []).rows() {
        let indent = "  ".repeat(depth.min(DEPTH));
        let via = via.map(|label| format!("({label}) ")).unwrap_or_default();
        let arrow = if depth > 0 { "-> " } else { "" };
        let again = if repeat { "^ " } else { "" };
        let label = labels.get(node).copied().unwrap_or_default();
        writeln!(
            out,
            "  {indent}{arrow}{again}{}",
            printable(&format!("{via}{}: {label}", node.0))
        )?;
    }
    Ok(())
}

fn procedure(procedure: &Procedure, out: &mut impl Write) -> io::Result<()> {
    for Step { number, depth, kind, .. } in &procedure.steps {
        let indent = "  ".repeat(usize::from(*depth).min(DEPTH));
        let text = match kind {
            StepKind::Ask { from, to, what, answer } => {
                let arrow = if *answer { "-->" } else { "->" };
                format!("{}/{number} {from} {arrow} {to}: {what}", procedure.id)
            }
            StepKind::Note(text) => format!("({text})"),
            StepKind::Frame(word, label) => format!("[{word} {label}]"),
        };
        writeln!(out, "  {indent}{}", printable(&text))?;
    }
    Ok(())
}

fn checklist(checklist: &Checklist, out: &mut impl Write) -> io::Result<()> {
    for item in &checklist.items {
        let mark = if item.ticked { "[x]" } else { "[ ]" };
        let how = item.how.as_ref().map(|how| format!("  ({how})")).unwrap_or_default();
        writeln!(out, "  {mark} {}", printable(&format!("{} {}{how}", item.id.0, item.text)))?;
    }
    Ok(())
}

fn table(table: &Table, out: &mut impl Write) -> io::Result<()> {
    let heads: Vec<String> = table.columns.iter().map(|it| printable(it)).collect();
    let rows: Vec<Vec<String>> =
        table.rows.iter().map(|row| row.iter().map(|it| printable(&it.text)).collect()).collect();
    let mut widths: Vec<usize> = heads.iter().map(|it| it.width().min(COLUMN)).collect();
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width().min(COLUMN));
        }
    }
    for row in std::iter::once(&heads).chain(&rows) {
        let mut text = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            text.push_str("  ");
            text.push_str(cell);
            text.push_str(&" ".repeat(width.saturating_sub(cell.width())));
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

/// One line.
fn printable(text: &str) -> String {
    Untrusted::from(text.replace('\n', " / ")).plain(usize::MAX)
}

/// One line in which runs of spaces and tabs stay as they are.
fn code(text: &str) -> String {
    let parts = text.split_inclusive([' ', '\t']).map(|part| {
        let word = part.trim_end_matches([' ', '\t']);
        let gap = if word.len() == part.len() { "" } else { " " };
        let gap = if part.ends_with('\t') { "    " } else { gap };
        format!("{}{gap}", Untrusted::from(word).plain(usize::MAX))
    });
    parts.collect()
}
