//! One line of what starts by itself, as a shell would take it.

use super::{Entry, FETCHERS, RUNNERS, has_word, is_kind};
use crate::domain::detect::name::{is_daemon, is_kernels, unbracketed};
use crate::domain::detect::place::{Place, is_hidden_file, place};
use crate::domain::detect::rules::Told;
use crate::domain::detect::seen::last_part;
use crate::domain::detect::{FactSource, Grade, Reason, Rule};

/// Scripts that tools of administrators keep in a hidden folder, and run from there by themselves.
const KNOWN_HIDDEN: [&str; 6] = ["/.acme.sh", "/.nvm", "/.cargo", "/.local", "/.pyenv", "/.rbenv"];


/// What runs a text that is fetched in the same breath.
const RUNS_WHAT_COMES: [&str; 9] = [
    "sh -c \"$(", "bash -c \"$(", "<(curl", "<(wget", "eval \"$(", "eval $(", "`curl", "`wget",
    "exec(",
];
/// What makes a text out of letters and digits again.
const DECODES: [&str; 8] = [
    "base64 -d", "base64 --decode", "base64 -D", "base64 -i", "xxd -r", "openssl enc",
    "openssl base64", "b64decode",
];

/// Words behind which a path is looked at, written or removed, and not run.
const NOT_RUN: [&str; 28] = [
    "-o", "-O", "rm", "-f", "-rf", "find", "test", "-d", "-e", "-s", "cd", "mkdir", "-p", "touch",
    "-delete", "cat", "tail", "ls", "du", "-x", "chown", "chmod", "-L", "logger", "-r", "-w", "-c",
    "stat",
];
/// Places without programs that lines name all the time.
const USUAL: [&str; 10] = [
    "/etc/",
    "/run/",
    "/var/run/",
    "/var/lock/",
    "/var/spool/",
    "/var/log/",
    "/var/cache/",
    "/var/mail/",
    "/proc/",
    "/sys/",
];
/// Devices that lines name all the time.
const DEVICES: [&str; 15] = [
    "/dev/null",
    "/dev/stdout",
    "/dev/stderr",
    "/dev/tty",
    "/dev/zero",
    "/dev/urandom",
    "/dev/random",
    "/dev/tcp/",
    "/dev/sd",
    "/dev/vd",
    "/dev/nvme",
    "/dev/disk",
    "/dev/md",
    "/dev/mapper/",
    "/dev/log",
];


pub(super) fn of_line(line: &str, entry: &Entry<'_>, told: &mut Vec<Told>) {
    // `{base64,-d}` is `base64 -d` to a shell.
    let unfolded = line.contains('{').then(|| line.replace(['{', '}'], " ").replace(',', " "));
    let line = unfolded.as_deref().unwrap_or(line);
    let has = |words: &[&str]| words.iter().any(|it| line.contains(it));
    let mut add = |grade, rule, value: &str| {
        told.push((grade, Reason { rule, value: value.into(), source: FactSource::Persistence }));
    };
    let fetches = FETCHERS.iter().any(|it| has_word(line, it)) || line.contains("urlopen");
    let piped = line.split('|').skip(1).any(runs_text);
    if fetches && (piped || has(&RUNS_WHAT_COMES) || makes_program(line) || writes_strange(line)) {
        add(Grade::Suspect, Rule::DownloadsAndRuns, line);
    }
    if has(&DECODES) && (piped || has(&["eval", "exec(", "-c \"$(", "-c $("])) {
        add(Grade::Suspect, Rule::DecodesAndRuns, line);
    }
    let again = has(&["crontab -", "crontab /"]) && line.contains('|')
        || has(&["kill -0", "pgrep", "pidof", "ps aux", "ps -ef"])
            && (fetches || runs_strange(line).is_some());
    if again {
        add(Grade::Suspect, Rule::AddsItselfAgain, line);
    }
    if let Some(name) = called_otherwise(line) {
        add(Grade::Suspect, Rule::KernelName, name);
    }
    if let Some(path) = runs_strange(line) {
        if !is_kind(entry.kind, &["passwd", "sudo"]) {
            let grade = if is_kept_by_a_tool(path) { Grade::Noted } else { Grade::Suspect };
            add(grade, Rule::RunsOddPlace, path);
        }
    } else if has(&["cd /tmp", "cd /var/tmp", "cd /dev/shm"]) && line.contains("./") {
        add(Grade::Suspect, Rule::RunsOddPlace, line);
    }
    let adds_user = ["useradd", "adduser", "usermod"].iter().any(|it| has_word(line, it));
    if adds_user && (line.contains("-u 0") || line.contains("-u0")) {
        add(Grade::Suspect, Rule::SecondRoot, line);
    }
}

/// Only this part of it is hidden, and a tool of administrators is known to keep its scripts there.
fn is_kept_by_a_tool(path: &str) -> bool {
    KNOWN_HIDDEN.iter().any(|known| {
        path.split_once(known).is_some_and(|(before, rest)| {
            !before.contains("/.") && !rest.contains("/.") && rest.starts_with(['/', '.', ' '])
        })
    }) && !path.starts_with("/tmp/")
}

/// It is made a program; whoever fetches a key takes rights away from others.
fn makes_program(line: &str) -> bool {
    line.split_once("chmod").is_some_and(|(_, rest)| {
        let mut words = rest.split_whitespace().filter(|it| !it.starts_with("-"));
        words.next().is_some_and(|mode| {
            let digits = mode.bytes().all(|it| it.is_ascii_digit());
            if digits { mode.contains(['1', '5', '7']) } else { mode.contains(['x', 's', 'X']) }
        })
    })
}

/// `exec -a '[kworker/0:1]' FILE`: the name of a thread of the kernel, or of a daemon, for another file.
fn called_otherwise(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("exec -a")?;
    let ends = |it: char| it.is_whitespace() || matches!(it, '"' | '\'');
    let name = rest.split(ends).find(|it| !it.is_empty())?;
    let bare = unbracketed(name.as_bytes());
    let is_borrowed =
        bare.is_some() || is_kernels(name.as_bytes()) || is_daemon(last_part(name.as_bytes()));
    is_borrowed.then_some(name)
}

/// The part behind a pipe runs what comes through it.
fn runs_text(part: &str) -> bool {
    let ends = |it: char| {
        it.is_whitespace() || matches!(it, ';' | '&' | ')' | '\'' | '"' | ']' | ',' | '}')
    };
    let mut words = part.split(ends).filter(|it| !it.is_empty());
    let wrappers = ["sudo", "nohup", "env", "setsid", "exec", "nice", "timeout"];
    let first = words.find(|word| !wrappers.contains(word) && !word.contains('='));
    first.is_some_and(|word| {
        let name = word.rsplit('/').next().unwrap_or(word);
        let name = name.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.');
        RUNNERS.contains(&name)
            && !words.next().is_some_and(|next| next == "-c" || next == "-e" || next == "-r")
    })
}

/// A path that runs something from where no program should be.
fn runs_strange(line: &str) -> Option<&str> {
    let ends = |it: char| {
        let quote = matches!(it, '"' | '\'' | '`' | '(' | ')' | '[' | ']' | '{' | '}');
        it.is_whitespace() || quote || matches!(it, ';' | '&' | '|' | ',' | '=')
    };
    let words = line.split(ends);
    let mut before = "";
    for word in words.filter(|word| !word.is_empty()) {
        let plain = word.trim_start_matches(['@', '-', '+', '!', ':']);
        let written = before.ends_with('>') || NOT_RUN.contains(&before);
        if plain.starts_with('/') && !word.starts_with('>') && !written {
            let path = plain.as_bytes();
            let hidden = is_hidden_file(path) || plain.contains("/.");
            let usual = !hidden && USUAL.iter().any(|it| plain.starts_with(it));
            let device = DEVICES.iter().any(|it| plain.starts_with(it));
            let at = place(path);
            if at.is_strange() && !usual && !device && at != Place::Web {
                return Some(plain);
            }
        }
        before = word;
    }
    None
}

fn writes_strange(line: &str) -> bool {
    let run = ["sh ", "bash ", "./", "&& /", "; /", "exec "].iter().any(|it| line.contains(it));
    let strange = ["/tmp/", "/var/tmp/", "/dev/shm/", "/."].iter().any(|it| line.contains(it));
    run && strange
}

