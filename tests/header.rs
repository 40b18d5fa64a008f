//! The screen's furniture: whether what is seen is recorded, what goes first where there is little room, titles.

#[path = "incident/mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod incident;

use std::sync::Arc;

use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{NoticeKind, Pen, Source, SourceKind};
use firedamp::cockpit::storage::{Refusal, Storage, Waiting};
use firedamp::cockpit::{Effect, Model, Msg};
use firedamp::domain::base::Language;
use firedamp::domain::session::Event;
use firedamp::ui::Screen;
use firedamp::ui::theme::Theme;
use incident::{Desk, miner, opened, opening, snapshot};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::widgets::Widget;

fn header(model: &Model, columns: u16) -> String {
    let area = Rect::new(0, 0, columns, 24);
    let mut buffer = Buffer::empty(area);
    Screen { model, theme: &Theme::of_name("dark") }.render(area, &mut buffer);
    (0..columns).map(|x| buffer[(x, 0)].symbol()).collect::<String>().trim_end().to_owned()
}

/// An incident whose last look was so many milliseconds after it began.
fn desk_at(boot_ms: u64) -> Desk {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Seen(Arc::new(snapshot(boot_ms, Vec::new()))));
    desk
}

fn cannot_record(desk: &mut Desk) {
    desk.tell(Msg::Notice(NoticeKind::NotRecording(Refusal::Full)));
}

#[test]
fn an_incident_says_for_how_long_it_is_recorded() {
    let desk = desk_at(761_000);
    assert!(header(&desk.model, 80).contains("REC 00:12:41"), "{}", header(&desk.model, 80));
}

#[test]
fn a_recording_that_stopped_says_why_on_the_narrowest_screen() {
    let mut desk = desk_at(761_000);
    cannot_record(&mut desk);
    for columns in [40, 80, 200] {
        let header = header(&desk.model, columns);
        assert!(header.contains("REC off: disk full"), "{columns}: {header}");
        assert!(!header.contains("00:12:41"), "{columns}: {header}");
    }
    desk.model.language = Language::Th;
    assert!(header(&desk.model, 80).contains("หยุดอัด: ดิสก์เต็ม"));
}

/// A line of the screen.
fn row(model: &Model, (columns, rows): (u16, u16), y: u16) -> (String, Buffer) {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    Screen { model, theme: &Theme::of_name("dark") }.render(area, &mut buffer);
    let text = (0..columns).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (text.trim_end().to_owned(), buffer)
}

fn refused(desk: &mut Desk, why: Refusal) {
    let waiting = Some(Waiting { entries: 12, why });
    desk.tell(Msg::Storage(Storage { volatile: true, low: None, waiting }));
}

#[test]
fn while_entries_wait_a_banner_says_how_many_why_and_what_to_do() {
    let mut desk = desk_at(1_000);
    let before = row(&desk.model, (80, 24), 1).0;
    refused(&mut desk, Refusal::Full);
    let said = " ! 12 NOT ON DISK, kept in memory: disk full. Free space, or :move DIR";
    for size in [(80, 24), (120, 36), (200, 60)] {
        let (text, buffer) = row(&desk.model, size, 1);
        assert_eq!(text, said);
        let style = |x| buffer[(x, 1)].bg;
        assert!((1..size.0).all(|x| style(x) == style(0)), "one bar over the whole width");
        assert_ne!(style(0), buffer[(0, 2)].bg);
    }
    refused(&mut desk, Refusal::Other("Input/output error (os error 5)\u{1b}".into()));
    let failing = row(&desk.model, (80, 24), 1).0;
    assert!(failing.contains("disk fails. Try :move DIR  kernel says: Inp"), "{failing}");
    desk.model.language = Language::Th;
    refused(&mut desk, Refusal::ReadOnly);
    let thai = row(&desk.model, (80, 24), 1).0;
    assert!(thai.contains("ดิสก์อ่านได้อย่างเดียว") && thai.contains(":move DIR"), "{thai}");
    desk.model.language = Language::En;
    desk.tell(Msg::Storage(Storage::default()));
    assert_eq!(row(&desk.model, (80, 24), 1).0, before, "the panes have their room again");
}

#[test]
fn a_session_in_memory_is_named_volatile_on_the_narrowest_screen() {
    let mut desk = desk_at(1_000);
    assert!(!header(&desk.model, 80).contains("VOLATILE"));
    desk.tell(Msg::Storage(Storage { volatile: true, ..Storage::default() }));
    for columns in [40, 80, 200] {
        assert!(header(&desk.model, columns).contains("VOLATILE"), "{columns}");
    }
}

fn typed(desk: &mut Desk, text: &str) -> Vec<Effect> {
    text.chars().for_each(|letter| drop(desk.press(Key::Char(letter))));
    desk.press(Key::Enter)
}

#[test]
fn a_session_is_moved_by_its_verb_and_by_its_key() {
    let asked = vec![Effect::Move("/mnt/usb".into())];
    let mut desk = desk_at(1_000);
    assert_eq!(typed(&mut desk, ":move /mnt/usb"), asked);
    assert!(matches!(desk.model.dialog, Dialog::Closed));
    let mut desk = desk_at(1_000);
    typed(&mut desk, ":move");
    assert_eq!(typed(&mut desk, "/mnt/usb"), asked);
    let mut desk = desk_at(1_000);
    "gm".chars().for_each(|letter| drop(desk.press(Key::Char(letter))));
    assert_eq!(typed(&mut desk, "/mnt/usb"), asked);
    let notice = desk.model.notice.as_ref().map(|it| it.kind.clone());
    assert_eq!(notice, Some(NoticeKind::Moving("/mnt/usb".into())));
}

#[test]
fn only_who_writes_an_incident_can_move_it() {
    let mut watching = desk_at(1_000);
    watching.tell(Msg::Pen(Pen::Observer(None)));
    assert_eq!(typed(&mut watching, ":move /mnt/usb"), []);
    assert!(matches!(watching.model.dialog, Dialog::Closed));
    let training = Source { kind: SourceKind::Training, ..Source::default() };
    let mut training = Desk::with(training);
    assert_eq!(typed(&mut training, ":move /mnt/usb"), []);
    let notice = training.model.notice.as_ref().map(|it| it.kind.clone());
    assert_eq!(notice, Some(NoticeKind::NothingToMove));
}

#[test]
fn a_title_is_not_as_faint_as_its_frame() {
    let desk = desk_at(1_000);
    let area = Rect::new(0, 0, 80, 24);
    let mut buffer = Buffer::empty(area);
    Screen { model: &desk.model, theme: &Theme::of_name("ansi16") }.render(area, &mut buffer);
    assert!(buffer[(0, 1)].modifier.contains(Modifier::DIM), "the frame");
    assert!(!buffer[(2, 1)].modifier.contains(Modifier::DIM), "its title");
}

#[test]
fn the_next_session_records_again() {
    let mut desk = desk_at(761_000);
    cannot_record(&mut desk);
    desk.tell(Msg::Opened(Box::new(opened(vec![opening()], Source::default()))));
    assert!(header(&desk.model, 80).contains("REC 00:00:00"), "{}", header(&desk.model, 80));
}

#[test]
fn a_screen_that_records_nothing_says_nothing_of_it() {
    let tape = Source { kind: SourceKind::Training, length_ms: 9_000, ..Source::default() };
    let training = Desk::with(tape);
    let mut observer = desk_at(1_000);
    observer.tell(Msg::Pen(Pen::Observer(None)));
    for desk in [training, observer] {
        assert!(!header(&desk.model, 200).contains("REC"), "{}", header(&desk.model, 200));
    }
}

#[test]
fn the_long_name_of_the_session_goes_before_the_language() {
    let mut desk = desk_at(761_000);
    desk.model.language = Language::Th;
    for columns in 40..200 {
        let header = header(&desk.model, columns);
        let named = header.contains("20261121T173000Z");
        assert!(!named || header.ends_with("TH"), "{columns}: {header}");
    }
}

#[test]
fn the_playbook_and_the_language_stay_in_80_cells_whatever_the_host_is_called() {
    for language in [Language::En, Language::Th] {
        let mut desk = Desk::with(Source::default());
        let mut first = opening();
        if let Event::Opened(opening) = &mut first.event {
            opening.host = "ip-10-0-12-34.eu-west-1.compute.example".into();
        }
        desk.tell(Msg::Opened(Box::new(opened(vec![first], Source::default()))));
        desk.model.language = language;
        let found = desk.tell(Msg::Seen(Arc::new(snapshot(761_000, vec![miner(42)]))));
        desk.save(found);
        let said = header(&desk.model, 80);
        let mark = if language == Language::En { "EN" } else { "TH" };
        assert!(said.contains("PB-31") && said.ends_with(mark), "{said}");
        assert!(said.contains("ip-10-0-12") && said.contains("00:12:41"), "{said}");
        let wide = header(&desk.model, 200);
        assert!(wide.contains("ip-10-0-12-34.eu-w"), "a name is whole where it fits: {wide}");
    }
}
