//! What starts by itself, judged by what it runs.
//!
//! Source: what is met in the field, most often first: cron, units, preloaded libraries, keys. Known false alarms, which
//! are let pass: what a package owns unchanged; certbot's `perl -e sleep`, acme.sh in a hidden folder of its own,
//! munin, cacti, Laravel's every minute, `command=` keys of cloud-init, agents that preload a library from `/opt`.

use crate::domain::detect::grammar::{self, Sentence};
use crate::domain::detect::place::{Place, is_hidden_file, place};
use crate::domain::detect::rules::origin::is_service_user;
use crate::domain::detect::rules::{Told, command_line};
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::facts::{Autostart, Packaged, Trick, decoded, tricks};
use crate::domain::untrusted::Untrusted;

/// Something that starts by itself, as the rules see it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entry<'a> {
    /// What kind of place it stands in, by its usual word.
    pub kind: &'a str,
    /// The file.
    pub path: &'a [u8],
    /// What it says.
    pub content: &'a [u8],
    /// A package has the file, and has it so.
    pub packaged: Option<bool>,
}

impl<'a> Entry<'a> {
    /// An entry of this host or of a recording.
    #[must_use]
    pub fn of(it: &'a Autostart) -> Self {
        let packaged = match it.packaged {
            Packaged::Unchanged(_) => Some(true),
            Packaged::No | Packaged::Changed(_) => Some(false),
            Packaged::Unknown | Packaged::Undigested(_) => None,
        };
        Self { kind: it.kind.word(), path: it.path.bytes(), content: it.text.bytes(), packaged }
    }
}

/// Programs that bring a file from elsewhere.
const FETCHERS: [&str; 11] = [
    "curl",
    "wget",
    "cdt",
    "wdt",
    "fetch",
    "lynx",
    "aria2c",
    "ftpget",
    "tftp",
    "/dev/tcp/",
    "urlopen",
];
/// What runs a text that comes to it.
const RUNNERS: [&str; 9] = ["sh", "bash", "dash", "ash", "zsh", "ksh", "python", "perl", "php"];
/// Scripts that tools of administrators keep in a hidden folder, and run from there by themselves.
const KNOWN_HIDDEN: [&str; 6] = ["/.acme.sh", "/.nvm", "/.cargo", "/.local", "/.pyenv", "/.rbenv"];

/// Others that talk to whom they name.
const CALLERS: [&str; 10] =
    ["nc", "ncat", "netcat", "socat", "telnet", "ssh", "scp", "rsync", "git", "pip"];
/// What tells that an address is kept out.
const KEEPERS: [&str; 11] = [
    "iptables",
    "ip6tables",
    "iptables-restore",
    "ebtables",
    "nft",
    "ipset",
    "ufw",
    "firewall-cmd",
    "fail2ban-client",
    "blackhole",
    "IPAddressDeny",
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

/// What it says.
#[must_use]
pub(in crate::domain::detect) fn judge(entry: &Entry<'_>) -> Vec<Told> {
    let mut told = Vec::new();
    if entry.packaged == Some(true) {
        return told;
    }
    let text = String::from_utf8_lossy(entry.content);
    let inner: Vec<_> = decoded(entry.content);
    let texts = std::iter::once(text.into_owned())
        .chain(inner.iter().map(|it| String::from_utf8_lossy(it.bytes()).into_owned()));
    for text in texts {
        for line in text.split(['\n', '\r']).map(str::trim).filter(|line| is_said(line, entry.kind))
        {
            of_line(line, entry, &mut told);
        }
    }
    for line in entry.content.split(|byte| *byte == b'\n') {
        let judged = grammar::judge(&commands(line)).into_iter();
        told.extend(judged.filter(|(grade, _)| *grade > Grade::Noted).map(|(grade, heard)| {
            let (rule, source) = (command_line::rule(heard.says), FactSource::Persistence);
            (grade, Reason { rule, value: heard.value, source })
        }));
    }
    hidden(entry, &inner, &mut told);
    of_kind(entry, &mut told);
    told.sort_by(|(one, a), (other, b)| other.cmp(one).then_with(|| a.cmp(b)));
    told.dedup_by(|one, other| one.1.rule == other.1.rule);
    told
}

/// The commands of a line, whatever stands before them: a shell would run them so.
pub(in crate::domain::detect) fn commands(line: &[u8]) -> Sentence {
    let marks =
        |byte: &u8| matches!(byte, b'"' | b'\'' | b',' | b'[' | b']' | b'{' | b'}' | b'(' | b')');
    let plain: Vec<u8> = line.iter().map(|byte| if marks(byte) { b' ' } else { *byte }).collect();
    let text = plain.trim_ascii();
    // What a unit runs stands behind its key.
    let text = match text.iter().position(|byte| *byte == b'=') {
        Some(at) if text.starts_with(b"Exec") => text.get(at + 1..).unwrap_or_default(),
        _ => text,
    };
    grammar::read([&b"sh"[..], b"-c", text].into_iter())
}

/// What a command of an entry has to do with whom it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::domain::detect) enum Dealing {
    /// It fetches from there, or works for them.
    From,
    /// Nobody can tell.
    Named,
    /// It keeps them out.
    Kept,
}

/// The commands of an entry, without what is a comment, and what each of them has to do with whom it names.
pub(in crate::domain::detect) fn dealings(entry: &Entry<'_>, mut with: impl FnMut(&str, Dealing)) {
    let text = String::from_utf8_lossy(entry.content);
    for line in text.split(['\n', '\r']).map(str::trim).filter(|line| is_said(line, entry.kind)) {
        for part in line.split(['|', ';', '&']) {
            let has = |words: &[&str]| words.iter().any(|word| has_word(part, word));
            let heard = grammar::judge(&commands(part.as_bytes()));
            let works = heard.iter().any(|(grade, _)| *grade > Grade::Noted);
            let dealing = if works || has(&FETCHERS) || has(&CALLERS) {
                Dealing::From
            } else if has(&KEEPERS) {
                Dealing::Kept
            } else {
                Dealing::Named
            };
            with(part, dealing);
        }
    }
}

/// Comments run nothing. A list for the loader has none, and the name of a user may begin with anything.
fn is_said(line: &str, kind: &str) -> bool {
    !line.is_empty() && (!line.starts_with(['#', ';']) || is_kind(kind, &["preload", "passwd"]))
}

fn of_line(line: &str, entry: &Entry<'_>, told: &mut Vec<Told>) {
    let mut add = |grade, rule, value: &str| {
        told.push((grade, Reason { rule, value: value.into(), source: FactSource::Persistence }));
    };
    let fetches = FETCHERS.iter().any(|fetcher| has_word(line, fetcher));
    let piped = line.split('|').skip(1).any(runs_text)
        || [
            "sh -c \"$(",
            "bash -c \"$(",
            "<(curl",
            "<(wget",
            "eval \"$(",
            "eval $(",
            "`curl",
            "`wget",
            "exec(",
        ]
        .iter()
        .any(|it| line.contains(it));
    if fetches && (piped || line.contains("chmod") || writes_strange(line)) {
        add(Grade::Suspect, Rule::DownloadsAndRuns, line);
    }
    if line.split('|').skip(1).any(runs_text)
        && ["base64 -d", "base64 --decode", "xxd -r", "openssl enc", "base64 -D"]
            .iter()
            .any(|it| line.contains(it))
    {
        add(Grade::Suspect, Rule::DecodesAndRuns, line);
    }
    let again = ["crontab -", "crontab /"].iter().any(|it| line.contains(it)) && line.contains('|')
        || ["kill -0", "pgrep", "pidof", "ps aux", "ps -ef"].iter().any(|it| line.contains(it))
            && (fetches || runs_strange(line).is_some());
    if again {
        add(Grade::Suspect, Rule::AddsItselfAgain, line);
    }
    if let Some(path) = runs_strange(line) {
        let grade = if KNOWN_HIDDEN.iter().any(|it| path.contains(it)) {
            Grade::Noted
        } else {
            Grade::Suspect
        };
        if !is_kind(entry.kind, &["passwd", "sudo"]) {
            add(grade, Rule::RunsOddPlace, path);
        }
    } else if ["cd /tmp", "cd /var/tmp", "cd /dev/shm"].iter().any(|it| line.contains(it))
        && line.contains("./")
    {
        add(Grade::Suspect, Rule::RunsOddPlace, line);
    }
    let adds_user = ["useradd", "adduser", "usermod"].iter().any(|it| has_word(line, it));
    if adds_user && (line.contains("-u 0") || line.contains("-u0")) {
        add(Grade::Suspect, Rule::SecondRoot, line);
    }
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

fn has_word(line: &str, word: &str) -> bool {
    if word.contains('/') {
        return line.contains(word);
    }
    line.split(|it: char| !(it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.')))
        .any(|part| part == word)
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

fn hidden(entry: &Entry<'_>, inner: &[Untrusted], told: &mut Vec<Told>) {
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
    if is_hidden_file(entry.path)
        && is_kind(entry.kind, &["cron", "systemd", "timer", "init", "udev", "xdg"])
    {
        let value = Untrusted::new(entry.path);
        told.push((
            Grade::Suspect,
            Reason { rule: Rule::HiddenEntry, value, source: FactSource::Persistence },
        ));
    }
}

/// What only some kinds can say.
fn of_kind(entry: &Entry<'_>, told: &mut Vec<Told>) {
    let text = String::from_utf8_lossy(entry.content);
    let mut add = |grade, rule, value: &str| {
        told.push((grade, Reason { rule, value: value.into(), source: FactSource::Persistence }));
    };
    if is_kind(entry.kind, &["preload"]) {
        for library in
            text.split(|it: char| it.is_whitespace() || it == ':').filter(|it| it.starts_with('/'))
        {
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
    if is_kind(entry.kind, &["sudo"]) && text.contains("NOPASSWD") && text.contains("ALL") {
        let service = text
            .lines()
            .any(|line| is_service_user(line.split_whitespace().next().unwrap_or_default()));
        add(if service { Grade::Suspect } else { Grade::Noted }, Rule::ForcedCommand, text.trim());
    }
    if is_kind(entry.kind, &["authorized"]) {
        for line in text.lines().filter(|line| line.contains("command=")) {
            add(Grade::Noted, Rule::ForcedCommand, line);
        }
    }
}

fn is_kind(kind: &str, words: &[&str]) -> bool {
    let kind = kind.to_ascii_lowercase();
    words.iter().any(|word| kind.contains(word))
}
