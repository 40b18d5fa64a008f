//! What could not be read of the host: what stands between, what is missing by it, and how to get that.

use std::cmp::Reverse;

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::cockpit::Model;
use crate::domain::base::ProcessId;
use crate::domain::facts::{Gap, Unread, Weight};
use crate::ui::details::Sheet;
use crate::ui::role::Role;
use crate::ui::text::{self, pad_right, pieces, span, width};
use crate::ui::theme::Theme;
use crate::words::gap::{self as said, Way};
use crate::words::{Caption, Phrase};

/// Lines for the names of what is missing.
const LINES: usize = 4;

/// Lists every value that is missing, so that nobody takes it for a zero; what takes most from sight comes first.
pub(super) fn sheet<'a>(model: &'a Model, theme: &'a Theme, area: Rect) -> Sheet<'a> {
    let title = vec![span(theme, Role::Title, Caption::Unread.text(model.language))];
    let mut sheet = Sheet::new(model, theme, title, area);
    let unread = model.live.snapshot.as_ref().map_or(&[][..], |snapshot| &snapshot.unread);
    let mut ordered: Vec<&Unread> = unread.iter().collect();
    ordered.sort_by_key(|one| (Reverse(one.weight()), one.gap.is_none(), &one.gap));
    let language = model.language;
    let way = |one: &Unread| said::way(language, one);
    for (at, one) in ordered.iter().enumerate() {
        if at > 0 && sheet.airy {
            sheet.blank();
        }
        line(&mut sheet, one);
        // What helps with one source helps with the next.
        let next = ordered.get(at + 1).and_then(|next| way(next));
        if let Some(words) = way(one).filter(|it| next.as_ref() != Some(it)) {
            let label = format!("{}  ", said::ways_label(language));
            let mut spans = vec![sheet.span(Role::Dim, label)];
            spans.extend(text::phrase(sheet.theme, Role::Text, &words, sheet.cells));
            sheet.paragraph(2, &spans);
        }
    }
    if unread.is_empty() {
        sheet.line(vec![sheet.span(Role::Dim, sheet.text(Caption::AllRead))]);
    }
    sheet
}

/// One value and why it is missing.
pub(super) fn line(sheet: &mut Sheet<'_>, unread: &Unread) {
    let why = match &unread.gap {
        None => {
            let why = said::why(sheet.model.language, &unread.why);
            text::phrase(sheet.theme, Role::Text, &why, sheet.cells)
        }
        Some(Gap::NotWhole(why)) => {
            vec![sheet.span(Role::Text, said::not_whole(sheet.model.language, *why))]
        }
        Some(gap) => return of_gap(sheet, gap, unread),
    };
    let cells = sheet.cells;
    let mut spans = vec![sheet.span(Role::Unknown, "? ")];
    let what = said::source(sheet.model.language, &unread.what);
    spans.extend(text::phrase(sheet.theme, Role::Text, &what, cells * LINES));
    spans.push(sheet.span(Role::Dim, "  "));
    spans.extend(why);
    sheet.paragraph(0, &spans);
}

/// The program runs as root: nobody is told to become what they are.
fn is_root(model: &Model) -> bool {
    let Some(snapshot) = &model.live.snapshot else { return false };
    // Of its own inode nothing is told.
    let is_own = |id: ProcessId| {
        snapshot.own.process.is_some_and(|own| (own.pid, own.start) == (id.pid, id.start))
    };
    snapshot.processes.iter().any(|it| is_own(it.id) && it.uid == 0)
}

/// A gap, whom it is about, what it takes from sight, and the ways around it.
fn of_gap(sheet: &mut Sheet<'_>, gap: &Gap, unread: &Unread) {
    let weight = unread.weight();
    let (sign, role) = match weight {
        Weight::Much => ("! ", Role::Warn),
        Weight::Part => ("? ", Role::Unknown),
        Weight::Note => (". ", Role::Dim),
    };
    let (language, cells) = (sheet.model.language, sheet.cells);
    let phrase = |role, phrase: &Phrase| text::phrase(sheet.theme, role, phrase, cells);
    let mut spans = vec![sheet.span(role, sign)];
    spans.extend(phrase(role, &said::gap(language, gap)));
    let missing = phrase(Role::Text, &said::missing(language, gap));
    let labels =
        [said::whom_label(language), said::missing_label(language), said::ways_label(language)];
    let label_cells = labels.map(width).into_iter().max().unwrap_or(0) + 2;
    let labelled = |label: &str, value: Vec<Span<'static>>| {
        let mut spans =
            vec![sheet.span(Role::Dim, pad_right(label, label_cells, sheet.model.glyphs))];
        spans.extend(value);
        spans
    };
    let [whom_label, missing_label, ways_label] = labels;
    let mut paragraphs = Vec::new();
    if !unread.what.is_empty() {
        let whom = pieces(sheet.theme, Role::Untrusted, &unread.what, cells * LINES);
        paragraphs.push((2, labelled(whom_label, whom)));
    }
    paragraphs.push((2, labelled(missing_label, missing)));
    let by_root = is_root(sheet.model).then(|| said::ways_of_root(language, gap)).flatten();
    let ways = by_root.unwrap_or_else(|| said::ways(language, gap));
    let fits = |way: &Way| match way {
        Way::Words(_) => true,
        Way::Command(typed) => label_cells + 4 + width(typed) <= cells,
    };
    // What is typed has a row of its own, whole where there is room, so that it can be taken from there.
    let indent = if ways.iter().all(fits) { label_cells + 4 } else { 4 };
    for (at, way) in ways.into_iter().enumerate() {
        let label = if at == 0 { ways_label } else { "" };
        paragraphs.push(match way {
            Way::Words(words) => (2, labelled(label, phrase(Role::Text, &words))),
            Way::Command(typed) if at == 0 => {
                (2, labelled(label, vec![sheet.span(Role::Title, typed)]))
            }
            Way::Command(typed) => (indent, vec![sheet.span(Role::Title, typed)]),
        });
    }
    sheet.paragraph(0, &spans);
    for (indent, spans) in paragraphs {
        sheet.paragraph(indent, &spans);
    }
}
