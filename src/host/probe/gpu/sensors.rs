//! What the sensors of one device say: power, temperature, clock, and counters that say more a look later.
//!
//! Nothing here is read of a device that sleeps.

use std::path::Path;

use super::attribute::{attribute, count, first, map, scaled};
use super::devices::Stamp;
use crate::domain::facts::{GpuDevice, Reading};
use crate::host::probe::tree;

/// Millionths in one.
const MICRO: f32 = 1e6;
/// Thousandths in one.
const MILLI: f32 = 1e3;

/// Counters of one device; the difference between two looks is what counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counters {
    /// Microjoules that it used.
    energy: Option<u64>,
    /// Milliseconds that each of its parts was in deepest sleep.
    idle: Vec<u64>,
    /// When they were read.
    at_ms: u64,
}

/// Asks the monitors and the parts of `card`, which is `/sys/class/drm/card0`.
pub(super) fn read(card: &Path, device: &mut GpuDevice, stamp: Stamp) -> Counters {
    let own = card.join("device");
    let mut counters = Counters { energy: None, idle: idle(card, &own), at_ms: stamp.now() };
    for name in tree::names(&own.join("hwmon")) {
        let Ok(name) = str::from_utf8(&name) else { continue };
        let monitor = own.join("hwmon").join(name);
        let watts = |names: &[&str]| map(first(&monitor, names), |it| scaled(it, MICRO));
        better(&mut device.power, watts(&["power1_average", "power1_input"]));
        better(&mut device.power_limit, watts(&["power1_cap", "power1_max", "power1_rated_max"]));
        let warm = map(first(&monitor, &["temp1_input", "temp2_input"]), |it| scaled(it, MILLI));
        better(&mut device.temperature, warm);
        better(
            &mut device.clock,
            map(count(&monitor, "freq1_input"), |hertz| whole(hertz / 1_000_000)),
        );
        counters.energy = counters.energy.or(count(&monitor, "energy1_input").known().copied());
    }
    let clocks = [(card, "gt_act_freq_mhz"), (&own, "tile0/gt0/freq0/act_freq")];
    for (dir, name) in clocks {
        better(&mut device.clock, map(count(dir, name), whole));
    }
    counters
}

/// i915 counts the sleep of each part below the card, xe below the device and its tiles.
fn idle(card: &Path, own: &Path) -> Vec<u64> {
    let parts = |dir: &Path, prefix: &[u8]| {
        let names = tree::names(dir).into_iter().filter(|name| name.starts_with(prefix));
        names.filter_map(|name| String::from_utf8(name).ok()).collect::<Vec<_>>()
    };
    let old = parts(&card.join("gt"), b"gt");
    let old = old.iter().map(|gt| card.join("gt").join(gt).join("rc6_residency_ms"));
    let tiles = parts(own, b"tile");
    let new = tiles.iter().flat_map(|tile| {
        let tile = own.join(tile);
        let gts = parts(&tile, b"gt").into_iter();
        gts.map(move |gt| tile.join(gt).join("gtidle/idle_residency_ms"))
    });
    let read = |path: std::path::PathBuf| {
        let value = attribute(path.parent()?, path.file_name()?.to_str()?);
        crate::host::probe::text::number(value.known()?)
    };
    old.chain(new).filter_map(read).collect()
}

impl Counters {
    /// Says what happened since `before`.
    pub(super) fn tell(&self, before: &Self, device: &mut GpuDevice) {
        let elapsed_ms = self.at_ms.saturating_sub(before.at_ms);
        if elapsed_ms == 0 {
            return;
        }
        let since = |now: Option<u64>, then: Option<u64>| now?.checked_sub(then?);
        if let Some(used) = since(self.energy, before.energy) {
            // Microjoules in a millisecond are milliwatts.
            better(&mut device.power, Reading::Known(ratio(used, elapsed_ms) / MILLI));
        }
        let asleep = self.idle.iter().zip(&before.idle);
        let shares = asleep.filter_map(|(now, then)| {
            let share = ratio(now.checked_sub(*then)?, elapsed_ms);
            Some((100.0 * (1.0 - share)).clamp(0.0, 100.0))
        });
        if let Some(most) = shares.reduce(f32::max) {
            device.awake = Reading::Known(most);
        }
    }
}

/// Takes what was read where there was nothing.
pub(super) fn better<T>(known: &mut Reading<T>, read: Reading<T>) {
    if known.known().is_none() && !read.is_unknown() {
        *known = read;
    }
}

fn whole(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "a share for people")]
fn ratio(part: u64, whole: u64) -> f32 {
    part as f32 / whole as f32
}
