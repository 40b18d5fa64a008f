//! How the program itself stands on this host.

use serde::{Deserialize, Serialize};

use super::Reading;
use crate::domain::base::Pid;
use crate::domain::untrusted::Untrusted;

/// How the program itself stands on this host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Own {
    /// Its file needs no library of the host.
    pub fixed: Reading<bool>,
    /// Libraries of others that are loaded into it, by its own maps.
    pub loaded: Vec<Untrusted>,
    /// Who traces it.
    pub tracer: Option<Pid>,
    /// How its screen and its looks are put before others.
    pub raised: Raised,
    /// Bytes of it that stay in memory whatever happens.
    pub locked: Reading<u64>,
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
