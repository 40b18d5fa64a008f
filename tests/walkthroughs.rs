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
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{Pen, Size, Source, SourceKind};
use firedamp::cockpit::{Effect, Model, Msg, Opened, Tape as Order, update};
use firedamp::domain::base::{Both, Digest, Language};
use firedamp::domain::detect::{Grade, Rule, Subject};
use firedamp::domain::facts::Snapshot;
use firedamp::domain::playbook::{PB_31, read};
use firedamp::domain::session::{Entry, Event, ItemState, Opening, Stamp, Training};
use firedamp::domain::training::{Act, SHIPPED, Shipped, Verdict, Walkthrough, check, debrief};
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

    /// Has read the story and is at work.
    fn at_work(walkthrough: &Arc<Walkthrough>, frames: &[Arc<Snapshot>]) -> Self {
        let mut trainee = Self::sits_down(walkthrough, frames);
        trainee.take(Msg::Key(Key::Enter));
        trainee
    }

    /// Another screen takes the same journal up.
    fn comes_back(self) -> Self {
        let session = self.model.session.unwrap();
        let coach = self.model.coach.unwrap();
        let mut model = Model::new("suda".into(), self.model.now, words::search);
        model.size = self.model.size;
        let mut back =
            Self { model, entries: self.entries, recorded: Vec::new(), other: Vec::new() };
        back.take(Msg::Opened(Box::new(Opened {
            id: session.id,
            pen: session.pen,
            entries: session.entries.iter().map(|it| Entry::clone(it)).collect(),
            playbook: session.playbook,
            source: self.model.source,
            walkthrough: Some(coach.walkthrough),
        })));
        back
    }

    fn press(&mut self, keys: &str) {
        keys.chars().for_each(|key| self.take(Msg::Key(Key::Char(key))));
    }

    fn training(&self) -> &Training {
        &self.model.session.as_ref().unwrap().state.training
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
        let mut trainee = Trainee::at_work(&walkthrough, &frames);
        trainee.watches(&frames, 0, frames.len());
        let of_the_screen = |it: &Effect| matches!(it, Effect::Bell | Effect::Tape(_));
        assert!(trainee.other.iter().all(of_the_screen), "{:?}", trainee.other);
        let coach = trainee.model.coach.as_ref().unwrap();
        assert!(coach.ended);
        assert_eq!(coach.injects, walkthrough.injects.len());
        assert!(matches!(trainee.model.dialog, Dialog::EndTraining), "it asks before it tells all");
        trainee.press("y");
        assert!(matches!(trainee.model.dialog, Dialog::Debrief));
        assert_eq!(trainee.training().score, Some(0));
    }
}

#[test]
fn the_experts_path_gets_all_points() {
    for shipped in &SHIPPED {
        let (walkthrough, frames) = (Arc::new(walkthrough(shipped)), frames(shipped));
        let mut trainee = Trainee::at_work(&walkthrough, &frames);
        let mut seen = 0;
        for it in &walkthrough.expert {
            let due = (0..frames.len()).filter(|at| place(&frames, *at) <= it.at * 1_000).count();
            trainee.watches(&frames, seen, due);
            seen = due;
            trainee.does(&it.act);
        }
        let session = trainee.model.session.as_ref().unwrap();
        let found = debrief(&walkthrough, &session.state);
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
    let mut trainee = Trainee::at_work(&walkthrough, &frames);
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

#[test]
fn a_debrief_that_is_longer_than_the_screen_is_read_to_its_end() {
    for language in [Language::En, Language::Th] {
        let mut trainee = hasty();
        trainee.model.language = language;
        let whys = trainee.model.coach.as_ref().unwrap().walkthrough.expert.clone();
        let read = read_through(&mut trainee);
        for it in &whys {
            assert!(read.contains(&unbroken(it.why.get(language))), "{}", it.why.get(language));
        }
    }
}

/// The text of every line of the open page, without blanks: where lines are broken does not matter.
fn read_through(trainee: &mut Trainee) -> String {
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

fn unbroken(text: &str) -> String {
    text.chars().filter(|it| !it.is_whitespace()).collect()
}

fn first() -> (Arc<Walkthrough>, Vec<Arc<Snapshot>>) {
    (Arc::new(walkthrough(&SHIPPED[0])), frames(&SHIPPED[0]))
}

#[test]
fn a_training_begins_with_its_whole_story_while_the_tape_waits() {
    for language in [Language::En, Language::Th] {
        let (walkthrough, frames) = first();
        let mut trainee = Trainee::sits_down(&walkthrough, &frames);
        trainee.model.language = language;
        assert_eq!(trainee.other, [Effect::Tape(Order::Pause(true))]);
        let read = read_through(&mut trainee);
        assert!(read.contains(&unbroken(walkthrough.story.get(language))));
        assert!(read.contains(&unbroken(walkthrough.tasks[0].text.get(language))));
        assert!(!read.contains(&unbroken(walkthrough.tasks[1].text.get(language))), "not yet");
        trainee.take(Msg::Key(Key::Esc));
        assert_eq!(trainee.other.last(), Some(&Effect::Tape(Order::Pause(false))));
    }
}

#[test]
fn a_strip_with_more_to_say_names_the_key_of_the_page() {
    let (walkthrough, frames) = first();
    let mut trainee = Trainee::at_work(&walkthrough, &frames);
    assert!(drawn(&trainee.model, 80, 24).contains("▼ c: "));
    assert!(!drawn(&trainee.model, 300, 100).contains("▼ c: "));
    trainee.press("c");
    assert!(matches!(trainee.model.dialog, Dialog::Coach));
}

#[test]
fn hints_and_the_experts_path_are_entries_that_a_resumed_training_counts() {
    let (walkthrough, frames) = first();
    let mut trainee = Trainee::at_work(&walkthrough, &frames);
    trainee.press("ii=y");
    let help = [
        Event::Hinted { task: 0, shown: 1 },
        Event::Hinted { task: 0, shown: 2 },
        Event::ExpertShown,
    ];
    assert_eq!(trainee.recorded, help);
    let mut back = trainee.comes_back();
    back.take(Msg::Key(Key::Enter));
    back.press("ii");
    assert!(back.recorded.contains(&Event::Hinted { task: 0, shown: 3 }));
    assert_eq!(back.training().hints_of(0), 3, "there are three");
    assert!(drawn(&back.model, 80, 24).contains("no more hints"));
    let found = debrief(&walkthrough, &back.model.session.as_ref().unwrap().state);
    assert_eq!((found.hints[0].shown, found.expert_shown), (3, true));
}

#[test]
fn the_experts_path_is_not_shown_before_its_price_was_said_and_agreed_to() {
    let (walkthrough, frames) = first();
    let mut trainee = Trainee::at_work(&walkthrough, &frames);
    for no in ["=n", "=q"] {
        trainee.press(no);
        assert!(matches!(trainee.model.dialog, Dialog::Closed) && trainee.recorded.is_empty());
    }
    trainee.press("=");
    assert!(drawn(&trainee.model, 80, 24).contains("25 points"));
    trainee.model.language = Language::Th;
    assert!(drawn(&trainee.model, 80, 24).contains("เสีย 25 คะแนน"));
    trainee.press("y");
    assert!(trainee.training().expert_shown);
}

#[test]
fn the_journal_knows_where_on_the_tape_the_trainee_is() {
    let (walkthrough, frames) = first();
    let mut trainee = Trainee::at_work(&walkthrough, &frames);
    trainee.watches(&frames, 0, 100);
    let (at, known) = (trainee.model.source.at_ms, trainee.training().tape_ms.unwrap());
    assert!(at - known < 15_000 && known > 80_000, "{known} of {at}");
    let told = trainee.recorded.iter().filter(|it| matches!(it, Event::TapeAt { .. })).count();
    assert!((5..=7).contains(&told), "{told}");
    trainee.take(Msg::Moved(source(&frames, 5_000)));
    assert_eq!(trainee.training().tape_ms, Some(5_000), "going back is told too");
}

#[test]
fn a_training_that_is_over_takes_no_more_acts_and_shows_its_debrief_again() {
    let mut trainee = hasty();
    let score = trainee.training().score.unwrap();
    trainee.take(Msg::Key(Key::Esc));
    let before = trainee.entries;
    trainee.press("gc id-!mu=");
    trainee.press("i");
    assert_eq!(trainee.entries, before);
    assert!(drawn(&trainee.model, 80, 24).contains("training is over"));
    trainee.press("D");
    assert!(matches!(trainee.model.dialog, Dialog::Debrief), "it does not ask again");
    let back = trainee.comes_back();
    assert!(matches!(back.model.dialog, Dialog::Debrief));
    assert_eq!(back.training().score, Some(score));
}
