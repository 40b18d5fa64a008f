//! Acts on the checklist: a range at once, taking back, doing again.

use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{NoticeKind, Pane, View};
use firedamp::cockpit::panes::ProcessSort;
use firedamp::cockpit::storage::{Refusal, Unsaved};
use firedamp::cockpit::{Effect, Msg};
use firedamp::domain::playbook::ItemId;
use firedamp::domain::session::{Event, ItemState};

use crate::incident::Desk;
use crate::keys;
use crate::table::said;

fn item(n: u8) -> ItemId {
    ItemId(format!("1.3/{n}"))
}

#[test]
fn a_range_of_items_is_ticked_with_one_event_each_and_opened_again_only_when_whole() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gc");
    desk.do_and_save(Key::Char(' '));
    keys(&mut desk, "vjj");
    assert_eq!(desk.model.panes.checklist.marked_items().count(), 3);
    let effects = desk.press(Key::Char(' '));
    assert_eq!(effects.len(), 2, "the first is ticked already: {effects:?}");
    desk.save(effects);
    for n in 1..=3 {
        assert_eq!(desk.session().state.item(&item(n)), ItemState::Done);
    }
    assert!(desk.model.panes.checklist.range.is_none());
    keys(&mut desk, "vkk");
    assert_eq!(desk.do_and_save(Key::Char(' ')).len(), 0);
    assert_eq!(desk.session().state.item(&item(2)), ItemState::Open);
    keys(&mut desk, "vjj\u{1b}");
    assert!(desk.model.panes.checklist.range.is_none(), "Esc gives it up");
    assert_eq!(desk.model.view, View::Full(Pane::Checklist));
    keys(&mut desk, "2v");
    assert_eq!(said(&desk), Some(&NoticeKind::NoRange));
}

#[test]
fn one_reason_serves_a_whole_range() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gcvj-no cloud here");
    let effects = desk.press(Key::Enter);
    assert_eq!(effects.len(), 2);
    desk.save(effects);
    for n in 1..=2 {
        assert_eq!(desk.session().state.item(&item(n)), ItemState::NotApplicable);
    }
}

#[test]
fn redo_does_again_what_undo_took_back_and_the_journal_shows_all_three() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gc");
    desk.do_and_save(Key::Char(' '));
    keys(&mut desk, "gd");
    desk.do_and_save(Key::Char(' '));
    let chosen = desk.session().state.choices.clone();
    desk.do_and_save(Key::Char('u'));
    desk.do_and_save(Key::Char('u'));
    assert_eq!(desk.session().state.item(&item(1)), ItemState::Open);
    desk.do_and_save(Key::Ctrl('r'));
    assert_eq!(desk.session().state.item(&item(1)), ItemState::Done);
    desk.do_and_save(Key::Ctrl('r'));
    let again = &desk.session().state.choices;
    assert_eq!((&again[0].node, again[0].branch), (&chosen[0].node, chosen[0].branch));
    assert_eq!(desk.session().state.gone.len(), 1, "what was taken back stays in the history");
    assert_eq!(desk.session().entries.len(), 7);
    desk.press(Key::Ctrl('r'));
    assert_eq!(said(&desk), Some(&NoticeKind::NothingToRedo));
    desk.do_and_save(Key::Char('u'));
    assert!(desk.session().state.choices.is_empty(), "what was done again can be taken back again");
}

#[test]
fn after_another_act_or_a_refusal_of_the_disk_there_is_nothing_to_redo() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gc");
    desk.do_and_save(Key::Char(' '));
    desk.do_and_save(Key::Char('u'));
    keys(&mut desk, "j");
    desk.do_and_save(Key::Char('d'));
    assert!(desk.press(Key::Ctrl('r')).is_empty());
    let effects = desk.press(Key::Char('u'));
    let Effect::Record { ticket, .. } = effects[0] else { panic!("{effects:?}") };
    desk.tell(Msg::NotSaved(ticket, Unsaved::Disk(Refusal::Full)));
    assert!(desk.press(Key::Ctrl('r')).is_empty());
}

#[test]
fn what_was_taken_back_is_said_and_whose_it_was() {
    let mut desk = Desk::at_work();
    desk.model.focus = Pane::Checklist;
    desk.do_and_save(Key::Char(' '));
    desk.do_and_save(Key::Char('u'));
    assert!(matches!(said(&desk), Some(NoticeKind::Undone(act, by))
        if matches!(**act, Event::Marked { .. }) && *by == "suda".into()));
}

#[test]
fn a_page_of_one_item_marks_that_item_and_no_range() {
    let mut desk = Desk::at_work();
    desk.model.focus = Pane::Checklist;
    for key in [Key::Char('v'), Key::Char('j'), Key::Enter] {
        desk.press(key);
    }
    assert_eq!(desk.press(Key::Char(' ')).len(), 1);
}

#[test]
fn a_note_that_is_left_half_written_comes_back() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "mhalf a thought");
    assert!(desk.press(Key::Ctrl('c')).is_empty());
    assert_eq!(said(&desk), Some(&NoticeKind::DraftKept));
    keys(&mut desk, "m");
    let Dialog::Ask(_, input) = &desk.model.dialog else { panic!("{:?}", desk.model.dialog) };
    assert_eq!(input.value(), "half a thought");
    desk.do_and_save(Key::Enter);
    keys(&mut desk, "m");
    let Dialog::Ask(_, input) = &desk.model.dialog else { panic!("{:?}", desk.model.dialog) };
    assert_eq!(input.value(), "", "what was written is no draft any more");
}

#[test]
fn who_asks_to_leave_twice_leaves() {
    for [once, again] in [[Key::Char('q'), Key::Char('q')], [Key::Ctrl('c'), Key::Ctrl('c')]] {
        let mut desk = Desk::at_work();
        assert!(desk.press(once).is_empty(), "it is asked first");
        assert!(matches!(desk.model.dialog, Dialog::Leave));
        assert!(matches!(desk.press(again)[..], [Effect::Leave]));
    }
    let mut desk = Desk::at_work();
    keys(&mut desk, "q\u{1b}");
    assert!(matches!(desk.model.dialog, Dialog::Closed), "who does not want to, stays");
}

#[test]
fn control_c_in_an_empty_question_asks_to_leave_and_never_loses_a_note() {
    for opens in ["m", ":", "?", "/"] {
        let mut desk = Desk::at_work();
        keys(&mut desk, opens);
        assert!(desk.model.dialog.takes_text(), "{opens}");
        desk.press(Key::Ctrl('c'));
        assert!(matches!(desk.model.dialog, Dialog::Leave), "{opens}: {:?}", desk.model.dialog);
    }
    let mut desk = Desk::at_work();
    keys(&mut desk, "mhalf");
    desk.press(Key::Ctrl('c'));
    assert!(matches!(desk.model.dialog, Dialog::Closed));
    assert!(matches!(said(&desk), Some(NoticeKind::DraftKept)));
    keys(&mut desk, "m");
    assert!(format!("{:?}", desk.model.dialog).contains("half"), "{:?}", desk.model.dialog);
}

#[test]
fn the_tree_and_the_order_change_only_where_the_table_is_seen() {
    let mut desk = Desk::at_work();
    for typed in ["gxt", "gxs", "gst"] {
        keys(&mut desk, typed);
        assert_eq!(said(&desk), Some(&NoticeKind::NoTable), "{typed}");
        let pane = &desk.model.panes.processes;
        assert_eq!((pane.tree, pane.sort), (false, ProcessSort::default()), "{typed}");
    }
    keys(&mut desk, "gpts");
    let pane = &desk.model.panes.processes;
    assert!(pane.tree && pane.sort != ProcessSort::default());
}
