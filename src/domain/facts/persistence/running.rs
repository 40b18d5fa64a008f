//! Who runs now what starts by itself.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Autostart, Persistence};
use crate::domain::base::ProcessId;
use crate::domain::facts::Process;
use crate::domain::untrusted::Untrusted;

/// So many of the first arguments are looked at: `sh -e SCRIPT`.
const ARGUMENTS: usize = 4;

/// Processes by the program that they run.
#[derive(Clone, Debug, Default)]
pub struct Running(HashMap<Box<[u8]>, Vec<ProcessId>>);

/// Joins what starts by itself to the processes that run it: by executable, and a script by its interpreter's
/// arguments. Takes time for each entry and each process once.
#[must_use]
pub fn running(persistence: &Persistence, processes: &[Arc<Process>]) -> Running {
    let mut by_program: HashMap<Box<[u8]>, Vec<ProcessId>> = HashMap::new();
    for entry in &persistence.entries {
        if let Some(program) = entry.program() {
            by_program.entry(program.bytes().into()).or_default();
        }
    }
    if by_program.is_empty() {
        return Running::default();
    }
    for process in processes.iter().filter(|process| !process.kernel) {
        let exe = process.exe.known().map(Untrusted::bytes);
        let arguments = process.command.known();
        let arguments = arguments.into_iter().flat_map(|it| it.arguments().take(ARGUMENTS));
        let mut seen: [&[u8]; ARGUMENTS + 1] = [&[]; ARGUMENTS + 1];
        for (slot, path) in seen.iter_mut().zip(exe.into_iter().chain(arguments)) {
            *slot = path;
        }
        for (at, path) in seen.iter().enumerate() {
            let again = seen.iter().take(at).any(|before| before == path);
            if let Some(who) = by_program.get_mut(*path).filter(|_| !again && !path.is_empty()) {
                who.push(process.id);
            }
        }
    }
    by_program.retain(|_, who| !who.is_empty());
    Running(by_program)
}

impl Running {
    /// The processes that run what this entry starts.
    #[must_use]
    pub fn of(&self, entry: &Autostart) -> &[ProcessId] {
        entry.program().and_then(|program| self.0.get(program.bytes())).map_or(&[], Vec::as_slice)
    }
}

impl Autostart {
    /// The program by its path from the root; a bare name may be anybody's.
    fn program(&self) -> Option<&Untrusted> {
        let program = &self.runs.as_ref()?.program;
        program.bytes().starts_with(b"/").then_some(program)
    }
}
