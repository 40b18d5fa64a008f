//! Who runs in the end: the command behind shells, wrappers and containers, and who only shows text.
//!
//! Names are looked at here and nowhere else, and only those of tools that run others or show text. A miner that takes
//! the name of a text tool is judged by other rules: [`Told::Shown`] says that this one did not look.

use super::handed::handed_on;
use super::script;
use super::shown::TEXT_TOOLS;
use crate::domain::detect::place::place;

/// How what is said comes to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Told {
    /// A program has these arguments, or a shell runs them.
    #[default]
    Run,
    /// It stands in an argument of another program, which may run it.
    Quoted,
    /// A tool looks for it, prints it or edits it.
    Shown,
}

/// A command and its arguments.
#[derive(Debug)]
pub(super) struct Spoken {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    pub(super) told: Told,
}

/// No command is looked for in one that is quoted more often.
const DEEPEST: usize = 4;
/// No more commands are taken from one process.
const MOST: usize = 256;

const SHELLS: &[&str] = &["ash", "bash", "busybox", "dash", "fish", "ksh", "mksh", "sh", "zsh"];

/// Programs that read code of a language of their own, where a command may be named.
const INTERPRETERS: &[&str] = &["lua", "node", "nodejs", "perl", "php", "python", "ruby", "tclsh"];

/// Wrappers and their options that take a value; whatever else begins with a dash takes none.
const WRAPPERS: &[(&str, &[&str])] = &[
    ("at", &["-f", "-q"]),
    ("catchsegv", &[]),
    ("chroot", &[]),
    ("chrt", &["-T", "-P", "-D"]),
    ("command", &[]),
    ("cpulimit", &["-l", "-p", "-e", "-P", "-c", "--limit"]),
    ("daemonize", &["-a", "-c", "-e", "-o", "-p", "-l", "-u", "-E"]),
    ("doas", &["-u", "-C"]),
    ("dumb-init", &[]),
    ("env", &["-u", "-C", "--unset", "--chdir"]),
    ("eval", &[]),
    ("exec", &["-a"]),
    ("firejail", &[]),
    ("flock", &["-w", "-E"]),
    ("gosu", &[]),
    ("ionice", &["-c", "-n", "-p", "--class", "--classdata"]),
    ("nice", &["-n", "--adjustment"]),
    ("nohup", &[]),
    ("nsenter", &["-t", "--target", "-S", "-G"]),
    ("numactl", &["-N", "-m", "-C", "-i", "-p"]),
    ("parallel", &["-j"]),
    ("proot", &["-r", "-b", "-w", "-q"]),
    ("proxychains", &["-f"]),
    ("proxychains4", &["-f"]),
    ("runuser", &["-u", "-g", "-G", "-s"]),
    ("screen", &["-S", "-c", "-h", "-t", "-T", "-e", "-s", "-L", "-Logfile"]),
    ("script", &["-I", "-O", "-T", "-m"]),
    ("setarch", &[]),
    ("setpriv", &["--reuid", "--regid", "--groups"]),
    ("setsid", &[]),
    ("ssh", &["-p", "-i", "-l", "-o", "-F", "-J", "-L", "-R", "-D", "-b", "-c", "-E", "-W"]),
    ("start-stop-daemon", &["-p", "--pidfile", "-u", "--user", "-c", "--chuid", "-d", "--chdir"]),
    ("stdbuf", &["-i", "-o", "-e"]),
    ("strace", &["-e", "-o", "-p", "-s", "-u"]),
    ("su", &["-s", "-g", "-G", "--shell"]),
    ("su-exec", &[]),
    ("sudo", &["-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-U", "--user", "--group"]),
    ("supervise-daemon", &[]),
    ("systemd-run", &["-p", "-u", "-M", "-H", "--unit", "--property", "--slice", "-E"]),
    ("taskset", &[]),
    ("time", &["-f", "-o"]),
    ("timeout", &["-s", "-k", "--signal", "--kill-after"]),
    ("tini", &["-e", "-p"]),
    ("tmux", &["-s", "-n", "-c", "-t", "-x", "-y", "-L", "-S", "-f", "-e"]),
    ("toolbox", &[]),
    ("torify", &[]),
    ("torsocks", &["-a", "-P", "-u", "-p"]),
    ("unbuffer", &[]),
    ("unshare", &["-S", "-G", "-R", "-w"]),
    ("watch", &["-n", "--interval"]),
    ("wine", &[]),
    ("xargs", &["-I", "-n", "-P", "-L", "-d", "-a", "-E", "-s"]),
    ("xvfb-run", &["-s", "-n", "-f", "-e"]),
];

/// Words between a wrapper and its command that are neither options nor numbers.
const BETWEEN: &[&str] = &["-", "new", "new-session", "new-window", "neww", "respawn-pane", "run"];

const CONTAINERS: &[&str] = &["crictl", "ctr", "docker", "nerdctl", "podman"];

/// Options of theirs that take no value.
const CONTAINER_FLAGS: &[&str] = &[
    "--detach",
    "--disable-content-trust",
    "--init",
    "--interactive",
    "--no-healthcheck",
    "--oom-kill-disable",
    "--privileged",
    "--publish-all",
    "--quiet",
    "--read-only",
    "--replace",
    "--rm",
    "--sig-proxy",
    "--tty",
];

/// Whoever is called so is not judged by its own words alone: it shows them, or runs what they say.
#[must_use]
pub fn reads_otherwise(title: &str) -> bool {
    let called = called(title);
    let wraps = WRAPPERS.iter().any(|(name, _)| *name == called);
    let bare = title.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.');
    wraps
        || is_one(bare, INTERPRETERS)
        || [TEXT_TOOLS, SHELLS, CONTAINERS].iter().any(|it| it.contains(&called))
}

/// The commands that `words` run, and those that they only mention.
pub(super) fn spoken(words: Vec<String>) -> Vec<Spoken> {
    let mut found = Vec::new();
    let told = Told::Run;
    match words.as_slice() {
        // A title that a process wrote over its arguments, or a line whose parts are not known.
        [line] if line.trim().contains(char::is_whitespace) => {
            let words = script::words(line);
            let first = words.first().map(String::as_str).unwrap_or_default();
            match after_c(line).filter(|_| is_one(first, SHELLS)) {
                Some(text) => script(text, told, 1, &mut found),
                None => command(words, told, 0, &mut found),
            }
        }
        _ => command(words, told, 0, &mut found),
    }
    found
}

/// What a shell is told to run, in a line without quotes around it.
fn after_c(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    loop {
        let (word, after) = rest.split_once(char::is_whitespace)?;
        let after = after.trim_start();
        if is_c(word) {
            return Some(after.trim_matches(['\'', '"']));
        }
        rest = after;
    }
}

fn script(text: &str, told: Told, depth: usize, found: &mut Vec<Spoken>) {
    if depth > DEEPEST {
        return;
    }
    for words in script::commands(text) {
        command(words, told, depth, found);
    }
}

fn command(words: Vec<String>, told: Told, depth: usize, found: &mut Vec<Spoken>) {
    if found.len() >= MOST {
        return;
    }
    let mut words = words.into_iter().peekable();
    let settings: Vec<String> =
        std::iter::from_fn(|| words.next_if(|it| is_assignment(it))).collect();
    let Some(program) = words.next() else { return };
    let arguments: Vec<String> = words.chain(settings).collect();
    if has_space(&program) && depth < DEEPEST {
        // The whole line in quotes, or a path with a space in it.
        script(&program, told, depth + 1, found);
    }
    let name = called(&program);
    if TEXT_TOOLS.contains(&name) && !place(program.as_bytes()).is_strange() {
        // What it finds it hands to others.
        let runs = |it: &String| matches!(it.as_str(), "-exec" | "-execdir" | "-ok" | "-okdir");
        let handed = arguments.iter().position(runs).filter(|_| name == "find");
        if let Some(at) = handed.filter(|_| depth < DEEPEST) {
            let ends = |it: &&String| !matches!(it.as_str(), ";" | "+");
            let words = arguments.iter().skip(at + 1).take_while(ends).cloned().collect();
            command(words, told, depth + 1, found);
        }
        for text in handed_on(&program, &arguments).iter().filter(|_| depth < DEEPEST) {
            script(text, told, depth + 1, found);
        }
        return found.push(Spoken { program, arguments, told: Told::Shown });
    }
    let wrapper = WRAPPERS.iter().find(|(it, _)| *it == name);
    let (wraps, behind) = if SHELLS.contains(&name) {
        (true, shell(&program, &arguments))
    } else if CONTAINERS.contains(&name) {
        (true, container(&arguments))
    } else if let Some((_, valued)) = wrapper {
        (true, wrapped(&arguments, valued).filter(|_| !hands_over(&program, &arguments)))
    } else {
        (false, None)
    };
    if let Some(behind) = behind.filter(|_| depth < DEEPEST) {
        return command(behind, told, depth + 1, found);
    }
    quoted(&program, &arguments, told, wraps, depth, found);
    found.push(Spoken { program, arguments, told });
}

/// It gives a whole line to a shell, somewhere else or later.
fn hands_over(program: &str, arguments: &[String]) -> bool {
    const LINES: &[&str] =
        &["at", "flock", "parallel", "screen", "script", "ssh", "tmux", "watch", "xvfb-run"];
    is_one(program, LINES) && arguments.last().is_some_and(|word| has_space(word))
}

/// Command lines inside arguments.
fn quoted(
    program: &str,
    arguments: &[String],
    told: Told,
    wraps: bool,
    depth: usize,
    found: &mut Vec<Spoken>,
) {
    let bare = program.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.');
    let is_code = is_one(bare, INTERPRETERS);
    let mut before = "";
    for word in arguments {
        // `Popen(['./x', '-o', …])`: a command as a list of texts.
        let listed = is_code && word.contains(['\'', '"']) && word.contains(',');
        if listed {
            let marks = |it: char| matches!(it, '\'' | '"' | ',' | '[' | ']' | '(' | ')' | ';');
            script(&word.replace(marks, " "), told.max(Told::Quoted), depth + 1, found);
        }
        if has_space(word) {
            // What it sends is a text.
            let told = if is_one(program, &["curl", "wget"]) { Told::Shown } else { told };
            let runs = (wraps || is_c(before)) && !is_code;
            script(word, if runs { told } else { told.max(Told::Quoted) }, depth + 1, found);
        }
        before = word;
    }
}

/// `bash -c xmrig -o …`, as a line reads that lost its quotes; `bash run.sh -o …`; `busybox nohup …`.
fn shell(program: &str, arguments: &[String]) -> Option<Vec<String>> {
    let at = arguments.iter().position(|word| !word.starts_with('-'))?;
    let named = arguments.get(at)?;
    let is_text = has_space(named) && arguments.iter().take(at).any(|word| is_c(word));
    let alone = arguments.len() == at + 1 && !is_one(program, &["busybox"]);
    (!is_text && !alone).then(|| arguments.iter().skip(at).cloned().collect())
}

fn wrapped(arguments: &[String], valued: &[&str]) -> Option<Vec<String>> {
    let mut at = 0;
    while let Some(word) = arguments.get(at) {
        let passes = word.starts_with('-') || is_measure(word) || is_assignment(word);
        if !passes && !BETWEEN.contains(&word.as_str()) {
            return (!has_space(word)).then(|| from(arguments, at));
        }
        // `screen -dmS name`.
        let cluster = |it: &&&str| it.len() == 2 && word.len() > 2 && !word.starts_with("--");
        let ends = |it: &&str| it.chars().last().is_some_and(|end| word.ends_with(end));
        let takes = valued.contains(&word.as_str())
            || word.len() <= 4 && valued.iter().filter(cluster).any(ends);
        at += if takes { 2 } else { 1 };
    }
    None
}

/// What stands after `docker run … image` or `docker exec … name`.
fn container(arguments: &[String]) -> Option<Vec<String>> {
    let verb =
        arguments.iter().position(|word| matches!(word.as_str(), "run" | "exec" | "create"))?;
    let mut at = verb + 1;
    loop {
        let word = arguments.get(at)?;
        if !word.starts_with('-') {
            break;
        }
        let is_flag = word.contains('=')
            || CONTAINER_FLAGS.contains(&word.as_str())
            || !word.starts_with("--") && word.bytes().skip(1).all(|it| b"ditPq".contains(&it));
        at += if is_flag { 1 } else { 2 };
    }
    // The arguments of an image are those of its program, unless they begin with another.
    let names = arguments.get(at + 1).is_some_and(|word| !word.starts_with('-'));
    Some(from(arguments, if names { at + 1 } else { at }))
}

/// The command that begins at `at`, and what is set for it before.
fn from(arguments: &[String], at: usize) -> Vec<String> {
    let set = arguments.iter().take(at).filter(|word| is_assignment(word));
    arguments.iter().skip(at).chain(set).cloned().collect()
}

/// The last part of a path is one of these names; login shells have a dash before it.
fn is_one(path: &str, names: &[&str]) -> bool {
    names.contains(&called(path))
}

fn called(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_prefix('-').unwrap_or(name)
}

/// `-c`, `-lc`: the next word is a command.
fn is_c(word: &str) -> bool {
    let letters = word.strip_prefix('-').and_then(|it| it.strip_suffix('c'));
    word == "--command"
        || letters.is_some_and(|it| it.len() <= 4 && it.bytes().all(|it| it.is_ascii_lowercase()))
}

/// A name, `=`, and a value.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
    })
}

/// A time, a number of a processor or a list of them: `30m`, `0x3`, `0,2-5`.
fn is_measure(word: &str) -> bool {
    word.starts_with(|it: char| it.is_ascii_digit())
        && word.bytes().all(|it| it.is_ascii_hexdigit() || b"xsmhd,-.".contains(&it))
}

fn has_space(word: &str) -> bool {
    word.trim().contains(char::is_whitespace)
}
