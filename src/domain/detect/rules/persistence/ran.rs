//! Paths in a line that are run, and not only looked at, written or removed.

use super::{Entry, RUNNERS, position};
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
/// Places of settings, from which lines start what belongs to them.
const SETTINGS_PLACES: [&str; 3] = ["/etc/", "/proc/", "/sys/"];
/// Where packages put what is shown to people, and no programs.
const TO_BE_SHOWN: [&str; 10] = [
    "/usr/include/",
    "/usr/share/doc/",
    "/usr/share/fonts/",
    "/usr/share/icons/",
    "/usr/share/info/",
    "/usr/share/locale/",
    "/usr/share/man/",
    "/usr/share/pixmaps/",
    "/usr/share/sounds/",
    "/usr/share/zoneinfo/",
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

/// Ends of files that are read, and not run.
const FILES: [&str; 9] =
    [".cfg", ".conf", ".ini", ".json", ".log", ".pid", ".toml", ".txt", ".yml"];
/// Words before what is run.
const STARTERS: [&str; 12] = [
    "then", "do", "else", "exec", "nohup", "setsid", "sudo", "nice", "ionice", "eval", "command",
    "-c",
];
/// Options behind which stands where to write.
const OUTPUTS: [&str; 5] = ["-o", "-O", "--output", "--output-document", ">"];
/// Files in `/etc` itself that are named all the time, or run by old custom.
const SETTINGS: [&str; 22] = [
    "rc",
    "rmt",
    "init",
    "profile",
    "bashrc",
    "environment",
    "crontab",
    "fstab",
    "mtab",
    "hosts",
    "hostname",
    "passwd",
    "shadow",
    "group",
    "gshadow",
    "motd",
    "issue",
    "shells",
    "services",
    "protocols",
    "aliases",
    "inittab",
];
/// Times of a line of cron, and whose it is.
const CRON_FIELDS: usize = 6;

/// Programs that do something to the paths behind them, and run none.
const HANDLES: [&str; 17] = [
    "cat", "chattr", "chgrp", "chmod", "chown", "du", "grep", "head", "ln", "logger", "ls",
    "mkdir", "rm", "rmdir", "stat", "tail", "touch",
];

/// What it runs, by path, in the order of the line.
pub(super) fn paths(line: &str) -> impl Iterator<Item = &str> {
    let is_end = |it: char| matches!(it, ';' | '&' | '|');
    line.split(is_end).flat_map(of_command)
}

/// The first that lies where no program should be, or whose name hides it.
pub(super) fn strange<'a>(line: &'a str, entry: &Entry<'_>) -> Option<&'a str> {
    if position::is_shell(entry) {
        // What stands there is run: even where other lines name files all the time.
        let run = position::run(line, entry).into_iter();
        // What is written into a table of cron is run by that.
        let told = ["echo ", "printf "].iter().any(|it| line.contains(it)) && line.contains("cron");
        let written = paths(line).filter(|it| told && is_strange(it, &USUAL));
        return run.filter(|it| is_strange(it, &SETTINGS_PLACES)).chain(written).next();
    }
    // What a package shall leave out is no program.
    if line.starts_with("path-exclude") || line.starts_with("path-include") {
        return None;
    }
    paths(line).find(|it| is_strange(it, &USUAL))
}

/// `cd FOLDER && ./it`: it lies where no program should be.
pub(super) fn from_folder(line: &str) -> Option<&str> {
    let (before, _) = line.split_once("./")?;
    let (_, behind) = before.rsplit_once("cd ")?;
    let ends = |it: char| it.is_whitespace() || matches!(it, ';' | '&' | '|' | '"' | '\'' | ')');
    let folder = behind.split(ends).find(|it| !it.is_empty())?;
    let inside = format!("{}/x", folder.trim_end_matches('/'));
    let volatile = ["/tmp", "/var/tmp", "/dev/shm"].iter().any(|it| folder.starts_with(it));
    let is_path = folder.starts_with(['/', '~']);
    (is_path && (volatile || is_strange(&inside, &USUAL))).then_some(folder)
}

fn is_strange(plain: &str, usual: &[&str]) -> bool {
    let path = plain.as_bytes();
    // The files that a shell itself reads in a home are hidden, and so are the folders of known tools.
    if plain.starts_with(['~', '$', '%'])
        && !plain.rsplit_once('/').is_some_and(|it| it.0.contains("/."))
    {
        return false;
    }
    let hidden = is_hidden_file(path) || plain.contains("/.");
    let usual = !hidden && (is_data(plain) || usual.iter().any(|it| plain.starts_with(it)));
    let device = DEVICES.iter().any(|it| plain.starts_with(it));
    let at = place(path);
    let strange = at.is_strange() && !usual && at != Place::Web;
    let shown = TO_BE_SHOWN.iter().any(|it| plain.starts_with(it));
    (strange || shown || last_part(path).starts_with(b"-")) && !device
}

fn of_command(command: &str) -> impl Iterator<Item = &str> {
    let ends = |it: char| {
        let quote = matches!(it, '"' | '\'' | '`' | '(' | ')' | '[' | ']' | '{' | '}');
        it.is_whitespace() || quote || matches!(it, ',' | '=')
    };
    let mut before = "";
    let (mut handled, mut shell) = (false, false);
    command.split(ends).filter(|word| !word.is_empty()).filter_map(move |word| {
        let plain = word.trim_start_matches(['@', '-', '+', '!', ':']);
        let plain = plain.split(['>', '<']).next().unwrap_or(plain);
        // What stands behind an option is run where a shell is told it, or a job for later.
        let told = shell && matches!(before, "-c" | "-f");
        let read = before.starts_with("--") && is_data(plain);
        let written = before.ends_with('>') || NOT_RUN.contains(&before) && !told || read;
        let runs = plain.starts_with('/') && !word.starts_with('>') && !written && !handled;
        let name = last_word(plain);
        shell |= matches!(name, "sh" | "bash" | "dash" | "ash" | "at" | "su");
        handled |= HANDLES.contains(&name);
        before = word;
        runs.then_some(plain)
    })
}

/// The name of a program without the folders before it.
fn last_word(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// By its name it is read, and not run.
pub(super) fn is_data(path: &str) -> bool {
    FILES.iter().any(|end| path.ends_with(end))
}

/// A program that lies in `/etc` itself, where settings are, and is run from there.
pub(super) fn among_settings(line: &str) -> Option<&str> {
    let is_end = |it: char| matches!(it, ';' | '&' | '|');
    line.split(is_end).find_map(of_settings)
}

fn of_settings(command: &str) -> Option<&str> {
    let ends = |it: char| it.is_whitespace() || matches!(it, '"' | '\'' | '=' | '(' | ')' | '`');
    let words = || command.split(ends).filter(|word| !word.is_empty());
    // A line of cron begins with its times and with whose it is.
    let first = words().next().unwrap_or_default();
    let timed = first.starts_with(|it: char| matches!(it, '*' | '@') || it.is_ascii_digit());
    let before = std::iter::once("").chain(words());
    before.zip(words()).enumerate().find_map(|(at, (before, word))| {
        let path = word.trim_start_matches(['@', '-', '+', '!', ':']);
        let name = path.strip_prefix("/etc/").filter(|it| !it.is_empty())?;
        let known = name.contains(['/', '.', '*', '$']) || SETTINGS.contains(&name);
        let starts = before.is_empty()
            || before.starts_with("Exec")
            || STARTERS.contains(&before)
            || RUNNERS.contains(&last_word(before))
            || timed && at <= CRON_FIELDS && !before.starts_with('-');
        (starts && !known).then_some(path)
    })
}

/// What is fetched, and then run by the name that it was given.
pub(super) fn fetched(line: &str) -> Option<&str> {
    let commands = || line.split([';', '&', '|']).map(str::trim);
    let url = line.split_whitespace().map(unquoted).find(|word| is_bare(word))?;
    let given = commands().flat_map(|command| {
        let words = || command.split_whitespace().map(unquoted);
        let options = words().zip(words().skip(1));
        options.filter(|(option, _)| writes(option)).map(|(_, file)| file)
    });
    let mut files = given.chain(std::iter::once(url)).map(last_word).filter(|it| !it.is_empty());
    files.find(|file| commands().any(|command| is_of(command, file)))
}

/// This file is what the command runs, or what the shell that it runs is given.
fn is_of(command: &str, file: &str) -> bool {
    let mut words = command.split_whitespace().map(unquoted).skip_while(|it| STARTERS.contains(it));
    let first = words.next().unwrap_or_default();
    let mut given = || words.find(|word| !word.starts_with('-')).map(last_word);
    first.contains('/') && !first.contains("://") && last_word(first) == file
        || RUNNERS.contains(&last_word(first)) && given() == Some(file)
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\'', '(', ')'])
}

/// `-o`, and `-so` among others.
fn writes(option: &str) -> bool {
    let many = option.strip_prefix('-').filter(|it| it.len() <= 5);
    let clustered = many.is_some_and(|it| it.bytes().all(|it| it.is_ascii_alphabetic()));
    OUTPUTS.contains(&option) || clustered && option.ends_with(['o', 'O'])
}

/// It lies elsewhere.
fn is_bare(word: &str) -> bool {
    let Some((scheme, rest)) = word.split_once("://") else { return false };
    let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
    let ours = matches!(host, "localhost" | "127.0.0.1");
    !ours && matches!(scheme, "http" | "https" | "ftp" | "ftps" | "tftp")
}

/// A program that is copied from somewhere, run, and removed at once.
pub(super) fn and_removed(line: &str) -> Option<&str> {
    let commands = || line.split([';', '&', '|']).map(str::trim).filter(|it| !it.is_empty());
    let words = |command: &'static str| {
        commands().filter(move |it| it.split_whitespace().any(|word| unquoted(word) == command))
    };
    let copies = words("cp").chain(words("mv"));
    let plain = |command: &str| command.split(['>', '<']).next().map(str::to_owned);
    copies.into_iter().find_map(|copy| {
        let copy_to = copy.split(" 2>").next().unwrap_or(copy).split_whitespace().last()?;
        let name = copy_to.rsplit('/').next().filter(|it| it.len() > 1)?;
        let is_it = |word: &str| last_word(unquoted(word)) == name;
        let ran = commands().any(|it| {
            let first = it.split_whitespace().next().unwrap_or_default();
            first.contains('/') && is_it(first)
        });
        let removed = words("rm").filter_map(plain).any(|it| it.split_whitespace().any(is_it));
        (ran && removed).then_some(copy_to)
    })
}
