//! A playbook as it stands in its file.
//!
//! Invariant: plain data in reading order; nothing here reads, judges or remembers.

use serde::{Deserialize, Serialize};

use crate::domain::base::Language;
use crate::domain::playbook::diagram::{Flow, Procedure};

/// A playbook as it stands in its file, in reading order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Playbook {
    /// `PB-31`; empty if the document names none.
    pub id: String,
    /// First heading.
    pub title: String,
    /// Language of its headings.
    pub language: Language,
    /// As written: `High`, `สูง`.
    pub severity: Option<String>,
    /// As written.
    pub category: Option<String>,
    /// ATT&CK techniques that the header names.
    pub techniques: Vec<Technique>,
    /// What sets it off.
    pub triggers: Vec<String>,
    /// Everything, in reading order.
    pub sections: Vec<Section>,
}

/// An ATT&CK technique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Technique {
    /// `T1496`.
    pub id: String,
    /// `Resource Hijacking`.
    pub name: String,
}

/// A heading and what stands under it.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// `1.3`; empty where the heading has no number.
    pub number: String,
    /// Heading without its number.
    pub title: String,
    /// 1 for `#`; 0 for text before the first heading, which has neither number nor title.
    pub level: u8,
    /// One-based line of the heading.
    pub line: usize,
    /// Phase that this heading, or the nearest one above it, names.
    pub phase: Option<Phase>,
    /// Content.
    pub blocks: Vec<Block>,
}

impl Section {
    /// The place before the first heading.
    pub(super) const fn lead() -> Self {
        Self {
            number: String::new(),
            title: String::new(),
            level: 0,
            line: 1,
            phase: None,
            blocks: Vec::new(),
        }
    }
}

/// One block of a section.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A decision tree.
    Flow(Flow),
    /// A sequence diagram read as an ordered list.
    Procedure(Procedure),
    /// Things to do.
    Checklist(Checklist),
    /// Rows and columns; [`Table::kind`] says what for.
    Table(Table),
    /// A fenced block.
    Code(Code),
    /// A mermaid diagram of another kind (`gantt`, `pie`, …), kept as text.
    Diagram(Code),
    /// A paragraph or a list, as printable text.
    Prose(Prose),
}

/// Text with the links that it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose {
    /// Printable text; list items begin with `- ` or `1. `, two spaces deeper for each level.
    pub text: String,
    /// Links, in order.
    pub links: Vec<Link>,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it is shown as.
    pub text: String,
    /// Where it leads, as written.
    pub target: String,
    /// `PB-16`, if it leads to another playbook.
    pub playbook: Option<String>,
}

/// Name of an item, the same in every language: `1.3/4` is the fourth item of section 1.3.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub String);

/// Phase of the response, after NIST SP 800-61.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Detection and analysis.
    Analysis,
    /// Containment.
    Containment,
    /// Eradication.
    Eradication,
    /// Recovery.
    Recovery,
    /// Post-incident activity.
    PostIncident,
}

/// Things to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Checklist {
    /// Number of its section (`1.3`), or its place in the document (`C2`) where that has none.
    pub id: String,
    /// Heading that it stands under.
    pub title: String,
    /// Phase, where a heading names one.
    pub phase: Option<Phase>,
    /// Items.
    pub items: Vec<Item>,
    /// One-based.
    pub line: usize,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// `1.3/4`.
    pub id: ItemId,
    /// What.
    pub text: String,
    /// How, or with which tool, if a column or a list under the item says so.
    pub how: Option<String>,
    /// Links in its text, in order.
    pub links: Vec<Link>,
    /// The document has it ticked already.
    pub ticked: bool,
    /// One-based.
    pub line: usize,
}

/// What a table is for, read off its heading and columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TableKind {
    /// Known mining programs.
    Binaries,
    /// Indicators of mining pools.
    PoolIndicators,
    /// Detection indicators with thresholds.
    Thresholds,
    /// When to tell whom.
    Escalation,
    /// Business impact and priority.
    Impact,
    /// Anything else.
    #[default]
    Other,
}

/// Rows and columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What for.
    pub kind: TableKind,
    /// Heading that it stands under.
    pub title: String,
    /// Column heads.
    pub columns: Vec<String>,
    /// Cells, as printable text.
    pub rows: Vec<Vec<Prose>>,
    /// One-based.
    pub line: usize,
}

/// A fenced block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// `bash`; empty if the fence names none.
    pub language: String,
    /// Text, control characters made visible except line breaks and tabs.
    pub text: String,
    /// One-based line of the fence.
    pub line: usize,
}

/// What the tables of a playbook give to detection.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Indicators {
    /// Names of mining programs, lower case.
    pub binaries: Vec<String>,
    /// Ports of mining pools.
    pub ports: Vec<u16>,
    /// `stratum+tcp://`.
    pub schemes: Vec<String>,
    /// Patterns of names: `pool.*`.
    pub names: Vec<String>,
    /// CPU percent and the minutes that it must last.
    pub cpu: Option<(f32, u32)>,
    /// GPU percent that is unexpected.
    pub gpu: Option<f32>,
}

/// Something about a document that its author should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// One-based.
    pub line: usize,
    /// How bad.
    pub severity: Severity,
    /// What, and what to do.
    pub message: String,
}

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The part is used, maybe not as meant.
    Warning,
    /// A part cannot be used.
    Error,
}

impl Phase {
    /// All, in the order of the work.
    pub const ALL: [Self; 5] =
        [Self::Analysis, Self::Containment, Self::Eradication, Self::Recovery, Self::PostIncident];
}
