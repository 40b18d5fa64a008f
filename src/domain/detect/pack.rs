//! Packs of indicators: what somebody says belongs to miners, with who says so and since when.
//!
//! Three forms are read: TOML, bundles of STIX 2.1, and plain lists. Invariant: an indicator that would speak against
//! everybody (a private or shared address, a net or a name of strangers, the digest of an empty file) is refused with
//! its line, and the others of its file are kept.

mod index;
mod indicator;
mod list;
mod shared;
mod stix;
mod toml;

pub(super) use index::{Hit, Index, Place, Search};
pub(super) use indicator::Net;
pub use indicator::{Indicator, Kind};
pub(super) use list::read as read_list;
pub(super) use stix::read as read_stix;
pub(super) use toml::read as read_toml;

use jiff::civil::Date;

use crate::domain::untrusted::Untrusted;

/// Indicators of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pack {
    /// The file.
    pub file: String,
    /// What it is called.
    pub name: String,
    /// Who says so; empty if the file does not tell.
    pub source: String,
    /// On which terms; empty if the file does not tell.
    pub licence: String,
    /// Since when.
    pub date: Option<Date>,
    /// The last day on which it holds.
    pub expires: Option<Date>,
    /// It came with the program.
    pub built_in: bool,
    /// What it looks for.
    pub rows: Vec<Row>,
}

/// One thing to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands: a line, or an id.
    pub place: String,
    /// Words of the file's author.
    pub note: String,
    /// Since when, where it is not that of the pack.
    pub since: Option<Date>,
    /// The last day on which it holds, where it is not that of the pack.
    pub expires: Option<Date>,
    /// What.
    pub pattern: Pattern,
}

/// What has to be seen of one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// This.
    Is(Indicator),
    /// All of these.
    All(Vec<Self>),
    /// One of these.
    Any(Vec<Self>),
}

impl Pack {
    /// What stands behind an indicator, in the words of the file: its keys need no translation.
    pub(super) fn origin(&self, row: &Row) -> String {
        let day = |it: Option<Date>| it.map_or_else(|| String::from("-"), |it| it.to_string());
        let told = |it: &str| if it.is_empty() { String::from("-") } else { it.to_owned() };
        let mut said = format!(
            "pack: {}; source: {}; licence: {}; since: {}; expires: {}; file: {}:{}",
            self.name,
            told(&self.source),
            told(&self.licence),
            day(row.since.or(self.date)),
            day(row.expires.or(self.expires)),
            self.file,
            row.place,
        );
        if !row.note.is_empty() {
            said.push_str("; note: ");
            said.push_str(&row.note);
        }
        said
    }

    /// It holds no longer on this day.
    pub(super) fn is_over(&self, row: &Row, today: Date) -> bool {
        row.expires.or(self.expires).is_some_and(|last| last < today)
    }
}

impl Pattern {
    /// All that it names.
    pub(super) fn indicators<'a>(&'a self, found: &mut Vec<&'a Indicator>) {
        match self {
            Self::Is(indicator) => found.push(indicator),
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.indicators(found);
                }
            }
        }
    }

    /// It holds where these were seen.
    pub(super) fn holds(&self, seen: &dyn Fn(&Indicator) -> bool) -> bool {
        match self {
            Self::Is(indicator) => seen(indicator),
            Self::All(parts) => parts.iter().all(|part| part.holds(seen)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(seen)),
        }
    }
}

/// A day as files write it; what follows the day is a time, and of no use.
fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    let (day, rest) = text.split_at_checked(10)?;
    let alone = rest.is_empty() || rest.starts_with(['T', 't', ' ']);
    day.parse().ok().filter(|_| alone)
}

/// The part of a text that a message shows.
fn shown(text: &str) -> Untrusted {
    text.chars().take(120).collect::<String>().into()
}
