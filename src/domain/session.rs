//! A session: typed events in a chain, the state that they add up to, and the telemetry beside them.
//!
//! Invariant: state is a fold over the events and nothing else; a line is valid only if writing it again
//! gives the same bytes.

mod acts;
mod anchor;
mod audit;
mod branch;
pub mod bundle;
mod chain;
mod event;
mod fold;
mod handoff;
mod in_force;
mod json;
pub mod mask;
mod money;
mod past;
mod quick;
mod signature;
mod stated;
mod sum;
pub mod telemetry;
mod time;

pub use acts::{Act, Acts, Marking};
pub use anchor::{Anchor, NotAnAnchor, ROUNDS};
pub use audit::{Audit, Break, Spot, Torn, Verdict};
pub use branch::{Branch, Fork, fork};
pub use chain::{Chain, Checked, Draft, LINE_LIMIT, Line, LineProblem, Start, digest, write};
pub use event::{
    ClockChange, Entry, Event, ItemState, KINDS, Opening, PROGRAM, Place, Stamp, known_part,
};
pub use fold::{
    Acknowledged, Choice, Gone, HandoffState, ItemMark, Listening, Note, SignedBy, Started, Starts,
    State, Training, TroubleMet, Worker,
};
pub use handoff::{
    Brief, Escalation, FindingBrief, FlowBrief, ItemBrief, NextStep, NodeBrief, Passed, PhaseBrief,
    Risk, RiskKind, Since, Standing, brief, escalations,
};
pub use in_force::{BrokenFile, InForce, RuleFile};
pub use json::to_json;
pub use money::Money;
pub use past::{KEPT, Keeper, Past};
pub use signature::{NAMESPACE, Signature, SignatureProblem, Statement};
pub use stated::{Figure, Said, Stated, stated};
pub use sum::Sum;
pub use time::{SLACK_MS, TimeWatch};
