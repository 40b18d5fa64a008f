//! Where a connection leads in the end: to a process of this host that passes it on, and from there to the net.
//!
//! A miner that talks to `127.0.0.1:9443` alone is joined to whoever answers there, and to where that one goes. Both ends
//! of a connection inside one host are in the same snapshot, in one namespace or in two, so the other end's owner is told
//! by the pair of addresses; only where that is missing, by who listens on the port.
//!
//! Invariant: total, and as long as the list of sockets: a chain ends after [`MOST_HOPS`] and at a process that is in it
//! already, and of a busy proxy only [`MOST_ENDS`] ends are kept. What a proxy passes on to whom is not known: all of its
//! ends count for each of its clients. Absent: what is passed on through local sockets, pipes or UDP.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;

use super::{Protocol, Snapshot, Socket, SocketState};
use crate::domain::base::ProcessId;

/// No chain of proxies is followed further.
const MOST_HOPS: usize = 4;
/// Of one process no more ends are kept, nor of one connection.
const MOST_ENDS: usize = 8;

/// Where a connection leads beyond the process that answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beyond {
    /// Who answers, and who answers that one, to the last before the net; never empty.
    pub hops: Vec<Hop>,
    /// Ends outside this host that the last of them is connected to, lowest first; empty if there are none.
    pub ends: Vec<SocketAddr>,
    /// There are more ends than are kept.
    pub more: bool,
}

/// One step of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Where the one before is connected to.
    pub to: SocketAddr,
    /// Who answers there.
    pub by: ProcessId,
}

/// The owners of a socket in a namespace.
type Held = (u64, Vec<ProcessId>);

/// Who passes on what, in one snapshot.
#[derive(Debug, Default)]
pub struct Proxies {
    listeners: HashMap<(u64, u16), Vec<ProcessId>>,
    /// Ports that anybody may come to, by namespace.
    doors: HashSet<(u64, Protocol, u16)>,
    /// Owners of connections by their ends, of those whose other end may be on this host.
    held: HashMap<(SocketAddr, SocketAddr), Vec<Held>>,
    leads: HashMap<ProcessId, Leads>,
}

/// Where the connections go that a process opened.
#[derive(Debug, Default)]
struct Leads {
    ends: HashSet<SocketAddr>,
    near: Vec<Hop>,
    more: bool,
}

impl Proxies {
    /// Joins the sockets of a snapshot.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        let sockets = &snapshot.sockets;
        let mut proxies = Self::default();
        let spans = sockets.iter().any(|socket| socket.namespace != 0);
        let mut near = false;
        let waits = |it: &&Arc<Socket>| {
            it.state == SocketState::Listen || it.protocol == Protocol::Udp && it.remote.is_none()
        };
        let door = |it: &Arc<Socket>| (it.namespace, it.protocol, it.local.port());
        proxies.doors = sockets.iter().filter(waits).map(door).collect();
        for socket in sockets.iter().filter(|it| it.protocol == Protocol::Tcp) {
            if socket.state == SocketState::Listen {
                let key = (socket.namespace, socket.local.port());
                let owners = proxies.listeners.entry(key).or_default();
                owners.extend(socket.owners.iter().take(MOST_ENDS));
            } else if let Some(remote) = socket.remote.filter(|_| spans || is_near(socket)) {
                near |= is_open(socket);
                // A busy server leaves thousands behind that are nobody's any more.
                if !socket.owners.is_empty() {
                    let held = proxies.held.entry((socket.local, remote)).or_default();
                    held.push((socket.namespace, socket.owners.clone()));
                }
            }
        }
        if near {
            proxies.lead(snapshot);
        }
        proxies
    }

    /// Where a connection leads; `None` for one that nobody of this host answers.
    #[must_use]
    pub fn beyond(&self, socket: &Socket) -> Option<Beyond> {
        let mut found = Beyond { hops: Vec::new(), ends: Vec::new(), more: false };
        let mut seen: HashSet<ProcessId> = socket.owners.iter().copied().collect();
        let mut next: Vec<Hop> = self.answered(socket).collect();
        while let Some(hop) = next.pop() {
            if found.hops.len() == MOST_HOPS || !seen.insert(hop.by) {
                continue;
            }
            found.hops.push(hop);
            let Some(leads) = self.leads.get(&hop.by) else { continue };
            found.more |= leads.more;
            found.ends.extend(&leads.ends);
            next.extend(&leads.near);
        }
        found.ends.sort_unstable();
        found.ends.dedup();
        found.more |= found.ends.len() > MOST_ENDS;
        found.ends.truncate(MOST_ENDS);
        (!found.hops.is_empty()).then_some(found)
    }

    /// It came to a port of this host that waits for anybody: whoever is at its other end chose us, and we not them.
    /// Who holds such a port and dials from it too is not told from it; the kernel gives no such port to anybody else.
    #[must_use]
    pub fn came(&self, socket: &Socket) -> bool {
        let door = (socket.namespace, socket.protocol, socket.local.port());
        socket.state != SocketState::SynSent && self.doors.contains(&door)
    }

    /// Who answers a connection that was opened from here.
    fn answered<'a>(&'a self, socket: &'a Socket) -> impl Iterator<Item = Hop> + 'a {
        let to = socket.remote.filter(|_| is_open(socket) && !self.is_answer(socket));
        let hop = move |by: &ProcessId| to.map(|to| Hop { to, by: *by });
        let held = to.and_then(|to| self.held.get(&(to, socket.local)));
        // The other end is where this one is, or else, if its address is not that of every namespace, anywhere.
        let anywhere = to.is_some_and(|to| !to.ip().is_loopback());
        let fits = move |it: &&Held| it.0 == socket.namespace || anywhere;
        let owners: &[ProcessId] = held
            .and_then(|held| held.iter().filter(fits).max_by_key(|it| it.0 == socket.namespace))
            .map_or(&[], |(_, owners)| owners);
        let listeners = to
            .filter(|_| owners.is_empty() && is_near(socket))
            .and_then(|to| self.listeners.get(&(socket.namespace, to.port())).map(Vec::as_slice));
        owners.iter().chain(listeners.unwrap_or_default()).take(MOST_ENDS).filter_map(hop)
    }

    /// This is the end of the one who answers: the connection was opened at the other.
    #[must_use]
    pub fn is_answer(&self, socket: &Socket) -> bool {
        let listens = |port| self.listeners.contains_key(&(socket.namespace, port));
        let Some(remote) = socket.remote else { return false };
        // Who listened for one connection and no more is told by its port: those of clients are high.
        listens(socket.local.port())
            || is_near(socket) && !listens(remote.port()) && socket.local.port() < remote.port()
    }

    /// Works out where those go who answer somebody.
    fn lead(&mut self, snapshot: &Snapshot) {
        let open = || snapshot.sockets.iter().filter(|it| is_open(it));
        let answering = open().filter(|it| self.is_answer(it)).flat_map(|it| &it.owners);
        let listening = self.listeners.values().flatten();
        let able: HashSet<ProcessId> = answering.chain(listening).copied().collect();
        let mut leads: HashMap<ProcessId, Leads> = HashMap::new();
        for socket in open().filter(|it| !self.is_answer(it)) {
            for owner in socket.owners.iter().filter(|owner| able.contains(owner)) {
                let leads = leads.entry(*owner).or_default();
                let before = leads.near.len();
                if before < MOST_ENDS {
                    let new = self.answered(socket).filter(|hop| hop.by != *owner);
                    leads.near.extend(new.take(MOST_ENDS - before));
                }
                let Some(remote) = socket.remote else { continue };
                let inside = is_near(socket) || leads.near.len() > before || remote.port() == 0;
                if !inside && leads.ends.len() < MOST_ENDS {
                    leads.ends.insert(remote);
                } else {
                    leads.more |= !inside && !leads.ends.contains(&remote);
                }
            }
        }
        self.leads = leads;
    }
}

/// It carries data, or will.
fn is_open(socket: &Socket) -> bool {
    use SocketState::{CloseWait, Established, SynSent};
    socket.protocol == Protocol::Tcp
        && socket.remote.is_some()
        && matches!(socket.state, Established | CloseWait | SynSent)
}

/// Its other end has an address of this host: one that loops back, or the one that it comes from itself.
fn is_near(socket: &Socket) -> bool {
    socket.remote.is_some_and(|it| it.ip().is_loopback() || it.ip() == socket.local.ip())
}
