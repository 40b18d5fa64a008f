//! What an examination of the process found: threads, environment, mappings. What could not be read says so.

use ratatui::text::Span;

use crate::cockpit::model::SourceKind;
use crate::domain::base::ProcessId;
use crate::domain::facts::{Environment, Examination, Mapping, MappingKind, Maps, Reading, Thread};
use crate::domain::untrusted::Untrusted;
use crate::ui::details::Sheet;
use crate::ui::role::Role;
use crate::ui::text::{clock, pieces, size};
use crate::words::around::{self as said, Label};
use crate::words::panes::more;

/// Threads that are listed.
const THREADS: usize = 12;
/// Variables and mappings that are listed: hostile ones must not make a frame slow.
const LINES: usize = 200;

/// The busiest threads; those of one name together.
pub(super) fn threads(sheet: &mut Sheet<'_>, found: &Examination) {
    let Reading::Known(threads) = &found.threads else {
        let sign = sheet.unread(&found.threads);
        return sheet.named(Label::Threads, &[sign]);
    };
    let mut names: Vec<(&Thread, usize, u64)> = Vec::new();
    for thread in threads {
        match names.iter_mut().find(|(first, ..)| first.comm == thread.comm) {
            Some((_, count, cpu)) => {
                *count += 1;
                *cpu = cpu.saturating_add(thread.cpu_ms);
            }
            None => names.push((thread, 1, thread.cpu_ms)),
        }
    }
    let mut spans = Vec::new();
    for (thread, count, cpu) in names.iter().take(THREADS) {
        if !spans.is_empty() {
            spans.push(Span::raw("   "));
        }
        spans.extend(pieces(sheet.theme, Role::Untrusted, &thread.comm, 20));
        if *count > 1 {
            spans.push(sheet.span(Role::Text, format!(" x{count}")));
        }
        spans.push(sheet.span(Role::Dim, format!(" {}", clock(*cpu))));
    }
    rest(sheet, &mut spans, names.len().saturating_sub(THREADS));
    let language = sheet.model.language;
    if found.more_threads > 0 {
        let said = said::less_busy(language, found.more_threads);
        spans.push(sheet.span(Role::Dim, format!("  {said}")));
    }
    if found.unread_threads > 0 {
        let said = said::unread_threads(language, found.unread_threads);
        spans.push(sheet.span(Role::Unknown, format!("  {said}")));
    }
    sheet.named(Label::Threads, &spans);
}

fn rest(sheet: &Sheet<'_>, spans: &mut Vec<Span<'static>>, count: usize) {
    if count > 0 {
        spans.push(sheet.span(Role::Dim, format!("  {}", more(sheet.model.language, count))));
    }
}

/// Variables that tell how it came to be started.
pub(super) fn entry(sheet: &mut Sheet<'_>, found: &Examination) {
    match &found.environment {
        Reading::Known(Environment { entry, .. }) => {
            for (at, variable) in entry.iter().take(LINES).enumerate() {
                let value = variable_of(sheet, variable);
                let name = if at == 0 { sheet.say(Label::Entry) } else { "" };
                sheet.behind(name, &value);
            }
        }
        unread @ (Reading::Denied | Reading::Blocked | Reading::Unknown) => {
            let sign = sheet.unread(unread);
            sheet.named(Label::Entry, &[sign]);
        }
    }
}

/// Why there is nothing of what an examination finds.
pub(super) fn none(sheet: &mut Sheet<'_>, id: ProcessId) {
    let model = sheet.model;
    let why = match model.source.kind {
        SourceKind::Host if model.awaits(id) => return,
        SourceKind::Host => Label::NotExamined,
        SourceKind::Replay | SourceKind::Training => Label::NotRecorded,
    };
    let what = [Label::Environment, Label::Mappings].map(|it| sheet.say(it));
    let said = format!("? {}: {}", what.join(", "), sheet.say(why));
    let said = sheet.span(Role::Unknown, said);
    sheet.paragraph(0, &[said]);
}

/// All other variables.
pub(super) fn environment(sheet: &mut Sheet<'_>, found: &Examination) {
    let Reading::Known(Environment { rest: others, cut, .. }) = &found.environment else { return };
    if others.is_empty() {
        return;
    }
    sheet.part(Label::Environment);
    for variable in others.iter().take(LINES) {
        let value = variable_of(sheet, variable);
        sheet.line(value);
    }
    let mut spans = Vec::new();
    rest(sheet, &mut spans, others.len().saturating_sub(LINES));
    if *cut {
        spans.push(sheet.span(Role::Unknown, format!("  {}", sheet.say(Label::Cut))));
    }
    if !spans.is_empty() {
        sheet.line(spans);
    }
}

fn variable_of(sheet: &Sheet<'_>, variable: &Untrusted) -> Vec<Span<'static>> {
    pieces(sheet.theme, Role::Untrusted, variable, sheet.cells.saturating_mul(3))
}

/// Executable mappings that are not of a usual file.
pub(super) fn mappings(sheet: &mut Sheet<'_>, found: &Examination) {
    sheet.part(Label::Mappings);
    let maps = match &found.maps {
        Reading::Known(maps) => maps,
        unread @ (Reading::Denied | Reading::Blocked | Reading::Unknown) => {
            let sign = sheet.unread(unread);
            return sheet.line(vec![sign]);
        }
    };
    let Maps { count, odd, more: hidden, cut } = maps;
    let mut spans = vec![sheet.span(Role::Text, format!("{count} {}", sheet.say(Label::Mapped)))];
    if odd.is_empty() {
        spans.push(sheet.span(Role::Dim, format!("   {}", sheet.say(Label::NothingOdd))));
    }
    if *cut {
        spans.push(sheet.span(Role::Unknown, format!("   {}", sheet.say(Label::Cut))));
    }
    sheet.line(spans);
    for mapping in odd {
        let line = mapping_line(sheet, mapping);
        sheet.line(line);
    }
    let mut spans = Vec::new();
    rest(sheet, &mut spans, *hidden);
    if !spans.is_empty() {
        sheet.line(spans);
    }
}

fn mapping_line(sheet: &Sheet<'_>, mapping: &Mapping) -> Vec<Span<'static>> {
    let role = match mapping.kind {
        // Programs that compile while they run have these too.
        MappingKind::Anonymous => Role::Text,
        MappingKind::Memory | MappingKind::Deleted | MappingKind::Volatile => Role::Warn,
    };
    let flags = if mapping.writable { "wx" } else { " x" };
    let kind = said::mapping(sheet.model.language, mapping.kind);
    let place = format!("{flags} {:>4} {:012x}  ", size(mapping.size), mapping.from);
    let mut spans = vec![sheet.span(Role::Dim, place), sheet.span(role, kind)];
    spans.push(Span::raw("  "));
    spans.extend(pieces(sheet.theme, Role::Untrusted, &mapping.path, sheet.cells));
    spans
}
