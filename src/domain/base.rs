//! Vocabulary that every room shares: time, identity, digests, language.
//!
//! Invariant: no IO, no globals, no clock; whoever needs the time is given a [`Clock`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use jiff::Timestamp;

/// Process id as the kernel gave it; reused by the kernel, so never a key by itself.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Pid(pub u32);

/// A process for its whole life: a pid plus the boot tick at which it started.
///
/// A bare [`Pid`] may name another process a second later; a row, a finding and a selection hold this.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct ProcessId {
    /// Kernel pid.
    pub pid: Pid,
    /// Field 22 of `/proc/PID/stat`: clock ticks since boot.
    pub start: u64,
    /// Inode of its pidfd, which root cannot make again as it can the other two; 0 before Linux 6.9.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub inode: u64,
}

/// For members that are left out where they say nothing.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// A moment as the host tells it: the wall clock may be set back by anybody, the boot clock may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// UTC.
    pub at: Timestamp,
    /// Milliseconds of `CLOCK_BOOTTIME`.
    pub boot_ms: u64,
}

/// Where time comes from; tests and training bring their own.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Moment;

    /// Milliseconds of `CLOCK_MONOTONIC`, which stands still while the machine sleeps; `None` where time comes from a
    /// tape and nothing can happen to it.
    fn awake_ms(&self) -> Option<u64> {
        None
    }
}

/// SHA-256, written as 64 lower-case hex digits and in no other way.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

/// Why a text is no digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256: 64 lower-case hex digits were expected")]
pub struct NotADigest;

/// A language that the cockpit speaks.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Thai.
    Th,
}

/// One value for each [`Language`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Both<T> {
    /// English.
    pub en: T,
    /// Thai.
    pub th: T,
}

impl<T> Both<T> {
    /// The one for `language`.
    pub const fn get(&self, language: Language) -> &T {
        match language {
            Language::En => &self.en,
            Language::Th => &self.th,
        }
    }
}

impl Language {
    /// The other one; the switch key goes back and forth.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::En => Self::Th,
            Self::Th => Self::En,
        }
    }
}

impl Moment {
    /// Milliseconds from `earlier` to here by the boot clock; zero if it is not earlier.
    #[must_use]
    pub const fn ms_since(self, earlier: Self) -> u64 {
        self.boot_ms.saturating_sub(earlier.boot_ms)
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Digest {
    /// Its 64 digits.
    #[must_use]
    pub fn digits(&self) -> [u8; 64] {
        let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
        }
        digits
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(NotADigest),
        };
        let text: &[u8; 64] = text.as_bytes().try_into().map_err(|_| NotADigest)?;
        let mut bytes = [0; 32];
        for (slot, pair) in bytes.iter_mut().zip(text.as_chunks::<2>().0) {
            let [high, low] = *pair;
            *slot = digit(high)? << 4 | digit(low)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
