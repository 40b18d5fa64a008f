//! A walkthrough from its text.

use crate::domain::training::Walkthrough;

/// Why a text is no walkthrough.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct WalkthroughError {
    /// One-based.
    pub line: usize,
    /// What is wrong there.
    pub problem: String,
}

impl Walkthrough {
    /// Reads a `walkthrough.toml`. What it means is for [`crate::domain::training::check()`] to say.
    pub fn parse(text: &str) -> Result<Self, WalkthroughError> {
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let before = text.bytes().take(start).filter(|byte| *byte == b'\n').count();
            WalkthroughError { line: before + 1, problem: error.message().to_owned() }
        })
    }
}
