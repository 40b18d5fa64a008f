//! Parents that start somebody who is accused again: programs made for that, loops, and whatever lies beside it.
//!
//! Known false alarms: a shell that waits for what it began, and a program that only changes user or priority; they start
//! nothing again, so a parent is named only for a loop, for its place, or because it is accused itself.

use std::sync::Arc;

use super::shells::{executable, is_shell};
use super::{MOST, called, comes_back};
use crate::domain::base::Pid;
use crate::domain::detect::place::{Place, place};
use crate::domain::detect::watch::Gathered;
use crate::domain::detect::{Rule, Seen, Subject};
use crate::domain::facts::{Process, Snapshot};
use crate::domain::untrusted::Untrusted;

/// Programs that start others again when they end; as the kernel cuts names.
const SUPERVISORS: [&[u8]; 11] = [
    b"supervisord",
    b"runsv",
    b"s6-supervise",
    b"monit",
    b"daemontools",
    b"supervise",
    b"circusd",
    b"god",
    b"forever",
    b"immortal",
    b"watchdog",
];
/// Programs that become another one's beginning, and wait for its end.
pub(super) const WRAPPERS: [&[u8]; 10] = [
    b"sudo", b"su", b"doas", b"nohup", b"timeout", b"setsid", b"env", b"nice", b"strace", b"script",
];
/// Words with which a shell does something again.
const AGAIN: [&[u8]; 3] = [b"while", b"until", b"for"];

/// Says of the accused which parents start them again.
pub(super) fn join(snapshot: &Snapshot, accused: &[Arc<Process>], gathered: &mut Gathered) {
    for process in accused.iter().filter(|it| it.parent > Pid(1)) {
        let at = snapshot.processes.binary_search_by_key(&process.parent, |it| it.id.pid);
        let Some(parent) = at.ok().and_then(|at| snapshot.processes.get(at)) else { continue };
        let also = accused.binary_search_by_key(&parent.id, |it| it.id).is_ok();
        if parent.kernel || parent.started_ms > process.started_ms || !brings(parent, process, also)
        {
            continue;
        }
        let by = comes_back(Untrusted::new(called(parent.id.pid, &parent.comm)));
        let told = gathered.entry(Subject::Process(process.id)).or_default();
        let before = told.iter().filter(|(_, it)| it.rule == Rule::ComesBack).count();
        if before < MOST && !told.contains(&by) {
            told.push(by);
        }
    }
}

/// The parent is there to start it again.
fn brings(parent: &Process, process: &Process, accused: bool) -> bool {
    let name = parent.comm.bytes();
    if SUPERVISORS.contains(&name) || name.starts_with(b"PM2") {
        return true;
    }
    // Workers of one program are no watch over each other.
    let same = parent.exe.known().is_some() && parent.exe == process.exe;
    if WRAPPERS.contains(&name) || same && !is_shell(parent) {
        return false;
    }
    let seen = Seen::of(parent);
    let words = || seen.arguments.iter().skip(1);
    let folder = executable(process).and_then(folder_of);
    let beside = |path: &[u8]| folder.is_some() && folder_of(path) == folder && is_nobodys(path);
    let odd = |path: &[u8]| path.starts_with(b"/") && place(path).is_strange();
    if is_shell(parent) {
        let text = name == b"watch" || words().any(|it| has_loop(it));
        return text || words().take(2).any(|it| odd(it) || beside(it));
    }
    let whole = executable(process);
    let named = whole.is_some_and(|exe| words().any(|it| holds(it, exe)));
    let path = seen.path();
    accused || named || odd(&path) || beside(&path) || words().take(2).any(|it| odd(it))
}

/// A shell's text that does something again.
fn has_loop(text: &[u8]) -> bool {
    let words = text.split(|byte| !byte.is_ascii_alphanumeric());
    let mut words = words.filter(|word| AGAIN.contains(word) || *word == b"do");
    words.any(|word| word != b"do") && words.any(|word| word == b"do")
}

/// No folder of programs that packages or administrators fill.
fn is_nobodys(path: &[u8]) -> bool {
    !matches!(place(path), Place::System | Place::Local | Place::Workshop | Place::Unknown)
}

/// The folder that a path lies in.
pub(super) fn folder_of(path: &[u8]) -> Option<&[u8]> {
    let at = path.iter().rposition(|byte| *byte == b'/')?;
    path.get(..at).filter(|it| !it.is_empty())
}

/// The text has this part.
pub(super) fn holds(text: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && text.windows(part.len()).any(|it| it == part)
}
