//! Looking for words in the texts: the playbook, the timeline, the brief.
//!
//! Invariant: what is looked for is what the screen shows, line by line; a line breaks where it breaks there.

use std::ops::Range;

use crate::cockpit::Model;
use crate::cockpit::model::{NoticeKind, Pane, Size, Text, View};
use crate::domain::base::Language;

/// Lines of a text above the one that was found.
const ABOVE: usize = 2;

/// What is looked for, and where it was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Find {
    /// In which pane.
    pub pane: Pane,
    /// Which words.
    pub text: String,
    /// Lines that hold them, from the top; in the timeline the oldest entry is line 0.
    pub hits: Vec<usize>,
    /// Which of them the responder is at.
    pub at: usize,
    /// Where the pane stood after the last jump: somebody who scrolled on goes on from there.
    jumped_to: usize,
    made_for: Made,
}

/// What a list of places was made for.
#[derive(Clone, Debug, PartialEq)]
struct Made {
    language: Language,
    size: Size,
    view: View,
    seq: u64,
}

/// What was looked for before the question, and where the pane stood.
#[derive(Clone, Debug, PartialEq)]
pub struct Before {
    /// What was looked for.
    find: Option<Find>,
    /// In which pane the question was asked.
    pub pane: Pane,
    /// Where that stood.
    line: usize,
}

impl Before {
    /// How things stand in `pane`, which is a text.
    #[must_use]
    pub fn of(model: &Model, pane: Pane) -> Self {
        Self { find: model.panes.find.clone(), pane, line: line(model, pane) }
    }

    /// What was looked for there.
    #[must_use]
    pub fn text(&self) -> &str {
        self.find.as_ref().filter(|it| it.pane == self.pane).map_or("", |it| &it.text)
    }
}

impl Find {
    /// The line that the responder is at.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.hits.get(self.at).copied()
    }
}

/// Where `text` stands in `line`, in any case.
#[must_use]
pub fn places(line: &str, text: &str) -> Vec<Range<usize>> {
    let wanted: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let folded: Vec<(Range<usize>, char)> = line
        .char_indices()
        .flat_map(|(at, c)| c.to_lowercase().map(move |low| (at..at + c.len_utf8(), low)))
        .collect();
    let mut places: Vec<Range<usize>> = Vec::new();
    for window in folded.windows(wanted.len()) {
        let ([(first, _), ..], Some((last, _))) = (window, window.last()) else { continue };
        let apart = places.last().is_none_or(|before| before.end <= first.start);
        if apart && window.iter().map(|(_, c)| c).eq(&wanted) {
            places.push(first.start..last.end);
        }
    }
    places
}

/// Looks for `text` while it is typed: to the first place from where the pane stood.
pub(super) fn typed(model: &mut Model, before: &Before, text: &str) {
    if text.is_empty() {
        return give_back(model, before);
    }
    let (pane, text) = (before.pane, text.to_owned());
    let hits = hits(model, pane, &text);
    // The timeline is read from its end, so what lies behind is nearer than what lies at the other end.
    let round = if pane == Pane::Timeline { hits.len().saturating_sub(1) } else { 0 };
    let at = hits.iter().position(|hit| *hit >= before.line).unwrap_or(round);
    let found = hits.get(at).copied();
    let made_for = made(model);
    model.panes.find = Some(Find { pane, text, hits, at, jumped_to: before.line, made_for });
    match found {
        Some(line) => jump(model, line),
        None => put(model, pane, before.line),
    }
}

/// As it was before the question.
pub(super) fn give_back(model: &mut Model, before: &Before) {
    model.panes.find.clone_from(&before.find);
    put(model, before.pane, before.line);
}

/// The question is answered: says so if nothing was found.
pub(super) fn settle(model: &mut Model) {
    let nowhere = |find: &Find| find.hits.is_empty();
    if let Some(find) = model.panes.find.take_if(|find| nowhere(find)) {
        say_not_found(model, &find.text, find.pane);
    }
}

fn say_not_found(model: &mut Model, text: &str, pane: Pane) {
    let earlier = model.session.as_ref().map_or(0, |session| session.earlier);
    model.notice(if pane == Pane::Timeline && earlier > 0 {
        NoticeKind::NotFoundHere(text.into(), earlier)
    } else {
        NoticeKind::NotFound(text.into())
    });
}

/// To the next place, or to the one before; round, with a word about it.
pub(super) fn next(model: &mut Model, forward: bool) {
    let Some(find) = model.panes.find.as_ref().filter(|find| find.pane == model.focus) else {
        return model.notice(NoticeKind::NoSearch);
    };
    let stands = line(model, find.pane);
    let here = find.line().filter(|_| find.jumped_to == stands);
    let found = if forward {
        find.hits.iter().position(|hit| here.map_or(*hit >= stands, |here| *hit > here))
    } else {
        find.hits.iter().rposition(|hit| *hit < here.unwrap_or(stands))
    };
    let last = find.hits.len().saturating_sub(1);
    let at = found.unwrap_or(if forward { 0 } else { last });
    if found.is_none() && !find.hits.is_empty() {
        model.notice(NoticeKind::Wrapped(forward));
    }
    go(model, at);
}

/// Works the places out again when the text has changed, or how its lines break.
pub(super) fn refresh(model: &mut Model) {
    let made_for = made(model);
    let Some(find) = model.panes.find.as_ref().filter(|find| find.made_for != made_for) else {
        return;
    };
    let hits = hits(model, find.pane, &find.text);
    if let Some(find) = &mut model.panes.find {
        find.at = find.at.min(hits.len().saturating_sub(1));
        find.hits = hits;
        find.made_for = made_for;
    }
}

fn go(model: &mut Model, at: usize) {
    let Some(find) = &mut model.panes.find else { return };
    find.at = at;
    if let Some(line) = find.line() {
        return jump(model, line);
    }
    let (text, pane) = (find.text.clone(), find.pane);
    say_not_found(model, &text, pane);
}

fn jump(model: &mut Model, to: usize) {
    let Some(pane) = model.panes.find.as_ref().map(|find| find.pane) else { return };
    let above = if pane == Pane::Timeline { 0 } else { ABOVE };
    put(model, pane, to.saturating_sub(above));
    let stands = line(model, pane);
    if let Some(find) = &mut model.panes.find {
        find.jumped_to = stands;
    }
}

fn hits(model: &Model, pane: Pane, text: &str) -> Vec<usize> {
    let lines = (model.read)(model, Text::Of(pane));
    let holds = |(at, line): (usize, &String)| (!places(line, text).is_empty()).then_some(at);
    lines.iter().enumerate().filter_map(holds).collect()
}

fn made(model: &Model) -> Made {
    let seq = model.session.as_ref().map_or(0, |session| session.state.seq);
    Made { language: model.language, size: model.size, view: model.view, seq }
}

/// The line from the top that the pane stands at.
fn line(model: &Model, pane: Pane) -> usize {
    let panes = &model.panes;
    match pane {
        Pane::Timeline => panes.timeline.lines.saturating_sub(panes.timeline.line + 1),
        Pane::Handoff => panes.handoff.line,
        Pane::Playbook => panes.playbook.line,
        Pane::Processes
        | Pane::Network
        | Pane::Gpu
        | Pane::Decision
        | Pane::Checklist
        | Pane::Hiding
        | Pane::Persistence
        | Pane::Wire
        | Pane::Impact => 0,
    }
}

fn put(model: &mut Model, pane: Pane, line: usize) {
    let panes = &mut model.panes;
    match pane {
        Pane::Timeline => panes.timeline.line = panes.timeline.lines.saturating_sub(line + 1),
        Pane::Handoff => {
            panes.ceremony.follows = false;
            panes.handoff.line = line;
        }
        Pane::Playbook => panes.playbook.line = line,
        Pane::Processes
        | Pane::Network
        | Pane::Gpu
        | Pane::Decision
        | Pane::Checklist
        | Pane::Hiding
        | Pane::Persistence
        | Pane::Wire
        | Pane::Impact => {}
    }
}
