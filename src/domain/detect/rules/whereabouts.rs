//! An executable where no program should be, or that is not there any more (ATT&CK T1564.001, T1070.004, T1620).
//!
//! Source: osquery's and Elastic's rules for executions from folders that everybody may write to. Known false alarms,
//! which are only noted: what is built, unpacked or tested in `/tmp`; daemons that were upgraded while they run; what
//! developers keep in hidden folders of their homes.

use crate::domain::detect::place::{Place, hidden_parts, is_hidden_file, place};
use crate::domain::detect::rules::Told;
use crate::domain::detect::rules::origin::{is_service, serves};
use crate::domain::detect::seen::Seen;
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::untrusted::Untrusted;

/// Programs in memory that their own makers start that way.
const IN_MEMORY: [&[u8]; 6] = [
    b"memfd:crun",
    b"runc_cloned",
    b"systemd-executor",
    b"crun_cloned",
    b"sd-executor",
    b"runc-dmz",
];

/// CPU time in minutes, and percent, that a program in a strange place has to explain.
const BUSY_MINUTES: f32 = 5.0;
const BUSY_PERCENT: f32 = 50.0;
/// The same, of what was deleted where people build programs.
const LONG_PERCENT: f32 = 80.0;
const LONG_MINUTES: f32 = 30.0;

/// What its place says.
pub(super) fn judge(seen: &Seen<'_>, told: &mut Vec<Told>) {
    if seen.is_kernel() || seen.packaged == Some(true) && !seen.deleted {
        return;
    }
    let path = seen.path();
    let at = if seen.in_memory { Place::Memory } else { place(&path) };
    if at == Place::Memory {
        let known = IN_MEMORY.iter().any(|name| contains(&path, name));
        let grade = if known { Grade::Noted } else { Grade::Suspect };
        return told.push(reason(grade, Rule::MemoryExe, seen));
    }
    if seen.deleted {
        let grade = if of_deleted(seen, at) { Grade::Suspect } else { Grade::Noted };
        told.push(reason(grade, Rule::DeletedExe, seen));
    }
    if at.is_strange() || is_hidden_file(&path) {
        let grade = if of_place(seen, &path, at) { Grade::Suspect } else { Grade::Noted };
        told.push(reason(grade, Rule::OddPlace, seen));
    }
}

/// Who replaces a program that runs deletes it; but not from a place where nothing is installed.
fn of_deleted(seen: &Seen<'_>, at: Place) -> bool {
    match at {
        Place::Memory | Place::Hidden | Place::Volatile | Place::Web | Place::Odd => true,
        Place::Home => is_long(seen) || is_service(seen),
        Place::Workshop => is_long(seen),
        Place::Unknown | Place::System | Place::Local => false,
    }
}

fn of_place(seen: &Seen<'_>, path: &[u8], at: Place) -> bool {
    let served = is_service(seen) || serves(seen).is_some();
    match at {
        Place::Web | Place::Odd => true,
        Place::Hidden => {
            let home =
                [&b"/home/"[..], b"/root/", b"/Users/"].iter().any(|it| path.starts_with(it));
            // Vendors keep hidden folders below their own, and what lies there takes little.
            let vendors = path.starts_with(b"/opt/") && !path.starts_with(b"/opt/.");
            // Keys are kept there, and nobody hides in what is hidden already.
            let deep = hidden_parts(path) > 1 || contains(path, b"/.ssh/");
            let let_pass = home && !deep || vendors && is_calm(seen);
            !let_pass || served || is_hidden_file(path) || is_busy(seen)
        }
        // A folder that was made for a moment, by whoever installs something.
        Place::Volatile if is_of_a_moment(path) && !served && !is_busy(seen) => {
            is_hidden_file(path)
        }
        Place::Volatile => {
            path.starts_with(b"/dev/shm/") && !(is_calm(seen) && is_somebodys(seen))
                || served
                || is_busy(seen)
                || is_hidden_file(path)
                || !is_roots(path) && !is_calm(seen) && !is_somebodys(seen)
        }
        Place::Unknown
        | Place::Memory
        | Place::System
        | Place::Local
        | Place::Home
        | Place::Workshop => is_hidden_file(path) && (served || is_busy(seen)),
    }
}

/// Whole processors for half an hour: more than a service that was brought up to date while it runs.
fn is_long(seen: &Seen<'_>) -> bool {
    seen.cpu.is_some_and(|percent| percent >= LONG_PERCENT)
        && seen.cpu_minutes.is_none_or(|minutes| minutes >= LONG_MINUTES)
}

/// Below `tmp.` and ten letters, as mktemp names folders.
fn is_of_a_moment(path: &[u8]) -> bool {
    path.split(|byte| *byte == b'/').any(|part| {
        let rest = part.strip_prefix(b"tmp.").unwrap_or_default();
        rest.len() == 10 && rest.iter().all(u8::is_ascii_alphanumeric)
    })
}

/// It is known to take little.
fn is_calm(seen: &Seen<'_>) -> bool {
    seen.cpu.is_some() && !is_busy(seen)
}

/// It is gone after a restart, but not everybody may write to it.
fn is_roots(path: &[u8]) -> bool {
    let below = path.strip_prefix(b"/var/run/").or_else(|| path.strip_prefix(b"/run/"));
    below.is_some_and(|it| !it.starts_with(b"user/") && !it.starts_with(b"shm/"))
}

/// A person tries something, and it is known who: neither root nor a service, and somebody started it.
fn is_somebodys(seen: &Seen<'_>) -> bool {
    let root = seen.user == b"root" || seen.uid == Some(0);
    let known = !seen.user.is_empty() || seen.uid.is_some();
    known && !root && !is_service(seen) && !seen.ancestors.is_empty()
}

/// It takes more than a tool that was put there for a moment does.
pub(super) fn is_busy(seen: &Seen<'_>) -> bool {
    seen.cpu.is_some_and(|percent| percent >= BUSY_PERCENT)
        || seen.cpu_minutes.is_some_and(|minutes| minutes >= BUSY_MINUTES)
}

fn contains(path: &[u8], name: &[u8]) -> bool {
    path.windows(name.len()).any(|part| part == name)
}

fn reason(grade: Grade, rule: Rule, seen: &Seen<'_>) -> Told {
    let source = if seen.exe.is_empty() { FactSource::CommandLine } else { FactSource::Exe };
    (grade, Reason { rule, value: Untrusted::new(seen.path()), source })
}
