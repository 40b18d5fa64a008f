//! Who may become whom: sudo's rules and the list of accounts.
//!
//! Deliberately absent: password hashes. They are looked at to tell an empty one from a set one, and never kept.

use std::collections::{BTreeMap, BTreeSet};

use rustix::io::Errno;

use super::cron::lines;
use super::dig::{Dig, Draft, Home, failed};
use super::ground::{File, Ground};
use crate::domain::facts::{AutostartKind, NotWhole, Remark, Unread};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::text::whole_number;

/// More homes are not looked into.
const MOST_HOMES: usize = 512;
/// Below it stand accounts of services, and root.
const FIRST_PERSON: u32 = 1000;
/// `nobody` and what is above it.
const LAST_PERSON: u32 = 60_000;
/// What accounts without a home of their own have there.
const NO_HOMES: [&[u8]; 13] = [
    b"",
    b"/",
    b"/bin",
    b"/sbin",
    b"/dev",
    b"/usr/bin",
    b"/usr/sbin",
    b"/usr",
    b"/nonexistent",
    b"/proc",
    b"/sys",
    b"/etc",
    b"/run",
];

/// A line of `/etc/passwd`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Account<'a> {
    /// From 1.
    pub(super) line: usize,
    pub(super) name: &'a [u8],
    password: &'a [u8],
    pub(super) uid: u32,
    gid: &'a [u8],
    pub(super) home: &'a [u8],
    shell: &'a [u8],
}

/// The accounts of a list; a line that is none is passed over.
pub(super) fn accounts(passwd: &[u8]) -> impl Iterator<Item = Account<'_>> {
    let numbered = passwd.split(|byte| *byte == b'\n').enumerate();
    numbered.filter_map(|(at, line)| {
        let mut fields = line.split(|byte| *byte == b':');
        let (name, password) = (fields.next()?, fields.next()?);
        let uid = whole_number(fields.next()?)?;
        let (gid, _name, home) = (fields.next()?, fields.next()?, fields.next()?);
        let shell = fields.next().unwrap_or_default().trim_ascii();
        Some(Account { line: at + 1, name, password, uid, gid, home, shell })
    })
}

/// Everybody's home.
#[derive(Default)]
pub(super) struct Homes {
    /// Those that are there and that nobody else's server holds.
    pub(super) found: Vec<Home>,
    /// Those that are not there.
    pub(super) absent: Vec<Vec<u8>>,
    /// Those that are not looked into, and why.
    pub(super) left_out: Vec<Unread>,
}

/// The homes of all accounts.
pub(super) fn homes(ground: &Ground) -> Homes {
    let Homes { mut found, mut absent, mut left_out } = Homes::default();
    let Ok(file) = ground.read(ground.base(), b"/etc/passwd") else { return Homes::default() };
    let mut seen: BTreeSet<&[u8]> = BTreeSet::new();
    for account in accounts(&file.bytes) {
        let home = account.home.strip_suffix(b"/").unwrap_or(account.home);
        if NO_HOMES.contains(&home) || !home.starts_with(b"/") || !seen.insert(home) {
            continue;
        }
        if found.len() == MOST_HOMES {
            left_out.push(Unread::part(Untrusted::new(home), NotWhole::Homes));
            break;
        }
        match ground.home(home) {
            Ok(fd) => {
                let (user, uid) = (account.name.to_vec(), account.uid);
                found.push(Home { user, uid, path: home.to_vec(), fd });
            }
            Err(Errno::NOENT | Errno::NOTDIR) => absent.push(home.to_vec()),
            Err(why) => left_out.push(failed(home, why)),
        }
    }
    Homes { found, absent, left_out }
}

pub(super) fn users(dig: &mut Dig<'_>) {
    let Some(file) = dig.read(b"/etc/passwd") else { return };
    let before = dig.read(b"/etc/passwd-").map(|file| {
        accounts(&file.bytes).map(|it| it.name.to_vec()).collect::<BTreeSet<Vec<u8>>>()
    });
    let shadow = dig.read(b"/etc/shadow");
    let secrets = shadow.as_ref().map(|file| secrets(&file.bytes)).unwrap_or_default();
    for account in accounts(&file.bytes) {
        user(dig, &file, &account, before.as_ref(), secrets.get(account.name));
    }
}

fn user(
    dig: &mut Dig<'_>,
    file: &File,
    account: &Account<'_>,
    before: Option<&BTreeSet<Vec<u8>>>,
    secret: Option<&Secret>,
) {
    let has_shell = has_shell(account.shell);
    let service = account.uid != 0 && !(FIRST_PERSON..LAST_PERSON).contains(&account.uid);
    let empty = account.password.is_empty()
        || account.password == b"x" && secret.is_some_and(|secret| secret.empty);
    let marks = [
        (Remark::SecondRoot, account.uid == 0 && account.name != b"root"),
        (Remark::EmptyPassword, empty && has_shell),
        (Remark::NewAccount, before.is_some_and(|names| !names.contains(account.name))),
        (Remark::ServiceWithShell, service && has_shell),
    ];
    if !has_shell && marks.iter().all(|(_, so)| !so) {
        return;
    }
    let text = described(account, secret);
    let mut draft = Draft::new(AutostartKind::User, file, account.line, text.as_slice());
    for (mark, so) in marks {
        draft = draft.remark(mark, so);
    }
    dig.add(draft.by(Some(account.name)));
}

/// The line without what stands for the password, and since when that is the one.
fn described(account: &Account<'_>, secret: Option<&Secret>) -> Vec<u8> {
    let uid = account.uid.to_string();
    let fields = [account.name, b"*", uid.as_bytes(), account.gid, account.home, account.shell];
    let mut text = fields.join(&b':');
    if let Some(date) = secret.and_then(|secret| secret.since.clone()) {
        text.extend_from_slice(b"  password of ");
        text.extend_from_slice(date.as_bytes());
    }
    text
}

fn has_shell(shell: &[u8]) -> bool {
    let name = super::cron::base_name(shell);
    !matches!(
        name,
        b"nologin" | b"false" | b"true" | b"sync" | b"halt" | b"shutdown" | b"git-shell"
    )
}

/// What `/etc/shadow` tells of an account, without its hash.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Secret {
    pub(super) empty: bool,
    /// The day on which the password was last set.
    pub(super) since: Option<String>,
}

pub(super) fn secrets(shadow: &[u8]) -> BTreeMap<&[u8], Secret> {
    let lines = shadow.split(|byte| *byte == b'\n');
    let told = lines.filter_map(|line| {
        let mut fields = line.split(|byte| *byte == b':');
        let (name, hash) = (fields.next()?, fields.next()?);
        let days = fields.next().and_then(whole_number).filter(|days| *days > 0);
        let since = days.and_then(|days| {
            let at = crate::domain::base::Timestamp::from_second(i64::from(days) * 86_400).ok()?;
            at.to_string().split('T').next().map(str::to_owned)
        });
        Some((name, Secret { empty: hash.is_empty(), since }))
    });
    told.filter(|(name, _)| !name.is_empty()).collect()
}

pub(super) fn sudoers(dig: &mut Dig<'_>) {
    let mut files: Vec<File> = dig.read(b"/etc/sudoers").into_iter().collect();
    files.extend(dig.files(b"/etc/sudoers.d"));
    files.extend(dig.read(b"/etc/doas.conf"));
    for file in &files {
        for (line, text) in rules(&file.bytes) {
            let named = |word: &[u8]| text.windows(word.len()).any(|it| it == word);
            let free = named(b"NOPASSWD") || named(b"!authenticate") || named(b"nopass");
            let first = crate::host::probe::text::words(text).next().unwrap_or_default();
            let whom = (!first.starts_with(b"Defaults")).then_some(first);
            let draft = Draft::new(AutostartKind::Sudoers, file, line, text).by(whom);
            dig.add(draft.remark(Remark::NoPassword, free));
        }
    }
}

/// Rules, and the defaults that change who is asked or what is kept; aliases are read where they are used.
fn rules(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let told = lines(text).map(|(line, text)| (line, text.trim_ascii()));
    told.filter(|(_, text)| {
        let named = |word: &[u8]| text.windows(word.len()).any(|it| it == word);
        let default = text.starts_with(b"Defaults");
        let telling = named(b"!authenticate") || named(b"LD_") || named(b"!tty_tickets");
        !text.starts_with(b"@include") && (!default || telling)
    })
}
