//! How much of a process is worth reading without being asked.
//!
//! Invariant: by cost. The arguments of everybody are read anyway; folders and open files of those that nobody installed,
//! or that work hard; programs and memory only of those that work hard, that are suspect already, or that hide.

use crate::domain::detect::gist::Gist;
use crate::domain::detect::grammar;
use crate::domain::detect::place::{Place, place};
use crate::domain::detect::seen::Seen;
use crate::domain::detect::{Grade, rules};
use crate::domain::facts::{FoundFile, Process, Worth};
use crate::domain::playbook::Indicators;

/// Percent of one CPU from which a process works, and from which it works hard.
const WORKS: f32 = 20.0;
const HARD: f32 = 50.0;

/// How much of this process is worth reading.
#[must_use]
pub fn worth(process: &Process) -> Worth {
    let seen = Seen::of(process);
    if seen.is_kernel() || process.exe.known().is_none() {
        return Worth::default();
    }
    let told = rules::standing(&seen, &Indicators::default());
    let suspect = told.iter().any(|(grade, _)| *grade >= Grade::Suspect);
    let strange = seen.deleted || seen.in_memory || place(seen.exe).is_strange();
    let hard = seen.cpu.is_some_and(|it| it >= HARD);
    let works = seen.cpu.is_some_and(|it| it >= WORKS);
    let named = grammar::read(seen.arguments.iter().copied());
    Worth {
        suspect: suspect || strange,
        memory: suspect || hard || strange,
        files: suspect || works || strange || place(seen.exe) != Place::System,
        named: named.configurations().take(4).cloned().collect(),
    }
}

/// Whether a file says so much of mining that it is kept.
#[must_use]
pub fn keeps(file: &FoundFile) -> bool {
    Gist::of(file).weightiest.is_some()
}

/// Whether a variable of an environment (`NAME=value`) tells how its process came in, or whom it works for. Others may hold
/// passwords.
#[must_use]
pub fn tells(variable: &[u8]) -> bool {
    if rules::origin::tells(variable) || variable.starts_with(b"XMRIG_") {
        return true;
    }
    let said = grammar::read([&b"env-of"[..], variable].into_iter());
    said.judged_pools().next().is_some() || said.wallets().next().is_some()
}

#[cfg(test)]
mod tests {
    use super::tells;

    #[test]
    fn only_what_tells_of_the_way_in_or_of_mining_is_kept() {
        for kept in [
            &b"REMOTE_ADDR=203.0.113.9"[..],
            b"SSH_CLIENT=203.0.113.9 51122 22",
            b"SUDO_USER=alice",
            b"POOL=stratum+tcp://pool.example:3333",
            b"XMRIG_THREADS=4",
        ] {
            assert!(tells(kept), "{}", String::from_utf8_lossy(kept));
        }
        for other in [
            &b"HOME=/root"[..],
            b"PGPASSWORD=secret",
            b"DATABASE_POOL=postgres://me:secret@db.example:5432/shop",
            b"POOL_PASSWORD=secret",
            b"SUDO_ASKPASS=/usr/bin/x",
            b"no",
        ] {
            assert!(!tells(other), "{}", String::from_utf8_lossy(other));
        }
    }
}
