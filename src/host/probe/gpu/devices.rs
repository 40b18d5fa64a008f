//! Devices as the kernel describes them: `/sys/class/drm`, and `/proc/driver/nvidia`.
//!
//! A device that sleeps is not woken: reading its sensors would do that, and take its time.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::attribute::{attribute, count, line, map, scaled};
use super::sensors::{self, Counters};
use super::{Report, kfd};
use crate::domain::facts::{GpuDevice, GpuSourceKind};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::{text, tree};

/// No description is longer.
const MOST: usize = 4096;
/// Vendor of devices that its own driver describes better.
const NVIDIA: &[u8] = b"0x10de";
/// Names of the bus addresses in a `uevent`; boards without a bus have the second.
const ADDRESSES: [&[u8]; 2] = [b"PCI_SLOT_NAME=", b"OF_FULLNAME="];

/// All that the kernel's files tell about devices.
#[derive(Debug, Default)]
pub(super) struct Scene {
    /// Devices, each with its counters.
    pub(super) devices: Vec<(GpuDevice, Counters)>,
    /// Which device a device file is, by the path of the file.
    pub(super) files: HashMap<Vec<u8>, Untrusted>,
    /// What `/sys/class/kfd` reports; `None` if it is not there.
    pub(super) reports: Option<Vec<Report>>,
}

impl Scene {
    /// Everything below these directories.
    pub(super) fn read(sys: &Path, proc: &Path) -> Self {
        let mut scene = Self::default();
        for device in nvidia(&proc.join("driver/nvidia/gpus")) {
            let file = [b"/dev/", device.name.bytes()].concat();
            scene.files.insert(file, device.name.clone());
            scene.devices.push((device, Counters::default()));
        }
        let drm = sys.join("class/drm");
        let (mut cards, mut renderers) = (Vec::new(), Vec::new());
        for name in tree::names(&drm) {
            let numbered = |prefix: &[u8]| name.strip_prefix(prefix).and_then(text::whole_number);
            cards.extend(numbered(b"card"));
            renderers.extend(numbered(b"renderD"));
        }
        cards.sort_unstable();
        let cards: Vec<_> = cards.iter().map(|number| scene.card(&drm, *number)).collect();
        scene.devices.splice(0..0, cards.into_iter().flatten());
        for number in renderers {
            let bus = address(&drm.join(format!("renderD{number}/device")));
            if let Some(name) = scene.at(&bus) {
                scene.files.insert(format!("/dev/dri/renderD{number}").into_bytes(), name);
            }
        }
        scene.reports = kfd::read(sys, &scene);
        scene
    }

    /// The device at this address of the bus.
    pub(super) fn at(&self, bus: &Untrusted) -> Option<Untrusted> {
        let known = !bus.is_empty();
        let mut devices = self.devices.iter().map(|(device, _)| device).filter(|_| known);
        devices.find(|device| device.bus == *bus).map(|device| device.name.clone())
    }

    /// One card; none if it is a device that its own driver has described already.
    fn card(&mut self, drm: &Path, number: u32) -> Option<(GpuDevice, Counters)> {
        let (card, name) = (drm.join(format!("card{number}")), format!("card{number}"));
        let own = card.join("device");
        let bus = address(&own);
        let file = format!("/dev/dri/{name}").into_bytes();
        let is_nvidia = attribute(&own, "vendor").known().is_some_and(|vendor| vendor == NVIDIA);
        let told = self.devices.iter().map(|(device, _)| device);
        let mut told = told.filter(|it| it.source == GpuSourceKind::NvidiaProc);
        let twice = told.clone().find(|it| !it.bus.is_empty() && it.bus == bus);
        if is_nvidia && told.next().is_some() {
            if let Some(twice) = twice.map(|device| device.name.clone()) {
                self.files.insert(file, twice);
            }
            return None;
        }
        self.files.insert(file, name.as_str().into());
        let mut device =
            GpuDevice { model: model(&own), bus, ..GpuDevice::named(name, GpuSourceKind::Sysfs) };
        let status = attribute(&own, "power/runtime_status");
        if status.known().is_some_and(|status| status == b"suspended") {
            return Some((device, Counters::default()));
        }
        device.busy = map(count(&own, "gpu_busy_percent"), |it| scaled(it, 1.0));
        device.memory_used = count(&own, "mem_info_vram_used");
        device.memory_total = count(&own, "mem_info_vram_total");
        sensors::better(&mut device.memory_total, count(&own, "tile0/physical_vram_size_bytes"));
        let counters = sensors::read(&card, &mut device);
        Some((device, counters))
    }
}

/// Where a device is on its bus; empty if it is on none.
fn address(device: &Path) -> Untrusted {
    let Ok(uevent) = tree::small_file(&device.join("uevent"), MOST) else {
        return Untrusted::default();
    };
    let found = ADDRESSES.iter().find_map(|key| line(&uevent, key));
    Untrusted::new(found.unwrap_or_default())
}

fn model(card: &Path) -> Option<Untrusted> {
    let known = |name| attribute(card, name).known().cloned().filter(|value| !value.is_empty());
    let id = |name| known(name).map(|id| id.strip_prefix(b"0x").unwrap_or(&id).to_vec());
    let by_number = || {
        let maker = match id("vendor")?.as_slice() {
            b"1002" => b"AMD ".to_vec(),
            b"8086" => b"Intel ".to_vec(),
            b"10de" => b"NVIDIA ".to_vec(),
            other => [other, b":"].concat(),
        };
        Some(Untrusted::new([maker, id("device")?].concat()))
    };
    let by_driver = || {
        let uevent = tree::small_file(&card.join("uevent"), MOST).ok()?;
        line(&uevent, b"DRIVER=").map(Untrusted::new)
    };
    known("product_name").map(Untrusted::new).or_else(by_number).or_else(by_driver)
}

fn nvidia(gpus: &Path) -> impl Iterator<Item = GpuDevice> + use<> {
    let paths: Vec<PathBuf> = tree::names(gpus)
        .iter()
        .filter_map(|name| Some(gpus.join(str::from_utf8(name).ok()?).join("information")))
        .collect();
    paths.into_iter().filter_map(|path| information(&tree::small_file(&path, MOST).ok()?))
}

/// Reads `/proc/driver/nvidia/gpus/*/information`.
pub(super) fn information(file: &[u8]) -> Option<GpuDevice> {
    let minor = line(file, b"Device Minor:").and_then(text::whole_number)?;
    let bus = line(file, b"Bus Location:").unwrap_or_default();
    Some(GpuDevice {
        model: line(file, b"Model:").map(Untrusted::new),
        bus: Untrusted::new(bus.to_ascii_lowercase()),
        ..GpuDevice::named(format!("nvidia{minor}"), GpuSourceKind::NvidiaProc)
    })
}
