//! What is wrong with a file of indicators or rules, as kinds: words say each in both languages, with what to do.
//!
//! Absent on purpose: prose. What stands in the file is a field, and stays [`Untrusted`].

use crate::domain::untrusted::Untrusted;

/// No more than so many faults of one file are told: whoever named the wrong file need not read all of it.
pub(super) const MOST: usize = 20;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRule {
    /// One-based.
    pub line: usize,
    /// What.
    pub why: RuleFault,
}

/// What is wrong with a part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleFault {
    /// The end of the file's name says nothing of what is in it.
    NoKind,
    /// It is no TOML; what its reader says.
    NotToml(Untrusted),
    /// It is no JSON; what its reader says.
    NotJson(Untrusted),
    /// It is no YAML; what its reader says.
    NotYaml(Untrusted),
    /// YAML refers back to another part of itself.
    Alias,
    /// It is nested too deeply, or has too many parts.
    TooMuch,
    /// This is not said.
    Missing(&'static str),
    /// There is no such key.
    Key(Untrusted),
    /// This must be a text.
    NotText(Untrusted),
    /// This must be a list.
    NotList(Untrusted),
    /// This is no date.
    NotDate(Untrusted),
    /// There is no such type of indicator.
    NoType(Untrusted),
    /// It has the form of no indicator.
    NoIndicator(Untrusted),
    /// It has not the form of its type.
    NotOfType(Untrusted, &'static str),
    /// A host with a port.
    WithPort(Untrusted),
    /// An address of everybody's own net.
    Private(Untrusted),
    /// Many strangers share it; whose it is.
    Shared(Untrusted, &'static str),
    /// A net of too many addresses; the shortest prefix that is taken.
    BroadNet(Untrusted, u8),
    /// Everybody's names end so.
    BroadName(Untrusted),
    /// The digest of a file without content.
    EmptyFile(Untrusted),
    /// It is no STIX bundle.
    NotBundle,
    /// A STIX pattern of another language.
    Language(Untrusted),
    /// A STIX pattern, from where on it cannot be read.
    Pattern(Untrusted),
    /// What a STIX pattern compares is not seen here.
    Object(Untrusted),
    /// A Sigma rule for another system.
    NotLinux(Untrusted),
    /// A Sigma rule for a source that is not seen here.
    Source(Untrusted),
    /// A Sigma rule that counts or joins other rules.
    Correlation,
    /// There is no such modifier, or it does not do with those beside it.
    Modifier(Untrusted),
    /// A value that its modifiers cannot use.
    Value(Untrusted),
    /// No regular expression; what its reader says.
    Regex(Untrusted),
    /// A condition, from where on it cannot be read.
    Condition(Untrusted),
    /// A condition that counts.
    Aggregation,
    /// A condition names a part that is not there.
    NoSelection(Untrusted),
    /// There is no such level.
    Level(Untrusted),
}

impl RuleFault {
    /// On this line.
    pub(super) const fn at(self, line: usize) -> BadRule {
        BadRule { line, why: self }
    }
}

/// Where the lines of a text begin.
#[derive(Debug)]
pub(super) struct Lines(Vec<usize>);

impl Lines {
    /// Of this text.
    pub(super) fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    /// The line, from one on, of this byte.
    pub(super) fn at(&self, byte: usize) -> usize {
        self.0.partition_point(|end| *end < byte) + 1
    }
}
