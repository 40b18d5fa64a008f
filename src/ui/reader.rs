//! Texts as the screen has them, line by line, for whoever searches or copies them.

use ratatui::layout::Rect;

use crate::cockpit::Model;
use crate::cockpit::model::{Pane, Text};
use crate::domain::detect::{Finding, Subject};
use crate::domain::session::Entry;
use crate::ui::layout::{Strips, pane_areas};
use crate::ui::panes;
use crate::ui::text::{day_and_time, time};
use crate::words::{finding, session};

/// Cells of one hostile value.
const VALUE: usize = 4_000;
/// Cells of a brief that goes to a ticket.
const TICKET: u16 = 100;

/// The lines of `text`.
#[must_use]
pub fn read(model: &Model, text: Text<'_>) -> Vec<String> {
    match text {
        Text::Of(Pane::Playbook) => {
            panes::playbook_text_of(model, inside_width(model, Pane::Playbook))
        }
        Text::Of(Pane::Handoff) => {
            panes::handoff_text_of(model, inside_width(model, Pane::Handoff))
        }
        Text::Of(Pane::Timeline) => {
            let entries = model.session.iter().flat_map(|session| &session.entries);
            entries.map(|entry| format!("{} {}", time(entry.at), told(model, entry))).collect()
        }
        Text::Of(
            Pane::Processes
            | Pane::Network
            | Pane::Gpu
            | Pane::Decision
            | Pane::Checklist
            | Pane::Hiding
            | Pane::Persistence
            | Pane::Wire
            | Pane::Impact,
        ) => Vec::new(),
        Text::Brief => panes::handoff_text_of(model, TICKET),
        Text::Finding(found) => of_finding(model, found),
        Text::Entry(entry) => vec![format!("{}Z {}", day_and_time(entry.at), told(model, entry))],
    }
}

/// Cells inside the frame of `pane` where it stands on the screen.
#[must_use]
pub fn inside_width(model: &Model, pane: Pane) -> u16 {
    area_of(model, pane).map_or(model.size.columns, |area| area.width).saturating_sub(2)
}

/// Rows inside that frame.
#[must_use]
pub fn inside_height(model: &Model, pane: Pane) -> u16 {
    area_of(model, pane).map_or(model.size.rows, |area| area.height).saturating_sub(2)
}

fn area_of(model: &Model, pane: Pane) -> Option<Rect> {
    let areas = pane_areas(model.size, model.view, model.focus, Strips::of(model));
    areas.into_iter().find(|(of, _)| *of == pane).map(|(_, area)| area)
}

/// `#142 suda 1.3/4 is done  find the way in`
fn told(model: &Model, entry: &Entry) -> String {
    let said = panes::told(model, &entry.event).plain(VALUE);
    format!("#{} {} {said}", entry.seq, entry.by.plain(80))
}

fn of_finding(model: &Model, found: &Finding) -> Vec<String> {
    let language = model.language;
    let known = model.session.as_ref().and_then(|it| it.state.findings.get(&found.subject));
    let snapshot = model.live.snapshot.as_deref();
    let process = match &found.subject {
        Subject::Process(id) => snapshot.and_then(|snapshot| snapshot.process(*id)),
        Subject::Connection { .. } | Subject::Hiding { .. } | Subject::Autostart { .. } => None,
    };
    let name = known.map(|(_, _, name)| name.plain(200)).or_else(|| {
        process.map(|process| format!("{} {}", process.id.pid, process.comm.plain(80)))
    });
    let name = name.unwrap_or_else(|| finding::subject(&found.subject));
    let host = model.session.as_ref().and_then(|it| it.state.opening.as_ref());
    let host = host.map_or_else(String::new, |opening| format!("{}: ", opening.host.plain(80)));
    let mut lines = vec![format!("{host}{name}: {}", finding::grade(language, found.grade))];
    lines.extend(found.reasons.iter().map(|reason| {
        let said = finding::reason(language, reason).plain(VALUE);
        format!("- {said} [{}]", finding::source(language, reason.source))
    }));
    if let Some(at) = snapshot.map(|snapshot| snapshot.moment.at) {
        lines.push(format!(
            "- {}Z, {}",
            day_and_time(at),
            session::source(language, model.source.kind)
        ));
    }
    lines
}
