//! What starts by itself, judged by what it runs.
//!
//! Source: what is met in the field, most often first: cron, units, preloaded libraries, keys. Known false alarms, which
//! are let pass: what a package owns unchanged; certbot's `perl -e sleep`, acme.sh in a hidden folder of its own,
//! munin, cacti, Laravel's every minute, `command=` keys of cloud-init, agents that preload a library from `/opt`.

mod comes;
mod kinds;
mod lines;
mod position;
mod ran;

use crate::domain::detect::grammar::{self, Sentence};
use crate::domain::detect::rules::{Told, command_line};
use crate::domain::detect::{FactSource, Grade, Reason};
use crate::domain::facts::{Autostart, Packaged, decoded};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;
use lines::of_line;

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
const FETCHERS: [&str; 13] = [
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
    "urlretrieve",
    "getstore",
];
/// What runs a text that comes to it.
const RUNNERS: [&str; 9] = ["sh", "bash", "dash", "ash", "zsh", "ksh", "python", "perl", "php"];
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

/// What it says.
#[must_use]
pub(in crate::domain::detect) fn judge(entry: &Entry<'_>, look_for: &Indicators) -> Vec<Told> {
    let mut told = Vec::new();
    if entry.packaged == Some(true) {
        return told;
    }
    let text = String::from_utf8_lossy(entry.content);
    let inner: Vec<_> = decoded(entry.content);
    let texts = std::iter::once(text.into_owned())
        .chain(inner.iter().map(|it| String::from_utf8_lossy(it.bytes()).into_owned()));
    for text in texts {
        let lines = text.split(['\n', '\r']).map(str::trim);
        for line in lines.map(|it| without_remark(it, entry.kind)) {
            if is_said(line, entry.kind) {
                of_line(line, entry, look_for, &mut told);
            }
        }
    }
    let unpacked = inner.iter().map(Untrusted::bytes);
    let texts = std::iter::once(entry.content).chain(unpacked);
    for line in texts.flat_map(|text| text.split(|byte| *byte == b'\n')) {
        let judged = grammar::judge(&commands(line)).into_iter();
        told.extend(judged.filter(|(grade, _)| *grade > Grade::Noted).map(|(grade, heard)| {
            let (rule, source) = (command_line::rule(heard.says), FactSource::Persistence);
            (grade, Reason { rule, value: heard.value, source })
        }));
    }
    kinds::hidden(entry, &inner, &mut told);
    kinds::of_kind(entry, &mut told);
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

/// A unit says behind a remark what the unit that it starts runs, or what it ran before: who reads it wants to know.
fn without_remark<'a>(line: &'a str, kind: &str) -> &'a str {
    let at = line.find("ExecStart=").filter(|_| line.starts_with(['#', ';']));
    let at = at.filter(|_| is_kind(kind, &["systemd", "timer"]));
    at.and_then(|at| line.get(at..)).unwrap_or(line)
}

/// Comments run nothing. A list for the loader has none, and the name of a user may begin with anything.
fn is_said(line: &str, kind: &str) -> bool {
    !line.is_empty() && (!line.starts_with(['#', ';']) || is_kind(kind, &["preload", "passwd"]))
}

fn has_word(line: &str, word: &str) -> bool {
    if word.contains('/') {
        return line.contains(word);
    }
    line.split(|it: char| !(it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.')))
        .any(|part| part == word)
}

fn is_kind(kind: &str, words: &[&str]) -> bool {
    let kind = kind.to_ascii_lowercase();
    words.iter().any(|word| kind.contains(word))
}
