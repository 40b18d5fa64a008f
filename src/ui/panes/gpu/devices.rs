//! Graphics processors below the machine: each device, under it who holds it, and which sources told.

use crate::cockpit::Model;
use crate::cockpit::model::Pane;
use crate::domain::base::ProcessId;
use crate::domain::detect::{Rule, Subject};
use crate::domain::facts::{
    Gpu, GpuDevice, GpuHolder, GpuOutcome, GpuSource, GpuUnlisted, Reading, Snapshot,
};
use crate::domain::untrusted::Untrusted;
use crate::ui::panes::gpu::short::ROWS_FOR_LINES;
use crate::ui::panes::gpu::{LABEL, Page, gauge};
use crate::ui::panes::is_full;
use crate::ui::role::Role;
use crate::ui::text::{percent, pid, reading, scroll, size};
use crate::ui::wrap::wrap;
use crate::words::panes::{self as said, Word, word};
use crate::words::{fact, gpu};

/// Cells for the name of a process.
pub(super) const NAME: usize = 18;
/// Fewer cells than this say nothing of a device file.
const FILE: usize = 10;

/// One row.
pub(super) enum Line<'s> {
    /// How busy a device is, and how full.
    Load(&'s GpuDevice),
    /// What it is.
    About(&'s GpuDevice),
    /// Both in one row, where there is no room for two.
    Brief(&'s GpuDevice),
    /// Who holds it.
    Holder(Held<'s>),
    /// Who holds it and is not in the list of processes.
    Unlisted(&'s GpuUnlisted),
    /// Nobody holds any.
    NoHolder,
    /// There is none.
    Summary,
    /// A source that there is more to say of than whether it answered.
    Source(&'s GpuSource),
    /// Sources of which there is no more to say; the sign stands before the first of their rows.
    Sources(&'static str, Role, String),
}

/// One process on one device, whatever files it uses.
pub(super) struct Held<'s> {
    pub(super) process: ProcessId,
    device: &'s Untrusted,
    pub(super) card: &'s Untrusted,
    busy: Reading<f32>,
    memory: Reading<u64>,
}

/// Everything about the GPUs, row by row; `brief` has one row a device.
pub(super) fn lines<'s>(
    model: &Model,
    snapshot: &'s Snapshot,
    cells: usize,
    brief: bool,
) -> Vec<Line<'s>> {
    let gpu = &*snapshot.gpu;
    let mut held = held(&gpu.holders);
    let mut lines = Vec::new();
    for device in &gpu.devices {
        if brief {
            lines.push(Line::Brief(device));
        } else {
            lines.extend([Line::Load(device), Line::About(device)]);
        }
        let on_it = held.extract_if(.., |held| *held.card == device.name);
        lines.extend(on_it.map(Line::Holder));
        let unlisted = gpu.unlisted.iter().filter(|it| it.card == device.name);
        lines.extend(unlisted.map(Line::Unlisted));
    }
    if gpu.devices.is_empty() {
        lines.push(Line::Summary);
    }
    if gpu.holders.is_empty() && !gpu.devices.is_empty() {
        lines.push(Line::NoHolder);
    }
    lines.extend(held.into_iter().map(Line::Holder));
    let elsewhere = |it: &&GpuUnlisted| !gpu.devices.iter().any(|device| device.name == it.card);
    lines.extend(gpu.unlisted.iter().filter(elsewhere).map(Line::Unlisted));
    lines.extend(together(model, gpu, &GpuOutcome::Answered, Word::Answered, cells));
    lines.extend(gpu.sources.iter().filter(|it| !is_plain(&it.outcome)).map(Line::Source));
    lines.extend(together(model, gpu, &GpuOutcome::Absent, Word::AbsentSources, cells));
    lines
}

/// One row for every process and device, the busiest first; files that belong to no device count only for who has
/// no other.
pub(super) fn held(holders: &[GpuHolder]) -> Vec<Held<'_>> {
    let mut all: Vec<Held<'_>> = Vec::new();
    for holder in holders {
        let (process, card) = (holder.process, &holder.card);
        let has_card = |it: &GpuHolder| it.process == process && !it.card.is_empty();
        if card.is_empty() && holders.iter().any(has_card) {
            continue;
        }
        let known = all.iter_mut().find(|held| held.process == process && held.card == card);
        if let Some(held) = known {
            held.busy = sum(held.busy, holder.busy, |a, b| (a + b).min(100.0));
            held.memory = sum(held.memory, holder.memory, u64::saturating_add);
            continue;
        }
        let (busy, memory, device) = (holder.busy, holder.memory, &holder.device);
        all.push(Held { process, device, card, busy, memory });
    }
    let share = |held: &Held<'_>| held.busy.known().copied().unwrap_or(-1.0);
    let memory = |held: &Held<'_>| held.memory.known().copied();
    all.sort_by(|one, other| {
        share(other).total_cmp(&share(one)).then_with(|| memory(other).cmp(&memory(one)))
    });
    all
}

fn sum<T: Copy>(one: Reading<T>, other: Reading<T>, add: impl FnOnce(T, T) -> T) -> Reading<T> {
    match (one.known(), other.known()) {
        (Some(a), Some(b)) => Reading::Known(add(*a, *b)),
        (Some(_), None) => one,
        (None, Some(_)) => other,
        (None, None) => {
            if one.is_unknown() {
                other
            } else {
                one
            }
        }
    }
}

/// Sources of which there is no more to say than that; beside other panes it is cut where the pane ends.
fn together<'s>(
    model: &Model,
    gpu: &Gpu,
    of: &GpuOutcome,
    what: Word,
    cells: usize,
) -> Vec<Line<'s>> {
    let language = model.language;
    let same = gpu.sources.iter().filter(|it| it.outcome == *of);
    let names: Vec<&str> = same.map(|it| fact::gpu_source(language, it.kind)).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let text = format!("{}: {}", word(language, what), names.join(", "));
    let cells = cells.saturating_sub(LABEL + 2);
    let parts = wrap(&text, if is_full(model, Pane::Gpu) { cells } else { usize::MAX });
    let (sign, role) = outcome(of);
    let rows = parts.into_iter().enumerate();
    rows.map(|(at, part)| Line::Sources(if at == 0 { sign } else { " " }, role, part)).collect()
}

/// There is nothing to add to what came of asking.
const fn is_plain(outcome: &GpuOutcome) -> bool {
    matches!(outcome, GpuOutcome::Answered | GpuOutcome::Absent)
}

/// The sign of what came of asking, and how grave it is.
pub(super) const fn outcome(outcome: &GpuOutcome) -> (&'static str, Role) {
    match outcome {
        GpuOutcome::Answered => ("+", Role::Ok),
        GpuOutcome::Absent => ("-", Role::Dim),
        GpuOutcome::NotAllowed(_) => ("?", Role::Warn),
        GpuOutcome::Waiting => (".", Role::Dim),
        GpuOutcome::Late | GpuOutcome::Failed(_) => ("!", Role::Crit),
    }
}

impl Page<'_> {
    /// As many rows as there is room for, from where the cursor is; what does not fit is counted.
    pub(super) fn devices(&mut self, snapshot: &Snapshot, lines: &[Line<'_>]) {
        let room = usize::from(self.area.height).saturating_sub(self.line);
        let cut = lines.len() > room;
        if cut && room <= ROWS_FOR_LINES && self.model.panes.gpu.line == 0 {
            return self.in_short(snapshot, lines.len(), room);
        }
        let height = if cut { room.saturating_sub(1) } else { room };
        let first = scroll(self.model.panes.gpu.line, lines.len(), height);
        for line in lines.iter().skip(first).take(height) {
            self.gpu_row(snapshot, line);
        }
        if cut {
            let text = said::more(self.model.language, lines.len() - height);
            let mut row = self.row();
            row.skip(LABEL);
            row.say(Role::Cut, &text);
        }
    }

    fn gpu_row(&mut self, snapshot: &Snapshot, line: &Line<'_>) {
        match line {
            Line::Load(device) => self.load(device),
            Line::About(device) => self.about(device),
            Line::Brief(device) => self.brief(device),
            Line::Holder(held) => self.holder(snapshot, held),
            Line::Unlisted(unlisted) => {
                // Where not all can be seen, this is what one expects.
                let blind = snapshot.blindness().is_some();
                self.unlisted(if blind { Role::Unknown } else { Role::Crit }, unlisted);
            }
            Line::NoHolder => self.note(Role::Dim, Word::NoHolder),
            Line::Summary => self.gpu_line(snapshot),
            Line::Source(source) => self.source(source),
            Line::Sources(sign, role, text) => {
                let mut row = self.row();
                row.skip(LABEL);
                row.say(*role, sign);
                row.skip(1);
                row.say(Role::Dim, text);
            }
        }
    }

    fn note(&mut self, role: Role, what: Word) {
        let text = self.say(what);
        let mut row = self.row();
        row.skip(LABEL);
        row.say(role, text);
    }

    fn load(&mut self, device: &GpuDevice) {
        let language = self.model.language;
        let tail = figures(device);
        let mut row = self.row();
        if let Some(busy) = device.busy.known() {
            return gauge(&mut row, "gpu", busy / 100.0, &percent(*busy), &tail);
        }
        let (value, role) = reading(&device.busy, |it| percent(*it));
        row.left(Role::Dim, "gpu", LABEL);
        row.right(role, &value, 4);
        row.skip(1);
        let why = match device.busy {
            Reading::Blocked => fact::not_read(language, &device.busy),
            Reading::Known(_) | Reading::Denied | Reading::Unknown => gpu::no_load(language),
        };
        row.say(Role::Dim, why);
        row.say(Role::Text, &tail);
    }

    fn about(&mut self, device: &GpuDevice) {
        let language = self.model.language;
        let live = &self.model.live;
        let since = live.watch.device(&device.name, self.model.now, &live.indicators);
        let mut row = self.row();
        row.skip(LABEL);
        row.pieces(Role::Untrusted, &device.name, 10);
        row.skip(2);
        if let Some(since) = since {
            row.pieces(Role::Warn, &since.value, 24);
            row.skip(2);
        }
        if let Some(model) = &device.model {
            row.pieces(Role::Untrusted, model, 32);
            row.skip(2);
        }
        for figure in sensors(device) {
            row.say(Role::Text, &figure);
            row.skip(2);
        }
        if let Some(awake) = device.awake.known() {
            row.say(Role::of_level(awake / 100.0), &gpu::awake(language, &percent(*awake)));
            row.skip(2);
        }
        row.say(Role::Dim, fact::gpu_source(language, device.source));
    }

    fn brief(&mut self, device: &GpuDevice) {
        let (value, role) = reading(&device.busy, |it| percent(*it));
        let role = device.busy.known().map_or(role, |it| Role::of_level(it / 100.0));
        let mut row = self.row();
        row.left(Role::Dim, "gpu", LABEL);
        row.right(role, &value, 4);
        row.skip(1);
        row.pieces(Role::Untrusted, &device.name, 10);
        row.say(Role::Text, &figures(device));
        for figure in sensors(device) {
            row.skip(1);
            row.say(Role::Text, &figure);
        }
    }

    fn holder(&mut self, snapshot: &Snapshot, held: &Held<'_>) {
        let finding = self.model.live.findings.get(&Subject::Process(held.process));
        let mut reasons = finding.iter().flat_map(|finding| &finding.reasons);
        let since = reasons.find(|it| matches!(it.rule, Rule::SustainedGpu | Rule::HighGpu));
        let mut row = self.row();
        row.skip(LABEL);
        row.say(Role::Text, &pid(held.process.pid));
        row.skip(1);
        let name = NAME.min(row.room() / 3);
        match snapshot.process(held.process) {
            Some(process) => row.theirs(Role::Untrusted, &process.comm, name),
            None => row.left(Role::Unknown, "?", name),
        }
        row.skip(1);
        let (busy, role) = reading(&held.busy, |it| percent(*it));
        let role = held.busy.known().map_or(role, |it| Role::of_level(it / 100.0));
        row.right(role, &busy, 4);
        let (memory, role) = reading(&held.memory, |it| size(*it));
        row.right(role, &memory, 6);
        row.skip(2);
        if let Some(since) = since {
            row.pieces(Role::Warn, &since.value, 24);
            row.skip(2);
        }
        if row.room() >= FILE {
            let file = held.device.bytes();
            let name = Untrusted::new(file.strip_prefix(b"/dev/").unwrap_or(file));
            row.pieces(Role::Dim, &name, 24);
        }
    }

    fn unlisted(&mut self, role: Role, unlisted: &GpuUnlisted) {
        let text = gpu::unlisted(self.model.language);
        let mut row = self.row();
        row.skip(LABEL.saturating_sub(2));
        row.left(role, "!", 2);
        row.say(role, &pid(unlisted.pid));
        row.skip(1);
        row.say(role, text);
        row.skip(1);
        if let Some(busy) = unlisted.busy.known() {
            row.right(Role::of_level(busy / 100.0), &percent(*busy), 4);
        }
        let (memory, role) = reading(&unlisted.memory, |it| size(*it));
        row.right(role, &memory, 6);
        row.skip(2);
        row.pieces(Role::Dim, &unlisted.card, 24);
    }

    fn source(&mut self, source: &GpuSource) {
        let language = self.model.language;
        let (sign, role) = outcome(&source.outcome);
        let waits = matches!(source.outcome, GpuOutcome::NotAllowed(_));
        let hint = self.say(Word::Waits);
        let mut row = self.row();
        row.skip(LABEL);
        row.say(role, sign);
        row.skip(1);
        row.say(Role::Text, fact::gpu_source(language, source.kind));
        row.skip(1);
        if waits {
            row.say(role, hint);
        } else {
            row.phrase(Role::Dim, &fact::gpu_outcome(language, &source.outcome));
        }
    }
}

/// ` 3.0G/8.0G`.
pub(super) fn figures(device: &GpuDevice) -> String {
    let [used, total] =
        [&device.memory_used, &device.memory_total].map(|it| reading(it, |it| size(*it)).0);
    format!(" {used}/{total}")
}

/// What its sensors say; those that it does not have are left out.
pub(super) fn sensors(device: &GpuDevice) -> impl Iterator<Item = String> {
    let known = |reading: &Reading<f32>| reading.known().copied();
    let power = known(&device.power).map(|watts| match known(&device.power_limit) {
        Some(limit) => format!("{watts:.0}/{limit:.0}W"),
        None => format!("{watts:.0}W"),
    });
    let warm = known(&device.temperature).map(|it| format!("{it:.0}C"));
    let clock = device.clock.known().map(|it| format!("{it}MHz"));
    warm.into_iter().chain(power).chain(clock)
}
