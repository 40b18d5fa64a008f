//! Names that are not its own: a kernel thread's, a daemon's, or almost one (ATT&CK T1036.004, T1036.005).
//!
//! Source: DETECTION of argv and comm against the executable, as in Atomic Red Team's T1036.004 and Elastic's rules for
//! masquerading. Known false alarms, which are let pass: titles in brackets of celery, splunkd or `(sd-pam)`; daemons
//! that were built on the host; a client whose name lacks the daemon's `d`.

use crate::domain::detect::name::{is_daemon, is_kernels, looks_like, unbracketed};
use crate::domain::detect::place::{Place, place};
use crate::domain::detect::rules::Told;
use crate::domain::detect::seen::{Seen, last_part};
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::untrusted::Untrusted;

/// What its names say.
pub(super) fn judge(seen: &Seen<'_>, told: &mut Vec<Told>) {
    if seen.is_kernel() {
        return;
    }
    kernel_name(seen, told);
    borrowed(seen, told);
    look_alike(seen, told);
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
    if seen.packaged == Some(true) || matches!(place, Place::System | Place::Local | Place::Unknown)
    {
        return;
    }
    let title = seen.title();
    let said = title.strip_suffix(b":").unwrap_or(title);
    let claims = [last_part(said), seen.name, seen.file()];
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
    if at.is_strange() && of_system && last_part(title) != seen.file() {
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
    if seen.packaged == Some(true) || matches!(place, Place::System) {
        return;
    }
    let names = [(seen.file(), FactSource::Exe), (seen.name, FactSource::Comm)];
    let title = (last_part(seen.title()), FactSource::CommandLine);
    for (name, source) in names.into_iter().chain([title]) {
        let Some(like) = looks_like(name) else { continue };
        let kernels = is_kernels(like);
        let grade = match place {
            Place::Local | Place::Home | Place::Workshop => Grade::Noted,
            Place::Unknown if !kernels => Grade::Noted,
            _ => Grade::Suspect,
        };
        let grade = if kernels { Grade::Suspect } else { grade };
        let value = Untrusted::new([name, b" ~ ", like].concat());
        told.push((grade, Reason { rule: Rule::LookAlike, value, source }));
        return;
    }
}
