//! Whether the disk takes what is written, and whether it keeps it.

use crate::domain::untrusted::Untrusted;

/// How the place of the session is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Storage {
    /// It is memory: gone with the next boot.
    pub volatile: bool,
    /// Entries that the disk does not take; nothing is lost as long as the program runs.
    pub waiting: Option<Waiting>,
}

/// Entries that wait in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub entries: usize,
    /// Why.
    pub why: Refusal,
}

/// Why a disk takes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no room, or no more room for this user.
    Full,
    /// It can only be read.
    ReadOnly,
    /// Something else; what.
    Other(Untrusted),
}
