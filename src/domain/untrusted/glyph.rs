//! The bytes of a stranger cut into glyphs: a base with its marks, or the name of what cannot be drawn.
//!
//! Invariant: a glyph takes at least one cell, and as many alone as beside the glyph before it, whether one
//! counts by characters, as terminals do, or by clusters, as `ratatui` does.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// More combining marks than this on one base are not drawn but counted.
const MARKS: usize = 4;
/// This many spaces in a row are counted instead of drawn: padding hides the end of a command line.
const SPACES: usize = 8;
/// A run of marks or spaces is counted so far, then the count begins again: two megabytes of them in a
/// command line may not cost two megabytes of work in every frame.
const RUN: usize = 4096;

/// What one place in the bytes is drawn as.
pub(super) enum Glyph<'a> {
    /// Itself: one base with its marks.
    Text(&'a str),
    /// ASCII text that names it.
    Escape(String),
}

impl Glyph<'_> {
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Text(text) => cells(text),
            Self::Escape(text) => text.len(),
        }
    }
}

/// Walks the bytes glyph by glyph.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
    spaces: usize,
    /// Where the text began that the next glyph will stand beside; `at` if it will stand beside none.
    beside: usize,
}

impl<'a> Reader<'a> {
    pub(super) const fn over(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, spaces: SPACES, beside: 0 }
    }

    /// Draws spaces as themselves, however many there are.
    pub(super) const fn with_padding(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, spaces: usize::MAX, beside: 0 }
    }

    fn text(&self, from: usize, to: usize) -> Option<&'a str> {
        std::str::from_utf8(self.bytes.get(from..to)?).ok()
    }

    /// The character at `at`, or the byte that is none.
    fn peek(&self) -> Option<Result<(char, usize), u8>> {
        let rest = self.bytes.get(self.at..)?;
        let first = *rest.first()?;
        let window = rest.get(..rest.len().min(4))?;
        let valid = match std::str::from_utf8(window) {
            Ok(text) => text,
            Err(error) => {
                std::str::from_utf8(window.get(..error.valid_up_to())?).unwrap_or_default()
            }
        };
        Some(valid.chars().next().map_or(Err(first), |c| Ok((c, c.len_utf8()))))
    }

    /// Marks that follow a base, at most [`MARKS`] of them, and the vowel that must not be parted from it.
    fn marks(&mut self) {
        for _ in 0..MARKS {
            match self.peek() {
                Some(Ok((c, len))) if is_mark(c) || is_am(c) => self.at += len,
                _ => return,
            }
        }
    }

    fn space_run(&self) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        rest.iter().take(RUN).take_while(|byte| **byte == b' ').count()
    }

    /// A mark without a base, or beyond the limit: counted together with its like.
    fn stray_marks(&mut self) -> Glyph<'a> {
        let mut count = 0;
        while let Some(Ok((c, len))) = self.peek().filter(|_| count < RUN) {
            if !is_mark(c) {
                break;
            }
            count += 1;
            self.at += len;
        }
        Glyph::Escape(format!("<+{count} marks>"))
    }

    /// One base and its marks, or its escape where the glyph would merge with the one before it: a skin tone,
    /// a Khmer letter below another. Terminals and `ratatui` disagree about the width of such pairs, and a
    /// stranger's text may not push the rest of a row aside.
    fn base(&mut self, c: char, len: usize) -> Option<Glyph<'a>> {
        let start = self.at;
        self.at += len;
        self.marks();
        if self.at - start > 1 && !is_steady(self.text(self.beside, self.at)?) {
            self.at = start + len;
            return Some(Glyph::Escape(escape(c)));
        }
        self.beside = start;
        self.text(start, self.at).map(Glyph::Text)
    }

    fn glyph(&mut self) -> Option<Glyph<'a>> {
        let (c, len) = match self.peek()? {
            Ok(found) => found,
            Err(byte) => {
                self.at += 1;
                return Some(Glyph::Escape(format!("<{byte:02X}>")));
            }
        };
        if c == ' ' && self.spaces < RUN {
            let run = self.space_run();
            if run >= self.spaces {
                self.at += run;
                return Some(Glyph::Escape(format!("<{run} spaces>")));
            }
        }
        if !is_printable(c) {
            self.at += len;
            return Some(Glyph::Escape(escape(c)));
        }
        if is_mark(c) { Some(self.stray_marks()) } else { self.base(c, len) }
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Glyph<'a>;

    fn next(&mut self) -> Option<Glyph<'a>> {
        let glyph = self.glyph()?;
        if matches!(glyph, Glyph::Escape(_)) {
            self.beside = self.at;
        }
        Some(glyph)
    }
}

fn escape(c: char) -> String {
    match u32::from(c) {
        code @ 0..0x20 => {
            let letter = char::from_u32(code + 0x40).unwrap_or('?');
            format!("^{letter}")
        }
        0x7f => String::from("^?"),
        code => format!("<U+{code:04X}>"),
    }
}

/// The cells that `ratatui` gives to a text: it lays out cluster by cluster.
fn cells(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.graphemes(true).map(UnicodeWidthStr::width).sum()
    }
}

/// Counted by clusters or by characters, it takes the same cells.
fn is_steady(text: &str) -> bool {
    cells(text) == text.chars().filter_map(UnicodeWidthChar::width).sum::<usize>()
}

/// It stands on the character before it.
fn is_mark(c: char) -> bool {
    !c.is_ascii() && c.width() == Some(0) && is_printable(c)
}

/// SARA AM, Thai and Lao: half a mark on its base, half a vowel beside it, so never at the start of a line.
const fn is_am(c: char) -> bool {
    matches!(c, '\u{0e33}' | '\u{0eb3}')
}

/// Shows as itself on every terminal and takes the cells that it claims.
///
/// The tables are those of the standard library: its `Debug` escapes controls, formats, separators, private,
/// surrogate and unassigned characters. The list adds what is assigned, a letter or a mark, and invisible;
/// the limit of two cells is what a terminal knows.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, ' '..='~');
    }
    let invisible = matches!(c,
        '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fffc}' | '\u{fffd}'
        | '\u{16fe4}' | '\u{1d159}' | '\u{e0100}'..='\u{e01ef}');
    if invisible || !matches!(c.width(), Some(0..=2)) {
        return false;
    }
    // Alone, a mark would be escaped: it may stand on a base.
    let mut pair = [b'a', 0, 0, 0, 0];
    let len = pair.split_first_mut().map_or(0, |(_, room)| c.encode_utf8(room).len());
    let with_base = pair.get(..=len).and_then(|pair| std::str::from_utf8(pair).ok());
    with_base.is_some_and(|text| text.escape_debug().nth(1) == Some(c))
}
