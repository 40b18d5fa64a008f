//! Anchors: what one can read out over the phone so that nobody can change the past unseen.
//!
//! An anchor is `171 pilot-other-slender-74`: the number of an entry, and three words and two digits that follow from
//! the SHA-256 of its line and from nothing else. Each line names the one before, so whoever has the anchor outside of
//! the host can tell whether anything up to that entry was changed.
//!
//! Three words and two digits are 39 bits, which a graphics card tries in minutes. So they are not taken from the
//! digest but from the end of a chain of [`ROUNDS`] digests that begins with it: each try costs that many. Anybody can
//! follow it without this program, with the list beside this file:
//!
//! ```python
//! import hashlib, sys
//! line = b"firedamp-anchor@v1 " + sys.argv[1].encode()   # the 64 hex digits of the entry's line
//! for _ in range(65536): line = hashlib.sha256(line).digest()
//! number = int.from_bytes(line[:8], "big")
//! words = open("words.txt").read().split()
//! print("-".join(words[number >> s & 2047] for s in (53, 42, 31)), "%02d" % (number % (1 << 31) % 100))
//! ```
//!
//! The words are the English list of BIP-39: 2048 everyday words, no two alike in their first four letters. It is taken
//! as it stands in the `bip39` crate (CC0 1.0).
//!
//! Invariant: the same line has the same anchor for ever. What an anchor cannot do is say who made it; that takes a
//! [signature](crate::domain::session::Signature).

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::domain::base::Digest;
use crate::domain::session::chain::digest;
use crate::domain::untrusted::Untrusted;

/// Digests between a line and its anchor.
pub const ROUNDS: u32 = 65_536;

/// Bits of one word.
const BITS: u32 = 11;

static WORDS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("anchor/words.txt").lines().collect());

/// A place in a journal, and what follows from everything up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Number of the entry.
    pub seq: u64,
    /// Places in the list of words.
    words: [u16; 3],
    /// Below 100.
    digits: u8,
}

/// Why a text is no anchor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAnchor {
    /// It has another form.
    #[error("an anchor is a number, three words and two digits: 171 pilot-other-slender-74")]
    Form,
    /// A word that is not in the list: it was heard or typed wrong.
    #[error("`{}` is not in the list of words", .0.plain(24))]
    Word(Untrusted),
}

impl Anchor {
    /// The anchor of the entry `seq`, whose line has the digest `head`.
    #[must_use]
    pub fn of(seq: u64, head: Digest) -> Self {
        let mut last = digest(format!("firedamp-anchor@v1 {head}").as_bytes());
        for _ in 1..ROUNDS {
            last = digest(&last.0);
        }
        let number = last.0.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        let word = |shift: u32| u16::try_from(number >> shift & ((1 << BITS) - 1)).unwrap_or(0);
        let digits = u8::try_from((number & ((1 << 31) - 1)) % 100).unwrap_or(0);
        Self { seq, words: [word(53), word(42), word(31)], digits }
    }

    /// The entry of this number, whose line has the digest `head`, is the one that the anchor was made of.
    #[must_use]
    pub fn fits(&self, head: Digest) -> bool {
        Self::of(self.seq, head) == *self
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |at: u16| WORDS.get(usize::from(at)).copied().unwrap_or_default();
        let [first, second, third] = self.words.map(word);
        f.pad(&format!("{} {first}-{second}-{third}-{:02}", self.seq, self.digits))
    }
}

impl FromStr for Anchor {
    type Err = NotAnAnchor;

    /// What was read out may be typed with blanks for dashes, in capitals, and with a `#` before the number.
    fn from_str(text: &str) -> Result<Self, NotAnAnchor> {
        let text = text.trim().trim_start_matches('#').to_ascii_lowercase();
        let apart = |c: char| c.is_whitespace() || c == '-';
        let mut parts = text.split(apart).filter(|part| !part.is_empty());
        let mut part = || parts.next().ok_or(NotAnAnchor::Form);
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let seq = part()?;
        let seq = Some(seq).filter(|seq| number(seq)).and_then(|seq| seq.parse().ok());
        let seq = seq.filter(|seq| *seq > 0).ok_or(NotAnAnchor::Form)?;
        let words = [place(part()?)?, place(part()?)?, place(part()?)?];
        let digits = Some(part()?).filter(|digits| digits.len() == 2 && number(digits));
        let digits = digits.and_then(|digits| digits.parse().ok()).ok_or(NotAnAnchor::Form)?;
        if parts.next().is_some() {
            return Err(NotAnAnchor::Form);
        }
        Ok(Self { seq, words, digits })
    }
}

/// Where a word stands in the list.
fn place(word: &str) -> Result<u16, NotAnAnchor> {
    let place = WORDS.binary_search(&word).ok().and_then(|at| u16::try_from(at).ok());
    place.ok_or_else(|| NotAnAnchor::Word(word.into()))
}

impl Serialize for Anchor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Anchor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
