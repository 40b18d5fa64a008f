//! `/sys/class/kfd`: what each process that computes on an AMD device holds of it, as the driver counts it.
//!
//! User queues run past the engines that `fdinfo` counts, so this is where mining by `ROCm` or `OpenCL` shows.

use std::collections::HashMap;
use std::path::Path;

use super::attribute::{attribute, count, line};
use super::devices::Scene;
use super::{Report, share};
use crate::domain::facts::{GpuSourceKind, Reading};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::{text, tree};

/// A device as the driver for computing knows it.
struct Node {
    card: Untrusted,
    /// Units that compute.
    units: Option<u64>,
}

/// Every process on every device; `None` where there is no such driver.
pub(super) fn read(sys: &Path, scene: &Scene) -> Option<Vec<Report>> {
    let kfd = sys.join("class/kfd/kfd");
    tree::open_dir(&kfd).ok()?;
    let nodes = nodes(&kfd.join("topology/nodes"), scene);
    let mut reports = Vec::new();
    for name in tree::names(&kfd.join("proc")) {
        let Some(pid) = text::whole_number(&name) else { continue };
        let dir = kfd.join(format!("proc/{pid}"));
        for name in tree::names(&dir) {
            let gpu = name.strip_prefix(b"vram_").and_then(text::whole_number);
            let Some(gpu) = gpu else { continue };
            reports.push(report(&dir, pid, gpu, nodes.get(&gpu)));
        }
    }
    Some(reports)
}

fn report(dir: &Path, pid: u32, gpu: u32, node: Option<&Node>) -> Report {
    let memory = count(dir, &format!("vram_{gpu}"));
    let occupied = count(dir, &format!("stats_{gpu}/cu_occupancy"));
    let busy = match (occupied.known(), node.and_then(|node| node.units)) {
        (Some(occupied), Some(units)) => {
            share(*occupied, units).map_or(Reading::Unknown, Reading::Known)
        }
        (None, _) | (_, None) => Reading::Unknown,
    };
    let card = node.map_or_else(|| Untrusted::from(format!("gpu {gpu}")), |it| it.card.clone());
    Report { pid, device: card.clone(), card, busy, memory, source: GpuSourceKind::Kfd }
}

/// Devices by the number that the driver gives them.
fn nodes(topology: &Path, scene: &Scene) -> HashMap<u32, Node> {
    let names = tree::names(topology);
    let nodes = names.iter().filter_map(|name| {
        let dir = topology.join(str::from_utf8(name).ok()?);
        let gpu = attribute(&dir, "gpu_id").known().and_then(|id| text::whole_number(id))?;
        let properties = attribute(&dir, "properties").known()?.clone();
        // Processors are nodes too, with the number 0.
        (gpu != 0).then(|| (gpu, node(&properties, gpu, scene)))
    });
    nodes.collect()
}

fn node(properties: &[u8], gpu: u32, scene: &Scene) -> Node {
    let of = |key: &[u8]| line(properties, key).and_then(text::number);
    let bus = of(b"location_id ").map(|place| bus(of(b"domain ").unwrap_or(0), place));
    let minor = of(b"drm_render_minor ").unwrap_or(0);
    let file = format!("/dev/dri/renderD{minor}").into_bytes();
    let card = bus.and_then(|bus| scene.at(&bus)).or_else(|| scene.files.get(&file).cloned());
    let lanes = of(b"simd_count ").zip(of(b"simd_per_cu ")).filter(|(_, each)| *each > 0);
    Node {
        card: card.unwrap_or_else(|| Untrusted::from(format!("gpu {gpu}"))),
        units: lanes.map(|(lanes, each)| lanes / each),
    }
}

/// The address that the driver writes as a number: bus, device and function.
pub(super) fn bus(domain: u64, place: u64) -> Untrusted {
    let (bus, device, function) = (place >> 8 & 0xff, place >> 3 & 0x1f, place & 7);
    Untrusted::from(format!("{domain:04x}:{bus:02x}:{device:02x}.{function}"))
}
