//! What the cockpit makes of it: shown, marked, said once, and never taken.

use std::sync::Arc;

use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{NoticeKind, Pane, View};
use firedamp::cockpit::{Effect, Msg};
use firedamp::domain::base::Language;
use firedamp::domain::facts::{Firmware, Reading, Site, Snapshot};
use firedamp::domain::session::{Event, Figure, ItemState};
use firedamp::ui::theme::Theme;
use firedamp::ui::{self, Screen};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::case::{look_at, miner, on_firmware, socket};
use crate::incident::Desk;
use firedamp::domain::facts::SocketState;

fn mined(ms: u64) -> Snapshot {
    let firmware = Firmware { vendor: "Amazon EC2".into(), ..Firmware::default() };
    let site = Site { firmware: Reading::Known(firmware), ..Site::default() };
    let sockets = vec![socket(7, "169.254.169.254:80", SocketState::Established)];
    Snapshot { site: Arc::new(site), ..look_at(ms, vec![miner(7)], sockets) }
}

fn desk() -> Desk {
    let mut desk = Desk::at_work();
    let effects = desk.tell(Msg::Seen(Arc::new(mined(0))));
    desk.save(effects);
    desk
}

fn type_in(desk: &mut Desk, text: &str) -> Vec<Effect> {
    desk.press(Key::Char(':'));
    for letter in text.chars() {
        desk.press(Key::Char(letter));
    }
    desk.press(Key::Enter)
}

/// The screen as text, of a terminal of this size.
fn drawn(desk: &mut Desk, (columns, rows): (u16, u16)) -> String {
    let size = firedamp::cockpit::model::Size { columns, rows };
    desk.tell(Msg::Resized(size));
    let theme = Theme::of_name("dark");
    let mut buf = Buffer::empty(Rect::new(0, 0, columns, rows));
    Screen { model: &desk.model, theme: &theme }.render(buf.area, &mut buf);
    let line = |row| (0..columns).map(move |column| (column, row));
    let text = |row| line(row).map(|at| buf[at].symbol().to_owned()).collect::<String>();
    (0..rows).map(|row| text(row) + "\n").collect()
}

#[test]
fn nothing_is_taken_nor_ticked_by_itself() {
    let mut desk = desk();
    for ms in [1_000, 2_000, 3_000] {
        let effects = desk.tell(Msg::Seen(Arc::new(mined(ms))));
        let acts = |it: &&Effect| {
            matches!(
                it,
                Effect::Record {
                    event: Event::Chose { .. } | Event::Marked { .. } | Event::Noted { .. },
                    ..
                }
            )
        };
        assert_eq!(effects.iter().filter(acts).count(), 0);
        desk.save(effects);
    }
    let state = &desk.session().state;
    assert!(state.choices.is_empty());
    assert!(state.items.values().all(|mark| mark.state == ItemState::Open));
}

#[test]
fn a_rate_that_is_typed_is_an_entry_and_counts_when_the_session_is_taken_up() {
    let mut desk = desk();
    let effects = type_in(&mut desk, "rate 0.05");
    let [Effect::Record { event: Event::Noted { text, about: None }, .. }] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(*text, "rate: $0.05".into());
    desk.save(effects);
    let entries: Vec<_> = desk.session().entries.iter().map(|it| (**it).clone()).collect();
    let again = crate::incident::opened(entries, firedamp::cockpit::model::Source::default());
    desk.tell(Msg::Opened(Box::new(again)));
    let stated = desk.session().state.stated(Figure::Rate).unwrap();
    assert_eq!(stated.value, Some(0.05));
}

#[test]
fn what_is_no_figure_is_asked_again() {
    let mut desk = desk();
    assert!(type_in(&mut desk, "rate cheap").is_empty());
    let said = &desk.model.notice.as_ref().unwrap().kind;
    assert!(matches!(said, NoticeKind::BadFigure(Figure::Rate, _)), "{said:?}");
}

#[test]
fn a_criterion_that_is_met_is_said_once() {
    let mut desk = desk();
    let escalates = |desk: &Desk| {
        desk.model.notice.as_ref().is_some_and(|it| matches!(it.kind, NoticeKind::Escalate(..)))
    };
    assert!(escalates(&desk), "a confirmed miner at the metadata address");
    desk.press(Key::Char('a'));
    let effects = desk.tell(Msg::Seen(Arc::new(mined(1_000))));
    desk.save(effects);
    assert!(!escalates(&desk));
    let effects = type_in(&mut desk, "billing 2400");
    desk.save(effects);
    assert!(escalates(&desk), "{:?}", desk.model.notice);
}

#[test]
fn the_tree_marks_the_branch_and_says_why() {
    let mut desk = desk();
    desk.press(Key::Char('g'));
    desk.press(Key::Char('d'));
    let effects = desk.press(Key::Char(' '));
    desk.save(effects);
    for size in [(80, 24), (120, 36), (200, 60)] {
        let screen = drawn(&mut desk, size);
        assert!(screen.contains("suggested"), "{screen}");
        assert!(screen.contains("suggests a: firmware says AWS"), "{screen}");
    }
    desk.model.language = Language::Th;
    let screen = drawn(&mut desk, (80, 24));
    assert!(screen.contains("AWS: Amazon EC2"), "{screen}");
}

#[test]
fn impact_and_cost_are_shown_with_what_they_rest_on() {
    let mut desk = desk();
    desk.press(Key::Char('g'));
    desk.press(Key::Char('i'));
    assert_eq!(desk.model.view, View::Full(Pane::Impact));
    let screen = drawn(&mut desk, (120, 36));
    assert!(screen.contains("P1  Cloud instance"), "{screen}");
    assert!(screen.contains("firmware says AWS: Amazon EC2"), "{screen}");
    assert!(screen.contains("PB-16 Cloud IAM (Cloud_IAM.en.md)  due"), "{screen}");
    assert!(screen.contains("state a price: :rate 0.05"), "{screen}");
    assert!(ui::panes::impact_lines(&desk.model, 118) > 20);
}

#[test]
fn each_figure_is_asked_for_with_an_example_of_its_own_and_the_types_of_hosts_are_listed() {
    let mut desk = desk();
    let mut asked = |verb: &str, language| {
        desk.model.language = language;
        type_in(&mut desk, verb);
        let screen = drawn(&mut desk, (80, 24));
        desk.press(Key::Esc);
        screen
    };
    let own = [("rate", "0.05"), ("gpu-rate", "2.50"), ("billing", "$2,400"), ("hosts", "as 3")];
    for (verb, example) in own {
        let screen = asked(verb, Language::En);
        assert!(screen.contains(example), "{verb}: {screen}");
        let others = own.iter().filter(|it| it.0 != verb);
        assert!(others.into_iter().all(|it| !screen.contains(it.1)), "{verb}: {screen}");
    }
    let types = asked("host-type", Language::En);
    for kind in ["Production server", "Cloud instance", "User workstation", "Dev/test server"] {
        assert!(types.contains(kind), "{types}");
    }
    let thai = asked("host-type", Language::Th);
    assert!(thai.contains("Production server") && thai.contains("Cloud instance"), "{thai}");
}

#[test]
fn the_cursor_of_the_tree_waits_on_the_branch_that_the_facts_speak_for_until_it_is_moved() {
    let mut desk = Desk::at_work();
    "gd ".chars().for_each(|key| drop(desk.do_and_save(Key::Char(key))));
    desk.press(Key::Esc);
    desk.model.focus = Pane::Processes;
    let under_cursor = |desk: &mut Desk| {
        let screen = drawn(desk, (120, 36));
        let row = screen.lines().find(|it| it.contains("suggested")).unwrap_or_default();
        (row.contains('▶'), row.contains("On-premise"), row.contains("Cloud"))
    };
    desk.tell(Msg::Seen(Arc::new(on_firmware("Dell Inc.", "PowerEdge R640"))));
    assert_eq!(under_cursor(&mut desk), (true, true, false), "the second branch");
    // With the keyboard there, nothing moves under the key that takes it.
    desk.model.focus = Pane::Decision;
    desk.tell(Msg::Seen(Arc::new(on_firmware("Amazon EC2", "m5.large"))));
    assert_eq!(under_cursor(&mut desk), (false, false, true));
    desk.model.focus = Pane::Processes;
    desk.tell(Msg::Seen(Arc::new(on_firmware("Amazon EC2", "m5.large"))));
    assert_eq!(under_cursor(&mut desk), (true, false, true));
    // Whoever moves it keeps it where it is.
    desk.model.focus = Pane::Decision;
    desk.press(Key::Down);
    let line = desk.model.panes.decision.line;
    desk.model.focus = Pane::Processes;
    desk.tell(Msg::Seen(Arc::new(on_firmware("Amazon EC2", "m5.large"))));
    assert_eq!(desk.model.panes.decision.line, line);
    assert!(!under_cursor(&mut desk).0);
}
