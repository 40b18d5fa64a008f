//! The rules by which a session judges, as its journal names them.
//!
//! Deliberately absent: what the rules say. Whoever has the file of a digest has that.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::base::{Digest, Timestamp};
use crate::domain::detect::Rulebook;
use crate::domain::untrusted::Untrusted;

/// More files are counted, and not named.
const MOST: usize = 64;

/// The rules in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InForce {
    /// SHA-256 over the digests of all files in their order: the same digest, the same rules.
    pub digest: Digest,
    /// The files, those of the program first.
    pub files: Vec<RuleFile>,
    /// How many files there are beside those.
    #[serde(skip_serializing_if = "is_none")]
    pub unnamed: usize,
    /// Files of which something could not be used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub broken: Vec<BrokenFile>,
}

/// One file of rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleFile {
    /// The file, without its folder.
    pub file: Untrusted,
    /// SHA-256 of its text.
    pub sha256: Digest,
    /// What the pack is called, if it is one.
    #[serde(skip_serializing_if = "Untrusted::is_empty")]
    pub pack: Untrusted,
    /// It came with the program.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub built_in: bool,
    /// How many indicators it has.
    #[serde(skip_serializing_if = "is_none")]
    pub indicators: usize,
    /// How many of them hold no longer on the day of the entry.
    #[serde(skip_serializing_if = "is_none")]
    pub expired: usize,
    /// How many Sigma rules it has.
    #[serde(skip_serializing_if = "is_none")]
    pub rules: usize,
}

/// A file of which something could not be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BrokenFile {
    /// The file.
    pub file: Untrusted,
    /// The line of the first fault.
    pub line: usize,
    /// How many there are.
    pub faults: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_none(count: &usize) -> bool {
    *count == 0
}

impl InForce {
    /// These rules on this day; of the files and lines with faults, those of one file stand together.
    #[must_use]
    pub fn of(
        book: &Rulebook,
        faults: impl Iterator<Item = (Untrusted, usize)>,
        now: Timestamp,
    ) -> Self {
        let mut all = Sha256::new();
        let mut in_force = Self::default();
        for it in book.in_force(now) {
            all.update(it.digest.0);
            if in_force.files.len() >= MOST {
                in_force.unnamed += 1;
                continue;
            }
            in_force.files.push(RuleFile {
                file: it.file.into(),
                sha256: it.digest,
                pack: it.pack.into(),
                built_in: it.built_in,
                indicators: it.indicators,
                expired: it.expired,
                rules: it.rules,
            });
        }
        in_force.digest = Digest(all.finalize().into());
        for (file, line) in faults {
            let known = in_force.broken.last_mut().filter(|it| it.file == file);
            if let Some(known) = known {
                known.faults += 1;
            } else if in_force.broken.len() < MOST {
                in_force.broken.push(BrokenFile { file, line, faults: 1 });
            }
        }
        in_force
    }

    /// Files that the responder added, by how many there are.
    #[must_use]
    pub fn added(&self) -> usize {
        self.files.iter().filter(|it| !it.built_in).count() + self.unnamed
    }
}
