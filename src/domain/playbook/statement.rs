//! One line of a flow: chains of nodes with arrows between them.
//!
//! Invariant: a line is read once from left to right. At the first thing that cannot be read the rest of the
//! line is given up, so that no line is read twice; what came before is kept.

use crate::domain::playbook::diagram::Shape;
use crate::domain::playbook::link::{self, Arrow};
use crate::domain::playbook::shape;

/// A node where a line names it.
pub(super) struct Mention {
    pub(super) id: String,
    pub(super) label: Option<String>,
    pub(super) shape: Option<Shape>,
}

/// `A & B --> C --> D`: groups of nodes with an arrow between each two.
#[derive(Default)]
pub(super) struct Chain {
    pub(super) groups: Vec<Vec<Mention>>,
    pub(super) arrows: Vec<Arrow>,
}

/// Why the rest of a line cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// A bracket with a quoted label.
    #[error(
        "a label that opens with \" is never closed; close it with \" and the bracket it began with"
    )]
    OpenQuote,
    /// A bracket.
    #[error("a bracket is never closed; close it on the same line, or put quotes around the label")]
    OpenBracket,
    /// `@{`.
    #[error("@{{ is never closed; close it with }}")]
    OpenProperties,
    /// `|`.
    #[error("an edge label that opens with | is never closed; close it with |")]
    OpenBar,
    /// `-- text`.
    #[error("the text after -- has no arrow behind it; write -- text --> or -->|text|")]
    OpenArrow,
    /// An arrow at the end of the line.
    #[error("an arrow leads nowhere; write the node that it leads to")]
    NoTarget,
    /// Something else where a node must stand.
    #[error("a node was expected here; write its id, and its label in brackets")]
    NoNode,
    /// Something else where an arrow must stand.
    #[error(
        "an arrow was expected after a node; write --> between nodes, and put quotes around labels"
    )]
    NoArrow,
    /// An id that is no id.
    #[error("the id of a node is longer than 200 characters; give it a short one and a label")]
    LongId,
}

/// Longest id of a node, in bytes: edges, journals and screens repeat it.
const ID: usize = 200 * 4;

/// Reads a line; the fault, if any, is where it stopped.
pub(super) fn read(text: &str) -> (Vec<Chain>, Option<Fault>) {
    let mut chains = Vec::new();
    let mut cursor = Cursor { rest: text };
    loop {
        cursor.skip(|c| c.is_whitespace() || c == ';');
        if cursor.rest.is_empty() || cursor.rest.starts_with("%%") {
            return (chains, None);
        }
        let mut chain = Chain::default();
        let fault = cursor.chain(&mut chain).err();
        if !chain.groups.is_empty() {
            chains.push(chain);
        }
        if fault.is_some() {
            return (chains, fault);
        }
    }
}

struct Cursor<'a> {
    rest: &'a str,
}

impl Cursor<'_> {
    fn skip(&mut self, what: impl Fn(char) -> bool) {
        self.rest = self.rest.trim_start_matches(what);
    }

    fn take(&mut self, len: usize) {
        self.rest = self.rest.get(len..).unwrap_or_default();
    }

    /// At the end of a statement.
    fn is_done(&self) -> bool {
        self.rest.is_empty() || self.rest.starts_with(';') || self.rest.starts_with("%%")
    }

    fn chain(&mut self, chain: &mut Chain) -> Result<(), Fault> {
        loop {
            let mut group = Vec::new();
            let read = self.group(&mut group);
            if !group.is_empty() {
                chain.groups.push(group);
            }
            read?;
            self.skip(char::is_whitespace);
            if self.is_done() {
                return Ok(());
            }
            let arrow = link::read(self.rest)?.ok_or(Fault::NoArrow)?;
            self.take(arrow.len);
            chain.arrows.push(arrow);
            self.skip(char::is_whitespace);
            if self.is_done() {
                return Err(Fault::NoTarget);
            }
        }
    }

    fn group(&mut self, group: &mut Vec<Mention>) -> Result<(), Fault> {
        loop {
            group.push(self.node()?);
            let before = self.rest;
            self.skip(char::is_whitespace);
            if !self.rest.starts_with('&') {
                self.rest = before;
                return Ok(());
            }
            self.take(1);
            self.skip(char::is_whitespace);
        }
    }

    fn node(&mut self) -> Result<Mention, Fault> {
        let len = id_length(self.rest);
        let id = self.rest.get(..len).unwrap_or_default().to_owned();
        match len {
            0 => return Err(Fault::NoNode),
            1..=ID => self.take(len),
            _ => return Err(Fault::LongId),
        }
        let before = self.rest;
        self.skip(|c| c == ' ');
        let found = shape::read(self.rest)?;
        match &found {
            Some(found) => self.take(found.len),
            None => self.rest = before,
        }
        if let Some(class) = self.rest.strip_prefix(":::") {
            let end = class.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')));
            let end = end.unwrap_or(class.len());
            let end = class.get(..end).and_then(|it| it.find("--")).unwrap_or(end);
            self.rest = class.get(end..).unwrap_or_default();
        }
        let shape = found.as_ref().map(|it| it.shape);
        Ok(Mention { id, label: found.and_then(|it| it.label), shape })
    }
}

/// How many bytes at the start of `rest` are the id of a node.
fn id_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let end = rest.char_indices().find(|(at, c)| {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        let fits = match c {
            '_' | '$' | '#' | '!' | '\'' | '*' | '+' | '?' | '\\' | '/' => true,
            '-' | '.' => *at > 0 && (next.is_ascii_alphanumeric() || next == b'_' || next >= 0x80),
            '%' => next != b'%',
            c if c.is_ascii() => c.is_ascii_alphanumeric(),
            c => !c.is_whitespace(),
        };
        !fits
    });
    end.map_or(rest.len(), |(at, _)| at)
}
