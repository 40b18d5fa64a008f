//! Paths in a line that are run, and not only looked at, written or removed.

use crate::domain::detect::place::{Place, is_hidden_file, place};
use crate::domain::detect::seen::last_part;

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

/// Programs that do something to the paths behind them, and run none.
const HANDLES: [&str; 22] = [
    "cat", "chattr", "chgrp", "chmod", "chown", "cp", "du", "grep", "head", "install", "ln",
    "logger", "ls", "mkdir", "mv", "rm", "rmdir", "rsync", "stat", "tail", "tar", "touch",
];

/// What it runs, by path, in the order of the line.
pub(super) fn paths(line: &str) -> impl Iterator<Item = &str> {
    let is_end = |it: char| matches!(it, ';' | '&' | '|');
    line.split(is_end).flat_map(of_command)
}

/// The first that lies where no program should be, or whose name hides it.
pub(super) fn strange(line: &str) -> Option<&str> {
    paths(line).find(|plain| {
        let path = plain.as_bytes();
        let hidden = is_hidden_file(path) || plain.contains("/.");
        let usual = !hidden && USUAL.iter().any(|it| plain.starts_with(it));
        let device = DEVICES.iter().any(|it| plain.starts_with(it));
        let at = place(path);
        let strange = at.is_strange() && !usual && at != Place::Web;
        (strange || last_part(path).starts_with(b"-")) && !device
    })
}

fn of_command(command: &str) -> impl Iterator<Item = &str> {
    let ends = |it: char| {
        let quote = matches!(it, '"' | '\'' | '`' | '(' | ')' | '[' | ']' | '{' | '}');
        it.is_whitespace() || quote || matches!(it, ',' | '=')
    };
    let mut before = "";
    let mut handled = false;
    command.split(ends).filter(|word| !word.is_empty()).filter_map(move |word| {
        let plain = word.trim_start_matches(['@', '-', '+', '!', ':']);
        let written = before.ends_with('>') || NOT_RUN.contains(&before);
        let runs = plain.starts_with('/') && !word.starts_with('>') && !written && !handled;
        handled |= HANDLES.contains(&plain.rsplit('/').next().unwrap_or(plain));
        before = word;
        runs.then_some(plain)
    })
}

/// A program that is copied from somewhere, run, and removed at once.
pub(super) fn and_removed(line: &str) -> Option<&str> {
    let commands = || line.split([';', '&', '|']).map(str::trim).filter(|it| !it.is_empty());
    let words = |command: &'static str| {
        commands().filter(move |it| it.split_whitespace().any(|word| word == command))
    };
    let copies = words("cp").chain(words("mv"));
    let plain = |command: &str| command.split(['>', '<']).next().map(str::to_owned);
    copies.into_iter().find_map(|copy| {
        let copy_to = copy.split(" 2>").next().unwrap_or(copy).split_whitespace().last()?;
        let name = copy_to.rsplit('/').next().filter(|it| it.len() > 1)?;
        let is_it = |word: &str| word.rsplit('/').next() == Some(name);
        let ran = commands().any(|it| {
            let first = it.split_whitespace().next().unwrap_or_default();
            first.contains('/') && is_it(first)
        });
        let removed = words("rm").filter_map(plain).any(|it| it.split_whitespace().any(is_it));
        (ran && removed).then_some(copy_to)
    })
}
