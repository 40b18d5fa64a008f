//! How much of a process is worth reading without being asked.
//!
//! Invariant: by cost. The arguments of everybody are read anyway; folders and open files of those that nobody installed,
//! or that work hard; programs and memory only of those that work hard, that are suspect already, or that hide.

use crate::domain::detect::gist::Gist;
use crate::domain::detect::grammar;
use crate::domain::detect::place::{Place, place};
use crate::domain::detect::seen::Seen;
use crate::domain::detect::{Grade, rules};
use crate::domain::facts::{FoundFile, Process, Worth};
use crate::domain::playbook::Indicators;

/// Percent of one CPU from which a process works, and from which it works hard.
const WORKS: f32 = 20.0;
const HARD: f32 = 50.0;

/// How much of this process is worth reading to whoever looks for this.
#[must_use]
pub fn worth(process: &Process, look_for: &Indicators) -> Worth {
    let seen = Seen::of(process);
    if seen.is_kernel() || process.exe.known().is_none() {
        return Worth::default();
    }
    let told = rules::standing(&seen, look_for);
    let suspect = told.iter().any(|(grade, _)| *grade >= Grade::Suspect);
    let strange = seen.deleted || seen.in_memory || place(seen.exe).is_strange();
    let hard = seen.cpu.is_some_and(|it| it >= HARD);
    let works = seen.cpu.is_some_and(|it| it >= WORKS);
    let named = grammar::read(seen.arguments.iter().copied());
    Worth {
        suspect: suspect || strange,
        memory: suspect || hard || strange,
        files: suspect || works || strange || place(seen.exe) != Place::System,
        named: named.configurations().take(4).cloned().collect(),
    }
}

/// Whether a file says so much of mining that it is kept.
#[must_use]
pub fn keeps(file: &FoundFile) -> bool {
    Gist::of(file).weightiest.is_some()
}
