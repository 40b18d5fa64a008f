//! What stands below the process table: why the selected row is marked, and in full view what is known of it.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::cockpit::Model;
use crate::cockpit::model::Pane;
use crate::cockpit::panes::ProcessRow;
use crate::domain::base::{Pid, ProcessId};
use crate::domain::detect::Finding;
use crate::domain::facts::{Process, Reading, Snapshot};
use crate::domain::untrusted::Untrusted;
use crate::ui::panes::{grade, is_full, processes};
use crate::ui::role::Role;
use crate::ui::text::{age, phrase, pieces, span, time, width};
use crate::ui::theme::Theme;
use crate::ui::wrap::wrap_spans;
use crate::words::around::{self as said_around, Label};
use crate::words::panes::{self as said, Word, word};
use crate::words::{fact, finding};

/// From this many cells on, a full pane has the details beside the table.
const CELLS_BESIDE: u16 = 150;
/// From this many rows on, a pane that is not full says all that is known too.
const ROWS_FOR_ALL: u16 = 22;
/// Parents that are named.
const ANCESTORS: usize = 6;
/// Sockets that are named.
const SOCKETS: usize = 6;
/// Cells of a value before it is said how much is left out.
const VALUE: usize = 240;
/// Rows that a command line gets.
const COMMAND_ROWS: usize = 3;

/// Where the table goes and where what is known of the selected row, in the room that the pane has.
pub(super) struct Split {
    /// The table.
    pub table: Rect,
    /// The lines.
    pub detail: Rect,
    /// What stands there.
    pub lines: Vec<Line<'static>>,
}

/// Divides `inside`: beside the table where there is width for both, else below it.
pub(super) fn split(
    model: &Model,
    theme: &Theme,
    snapshot: &Snapshot,
    row: &ProcessRow,
    inside: Rect,
) -> Split {
    let full = is_full(model, Pane::Processes);
    let page = |cells: u16| Page {
        model,
        theme,
        snapshot,
        process: &row.process,
        gone: row.gone,
        cells: usize::from(cells),
    };
    if full && inside.width >= CELLS_BESIDE {
        let sides = [Constraint::Fill(3), Constraint::Length(2), Constraint::Fill(2)];
        let [table, _, detail] = inside.layout(&Layout::horizontal(sides));
        let lines = page(detail.width).all(usize::from(detail.height), true);
        return Split { table, detail, lines };
    }
    let lines = if full || inside.height >= ROWS_FOR_ALL {
        page(inside.width).all(usize::from(inside.height / 2), full)
    } else {
        let most = if inside.height < 12 { 1 } else { 3 };
        page(inside.width).first_reasons(most)
    };
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(inside.height / 2);
    let table = Rect { height: inside.height - height, ..inside };
    let detail = Rect { y: table.bottom(), height, ..inside };
    Split { table, detail, lines }
}

struct Page<'a> {
    model: &'a Model,
    theme: &'a Theme,
    snapshot: &'a Snapshot,
    process: &'a Process,
    /// It has ended; what is said of it is what was last known.
    gone: bool,
    cells: usize,
}

impl Page<'_> {
    /// All that is known, in at most `rows`; what the flags mean comes last.
    fn all(&self, rows: usize, legend: bool) -> Vec<Line<'static>> {
        let mut lines = vec![self.rule()];
        lines.extend(self.reasons());
        lines.extend(self.known());
        if legend {
            let text = word(self.model.language, Word::Legend);
            let legend = wrap_spans(&[span(self.theme, Role::Dim, text)], self.cells);
            lines.truncate(rows.saturating_sub(legend.len()));
            lines.extend(legend);
        }
        lines.truncate(rows);
        lines
    }

    /// The whole finding in one sentence of at most `most` rows; nothing without a finding.
    fn first_reasons(&self, most: usize) -> Vec<Line<'static>> {
        let reasons = self.reasons();
        if self.gone {
            // Whoever looks at it must not think that it still runs.
            let mut lines = vec![Line::from(self.ended())];
            lines.extend(reasons.into_iter().take(most.saturating_sub(1)));
            return lines;
        }
        let more = reasons.len().saturating_sub(most);
        let mut lines: Vec<_> = reasons.into_iter().take(most).collect();
        if let Some(last) = lines.last_mut().filter(|_| more > 0) {
            let text = format!("  +{more}");
            let room = self.cells.saturating_sub(text.len());
            if last.width() <= room {
                last.spans.push(span(self.theme, Role::Dim, text));
            }
        }
        lines
    }

    fn rule(&self) -> Line<'static> {
        let sign = crate::ui::glyph::signs(self.model.glyphs).frame.horizontal_top;
        let mut spans = vec![span(self.theme, Role::Border, sign.repeat(2)), Span::raw(" ")];
        let pid = self.process.id.pid.to_string();
        spans.push(span(self.theme, Role::Title, pid));
        spans.push(Span::raw(" "));
        spans.extend(pieces(self.theme, Role::Untrusted, &self.process.comm, 24));
        if self.gone {
            spans.push(Span::raw("  "));
            spans.extend(self.ended());
            spans.push(Span::raw("  "));
        } else {
            let state = fact::run_state(self.model.language, self.process.state);
            let lived = age(self.process.age_ms(self.snapshot.moment));
            spans.push(span(self.theme, Role::Dim, format!("  {state}, {lived}  ")));
        }
        spans.extend(pieces(self.theme, Role::Untrusted, &processes::user(self.process), 24));
        spans.push(Span::raw(" "));
        let taken: usize = spans.iter().map(|it| width(&it.content)).sum();
        spans.push(span(self.theme, Role::Border, sign.repeat(self.cells.saturating_sub(taken))));
        Line::from(spans)
    }

    /// «gone since 03:12:04 (12s)»
    fn ended(&self) -> Vec<Span<'static>> {
        vec![span(self.theme, Role::Unknown, gone(self.model, self.process.id))]
    }

    /// What speaks against it, or did while it was there.
    fn finding(&self) -> Option<&Finding> {
        self.model.panes.against(&self.model.live, self.process.id)
    }

    /// One line a reason, glyph and grade first.
    fn reasons(&self) -> Vec<Line<'static>> {
        let Some(finding) = self.finding() else { return Vec::new() };
        let (sign, role) = grade(finding.grade);
        let line = |reason| {
            let mut spans = vec![span(self.theme, role, sign), Span::raw(" ")];
            let sentence = finding::reason(self.model.language, reason);
            let ours = width(&sentence.plain(0));
            let room = self.cells.saturating_sub(ours + 2);
            spans.extend(phrase(self.theme, Role::Text, &sentence, room));
            Line::from(spans)
        };
        finding.reasons.iter().map(line).collect()
    }

    fn known(&self) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        if self.finding().is_none() {
            let what = if self.gone { Word::NothingWasAgainst } else { Word::NothingAgainst };
            let text = word(self.model.language, what);
            lines.push(Line::from(span(self.theme, Role::Dim, text)));
        }
        let command = match &self.process.command {
            Reading::Known(command) => {
                pieces(self.theme, Role::Untrusted, &command.joined(), VALUE)
            }
            Reading::Denied | Reading::Blocked | Reading::Unknown => self.unread("cmdline"),
        };
        lines.extend(self.labelled(Word::Arguments, &command, COMMAND_ROWS));
        let mut exe = match &self.process.exe {
            Reading::Known(exe) => pieces(self.theme, Role::Untrusted, exe, VALUE),
            Reading::Denied | Reading::Blocked | Reading::Unknown => self.unread("exe"),
        };
        if self.process.exe_deleted && !says_deleted(&self.process.exe) {
            let text = format!("  {}", word(self.model.language, Word::Deleted));
            exe.push(span(self.theme, Role::Warn, text));
        }
        lines.extend(self.labelled(Word::Executable, &exe, 2));
        lines.extend(self.labelled(Word::Parents, &self.parents(), 2));
        let runs_in = self.runs_in();
        if !runs_in.is_empty() {
            let label = Label::RunsIn.text(self.model.language);
            lines.extend(self.beside(label, &runs_in, 1));
        }
        if !self.gone {
            lines.extend(self.labelled(Word::Sockets, &self.sockets(), 2));
        }
        lines
    }

    fn unread(&self, what: &str) -> Vec<Span<'static>> {
        let reading = match what {
            "exe" => &self.process.exe,
            _ => &self.process.command,
        };
        let (sign, role) = crate::ui::text::reading(reading, |_| String::new());
        vec![span(self.theme, role, sign)]
    }

    fn labelled(&self, label: Word, value: &[Span<'static>], rows: usize) -> Vec<Line<'static>> {
        self.beside(word(self.model.language, label), value, rows)
    }

    fn beside(&self, label: &str, value: &[Span<'static>], rows: usize) -> Vec<Line<'static>> {
        let indent = 10;
        let wrapped = wrap_spans(value, self.cells.saturating_sub(indent));
        let line = |(at, mut line): (usize, Line<'static>)| {
            let label = if at == 0 { label } else { "" };
            let label = crate::ui::text::pad_right(label, indent, self.model.glyphs);
            line.spans.insert(0, span(self.theme, Role::Dim, label));
            line
        };
        wrapped.into_iter().take(rows).enumerate().map(line).collect()
    }

    /// From the oldest known ancestor down to the parent: as it was when the process was first seen, if that is known.
    fn parents(&self) -> Vec<Span<'static>> {
        if !self.process.around.ancestors.is_empty() {
            return self.ancestors();
        }
        let arrow = crate::ui::glyph::signs(self.model.glyphs).arrow;
        let mut chain = Vec::new();
        let mut pid = self.process.parent;
        while chain.len() < ANCESTORS {
            let Some(parent) = by_pid(self.snapshot, pid) else { break };
            chain.push(parent);
            pid = parent.parent;
        }
        if chain.is_empty() {
            return vec![span(self.theme, Role::Unknown, "?")];
        }
        let mut spans = Vec::new();
        for parent in chain.into_iter().rev() {
            if !spans.is_empty() {
                spans.push(span(self.theme, Role::Dim, format!(" {arrow} ")));
            }
            spans.push(span(self.theme, Role::Text, format!("{} ", parent.id.pid)));
            spans.extend(pieces(self.theme, Role::Untrusted, &parent.comm, 20));
        }
        spans
    }

    fn ancestors(&self) -> Vec<Span<'static>> {
        let arrow = crate::ui::glyph::signs(self.model.glyphs).arrow;
        let mut spans = Vec::new();
        for ancestor in self.process.around.ancestors.iter().take(ANCESTORS).rev() {
            if !spans.is_empty() {
                spans.push(span(self.theme, Role::Dim, format!(" {arrow} ")));
            }
            spans.push(span(self.theme, Role::Text, format!("{} ", ancestor.id.pid)));
            spans.extend(pieces(self.theme, Role::Untrusted, &ancestor.comm, 20));
            if self.snapshot.process(ancestor.id).is_none() {
                let text = format!(" ({})", word(self.model.language, Word::Gone));
                spans.push(span(self.theme, Role::Unknown, text));
            }
        }
        spans
    }

    /// The container or the unit that it runs in, and its terminal.
    fn runs_in(&self) -> Vec<Span<'static>> {
        let around = &self.process.around;
        let mut spans = Vec::new();
        if let Some(container) = &around.container {
            let runtime = said_around::runtime(self.model.language, container.runtime);
            spans.push(span(self.theme, Role::Text, format!("{runtime} ")));
            spans.extend(pieces(self.theme, Role::Untrusted, &container.id, 40));
        }
        if let Some(terminal) = &around.terminal {
            let label = Label::Terminal.text(self.model.language);
            let gap = if spans.is_empty() { "" } else { "   " };
            spans.push(span(self.theme, Role::Dim, format!("{gap}{label} ")));
            spans.extend(pieces(self.theme, Role::Untrusted, terminal, 16));
        }
        spans
    }

    fn sockets(&self) -> Vec<Span<'static>> {
        let held = self.snapshot.sockets.iter();
        let mut held = held.filter(|it| it.owners.contains(&self.process.id));
        let mut spans: Vec<Span<'static>> = Vec::new();
        for socket in held.by_ref().take(SOCKETS) {
            if !spans.is_empty() {
                spans.push(Span::raw("  "));
            }
            let end = socket.remote.unwrap_or(socket.local);
            let state = fact::socket_letters(socket.state);
            spans.push(span(self.theme, Role::Text, end.to_string()));
            spans.push(span(self.theme, Role::Dim, format!(" {state}")));
        }
        let rest = held.count();
        if rest > 0 {
            let text = format!("  {}", said::more(self.model.language, rest));
            spans.push(span(self.theme, Role::Dim, text));
        }
        if spans.is_empty() {
            spans.push(span(self.theme, Role::Dim, word(self.model.language, Word::NoneYet)));
        }
        spans
    }
}

/// Since when a process is no longer there, as far as that is known.
pub(in crate::ui) fn gone(model: &Model, id: ProcessId) -> String {
    let Some(since) = model.panes.gone_since(id) else {
        return word(model.language, Word::Gone).to_owned();
    };
    let ms = model.now.at.as_millisecond().saturating_sub(since.as_millisecond());
    said::gone_since(model.language, &time(since), &age(u64::try_from(ms).unwrap_or(0)))
}

/// The kernel's own words for it are in the path.
fn says_deleted(exe: &Reading<Untrusted>) -> bool {
    matches!(exe, Reading::Known(exe) if exe.bytes().ends_with(b" (deleted)"))
}

fn by_pid(snapshot: &Snapshot, pid: Pid) -> Option<&Process> {
    let at = snapshot.processes.binary_search_by_key(&pid, |process| process.id.pid).ok()?;
    snapshot.processes.get(at).map(|process| &**process)
}
