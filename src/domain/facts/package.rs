//! What the host's package database says about a file.

use serde::{Deserialize, Serialize};

use crate::domain::untrusted::Untrusted;

/// What the package database (dpkg, rpm, apk; read directly) says about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Packaged {
    /// Nobody has looked, or there is no database that could be read.
    #[default]
    Unknown,
    /// No package brought it.
    No,
    /// This package brought it, and it is as the package has it.
    Unchanged(Untrusted),
    /// This package brought it, and it is not as the package has it.
    Changed(Untrusted),
    /// This package brought it and has no digest of it, as of configuration files and links.
    Undigested(Untrusted),
}
