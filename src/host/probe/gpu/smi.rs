//! `nvidia-smi`, once the responder has allowed it: a program of a host that nobody trusts.
//!
//! Invariant: it is looked for in a fixed list of places and never along a search path, it runs in its
//! own thread at most every [`EVERY`], and what it says is bytes that strangers chose.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::domain::facts::{GpuDevice, GpuSourceKind, Reading};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::text;
use crate::host::probe::tool::{self, ToolError};

/// Time between two runs.
pub(super) const EVERY: Duration = Duration::from_secs(5);
const DEADLINE: Duration = Duration::from_secs(3);
/// Where distributions, the vendor's installer and container hosts put it.
const PLACES: [&str; 6] = [
    "usr/bin",
    "usr/local/bin",
    "opt/bin",
    "usr/local/nvidia/bin",
    "home/kubernetes/bin/nvidia/bin",
    "usr/lib/wsl/lib",
];
const DEVICES: [&str; 2] = [
    "--query-gpu=index,uuid,name,utilization.gpu,memory.used,memory.total,temperature.gpu",
    "--format=csv,noheader,nounits",
];
const HOLDERS: [&str; 2] =
    ["--query-compute-apps=gpu_uuid,pid,used_memory", "--format=csv,noheader,nounits"];

/// What it said.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::host::probe) struct Said {
    pub(in crate::host::probe) devices: Vec<GpuDevice>,
    pub(in crate::host::probe) holders: Vec<Holder>,
}

/// A process that it reports, by the name of the device.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::host::probe) struct Holder {
    pub(in crate::host::probe) pid: u32,
    pub(in crate::host::probe) device: Untrusted,
    pub(in crate::host::probe) memory: Reading<u64>,
}

/// The program, if it is in one of its places.
pub(super) fn candidate(root: &Path) -> Option<PathBuf> {
    let mut paths = PLACES.iter().map(|place| root.join(place).join("nvidia-smi"));
    paths.find(|path| path.is_file())
}

/// Runs it twice: for the devices, and for the processes that use them.
pub(super) fn ask(program: &Path) -> Result<Said, ToolError> {
    let devices = tool::run(program, &DEVICES, DEADLINE)?;
    let holders = tool::run(program, &HOLDERS, DEADLINE)?;
    Ok(parse(&devices, &holders))
}

/// Reads both answers. Total: a line that is not understood is left out.
pub(in crate::host::probe) fn parse(devices: &[u8], holders: &[u8]) -> Said {
    let devices: Vec<_> = rows(devices).filter_map(|row| device(&row)).collect();
    let holders = rows(holders).filter_map(|row| {
        let [uuid, pid, memory] = row.as_slice() else { return None };
        let named = devices.iter().find(|(known, _)| known == uuid);
        let device = named.map_or_else(|| Untrusted::new(*uuid), |(_, device)| device.name.clone());
        Some(Holder { pid: text::whole_number(pid)?, device, memory: mebibytes(memory) })
    });
    let holders = holders.collect();
    Said { devices: devices.into_iter().map(|(_, device)| device).collect(), holders }
}

fn rows(csv: &[u8]) -> impl Iterator<Item = Vec<&[u8]>> {
    let lines = csv.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    lines.map(|line| line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).collect())
}

fn device<'a>(row: &[&'a [u8]]) -> Option<(&'a [u8], GpuDevice)> {
    let [index, uuid, name, busy, used, total, temperature] = row else { return None };
    let index = text::whole_number(index)?;
    Some((
        uuid,
        GpuDevice {
            name: Untrusted::new(format!("nvidia{index}")),
            model: Some(Untrusted::new(*name)),
            busy: small(busy),
            memory_used: mebibytes(used),
            memory_total: mebibytes(total),
            temperature: small(temperature),
            source: GpuSourceKind::NvidiaSmi,
        },
    ))
}

/// A percentage or a temperature; `[N/A]` where the device has none.
fn small(field: &[u8]) -> Reading<f32> {
    let value = text::number(field).and_then(|value| u16::try_from(value).ok());
    value.map_or(Reading::Unknown, |value| Reading::Known(f32::from(value)))
}

fn mebibytes(field: &[u8]) -> Reading<u64> {
    let value = text::number(field).and_then(|value| value.checked_mul(1 << 20));
    value.map_or(Reading::Unknown, Reading::Known)
}
