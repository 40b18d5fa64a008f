//! What a line runs: what stands where a shell takes a command, and not what a command is told.

use std::collections::BTreeSet;

use super::{Entry, RUNNERS, is_kind};

/// Folders that everybody may write to.
const VOLATILE: [&str; 3] = ["/tmp/", "/var/tmp/", "/dev/shm/"];

/// Kinds of places whose lines a shell takes, or a manager of services.
const LINES: [&str; 10] =
    ["cron", "systemd", "timer", "rc.local", "init", "profile", "bashrc", "motd", "at", "shell"];
/// Words before a command, and programs that run the command behind their options.
const STARTERS: [&str; 39] = [
    "!",
    "busybox",
    "catchsegv",
    "chronic",
    "chroot",
    "chrt",
    "command",
    "cpulimit",
    "cronic",
    "daemonize",
    "do",
    "doas",
    "elif",
    "else",
    "env",
    "eval",
    "exec",
    "firejail",
    "flock",
    "gosu",
    "if",
    "ionice",
    "nice",
    "nohup",
    "nsenter",
    "parallel",
    "proxychains",
    "runuser",
    "screen",
    "setsid",
    "stdbuf",
    "sudo",
    "taskset",
    "then",
    "time",
    "timeout",
    "unshare",
    "until",
    "while",
];
/// Others of them, and what loads the file behind its options.
const LOADERS: [&str; 22] = [
    ".",
    "at",
    "batch",
    "crontab",
    "dotnet",
    "gdb",
    "insmod",
    "java",
    "lua",
    "mono",
    "node",
    "nodejs",
    "ruby",
    "source",
    "start-stop-daemon",
    "su",
    "systemd-run",
    "tmux",
    "watch",
    "wine",
    "xargs",
    "xvfb-run",
];
/// Options of theirs with a value that is none.
const VALUED: [&str; 18] = [
    "-C",
    "-I",
    "-P",
    "-S",
    "-U",
    "-a",
    "-g",
    "-l",
    "-n",
    "-p",
    "-s",
    "-t",
    "-u",
    "-w",
    "--chuid",
    "--pidfile",
    "--user",
    "--signal",
];
/// Variables that name what others run or load.
const NAMING: [&str; 11] = [
    "BASH_ENV",
    "DAEMON",
    "ENV",
    "LD_AUDIT",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "PATH",
    "PROMPT_COMMAND",
    "PYTHONPATH",
    "compresscmd",
    "uncompresscmd",
];
/// Settings of units whose value is a place where something is kept, and not run.
const KEPT: [&str; 19] = [
    "BindPaths",
    "BindReadOnlyPaths",
    "ConditionPathExists",
    "DirectoryNotEmpty",
    "InaccessiblePaths",
    "ListenDatagram",
    "ListenFIFO",
    "ListenStream",
    "PIDFile",
    "PathChanged",
    "PathExists",
    "PathExistsGlob",
    "PathModified",
    "ReadOnlyPaths",
    "ReadWritePaths",
    "StandardError",
    "StandardOutput",
    "TemporaryFileSystem",
    "Where",
];

/// A shell takes lines of such an entry, or a manager of services.
pub(super) fn is_shell(entry: &Entry<'_>) -> bool {
    is_kind(entry.kind, &LINES) && !is_kind(entry.kind, &["incron", "bashrc.d/"])
}

/// What this line runs, by path.
pub(super) fn run<'a>(line: &'a str, entry: &Entry<'_>) -> Vec<&'a str> {
    // What a script writes into a file, it writes as lines: `printf '[Service]\nExecStart=…'`.
    line.split("\\n").flat_map(|line| of_piece(line, entry)).collect()
}

fn of_piece<'a>(line: &'a str, entry: &Entry<'_>) -> Vec<&'a str> {
    let unit = is_kind(entry.kind, &["systemd", "timer"]);
    let setting = line.split('=').next().unwrap_or_default().trim();
    if unit && KEPT.contains(&setting) {
        return Vec::new();
    }
    let is_name = setting.bytes().all(|it| it.is_ascii_alphanumeric());
    let line = match line.split_once('=') {
        Some((_, value)) if unit && is_name => value.trim_start_matches(['@', '-', '+', '!', ':']),
        _ if is_kind(entry.kind, &["cron"]) => after_times(line, entry.path),
        _ => line,
    };
    let parts = commands_of(line);
    let commands = || parts.iter().copied();
    // What cloud-init is told to run may stand in brackets.
    let is_list = is_kind(entry.kind, &["cloud"]);
    let mut found: Vec<&str> =
        commands().flat_map(|it| of_command(if is_list { it } else { before_test(it) })).collect();
    let called: BTreeSet<&str> = commands().filter_map(called).collect();
    let set = commands().filter_map(set).filter(|(name, _)| called.contains(name));
    found.extend(set.map(|(_, value)| value));
    found
}

/// The commands of a line, without the patterns of a `case`: `start|begin) /usr/bin/it ;;`.
fn commands_of(line: &str) -> Vec<&str> {
    let (mut parts, mut open, mut begin): (Vec<(&str, char)>, u32, usize) = (Vec::new(), 0, 0);
    for (at, it) in line.char_indices() {
        let closes = it == ')' && open == 0;
        open = if it == '(' { open + 1 } else { open.saturating_sub(u32::from(it == ')')) };
        if !(closes || matches!(it, ';' | '&' | '|' | '(' | '`')) {
            continue;
        }
        parts.push((line.get(begin..at).unwrap_or_default(), it));
        begin = at + it.len_utf8();
        if closes {
            // What nothing opened ends a pattern, of which there may be several.
            parts.pop();
            while parts.last().is_some_and(|(_, end)| *end == '|') {
                parts.pop();
            }
        }
    }
    parts.push((line.get(begin..).unwrap_or_default(), ';'));
    parts.into_iter().map(|(part, _)| part).collect()
}

/// `[ -x FILE ]` asks of a file, and runs nothing.
fn before_test(command: &str) -> &str {
    let begins = |it: &usize| {
        let before = command.get(..*it).unwrap_or_default();
        before.is_empty() || before.ends_with(char::is_whitespace)
    };
    let mut marks = command.match_indices("[ ").chain(command.match_indices("[[ "));
    let at = marks.find(|(at, _)| begins(at)).map_or(command.len(), |(at, _)| at);
    command.get(..at).unwrap_or_default()
}

/// The path that a variable is set to.
fn set(command: &str) -> Option<(&str, &str)> {
    let (name, value) = assigned(command.trim())?;
    let value = value.trim_matches(['"', '\'']).split_whitespace().next()?;
    value.starts_with('/').then_some((name, value))
}

/// The variable that says what the command is.
fn called(command: &str) -> Option<&str> {
    let words = command.split(|it: char| it.is_whitespace() || matches!(it, '"' | '\''));
    let mut words = words.filter(|it| !it.is_empty() && !STARTERS.contains(it));
    let word = words.find(|it| !RUNNERS.contains(it)).and_then(|it| it.strip_prefix('$'));
    word.map(|it| it.trim_matches(['{', '}']))
}

/// A line of cron without its times, and without whose it is.
fn after_times<'a>(line: &'a str, path: &[u8]) -> &'a str {
    let mut rest = line;
    let mut next = || {
        let (word, after) = rest.split_once(char::is_whitespace)?;
        rest = after.trim_start();
        Some(word)
    };
    let is_time = |word: &str| {
        let letters = |it: u8| it.is_ascii_alphanumeric() || b"*/,-~".contains(&it);
        word.bytes().all(letters) && word.contains(|it: char| it == '*' || it.is_ascii_digit())
    };
    let anacron = path.ends_with(b"anacrontab");
    if line.starts_with('@') {
        next();
    } else {
        for _ in 0..if anacron { 2 } else { 5 } {
            if !next().is_some_and(is_time) {
                return line;
            }
        }
    }
    let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    // A table of the system says whose each line is; one of somebody's own does not.
    let is_user = word.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-.".contains(&it));
    let of_system = !path.starts_with(b"/var/") && !path.starts_with(b"/home/");
    if anacron || of_system && is_user { after } else { rest }
}

/// What stands before the next word.
enum At {
    /// A command.
    Command,
    /// Options of a starter, and then a command.
    Options { flock: bool },
    /// Options of what runs a file or a text, and then that file.
    File,
    /// What a command is told.
    Told,
}

fn of_command(command: &str) -> Vec<&str> {
    let ends = |it: char| {
        it.is_whitespace() || matches!(it, '"' | '\'' | ')' | '[' | ']' | '{' | '}' | ',')
    };
    let (mut at, mut found, mut skip) = (At::Command, Vec::new(), false);
    let mut value_ends = 0;
    for word in command.split(ends).filter(|word| !word.is_empty()) {
        let begin = word.as_ptr().addr() - command.as_ptr().addr();
        if std::mem::take(&mut skip) || begin < value_ends {
            continue;
        }
        if let Some((name, value)) = assigned(word) {
            let runs = NAMING.contains(&name) || name.starts_with("Exec") || name.ends_with('+');
            let quoted = quoted(command, begin + word.len()).filter(|_| value.is_empty());
            // Settings are hidden in homes; what is hidden where everybody may write is none.
            let is_hidden = |it: &&str| VOLATILE.iter().any(|folder| it.starts_with(folder));
            let hidden = quoted.filter(|it| is_hidden(it) && it.contains("/."));
            value_ends = begin + word.len() + quoted.map_or(0, |it| it.len() + 1);
            let value = quoted.unwrap_or(value);
            let kept = name == "PYTHONPATH" && !is_hidden(&value);
            found.extend(value.split(':').filter(|it| runs && !kept && it.starts_with('/')));
            found.extend(hidden.filter(|_| !runs));
            continue;
        }
        // `it>/dev/null`: what stands before it is a word of its own, unless it is the number of a file.
        let (word, elsewhere) = word.split_at(word.find(['>', '<']).unwrap_or(word.len()));
        let to_next = elsewhere.ends_with(['>', '<']);
        let number = word.bytes().all(|it| it.is_ascii_digit());
        if !elsewhere.is_empty() && number {
            skip = to_next;
            continue;
        }
        let told = matches!(word, "-exec" | "-execdir" | "--exec" | "--startas");
        at = match at {
            _ if told => At::Command,
            At::Options { .. } | At::File if word == "-c" || word == "-x" => At::Command,
            At::Options { flock } if word.starts_with('-') || is_measure(word) => {
                skip = VALUED.contains(&word) && !flock;
                At::Options { flock }
            }
            // The file that is locked.
            At::Options { flock: true } => At::Options { flock: false },
            At::File if word.starts_with('-') || is_measure(word) => {
                skip = word.starts_with("--") && VALUED.contains(&word);
                At::File
            }
            At::Command | At::Options { .. } => {
                if is_path(word) {
                    found.push(word);
                }
                behind(word)
            }
            At::File => {
                if is_path(word) {
                    found.push(word);
                }
                At::Told
            }
            At::Told => At::Told,
        };
        skip |= to_next;
    }
    found
}

/// A path, also below a home that the shell puts in.
fn is_path(word: &str) -> bool {
    ["/", "~/", "$HOME/", "%h/"].iter().any(|it| word.starts_with(it))
}

/// What comes after this command.
fn behind(word: &str) -> At {
    let name = word.rsplit('/').next().unwrap_or(word);
    let bare = name.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.');
    if STARTERS.contains(&name) {
        At::Options { flock: name == "flock" || name == "chroot" }
    } else if LOADERS.contains(&name) || RUNNERS.contains(&bare) || name.starts_with("ld-linux") {
        At::File
    } else if name == "alias" || name == "export" {
        At::Command
    } else {
        At::Told
    }
}

/// What stands in quotes from here on.
fn quoted(command: &str, at: usize) -> Option<&str> {
    let rest = command.get(at..)?;
    let quote = rest.chars().next().filter(|it| matches!(it, '"' | '\''))?;
    rest.get(1..)?.split(quote).next()
}

/// `NAME=value`, and `NAME+=value`.
fn assigned(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let is_name = |it: u8| it.is_ascii_alphanumeric() || b"_+".contains(&it);
    (!name.is_empty() && name.bytes().all(is_name)).then_some((name, value))
}

/// A time, a number of a processor: `30m`, `0x3`, `10`.
fn is_measure(word: &str) -> bool {
    word.starts_with(|it: char| it.is_ascii_digit()) && !word.contains('/')
}
