//! Every walkthrough that ships: it fits its playbook, its tape plays through the cockpit, detection finds what
//! the story says, and the expert's path gets all points.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test ends where its stage is not set"
)]

use std::collections::BTreeSet;
use std::sync::Arc;

use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::model::{Pen, Size, Source, SourceKind};
use firedamp::cockpit::{Effect, Model, Msg, Opened, update};
use firedamp::domain::base::{Both, Digest, Language};
use firedamp::domain::detect::{Grade, Rule, Subject};
use firedamp::domain::facts::Snapshot;
use firedamp::domain::playbook::{PB_31, read};
use firedamp::domain::session::{Entry, Event, ItemState, Opening, Stamp};
use firedamp::domain::training::{
    Act, SHIPPED, Shipped, Shown, Verdict, Walkthrough, check, debrief,
};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::store::Tape;
use firedamp::ui::Screen;
use firedamp::ui::theme::Theme;
use firedamp::words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

/// A trainee at the screen: journal, model, and what was asked of the journal.
struct Trainee {
    model: Model,
    entries: u64,
    recorded: Vec<Event>,
    other: Vec<Effect>,
}

fn walkthrough(shipped: &Shipped) -> Walkthrough {
    Walkthrough::parse(shipped.text).unwrap()
}

fn frames(shipped: &Shipped) -> Vec<Arc<Snapshot>> {
    let mut tape = Tape::of([Arc::from(shipped.tape)]);
    assert_eq!(tape.damage(), []);
    (0..tape.len()).map(|at| Arc::new(tape.at(at).unwrap())).collect()
}

fn place(frames: &[Arc<Snapshot>], at: usize) -> u64 {
    frames[at].moment.ms_since(frames[0].moment)
}

fn source(frames: &[Arc<Snapshot>], at_ms: u64) -> Source {
    let length_ms = place(frames, frames.len() - 1);
    Source { kind: SourceKind::Training, paused: false, speed: 1.0, at_ms, length_ms }
}

impl Trainee {
    fn sits_down(walkthrough: &Arc<Walkthrough>, frames: &[Arc<Snapshot>]) -> Self {
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
            entries: vec![first],
            playbook: Both { en: Arc::new(read(PB_31.en).0), th: Arc::new(read(PB_31.th).0) },
            source: source(frames, 0),
            walkthrough: Some(Arc::clone(walkthrough)),
        })));
        trainee
    }

    fn entry(&mut self, event: Event) -> Entry {
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
    fn take(&mut self, msg: Msg) {
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

    fn watches(&mut self, frames: &[Arc<Snapshot>], from: usize, to: usize) {
        for at in from..to {
            self.take(Msg::Moved(source(frames, place(frames, at))));
            self.take(Msg::Seen(Arc::clone(&frames[at])));
        }
    }

    fn findings(&self, grade: Grade) -> BTreeSet<String> {
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

    fn does(&mut self, act: &Act) {
        let event = match act.clone() {
            Act::Choose { flow, node, branch } => {
                let session = self.model.session.as_ref().unwrap();
                let playbook = &session.playbook.en;
                let edges = playbook.flow(&flow).unwrap().edges.iter();
                let edge = edges.filter(|edge| edge.from == node).nth(branch).unwrap();
                let (to, label) = (edge.to.clone(), edge.label.clone().unwrap_or_default().into());
                Event::Chose { flow, node, branch, to, label }
            }
            Act::Mark { item, state } => Event::Marked { item, state, reason: "as it is".into() },
        };
        let entry = self.entry(event);
        self.take(Msg::Followed(vec![entry]));
    }
}

#[test]
fn every_walkthrough_fits_its_playbook_in_both_languages() {
    let names: BTreeSet<String> = SHIPPED.iter().map(|it| walkthrough(it).name).collect();
    assert_eq!(names.len(), SHIPPED.len());
    for shipped in &SHIPPED {
        let walkthrough = walkthrough(shipped);
        for edition in [PB_31.en, PB_31.th] {
            assert_eq!(check(&walkthrough, &read(edition).0), [], "{}", walkthrough.name);
        }
        assert!((5..=7).contains(&walkthrough.tasks.len()));
        assert!(walkthrough.tasks.iter().all(|task| (2..=3).contains(&task.hints.len())));
    }
}

#[test]
fn every_tape_is_whole_small_and_as_long_as_its_story() {
    for shipped in &SHIPPED {
        let (walkthrough, frames) = (walkthrough(shipped), frames(shipped));
        assert!(shipped.tape.len() < 300_000);
        let pairs = frames.windows(2).map(|pair| pair[1].moment.ms_since(pair[0].moment));
        assert!(pairs.into_iter().all(|step| (200..5_000).contains(&step)));
        let seconds = place(&frames, frames.len() - 1) / 1_000;
        let last = walkthrough.expert.iter().map(|it| it.at);
        let last = last.chain(walkthrough.injects.iter().map(|it| it.at)).max().unwrap();
        assert!(last < seconds, "something happens after the end of the tape");
    }
}

#[test]
fn no_tape_tells_where_it_was_recorded() {
    for shipped in &SHIPPED {
        for frame in frames(shipped) {
            assert_eq!(frame.host.name, "web-03".into());
            assert!(frame.unread.is_empty(), "{:?}", frame.unread);
            assert!(frame.gpu.devices.is_empty() && frame.gpu.holders.is_empty());
            for process in &frame.processes {
                let told = format!("{:?} {:?} {:?}", process.comm, process.command, process.exe);
                for word in ["/work", "/tmp/tmp", "/root", "/home", "target", "cargo", "record"] {
                    assert!(!told.contains(word), "{told}");
                }
            }
            for socket in &frame.sockets {
                for ip in [Some(socket.local), socket.remote].into_iter().flatten() {
                    let text = ip.ip().to_string();
                    let known = ["0.0.0.0", "127.0.0.1", "192.0.2.", "198.51.100.", "203.0.113."];
                    assert!(known.iter().any(|it| text.starts_with(it)), "{text}");
                }
            }
        }
    }
}

#[test]
fn detection_confirms_the_first_miner_and_suspects_the_second_connection() {
    let frames = frames(&SHIPPED[0]);
    let walkthrough = Arc::new(walkthrough(&SHIPPED[0]));
    let mut trainee = Trainee::sits_down(&walkthrough, &frames);
    trainee.watches(&frames, 0, 24);
    assert_eq!(trainee.findings(Grade::Confirmed), BTreeSet::new(), "all is quiet at first");
    trainee.watches(&frames, 24, 60);
    let confirmed = trainee.findings(Grade::Confirmed);
    assert!(confirmed.iter().any(|name| name.ends_with(" php-fpm")), "{confirmed:?}");
    assert!(confirmed.contains("198.51.100.23:3333"), "{confirmed:?}");
    trainee.watches(&frames, 60, frames.len());
    let second = trainee.recorded.iter().any(|event| {
        matches!(event, Event::Found { finding, .. }
            if matches!(finding.subject, Subject::Connection { remote, .. } if remote.port() == 4444)
                && finding.reasons.iter().any(|reason| reason.rule == Rule::PoolPort))
    });
    assert!(second, "the second miner's connection is found by its port");
}

#[test]
fn a_whole_training_touches_nothing_and_ends_in_the_debrief() {
    for shipped in &SHIPPED {
        let (walkthrough, frames) = (Arc::new(walkthrough(shipped)), frames(shipped));
        let mut trainee = Trainee::sits_down(&walkthrough, &frames);
        trainee.watches(&frames, 0, frames.len());
        assert!(trainee.other.iter().all(|effect| *effect == Effect::Bell), "{:?}", trainee.other);
        let coach = trainee.model.coach.as_ref().unwrap();
        assert!(coach.ended);
        assert_eq!(coach.injects, walkthrough.injects.len());
        assert!(matches!(trainee.model.dialog, Dialog::Debrief));
    }
}

#[test]
fn the_experts_path_gets_all_points() {
    for shipped in &SHIPPED {
        let (walkthrough, frames) = (Arc::new(walkthrough(shipped)), frames(shipped));
        let mut trainee = Trainee::sits_down(&walkthrough, &frames);
        let mut seen = 0;
        for it in &walkthrough.expert {
            let due = (0..frames.len()).filter(|at| place(&frames, *at) <= it.at * 1_000).count();
            trainee.watches(&frames, seen, due);
            seen = due;
            trainee.does(&it.act);
        }
        let session = trainee.model.session.as_ref().unwrap();
        let found = debrief(&walkthrough, &session.state, Shown::default());
        assert!(found.rows.iter().all(|row| row.verdict == Verdict::Same), "{found:?}");
        assert_eq!((found.score, found.tasks.0), (100, walkthrough.tasks.len()));
        let coach = trainee.model.coach.as_ref().unwrap();
        assert_eq!(coach.task(&session.state), None);
    }
}

#[test]
fn going_back_on_a_replay_takes_later_entries_from_the_screen_and_keeps_the_cursor() {
    let frames = frames(&SHIPPED[0]);
    let walkthrough = Arc::new(walkthrough(&SHIPPED[0]));
    let mut trainee = Trainee::sits_down(&walkthrough, &frames);
    walkthrough.expert.iter().for_each(|it| trainee.does(&it.act));
    trainee.model.panes.checklist.line = 3;
    let session = trainee.model.session.as_ref().unwrap();
    let entries: Vec<Entry> = session.entries.iter().map(|it| Entry::clone(it)).collect();
    trainee.take(Msg::Rewound(entries[..3].to_vec()));
    let session = trainee.model.session.as_ref().unwrap();
    assert_eq!((session.state.choices.len(), session.state.items.len()), (2, 0));
    assert_eq!((session.entries.len(), trainee.model.panes.checklist.line), (3, 3));
    trainee.take(Msg::Followed(entries));
    let session = trainee.model.session.as_ref().unwrap();
    assert!(walkthrough.expert.iter().all(|it| it.act.stands(&session.state)));
}

/// The screen as text, blanks at the ends of lines cut off.
fn drawn(model: &Model, columns: u16, rows: u16) -> String {
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

/// Somebody who killed too early, took a wrong turn, and asked for hints.
fn hasty() -> Trainee {
    let frames = frames(&SHIPPED[0]);
    let walkthrough = Arc::new(walkthrough(&SHIPPED[0]));
    let mut trainee = Trainee::sits_down(&walkthrough, &frames);
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
    if let Some(coach) = &mut trainee.model.coach {
        coach.hints[1] = 2;
        coach.expert = true;
    }
    trainee.model.dialog = Dialog::Debrief;
    trainee
}

#[test]
fn the_debrief_fits_the_least_usual_terminal() {
    insta::assert_snapshot!(drawn(&hasty().model, 80, 24));
}

#[test]
fn the_debrief_speaks_thai() {
    let mut trainee = hasty();
    trainee.model.language = Language::Th;
    insta::assert_snapshot!(drawn(&trainee.model, 80, 24));
}

#[test]
fn the_debrief_fits_every_size() {
    let trainee = hasty();
    for (columns, rows) in [(1, 1), (40, 10), (60, 16), (120, 36), (300, 100)] {
        let screen = drawn(&trainee.model, columns, rows);
        assert_eq!(columns >= 40, screen.contains("Score"), "{columns}x{rows}");
    }
}
