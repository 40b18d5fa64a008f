//! A node of a flow and an item of a checklist in full: what the playbook says, and what was done about it.

use std::sync::Arc;

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::cockpit::Model;
use crate::domain::answer::Answer;
use crate::domain::base::Timestamp;
use crate::domain::playbook::{Flow, FlowId, ItemId, NodeId};
use crate::domain::session::{Entry, Event, ItemMark, ItemState, Place};
use crate::domain::untrusted::Untrusted;
use crate::ui::details::Sheet;
use crate::ui::document::{self, flow, items};
use crate::ui::glyph::{check_box, signs};
use crate::ui::role::Role;
use crate::ui::text::{phrase, pieces, span, time};
use crate::ui::theme::Theme;
use crate::words::{self, Caption, answer, session};

/// A node with its branches.
pub(super) fn node<'a>(
    model: &'a Model,
    theme: &'a Theme,
    (flow_id, node): (&FlowId, &NodeId),
    area: Rect,
) -> Sheet<'a> {
    let name = Untrusted::from(format!("{} {}", flow_id.0, node.0));
    let kind = Caption::Node.text(model.language);
    let mut title = vec![span(theme, Role::Title, format!("{kind} "))];
    title.extend(pieces(theme, Role::Title, &name, 40));
    let mut sheet = Sheet::new(model, theme, title, area);
    let found = flow(model, flow_id).and_then(|it| Some((it, document::node(it, node)?)));
    match found {
        Some((flow, it)) => {
            let label = sheet.span(Role::Text, it.label.clone());
            sheet.paragraph(0, &[label]);
            sheet.paragraph(0, &[sheet.span(Role::Dim, flow.title.clone())]);
            branches(&mut sheet, flow, node);
            let answer = model.known().map(|known| known.on_node(flow, node));
            facts(&mut sheet, answer);
        }
        None => sheet.line(vec![sheet.span(Role::Dim, sheet.text(Caption::NotInPlaybook))]),
    }
    choices(&mut sheet, flow_id, node);
    notes(&mut sheet, &Place::Node(flow_id.clone(), node.clone()));
    sheet
}

/// An item with its state and its history.
pub(super) fn item<'a>(model: &'a Model, theme: &'a Theme, item: &ItemId, area: Rect) -> Sheet<'a> {
    let kind = Caption::Item.text(model.language);
    let mut title = vec![span(theme, Role::Title, format!("{kind} "))];
    title.extend(pieces(theme, Role::Title, &Untrusted::from(item.0.as_str()), 24));
    let mut sheet = Sheet::new(model, theme, title, area);
    match items(model).find(|it| it.id == *item) {
        Some(found) => {
            sheet.paragraph(0, &[sheet.span(Role::Text, found.text.clone())]);
            if let Some(how) = &found.how {
                sheet.blank();
                let how = [
                    sheet.span(Role::Dim, format!("{}: ", sheet.text(Caption::How))),
                    sheet.span(Role::Text, how.clone()),
                ];
                sheet.paragraph(0, &how);
            }
        }
        None => sheet.line(vec![sheet.span(Role::Dim, sheet.text(Caption::NotInPlaybook))]),
    }
    sheet.blank();
    state(&mut sheet, item);
    let found = items(model).find(|it| it.id == *item);
    facts(&mut sheet, found.and_then(|it| Some(model.known()?.on_item(it))));
    marks(&mut sheet, item);
    notes(&mut sheet, &Place::Item(item.clone()));
    sheet
}

fn branches(sheet: &mut Sheet<'_>, flow: &Flow, node: &NodeId) {
    let mut out = flow.edges.iter().filter(|edge| edge.from == *node).enumerate().peekable();
    if out.peek().is_none() {
        sheet.blank();
        sheet.line(vec![sheet.span(Role::Dim, sheet.text(Caption::EndOfFlow))]);
        return;
    }
    sheet.heading(Caption::Branches, Vec::new());
    let session = sheet.model.session.as_ref();
    for (at, edge) in out {
        let stands = session.and_then(|session| {
            session.choices(&flow.id).find(|(of, branch, _)| *of == node && *branch == at)
        });
        let arrow = signs(sheet.model.glyphs).arrow;
        let target = document::node(flow, &edge.to);
        let target = target.map_or(edge.to.0.as_str(), |it| it.label.as_str());
        let mut spans = vec![sheet.span(Role::FooterKey, format!("{} ", at + 1))];
        if let Some(label) = &edge.label {
            spans.push(sheet.span(Role::Title, format!("{label} ")));
        }
        spans.push(sheet.span(Role::Text, format!("{arrow} {target}")));
        if let Some((_, _, saved)) = stands {
            let (sign, role) = if saved { ("[x]", Role::Ok) } else { ("[~]", Role::Pending) };
            spans.push(sheet.span(role, format!("  {sign} {}", sheet.text(Caption::Taken))));
        }
        sheet.paragraph(0, &spans);
    }
}

/// What the host says to it, with where each fact was read; the branch that the facts speak for first.
fn facts(sheet: &mut Sheet<'_>, answer: Option<Answer>) {
    let language = sheet.model.language;
    let Some(answer) = answer.filter(|it| it.ask.is_some() || !it.facts.is_empty()) else { return };
    sheet.headed(answer::Word::Facts.text(language), Vec::new());
    let suggested = answer.suggestion.iter().map(|it| (&it.because, Some(it.branch)));
    for (fact, branch) in suggested.chain(answer.facts.iter().map(|it| (it, None))) {
        let mut spans = Vec::new();
        if let Some(branch) = branch {
            let lead = format!("{} {}: ", answer::Word::Suggests.text(language), branch + 1);
            spans.push(sheet.span(Role::Ok, lead));
        }
        spans.extend(phrase(sheet.theme, Role::Text, &answer::fact(language, fact), 120));
        let from = answer::from(language, fact.from);
        spans.extend(from.map(|it| sheet.span(Role::Dim, format!("  ({it})"))));
        sheet.paragraph(0, &spans);
    }
    if let Some(ask) = answer.ask {
        let ask = sheet.span(Role::Text, answer::ask(language, ask));
        sheet.paragraph(0, &[sheet.span(Role::Warn, "? "), ask]);
    }
}

/// Who chose what here and when, what was taken back included.
fn choices(sheet: &mut Sheet<'_>, flow: &FlowId, node: &NodeId) {
    let Some(session) = sheet.model.session.as_ref() else { return };
    let state = &session.state;
    let gone = state.gone.iter().map(|gone| (&gone.choice, Some((&gone.by, gone.at))));
    let mut all: Vec<_> = state.choices.iter().map(|choice| (choice, None)).chain(gone).collect();
    all.retain(|(choice, _)| choice.flow == *flow && choice.node == *node);
    if all.is_empty() {
        return;
    }
    all.sort_by_key(|(choice, _)| choice.seq);
    sheet.heading(Caption::HistoryOf, Vec::new());
    for (choice, gone) in all {
        let mut spans = who(sheet, choice.seq, choice.at, &choice.by);
        let label = if choice.label.is_empty() {
            pieces(sheet.theme, Role::Text, &Untrusted::from(choice.to.0.as_str()), 60)
        } else {
            pieces(sheet.theme, Role::Text, &choice.label, 60)
        };
        spans.extend(label);
        if let Some((by, at)) = gone {
            let back = format!("  {} {} ", sheet.text(Caption::TakenBack), time(at));
            spans.push(sheet.span(Role::Dim, back));
            spans.extend(pieces(sheet.theme, Role::Untrusted, by, 24));
        }
        sheet.line(spans);
    }
}

/// The state of an item; one that waits for the disk is marked so.
fn state(sheet: &mut Sheet<'_>, item: &ItemId) {
    let Some(session) = sheet.model.session.as_ref() else { return };
    let (state, saved) = session.item(item);
    let role = match state {
        _ if !saved => Role::Pending,
        ItemState::Done => Role::Ok,
        ItemState::Blocked => Role::Crit,
        ItemState::Doing => Role::Warn,
        ItemState::Open | ItemState::NotApplicable => Role::Text,
    };
    let sign = if saved { "" } else { "~ " };
    let word = session::item_state(sheet.model.language, state);
    sheet.line(vec![sheet.span(role, format!("{sign}{} {word}", check_box(state)))]);
}

/// Every mark that the item ever had, as far as its entry is at hand; the last one always is.
fn marks(sheet: &mut Sheet<'_>, item: &ItemId) {
    let Some(session) = sheet.model.session.as_ref() else { return };
    let of_entry = |entry: &Arc<Entry>| {
        let Event::Marked { item: of, state, reason, undoes } = &entry.event else { return None };
        let (by, reason, at, seq) = (entry.by.clone(), reason.clone(), entry.at, entry.seq);
        let mark = ItemMark { state: *state, reason, by, at, seq };
        (of == item).then_some((mark, *undoes))
    };
    let mut marks: Vec<(ItemMark, Option<u64>)> =
        session.entries.iter().filter_map(of_entry).collect();
    if marks.is_empty() {
        marks.extend(session.state.items.get(item).cloned().map(|mark| (mark, None)));
    }
    if marks.is_empty() {
        return;
    }
    sheet.heading(Caption::HistoryOf, Vec::new());
    if session.earlier > 0 {
        let earlier = words::panes::earlier(sheet.model.language, session.earlier);
        sheet.line(vec![sheet.span(Role::Dim, format!("{earlier} firedamp timeline ID"))]);
    }
    for (mark, undoes) in &marks {
        let mut spans = who(sheet, mark.seq, mark.at, &mark.by);
        let word = session::item_state(sheet.model.language, mark.state);
        spans.push(sheet.span(Role::Text, format!("{} {word}  ", check_box(mark.state))));
        if let Some(back) = undoes {
            let back = format!("({} #{back})  ", sheet.text(Caption::TookBack));
            spans.push(sheet.span(Role::Dim, back));
        }
        spans.extend(pieces(sheet.theme, Role::Untrusted, &mark.reason, 200));
        sheet.paragraph(0, &spans);
    }
}

fn notes(sheet: &mut Sheet<'_>, place: &Place) {
    let Some(session) = sheet.model.session.as_ref() else { return };
    let mut notes =
        session.state.notes.iter().filter(|note| note.about.as_ref() == Some(place)).peekable();
    if notes.peek().is_none() {
        return;
    }
    sheet.heading(Caption::Notes, Vec::new());
    for note in notes {
        let mut spans = who(sheet, note.seq, note.at, &note.by);
        spans.extend(pieces(sheet.theme, Role::Untrusted, &note.text, 400));
        sheet.paragraph(0, &spans);
    }
}

/// `#142 02:44:10 suda `
fn who(sheet: &Sheet<'_>, seq: u64, at: Timestamp, by: &Untrusted) -> Vec<Span<'static>> {
    let mut spans = vec![sheet.span(Role::Dim, format!("#{seq} {} ", time(at)))];
    spans.extend(pieces(sheet.theme, Role::Untrusted, by, 24));
    spans.push(sheet.span(Role::Text, "  "));
    spans
}
