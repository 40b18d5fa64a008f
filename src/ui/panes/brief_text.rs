//! A brief as lines: what matters first, each part under its name at the left.

use crate::cockpit::model::Glyphs;
use crate::domain::base::{Language, Timestamp};
use crate::domain::detect::Grade;
use crate::domain::playbook::{Block, Playbook};
use crate::domain::session::{Brief, FlowBrief, ItemState, NextStep, PhaseBrief, Place};
use crate::ui::glyph::{check_box, signs};
use crate::ui::panes::grade;
use crate::ui::panes::sheet::{Piece, Sheet, sentence, theirs};
use crate::ui::role::Role;
use crate::ui::text::{day_and_time, pad_right, width};
use crate::words::finding;
use crate::words::panes::{Word, word};
use crate::words::session::{phase, place};

/// Cells of the names at the left.
const NAMES: usize = 10;

/// The lines of `brief` when it has `cells` of room.
pub(super) fn lines(
    brief: &Brief,
    playbook: &Playbook,
    cells: usize,
    language: Language,
    glyphs: Glyphs,
) -> Vec<Vec<Piece>> {
    let mut card = Card { sheet: Sheet::new(cells, glyphs), playbook, language, name: None };
    card.opening(brief);
    card.handoff(brief);
    card.flows(&brief.flows);
    card.found(brief);
    card.blocked(brief);
    card.open(&brief.phases);
    card.next(brief);
    card.notes(brief);
    card.people(brief);
    card.sheet.lines
}

struct Card<'a> {
    sheet: Sheet,
    playbook: &'a Playbook,
    language: Language,
    /// Name of the part that begins; `None` once it has been written.
    name: Option<&'static str>,
}

fn part(role: Role, text: impl Into<String>) -> Piece {
    (role, text.into())
}

fn moment(at: Timestamp) -> String {
    at.strftime("%m-%d %H:%M").to_string()
}

impl Card<'_> {
    fn say(&self, what: Word) -> &'static str {
        word(self.language, what)
    }

    fn begin(&mut self, what: Word) {
        self.sheet.gap();
        self.name = Some(self.say(what));
    }

    /// One entry of the part: a sign, and text that wraps beside it.
    fn add(&mut self, sign: Piece, parts: &[Piece]) {
        let name = self.name.take().unwrap_or_default();
        let cells = if self.sheet.cells < 50 { 0 } else { NAMES };
        let mut lead = Vec::new();
        if cells == 0 && !name.is_empty() {
            self.sheet.line(vec![part(Role::Title, name)]);
        } else if cells > 0 {
            lead.push(part(Role::Title, pad_right(name, cells, self.sheet.glyphs)));
        }
        let blank = usize::from(width(&sign.1) > 0);
        lead.push(sign);
        lead.push(part(Role::Text, " ".repeat(blank)));
        self.sheet.wrapped(lead, parts);
    }

    fn none(&mut self) {
        let none = self.say(Word::NoneYet);
        self.add(part(Role::Text, ""), &[part(Role::Dim, none)]);
    }

    fn opening(&mut self, brief: &Brief) {
        self.begin(Word::Since);
        let mut parts = Vec::new();
        if let Some(at) = brief.opened_at {
            parts.push(part(Role::Text, format!("{} UTC  ", day_and_time(at))));
        }
        if let Some(opening) = &brief.opening {
            parts.extend(theirs(Role::Untrusted, &opening.host));
            parts.push(part(Role::Text, "  "));
            let playbook = crate::domain::untrusted::Untrusted::from(opening.playbook.as_str());
            parts.extend(theirs(Role::Text, &playbook));
        }
        let head = brief.head.to_string();
        let head = head.get(..8).unwrap_or_default();
        parts.push(part(Role::Dim, format!("  #{} {head}", brief.seq)));
        self.add(part(Role::Text, ""), &parts);
    }

    fn flows(&mut self, flows: &[FlowBrief]) {
        self.begin(Word::Now);
        let arrow = signs(self.sheet.glyphs).arrow;
        let begun = flows.iter().filter(|flow| !flow.path.is_empty());
        let shown: Vec<&FlowBrief> = begun.collect();
        if shown.is_empty() {
            return self.none();
        }
        for flow in shown {
            let mut parts = Vec::new();
            for passed in &flow.path {
                parts.push(part(Role::Dim, passed.node.replace('\n', " ")));
                if !passed.choice.label.is_empty() {
                    parts.push(part(Role::Dim, " ["));
                    parts.extend(theirs(Role::Text, &passed.choice.label));
                    parts.push(part(Role::Dim, "]"));
                }
                parts.push(part(Role::Dim, format!(" {arrow} ")));
            }
            let here = flow.here.as_ref().map_or("?", |here| here.label.as_str());
            parts.push(part(Role::Mark, here.replace('\n', " ")));
            self.add(part(Role::FooterKey, flow.id.0.as_str()), &parts);
        }
    }

    fn found(&mut self, brief: &Brief) {
        self.begin(Word::Found);
        if brief.findings.is_empty() {
            return self.none();
        }
        for of in [Grade::Confirmed, Grade::Suspect, Grade::Noted] {
            for found in brief.graded(of) {
                let (sign, role) = grade(of);
                let mut parts = theirs(Role::Untrusted, &found.name);
                parts.push(part(Role::Text, "  "));
                parts.push(part(role, finding::grade(self.language, of)));
                parts.push(part(Role::Dim, format!("  #{}", found.seq)));
                self.add(part(role, sign), &parts);
                // What is only noted says why in the timeline.
                let reasons = if of == Grade::Noted { 1 } else { usize::MAX };
                for reason in found.finding.reasons.iter().take(reasons) {
                    let said = finding::reason(self.language, reason);
                    self.add(part(Role::Text, " "), &sentence(Role::Text, &said));
                }
            }
        }
    }

    fn blocked(&mut self, brief: &Brief) {
        let blocked: Vec<_> = brief.items(ItemState::Blocked).map(|(_, item)| item).collect();
        if blocked.is_empty() {
            return;
        }
        self.begin(Word::Blocked);
        for item in blocked {
            let mut parts = vec![part(Role::Dim, format!("{} ", item.id.0))];
            parts.push(part(Role::Text, item.text.as_str()));
            if let Some(mark) = &item.mark {
                parts.push(part(Role::Crit, ": "));
                parts.extend(theirs(Role::Untrusted, &mark.reason));
                parts.push(part(Role::Dim, " ("));
                parts.extend(theirs(Role::Untrusted, &mark.by));
                parts.push(part(Role::Dim, format!(", {})", moment(mark.at))));
            }
            self.add(part(Role::Crit, check_box(ItemState::Blocked)), &parts);
        }
    }

    fn open(&mut self, phases: &[PhaseBrief]) {
        self.begin(Word::StillOpen);
        for of in phases {
            let name = of.phase.map_or("?", |it| phase(self.language, it));
            let settled = of.done + of.not_applicable;
            let role = if of.is_finished() { Role::Ok } else { Role::Text };
            let count = format!("{settled}/{}", of.total);
            self.add(part(role, count), &[part(Role::Text, name)]);
            let waits = |it: ItemState| matches!(it, ItemState::Open | ItemState::Doing);
            // Of a phase that nobody has begun the count says enough.
            let begun = settled > 0 || of.items.iter().any(|item| item.state != ItemState::Open);
            for item in of.items.iter().filter(|item| begun && waits(item.state)) {
                let parts = [
                    part(Role::Dim, format!("{} ", item.id.0)),
                    part(Role::Text, item.text.as_str()),
                ];
                self.add(part(Role::Text, check_box(item.state)), &parts);
            }
        }
        if phases.is_empty() {
            self.none();
        }
    }

    fn next(&mut self, brief: &Brief) {
        self.begin(Word::Next);
        if brief.next.is_empty() {
            return self.none();
        }
        for (at, step) in brief.next.iter().take(6).enumerate() {
            let (id, text) = match step {
                NextStep::Choose(flow, node) => (flow.0.as_str(), node.label.replace('\n', " ")),
                NextStep::Do(item, text) => (item.0.as_str(), text.clone()),
            };
            let parts = [part(Role::Dim, format!("{id} ")), part(Role::Text, text)];
            self.add(part(Role::FooterKey, format!("{}", at + 1)), &parts);
        }
    }

    fn notes(&mut self, brief: &Brief) {
        self.begin(Word::Notes);
        if brief.notes.is_empty() {
            return self.none();
        }
        for note in &brief.notes {
            let mut parts = theirs(Role::Untrusted, &note.by);
            if let Some(about) = &note.about {
                parts.push(part(Role::Dim, format!(" {} ", self.say(Word::NoteOn))));
                parts.extend(self.subject(brief, about));
            }
            parts.push(part(Role::Dim, ": "));
            parts.extend(theirs(Role::Untrusted, &note.text));
            self.add(part(Role::Dim, moment(note.at)), &parts);
        }
    }

    /// What a note is about, by a name that says something without the screen that it was written on.
    fn subject(&self, brief: &Brief, about: &Place) -> Vec<Piece> {
        let sections = self.playbook.sections.iter();
        let mut blocks = sections.flat_map(|section| &section.blocks);
        let label = match about {
            Place::Item(id) => blocks.find_map(|block| {
                let Block::Checklist(list) = block else { return None };
                let item = list.items.iter().find(|item| item.id == *id)?;
                Some((id.0.as_str(), item.text.as_str()))
            }),
            Place::Node(flow_id, id) => blocks.find_map(|block| {
                let Block::Flow(flow) = block else { return None };
                let node = flow.node(id).filter(|_| flow.id == *flow_id)?;
                Some((flow_id.0.as_str(), node.label.as_str()))
            }),
            Place::Subject(subject) => {
                let found = brief.findings.iter().find(|it| it.finding.subject == *subject);
                if let Some(found) = found {
                    return theirs(Role::Untrusted, &found.name);
                }
                None
            }
        };
        match label {
            Some((id, text)) => {
                let text = text.replace('\n', " ");
                vec![part(Role::Dim, format!("{id} ")), part(Role::Text, text)]
            }
            None => sentence(Role::Text, &place(about)),
        }
    }

    fn people(&mut self, brief: &Brief) {
        self.begin(Word::Worked);
        for worker in &brief.workers {
            let span = format!("{} - {}", moment(worker.from), moment(worker.to));
            let mut parts = theirs(Role::Untrusted, &worker.by);
            parts.push(part(Role::Dim, format!("  {}", worker.entries)));
            self.add(part(Role::Text, span), &parts);
        }
        if brief.workers.is_empty() {
            self.none();
        }
        for program in &brief.allowed {
            let mut parts = vec![part(Role::Warn, format!("{} ", self.say(Word::Allowed)))];
            parts.extend(theirs(Role::Untrusted, program));
            self.add(part(Role::Warn, "*"), &parts);
        }
        if brief.unknown > 0 {
            let text = format!("{} {}", brief.unknown, self.say(Word::UnknownKinds));
            self.add(part(Role::Unknown, "?"), &[part(Role::Unknown, text)]);
        }
    }

    fn handoff(&mut self, brief: &Brief) {
        self.begin(Word::LastHandoff);
        let Some(handoff) = &brief.handoff else { return self.none() };
        let mut parts = vec![part(Role::Dim, format!("#{} ", handoff.seq))];
        parts.extend(theirs(Role::Untrusted, &handoff.by));
        parts.push(part(Role::Dim, ": "));
        parts.extend(theirs(Role::Untrusted, &handoff.words));
        self.add(part(Role::Dim, moment(handoff.at)), &parts);
        if let Some((by, at)) = &handoff.accepted {
            let mut parts = theirs(Role::Untrusted, by);
            parts.push(part(Role::Ok, format!(" {}", self.say(Word::AcceptedBy))));
            self.add(part(Role::Dim, moment(*at)), &parts);
        } else {
            let text = self.say(Word::NotAccepted);
            self.add(part(Role::Warn, "*"), &[part(Role::Warn, text)]);
        }
    }
}
