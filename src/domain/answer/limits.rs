//! The playbook's table of thresholds, row by row, with what passes each now.

use crate::domain::answer::criteria::Firing;
use crate::domain::answer::fact::{Fact, What};
use crate::domain::answer::topic::{Topic, small, topics};
use crate::domain::answer::{Known, speak};
use crate::domain::detect::FactSource;
use crate::domain::playbook::TableKind;

/// A row of the table of thresholds.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// What is looked at, as the table has it.
    pub name: String,
    /// The threshold, as the table has it.
    pub limit: String,
    /// Whether it is passed: due for as long as the table says, or only now.
    pub firing: Firing,
    /// What there is to compare; empty for a row that no look can answer.
    pub facts: Vec<Fact>,
}

pub(super) fn limits(known: Known<'_>) -> Vec<Limit> {
    let tables = known.playbook.tables().filter(|it| it.kind == TableKind::Thresholds);
    let rows = tables.flat_map(|table| &table.rows);
    rows.filter_map(|row| {
        let (name, limit) = (row.first()?.text.clone(), row.last()?.text.clone());
        let (firing, facts) = passed(known, &format!("{name} {limit}"));
        Some(Limit { name, limit, firing, facts })
    })
    .collect()
}

fn passed(known: Known<'_>, text: &str) -> (Firing, Vec<Fact>) {
    let grounds = known.grounds;
    if !grounds.looked {
        return (Firing::Silent, Vec::new());
    }
    let topics = topics(text);
    if topics.contains(&Topic::Stratum) {
        let facts = speak::on(known, Topic::Stratum).0;
        let heard = grounds.heard.is_some_and(|(stratum, ..)| stratum > 0);
        return (if heard { Firing::Due } else { Firing::Silent }, facts);
    }
    if topics.contains(&Topic::Load) {
        let is_gpu = small(text).contains("gpu");
        let (long, now) = if is_gpu { grounds.loaded.1 } else { grounds.loaded.0 };
        let what = match (is_gpu, grounds.gpu) {
            (false, _) => What::Cpu(grounds.cpu, grounds.over),
            (true, Some(busy)) => What::Gpu(busy, known.look_for.gpu),
            (true, None) if grounds.has_gpu => What::GpuUnread,
            (true, None) => What::NoGpu,
        };
        let firing = match (long, now) {
            (1.., _) => Firing::Due,
            (0, 1..) => Firing::Look,
            (0, 0) => Firing::Silent,
        };
        let source = if is_gpu { FactSource::Gpu } else { FactSource::Stat };
        return (firing, vec![Fact::look(what, source)]);
    }
    if topics.contains(&Topic::Pool) {
        let (count, first) = grounds.pools;
        let fact = Fact::look(What::Pools(count, first), FactSource::Sockets);
        let firing = match (count, grounds.pool_by_more) {
            (0, _) => Firing::Silent,
            // Anybody may use such a port.
            (_, false) => Firing::Look,
            (_, true) => Firing::Due,
        };
        return (firing, vec![fact]);
    }
    (Firing::Silent, Vec::new())
}
