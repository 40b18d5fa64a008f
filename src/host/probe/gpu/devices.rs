//! Devices as the kernel describes them: `/sys/class/drm`, and `/proc/driver/nvidia`.
//!
//! A device that sleeps is not woken: reading its sensors would do that, and take its time.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::asker::Course;
use super::attribute::{attribute, count, line, map, scaled};
use super::sensors::{self, Counters};
use super::{Report, candidates, kfd};
use crate::domain::facts::{GpuDevice, GpuSourceKind, Reading};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::{text, tree};

/// No description is longer.
const MOST: usize = 4096;
/// What is read at a time.
const DEV: &str = "/dev";
pub(super) const DRM: &str = "/sys/class/drm";
const TOOLS: &str = "nvidia-smi";
pub(super) const NVIDIA_PROC: &str = "/proc/driver/nvidia";
/// The driver for computing.
pub(super) const KFD: &str = "/sys/class/kfd";
/// One of these is there where a process can hold a graphics processor.
const FILES: [&str; 4] = ["kfd", "dri", "nvidiactl", "nvidia0"];
/// Vendor of devices that its own driver describes better.
const NVIDIA: &[u8] = b"0x10de";
/// Names of the bus addresses in a `uevent`; boards without a bus have the second.
const ADDRESSES: [&[u8]; 2] = [b"PCI_SLOT_NAME=", b"OF_FULLNAME="];

/// Where everything stands, and when somebody asked.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// The root of the tree.
    pub(super) root: PathBuf,
    /// When.
    pub(super) stamp: Stamp,
}

/// The boot clock of whoever reads: the one of the look that asked, and what went by since. On a recorded tree none
/// goes by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    /// Of the look.
    pub(super) boot_ms: u64,
    /// When it asked, on this machine.
    pub(super) asked: Option<Instant>,
}

impl Stamp {
    /// Now.
    pub(super) fn now(self) -> u64 {
        let since = self.asked.map_or(Duration::ZERO, |asked| asked.elapsed());
        self.boot_ms.saturating_add(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

/// All that the kernel's files tell about devices, and who else could be asked.
#[derive(Debug, Default)]
pub(super) struct Scene {
    /// Devices, each with its counters.
    pub(super) devices: Vec<(GpuDevice, Counters)>,
    /// Which device a device file is, by the path of the file.
    pub(super) files: HashMap<Vec<u8>, Untrusted>,
    /// What `/sys/class/kfd` reports; `None` if it is not there.
    pub(super) reports: Option<Vec<Report>>,
    /// There are device files that a process could open.
    pub(super) has_files: bool,
    /// Programs and libraries that can be asked once that is allowed.
    pub(super) candidates: Vec<(GpuSourceKind, PathBuf)>,
    /// Somebody hangs at what the vendor's own driver tells.
    lacks_own: bool,
}

impl Scene {
    /// Everything below the root, but what hangs.
    pub(super) fn read(question: &Question, course: &Course<'_>) -> Self {
        let Question { root, stamp } = question;
        let mut scene = Self::default();
        let dev = root.join("dev");
        let is_there = |name: &&str| tree::exists(&dev.join(name));
        scene.has_files = course.read(&DEV.into(), || FILES.iter().any(is_there)).unwrap_or(true);
        scene.candidates = course.read(&TOOLS.into(), || candidates(root)).unwrap_or_default();
        let gpus = root.join("proc/driver/nvidia/gpus");
        let own = course.read(&NVIDIA_PROC.into(), || nvidia(&gpus).collect::<Vec<_>>());
        scene.lacks_own = own.is_none();
        own.unwrap_or_default().into_iter().for_each(|device| scene.own(device));
        scene.cards(&root.join("sys/class/drm"), *stamp, course);
        let sys = root.join("sys");
        scene.reports = course.read(&KFD.into(), || kfd::read(&sys, &scene)).flatten();
        scene
    }

    /// One that the vendor's own driver tells of.
    fn own(&mut self, device: GpuDevice) {
        let file = [b"/dev/", device.name.bytes()].concat();
        self.files.insert(file, device.name.clone());
        self.devices.push((device, Counters::default()));
    }

    fn cards(&mut self, drm: &Path, stamp: Stamp, course: &Course<'_>) {
        let (mut cards, mut renderers) = (Vec::new(), Vec::new());
        for name in course.read(&DRM.into(), || tree::names(drm)).unwrap_or_default() {
            let numbered = |prefix: &[u8]| name.strip_prefix(prefix).and_then(text::whole_number);
            cards.extend(numbered(b"card"));
            renderers.extend(numbered(b"renderD"));
        }
        cards.sort_unstable();
        let (mut places, mut found) = (HashMap::new(), Vec::new());
        for number in cards {
            let name = Untrusted::from(format!("card{number}"));
            places.extend(place(drm, &format!("card{number}")).map(|at| (at, name.clone())));
            match course.read(&name, || self.card(drm, number, stamp)) {
                Some(card) => found.extend(card),
                None => found.push((silent(&name), Counters::default())),
            }
        }
        self.devices.splice(0..0, found);
        for number in renderers {
            let name = format!("renderD{number}");
            // The device of a card that hangs is not asked by its other name.
            let card = place(drm, &name).and_then(|at| places.get(&at).cloned());
            let what = card.clone().unwrap_or_else(|| Untrusted::from(name.clone()));
            let bus = course.read(&what, || address(&drm.join(&name).join("device")));
            let device = match bus {
                Some(bus) => self.at(&bus),
                None => card,
            };
            self.files.extend(device.map(|it| (format!("/dev/dri/{name}").into_bytes(), it)));
        }
    }

    /// There is any device, or something that could speak of one.
    pub(super) fn is_there(&self) -> bool {
        !self.devices.is_empty() || self.reports.is_some()
    }

    /// Puts to what hangs what was known of it before, which does not change.
    pub(super) fn remember(&mut self, before: &Self) {
        for (device, _) in self.devices.iter_mut().filter(|(it, _)| is_silent(it)) {
            if let Some((old, _)) = before.devices.iter().find(|(old, _)| old.name == device.name) {
                (device.model, device.bus) = (old.model.clone(), old.bus.clone());
                (device.memory_total, device.power_limit) = (old.memory_total, old.power_limit);
            }
            let file = [b"/dev/dri/", device.name.bytes()].concat();
            self.files.insert(file, device.name.clone());
        }
        if self.lacks_own {
            let own = before.devices.iter().map(|(device, _)| device);
            let own = own.filter(|it| it.source == GpuSourceKind::NvidiaProc);
            own.cloned().for_each(|device| self.own(device));
        }
    }

    /// The device at this address of the bus.
    pub(super) fn at(&self, bus: &Untrusted) -> Option<Untrusted> {
        let known = !bus.is_empty();
        let mut devices = self.devices.iter().map(|(device, _)| device).filter(|_| known);
        devices.find(|device| device.bus == *bus).map(|device| device.name.clone())
    }

    /// One card; none if it is a device that its own driver has described already.
    fn card(&mut self, drm: &Path, number: u32, stamp: Stamp) -> Option<(GpuDevice, Counters)> {
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
        let counters = sensors::read(&card, &mut device, stamp);
        Some((device, counters))
    }
}

/// A card whose driver lets everybody wait.
fn silent(name: &Untrusted) -> GpuDevice {
    let mut device = GpuDevice::named(name.clone(), GpuSourceKind::Sysfs);
    silence(&mut device);
    device
}

/// Nothing that it said is known any more.
pub(super) fn silence(device: &mut GpuDevice) {
    (device.busy, device.awake, device.temperature) =
        (Reading::Blocked, Reading::Blocked, Reading::Blocked);
    (device.memory_used, device.power, device.clock) =
        (Reading::Blocked, Reading::Blocked, Reading::Blocked);
}

/// Its driver lets everybody wait.
fn is_silent(device: &GpuDevice) -> bool {
    device.busy == Reading::Blocked
}

/// Where the link of a device leads; its text, which no driver is asked for.
fn place(drm: &Path, name: &str) -> Option<Vec<u8>> {
    let link = rustix::fs::readlink(drm.join(name).join("device"), Vec::new()).ok()?;
    Some(link.into_bytes())
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
