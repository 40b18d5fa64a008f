//! What is live and what has ended, what was done and what was taken back, and where a key leads: through the cockpit's
//! door.

#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test looks for one kind of thing, and stops at the first surprise"
)]

#[path = "alive/blind.rs"]
mod blind;
#[expect(dead_code, reason = "other tests use the rest")]
mod incident;

use std::sync::Arc;

use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{NoticeKind, Pane, Pen, Size, Source, SourceKind, View};
use firedamp::cockpit::panes::RowStanding;
use firedamp::cockpit::{Effect, Msg, Tape};
use firedamp::domain::base::Language;
use firedamp::domain::detect::Subject;
use firedamp::domain::facts::{Protocol, Snapshot, Socket, SocketState};
use firedamp::domain::playbook::ItemId;
use firedamp::domain::session::{Event, ItemState, RiskKind, brief};
use firedamp::ui::Screen;
use firedamp::ui::theme::Theme;
use firedamp::words;
use incident::{Desk, miner, moment, process, snapshot};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

fn sees(desk: &mut Desk, snapshot: Snapshot) -> Vec<Event> {
    let effects = desk.tell(Msg::Seen(Arc::new(snapshot)));
    let events = recorded(&effects);
    desk.save(effects);
    events
}

fn recorded(effects: &[Effect]) -> Vec<Event> {
    let event = |it: &Effect| match it {
        Effect::Record { event, .. } => Some(event.clone()),
        _ => None,
    };
    effects.iter().filter_map(event).collect()
}

fn keys(desk: &mut Desk, keys: &str) -> Vec<Event> {
    let mut events = Vec::new();
    for c in keys.chars() {
        let key = if c == '\n' { Key::Enter } else { Key::Char(c) };
        let effects = desk.press(key);
        events.extend(recorded(&effects));
        desk.save(effects);
    }
    events
}

fn said(desk: &Desk) -> Option<&NoticeKind> {
    desk.model.notice.as_ref().map(|notice| &notice.kind)
}

fn screen(desk: &mut Desk, columns: u16, rows: u16) -> String {
    desk.tell(Msg::Resized(Size { columns, rows }));
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    let (model, theme) = (&desk.model, &Theme::of_name("mono"));
    Screen { model, theme }.render(area, &mut buffer);
    let line = |y| (0..columns).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..rows).map(|y| line(y).trim_end().to_owned() + "\n").collect()
}

/// What the card says of risks, as plain lines.
fn risks(desk: &Desk, language: Language) -> Vec<String> {
    let session = desk.session();
    let playbook = session.playbook(language);
    let brief = brief(&session.state, playbook, desk.model.now.at);
    let card = words::card::card(language, &brief, None, playbook);
    let name = words::panes::word(language, words::panes::Word::Risks);
    let section = card.iter().find(|it| it.name == name).unwrap();
    let line = |line: &words::card::Line| {
        let part = |(_, part): &(words::card::Tone, words::Part)| match part {
            words::Part::Ours(text) => text.to_string(),
            words::Part::Theirs(text) => text.plain(80),
        };
        line.text.iter().map(part).collect()
    };
    section.lines.iter().filter(|it| !it.more).map(line).collect()
}

fn crowd(boot_ms: u64, pids: &[u32]) -> Snapshot {
    let mut all = vec![process(2, "sshd", b"sshd\0-D")];
    all.extend(pids.iter().map(|pid| miner(*pid)));
    snapshot(boot_ms, all)
}

#[test]
fn a_miner_that_ended_is_handed_over_as_ended_and_behind_what_is_live() {
    let mut desk = Desk::at_work();
    sees(&mut desk, crowd(10_000, &[42, 43]));
    assert!(sees(&mut desk, crowd(11_000, &[43])).is_empty(), "one look may have missed it");
    let events = sees(&mut desk, crowd(13_000, &[43]));
    let dead = Subject::Process(miner(42).id);
    assert_eq!(events, [Event::Ended { subject: dead.clone(), name: "42 kworkerd".into() }]);
    assert!(sees(&mut desk, crowd(20_000, &[43])).is_empty(), "it is said once");
    let ended = desk.session().state.ended.clone();
    assert_eq!(ended.keys().collect::<Vec<_>>(), [&dead]);
    let lines = risks(&desk, Language::En);
    assert!(lines[0].starts_with("LIVE  43 kworkerd  confirmed"), "{lines:?}");
    assert!(lines[1].starts_with("ended 11-21 17:30  42 kworkerd  confirmed"), "{lines:?}");
    let thai = risks(&desk, Language::Th);
    assert!(thai[0].starts_with("ยังทำงาน  43") && thai[1].starts_with("จบแล้ว 11-21 17:30  42"));
    // Both must be read: that it is gone does not say how it came.
    let session = desk.session();
    let brief = brief(&session.state, session.playbook(Language::En), desk.model.now.at);
    assert_eq!(brief.must_read().len(), 2);
    assert_eq!(brief.unwatched, None);
    let is_found = |it: &RiskKind| matches!(it, RiskKind::Found(..));
    assert!(brief.risks.iter().all(|risk| is_found(&risk.what)));
}

#[test]
fn what_ended_and_is_there_again_is_found_again() {
    let mut desk = Desk::at_work();
    let with = |boot_ms, there: bool| {
        let mut seen = snapshot(boot_ms, vec![process(7, "kworkerd", b"kworkerd")]);
        seen.sockets = if there { vec![Arc::new(pool(7))] } else { Vec::new() };
        seen
    };
    let found = |events: &[Event]| {
        let name = |it: &Event| match it {
            Event::Found { finding, name }
                if matches!(finding.subject, Subject::Connection { .. }) =>
            {
                Some(name.plain(80))
            }
            _ => None,
        };
        events.iter().find_map(name)
    };
    let first = sees(&mut desk, with(1_000, true));
    assert_eq!(found(&first).unwrap(), "7 kworkerd -> 192.0.2.1:3333", "whose it is, first");
    assert!(sees(&mut desk, with(2_000, false)).is_empty(), "it may be made again");
    assert!(sees(&mut desk, with(20_000, true)).is_empty());
    assert!(sees(&mut desk, with(21_000, false)).is_empty());
    let over = sees(&mut desk, with(60_000, false));
    assert!(matches!(&over[..], [Event::Ended { subject: Subject::Connection { .. }, .. }]));
    let again = sees(&mut desk, with(70_000, true));
    assert!(found(&again).is_some(), "{again:?}");
    assert!(desk.session().state.ended.is_empty());
}

fn pool(owner: u32) -> Socket {
    Socket {
        protocol: Protocol::Tcp,
        local: "10.0.0.5:40000".parse().unwrap(),
        remote: Some("192.0.2.1:3333".parse().unwrap()),
        state: SocketState::Established,
        owners: vec![process(owner, "kworkerd", b"").id],
        inode: 900,
        uid: 33,
        first_seen_ms: 0,
        since_before: false,
        namespace: 0,
        flow: None,
        only_in: None,
        own: false,
    }
}

#[test]
fn the_row_of_one_that_ended_obeys_filter_and_sort_and_says_that_it_is_gone() {
    let mut desk = Desk::at_work();
    sees(&mut desk, crowd(10_000, &[42, 43, 44]));
    desk.press(Key::Down);
    let pane = &desk.model.panes.processes;
    let held = pane.rows[pane.line].process.id;
    assert_eq!(held.pid.0, 43);
    sees(&mut desk, crowd(11_000, &[42, 44]));
    let gone = |desk: &Desk| desk.model.panes.processes.rows.iter().position(|row| row.gone);
    assert_eq!(gone(&desk), Some(1), "between those that are as bad as it was");
    let shown = screen(&mut desk, 120, 36);
    assert!(shown.contains("gone since 17:30:11"), "{shown}");
    assert!(shown.contains("an argument is a pool's address"), "{shown}");
    // By name, behind everybody whose name comes before.
    while desk.model.panes.processes.sort != firedamp::cockpit::panes::ProcessSort::Name {
        keys(&mut desk, "s");
    }
    let names: Vec<_> =
        desk.model.panes.processes.rows.iter().map(|row| row.process.id.pid.0).collect();
    assert_eq!(names, [42, 43, 44, 2]);
    keys(&mut desk, "/sshd\n");
    assert_eq!(gone(&desk), None, "the filter hides it");
}

#[test]
fn a_miner_that_ended_under_the_cursor_is_not_called_harmless() {
    let mut desk = Desk::at_work();
    sees(&mut desk, crowd(10_000, &[42, 43]));
    desk.press(Key::Down);
    sees(&mut desk, crowd(11_000, &[42]));
    keys(&mut desk, "2");
    for (columns, rows) in [(80, 24), (200, 60)] {
        let shown = screen(&mut desk, columns, rows);
        assert!(shown.contains("gone since"), "{shown}");
        assert!(!shown.contains("nothing speaks against it"), "{shown}");
    }
    keys(&mut desk, "\n");
    let shown = screen(&mut desk, 80, 24);
    assert!(shown.contains("Process 43") && shown.contains("kworkerd gone since"), "{shown}");
}

#[test]
fn an_untick_is_an_act_of_its_own_and_u_takes_it_back() {
    let mut desk = Desk::at_work();
    desk.model.focus = Pane::Checklist;
    let ticked = keys(&mut desk, " ");
    let [Event::Marked { item, state: ItemState::Done, undoes: None, .. }] = &ticked[..] else {
        panic!("{ticked:?}")
    };
    let item: ItemId = item.clone();
    let unticked = keys(&mut desk, " ");
    assert!(matches!(&unticked[..], [Event::Marked { state: ItemState::Open, undoes: None, .. }]));
    let seq = desk.session().state.seq;
    let back = keys(&mut desk, "u");
    let marked = |state, undoes| Event::Marked {
        item: item.clone(),
        state,
        reason: "".into(),
        undoes: Some(undoes),
    };
    assert_eq!(back, [marked(ItemState::Done, seq)], "the untick is what was done last");
    assert_eq!(keys(&mut desk, "u"), [marked(ItemState::Open, seq - 1)], "then the tick");
    assert!(keys(&mut desk, "u").is_empty());
    assert_eq!(said(&desk), Some(&NoticeKind::NothingToUndo));
    keys(&mut desk, "6");
    let shown = screen(&mut desk, 120, 36);
    let line = |text: &str| shown.lines().filter(|line| line.contains(text)).count();
    assert_eq!(line(" <  took back #"), 2, "{shown}");
    assert_eq!(line("[ ] 1.3/1 is open"), 1, "the untick: {shown}");
}

#[test]
fn each_state_of_an_item_has_its_own_sign_in_the_timeline() {
    let mut desk = Desk::at_work();
    desk.model.focus = Pane::Checklist;
    keys(&mut desk, "d-not here\n!no access\n y 6");
    let shown = screen(&mut desk, 120, 36);
    for sign in ["[>]", "[-]", "[!]", "[x]", "[ ]"] {
        assert!(
            shown.lines().any(|line| line.contains(sign) && line.contains("1.3/1 is")),
            "{shown}"
        );
    }
}

#[test]
fn alerts_are_counted_in_the_header_and_acknowledged_from_any_pane() {
    let mut desk = Desk::at_work();
    sees(&mut desk, crowd(10_000, &[42, 43]));
    assert!(screen(&mut desk, 80, 24).lines().next().unwrap().contains("! 2 alerts"));
    // Both notices are taken off without a word about them.
    desk.press(Key::Esc);
    desk.press(Key::Esc);
    assert_eq!(said(&desk), None);
    for pane in [Pane::Checklist, Pane::Timeline] {
        desk.model.focus = pane;
        assert!(keys(&mut desk, "a").is_empty(), "what is not on the screen is not acknowledged");
        assert!(matches!(said(&desk), Some(NoticeKind::Found(..))));
        desk.tell(Msg::Tick(moment(desk.model.now.boot_ms + 2_000)));
        let events = keys(&mut desk, "a");
        assert!(matches!(&events[..], [Event::Acknowledged { .. }]), "{events:?}");
    }
    assert!(matches!(said(&desk), Some(NoticeKind::Acknowledged(_, 0))));
    assert!(!screen(&mut desk, 80, 24).lines().next().unwrap().contains(" alerts"));
    desk.model.focus = Pane::Gpu;
    keys(&mut desk, "a");
    assert_eq!(said(&desk), Some(&NoticeKind::NothingToAcknowledge));
}

#[test]
fn the_card_opens_at_its_first_line_whoever_opens_it() {
    for by in ["0", "S", "A", "gh"] {
        let mut desk = Desk::at_work();
        sees(&mut desk, crowd(10_000, &[42]));
        desk.model.panes.handoff.line = 20;
        keys(&mut desk, by);
        if desk.model.view == View::Full(Pane::Handoff) {
            assert_eq!(desk.model.panes.handoff.line, 0, "{by}");
            assert!(!desk.model.panes.ceremony.follows, "{by}");
        }
    }
}

#[test]
fn in_the_cockpit_the_cursor_of_the_tree_rests_only_where_something_can_be_done() {
    let mut desk = Desk::at_work();
    screen(&mut desk, 120, 36);
    desk.model.focus = Pane::Decision;
    for key in ['j', ' ', 'j', 'j', ' ', 'k', 'k', 'j', 'j', 'j', 'j', 'j', 'k'] {
        let before = desk.model.panes.decision.line;
        keys(&mut desk, &key.to_string());
        let pane = &desk.model.panes.decision;
        let row = &pane.rows[pane.line];
        let far = matches!(row.standing, RowStanding::NotTaken | RowStanding::Ahead);
        assert!(!far || pane.line == before, "{row:?}");
    }
}

#[test]
fn the_beginning_of_a_tape_is_said_and_not_passed_over() {
    let tape =
        Source { kind: SourceKind::Replay, at_ms: 2_000, length_ms: 60_000, ..Source::default() };
    let mut desk = Desk::with(tape);
    keys(&mut desk, "b");
    "-5m".chars().for_each(|c| drop(desk.press(Key::Char(c))));
    assert_eq!(desk.press(Key::Enter), [Effect::Tape(Tape::Seek(0))]);
    assert_eq!(said(&desk), Some(&NoticeKind::NothingBefore));
    desk.model.notice = None;
    desk.press(Key::Char('['));
    assert_eq!(said(&desk), Some(&NoticeKind::NothingBefore));
    desk.model.notice = None;
    keys(&mut desk, "b");
    "-1m".chars().for_each(|c| drop(desk.press(Key::Char(c))));
    assert!(desk.press(Key::Enter).is_empty(), "we are there");
    assert_eq!(said(&desk), Some(&NoticeKind::NothingBefore));
    desk.press(Key::Char(']'));
    assert_ne!(said(&desk), Some(&NoticeKind::NothingAfter));
}

#[test]
fn after_a_resize_the_keyboard_is_with_a_pane_that_is_shown() {
    let mut desk = Desk::at_work();
    sees(&mut desk, crowd(10_000, &[42, 43]));
    screen(&mut desk, 200, 60);
    desk.model.focus = Pane::Playbook;
    screen(&mut desk, 80, 24);
    assert_eq!(desk.model.focus, Pane::Processes);
    desk.press(Key::Down);
    assert_eq!(desk.model.panes.processes.line, 1, "the first key moves what is seen");
}

#[test]
fn an_observer_is_told_whom_the_pen_is_asked_of() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "0Sseen it all\ny");
    let handoff = desk.session().state.handoff.clone().unwrap();
    assert_eq!(handoff.accepted, None);
    desk.model.who = "niran".into();
    desk.tell(Msg::Pen(Pen::Observer(Some("ploy".into()))));
    desk.press(Key::Char('A'));
    assert_eq!(desk.model.pen.accepting, Some(handoff.seq));
    let shown = screen(&mut desk, 80, 24);
    assert!(shown.contains("asked for the pen, waiting for ploy"), "{shown}");
    desk.tell(Msg::PenRefused);
    assert_eq!(said(&desk), Some(&NoticeKind::ShiftRefused("ploy".into())));
    assert_eq!(desk.model.pen.accepting, None);
}

#[test]
fn the_second_of_two_keys_waits_for_nothing_and_its_letters_come_after_a_while() {
    let mut desk = Desk::at_work();
    desk.press(Key::Char('g'));
    assert!(!screen(&mut desk, 80, 24).contains("g go to"), "whoever knows it sees no flicker");
    desk.press(Key::Char('t'));
    assert_eq!(desk.model.view, View::Full(Pane::Timeline));
    desk.press(Key::Char('g'));
    desk.tell(Msg::Lingered);
    assert!(screen(&mut desk, 80, 24).contains("g go to"));
    desk.press(Key::Char('p'));
    assert_eq!(desk.model.view, View::Full(Pane::Processes));
    desk.tell(Msg::Lingered);
    assert!(!screen(&mut desk, 80, 24).contains("g go to"), "nothing waits any more");
}

#[test]
fn what_has_ended_is_not_called_a_danger_any_more() {
    let mut desk = Desk::at_work();
    sees(&mut desk, crowd(10_000, &[42]));
    let line = |desk: &mut Desk| screen(desk, 80, 24).lines().rev().nth(1).unwrap().to_owned();
    assert!(line(&mut desk).starts_with(" ! danger 17:30:10 42 kworkerd"));
    let keys = screen(&mut desk, 80, 24);
    assert!(keys.lines().last().unwrap().contains("a acknowledge"), "{keys}");
    sees(&mut desk, crowd(11_000, &[]));
    sees(&mut desk, crowd(13_000, &[]));
    assert!(line(&mut desk).starts_with(" . ended 17:30:"), "{}", line(&mut desk));
}
