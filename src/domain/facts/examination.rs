//! One process, read in full because somebody looks at it.
//!
//! Deliberately absent: serialisation. The environment of a process may hold passwords, so an examination is shown
//! and goes into no journal and no recording.

use super::{Reading, RunState};
use crate::domain::base::{Moment, Pid, ProcessId};
use crate::domain::untrusted::Untrusted;

/// What only an examination reads: it can be large, and the process can make reading it slow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    /// Whose it is.
    pub id: ProcessId,
    /// When it was asked for.
    pub moment: Moment,
    /// Arguments, NUL between them, the first 128 KiB.
    pub command: Reading<Untrusted>,
    /// The environment as it is in its memory now, where the process may have changed it.
    pub environment: Reading<Environment>,
    /// What its memory is mapped from.
    pub maps: Reading<Maps>,
    /// Bytes of transparent huge pages.
    pub transparent: Reading<u64>,
    /// Its threads, the busiest first, 256 at most.
    pub threads: Reading<Vec<Thread>>,
    /// Threads that are not in the list, and less busy than those that are.
    pub more_threads: usize,
    /// Threads that were not read at all: nobody knows how busy they are.
    pub unread_threads: usize,
}

/// Variables of a process, as `NAME=value`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Those that tell how it came to be started: by SSH, sudo, a web server, a preloaded library.
    pub entry: Vec<Untrusted>,
    /// All others.
    pub rest: Vec<Untrusted>,
    /// There is more than was read.
    pub cut: bool,
}

/// What the memory of a process is mapped from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Maps {
    /// Mappings, those that are nothing special too.
    pub count: usize,
    /// Executable mappings that are not of a usual file, the lowest first, 64 at most.
    pub odd: Vec<Mapping>,
    /// Such mappings that are not in the list.
    pub more: usize,
    /// There is more than was read.
    pub cut: bool,
}

/// An executable mapping that is not of a usual file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// First address.
    pub from: u64,
    /// Bytes.
    pub size: u64,
    /// What is unusual about it.
    pub kind: MappingKind,
    /// It can be written to as well.
    pub writable: bool,
    /// What the kernel calls it; empty if it has no name.
    pub path: Untrusted,
}

/// What is unusual about an executable mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MappingKind {
    /// No file at all. Programs that compile while they run have such ones too.
    Anonymous,
    /// A file in memory alone.
    Memory,
    /// A file without a name.
    Deleted,
    /// A file in a folder that anybody writes to, or that is gone after a boot.
    Volatile,
}

/// A thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Its number; that of the process for the first one.
    pub id: Pid,
    /// Its name: it chooses it.
    pub comm: Untrusted,
    /// Scheduler state.
    pub state: RunState,
    /// CPU time since its start, milliseconds.
    pub cpu_ms: u64,
}
