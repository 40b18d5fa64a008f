//! The pane, the question, and what follows from a yes.

use std::sync::Arc;

use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{NoticeKind, Pane, Pen, Source, SourceKind, View};
use firedamp::cockpit::{Effect, Model, Msg};
use firedamp::domain::base::{Language, ProcessId};
use firedamp::domain::facts::{Heard, Sighting, Snapshot, Speaker, Spoken, Wire, WireState};
use firedamp::domain::session::Event;
use firedamp::ui::Screen;
use firedamp::ui::panes::draw;
use firedamp::ui::theme::Theme;
use firedamp::words::wire::Word;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::bytes::{CLIENT, RESOLVER, SERVER, end};
use crate::ear::socket;
use crate::found::stratum;
use crate::incident::{Desk, miner, moment, process, snapshot};

const EN: Language = Language::En;
const TH: Language = Language::Th;

fn drawn(model: &Model, columns: u16, rows: u16) -> String {
    pane(Pane::Wire, model, columns, rows)
}

fn pane(pane: Pane, model: &Model, columns: u16, rows: u16) -> String {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    draw(pane, model, &Theme::of_name("dark"), area, &mut buffer);
    crate::drawn::text(&buffer)
}

fn sighting(spoken: Spoken, last: u64, to: &str, process: Option<ProcessId>) -> Arc<Sighting> {
    let (moment, last) = (moment(last), moment(last));
    let (client, server, served_by) = (end(CLIENT), end(to), None);
    Arc::new(Sighting { moment, last, times: 3, spoken, client, server, process, served_by })
}

fn heard() -> Snapshot {
    let miner = miner(4_242);
    let id = miner.id;
    let dns = |name: &str| Spoken::Dns {
        name: name.into(),
        alias: "".into(),
        addresses: vec![end(SERVER).ip()],
    };
    let mut seen = snapshot(100_000, vec![process(7, "curl", b"curl"), miner]);
    seen.wire = Arc::new(Wire {
        state: WireState::Listening,
        since: Some(moment(40_000)),
        packets: 421,
        dropped: 12,
        heard: Heard { questions: 120, greetings: 40, messages: 5, unclear: 1 },
        names: vec![
            (end("198.51.100.9:0").ip(), "www.example".into()),
            (end(SERVER).ip(), "pool.minexmr.example".into()),
        ]
        .into_iter()
        .rev()
        .collect(),
        sightings: vec![
            sighting(dns("pool.minexmr.example"), 98_000, RESOLVER, None),
            sighting(Spoken::Tls { name: "www.example".into() }, 70_000, SERVER, Some(id)),
            sighting(Spoken::Tls { name: "pool.\u{1b}[2Jexample".into() }, 60_000, SERVER, None),
            sighting(stratum(Speaker::Both), 99_000, SERVER, Some(id)),
        ],
        let_go: 0,
    });
    let names = Arc::make_mut(&mut seen.wire);
    names.names.sort();
    seen.sockets = vec![socket(end(CLIENT), end("198.51.100.9:443"), 0)];
    seen
}

fn listening(language: Language) -> Model {
    let mut desk = Desk::at_work();
    desk.model.language = language;
    desk.tell(Msg::Seen(Arc::new(heard())));
    desk.model.view = View::Full(Pane::Wire);
    desk.model.focus = Pane::Wire;
    desk.model
}

fn in_state(language: Language, state: WireState) -> Model {
    let mut desk = Desk::at_work();
    desk.model.language = language;
    let mut seen = snapshot(1_000, Vec::new());
    seen.wire = Arc::new(Wire { state, ..Wire::default() });
    desk.tell(Msg::Seen(Arc::new(seen)));
    desk.model
}

fn refused() -> WireState {
    WireState::Refused("Operation not permitted (os error 1)".into())
}

macro_rules! screens {
    ($($name:ident => $columns:literal x $rows:literal, $model:expr;)+) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(drawn(&$model, $columns, $rows));
        })+
    };
}

screens! {
    off => 80 x 12, in_state(EN, WireState::Off);
    off_in_thai => 80 x 12, in_state(TH, WireState::Off);
    refused_by_the_kernel => 80 x 8, in_state(EN, refused());
    refused_in_thai => 80 x 8, in_state(TH, refused());
    quiet => 80 x 10, in_state(EN, WireState::Listening);
    usual => 80 x 14, listening(EN);
    usual_in_thai => 80 x 14, listening(TH);
    wide => 140 x 14, listening(EN);
    too_narrow => 40 x 8, listening(EN);
    in_a_few_rows => 60 x 5, listening(EN);
}

#[test]
fn the_flow_of_the_playbook_shows_what_was_heard() {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Seen(Arc::new(heard())));
    for key in ['g', 'd'] {
        desk.press(Key::Char(key));
    }
    let flows = (0..4).map(|_| {
        desk.press(Key::Right);
        // Down to where the question about pools stands.
        (0..3).for_each(|_| drop(desk.press(Key::Down)));
        pane(Pane::Decision, &desk.model, 100, 30)
    });
    let said = "wire: 1 stratum, 3 pool names, 1 allowed";
    let flows: Vec<String> = flows.collect();
    assert!(flows.iter().any(|it| it.contains(said)), "{}", flows.join(""));
}

#[test]
fn a_connection_shows_the_name_that_was_heard_beside_its_owner() {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Seen(Arc::new(heard())));
    let drawn = pane(Pane::Network, &desk.model, 80, 10);
    assert!(
        drawn.lines().any(|it| it.contains("198.51.100.9:443") && it.contains("= www.example"))
    );
}

#[test]
fn every_size_can_be_drawn() {
    let model = listening(EN);
    for columns in 0..90 {
        for rows in 0..14 {
            drawn(&model, columns.max(1), rows.max(1));
        }
    }
}

#[test]
fn listening_takes_a_question_a_yes_and_an_entry_on_disk() {
    let mut desk = Desk::at_work();
    assert!(desk.press(Key::Char('W')).is_empty());
    assert!(matches!(desk.model.dialog, Dialog::Listen));
    assert!(desk.press(Key::Esc).is_empty());
    desk.press(Key::Char('W'));
    let asked = desk.press(Key::Enter);
    let [Effect::Record { event: Event::Listening { on: true }, .. }] = &asked[..] else {
        panic!("{asked:?}")
    };
    let indicators = Arc::clone(&desk.model.live.indicators);
    assert_eq!(desk.save(asked), [Effect::Listen(Some(indicators))]);
    // Whoever wants quiet is not asked twice.
    let quiet = desk.press(Key::Char('W'));
    assert!(matches!(&quiet[..], [Effect::Record { event: Event::Listening { on: false }, .. }]));
    assert_eq!(desk.save(quiet), [Effect::Listen(None)]);
}

#[test]
fn who_was_refused_may_ask_again() {
    let mut desk = Desk::at_work();
    desk.press(Key::Char('W'));
    let asked = desk.press(Key::Enter);
    desk.save(asked);
    let mut seen = snapshot(2_000, Vec::new());
    seen.wire = Arc::new(Wire { state: refused(), ..Wire::default() });
    let seen = Arc::new(seen);
    let said = desk.tell(Msg::Seen(Arc::clone(&seen)));
    assert!(matches!(&said[..], [Effect::Record { event: Event::WireRefused { .. }, .. }]));
    assert!(matches!(desk.model.notice.as_ref().unwrap().kind, NoticeKind::WireRefused(_)));
    assert!(desk.tell(Msg::Seen(seen)).is_empty(), "said once");
    assert!(desk.press(Key::Char('W')).is_empty());
    assert!(matches!(desk.model.dialog, Dialog::Listen));
}

#[test]
fn what_was_heard_stays_when_nobody_listens_any_more() {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Seen(Arc::new(heard())));
    let before = desk.model.panes.wire.lines;
    desk.tell(Msg::Seen(Arc::new(snapshot(9_000, Vec::new()))));
    assert!(before > 0 && desk.model.panes.wire.lines == before);
    let shown = drawn(&desk.model, 100, 20);
    assert!(shown.contains(Word::Stopped.text(EN)) && shown.contains("pool!"), "{shown}");
}

#[test]
fn without_the_pen_one_may_stop_but_not_begin() {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Pen(Pen::Observer(None)));
    assert!(desk.press(Key::Char('W')).is_empty());
    assert!(matches!(desk.model.dialog, Dialog::Closed));
    desk.model.listens = true;
    assert_eq!(desk.press(Key::Char('W')), [Effect::Listen(None)]);
}

#[test]
fn a_recording_has_no_wire_to_listen_to() {
    let source = Source { kind: SourceKind::Training, length_ms: 60_000, ..Source::default() };
    let mut desk = Desk::with(source);
    assert!(desk.press(Key::Char('W')).is_empty());
    assert_eq!(desk.model.notice.as_ref().unwrap().kind, NoticeKind::NoWireHere);
}

#[test]
fn enter_opens_the_process_that_spoke_last() {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Seen(Arc::new(heard())));
    for key in ['g', 'w'] {
        desk.press(Key::Char(key));
    }
    desk.press(Key::Enter);
    let Dialog::Process(id) = desk.model.dialog else { panic!("{:?}", desk.model.dialog) };
    assert_eq!(id.pid.0, 4_242);
}

#[test]
fn what_is_heard_becomes_an_entry_of_the_journal() {
    let mut desk = Desk::at_work();
    let effects = desk.tell(Msg::Seen(Arc::new(heard())));
    let is_it = |effect: &&Effect| {
        matches!(effect, Effect::Record { event: Event::Found { finding, .. }, .. }
            if finding.reasons.iter().any(|it| it.rule == firedamp::domain::detect::Rule::StratumSpoken))
    };
    // The process that speaks, and the connection that carries it.
    assert_eq!(effects.iter().filter(is_it).count(), 2);
}

#[test]
fn the_words_are_short_and_in_both_languages() {
    for word in Word::ALL {
        let (english, thai) = (word.text(EN), word.text(TH));
        assert!(!english.is_empty() && !thai.is_empty(), "{word:?}");
        let longest = english.split(". ").map(|it| it.split_whitespace().count()).max();
        assert!(longest.unwrap() <= 12, "{english}");
        let is_thai = |c: char| ('\u{0e00}'..='\u{0e7f}').contains(&c);
        assert!(thai.contains(is_thai) || *word == Word::Pool, "{word:?}: {thai}");
    }
}

#[test]
fn a_key_that_opens_is_offered_only_where_somebody_was_heard() {
    let footer = |desk: &Desk| {
        let area = Rect::new(0, 0, 120, 30);
        let mut buffer = Buffer::empty(area);
        Screen { model: &desk.model, theme: &Theme::of_name("dark") }.render(area, &mut buffer);
        (0..120).map(|x| buffer[(x, 29)].symbol()).collect::<String>()
    };
    let mut desk = Desk::at_work();
    "gw".chars().for_each(|key| drop(desk.press(Key::Char(key))));
    desk.tell(Msg::Seen(Arc::new(snapshot(1_000, Vec::new()))));
    let off = footer(&desk);
    assert!(off.contains("W listen") && !off.contains("Enter"), "{off}");
    desk.tell(Msg::Seen(Arc::new(heard())));
    assert!(footer(&desk).contains("Enter open"), "{}", footer(&desk));
}
