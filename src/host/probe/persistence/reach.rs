//! What of SSH lies in homes: which hosts were gone to from here, and how many files look like private keys.
//!
//! Deliberately absent: what a key file says, and the names in `known_hosts`.

use rustix::io::Errno;

use super::accounts;
use super::ground::Ground;
use crate::domain::facts::{Reading, SshHome};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::Roots;

/// Files of keys that are named otherwise than `id_ed25519`.
const ENDINGS: [&[u8]; 2] = [b".pem", b".key"];

/// The homes that hold something of SSH, and how many were not looked into: those on other machines are not.
pub(in crate::host::probe) fn ssh_homes(roots: &Roots) -> (Reading<Vec<SshHome>>, u32) {
    let Ok(ground) = Ground::open(roots) else { return (Reading::Denied, 0) };
    let homes = accounts::homes(&ground);
    let (mut found, mut refused) = (Vec::new(), 0);
    for home in &homes.found {
        let names = match ground.names(home.base(), b".ssh") {
            Ok((names, _)) => names,
            Err(Errno::NOENT | Errno::NOTDIR) => continue,
            Err(_) => {
                refused += 1;
                continue;
            }
        };
        let known =
            ground.read(home.base(), b".ssh/known_hosts").map_or(0, |file| lines(&file.bytes));
        let keys = names.iter().filter(|name| is_key(name)).count();
        let keys = u32::try_from(keys).unwrap_or(u32::MAX);
        if known + keys > 0 {
            found.push(SshHome { user: Untrusted::new(home.user.as_slice()), known, keys });
        }
    }
    let refused = refused + homes.left_out.len();
    let none = found.is_empty() && refused > 0;
    let homes = if none { Reading::Denied } else { Reading::Known(found) };
    (homes, u32::try_from(refused).unwrap_or(u32::MAX))
}

/// Named like a private key.
fn is_key(name: &[u8]) -> bool {
    let own = name.starts_with(b"id_") && !name.ends_with(b".pub");
    own || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Lines that name a host.
fn lines(known_hosts: &[u8]) -> u32 {
    let lines = known_hosts.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let count = lines.filter(|line| !line.is_empty() && !line.starts_with(b"#")).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}
