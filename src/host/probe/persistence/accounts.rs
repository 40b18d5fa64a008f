//! Who there is: the list of accounts, and their homes.
//!
//! Deliberately absent: password hashes. They are looked at to tell an empty one from a set one, and never kept.

use std::collections::{BTreeMap, BTreeSet};

use rustix::io::Errno;

use super::dig::{Dig, Draft, Home, failed};
use super::ground::{File, Ground};
use crate::domain::facts::{AutostartKind, NotWhole, Remark, Unread};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::text::{account_id, whole_number};

/// More homes are not looked into.
const MOST_HOMES: usize = 512;
/// Of more accounts no keys are looked for; those beyond them share a home, or have none.
const MOST_LOGINS: usize = 2_048;
/// Below it stand accounts of services, and root.
const FIRST_PERSON: u32 = 1000;
/// `nobody` and what is above it.
const LAST_PERSON: u32 = 60_000;
/// What accounts without a home of their own have there: nothing is searched in it, but a key there lets somebody in.
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
    entries(passwd).filter_map(|(_, entry)| entry.ok())
}

/// Every line that says something, from 1: its account, or the line where there is none to be read.
fn entries(passwd: &[u8]) -> impl Iterator<Item = (usize, Result<Account<'_>, &[u8]>)> {
    let lines = passwd.split(|byte| *byte == b'\n').enumerate();
    let said = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    let read = said.map(|(at, line)| (at + 1, account(at + 1, line).ok_or(line)));
    read.filter(|(_, it)| !it.is_err_and(|line| line.trim_ascii_start().starts_with(b"#")))
}

/// An account as the C library reads it: blanks before the name do not count, and what is missing behind the group is empty.
fn account(line: usize, text: &[u8]) -> Option<Account<'_>> {
    let mut fields = text.trim_ascii_start().split(|byte| *byte == b':');
    let (name, password) = (fields.next()?, fields.next()?);
    let (uid, gid) = (account_id(fields.next()?)?, fields.next()?);
    account_id(gid)?;
    let home = fields.nth(1).unwrap_or_default();
    let shell = fields.next().unwrap_or_default().trim_ascii();
    Some(Account { line, name, password, uid, gid, home, shell })
}

/// An account, as those who look for files by its name or its number need it.
pub(super) struct Login {
    pub(super) user: Vec<u8>,
    pub(super) uid: u32,
    /// Absolute, and without a slash at its end; empty for the root of the tree.
    pub(super) home: Vec<u8>,
    /// That is a place of the machine, in which nothing is searched.
    pub(super) is_place: bool,
}

/// Everybody's home.
#[derive(Default)]
pub(super) struct Homes {
    /// Everybody, also those who share a home or whose home is a place of the machine.
    pub(super) logins: Vec<Login>,
    /// Those that are there and that nobody else's server holds.
    pub(super) found: Vec<Home>,
    /// Those that are not there.
    pub(super) absent: Vec<Vec<u8>>,
    /// Those that are not looked into, and why.
    pub(super) left_out: Vec<Unread>,
}

/// The homes of all accounts.
pub(super) fn homes(ground: &Ground) -> Homes {
    let Homes { mut logins, mut found, mut absent, mut left_out } = Homes::default();
    let Ok(file) = ground.read(ground.base(), b"/etc/passwd") else { return Homes::default() };
    let mut seen: BTreeSet<&[u8]> = BTreeSet::new();
    for account in accounts(&file.bytes) {
        let home = account.home.strip_suffix(b"/").unwrap_or(account.home);
        if account.home.starts_with(b"/") && logins.len() < MOST_LOGINS {
            let (user, uid, home) = (account.name.to_vec(), account.uid, home.to_vec());
            let is_place = NO_HOMES.contains(&home.as_slice());
            logins.push(Login { user, uid, home, is_place });
        }
        if NO_HOMES.contains(&home) || !home.starts_with(b"/") || !seen.insert(home) {
            continue;
        }
        if found.len() == MOST_HOMES || logins.len() == MOST_LOGINS {
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
    Homes { logins, found, absent, left_out }
}

pub(super) fn users(dig: &mut Dig<'_>) {
    let Some(file) = dig.read(b"/etc/passwd") else { return };
    let before = dig.read(b"/etc/passwd-").map(|file| {
        accounts(&file.bytes).map(|it| it.name.to_vec()).collect::<BTreeSet<Vec<u8>>>()
    });
    let shadow = dig.read(b"/etc/shadow");
    let secrets = shadow.as_ref().map(|file| secrets(&file.bytes)).unwrap_or_default();
    for (line, entry) in entries(&file.bytes) {
        match entry {
            Ok(account) => {
                user(dig, &file, &account, before.as_ref(), secrets.get(account.name));
            }
            Err(text) => {
                let text = without_secrets(text);
                let draft = Draft::new(AutostartKind::User, &file, line, &text);
                dig.add(draft.remark(Remark::NotReadable, true));
            }
        }
    }
}

/// A line that is none of an account, without what may be a password: its second field, and whatever begins like a hash.
fn without_secrets(line: &[u8]) -> Vec<u8> {
    let fields = line.split(|byte| *byte == b':').enumerate();
    let told = fields.map(|(at, field)| {
        let is_secret = at == 1 || field.trim_ascii_start().starts_with(b"$");
        if is_secret { b"*" } else { field }
    });
    told.collect::<Vec<_>>().join(&b':')
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
