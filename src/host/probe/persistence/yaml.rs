//! YAML in whatever form it is written, as values that know their lines. Pure.
//!
//! Invariant: total and bounded: no deeper than [`DEEPEST`], no more values than [`MOST`] and no more text than
//! [`MOST_TEXT`], however often a part of it is named again. What stands before a place that cannot be read is kept.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser};

/// Deeper is nothing that runs.
const DEEPEST: usize = 64;
/// More values of one file are not read.
const MOST: usize = 20_000;
/// More bytes of texts of one file are not kept, though a long one may be named again at little cost.
const MOST_TEXT: usize = 4 << 20;

/// A value, and the line that it begins on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text(String),
    List(Vec<Node>),
    /// Only what stands under a text; a file of a hundred years may have other keys.
    Map(Vec<(String, Node)>),
}

/// What is open while it is read: the number that it is named again by, and the key that waits for its value.
struct Open {
    line: usize,
    anchor: usize,
    is_map: bool,
    items: Vec<(String, Node)>,
    waits: Option<String>,
}

/// All documents, and whether a limit was reached before the end.
pub(super) fn read(text: &[u8]) -> (Vec<Node>, bool) {
    let text = String::from_utf8_lossy(text);
    let text = text.trim_start_matches('\u{feff}');
    let (documents, is_cut, is_whole) = read_as_it_is(text);
    if is_whole || is_cut {
        return (documents, is_cut);
    }
    // Others take what stands in brackets wherever it stands.
    let (other, other_cut, _) = read_as_it_is(&further_in(text));
    let all = |documents: &[Node]| documents.iter().map(size).sum::<usize>();
    if all(&other) > all(&documents) { (other, other_cut) } else { (documents, is_cut) }
}

/// The same with lines in brackets one blank further in.
fn further_in(text: &str) -> String {
    let (mut depth, mut moved) = (0_usize, String::with_capacity(text.len() + 64));
    for line in text.split_inclusive('\n') {
        if depth > 0 {
            moved.push(' ');
        }
        moved.push_str(line);
        let mut quote = None;
        for byte in line.bytes() {
            match (quote, byte) {
                (Some(open), byte) if open == byte => quote = None,
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'[' | b'{') => depth += 1,
                (None, b']' | b'}') => depth = depth.saturating_sub(1),
                (Some(_) | None, _) => {}
            }
        }
    }
    moved
}

/// The documents, whether a limit was reached, and whether the end was.
fn read_as_it_is(text: &str) -> (Vec<Node>, bool, bool) {
    let mut parser = Parser::new_from_str(text);
    let mut reader = Reader::default();
    let (mut is_cut, mut is_whole) = (false, false);
    while let Some(Ok((event, span))) = parser.next_event() {
        if matches!(event, Event::StreamEnd) {
            is_whole = true;
            break;
        }
        if reader.is_full() || reader.open.len() > DEEPEST {
            is_cut = true;
            break;
        }
        reader.take(event, span.start.line().max(1));
    }
    while let Some(open) = reader.open.pop() {
        reader.close(open);
    }
    (reader.documents, is_cut || reader.is_cut, is_whole)
}

#[derive(Default)]
struct Reader {
    documents: Vec<Node>,
    open: Vec<Open>,
    named: BTreeMap<usize, Node>,
    count: usize,
    text: usize,
    is_cut: bool,
}

impl Reader {
    const fn is_full(&self) -> bool {
        self.count >= MOST || self.text > MOST_TEXT
    }

    /// Counts what is kept once more, before it is; whether there is room for it.
    fn has_room_for(&mut self, node: &Node) -> bool {
        self.count += size(node);
        self.text += bytes(node);
        self.is_cut |= self.is_full();
        !self.is_full()
    }

    fn take(&mut self, event: Event<'_>, line: usize) {
        self.count += 1;
        let (anchor, is_map) = match event {
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => return,
            Event::Scalar(text, _, anchor, _) => {
                self.text += text.len();
                return self.put(Node { line, kind: Kind::Text(text.into_owned()) }, anchor);
            }
            Event::Alias(anchor) => {
                let again = self.named.remove(&anchor);
                // So that it does not grow with each time that it is named.
                let kind =
                    again.as_ref().filter(|it| self.has_room_for(it)).map(|it| it.kind.clone());
                self.named.extend(again.map(|it| (anchor, it)));
                return self.put(Node { line, kind: kind.unwrap_or(Kind::Text(String::new())) }, 0);
            }
            Event::SequenceStart(anchor, _) => (anchor, false),
            Event::MappingStart(anchor, _) => (anchor, true),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    self.close(open);
                }
                return;
            }
        };
        self.open.push(Open { line, anchor, is_map, items: Vec::new(), waits: None });
    }

    fn close(&mut self, open: Open) {
        let Open { line, anchor, is_map, items, .. } = open;
        let kind = if is_map {
            Kind::Map(items)
        } else {
            Kind::List(items.into_iter().map(|(_, it)| it).collect())
        };
        self.put(Node { line, kind }, anchor);
    }

    fn put(&mut self, node: Node, anchor: usize) {
        if anchor > 0 && self.has_room_for(&node) {
            self.named.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else { return self.documents.push(node) };
        if !open.is_map {
            open.items.push((String::new(), node));
        } else if let Some(key) = open.waits.take() {
            open.items.push((key, node));
        } else {
            open.waits = Some(match node.kind {
                Kind::Text(text) => text,
                Kind::List(_) | Kind::Map(_) => String::new(),
            });
        }
    }
}

fn size(node: &Node) -> usize {
    1 + match &node.kind {
        Kind::Text(_) => 0,
        Kind::List(items) => items.iter().map(size).sum(),
        Kind::Map(items) => items.iter().map(|(_, it)| size(it)).sum(),
    }
}

/// Bytes of all its texts, and of what they stand under.
fn bytes(node: &Node) -> usize {
    match &node.kind {
        Kind::Text(text) => text.len(),
        Kind::List(items) => items.iter().map(bytes).sum(),
        Kind::Map(items) => items.iter().map(|(key, it)| key.len() + bytes(it)).sum(),
    }
}

impl Node {
    /// The texts in it, in their order.
    pub(super) fn texts(&self) -> Vec<&str> {
        match &self.kind {
            Kind::Text(text) => vec![text],
            Kind::List(items) => items.iter().flat_map(Self::texts).collect(),
            Kind::Map(items) => items.iter().flat_map(|(_, it)| it.texts()).collect(),
        }
    }
}

/// What is left of a line without the signs and blanks in which forms of one value differ.
pub(super) fn bare(line: &[u8]) -> Vec<u8> {
    let mut rest = line.trim_ascii();
    while let Some(item) = rest.strip_prefix(b"- ") {
        rest = item.trim_ascii();
    }
    let sign = |byte: &u8| byte.is_ascii_whitespace() || b"\"'[],".contains(byte);
    rest.iter().copied().filter(|byte| !sign(byte)).collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_named_again_a_thousand_times_grows_no_further_than_is_read() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x]\n".to_owned();
        for at in 1..40 {
            let before = at - 1;
            let names = vec![format!("*a{before}"); 8].join(", ");
            writeln!(text, "a{at}: &a{at} [{names}]").unwrap();
        }
        let (read, is_cut) = read(text.as_bytes());
        assert!(is_cut);
        assert!(read.iter().map(size).sum::<usize>() < 3 * MOST);
    }

    /// All that is kept of these documents.
    fn all_bytes(documents: &[Node]) -> usize {
        documents.iter().map(bytes).sum()
    }

    #[test]
    fn one_long_text_inside_of_many_names_is_kept_in_few_of_them() {
        let names: String =
            (0..DEEPEST - 2).fold(String::new(), |text, at| text + &format!("&a{at} ["));
        let text = format!("{names}{}", "A".repeat(200_000));
        let mut reader = Reader::default();
        for (event, _) in Parser::new_from_str(&text).map_while(Result::ok) {
            reader.take(event, 1);
        }
        while let Some(open) = reader.open.pop() {
            reader.close(open);
        }
        assert!(reader.is_cut);
        assert!(reader.named.values().map(bytes).sum::<usize>() <= MOST_TEXT);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_long_text_that_is_named_again_is_kept_as_long_as_there_is_room(
            length in 1_usize..60_000, times in 1_usize..300, is_key in any::<bool>(),
        ) {
            let once = "A".repeat(length);
            let item = if is_key { "- {*a : x}\n" } else { "- *a\n" };
            let (read, is_cut) = read(format!("- &a \"{once}\"\n{}", item.repeat(times)).as_bytes());
            prop_assert!(all_bytes(&read) <= MOST_TEXT);
            // It is kept where it stands, to be named again, and each time that it is.
            let needs = length * (times + 2) + if is_key { times } else { 0 };
            prop_assert_eq!(is_cut, needs > MOST_TEXT);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in prop::collection::vec(prop::sample::select(b"a-: \n[]{},&*|>\"'#!%".to_vec()), 0..200)) {
            let (nodes, _) = read(&text);
            prop_assert!(nodes.iter().map(size).sum::<usize>() <= 3 * MOST);
            prop_assert!(all_bytes(&nodes) <= MOST_TEXT);
        }
    }
}
