//! The report of a fault of our own, beside the journal.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::host::store::StoreError;
use crate::host::store::dir::{Dir, Trust};
use crate::host::store::disk::{Access, HostDisk};

/// Name of the file.
const NAME: &str = "crash.txt";

/// Adds a line to the report in the session's directory `session`; where it is. What stands there and is not ours
/// alone is left as it is, and nothing is waited for.
pub fn report(session: &Path, line: &str) -> Result<PathBuf, StoreError> {
    let dir = Dir::base(&HostDisk, session, false, Trust::Shared)?;
    let mut file = match dir.file(NAME, Access::Append) {
        Err(error) if error.is_not_found() => dir.file(NAME, Access::New)?,
        file => file?,
    };
    let written = writeln!(file, "{line}");
    written.map_err(|source| StoreError::io("write", file.path(), source))?;
    Ok(file.path().to_owned())
}
