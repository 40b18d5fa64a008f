//! Text of a document made printable.
//!
//! Invariant: every string that leaves this file is what [`Untrusted`] would draw, word by word; only line
//! breaks and, in code, tabs and runs of spaces stay as they are. Variation selectors are dropped: terminals
//! disagree about the width of a symbol that carries one.

use unicode_width::UnicodeWidthChar;

use crate::domain::untrusted::Untrusted;

/// A word is made printable in parts of about this many bytes, so that a long one costs no more than many short ones.
const PART: usize = 4096;

/// One line: every run of white space becomes one space.
pub(super) fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    spaced(&mut out, text);
    out
}

/// Lines: breaks stay, every other run of white space becomes one space, empty lines at the ends go.
pub(super) fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split('\n') {
        let start = out.len();
        spaced(&mut out, part);
        if out.len() > start || start > 0 {
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Code: breaks, tabs and spaces stay.
pub(super) fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let text = text.strip_suffix('\n').unwrap_or(text);
    for part in text.split_inclusive([' ', '\t', '\n']) {
        let word = part.trim_end_matches([' ', '\t', '\n']);
        push(&mut out, word.trim_end_matches('\r'));
        out.push_str(part.get(word.len()..).unwrap_or_default());
    }
    out
}

/// At most `limit` characters of a line that is printable already.
pub(super) fn capped(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
    }
}

fn spaced(out: &mut String, text: &str) {
    let start = out.len();
    for word in text.split(is_space).filter(|word| !word.is_empty()) {
        let before = out.len();
        if before > start {
            out.push(' ');
        }
        let from = out.len();
        push(out, word);
        if out.len() == from {
            out.truncate(before);
        }
    }
}

/// Spaces and breaks of every script; separators that repaint a line are not among them and stay visible.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
        || (!c.is_ascii() && c.is_whitespace() && !matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}'))
}

/// ASCII and well-formed Thai, which [`Untrusted`] draws as they are: nearly every word, so it is told quickly.
fn is_plain(word: &str) -> bool {
    let mut room = 0;
    word.chars().all(|c| {
        let is_mark = matches!(c, '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}');
        let fits = !is_mark || room > 0;
        room = if is_mark { room - i32::from(fits) } else { 2 };
        fits && (c.is_ascii_graphic() || matches!(c, '\u{e01}'..='\u{e3a}' | '\u{e3f}'..='\u{e5b}'))
    })
}

fn push(out: &mut String, word: &str) {
    if is_plain(word) {
        out.push_str(word);
        return;
    }
    let mut part = String::new();
    for c in word.chars().filter(|c| !matches!(c, '\u{fe0e}' | '\u{fe0f}')) {
        if part.len() >= PART && c.width() != Some(0) {
            out.push_str(&Untrusted::from(part.as_str()).plain(usize::MAX));
            part.clear();
        }
        part.push(c);
    }
    out.push_str(&Untrusted::from(part).plain(usize::MAX));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{capped, code, is_plain, line, lines};
    use crate::domain::untrusted::Untrusted;

    proptest! {
        #[test]
        fn what_is_told_quickly_is_told_rightly(word in "[!-~\u{e00}-\u{e7f}]{0,8}") {
            if is_plain(&word) {
                prop_assert_eq!(Untrusted::from(word.as_str()).plain(usize::MAX), word);
            }
        }

        #[test]
        fn a_line_is_what_untrusted_would_draw(words in prop::collection::vec("[^\\s]{1,6}", 1..5)) {
            let words: Vec<String> = words.iter().map(|it| it.replace(['\u{fe0e}', '\u{fe0f}'], "")).collect();
            let drawn = words.iter().filter(|it| !it.is_empty()).map(|it| Untrusted::from(it.as_str()).plain(usize::MAX));
            prop_assert_eq!(line(&words.join(" ")), drawn.collect::<Vec<_>>().join(" "));
        }
    }

    #[test]
    fn thai_words_are_told_quickly() {
        assert!(is_plain("การกู้คืนระบบ") && is_plain("น้ำ") && is_plain("(กี่)"));
        assert!(
            !is_plain("\u{e35}") && !is_plain("ก\u{e35}\u{e48}\u{e48}") && !is_plain("\u{e3b}")
        );
    }

    #[test]
    fn controls_and_bidi_are_drawn_and_selectors_are_gone() {
        assert_eq!(line("a\u{1b}[2Jb \u{202e}c ☁\u{fe0f}"), "a^[[2Jb <U+202E>c ☁");
        assert_eq!(line("\u{fe0f} x \u{a0} y "), "x y");
    }

    #[test]
    fn breaks_stay_in_lines_and_everything_but_controls_stays_in_code() {
        assert_eq!(lines("\n a  b\n\n c \n\n"), "a b\n\nc");
        assert_eq!(code("\tif x\r\n          y \u{7}\n"), "\tif x\n          y ^G");
    }

    #[test]
    fn a_long_word_is_not_cut_between_a_letter_and_its_mark() {
        let word = "กี่".repeat(3000);
        assert_eq!(line(&word), word);
        assert_eq!(capped("กี่กี่", 3), "กี่…");
    }
}
