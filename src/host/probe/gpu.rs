//! Graphics processors: what devices there are, and which processes hold them.
//!
//! Every source says what came of it, so that "nobody uses a graphics processor" and "nobody could
//! tell" are two different answers. Nothing of the host's libraries is loaded and no program of the host
//! runs before [`Graphics::allow`].
//!
//! Invariant: a look waits for no driver. Whatever a driver writes is read by threads; a look takes what they answered
//! last, says at what they hang, and tells nothing of which an answer is overdue.

mod asker;
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
use std::time::{Duration, Instant};

use super::Roots;
use super::commands::Stuck;
use super::processes::Processes;
use crate::domain::base::Moment;
use crate::domain::facts::{
    Gap, Gpu, GpuDevice, GpuHolder, GpuOutcome, GpuSource, GpuSourceKind, Late, Process, Unread,
};
use crate::domain::untrusted::Untrusted;
use asker::{Asker, Course};
use devices::{Scene, Stamp};
use fdinfo::share;
use holders::{Clients, Wish};
use report::{Missing, Report, say};
use told::Teller;

/// Nobody waits for a recorded tree, so it is always heard to the end.
const RECORDED: Duration = Duration::from_secs(5);
/// Looks until a host that has no graphics processor is asked again whether it has one.
const TURNS: u64 = 5;

/// What is known about graphics processors, from look to look.
pub(super) struct Graphics {
    root: PathBuf,
    live: bool,
    looks: u64,
    devices: Asker<devices::Question, Scene>,
    scene: Option<Scene>,
    files: Asker<holders::Question, holders::Answer>,
    wishes: Vec<Wish>,
    clients: Clients,
    missing: Missing,
    tellers: Vec<(PathBuf, Teller)>,
    last: Arc<Gpu>,
}

impl Graphics {
    /// Below these roots; threads that it leaves behind are counted in `stuck`.
    pub(super) fn new(roots: &Roots, stuck: &Stuck) -> Self {
        let describe =
            |question: devices::Question, course: &Course<'_>| Scene::read(&question, course);
        Self {
            root: roots.at(""),
            live: roots.live,
            looks: 0,
            devices: Asker::new("graphics", stuck.clone(), describe),
            scene: None,
            files: Asker::new("fdinfo", stuck.clone(), holders::read),
            wishes: Vec::new(),
            clients: Clients::default(),
            missing: Missing::default(),
            tellers: Vec::new(),
            last: Arc::default(),
        }
    }

    /// From now on this program is run, or this library loaded. It must be a candidate.
    pub(super) fn allow(&mut self, path: &Path) -> bool {
        let waits = candidates(&self.root).into_iter().find(|(_, candidate)| candidate == path);
        let Some((kind, path)) = waits else { return false };
        if self.tellers.iter().any(|(known, _)| *known == path) {
            return true;
        }
        let teller = teller(kind, path.clone());
        let is_there = teller.is_some();
        self.tellers.extend(teller.map(|teller| (path, teller)));
        is_there
    }

    /// Has the drivers asked, at the beginning of a look: what they answer until its end is told in it, the rest in
    /// the next one.
    pub(super) fn ask(&mut self, moment: Moment) {
        self.take(Duration::ZERO);
        let is_there = self.scene.as_ref().is_none_or(|scene| scene.has_files || scene.is_there());
        if is_there || self.looks.is_multiple_of(TURNS) {
            let (root, stamp) = (&self.root, self.stamp(moment));
            self.devices.ask(moment.boot_ms, || devices::Question { root: root.clone(), stamp });
        }
        self.looks += 1;
        if self.live {
            self.ask_files(moment);
        }
    }

    fn ask_files(&mut self, moment: Moment) {
        let (wishes, stamp) = (&self.wishes, self.stamp(moment));
        if !wishes.is_empty() {
            let question = || holders::Question { wishes: wishes.clone(), stamp };
            self.files.ask(moment.boot_ms, question);
        }
    }

    fn take(&mut self, wait: Duration) {
        if let Some(scene) = self.devices.take(wait) {
            self.settle(scene);
        }
        if let Some(answer) = self.files.take(wait) {
            self.clients.take(answer);
        }
    }

    fn stamp(&self, moment: Moment) -> Stamp {
        Stamp { boot_ms: moment.boot_ms, asked: self.live.then(Instant::now) }
    }

    /// Takes one look, which waits for nothing; the open device files are those that the looks at processes found.
    pub(super) fn look(
        &mut self,
        moment: Moment,
        tables: &[&Processes],
        rows: &[Arc<Process>],
        unread: &mut Vec<Unread>,
    ) -> Arc<Gpu> {
        let wait = if self.live { Duration::ZERO } else { RECORDED };
        self.take(wait);
        let files = self.scene.as_ref().map(|scene| &scene.files);
        self.wishes = holders::wishes(tables, files.unwrap_or(&HashMap::new()));
        if !self.live {
            self.ask_files(moment);
            self.take(wait);
        }
        let scene = self.scene.take();
        let nothing = Scene::default();
        let known = scene.as_ref().unwrap_or(&nothing);
        let [late, late_files] =
            [self.devices.is_late(moment.boot_ms), self.files.is_late(moment.boot_ms)];
        let mut holders = self.clients.holders(late_files, tables, &known.files);
        let mut sources = self.quiet_sources(scene.as_ref(), &holders, late);
        sources.extend(self.ask_tellers(moment, &known.candidates));
        let mut reports = known.reports.clone().unwrap_or_default();
        let mut devices: Vec<_> = known.devices.iter().map(|(device, _)| device.clone()).collect();
        if late {
            reports.clear();
            devices.iter_mut().for_each(devices::silence);
        }
        self.scene = scene;
        for (_, teller) in &self.tellers {
            let said = teller.said();
            let names = together(&mut devices, &said.devices);
            reports.extend(said.reports.iter().map(|report| renamed(report, &names)));
        }
        let unlisted = self.missing.sort(moment, reports.into_iter(), rows, &mut holders);
        holders::fill(&mut devices, &holders);
        self.say_late(late || (late_files && !self.wishes.is_empty()), unread);
        let gpu = Gpu { sources, devices, holders, unlisted };
        if *self.last != gpu {
            self.last = Arc::new(gpu);
        }
        Arc::clone(&self.last)
    }

    /// Takes a description in, and says what its counters tell beside those of the one before.
    fn settle(&mut self, mut scene: Scene) {
        if let Some(before) = &self.scene {
            scene.remember(before);
            for (device, counters) in &mut scene.devices {
                let old = before.devices.iter().find(|(old, _)| old.name == device.name);
                if let Some((_, old)) = old {
                    counters.tell(old, device);
                }
            }
        }
        self.scene = Some(scene);
    }

    /// Who lets us wait.
    fn say_late(&self, late: bool, unread: &mut Vec<Unread>) {
        let mut all: Vec<&Untrusted> = self.devices.hangs().chain(self.files.hangs()).collect();
        all.sort_unstable();
        all.dedup();
        let name = devices::DRM.into();
        if all.is_empty() && late {
            all.push(&name);
        }
        let gap = |what: &Untrusted| Unread::gap(Gap::Late(Late::Graphics(what.clone())));
        unread.extend(all.into_iter().map(gap));
    }

    /// What came of the files of the kernel.
    fn quiet_sources(
        &self,
        scene: Option<&Scene>,
        holders: &[GpuHolder],
        late: bool,
    ) -> Vec<GpuSource> {
        use GpuSourceKind::{DrmFdinfo, Kfd, NvidiaProc, OpenFiles, Sysfs};
        let source = |kind, outcome| GpuSource { kind, outcome };
        let hangs = |what: &str| self.devices.hangs().any(|it| it.bytes() == what.as_bytes());
        let of_cards = |it: &Untrusted| {
            ![devices::KFD, devices::NVIDIA_PROC].iter().any(|other| it.bytes() == other.as_bytes())
        };
        let told = |kind, hangs: bool| match scene {
            _ if late || hangs => GpuOutcome::Late,
            None => GpuOutcome::Waiting,
            Some(scene) => came(scene.devices.iter().any(|(device, _)| device.source == kind)),
        };
        let fdinfo = match holders.iter().any(|holder| holder.source == DrmFdinfo) {
            _ if self.files.hangs().next().is_some() => GpuOutcome::Late,
            false if !self.wishes.is_empty() && self.clients.is_waiting() => GpuOutcome::Waiting,
            answered => came(answered),
        };
        let has_files = scene.is_some_and(|it| it.has_files) || !holders.is_empty();
        let mut sources = vec![
            source(OpenFiles, came(has_files)),
            source(DrmFdinfo, fdinfo),
            source(Sysfs, told(Sysfs, self.devices.hangs().any(of_cards))),
        ];
        match scene {
            _ if hangs(devices::KFD) => sources.push(source(Kfd, GpuOutcome::Late)),
            Some(Scene { reports: Some(_), .. }) => {
                let outcome = if late { GpuOutcome::Late } else { GpuOutcome::Answered };
                sources.push(source(Kfd, outcome));
            }
            Some(_) | None => {}
        }
        sources.push(source(NvidiaProc, told(NvidiaProc, hangs(devices::NVIDIA_PROC))));
        sources
    }

    /// Asks those who were allowed; says of the others that they wait.
    fn ask_tellers(
        &mut self,
        moment: Moment,
        candidates: &[(GpuSourceKind, PathBuf)],
    ) -> Vec<GpuSource> {
        let mut sources: Vec<_> =
            self.tellers.iter_mut().map(|(_, teller)| teller.look(moment)).collect();
        for (kind, path) in candidates {
            if !sources.iter().any(|source| source.kind == *kind) {
                let path = Untrusted::new(path.as_os_str().as_encoded_bytes());
                sources.push(GpuSource { kind: *kind, outcome: GpuOutcome::NotAllowed(path) });
            }
        }
        if !sources.iter().any(|source| source.kind == GpuSourceKind::NvidiaSmi) {
            let absent = GpuOutcome::Absent;
            sources.insert(0, GpuSource { kind: GpuSourceKind::NvidiaSmi, outcome: absent });
        }
        sources
    }
}

/// What can be asked below this root, once it was allowed.
fn candidates(root: &Path) -> Vec<(GpuSourceKind, PathBuf)> {
    let program = smi::candidate(root).map(|path| (GpuSourceKind::NvidiaSmi, path));
    #[cfg(feature = "nvml")]
    let library = nvml::candidate(root).map(|path| (GpuSourceKind::Nvml, path));
    #[cfg(not(feature = "nvml"))]
    let library = None;
    program.into_iter().chain(library).collect()
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

const fn came(answered: bool) -> GpuOutcome {
    if answered { GpuOutcome::Answered } else { GpuOutcome::Absent }
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
