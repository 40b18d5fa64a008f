//! Graphics processors where there is no room for a row each: the busiest one, and who uses it.

use crate::domain::facts::{Gpu, GpuDevice, GpuOutcome, Snapshot};
use crate::ui::panes::gpu::devices::{NAME, figures, held, outcome, sensors};
use crate::ui::panes::gpu::{LABEL, Page};
use crate::ui::role::Role;
use crate::ui::text::{percent, reading, width};
use crate::words::fact;
use crate::words::panes::{self as said, Word};

/// Fewer cells than this say too little of a name.
const SHORT_NAME: usize = 8;
/// With so few rows, devices and who uses them share one.
pub(super) const ROWS_FOR_LINES: usize = 2;

impl Page<'_> {
    /// The busiest device and who uses it, and if there is another row its figures and how much is not shown.
    pub(super) fn in_short(&mut self, snapshot: &Snapshot, lines: usize, room: usize) {
        self.gpu_line(snapshot);
        if room < ROWS_FOR_LINES {
            return;
        }
        // A device and its user are in the first row.
        let more = said::more(self.model.language, lines.saturating_sub(2));
        let device = busiest(&snapshot.gpu).cloned();
        let mut row = self.row();
        row.skip(LABEL);
        let cells = width(&more);
        if let Some(device) = device {
            let mut all = figures(&device).trim_start().to_owned();
            for figure in sensors(&device) {
                all.push(' ');
                all.push_str(&figure);
            }
            let room = row.room().saturating_sub(cells + 1);
            row.left(Role::Text, &all, room);
            row.skip(1);
        }
        row.say(Role::Cut, &more);
    }

    /// The most important thing about the GPUs, in one row.
    pub(super) fn gpu_line(&mut self, snapshot: &Snapshot) {
        let gpu = &*snapshot.gpu;
        let Some(device) = busiest(gpu) else { return self.no_device(gpu) };
        let (value, role) = reading(&device.busy, |it| percent(*it));
        let role = device.busy.known().map_or(role, |it| Role::of_level(it / 100.0));
        let held = held(&gpu.holders);
        let mut row = self.row();
        row.left(Role::Dim, "gpu", LABEL);
        row.right(role, &value, 4);
        row.skip(1);
        row.pieces(Role::Untrusted, &device.name, 10);
        if !gpu.unlisted.is_empty() {
            row.say(Role::Crit, &format!(" !{}", gpu.unlisted.len()));
        }
        let first = held.iter().find(|it| *it.card == device.name).or_else(|| held.first());
        let Some(first) = first else { return };
        let more = if held.len() > 1 { format!(" +{}", held.len() - 1) } else { String::new() };
        let (number, cells) = (format!(" {} ", first.process.pid), width(&more));
        // The name says more than the number.
        if row.room() >= width(&number) + SHORT_NAME + cells {
            row.say(Role::Text, &number);
        } else {
            row.skip(1);
        }
        if let Some(process) = snapshot.process(first.process) {
            let room = row.room().saturating_sub(cells).min(NAME);
            row.pieces(Role::Untrusted, &process.comm, room);
        }
        row.say(Role::Dim, &more);
    }

    /// Why there is no figure. Who hangs, waits to be allowed or has not answered may have devices that nobody sees.
    fn no_device(&mut self, gpu: &Gpu) {
        let of = |is: fn(&GpuOutcome) -> bool| gpu.sources.iter().find(|it| is(&it.outcome));
        let late = of(|it| matches!(it, GpuOutcome::Late));
        let shut = of(|it| matches!(it, GpuOutcome::NotAllowed(_)));
        let waiting = of(|it| matches!(it, GpuOutcome::Waiting));
        let Some(source) = late.or(shut).or(waiting) else {
            let unasked = (Role::Unknown, self.say(Word::NotAsked));
            let none = (Role::Dim, self.say(Word::NoDevice));
            let (role, text) = if gpu.sources.is_empty() { unasked } else { none };
            let mut row = self.row();
            row.left(Role::Dim, "gpu", LABEL);
            return row.say(role, text);
        };
        let (language, hint) = (self.model.language, self.say(Word::Waits));
        let mut row = self.row();
        row.left(Role::Dim, "gpu", LABEL);
        let (_, role) = outcome(&source.outcome);
        row.say(role, fact::gpu_source(language, source.kind));
        row.skip(1);
        if matches!(source.outcome, GpuOutcome::NotAllowed(_)) {
            row.say(role, hint);
        } else {
            row.phrase(role, &fact::gpu_outcome(language, &source.outcome));
        }
    }
}

/// The device that is busiest.
fn busiest(gpu: &Gpu) -> Option<&GpuDevice> {
    let busy = |it: &&GpuDevice| it.busy.known().copied().unwrap_or(-1.0);
    gpu.devices.iter().max_by(|one, other| busy(one).total_cmp(&busy(other)))
}
