//! What hiding says against somebody: each contradiction between views of the host is a reason.
//!
//! None of it is `confirmed`: that something hides is no proof that it mines.

use crate::domain::detect::place::place;
use crate::domain::detect::seen::{Seen, last_part};
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::facts::{Contradiction, ContradictionKind, FileStanding, Packaged};
use crate::domain::untrusted::Untrusted;

/// Folders that everybody may write to.
const OPEN_FOLDERS: [&[u8]; 4] = [b"/tmp/", b"/var/tmp/", b"/dev/shm/", b"/run/user/"];

/// Tools that a responder would see a miner with, or what starts it.
const SHOWS_WHAT_RUNS: [&[u8]; 17] = [
    b"ps",
    b"top",
    b"pstree",
    b"pgrep",
    b"pidof",
    b"ss",
    b"netstat",
    b"lsof",
    b"fuser",
    b"ls",
    b"find",
    b"who",
    b"w",
    b"last",
    b"crontab",
    b"systemctl",
    b"lsmod",
];

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
        ContradictionKind::Preload => {
            let rule = if it.packaged == Packaged::No { Rule::Unpackaged } else { Rule::Preload };
            (of_library(it), rule, &it.shown)
        }
        ContradictionKind::Preloaded => (of_process(&it.what), Rule::Preload, &it.what),
        ContradictionKind::Tool => (Grade::Suspect, Rule::ChangedTool, &it.what),
        ContradictionKind::Shadow => (of_shadow(it), Rule::ShadowedTool, &it.what),
        ContradictionKind::Cpu => (Grade::Suspect, Rule::HiddenLoad, &it.shown),
    };
    (grade, Reason { rule, value: value.clone(), source: FactSource::Views })
}

/// A title in brackets: that is how tools show kernel threads, and how many a daemon shows what it does.
pub(super) fn title(seen: &Seen<'_>) -> Option<(Grade, Reason)> {
    let first = *seen.arguments.first()?;
    let titled = first.first() == Some(&b'[') && first.last() == Some(&b']');
    let (rule, value) = (Rule::KernelName, Untrusted::new(first));
    titled.then_some((Grade::Noted, Reason { rule, value, source: FactSource::CommandLine }))
}

/// A library that it was started with, from where none is, or that says itself that it hides something.
pub(super) fn preloaded(seen: &Seen<'_>) -> Option<(Grade, Reason)> {
    let lists = seen.environment.iter().filter_map(|it| it.strip_prefix(b"LD_PRELOAD="));
    let mut libraries = lists.flat_map(|it| it.split(|byte| matches!(byte, b':' | b' ')));
    let library = libraries.find(|it| {
        let odd = it.starts_with(b"/") && place(it).is_strange();
        odd || last_part(it).windows(4).any(|part| part == b"hide")
    })?;
    let (rule, value) = (Rule::Preload, Untrusted::new(library));
    Some((Grade::Suspect, Reason { rule, value, source: FactSource::Environment }))
}

/// What the loader puts into every program is how a library hides a miner from `ps`, and root put it there: only a package
/// speaks for it. Known false alarm: agents that come with an installer of their own. Its name says nothing: who may write
/// the list may choose it.
fn of_library(it: &Contradiction) -> Grade {
    let is_odd = |file: &FileStanding| {
        is_doubtful(file) || is_in_open_folder(&file.path) || has_hidden_part(file.path.bytes())
    };
    match it.packaged {
        Packaged::Unchanged(_) => Grade::Noted,
        Packaged::Changed(_) | Packaged::Unknown | Packaged::No => Grade::Suspect,
        Packaged::Undigested(_) => {
            if it.files.is_empty() || it.files.iter().any(is_odd) {
                Grade::Suspect
            } else {
                Grade::Noted
            }
        }
    }
}

/// Who builds a tool on the host has it before the packaged one; a wrapper that filters what the tool says is a script, or
/// belongs to somebody who should not say what root runs. One of those that show what runs is worth a look in any case.
fn of_shadow(it: &Contradiction) -> Grade {
    let is_odd =
        |file: &FileStanding| is_doubtful(file) || file.script || is_in_open_folder(&file.path);
    let changed = matches!(it.packaged, Packaged::Changed(_));
    let name = it.what.bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    if changed
        || SHOWS_WHAT_RUNS.contains(&name)
        || it.files.is_empty()
        || it.files.iter().any(is_odd)
    {
        Grade::Suspect
    } else {
        Grade::Noted
    }
}

/// Somebody else than root decides what it is.
const fn is_doubtful(file: &FileStanding) -> bool {
    file.uid != 0 || file.open || file.gone
}

fn is_in_open_folder(path: &Untrusted) -> bool {
    OPEN_FOLDERS.iter().any(|folder| path.bytes().starts_with(folder))
}

/// Developers and agents preload libraries too; they do not keep them in folders that everybody may write to.
fn of_process(what: &Untrusted) -> Grade {
    let paths = what.bytes().split(|byte| matches!(byte, b'=' | b':' | b' '));
    let odd = |path: &[u8]| {
        OPEN_FOLDERS.iter().any(|folder| path.starts_with(folder)) || has_hidden_part(path)
    };
    if paths.into_iter().any(odd) { Grade::Suspect } else { Grade::Noted }
}

fn has_hidden_part(path: &[u8]) -> bool {
    path.windows(2).any(|pair| pair == b"/.")
}
