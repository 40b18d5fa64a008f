//! What stands between the program and what it wants to see. Kinds, not prose: `words` says what is missing,
//! why, and how to get it.
//!
//! Invariant: a gap is a fact that was read or measured, about the program's own standing or about what let it wait;
//! never a guess from what is missing.

use serde::{Deserialize, Serialize};

use super::Runtime;
use crate::domain::untrusted::Untrusted;

/// What stands between the program and what it wants to see. Their order is that of importance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gap {
    /// It is in a process namespace of its own: processes outside of it do not exist for it.
    PidNamespace(Option<Runtime>),
    /// `/proc` shows only processes that may be looked into, by the value of `hidepid` and of `gid`.
    HidePid {
        /// `1`, `2`, `4`, or their names.
        mode: Untrusted,
        /// Who is in this group sees all.
        group: Option<u32>,
    },
    /// It runs as this user and has no capability that would make up for that.
    NotRoot(u32),
    /// Its root is one in a user namespace, and means nothing outside.
    UserNamespace,
    /// `/proc` was mounted with `subset=pid`: nothing about the machine is in it.
    ProcSubset,
    /// It lacks a capability.
    Capability(Capability),
    /// It is in a network namespace of its own.
    NetNamespace,
    /// It is in a mount namespace of its own.
    MountNamespace,
    /// Files of so many processes are closed to it.
    Closed(Closed, u32),
    /// This did not answer in time, and is not waited for.
    Late(Late),
    /// This module of the kernel is not loaded, so netlink is not asked for what it tells.
    NoModule(DiagModule),
    /// So much of what only other network namespaces show is not looked into.
    NotEntered(NotEntered, u32),
    /// What a closer look at so many processes would tell is not known; the note names them.
    NotRead(NotRead, u32),
    /// One source, which the note names, was not read or not wholly, and the kernel has no words for why.
    NotWhole(NotWhole),
    /// Its own system calls are filtered.
    Seccomp,
    /// A security module confines it, by this label.
    Confined(Untrusted),
    /// The kernel is locked down.
    Lockdown(Lockdown),
    /// No process may look into the memory of another one (`ptrace_scope` 3).
    NoPtrace,
    /// There is no unified hierarchy of control groups where one expects it.
    NoCgroup2,
}

/// How much a gap takes from sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Nothing that is looked at now: good to know.
    Note,
    /// A part of what could be seen.
    Part,
    /// So much that the screen must not be taken for the whole host.
    Much,
}

/// A capability that some source needs. Their order is that of importance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// Programs, open files, maps and environments of others.
    SysPtrace,
    /// Directories and files of others.
    DacReadSearch,
    /// Other network namespaces.
    SysAdmin,
    /// The wire.
    NetRaw,
    /// Marks and filters of sockets.
    NetAdmin,
    /// The program's own priority.
    SysNice,
}

/// Files in `/proc/PID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closed {
    /// `stat`.
    Stat,
    /// `fd`.
    OpenFiles,
}

/// What did not answer in time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Late {
    /// The driver of a graphics processor, by the name of the device or of where its files stand.
    Graphics(Untrusted),
    /// Files of so many processes: the look had no time left for them.
    Processes(u32),
    /// What keeps the program from seeing: some file system lets it wait.
    Standing,
    /// Which modules of the kernel tell of sockets.
    Modules,
    /// Network namespaces that no process is in.
    Namespaces,
    /// The tables of sockets, as every program of the host reads them.
    Tables,
    /// The files that packages have brought.
    Tools,
    /// The hunt for what starts by itself.
    Hunt,
    /// So many threads of this program hang in the kernel; the note names those that have no other in their place.
    Threads(u32),
}

/// A module of the kernel that tells of sockets by netlink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiagModule {
    /// Of TCP sockets.
    Tcp,
    /// Of UDP sockets.
    Udp,
}

/// Why other network namespaces are not looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotEntered {
    /// So many let nobody in.
    Refused,
    /// So many are more than are looked into.
    TooMany,
    /// So many have no process whose tables could be read, and netlink is not asked for all protocols.
    NotAsked,
    /// The open files of so many processes cannot be searched for those that they keep.
    Files,
    /// The search has not come to all open files of so many processes yet.
    NotYet,
    /// So many sockets are not asked for theirs, since that would mark them with a control group of ours.
    Marked,
}

/// What of a closer look at processes there was no time or no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotRead {
    /// Their files wait to be read.
    Files,
    /// Their executables wait to be hashed.
    Programs,
    /// Their memory waits to be read.
    Memory,
    /// Whether they are worth it is not known yet, or they are more than can wait.
    Room,
    /// Their executables are too large to be hashed.
    Large,
    /// Files that were found with them are more than is kept.
    LetGo,
    /// They have more files, or their folders more names, than are read.
    ManyFiles,
    /// Their memory is more than is read.
    LongMemory,
}

/// Why one source was not read, or not wholly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotWhole {
    /// It did not answer in time.
    Late,
    /// It cannot be read.
    Unreadable,
    /// It is longer than is read.
    Long,
    /// It has more names than are read.
    Names,
    /// There is more in it than is kept.
    Entries,
    /// There are more homes than are looked into.
    Homes,
    /// There are more directories than are looked into or watched.
    Directories,
    /// So many files are open that they are read in parts.
    InParts,
    /// It is on a mount that could let whoever touches it wait.
    Remote,
    /// Something is mounted over it.
    Covered,
    /// Something is mounted over it and answers in its place.
    CoveredBy,
    /// Something is mounted over it that does not answer.
    CoveredLate,
    /// There are no processors in it.
    NoProcessors,
    /// It counts more than the processes that are shown.
    CountsOthers,
    /// Not every process is listed: `hidepid`.
    HidePid,
    /// Schedules of Kubernetes stand in it, in a form that is not read.
    Etcd,
    /// It is a database that is torn, or in a form that is not known.
    Database,
}

/// What a kernel that is locked down refuses, to root too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lockdown {
    /// Changing it.
    Integrity,
    /// Changing it, and reading what it keeps.
    Confidentiality,
}

impl Gap {
    /// How much it takes from sight.
    #[must_use]
    pub const fn weight(&self) -> Weight {
        match self {
            Self::PidNamespace(_)
            | Self::HidePid { .. }
            | Self::NotRoot(_)
            | Self::UserNamespace
            | Self::ProcSubset
            | Self::NetNamespace
            | Self::MountNamespace
            | Self::Capability(Capability::SysPtrace | Capability::DacReadSearch) => Weight::Much,
            Self::Capability(Capability::SysAdmin | Capability::NetRaw)
            | Self::Closed(..)
            | Self::Late(_)
            | Self::NoModule(_)
            | Self::NotEntered(..)
            | Self::NotWhole(_) => Weight::Part,
            Self::NotRead(what, _) => what.weight(),
            Self::Capability(Capability::NetAdmin | Capability::SysNice)
            | Self::Seccomp
            | Self::Confined(_)
            | Self::Lockdown(_)
            | Self::NoPtrace
            | Self::NoCgroup2 => Weight::Note,
        }
    }
}

impl NotRead {
    const fn weight(self) -> Weight {
        match self {
            // It is so with each miner that has its data in memory.
            Self::LongMemory => Weight::Note,
            Self::Files
            | Self::Programs
            | Self::Memory
            | Self::Room
            | Self::Large
            | Self::LetGo
            | Self::ManyFiles => Weight::Part,
        }
    }
}

impl Capability {
    /// All of them, the most important first.
    pub const ALL: [Self; 6] = [
        Self::SysPtrace,
        Self::DacReadSearch,
        Self::SysAdmin,
        Self::NetRaw,
        Self::NetAdmin,
        Self::SysNice,
    ];

    /// Its bit in `CapEff`.
    #[must_use]
    pub const fn bit(self) -> u8 {
        match self {
            Self::DacReadSearch => 2,
            Self::NetAdmin => 12,
            Self::NetRaw => 13,
            Self::SysPtrace => 19,
            Self::SysAdmin => 21,
            Self::SysNice => 23,
        }
    }

    /// Its name as `setcap` takes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DacReadSearch => "cap_dac_read_search",
            Self::NetAdmin => "cap_net_admin",
            Self::NetRaw => "cap_net_raw",
            Self::SysPtrace => "cap_sys_ptrace",
            Self::SysAdmin => "cap_sys_admin",
            Self::SysNice => "cap_sys_nice",
        }
    }
}

impl Closed {
    /// Its name in `/proc/PID`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stat => "stat",
            Self::OpenFiles => "fd",
        }
    }
}

impl DiagModule {
    /// Its name as `modprobe` takes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp_diag",
            Self::Udp => "udp_diag",
        }
    }
}

impl Lockdown {
    /// The kernel's word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Integrity => "integrity",
            Self::Confidentiality => "confidentiality",
        }
    }
}
