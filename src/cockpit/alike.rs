//! What is told again and again of processes that are alike: a shell that starts the same program every few seconds makes a
//! finding each time, and the one that matters must not drown in them.
//!
//! Invariant: bounded. The first ones of their kind are always told; the rows of the panes have all of them.

use std::collections::BTreeMap;

use crate::domain::base::Moment;
use crate::domain::detect::{Finding, Grade, Rule, Subject};
use crate::domain::untrusted::Untrusted;

/// So many of a kind are told within [`WINDOW_MS`], and more of those that are confirmed.
const SUSPECT: u32 = 3;
const CONFIRMED: u32 = 6;
const WINDOW_MS: u64 = 10 * 60_000;
/// Kinds that are remembered.
const MOST: usize = 512;

/// How many of each kind were told, and since when.
#[derive(Debug, Default)]
pub(crate) struct Alike(BTreeMap<Vec<u8>, (u64, u32)>);

impl Alike {
    /// Another one of a kind of which enough was told for now; else it counts as told. `name` is that of the process.
    pub(super) fn is_enough(&mut self, finding: &Finding, name: &Untrusted, now: Moment) -> bool {
        let Subject::Process(_) = finding.subject else { return false };
        let most = if finding.grade == Grade::Confirmed { CONFIRMED } else { SUSPECT };
        let counts =
            |rule: &Rule| !matches!(rule, Rule::CameBack | Rule::ComesBack | Rule::HighCpu);
        let mut rules: Vec<Rule> =
            finding.reasons.iter().map(|it| it.rule).filter(counts).collect();
        rules.sort_unstable();
        rules.dedup();
        let kind = format!("{:?} {rules:?} ", finding.grade).into_bytes();
        let kind = [&kind, name.bytes()].concat();
        if self.0.len() >= MOST && !self.0.contains_key(&kind) {
            self.0.retain(|_, (since, _)| now.boot_ms.saturating_sub(*since) < WINDOW_MS);
            if self.0.len() >= MOST {
                self.0.clear();
            }
        }
        let told = self.0.entry(kind).or_insert((now.boot_ms, 0));
        if now.boot_ms.abs_diff(told.0) >= WINDOW_MS {
            *told = (now.boot_ms, 0);
        }
        told.1 = told.1.saturating_add(1);
        told.1 > most
    }
}
