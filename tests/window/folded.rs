//! What came and went takes one line of the timeline, and pushes nothing out of sight.

use firedamp::cockpit::Msg;
use firedamp::cockpit::Opened;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{Pane, Source};
use firedamp::domain::base::{Language, Pid, ProcessId};
use firedamp::domain::detect::{FactSource, Finding, Grade, Reason, Rule, Subject};
use firedamp::domain::session::{Entry, Event};
use proptest::prelude::*;

use crate::incident::{Desk, entry, opened, opening};
use crate::{noted, rows};

fn subject(pid: u32) -> Subject {
    Subject::Process(ProcessId { pid: Pid(pid), start: u64::from(pid), inode: 0 })
}

fn found(pid: u32, grade: Grade) -> Event {
    let reason = Reason { rule: Rule::HighCpu, value: "99".into(), source: FactSource::Stat };
    let finding = Finding { subject: subject(pid), grade, reasons: vec![reason] };
    Event::Found { finding, name: format!("{pid} cc1").as_str().into() }
}

fn ended(pid: u32) -> Event {
    Event::Ended { subject: subject(pid), name: format!("{pid} cc1").as_str().into() }
}

fn numbered(events: impl IntoIterator<Item = Event>) -> Vec<Entry> {
    let later = (2..).zip(events).map(|(seq, event)| entry(seq, event));
    [opening()].into_iter().chain(later).collect()
}

/// A screen on a session with these entries.
fn desk(events: impl IntoIterator<Item = Event>) -> Desk {
    let mut desk = Desk::at_work();
    let past = numbered(events).into();
    desk.tell(Msg::Opened(Box::new(Opened { past, ..opened(Vec::new(), Source::default()) })));
    desk.model.focus = Pane::Timeline;
    desk
}

/// A compiler runs on the host: its processes are suspected for being busy, and gone. In between a person writes.
fn busy() -> Vec<Event> {
    let work =
        |pids: std::ops::Range<u32>| pids.flat_map(|it| [found(it, Grade::Suspect), ended(it)]);
    let mut all = vec![noted("cron of www-data looks odd"), found(7, Grade::Confirmed)];
    all.extend(work(100..120));
    all.push(noted("that is the nightly build"));
    all.extend((200..203).map(|pid| found(pid, Grade::Suspect)));
    all.extend((200..212).map(ended));
    all.push(found(300, Grade::Suspect));
    all.extend((400..404).map(ended));
    all
}

#[test]
fn what_came_and_went_is_one_line_and_what_people_wrote_stays_in_view() {
    let mut desk = desk(busy());
    insta::assert_snapshot!("timeline_folded", rows(&desk, 80, 12));
    insta::assert_snapshot!("timeline_folded_narrow", rows(&desk, 40, 12));
    desk.model.language = Language::Th;
    insta::assert_snapshot!("timeline_folded_in_thai", rows(&desk, 80, 12));
}

#[test]
fn the_cursor_opens_a_fold_as_it_goes_through() {
    let mut desk = desk(busy());
    assert!(!rows(&desk, 80, 30).contains("403 cc1 has ended"));
    desk.press(Key::Char('k'));
    let open = rows(&desk, 80, 30);
    assert!((400..404).all(|pid| open.contains(&format!("{pid} cc1 has ended"))), "{open}");
    assert!(!open.contains("211 cc1 has ended"), "the others stay as they are: {open}");
    for _ in 0..4 {
        desk.press(Key::Char('k'));
    }
    let left = rows(&desk, 80, 30);
    assert!(left.contains("4 gone") && !left.contains("403 cc1 has ended"), "{left}");
    assert!(left.contains("211 cc1 has ended"), "the cursor went into the next one: {left}");
}

#[test]
fn what_is_confirmed_is_never_folded_and_neither_is_its_end() {
    let mut all: Vec<_> = (1..5).map(|pid| found(pid, Grade::Suspect)).collect();
    all.extend((11..15).map(|pid| found(pid, Grade::Confirmed)));
    let shown = rows(&desk(all.clone()), 80, 30);
    assert!((1..5).chain(11..15).all(|pid| shown.contains(&format!("{pid} cc1"))), "{shown}");
    all.extend([1, 2, 3, 4, 11, 12].map(ended));
    let shown = rows(&desk(all), 80, 30);
    assert!(shown.contains("4 found, gone again  #2-#5"), "{shown}");
    assert!(shown.contains("4 gone  #10-#13"), "{shown}");
    assert!((11..15).all(|pid| shown.contains(&format!("found {pid} cc1"))), "{shown}");
    assert!((11..13).all(|pid| shown.contains(&format!("{pid} cc1 has ended"))), "{shown}");
}

#[test]
fn what_comes_and_goes_around_it_buries_no_miner_that_vanishes() {
    let work = |pids: std::ops::Range<u32>| {
        pids.flat_map(|it| [found(it, Grade::Suspect), ended(it)]).collect::<Vec<_>>()
    };
    let all = [vec![found(7, Grade::Confirmed)], work(100..120), vec![ended(7)], work(200..220)];
    let shown = rows(&desk(all.concat()), 80, 30);
    assert!(shown.contains("#43 suda       .  7 cc1 has ended"), "{shown}");
    assert!(shown.contains("#44-#83") && shown.contains("#3-#42"), "{shown}");
}

#[test]
fn a_search_sees_every_entry() {
    let mut desk = desk(busy());
    for key in "/119 cc1".chars() {
        desk.press(Key::Char(key));
    }
    desk.press(Key::Enter);
    let shown = rows(&desk, 80, 12);
    assert!(shown.contains("found 119 cc1") && shown.contains("202 cc1 has ended"), "{shown}");
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        1 => Just(noted("a note")),
        4 => (1_u32..40).prop_map(ended),
        3 => (1_u32..40).prop_map(|pid| found(pid, Grade::Suspect)),
        1 => (1_u32..40).prop_map(|pid| found(pid, Grade::Confirmed)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_cursor_is_in_view_and_every_entry_is_on_one_line(
        events in prop::collection::vec(any_event(), 0..60),
        line in 0_usize..70,
        height in 4_u16..30,
    ) {
        let count = events.len() + 1;
        let mut desk = desk(events);
        desk.model.panes.timeline.line = line;
        let shown = rows(&desk, 80, height);
        prop_assert_eq!(shown.matches('▶').count(), 1, "{}", shown);
        let all = rows(&desk, 80, 200);
        let mut numbers = Vec::new();
        // The first row is the head of the pane.
        for row in all.lines().skip(1) {
            let number = |text: &str| text.split(' ').next()?.parse::<usize>().ok();
            let mut marks = row.split('#').skip(1).filter_map(number);
            let Some(newest) = marks.next() else { continue };
            let range = row.split_once("-#").and_then(|(it, _)| it.rsplit('#').next());
            let from = range.and_then(|it| it.parse().ok()).unwrap_or(newest);
            numbers.extend(from..=newest);
        }
        prop_assert_eq!(numbers, (1..=count).collect::<Vec<_>>(), "{}", all);
    }
}
