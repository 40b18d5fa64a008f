//! Who may log in by a key, and what the server for that is told to allow or to run.

use std::collections::{BTreeMap, BTreeSet};

use super::accounts::Login;
use super::cron::lines;
use super::dig::{Dig, Draft, Home, Runs};
use super::ground::File;
use super::include::{ENOUGH_LEADS, Lead, Trail, follow, unquoted};
use crate::domain::facts::{AutostartKind, Remark};
use crate::host::probe::text::words;

/// Settings that decide who gets in, and what runs then.
const TELLING: [&[u8]; 24] = [
    b"permitrootlogin",
    b"passwordauthentication",
    b"permitemptypasswords",
    b"pubkeyauthentication",
    b"kbdinteractiveauthentication",
    b"challengeresponseauthentication",
    b"forcecommand",
    b"match",
    b"authorizedkeysfile",
    b"authorizedkeyscommand",
    b"authorizedkeyscommanduser",
    b"authorizedprincipalsfile",
    b"authorizedprincipalscommand",
    b"trustedusercakeys",
    b"subsystem",
    b"permituserenvironment",
    b"acceptenv",
    b"setenv",
    b"usepam",
    b"port",
    b"listenaddress",
    b"allowusers",
    b"include",
    b"permituserrc",
];
/// More places of keys are not looked at for everybody.
const MOST_PATTERNS: usize = 32;
const KEY_TYPES: [&[u8]; 4] = [b"ssh-", b"ecdsa-", b"sk-", b"cert-authority"];

pub(super) fn hunt(dig: &mut Dig<'_>) {
    let mut files: Vec<File> = dig.read(b"/etc/ssh/sshd_config").into_iter().collect();
    files.extend(dig.files(b"/etc/ssh/sshd_config.d"));
    for dir in [&b"/usr/lib/ssh/sshd_config.d"[..], b"/usr/etc/ssh/sshd_config.d"] {
        files.extend(dig.files(dir));
    }
    files.extend(dig.read(b"/usr/etc/ssh/sshd_config"));
    let trail = Trail { kind: AutostartKind::SshdConfig, home: None };
    let files = follow(dig, trail, files, &|file| included(file, b"/etc/ssh/"));
    let mut patterns: Vec<Vec<u8>> = Vec::new();
    for file in &files {
        sshd_config(dig, file, &mut patterns);
    }
    // The default stays in the list: a server that runs may not have read its file again.
    patterns.extend([b".ssh/authorized_keys".to_vec(), b".ssh/authorized_keys2".to_vec()]);
    patterns.sort();
    patterns.dedup();
    authorized(dig, &patterns);
}

/// The keys of everybody: also of those whose home is a place of the machine, and of each who shares a home.
fn authorized(dig: &mut Dig<'_>, patterns: &[Vec<u8>]) {
    let homes: BTreeMap<&[u8], &Home> =
        dig.homes.iter().map(|home| (home.path.as_slice(), home)).collect();
    let mut seen: BTreeSet<Vec<u8>> = BTreeSet::new();
    for login in dig.logins {
        for pattern in patterns.iter().take(MOST_PATTERNS) {
            let path = expanded(pattern, login);
            let path =
                if path.starts_with(b"/") { path } else { [&login.home, &*path].join(&b'/') };
            if is_of_kernel(&path) || !seen.insert(path.clone()) {
                continue;
            }
            let home = homes.get(login.home.as_slice()).copied();
            let below = path.strip_prefix(login.home.as_slice());
            let below = below.and_then(|it| it.strip_prefix(b"/"));
            let file = match home.zip(below) {
                Some((home, below)) => dig.read_or_link(home, below, AutostartKind::AuthorizedKey),
                // What is not there, or not ours to read, may be somebody's tomorrow.
                None if below.is_some() && !login.is_place => {
                    dig.watch_file(&path);
                    None
                }
                None => dig.read(&path),
            };
            if let Some(file) = file {
                keys(dig, login, &file);
            }
        }
    }
}

/// Nobody can write there.
fn is_of_kernel(path: &[u8]) -> bool {
    path.starts_with(b"/proc/") || path.starts_with(b"/sys/")
}

/// Where settings of SSH lead: `Include`, with any number of patterns; `dir` is where those that are not absolute stand.
pub(super) fn included(file: &File, dir: &[u8]) -> Vec<Lead> {
    let all = lines(&file.bytes).map(|(line, text)| (line, text, directive(text)));
    let named = all.filter(|(_, _, (name, _))| name == b"include");
    let leads = named.flat_map(|(line, text, (_, value))| {
        words(value).map(unquoted).map(move |path| {
            let path = if path.starts_with(b"/") { path.to_vec() } else { [dir, path].concat() };
            Lead::new(line, text, path)
        })
    });
    leads.take(ENOUGH_LEADS).collect()
}

fn sshd_config(dig: &mut Dig<'_>, file: &File, patterns: &mut Vec<Vec<u8>>) {
    for (line, text) in lines(&file.bytes) {
        let (name, value) = directive(text);
        if !TELLING.contains(&name.as_slice()) {
            continue;
        }
        if name == b"authorizedkeysfile" {
            let named = words(value).map(unquoted).filter(|it| *it != b"none");
            patterns.extend(named.map(<[u8]>::to_vec));
        }
        let runs = match name.as_slice() {
            b"forcecommand" | b"authorizedkeyscommand" | b"authorizedprincipalscommand" => value,
            b"subsystem" => value.get(word_end(value)..).unwrap_or_default(),
            _ => b"",
        };
        let inside = matches!(runs.trim_ascii(), b"" | b"none" | b"internal-sftp");
        let runs = if inside { Runs::Nothing } else { Runs::Command(runs) };
        dig.add(Draft::new(AutostartKind::SshdConfig, file, line, text).runs(runs));
    }
}

/// The name of a setting in small letters, and its value: blanks or one `=` stand between them.
pub(super) fn directive(line: &[u8]) -> (Vec<u8>, &[u8]) {
    let line = line.trim_ascii();
    let end = line.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'=');
    let (name, value) = line.split_at(end.unwrap_or(line.len()));
    let value = value.trim_ascii_start();
    let value = value.strip_prefix(b"=").unwrap_or(value).trim_ascii();
    let value = value.strip_prefix(b"\"").and_then(|it| it.strip_suffix(b"\"")).unwrap_or(value);
    (name.to_ascii_lowercase(), value)
}

fn word_end(text: &[u8]) -> usize {
    text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len())
}

/// `%h`, `%u`, `%U` and `%%` as the server reads them.
fn expanded(pattern: &[u8], login: &Login) -> Vec<u8> {
    let mut path = Vec::new();
    let mut bytes = pattern.iter();
    while let Some(byte) = bytes.next() {
        if *byte != b'%' {
            path.push(*byte);
            continue;
        }
        match bytes.next() {
            Some(b'h') => path.extend_from_slice(&login.home),
            Some(b'u') => path.extend_from_slice(&login.user),
            Some(b'U') => path.extend_from_slice(login.uid.to_string().as_bytes()),
            Some(other) => path.push(*other),
            None => {}
        }
    }
    path
}

fn keys(dig: &mut Dig<'_>, login: &Login, file: &File) {
    for (line, text) in lines(&file.bytes) {
        let options = options(text);
        let forced = option(options, b"command");
        let runs = forced.as_deref().map_or(Runs::Nothing, Runs::Command);
        let draft = Draft::new(AutostartKind::AuthorizedKey, file, line, text);
        let draft = draft.by(Some(&login.user)).runs(runs);
        dig.add(draft.remark(Remark::ForcedCommand, forced.is_some()));
    }
}

/// What stands before the type of the key; blanks in quotes belong to it.
pub(super) fn options(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii();
    if KEY_TYPES.iter().take(3).any(|kind| line.starts_with(kind)) {
        return b"";
    }
    let mut quoted = false;
    let mut escaped = false;
    let end = line.iter().position(|byte| {
        quoted ^= *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        !quoted && byte.is_ascii_whitespace()
    });
    line.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// The value of an option, without its quotes.
pub(super) fn option(options: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    let mut rest = options;
    loop {
        let mut quoted = false;
        let mut escaped = false;
        let end = rest.iter().position(|byte| {
            quoted ^= *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            !quoted && *byte == b','
        });
        let one = rest.get(..end.unwrap_or(rest.len()))?;
        let cut = one.iter().position(|byte| *byte == b'=').unwrap_or(one.len());
        let (key, value) = one.split_at(cut);
        if key.eq_ignore_ascii_case(name) {
            let value = value.strip_prefix(b"=").unwrap_or(value);
            let value = value.strip_prefix(b"\"").unwrap_or(value);
            let value = value.strip_suffix(b"\"").unwrap_or(value);
            return Some(unescaped(value));
        }
        rest = rest.get(end? + 1..)?;
    }
}

fn unescaped(value: &[u8]) -> Vec<u8> {
    let mut found = Vec::with_capacity(value.len());
    let mut bytes = value.iter().peekable();
    while let Some(byte) = bytes.next() {
        let quote = bytes.next_if(|next| *byte == b'\\' && **next == b'"');
        found.push(*quote.unwrap_or(byte));
    }
    found
}
