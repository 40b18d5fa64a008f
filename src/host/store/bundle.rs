//! A session in one file: how it leaves a machine, and how it comes to another.
//!
//! A bundle is `tar` in `zstd`, so anybody can open it: `tar --zstd -xf FILE`. Its first file is the manifest with the
//! SHA-256 of every other one.
//!
//! Invariant: no name of a bundle becomes a path; a name is one of the few that a session's files can have, and where
//! it goes is decided here. Everything that a bundle may do wrong is refused while it is read, before more than the
//! limits is written, and what was written until then is taken away again. No session that is there is ever changed.

mod compare;
mod error;
mod export;
mod import;
mod recast;
mod stream;
mod tar;
mod unpack;

use std::io::{Read, Write};
use std::path::PathBuf;

use crate::domain::base::{Digest, Moment};
use crate::domain::session::bundle::{Manifest, MemberName, Redacted};
use crate::domain::session::mask::Mask;
use crate::host::store::{Store, StoreError, carry};

pub use error::BundleError;

/// What is wanted of a copy.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Evidence, torn bytes and the arguments of commands stay here.
    pub redact: bool,
    /// Names that are masked; none unless `redact` is set.
    pub mask: Mask,
}

/// A session that came to this machine, or was there.
#[derive(Debug)]
pub struct Imported {
    /// What the bundle says about itself; all of it was checked.
    pub manifest: Manifest,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The session is here now.
    New {
        /// Where.
        path: PathBuf,
        /// The playbook in it is the one that the first entry names.
        playbook_intact: bool,
    },
    /// The session was here, and everything in the bundle is in it. Nothing was changed.
    Same {
        /// The session here has so many entries; as many as the bundle, or more.
        entries: u64,
    },
    /// A session with this id is here and is not that of the bundle. Nothing was changed.
    Differs(Vec<Difference>),
}

/// How a bundle differs from the session that is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The bundle has entries that are not here.
    Ahead {
        /// Entries here.
        here: u64,
        /// Entries in the bundle.
        there: u64,
    },
    /// The two journals have this entry in common with nothing after it.
    Fork {
        /// The first entry that is not the same.
        entry: u64,
    },
    /// The journal here does not hold, so nothing can be said about it.
    Broken(String),
    /// The file here has other content.
    Content(MemberName),
    /// The file is not here.
    Missing(MemberName),
}

impl Store {
    /// Writes a bundle of a session to `out`, which may go on meanwhile: what is in the bundle is a prefix of it.
    pub fn export(
        &self,
        id: &str,
        wanted: &Wanted,
        now: Moment,
        out: &mut dyn Write,
    ) -> Result<Manifest, BundleError> {
        let id = self.resolve(id)?;
        let dir = self.dir.sub(&id)?;
        if let Some(place) = carry::moved_to(&dir)? {
            return Err(StoreError::Moved(place).into());
        }
        export::export(&dir, &id, wanted, now, out)
    }

    /// Brings the session in a bundle here.
    pub fn import(&self, bundle: &mut dyn Read) -> Result<Imported, BundleError> {
        import::import(&self.dir, &self.boot, bundle)
    }
}

/// Reads a bundle from end to end and writes nothing: the same limits and sums hold as when it is brought in.
pub fn inspect(bundle: &mut dyn Read) -> Result<Manifest, BundleError> {
    unpack::unpack(bundle, &mut unpack::Nowhere)
}

/// What a copy says it was taken from.
const fn redacted(entries: u64, head: Digest, names: usize) -> Redacted {
    Redacted { entries, head, names }
}
