//! Whom each process talks to, and on which ports it waits: what the rules for ends see of a look.

use std::collections::HashMap;
use std::net::SocketAddr;

use super::LULL_MS;
use crate::domain::base::ProcessId;
use crate::domain::detect::{End, FactSource, Rule, Told, rules};
use crate::domain::facts::{Protocol, Proxies, Snapshot, SocketState};
use crate::domain::untrusted::Untrusted;

/// Names are asked for there, by everybody.
const DNS: u16 = 53;

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
    /// When it was last seen to talk to them.
    at_ms: u64,
}

impl Talks {
    /// Those of a look. The connection that the responder came by is no talk of anybody's.
    pub(super) fn of_all(snapshot: &Snapshot, proxies: &Proxies) -> Self {
        let mut found: HashMap<ProcessId, Talk> = HashMap::new();
        let named = !snapshot.wire.names.is_empty();
        for socket in &snapshot.sockets {
            if socket.owners.is_empty() || socket.own {
                continue;
            }
            let waits = socket.protocol == Protocol::Tcp && socket.state == SocketState::Listen;
            let remote = socket.remote.filter(|it| {
                let asks = socket.protocol == Protocol::Udp && it.port() == DNS;
                !asks && rules::is_outgoing(socket, proxies)
            });
            if !waits && remote.is_none() {
                continue;
            }
            let name = remote.filter(|_| named).and_then(|it| snapshot.wire.name_of(it.ip()));
            for owner in &socket.owners {
                let talk = found.entry(*owner).or_default();
                if waits {
                    talk.listens.push(socket.local.port());
                } else if let Some(remote) = remote {
                    talk.ends.push((remote, name.cloned().unwrap_or_default()));
                }
            }
        }
        for talk in found.values_mut() {
            talk.ends.sort_unstable();
            talk.ends.dedup();
            talk.listens.sort_unstable();
            talk.listens.dedup();
        }
        Self { of: found, none: Talk::default() }
    }

    /// What this process has.
    pub(super) fn of(&self, id: ProcessId) -> &Talk {
        self.of.get(&id).unwrap_or(&self.none)
    }
}

impl Talk {
    const fn is_silent(&self) -> bool {
        self.ends.is_empty() && self.listens.is_empty()
    }

    /// Takes in the next look; whether anything is another. Who dials again has not hung up: what it talked to last counts
    /// through a lull.
    pub(super) fn go_on(&mut self, next: &Self, now_ms: u64) -> bool {
        if self.is_silent() && next.is_silent() {
            return false;
        }
        let lull = next.ends.is_empty()
            && !self.ends.is_empty()
            && now_ms.saturating_sub(self.at_ms) <= LULL_MS;
        let ends = !lull && self.ends != next.ends;
        let listens = self.listens != next.listens;
        if ends {
            self.ends.clone_from(&next.ends);
        }
        if listens {
            self.listens.clone_from(&next.listens);
        }
        if !next.ends.is_empty() {
            self.at_ms = now_ms;
        }
        ends || listens
    }

    /// As the rules see them.
    pub(super) fn ends(&self) -> Vec<End<'_>> {
        self.ends
            .iter()
            .map(|(it, name)| End { address: Some(it.ip()), name: name.bytes(), port: it.port() })
            .collect()
    }
}

/// What a name of an end says was heard on the wire: no list of sockets has names.
pub(super) fn as_heard((grade, mut reason): Told) -> Told {
    if reason.rule == Rule::PoolName && reason.source == FactSource::Sockets {
        (reason.rule, reason.source) = (Rule::PoolNameAsked, FactSource::Wire);
    }
    (grade, reason)
}
