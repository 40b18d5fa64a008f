//! Graphics processors: what devices there are, and which processes hold them.
//!
//! Every source says what came of it, so that "nobody uses a graphics processor" and "nobody could
//! tell" are two different answers. Nothing of the host's libraries is loaded; `nvidia-smi` runs only
//! after [`Graphics::allow`].

mod devices;
mod fdinfo;
mod smi;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::Roots;
use super::commands::refusal;
use super::processes::{Device, Processes};
use super::tool::{Errand, ToolError};
use super::tree;
use crate::domain::base::{Moment, ProcessId};
use crate::domain::facts::{
    Gpu, GpuDevice, GpuHolder, GpuOutcome, GpuSource, GpuSourceKind, Process, Reading,
};
use crate::domain::untrusted::Untrusted;
use smi::Said;

#[cfg(test)]
pub(super) use devices::information;
pub(super) use fdinfo::Client;
#[cfg(test)]
pub(super) use smi::parse;

/// A driver has this long to describe its devices; after that the last description stays.
const PATIENCE: Duration = Duration::from_millis(50);
/// An answer of `nvidia-smi` that is older is no news any more.
const STALE_MS: u64 = 15_000;

/// One client of a driver, as long as its process lives.
type ClientKey = (ProcessId, Vec<u8>, u64);

/// What is known about graphics processors, from look to look.
pub(super) struct Graphics {
    roots: Roots,
    describe: Option<Errand<Vec<GpuDevice>>>,
    devices: Vec<GpuDevice>,
    clients: HashMap<ClientKey, (Client, u64)>,
    smi: Option<Smi>,
    last: Arc<Gpu>,
}

struct Smi {
    errand: Errand<Result<Said, ToolError>>,
    asked_ms: Option<u64>,
    said: Said,
    said_ms: Option<u64>,
    outcome: GpuOutcome,
}

impl Graphics {
    pub(super) fn new(roots: &Roots) -> Self {
        Self {
            roots: roots.clone(),
            describe: None,
            devices: Vec::new(),
            clients: HashMap::new(),
            smi: None,
            last: Arc::default(),
        }
    }

    /// The program that [`Graphics::allow`] would run.
    pub(super) fn candidate(&self) -> Option<PathBuf> {
        candidate(&self.roots)
    }

    /// From now on this program is run. It must be the candidate.
    pub(super) fn allow(&mut self, program: &Path) -> bool {
        let Some(program) = self.candidate().filter(|candidate| candidate == program) else {
            return false;
        };
        let errand = Errand::new("nvidia-smi", move || smi::ask(&program));
        self.smi = errand.map(|errand| Smi {
            errand,
            asked_ms: None,
            said: Said::default(),
            said_ms: None,
            outcome: GpuOutcome::Failed(Untrusted::new("no answer yet")),
        });
        self.smi.is_some()
    }

    /// Takes one look; the open device files are those that the look at processes found.
    pub(super) fn look(
        &mut self,
        moment: Moment,
        processes: &Processes,
        rows: &[Arc<Process>],
    ) -> Arc<Gpu> {
        self.describe();
        let mut holders = self.holders(moment, processes);
        let by_fdinfo = holders.iter().any(|holder| holder.source == GpuSourceKind::DrmFdinfo);
        let smi = self.ask_smi(moment);
        let mut devices = self.devices.clone();
        if let Some(smi) = self.smi.as_ref().filter(|smi| !smi.said.devices.is_empty()) {
            devices.retain(|device| device.source != GpuSourceKind::NvidiaProc);
            devices.extend(smi.said.devices.iter().cloned());
            holders.extend(smi.said.holders.iter().filter_map(|holder| reported(holder, rows)));
        }
        let told = |kind| self.devices.iter().any(|device| device.source == kind);
        let sources = vec![
            answered(GpuSourceKind::OpenFiles, self.has_device_files() || !holders.is_empty()),
            answered(GpuSourceKind::DrmFdinfo, by_fdinfo),
            answered(GpuSourceKind::Sysfs, told(GpuSourceKind::Sysfs)),
            answered(GpuSourceKind::NvidiaProc, told(GpuSourceKind::NvidiaProc)),
            GpuSource { kind: GpuSourceKind::NvidiaSmi, outcome: smi },
        ];
        let gpu = Gpu { sources, devices, holders };
        if *self.last != gpu {
            self.last = Arc::new(gpu);
        }
        Arc::clone(&self.last)
    }

    /// Has the devices described in a thread of its own: a driver that hangs must not hang the look.
    fn describe(&mut self) {
        let (sys, proc) = (self.roots.at("sys"), self.roots.at("proc"));
        let nothing = tree::open_dir(&sys.join("class/drm")).is_err()
            && tree::open_dir(&proc.join("driver/nvidia")).is_err();
        if nothing {
            self.devices.clear();
            return;
        }
        if self.describe.is_none() {
            self.describe = Errand::new("graphics", move || devices::read(&sys, &proc));
        }
        let Some(errand) = &mut self.describe else { return };
        errand.ask();
        if let Some(devices) = errand.take(PATIENCE) {
            self.devices = devices;
        }
    }

    fn has_device_files(&self) -> bool {
        let dev = self.roots.at("dev");
        let there = |name: &str| tree::exists(&dev.join(name));
        there("kfd") || there("dri") || there("nvidiactl") || there("nvidia0")
    }

    fn holders(&mut self, moment: Moment, processes: &Processes) -> Vec<GpuHolder> {
        let (mut reader, mut holders) = (processes.reader(), Vec::new());
        let before = std::mem::take(&mut self.clients);
        for (process, devices) in processes.holders() {
            let mut by_path: BTreeMap<&Untrusted, GpuHolder> = BTreeMap::new();
            for device in devices {
                let holder = by_path.entry(&device.path).or_insert_with(|| held(process, device));
                if !device.path.bytes().starts_with(b"/dev/dri/") {
                    continue;
                }
                match reader.fdinfo(process.id.pid.0, device.fd) {
                    Ok(text) => {
                        let Some(client) = Client::parse(text) else { continue };
                        let id = client.id.unwrap_or_else(|| u64::from(device.fd));
                        let key = (process.id, client.device.clone(), id);
                        if self.clients.contains_key(&key) {
                            continue;
                        }
                        add(holder, &client, before.get(&key), moment);
                        self.clients.insert(key, (client, moment.boot_ms));
                    }
                    Err(error) => holder.memory = refusal(error),
                }
            }
            holders.extend(by_path.into_values());
        }
        holders
    }

    fn ask_smi(&mut self, moment: Moment) -> GpuOutcome {
        let Some(smi) = &mut self.smi else {
            let waiting =
                |path: PathBuf| Untrusted::new(path.into_os_string().into_encoded_bytes());
            return self
                .candidate()
                .map_or(GpuOutcome::Absent, |path| GpuOutcome::NotAllowed(waiting(path)));
        };
        match smi.errand.take(Duration::ZERO) {
            Some(Ok(said)) => {
                (smi.said, smi.said_ms) = (said, Some(moment.boot_ms));
                smi.outcome = GpuOutcome::Answered;
            }
            Some(Err(error)) => smi.outcome = GpuOutcome::Failed(Untrusted::new(error.to_string())),
            None => {}
        }
        let age = |then: u64| moment.boot_ms.saturating_sub(then);
        let every = u64::try_from(smi::EVERY.as_millis()).unwrap_or(u64::MAX);
        if smi.asked_ms.is_none_or(|then| age(then) >= every) {
            smi.errand.ask();
            smi.asked_ms = Some(moment.boot_ms);
        }
        if let Some(old) = smi.said_ms.map(age).filter(|age| *age > STALE_MS) {
            // What it said then is no fact about now.
            smi.said = Said::default();
            if smi.outcome == GpuOutcome::Answered {
                let why = format!("its last answer is {} s old", old / 1000);
                return GpuOutcome::Failed(Untrusted::new(why));
            }
        }
        smi.outcome.clone()
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

fn held(process: &Process, device: &Device) -> GpuHolder {
    GpuHolder {
        process: process.id,
        device: device.path.clone(),
        busy: Reading::Unknown,
        memory: Reading::Unknown,
        source: GpuSourceKind::OpenFiles,
    }
}

/// Adds what one client used; `before` is what it had used at the last look, and when that was.
fn add(holder: &mut GpuHolder, client: &Client, before: Option<&(Client, u64)>, moment: Moment) {
    holder.source = GpuSourceKind::DrmFdinfo;
    if let Some(bytes) = client.bytes() {
        let others = holder.memory.known().copied().unwrap_or(0);
        holder.memory = Reading::Known(bytes.saturating_add(others));
    }
    let elapsed = |then: u64| moment.boot_ms.saturating_sub(then);
    let busy = before.and_then(|(before, then)| client.busy(before, elapsed(*then)));
    if let Some(busy) = busy {
        let others = holder.busy.known().copied().unwrap_or(0.0);
        holder.busy = Reading::Known((busy + others).min(100.0));
    }
}

fn reported(holder: &smi::Holder, rows: &[Arc<Process>]) -> Option<GpuHolder> {
    let at = rows.binary_search_by_key(&holder.pid, |process| process.id.pid.0).ok()?;
    Some(GpuHolder {
        process: rows.get(at)?.id,
        device: holder.device.clone(),
        busy: Reading::Unknown,
        memory: holder.memory,
        source: GpuSourceKind::NvidiaSmi,
    })
}
