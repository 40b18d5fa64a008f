//! Who has device files open, and what the driver says in `fdinfo` that each of them uses.
//!
//! The driver writes an `fdinfo`, so another thread reads it: here stands what it told last.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use super::asker::Course;
use super::attribute::map;
use super::devices::Stamp;
use super::fdinfo::Client;
use super::report::say;
use crate::domain::base::ProcessId;
use crate::domain::facts::{GpuDevice, GpuHolder, GpuSourceKind, Process, Reading};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::commands::refusal;
use crate::host::probe::door::Door;
use crate::host::probe::processes::{Device, Processes};
use crate::host::probe::tree::Reader;

/// More open files are not read in one turn; who has more of them is told of with a part of what he uses.
const MOST: usize = 4096;

/// One client of a driver, as long as its process lives.
type ClientKey = (ProcessId, Vec<u8>, u64);

/// An open file of a driver that is to be read.
#[derive(Clone)]
pub(super) struct Wish {
    /// What hides is read below the directory that shows it.
    proc: Arc<OwnedFd>,
    process: ProcessId,
    door: Door,
    fd: u32,
    path: Untrusted,
    /// The device, by its name if it is known.
    card: Untrusted,
}

/// All that is to be read, and when that was asked.
pub(super) struct Question {
    /// What.
    pub(super) wishes: Vec<Wish>,
    /// When.
    pub(super) stamp: Stamp,
}

/// What was read of one, and when; no client where no driver wrote anything.
struct Told {
    process: ProcessId,
    fd: u32,
    path: Untrusted,
    client: Reading<Option<Client>>,
    at_ms: u64,
}

/// What was read.
pub(super) struct Answer(Vec<Told>);

/// What one open file says of what its client uses.
struct Use {
    path: Untrusted,
    key: Option<ClientKey>,
    memory: Reading<u64>,
    busy: Reading<f32>,
}

/// What was told last.
#[derive(Default)]
pub(super) struct Clients {
    /// Each client, and when it was read.
    known: HashMap<ClientKey, (Client, u64)>,
    uses: HashMap<(ProcessId, u32), Use>,
    /// Somebody answered.
    is_told: bool,
}

/// Every file of a driver that is open; `files` says which device it is.
pub(super) fn wishes(tables: &[&Processes], files: &HashMap<Vec<u8>, Untrusted>) -> Vec<Wish> {
    let mut wishes = Vec::new();
    for table in tables {
        for (process, devices) in table.holders() {
            let of_driver = |it: &&Device| it.path.bytes().starts_with(b"/dev/dri/");
            wishes.extend(devices.iter().filter(of_driver).map(|device| Wish {
                proc: table.directory(),
                process: process.id,
                door: Door::of(process),
                fd: device.fd,
                path: device.path.clone(),
                card: files.get(device.path.bytes()).unwrap_or(&device.path).clone(),
            }));
        }
    }
    wishes.truncate(MOST);
    wishes
}

/// Reads them all, but what hangs.
pub(super) fn read(question: Question, course: &Course<'_>) -> Answer {
    let Question { wishes, stamp } = question;
    let told = wishes.into_iter().map(|wish| {
        let Wish { proc, process, door, fd, path, card } = wish;
        let read = || match Reader::new(proc.as_fd()).fdinfo(door, fd) {
            Ok(text) => Reading::Known(Client::parse(text)),
            Err(error) => refusal(error),
        };
        let client = course.read(&card, read).unwrap_or(Reading::Blocked);
        Told { process, fd, path, client, at_ms: stamp.now() }
    });
    Answer(told.collect())
}

impl Clients {
    /// Takes in what was read.
    pub(super) fn take(&mut self, answer: Answer) {
        let before = std::mem::take(&mut self.known);
        self.uses.clear();
        self.is_told = true;
        for told in answer.0 {
            let at = (told.process, told.fd);
            let used = match told.client {
                Reading::Known(None) => continue,
                Reading::Known(Some(client)) => {
                    let id = client.id.unwrap_or_else(|| u64::from(told.fd));
                    let key = (told.process, client.device.clone(), id);
                    let used =
                        Use::of(told.path, key.clone(), &client, (before.get(&key), told.at_ms));
                    self.known.entry(key).or_insert((client, told.at_ms));
                    used
                }
                refused @ (Reading::Denied | Reading::Blocked | Reading::Unknown) => Use {
                    path: told.path,
                    key: None,
                    memory: map(refused.clone(), |_| 0),
                    busy: map(refused, |_| 0.0),
                },
            };
            self.uses.insert(at, used);
        }
    }

    /// Nothing was told yet.
    pub(super) const fn is_waiting(&self) -> bool {
        !self.is_told
    }

    /// One holder for every device file of every process; `files` says which device a file is. What is
    /// overdue is blocked.
    pub(super) fn holders(
        &self,
        late: bool,
        tables: &[&Processes],
        files: &HashMap<Vec<u8>, Untrusted>,
    ) -> Vec<GpuHolder> {
        let mut holders = Vec::new();
        for (process, devices) in tables.iter().flat_map(|table| table.holders()) {
            let (mut by_path, mut counted) = (BTreeMap::new(), HashSet::new());
            for device in devices {
                let holder =
                    by_path.entry(&device.path).or_insert_with(|| held(process, device, files));
                let used = self.uses.get(&(process.id, device.fd));
                let Some(used) = used.filter(|used| used.path == device.path) else { continue };
                // Descriptors that were copied share their client.
                if used.key.as_ref().is_none_or(|key| counted.insert(key)) {
                    used.add(holder, late);
                }
            }
            holders.extend(by_path.into_values());
        }
        holders
    }
}

fn held(process: &Process, device: &Device, files: &HashMap<Vec<u8>, Untrusted>) -> GpuHolder {
    let card = files.get(device.path.bytes()).cloned().unwrap_or_default();
    let source = GpuSourceKind::OpenFiles;
    GpuHolder { card, ..GpuHolder::of(process.id, device.path.clone(), source) }
}

impl Use {
    /// What a client used; `before` is what it had used when it was read before this, and when that was.
    fn of(
        path: Untrusted,
        key: ClientKey,
        client: &Client,
        (before, now): (Option<&(Client, u64)>, u64),
    ) -> Self {
        let busy = before.and_then(|(old, then)| client.busy(old, now.saturating_sub(*then)));
        Self { path, key: Some(key), memory: say(client.bytes()), busy: say(busy) }
    }

    /// Adds it to what else the process uses through this file.
    fn add(&self, holder: &mut GpuHolder, late: bool) {
        if late {
            (holder.memory, holder.busy) = (Reading::Blocked, Reading::Blocked);
            return;
        }
        if self.key.is_some() {
            holder.source = GpuSourceKind::DrmFdinfo;
        }
        holder.memory = sum(holder.memory, self.memory, u64::saturating_add);
        holder.busy = sum(holder.busy, self.busy, |one, other| (one + other).min(100.0));
    }
}

fn sum<T: Copy>(one: Reading<T>, other: Reading<T>, add: impl FnOnce(T, T) -> T) -> Reading<T> {
    match (one, other) {
        (Reading::Known(one), Reading::Known(other)) => Reading::Known(add(one, other)),
        (Reading::Unknown, other) => other,
        (one, Reading::Unknown | Reading::Denied | Reading::Blocked) => one,
        (Reading::Denied | Reading::Blocked, known) => known,
    }
}

/// What the driver of a device does not tell is what its holders cause together, as far as that is known.
pub(super) fn fill(devices: &mut [GpuDevice], holders: &[GpuHolder]) {
    for device in devices.iter_mut().filter(|device| device.busy.is_unknown()) {
        let on_it = holders.iter().filter(|holder| holder.card == device.name);
        let busy = on_it.filter_map(|holder| holder.busy.known().copied()).reduce(|a, b| a + b);
        device.busy = busy.map_or(Reading::Unknown, |busy| Reading::Known(busy.min(100.0)));
    }
}
