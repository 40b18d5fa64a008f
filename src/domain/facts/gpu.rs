//! Graphics processors, who holds them, and who told.

use serde::{Deserialize, Serialize};

use super::{Reading, is_default};
use crate::domain::base::{Pid, ProcessId};
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
    /// What drivers report as using a device, and the list of processes has not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unlisted: Vec<GpuUnlisted>,
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
    /// `/sys/class/kfd`: what compute processes hold of AMD devices.
    Kfd,
    /// `/proc/driver/nvidia`.
    NvidiaProc,
    /// The program `nvidia-smi`, once the responder has allowed it.
    NvidiaSmi,
    /// The vendor's library NVML, in a build that has it and once the responder has allowed it.
    Nvml,
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
    /// It was asked, and nothing came of it yet.
    Waiting,
    /// It lets us wait for longer than anybody should: it hangs.
    Late,
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
    /// Address on the bus, `0000:03:00.0`; empty if it is not known.
    #[serde(default, skip_serializing_if = "Untrusted::is_empty")]
    pub bus: Untrusted,
    /// Busy percent; where the driver does not tell, what its holders cause together.
    pub busy: Reading<f32>,
    /// Percent of the time in which it was not in its deepest sleep. No process can hide from that.
    #[serde(default, skip_serializing_if = "Reading::is_unknown")]
    pub awake: Reading<f32>,
    /// Bytes of its memory in use.
    pub memory_used: Reading<u64>,
    /// Bytes of its memory.
    pub memory_total: Reading<u64>,
    /// Degrees Celsius.
    pub temperature: Reading<f32>,
    /// Watts that it draws.
    #[serde(default, skip_serializing_if = "Reading::is_unknown")]
    pub power: Reading<f32>,
    /// Watts that it may draw.
    #[serde(default, skip_serializing_if = "Reading::is_unknown")]
    pub power_limit: Reading<f32>,
    /// Megahertz of its shaders.
    #[serde(default, skip_serializing_if = "Reading::is_unknown")]
    pub clock: Reading<u32>,
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
    /// Name of the device that this is, as the list of devices has it; empty if that is not known.
    #[serde(default, skip_serializing_if = "Untrusted::is_empty")]
    pub card: Untrusted,
    /// Busy percent that this process causes.
    pub busy: Reading<f32>,
    /// Bytes of device memory that it holds.
    pub memory: Reading<u64>,
    /// Who told.
    pub source: GpuSourceKind,
}

/// A process that a driver reports and that the list of processes has not: it ended, it is outside of what
/// can be seen from here, or it hides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GpuUnlisted {
    /// Its number, as the driver says it.
    pub pid: Pid,
    /// Name of the device.
    pub card: Untrusted,
    /// Busy percent that it causes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub busy: Reading<f32>,
    /// Bytes of device memory that it holds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub memory: Reading<u64>,
    /// Who told.
    pub source: GpuSourceKind,
}

impl GpuDevice {
    /// A device of which nothing but its name is known.
    #[must_use]
    pub fn named(name: impl Into<Untrusted>, source: GpuSourceKind) -> Self {
        Self {
            name: name.into(),
            model: None,
            bus: Untrusted::default(),
            busy: Reading::Unknown,
            awake: Reading::Unknown,
            memory_used: Reading::Unknown,
            memory_total: Reading::Unknown,
            temperature: Reading::Unknown,
            power: Reading::Unknown,
            power_limit: Reading::Unknown,
            clock: Reading::Unknown,
            source,
        }
    }
}

impl GpuHolder {
    /// A process that has this open; nothing is known of what it does with it.
    #[must_use]
    pub fn of(process: ProcessId, device: Untrusted, source: GpuSourceKind) -> Self {
        Self {
            process,
            device,
            card: Untrusted::default(),
            busy: Reading::Unknown,
            memory: Reading::Unknown,
            source,
        }
    }
}
