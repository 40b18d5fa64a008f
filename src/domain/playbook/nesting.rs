//! Lists and quotes that are nested deeper than any author means.
//!
//! Invariant: the text that comes out nests at most so deep that the Markdown parser, which looks at every open
//! list and quote for every line, takes time linear in its length. Lines keep their numbers.

use std::borrow::Cow;

/// So many marks may stand before the text of one line.
const MARKS: usize = 16;
/// A list may begin at this column and no further right.
const COLUMNS: usize = 96;

/// The text with marks that nest too deep escaped, and the first line where that was so.
pub(super) fn bounded(text: &str) -> (Cow<'_, str>, Option<usize>) {
    let mut out: Option<String> = None;
    let mut done = 0;
    let mut at = 0;
    let mut first = None;
    for (number, line) in text.split_inclusive(['\n', '\r']).enumerate() {
        if let Some(excess) = excess(line) {
            let out = out.get_or_insert_default();
            out.push_str(text.get(done..at + excess).unwrap_or_default());
            out.push('\\');
            done = at + excess;
            first.get_or_insert(number + 1);
        }
        at += line.len();
    }
    match out {
        None => (Cow::Borrowed(text), None),
        Some(mut out) => {
            out.push_str(text.get(done..).unwrap_or_default());
            (Cow::Owned(out), first)
        }
    }
}

/// Where the first mark stands that is one too many.
fn excess(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let (mut at, mut columns, mut marks) = (0, 0, 0);
    loop {
        let byte = *bytes.get(at)?;
        let rest = bytes.get(at..)?;
        let mark = match byte {
            b' ' => {
                (at, columns) = (at + 1, columns + 1);
                continue;
            }
            b'\t' => {
                (at, columns) = (at + 1, columns + 4);
                continue;
            }
            b'>' => Some(0),
            b'-' | b'*' | b'+' => ends(rest.get(1)).then_some(0),
            b'0'..=b'9' => ordinal(rest),
            _ => None,
        }?;
        marks += 1;
        if marks > MARKS || columns > COLUMNS {
            return Some(at + mark);
        }
        at += mark + 1;
        columns += mark + 1;
    }
}

/// Where the mark of `12. ` stands.
fn ordinal(rest: &[u8]) -> Option<usize> {
    let digits = rest.iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    let is_mark = matches!(rest.get(digits), Some(b'.' | b')')) && ends(rest.get(digits + 1));
    is_mark.then_some(digits)
}

const fn ends(next: Option<&u8>) -> bool {
    matches!(next, None | Some(b' ' | b'\t' | b'\n' | b'\r'))
}

#[cfg(test)]
mod tests {
    use super::bounded;

    #[test]
    fn what_an_author_writes_is_left_alone() {
        let text = "- a\n  - b\n    > c\n> > > d\n1. 2. e\n*****\n- - - - -\n";
        assert_eq!(bounded(text), (text.into(), None));
    }

    #[test]
    fn marks_that_nest_too_deep_become_text() {
        let deep = format!("x\n{}y\n", "- ".repeat(20));
        let (text, line) = bounded(&deep);
        assert_eq!(line, Some(2));
        assert_eq!(text, format!("x\n{}\\{}y\n", "- ".repeat(16), "- ".repeat(4)));
        assert_eq!(
            bounded(&format!("{}- y", " ".repeat(97))).0,
            format!("{}\\- y", " ".repeat(97))
        );
        assert_eq!(bounded(&format!("{}1. y", "> ".repeat(16))).1, Some(1));
    }
}
