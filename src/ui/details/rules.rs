//! The rules in force, file by file, and each fault of the responder's own with its place and its reason.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::cockpit::Model;
use crate::cockpit::trouble::BadRules;
use crate::domain::session::RuleFile;
use crate::ui::details::Sheet;
use crate::ui::role::Role;
use crate::ui::text::{phrase, pieces, span};
use crate::ui::theme::Theme;
use crate::words::{Caption, rules as said};

/// Faults that are shown; whoever named the wrong folder need not read all of it.
const MOST: usize = 200;
/// Cells of a value of somebody else's.
const VALUE: usize = 400;

/// Lists what is judged by and what is not, so that nobody has to guess from a line that is cut.
pub(super) fn sheet<'a>(model: &'a Model, theme: &'a Theme, area: Rect) -> Sheet<'a> {
    let title = vec![span(theme, Role::Title, Caption::Rules.text(model.language))];
    let mut sheet = Sheet::new(model, theme, title, area);
    if let Some(in_force) = &model.in_force {
        for it in &in_force.files {
            file(&mut sheet, it);
        }
        if in_force.unnamed > 0 {
            let more = format!("+{} {}", in_force.unnamed, sheet.text(Caption::RulesMore));
            sheet.line(vec![sheet.span(Role::Dim, more)]);
        }
    }
    if model.bad_rules.is_empty() {
        if sheet.airy {
            sheet.blank();
        }
        sheet.line(vec![sheet.span(Role::Dim, sheet.text(Caption::RulesAllUsed))]);
        return sheet;
    }
    sheet.heading(Caption::RulesNotUsed, Vec::new());
    for it in model.bad_rules.iter().take(MOST) {
        fault(&mut sheet, it);
    }
    if let Some(more) = model.bad_rules.len().checked_sub(MOST).filter(|it| *it > 0) {
        sheet.line(vec![sheet.span(Role::Dim, format!("+{more}"))]);
    }
    let mend = vec![sheet.span(Role::Text, sheet.text(Caption::RulesMend))];
    sheet.paragraph(0, &mend);
    sheet
}

/// A file: its name, what it holds, and its digest whole, so that it can be compared.
fn file(sheet: &mut Sheet<'_>, it: &RuleFile) {
    let mut spans = pieces(sheet.theme, Role::Untrusted, &it.file, VALUE);
    if !it.pack.is_empty() {
        spans.push(Span::raw("  "));
        spans.extend(pieces(sheet.theme, Role::Untrusted, &it.pack, VALUE));
    }
    let language = sheet.model.language;
    let held = said::holds(language, it.indicators, it.rules, it.expired);
    spans.push(sheet.span(Role::Text, format!("  {held}")));
    if it.built_in {
        spans.push(sheet.span(Role::Dim, format!("  {}", sheet.text(Caption::RulesBuiltIn))));
    }
    sheet.paragraph(0, &spans);
    let digest = vec![sheet.span(Role::Dim, format!("sha256 {}", it.sha256))];
    sheet.paragraph(2, &digest);
}

fn fault(sheet: &mut Sheet<'_>, it: &BadRules) {
    let mut spans = vec![sheet.span(Role::Warn, "! ")];
    spans.extend(phrase(sheet.theme, Role::Text, &said::bad(sheet.model.language, it), VALUE));
    sheet.paragraph(0, &spans);
}
