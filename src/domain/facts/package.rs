//! What the host's package database says about a file.
//!
//! Invariant: a file of which nobody knows is not called unchanged, and one that could not be read is not called changed.

use serde::{Deserialize, Serialize};

use crate::domain::untrusted::Untrusted;

/// What the package database (dpkg, rpm, apk; read directly) says about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Packaged {
    /// Nobody has looked, there is no database that could be read whole, or the file itself could not be read.
    #[default]
    Unknown,
    /// No package brought it.
    No,
    /// This package brought it, and it is as the package has it.
    Unchanged(Untrusted),
    /// This package brought it, and it is not as the package has it.
    Changed(Untrusted),
    /// This package brought it and has no digest of it, as of links and of files that it makes when it is installed.
    Undigested(Untrusted),
}

impl Packaged {
    /// The package that brought it.
    #[must_use]
    pub const fn package(&self) -> Option<&Untrusted> {
        match self {
            Self::Unchanged(name) | Self::Changed(name) | Self::Undigested(name) => Some(name),
            Self::Unknown | Self::No => None,
        }
    }
}
