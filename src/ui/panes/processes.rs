//! The process table: what matters most on top, and why it matters.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Line;

use crate::cockpit::Model;
use crate::cockpit::model::Pane;
use crate::cockpit::panes::{ProcessRow, ProcessSort};
use crate::domain::detect::Finding;
use crate::domain::facts::{Reading, RunState, Runtime, Snapshot};
use crate::domain::untrusted::Untrusted;
use crate::ui::graph::{Samples, graph_line};
use crate::ui::panes::row::{Row, select};
use crate::ui::panes::tree::{Joint, joints};
use crate::ui::panes::{
    Title, condition, followed, framed, grade, hiding, process_detail, say_empty, wrapped,
};
use crate::ui::role::Role;
use crate::ui::text::{age, percent, pieces, put_all, scroll, size};
use crate::ui::theme::Theme;
use crate::ui::wrap::wrap_spans;
use crate::words::around::{Label, runtime};
use crate::words::panes::{self as said, Word, word};

mod figures;

pub(super) use figures::user;
use figures::{flags, load, memory_share, of_all, read};

/// A column before the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Pid,
    User,
    Cpu,
    OfAll,
    Memory,
    MemoryShare,
    Age,
    State,
    Threads,
    Nice,
    History,
    /// The container or the unit that it runs in.
    RunsIn,
    Flags,
}

impl Column {
    /// It tells what a process does or has now; one that ended does and has nothing.
    const fn is_of_now(self) -> bool {
        !matches!(self, Self::Pid | Self::User | Self::History | Self::RunsIn | Self::Flags)
    }
}

/// Columns in the order they are shown: cells, and weight. The lowest weight is the first to go.
const COLUMNS: [(Column, usize, u8); 13] = [
    (Column::Pid, 5, 20),
    (Column::User, 8, 7),
    (Column::Cpu, 4, 19),
    (Column::OfAll, 4, 5),
    (Column::Memory, 4, 4),
    (Column::MemoryShare, 4, 6),
    (Column::Age, 4, 9),
    (Column::State, 1, 8),
    (Column::Threads, 3, 3),
    (Column::Nice, 3, 2),
    (Column::History, 12, 1),
    (Column::RunsIn, 20, 0),
    (Column::Flags, 5, u8::MAX),
];
/// Cells that a command gets at least.
const LEAST_COMMAND: usize = 14;
/// A pid has no more digits than this.
const PID: usize = 7;
/// From this many rows on, the bottom says why the selected row is marked.
const ROWS_FOR_REASON: u16 = 8;

/// What a row is drawn from.
struct Look<'a> {
    model: &'a Model,
    theme: &'a Theme,
    snapshot: &'a Snapshot,
    row: &'a ProcessRow,
    finding: Option<&'a Finding>,
}

pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let inside = framed(Pane::Processes, model, theme, title(model), area, buf);
    let Some(snapshot) = &model.live.snapshot else {
        return say_empty(model, theme, Word::Waiting, inside, buf);
    };
    let pane = &model.panes.processes;
    if pane.rows.is_empty() {
        return say_empty(model, theme, Word::NoProcess, inside, buf);
    }
    let selected = pane.rows.get(pane.line).filter(|_| inside.height >= ROWS_FOR_REASON);
    let mut table = inside;
    if let Some(row) = selected {
        let split = process_detail::split(model, theme, snapshot, row, inside);
        put_all(buf, split.detail, split.lines);
        table = split.table;
    }
    rows(model, theme, snapshot, table, buf);
}

fn title(model: &Model) -> Title {
    let pane = &model.panes.processes;
    let all = model.live.snapshot.as_ref().map_or(0, |it| it.processes.len());
    let mut title = Title::new();
    if model.live.snapshot.is_some() {
        let count = if pane.filter.is_set() {
            format!("{}/{all}", pane.rows.len())
        } else {
            format!("{all}")
        };
        title.push((Role::Text, count));
    }
    if pane.filter.is_set() {
        let text = Untrusted::from(pane.filter.text()).plain(24);
        title.push((Role::Mark, format!("/{text}")));
    }
    title.extend(hiding::count(model));
    title.extend(pane.followed.as_ref().map(|it| followed(model, it)));
    title.extend(condition(model));
    title.push((Role::Dim, said::sorted_by(model.language, pane.sort)));
    if pane.tree {
        title.push((Role::Dim, word(model.language, Word::Tree).to_owned()));
    }
    if let Some(snapshot) = &model.live.snapshot {
        let role = Role::of_level(snapshot.host.cpu / 100.0);
        title.push((role, format!("CPU {}", percent(snapshot.host.cpu))));
    }
    title
}

fn rows(model: &Model, theme: &Theme, snapshot: &Snapshot, area: Rect, buf: &mut Buffer) {
    let pane = &model.panes.processes;
    let height = usize::from(area.height).saturating_sub(1);
    let first = if model.panes.wrap {
        // Of the room that a row has here, the tree may take half.
        let cells = usize::from(area.width) * 2 / if pane.tree { 10 } else { 5 };
        let height_of =
            |at| pane.rows.get(at).map_or(1, |row| command_lines(theme, row, cells).len());
        wrapped::first(pane.line, pane.rows.len(), height, height_of)
    } else {
        scroll(pane.line, pane.rows.len(), height)
    };
    let view = || pane.rows.iter().skip(first);
    let finding = |row: &ProcessRow| model.panes.against(&model.live, row.process.id);
    let flags: Vec<String> =
        view().take(height).map(|row| flags(snapshot, row, finding(row))).collect();
    let widest = flags.iter().map(String::len).max().unwrap_or_default();
    // Pids are in order, so the last is the longest.
    let last = snapshot.processes.last().map_or(0, |it| it.id.pid.0);
    let pid = usize::try_from(last.checked_ilog10().unwrap_or(0) + 1).unwrap_or(PID);
    let mut columns = choose(usize::from(area.width), pid.min(PID), widest);
    if !snapshot.processes.iter().any(|it| it.around.container.is_some()) {
        columns.retain(|(column, _)| *column != Column::RunsIn);
    }
    head(model, theme, &columns, Row::new(theme, model.glyphs, area, 0, buf));
    let joints = if pane.tree {
        joints(view().map(|row| row.depth), height)
    } else {
        vec![Joint::default(); height]
    };
    let mut line = 1;
    for (nth, ((row, flags), joint)) in view().zip(&flags).zip(joints).enumerate() {
        if line > height {
            break;
        }
        let look = Look { model, theme, snapshot, row, finding: finding(row) };
        let at_cursor = first + nth == pane.line;
        let mut pen = Row::new(theme, model.glyphs, area, line, buf);
        let sign = if at_cursor { pen.signs().cursor } else { " " };
        pen.left(Role::BorderFocus, sign, 1);
        for (column, cells) in &columns {
            pen.skip(1);
            look.cell(&mut pen, *column, *cells, flags);
        }
        pen.skip(1);
        let room = pen.room();
        joint.draw(&mut pen, room / 2);
        let room = pen.room();
        look.command(&mut pen);
        let lines = if model.panes.wrap { command_lines(theme, row, room) } else { Vec::new() };
        let indent = usize::from(area.width) - room;
        wrapped::rest(theme, model.glyphs, &lines, (area, line, indent), buf);
        let taken = lines.len().max(1);
        if at_cursor && model.focus == Pane::Processes {
            (line..line + taken).for_each(|line| select(theme, area, line, buf));
        }
        line += taken;
    }
}

/// The columns that there is room for, with the widths that they get.
fn choose(room: usize, pid: usize, flags: usize) -> Vec<(Column, usize)> {
    let mut columns: Vec<(Column, usize, u8)> = COLUMNS
        .iter()
        .map(|(column, cells, weight)| {
            let needs = match *column {
                Column::Flags => flags,
                Column::Pid => pid,
                Column::User
                | Column::Cpu
                | Column::OfAll
                | Column::Memory
                | Column::MemoryShare
                | Column::Age
                | Column::State
                | Column::Threads
                | Column::Nice
                | Column::History
                | Column::RunsIn => 0,
            };
            (*column, needs.max(*cells), *weight)
        })
        .collect();
    let command = LEAST_COMMAND.max(room * 2 / 5);
    while columns.len() > 1 {
        let taken: usize = columns.iter().map(|(_, cells, _)| cells + 1).sum();
        if taken + 2 + command <= room {
            break;
        }
        let lightest = columns.iter().enumerate().min_by_key(|(_, (_, _, weight))| *weight);
        let Some(at) = lightest.map(|(at, _)| at) else { break };
        columns.remove(at);
    }
    columns.into_iter().map(|(column, cells, _)| (column, cells)).collect()
}

fn head(model: &Model, theme: &Theme, columns: &[(Column, usize)], mut pen: Row<'_>) {
    let sorted = match model.panes.processes.sort {
        ProcessSort::Suspicion => Some(Column::Flags),
        ProcessSort::Cpu => Some(Column::Cpu),
        ProcessSort::Memory => Some(Column::Memory),
        ProcessSort::Age => Some(Column::Age),
        ProcessSort::Pid => Some(Column::Pid),
        ProcessSort::User => Some(Column::User),
        ProcessSort::Name => None,
    };
    let say = |it| word(model.language, it);
    pen.skip(1);
    for (column, cells) in columns {
        pen.skip(1);
        let role = if sorted == Some(*column) { Role::Mark } else { Role::Dim };
        match column {
            Column::Pid => pen.right(role, say(Word::Pid), *cells),
            Column::User => pen.left(role, say(Word::User), *cells),
            Column::Cpu => pen.right(role, say(Word::Cpu), *cells),
            Column::OfAll => pen.right(role, say(Word::OfAll), *cells),
            Column::Memory => pen.right(role, say(Word::Memory), *cells),
            Column::MemoryShare => pen.right(role, say(Word::MemoryShare), *cells),
            Column::Age => pen.right(role, say(Word::Age), *cells),
            Column::State => pen.left(role, say(Word::State), *cells),
            Column::Threads => pen.right(role, say(Word::Threads), *cells),
            Column::Nice => pen.right(role, say(Word::Nice), *cells),
            Column::History => pen.left(role, say(Word::History), *cells),
            Column::RunsIn => pen.left(role, Label::Column.text(model.language), *cells),
            Column::Flags => pen.left(role, say(Word::Flags), *cells),
        }
    }
    pen.skip(1);
    let role = if model.panes.processes.sort == ProcessSort::Name { Role::Mark } else { Role::Dim };
    pen.styled(theme.style(role), say(Word::Command));
}

impl Look<'_> {
    fn cell(&self, pen: &mut Row<'_>, column: Column, cells: usize, flags: &str) {
        let process = &*self.row.process;
        let usual = if self.row.gone { Role::Dim } else { Role::Text };
        if self.row.gone && column.is_of_now() {
            return pen.right(usual, "-", cells);
        }
        match column {
            Column::Pid => hiding::pid(process, usual, cells, pen),
            Column::User => {
                let user = user(process);
                pen.theirs(Role::Untrusted, &user, cells);
            }
            Column::Cpu => pen.right(load(process.cpu), &format!("{:.0}", process.cpu), cells),
            Column::OfAll => pen.right(usual, &of_all(process, self.snapshot), cells),
            Column::Memory => pen.right(usual, &read(process, || size(process.memory)), cells),
            Column::MemoryShare => {
                let share = read(process, || memory_share(process, self.snapshot));
                let total = self.snapshot.host.memory_total;
                let untrue = total > 0 && process.memory > total && !self.row.gone;
                pen.right(if untrue { Role::Warn } else { usual }, &share, cells);
            }
            Column::Age => pen.right(usual, &age(process.age_ms(self.snapshot.moment)), cells),
            Column::State => {
                let role = if process.state == RunState::Running { Role::Ok } else { usual };
                let mut letter = [0; 4];
                pen.left(role, process.state.letter().encode_utf8(&mut letter), cells);
            }
            Column::Threads => {
                let threads = read(process, || process.threads.to_string());
                pen.right(usual, &threads, cells);
            }
            Column::Nice => pen.right(usual, &process.nice.to_string(), cells),
            Column::History => self.history(pen, cells),
            Column::RunsIn => self.runs_in(pen, cells),
            Column::Flags => {
                let role = self.finding.map_or(Role::Dim, |it| grade(it.grade).1);
                pen.left(role, flags, cells);
            }
        }
    }

    fn history(&self, pen: &mut Row<'_>, cells: usize) {
        let Some(ring) = self.model.live.history.process(self.row.process.id) else {
            return pen.skip(cells);
        };
        let samples = Samples::of(ring, 100.0);
        for span in graph_line(self.theme, &samples, cells, pen.glyphs()) {
            pen.styled(span.style, &span.content);
        }
    }

    /// A container by its runtime and id, a unit by its name.
    fn runs_in(&self, pen: &mut Row<'_>, cells: usize) {
        let Some(container) = &self.row.process.around.container else { return pen.skip(cells) };
        let mut left = cells;
        if container.runtime != Runtime::Systemd {
            let runtime = runtime(self.model.language, container.runtime);
            let taken = (runtime.len() + 1).min(cells);
            pen.left(Role::Mark, runtime, taken);
            left -= taken;
        }
        let role = if self.row.gone { Role::Dim } else { Role::Untrusted };
        pen.theirs(role, &container.id, left);
    }

    /// The command line, or what stands in for it, as hostile as it came.
    fn command(&self, pen: &mut Row<'_>) {
        let process = &*self.row.process;
        if self.row.gone {
            let style = self.theme.style(Role::Unknown);
            pen.styled(style, word(self.model.language, Word::Gone));
            pen.skip(1);
            let struck = self.theme.style(Role::Dim).add_modifier(Modifier::CROSSED_OUT);
            let room = pen.room();
            return pen.styled(struck, &process.comm.plain(room));
        }
        let role = Role::Untrusted;
        let room = pen.room();
        if process.kernel {
            pen.say(Role::Dim, "[");
            pen.pieces(Role::Dim, &process.comm, room.saturating_sub(2));
            return pen.say(Role::Dim, "]");
        }
        let unread = match &process.command {
            Reading::Known(command) if !command.is_empty() => {
                if self.model.panes.wrap {
                    let first = command_lines(self.theme, self.row, room).into_iter().next();
                    for span in first.unwrap_or_default().spans {
                        pen.styled(span.style, &span.content);
                    }
                } else {
                    pen.pieces(role, &command.joined(), room);
                }
                return;
            }
            Reading::Known(_) => "-",
            Reading::Denied => "x",
            Reading::Blocked => "b",
            Reading::Unknown => "?",
        };
        pen.say(Role::Unknown, unread);
        pen.skip(1);
        pen.say(Role::Dim, "(");
        pen.pieces(role, &process.comm, room.saturating_sub(4));
        pen.say(Role::Dim, ")");
    }
}

/// The command line broken into lines of so many cells; nothing where something else stands in for it.
fn command_lines(theme: &Theme, row: &ProcessRow, cells: usize) -> Vec<Line<'static>> {
    let process = &*row.process;
    match &process.command {
        Reading::Known(command) if !command.is_empty() && !row.gone && !process.kernel => {
            let most = cells.saturating_mul(wrapped::MOST);
            let spans = pieces(theme, Role::Untrusted, &command.joined(), most);
            let mut lines = wrap_spans(&spans, cells);
            lines.truncate(wrapped::MOST);
            lines
        }
        Reading::Known(_) | Reading::Denied | Reading::Blocked | Reading::Unknown => Vec::new(),
    }
}
