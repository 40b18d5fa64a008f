//! Sigma rules for Linux: processes that begin, connections, names that are asked for, files that appear.
//!
//! An evaluator of our own, after the Sigma specification 2.0 (sigmahq.io): it needs a reader of YAML and one of regular
//! expressions, and no engine that brings sixty crates. Invariant: a rule is taken whole or refused with its line; what a
//! rule says is a heuristic, so no hit is ever `confirmed`. Absent: correlations, filters of other rules, placeholders,
//! comparisons of times, and sources that nobody here sees.

mod condition;
mod event;
mod rule;
mod value;
mod yaml;

pub(super) use event::Event;
pub use rule::{Level, SigmaRule, Source};

use crate::domain::detect::fault::{BadRule, MOST};

/// PB-31's own rules: what its tables name, for Linux.
pub(super) const PB_31: [(&str, &str); 3] = [
    ("pb-31-process.yml", include_str!("sigma/pb-31-process.yml")),
    ("pb-31-network.yml", include_str!("sigma/pb-31-network.yml")),
    ("pb-31-dns.yml", include_str!("sigma/pb-31-dns.yml")),
];

/// Reads the rules of a file: a document each.
pub(super) fn read(file: &str, text: &str) -> (Vec<SigmaRule>, Vec<BadRule>) {
    let (documents, broken) = yaml::read(text);
    let (mut rules, mut faults) = (Vec::new(), Vec::new());
    for document in &documents {
        match rule::read(file, document) {
            Ok(rule) => rules.push(rule),
            Err(fault) if faults.len() < MOST => faults.push(fault),
            Err(_) => {}
        }
    }
    faults.extend(broken);
    (rules, faults)
}
