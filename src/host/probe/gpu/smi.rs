//! `nvidia-smi`, once the responder has allowed it: a program of a host that nobody trusts.
//!
//! Invariant: it is looked for in a fixed list of places and never along a search path, it runs in its
//! own thread at most every five seconds, and what it says is bytes that strangers chose.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::told::Said;
use super::{Report, say};
use crate::domain::facts::{GpuDevice, GpuSourceKind, Reading};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::text;
use crate::host::probe::tool::{self, ToolError};

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
/// The fields that every driver of the last ten years knows; one that it does not know, and it says nothing.
const DEVICES: [&str; 2] = [
    "--query-gpu=index,uuid,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw,\
     power.limit,clocks.sm,pci.bus_id",
    "--format=csv,noheader,nounits",
];
const HOLDERS: [&str; 2] =
    ["--query-compute-apps=gpu_uuid,pid,used_memory", "--format=csv,noheader,nounits"];
/// One sample of a second, of use and of memory.
const SHARES: [&str; 5] = ["pmon", "-c", "1", "-s", "um"];
const PARTS: [&str; 1] = ["-L"];

/// The program, if it is in one of its places.
pub(super) fn candidate(root: &Path) -> Option<PathBuf> {
    let mut paths = PLACES.iter().map(|place| root.join(place).join("nvidia-smi"));
    paths.find(|path| path.is_file())
}

/// Runs it: for the devices, for the processes that compute on them, and for what each of those causes.
pub(super) fn ask(program: &Path) -> Result<Said, ToolError> {
    let devices = tool::run(program, &DEVICES, DEADLINE)?;
    let holders = tool::run(program, &HOLDERS, DEADLINE)?;
    // Where devices are cut into parts, or are old, it refuses these; the rest is worth having.
    let shares = tool::run(program, &SHARES, DEADLINE).unwrap_or_default();
    let has_parts = holders.windows(4).any(|part| part == b"MIG-");
    let parts = if has_parts { tool::run(program, &PARTS, DEADLINE)? } else { Vec::new() };
    Ok(parse(&devices, &holders, &shares, &parts))
}

/// A device as one row tells it, by the names that other rows have for it.
struct Row {
    index: u32,
    uuid: Vec<u8>,
    device: GpuDevice,
}

/// Reads the four answers. Total: a line that is not understood is left out.
pub(super) fn parse(devices: &[u8], holders: &[u8], shares: &[u8], listed: &[u8]) -> Said {
    let devices: Vec<Row> = csv(devices).filter_map(|row| device(&row)).collect();
    let parts = parts(listed);
    let holders = csv(holders).filter_map(|row| {
        let [uuid, pid, memory] = row.as_slice() else { return None };
        let part = parts.iter().find(|part| part.uuid == *uuid);
        let named = devices
            .iter()
            .find(|row| part.map_or(row.uuid == *uuid, |part| row.index == part.index));
        let card = named.map_or_else(|| Untrusted::new(*uuid), |row| row.device.name.clone());
        let device = part.map_or_else(|| card.clone(), |part| Untrusted::new(part.name));
        let memory = mebibytes(memory);
        Some(report(text::whole_number(pid)?, card, device, memory))
    });
    let mut reports: Vec<Report> = holders.collect();
    for share in pmon(shares) {
        let Some(row) = devices.iter().find(|row| row.index == share.index) else { continue };
        let card = &row.device.name;
        let mut known = reports.iter_mut();
        match known.find(|report| report.pid == share.pid && report.card == *card) {
            Some(report) => report.add(share.busy, share.memory),
            None => reports.push(Report {
                busy: share.busy,
                ..report(share.pid, card.clone(), card.clone(), share.memory)
            }),
        }
    }
    Said { devices: devices.into_iter().map(|row| row.device).collect(), reports }
}

fn report(pid: u32, card: Untrusted, device: Untrusted, memory: Reading<u64>) -> Report {
    Report { pid, card, device, busy: Reading::Unknown, memory, source: GpuSourceKind::NvidiaSmi }
}

fn csv(text: &[u8]) -> impl Iterator<Item = Vec<&[u8]>> {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    lines.map(|line| line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).collect())
}

/// The name may hold commas: the fields around it are counted from both ends.
fn device(row: &[&[u8]]) -> Option<Row> {
    let [index, uuid, name @ .., busy, used, total, temperature, power, limit, clock, bus] = row
    else {
        return None;
    };
    let number = text::whole_number(index)?;
    let clock = text::whole_number(clock).map_or(Reading::Unknown, Reading::Known);
    let device = GpuDevice {
        model: (!name.is_empty()).then(|| Untrusted::new(name.join(&b", "[..]))),
        bus: address(bus),
        busy: decimal(busy),
        memory_used: mebibytes(used),
        memory_total: mebibytes(total),
        temperature: decimal(temperature),
        power: decimal(power),
        power_limit: decimal(limit),
        clock,
        ..GpuDevice::named(format!("nvidia{number}"), GpuSourceKind::NvidiaSmi)
    };
    Some(Row { index: number, uuid: uuid.to_vec(), device })
}

/// `00000000:01:00.0`, as the kernel has it: `0000:01:00.0`.
pub(super) fn address(bus: &[u8]) -> Untrusted {
    let domain = bus.iter().position(|byte| *byte == b':').unwrap_or(0);
    let short = bus.get(domain.saturating_sub(4)..).unwrap_or(bus);
    Untrusted::new(short.to_ascii_lowercase())
}

/// A part of a device that was cut into several, by `-L`.
struct Part<'t> {
    index: u32,
    uuid: &'t [u8],
    name: &'t [u8],
}

/// `GPU 0: NAME (UUID: ...)`, and below it `MIG 3g.20gb Device 0: (UUID: ...)`.
fn parts(listed: &[u8]) -> Vec<Part<'_>> {
    let (mut index, mut parts) = (None, Vec::new());
    for line in listed.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii) {
        let mut words = text::words(line);
        match (words.next(), words.next()) {
            (Some(b"GPU"), Some(number)) => {
                index = number.strip_suffix(b":").and_then(text::whole_number);
            }
            (Some(b"MIG"), Some(name)) => {
                let uuid = text::words(line).last().and_then(|it| it.strip_suffix(b")"));
                parts.extend(index.zip(uuid).map(|(index, uuid)| Part { index, uuid, name }));
            }
            _ => {}
        }
    }
    parts
}

/// What one process causes on one device.
struct Share {
    index: u32,
    pid: u32,
    busy: Reading<f32>,
    memory: Reading<u64>,
}

/// Rows of `pmon`, whose columns differ from driver to driver: the first line names them.
fn pmon(table: &[u8]) -> Vec<Share> {
    let mut lines = table.split(|byte| *byte == b'\n').map(|line| text::words(line.trim_ascii()));
    let head: Vec<&[u8]> = lines
        .by_ref()
        .map(|words| words.skip_while(|word| *word == b"#").collect::<Vec<_>>())
        .find(|words| words.first() == Some(&b"gpu".as_slice()))
        .unwrap_or_default();
    let at = |name: &[u8]| head.iter().position(|column| *column == name);
    let [Some(gpu), Some(pid)] = [at(b"gpu"), at(b"pid")] else { return Vec::new() };
    let (busy, memory) = (at(b"sm"), at(b"fb"));
    let rows = lines.filter_map(|words| {
        let row: Vec<&[u8]> = words.collect();
        let field = |column: Option<usize>| column.and_then(|at| row.get(at).copied());
        Some(Share {
            index: text::whole_number(field(Some(gpu))?)?,
            pid: text::whole_number(field(Some(pid))?)?,
            busy: decimal(field(busy).unwrap_or_default()),
            memory: mebibytes(field(memory).unwrap_or_default()),
        })
    });
    rows.collect()
}

/// `62.50`; what the device cannot tell is `[N/A]`, `[Not Supported]`, `-` and the like.
fn decimal(field: &[u8]) -> Reading<f32> {
    let plain =
        field.len() <= 12 && field.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let value = str::from_utf8(field).ok().filter(|_| plain).and_then(|it| it.parse().ok());
    say(value)
}

fn mebibytes(field: &[u8]) -> Reading<u64> {
    say(text::number(field).and_then(|value| value.checked_mul(1 << 20)))
}
