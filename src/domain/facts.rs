//! What was observed on the host, and when. Plain values; behaviour only where a value is read.
//!
//! Invariant: a value that could not be read is never a zero: it is a [`Reading`] that says so.

mod evidence;
mod examination;
mod gap;
mod gpu;
mod hiding;
mod ours;
mod own;
mod package;
mod persistence;
mod process;
mod proxy;
mod site;
mod socket;
mod wire;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::base::{Moment, ProcessId};
use crate::domain::untrusted::Untrusted;

pub use evidence::{Evidence, FoundBy, FoundFile, FoundText, Once, Trace, Worth};
pub use examination::{Environment, Examination, Mapping, MappingKind, Maps, Thread};
pub use gap::{
    Capability, Closed, DiagModule, Gap, Late, Lockdown, NotEntered, NotRead, NotWhole, Weight,
};
pub use gpu::{Gpu, GpuDevice, GpuHolder, GpuOutcome, GpuSource, GpuSourceKind, GpuUnlisted};
pub use hiding::{Contradiction, ContradictionKind, FileStanding, Hiding, HostView};
pub use ours::Ours;
pub use own::{Doubt, Own, Raised};
pub use package::Packaged;
pub use persistence::{
    Autostart, AutostartChange, AutostartKey, AutostartKind, Persistence, Remark, Running, Target,
    Trick, changes, decoded, is_frame, running, tricks,
};
pub use process::{
    Ancestor, Around, Container, HiddenFrom, Io, Namespaces, Process, RunState, Runtime,
};
pub use proxy::{Beyond, Hop, Proxies};
pub use site::{Firmware, Site, SshHome};
pub use socket::{
    Flow, OtherKind, OtherSocket, Protocol, Socket, SocketKey, SocketState, SocketView,
};
pub use wire::{Heard, Sighting, Speaker, Spoken, Wire, WireState};

/// What one look at a host saw. Rows that did not change since the look before are shared with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When the look began.
    pub moment: Moment,
    /// The machine as a whole.
    pub host: Arc<Host>,
    /// Every process, by pid.
    pub processes: Vec<Arc<Process>>,
    /// Every TCP, UDP and raw socket.
    pub sockets: Vec<Arc<Socket>>,
    /// Sockets that see whole packets, and local ones that wait for somebody.
    pub others: Arc<Vec<OtherSocket>>,
    /// Graphics processors and who holds them.
    pub gpu: Arc<Gpu>,
    /// Where views of the host disagree.
    pub hiding: Arc<Hiding>,
    /// What starts by itself.
    pub persistence: Arc<Persistence>,
    /// What was heard on the wire.
    pub wire: Arc<Wire>,
    /// What was read in files and memory of processes.
    pub evidence: Arc<Evidence>,
    /// Where the host stands.
    pub site: Arc<Site>,
    /// How the program itself stands on this host.
    pub own: Arc<Own>,
    /// What could not be read this time, and why.
    pub unread: Vec<Unread>,
}

/// A value that was read, or why not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading<T> {
    /// It was read.
    Known(T),
    /// The kernel refused: no permission.
    Denied,
    /// The reading did not end in time.
    Blocked,
    /// Nobody could tell, or there is no such thing.
    #[default]
    Unknown,
}

/// The machine as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Host {
    /// Host name.
    pub name: Untrusted,
    /// Kernel release.
    pub kernel: Untrusted,
    /// `/proc/sys/kernel/random/boot_id`.
    pub boot_id: String,
    /// Busy percent of each CPU, 0 to 100.
    pub cpus: Vec<f32>,
    /// Busy percent of all CPUs together, 0 to 100.
    pub cpu: f32,
    /// Load averages over 1, 5 and 15 minutes.
    pub load: [f32; 3],
    /// Bytes of memory.
    pub memory_total: u64,
    /// Bytes of memory in use.
    pub memory_used: u64,
    /// Bytes of swap.
    pub swap_total: u64,
    /// Bytes of swap in use.
    pub swap_used: u64,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// A path or the name of a source; of a gap the processes that it is about, if it is about single ones.
    pub what: Untrusted,
    /// The kernel's answer; empty where `gap` says it.
    pub why: Untrusted,
    /// What stands between the program and this, where that is known: there are words for how to get it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
}

/// For members of a recording that are left out.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Unread {
    /// One source that did not answer, and the kernel's words.
    #[must_use]
    pub fn source(what: impl Into<Untrusted>, why: impl Into<Untrusted>) -> Self {
        Self { what: what.into(), why: why.into(), gap: None }
    }

    /// One source that was not read, or not wholly, and why.
    #[must_use]
    pub fn part(what: impl Into<Untrusted>, why: NotWhole) -> Self {
        Self { what: what.into(), ..Self::gap(Gap::NotWhole(why)) }
    }

    /// What a gap keeps from us.
    #[must_use]
    pub fn gap(gap: Gap) -> Self {
        Self { what: Untrusted::default(), why: Untrusted::default(), gap: Some(gap) }
    }

    /// How much of the host it takes from sight.
    #[must_use]
    pub fn weight(&self) -> Weight {
        self.gap.as_ref().map_or(Weight::Part, Gap::weight)
    }
}

impl<T> Reading<T> {
    /// Nobody could tell.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// The value, if it was read.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Denied | Self::Blocked | Self::Unknown => None,
        }
    }
}

impl Snapshot {
    /// A look that saw nothing.
    #[must_use]
    pub fn empty(moment: Moment) -> Self {
        Self {
            moment,
            host: Arc::default(),
            processes: Vec::new(),
            sockets: Vec::new(),
            others: Arc::default(),
            gpu: Arc::default(),
            hiding: Arc::default(),
            persistence: Arc::default(),
            wire: Arc::default(),
            evidence: Arc::default(),
            site: Arc::default(),
            own: Arc::default(),
            unread: Vec::new(),
        }
    }

    /// What is missing in this look, without what is only good to know.
    pub fn missing(&self) -> impl Iterator<Item = &Unread> {
        self.unread.iter().filter(|it| it.weight() > Weight::Note)
    }

    /// What takes most of the host from sight, if anything takes much of it.
    #[must_use]
    pub fn blindness(&self) -> Option<&Gap> {
        let gaps = self.unread.iter().filter_map(|it| it.gap.as_ref());
        gaps.filter(|gap| gap.weight() == Weight::Much).min()
    }

    /// The process with this identity, if it is there.
    #[must_use]
    pub fn process(&self, id: ProcessId) -> Option<&Arc<Process>> {
        let at = self.processes.binary_search_by_key(&id.pid, |process| process.id.pid).ok()?;
        self.processes.get(at).filter(|process| process.id == id)
    }
}
