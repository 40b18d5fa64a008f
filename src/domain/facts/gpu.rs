//! Graphics processors, who holds them, and who told.

use serde::{Deserialize, Serialize};

use super::Reading;
use crate::domain::base::ProcessId;
use crate::domain::untrusted::Untrusted;

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
