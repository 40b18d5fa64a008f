//! What is whose: one takes back one's own acts, and what is said of the pen is said as long as it is so.

use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{NoticeKind, Pane, Pen};
use firedamp::cockpit::panes::RowStanding;
use firedamp::cockpit::pen::{Came, Went};
use firedamp::cockpit::{Effect, Msg};
use firedamp::domain::playbook::ItemId;
use firedamp::domain::session::{Entry, Event, ItemState};

use crate::incident::{Desk, entry, opening};
use crate::keys;
use crate::table::said;

fn ticked_by(who: &str, seq: u64, item: &str) -> Entry {
    let item = ItemId(item.into());
    let mark = Event::Marked { item, state: ItemState::Done, reason: "".into(), undoes: None };
    Entry { by: who.into(), ..entry(seq, mark) }
}

#[test]
fn undo_takes_back_ones_own_act_and_never_that_of_somebody_else() {
    let mut desk = Desk::at_work();
    desk.model.focus = Pane::Checklist;
    desk.do_and_save(Key::Char(' '));
    let (item, own) = {
        let (item, mark) = desk.session().state.items.iter().next().unwrap();
        (item.clone(), mark.seq)
    };
    let next = desk.session().state.seq + 1;
    desk.tell(Msg::Followed(vec![ticked_by("ann", next, "1.3/5")]));
    let effects = desk.press(Key::Char('u'));
    let undone = |it: &Effect| {
        matches!(it, Effect::Record { event: Event::Marked { undoes: Some(seq), item: of, .. }, .. }
            if *seq == own && *of == item)
    };
    assert!(effects.iter().any(undone), "{effects:?}");
    desk.save(effects);
    assert!(desk.press(Key::Char('u')).is_empty());
    assert_eq!(said(&desk), Some(&NoticeKind::NothingToUndo));
}

#[test]
fn what_somebody_else_did_to_the_item_since_stands_on_ones_own_mark() {
    let mut desk = Desk::at_work();
    desk.model.focus = Pane::Checklist;
    desk.do_and_save(Key::Char(' '));
    let item = desk.session().state.items.keys().next().unwrap().clone();
    let next = desk.session().state.seq + 1;
    desk.tell(Msg::Followed(vec![ticked_by("ann", next, &item.0)]));
    assert!(desk.press(Key::Char('u')).is_empty());
}

#[test]
fn acts_that_went_with_the_pen_are_counted_and_the_warning_goes_when_the_pen_is_back() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gc j ");
    assert_eq!(desk.session().pending.len(), 2);
    let went = Went { past: vec![opening()].into(), to: Some("somsak".into()), given: false };
    desk.tell(Msg::PenWent(Box::new(went)));
    assert!(matches!(said(&desk), Some(NoticeKind::PenForced(..))));
    desk.press(Key::Char('a'));
    assert_eq!(said(&desk), Some(&NoticeKind::LostWithPen(2)));
    let mut desk = Desk::at_work();
    let went = Went { past: vec![opening()].into(), to: Some("somsak".into()), given: false };
    desk.tell(Msg::PenWent(Box::new(went)));
    let came = Came { past: vec![opening()].into(), from: "somsak".into(), reason: "".into() };
    desk.tell(Msg::PenCame(Box::new(came)));
    assert_eq!(desk.session().pen, Pen::Ours);
    for _ in 0..10 {
        assert!(!matches!(said(&desk), Some(NoticeKind::PenForced(..))), "it is not so any more");
        desk.press(Key::Char('a'));
    }
}

#[test]
fn the_branch_that_was_not_taken_says_how_to_go_back() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gd");
    desk.do_and_save(Key::Char(' '));
    for standing in [RowStanding::Choice, RowStanding::NotTaken] {
        let pane = &mut desk.model.panes.decision;
        pane.line = pane.rows.iter().position(|row| row.standing == standing).unwrap();
        desk.do_and_save(Key::Char(' '));
    }
    assert_eq!(said(&desk), Some(&NoticeKind::OtherBranch));
}

#[test]
fn help_turns_pages() {
    let mut desk = Desk::at_work();
    desk.press(Key::Char('?'));
    desk.press(Key::PageDown);
    let Dialog::Help(_, line) = desk.model.dialog else { panic!("no help") };
    assert!(line > 5, "{line}");
    desk.press(Key::PageUp);
    assert!(matches!(desk.model.dialog, Dialog::Help(_, 0)));
}
