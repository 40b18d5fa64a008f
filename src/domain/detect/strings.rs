//! Texts of mining among the bytes of a program or of memory.
//!
//! Invariant: total over any bytes and linear in their number; of each kind of text few are kept. What they amount to is
//! said by a rule, which reads each of them again.
//!
//! Source: strings that stand in the programs of miners and in what they send. Known false alarms: everything that reads,
//! shows or blocks such texts; that is why a rule asks for more.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::domain::detect::grammar::{Family, Scheme, is_far, place, wallet};
use crate::domain::facts::FoundText;
use crate::domain::untrusted::Untrusted;

/// No more texts of one kind are kept.
const MOST: [(Kind, usize); 4] =
    [(Kind::Place, 8), (Kind::Wallet, 8), (Kind::Login, 4), (Kind::Word, 40)];
/// Bytes that a text may go on for, so that who reads in pieces lets them overlap by as many.
pub const LONGEST: usize = 1024;

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A place that work comes from, with a scheme that only mining has.
    Place,
    /// An address that is paid; its checksum fits.
    Wallet,
    /// A miner tells a pool whom to pay.
    Login,
    /// A word.
    Word,
}

/// What is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Scheme,
    Login,
    Word,
}

#[rustfmt::skip]
const MARKS: &[(&str, Mark)] = &[
    ("stratum+", Mark::Scheme), ("stratum://", Mark::Scheme), ("stratum1+", Mark::Scheme), ("stratum2+", Mark::Scheme),
    ("stratums://", Mark::Scheme), ("stratumss://", Mark::Scheme), ("ethproxy+", Mark::Scheme), ("ethproxy://", Mark::Scheme),
    ("ethstratum+", Mark::Scheme), ("ethstratum2+", Mark::Scheme), ("nicehash+", Mark::Scheme), ("daemon+http", Mark::Scheme),
    ("xnsub+", Mark::Scheme), ("zil://", Mark::Scheme),
    ("\"method\":\"login\"", Mark::Login), ("\"method\": \"login\"", Mark::Login), ("mining.authorize\"", Mark::Login),
    ("eth_submitlogin", Mark::Login),
    ("randomx", Mark::Word), ("cryptonight", Mark::Word), ("donate-level", Mark::Word), ("mining.subscribe", Mark::Word),
    ("mining.submit", Mark::Word), ("mining.notify", Mark::Word), ("mining.set_difficulty", Mark::Word),
    ("kawpow", Mark::Word), ("ghostrider", Mark::Word), ("rx/0", Mark::Word), ("cn/half", Mark::Word), ("cn-heavy", Mark::Word),
    ("argon2/chukwa", Mark::Word), ("max-threads-hint", Mark::Word), ("huge-pages-jit", Mark::Word),
    ("no active pools", Mark::Word), ("seed_hash", Mark::Word), ("eth_submithashrate", Mark::Word), ("eth_getwork", Mark::Word),
    ("hashrate", Mark::Word), ("nicehash", Mark::Word), ("etchash", Mark::Word), ("autolykos", Mark::Word),
    ("equihash", Mark::Word), ("verushash", Mark::Word), ("yespower", Mark::Word), ("keepalived\"", Mark::Word),
    ("rig-id", Mark::Word), ("accepted share", Mark::Word), ("xmrig", Mark::Word), ("cpuminer", Mark::Word),
    ("dataset ready", Mark::Word), ("msr mod", Mark::Word), ("invalid merkle branch", Mark::Word),
];

/// The engine; `None` could only be if the words above were too many for it.
static ENGINE: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(MARKS.iter().map(|(text, _)| text))
        .ok()
});

/// Adds what these bytes say of mining to what was found already.
pub fn texts(bytes: &[u8], memory: bool, found: &mut Vec<FoundText>) {
    let mut kept = Kept::of(memory, found);
    if let Some(engine) = ENGINE.as_ref() {
        for hit in engine.find_iter(bytes) {
            let Some((word, mark)) = MARKS.get(hit.pattern().as_usize()) else { continue };
            let kind = match mark {
                Mark::Scheme => Kind::Place,
                Mark::Login => Kind::Login,
                Mark::Word => Kind::Word,
            };
            if kept.is_full(kind) {
                continue;
            }
            let text = match mark {
                Mark::Scheme => url(bytes, hit.start()),
                Mark::Login => login(bytes, hit.start()),
                Mark::Word => Some(word.as_bytes()),
            };
            if let Some(text) = text {
                kept.keep(kind, text, found);
            }
        }
    }
    wallets(bytes, |text| kept.keep(Kind::Wallet, text, found));
}

/// What a text is that was kept.
#[must_use]
pub fn kind(text: &[u8]) -> Kind {
    let Ok(text) = std::str::from_utf8(text) else { return Kind::Word };
    if text.contains('"') && text.contains("params") {
        Kind::Login
    } else if text.contains("://") && is_place(text) {
        Kind::Place
    } else if wallet(text).is_some_and(|it| it.checked) {
        Kind::Wallet
    } else {
        Kind::Word
    }
}

/// How many texts of each kind are kept already.
struct Kept {
    memory: bool,
    counts: [(Kind, usize); 4],
}

impl Kept {
    fn of(memory: bool, found: &[FoundText]) -> Self {
        let mut kept = Self { memory, counts: MOST.map(|(kind, _)| (kind, 0)) };
        for it in found.iter().filter(|it| it.memory == memory) {
            kept.count(kind(it.text.bytes()));
        }
        kept
    }

    fn count(&mut self, kind: Kind) {
        if let Some((_, count)) = self.counts.iter_mut().find(|(it, _)| *it == kind) {
            *count += 1;
        }
    }

    fn is_full(&self, kind: Kind) -> bool {
        self.counts.iter().zip(MOST).any(|((it, count), (_, most))| *it == kind && *count >= most)
    }

    fn keep(&mut self, kind: Kind, text: &[u8], found: &mut Vec<FoundText>) {
        let same = |it: &FoundText| it.memory == self.memory && it.text.bytes() == text;
        if !self.is_full(kind) && !found.iter().any(same) {
            found.push(FoundText { memory: self.memory, text: Untrusted::new(text) });
            self.count(kind);
        }
    }
}

fn is_place(text: &str) -> bool {
    place(text).is_some_and(|it| {
        let named = is_far(it.host) || it.port.is_some() && it.host.len() > 2;
        it.scheme == Scheme::Mining && named
    })
}

/// The URL whose scheme begins here.
fn url(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let ends = |byte: &u8| !byte.is_ascii_graphic() || b"\"'<>\\{}()|`,;".contains(byte);
    let rest = bytes.get(at..)?;
    let length = rest.iter().take(256).position(ends).unwrap_or(rest.len().min(256));
    let text = rest.get(..length)?;
    is_place(std::str::from_utf8(text).ok()?).then_some(text)
}

/// The message that this stands in: it is one line.
fn login(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let printable = |byte: &&u8| matches!(byte, b' '..=b'~');
    let before = bytes.get(at.saturating_sub(128)..at)?;
    let begins = before.iter().rev().take_while(printable).count();
    let start = at - begins;
    let line = bytes.get(start..)?;
    let length = line.iter().take(LONGEST - 128).take_while(printable).count();
    let line = line.get(..length)?;
    let text = std::str::from_utf8(line).ok()?;
    login_user(text).map(|_| line)
}

/// Whom a miner tells a pool to pay.
#[must_use]
pub fn login_user(line: &str) -> Option<&str> {
    let value = |rest: &'_ str| -> Option<usize> { rest.find(|it: char| !" :[\t".contains(it)) };
    let after = |key: &str| {
        let at = line.find(key)? + key.len();
        let rest = line.get(at..)?;
        rest.get(value(rest)?..)?.strip_prefix('"')
    };
    let text = after("\"login\":").or_else(|| after("\"params\""))?;
    let user = text.split('"').next()?;
    let is_user = |it: &str| it.len() > 2 && it.len() < 200 && !it.contains([' ', '%', '{', '<']);
    Some(user).filter(|it| is_user(it))
}

/// Addresses of Monero and its kin, which are long enough to be known wherever they stand.
fn wallets<'a>(bytes: &'a [u8], mut found: impl FnMut(&'a [u8])) {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() && !b"0OIl".contains(&byte);
    let mut start = 0;
    while start < bytes.len() {
        let rest = bytes.get(start..).unwrap_or_default();
        let length = rest.iter().position(|byte| !is_letter(*byte)).unwrap_or(rest.len());
        if (95..=110).contains(&length)
            && let Some(run) = rest.get(..length)
            && let Some(known) = std::str::from_utf8(run).ok().and_then(wallet)
            && known.checked
            && known.family == Family::CryptoNote
        {
            found(run);
        }
        start += length + 1;
    }
}

#[cfg(test)]
mod tests;
