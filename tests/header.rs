//! The screen's furniture: whether what is seen is recorded, what goes first where there is little room, titles.

#[path = "incident/mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod incident;

use std::sync::Arc;

use firedamp::cockpit::model::{NoticeKind, Pen, Source, SourceKind};
use firedamp::cockpit::{Model, Msg};
use firedamp::domain::base::Language;
use firedamp::ui::Screen;
use firedamp::ui::theme::Theme;
use incident::{Desk, opened, opening, snapshot};
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
    let why = "No space left on device (os error 28)\u{202e}";
    desk.tell(Msg::Notice(NoticeKind::NotRecording(why.into())));
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
        assert!(header.contains("REC off: No space left"), "{columns}: {header}");
        assert!(!header.contains("00:12:41"), "{columns}: {header}");
    }
    desk.model.language = Language::Th;
    assert!(header(&desk.model, 80).contains("หยุดอัด: No space left"));
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
