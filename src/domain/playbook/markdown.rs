//! Walks the events of the Markdown parser and hands whole blocks to the [`Draft`].
//!
//! Invariant: every event costs a fixed amount of work besides the text that it carries. Nothing here knows
//! what a playbook is.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::domain::playbook::checklist::RawItem;
use crate::domain::playbook::inline::Inline;
use crate::domain::playbook::read::{Draft, RawCode};
use crate::domain::playbook::table::{self, RawRow, RawTable};

/// Reads `text` into `draft`.
pub(super) fn walk(text: &str, draft: &mut Draft) {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    let mut walker = Walker::over(text, draft);
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        walker.event(event, &range);
    }
}

struct Walker<'a, 'd> {
    source: &'a str,
    draft: &'d mut Draft,
    /// Offset and line of the last place asked for: blocks come in order.
    seen: (usize, usize),
    /// Text outside lists and tables.
    loose: Inline,
    code: Option<RawCode>,
    html: String,
    table: Option<RawTable>,
    row: RawRow,
    cell: Inline,
    items: Vec<RawItem>,
    /// Items that are open, innermost last.
    open: Vec<usize>,
    /// The next number of each open list; `None` for a list with bullets.
    lists: Vec<Option<u64>>,
    /// Emphasis that is open; `true` if its stars belong to the text.
    stars: Vec<bool>,
}

impl<'a, 'd> Walker<'a, 'd> {
    fn over(source: &'a str, draft: &'d mut Draft) -> Self {
        Self {
            source,
            draft,
            seen: (0, 1),
            loose: Inline::default(),
            code: None,
            html: String::new(),
            table: None,
            row: RawRow::default(),
            cell: Inline::default(),
            items: Vec::new(),
            open: Vec::new(),
            lists: Vec::new(),
            stars: Vec::new(),
        }
    }

    /// One-based line of an offset.
    fn line(&mut self, offset: usize) -> usize {
        let (from, line) = if offset < self.seen.0 { (0, 1) } else { self.seen };
        let between = self.source.as_bytes().get(from..offset).unwrap_or_default();
        let breaks = between.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => self.source.as_bytes().get(from + at + 1) != Some(&b'\n'),
            _ => false,
        });
        self.seen = (offset, line + breaks.count());
        self.seen.1
    }

    /// Where text goes at this moment.
    fn sink(&mut self) -> &mut Inline {
        if self.table.is_some() {
            return &mut self.cell;
        }
        match self.open.last().and_then(|at| self.items.get_mut(*at)) {
            Some(item) => &mut item.inline,
            None => &mut self.loose,
        }
    }

    fn event(&mut self, event: Event<'_>, range: &Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.text.push_str(&text),
                None => self.sink().push(&text),
            },
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.sink().push(&text);
            }
            Event::Html(text) => self.html.push_str(&text),
            Event::InlineHtml(text) => self.inline_html(&text),
            Event::FootnoteReference(text) => self.sink().push(&text),
            Event::SoftBreak => self.sink().soft_break(),
            Event::HardBreak => self.sink().hard_break(),
            Event::Rule => {}
            Event::TaskListMarker(ticked) => {
                if let Some(item) = self.open.last().and_then(|at| self.items.get_mut(*at)) {
                    item.ticked = Some(ticked);
                }
            }
        }
    }

    fn inline_html(&mut self, text: &str) {
        let name = text.trim_matches(['<', '>', '/', ' ']);
        if name.eq_ignore_ascii_case("br") {
            self.sink().hard_break();
        } else if !text.starts_with("<!--") {
            self.sink().push(text);
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: &Range<usize>) {
        match tag {
            Tag::Paragraph | Tag::Heading { .. } if self.open.is_empty() => {
                self.loose = Inline::default();
            }
            Tag::CodeBlock(kind) => {
                let (info, fenced) = match kind {
                    CodeBlockKind::Fenced(info) => (info.to_string(), true),
                    CodeBlockKind::Indented => (String::new(), false),
                };
                let line = self.line(range.start);
                self.code = Some(RawCode { info, line, fenced, ..RawCode::default() });
            }
            Tag::HtmlBlock => self.html.clear(),
            Tag::List(first) => self.lists.push(first),
            Tag::Item => self.start_item(range.start),
            Tag::Table(_) => {
                let line = self.line(range.start);
                self.table = Some(RawTable { line, ..RawTable::default() });
            }
            Tag::TableHead | Tag::TableRow => {
                let line = self.line(range.start);
                self.row = RawRow { cells: Vec::new(), line };
            }
            Tag::TableCell => self.cell = Inline::default(),
            Tag::Emphasis => {
                let is_pattern = self.is_pattern(range);
                self.stars.push(is_pattern);
                if is_pattern {
                    self.sink().push("*");
                }
            }
            Tag::Link { dest_url, .. } => self.sink().start_link(&dest_url),
            Tag::Paragraph
            | Tag::Heading { .. }
            | Tag::BlockQuote(_)
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_)
            | Tag::Image { .. } => {}
        }
    }

    /// `pool.*, mining.*`, and in a table `*xmr.*`: Markdown takes the stars for emphasis, the author meant any name.
    fn is_pattern(&self, range: &Range<usize>) -> bool {
        let before = self.source.get(..range.start).unwrap_or_default();
        let inner =
            self.source.get(range.clone()).and_then(|it| it.strip_prefix('*')?.strip_suffix('*'));
        let Some(inner) = inner else { return false };
        let goes_on = inner.starts_with(|c: char| c.is_ascii_punctuation());
        let is_name = self.table.is_some()
            && (inner.starts_with('.') || inner.ends_with('.'))
            && !inner.contains(char::is_whitespace);
        is_name || (before.ends_with('.') && goes_on)
    }

    fn start_item(&mut self, at: usize) {
        let number = self.lists.last_mut().and_then(|next| {
            let number = *next;
            *next = number.and_then(|it| it.checked_add(1));
            number
        });
        let line = self.line(at);
        self.open.push(self.items.len());
        let depth = self.lists.len().saturating_sub(1);
        self.items.push(RawItem { depth, number, line, ..RawItem::default() });
    }

    fn end(&mut self, tag: TagEnd, range: &Range<usize>) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) if !self.open.is_empty() => {
                self.sink().hard_break();
            }
            TagEnd::Paragraph => {
                let (line, text) = (self.line(range.start), std::mem::take(&mut self.loose));
                self.draft.paragraph(&text, line);
            }
            TagEnd::Heading(level) => {
                let (line, text) = (self.line(range.start), std::mem::take(&mut self.loose));
                self.draft.heading(&text, level as u8, line);
            }
            TagEnd::CodeBlock => self.end_code(range),
            TagEnd::HtmlBlock => self.draft.html(&std::mem::take(&mut self.html)),
            TagEnd::Item => {
                self.open.pop();
            }
            TagEnd::List(_) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.draft.list(&std::mem::take(&mut self.items));
                }
            }
            TagEnd::Emphasis => {
                let star = if self.stars.pop() == Some(true) { "*" } else { "" };
                self.sink().push(star);
            }
            TagEnd::Link => self.sink().end_link(),
            TagEnd::TableCell => self.row.cells.push(std::mem::take(&mut self.cell)),
            TagEnd::TableHead => {
                if let Some(table) = &mut self.table {
                    table.columns = std::mem::take(&mut self.row).cells;
                }
            }
            TagEnd::TableRow => self.end_row(range),
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    self.draft.table(table);
                }
            }
            TagEnd::BlockQuote(_)
            | TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::MetadataBlock(_)
            | TagEnd::Image => {}
        }
    }

    fn end_code(&mut self, range: &Range<usize>) {
        let Some(mut code) = self.code.take() else { return };
        code.closed = !code.fenced || is_closed(self.source.get(range.clone()));
        self.draft.code(&code);
    }

    fn end_row(&mut self, range: &Range<usize>) {
        if let Some(table) = &mut self.table {
            let cells = table::cells_in(self.source.get(range.clone()).unwrap_or_default());
            self.draft.row(self.row.line, cells, table.columns.len());
            table.rows.push(std::mem::take(&mut self.row));
        }
    }
}

/// A fenced block whose last line is a fence like its first one.
fn is_closed(block: Option<&str>) -> bool {
    let block = block.unwrap_or_default().trim_end();
    let Some((first, rest)) = block.split_once('\n') else { return false };
    let first = first.trim_start();
    let fence = if first.starts_with('~') { '~' } else { '`' };
    let marks = first.len() - first.trim_start_matches(fence).len();
    let last = rest.rsplit('\n').next().unwrap_or_default();
    let last = last.trim_start_matches(|c: char| c == '>' || c.is_whitespace());
    last.len() >= marks && last.chars().all(|c| c == fence)
}
