//! Whom it talks to: the playbook's ports and names.
//!
//! Source: the playbook's table of pool indicators. Known false alarms: 3333, 4444, 5555, 8333 and 14444 are also those
//! of development servers, Selenium, Flower, adb, `SeaweedFS` and Bitcoin's peers; so a port alone is noted, and with it
//! something else that is odd. In one's own net or on this host, where a relay or a tunnel may listen, it is noted too, and
//! with a long load of its own more.

use std::net::IpAddr;

use crate::domain::detect::host_name::{self, Says};
use crate::domain::detect::place::{Place, place};
use crate::domain::detect::rules::Told;
use crate::domain::detect::seen::{End, Seen, last_part};
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;

/// Ports of the web, on which pools listen too.
const WEB: [u16; 8] = [80, 443, 3000, 8000, 8008, 8080, 8443, 9443];
/// Ports of services that hand out no work.
const OTHERS: [u16; 35] = [
    21, 22, 25, 67, 104, 110, 123, 143, 389, 465, 587, 636, 853, 873, 993, 995, 1433, 1521, 1883,
    2049, 3128, 3260, 3306, 5222, 5269, 5432, 6379, 6432, 6697, 8883, 9418, 11371, 25565, 25577,
    27017,
];
/// Ports on which nodes of coins talk to each other and to wallets.
const NODES: [u16; 12] =
    [8332, 8333, 8545, 8546, 9332, 9333, 18080, 18081, 18083, 18089, 30303, 38081];
/// Labels of names that are known in one's own net alone.
const NEAR: [&[u8]; 7] = [b"corp", b"home", b"internal", b"intra", b"intranet", b"lan", b"local"];
/// From here on a port belongs to whoever takes it.
const FREE: u16 = 1024;
/// Ports that the playbook does not name, and that hardly anything but pools is known to have.
const OF_POOLS: [u16; 6] = [10300, 10343, 14433, 45560, 45700, 58080];
/// Of Bitcoin's network, and in the playbook's list.
const PEERS: u16 = 8333;
/// Programs with which pages are read and fetched.
const READERS: [&[u8]; 14] = [
    b"apt",
    b"brave",
    b"chrome",
    b"chromium",
    b"curl",
    b"dnf",
    b"firefox",
    b"git",
    b"lynx",
    b"opera",
    b"pip",
    b"vivaldi",
    b"wget",
    b"yum",
];

/// What the other ends of its connections say.
pub(super) fn judge(seen: &Seen<'_>, look_for: &Indicators, told: &mut Vec<Told>) {
    if seen.ends.is_empty() {
        return;
    }
    let installed = seen.packaged == Some(true)
        || matches!(place(&seen.path()), Place::System | Place::Local | Place::Workshop);
    for end in &seen.ends {
        for (grade, reason) in of(end, look_for) {
            let port = reason.rule == Rule::PoolPort;
            // In one's own net it is a developer's port, or that of whoever passes work on to those inside.
            let near = port && !is_public(end);
            let relayed = near && !is_developers(end) && works_alone(seen, 80.0);
            let nobodys = if port && !near || relayed { Grade::Suspect } else { grade };
            // A port alone is everybody's; whoever works for somebody there for long has to explain it.
            let works = port && end.port != PEERS && works_alone(seen, 170.0);
            let grade = if installed && !works { Grade::Noted } else { nobodys };
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
    let said = if name.is_empty() { None } else { host_name::says(name) };
    let listed = !name.is_empty() && look_for.is_pool_name(name);
    if said.is_some() || listed {
        let near = !is_public(end);
        let others = OTHERS.contains(&end.port) || name.contains("pool.ntp.");
        let free = !WEB.contains(&end.port) && end.port >= FREE;
        let grade = match said {
            _ if near || others => Grade::Noted,
            Some(Says::Work) => Grade::Suspect,
            _ if listed => Grade::Suspect,
            Some(Says::Stratum) if end.port == 443 => Grade::Suspect,
            // Whoever has something to say of a coin has a page too, and nodes have ports of their own.
            Some(Says::Coin | Says::Stratum) if free && !NODES.contains(&end.port) => {
                Grade::Suspect
            }
            // Many words end so; a port that nothing is known to have speaks for a pool.
            Some(Says::Perhaps) if free => Grade::Suspect,
            Some(Says::Coin | Says::Stratum | Says::Perhaps) | None => Grade::Noted,
        };
        let value = Untrusted::new(end.name);
        told.push((grade, Reason { rule: Rule::PoolName, value, source: FactSource::Sockets }));
    }
    if look_for.ports.contains(&end.port) || OF_POOLS.contains(&end.port) {
        let (rule, source) = (Rule::PoolPort, FactSource::Sockets);
        told.push((Grade::Noted, Reason { rule, value: shown(end).into(), source }));
    }
    told
}

/// What the program at this end adds, where nothing but its name is known.
pub(in crate::domain::detect) fn by_owner(end: &End<'_>, owner: Option<&[u8]>, told: &mut [Told]) {
    let reads = owner.is_some_and(|owner| {
        let name = last_part(owner);
        READERS.iter().any(|it| name.starts_with(it)) && WEB.contains(&end.port)
    });
    // Peers of a coin's network are everywhere on this one, and who has a name for other business has other business.
    let name = std::str::from_utf8(end.name).unwrap_or_default();
    let hides = name.is_empty()
        || name.rsplit('.').next() == Some("onion")
        || host_name::says(name).is_some();
    let open = end.port != PEERS && is_public(end) && (hides || owner.is_none_or(is_nobodys));
    for (grade, reason) in told {
        if reason.rule == Rule::PoolPort && open {
            *grade = Grade::Suspect.max(*grade);
        }
        if reason.rule == Rule::PoolName && reads {
            *grade = Grade::Noted;
        }
    }
}

/// This host's own port of adb, Flower or Selenium, whose clients compute.
fn is_developers(end: &End<'_>) -> bool {
    end.address.is_some_and(|it| it.is_loopback()) && [4444, 5555].contains(&end.port)
}

/// It works hard and long for one or two out there, serves nobody, and no package is known to have brought it.
fn works_alone(seen: &Seen<'_>, percent: f32) -> bool {
    // Who takes several processors is taken at his word where nobody knows for how long.
    let several = percent > 100.0;
    let long = seen.cpu.is_some_and(|it| it >= percent)
        && seen.cpu_minutes.map_or(several, |it| it >= 30.0);
    long && seen.packaged != Some(true) && !seen.serves() && seen.ends.len() <= 2
}

/// Nothing that is installed is called so: a letter or two, a path, a name with blanks around it.
fn is_nobodys(owner: &[u8]) -> bool {
    let name = last_part(owner);
    name.len() < 3
        || owner.starts_with(b"./")
        || owner.starts_with(b"/") && place(owner).is_strange()
}

fn shown(end: &End<'_>) -> String {
    match end.address {
        Some(address) if end.name.is_empty() => {
            std::net::SocketAddr::new(address, end.port).to_string()
        }
        _ => format!("{}:{}", String::from_utf8_lossy(end.name), end.port),
    }
}

/// It is somewhere out there: not this host, and not its own net.
pub(in crate::domain::detect) fn is_public(end: &End<'_>) -> bool {
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
                && !end.name.split(|it| *it == b'.').skip(1).any(|label| NEAR.contains(&label))
        }
    }
}
