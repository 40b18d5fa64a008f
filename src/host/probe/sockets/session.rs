//! The connection that the responder came by.
//!
//! It is told by what is above us: the server of a secure shell among our ancestors, and the connection that came to it.
//! A variable of the environment is believed only where that fits, since whoever may write a start-up file of the shell
//! sets it: a connection that leads out is nobody's way in, and one that is held by another program is not either.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::Raw;
use crate::domain::base::{Pid, ProcessId};
use crate::domain::facts::{Process, Protocol, SocketState};
use crate::host::probe::owners::Owners;
use crate::host::probe::text;

/// Names of servers begin so.
const SERVERS: [&[u8]; 2] = [b"sshd", b"dropbear"];
/// No line of ancestors is longer.
const MOST_ANCESTORS: usize = 64;

/// What is known of it.
#[derive(Default)]
pub(super) struct Session {
    /// Both ends, as the environment tells them.
    told: Option<(SocketAddr, SocketAddr)>,
}

impl Session {
    /// As the environment of this program tells it.
    pub(super) fn of_environment() -> Self {
        let told = std::env::var("SSH_CONNECTION").ok();
        Self { told: told.and_then(|it| ends(&it)) }
    }

    /// Says of each socket whether it is that connection.
    pub(super) fn mark(&self, raw: &mut [Raw], owners: &Owners, processes: &[Arc<Process>]) {
        let above: Vec<ProcessId> = servers(processes, std::process::id());
        if above.is_empty() && self.told.is_none() {
            return;
        }
        let listening: HashSet<u16> = raw
            .iter()
            .filter(|it| it.namespace == 0 && it.state == SocketState::Listen)
            .map(|it| it.local.port())
            .collect();
        for it in raw {
            let came = it.protocol == Protocol::Tcp
                && it.namespace == 0
                && it.state == SocketState::Established
                && listening.contains(&it.local.port());
            it.own = came && {
                let held = owners.of(it.inode);
                let by = |id: &ProcessId| find(processes, id.pid).is_some_and(is_server);
                let told = self.told == Some((it.local, it.remote))
                    && (held.is_empty() || held.iter().any(by));
                told || held.iter().any(|id| above.contains(id))
            };
        }
    }
}

/// `client-ip client-port server-ip server-port`: the server's end first.
fn ends(told: &str) -> Option<(SocketAddr, SocketAddr)> {
    let mut words = told.split_ascii_whitespace();
    let mut end = || {
        let ip: IpAddr = words.next()?.parse().ok()?;
        Some(super::address(ip, words.next()?.parse().ok()?))
    };
    let remote = end()?;
    Some((end()?, remote))
}

/// The servers above the process `pid`.
fn servers(processes: &[Arc<Process>], pid: u32) -> Vec<ProcessId> {
    let (mut found, mut at) = (Vec::new(), Pid(pid));
    for _ in 0..MOST_ANCESTORS {
        let Some(process) = find(processes, at) else { break };
        if is_server(process) {
            found.push(process.id);
        }
        at = process.parent;
    }
    found
}

fn find(processes: &[Arc<Process>], pid: Pid) -> Option<&Process> {
    let at = processes.binary_search_by_key(&pid, |process| process.id.pid).ok()?;
    processes.get(at).map(|process| &**process)
}

fn is_server(process: &Process) -> bool {
    let name = text::words(process.comm.bytes()).next().unwrap_or_default();
    SERVERS.iter().any(|server| name.starts_with(server))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::probe::sockets::state;

    fn process(pid: u32, parent: u32, comm: &str) -> Arc<Process> {
        let id = ProcessId { pid: Pid(pid), start: 1, inode: 0 };
        Arc::new(Process { id, parent: Pid(parent), comm: comm.into(), ..Process::default() })
    }

    fn raw(local: &str, remote: &str, number: u8, inode: u64) -> Raw {
        let ends = (local.parse().unwrap(), remote.parse().unwrap());
        Raw { inode, ..Raw::new(Protocol::Tcp, ends, state(Protocol::Tcp, number)) }
    }

    fn hold(owners: &mut Owners, process: &Process, inode: u64) {
        owners.pass(None, &[], Some(process.id), &[inode]);
    }

    fn marked(session: &Session, owner: &str) -> Vec<bool> {
        let me = std::process::id();
        let table = [process(7, 1, owner), process(me, 7, "firedamp")];
        let mut owners = Owners::default();
        for inode in [1, 2, 3] {
            hold(&mut owners, &table[0], inode);
        }
        let mut all = [
            raw("0.0.0.0:22", "0.0.0.0:0", 10, 1),
            raw("192.0.2.1:22", "198.51.100.9:40000", 1, 2),
            // What is forwarded leads out of the same process.
            raw("192.0.2.1:39999", "203.0.113.7:3333", 1, 3),
        ];
        session.mark(&mut all, &owners, &table);
        all.iter().map(|it| it.own).collect()
    }

    #[test]
    fn what_came_to_a_server_above_us_is_ours_and_what_it_forwards_is_not() {
        assert_eq!(marked(&Session::default(), "sshd-session"), [false, true, false]);
        assert_eq!(marked(&Session::default(), "kworker"), [false; 3]);
    }

    #[test]
    fn the_environment_cannot_make_a_connection_that_leads_out_ours() {
        let told = |text: &str| Session { told: ends(text) };
        let lie = told("203.0.113.7 3333 192.0.2.1 39999");
        assert_eq!(marked(&lie, "miner"), [false; 3]);
        let other = told("198.51.100.9 40000 192.0.2.1 22");
        assert_eq!(marked(&other, "miner"), [false; 3], "another program holds it");
        assert_eq!(told("198.51.100.9 x 192.0.2.1 22").told, None);
    }
}
