//! The vendor's library NVML, in a build with the feature `nvml` and once the responder has allowed it: code of
//! the host in our own process.
//!
//! Invariant: it is loaded by an absolute path out of a fixed list, in its own thread, and only by a build that
//! has a loader. A static one has none, and says so.

use std::path::{Path, PathBuf};

use nvml_wrapper::enum_wrappers::device::{Clock, TemperatureSensor};
use nvml_wrapper::enums::device::UsedGpuMemory;
use nvml_wrapper::struct_wrappers::device::ProcessInfo;
use nvml_wrapper::{Device, Nvml};

use super::attribute::scaled;
use super::told::Said;
use super::{Report, say, smi};
use crate::domain::facts::{GpuDevice, GpuSourceKind, Reading};
use crate::domain::untrusted::Untrusted;

/// Where distributions, the vendor's installer and container hosts put it.
const PLACES: [&str; 6] = [
    "usr/lib/x86_64-linux-gnu",
    "usr/lib/aarch64-linux-gnu",
    "usr/lib64",
    "usr/lib",
    "usr/local/nvidia/lib64",
    "home/kubernetes/bin/nvidia/lib64",
];
/// What is said of shares is of the last samples, so many microseconds back.
const RECENT_US: u64 = 5_000_000;

/// The library, if it is in one of its places.
pub(super) fn candidate(root: &Path) -> Option<PathBuf> {
    let mut paths = PLACES.iter().map(|place| root.join(place).join("libnvidia-ml.so.1"));
    paths.find(|path| path.is_file())
}

/// The library, loaded when it is first asked.
pub(super) struct Library {
    path: PathBuf,
    loaded: Option<Nvml>,
}

impl Library {
    /// Nothing is loaded yet.
    pub(super) const fn new(path: PathBuf) -> Self {
        Self { path, loaded: None }
    }

    /// Every device and who uses it, or why that cannot be said.
    pub(super) fn ask(&mut self) -> Result<Said, String> {
        // The loader of a static program would pull in a second C library, and fall over it.
        if cfg!(target_feature = "crt-static") {
            return Err("this build is static and cannot load it".to_owned());
        }
        let told = |error: nvml_wrapper::error::NvmlError| error.to_string();
        let nvml = match self.loaded.take() {
            Some(nvml) => nvml,
            None => Nvml::builder().lib_path(self.path.as_os_str()).init().map_err(told)?,
        };
        let nvml = self.loaded.insert(nvml);
        let mut said = Said::default();
        for index in 0..nvml.device_count().map_err(told)? {
            // One that fell off the bus must not hide the others.
            if let Ok(device) = nvml.device_by_index(index) {
                tell(&device, index, &mut said);
            }
        }
        Ok(said)
    }
}

fn tell(device: &Device<'_>, index: u32, said: &mut Said) {
    let number = device.minor_number().unwrap_or(index);
    let memory = device.memory_info().ok();
    let bus = device.pci_info().map(|pci| smi::address(pci.bus_id.as_bytes()));
    let milli = |value: Option<u32>| say(value.map(|value| scaled(u64::from(value), 1e3)));
    let plain = |value: Option<u32>| say(value.map(|value| scaled(u64::from(value), 1.0)));
    let row = GpuDevice {
        model: device.name().ok().map(Untrusted::from),
        bus: bus.unwrap_or_default(),
        busy: plain(device.utilization_rates().ok().map(|rates| rates.gpu)),
        memory_used: say(memory.as_ref().map(|memory| memory.used)),
        memory_total: say(memory.as_ref().map(|memory| memory.total)),
        temperature: plain(device.temperature(TemperatureSensor::Gpu).ok()),
        power: milli(device.power_usage().ok()),
        power_limit: milli(device.enforced_power_limit().ok()),
        clock: say(device.clock_info(Clock::SM).ok()),
        ..GpuDevice::named(format!("nvidia{number}"), GpuSourceKind::Nvml)
    };
    let computing = device.running_compute_processes().unwrap_or_default();
    let drawing = device.running_graphics_processes().unwrap_or_default();
    let first = said.reports.len();
    for process in computing.iter().chain(&drawing) {
        add(&mut said.reports, first, &row.name, process.pid, memory_of(process), Reading::Unknown);
    }
    let samples = device.process_utilization_stats(None).unwrap_or_default();
    let newest = samples.iter().map(|sample| sample.timestamp).max().unwrap_or(0);
    for sample in samples.iter().filter(|it| newest.saturating_sub(it.timestamp) <= RECENT_US) {
        let busy = Reading::Known(scaled(u64::from(sample.sm_util), 1.0));
        add(&mut said.reports, first, &row.name, sample.pid, Reading::Unknown, busy);
    }
    said.devices.push(row);
}

fn memory_of(process: &ProcessInfo) -> Reading<u64> {
    match process.used_gpu_memory {
        UsedGpuMemory::Used(bytes) => Reading::Known(bytes),
        UsedGpuMemory::Unavailable => Reading::Unknown,
    }
}

/// Adds to the row of this process on this device, whose rows begin at `first`.
fn add(
    reports: &mut Vec<Report>,
    first: usize,
    card: &Untrusted,
    pid: u32,
    memory: Reading<u64>,
    busy: Reading<f32>,
) {
    let mut known = reports.iter_mut().skip(first);
    if let Some(report) = known.find(|report| report.pid == pid) {
        return report.add(busy, memory);
    }
    let (card, device) = (card.clone(), card.clone());
    reports.push(Report { pid, card, device, busy, memory, source: GpuSourceKind::Nvml });
}
