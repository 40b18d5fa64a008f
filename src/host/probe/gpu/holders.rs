//! Who has device files open, and what the driver says in `fdinfo` that each of them uses.

use std::collections::{BTreeMap, HashMap};

use super::fdinfo::Client;
use crate::domain::base::{Moment, ProcessId};
use crate::domain::facts::{GpuDevice, GpuHolder, GpuSourceKind, Process, Reading};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::commands::refusal;
use crate::host::probe::processes::{Device, Processes};

/// One client of a driver, as long as its process lives.
type ClientKey = (ProcessId, Vec<u8>, u64);

/// The clients of the look before, and when each was read.
#[derive(Default)]
pub(super) struct Clients(HashMap<ClientKey, (Client, u64)>);

impl Clients {
    /// One holder for every device file of every process; `files` says which device a file is.
    pub(super) fn look<'t>(
        &mut self,
        moment: Moment,
        tables: &[&'t Processes],
        files: &HashMap<Vec<u8>, Untrusted>,
    ) -> Vec<GpuHolder> {
        let mut holders = Vec::new();
        let before = std::mem::take(&mut self.0);
        let held_in = |table: &'t Processes| table.holders().map(move |it| (table, it));
        for (table, (process, devices)) in tables.iter().copied().flat_map(held_in) {
            // What hides is read below the directory that shows it.
            let mut reader = table.reader();
            let mut by_path: BTreeMap<&Untrusted, GpuHolder> = BTreeMap::new();
            for device in devices {
                let holder =
                    by_path.entry(&device.path).or_insert_with(|| held(process, device, files));
                if !device.path.bytes().starts_with(b"/dev/dri/") {
                    continue;
                }
                match reader.fdinfo(process.id.pid.0, device.fd) {
                    Ok(text) => {
                        let Some(client) = Client::parse(text) else { continue };
                        let id = client.id.unwrap_or_else(|| u64::from(device.fd));
                        let key = (process.id, client.device.clone(), id);
                        if self.0.contains_key(&key) {
                            continue;
                        }
                        add(holder, &client, before.get(&key), moment);
                        self.0.insert(key, (client, moment.boot_ms));
                    }
                    Err(error) => holder.memory = refusal(error),
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

/// What the driver of a device does not tell is what its holders cause together, as far as that is known.
pub(super) fn fill(devices: &mut [GpuDevice], holders: &[GpuHolder]) {
    for device in devices.iter_mut().filter(|device| device.busy.is_unknown()) {
        let on_it = holders.iter().filter(|holder| holder.card == device.name);
        let busy = on_it.filter_map(|holder| holder.busy.known().copied()).reduce(|a, b| a + b);
        device.busy = busy.map_or(Reading::Unknown, |busy| Reading::Known(busy.min(100.0)));
    }
}
