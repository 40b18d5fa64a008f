//! Notices: which fade, which stay, and how they are acknowledged.

use std::sync::Arc;

use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{NoticeKind, Pane, Pen, Source, SourceKind};
use firedamp::cockpit::trouble::Trouble;
use firedamp::cockpit::{Effect, Msg};
use firedamp::domain::detect::Subject;
use firedamp::domain::session::Event;

use crate::incident::{Desk, miner, moment, snapshot};
use crate::table::{on_tape, said};

#[test]
fn a_finding_is_acknowledged_once_and_again_when_more_is_known() {
    let mut desk = Desk::at_work();
    let mut seen = miner(42);
    let effects = desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![seen.clone()]))));
    desk.save(effects);
    // A key that was meant for something else does not acknowledge what came just then.
    assert!(said(&desk).is_some());
    desk.tell(Msg::Tick(moment(2_000)));
    let effects = desk.press(Key::Char('a'));
    let subject = Subject::Process(seen.id);
    assert!(
        matches!(&effects[..], [Effect::Record { event: Event::Acknowledged { subject: it }, .. }] if *it == subject)
    );
    let left = NoticeKind::Acknowledged("42 kworkerd".into(), 0);
    assert_eq!(said(&desk), Some(&left), "the notice leaves with it");
    desk.save(effects);
    assert!(desk.session().state.acknowledged.contains_key(&subject));
    assert!(desk.press(Key::Char('a')).is_empty());
    assert!(matches!(said(&desk), Some(NoticeKind::AlreadyAcknowledged(_))));
    desk.press(Key::Esc);
    seen.exe_deleted = true;
    let effects = desk.tell(Msg::Seen(Arc::new(snapshot(2_000, vec![seen]))));
    assert!(effects.iter().any(|it| matches!(it, Effect::Record { .. })), "more is known");
    desk.save(effects);
    assert!(!desk.session().state.acknowledged.contains_key(&subject));
}

#[test]
fn an_observer_takes_a_notice_off_and_writes_nothing_by_it() {
    let mut desk = Desk::at_work();
    let effects = desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![miner(42)]))));
    desk.save(effects);
    desk.tell(Msg::Pen(Pen::Observer(None)));
    desk.tell(Msg::Tick(moment(2_000)));
    assert!(desk.press(Key::Char('a')).is_empty());
    assert_eq!(said(&desk), None);
    desk.model.focus = Pane::Checklist;
    desk.press(Key::Char('a'));
    assert_eq!(said(&desk), Some(&NoticeKind::NothingToAcknowledge));
}

#[test]
fn a_warning_that_was_covered_comes_back_when_the_news_have_faded() {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Notice(NoticeKind::Trouble(Trouble::Fell("ui.rs:1".into()))));
    desk.tell(Msg::ThemeLoaded("light".into()));
    assert!(matches!(said(&desk), Some(NoticeKind::ThemeLoaded(_))));
    desk.tell(Msg::Tick(moment(100_000)));
    desk.tell(Msg::Tick(moment(109_000)));
    assert!(matches!(said(&desk), Some(NoticeKind::Trouble(_))));
    desk.press(Key::Char('a'));
    assert_eq!(said(&desk), None);
}

#[test]
fn a_notice_fades_but_a_warning_stays_until_it_is_acknowledged() {
    for source in [Source::default(), on_tape(SourceKind::Training)] {
        let mut desk = Desk::with(source);
        desk.tell(Msg::ThemeLoaded("light".into()));
        assert_eq!(said(&desk), Some(&NoticeKind::ThemeLoaded("light".into())));
        desk.tell(Msg::Tick(moment(100_000)));
        desk.tell(Msg::Tick(moment(104_000)));
        assert!(said(&desk).is_some());
        desk.tell(Msg::Tick(moment(108_000)));
        assert_eq!(said(&desk), None);
        desk.tell(Msg::Notice(NoticeKind::Trouble(Trouble::Fell("ui.rs:1".into()))));
        desk.tell(Msg::Tick(moment(200_000)));
        desk.tell(Msg::Tick(moment(300_000)));
        assert!(said(&desk).is_some());
        desk.press(Key::Char('a'));
        assert_eq!(said(&desk), None);
    }
}
