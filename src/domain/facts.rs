//! What was observed on the host, and when. Plain values; behaviour only where a value is read.
//!
//! Invariant: a value that could not be read is never a zero: it is a [`Reading`] that says so.

use std::net::SocketAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::base::{Moment, Pid, ProcessId};
use crate::domain::untrusted::Untrusted;

/// What one look at a host saw. Rows that did not change since the look before are shared with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When the look began.
    pub moment: Moment,
    /// The machine as a whole.
    pub host: Arc<Host>,
    /// Every process, by pid.
    pub processes: Vec<Arc<Process>>,
    /// Every TCP and UDP socket.
    pub sockets: Vec<Arc<Socket>>,
    /// Graphics processors and who holds them.
    pub gpu: Arc<Gpu>,
    /// What could not be read this time, and why.
    pub unread: Vec<Unread>,
}

/// A value that was read, or why not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// One process at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Process {
    /// Identity that survives pid reuse.
    pub id: ProcessId,
    /// Parent pid.
    pub parent: Pid,
    /// Real user id.
    pub uid: u32,
    /// Login name of `uid`, when the host's own user list names it.
    pub user: Option<Arc<str>>,
    /// `comm`: the process chooses it.
    pub comm: Untrusted,
    /// Arguments, NUL between them, the first 4 KiB.
    pub command: Reading<Untrusted>,
    /// Target of `/proc/PID/exe`.
    pub exe: Reading<Untrusted>,
    /// The executable has no name on disk any more (by its link count, not by its text).
    pub exe_deleted: bool,
    /// Scheduler state.
    pub state: RunState,
    /// Percent of one CPU over the last interval; may pass 100 with several threads.
    pub cpu: f32,
    /// CPU time since the start, milliseconds.
    pub cpu_ms: u64,
    /// Resident memory in bytes.
    pub memory: u64,
    /// Threads.
    pub threads: u32,
    /// Nice value.
    pub nice: i32,
    /// `CLOCK_BOOTTIME` milliseconds at the start.
    pub started_ms: u64,
    /// `PF_KTHREAD` is set: this is the kernel itself.
    pub kernel: bool,
}

/// Field 3 of `/proc/PID/stat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// `R`.
    Running,
    /// `S`.
    Sleeping,
    /// `D`: waits for a disk or a network file system.
    Waiting,
    /// `T` or `t`: stopped by a signal or a tracer.
    Stopped,
    /// `Z`: dead, not collected by its parent.
    Zombie,
    /// `I`: idle kernel thread.
    Idle,
    /// Anything else.
    Other(char),
}

/// One socket and who holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Socket {
    /// TCP or UDP.
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
}

/// Transport protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
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

/// Graphics processors and who holds them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gpu {
    /// What was asked, and what came of it.
    pub sources: Vec<GpuSource>,
    /// Devices.
    pub devices: Vec<GpuDevice>,
    /// Processes that hold a device open, or that a source reports as using one.
    pub holders: Vec<GpuHolder>,
}

/// One source of facts about graphics processors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GpuSource {
    /// Which.
    pub kind: GpuSourceKind,
    /// What came of asking it.
    pub outcome: GpuOutcome,
}

/// A way to learn about graphics processors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GpuSourceKind {
    /// Open device files in `/proc/PID/fd`.
    OpenFiles,
    /// `drm-*` lines of `/proc/PID/fdinfo`.
    DrmFdinfo,
    /// `/sys/class/drm`.
    Sysfs,
    /// `/proc/driver/nvidia`.
    NvidiaProc,
    /// The program `nvidia-smi`, once the responder has allowed it.
    NvidiaSmi,
}

/// What came of asking a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GpuOutcome {
    /// It answered.
    Answered,
    /// There is nothing to ask here.
    Absent,
    /// It is there and waits for the responder to allow it; the path that would run.
    NotAllowed(Untrusted),
    /// It failed; what it said.
    Failed(Untrusted),
}

/// One device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GpuDevice {
    /// `card0`, `nvidia0`.
    pub name: Untrusted,
    /// Model, if a source knew it.
    pub model: Option<Untrusted>,
    /// Busy percent.
    pub busy: Reading<f32>,
    /// Bytes of its memory in use.
    pub memory_used: Reading<u64>,
    /// Bytes of its memory.
    pub memory_total: Reading<u64>,
    /// Degrees Celsius.
    pub temperature: Reading<f32>,
    /// Who told.
    pub source: GpuSourceKind,
}

/// One process on one device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GpuHolder {
    /// Who.
    pub process: ProcessId,
    /// Which device file or device name.
    pub device: Untrusted,
    /// Busy percent that this process causes.
    pub busy: Reading<f32>,
    /// Bytes of device memory that it holds.
    pub memory: Reading<u64>,
    /// Who told.
    pub source: GpuSourceKind,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// A path or the name of a source.
    pub what: Untrusted,
    /// The kernel's answer.
    pub why: Untrusted,
}

impl<T> Reading<T> {
    /// The value, if it was read.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Denied | Self::Blocked | Self::Unknown => None,
        }
    }
}

impl RunState {
    /// The letter that `/proc/PID/stat` has for it; `?` for one that cannot be drawn.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Running => 'R',
            Self::Sleeping => 'S',
            Self::Waiting => 'D',
            Self::Stopped => 'T',
            Self::Zombie => 'Z',
            Self::Idle => 'I',
            Self::Other(letter) if letter.is_ascii_graphic() => letter,
            Self::Other(_) => '?',
        }
    }
}

impl Process {
    /// Milliseconds that it has lived at `moment`.
    #[must_use]
    pub const fn age_ms(&self, moment: Moment) -> u64 {
        moment.boot_ms.saturating_sub(self.started_ms)
    }
}

impl Snapshot {
    /// The process with this identity, if it is there.
    #[must_use]
    pub fn process(&self, id: ProcessId) -> Option<&Arc<Process>> {
        let at = self.processes.binary_search_by_key(&id.pid, |process| process.id.pid).ok()?;
        self.processes.get(at).filter(|process| process.id == id)
    }
}
