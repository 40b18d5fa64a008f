//! What would go by in silence is asked about once: a handoff that names somebody else, and reasons that a key would drop.
//! And what the screens say of it afterwards, in both languages.
#![expect(clippy::unwrap_used, reason = "a broken test should stop where it is")]

#[path = "incident/mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod incident;

use std::sync::Arc;

use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{NoticeKind, Pane, Pen, Source, View};
use firedamp::cockpit::panes::NetworkPart;
use firedamp::cockpit::pen::Wish;
use firedamp::cockpit::{Effect, Model, Msg};
use firedamp::domain::base::Language;
use firedamp::domain::detect::Subject;
use firedamp::domain::facts::{Protocol, Snapshot, Socket, SocketState};
use firedamp::domain::playbook::ItemId;
use firedamp::domain::session::{Event, HandoffState, ItemState};
use firedamp::domain::untrusted::Untrusted;
use firedamp::ui::Screen;
use firedamp::ui::theme::Theme;
use incident::{Desk, miner, opened, opening, process, snapshot};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

/// The screen as text, as a terminal of this size shows it.
fn screen(model: &mut Model, (columns, rows): (u16, u16)) -> String {
    model.size = firedamp::cockpit::model::Size { columns, rows };
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    Screen { model, theme: &Theme::of_name("dark") }.render(area, &mut buffer);
    let line = |y| (0..columns).map(|x| buffer[(x, y)].symbol()).collect::<String>() + "\n";
    (0..rows).map(line).collect()
}

fn keys(desk: &mut Desk, keys: &str) -> Vec<Event> {
    let mut events = Vec::new();
    for c in keys.chars() {
        let effects = desk.press(if c == '\n' { Key::Enter } else { Key::Char(c) });
        for effect in &effects {
            if let Effect::Record { event, .. } = effect {
                events.push(event.clone());
            }
        }
        desk.save(effects);
    }
    events
}

/// `suda` has signed to `niran`; whoever is named here sits at the screen now.
fn signed_to_niran(who: &str) -> Desk {
    let mut desk = Desk::at_work();
    keys(&mut desk, "S@niran, check the cron\ny");
    desk.model.who = who.into();
    desk
}

fn handoff(desk: &Desk) -> &HandoffState {
    desk.session().state.handoff.as_ref().unwrap()
}

#[test]
fn somebody_else_than_the_named_one_is_asked_once_and_the_journal_names_both() {
    let mut desk = signed_to_niran("mali");
    assert_eq!(keys(&mut desk, "A"), [], "nothing is accepted before the answer");
    let text = screen(&mut desk.model, (80, 24));
    assert!(text.contains("Signed for niran; you are mali."), "{text}");
    desk.model.language = Language::Th;
    let thai = screen(&mut desk.model, (80, 24));
    assert!(thai.contains("เซ็นให้ niran แต่คุณคือ mali"), "{thai}");
    assert_eq!(keys(&mut desk, "\n"), [], "the key that opened the question does not answer it");
    assert_eq!(keys(&mut desk, "nA"), [], "a no accepts nothing");
    let [Event::Accepted { instead_of, .. }] = &keys(&mut desk, "y")[..] else { panic!() };
    assert_eq!(*instead_of, "niran".into());
    assert!(matches!(desk.model.dialog, Dialog::Closed));
    desk.model.language = Language::En;
    keys(&mut desk, "6");
    let timeline = screen(&mut desk.model, (80, 24));
    assert!(timeline.contains("handoff accepted: #2, signed for niran"), "{timeline}");
    keys(&mut desk, "0");
    let card = screen(&mut desk.model, (80, 24));
    assert!(card.contains("accepted, but it was signed for niran"), "{card}");
}

#[test]
fn the_named_one_is_asked_nothing_whatever_way_they_came() {
    for who in ["niran", "Niran", "niran as root", "niran from 192.0.2.7"] {
        let mut desk = signed_to_niran(who);
        let [Event::Accepted { instead_of, .. }] = &keys(&mut desk, "A")[..] else {
            panic!("{who}: {:?}", desk.model.dialog)
        };
        assert!(instead_of.is_empty(), "{who}");
    }
    for who in ["niranda", "nira", "mali as niran"] {
        let mut desk = signed_to_niran(who);
        keys(&mut desk, "A");
        assert!(matches!(desk.model.dialog, Dialog::NotNamed(2)), "{who}");
    }
}

#[test]
fn whoever_watches_is_asked_before_the_holder_is() {
    let mut desk = signed_to_niran("mali");
    desk.tell(Msg::Pen(Pen::Observer(Some("suda".into()))));
    assert_eq!(desk.press(Key::Char('A')), []);
    assert_eq!(desk.press(Key::Char('y')), [Effect::Pen(Wish::Ask)]);
    assert!(matches!(desk.model.dialog, Dialog::Closed), "no second question");
}

#[test]
fn a_handoff_that_was_taken_back_under_the_question_is_not_accepted() {
    let mut desk = signed_to_niran("mali");
    keys(&mut desk, "A");
    let withdrew = incident::entry(3, Event::Withdrew { entry: 2 });
    desk.tell(Msg::Followed(vec![withdrew]));
    assert_eq!(keys(&mut desk, "y"), []);
    assert_eq!(desk.model.notice.as_ref().unwrap().kind, NoticeKind::NoHandoff);
}

#[test]
fn the_words_of_the_last_handoff_stay_on_top_of_the_card_until_the_next_is_signed() {
    let mut desk = signed_to_niran("niran");
    keys(&mut desk, "A0");
    let top = |desk: &mut Desk| {
        let text = screen(&mut desk.model, (80, 24));
        text.lines().skip(2).take(3).map(str::to_owned).collect::<Vec<_>>()
    };
    let before = top(&mut desk);
    assert!(before[0].contains("HANDOFF") && before[0].contains("check the cron"), "{before:?}");
    assert!(before[1].contains(" accepted"), "{before:?}");
    assert!(handoff(&desk).accepted.is_some());
    keys(&mut desk, "S@suda nothing new\ny0");
    let after = top(&mut desk);
    assert!(after[0].contains("SIGNED") && after[0].contains("nothing new"), "{after:?}");
}

/// On the checklist, whose first item is blocked and whose second does not apply; the cursor is on the first.
fn with_reasons() -> Desk {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gcgg");
    desk.press(Key::Down);
    keys(&mut desk, "!waits for vendor\n");
    desk.press(Key::Down);
    keys(&mut desk, "-no proxy\n");
    desk.press(Key::Up);
    desk
}

fn item(desk: &Desk, item: &str) -> (ItemState, String) {
    let item = ItemId(item.into());
    let session = desk.session();
    let reason = session.reason(&item).map(|it| it.plain(40)).unwrap_or_default();
    (session.item(&item).0, reason)
}

fn blocked() -> (ItemState, String) {
    (ItemState::Blocked, String::from("waits for vendor"))
}

#[test]
fn a_reason_is_named_before_a_tick_drops_it_and_undo_brings_it_back() {
    let mut desk = with_reasons();
    assert_eq!(keys(&mut desk, " "), []);
    let text = screen(&mut desk.model, (80, 24));
    assert!(text.contains("1.3/1 is blocked: \"waits for vendor\"."), "{text}");
    assert!(text.contains("Tick it anyway?"), "{text}");
    desk.model.language = Language::Th;
    let thai = screen(&mut desk.model, (80, 24));
    assert!(thai.contains("1.3/1 ติดขัด: \"waits for vendor\""), "{thai}");
    assert_eq!(keys(&mut desk, " \nn"), [], "neither Space nor Enter is a yes");
    assert_eq!(item(&desk, "1.3/1"), blocked());
    assert_eq!(keys(&mut desk, " y").len(), 1);
    assert_eq!(item(&desk, "1.3/1"), (ItemState::Done, String::new()));
    keys(&mut desk, "u");
    assert_eq!(item(&desk, "1.3/1"), blocked());
}

#[test]
fn a_range_asks_one_question_with_the_count_of_reasons() {
    let mut desk = with_reasons();
    keys(&mut desk, "vjj");
    assert_eq!(keys(&mut desk, " "), []);
    let text = screen(&mut desk.model, (80, 24));
    assert!(text.contains("2 of 3 items have reasons that would go."), "{text}");
    assert!(text.contains("Tick all 3 anyway?"), "{text}");
    assert_eq!(keys(&mut desk, "y").len(), 3);
    assert_eq!(item(&desk, "1.3/1").0, ItemState::Done);
    keys(&mut desk, "uuu");
    assert_eq!(item(&desk, "1.3/1"), blocked());
    assert_eq!(item(&desk, "1.3/2"), (ItemState::NotApplicable, String::from("no proxy")));
}

#[test]
fn to_be_at_an_item_asks_about_its_reason_too_and_one_without_is_asked_nothing() {
    let mut desk = with_reasons();
    assert_eq!(keys(&mut desk, "d"), []);
    assert!(matches!(desk.model.dialog, Dialog::LoseReasons(_, ItemState::Doing)));
    keys(&mut desk, "njj");
    assert_eq!(keys(&mut desk, " ").len(), 1);
    assert_eq!(keys(&mut desk, " ").len(), 1, "open again");
}

#[test]
fn the_question_goes_with_the_pen() {
    let mut desk = with_reasons();
    keys(&mut desk, " ");
    let past = opened(vec![opening()], Source::default()).past;
    let went = firedamp::cockpit::pen::Went { to: None, given: true, past };
    desk.tell(Msg::PenWent(Box::new(went)));
    assert!(matches!(desk.model.dialog, Dialog::Closed));
}

#[test]
fn an_item_that_was_taken_back_shows_nobody_as_if_it_were_done() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gcgg");
    desk.press(Key::Down);
    keys(&mut desk, " ");
    let row =
        |desk: &mut Desk| screen(&mut desk.model, (80, 24)).lines().nth(3).unwrap().to_owned();
    assert!(row(&mut desk).contains("suda"));
    keys(&mut desk, " ");
    let open = row(&mut desk);
    assert!(open.contains("[ ]") && !open.contains("suda") && !open.contains("17:30"), "{open}");
}

#[test]
fn a_reason_has_the_room_of_the_pane() {
    let mut desk = Desk::at_work();
    let reason = "waits for the vendor, who answers between nine and five, and calls back at noon";
    keys(&mut desk, "gcgg");
    desk.press(Key::Down);
    keys(&mut desk, &format!("!{reason}\n"));
    desk.model.view = View::Cockpit;
    let text = screen(&mut desk.model, (200, 60));
    assert!(text.contains("nine and five") && text.contains(" back at noon "), "{text}");
    desk.model.view = View::Full(Pane::Checklist);
    assert!(screen(&mut desk.model, (200, 60)).contains(reason));
}

#[test]
fn items_have_their_words_beside_their_ids() {
    let mut desk = with_reasons();
    keys(&mut desk, "mask them again\n6");
    let timeline = screen(&mut desk.model, (120, 36));
    assert!(timeline.contains("1.3/1 is blocked (Which hosts or"), "{timeline}");
    assert!(timeline.contains("note on 1.3/1 (Which hosts or"), "{timeline}");
    keys(&mut desk, "0");
    let card = screen(&mut desk.model, (120, 60));
    assert!(card.contains("blocked 1.3/1 Which hosts or instances are mining"), "{card}");
    assert!(
        card.contains("not contained yet: 2.1/1 Kill the mining process; 2.1/2 Block"),
        "{card}"
    );
    assert!(card.contains("suda  4 entries"), "{card}");
}

fn socket(local: &str, remote: Option<&str>, inode: u64) -> Arc<Socket> {
    Arc::new(Socket {
        protocol: Protocol::Tcp,
        local: local.parse().unwrap(),
        remote: remote.map(|it| it.parse().unwrap()),
        state: if remote.is_some() { SocketState::Established } else { SocketState::Listen },
        inode,
        uid: 0,
        owners: Vec::new(),
        first_seen_ms: 0,
        since_before: true,
        namespace: 0,
        flow: None,
        only_in: None,
        own: false,
    })
}

#[test]
fn what_listens_says_so_in_its_column_where_there_is_little_room() {
    let mut desk = Desk::at_work();
    let sockets = vec![
        socket("192.0.2.7:40000", Some("198.51.100.9:443"), 1),
        socket("127.0.0.1:3333", None, 2),
    ];
    let seen = Snapshot { sockets, ..snapshot(1_000, vec![process(9, "sshd", b"sshd")]) };
    desk.tell(Msg::Seen(Arc::new(seen)));
    let text = screen(&mut desk.model, (80, 24));
    let row = text.lines().find(|line| line.contains("127.0.0.1:3333")).unwrap();
    assert!(row.contains("LISTEN") && !row.contains("3333 L "), "{row}");
    let owner = |line: &str| line.rfind('?').map(|at| line[..at].chars().count());
    let other = text.lines().find(|line| line.contains("198.51.100.9:443")).unwrap();
    assert_eq!(owner(row), owner(other), "{row}\n{other}");
}

#[test]
fn what_was_seen_on_the_start_screen_is_judged_when_a_session_opens() {
    let mut desk = Desk::at_the_start();
    let seen = snapshot(1_000, vec![process(9, "sshd", b"sshd"), miner(4242)]);
    desk.tell(Msg::Seen(Arc::new(seen)));
    desk.tell(Msg::Opened(Box::new(opened(vec![opening()], Source::default()))));
    let id = miner(4242).id;
    assert!(desk.model.live.findings.contains_key(&Subject::Process(id)));
    assert_eq!(desk.model.panes.processes.rows[0].process.id, id, "the miner is on top at once");
    let unjudged = |row: &firedamp::cockpit::panes::NetworkRow| row.part == NetworkPart::Matches;
    assert!(!desk.model.panes.network.rows.iter().any(unjudged));
}

#[test]
fn a_long_node_is_shortened_before_anything_else_goes() {
    let mut desk = Desk::at_work();
    let text = include_str!("../src/domain/playbook/pb-31.en.md")
        .replace("Cryptomining alert", "A decision node of exactly forty letters");
    let long = Arc::new(firedamp::domain::playbook::read(&text).0);
    let mut opened = opened(vec![opening()], Source::default());
    opened.playbook = firedamp::domain::base::Both { en: Arc::clone(&long), th: long };
    desk.tell(Msg::Opened(Box::new(opened)));
    for (language, saved, rec) in [(Language::En, "saved", "REC"), (Language::Th, "บันทึกแล้ว", "อัด")]
    {
        desk.model.language = language;
        for columns in [80, 120, 200] {
            let screen = screen(&mut desk.model, (columns, 24));
            let header = screen.lines().next().unwrap();
            for part in ["web-03", "PB-31", "A decision", saved, rec] {
                assert!(header.contains(part), "{columns} {part}: {header}");
            }
            assert_eq!(header.contains("forty letters"), columns > 80, "{header}");
        }
        desk.tell(Msg::Pen(Pen::Observer(Some(Untrusted::from("somsak")))));
        let watching = screen(&mut desk.model, (80, 24));
        let header = watching.lines().next().unwrap();
        assert!(header.contains("somsak") && header.contains("A decision"), "{header}");
        desk.tell(Msg::Pen(Pen::Ours));
        desk.model.recording = firedamp::cockpit::model::Recording::Since(desk.model.now);
    }
}

fn said(desk: &Desk) -> Option<&NoticeKind> {
    desk.model.notice.as_ref().map(|notice| &notice.kind)
}

#[test]
fn on_the_card_undo_takes_a_signature_back_and_never_work_that_is_not_on_it() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gc 0");
    assert!(keys(&mut desk, "u").is_empty(), "the tick stands");
    assert_eq!(said(&desk), Some(&NoticeKind::NothingSigned));
    keys(&mut desk, "S@niran check the cron\ny");
    assert!(matches!(keys(&mut desk, "u")[..], [Event::Withdrew { .. }]));
    assert!(!matches!(said(&desk), Some(NoticeKind::Signed(_))), "{:?}", said(&desk));
    assert!(keys(&mut desk, "u").is_empty());
    let untick = keys(&mut desk, "gcu");
    assert!(matches!(untick[..], [Event::Marked { state: ItemState::Open, .. }]), "{untick:?}");
}

#[test]
fn an_old_signature_and_its_anchor_are_not_shown_when_the_shift_has_gone_on() {
    let mut desk = signed_to_niran("suda");
    assert!(matches!(said(&desk), Some(NoticeKind::Signed(_))));
    let accepted = Event::Accepted {
        handoff: desk.session().state.seq,
        read: Vec::new(),
        instead_of: "".into(),
    };
    let seq = desk.session().state.seq + 1;
    desk.tell(Msg::Followed(vec![incident::entry(seq, accepted)]));
    assert!(!matches!(said(&desk), Some(NoticeKind::Signed(_))), "{:?}", said(&desk));
}

#[test]
fn the_named_one_is_told_that_somebody_else_took_the_shift() {
    for (who, told) in [
        ("niran", NoticeKind::TakenInstead("mali".into())),
        ("suda", NoticeKind::ShiftTaken("mali".into())),
    ] {
        let mut desk = signed_to_niran(who);
        let handoff = desk.session().state.seq;
        let accepted = Event::Accepted { handoff, read: Vec::new(), instead_of: "niran".into() };
        let mut entry = incident::entry(handoff + 1, accepted);
        entry.by = "mali".into();
        desk.tell(Msg::Followed(vec![entry]));
        assert_eq!(said(&desk), Some(&told));
    }
}

#[test]
fn a_refusal_goes_when_its_cause_has_gone() {
    let mut desk = Desk::at_work();
    keys(&mut desk, "gc!\n");
    assert_eq!(said(&desk), Some(&NoticeKind::ReasonNeeded));
    keys(&mut desk, "no access\n");
    assert_ne!(said(&desk), Some(&NoticeKind::ReasonNeeded));
}
