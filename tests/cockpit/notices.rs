//! Notices: which fade, which stay, and how they are acknowledged.

use std::sync::Arc;

use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{NoticeKind, Pane, Pen, Source, SourceKind};
use firedamp::cockpit::trouble::{BadTheme, NotCarried, ThemeFault, Trouble};
use firedamp::cockpit::{Effect, Msg};
use firedamp::domain::detect::{Reason, Rule, Subject};
use firedamp::domain::facts::Process;
use firedamp::domain::session::Event;

use crate::incident::{Desk, miner, moment, opened, snapshot};
use crate::keys;
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
fn what_is_shared_with_others_never_stands_before_what_a_miner_is_known_by() {
    let mut desk = Desk::at_work();
    let effects = desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![miner(42)]))));
    desk.save(effects);
    // Two more of them share its pool, and more is known of the first.
    let first = Process { exe_deleted: true, ..miner(42) };
    let all = vec![first, miner(43), miner(44)];
    let effects = desk.tell(Msg::Seen(Arc::new(snapshot(2_000, all))));
    let found = effects.iter().find_map(|it| {
        let Effect::Record { event: Event::Found { finding, .. }, .. } = it else { return None };
        (finding.subject == Subject::Process(miner(42).id)).then_some(finding)
    });
    let reasons = &found.expect("more is known of it").reasons;
    let shares = |it: &Reason| it.rule == Rule::SharesWith;
    assert!(reasons.iter().any(shares), "{reasons:?}");
    assert!(!reasons.iter().take(3).any(shares), "{reasons:?}");
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

#[test]
fn a_refusal_of_what_was_typed_is_over_with_the_next_that_is_typed_and_with_the_question() {
    let refused = |desk: &Desk| matches!(said(desk), Some(NoticeKind::BadFigure(..)));
    let mut desk = Desk::at_work();
    keys(&mut desk, ":rate abc\n");
    assert!(refused(&desk), "{:?}", said(&desk));
    desk.press(Key::Esc);
    assert_eq!(said(&desk), None, "the question is gone, and what was said of it");
    keys(&mut desk, ":rate abc\n");
    desk.press(Key::Ctrl('u'));
    keys(&mut desk, "0.05\n");
    assert_eq!(said(&desk), None, "in the question that was still open");
    keys(&mut desk, ":rate abc\n");
    assert!(refused(&desk));
    desk.press(Key::Esc);
    keys(&mut desk, ":hosts 1\n");
    assert_eq!(said(&desk), None);
    assert_eq!(desk.session().pending.len(), 2, "both were taken");
}

#[test]
fn a_move_that_was_refused_is_under_way_no_more() {
    let mut desk = Desk::at_work();
    keys(&mut desk, ":move /x\n");
    assert!(matches!(said(&desk), Some(NoticeKind::Moving(_))));
    for _ in 0..2 {
        desk.tell(Msg::Notice(NoticeKind::NotCarried(NotCarried::Busy)));
    }
    assert!(matches!(said(&desk), Some(NoticeKind::NotCarried(_))));
    desk.press(Key::Char('a'));
    assert_eq!(said(&desk), None, "nothing stands below it");
}

#[test]
fn a_theme_that_was_not_used_does_not_come_back_once_it_was_shown() {
    let mut desk = Desk::at_work();
    let broken = || BadTheme { place: None, why: ThemeFault::Ground };
    desk.tell(Msg::Notice(NoticeKind::ThemeBroken(Box::new(broken()))));
    desk.tell(Msg::Notice(NoticeKind::NothingBefore));
    desk.tell(Msg::Tick(moment(1_000)));
    desk.tell(Msg::Tick(moment(10_000)));
    assert!(matches!(said(&desk), Some(NoticeKind::ThemeBroken(_))), "it was not shown yet");
    desk.tell(Msg::Tick(moment(11_000)));
    desk.tell(Msg::Notice(NoticeKind::NothingBefore));
    desk.tell(Msg::Tick(moment(12_000)));
    desk.tell(Msg::Tick(moment(30_000)));
    assert_eq!(said(&desk), None);
    desk.tell(Msg::Notice(NoticeKind::ThemeBroken(Box::new(broken()))));
    desk.tell(Msg::ThemeLoaded("light".into()));
    desk.press(Key::Esc);
    assert_eq!(said(&desk), None, "another one is in use");
}

/// A desk on which so many processes of one kind were found, and one of another.
fn crowd(alike: u32) -> Desk {
    let mut desk = Desk::at_work();
    let seen = these(alike);
    // Of one look no more than a few go to the journal.
    for at in 1..=u64::from(alike) {
        let found = desk.tell(Msg::Seen(Arc::new(snapshot(at * 1_000, seen.clone()))));
        desk.save(found);
    }
    desk.tell(Msg::Tick(moment(60_000)));
    desk
}

fn these(alike: u32) -> Vec<Process> {
    let mut seen: Vec<_> = (1..=alike).map(|at| miner(40 + at)).collect();
    let mut other = miner(990);
    other.exe_deleted = true;
    seen.push(other);
    seen
}

fn acknowledged(effects: &[Effect]) -> Vec<u32> {
    let mut pids = Vec::new();
    for effect in effects {
        if let Effect::Record {
            event: Event::Acknowledged { subject: Subject::Process(id) }, ..
        } = effect
        {
            pids.push(id.pid.0);
        }
    }
    pids.sort_unstable();
    pids
}

#[test]
fn one_key_an_alert_is_enough_and_nothing_goes_that_was_not_on_the_line() {
    let mut desk = crowd(3);
    let mut gone = Vec::new();
    for round in 0..4_u64 {
        let Some((finding, _)) = said(&desk).and_then(NoticeKind::found) else {
            panic!("{round}: {:?}", said(&desk))
        };
        let Subject::Process(shown) = finding.subject else { panic!("{finding:?}") };
        // What came this moment was not read yet.
        if round > 0 {
            assert!(desk.press(Key::Char('a')).is_empty(), "{round}");
        }
        desk.tell(Msg::Tick(moment(61_000 + round * 1_000)));
        let effects = desk.press(Key::Char('a'));
        assert_eq!(acknowledged(&effects), [shown.pid.0]);
        gone.push(shown.pid.0);
        desk.save(effects);
    }
    gone.sort_unstable();
    assert_eq!(gone, [41, 42, 43, 990]);
    assert!(matches!(said(&desk), Some(NoticeKind::Acknowledged(_, 0))), "{:?}", said(&desk));
}

#[test]
fn all_alike_are_acknowledged_after_one_question_with_an_entry_each() {
    let mut desk = crowd(3);
    desk.model.panes.processes.selected = Some(miner(42).id);
    desk.model.notice = None;
    for key in "gA".chars() {
        assert!(desk.press(Key::Char(key)).is_empty());
    }
    let Dialog::AcknowledgeAll(subjects, all) = &desk.model.dialog else {
        panic!("{:?}", desk.model.dialog)
    };
    assert_eq!((subjects.len(), *all), (3, 3), "against the one whose file is gone more speaks");
    assert!(desk.press(Key::Enter).is_empty(), "Enter is no yes");
    assert!(desk.press(Key::Char('n')).is_empty());
    assert!(matches!(desk.model.dialog, Dialog::Closed));
    let effects = ['g', 'A', 'y'].into_iter().flat_map(|key| desk.press(Key::Char(key)));
    let effects: Vec<Effect> = effects.collect();
    assert_eq!(acknowledged(&effects), [41, 42, 43]);
    assert_eq!(said(&desk), Some(&NoticeKind::AcknowledgedAll(3, 1)));
    desk.save(effects);
    assert_eq!(desk.session().state.acknowledged.len(), 3);
}

#[test]
fn of_more_than_a_question_asks_about_the_one_that_was_meant_comes_first() {
    let mut desk = Desk::at_work();
    // Of many that have one name only the first are told.
    let mut seen = these(60);
    for it in &mut seen {
        it.comm = format!("w{}", it.id.pid).as_str().into();
    }
    for at in 1..=60 {
        desk.tell(Msg::Tick(moment(at * 5_000)));
        let found = desk.tell(Msg::Seen(Arc::new(snapshot(at * 5_000, seen.clone()))));
        desk.save(found);
    }
    desk.model.panes.processes.selected = Some(miner(97).id);
    desk.model.notice = None;
    for key in "gA".chars() {
        assert!(desk.press(Key::Char(key)).is_empty());
    }
    let Dialog::AcknowledgeAll(subjects, all) = &desk.model.dialog else {
        panic!("{:?}", desk.model.dialog)
    };
    assert_eq!((subjects.len(), *all), (50, 60));
    let meant = |subject: &Subject| matches!(subject, Subject::Process(it) if it.pid.0 == 97);
    assert!(subjects.first().is_some_and(meant), "{subjects:?}");
    let effects = desk.press(Key::Char('y'));
    assert_eq!(acknowledged(&effects).len(), 50);
}

#[test]
fn an_observer_acknowledges_nothing_at_once_either() {
    let mut desk = crowd(2);
    desk.tell(Msg::Pen(Pen::Observer(None)));
    for key in "gA".chars() {
        assert!(desk.press(Key::Char(key)).is_empty());
    }
    assert!(matches!(desk.model.dialog, Dialog::Closed));
    assert_eq!(said(&desk), Some(&NoticeKind::NoPen));
}

#[test]
fn news_wait_below_the_answer_to_a_key_and_are_not_lost() {
    let mut desk = Desk::at_work();
    desk.model.focus = Pane::Gpu;
    desk.press(Key::Char('v'));
    assert_eq!(said(&desk), Some(&NoticeKind::NoRange));
    let found = desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![miner(42)]))));
    desk.save(found);
    desk.tell(Msg::Notice(NoticeKind::Escalate("bill > $1,000".into(), "Finance".into())));
    desk.tell(Msg::Notice(NoticeKind::LittleRoom(12)));
    assert_eq!(said(&desk), Some(&NoticeKind::NoRange), "what was asked for is answered first");
    desk.tell(Msg::Tick(moment(2_000)));
    desk.tell(Msg::Tick(moment(12_000)));
    let mut waited = Vec::new();
    while let Some(kind) = said(&desk).cloned() {
        waited.push(std::mem::discriminant(&kind));
        desk.press(Key::Esc);
    }
    assert_eq!(waited.len(), 3, "the finding, the criterion and the disk");
}

#[test]
fn whoever_takes_a_session_up_sees_the_alert_that_is_open() {
    let mut desk = Desk::at_work();
    let effects = desk.tell(Msg::Seen(Arc::new(snapshot(1_000, vec![miner(42)]))));
    desk.save(effects);
    let entries = desk.session().entries.iter().map(|it| (**it).clone()).collect();
    let mut again = Desk::at_work();
    again.tell(Msg::Opened(Box::new(opened(entries, Source::default()))));
    assert!(matches!(said(&again), Some(NoticeKind::Found(..))), "{:?}", said(&again));
}
