//! Loops of shells that name the executable of somebody who is accused: by its whole path, or by its folder and `./NAME`.
//!
//! A shell that is accused itself is named like any other: what it is accused of is often just this loop. Its own executable
//! is not looked for, since it is everybody's.

use std::collections::HashMap;
use std::sync::Arc;

use super::names::Names;
use super::parents::{folder_of, holds};
use super::{MOST, SHORTEST, called, comes_back};
use crate::domain::base::ProcessId;
use crate::domain::detect::watch::Gathered;
use crate::domain::detect::{Rule, Subject};
use crate::domain::facts::{Process, Snapshot};
use crate::domain::untrusted::Untrusted;

/// What runs a script, or a loop.
pub(super) const SHELLS: [&[u8]; 8] =
    [b"sh", b"bash", b"dash", b"ash", b"zsh", b"ksh", b"watch", b"busybox"];
/// So many are remembered beyond those that are there.
const SPARE: usize = 64;

/// The executables that are looked for, and what each shell was found to name.
#[derive(Debug, Default)]
pub(super) struct Shells {
    names: Names,
    /// The accused by the name of their executable; and where it lies, if the name says nothing of that.
    who: Vec<Vec<(ProcessId, Box<[u8]>)>>,
    read: HashMap<ProcessId, (Arc<Process>, Vec<usize>)>,
}

impl Shells {
    /// From now on these are accused. Texts are read again only if another executable is looked for.
    pub(super) fn look_for(&mut self, accused: &[Arc<Process>]) {
        let mut exes: Vec<(Vec<u8>, ProcessId, Box<[u8]>)> = Vec::new();
        for process in accused.iter().filter(|it| !is_shell(it)) {
            let Some(exe) = executable(process) else { continue };
            exes.push((exe.to_vec(), process.id, Box::default()));
            if let Some(folder) = folder_of(exe).filter(|it| it.len() >= SHORTEST) {
                let file = exe.get(folder.len() + 1..).unwrap_or_default();
                exes.push(([b"./", file].concat(), process.id, folder.into()));
            }
        }
        exes.sort_unstable();
        let mut names: Vec<&[u8]> = exes.iter().map(|(exe, ..)| exe.as_slice()).collect();
        names.dedup();
        if !self.names.are(&names) {
            self.names = Names::of(names.into_iter());
            self.read.clear();
        }
        self.who = exes
            .chunk_by(|(one, ..), (other, ..)| one == other)
            .map(|of| of.iter().map(|(_, id, folder)| (*id, folder.clone())).collect())
            .collect();
    }

    /// Says of the accused which shells name them.
    pub(super) fn join(&mut self, snapshot: &Snapshot, gathered: &mut Gathered) {
        if self.read.len() > snapshot.processes.len() * 2 + SPARE {
            self.read.retain(|id, _| snapshot.process(*id).is_some());
        }
        // Whoever was named so often has all that is ever told of them.
        let mut named = vec![0_usize; self.names.len()];
        for shell in snapshot.processes.iter().filter(|it| is_shell(it)) {
            let Some(command) = shell.command.known() else { continue };
            for at in hits(&mut self.read, &self.names, shell, command) {
                let Some(named) = named.get_mut(*at).filter(|it| **it < MOST) else { continue };
                *named += 1;
                let by = Untrusted::new(called(shell.id.pid, &shell.comm));
                for (id, folder) in self.who.get(*at).into_iter().flatten() {
                    // `./NAME` is anybody's where the folder is not said.
                    if !folder.is_empty() && !holds(command.bytes(), folder) {
                        continue;
                    }
                    let told = gathered.entry(Subject::Process(*id)).or_default();
                    let before = told.iter().filter(|(_, it)| it.rule == Rule::ComesBack).count();
                    let by = comes_back(by.clone());
                    if before < MOST && !told.contains(&by) {
                        told.push(by);
                    }
                }
            }
        }
    }
}

/// Which names this shell's command holds.
fn hits<'a>(
    read: &'a mut HashMap<ProcessId, (Arc<Process>, Vec<usize>)>,
    names: &Names,
    shell: &Arc<Process>,
    command: &Untrusted,
) -> &'a [usize] {
    let known = read.entry(shell.id).or_insert_with(|| (Arc::default(), Vec::new()));
    let same = Arc::ptr_eq(&known.0, shell) || known.0.command.known() == Some(command);
    if !same {
        known.1 = names.within(command.bytes());
    }
    known.0 = Arc::clone(shell);
    &known.1
}

/// What runs a script, or a loop.
pub(super) fn is_shell(process: &Process) -> bool {
    !process.kernel && SHELLS.contains(&process.comm.bytes())
}

/// What its executable is called, or was before it was deleted.
pub(super) fn executable(process: &Process) -> Option<&[u8]> {
    let exe = process.exe.known().map(Untrusted::bytes)?;
    let exe = exe.strip_suffix(b" (deleted)").unwrap_or(exe);
    (exe.len() >= SHORTEST).then_some(exe)
}
