//! What can be wrong with a bundle.

use std::io;

use crate::domain::session::LineProblem;
use crate::domain::session::bundle::{ManifestError, MemberName};
use crate::domain::session::mask::MaskError;
use crate::domain::untrusted::Untrusted;
use crate::host::store::bundle::stream::{RATIO, WINDOW_LOG};
use crate::host::store::error::StoreError;

/// Why a bundle cannot be written, or is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A session, or the place for sessions, cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be written.
    #[error("cannot write the bundle: {0}")]
    Write(#[source] io::Error),
    /// The file cannot be read.
    #[error("cannot read the bundle: {0}")]
    Read(#[source] io::Error),
    /// It is something else.
    #[error("it is no zstd file, or one that needs a window of more than {} MiB", 1 << (WINDOW_LOG - 20))]
    NotZstd,
    /// zstd found damage.
    #[error("it is damaged: {}", .0.plain(160))]
    Damaged(Untrusted),
    /// It is cut off.
    #[error("it ends in the middle")]
    Ends,
    /// It grows too much.
    #[error("it grows to more than {RATIO} times its size")]
    Ratio,
    /// Its first file is not the manifest of a session.
    #[error("it does not begin with the manifest of a session: {}", .0.plain(160))]
    NoManifest(Untrusted),
    /// Its manifest is not accepted.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Another file stands where this one belongs, or this one in another form.
    #[error("`{name}` belongs here, and there is {}", found.plain(160))]
    Misplaced {
        /// What the manifest names.
        name: MemberName,
        /// What is there.
        found: Untrusted,
    },
    /// A file is not what the manifest says.
    #[error("the SHA-256 of `{0}` is not the one in the manifest")]
    Sum(MemberName),
    /// What fills a block up is not nothing.
    #[error("there is something hidden behind `{}`", .0.plain(80))]
    Padding(Untrusted),
    /// It goes on where it should end.
    #[error("there is something behind its end")]
    Behind,
    /// Its journal does not hold, or is another one than the manifest says.
    #[error("its journal does not hold: {}", .0.plain(160))]
    Journal(Untrusted),
    /// There is no room for it.
    #[error("it needs {need} bytes and {free} are free")]
    NoRoom {
        /// Bytes of its files.
        need: u64,
        /// Bytes that may be used.
        free: u64,
    },
    /// The journal that is to be copied does not hold.
    #[error("the journal does not hold: {}", .0.plain(160))]
    Broken(Untrusted),
    /// Something was written that should only grow.
    #[error("`{0}` changed while it was copied")]
    Changed(MemberName),
    /// Names cannot be masked.
    #[error(transparent)]
    Mask(#[from] MaskError),
    /// An entry cannot be written without the names.
    #[error("entry {seq} cannot be written without the names: {problem}")]
    Recast {
        /// Its number.
        seq: u64,
        /// Why.
        problem: LineProblem,
    },
}
