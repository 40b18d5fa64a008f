//! One process, and where it belongs.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Reading, is_default};
use crate::domain::base::{Moment, Pid, ProcessId};
use crate::domain::untrusted::Untrusted;

/// One process at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    /// The executable never had a name on disk: it is a file in memory alone (by its file system, not by its text).
    #[serde(default, skip_serializing_if = "is_default")]
    pub exe_memory: bool,
    /// What tells a program that runs in it from the one before, whatever its file is called by now: where the kernel put
    /// its code and its stack. 0 where nobody says; a recording does not.
    #[serde(skip)]
    pub image: u64,
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
    /// Bytes that it had storage read and write.
    #[serde(default, skip_serializing_if = "Reading::is_unknown")]
    pub io: Reading<Io>,
    /// Bytes of huge pages that it has of those that were set aside. The transparent ones cost a walk of its memory:
    /// they are in an [`Examination`](super::Examination) alone.
    #[serde(default, skip_serializing_if = "Reading::is_unknown")]
    pub huge: Reading<u64>,
    /// What rarely changes about it; shared from look to look.
    #[serde(default, skip_serializing_if = "is_default")]
    pub around: Arc<Around>,
    /// Its first thread has ended while others run: what is known of it was read of this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headless: Option<Pid>,
    /// The view of the host that leaves it out, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<HiddenFrom>,
}

/// Bytes that a process had storage read and write since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Io {
    /// Read.
    pub read: u64,
    /// Written.
    pub written: u64,
}

/// What rarely changes about a process: where it belongs, and what it may do. Of a thread of the kernel nothing but the
/// ancestors is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Around {
    /// Process group session.
    pub session: u32,
    /// Controlling terminal, as `pts/3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminal: Option<Untrusted>,
    /// Who logged in, whoever they have become since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<u32>,
    /// Path of its control group.
    #[serde(skip_serializing_if = "Untrusted::is_empty")]
    pub cgroup: Untrusted,
    /// The container that it is in, by its control group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<Container>,
    /// Inodes of its namespaces.
    #[serde(skip_serializing_if = "is_default")]
    pub namespaces: Namespaces,
    /// Effective capabilities, a bit each.
    #[serde(skip_serializing_if = "Reading::is_unknown")]
    pub capabilities: Reading<u64>,
    /// `Seccomp` of its `status`: 0 none, 1 strict, 2 filtered.
    #[serde(skip_serializing_if = "Reading::is_unknown")]
    pub seccomp: Reading<u8>,
    /// CPUs that it may run on, as the kernel lists them: `0-3,8`.
    #[serde(skip_serializing_if = "Untrusted::is_empty")]
    pub cpus: Untrusted,
    /// Its ancestors as they were when it was first seen, the parent first: kept when they have died.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ancestors: Vec<Ancestor>,
}

/// A process above another one, at the time when that was first seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ancestor {
    /// Who.
    pub id: ProcessId,
    /// Its `comm` then.
    pub comm: Untrusted,
}

/// A container, by the control group of its processes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Container {
    /// What runs it.
    pub runtime: Runtime,
    /// Its id, or its name where the runtime has no ids.
    pub id: Untrusted,
}

/// What runs a container, or a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are those of the runtimes")]
pub enum Runtime {
    Docker,
    Containerd,
    Podman,
    CriO,
    Lxc,
    Nspawn,
    /// Kubernetes, and nothing tells by what it runs its containers.
    Kubernetes,
    /// A unit of systemd: no container.
    Systemd,
}

/// Inodes of the namespaces of a process; 0 where it could not be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are those of /proc/PID/ns")]
pub struct Namespaces {
    pub cgroup: u64,
    pub ipc: u64,
    pub mnt: u64,
    pub net: u64,
    pub pid: u64,
    pub user: u64,
    pub uts: u64,
}

/// A view of the host that leaves a process out which another view has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HiddenFrom {
    /// The list of `/proc` lacks it; its folder opens by number.
    List,
    /// It has no folder in `/proc` at all; the kernel answers for its number.
    Proc,
    /// Something is mounted over its folder in `/proc`.
    Mount,
}

/// Field 3 of `/proc/PID/stat`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// `R`.
    Running,
    /// `S`.
    #[default]
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
    /// It has files in `/proc`; if not, nothing is known of it but what system calls tell.
    #[must_use]
    pub const fn has_files(&self) -> bool {
        !matches!(self.hidden, Some(HiddenFrom::Proc))
    }

    /// Milliseconds that it has lived at `moment`.
    #[must_use]
    pub const fn age_ms(&self, moment: Moment) -> u64 {
        moment.boot_ms.saturating_sub(self.started_ms)
    }
}
