//! Names that are not its own: a kernel thread's, a daemon's, or almost one (ATT&CK T1036.004, T1036.005).
//!
//! Source: DETECTION of argv and comm against the executable, as in Atomic Red Team's T1036.004 and Elastic's rules for
//! masquerading. Known false alarms, which are let pass: titles in brackets of celery, splunkd or `(sd-pam)`; daemons
//! that were built on the host; a client whose name lacks the daemon's `d`.

use crate::domain::detect::name::{is_daemon, is_kernels, is_quiet, looks_like, unbracketed};
use crate::domain::detect::place::{Place, place};
use crate::domain::detect::rules::Told;
use crate::domain::detect::seen::{Seen, last_part};
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::untrusted::Untrusted;

/// Load that is long.
const LONG_PERCENT: f32 = 80.0;
const LONG_MINUTES: f32 = 30.0;
/// Programs that run other programs' texts, and can call themselves anything.
const INTERPRETERS: [&[u8]; 4] = [b"perl", b"python", b"ruby", b"php"];

/// What its names say.
pub(super) fn judge(seen: &Seen<'_>, told: &mut Vec<Told>) {
    if seen.is_kernel() {
        return;
    }
    kernel_name(seen, told);
    borrowed(seen, told);
    look_alike(seen, told);
    busy(seen, told);
}

/// A daemon that waits for others does not compute for half an hour, and who computes for that long has no need of a
/// title in brackets, of another program's path, or of none.
fn busy(seen: &Seen<'_>, told: &mut Vec<Told>) {
    let long = seen.cpu.is_some_and(|it| it >= LONG_PERCENT)
        && seen.cpu_minutes.is_some_and(|it| it >= LONG_MINUTES);
    if !long || seen.packaged == Some(true) {
        return;
    }
    let title = seen.title();
    let first = seen.arguments.first().copied().unwrap_or_default();
    let quiet = [seen.file(), seen.name, last_part(title)].into_iter().find(|name| is_quiet(name));
    let other = title.starts_with(b"/")
        && place(title) == Place::System
        && is_other(last_part(title), seen.file())
        && !seen.exe.is_empty();
    let bracketed = first.first() == Some(&b'[') && !seen.exe.is_empty();
    let untitled = !seen.exe.is_empty() && !seen.arguments.is_empty() && first.is_empty();
    let value = match quiet {
        Some(name) => name,
        None if other || bracketed => first,
        None if untitled => seen.exe,
        None => return,
    };
    let value = Untrusted::new(value);
    told.push((Grade::Suspect, Reason { rule: Rule::BusyDaemon, value, source: FactSource::Stat }));
}

/// Two names of one program begin alike (`python3`, `python3.11`), or one is a letter of the other's.
fn is_other(title: &[u8], file: &[u8]) -> bool {
    let (title, file) = (title.get(..4).unwrap_or(title), file.get(..4).unwrap_or(file));
    !title.starts_with(file) && !file.starts_with(title)
}

/// A kernel thread has no executable and no arguments, belongs to root, and is a child of `kthreadd`.
fn kernel_name(seen: &Seen<'_>, told: &mut Vec<Told>) {
    let title = seen.arguments.first().copied().unwrap_or_default();
    let inner = unbracketed(title).or_else(|| unbracketed(seen.name));
    let bare = [seen.name, seen.title()].into_iter().find(|name| is_kernels(name));
    let Some(name) = inner.filter(|name| is_kernels(name)).or(bare) else { return };
    let source = if seen.name == name { FactSource::Comm } else { FactSource::CommandLine };
    let own_program = !seen.exe.is_empty() || seen.in_memory || seen.deleted;
    let strange_parent = seen.parent.is_some_and(|parent| !matches!(parent, 0 | 2));
    let proven = seen.kernel == Some(false) || own_program;
    // Only who calls itself so in an argument has arguments; tools show a kernel thread in the same brackets, so that
    // alone says nothing.
    let other_user = seen.uid.is_some_and(|uid| uid != 0) || !matches!(seen.user, b"" | b"root");
    let system = place(seen.exe) == Place::System && inner.is_none();
    let grade = match () {
        () if system || seen.packaged == Some(true) => Grade::Noted,
        () if proven || other_user || (strange_parent && inner.is_some()) => Grade::Suspect,
        () if strange_parent || seen.arguments.len() > 1 => Grade::Noted,
        () => return,
    };
    told.push((grade, Reason { rule: Rule::KernelName, value: Untrusted::new(name), source }));
}

/// A daemon's name, and an executable that lies where no daemon does.
fn borrowed(seen: &Seen<'_>, told: &mut Vec<Told>) {
    let place = place(seen.exe);
    let title = seen.title();
    // A script can call itself whatever it likes; a daemon that is no script does not run in an interpreter.
    let scripted = INTERPRETERS.iter().any(|it| seen.file().starts_with(it));
    if scripted && title.starts_with(b"/") && is_daemon(last_part(title)) {
        let (value, source) = (Untrusted::new(title), FactSource::CommandLine);
        return told.push((Grade::Suspect, Reason { rule: Rule::BorrowedName, value, source }));
    }
    if seen.packaged == Some(true) || matches!(place, Place::System | Place::Local | Place::Unknown)
    {
        return;
    }
    let said = title.strip_suffix(b":").unwrap_or(title);
    let claims = [last_part(said), seen.name, seen.file()];
    // Only systemd's own helper for sessions is called so.
    if title == b"(sd-pam)" && seen.file() != b"systemd" {
        let value = Untrusted::new(title);
        return told.push((
            Grade::Suspect,
            Reason { rule: Rule::BorrowedName, value, source: FactSource::CommandLine },
        ));
    }
    let Some(name) = claims.into_iter().find(|name| is_daemon(name)) else {
        return other_file(seen, place, told);
    };
    // What tools for developers run under a home bears its own name there.
    let grade = if place.is_strange() || last_part(said) != seen.file() {
        Grade::Suspect
    } else {
        Grade::Noted
    };
    told.push((
        grade,
        Reason { rule: Rule::BorrowedName, value: Untrusted::new(name), source: FactSource::Exe },
    ));
}

/// It says that it is a file of the system, and is another one in a place that is none of a program's.
fn other_file(seen: &Seen<'_>, at: Place, told: &mut Vec<Told>) {
    let title = seen.title();
    let of_system = place(title) == Place::System && title.starts_with(b"/");
    let script = seen.arguments.iter().skip(1).any(|it| last_part(it) == seen.file());
    if at.is_strange() && of_system && !script && last_part(title) != seen.file() {
        let value = Untrusted::new(title);
        told.push((
            Grade::Suspect,
            Reason { rule: Rule::BorrowedName, value, source: FactSource::CommandLine },
        ));
    }
}

/// Almost a daemon's or a kernel thread's name.
fn look_alike(seen: &Seen<'_>, told: &mut Vec<Told>) {
    let place = place(seen.exe);
    if seen.packaged == Some(true) {
        return;
    }
    let works = seen.cpu_minutes.is_some_and(|it| it >= LONG_MINUTES);
    let names = [(seen.file(), FactSource::Exe), (seen.name, FactSource::Comm)];
    let own = last_part(seen.title());
    let title = (own.strip_suffix(b":").unwrap_or(own), FactSource::CommandLine);
    for (name, source) in names.into_iter().chain([title]) {
        let Some(like) = looks_like(name) else { continue };
        let kernels = is_kernels(like);
        let grade = match place {
            _ if works => Grade::Suspect,
            Place::System | Place::Local | Place::Home | Place::Workshop => Grade::Noted,
            Place::Unknown if !kernels => Grade::Noted,
            Place::Unknown
            | Place::Memory
            | Place::Hidden
            | Place::Volatile
            | Place::Web
            | Place::Odd => Grade::Suspect,
        };
        let value = Untrusted::new([name, b" ~ ", like].concat());
        told.push((grade, Reason { rule: Rule::LookAlike, value, source }));
        return;
    }
}
