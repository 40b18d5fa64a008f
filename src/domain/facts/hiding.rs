//! Where views of the host disagree: what one of them shows and another hides.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Packaged, Reading, is_default};
use crate::domain::base::ProcessId;
use crate::domain::untrusted::Untrusted;

/// Where views of the host disagree.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hiding {
    /// What was found, in the order in which it was first seen.
    pub contradictions: Vec<Arc<Contradiction>>,
    /// Percent of one CPU that the machine was busy with and no visible process accounts for.
    pub unexplained_cpu: Reading<f32>,
    /// Numbers of processes that were tried in the last full pass, and how many there are.
    pub pids_tried: (u32, u32),
    /// The views that answered, and were compared with the list of `/proc`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<HostView>,
}

/// A view of the host that is compared with the list of `/proc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostView {
    /// The CPU clock of every number that a process can have.
    Clocks,
    /// The list of threads of every process, and how many the kernel counts.
    Threads,
    /// The members of every control group.
    Cgroups,
    /// What is mounted over `/proc`.
    Mounts,
    /// A `/proc` of the program's own, that nobody can mount over.
    OwnProc,
    /// What the loader puts into programs.
    Preload,
    /// The machine's busy time.
    BusyTime,
}

/// One thing that two views of the host show differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contradiction {
    /// Which.
    pub kind: ContradictionKind,
    /// The process that it is about, if it is about one that can be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<ProcessId>,
    /// What is hidden, or hides: a pid, a path, an end of a connection.
    pub what: Untrusted,
    /// The view that shows it, and what it shows.
    pub shown: Untrusted,
    /// What the package databases say about what hides, where that is a file; of several, the worst.
    #[serde(default, skip_serializing_if = "is_default")]
    pub packaged: Packaged,
    /// The files that hide, but for those that are as their package has them; none if nobody could look.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileStanding>,
    /// `CLOCK_BOOTTIME` milliseconds when it was first seen.
    pub first_seen_ms: u64,
}

/// How a file stands that is run or loaded in place of others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStanding {
    /// Where it is, behind all links.
    pub path: Untrusted,
    /// Its owner.
    pub uid: u32,
    /// Others than root and its owner may change it, or put another one in its place.
    #[serde(default, skip_serializing_if = "is_default")]
    pub open: bool,
    /// It is a script, as wrappers are.
    #[serde(default, skip_serializing_if = "is_default")]
    pub script: bool,
    /// Nothing is there any more, and nothing else is known of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub gone: bool,
}

/// What kind of contradiction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContradictionKind {
    /// A process that the list of `/proc` lacks.
    Process,
    /// Threads that the list of their process lacks.
    Thread,
    /// Something is mounted over a process's folder in `/proc`.
    Mount,
    /// A socket that `/proc/net` lacks.
    SocketNotInProc,
    /// A socket that netlink lacks.
    SocketNotInNetlink,
    /// A process that wears a kernel thread's name and is none.
    KernelName,
    /// A library that the loader puts into every program: `/etc/ld.so.preload`.
    Preload,
    /// A process with a preloaded library in its memory.
    Preloaded,
    /// The machine is busy, and no visible process is.
    Cpu,
    /// A file of a package that is not as the package has it.
    Tool,
    /// A program that a shell finds before the packaged tool of its name.
    Shadow,
}
