//! From text to a [`Playbook`]: what a block means where it stands.
//!
//! Invariant: takes any text, in linear time, and never fails; what is not as its author can have meant it
//! becomes a [`Problem`].

use std::collections::HashMap;

use crate::domain::base::Language;
use crate::domain::playbook::budget::Budget;
use crate::domain::playbook::checklist::{self, RawItem};
use crate::domain::playbook::document::{
    Block, Checklist, Code, ItemId, Phase, Playbook, Problem, Prose, Section, Severity,
};
use crate::domain::playbook::fields;
use crate::domain::playbook::flowchart;
use crate::domain::playbook::headings;
use crate::domain::playbook::inline::Inline;
use crate::domain::playbook::markdown;
use crate::domain::playbook::mermaid::{self, Kind, Seat};
use crate::domain::playbook::nesting;
use crate::domain::playbook::printable;
use crate::domain::playbook::sequence;
use crate::domain::playbook::table::RawTable;

/// Longest title, in characters: every block under a heading repeats it.
const TITLE: usize = 200;

/// Nested lists are shown no deeper than this.
const INDENT: usize = 8;

/// Reads a playbook. Any text gives a document; the problems say what was not understood.
#[must_use]
pub fn read(text: &str) -> (Playbook, Vec<Problem>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (matter, text) = fields::front_matter(text);
    let (text, too_deep) = nesting::bounded(&text);
    let mut draft = Draft::over(&text);
    fields::take(&mut draft.playbook, matter);
    if let Some(line) = too_deep {
        draft.warn(
            line,
            "lists or quotes are nested more than 16 deep here; what is deeper is kept as text: \
             nest less",
        );
    }
    markdown::walk(&text, &mut draft);
    draft.finish(&text)
}

/// A fenced or indented block as the Markdown parser hands it out.
#[derive(Clone, Debug, Default)]
pub(super) struct RawCode {
    pub(super) info: String,
    pub(super) text: String,
    pub(super) line: usize,
    pub(super) fenced: bool,
    pub(super) closed: bool,
}

/// A playbook under construction.
pub(super) struct Draft {
    playbook: Playbook,
    /// The section that is being filled; the sections before it are in the playbook.
    section: Section,
    /// Phase of the last heading of each level, the outline above the current section.
    outline: [Option<Phase>; 7],
    problems: Vec<Problem>,
    budget: Budget,
    flows: usize,
    procedures: usize,
    lists: usize,
    /// Items so far under each section number, and the line of the section that began to count.
    counted: HashMap<String, (usize, usize)>,
    headings: usize,
    thai: usize,
    triggers_follow: bool,
}

impl Draft {
    fn over(text: &str) -> Self {
        Self {
            playbook: Playbook::default(),
            section: Section::lead(),
            outline: [None; 7],
            problems: Vec::new(),
            budget: Budget::for_text(text.len()),
            flows: 0,
            procedures: 0,
            lists: 0,
            counted: HashMap::new(),
            headings: 0,
            thai: 0,
            triggers_follow: false,
        }
    }

    fn warn(&mut self, line: usize, message: impl Into<String>) {
        let message = message.into();
        self.problems.push(Problem { line, severity: Severity::Warning, message });
    }

    fn push(&mut self, block: Block) {
        self.section.blocks.push(block);
    }

    /// Puts the current section where it belongs, unless it is an empty place before the first heading.
    fn close_section(&mut self, next: Section) {
        let section = std::mem::replace(&mut self.section, next);
        if section.level > 0 || !section.blocks.is_empty() {
            self.playbook.sections.push(section);
        }
    }

    /// Fields stand before the second heading.
    fn in_header(&self) -> bool {
        self.headings <= 1
    }

    pub(super) fn heading(&mut self, text: &Inline, level: u8, line: usize) {
        let heading = printable::capped(&text.line(), TITLE);
        self.headings += 1;
        self.thai += usize::from(headings::is_thai(&heading));
        if self.playbook.title.is_empty() {
            self.playbook.title.clone_from(&heading);
        }
        let (number, title) = headings::numbered(&heading);
        let above = self.outline.iter().take(usize::from(level)).rev().find_map(|it| *it);
        let is_title = self.headings == 1;
        let phase = if is_title { None } else { headings::phase(title).or(above) };
        for (depth, place) in self.outline.iter_mut().enumerate().skip(usize::from(level)) {
            *place = if depth == usize::from(level) { phase } else { None };
        }
        let title = title.to_owned();
        self.close_section(Section { number, title, level, line, phase, blocks: Vec::new() });
    }

    pub(super) fn paragraph(&mut self, text: &Inline, line: usize) {
        let is_fields = self.in_header() && self.fields(&text.raw());
        let prose = text.prose(is_fields);
        if prose.text.starts_with('|')
            && ["|-", "|:-", "| -", "| :-"].iter().any(|it| prose.text.contains(it))
        {
            self.warn(
                line,
                "this looks like a table, but its head and the line below it do not have the same \
                 number of cells; it is kept as text: give both the same number",
            );
        }
        self.prose(prose);
    }

    fn fields(&mut self, text: &str) -> bool {
        let found = fields::take(&mut self.playbook, text);
        self.triggers_follow = found.triggers_follow || (self.triggers_follow && !found.any);
        found.any
    }

    fn prose(&mut self, prose: Prose) {
        if !prose.text.is_empty() {
            self.push(Block::Prose(prose));
        }
    }

    pub(super) fn html(&mut self, html: &str) {
        let html = html.trim();
        if !(html.starts_with("<!--") && html.ends_with("-->")) {
            self.prose(Prose { text: printable::lines(html), links: Vec::new() });
        }
    }

    pub(super) fn list(&mut self, items: &[RawItem]) {
        if let Some((drafts, outside)) = checklist::from_list(items) {
            let line = drafts.first().map_or(0, |it| it.line);
            self.prose(listed(outside.into_iter()));
            return self.checklist(drafts, line);
        }
        if self.in_header() {
            for item in items {
                let text = item.inline.line();
                if self.triggers_follow && !text.is_empty() {
                    self.playbook.triggers.push(text);
                } else {
                    self.fields(&item.inline.raw());
                }
            }
            self.triggers_follow = false;
        }
        self.prose(listed(items.iter()));
    }

    /// A row of a table, which has `cells` in the source and should have `columns`.
    pub(super) fn row(&mut self, line: usize, cells: usize, columns: usize) {
        if cells != columns {
            self.warn(
                line,
                format!(
                    "this row has {cells} cells, the table has {columns} columns; what is missing \
                     stays empty, what is too much is left out: add or remove a `|`, or write \
                     `\\|` for a bar inside a cell"
                ),
            );
        }
    }

    pub(super) fn table(&mut self, table: RawTable) {
        if let Some(drafts) = checklist::from_table(&table) {
            return self.checklist(drafts, table.line);
        }
        if self.in_header() {
            for row in &table.rows {
                let cells: Vec<String> = row.cells.iter().map(Inline::line).collect();
                self.fields(&cells.join(": "));
            }
        }
        let title = self.section.title.clone();
        self.push(Block::Table(table.into_table(title)));
    }

    fn checklist(&mut self, drafts: Vec<checklist::Draft>, line: usize) {
        self.lists += 1;
        let section = &self.section;
        let (title, phase, heading) = (section.title.clone(), section.phase, section.line);
        let numbered = !section.number.is_empty();
        let id = if numbered { section.number.clone() } else { format!("C{}", self.lists) };
        let mut count = 0;
        if numbered {
            let (before, began) = self.counted.get(&id).copied().unwrap_or((0, heading));
            count = before;
            if before > 0 && began != heading {
                self.warn(
                    line,
                    format!(
                        "section number {id} is used twice (line {began}), so its items go on \
                         counting at {id}/{}: give this section a number of its own",
                        before + 1
                    ),
                );
            }
            self.counted.insert(id.clone(), (before + drafts.len(), began));
        }
        let mut items = Vec::with_capacity(drafts.len());
        for draft in drafts {
            count += 1;
            if draft.text.is_empty() {
                self.warn(
                    draft.line,
                    format!(
                        "item {id}/{count} says nothing; write what to do, or remove it (the ids \
                         of the items behind it change then)"
                    ),
                );
            }
            items.push(draft.with_id(ItemId(format!("{id}/{count}"))));
        }
        self.push(Block::Checklist(Checklist { id, title, phase, items, line }));
    }

    pub(super) fn code(&mut self, code: &RawCode) {
        if !code.closed {
            self.warn(
                code.line,
                "this fenced block is never closed, so it takes in all that follows; close it with \
                 the same marks that opened it",
            );
        }
        let language = code.info.split([' ', ',', '\t']).next().unwrap_or_default();
        let language = printable::line(language.trim_matches(['{', '}']));
        if language.eq_ignore_ascii_case("mermaid") {
            return self.diagram(code, language);
        }
        let text = printable::code(&code.text);
        self.push(Block::Code(Code { language, text, line: code.line }));
    }

    fn diagram(&mut self, code: &RawCode, language: String) {
        let lines = mermaid::lines(&code.text, code.line + 1);
        let seat = Seat { title: self.section.title.clone(), line: code.line };
        let (block, mut problems) = match mermaid::kind(&lines) {
            Kind::Flow => {
                self.flows += 1;
                let read = flowchart::read(seat, self.flows, &lines, &mut self.budget);
                (Block::Flow(read.0), read.1)
            }
            Kind::Sequence => {
                self.procedures += 1;
                let read = sequence::read(seat, self.procedures, &lines, &mut self.budget);
                (Block::Procedure(read.0), read.1)
            }
            Kind::Other => {
                let text = printable::code(&code.text);
                (Block::Diagram(Code { language, text, line: code.line }), Vec::new())
            }
        };
        self.problems.append(&mut problems);
        self.push(block);
    }

    fn finish(mut self, text: &str) -> (Playbook, Vec<Problem>) {
        self.close_section(Section::lead());
        if self.playbook.id.is_empty() {
            self.playbook.id = headings::playbook_id(&self.playbook.title).unwrap_or_default();
        }
        let in_thai = if self.headings > 0 {
            self.thai * 2 >= self.headings
        } else {
            headings::is_thai(text)
        };
        self.playbook.language = if in_thai { Language::Th } else { Language::En };
        if self.playbook.has_nothing() {
            // One sentence is enough for a file that was meant to be another.
            let message = "nothing of a playbook is in it: no flow, no procedure, no checklist, no indicator and no header field; \
                           name another file, or write `**ID**: PB-31` (with its own number) under the title";
            let (line, severity) = (1, Severity::Error);
            self.problems.push(Problem { line, severity, message: message.to_owned() });
        } else if self.playbook.id.is_empty() {
            let line = self.playbook.sections.first().map_or(1, |section| section.line.max(1));
            self.warn(
                line,
                "no id, so no session can name this playbook; write `**ID**: PB-31` (with its own \
                 number) under the title",
            );
        }
        self.problems.sort_by_key(|problem| problem.line);
        (self.playbook, self.problems)
    }
}

/// A list as text.
fn listed<'a>(items: impl Iterator<Item = &'a RawItem>) -> Prose {
    let mut prose = Prose::default();
    for item in items {
        let part = item.inline.prose(false);
        let indent = "  ".repeat(item.depth.min(INDENT));
        let mark = item.number.map_or_else(|| "- ".to_owned(), |number| format!("{number}. "));
        if !prose.text.is_empty() {
            prose.text.push('\n');
        }
        prose.text.push_str(&indent);
        prose.text.push_str(&mark);
        prose.text.push_str(&part.text);
        prose.links.extend(part.links);
    }
    prose
}
