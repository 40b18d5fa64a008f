//! Devices as the kernel describes them: `/sys/class/drm`, and `/proc/driver/nvidia`.
//!
//! A device that sleeps is not woken: reading its sensors would do that, and take its time.

use std::path::{Path, PathBuf};

use crate::domain::facts::{GpuDevice, GpuSourceKind, Reading};
use crate::domain::untrusted::Untrusted;
use crate::host::probe::commands::refusal;
use crate::host::probe::{text, tree};

/// No attribute is longer.
const MOST: usize = 4096;
/// Vendor of devices that its own driver describes better.
const NVIDIA: &[u8] = b"0x10de";

/// Every device below these directories.
pub(super) fn read(sys: &Path, proc: &Path) -> Vec<GpuDevice> {
    let nvidia: Vec<_> = nvidia(&proc.join("driver/nvidia/gpus")).collect();
    let cards = tree::names(&sys.join("class/drm")).into_iter().filter_map(|name| {
        let number = name.strip_prefix(b"card").and_then(text::whole_number)?;
        let card = sys.join(format!("class/drm/card{number}/device"));
        let vendor = attribute(&card, "vendor").known().cloned();
        let twice = !nvidia.is_empty() && vendor.as_deref() == Some(NVIDIA);
        (!twice).then(|| device(number, &card))
    });
    let cards: Vec<_> = cards.collect();
    cards.into_iter().chain(nvidia).collect()
}

fn device(number: u32, card: &Path) -> GpuDevice {
    let asleep = attribute(card, "power/runtime_status").known().is_some_and(|s| s == b"suspended");
    let number_of = |name: &str| if asleep { Reading::Unknown } else { count(card, name) };
    GpuDevice {
        name: Untrusted::new(format!("card{number}")),
        model: model(card),
        busy: map(number_of("gpu_busy_percent"), percent),
        memory_used: number_of("mem_info_vram_used"),
        memory_total: number_of("mem_info_vram_total"),
        temperature: if asleep { Reading::Unknown } else { temperature(card) },
        source: GpuSourceKind::Sysfs,
    }
}

fn model(card: &Path) -> Option<Untrusted> {
    let known = |name| attribute(card, name).known().cloned().filter(|value| !value.is_empty());
    let id = |name| known(name).map(|id| id.strip_prefix(b"0x").unwrap_or(&id).to_vec());
    known("product_name").map(Untrusted::new).or_else(|| {
        let maker = match id("vendor")?.as_slice() {
            b"1002" => b"AMD ".to_vec(),
            b"8086" => b"Intel ".to_vec(),
            b"10de" => b"NVIDIA ".to_vec(),
            other => [other, b":"].concat(),
        };
        Some(Untrusted::new([maker, id("device")?].concat()))
    })
}

fn temperature(card: &Path) -> Reading<f32> {
    let monitors = tree::names(&card.join("hwmon"));
    let paths = monitors.iter().filter_map(|name| str::from_utf8(name).ok());
    let mut readings = paths.map(|name| count(&card.join("hwmon").join(name), "temp1_input"));
    let first = readings.find(|reading| reading.known().is_some()).unwrap_or_default();
    map(first, |thousandths| percent(thousandths) / 1000.0)
}

fn nvidia(gpus: &Path) -> impl Iterator<Item = GpuDevice> {
    let paths: Vec<PathBuf> = tree::names(gpus)
        .iter()
        .filter_map(|name| Some(gpus.join(str::from_utf8(name).ok()?).join("information")))
        .collect();
    paths.into_iter().filter_map(|path| information(&tree::small_file(&path, MOST).ok()?))
}

/// Reads `/proc/driver/nvidia/gpus/*/information`.
pub(in crate::host::probe) fn information(file: &[u8]) -> Option<GpuDevice> {
    let value = |key: &[u8]| {
        let mut lines = file.split(|byte| *byte == b'\n');
        lines.find_map(|line| Some(line.strip_prefix(key)?.trim_ascii()))
    };
    let minor = value(b"Device Minor:").and_then(text::whole_number)?;
    Some(GpuDevice {
        name: Untrusted::new(format!("nvidia{minor}")),
        model: value(b"Model:").map(Untrusted::new),
        busy: Reading::Unknown,
        memory_used: Reading::Unknown,
        memory_total: Reading::Unknown,
        temperature: Reading::Unknown,
        source: GpuSourceKind::NvidiaProc,
    })
}

fn attribute(dir: &Path, name: &str) -> Reading<Vec<u8>> {
    match tree::small_file(&dir.join(name), MOST) {
        Ok(value) => Reading::Known(value.trim_ascii().to_vec()),
        Err(error) => refusal(error),
    }
}

fn count(dir: &Path, name: &str) -> Reading<u64> {
    match attribute(dir, name) {
        Reading::Known(value) => text::number(&value).map_or(Reading::Unknown, Reading::Known),
        Reading::Denied => Reading::Denied,
        Reading::Blocked => Reading::Blocked,
        Reading::Unknown => Reading::Unknown,
    }
}

fn map<A, B>(reading: Reading<A>, change: impl FnOnce(A) -> B) -> Reading<B> {
    match reading {
        Reading::Known(value) => Reading::Known(change(value)),
        Reading::Denied => Reading::Denied,
        Reading::Blocked => Reading::Blocked,
        Reading::Unknown => Reading::Unknown,
    }
}

#[expect(clippy::cast_precision_loss, reason = "percent and thousandths of a degree are small")]
const fn percent(value: u64) -> f32 {
    value as f32
}
