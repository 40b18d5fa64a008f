//! Decision trees and procedures, as mermaid draws them.
//!
//! Invariant: plain data in the order of the text; where one stands in a flow is [`super::Walk`]'s to say.

use serde::{Deserialize, Serialize};

/// Name of a flow, the same in every language: `F1` is the first flow of the document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FlowId(pub String);

/// Name of a node as mermaid has it: `Env`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub String);

/// A decision tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// `F1`.
    pub id: FlowId,
    /// Heading that it stands under.
    pub title: String,
    /// As declared.
    pub direction: Direction,
    /// Nodes in order of first mention.
    pub nodes: Vec<Node>,
    /// Edges in the order of the text.
    pub edges: Vec<Edge>,
    /// Named groups of nodes.
    pub groups: Vec<Group>,
    /// One-based line of the fence.
    pub line: usize,
}

/// Reading direction of a diagram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// `TD`, `TB`.
    #[default]
    Down,
    /// `BT`.
    Up,
    /// `LR`.
    Right,
    /// `RL`.
    Left,
}

/// A step or a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// `Env`.
    pub id: NodeId,
    /// What it says; its id where it has no label. May hold line breaks.
    pub label: String,
    /// Outline.
    pub shape: Shape,
    /// One-based line of its first mention.
    pub line: usize,
}

/// Outline of a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// `[x]`, or no brackets at all.
    #[default]
    Rectangle,
    /// `(x)`.
    Round,
    /// `([x])`.
    Stadium,
    /// `[[x]]`.
    Subroutine,
    /// `[(x)]`.
    Cylinder,
    /// `((x))`.
    Circle,
    /// `(((x)))`.
    DoubleCircle,
    /// `>x]`.
    Flag,
    /// `{x}`: a question.
    Diamond,
    /// `{{x}}`.
    Hexagon,
    /// `[/x/]`, `[\x\]`, `[/x\]`, `[\x/]`.
    Slanted,
    /// `id@{ shape: … }` of another kind.
    Other,
}

/// An arrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Tail.
    pub from: NodeId,
    /// Head.
    pub to: NodeId,
    /// What must hold to take it; `None` for a plain next step.
    pub label: Option<String>,
    /// How it is drawn.
    pub stroke: Stroke,
    /// One-based.
    pub line: usize,
}

/// How an edge is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stroke {
    /// `-->`, `---`.
    #[default]
    Solid,
    /// `-.->`.
    Dotted,
    /// `==>`.
    Thick,
    /// `~~~`.
    Invisible,
}

/// A subgraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// As shown.
    pub title: String,
    /// Members, in order of mention.
    pub nodes: Vec<NodeId>,
}

/// A sequence diagram read as an ordered list.
#[derive(Clone, Debug, PartialEq)]
pub struct Procedure {
    /// `P1` is the first procedure of the document.
    pub id: String,
    /// Heading that it stands under.
    pub title: String,
    /// Who takes part, in order.
    pub participants: Vec<Participant>,
    /// What happens, in order.
    pub steps: Vec<Step>,
    /// One-based line of the fence.
    pub line: usize,
}

/// Somebody who asks or is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// Id in the text.
    pub id: String,
    /// As shown.
    pub name: String,
}

/// One line of a procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// `P1/3`; notes and frames have none of their own and repeat the number before.
    pub number: usize,
    /// Inside how many frames (`alt`, `loop`, …) it stands.
    pub depth: u8,
    /// What it is.
    pub kind: StepKind,
    /// One-based.
    pub line: usize,
}

/// What a line of a procedure is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// Somebody asks somebody for something; names as shown.
    Ask {
        /// Who.
        from: String,
        /// Whom.
        to: String,
        /// For what.
        what: String,
        /// A dashed arrow: the answer to an earlier request.
        answer: bool,
    },
    /// A note over or beside participants.
    Note(String),
    /// `alt`, `else`, `opt`, `loop`, `par`, `and`, `critical`, `option`, `break`, `rect` begins; the word and its label.
    Frame(String, String),
}
