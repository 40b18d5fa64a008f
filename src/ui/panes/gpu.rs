//! The machine as a whole and its graphics processors; says which source told, and which did not.

mod devices;
mod short;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::cockpit::model::Pane;
use crate::domain::facts::Host;
use crate::ui::graph::{self, Samples, graph_line};
use crate::ui::panes::row::Row;
use crate::ui::panes::{Title, condition, framed, say_empty};
use crate::ui::role::Role;
use crate::ui::text::{percent, size};
use crate::ui::theme::Theme;
use crate::words::panes::{self as said, Word, word};

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
        page.gpu_line(snapshot);
        return;
    }
    let (cells, cores) = (usize::from(inside.width), page.core_rows(snapshot.host.cpus.len()));
    let cores = cores.min(height / 4);
    // The graph of the machine has one row at least.
    let room = height.saturating_sub(1 + 1 + cores + 2);
    let mut below = devices::lines(model, snapshot, cells, false);
    if below.len() > room {
        below = devices::lines(model, snapshot, cells, true);
    }
    let graph = height.saturating_sub(1 + cores + 2 + below.len()).clamp(1, height / 2);
    page.history(graph);
    page.cores(&snapshot.host.cpus, cores);
    page.memory(&snapshot.host);
    page.swap(&snapshot.host);
    page.devices(snapshot, &below);
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
        let processes = self.model.live.snapshot.iter().flat_map(|it| &it.processes);
        let largest = processes.map(|it| it.memory).max().unwrap_or_default();
        if host.memory_total > 0 && largest > host.memory_total {
            let said =
                said::untrue_total(self.model.language, &size(host.memory_total), &size(largest));
            let mut row = self.row();
            row.left(Role::Dim, "mem", LABEL);
            return row.say(Role::Warn, &said);
        }
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
