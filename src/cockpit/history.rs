//! CPU over time, for the small graphs: what the last snapshots showed.

use std::collections::{HashMap, VecDeque};

use crate::domain::base::ProcessId;
use crate::domain::facts::Snapshot;

/// Snapshots that one column of a graph stands for. A graph that moves every second costs more on a slow line than
/// all else on the screen, and shows less of the past.
pub const STEP: u64 = 5;
/// Columns kept for the whole machine.
pub const LENGTH: usize = 600;
/// Columns kept for one process.
const PROCESS_LENGTH: usize = 60;
/// A process that stayed below this percent for all of its samples is forgotten.
const QUIET: f32 = 0.5;

/// CPU over time.
#[derive(Debug, Default)]
pub struct History {
    total: VecDeque<f32>,
    processes: HashMap<ProcessId, Track>,
    seen: u64,
}

#[derive(Debug, Default)]
struct Track {
    samples: VecDeque<f32>,
    smooth: f32,
    last: u64,
}

impl History {
    /// Takes in one snapshot.
    pub fn push(&mut self, snapshot: &Snapshot) {
        let place = self.seen % STEP;
        self.seen += 1;
        keep(&mut self.total, snapshot.host.cpu, place, LENGTH);
        for process in &snapshot.processes {
            let idle = process.cpu < QUIET;
            if idle && !self.processes.contains_key(&process.id) {
                continue;
            }
            let track = self.processes.entry(process.id).or_default();
            let fresh = track.samples.is_empty();
            keep(&mut track.samples, process.cpu, place, PROCESS_LENGTH);
            track.smooth = if fresh { process.cpu } else { track.smooth * 0.6 + process.cpu * 0.4 };
            track.last = self.seen;
        }
        let seen = self.seen;
        self.processes.retain(|_, track| {
            track.last == seen
                && (track.smooth >= 0.05 || track.samples.iter().any(|it| *it >= QUIET))
        });
    }

    /// Busy percent of the machine, oldest first.
    #[must_use]
    pub const fn total(&self) -> &VecDeque<f32> {
        &self.total
    }

    /// Percent of one CPU, oldest first; `None` for a process that has been quiet.
    #[must_use]
    pub fn process(&self, id: ProcessId) -> Option<&VecDeque<f32>> {
        self.processes.get(&id).map(|track| &track.samples)
    }

    /// CPU percent with the last seconds weighed in: an order by it does not jump about.
    #[must_use]
    pub fn smooth(&self, id: ProcessId) -> f32 {
        self.processes.get(&id).map_or(0.0, |track| track.smooth)
    }
}

/// Adds the sample at `place` of a column: the first of a column begins it, the others are averaged in.
#[expect(clippy::cast_precision_loss, reason = "a column has few samples")]
fn keep(samples: &mut VecDeque<f32>, sample: f32, place: u64, length: usize) {
    if let (1.., Some(last)) = (place, samples.back_mut()) {
        *last += (sample - *last) / (place + 1) as f32;
        return;
    }
    if samples.len() == length {
        samples.pop_front();
    }
    samples.push_back(sample);
}
