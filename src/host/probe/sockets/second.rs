//! Netlink against the tables of `/proc/net`: two views of one kernel that must agree. Pure.
//!
//! The tables are read between two lists of netlink: what was in both lists all the while must stand in the tables, and
//! what stands in the tables must be in one of the lists. Whoever is opened or closed meanwhile breaks that once, and the
//! kernel itself may leave a row out while others go; so only what broke it [`TIMES`] in a row counts.
//!
//! Absent on purpose: sockets without an inode, which are being closed and held by nobody, and TCP sockets that are neither
//! connected nor listening, which newer kernels show in one view alone.

use std::collections::{HashMap, HashSet};

use super::{Key, Raw};
use crate::domain::facts::{Protocol, SocketState, SocketView};

/// So often in a row the views must disagree about a socket.
const TIMES: u8 = 3;
/// More sockets are not suspected at a time.
const MOST: usize = 4096;

/// What was found so far in one namespace.
#[derive(Default)]
pub(super) struct Second {
    before: HashSet<Key>,
    suspects: HashMap<Key, (SocketView, u8)>,
    found: usize,
}

impl Second {
    /// The tables are about to be read, and these are there now.
    pub(super) fn begin(&mut self, keys: HashSet<Key>) {
        self.before = keys;
    }

    /// Takes in the tables and the list of netlink that was made after they were read. Gives the sockets that netlink
    /// lacks, as often as it takes.
    pub(super) fn judge(&mut self, netlink: &[Raw], tables: &[Raw]) -> Vec<Raw> {
        let before = std::mem::take(&mut self.before);
        let after: HashSet<Key> = netlink.iter().map(Raw::key).collect();
        let shown: HashSet<Key> = tables.iter().map(Raw::key).collect();
        let comparable = |raw: &&Raw| counts(raw);
        let lacking = netlink.iter().filter(comparable).map(|raw| (raw.key(), SocketView::Netlink));
        let lacking = lacking.filter(|(key, _)| before.contains(key) && !shown.contains(key));
        let alone = tables.iter().filter(comparable).map(|raw| (raw.key(), SocketView::Proc));
        let alone = alone.filter(|(key, _)| !before.contains(key) && !after.contains(key));
        let mut suspects = HashMap::new();
        for (key, view) in lacking.chain(alone).take(MOST) {
            let times = self.suspects.get(&key).filter(|(of, _)| *of == view);
            suspects.insert(key, (view, times.map_or(1, |(_, times)| times.saturating_add(1))));
        }
        self.suspects = suspects;
        self.found = self.suspects.values().filter(|(_, times)| *times >= TIMES).count();
        let alone = tables.iter().filter(|raw| self.view(&raw.key()) == Some(SocketView::Proc));
        alone.map(|raw| Raw { only_in: Some(SocketView::Proc), ..*raw }).collect()
    }

    /// The only view that has it, if they disagree about it for good.
    pub(super) fn view(&self, key: &Key) -> Option<SocketView> {
        self.suspects.get(key).filter(|(_, times)| *times >= TIMES).map(|(view, _)| *view)
    }

    /// They disagree about some socket for good.
    pub(super) const fn has_found(&self) -> bool {
        self.found > 0
    }

    /// They disagree about some socket, and not often enough yet.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.suspects.len() > self.found
    }
}

/// Both views have to have it.
fn counts(raw: &Raw) -> bool {
    use SocketState::{Close, SynReceived, TimeWait};
    let settled =
        raw.protocol == Protocol::Udp || !matches!(raw.state, Close | SynReceived | TimeWait);
    raw.inode != 0 && settled
}
