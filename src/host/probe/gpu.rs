//! Graphics processors: what devices there are, and which processes hold them.
//!
//! Every source says what came of it, so that "nobody uses a graphics processor" and "nobody could
//! tell" are two different answers. Nothing of the host's libraries is loaded and no program of the host
//! runs before [`Graphics::allow`].

mod attribute;
mod devices;
mod fdinfo;
mod holders;
mod kfd;
#[cfg(feature = "nvml")]
mod nvml;
mod report;
mod sensors;
mod smi;
#[cfg(test)]
mod tests;
mod told;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::Roots;
use super::processes::Processes;
use super::tool::Errand;
use super::tree;
use crate::domain::base::Moment;
use crate::domain::facts::{
    Gpu, GpuDevice, GpuHolder, GpuOutcome, GpuSource, GpuSourceKind, Process,
};
use crate::domain::untrusted::Untrusted;
use devices::Scene;
use fdinfo::share;
use holders::Clients;
use report::{Missing, Report, say};
use sensors::Counters;
use told::Teller;

/// A driver has this long to describe its devices; after that the last description stays.
const PATIENCE: Duration = Duration::from_millis(50);
/// Nobody waits for a recorded tree, so it is always heard to the end.
const RECORDED: Duration = Duration::from_secs(5);

/// What is known about graphics processors, from look to look.
pub(super) struct Graphics {
    roots: Roots,
    describe: Option<Errand<Scene>>,
    asked_ms: u64,
    scene: Scene,
    /// Counters of the description before, by the name of the device, and when they were asked for.
    counted: (HashMap<Untrusted, Counters>, u64),
    clients: Clients,
    missing: Missing,
    tellers: Vec<(PathBuf, Teller)>,
    last: Arc<Gpu>,
}

impl Graphics {
    pub(super) fn new(roots: &Roots) -> Self {
        Self {
            roots: roots.clone(),
            describe: None,
            asked_ms: 0,
            scene: Scene::default(),
            counted: (HashMap::new(), 0),
            clients: Clients::default(),
            missing: Missing::default(),
            tellers: Vec::new(),
            last: Arc::default(),
        }
    }

    /// From now on this program is run, or this library loaded. It must be a candidate.
    pub(super) fn allow(&mut self, path: &Path) -> bool {
        let waits = self.candidates().into_iter().find(|(_, candidate)| candidate == path);
        let Some((kind, path)) = waits else { return false };
        if self.tellers.iter().any(|(known, _)| *known == path) {
            return true;
        }
        let teller = teller(kind, path.clone());
        let is_there = teller.is_some();
        self.tellers.extend(teller.map(|teller| (path, teller)));
        is_there
    }

    /// What can be asked once it was allowed.
    fn candidates(&self) -> Vec<(GpuSourceKind, PathBuf)> {
        let root = self.roots.at("");
        let program = smi::candidate(&root).map(|path| (GpuSourceKind::NvidiaSmi, path));
        #[cfg(feature = "nvml")]
        let library = nvml::candidate(&root).map(|path| (GpuSourceKind::Nvml, path));
        #[cfg(not(feature = "nvml"))]
        let library = None;
        program.into_iter().chain(library).collect()
    }

    /// Takes one look; the open device files are those that the looks at processes found.
    pub(super) fn look(
        &mut self,
        moment: Moment,
        tables: &[&Processes],
        rows: &[Arc<Process>],
    ) -> Arc<Gpu> {
        self.describe(moment);
        let mut holders = self.clients.look(moment, tables, &self.scene.files);
        let mut sources = self.quiet_sources(&holders);
        sources.extend(self.ask(moment));
        let mut reports = self.scene.reports.clone().unwrap_or_default();
        let mut devices: Vec<_> =
            self.scene.devices.iter().map(|(device, _)| device.clone()).collect();
        for (_, teller) in &self.tellers {
            let said = teller.said();
            let names = together(&mut devices, &said.devices);
            reports.extend(said.reports.iter().map(|report| renamed(report, &names)));
        }
        let unlisted = self.missing.sort(moment, reports.into_iter(), rows, &mut holders);
        holders::fill(&mut devices, &holders);
        let gpu = Gpu { sources, devices, holders, unlisted };
        if *self.last != gpu {
            self.last = Arc::new(gpu);
        }
        Arc::clone(&self.last)
    }

    /// Has the devices described in a thread of its own: a driver that hangs must not hang the look.
    fn describe(&mut self, moment: Moment) {
        let (sys, proc) = (self.roots.at("sys"), self.roots.at("proc"));
        let there = [sys.join("class/drm"), sys.join("class/kfd"), proc.join("driver/nvidia")];
        if there.iter().all(|path| tree::open_dir(path).is_err()) {
            self.scene = Scene::default();
            return;
        }
        if self.describe.is_none() {
            self.describe = Errand::new("graphics", move || Scene::read(&sys, &proc));
        }
        let patience = if self.roots.live { PATIENCE } else { RECORDED };
        let Some(errand) = &mut self.describe else { return };
        if errand.ask() {
            self.asked_ms = moment.boot_ms;
        }
        if let Some(scene) = errand.take(patience) {
            self.settle(scene);
        }
    }

    /// Takes a description in, and says what its counters tell beside those of the one before.
    fn settle(&mut self, mut scene: Scene) {
        let (before, then) = &self.counted;
        let elapsed_ms = self.asked_ms.saturating_sub(*then);
        for (device, counters) in &mut scene.devices {
            if let Some(before) = before.get(&device.name) {
                counters.tell(before, elapsed_ms, device);
            }
        }
        let counters = scene.devices.iter().map(|(device, now)| (device.name.clone(), now.clone()));
        self.counted = (counters.collect(), self.asked_ms);
        self.scene = scene;
    }

    fn has_device_files(&self) -> bool {
        let dev = self.roots.at("dev");
        let there = |name: &str| tree::exists(&dev.join(name));
        there("kfd") || there("dri") || there("nvidiactl") || there("nvidia0")
    }

    /// What came of the files of the kernel.
    fn quiet_sources(&self, holders: &[GpuHolder]) -> Vec<GpuSource> {
        let by_fdinfo = holders.iter().any(|holder| holder.source == GpuSourceKind::DrmFdinfo);
        let told = |kind| self.scene.devices.iter().any(|(device, _)| device.source == kind);
        let mut sources = vec![
            answered(GpuSourceKind::OpenFiles, self.has_device_files() || !holders.is_empty()),
            answered(GpuSourceKind::DrmFdinfo, by_fdinfo),
            answered(GpuSourceKind::Sysfs, told(GpuSourceKind::Sysfs)),
            answered(GpuSourceKind::NvidiaProc, told(GpuSourceKind::NvidiaProc)),
        ];
        if self.scene.reports.is_some() {
            sources.insert(3, answered(GpuSourceKind::Kfd, true));
        }
        sources
    }

    /// Asks those who were allowed; says of the others that they wait.
    fn ask(&mut self, moment: Moment) -> Vec<GpuSource> {
        let mut sources: Vec<_> =
            self.tellers.iter_mut().map(|(_, teller)| teller.look(moment)).collect();
        for (kind, path) in self.candidates() {
            if !sources.iter().any(|source| source.kind == kind) {
                let path = Untrusted::new(path.into_os_string().into_encoded_bytes());
                sources.push(GpuSource { kind, outcome: GpuOutcome::NotAllowed(path) });
            }
        }
        if !sources.iter().any(|source| source.kind == GpuSourceKind::NvidiaSmi) {
            sources.insert(0, answered(GpuSourceKind::NvidiaSmi, false));
        }
        sources
    }
}

/// The thread that asks it.
fn teller(kind: GpuSourceKind, path: PathBuf) -> Option<Teller> {
    match kind {
        #[cfg(feature = "nvml")]
        GpuSourceKind::Nvml => {
            let mut library = nvml::Library::new(path);
            Teller::new(kind, "nvml", move || library.ask())
        }
        GpuSourceKind::NvidiaSmi => {
            let ask = move || smi::ask(&path).map_err(|error| error.to_string());
            Teller::new(kind, "nvidia-smi", ask)
        }
        GpuSourceKind::OpenFiles
        | GpuSourceKind::DrmFdinfo
        | GpuSourceKind::Sysfs
        | GpuSourceKind::Kfd
        | GpuSourceKind::NvidiaProc => None,
        #[cfg(not(feature = "nvml"))]
        GpuSourceKind::Nvml => None,
    }
}

/// `nvidia-smi` below these roots, if it is in one of its usual places.
pub(super) fn candidate(roots: &Roots) -> Option<PathBuf> {
    smi::candidate(&roots.at(""))
}

fn answered(kind: GpuSourceKind, answered: bool) -> GpuSource {
    let outcome = if answered { GpuOutcome::Answered } else { GpuOutcome::Absent };
    GpuSource { kind, outcome }
}

/// Puts what was told in the place of what is known of the same devices, under the names that those have;
/// gives the names that were given.
fn together(devices: &mut Vec<GpuDevice>, told: &[GpuDevice]) -> HashMap<Untrusted, Untrusted> {
    let mut names = HashMap::new();
    for told in told {
        let same = devices.iter_mut().find(|it| {
            (!told.bus.is_empty() && it.bus == told.bus)
                || (it.bus.is_empty() && it.name == told.name)
        });
        match same {
            Some(device) => {
                names.insert(told.name.clone(), device.name.clone());
                let name = device.name.clone();
                *device = GpuDevice { name, ..told.clone() };
            }
            None => devices.push(told.clone()),
        }
    }
    names
}

fn renamed(report: &Report, names: &HashMap<Untrusted, Untrusted>) -> Report {
    let known = |name: &Untrusted| names.get(name).unwrap_or(name).clone();
    Report { card: known(&report.card), device: known(&report.device), ..report.clone() }
}
