//! Who is at the keyboard, as far as the system can tell.
//!
//! Deliberately absent: trust. The environment can say anything; this is for the record, so that the
//! next responder knows whom to ask.

use std::env::VarError;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::{text, tree};
use crate::domain::untrusted::Untrusted;

const PASSWD: &str = "/etc/passwd";
const MOST: usize = 4 << 20;

/// What the system says about whoever started us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Real user id.
    pub uid: u32,
    /// Login name of `uid`; empty if the host's user list has none.
    pub login: Untrusted,
    /// Who became `login` by sudo.
    pub sudo_from: Option<Untrusted>,
    /// Address that an SSH connection came from.
    pub ssh_from: Option<Untrusted>,
    /// Terminal.
    pub terminal: Option<Untrusted>,
}

/// Who is at the keyboard.
#[must_use]
pub fn whoami() -> Identity {
    let uid = rustix::process::getuid().as_raw();
    let passwd = tree::small_file(Path::new(PASSWD), MOST).unwrap_or_default();
    let login = text::users(&passwd).find(|(id, _)| *id == uid).map(|(_, name)| name);
    let terminal = rustix::termios::ttyname(rustix::stdio::stdin(), Vec::new());
    Identity {
        uid,
        login: Untrusted::new(login.unwrap_or_default()),
        sudo_from: variable("SUDO_USER"),
        ssh_from: variable("SSH_CONNECTION")
            .or_else(|| variable("SSH_CLIENT"))
            .map(|all| first_word(&all)),
        terminal: terminal.ok().map(|name| Untrusted::new(name.into_bytes())),
    }
}

/// The home directory: what the environment says, else what the host's user list says. The system's own way to ask
/// would load libraries of the host.
#[must_use]
pub fn home() -> Option<PathBuf> {
    let named = std::env::var_os("HOME").map(PathBuf::from);
    named.filter(|home| home.is_absolute()).or_else(|| {
        let passwd = tree::small_file(Path::new(PASSWD), MOST).ok()?;
        home_of(&passwd, rustix::process::getuid().as_raw())
    })
}

/// Field 6 of the first line with this user id.
fn home_of(passwd: &[u8], uid: u32) -> Option<PathBuf> {
    let home = passwd.split(|byte| *byte == b'\n').find_map(|line| {
        let mut fields = line.split(|byte| *byte == b':');
        let id = fields.nth(2).and_then(text::whole_number)?;
        (id == uid).then(|| fields.nth(2)).flatten()
    })?;
    Some(PathBuf::from(OsStr::from_bytes(home))).filter(|home| home.is_absolute())
}

fn variable(name: &str) -> Option<Untrusted> {
    let value = match std::env::var(name) {
        Ok(value) => OsString::from(value),
        Err(VarError::NotUnicode(value)) => value,
        Err(VarError::NotPresent) => return None,
    };
    Some(Untrusted::new(value.into_vec())).filter(|value| !value.is_empty())
}

fn first_word(value: &Untrusted) -> Untrusted {
    text::words(value.bytes()).next().map_or_else(Untrusted::default, Untrusted::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_read_from_the_list_of_users() {
        let passwd = b"root:x:0:0:root:/root:/bin/sh\n\nweb:x:33:33::/var/www:\nodd:x:34:34:::\n";
        assert_eq!(home_of(passwd, 33), Some("/var/www".into()));
        assert_eq!(home_of(passwd, 0), Some("/root".into()));
        assert_eq!(home_of(passwd, 34), None);
        assert_eq!(home_of(passwd, 35), None);
    }
}
