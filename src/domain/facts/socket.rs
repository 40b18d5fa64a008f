//! One socket, and who holds it.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::is_default;
use crate::domain::base::ProcessId;
use crate::domain::untrusted::Untrusted;

/// One socket and who holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Socket {
    /// TCP, UDP or raw IP.
    pub protocol: Protocol,
    /// This end.
    pub local: SocketAddr,
    /// The other end; `None` for a socket that has none.
    pub remote: Option<SocketAddr>,
    /// TCP state; [`SocketState::Open`] for UDP.
    pub state: SocketState,
    /// Inode of the socket, the key that file descriptors name.
    pub inode: u64,
    /// User id that the kernel charges it to.
    pub uid: u32,
    /// Processes that hold a descriptor of it, lowest pid first. Empty: none visible.
    pub owners: Vec<ProcessId>,
    /// `CLOCK_BOOTTIME` milliseconds of the first look that saw it.
    pub first_seen_ms: u64,
    /// It was there at the very first look, so it is older than `first_seen_ms` tells.
    pub since_before: bool,
    /// Inode of its network namespace; 0 for our own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub namespace: u64,
    /// What went over it, where the kernel counts that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<Flow>,
    /// The only view that has it, where two views of the kernel disagree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_in: Option<SocketView>,
    /// It carries the responder's own session.
    #[serde(default, skip_serializing_if = "is_default")]
    pub own: bool,
}

/// What went over a connection, from `tcp_info`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// Bytes that the other end has acknowledged; for who opened the connection one more, since the kernel counts the
    /// opening itself.
    pub sent: u64,
    /// Bytes that came from there.
    pub received: u64,
    /// `CLOCK_BOOTTIME` milliseconds when data was last sent.
    pub last_sent_ms: u64,
    /// `CLOCK_BOOTTIME` milliseconds when data last came.
    pub last_received_ms: u64,
}

/// What tells one socket from all others of a look. A closing connection has lost its inode, so its ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketKey {
    /// Inode of its network namespace; 0 for our own.
    pub namespace: u64,
    /// Transport.
    pub protocol: Protocol,
    /// This end.
    pub local: SocketAddr,
    /// The other end.
    pub remote: Option<SocketAddr>,
    /// Inode of the socket.
    pub inode: u64,
}

impl Socket {
    /// What tells it from all others.
    #[must_use]
    pub const fn key(&self) -> SocketKey {
        SocketKey {
            namespace: self.namespace,
            protocol: self.protocol,
            local: self.local,
            remote: self.remote,
            inode: self.inode,
        }
    }
}

/// A view of the host's sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SocketView {
    /// Netlink `sock_diag`.
    Netlink,
    /// The tables of `/proc/net`.
    Proc,
}

/// A socket without addresses of the net: one that listens to whole packets, or a local one that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherSocket {
    /// What it is.
    pub kind: OtherKind,
    /// Inode of the socket.
    pub inode: u64,
    /// Inode of its network namespace; 0 for our own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub namespace: u64,
    /// Processes that hold a descriptor of it, lowest pid first. Empty: none visible.
    pub owners: Vec<ProcessId>,
    /// The program that looks holds it itself.
    #[serde(default, skip_serializing_if = "is_default")]
    pub own: bool,
}

/// What a socket without addresses is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OtherKind {
    /// `AF_PACKET`: it sees what goes over an interface.
    Packet {
        /// `EtherType` that it is bound to.
        protocol: u16,
        /// Index of the interface; 0 for all of them.
        interface: u32,
    },
    /// `AF_UNIX` that listens, by its name; an abstract one begins with `@`.
    Unix(Untrusted),
}

/// Folders that everybody may write to, or that are gone after a boot.
const OPEN_FOLDERS: [&[u8]; 3] = [b"/tmp/", b"/var/tmp/", b"/dev/shm/"];
/// Where everyday programs have their sockets in such a folder, and under what abstract names. Whoever hides may choose such
/// a name too: that a place is not odd speaks for nobody.
const EVERYDAY: [&[u8]; 15] = [
    b"/tmp/.X11-unix/",
    b"/tmp/.ICE-unix/",
    b"/tmp/ssh-",
    b"/tmp/tmux-",
    b"/tmp/dbus-",
    b"/tmp/systemd-private-",
    b"@/tmp/.X11-unix/",
    b"@/tmp/.ICE-unix/",
    b"@/tmp/dbus-",
    b"@/org/",
    b"@/com/",
    b"@/run/",
    b"@/var/",
    b"@/containerd-shim/",
    b"@ISCSI",
];

impl OtherKind {
    /// A local socket with a name where everyday programs have none: in a folder that everybody may write to, or without
    /// any file at all.
    #[must_use]
    pub fn is_odd(&self) -> bool {
        let Self::Unix(name) = self else { return false };
        let begins = |with: &&[u8]| name.bytes().starts_with(with);
        let open = OPEN_FOLDERS.iter().any(begins) || name.bytes().starts_with(b"@");
        open && !EVERYDAY.iter().any(begins)
    }
}

/// Transport protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// A raw IP socket; the ports of its ends are the number of the IP protocol.
    Raw,
}

/// TCP state by the kernel's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are those of RFC 9293")]
pub enum SocketState {
    Established,
    SynSent,
    SynReceived,
    FinWait1,
    FinWait2,
    TimeWait,
    Close,
    CloseWait,
    LastAck,
    Listen,
    Closing,
    /// A UDP socket.
    Open,
}
