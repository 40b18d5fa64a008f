//! What was heard on the wire, once the responder asked to listen.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::base::{Moment, ProcessId};
use crate::domain::untrusted::Untrusted;

/// What was heard on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wire {
    /// Whether anybody listens.
    pub state: WireState,
    /// Packets that the kernel's filter let through.
    pub packets: u64,
    /// Packets that the kernel had no room for.
    pub dropped: u64,
    /// Names of addresses, by what DNS answers and TLS greetings said.
    pub names: Vec<(IpAddr, Untrusted)>,
    /// What matched, the oldest first; the list is bounded.
    pub sightings: Vec<Arc<Sighting>>,
}

/// Whether anybody listens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WireState {
    /// The responder has not asked for it.
    #[default]
    Off,
    /// On all interfaces of this network namespace.
    Listening,
    /// The kernel refused; what it said.
    Refused(Untrusted),
}

/// One thing that was heard and that matters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// When.
    pub moment: Moment,
    /// What was said.
    pub spoken: Spoken,
    /// The end that began.
    pub client: SocketAddr,
    /// The end that was spoken to.
    pub server: SocketAddr,
    /// Who holds the client's end, if it is on this host and visible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<ProcessId>,
}

/// What was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spoken {
    /// A name server told the addresses of a name.
    Dns {
        /// The name that was asked for.
        name: Untrusted,
        /// Addresses in the answer.
        addresses: Vec<IpAddr>,
    },
    /// A TLS greeting named the server.
    Tls {
        /// Its server name.
        name: Untrusted,
    },
    /// A message of a mining protocol.
    Stratum {
        /// Its method: `login`, `mining.subscribe`.
        method: Untrusted,
        /// Login or wallet, where the message has one.
        login: Untrusted,
        /// Program and version that it says it is.
        agent: Untrusted,
    },
}
