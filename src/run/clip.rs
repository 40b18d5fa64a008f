//! Text for the terminal's clipboard.
//!
//! Invariant: what goes out is printable text in base64 between a beginning and an end of ours, so that nothing in
//! it can speak to the terminal.

use crate::domain::untrusted::Untrusted;

/// Terminals take no more than this of base64 in one sequence.
const LONGEST: usize = 74_994;

/// Lines as one printable text.
pub(super) fn text(lines: &[Untrusted]) -> String {
    let lines: Vec<String> = lines.iter().map(Untrusted::printable).collect();
    lines.join("\n")
}

/// The sequence that puts `text` on the clipboard (OSC 52), and how many bytes of the text it holds: as many as
/// terminals take, in whole characters.
pub(super) fn osc52(text: &str) -> (String, usize) {
    let most = text.floor_char_boundary(LONGEST / 4 * 3);
    let taken = text.get(..most).unwrap_or_default();
    (format!("\x1b]52;c;{}\x07", base64(taken.as_bytes())), taken.len())
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for part in bytes.chunks(3) {
        let byte = |at: usize| u32::from(part.get(at).copied().unwrap_or(0));
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = usize::try_from(word >> (18 - 6 * at) & 63).unwrap_or(0);
            let digit = DIGITS.get(digit).copied().unwrap_or(b'=');
            text.push(if at > part.len() { '=' } else { char::from(digit) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        let known =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, encoded) in known {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters_to_what_terminals_take() {
        let long = "ขุด".repeat(20_000);
        let (sequence, sent) = osc52(&long);
        let inside = sequence.strip_prefix("\x1b]52;c;").and_then(|it| it.strip_suffix('\x07'));
        assert!(inside.is_some_and(|it| it.len() <= LONGEST && it.len() > LONGEST - 8));
        assert!(sent < long.len() && long.is_char_boundary(sent));
        assert_eq!(osc52("short").1, 5);
    }

    #[test]
    fn hostile_text_leaves_as_printable_lines() {
        let lines = ["a\u{1b}]52;c;QQ==\u{7}b\nc".into(), "d".into(), "            far in".into()];
        let text = text(&lines);
        assert_eq!(text.lines().count(), 3);
        assert!(text.ends_with("\n            far in"), "{text:?}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    }
}
