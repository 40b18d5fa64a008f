//! A trainee at the screen, without a terminal: what is pressed, what is saved, what is drawn.

use std::collections::BTreeSet;
use std::sync::Arc;

use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{Pen, Size, Source, SourceKind};
use firedamp::cockpit::{Effect, Model, Msg, Opened, update};
use firedamp::domain::base::{Both, Digest};
use firedamp::domain::detect::Grade;
use firedamp::domain::facts::Snapshot;
use firedamp::domain::playbook::{PB_31, read};
use firedamp::domain::session::{Entry, Event, ItemState, Opening, Stamp, Training};
use firedamp::domain::training::{Act, SHIPPED, Shipped, Walkthrough};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::store::Tape;
use firedamp::ui::theme::Theme;
use firedamp::ui::{Screen, page_places};
use firedamp::words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

/// A trainee at the screen: journal, model, and what was asked of the journal.
pub(crate) struct Trainee {
    pub(crate) model: Model,
    pub(crate) entries: u64,
    pub(crate) recorded: Vec<Event>,
    pub(crate) other: Vec<Effect>,
}

pub(crate) fn walkthrough(shipped: &Shipped) -> Walkthrough {
    Walkthrough::parse(shipped.text).unwrap()
}

pub(crate) fn frames(shipped: &Shipped) -> Vec<Arc<Snapshot>> {
    let mut tape = Tape::of([Arc::from(shipped.tape)]);
    assert_eq!(tape.damage(), []);
    (0..tape.len()).map(|at| Arc::new(tape.at(at).unwrap())).collect()
}

pub(crate) fn place(frames: &[Arc<Snapshot>], at: usize) -> u64 {
    frames[at].moment.ms_since(frames[0].moment)
}

pub(crate) fn source(frames: &[Arc<Snapshot>], at_ms: u64) -> Source {
    let length_ms = place(frames, frames.len() - 1);
    Source { kind: SourceKind::Training, paused: false, speed: 1.0, at_ms, length_ms }
}

impl Trainee {
    pub(crate) fn sits_down(walkthrough: &Arc<Walkthrough>, frames: &[Arc<Snapshot>]) -> Self {
        let model = Model::new("suda".into(), frames[0].moment, words::search);
        let mut trainee = Self { model, entries: 0, recorded: Vec::new(), other: Vec::new() };
        let opening = Opening {
            version: String::from("0"),
            host: frames[0].host.name.clone(),
            playbook: String::from("PB-31"),
            title: Untrusted::default(),
            sha256: Digest::default(),
            training: Some(walkthrough.name.clone()),
        };
        let first = trainee.entry(Event::Opened(opening));
        trainee.take(Msg::Resized(Size { columns: 80, rows: 24 }));
        trainee.take(Msg::Opened(Box::new(Opened {
            id: String::from("20261121T173000Z-web-03"),
            pen: Pen::Ours,
            past: vec![first].into(),
            playbook: Both { en: Arc::new(read(PB_31.en).0), th: Arc::new(read(PB_31.th).0) },
            source: source(frames, 0),
            walkthrough: Some(Arc::clone(walkthrough)),
        })));
        trainee
    }

    /// Has read the story and is at work.
    pub(crate) fn at_work(walkthrough: &Arc<Walkthrough>, frames: &[Arc<Snapshot>]) -> Self {
        let mut trainee = Self::sits_down(walkthrough, frames);
        trainee.take(Msg::Key(Key::Enter));
        trainee
    }

    /// Another screen takes the same journal up.
    pub(crate) fn comes_back(self) -> Self {
        let session = self.model.session.unwrap();
        let coach = self.model.coach.unwrap();
        let mut model = Model::new("suda".into(), self.model.now, words::search);
        model.size = self.model.size;
        let mut back =
            Self { model, entries: self.entries, recorded: Vec::new(), other: Vec::new() };
        back.take(Msg::Opened(Box::new(Opened {
            id: session.id,
            pen: session.pen,
            past: session.entries.iter().map(|it| Entry::clone(it)).collect::<Vec<_>>().into(),
            playbook: session.playbook,
            source: self.model.source,
            walkthrough: Some(coach.walkthrough),
        })));
        back
    }

    pub(crate) fn press(&mut self, keys: &str) {
        keys.chars().for_each(|key| self.take(Msg::Key(Key::Char(key))));
    }

    pub(crate) fn training(&self) -> &Training {
        &self.model.session.as_ref().unwrap().state.training
    }

    pub(crate) fn entry(&mut self, event: Event) -> Entry {
        self.entries += 1;
        let (at, ms) = (self.model.now.at, self.model.source.at_ms);
        Entry {
            seq: self.entries,
            at,
            boot: Stamp { id: String::new(), ms },
            by: "suda".into(),
            prev: Digest::default(),
            event,
        }
    }

    /// Applies a message; the journal saves whatever it is asked to.
    pub(crate) fn take(&mut self, msg: Msg) {
        let mut waiting = vec![msg];
        while let Some(msg) = waiting.pop() {
            for effect in update(&mut self.model, msg) {
                if let Effect::Record { ticket, event } = effect {
                    self.recorded.push(event.clone());
                    let entry = self.entry(event);
                    waiting.push(Msg::Saved(ticket, Box::new(entry)));
                } else {
                    self.other.push(effect);
                }
            }
        }
    }

    pub(crate) fn watches(&mut self, frames: &[Arc<Snapshot>], from: usize, to: usize) {
        for at in from..to {
            self.take(Msg::Moved(source(frames, place(frames, at))));
            self.take(Msg::Seen(Arc::clone(&frames[at])));
        }
    }

    pub(crate) fn findings(&self, grade: Grade) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for event in &self.recorded {
            if let Event::Found { finding, name } = event
                && finding.grade == grade
            {
                found.insert(name.plain(60));
            }
        }
        found
    }

    pub(crate) fn does(&mut self, act: &Act) {
        let event = match act.clone() {
            Act::Choose { flow, node, branch } => {
                let session = self.model.session.as_ref().unwrap();
                let playbook = &session.playbook.en;
                let edges = playbook.flow(&flow).unwrap().edges.iter();
                let edge = edges.filter(|edge| edge.from == node).nth(branch).unwrap();
                let (to, label) = (edge.to.clone(), edge.label.clone().unwrap_or_default().into());
                Event::Chose { flow, node, branch, to, label }
            }
            Act::Mark { item, state } => {
                Event::Marked { item, state, reason: "as it is".into(), undoes: None }
            }
        };
        let entry = self.entry(event);
        self.take(Msg::Followed(vec![entry]));
    }
}

pub(crate) fn drawn(model: &Model, columns: u16, rows: u16) -> String {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    Screen { model, theme: &Theme::of_name("dark") }.render(area, &mut buffer);
    let line = |y: u16| {
        let (mut line, mut x) = (String::new(), 0);
        while x < columns {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(symbol.width().max(1)).unwrap();
        }
        line.trim_end().to_owned()
    };
    (0..rows).map(line).collect::<Vec<String>>().join("\n")
}

/// The text of every line of the open page, without blanks: where lines are broken does not matter.
pub(crate) fn read_through(trainee: &mut Trainee) -> String {
    let mut lines: Vec<String> = Vec::new();
    let (columns, rows) = (80, 24);
    let places = page_places(&trainee.model, &Theme::of_name("dark")).unwrap();
    trainee.model.coach.as_mut().unwrap().page.lines = places;
    for place in 0..places {
        assert_eq!(trainee.model.coach.as_ref().unwrap().page.line, place);
        let screen = drawn(&trainee.model, columns, rows);
        let inside = |line: &str| Some(line.strip_prefix('║')?.strip_suffix('║')?.to_owned());
        let page: Vec<String> = screen.lines().filter_map(inside).collect();
        let new = if place == 0 { 0 } else { page.len() - 1 };
        lines.extend_from_slice(&page[new..]);
        trainee.take(Msg::Key(Key::Down));
    }
    unbroken(&lines.concat())
}

pub(crate) fn unbroken(text: &str) -> String {
    text.chars().filter(|it| !it.is_whitespace()).collect()
}

/// Somebody who killed too early, took a wrong turn, and asked for hints.
pub(crate) fn hasty() -> Trainee {
    let frames = frames(&SHIPPED[0]);
    let walkthrough = Arc::new(walkthrough(&SHIPPED[0]));
    let mut trainee = Trainee::at_work(&walkthrough, &frames);
    trainee.watches(&frames, 0, 60);
    let acts: Vec<Act> = walkthrough.expert.iter().map(|it| it.act.clone()).collect();
    let flow = firedamp::domain::playbook::FlowId("F2".into());
    let node = firedamp::domain::playbook::NodeId("Env".into());
    let wrong = Act::Choose { flow, node, branch: 0 };
    let blocked = match &acts[4] {
        Act::Mark { item, .. } => Act::Mark { item: item.clone(), state: ItemState::Blocked },
        Act::Choose { .. } => unreachable!("the fifth act is a mark"),
    };
    for act in [&acts[11], &acts[0], &wrong, &acts[2], &acts[3], &blocked] {
        trainee.does(act);
    }
    for event in [Event::Hinted { task: 1, shown: 2 }, Event::ExpertShown] {
        let entry = trainee.entry(event);
        trainee.take(Msg::Followed(vec![entry]));
    }
    trainee.press("Dy");
    trainee
}

/// The screen as text, blanks at the ends of lines cut off.
pub(crate) fn first() -> (Arc<Walkthrough>, Vec<Arc<Snapshot>>) {
    (Arc::new(walkthrough(&SHIPPED[0])), frames(&SHIPPED[0]))
}
