//! Ways to hide what a line does, and what stands behind them. Pure.
//!
//! Invariant: total, and linear in the text for each of the few layers that are looked behind.

use serde::{Deserialize, Serialize};

use crate::domain::untrusted::Untrusted;

/// So many blanks in a row are no layout.
const PADDING: usize = 40;
/// Shorter runs in base64 are words.
const LEAST_BASE64: usize = 16;
/// Shorter runs of hexadecimal digits are numbers.
const LEAST_HEX: usize = 24;
/// Fewer escapes such as `\x41` are punctuation.
const LEAST_ESCAPES: usize = 4;
/// Text in text in text: nobody packs deeper to be understood.
const LAYERS: usize = 4;
/// No more than this many texts are taken out of one.
const MOST: usize = 64;

/// A way to hide what an entry does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trick {
    /// A carriage return that makes a terminal draw over the line.
    CarriageReturn,
    /// Characters that are not drawn, or that repaint.
    HiddenCharacters,
    /// So many blanks that the rest is out of sight.
    Padding,
    /// Text in base64 that decodes to commands.
    Base64,
    /// Text in hexadecimal that decodes to commands.
    Hex,
    /// `$IFS` in the place of blanks.
    FieldSeparator,
}

/// Every trick that is played in `text`, each once, in a fixed order.
#[must_use]
pub fn tricks(text: &[u8]) -> Vec<Trick> {
    let packed = unpack(text);
    let found = [
        (Trick::CarriageReturn, draws_over(text)),
        (Trick::HiddenCharacters, has_hidden(text)),
        (Trick::Padding, is_padded(text)),
        (Trick::Base64, packed.iter().any(|(trick, _)| *trick == Trick::Base64)),
        (Trick::Hex, packed.iter().any(|(trick, _)| *trick == Trick::Hex)),
        (Trick::FieldSeparator, separates(text)),
    ];
    found.into_iter().filter(|(_, played)| *played).map(|(trick, _)| trick).collect()
}

/// The texts that `text` holds in base64 or in hexadecimal, and those that they hold in turn.
#[must_use]
pub fn decoded(text: &[u8]) -> Vec<Untrusted> {
    unpack(text).into_iter().map(|(_, bytes)| Untrusted::new(bytes)).collect()
}

fn unpack(text: &[u8]) -> Vec<(Trick, Vec<u8>)> {
    let mut found: Vec<(Trick, Vec<u8>)> = layer(text);
    let mut from = 0;
    for _ in 1..LAYERS {
        let end = found.len();
        let inner: Vec<_> =
            found.get(from..end).unwrap_or_default().iter().flat_map(|(_, it)| layer(it)).collect();
        from = end;
        found.extend(inner);
        found.truncate(MOST);
    }
    found
}

/// What one layer holds. Each text is shorter than what it was taken from, and they do not overlap.
fn layer(text: &[u8]) -> Vec<(Trick, Vec<u8>)> {
    let base64 = runs(text, is_base64).filter_map(|run| {
        let bytes = from_base64(run).filter(|_| run.len() >= LEAST_BASE64)?;
        is_speech(&bytes).then_some((Trick::Base64, bytes))
    });
    let hex = runs(text, |byte| byte.is_ascii_hexdigit()).filter_map(|run| {
        let bytes = from_hex(run).filter(|_| run.len() >= LEAST_HEX)?;
        is_speech(&bytes).then_some((Trick::Hex, bytes))
    });
    let escapes = escaped(text).map(|bytes| (Trick::Hex, bytes));
    base64.chain(hex).chain(escapes).take(MOST).collect()
}

/// Maximal stretches of bytes of one kind.
fn runs(text: &[u8], kind: impl Fn(u8) -> bool + Copy) -> impl Iterator<Item = &[u8]> {
    text.split(move |byte| !kind(*byte)).filter(|run| !run.is_empty())
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// Both alphabets, without the padding at the end.
fn from_base64(run: &[u8]) -> Option<Vec<u8>> {
    if run.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(run.len() / 4 * 3 + 2);
    for group in run.chunks(4) {
        let mut bits = 0_u32;
        for at in 0..4 {
            bits = bits << 6 | group.get(at).map_or(Some(0), |byte| six(*byte))?;
        }
        let [_, one, two, three] = bits.to_be_bytes();
        bytes.extend([one, two, three].into_iter().take(group.len() - 1));
    }
    Some(bytes)
}

const fn six(byte: u8) -> Option<u32> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    } as u32)
}

fn from_hex(run: &[u8]) -> Option<Vec<u8>> {
    let pairs = run.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.last()?)?)).collect()
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Stretches of `\x41` and `\101`, as `printf` and `echo -e` take them. Letters in between belong to it.
fn escaped(text: &[u8]) -> Option<Vec<u8>> {
    let (mut bytes, mut count, mut at) = (Vec::new(), 0, 0);
    while let Some(byte) = text.get(at) {
        if let Some((decoded, length)) = escape(text.get(at..).unwrap_or_default()) {
            count += 1;
            bytes.push(decoded);
            at += length;
        } else {
            bytes.push(*byte);
            at += 1;
        }
    }
    (count >= LEAST_ESCAPES).then_some(bytes)
}

fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let rest = text.strip_prefix(b"\\")?;
    if let Some(hex) = rest.strip_prefix(b"x") {
        let value = digit(*hex.first()?)? << 4 | digit(*hex.get(1)?)?;
        return Some((value, 4));
    }
    let octal = rest.get(..3)?.iter().try_fold(0_u32, |sum, byte| {
        matches!(byte, b'0'..=b'7').then(|| sum * 8 + u32::from(byte - b'0'))
    })?;
    Some((u8::try_from(octal).ok()?, 4))
}

/// It reads as commands: text throughout, and not one single word.
fn is_speech(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).is_ok_and(|text| {
        !text.chars().any(|it| it.is_control() && !matches!(it, '\n' | '\t' | '\r'))
    });
    let ascii = bytes.iter().filter(|byte| byte.is_ascii()).count();
    let words = bytes.iter().any(|byte| matches!(byte, b' ' | b'/' | b';' | b'|' | b'\n'));
    text && words && ascii * 2 >= bytes.len()
}

/// A carriage return that is not the end of a line.
fn draws_over(text: &[u8]) -> bool {
    text.windows(2).any(|pair| matches!(pair, [b'\r', next] if !matches!(next, b'\n' | b'\r')))
}

fn is_padded(text: &[u8]) -> bool {
    let mut blanks = 0;
    for byte in text {
        match byte {
            b' ' | b'\t' | 0x0b | 0x0c => blanks += 1,
            b'\n' | b'\r' => blanks = 0,
            _ if blanks >= PADDING => return true,
            _ => blanks = 0,
        }
    }
    false
}

fn has_hidden(text: &[u8]) -> bool {
    let controls = |it: char| it.is_control() && !matches!(it, '\n' | '\t' | '\r');
    let unseen = |it: char| {
        matches!(it, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{3164}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
    };
    text.utf8_chunks().any(|chunk| chunk.valid().chars().any(|it| controls(it) || unseen(it)))
}

/// `curl${IFS}-s`: the separator stands where a blank would, with a word before it.
fn separates(text: &[u8]) -> bool {
    let after_word = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        before
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'}' | b'-'))
    };
    let named = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        rest.starts_with(b"${IFS") || rest.starts_with(b"$IFS")
    };
    (0..text.len()).any(|at| named(at) && after_word(at))
}
