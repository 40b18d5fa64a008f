//! Bytes that the host or a stranger chose, and the only way to make them printable.
//!
//! Invariant: [`Untrusted`] has no `Display`, no `AsRef<str>` and no `Deref`. What leaves it for a
//! terminal, a file name, JSON or a log is either [`Piece`]s, [`Untrusted::plain`] or its serde form, and
//! none of them holds a control, C1, bidi, zero-width, private or unassigned character or a bad byte:
//! each of those is drawn visibly, so that hiding it is not possible either.

mod glyph;

use std::fmt::{self, Write};

use serde::{Deserialize, Serialize};

use glyph::{Glyph, Reader};

/// No screen is wider, so nobody needs to know.
const WIDEST: usize = u16::MAX as usize;

/// Bytes from the host, a file or another person.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Untrusted(Box<[u8]>);

/// A run of printable text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Printable characters only.
    pub text: String,
    /// It stands for something that cannot be printed, so it must look unlike text.
    pub escape: bool,
    /// It says how much was left out for want of room; an escape too, but an everyday one.
    pub cut: bool,
}

impl Untrusted {
    /// Takes bytes as they are.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into().into_boxed_slice())
    }

    /// The raw bytes, for rules that compare and for readers that parse; never for a screen.
    #[must_use]
    pub const fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// No bytes at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The parts between NUL bytes, as the kernel hands out command lines.
    pub fn arguments(&self) -> impl Iterator<Item = &[u8]> {
        let end = self.0.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
        let whole = self.0.get(..end).unwrap_or_default();
        let parts = (!whole.is_empty()).then(|| whole.split(|byte| *byte == 0));
        parts.into_iter().flatten()
    }

    /// The arguments with one space between them.
    #[must_use]
    pub fn joined(&self) -> Self {
        Self::new(self.arguments().collect::<Vec<_>>().join(&b' '))
    }

    /// The text, if every byte of it stands for itself wherever it goes. Most text does, and a long journal has much.
    fn plain_ascii(&self) -> Option<&str> {
        let stands_for_itself = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'\\';
        let plain = self.0.iter().all(stands_for_itself);
        std::str::from_utf8(&self.0).ok().filter(|_| plain)
    }

    /// It would not be drawn as itself: some character had to be escaped.
    #[must_use]
    pub fn has_escapes(&self) -> bool {
        let padded = || self.0.windows(2).any(|pair| pair == b"  ");
        if self.plain_ascii().is_some() && !padded() {
            return false;
        }
        Reader::over(&self.0).any(|glyph| matches!(glyph, Glyph::Escape(_)))
    }

    /// Printable pieces, at most `cells` wide; what does not fit is said as `+12`, the number of bytes left
    /// out, in its place. The work grows with `cells`, not with the length.
    #[must_use]
    pub fn show(&self, cells: usize) -> Vec<Piece> {
        if let Some(pieces) = self.show_plain(cells) {
            return pieces;
        }
        let mut sheet = Sheet::default();
        let mut glyphs = Reader::over(&self.0);
        loop {
            let start = glyphs.at;
            let Some(glyph) = glyphs.next() else { break };
            let width = glyph.width();
            if sheet.width + width > cells {
                sheet.cut(cells, self.0.len() - start);
                break;
            }
            let (text, escape) = match glyph {
                Glyph::Text(text) => (text.to_owned(), false),
                Glyph::Escape(text) => (text, true),
            };
            sheet.push(Drawn { text, width, escape, cut: false, bytes: glyphs.at - start });
        }
        sheet.pieces()
    }

    /// The usual case, words of printable ASCII as far as they are seen, without taking every glyph into the hand.
    /// Spaces in a row are padding, and the byte after the last that is shown could be a mark on it.
    fn show_plain(&self, cells: usize) -> Option<Vec<Piece>> {
        let seen = self.0.get(..self.0.len().min(cells.saturating_add(1)))?;
        let printable = |byte: &u8| matches!(byte, b' '..=b'~');
        let padded = seen.windows(2).any(|pair| pair == b"  ");
        let plain = seen.iter().all(printable) && !padded;
        let text = std::str::from_utf8(seen).ok().filter(|_| plain)?;
        let ours = |text: &str, cut| Piece { text: text.to_owned(), escape: cut, cut };
        if self.0.len() <= cells {
            return Some(if text.is_empty() { Vec::new() } else { vec![ours(text, false)] });
        }
        // As many bytes as leave room for the sign that counts the others.
        let room = |kept: usize| (kept, format!("+{}", in_bytes(self.0.len() - kept)));
        let (kept, sign) =
            (1..=cells).rev().map(room).find(|(kept, sign)| kept + sign.len() <= cells)?;
        Some(vec![ours(text.get(..kept)?, false), ours(&sign, true)])
    }

    /// The same as one string: for tables, logs, plain output and file names' stand-ins.
    #[must_use]
    pub fn plain(&self, cells: usize) -> String {
        self.show(cells).into_iter().map(|piece| piece.text).collect()
    }

    /// All of it as printable text, padding as it is: for what leaves the screen to be read elsewhere.
    #[must_use]
    pub fn printable(&self) -> String {
        let text = |glyph| match glyph {
            Glyph::Text(text) => text.to_owned(),
            Glyph::Escape(text) => text,
        };
        Reader::with_padding(&self.0).map(text).collect()
    }

    /// How many cells it takes in full, counted up to 65,535: no screen is wider.
    #[must_use]
    pub fn width(&self) -> usize {
        let mut width = 0;
        for glyph in Reader::over(&self.0) {
            width += glyph.width();
            if width >= WIDEST {
                return WIDEST;
            }
        }
        width
    }

    /// Printable text that [`Untrusted::decode`] turns back into the same bytes.
    #[must_use]
    pub fn encode(&self) -> String {
        if let Some(plain) = self.plain_ascii() {
            return plain.to_owned();
        }
        let mut text = String::with_capacity(self.0.len());
        let mut reader = Reader::with_padding(&self.0);
        loop {
            let start = reader.at;
            match reader.next() {
                None => return text,
                Some(Glyph::Text(part)) => {
                    // Marks may sit on the backslash, so the glyph need not be a backslash alone.
                    if part.starts_with('\\') {
                        text.push('\\');
                    }
                    text.push_str(part);
                }
                Some(Glyph::Escape(_)) => {
                    for byte in self.0.get(start..reader.at).unwrap_or_default() {
                        // A string takes all that is written to it.
                        let _infallible = write!(text, "\\x{byte:02x}");
                    }
                }
            }
        }
    }

    /// Reads what [`Untrusted::encode`] wrote; `None` if a backslash leads nowhere. Only lower-case digits are
    /// read, so that one byte has one spelling.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('\\') {
            bytes.extend_from_slice(before.as_bytes());
            if let Some(after) = after.strip_prefix('\\') {
                bytes.push(b'\\');
                rest = after;
            } else {
                let hex = after.strip_prefix('x')?.get(..2)?;
                let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                hex.bytes().all(is_digit).then_some(())?;
                bytes.push(u8::from_str_radix(hex, 16).ok()?);
                rest = after.get(3..)?;
            }
        }
        bytes.extend_from_slice(rest.as_bytes());
        Some(Self::new(bytes))
    }
}

/// One glyph as it stands on a [`Sheet`], and how many bytes it was made of.
struct Drawn {
    text: String,
    width: usize,
    escape: bool,
    cut: bool,
    bytes: usize,
}

/// Pieces under construction.
#[derive(Default)]
struct Sheet {
    done: Vec<Drawn>,
    width: usize,
}

impl Sheet {
    fn push(&mut self, drawn: Drawn) {
        self.width += drawn.width;
        self.done.push(drawn);
    }

    /// Ends with `+N`, N the bytes left out, and makes room for it; `+` alone where not even that fits.
    fn cut(&mut self, cells: usize, mut left_out: usize) {
        loop {
            let sign = format!("+{}", in_bytes(left_out));
            let room = cells.saturating_sub(self.width);
            if sign.len() <= room || self.done.is_empty() {
                let text = if sign.len() <= room { sign } else { "+".repeat(room.min(1)) };
                self.push(Drawn { width: text.len(), text, escape: true, cut: true, bytes: 0 });
                return;
            }
            if let Some(last) = self.done.pop() {
                self.width -= last.width;
                left_out += last.bytes;
            }
        }
    }

    fn pieces(self) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for Drawn { text, escape, cut, .. } in self.done.into_iter().filter(|one| one.width > 0) {
            match pieces.last_mut() {
                Some(last) if (last.escape, last.cut) == (escape, cut) => last.text.push_str(&text),
                _ => pieces.push(Piece { text, escape, cut }),
            }
        }
        pieces
    }
}

fn in_bytes(count: usize) -> String {
    match count {
        0..10_000 => format!("{count}"),
        10_000..1_000_000 => format!("{}K", count / 1_000),
        _ => format!("{}M", count / 1_000_000),
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.encode())
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes())
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Self::new(text.into_bytes())
    }
}

impl Serialize for Untrusted {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.encode())
    }
}

impl<'de> Deserialize<'de> for Untrusted {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::decode(&text)
            .ok_or_else(|| serde::de::Error::custom("a backslash that escapes nothing"))
    }
}
