//! Playbooks: Markdown and mermaid to a document, and the walk through its flows.
//!
//! Invariant: any text is accepted, in linear time; what cannot be understood is kept as text and named
//! in a [`Problem`]. All text in a [`Playbook`] has been made printable when it was read.

mod budget;
mod checklist;
mod diagram;
mod document;
mod fields;
mod flowchart;
mod headings;
mod indicators;
mod inline;
mod label;
mod link;
mod look;
mod markdown;
mod mermaid;
mod nesting;
mod printable;
mod read;
mod sequence;
mod shape;
mod shipped;
mod statement;
mod table;
mod tree;
mod walk;

pub use diagram::{
    Direction, Edge, Flow, FlowId, Group, Node, NodeId, Participant, Procedure, Shape, Step,
    StepKind, Stroke,
};
pub use document::{
    Block, Checklist, Code, Indicators, Item, ItemId, Link, Phase, Playbook, Problem, Prose,
    Section, Severity, Table, TableKind, Technique,
};
pub use look::Counts;
pub use read::read;
pub use shipped::PB_31;
pub use tree::TreeRow;
pub use walk::{Standing, Walk};
