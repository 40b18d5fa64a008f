//! What a tired person reads when something does not work: what, why, and what to do next.

use std::fmt;
use std::path::Path;

use crate::domain::untrusted::Untrusted;

/// One clear message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// What did not work.
    pub what: Untrusted,
    /// Why.
    pub why: Untrusted,
    /// What to type or do next.
    pub next: &'static str,
}

impl Complaint {
    /// A complaint of its three parts.
    pub fn new(what: impl Into<Untrusted>, why: impl fmt::Display, next: &'static str) -> Self {
        Self { what: what.into(), why: why.to_string().into(), next }
    }

    /// About a file or directory.
    pub fn about(doing: &str, path: &Path, why: impl fmt::Display, next: &'static str) -> Self {
        let mut what = doing.as_bytes().to_vec();
        what.push(b' ');
        what.extend_from_slice(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()));
        Self::new(Untrusted::new(what), why, next)
    }

    /// One line, for the notice line of the screen.
    #[must_use]
    pub fn line(&self) -> Untrusted {
        let (what, why) = (self.what.plain(usize::MAX), self.why.plain(usize::MAX));
        format!("{what}: {why}. {}", self.next).into()
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "firedamp: {}", self.what.plain(usize::MAX))?;
        writeln!(f, "     why: {}", self.why.plain(usize::MAX))?;
        writeln!(f, "    next: {}", self.next)
    }
}

/// The error and its causes, as one text.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Some errors say their cause themselves.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
