//! YAML to a tree that knows its lines.
//!
//! Invariant: total and bounded: so many nodes and no deeper than [`DEEPEST`]; an alias, which could make a small file
//! large, is refused.

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::domain::detect::fault::{BadRule, RuleFault};
use crate::domain::untrusted::Untrusted;

/// Deeper files are nobody's rules.
const DEEPEST: usize = 24;
/// More nodes are no rules any more.
const MOST: usize = 100_000;

/// A value and its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub line: usize,
    pub kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text; without quotes it may be a number, or nothing.
    Scalar { text: String, quoted: bool },
    /// A list.
    List(Vec<Node>),
    /// Keys and values, in the order of the file.
    Map(Vec<(String, Node)>),
}

/// What is open while it is read.
enum Open {
    List(usize, Vec<Node>),
    /// Its line, what is in it, and the key that waits for its value.
    Map(usize, Vec<(String, Node)>, Option<String>),
}

/// Reads all documents; those before what cannot be read are kept.
pub(super) fn read(text: &str) -> (Vec<Node>, Option<BadRule>) {
    let (mut documents, mut open) = (Vec::new(), Vec::new());
    let mut parser = Parser::new_from_str(text.trim_start_matches('\u{feff}'));
    for count in 0.. {
        let (event, span) = match parser.next_event() {
            None => break,
            Some(Ok(event)) => event,
            Some(Err(error)) => {
                let why = RuleFault::NotYaml(Untrusted::from(error.info()));
                return (documents, Some(why.at(error.marker().line().max(1))));
            }
        };
        let line = span.start.line().max(1);
        if count > MOST || open.len() > DEEPEST {
            return (documents, Some(RuleFault::TooMuch.at(line)));
        }
        let done = match event {
            Event::Nothing | Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd => {
                None
            }
            Event::StreamEnd => break,
            Event::Alias(_) => return (documents, Some(RuleFault::Alias.at(line))),
            Event::Scalar(text, style, ..) => {
                let quoted = style != ScalarStyle::Plain;
                Some(Node { line, kind: Kind::Scalar { text: text.into_owned(), quoted } })
            }
            Event::SequenceStart(..) => {
                open.push(Open::List(line, Vec::new()));
                None
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(line, Vec::new(), None));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(closed),
        };
        let put = done.map_or(Ok(()), |node| put(node, &mut open, &mut documents));
        if let Err(fault) = put {
            return (documents, Some(fault));
        }
    }
    (documents, None)
}

fn closed(it: Open) -> Node {
    match it {
        Open::List(line, items) => Node { line, kind: Kind::List(items) },
        Open::Map(line, items, _) => Node { line, kind: Kind::Map(items) },
    }
}

/// Into what is open, or as a document of its own.
fn put(node: Node, open: &mut [Open], documents: &mut Vec<Node>) -> Result<(), BadRule> {
    match open.last_mut() {
        None => documents.push(node),
        Some(Open::List(_, items)) => items.push(node),
        Some(Open::Map(_, items, waits)) => match waits.take() {
            Some(key) => items.push((key, node)),
            None => match node.kind {
                Kind::Scalar { text, .. } => *waits = Some(text),
                Kind::List(_) | Kind::Map(_) => {
                    return Err(RuleFault::NotText(Untrusted::from("?")).at(node.line));
                }
            },
        },
    }
    Ok(())
}

impl Node {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Map(items) => items.iter().find(|(name, _)| name == key).map(|(_, node)| node),
            Kind::Scalar { .. } | Kind::List(_) => None,
        }
    }

    /// The text that it is.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } if !self.is_null() => Some(text),
            Kind::Scalar { .. } | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// Nothing is said.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, quoted: false }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// What is in a list; a value alone is a list of one.
    pub(super) fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            Kind::Scalar { .. } | Kind::Map(_) => std::slice::from_ref(self),
        }
    }
}
