//! One socket as a source gave it, and the row that is made of it. Pure.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::domain::facts::{
    Contradiction, ContradictionKind, Flow, Packaged, Protocol, Socket, SocketState, SocketView,
};
use crate::host::probe::owners::Owners;

/// One socket as a source gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host::probe) struct Raw {
    pub(in crate::host::probe) protocol: Protocol,
    pub(in crate::host::probe) local: SocketAddr,
    pub(in crate::host::probe) remote: SocketAddr,
    pub(in crate::host::probe) state: SocketState,
    pub(in crate::host::probe) uid: u32,
    pub(in crate::host::probe) inode: u64,
    pub(super) namespace: u64,
    pub(super) flow: Option<Flow>,
    pub(super) only_in: Option<SocketView>,
    pub(super) own: bool,
}

/// What tells one socket from another. A closing connection has lost its inode.
pub(super) type Key = (Protocol, SocketAddr, SocketAddr, u64, u64);

impl Raw {
    /// Nothing is known of it but its ends and its state.
    pub(super) const fn new(
        protocol: Protocol,
        (local, remote): (SocketAddr, SocketAddr),
        state: SocketState,
    ) -> Self {
        Self {
            protocol,
            local,
            remote,
            state,
            uid: 0,
            inode: 0,
            namespace: 0,
            flow: None,
            only_in: None,
            own: false,
        }
    }

    pub(super) const fn key(&self) -> Key {
        (self.protocol, self.local, self.remote, self.inode, self.namespace)
    }
}

pub(super) fn row(
    raw: &Raw,
    owners: &Owners,
    first_seen_ms: u64,
    since_before: bool,
) -> Arc<Socket> {
    // A raw socket has no port at the other end.
    let nobody = raw.remote.port() == 0 && raw.remote.ip().is_unspecified();
    Arc::new(Socket {
        protocol: raw.protocol,
        local: raw.local,
        remote: (!nobody).then_some(raw.remote),
        state: raw.state,
        inode: raw.inode,
        uid: raw.uid,
        owners: owners.of(raw.inode).to_vec(),
        first_seen_ms,
        since_before,
        namespace: raw.namespace,
        flow: raw.flow,
        only_in: raw.only_in,
        own: raw.own,
    })
}

/// What the one view shows and the other hides.
pub(super) fn contradiction(row: &Socket, view: SocketView, now_ms: u64) -> Contradiction {
    let protocol = match row.protocol {
        Protocol::Tcp => "tcp",
        Protocol::Udp => "udp",
        Protocol::Raw => "raw",
    };
    let what = match row.remote {
        Some(remote) => format!("{protocol} {} -> {remote}", row.local),
        None => format!("{protocol} {}", row.local),
    };
    let (kind, name) = match view {
        SocketView::Netlink => (ContradictionKind::SocketNotInProc, "sock_diag"),
        SocketView::Proc => (ContradictionKind::SocketNotInNetlink, "/proc/net"),
    };
    Contradiction {
        kind,
        process: row.owners.first().copied(),
        what: what.into(),
        shown: format!("{name}: inode {}, uid {}", row.inode, row.uid).into(),
        packaged: Packaged::Unknown,
        files: Vec::new(),
        first_seen_ms: now_ms,
    }
}

/// The kernel's number of a state. UDP uses two of the TCP ones, which say nothing about it.
pub(super) fn state(protocol: Protocol, number: u8) -> SocketState {
    match (protocol, number) {
        (Protocol::Udp | Protocol::Raw, _) => SocketState::Open,
        (Protocol::Tcp, 1) => SocketState::Established,
        (Protocol::Tcp, 2) => SocketState::SynSent,
        // 12: a request that has not become a connection yet.
        (Protocol::Tcp, 3 | 12) => SocketState::SynReceived,
        (Protocol::Tcp, 4) => SocketState::FinWait1,
        (Protocol::Tcp, 5) => SocketState::FinWait2,
        (Protocol::Tcp, 6) => SocketState::TimeWait,
        (Protocol::Tcp, 8) => SocketState::CloseWait,
        (Protocol::Tcp, 9) => SocketState::LastAck,
        (Protocol::Tcp, 10) => SocketState::Listen,
        (Protocol::Tcp, 11) => SocketState::Closing,
        (Protocol::Tcp, _) => SocketState::Close,
    }
}

/// An address as people know it: a mapped IPv4 address is one.
pub(super) fn address(ip: std::net::IpAddr, port: u16) -> SocketAddr {
    SocketAddr::new(ip.to_canonical(), port)
}
