//! What a bundle says about itself: the manifest, and the names that files in it can have.
//!
//! Invariant: a name is valid only if writing it again gives the same name, so nothing in a bundle can name a place
//! that is not in a session's own directory. A manifest that was [checked](Manifest::check) names each file once, in
//! order, and stays within the limits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::base::{Digest, Timestamp};
use crate::domain::untrusted::Untrusted;

/// The form of bundles that this version writes and reads.
pub const FORMAT: u32 = 1;
/// Files that a bundle may hold, its manifest not counted.
pub const MOST_MEMBERS: usize = 10_000;
/// Bytes that one of them may have.
pub const LARGEST_MEMBER: u64 = 1 << 30;
/// Bytes that all of them may have.
pub const LARGEST_BUNDLE: u64 = 4 << 30;
/// Bytes that the manifest may have.
pub const LARGEST_MANIFEST: u64 = 4 << 20;
/// Names of files that were left out are listed up to here.
const MOST_LEFT_OUT: usize = 1_000;

/// What a bundle says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`] when it was written.
    pub firedamp_bundle: u32,
    /// Version of the program that wrote it.
    pub version: String,
    /// When.
    pub at: Timestamp,
    /// Id of the session.
    pub id: String,
    /// Entries of the journal in it. The session may have gone on since.
    pub entries: u64,
    /// SHA-256 of the last line of the journal in it.
    pub head: Digest,
    /// What was taken out, if this is no true copy.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub redacted: Option<Redacted>,
    /// Files beside the journal that are not in it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub left_out: Vec<Untrusted>,
    /// The files, in the order in which they stand in it.
    pub members: Vec<Member>,
}

/// What was taken out of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redacted {
    /// Entries of the journal that was copied.
    pub entries: u64,
    /// SHA-256 of its last line.
    pub head: Digest,
    /// How many names are masked.
    pub names: usize,
}

/// A file in a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Its name, from the session's directory on.
    pub name: MemberName,
    /// How long it is.
    pub bytes: u64,
    /// SHA-256 of it.
    pub sha256: Digest,
}

/// The names that files of a session have on a journey.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemberName {
    /// All entries, whatever segments they stood in.
    Journal,
    /// The playbook.
    Playbook,
    /// A part of the recording.
    Telemetry(u32),
    /// Evidence under its digest.
    Evidence(Digest),
    /// What is known about it.
    EvidenceNote(Digest),
    /// Bytes that were never saved as an entry.
    Torn(u64),
}

/// No file of a session has such a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no file of a session is called `{}`", .0.plain(80))]
pub struct NoMember(pub Untrusted);

/// Why a manifest is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It is no manifest.
    #[error("its manifest cannot be read: {}", .0.plain(160))]
    Malformed(Untrusted),
    /// Another version of the program wrote it in another form.
    #[error("it has form {0}, and this version reads form {FORMAT}")]
    Form(u64),
    /// Files are named twice or out of their order.
    #[error("`{0}` is named twice, or out of its order")]
    Order(MemberName),
    /// A session has a journal.
    #[error("it holds no journal")]
    NoJournal,
    /// More files than a bundle may hold.
    #[error("it holds {0} files, and {MOST_MEMBERS} are the limit")]
    TooMany(usize),
    /// A file is larger than one may be.
    #[error("`{name}` has {bytes} bytes, and {LARGEST_MEMBER} are the limit")]
    TooLarge {
        /// Which.
        name: MemberName,
        /// How large.
        bytes: u64,
    },
    /// All files together are larger than they may be.
    #[error("its files have more than {LARGEST_BUNDLE} bytes together")]
    TooMuch,
}

impl Manifest {
    /// Reads a manifest and [checks](Self::check) it.
    pub fn read(bytes: &[u8]) -> Result<Self, ManifestError> {
        let malformed = |it: serde_json::Error| ManifestError::Malformed(it.to_string().into());
        // Who wrote another form may have written anything else in another way too.
        let value: serde_json::Value = serde_json::from_slice(bytes).map_err(malformed)?;
        match value.get("firedamp_bundle").and_then(serde_json::Value::as_u64) {
            Some(form) if form != u64::from(FORMAT) => return Err(ManifestError::Form(form)),
            Some(_) | None => {}
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(malformed)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// It names each file once, in order, and stays within the limits.
    pub fn check(&self) -> Result<(), ManifestError> {
        if self.members.len() > MOST_MEMBERS || self.left_out.len() > MOST_LEFT_OUT {
            return Err(ManifestError::TooMany(self.members.len()));
        }
        if self.members.first().is_none_or(|it| it.name != MemberName::Journal) {
            return Err(ManifestError::NoJournal);
        }
        for pair in self.members.windows(2) {
            if let [one, next] = pair
                && one.name >= next.name
            {
                return Err(ManifestError::Order(next.name.clone()));
            }
        }
        let mut all: u64 = 0;
        for Member { name, bytes, .. } in &self.members {
            if *bytes > LARGEST_MEMBER {
                return Err(ManifestError::TooLarge { name: name.clone(), bytes: *bytes });
            }
            all = all.saturating_add(*bytes);
        }
        if all > LARGEST_BUNDLE { Err(ManifestError::TooMuch) } else { Ok(()) }
    }

    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.members.iter().map(|it| it.bytes).fold(0, u64::saturating_add)
    }

    /// Names the files that are not in it, as many as a manifest takes.
    pub fn leave_out(&mut self, names: impl IntoIterator<Item = Untrusted>) {
        let room = MOST_LEFT_OUT.saturating_sub(self.left_out.len());
        self.left_out.extend(names.into_iter().take(room));
    }
}

impl MemberName {
    /// The folder that it is in, below the session's directory.
    #[must_use]
    pub const fn folder(&self) -> Option<&'static str> {
        match self {
            Self::Journal | Self::Playbook => None,
            Self::Telemetry(_) => Some("telemetry"),
            Self::Evidence(_) | Self::EvidenceNote(_) => Some("evidence"),
            Self::Torn(_) => Some("torn"),
        }
    }

    /// Its name in that folder.
    #[must_use]
    pub fn file(&self) -> String {
        match self {
            Self::Journal => String::from("journal.jsonl"),
            Self::Playbook => String::from("playbook.md"),
            Self::Telemetry(number) => format!("{number:05}.jsonl.zst"),
            Self::Evidence(digest) => digest.to_string(),
            Self::EvidenceNote(digest) => format!("{digest}.json"),
            Self::Torn(number) => number.to_string(),
        }
    }
}

impl fmt::Display for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.folder() {
            Some(folder) => write!(f, "{folder}/{}", self.file()),
            None => f.write_str(&self.file()),
        }
    }
}

impl FromStr for MemberName {
    type Err = NoMember;

    fn from_str(text: &str) -> Result<Self, NoMember> {
        let name = match text.split_once('/') {
            None if text == "journal.jsonl" => Some(Self::Journal),
            None => (text == "playbook.md").then_some(Self::Playbook),
            Some(("telemetry", file)) => {
                let number = file.strip_suffix(".jsonl.zst").and_then(|it| it.parse().ok());
                number.map(Self::Telemetry)
            }
            Some(("evidence", file)) => match file.strip_suffix(".json") {
                Some(digest) => digest.parse().ok().map(Self::EvidenceNote),
                None => file.parse().ok().map(Self::Evidence),
            },
            Some(("torn", file)) => file.parse().ok().map(Self::Torn),
            Some(_) => None,
        };
        name.filter(|name| name.to_string() == text).ok_or_else(|| NoMember(text.into()))
    }
}

impl Serialize for MemberName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MemberName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
