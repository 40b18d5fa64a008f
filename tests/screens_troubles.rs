//! Screens on which something does not work: what is said of it, where, in both languages and at two sizes.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]

mod drawn;
#[path = "screens_chrome/incident.rs"]
#[expect(dead_code, reason = "the other screens use the rest of the stage")]
mod incident;
#[path = "screens_chrome/stages.rs"]
#[expect(dead_code, reason = "the other screens use the rest of the stage")]
mod stages;

use firedamp::cockpit::model::{Condition, NoticeKind, Pane, Pen, SourceKind, View};
use firedamp::cockpit::storage::{Refusal, Storage};
use firedamp::cockpit::trouble::{Trouble, Unusable};
use firedamp::cockpit::{Model, Msg, update};
use firedamp::domain::base::Language;
use firedamp::ui::Screen;
use firedamp::ui::theme::Theme;
use incident::{at_work, observer};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use stages::{at_start, offers};

/// The screen as text, blanks at the ends of lines cut off.
fn drawn(model: &Model, columns: u16, rows: u16) -> String {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    Screen { model, theme: &Theme::of_name("dark") }.render(area, &mut buffer);
    drawn::text(&buffer)
}

fn told(language: Language, msg: Msg) -> Model {
    let mut model = at_work(language);
    let _nothing = update(&mut model, msg);
    model
}

fn little_room(language: Language) -> Model {
    told(language, Msg::Storage(Storage { low: Some(61), ..Storage::default() }))
}

fn not_recording(language: Language) -> Model {
    told(language, Msg::Notice(NoticeKind::NotRecording(Refusal::Other("Too odd\u{1b}".into()))))
}

fn looks_stopped(language: Language) -> Model {
    told(language, Msg::Notice(NoticeKind::Trouble(Trouble::LooksStopped)))
}

fn moved_away(language: Language) -> Model {
    let mut model = observer();
    model.language = language;
    let _nothing = update(&mut model, Msg::Notice(NoticeKind::MovedAway("/mnt/usb/ir".into())));
    model
}

fn elsewhere(language: Language) -> Model {
    let usual = Unusable::Kernel("/var/lib/firedamp/sessions".into(), Refusal::ReadOnly);
    told(language, Msg::Notice(NoticeKind::Elsewhere("/run/firedamp".into(), vec![usual])))
}

fn replayed_brief(language: Language) -> Model {
    let mut model = at_work(language);
    model.session.as_mut().unwrap().pen = Pen::Replay;
    model.source.kind = SourceKind::Replay;
    (model.view, model.focus) = (View::Full(Pane::Handoff), Pane::Handoff);
    let _nothing = update(&mut model, Msg::Do(firedamp::cockpit::command::Command::HandOff));
    model
}

fn gone_elsewhere(language: Language) -> Model {
    let mut offers = offers();
    offers[1].condition = Condition::Moved("/mnt/usb/ir\u{1b}[2J".into());
    at_start(language, offers, 1)
}

#[test]
fn every_trouble_has_its_screen() {
    type Drawn = fn(Language) -> Model;
    let screens: [(&str, Drawn); 7] = [
        ("little_room", little_room),
        ("not_recording", not_recording),
        ("looks_stopped", looks_stopped),
        ("moved_away", moved_away),
        ("elsewhere", elsewhere),
        ("replayed_brief", replayed_brief),
        ("gone_elsewhere", gone_elsewhere),
    ];
    for (name, screen) in screens {
        for (language, tag) in [(Language::En, "en"), (Language::Th, "th")] {
            for (columns, rows) in [(80, 24), (120, 36)] {
                let text = drawn(&screen(language), columns, rows);
                insta::assert_snapshot!(format!("{name}_{tag}_{columns}"), text);
            }
        }
    }
}

#[test]
fn a_brief_that_nobody_can_sign_offers_no_key_to_sign_it() {
    let screen = drawn(&replayed_brief(Language::En), 80, 24);
    for key in ["S sign", "S hand", "A accept"] {
        assert!(!screen.contains(key), "{key}: {screen}");
    }
    assert!(screen.contains("A replay writes nothing. q leaves it."), "{screen}");
}

#[test]
fn a_warning_of_little_room_goes_when_there_is_room_again() {
    let mut model = little_room(Language::En);
    let before = drawn(&at_work(Language::En), 80, 24);
    let _nothing =
        update(&mut model, Msg::Storage(Storage { low: Some(60), ..Storage::default() }));
    assert!(drawn(&model, 80, 24).contains("disk left: 60 MiB"));
    let _nothing = update(&mut model, Msg::Storage(Storage::default()));
    assert_eq!(drawn(&model, 80, 24), before);
}
