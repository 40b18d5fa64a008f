//! How the program itself stands on this host.

use serde::{Deserialize, Serialize};

use super::{Reading, is_default};
use crate::domain::base::{Pid, ProcessId};
use crate::domain::untrusted::Untrusted;

/// How the program itself stands on this host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Own {
    /// Who it is. Of the inode of its pidfd nothing is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process: Option<ProcessId>,
    /// Its file needs no library of the host.
    pub fixed: Reading<bool>,
    /// Code of others that is in its memory, by its own maps.
    pub loaded: Vec<Untrusted>,
    /// Who traces it.
    pub tracer: Option<Pid>,
    /// Variables for the host's loader that it was started with. They mean nothing to it.
    #[serde(skip_serializing_if = "is_default")]
    pub variables: Vec<Untrusted>,
    /// There is a list of libraries that the host's loader puts into every other program.
    #[serde(skip_serializing_if = "is_default")]
    pub preload: Reading<bool>,
    /// Processes of other sessions that have its terminal open.
    #[serde(skip_serializing_if = "is_default")]
    pub listeners: Vec<ProcessId>,
    /// How its screen and its journal are put before others.
    pub raised: Raised,
    /// How its looks are put before others.
    #[serde(skip_serializing_if = "is_default")]
    pub looks: Raised,
    /// So many of those that carry its terminal (workers of the kernel, the SSH server) run before others now.
    #[serde(skip_serializing_if = "is_default")]
    pub carriers: u32,
    /// Bytes of it that stay in memory whatever happens.
    pub locked: Reading<u64>,
    /// Its `oom_score_adj`: below zero, others are ended before it when memory is short.
    #[serde(skip_serializing_if = "is_default")]
    pub spared: Reading<i32>,
}

/// How the program's own priority was raised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Raised {
    /// Nobody has tried.
    #[default]
    NotTried,
    /// `SCHED_RR` at this priority, with a limit on its run time.
    RealTime(u8),
    /// This nice value.
    Nice(i8),
    /// The kernel refused.
    Refused,
}

/// Why the responder should not rely on the program here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Its file needs libraries of the host.
    NotFixed,
    /// Code of others is in its memory.
    Loaded,
    /// Somebody traces it.
    Traced,
    /// Somebody else has its terminal open.
    Overheard,
}

impl Own {
    /// Why the responder should not rely on the program here; the worst first.
    #[must_use]
    pub fn doubts(&self) -> Vec<Doubt> {
        let doubts = [
            (self.tracer.is_some(), Doubt::Traced),
            (!self.loaded.is_empty(), Doubt::Loaded),
            (self.fixed == Reading::Known(false), Doubt::NotFixed),
            (!self.listeners.is_empty(), Doubt::Overheard),
        ];
        doubts.into_iter().filter_map(|(holds, doubt)| holds.then_some(doubt)).collect()
    }
}
