//! All that is known about one thing that starts by itself: where it stands, since when, what it runs, and what hides in it.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::cockpit::Model;
use crate::cockpit::persistence::runs_as;
use crate::domain::detect::Subject;
use crate::domain::facts::{Autostart, Reading, decoded};
use crate::domain::untrusted::Untrusted;
use crate::ui::details::{Sheet, process};
use crate::ui::role::Role;
use crate::ui::text::{day_and_time, pad_right, phrase, pieces, span, width};
use crate::ui::theme::Theme;
use crate::words::persistence::{self as said, Label, label};

/// Lines of a text that are shown.
const LINES: usize = 200;
/// Cells of the names of facts.
const NAMES: usize = 13;
/// Processes that are named.
const PROCESSES: usize = 6;

/// The page of an entry, as it was when it was opened.
pub(super) fn sheet<'a>(
    model: &'a Model,
    theme: &'a Theme,
    entry: &Autostart,
    area: Rect,
) -> Sheet<'a> {
    let title = vec![span(theme, Role::Title, said::group(model.language, entry.kind))];
    let mut sheet = Sheet::new(model, theme, title, area);
    place(&mut sheet, entry);
    if let Some(found) = model.live.findings.get(&Subject::of_autostart(entry)) {
        process::reasons(&mut sheet, Some(found));
        sheet.blank();
    }
    file(&mut sheet, entry);
    target(&mut sheet, entry);
    remarks(&mut sheet, entry);
    tricks(&mut sheet, entry);
    if !entry.text.is_empty() {
        heading(&mut sheet, Label::Text);
        text(&mut sheet, &entry.text);
    }
    let behind = decoded(entry.text.bytes());
    if !behind.is_empty() {
        heading(&mut sheet, Label::Behind);
        for one in &behind {
            text(&mut sheet, one);
        }
    }
    sheet
}

fn place(sheet: &mut Sheet<'_>, entry: &Autostart) {
    let mut spans = pieces(sheet.theme, Role::Untrusted, &entry.path, sheet.cells);
    if entry.line > 0 {
        spans.push(sheet.span(Role::Text, format!(":{}", entry.line)));
    }
    if let Some(change) = sheet.model.panes.persistence.change(entry) {
        let language = sheet.model.language;
        let unwatched = sheet.model.panes.persistence.unwatched(entry);
        let how = if unwatched.is_some() { Label::Unwatched } else { Label::Since };
        let said = format!("  {} {}", said::change(language, change), label(language, how));
        spans.push(sheet.span(Role::Warn, said));
    }
    fact(sheet, Label::Stands, spans);
    if let Some((since, until)) = sheet.model.panes.persistence.unwatched(entry) {
        // A screen may have been away for seconds only.
        let [since, until] = [since, until].map(|at| at.strftime("%Y-%m-%d %H:%M:%SZ"));
        let times = vec![sheet.span(Role::Warn, format!("{since} - {until}"))];
        fact(sheet, Label::Between, times);
    }
    if let Some(user) = &runs_as(entry) {
        let user = pieces(sheet.theme, Role::Untrusted, user, sheet.cells / 2);
        fact(sheet, Label::RunsAs, user);
    }
}

fn file(sheet: &mut Sheet<'_>, entry: &Autostart) {
    let language = sheet.model.language;
    let mode = format!("uid {}  {:04o}", entry.uid, entry.mode & 0o7777);
    let mut owner = vec![sheet.span(Role::Text, mode)];
    if entry.immutable == Reading::Known(true) {
        let said = format!("  {}", label(language, Label::Immutable));
        owner.push(sheet.span(Role::Warn, said));
    }
    fact(sheet, Label::File, owner);
    let times = [
        (Label::Written, entry.modified, Label::Forgeable),
        (Label::Changed, entry.changed, Label::ByKernel),
    ];
    for (name, at, how) in times {
        let how = format!("  {}", label(language, how));
        let spans = vec![sheet.span(Role::Text, day_and_time(at)), sheet.span(Role::Dim, how)];
        fact(sheet, name, spans);
    }
    let package = said::packaged(language, &entry.packaged);
    let package = phrase(sheet.theme, Role::Text, &package, sheet.cells / 2);
    fact(sheet, Label::Package, package);
}

fn target(sheet: &mut Sheet<'_>, entry: &Autostart) {
    let Some(runs) = &entry.runs else { return };
    let language = sheet.model.language;
    let mut spans = pieces(sheet.theme, Role::Untrusted, &runs.program, sheet.cells * 2 / 3);
    let role = match runs.exists {
        Reading::Known(true) => Role::Text,
        Reading::Known(false) => Role::Warn,
        Reading::Denied | Reading::Blocked | Reading::Unknown => Role::Unknown,
    };
    spans.push(sheet.span(role, format!("  {}", said::exists(language, &runs.exists))));
    fact(sheet, Label::Runs, spans);
    if runs.exists == Reading::Known(true) && runs.program != entry.path {
        let package = said::packaged(language, &runs.packaged);
        let package = phrase(sheet.theme, Role::Text, &package, sheet.cells / 2);
        fact(sheet, Label::Package, package);
    }
    let model = sheet.model;
    let who = model.panes.persistence.running().of(entry);
    let snapshot = model.live.snapshot.as_deref();
    let mut spans = Vec::new();
    for id in who.iter().take(PROCESSES) {
        spans.push(sheet.span(Role::Ok, format!("{} ", id.pid)));
        if let Some(process) = snapshot.and_then(|it| it.process(*id)) {
            spans.extend(pieces(sheet.theme, Role::Untrusted, &process.comm, 16));
            // Whatever a process says of itself in its arguments is no proof.
            if process.exe.known() != Some(&runs.program) {
                let how = format!(" ({})", label(language, Label::ByCommand));
                spans.push(sheet.span(Role::Dim, how));
            }
        }
        spans.push(sheet.span(Role::Text, "  "));
    }
    if who.len() > PROCESSES {
        spans.push(sheet.span(Role::Dim, format!("+{}", who.len() - PROCESSES)));
    }
    if who.is_empty() {
        spans.push(sheet.span(Role::Dim, label(language, Label::Nobody)));
    }
    fact(sheet, Label::RunsNow, spans);
}

fn remarks(sheet: &mut Sheet<'_>, entry: &Autostart) {
    if entry.remarks.is_empty() {
        return;
    }
    let said = |it: &crate::domain::facts::Remark| said::remark(sheet.model.language, *it);
    let said: Vec<&str> = entry.remarks.iter().map(said).collect();
    let spans = vec![sheet.span(Role::Text, said.join(", "))];
    fact(sheet, Label::Remarks, spans);
}

fn tricks(sheet: &mut Sheet<'_>, entry: &Autostart) {
    if entry.tricks.is_empty() {
        return;
    }
    heading(sheet, Label::Tricks);
    for trick in &entry.tricks {
        let said = said::trick(sheet.model.language, *trick);
        sheet.line(vec![sheet.span(Role::Crit, format!("! {said}"))]);
    }
}

/// A text of the host, line by line, each as long as it is: nothing stays out of sight.
fn text(sheet: &mut Sheet<'_>, text: &Untrusted) {
    let lines = text.bytes().split(|byte| *byte == b'\n');
    for line in lines.take(LINES) {
        let spans =
            pieces(sheet.theme, Role::Untrusted, &Untrusted::new(line), usize::from(u16::MAX));
        sheet.paragraph(2, &spans);
    }
}

fn heading(sheet: &mut Sheet<'_>, name: Label) {
    if sheet.airy {
        sheet.blank();
    }
    let name = label(sheet.model.language, name);
    sheet.line(vec![sheet.span(Role::Title, name)]);
}

fn fact(sheet: &mut Sheet<'_>, name: Label, value: Vec<Span<'static>>) {
    let name = label(sheet.model.language, name);
    let name = pad_right(name, NAMES.max(width(name) + 1), sheet.model.glyphs);
    let mut spans = vec![sheet.span(Role::Dim, name)];
    spans.extend(value);
    sheet.line(spans);
}
