//! Whom each process talks to, on which ports it waits, and whether anybody comes there: what the rules for ends see of a
//! look.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};

use super::LULL_MS;
use crate::domain::base::ProcessId;
use crate::domain::detect::{End, FactSource, Rule, Told, rules};
use crate::domain::facts::{Protocol, Proxies, Snapshot, Socket, SocketState};
use crate::domain::untrusted::Untrusted;

/// Names are asked for there, by everybody; an answer takes no longer than this, and what lasts is no question.
const DNS: u16 = 53;
const ASKING_MS: u64 = 60_000;
/// Who was come to serves for so long.
const SERVED_MS: u64 = 600_000;

/// Of all processes that have a socket.
#[derive(Debug, Default)]
pub(super) struct Talks {
    of: HashMap<ProcessId, Talk>,
    none: Talk,
}

/// Of one process.
#[derive(Clone, Debug, Default)]
pub(super) struct Talk {
    /// Other ends of what it opened, and what the wire calls them; in order, each once.
    pub(super) ends: Vec<(SocketAddr, Untrusted)>,
    /// Ports that it waits on, in order.
    pub(super) listens: Vec<u16>,
    /// Somebody has come to it.
    served: bool,
    /// When each end was seen last.
    at_ms: Vec<u64>,
    /// When somebody was last seen to have come.
    served_ms: u64,
}

impl Talks {
    /// Those of a look. The connection that the responder came by is no talk of anybody's.
    pub(super) fn of_all(snapshot: &Snapshot, proxies: &Proxies) -> Self {
        let mut found: HashMap<ProcessId, Talk> = HashMap::new();
        let (named, now) = (!snapshot.wire.names.is_empty(), snapshot.moment.boot_ms);
        let mut near = Vec::new();
        for socket in &snapshot.sockets {
            if socket.owners.is_empty() || socket.own {
                continue;
            }
            let waits = socket.protocol == Protocol::Tcp && socket.state == SocketState::Listen;
            let came = rules::is_alive(socket) && proxies.came(socket);
            let remote = socket.remote.filter(|it| {
                let lasted = now.saturating_sub(socket.first_seen_ms);
                let asks = socket.protocol == Protocol::Udp && it.port() == DNS;
                came || !(asks && lasted < ASKING_MS) && rules::is_outgoing(socket, proxies)
            });
            if !waits && remote.is_none() {
                continue;
            }
            let name = remote.filter(|_| named).and_then(|it| snapshot.wire.name_of(it.ip()));
            for owner in &socket.owners {
                let talk = found.entry(*owner).or_default();
                match remote {
                    _ if waits => talk.listens.push(socket.local.port()),
                    Some(remote) if came && is_here(socket.local.ip(), remote.ip()) => {
                        near.push((*owner, (remote, socket.local)));
                    }
                    Some(_) if came => talk.served = true,
                    Some(remote) => talk.ends.push((remote, name.cloned().unwrap_or_default())),
                    None => {}
                }
            }
        }
        for talk in found.values_mut() {
            talk.ends.sort_unstable();
            talk.ends.dedup();
            talk.listens.sort_unstable();
            talk.listens.dedup();
        }
        pass_on(snapshot, &near, &mut found);
        Self { of: found, none: Talk::default() }
    }

    /// What this process has.
    pub(super) fn of(&self, id: ProcessId) -> &Talk {
        self.of.get(&id).unwrap_or(&self.none)
    }
}

impl Talk {
    const fn is_silent(&self) -> bool {
        self.ends.is_empty() && self.listens.is_empty() && !self.served
    }

    /// Takes in the next look; whether anything is another. Who dials again has not hung up: what it talked to last counts
    /// through a lull, as long as nothing else is in its place.
    pub(super) fn go_on(&mut self, next: &Self, now_ms: u64) -> bool {
        if self.is_silent() && next.is_silent() {
            return false;
        }
        let ends = self.ends != next.ends && self.dial(next, now_ms);
        if self.ends == next.ends {
            self.at_ms = vec![now_ms; self.ends.len()];
        }
        let listens = self.listens != next.listens;
        if listens {
            self.listens.clone_from(&next.listens);
        }
        let before = self.served;
        if next.served {
            self.served_ms = now_ms;
        }
        self.served = next.served || before && now_ms.saturating_sub(self.served_ms) <= SERVED_MS;
        ends || listens || before != self.served
    }

    /// Takes in other ends; whether they are others than are known.
    fn dial(&mut self, next: &Self, now_ms: u64) -> bool {
        let known = std::mem::take(&mut self.ends);
        let seen = std::mem::take(&mut self.at_ms);
        let lull = |at: u64| now_ms.saturating_sub(at) <= LULL_MS;
        let gone = known.iter().zip(seen).filter(|(_, at)| lull(*at));
        let mut gone: Vec<_> =
            gone.filter(|(it, _)| next.ends.binary_search(it).is_err()).collect();
        gone.sort_by_key(|(_, at)| Reverse(*at));
        gone.truncate(known.len().saturating_sub(next.ends.len()));
        let here = next.ends.iter().map(|it| (it, now_ms));
        let mut all: Vec<_> = here.chain(gone).collect();
        all.sort_unstable();
        (self.ends, self.at_ms) = all.into_iter().map(|(it, at)| (it.clone(), at)).unzip();
        self.ends != known
    }

    /// Somebody has come to it lately.
    pub(super) const fn is_served(&self) -> bool {
        self.served
    }

    /// As the rules see them.
    pub(super) fn ends(&self) -> Vec<End<'_>> {
        self.ends
            .iter()
            .map(|(it, name)| End { address: Some(it.ip()), name: name.bytes(), port: it.port() })
            .collect()
    }
}

/// Both ends are on this host.
fn is_here(local: IpAddr, remote: IpAddr) -> bool {
    remote.is_loopback() || remote == local
}

/// Who comes from this very host is somebody only if others come to him: a proxy passes them on, and a miner's own watchdog
/// does not.
fn pass_on(
    snapshot: &Snapshot,
    near: &[(ProcessId, (SocketAddr, SocketAddr))],
    found: &mut HashMap<ProcessId, Talk>,
) {
    let wanted: HashSet<_> = near.iter().map(|(_, ends)| *ends).collect();
    if wanted.is_empty() {
        return;
    }
    let ends = |it: &Socket| Some((it.local, it.remote?));
    let others = snapshot.sockets.iter().filter_map(|it| Some((ends(it)?, &it.owners)));
    let others: HashMap<_, _> = others.filter(|(ends, _)| wanted.contains(ends)).collect();
    let is_proxy = |it: &ProcessId| found.get(it).is_some_and(|talk| talk.served);
    let passed = near.iter().filter(|(to, ends)| {
        others.get(ends).is_some_and(|by| by.iter().any(|by| by != to && is_proxy(by)))
    });
    let passed: Vec<ProcessId> = passed.map(|(to, _)| *to).collect();
    for to in passed {
        found.entry(to).or_default().served = true;
    }
}

/// What a name of an end says was heard on the wire: no list of sockets has names.
pub(super) fn as_heard((grade, mut reason): Told) -> Told {
    if reason.rule == Rule::PoolName && reason.source == FactSource::Sockets {
        (reason.rule, reason.source) = (Rule::PoolNameAsked, FactSource::Wire);
    }
    (grade, reason)
}
