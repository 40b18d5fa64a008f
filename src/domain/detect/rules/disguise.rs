//! Names that are not its own: a kernel thread's, a daemon's, or almost one (ATT&CK T1036.004, T1036.005).
//!
//! Source: DETECTION of argv and comm against the executable, as in Atomic Red Team's T1036.004 and Elastic's rules for
//! masquerading. Known false alarms, which are let pass: titles in brackets of celery, splunkd or `(sd-pam)`; daemons
//! that were built on the host; a client whose name lacks the daemon's `d`.

use crate::domain::detect::name::{
    is_daemon, is_kernels, is_only_kernels, is_quiet, looks_like, unbracketed, without_digits,
};
use crate::domain::detect::place::{Place, place};
use crate::domain::detect::rules::Told;
use crate::domain::detect::seen::{Seen, last_part};
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::untrusted::Untrusted;

/// Load that is long.
const LONG_PERCENT: f32 = 80.0;
const LONG_MINUTES: f32 = 30.0;
/// Percent that one thread cannot take.
const TWO_THREADS: f32 = 170.0;
/// Minutes of CPU time that are hours on several processors.
const HOURS_MINUTES: f32 = 600.0;
/// Programs that run other programs' texts, and can call themselves anything.
const INTERPRETERS: [&[u8]; 4] = [b"perl", b"python", b"ruby", b"php"];
/// What they and their kin call themselves where they run something; there are others that run the same texts.
const RUNTIMES: [&[u8]; 3] = [b"node", b"java", b"php"];
/// Who is the first process of a container under many names, and who is many programs in one.
const FIRST: [&[u8]; 6] = [b"init", b"systemd", b"busybox", b"toybox", b"tini", b"s6-svscan"];
/// Programs that are many daemons in one, or the heir of one and bear its name.
const HEIRS: [&[u8]; 12] = [
    b"k3s",
    b"k0s",
    b"rke2",
    b"kubelite",
    b"hyperkube",
    b"openresty",
    b"angie",
    b"tengine",
    b"valkey",
    b"keydb",
    b"percona",
    b"mariadb",
];
/// Programs that never have a second thread.
const ONE_THREAD: [&[u8]; 17] = [
    b"sh", b"bash", b"dash", b"ash", b"zsh", b"ksh", b"sleep", b"cat", b"tail", b"grep", b"sed",
    b"login", b"getty", b"pause", b"su", b"watch", b"nohup",
];

/// What its names say.
pub(super) fn judge(seen: &Seen<'_>, told: &mut Vec<Told>) {
    if seen.is_kernel() {
        return;
    }
    kernel_name(seen, told);
    bracketed(seen, told);
    borrowed(seen, told);
    look_alike(seen, told);
    busy(seen, told);
}

/// A daemon that waits for others does not compute for half an hour, and who computes for that long has no need of a
/// title in brackets, of another program's path or name, or of none.
fn busy(seen: &Seen<'_>, told: &mut Vec<Told>) {
    let cpu = seen.cpu.unwrap_or_default();
    let long = cpu >= LONG_PERCENT && seen.cpu_minutes.is_some_and(|it| it >= LONG_MINUTES);
    if seen.packaged == Some(true) || !(long || cpu >= TWO_THREADS) {
        return;
    }
    let many = cpu >= TWO_THREADS;
    let at_once = || one_thread(seen).or_else(|| quiet(seen)).or_else(|| bare(seen));
    let in_time = || quiet(seen).or_else(|| titled(seen)).or_else(|| silent(seen));
    let removed = || (many && long).then(|| removed(seen)).flatten();
    let found = many.then(at_once).flatten().or_else(|| long.then(in_time).flatten());
    let found = found.or_else(removed);
    if let Some(value) = found {
        let value = Untrusted::new(value);
        let reason = Reason { rule: Rule::BusyDaemon, value, source: FactSource::Stat };
        told.push((Grade::Suspect, reason));
    }
}

/// A program that was removed, that nobody told anything, and that is no daemon which was brought up to date.
fn removed<'a>(seen: &Seen<'a>) -> Option<&'a [u8]> {
    let file = seen.file();
    let known = file.is_empty() || is_daemon(file) || is_heir(file);
    let silent = seen.arguments.len() <= 1 && seen.listens.is_empty();
    let roots = seen.uid == Some(0) || seen.user == b"root";
    (seen.deleted && roots && silent && !known).then_some(seen.exe)
}

/// A daemon that only waits; also with a number behind its name.
fn quiet<'a>(seen: &Seen<'a>) -> Option<&'a [u8]> {
    let names = [seen.file(), seen.name, last_part(seen.title())];
    names.into_iter().find(|name| is_quiet(name) || is_quiet(without_digits(name)))
}

/// Neither a file nor an argument: so are threads of the kernel, and none of them uses two processors.
fn bare<'a>(seen: &Seen<'a>) -> Option<&'a [u8]> {
    let nothing = seen.exe.is_empty() && seen.arguments.is_empty() && seen.kernel != Some(true);
    (nothing && !seen.name.is_empty()).then_some(seen.name)
}

/// A program that has one thread uses one processor.
fn one_thread<'a>(seen: &Seen<'a>) -> Option<&'a [u8]> {
    let title = last_part(seen.title());
    let name = title.strip_prefix(b"-").unwrap_or(title);
    let file = seen.file();
    // What a shell runs by itself is another process; who hides behind its name may have its file too.
    let same = file.is_empty() || file == name || is_other(name, file);
    (ONE_THREAD.contains(&name) && same).then_some(title)
}

/// Another program's path, its name, a name in brackets, or none.
fn titled<'a>(seen: &Seen<'a>) -> Option<&'a [u8]> {
    let first = seen.arguments.first().copied()?;
    let (title, file) = (seen.title(), seen.file());
    if file.is_empty() {
        return None;
    }
    if first.is_empty() {
        return Some(seen.exe);
    }
    let interpreted = INTERPRETERS.iter().any(|it| file.starts_with(it));
    if first.starts_with(b"[") {
        // A pool of workers says what each of them does.
        return (!interpreted || unbracketed(first).is_some_and(is_kernels)).then_some(first);
    }
    if is_heir(file) && is_daemon(last_part(title)) && place(seen.exe) == Place::System {
        return None;
    }
    // Scripts are called by who runs them.
    let script = seen.arguments.iter().skip(1).take(2).any(|it| last_part(it) == file);
    let of_system = title.starts_with(b"/") && place(title) == Place::System;
    let runtime = RUNTIMES.iter().any(|it| without_digits(last_part(title)) == *it)
        && !matches!(place(seen.exe), Place::System | Place::Local);
    (!script && (of_system || runtime) && is_other(last_part(title), file)).then_some(first)
}

/// Nobody told it anything, root has it run by itself, it serves nobody, and it takes several processors for hours.
fn silent<'a>(seen: &Seen<'a>) -> Option<&'a [u8]> {
    let roots = seen.uid == Some(0) || seen.user == b"root";
    let by_itself = seen.parent == Some(1);
    let hours = seen.cpu.is_some_and(|it| it >= TWO_THREADS)
        && seen.cpu_minutes.is_some_and(|it| it >= HOURS_MINUTES);
    let blank = seen.arguments.first().is_some_and(|it| it.contains(&b' '));
    let told = seen.arguments.len() > 1 || blank;
    let known = is_daemon(seen.file()) || seen.file().is_empty();
    let serves = !seen.listens.is_empty();
    let silent = roots && by_itself && hours && !told && !known && !serves;
    (silent && place(seen.exe) == Place::System).then_some(seen.exe)
}

/// It bears the name of the daemon that it took over from.
fn is_heir(file: &[u8]) -> bool {
    HEIRS.iter().any(|it| file.starts_with(it))
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
    // A script gives its process its own name: `kswapd_exporter.py`.
    let script = seen.arguments.iter().skip(1).take(2).any(|it| last_part(it).starts_with(name));
    if script && inner.is_none() && INTERPRETERS.iter().any(|it| seen.file().starts_with(it)) {
        return;
    }
    let source = if seen.name == name { FactSource::Comm } else { FactSource::CommandLine };
    let own_program = !seen.exe.is_empty() || seen.in_memory || seen.deleted;
    let strange_parent = seen.parent.is_some_and(|parent| !matches!(parent, 0 | 2));
    // A thread of the kernel was started by no path.
    let by_path = title.contains(&b'/') && is_only_kernels(name);
    let proven = seen.kernel == Some(false) || own_program || by_path;
    // Only who calls itself so in an argument has arguments; tools show a kernel thread in the same brackets, so that
    // alone says nothing.
    let other_user = seen.uid.is_some_and(|uid| uid != 0) || !matches!(seen.user, b"" | b"root");
    // A few of these names are those of programs too.
    let shared = inner.is_none() && !is_only_kernels(name);
    let system = place(&seen.path()) == Place::System && shared;
    let grade = match () {
        () if system || seen.packaged == Some(true) => Grade::Noted,
        () if proven || other_user || (strange_parent && inner.is_some()) => Grade::Suspect,
        () if strange_parent || seen.arguments.len() > 1 => Grade::Noted,
        () => return,
    };
    told.push((grade, Reason { rule: Rule::KernelName, value: Untrusted::new(name), source }));
}

/// A name in the brackets that tools put around those of kernel threads, on a program that is called otherwise. Many
/// daemons say there what they do; they use more than one word.
fn bracketed(seen: &Seen<'_>, told: &mut Vec<Told>) {
    let Some(name) = seen.arguments.first().and_then(|it| unbracketed(it)) else { return };
    let word = name.iter().all(|it| it.is_ascii_alphanumeric() || b"/_-:.".contains(it));
    let file = seen.file();
    let interpreted = INTERPRETERS.iter().any(|it| file.starts_with(it));
    let busy = || seen.cpu.is_some_and(|it| it >= LONG_PERCENT) && seen.packaged != Some(true);
    let other = is_other(name, file) || name != file || busy();
    // Scripts in Perl that strangers leave behind call themselves so; pools of workers are written in other languages.
    let interpreted = interpreted && !file.starts_with(b"perl");
    if word && !file.is_empty() && other && !interpreted && !is_kernels(name) {
        let (value, source) = (Untrusted::new(name), FactSource::CommandLine);
        told.push((Grade::Suspect, Reason { rule: Rule::KernelName, value, source }));
    }
}

/// A daemon's name, and an executable that lies where no daemon does.
fn borrowed(seen: &Seen<'_>, told: &mut Vec<Told>) {
    let place = place(&seen.path());
    let title = seen.title();
    // A script can call itself whatever it likes; a daemon that is no script does not run in an interpreter.
    let scripted = INTERPRETERS.iter().any(|it| seen.file().starts_with(it));
    let perl = seen.file().starts_with(b"perl") && seen.arguments.len() == 1;
    let bare = perl && (is_daemon(title) || matches!(title, b"rsync" | b"bash" | b"sh" | b"top"));
    if bare || scripted && title.starts_with(b"/") && is_daemon(last_part(title)) {
        let (value, source) = (Untrusted::new(title), FactSource::CommandLine);
        return told.push((Grade::Suspect, Reason { rule: Rule::BorrowedName, value, source }));
    }
    if seen.packaged == Some(true) {
        return;
    }
    // No file is called like an option, lest tools take it for one.
    if seen.file().starts_with(b"-") {
        let value = Untrusted::new(seen.exe);
        let reason = Reason { rule: Rule::BorrowedName, value, source: FactSource::Exe };
        return told.push((Grade::Suspect, reason));
    }
    if place == Place::Local {
        return of_another(seen, told);
    }
    if matches!(place, Place::System | Place::Unknown) {
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

/// A daemon's title on a file of another name, where administrators put programs.
fn of_another(seen: &Seen<'_>, told: &mut Vec<Told>) {
    let title = seen.title();
    let name = last_part(title.strip_suffix(b":").unwrap_or(title));
    let file = seen.file();
    let heirs = is_heir(file) || !name.is_empty() && file.windows(name.len()).any(|it| it == name);
    let many = FIRST.contains(&name) || FIRST.contains(&file) || name.starts_with(b"m") || heirs;
    let scripted = INTERPRETERS.iter().any(|it| file.starts_with(it));
    if is_daemon(name) && is_other(name, file) && !file.is_empty() && !many && !scripted {
        let (value, source) = (Untrusted::new(name), FactSource::CommandLine);
        told.push((Grade::Suspect, Reason { rule: Rule::BorrowedName, value, source }));
    }
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
    let place = place(&seen.path());
    if seen.packaged == Some(true) {
        return;
    }
    let cpu = seen.cpu.unwrap_or_default();
    let works =
        cpu >= TWO_THREADS || seen.cpu_minutes.map_or(cpu >= LONG_PERCENT, |it| it >= LONG_MINUTES);
    let names = [
        (seen.file(), FactSource::Exe),
        (seen.name, FactSource::Comm),
        (last_part(seen.title()), FactSource::CommandLine),
    ];
    for (at, (name, source)) in names.into_iter().enumerate() {
        // Most say the same of themselves three times.
        if names.iter().take(at).any(|(before, _)| *before == name) {
            continue;
        }
        // `postgres: writer`.
        let name = name.strip_suffix(b":").unwrap_or(name);
        let Some(like) = looks_like(name) else { continue };
        let kernels = is_kernels(like);
        let grade = match place {
            _ if works || is_only_kernels(like) => Grade::Suspect,
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
