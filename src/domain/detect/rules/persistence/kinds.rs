//! What only some kinds of places can say, and how what stands there is hidden.

use super::{Entry, FETCHERS, RUNNERS, has_word, is_kind};
use crate::domain::detect::name::is_one_off;
use crate::domain::detect::place::{is_hidden_file, place};
use crate::domain::detect::rules::Told;
use crate::domain::detect::rules::origin::is_service_user;
use crate::domain::detect::seen::last_part;
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::facts::{Trick, tricks};
use crate::domain::untrusted::Untrusted;

pub(super) fn hidden(entry: &Entry<'_>, inner: &[Untrusted], told: &mut Vec<Told>) {
    for trick in tricks(entry.content) {
        let packed = matches!(trick, Trick::Base64 | Trick::Hex);
        let commands = inner.iter().any(|it| {
            let text = String::from_utf8_lossy(it.bytes());
            FETCHERS.iter().chain(&RUNNERS).any(|word| has_word(&text, word))
        });
        let grade = match trick {
            Trick::Padding if is_kind(entry.kind, &["profile", "bashrc", "motd", "pam"]) => {
                Grade::Noted
            }
            _ if packed && !commands => continue,
            Trick::HiddenCharacters => Grade::Noted,
            Trick::CarriageReturn
            | Trick::Padding
            | Trick::Base64
            | Trick::Hex
            | Trick::FieldSeparator => Grade::Suspect,
        };
        let value = Untrusted::new(entry.content);
        told.push((
            grade,
            Reason { rule: Rule::HiddenEntry, value, source: FactSource::Persistence },
        ));
    }
    let mut add = |value: &[u8]| {
        let value = Untrusted::new(value);
        let reason = Reason { rule: Rule::HiddenEntry, value, source: FactSource::Persistence };
        told.push((Grade::Suspect, reason));
    };
    if is_hidden_file(entry.path)
        && is_kind(entry.kind, &["cron", "systemd", "timer", "init", "udev", "xdg", "sudo"])
    {
        add(entry.path);
    }
    let text = String::from_utf8_lossy(entry.content);
    // A timer, and the unit behind it, that no list shows.
    let unit = text.lines().filter_map(|line| line.trim().strip_prefix("Unit="));
    if let Some(unit) = unit.map(str::trim).find(|it| it.starts_with('.')) {
        add(unit.as_bytes());
    }
    // A database was told to write itself where a text is read.
    if text.contains("REDIS0") {
        add(entry.content);
    }
}

/// Homes of services in which nobody signs in with a key.
const NOBODYS_HOMES: [&str; 20] = [
    "/var/www/",
    "/var/lib/redis/",
    "/var/lib/mysql/",
    "/var/lib/mongodb/",
    "/var/lib/elasticsearch/",
    "/var/spool/lpd/",
    "/var/spool/news/",
    "/var/spool/mail/",
    "/var/mail/",
    "/usr/games/",
    "/nonexistent/",
    "/dev/",
    "/bin/",
    "/sbin/",
    "/usr/bin/",
    "/usr/sbin/",
    "/usr/.ssh/",
    "/etc/.ssh/",
    "/run/.ssh/",
    "/.ssh/",
];

/// What those who mine on others' hosts call the key that they leave everywhere (reports on Outlaw, T1098.004).
const KEYS: [&str; 1] = ["mdrfckr"];

/// Modules of published rootkits for the kernel, by the names that they come with.
const ROOTKITS: [&str; 10] = [
    "adore-ng",
    "brokepkg",
    "diamorphine",
    "enyelkm",
    "kbeast",
    "kovid",
    "puszek",
    "reptile_module",
    "rkduck",
    "suterusu",
];

/// The libraries of a list for the loader, or those that an environment names for it.
fn libraries(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().filter_map(|line| {
        let line = line.trim().trim_start_matches("export ");
        let Some((name, value)) = line.split_once('=') else { return Some(line) };
        let name = name.trim();
        (name.starts_with("LD_") || name.starts_with('/')).then_some(value)
    });
    let ends = |it: char| it.is_whitespace() || matches!(it, ':' | '"' | '\'');
    lines
        .flat_map(move |it| it.split(ends))
        .filter(|it| it.starts_with('/') && !it.starts_with("//"))
}

/// Modules that let everybody in, or nobody, and that every host has.
const MODULES: [&[u8]; 6] = [
    b"pam_deny.so",
    b"pam_limits.so",
    b"pam_nologin.so",
    b"pam_permit.so",
    b"pam_rootok.so",
    b"pam_unix.so",
];

/// `NOPASSWD: ALL`, or a program that runs others; one that can do a certain thing is what the file is for.
fn may_all(line: &str) -> bool {
    const RUN: [&str; 12] =
        ["ALL", "ash", "awk", "bash", "dash", "env", "find", "perl", "python3", "sh", "vi", "vim"];
    let behind = line.split("NOPASSWD:").skip(1);
    behind.flat_map(|it| it.split(',')).any(|command| {
        let first = command.split_whitespace().next().unwrap_or_default();
        RUN.contains(&first.rsplit('/').next().unwrap_or(first))
    })
}

/// A letter of it is another one; a digit is a version's.
fn is_almost_a_module(name: &[u8]) -> bool {
    let digit = name.iter().any(u8::is_ascii_digit);
    !digit && !MODULES.contains(&name) && MODULES.iter().any(|it| is_one_off(name, it))
}

/// What is loaded into programs, and into whoever asks who somebody is.
fn of_libraries(entry: &Entry<'_>, text: &str, told: &mut Vec<Told>) {
    let mut add = |grade, rule, value: &str| {
        told.push((grade, Reason { rule, value: value.into(), source: FactSource::Persistence }));
    };
    if is_kind(entry.kind, &["preload"]) {
        for library in libraries(text) {
            let at = place(library.as_bytes());
            let vendor = library.starts_with("/opt/");
            let snoopy = library.contains("snoopy")
                || library.contains("libarmmem")
                || library.contains("libjemalloc")
                || library.contains("liboneagentproc");
            let grade = if vendor || snoopy { Grade::Noted } else { Grade::Suspect };
            let grade = if at.is_strange() { Grade::Suspect } else { grade };
            add(grade, Rule::Preload, library);
        }
    }
    let preloaded = text.split("LD_PRELOAD=").skip(1).filter_map(|it| it.split_whitespace().next());
    if let Some(library) = preloaded.into_iter().find(|it| it.contains("hide")) {
        add(Grade::Suspect, Rule::Preload, library.trim_matches(['"', '\'']));
    }
    if is_kind(entry.kind, &["pam"]) {
        let modules = text.split_whitespace();
        for module in modules.filter(|it| is_almost_a_module(last_part(it.as_bytes()))) {
            add(Grade::Suspect, Rule::LookAlike, module);
        }
    }
}

/// What only some kinds can say.
pub(super) fn of_kind(entry: &Entry<'_>, told: &mut Vec<Told>) {
    let text = String::from_utf8_lossy(entry.content);
    of_libraries(entry, &text, told);
    let mut add = |grade, rule, value: &str| {
        told.push((grade, Reason { rule, value: value.into(), source: FactSource::Persistence }));
    };
    if is_kind(entry.kind, &["module", "modprobe", "kernel"]) || text.contains("modprobe msr") {
        let words = text.lines().filter_map(|line| line.split_whitespace().next());
        for name in words.filter(|it| ROOTKITS.iter().any(|known| it.eq_ignore_ascii_case(known))) {
            add(Grade::Suspect, Rule::HiddenEntry, name);
        }
        let opened = text.contains("allow_writes=on");
        let pages = text.contains("nr_hugepages");
        let grade = if pages { Grade::Suspect } else { Grade::Noted };
        if opened {
            add(grade, Rule::MinerOptions, "msr allow_writes=on");
        }
    }
    if is_kind(entry.kind, &["passwd", "user"]) {
        for line in text.lines() {
            let fields: Vec<_> = line.split(':').collect();
            if let [name, _, "0", ..] = fields.as_slice()
                && *name != "root"
            {
                add(Grade::Suspect, Rule::SecondRoot, line);
            }
        }
    }
    if is_kind(entry.kind, &["sudo"]) && text.lines().any(may_all) {
        let service = text
            .lines()
            .any(|line| is_service_user(line.split_whitespace().next().unwrap_or_default()));
        add(if service { Grade::Suspect } else { Grade::Noted }, Rule::ForcedCommand, text.trim());
    }
    if is_kind(entry.kind, &["sudo"]) && text.contains("!syslog") {
        add(Grade::Suspect, Rule::HiddenEntry, text.trim());
    }
    let path = String::from_utf8_lossy(entry.path);
    if is_kind(entry.kind, &["authorized", "ssh"]) || path.ends_with("authorized_keys") {
        if NOBODYS_HOMES.iter().any(|home| path.starts_with(home)) {
            add(Grade::Suspect, Rule::ServiceKey, &path);
        }
        let named =
            |line: &&str| KEYS.contains(&line.split_whitespace().last().unwrap_or_default());
        for line in text.lines().filter(named) {
            add(
                Grade::Suspect,
                Rule::KnownIndicator,
                line.split_whitespace().last().unwrap_or(line),
            );
        }
        for line in text.lines().filter(|line| line.contains("command=")) {
            add(Grade::Noted, Rule::ForcedCommand, line);
        }
    }
}
