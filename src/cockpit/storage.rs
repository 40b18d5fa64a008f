//! Whether the disk takes what is written, and whether it keeps it.

use crate::domain::untrusted::Untrusted;

/// How the place of the session is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Storage {
    /// It is memory: gone with the next boot.
    pub volatile: bool,
    /// There is little room left, though everything is still written: so many MiB.
    pub low: Option<u64>,
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

/// What the kernel says to a responder who can do something about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no room (`ENOSPC`).
    Full,
    /// There is no more room for this user (`EDQUOT`).
    Quota,
    /// Room is kept for the journal, so the recording gets none.
    LittleRoom,
    /// It can only be read (`EROFS`).
    ReadOnly,
    /// The disk fails (`EIO`).
    Failing,
    /// The disk failed so often that it is asked at most once a minute.
    Patience,
    /// This user may not (`EACCES`, `EPERM`).
    Forbidden,
    /// It is not there (`ENOENT`).
    NotThere,
    /// Too many files are open (`EMFILE`, `ENFILE`).
    TooManyFiles,
    /// The disk of another machine does not know it any more (`ESTALE`).
    Stale,
    /// Somebody else took the pen.
    PenLost,
    /// Something else; the kernel's own words.
    Other(Untrusted),
}

/// Why an entry is not on disk and will not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsaved {
    /// The disk refuses, and memory takes no more.
    Disk(Refusal),
    /// This screen does not hold the pen.
    NoPen,
    /// A replay writes nothing.
    Replay,
    /// The training is over.
    TrainingOver,
    /// Somebody else changed the journal.
    Changed,
    /// Too many entries wait for the disk.
    Slow,
    /// The journal's writer has ended.
    WriterEnded,
    /// It cannot be written in a way that reads back the same; why.
    Unwritable(Untrusted),
}
