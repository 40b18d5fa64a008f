//! The ceremony at the screen: nothing is signed or accepted before what must be read is marked.
#![expect(clippy::unwrap_used, reason = "a broken test should stop where it is")]

mod incident;

use std::sync::Arc;

use firedamp::cockpit::dialog::{CopyKind, Dialog};
use firedamp::cockpit::handoff::unread;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{NoticeKind, Pen};
use firedamp::cockpit::{Effect, Msg};
use firedamp::domain::base::Language;
use firedamp::domain::session::{Anchor, Event};
use firedamp::ui::Screen;
use firedamp::ui::theme::Theme;
use incident::{Desk, miner, moment, snapshot};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

const MINUTE: u64 = 60_000;

fn keys(desk: &mut Desk, keys: &str) {
    for c in keys.chars() {
        let effects = desk.press(if c == '\n' { Key::Enter } else { Key::Char(c) });
        desk.save(effects);
    }
}

/// A desk on which so many miners of different names were found.
fn mined(miners: u32) -> Desk {
    let mut desk = Desk::at_work();
    let miners = (1..=miners).map(|at| {
        let mut one = miner(40 + at);
        one.comm = format!("kworkerd{at}").into();
        one
    });
    let found = desk.tell(Msg::Seen(Arc::new(snapshot(1_000, miners.collect()))));
    desk.save(found);
    desk
}

fn screen(desk: &Desk) -> String {
    let area = Rect::new(0, 0, 80, 24);
    let mut buffer = Buffer::empty(area);
    Screen { model: &desk.model, theme: &Theme::of_name("dark") }.render(area, &mut buffer);
    let row = |y| (0..area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    // Letters of Thai stand in one cell, with an empty one after those that are wide.
    (0..area.height).map(row).collect::<Vec<_>>().join("\n")
}

fn notice(desk: &Desk) -> &NoticeKind {
    &desk.model.notice.as_ref().unwrap().kind
}

fn records(effects: &[Effect]) -> Vec<&Event> {
    let mut events = Vec::new();
    for effect in effects {
        if let Effect::Record { event, .. } = effect {
            events.push(event);
        }
    }
    events
}

#[test]
fn nothing_is_signed_before_every_line_that_must_be_read_is_marked() {
    let mut desk = mined(2);
    desk.model.panes.ceremony.in_view = true;
    keys(&mut desk, "S");
    assert_eq!(notice(&desk), &NoticeKind::MustRead(2));
    assert!(matches!(desk.model.dialog, Dialog::Closed));
    keys(&mut desk, " S");
    assert_eq!(notice(&desk), &NoticeKind::MustRead(1));
    keys(&mut desk, " S@niran check the cron\n");
    let signed = desk.press(Key::Char('y'));
    let Event::HandedOff { to, words, read } = records(&signed)[0] else { panic!("{signed:?}") };
    assert_eq!((to, words), (&"niran".into(), &"check the cron".into()));
    assert_eq!(*read, [2, 3], "the signature says what was read");
}

#[test]
fn enter_asks_before_it_signs_and_says_when_nobody_is_named() {
    let asked = |typed: &str, language| {
        let mut desk = Desk::at_work();
        desk.model.language = language;
        keys(&mut desk, "S");
        keys(&mut desk, typed);
        assert!(records(&desk.press(Key::Enter)).is_empty());
        assert!(records(&desk.press(Key::Enter)).is_empty(), "a second Enter is no yes");
        desk
    };
    let bare = |language| screen(&asked("over to you", language));
    let text = bare(Language::En);
    assert!(text.contains("Sign the handoff?") && text.contains("over to you"), "{text}");
    assert!(text.contains("nobody is named") && text.contains("@name"), "{text}");
    let thai = bare(Language::Th);
    assert!(thai.contains("เซ็นส่งเวรหรือไม่") && thai.contains("@ชื่อ"), "{thai}");
    let mut desk = asked("@niran over to you", Language::En);
    let text = screen(&desk);
    assert!(text.contains("suda signs for niran.") && !text.contains("nobody is named"), "{text}");
    assert!(records(&desk.press(Key::Char('n'))).is_empty());
    let Dialog::SignHandoff(input) = &desk.model.dialog else { panic!("{:?}", desk.model.dialog) };
    assert_eq!(input.value(), "@niran over to you", "the words stay");
    keys(&mut desk, "\ny");
    assert_eq!(desk.session().state.handoff.as_ref().unwrap().to, "niran".into());
}

#[test]
fn what_is_out_of_view_is_brought_into_view_before_it_is_marked() {
    let mut desk = mined(1);
    keys(&mut desk, "0 ");
    assert_eq!(unread(&desk.model).len(), 1);
    keys(&mut desk, " ");
    assert_eq!(unread(&desk.model).len(), 0);
    keys(&mut desk, " ");
    assert_eq!(notice(&desk), &NoticeKind::AllRead);
}

#[test]
fn what_is_found_while_the_words_are_typed_stops_the_signature_and_keeps_the_words() {
    let mut desk = mined(1);
    desk.model.panes.ceremony.in_view = true;
    keys(&mut desk, "S Scheck the cron");
    let mut late = miner(90);
    late.comm = "late".into();
    let found = desk.tell(Msg::Seen(Arc::new(snapshot(2_000, vec![miner(41), late]))));
    desk.save(found);
    assert!(records(&desk.press(Key::Enter)).is_empty());
    assert_eq!(notice(&desk), &NoticeKind::MustRead(1));
    keys(&mut desk, " S");
    let Dialog::SignHandoff(input) = &desk.model.dialog else { panic!("{:?}", desk.model.dialog) };
    assert_eq!(input.value(), "check the cron");
}

#[test]
fn the_next_one_reads_it_too_and_enter_accepts() {
    let mut desk = mined(1);
    desk.model.panes.ceremony.in_view = true;
    keys(&mut desk, "S Sover to you\ny");
    assert!(matches!(notice(&desk), NoticeKind::Signed(_)));
    assert_eq!(unread(&desk.model).len(), 1, "marks are of one signature");
    desk.model.who = "niran".into();
    keys(&mut desk, "0A");
    assert_eq!(notice(&desk), &NoticeKind::MustRead(1));
    keys(&mut desk, " ");
    let accepted = desk.press(Key::Enter);
    assert!(
        matches!(records(&accepted)[..], [Event::Accepted { handoff: 3, read, .. }] if *read == [2])
    );
    desk.save(accepted);
    let state = &desk.session().state;
    let anchor = Anchor::of(state.seq, state.head());
    assert_eq!(notice(&desk), &NoticeKind::Accepted(anchor));
}

#[test]
fn where_no_session_is_open_nothing_is_marked_signed_or_anchored() {
    let mut desk = Desk::at_the_start();
    for c in "0 SAga".chars() {
        assert!(records(&desk.press(Key::Char(c))).is_empty(), "{c}");
    }
    assert!(unread(&desk.model).is_empty());
}

#[test]
fn an_observer_marks_lines_and_writes_nothing() {
    let mut desk = mined(1);
    desk.tell(Msg::Pen(Pen::Observer(None)));
    keys(&mut desk, "0");
    assert!(desk.press(Key::Char(' ')).is_empty());
    assert!(desk.press(Key::Char(' ')).is_empty());
    assert!(unread(&desk.model).is_empty());
    assert!(desk.press(Key::Enter).is_empty());
    assert_eq!(notice(&desk), &NoticeKind::NoPen);
}

#[test]
fn a_note_and_an_open_handoff_are_taken_back_by_entries_and_the_timeline_has_both() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "mwrong host\n");
    keys(&mut desk, "u");
    assert!(desk.session().state.notes.is_empty());
    desk.do_and_save(Key::Ctrl('r'));
    assert_eq!(desk.session().state.notes.len(), 1, "redo writes it once more");
    keys(&mut desk, "Stoo early\nyu");
    assert!(desk.session().state.handoff.is_none());
    assert!(desk.do_and_save(Key::Ctrl('r')).is_empty());
    assert!(desk.session().state.handoff.is_none(), "a key does not sign again");
    let kinds: Vec<_> = desk.session().entries.iter().map(|it| &it.event).collect();
    assert!(matches!(
        kinds[1..],
        [
            Event::Noted { .. },
            Event::Withdrew { entry: 2 },
            Event::Noted { .. },
            Event::HandedOff { .. },
            Event::Withdrew { entry: 5 }
        ]
    ));
    keys(&mut desk, "uu");
    assert!(desk.session().state.notes.is_empty(), "undo after undo goes further back");
}

#[test]
fn what_was_accepted_is_not_taken_back() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "Sover to you\ny");
    desk.model.who = "niran".into();
    keys(&mut desk, "Au");
    assert_eq!(notice(&desk), &NoticeKind::NothingToUndo);
    assert!(desk.session().state.handoff.as_ref().unwrap().accepted.is_some());
}

#[test]
fn an_anchor_is_shown_every_fifteen_minutes_in_which_something_happened() {
    let mut desk = Desk::at_work();
    assert!(desk.tell(Msg::Tick(moment(15 * MINUTE - 1))).is_empty());
    let due = desk.tell(Msg::Tick(moment(15 * MINUTE)));
    let state = &desk.session().state;
    let anchor = Anchor::of(state.seq, state.head());
    assert!(matches!(records(&due)[..], [Event::Anchored { anchor: it }] if *it == anchor));
    assert_eq!(notice(&desk), &NoticeKind::Anchor(anchor));
    desk.save(due);
    assert!(desk.tell(Msg::Tick(moment(40 * MINUTE))).is_empty(), "nothing happened since");
    keys(&mut desk, "mx\n");
    assert!(desk.tell(Msg::Tick(moment(50 * MINUTE))).is_empty());
    assert_eq!(records(&desk.tell(Msg::Tick(moment(55 * MINUTE)))).len(), 1);
}

#[test]
fn an_anchor_is_copied_by_two_keys_and_enter() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "g");
    let state = desk.session().state.clone();
    let shown = desk.press(Key::Char('a'));
    assert_eq!(records(&shown).len(), 1, "the journal knows which anchors were given out");
    let Dialog::Copy(choices, 0) = &desk.model.dialog else { panic!("{:?}", desk.model.dialog) };
    assert_eq!(choices[0].kind, CopyKind::Anchor);
    let text = Anchor::of(state.seq, state.head()).to_string();
    assert_eq!(desk.press(Key::Enter), [Effect::Copy(vec![text.as_str().into()])]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_keys_sign_or_accept_what_was_not_marked(
        typed in prop::collection::vec(prop::sample::select(vec!['S', 'A', ' ', '\n', 'y', 'n', 'x', 'u', '0', 'm', 'j', '1']), 0..30),
        miners in 1_u32..4,
    ) {
        let mut desk = mined(miners);
        desk.model.who = "niran".into();
        for c in typed {
            let left = unread(&desk.model);
            let effects = desk.press(if c == '\n' { Key::Enter } else { Key::Char(c) });
            for event in records(&effects) {
                if matches!(event, Event::HandedOff { .. } | Event::Accepted { .. }) {
                    prop_assert!(left.is_empty(), "{left:?} were not read");
                }
            }
            desk.save(effects);
        }
    }
}
