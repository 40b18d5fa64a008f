//! What was heard on the wire, once the responder asked to listen.
//!
//! Only what matters is here: what speaks of mining, and the names of addresses that somebody on this host talks to.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::is_default;
use crate::domain::base::{Moment, ProcessId};
use crate::domain::untrusted::Untrusted;

/// What was heard on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wire {
    /// Whether anybody listens.
    pub state: WireState,
    /// Since when.
    #[serde(skip_serializing_if = "is_default")]
    pub since: Option<Moment>,
    /// Packets that the kernel's filter let through.
    pub packets: u64,
    /// Packets that the kernel had no room for.
    pub dropped: u64,
    /// What was read in those that were let through.
    pub heard: Heard,
    /// Names of addresses, by address: those that a socket of this host leads to, and those of pools.
    pub names: Vec<(IpAddr, Untrusted)>,
    /// What matched, the oldest first; the list is bounded.
    pub sightings: Vec<Arc<Sighting>>,
    /// Older ones that the bounded list has let go.
    #[serde(skip_serializing_if = "is_default")]
    pub let_go: u64,
}

/// How much was read, matched or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Heard {
    /// Questions to name servers.
    pub questions: u64,
    /// TLS greetings that name a server.
    pub greetings: u64,
    /// Messages of a mining protocol.
    pub messages: u64,
    /// Packets that looked like one of these and were none, or were torn.
    pub unclear: u64,
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

/// One thing that was heard and that matters. The same said again counts here, and makes no other one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// When it was first heard.
    pub moment: Moment,
    /// When it was last heard.
    pub last: Moment,
    /// How often.
    pub times: u64,
    /// What was said.
    pub spoken: Spoken,
    /// The end that began; the newest one, where somebody asks again.
    pub client: SocketAddr,
    /// The end that was spoken to.
    pub server: SocketAddr,
    /// Who holds the client's end, if it is on this host and visible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<ProcessId>,
    /// Who holds the server's end, if it is on this host and visible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_by: Option<ProcessId>,
}

/// What was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spoken {
    /// A name server was asked for a name.
    Dns {
        /// The name that was asked for.
        name: Untrusted,
        /// The name behind it that made it matter, where the asked one does not.
        #[serde(default, skip_serializing_if = "Untrusted::is_empty")]
        alias: Untrusted,
        /// Addresses in the answer; none if there was no answer.
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
        /// Which end was heard to speak it: the other one may not understand a word.
        by: Speaker,
    },
}

/// An end of a conversation that was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Speaker {
    /// The end that began.
    Client,
    /// The other one.
    Server,
    /// Both.
    Both,
}

/// A conversation that was heard within this time goes on.
const GOES_ON_MS: u64 = 300_000;

impl Wire {
    /// Mining conversations that were heard of late; whether anybody on this host is seen to hold them or not.
    pub fn conversations(&self, now: Moment) -> impl Iterator<Item = &Sighting> {
        let goes_on = move |it: &&Sighting| {
            matches!(it.spoken, Spoken::Stratum { .. })
                && now.boot_ms.saturating_sub(it.last.boot_ms) <= GOES_ON_MS
        };
        self.sightings.iter().map(|it| &**it).filter(goes_on)
    }

    /// The name of an address, if one was heard.
    #[must_use]
    pub fn name_of(&self, ip: IpAddr) -> Option<&Untrusted> {
        let at = self.names.binary_search_by_key(&ip, |(known, _)| *known).ok()?;
        self.names.get(at).map(|(_, name)| name)
    }
}

impl Speaker {
    /// This one and that one.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Client, Self::Client) => Self::Client,
            (Self::Server, Self::Server) => Self::Server,
            _ => Self::Both,
        }
    }
}

impl Spoken {
    /// Names of a host in it: the asked one, and the one behind it.
    pub fn names(&self) -> impl Iterator<Item = &Untrusted> {
        let (name, alias) = match self {
            Self::Dns { name, alias, .. } => (Some(name), Some(alias)),
            Self::Tls { name } => (Some(name), None),
            Self::Stratum { .. } => (None, None),
        };
        name.into_iter().chain(alias).filter(|name| !name.is_empty())
    }
}
