//! What can be wrong with sessions on disk.

use std::io;
use std::path::{Path, PathBuf};

use crate::domain::session::LineProblem;
use crate::domain::untrusted::Untrusted;

/// Why a session, or the place for sessions, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The sessions directory is not there.
    #[error("there is no sessions directory {}", shown(path))]
    Missing {
        /// The directory.
        path: PathBuf,
    },
    /// Somebody else could have put it there, or could change it.
    #[error("{} cannot be trusted: {why}", shown(path))]
    Unsafe {
        /// The file or directory.
        path: PathBuf,
        /// What is wrong with it.
        why: Unsafe,
    },
    /// The kernel refused.
    #[error("cannot {doing} {}: {source}", shown(path))]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// The kernel's answer.
        source: io::Error,
    },
    /// No session has this id.
    #[error("no session is called `{}`", .0.plain(80))]
    Unknown(Untrusted),
    /// Several sessions begin like this.
    #[error("`{}` could be any of {}", given.plain(80), ids.join(", "))]
    Ambiguous {
        /// What was asked for.
        given: Untrusted,
        /// The sessions that begin so.
        ids: Vec<String>,
    },
    /// There is no session at all.
    #[error("there are no sessions in {}", shown(path))]
    Empty {
        /// The sessions directory.
        path: PathBuf,
    },
    /// Somebody else holds the session, or nobody may write it.
    #[error("only who holds the pen of a session may record beside it")]
    NoPen,
    /// The first entry cannot be made.
    #[error("the session cannot begin")]
    Begin(#[source] Box<JournalError>),
    /// It goes on in another place; empty if nobody knows which.
    #[error("{}", moved(.0))]
    Moved(Untrusted),
    /// The copy of a session is not the session.
    #[error("the copy in {} is not whole: {}", shown(path), why.plain(240))]
    BadCopy {
        /// Where the copy is.
        path: PathBuf,
        /// What is wrong with it.
        why: Untrusted,
    },
    /// Locks on that disk may not hold.
    #[error("{} is on a shared disk ({kind}), where two machines could write at once", shown(path))]
    Network {
        /// The sessions directory.
        path: PathBuf,
        /// Kind of the file system.
        kind: &'static str,
    },
    /// It is there already.
    #[error("the session is in {} already", shown(path))]
    There {
        /// Where.
        path: PathBuf,
    },
}

/// Why a file or directory is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsafe {
    /// A symbolic link.
    #[error("it is a symbolic link")]
    Link,
    /// A directory was expected.
    #[error("it is not a directory")]
    NotADirectory,
    /// A regular file was expected.
    #[error("it is not a regular file")]
    NotAFile,
    /// Another user owns it.
    #[error("it belongs to another user (uid {0})")]
    Owner(u32),
    /// Others may enter or write.
    #[error("others have access to it (mode {0:04o})")]
    Mode(u32),
    /// It has a second name somewhere.
    #[error("it is linked from elsewhere too")]
    Links,
}

/// Why an entry was not saved.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be written down in a way that reads back the same.
    #[error("the entry cannot be written down: {0}")]
    Line(#[from] LineProblem),
    /// The disk did not take it; the journal is as it was before and the next entry may be tried.
    #[error("the entry was not saved: {0}")]
    Refused(#[source] io::Error),
    /// The disk took a part of it, which was cut off again; the next entry may be tried.
    #[error("the entry was not saved: the disk took {written} of {bytes} bytes")]
    Short {
        /// Bytes that it took.
        written: usize,
        /// Bytes of the line.
        bytes: usize,
    },
    /// Somebody else changed the length of the file; nothing more is written.
    #[error("somebody else changed the journal: {found} bytes are there, {expected} were expected")]
    Foreign {
        /// Bytes that we know of.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// The disk could not say that it has it. The kernel forgets such failures, so the next entry goes elsewhere.
    #[error("the disk failed to keep the entry: {0}")]
    Sync(#[source] io::Error),
    /// The entry is on disk and the name of its file may not be; the next entry goes elsewhere.
    #[error("the disk failed to keep the name of a new segment: {0}")]
    Unnamed(#[source] StoreError),
    /// A new segment was needed and cannot be made; the next entry may be tried.
    #[error("a new segment of the journal cannot be made: {0}")]
    Segment(#[source] StoreError),
    /// The disk failed so often that it gets no other segment yet; the entry may be tried again within a minute.
    #[error("the disk keeps failing; it is tried again within a minute")]
    Patience,
    /// Somebody took the pen by force. Whether a line of it stands in the journal, the journal says.
    #[error("the entry was not saved: somebody took the pen")]
    Taken,
    /// An earlier failure closed this journal.
    #[error("an earlier failure closed this journal")]
    Closed,
}

impl StoreError {
    pub(super) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { doing, path: path.to_owned(), source }
    }

    /// The disk is full or cannot be written; what it has may still be read.
    pub(super) fn is_disk(&self) -> bool {
        let Self::Io { source, .. } = self else { return false };
        is_full(source) || source.kind() == io::ErrorKind::ReadOnlyFilesystem
    }

    /// Something has the name already.
    pub(super) fn is_taken_name(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::AlreadyExists)
    }

    /// The kernel said that it is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Missing { .. } => true,
            Self::Io { source, .. } => source.kind() == io::ErrorKind::NotFound,
            Self::Unsafe { .. }
            | Self::Unknown(_)
            | Self::Ambiguous { .. }
            | Self::Empty { .. }
            | Self::NoPen
            | Self::Begin(_)
            | Self::Moved(_)
            | Self::BadCopy { .. }
            | Self::Network { .. }
            | Self::There { .. } => false,
        }
    }
}

impl JournalError {
    /// There was no room for it.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            Self::Short { .. } => true,
            Self::Refused(source) | Self::Sync(source) => is_full(source),
            Self::Unnamed(error) | Self::Segment(error) => {
                matches!(error, StoreError::Io { source, .. } if is_full(source))
            }
            Self::Line(_) | Self::Foreign { .. } | Self::Patience | Self::Taken | Self::Closed => {
                false
            }
        }
    }

    /// The disk can only be read.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        let read_only = |it: &io::Error| it.kind() == io::ErrorKind::ReadOnlyFilesystem;
        match self {
            Self::Refused(source) | Self::Sync(source) => read_only(source),
            Self::Unnamed(error) | Self::Segment(error) => {
                matches!(error, StoreError::Io { source, .. } if read_only(source))
            }
            Self::Short { .. }
            | Self::Line(_)
            | Self::Foreign { .. }
            | Self::Patience
            | Self::Taken
            | Self::Closed => false,
        }
    }

    /// A signal broke the write off, and what there was of it is cut off.
    pub(super) fn is_interruption(&self) -> bool {
        matches!(self, Self::Refused(source) if source.kind() == io::ErrorKind::Interrupted)
    }

    /// The same entry may be saved later: it is the disk that cannot, not the entry.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Refused(_)
            | Self::Short { .. }
            | Self::Sync(_)
            | Self::Unnamed(_)
            | Self::Segment(_)
            | Self::Patience => true,
            Self::Line(_) | Self::Foreign { .. } | Self::Taken | Self::Closed => false,
        }
    }
}

fn is_full(source: &io::Error) -> bool {
    matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl Unsafe {
    pub(super) fn at(self, path: &Path) -> StoreError {
        StoreError::Unsafe { path: path.to_owned(), why: self }
    }
}

/// A path for people.
/// Where a session went, as far as that is known.
fn moved(place: &Untrusted) -> String {
    if place.is_empty() {
        return String::from("the session was moved, but where to is not known");
    }
    format!("the session was moved to {}", place.plain(240))
}

pub(super) fn shown(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    Untrusted::new(path.as_os_str().as_bytes()).plain(240)
}
