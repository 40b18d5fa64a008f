//! Reads all that a program sent to its terminal and names everything that is neither text nor its own
//! drawing.
//!
//! Invariant: nothing passes that is not on the list here, and the list is not taken from the code under
//! test. What may pass is what `crossterm` writes for `ratatui`: colours, cursor moves, erasing, the modes of
//! a full screen, and, before the first letter, the questions about the terminal.

use std::str;

use unicode_width::UnicodeWidthChar;

/// Modes that may be switched: cursor, wrap, mouse, focus, alternate screen, paste, synchronised output.
const MODES: &[&str] =
    &["25", "7", "1000", "1002", "1003", "1004", "1006", "1015", "1049", "2004", "2026"];
/// Ends whatever was cut off, before the terminal is given back.
const CUT: &[u8] = b"\x18\x1b\\";
/// Questions that may be asked before anything is drawn.
const QUESTIONS: &[&[u8]] = &[b"\x1b[?2026$p", b"\x1b[c", b"\x1b]11;?\x07", b"\x1b]11;?\x1b\\"];
/// More marks than this on one base are an attack on the row above.
const MARKS: usize = 4;

/// Something that does not belong in the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Control {
    /// Bytes before it.
    pub(crate) offset: usize,
    /// The bytes, escaped.
    pub(crate) what: String,
}

/// Everything in `bytes` that may not be there, in order.
pub(crate) fn raw_controls(bytes: &[u8]) -> Vec<Control> {
    let mut walk = Walk { bytes, at: 0, drawn: false, full_screen: false, marks: 0 };
    let mut found = Vec::new();
    while walk.at < bytes.len() {
        let offset = walk.at;
        if !walk.accept() {
            // One byte further: what hides behind a bad start is looked at as well.
            walk.at = walk.at.max(offset + 1);
            let what = bytes[offset..walk.at.max(bytes.len().min(offset + 8))].escape_ascii();
            found.push(Control { offset, what: what.to_string() });
        }
    }
    found
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    drawn: bool,
    full_screen: bool,
    marks: usize,
}

impl Walk<'_> {
    /// Steps over one allowed thing; false and no further than the thing itself where it is not allowed.
    fn accept(&mut self) -> bool {
        let rest = &self.bytes[self.at..];
        if let Some(question) = QUESTIONS.iter().find(|question| rest.starts_with(question)) {
            self.at += question.len();
            return !self.drawn;
        }
        if rest.starts_with(CUT) {
            self.at += CUT.len();
            return true;
        }
        // The terminal driver writes both for a line's end; on a full screen nobody ends lines.
        if rest.starts_with(b"\r\n") && !self.full_screen {
            self.at += 2;
            self.marks = 0;
            return true;
        }
        if rest[0] == 0x1b { self.sequence() } else { self.character() }
    }

    /// `ESC [ parameters letter`.
    fn sequence(&mut self) -> bool {
        let rest = &self.bytes[self.at..];
        let Some(body) = rest.strip_prefix(b"\x1b[") else { return false };
        let Some(len) = body.iter().position(|byte| (0x40..=0x7e).contains(byte)) else {
            return false;
        };
        let Ok(parameters) = str::from_utf8(&body[..len]) else { return false };
        let letter = body[len];
        let numbers = |text: &str, most: usize| {
            text.len() <= 64
                && text.split(';').count() <= most
                && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b';' | b':'))
        };
        let allowed = match (letter, parameters.strip_prefix('?')) {
            (b'm', None) => numbers(parameters, 16),
            (b'H', None) => numbers(parameters, 2),
            (b'J' | b'K', None) => matches!(parameters, "" | "0" | "1" | "2"),
            (b'A' | b'B' | b'C' | b'D' | b'G', None) => numbers(parameters, 1),
            (b'q', None) => matches!(parameters.strip_suffix(' '), Some("0" | "2")),
            (b'h' | b'l', Some(modes)) => modes.split(';').all(|mode| MODES.contains(&mode)),
            _ => false,
        };
        if allowed {
            if parameters == "?1049" {
                self.full_screen = letter == b'h';
            }
            self.at += 2 + len + 1;
            self.marks = 0;
        }
        allowed
    }

    fn character(&mut self) -> bool {
        let rest = &self.bytes[self.at..];
        let window = &rest[..rest.len().min(4)];
        let valid = str::from_utf8(window).map_or_else(|error| error.valid_up_to(), str::len);
        let Some(c) = str::from_utf8(&window[..valid]).ok().and_then(|text| text.chars().next())
        else {
            return false;
        };
        self.at += c.len_utf8();
        self.drawn = true;
        self.marks = if c.width() == Some(0) { self.marks + 1 } else { 0 };
        !is_hidden(c) && self.marks <= MARKS
    }
}

/// Controls, bidi, zero width, tags, private use, non-characters: none of them is text.
fn is_hidden(c: char) -> bool {
    matches!(u32::from(c),
        0..=0x1f | 0x7f..=0x9f | 0xad | 0x34f | 0x61c | 0x115f..=0x1160 | 0x17b4..=0x17b5
        | 0x180b..=0x180f | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164
        | 0xe000..=0xf8ff | 0xfdd0..=0xfdef | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffd
        | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..)
        || u32::from(c) & 0xfffe == 0xfffe
}
