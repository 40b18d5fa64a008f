//! What the cells of the process table say, as text.

use std::borrow::Cow;

use crate::cockpit::panes::ProcessRow;
use crate::domain::detect::{Finding, Rule};
use crate::domain::facts::{Process, Snapshot};
use crate::domain::untrusted::Untrusted;
use crate::ui::panes::grade;
use crate::ui::role::Role;

/// Its login name, or the number where there is none.
pub(in crate::ui::panes) fn user(process: &Process) -> Untrusted {
    if process.user.is_none() && !process.has_files() {
        return Untrusted::from("?");
    }
    let name = process.user.as_deref().map_or(Cow::Owned(process.uid.to_string()), Cow::Borrowed);
    Untrusted::from(&*name)
}

/// A figure that is read from the files of a process, if it has any.
pub(super) fn read(process: &Process, figure: impl FnOnce() -> String) -> String {
    if process.has_files() { figure() } else { String::from("?") }
}

pub(super) fn load(cpu: f32) -> Role {
    match cpu {
        ..1.0 => Role::Dim,
        1.0..50.0 => Role::Text,
        _ => Role::of_level(cpu / 100.0),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share in whole percents")]
pub(super) fn of_all(process: &Process, snapshot: &Snapshot) -> String {
    match snapshot.host.cpus.len() {
        0 => String::from("?"),
        cores => format!("{:.0}", process.cpu / cores as f32),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share in tenths of a percent")]
pub(super) fn memory_share(process: &Process, snapshot: &Snapshot) -> String {
    match snapshot.host.memory_total {
        0 => String::from("?"),
        // Nobody has more than all there is: the total was not told as it is.
        total if process.memory > total => String::from(">100"),
        total => format!("{:.1}", process.memory as f64 / total as f64 * 100.0),
    }
}

/// Grade first, then a letter for each kind of reason.
pub(super) fn flags(snapshot: &Snapshot, row: &ProcessRow, finding: Option<&Finding>) -> String {
    let process = &*row.process;
    let has = |rules: &[Rule]| {
        finding.is_some_and(|it| it.reasons.iter().any(|reason| rules.contains(&reason.rule)))
    };
    let holds_gpu = || snapshot.gpu.holders.iter().any(|it| it.process == process.id);
    let letters = [
        ('P', has(Rule::OF_POOLS)),
        ('N', has(&[Rule::MinerName])),
        ('D', process.exe_deleted),
        ('C', has(&[Rule::SustainedCpu, Rule::HighCpu])),
        ('G', holds_gpu()),
        ('E', has(&[Rule::HiddenCharacters])),
        ('H', process.hidden.is_some()),
        ('K', has(&[Rule::KernelName])),
        ('R', has(Rule::OF_FILES)),
    ];
    let mut flags = String::from(finding.map_or(" ", |it| grade(it.grade).0));
    flags.extend(letters.into_iter().filter(|(_, set)| *set).map(|(letter, _)| letter));
    flags
}
