//! What hiding says against somebody: each contradiction between views of the host is a reason.
//!
//! None of it is `confirmed`: that something hides is no proof that it mines.

use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::facts::{Contradiction, ContradictionKind, Process};
use crate::domain::untrusted::Untrusted;

/// Libraries that agents and boards put into every program, by a part of their names.
const EVERYDAY: [&[u8]; 6] =
    [b"libsnoopy", b"liboneagent", b"libarmmem", b"libcofi_rpi", b"/datadog", b"libeatmydata"];
/// Folders that everybody may write to.
const OPEN_FOLDERS: [&[u8]; 4] = [b"/tmp/", b"/var/tmp/", b"/dev/shm/", b"/run/user/"];

/// What it says.
pub(in crate::domain::detect) fn reason(it: &Contradiction) -> (Grade, Reason) {
    let (grade, rule, value) = match it.kind {
        ContradictionKind::Process => (Grade::Suspect, Rule::HiddenProcess, &it.what),
        ContradictionKind::Thread => (Grade::Suspect, Rule::HiddenThread, &it.what),
        ContradictionKind::Mount => (Grade::Suspect, Rule::MountedOver, &it.what),
        ContradictionKind::SocketNotInProc | ContradictionKind::SocketNotInNetlink => {
            (Grade::Suspect, Rule::HiddenSocket, &it.what)
        }
        ContradictionKind::KernelName => (Grade::Suspect, Rule::KernelName, &it.what),
        ContradictionKind::Preload => (of_file(&it.shown), Rule::Preload, &it.shown),
        ContradictionKind::Preloaded => (of_process(&it.what), Rule::Preload, &it.what),
        ContradictionKind::Tool => (Grade::Suspect, Rule::ChangedTool, &it.what),
        ContradictionKind::Shadow => (Grade::Suspect, Rule::ShadowedTool, &it.what),
        ContradictionKind::Cpu => (Grade::Suspect, Rule::HiddenLoad, &it.shown),
    };
    (grade, Reason { rule, value: value.clone(), source: FactSource::Views })
}

/// A title in brackets: that is how tools show kernel threads, and how many a daemon shows what it does.
pub(super) fn title(process: &Process) -> Option<(Grade, Reason)> {
    let command = process.command.known()?;
    let first = command.arguments().next()?;
    let titled = first.first() == Some(&b'[') && first.last() == Some(&b']');
    let (rule, value) = (Rule::KernelName, Untrusted::new(first));
    titled.then_some((Grade::Noted, Reason { rule, value, source: FactSource::CommandLine }))
}

/// A preloaded library is worth a look, unless it is one that many hosts have, and then too if a listing hides it.
fn of_file(shown: &Untrusted) -> Grade {
    let libraries = shown.bytes().split(u8::is_ascii_whitespace).filter(|it| !it.is_empty());
    let mut libraries = libraries.peekable();
    let some = libraries.peek().is_some();
    if some && libraries.all(is_everyday) { Grade::Noted } else { Grade::Suspect }
}

/// Developers and agents preload libraries too; they do not keep them in folders that everybody may write to.
fn of_process(what: &Untrusted) -> Grade {
    let paths = what.bytes().split(|byte| matches!(byte, b'=' | b':' | b' '));
    let odd = |path: &[u8]| {
        OPEN_FOLDERS.iter().any(|folder| path.starts_with(folder)) || has_hidden_part(path)
    };
    if paths.into_iter().any(odd) { Grade::Suspect } else { Grade::Noted }
}

fn is_everyday(library: &[u8]) -> bool {
    EVERYDAY.iter().any(|name| library.windows(name.len()).any(|part| part == *name))
}

fn has_hidden_part(path: &[u8]) -> bool {
    path.windows(2).any(|pair| pair == b"/.")
}
