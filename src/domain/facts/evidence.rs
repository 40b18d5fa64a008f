//! What was read in files and in the memory of processes that were worth it.
//!
//! Invariant: nothing that says nothing of mining is kept here: a configuration of anything else may hold passwords, and
//! this goes into recordings.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::{Packaged, is_default};
use crate::domain::base::{Digest, ProcessId};
use crate::domain::untrusted::Untrusted;

/// What was found with processes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    /// By process; only those with something, and digests of executables that are not as a package brought them.
    pub traces: Vec<Arc<Trace>>,
}

/// What was found with one process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Trace {
    /// Whose it is.
    pub process: ProcessId,
    /// Whether a package brought its executable.
    #[serde(skip_serializing_if = "is_default")]
    pub program: Packaged,
    /// That is being asked: a verdict that depends on it waits. Nobody is asked about for longer than a bound.
    #[serde(skip_serializing_if = "is_default")]
    pub asked: bool,
    /// Digest of its executable, if that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// Files that say something of mining.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Arc<FoundFile>>,
    /// Texts that do, in its executable and its memory.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<FoundText>,
    /// Variables of its environment that tell how it came in, or whom it works for: `NAME=value` each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<Untrusted>,
}

/// A file that says something of mining.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FoundFile {
    /// Where, as the process sees it.
    pub path: Untrusted,
    /// How it was come by.
    pub by: FoundBy,
    /// It has no name any more.
    #[serde(skip_serializing_if = "is_default")]
    pub deleted: bool,
    /// Whether a package brought it.
    #[serde(skip_serializing_if = "is_default")]
    pub packaged: Packaged,
    /// Its first bytes.
    pub content: Untrusted,
    /// What was made of them.
    #[serde(skip)]
    pub read: Once,
}

/// What somebody made of a fact once, so that nobody has to again: no part of what the fact is. Any two are equal, and
/// none is recorded.
#[derive(Clone, Default)]
pub struct Once(OnceLock<Arc<dyn Any + Send + Sync>>);

/// How a file belongs to a process.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum FoundBy {
    /// It lies in its current folder, or in one of its container.
    #[default]
    Folder,
    /// It lies beside its executable.
    Beside,
    /// It holds it open.
    Open,
    /// Its arguments name it.
    Named,
    /// It lies where everybody may put files: beside its executable, in its current folder, or as another user's that it
    /// holds open or names. Whose it is nobody knows.
    Anybodys,
}

/// A text that says something of mining.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundText {
    /// It stands in its memory, not in its executable.
    #[serde(default, skip_serializing_if = "is_default")]
    pub memory: bool,
    /// It.
    pub text: Untrusted,
}

/// How much of a process is worth reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Worth {
    /// It comes before others.
    pub suspect: bool,
    /// Files in its folders, and those that it holds open.
    pub files: bool,
    /// Its executable and its memory.
    pub memory: bool,
    /// Files that its arguments name.
    pub named: Vec<Untrusted>,
}

impl Evidence {
    /// What was found with this process.
    #[must_use]
    pub fn of(&self, process: ProcessId) -> Option<&Arc<Trace>> {
        let at = self.traces.binary_search_by_key(&process, |it| it.process).ok()?;
        self.traces.get(at)
    }

    /// The same when no answer is waited for any more; `None` where none was.
    #[must_use]
    pub fn unasked(&self) -> Option<Self> {
        let asked = |it: &&Arc<Trace>| it.asked;
        self.traces.iter().find(asked)?;
        let still = |it: &Arc<Trace>| {
            let unasked = || Arc::new(Trace { asked: false, ..Trace::clone(it) });
            if it.asked { unasked() } else { Arc::clone(it) }
        };
        Some(Self { traces: self.traces.iter().map(still).collect() })
    }
}

impl Trace {
    /// Something was found, or its executable is not what a package brought, so that its digest tells something.
    #[must_use]
    pub const fn tells(&self) -> bool {
        let brought = matches!(self.program, Packaged::Unchanged(_));
        let found =
            !self.files.is_empty() || !self.texts.is_empty() || !self.environment.is_empty();
        found || !brought && self.digest.is_some()
    }
}

impl Once {
    /// What was made of it; made now, if nobody has. Whoever asks makes the same kind of thing.
    pub fn get<T: Any + Send + Sync>(&self, make: impl Fn() -> T) -> Arc<T> {
        let known = self.0.get_or_init(|| Arc::new(make()));
        Arc::clone(known).downcast().unwrap_or_else(|_| Arc::new(make()))
    }
}

impl PartialEq for Once {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Once {}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Once")
    }
}

impl Packaged {
    /// Whether it is as a package has it; `None` if nobody knows.
    #[must_use]
    pub const fn is_as_packaged(&self) -> Option<bool> {
        match self {
            Self::Unchanged(_) => Some(true),
            Self::No | Self::Changed(_) => Some(false),
            Self::Unknown | Self::Undigested(_) => None,
        }
    }
}
