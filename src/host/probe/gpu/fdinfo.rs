//! The `drm-*` lines of `/proc/PID/fdinfo/FD`: what one client used of a graphics processor. Pure.
//!
//! Invariant: total. Lines that are not understood are left out.

use std::collections::BTreeMap;

use crate::host::probe::text;

/// What one client of a driver used so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::host::probe) struct Client {
    /// Address on the bus.
    pub(in crate::host::probe) device: Vec<u8>,
    /// The driver's number of the client; descriptors that were copied share it.
    pub(in crate::host::probe) id: Option<u64>,
    /// Engines by name.
    engines: BTreeMap<Vec<u8>, Engine>,
    /// Bytes by region and by kind of count.
    memory: BTreeMap<Vec<u8>, Region>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Engine {
    nanoseconds: Option<u64>,
    cycles: Option<u64>,
    total_cycles: Option<u64>,
    capacity: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Region {
    resident: Option<u64>,
    memory: Option<u64>,
    total: Option<u64>,
}

impl Client {
    /// Reads an fdinfo; `None` if no DRM driver wrote it.
    pub(in crate::host::probe) fn parse(fdinfo: &[u8]) -> Option<Self> {
        let (mut client, mut is_drm) = (Self::default(), false);
        for line in fdinfo.split(|byte| *byte == b'\n') {
            let Some(line) = line.strip_prefix(b"drm-") else { continue };
            let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
            let (key, value) = line.split_at(colon);
            let mut words = text::words(value.get(1..).unwrap_or_default());
            let (first, unit) = (words.next().unwrap_or_default(), words.next());
            is_drm |= key == b"driver";
            if key == b"pdev" {
                client.device = first.to_vec();
            } else if let Some(value) = text::number(first) {
                client.count(key, value, unit);
            }
        }
        is_drm.then_some(client)
    }

    fn count(&mut self, key: &[u8], value: u64, unit: Option<&[u8]>) {
        let bytes = || value.checked_mul(scale(unit)?);
        if key == b"client-id" {
            self.id = Some(value);
        } else if let Some(name) = key.strip_prefix(b"engine-capacity-") {
            self.engine(name).capacity = Some(value);
        } else if let Some(name) = key.strip_prefix(b"engine-") {
            self.engine(name).nanoseconds = Some(value);
        } else if let Some(name) = key.strip_prefix(b"total-cycles-") {
            self.engine(name).total_cycles = Some(value);
        } else if let Some(name) = key.strip_prefix(b"cycles-") {
            self.engine(name).cycles = Some(value);
        } else if let Some(name) = key.strip_prefix(b"resident-") {
            self.region(name).resident = bytes();
        } else if let Some(name) = key.strip_prefix(b"memory-") {
            self.region(name).memory = bytes();
        } else if let Some(name) = key.strip_prefix(b"total-") {
            self.region(name).total = bytes();
        }
    }

    fn engine(&mut self, name: &[u8]) -> &mut Engine {
        self.engines.entry(name.to_vec()).or_default()
    }

    fn region(&mut self, name: &[u8]) -> &mut Region {
        self.memory.entry(name.to_vec()).or_default()
    }

    /// Percent of its busiest engine since `before`, `elapsed_ms` ago.
    pub(in crate::host::probe) fn busy(&self, before: &Self, elapsed_ms: u64) -> Option<f32> {
        let of = |(name, now): (&Vec<u8>, &Engine)| now.busy(before.engines.get(name)?, elapsed_ms);
        self.engines.iter().filter_map(of).reduce(f32::max)
    }

    /// Bytes in the device's own memory; where there is none, bytes in any.
    pub(in crate::host::probe) fn bytes(&self) -> Option<u64> {
        let own = |name: &[u8]| name.starts_with(b"vram") || name.starts_with(b"local");
        let has_own = self.memory.keys().any(|name| own(name));
        let counted = self.memory.iter().filter(|(name, _)| !has_own || own(name));
        let of = |(_, region): (_, &Region)| region.resident.or(region.memory).or(region.total);
        counted.filter_map(of).reduce(u64::saturating_add)
    }
}

impl Engine {
    fn busy(&self, before: &Self, elapsed_ms: u64) -> Option<f32> {
        let since = |now: Option<u64>, before: Option<u64>| now?.checked_sub(before?);
        let capacity = self.capacity.unwrap_or(1).max(1);
        if let Some(spent) = since(self.nanoseconds, before.nanoseconds) {
            let all = elapsed_ms.saturating_mul(1_000_000).saturating_mul(capacity);
            return share(spent, all);
        }
        let all = since(self.total_cycles, before.total_cycles)?.saturating_mul(capacity);
        share(since(self.cycles, before.cycles)?, all)
    }
}

/// Percent, at most a hundred; of nothing there is no share.
#[expect(clippy::cast_precision_loss, reason = "a percentage for people")]
pub(super) fn share(part: u64, whole: u64) -> Option<f32> {
    (whole > 0).then(|| (part as f32 / whole as f32 * 100.0).min(100.0))
}

fn scale(unit: Option<&[u8]>) -> Option<u64> {
    match unit {
        None => Some(1),
        Some(b"KiB") => Some(1 << 10),
        Some(b"MiB") => Some(1 << 20),
        Some(_) => None,
    }
}
