//! Whether anybody goes on from here to other hosts: connections to SSH servers, and one port tried at many hosts.
//!
//! Known false alarms: an administrator's jump host, a tool that deploys, a monitor that polls. So this is shown with who
//! does it, and the judgement is the responder's.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::domain::answer::fact::{Fact, What};
use crate::domain::base::ProcessId;
use crate::domain::detect::FactSource;
use crate::domain::facts::{Protocol, Snapshot, Socket, SocketState};
use crate::domain::untrusted::Untrusted;

/// Where SSH servers listen.
const SSH: u16 = 22;
/// So many hosts at which one tries one port in vain are a scan.
const TRIED: usize = 5;

/// What leads out of the host to others.
pub(super) fn of_look(snapshot: &Snapshot) -> Vec<Fact> {
    let mut tried: BTreeMap<(Option<ProcessId>, u16), BTreeSet<IpAddr>> = BTreeMap::new();
    let mut ssh: Vec<&Socket> = Vec::new();
    for socket in &snapshot.sockets {
        let Some(remote) = socket.remote.filter(|it| !it.ip().is_loopback()) else { continue };
        if socket.protocol != Protocol::Tcp || socket.own {
            continue;
        }
        // Without an owner, connections of many may look like those of one.
        let owner = socket.owners.first().filter(|_| socket.state == SocketState::SynSent);
        if let Some(owner) = owner {
            let by = (Some(*owner), remote.port());
            tried.entry(by).or_default().insert(remote.ip());
        }
        let lives = matches!(socket.state, SocketState::Established | SocketState::SynSent);
        if remote.port() == SSH && socket.local.port() != SSH && lives {
            ssh.push(socket);
        }
    }
    let name = |by: Option<ProcessId>| {
        let process = by.and_then(|id| snapshot.process(id));
        process.map_or_else(Untrusted::default, |it| it.comm.clone())
    };
    let mut facts = Vec::new();
    for ((by, port), hosts) in tried {
        if hosts.len() >= TRIED {
            let what = What::Scan(hosts.len(), port, name(by));
            facts.push(Fact::look(what, FactSource::Sockets));
        }
    }
    let first = ssh.first().and_then(|it| Some((it.remote?, it.owners.first().copied())));
    if let Some((end, by)) = first {
        let what = What::SshOut(ssh.len(), end, name(by));
        facts.push(Fact::look(what, FactSource::Sockets));
    }
    facts
}
