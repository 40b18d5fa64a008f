//! Whom it talks to: the playbook's ports and names.
//!
//! Source: the playbook's table of pool indicators. Known false alarms: 3333, 4444, 5555, 8333 and 14444 are also those
//! of development servers, Selenium, Flower, adb, `SeaweedFS` and Bitcoin's peers; so a port alone is noted, and with it
//! something else that is odd.

use std::net::IpAddr;

use crate::domain::detect::host_name;
use crate::domain::detect::place::{Place, place};
use crate::domain::detect::rules::Told;
use crate::domain::detect::seen::{End, Seen};
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;

/// What the other ends of its connections say.
pub(super) fn judge(seen: &Seen<'_>, look_for: &Indicators, told: &mut Vec<Told>) {
    let installed = seen.packaged == Some(true)
        || matches!(place(seen.exe), Place::System | Place::Local | Place::Workshop);
    for end in &seen.ends {
        for (grade, reason) in of(end, look_for) {
            let nobodys = if reason.rule == Rule::PoolPort { Grade::Suspect } else { grade };
            let grade = if installed { Grade::Noted } else { nobodys };
            if !told.iter().any(|(_, known)| known.rule == reason.rule) {
                told.push((grade, reason));
            }
        }
    }
}

/// What one end says, whoever talks to it.
pub(in crate::domain::detect) fn of(end: &End<'_>, look_for: &Indicators) -> Vec<Told> {
    let mut told = Vec::new();
    let name = std::str::from_utf8(end.name).unwrap_or_default();
    let says_pool =
        !name.is_empty() && (look_for.is_pool_name(name) || host_name::speaks_of_mining(name));
    if says_pool {
        let near = end.address.is_some() && !is_public(end);
        let grade = if near { Grade::Noted } else { Grade::Suspect };
        let value = Untrusted::new(end.name);
        told.push((grade, Reason { rule: Rule::PoolName, value, source: FactSource::Sockets }));
    }
    if look_for.ports.contains(&end.port) && is_public(end) {
        let shown = match end.address {
            Some(address) if name.is_empty() => format!("{address}:{}", end.port),
            _ => format!("{name}:{}", end.port),
        };
        let (rule, source) = (Rule::PoolPort, FactSource::Sockets);
        told.push((Grade::Noted, Reason { rule, value: shown.into(), source }));
    }
    told
}

/// It is somewhere out there: not this host, and not its own net.
pub(super) fn is_public(end: &End<'_>) -> bool {
    match end.address {
        Some(IpAddr::V4(at)) => {
            !(at.is_loopback()
                || at.is_private()
                || at.is_link_local()
                || at.is_unspecified()
                || at.is_multicast())
        }
        Some(IpAddr::V6(at)) => {
            !(at.is_loopback() || at.is_unspecified() || at.is_unique_local() || at.is_multicast())
        }
        None => {
            end.name.contains(&b'.')
                && !end.name.ends_with(b".local")
                && !end.name.ends_with(b".internal")
        }
    }
}
