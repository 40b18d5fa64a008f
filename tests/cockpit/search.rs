//! Searching in the playbook, the timeline and the card.

use crate::incident::Desk;
use crate::keys;
use firedamp::cockpit::find::places;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{NoticeKind, Pane, Source, SourceKind, View};
use firedamp::cockpit::panes::Cursor;
use firedamp::cockpit::{Effect, Tape};
use proptest::prelude::*;

use crate::table::{on_tape, said, with_notes};

#[test]
fn a_search_in_the_playbook_goes_from_match_to_match_and_says_when_it_goes_round() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "4/mining");
    let find = desk.model.panes.find.clone().unwrap();
    assert!(find.hits.len() >= 3, "{:?}", find.hits);
    assert_eq!(find.at, 0, "it shows what it finds while it is typed");
    keys(&mut desk, "\nn");
    assert_eq!(desk.model.panes.find.as_ref().unwrap().at, 1);
    let lines = (desk.model.read)(&desk.model, firedamp::cockpit::model::Text::Of(Pane::Playbook));
    assert!(lines[find.hits[1]].to_lowercase().contains("mining"));
    assert!((0..=2).contains(&(find.hits[1] - desk.model.panes.playbook.line)));
    keys(&mut desk, "NN");
    assert_eq!(said(&desk), Some(&NoticeKind::Wrapped(false)));
    assert_eq!(desk.model.panes.find.as_ref().unwrap().at, find.hits.len() - 1);
    keys(&mut desk, "n");
    assert_eq!(said(&desk), Some(&NoticeKind::Wrapped(true)));
    keys(&mut desk, "\u{1b}");
    assert!(desk.model.panes.find.is_none(), "Esc gives the search up first");
    assert_eq!(desk.model.view, View::Full(Pane::Playbook));
}

#[test]
fn whoever_scrolls_on_goes_on_searching_from_there() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "4/pool\n");
    let hits = desk.model.panes.find.as_ref().unwrap().hits.clone();
    desk.model.panes.playbook.lines = 10_000;
    desk.model.panes.playbook.line = hits[4] + 1;
    keys(&mut desk, "n");
    assert_eq!(desk.model.panes.find.as_ref().unwrap().line(), Some(hits[5]));
}

#[test]
fn leaving_the_search_goes_back_to_where_the_text_stood() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "4");
    desk.model.panes.playbook = Cursor { line: 40, lines: 10_000 };
    keys(&mut desk, "/stratum");
    assert_ne!(desk.model.panes.playbook.line, 40);
    keys(&mut desk, "\u{1b}");
    assert_eq!((desk.model.panes.playbook.line, desk.model.panes.find.is_none()), (40, true));
}

#[test]
fn what_is_not_in_the_text_is_said_and_n_without_a_search_says_how_to_begin() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "4n");
    assert_eq!(said(&desk), Some(&NoticeKind::NoSearch));
    keys(&mut desk, "/xyzzy\n");
    assert_eq!(said(&desk), Some(&NoticeKind::NotFound("xyzzy".into())));
    assert!(desk.model.panes.find.is_none());
}

#[test]
fn the_timeline_and_the_brief_are_searched_too_and_stay_true_when_they_grow() {
    let mut desk = with_notes(Source::default());
    keys(&mut desk, "6gg/note 1\n");
    let find = desk.model.panes.find.clone().unwrap();
    assert_eq!(find.hits.len(), 10, "10 to 19");
    let under_cursor = desk.model.panes.timeline.lines - 1 - desk.model.panes.timeline.line;
    assert_eq!(under_cursor, find.hits[0]);
    keys(&mut desk, "m");
    keys(&mut desk, "note 100");
    let effects = desk.press(Key::Enter);
    desk.save(effects);
    assert_eq!(desk.model.panes.find.as_ref().unwrap().hits.len(), 11);
    keys(&mut desk, "0/note 20\n");
    assert_eq!(desk.model.panes.find.as_ref().unwrap().hits.len(), 1);
}

#[test]
fn a_search_knows_thai_and_no_case() {
    assert_eq!(places("XMRig xmrig", "xmRIG"), [0..5, 6..11]);
    assert_eq!(places("หยุดการขุด", "ขุด").len(), 1);
    assert!(places("anything", "").is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_place_found_is_a_part_of_the_line_that_says_the_same(line in ".{0,60}", text in ".{1,4}") {
        for place in places(&line, &text) {
            let part = line.get(place).unwrap();
            prop_assert_eq!(part.to_lowercase().contains(&text.to_lowercase()), true);
        }
    }

    #[test]
    fn no_time_that_is_typed_panics(text in "[-+0-9:smh ]{0,9}", timeline: bool) {
        let mut desk = with_notes(on_tape(SourceKind::Replay));
        keys(&mut desk, if timeline { "6b" } else { "2b" });
        keys(&mut desk, &text);
        let effects = desk.press(Key::Enter);
        let seeks = |it: &Effect| matches!(it, Effect::Tape(Tape::Seek(..=900_000) | Tape::At(_)));
        prop_assert!(effects.iter().all(seeks));
    }
}
