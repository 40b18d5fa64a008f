//! What ssh runs when somebody connects from here to another host.

use super::cron::lines;
use super::dig::{Dig, Draft, Home, Runs};
use super::ground::File;
use super::include::{Trail, follow};
use super::keys::{directive, included};
use crate::domain::facts::AutostartKind;

/// Settings whose value is run.
const RUN: [&[u8]; 6] = [
    b"proxycommand",
    b"localcommand",
    b"knownhostscommand",
    b"xauthlocation",
    b"pkcs11provider",
    b"securitykeyprovider",
];
const KIND: AutostartKind = AutostartKind::SshClient;

pub(super) fn hunt(dig: &mut Dig<'_>) {
    let mut shared: Vec<File> = dig.read(b"/etc/ssh/ssh_config").into_iter().collect();
    for dir in [&b"/etc/ssh/ssh_config.d"[..], b"/usr/etc/ssh/ssh_config.d"] {
        shared.extend(dig.files(dir));
    }
    configs(dig, shared, None);
    for home in dig.homes {
        let own = dig.read_or_link(home, b".ssh/config", KIND).into_iter().collect();
        configs(dig, own, Some(home));
    }
}

fn configs(dig: &mut Dig<'_>, first: Vec<File>, home: Option<&Home>) {
    let dir = home.map_or(b"/etc/ssh/".to_vec(), |home| [&home.path, &b"/.ssh/"[..]].concat());
    let user = home.map(|home| home.user.as_slice());
    let leads = |file: &File| {
        let mut leads = included(file, &dir);
        for lead in &mut leads {
            let tilde =
                lead.path.strip_prefix(dir.as_slice()).and_then(|it| it.strip_prefix(b"~/"));
            if let (Some(home), Some(below)) = (home, tilde) {
                lead.path = [home.path.as_slice(), below].join(&b'/');
            }
        }
        leads
    };
    for file in follow(dig, Trail { kind: KIND, home }, first, &leads) {
        for (line, text) in lines(&file.bytes) {
            let (name, value) = directive(text);
            let command = match name.as_slice() {
                b"match" => after_exec(value),
                name if RUN.contains(&name) => Some(value),
                _ => None,
            };
            let Some(command) = command.filter(|it| !matches!(*it, b"none" | b"internal")) else {
                continue;
            };
            let draft = Draft::new(KIND, &file, line, text).by(user);
            dig.add(draft.runs(Runs::Command(command)));
        }
    }
}

/// What stands behind `exec` of a `Match`.
fn after_exec(value: &[u8]) -> Option<&[u8]> {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'"');
    let is_word = |it: &[u8]| it.starts_with(b"exec") && it.last().is_some_and(ends);
    let at = value.to_ascii_lowercase().windows(5).position(is_word)?;
    let rest = value.get(at + 4..)?.trim_ascii();
    Some(super::include::unquoted(rest.strip_prefix(b"=").unwrap_or(rest).trim_ascii()))
}
