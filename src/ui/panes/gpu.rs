//! The machine as a whole and its graphics processors; says which source told, and which did not.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::cockpit::model::Pane;
use crate::domain::facts::{Gpu, GpuDevice, GpuHolder, GpuOutcome, Host, Snapshot};
use crate::ui::graph::{self, Samples, graph_line};
use crate::ui::panes::row::Row;
use crate::ui::panes::{Title, condition, framed, is_full, say_empty};
use crate::ui::role::Role;
use crate::ui::text::{percent, reading, size};
use crate::ui::theme::Theme;
use crate::ui::wrap::wrap;
use crate::words::fact;
use crate::words::panes::{Word, word};

/// From this many rows on, the CPU has a graph of several rows and each core its own bar.
const ROWS_FOR_CORES: usize = 7;
/// From this many rows on, a graph says what its height stands for.
const ROWS_FOR_SCALE: usize = 4;
/// Cells of one core: its number, a bar, its percent.
const CORE: usize = 22;
/// Cells of a label.
const LABEL: usize = 5;

pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let inside = framed(Pane::Gpu, model, theme, title(model), area, buf);
    let Some(snapshot) = &model.live.snapshot else {
        return say_empty(model, theme, Word::Waiting, inside, buf);
    };
    let mut page = Page { model, theme, area: inside, line: 0, buf };
    let height = usize::from(inside.height);
    page.cpu(&snapshot.host);
    if height < ROWS_FOR_CORES {
        page.memory(&snapshot.host);
        if height > 3 {
            page.history(1);
        }
        page.gpu_line(&snapshot.gpu);
        return;
    }
    let below = rows_below(&snapshot.gpu);
    let cores = page.core_rows(snapshot.host.cpus.len()).min(height / 4);
    let graph = height.saturating_sub(1 + cores + 2 + below).clamp(1, height / 2);
    page.history(graph);
    page.cores(&snapshot.host.cpus, cores);
    page.memory(&snapshot.host);
    page.swap(&snapshot.host);
    page.gpu(snapshot);
}

fn title(model: &Model) -> Title {
    let mut title = Title::new();
    if let Some(snapshot) = &model.live.snapshot {
        let cpu = snapshot.host.cpu;
        title.push((Role::of_level(cpu / 100.0), format!("CPU {}", percent(cpu))));
    }
    title.extend(condition(model));
    title
}

struct Page<'a> {
    model: &'a Model,
    theme: &'a Theme,
    area: Rect,
    line: usize,
    buf: &'a mut Buffer,
}

impl Page<'_> {
    fn row(&mut self) -> Row<'_> {
        let line = self.line;
        self.line += 1;
        Row::new(self.theme, self.model.glyphs, self.area, line, self.buf)
    }

    fn say(&self, what: Word) -> &'static str {
        word(self.model.language, what)
    }

    fn cpu(&mut self, host: &Host) {
        let [one, five, fifteen] = host.load;
        let (load, cores) = (self.say(Word::Load), self.say(Word::Cores));
        let mut row = self.row();
        let tail = if row.room() < 44 {
            format!(" {load} {one:.1}/{}", host.cpus.len())
        } else {
            format!(" {load} {one:.1} {five:.1} {fifteen:.1}  {} {cores}", host.cpus.len())
        };
        gauge(&mut row, "cpu", host.cpu / 100.0, &percent(host.cpu), &tail);
    }

    fn memory(&mut self, host: &Host) {
        let tail = format!(" {}/{}", size(host.memory_used), size(host.memory_total));
        let share = share(host.memory_used, host.memory_total);
        let mut row = self.row();
        gauge(&mut row, "mem", share, &share_text(share, host.memory_total), &tail);
    }

    fn swap(&mut self, host: &Host) {
        if host.swap_total == 0 {
            let none = self.say(Word::NoneYet);
            let mut row = self.row();
            row.left(Role::Dim, "swap", LABEL);
            return row.right(Role::Dim, none, 4);
        }
        let tail = format!(" {}/{}", size(host.swap_used), size(host.swap_total));
        let share = share(host.swap_used, host.swap_total);
        let mut row = self.row();
        gauge(&mut row, "swap", share, &share_text(share, host.swap_total), &tail);
    }

    /// CPU of the whole machine over time, `rows` high.
    fn history(&mut self, rows: usize) {
        let samples = Samples::of(self.model.live.history.total(), 100.0);
        if rows == 1 {
            let (theme, glyphs) = (self.theme, self.model.glyphs);
            let mut row = self.row();
            row.left(Role::Dim, "hist", LABEL);
            for span in graph_line(theme, &samples, row.room(), glyphs) {
                row.styled(span.style, &span.content);
            }
            return;
        }
        let height = u16::try_from(rows).unwrap_or(u16::MAX);
        let top = u16::try_from(self.line).unwrap_or(u16::MAX);
        let left = self.area.height.saturating_sub(top);
        let mut area = Rect { y: self.area.y + top, height: height.min(left), ..self.area };
        if rows >= ROWS_FOR_SCALE {
            area = self.scale(area, rows);
        }
        graph::draw(self.theme, &samples, self.model.glyphs, area, self.buf);
        self.line += rows;
    }

    /// What the height of a graph stands for, at its left; gives the rest of its area.
    fn scale(&mut self, area: Rect, rows: usize) -> Rect {
        for (line, share) in [(0, "100"), (rows / 2, "50"), (rows - 1, "0")] {
            let mut row = Row::new(self.theme, self.model.glyphs, area, line, self.buf);
            row.right(Role::Dim, share, LABEL - 1);
        }
        let label = u16::try_from(LABEL).unwrap_or(u16::MAX).min(area.width);
        Rect { x: area.x + label, width: area.width - label, ..area }
    }

    /// As few columns as fill the rows that as many as fit would take.
    fn core_columns(&self, cores: usize) -> usize {
        let most = (usize::from(self.area.width) / CORE).clamp(1, cores.max(1));
        cores.div_ceil(cores.div_ceil(most).max(1)).max(1)
    }

    fn core_rows(&self, cores: usize) -> usize {
        cores.div_ceil(self.core_columns(cores))
    }

    fn cores(&mut self, cpus: &[f32], rows: usize) {
        let columns = self.core_columns(cpus.len());
        let cells = usize::from(self.area.width) / columns;
        for line in 0..rows {
            let mut row = self.row();
            // Numbers run down the columns, as people read them.
            for at in (0..columns).map(|column| column * rows + line) {
                let Some(busy) = cpus.get(at) else { continue };
                let mut core = row.split_left(cells.saturating_sub(1));
                gauge(&mut core, &at.to_string(), busy / 100.0, &percent(*busy), "");
                row.skip(1);
            }
        }
    }

    /// The most important thing about the GPUs, in one line.
    fn gpu_line(&mut self, gpu: &Gpu) {
        let summary = self.summary(gpu);
        let mut row = self.row();
        row.left(Role::Dim, "gpu", LABEL);
        row.say(summary.0, &summary.1);
    }

    fn summary(&self, gpu: &Gpu) -> (Role, String) {
        let busy = |it: &&GpuDevice| it.busy.known().copied().unwrap_or(-1.0);
        let busiest = gpu.devices.iter().max_by(|one, other| busy(one).total_cmp(&busy(other)));
        if let Some(device) = busiest {
            let (value, _) = reading(&device.busy, |it| percent(*it));
            let role = device.busy.known().map_or(Role::Unknown, |it| Role::of_level(it / 100.0));
            let holders = gpu.holders.len();
            let held = self.say(Word::HeldBy);
            return (role, format!("{value} {}  {held} {holders}", device.name.plain(12)));
        }
        if gpu.sources.iter().any(|it| matches!(it.outcome, GpuOutcome::NotAllowed(_))) {
            return (Role::Warn, format!("nvidia-smi {}", self.say(Word::Waits)));
        }
        if gpu.sources.is_empty() {
            return (Role::Unknown, self.say(Word::NotAsked).to_owned());
        }
        (Role::Dim, self.say(Word::NoDevice).to_owned())
    }

    fn gpu(&mut self, snapshot: &Snapshot) {
        let gpu = &snapshot.gpu;
        for device in &gpu.devices {
            self.device(device);
        }
        if gpu.devices.is_empty() {
            self.gpu_line(gpu);
        }
        for holder in &gpu.holders {
            self.holder(snapshot, holder);
        }
        if gpu.holders.is_empty() && !gpu.devices.is_empty() {
            let text = self.say(Word::NoHolder);
            let mut row = self.row();
            row.skip(LABEL);
            row.say(Role::Dim, text);
        }
        self.together(gpu, &GpuOutcome::Answered, Word::Answered);
        for source in gpu.sources.iter().filter(|it| !is_plain(&it.outcome)) {
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
        self.together(gpu, &GpuOutcome::Absent, Word::AbsentSources);
    }

    /// Sources of which there is no more to say than that, in one row; beside other panes it is cut where the
    /// pane ends.
    fn together(&mut self, gpu: &Gpu, of: &GpuOutcome, what: Word) {
        let language = self.model.language;
        let same = gpu.sources.iter().filter(|it| it.outcome == *of);
        let names: Vec<&str> = same.map(|it| fact::gpu_source(language, it.kind)).collect();
        if names.is_empty() {
            return;
        }
        let text = format!("{}: {}", self.say(what), names.join(", "));
        let full = is_full(self.model, Pane::Gpu);
        let cells = usize::from(self.area.width).saturating_sub(LABEL + 2);
        let (sign, role) = outcome(of);
        for (at, part) in wrap(&text, if full { cells } else { usize::MAX }).iter().enumerate() {
            let mut row = self.row();
            row.skip(LABEL);
            row.say(role, if at == 0 { sign } else { " " });
            row.skip(1);
            row.say(Role::Dim, part);
        }
    }

    fn device(&mut self, device: &GpuDevice) {
        let language = self.model.language;
        let temperature = self.say(Word::Temperature);
        let mut row = self.row();
        row.left(Role::Dim, "gpu", LABEL);
        row.pieces(Role::Untrusted, &device.name, 10);
        row.skip(1);
        let (busy, role) = reading(&device.busy, |it| percent(*it));
        let role = device.busy.known().map_or(role, |it| Role::of_level(it / 100.0));
        row.right(role, &busy, 4);
        row.skip(1);
        let (used, role) = reading(&device.memory_used, |it| size(*it));
        row.say(role, &used);
        row.say(Role::Dim, "/");
        let (total, role) = reading(&device.memory_total, |it| size(*it));
        row.say(role, &total);
        row.skip(1);
        let (warm, role) = reading(&device.temperature, |it| format!("{it:.0}C"));
        row.say(Role::Dim, temperature);
        row.skip(1);
        row.say(role, &warm);
        row.skip(2);
        if let Some(model) = &device.model {
            row.pieces(Role::Untrusted, model, 28);
            row.skip(2);
        }
        row.say(Role::Dim, fact::gpu_source(language, device.source));
    }

    fn holder(&mut self, snapshot: &Snapshot, holder: &GpuHolder) {
        let held_by = self.say(Word::HeldBy);
        let mut row = self.row();
        row.skip(LABEL);
        row.say(Role::Dim, held_by);
        row.skip(1);
        row.say(Role::Text, &holder.process.pid.to_string());
        row.skip(1);
        match snapshot.process(holder.process) {
            Some(process) => {
                row.pieces(Role::Untrusted, &process.comm, 18);
            }
            None => row.say(Role::Unknown, "?"),
        }
        row.skip(2);
        row.pieces(Role::Untrusted, &holder.device, 20);
        row.skip(2);
        let (busy, role) = reading(&holder.busy, |it| percent(*it));
        row.say(role, &busy);
        row.skip(1);
        let (memory, role) = reading(&holder.memory, |it| size(*it));
        row.say(role, &memory);
    }
}

/// Rows that the GPUs would like.
fn rows_below(gpu: &Gpu) -> usize {
    let own = gpu.sources.iter().filter(|it| !is_plain(&it.outcome)).count();
    let any = |of: GpuOutcome| usize::from(gpu.sources.iter().any(|it| it.outcome == of));
    let plain = any(GpuOutcome::Answered) + any(GpuOutcome::Absent);
    let holders = usize::from(!gpu.devices.is_empty());
    gpu.devices.len().max(1) + gpu.holders.len().max(holders) + own + plain
}

/// There is nothing to add to what came of asking.
const fn is_plain(outcome: &GpuOutcome) -> bool {
    matches!(outcome, GpuOutcome::Answered | GpuOutcome::Absent)
}

/// `cpu   97% ########____ tail`: label, percent, a bar that takes what is left, and what is worth the cells.
fn gauge(row: &mut Row<'_>, label: &str, share: f32, value: &str, tail: &str) {
    let role = Role::of_level(share);
    row.left(Role::Dim, label, LABEL.min(row.room() / 4));
    row.right(role, value, 4);
    row.skip(1);
    let tail_cells = crate::ui::text::width(tail);
    let tail_fits = row.room() >= tail_cells + 6;
    let cells = row.room() - if tail_fits { tail_cells } else { 0 };
    row.bar(role, share, cells);
    if tail_fits {
        row.say(Role::Text, tail);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of a bar")]
fn share(used: u64, total: u64) -> f32 {
    if total == 0 { 0.0 } else { used as f32 / total as f32 }
}

/// A share of nothing is no zero.
fn share_text(share: f32, total: u64) -> String {
    if total == 0 { String::from("-") } else { percent(share * 100.0) }
}

const fn outcome(outcome: &GpuOutcome) -> (&'static str, Role) {
    match outcome {
        GpuOutcome::Answered => ("+", Role::Ok),
        GpuOutcome::Absent => ("-", Role::Dim),
        GpuOutcome::NotAllowed(_) => ("?", Role::Warn),
        GpuOutcome::Failed(_) => ("!", Role::Crit),
    }
}
