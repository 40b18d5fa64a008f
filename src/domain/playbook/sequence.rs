//! `sequenceDiagram` blocks as procedures: an ordered list of who asks whom for what.
//!
//! Invariant: tolerant and linear; a line that cannot be read is named in a problem, the rest stands.

use std::collections::HashMap;

use crate::domain::playbook::budget::Budget;
use crate::domain::playbook::diagram::{Participant, Procedure, Step, StepKind};
use crate::domain::playbook::document::{Problem, Severity};
use crate::domain::playbook::label;
use crate::domain::playbook::mermaid::{Line, Seat};
use crate::domain::playbook::printable;

/// Arrows, the longest first where one begins another; `true` for the dashed ones.
const ARROWS: [(&str, bool); 18] = [
    ("<<-->>", true),
    ("<<->>", false),
    ("-->>", true),
    ("--)", true),
    ("--x", true),
    ("--|\\", true),
    ("--|/", true),
    ("--\\\\", true),
    ("--//", true),
    ("-->", true),
    ("->>", false),
    ("-)", false),
    ("-x", false),
    ("-|\\", false),
    ("-|/", false),
    ("-\\\\", false),
    ("-//", false),
    ("->", false),
];

/// Longest name of a participant, in characters: every step repeats it.
const NAME: usize = 80;

/// The same, once a document has used up what it may repeat.
const SHORT: usize = 8;

/// Reads the lines of a procedure, the first of which names its kind.
pub(super) fn read(
    seat: Seat,
    number: usize,
    lines: &[Line<'_>],
    budget: &mut Budget,
) -> (Procedure, Vec<Problem>) {
    let mut reader = Reader::default();
    for line in lines.iter().skip(1) {
        reader.line(line);
    }
    for (_, line) in std::mem::take(&mut reader.frames) {
        reader.warn(line, "this frame is never closed; write `end` behind its last step");
    }
    if reader.steps.is_empty() {
        reader.problems.push(Problem {
            line: seat.line,
            severity: Severity::Error,
            message: "this procedure has no steps; write at least one, such as `A->>B: what`, \
                      or remove the block"
                .to_owned(),
        });
    }
    let steps = reader.named(budget);
    let procedure = Procedure {
        id: format!("P{number}"),
        title: seat.title,
        participants: reader.participants,
        steps,
        line: seat.line,
    };
    (procedure, reader.problems)
}

#[derive(Default)]
struct Reader {
    participants: Vec<Participant>,
    index: HashMap<String, usize>,
    steps: Vec<Step>,
    asked: usize,
    /// Places of the participants of each request, in order.
    ends: Vec<(usize, usize)>,
    /// Open frames and boxes with their line; a box is no frame of the procedure.
    frames: Vec<(bool, usize)>,
    depth: u8,
    problems: Vec<Problem>,
}

impl Reader {
    fn warn(&mut self, line: usize, message: &str) {
        let message = message.to_owned();
        self.problems.push(Problem { line, severity: Severity::Warning, message });
    }

    fn line(&mut self, line: &Line<'_>) {
        let end = line.text.find([' ', '\t', ':', ';']).unwrap_or(line.text.len());
        let (word, rest) = line.text.split_at_checked(end).unwrap_or((line.text, ""));
        let says = rest.trim();
        match word {
            "participant" | "actor" if !says.is_empty() => self.participant(says),
            "create" => self.participant(first_word_off(says)),
            "autonumber" | "activate" | "deactivate" | "destroy" | "title" | "link" | "links"
            | "properties" | "details" | "accTitle" | "accDescr" => {}
            "box" => self.frames.push((false, line.number)),
            "alt" | "opt" | "loop" | "par" | "critical" | "break" | "rect" | "par_over" => {
                self.step(line.number, StepKind::Frame(word.to_owned(), label::read(says)));
                self.frames.push((true, line.number));
                self.depth = self.depth.saturating_add(1);
            }
            "else" | "and" | "option" => {
                let inner = self.depth;
                self.depth = inner.saturating_sub(1);
                self.step(line.number, StepKind::Frame(word.to_owned(), label::read(says)));
                self.depth = inner;
            }
            "end" if says.is_empty() || says == ";" => match self.frames.pop() {
                Some((is_frame, _)) => self.depth = self.depth.saturating_sub(u8::from(is_frame)),
                None => self.warn(line.number, "`end` closes nothing; remove it"),
            },
            "note" | "Note" => {
                let text = says.split_once(':').map_or(says, |(_, text)| text);
                self.step(line.number, StepKind::Note(label::read(text)));
            }
            _ => self.message(line),
        }
    }

    fn step(&mut self, line: usize, kind: StepKind) {
        self.steps.push(Step { number: self.asked, depth: self.depth, kind, line });
    }

    /// `A as Name`, `A@{ "type": "boundary" } as Name`, `A`.
    fn participant(&mut self, text: &str) {
        let (id, name) = match text.split_once(" as ") {
            Some((id, name)) => (id, Some(name)),
            None => (text, None),
        };
        let id = id.split_once("@{").map_or(id, |(id, _)| id);
        let at = self.place(id.trim_end_matches(';'));
        if let (Some(name), Some(participant)) = (name, self.participants.get_mut(at)) {
            let name = label::read(name).replace('\n', " ");
            participant.name = printable::capped(&name, NAME);
        }
    }

    fn place(&mut self, id: &str) -> usize {
        let id = printable::capped(&printable::line(id), NAME);
        if let Some(at) = self.index.get(&id) {
            return *at;
        }
        let at = self.participants.len();
        self.participants.push(Participant { id: id.clone(), name: label::read(&id) });
        self.index.insert(id, at);
        at
    }

    /// `A->>+B: what`.
    fn message(&mut self, line: &Line<'_>) {
        let found = line.text.match_indices(['-', '<']).find_map(|(at, _)| {
            let rest = line.text.get(at..)?;
            let (arrow, dashed) = ARROWS.iter().find(|(arrow, _)| rest.starts_with(arrow))?;
            Some((line.text.get(..at)?, rest.get(arrow.len()..)?, *dashed))
        });
        let Some((from, rest, answer)) = found.filter(|(from, ..)| is_name(from)) else {
            return self.cannot(line, "write who asks whom for what, such as `A->>B: what`");
        };
        let (to, what) = rest.split_once(':').unwrap_or((rest, ""));
        let to = to.trim().trim_start_matches(['+', '-', '(', ')']).trim_end_matches(';');
        if !is_name(to) {
            return self.cannot(line, "name the participant that the arrow leads to");
        }
        let (from, to) = (self.place(from), self.place(to));
        self.asked += 1;
        self.ends.push((from, to));
        let (from, to, what) = (String::new(), String::new(), label::read(what));
        self.step(line.number, StepKind::Ask { from, to, what, answer });
    }

    fn cannot(&mut self, line: &Line<'_>, help: &str) {
        let shown = printable::capped(&printable::line(line.text), 40);
        self.problems.push(Problem {
            line: line.number,
            severity: Severity::Error,
            message: format!("cannot read `{shown}` as a step: {help}"),
        });
    }

    /// The steps with names as shown, which may be declared after their first use.
    fn named(&mut self, budget: &mut Budget) -> Vec<Step> {
        let mut name = |at: usize| {
            let name = self.participants.get(at).map_or("", |it| it.name.as_str());
            let limit = if budget.spend(name.len()) { NAME } else { SHORT };
            printable::capped(name, limit)
        };
        let mut ends = self.ends.iter();
        for step in &mut self.steps {
            if let StepKind::Ask { from, to, .. } = &mut step.kind
                && let Some(places) = ends.next()
            {
                (*from, *to) = (name(places.0), name(places.1));
            }
        }
        std::mem::take(&mut self.steps)
    }
}

fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains([':', '>'])
}

fn first_word_off(text: &str) -> &str {
    text.split_once(' ').map_or(text, |(_, rest)| rest.trim_start())
}
