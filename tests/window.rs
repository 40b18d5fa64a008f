//! A long session: what a screen does not keep is on disk, said so, and nothing is wrong for want of it.
#![expect(clippy::unwrap_used, reason = "a broken test should stop where it is")]

#[path = "window/card.rs"]
mod card;
#[path = "window/folded.rs"]
mod folded;
#[expect(dead_code, reason = "other tests use the rest")]
mod incident;
#[path = "window/printed.rs"]
mod printed;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{Glyphs, NoticeKind, Pane, Source, View};
use firedamp::cockpit::{Effect, Msg, Opened};
use firedamp::domain::base::{Language, Moment, Timestamp};
use firedamp::domain::playbook::{FlowId, ItemId, NodeId, PB_31, read};
use firedamp::domain::session::{
    Chain, Draft, Entry, Event, ItemState, KEPT, Opening, Past, Stamp, State, brief,
};
use firedamp::host::store::{Hand, Store};
use firedamp::ui::Screen;
use firedamp::ui::panes::draw;
use firedamp::ui::theme::Theme;
use incident::{Desk, entry, opened, opening};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use tempfile::TempDir;

const ID: &str = "20261121T173000Z-web-03";

fn moment() -> Moment {
    Moment { at: "2026-11-21T17:30:00Z".parse::<Timestamp>().unwrap(), boot_ms: 0 }
}

/// A session with these events behind its first; they are not waited for.
fn session(place: &Path, events: Vec<Event>) -> Store {
    let store = Store::at(&place.join("sessions")).unwrap();
    let Event::Opened(first) = opening().event else { panic!("the first entry opens") };
    let first = Opening { training: None, ..first };
    let opened = store.create(first, "", moment(), &"suda".into()).unwrap();
    let file = opened.path.join("journal.jsonl");
    drop(opened);
    let mut chain = Chain::default();
    chain.next(&fs::read(&file).unwrap()).unwrap();
    let mut out = OpenOptions::new().append(true).open(file).unwrap();
    let mut bytes = Vec::new();
    for event in events {
        let boot = Stamp { id: "4f7c1e0a-0000-4000-8000-000000000000".into(), ms: 1 };
        let line = chain.line(Draft { at: moment().at, boot, by: "suda".into(), event }).unwrap();
        bytes.extend_from_slice(&line.bytes);
        chain.accept(&line).unwrap();
    }
    out.write_all(&bytes).unwrap();
    store
}

fn noted(text: &str) -> Event {
    Event::Noted { text: text.into(), about: None }
}

fn notes(count: usize) -> Vec<Event> {
    (0..count).map(|number| noted(&format!("note {number}"))).collect()
}

fn any_event() -> impl Strategy<Value = Event> {
    let node = || prop::sample::select(vec!["A", "B", "C", "D"]).prop_map(|it| NodeId(it.into()));
    let item = prop::sample::select(vec!["1.3/1", "1.3/2", "1.3/3"]);
    let state = prop::sample::select(vec![
        ItemState::Open,
        ItemState::Doing,
        ItemState::Done,
        ItemState::Blocked,
    ]);
    prop_oneof![
        4 => "[a-z?]{0,9}".prop_map(|text| noted(&text)),
        2 => (node(), 0_usize..3, node()).prop_map(|(node, branch, to)| {
            Event::Chose { flow: FlowId("F1".into()), node, branch, to, label: "yes".into() }
        }),
        4 => (item, state).prop_map(|(item, state)| {
            Event::Marked { item: ItemId(item.into()), state, reason: "so".into(), undoes: None }
        }),
        1 => (1_u64..60).prop_map(|choice| Event::TookBack { choice }),
        2 => (1_u64..60).prop_map(|entry| Event::Withdrew { entry }),
        1 => Just(Event::HandedOff { words: "over".into(), to: "".into(), read: vec![] }),
        1 => (1_u64..60).prop_map(|handoff| Event::Accepted { handoff, read: vec![], instead_of: "".into() }),
        1 => Just(Event::Left),
    ]
}

fn rows(desk: &Desk, columns: u16, height: u16) -> String {
    let area = Rect::new(0, 0, columns, height);
    let mut buffer = Buffer::empty(area);
    draw(Pane::Timeline, &desk.model, &Theme::of_name("dark"), area, &mut buffer);
    let row = |y| (0..columns).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..height).map(|y| row(y).trim_end().to_owned() + "\n").collect()
}

/// A screen on the end of a long session.
fn desk(count: u64, kept: usize) -> Desk {
    let entries = (2..=count).map(|seq| entry(seq, noted(&format!("note {seq}"))));
    let past = Past::of([opening()].into_iter().chain(entries), kept);
    let mut desk = Desk::at_work();
    desk.tell(Msg::Opened(Box::new(Opened { past, ..opened(Vec::new(), Source::default()) })));
    desk
}

/// A screen that took up these entries, and what it does when it is asked to undo again and again.
fn undone(past: Past) -> Vec<Event> {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Opened(Box::new(Opened { past, ..opened(Vec::new(), Source::default()) })));
    let mut done = Vec::new();
    for key in ['u', 'u', 'u', 'U', 'u', 'u'] {
        let effects = desk.press(Key::Char(key));
        for effect in &effects {
            if let Effect::Record { event, .. } = effect {
                done.push(event.clone());
            }
        }
        desk.save(effects);
    }
    done
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_is_kept_changes_nothing_of_the_state(
        events in prop::collection::vec(any_event(), 0..50),
        kept in 1_usize..60,
    ) {
        let place = TempDir::new().unwrap();
        let store = session(place.path(), events);
        let whole = store.clone().keeping(usize::MAX).observe(ID).unwrap();
        let mut folded = State::default();
        whole.entries.iter().for_each(|entry| folded.apply(entry));
        prop_assert_eq!(&whole.state, &folded);
        let opened = store.keeping(kept).observe(ID).unwrap();
        prop_assert_eq!(&opened.state, &folded);
        prop_assert_eq!(opened.state.head(), folded.head());
        let from = whole.entries.len().saturating_sub(kept);
        prop_assert_eq!(&opened.entries[..], &whole.entries[from..]);
        prop_assert_eq!(opened.earlier, from as u64);
        let book = read(PB_31.en).0;
        prop_assert_eq!(brief(&opened.state, &book, moment().at), brief(&folded, &book, moment().at));
    }

    #[test]
    fn undo_goes_as_far_back_as_it_would_with_every_entry_at_hand(
        events in prop::collection::vec(any_event(), 0..40),
        kept in 1_usize..10,
    ) {
        let entries: Vec<Entry> = [opening()]
            .into_iter()
            .chain((2..).zip(events).map(|(seq, event)| entry(seq, event)))
            .collect();
        let all = undone(entries.clone().into());
        prop_assert_eq!(undone(Past::of(entries, kept)), all);
    }
}

#[test]
fn the_pen_writes_on_behind_entries_that_are_not_kept() {
    let place = TempDir::new().unwrap();
    let store = session(place.path(), notes(40)).keeping(5);
    let mut opened = store.open(ID, &"suda".into()).unwrap();
    assert_eq!((opened.entries.len(), opened.earlier, opened.state.seq), (5, 36, 41));
    let follower = store.observe(ID).unwrap();
    let Hand::Observer(mut follower, _) = follower.hand else { panic!("somebody has the pen") };
    let Hand::Pen(journal) = &mut opened.hand else { panic!("nobody has the pen") };
    journal.append(moment(), &"suda".into(), noted("one more")).unwrap();
    let told: Vec<u64> = follower.poll().unwrap().iter().map(|it| it.seq).collect();
    assert_eq!(told, [42]);
    assert!(store.verify(ID).unwrap().verdict.is_whole());
}

#[test]
fn a_screen_that_runs_for_weeks_lets_the_oldest_entries_go() {
    let mut desk = desk(10, KEPT);
    let most = KEPT as u64 * 3;
    for seq in 11..=most {
        desk.tell(Msg::Followed(vec![entry(seq, noted("again"))]));
    }
    let session = desk.session();
    assert!(session.entries.len() <= KEPT + KEPT / 4, "{} are kept", session.entries.len());
    assert!(session.entries.len() >= KEPT);
    assert_eq!(session.earlier + session.entries.len() as u64, most);
    assert_eq!(session.entries.first().unwrap().seq, session.earlier + 1);
    assert_eq!(session.state.notes.len() + session.state.earlier_notes.len(), KEPT * 3 - 1);
    let earlier = session.earlier;
    for key in "6/nowhere".chars() {
        desk.press(Key::Char(key));
    }
    desk.press(Key::Enter);
    let said = desk.model.notice.as_ref().map(|notice| &notice.kind);
    assert_eq!(said, Some(&NoticeKind::NotFoundHere("nowhere".into(), earlier)));
}

#[test]
fn the_first_row_says_what_is_on_disk_and_what_prints_it() {
    let mut desk = desk(1_000_000, 40);
    let end = rows(&desk, 80, 10);
    assert!(!end.contains("earlier"), "{end}");
    desk.model.focus = Pane::Timeline;
    desk.model.view = View::Full(Pane::Timeline);
    desk.model.panes.timeline.line = 39;
    insta::assert_snapshot!("timeline_begins_in_the_middle", rows(&desk, 80, 11));
    insta::assert_snapshot!("timeline_begins_in_the_middle_narrow", rows(&desk, 40, 11));
    desk.model.language = Language::Th;
    insta::assert_snapshot!("timeline_begins_in_the_middle_in_thai", rows(&desk, 80, 11));
    desk.model.glyphs = Glyphs::Ascii;
    assert!(rows(&desk, 80, 11).contains(&format!("firedamp timeline {ID}")));
}

#[test]
fn a_mark_before_the_kept_entries_is_told_where_the_item_is() {
    let mark = Event::Marked {
        item: ItemId("1.3/1".into()),
        state: ItemState::Blocked,
        reason: "no key".into(),
        undoes: None,
    };
    let entries = [opening(), entry(2, mark)];
    let entries = entries.into_iter().chain((3..60).map(|seq| entry(seq, noted("x"))));
    let past = Past::of(entries, 10);
    let mut desk = Desk::at_work();
    desk.tell(Msg::Opened(Box::new(Opened { past, ..opened(Vec::new(), Source::default()) })));
    desk.model.dialog = firedamp::cockpit::dialog::Dialog::Item(ItemId("1.3/1".into()));
    let area = Rect::new(0, 0, 100, 40);
    let mut buffer = Buffer::empty(area);
    Screen { model: &desk.model, theme: &Theme::of_name("dark") }.render(area, &mut buffer);
    let text: String = buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(text.contains("no key"), "{text}");
    assert!(text.contains("49 earlier entries on disk:"), "{text}");
}

#[test]
fn an_observer_whose_journal_went_back_is_shown_the_end_again() {
    let mut desk = desk(100, 20);
    let past = Past::of(
        [opening()].into_iter().chain((2..=90).map(|seq| entry(seq, noted("once more")))),
        20,
    );
    desk.tell(Msg::Rewound(Box::new(past)));
    assert_eq!((desk.session().earlier, desk.session().state.seq), (70, 90));
    desk.tell(Msg::Followed(vec![entry(91, noted("on"))]));
    assert_eq!(desk.session().entries.last().map(|it: &Arc<Entry>| it.seq), Some(91));
}
