//! A playbook as lines of readable text.

use crate::cockpit::model::Glyphs;
use crate::domain::base::Language;
use crate::domain::playbook::{
    Block, Checklist, Code, Flow, Playbook, Procedure, Prose, Section, StepKind, Walk,
};
use crate::ui::glyph::signs;
use crate::ui::panes::playbook_table;
use crate::ui::panes::sheet::{Piece, Sheet};
use crate::ui::role::Role;
use crate::words::panes::{Word, word};

/// Levels of a flow that are indented; what lies deeper is not indented more.
const LEVELS: usize = 12;

/// The lines of `playbook` when it has `cells` of room.
pub(super) fn lines(
    playbook: &Playbook,
    cells: usize,
    language: Language,
    glyphs: Glyphs,
) -> Vec<Vec<Piece>> {
    let mut page = Page { sheet: Sheet::new(cells, glyphs), language };
    for section in &playbook.sections {
        page.section(section);
    }
    page.sheet.lines
}

struct Page {
    sheet: Sheet,
    language: Language,
}

fn plain(role: Role, text: impl Into<String>) -> Vec<Piece> {
    vec![(role, text.into())]
}

impl Page {
    fn say(&self, what: Word) -> &'static str {
        word(self.language, what)
    }

    fn section(&mut self, section: &Section) {
        self.sheet.gap();
        let heading = format!("{} {}", section.number, section.title);
        if section.level > 0 {
            self.sheet.wrapped(Vec::new(), &plain(Role::Title, heading.trim()));
        }
        if matches!(section.level, 1 | 2) {
            let sign = signs(self.sheet.glyphs).frame.horizontal_top;
            let rule = sign.repeat(self.sheet.cells);
            self.sheet.line(plain(Role::Border, rule));
        }
        for (at, block) in section.blocks.iter().enumerate() {
            if at > 0 {
                self.sheet.gap();
            }
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Flow(flow) => self.flow(flow),
            Block::Procedure(procedure) => self.procedure(procedure),
            Block::Checklist(list) => self.checklist(list),
            Block::Table(table) => playbook_table::lay(table, &mut self.sheet),
            Block::Code(code) | Block::Diagram(code) => self.code(code),
            Block::Prose(prose) => self.prose(prose),
        }
    }

    fn prose(&mut self, prose: &Prose) {
        for line in prose.text.split('\n') {
            let bare = line.trim_start();
            let depth = line.len() - bare.len();
            let lead = if let Some(rest) = bare.strip_prefix("- ") {
                let lead = plain(Role::Dim, format!("{}- ", " ".repeat(depth)));
                self.sheet.wrapped(lead, &plain(Role::Text, rest));
                continue;
            } else {
                plain(Role::Text, " ".repeat(depth))
            };
            self.sheet.wrapped(lead, &plain(Role::Text, bare));
        }
    }

    fn flow(&mut self, flow: &Flow) {
        let arrow = signs(self.sheet.glyphs).arrow;
        let walk = Walk::over(flow, std::iter::empty());
        self.sheet.line(plain(Role::Dim, format!("{} {}", self.say(Word::Flow), flow.id.0)));
        for row in walk.rows() {
            let lead = plain(Role::Text, "  ".repeat(row.depth.min(LEVELS) + 1));
            let label = flow.node(row.node).map_or(row.node.0.as_str(), |node| &node.label);
            let label = label.replace('\n', " ");
            let mut parts = Vec::new();
            if let Some(via) = row.via {
                parts.push((Role::FooterKey, via.replace('\n', " ")));
                parts.push((Role::Dim, format!(" {arrow} ")));
            } else if row.from.is_some() {
                parts.push((Role::Dim, format!("{arrow} ")));
            }
            let role = if row.repeat { Role::Dim } else { Role::Text };
            parts.push((role, label));
            if row.repeat {
                parts.push((Role::Dim, format!(" ({})", self.say(Word::SeeAbove))));
            }
            self.sheet.wrapped(lead, &parts);
        }
    }

    fn procedure(&mut self, procedure: &Procedure) {
        let arrow = signs(self.sheet.glyphs).arrow;
        let name = format!("{} {}", self.say(Word::Procedure), procedure.id);
        self.sheet.line(plain(Role::Dim, name));
        for step in &procedure.steps {
            let indent = "  ".repeat(usize::from(step.depth) + 1);
            match &step.kind {
                StepKind::Ask { from, to, what, answer } => {
                    let lead = plain(Role::Dim, format!("{indent}{:>2} ", step.number));
                    let role = if *answer { Role::Dim } else { Role::Text };
                    let ends = format!("{from} {arrow} {to}");
                    let parts = [(Role::FooterKey, ends), (role, format!(": {what}"))];
                    self.sheet.wrapped(lead, &parts);
                }
                StepKind::Note(text) => {
                    let lead = plain(Role::Dim, format!("{indent}   {}: ", self.say(Word::Note)));
                    self.sheet.wrapped(lead, &plain(Role::Text, text.replace('\n', " ")));
                }
                StepKind::Frame(kind, label) => {
                    let lead = plain(Role::Title, format!("{indent}{kind} "));
                    self.sheet.wrapped(lead, &plain(Role::Text, label.replace('\n', " ")));
                }
            }
        }
    }

    fn checklist(&mut self, list: &Checklist) {
        for item in &list.items {
            let id = item.id.0.as_str();
            let sign = if item.ticked { "[x]" } else { "[ ]" };
            let lead = vec![(Role::Text, format!("{sign} ")), (Role::Dim, format!("{id} "))];
            let mut parts = plain(Role::Text, item.text.replace('\n', " "));
            if let Some(how) = &item.how {
                parts.push((Role::Dim, format!("  ({how})")));
            }
            self.sheet.wrapped(lead, &parts);
        }
    }

    /// Lines of code keep their beginnings; a tab is four cells.
    fn code(&mut self, code: &Code) {
        if !code.language.is_empty() {
            self.sheet.line(plain(Role::Dim, format!("  {}", code.language)));
        }
        let bar = signs(self.sheet.glyphs).separator;
        for line in code.text.trim_end_matches('\n').split('\n') {
            let lead = plain(Role::Border, format!("  {bar} "));
            self.sheet.wrapped(lead, &plain(Role::Text, line.replace('\t', "    ")));
        }
    }
}
