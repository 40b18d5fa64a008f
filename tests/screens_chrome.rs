//! The screen around the panes: header, footer, dialogs, start screen, coach, in both languages and all sizes.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]

#[path = "screens_chrome/incident.rs"]
mod incident;
#[path = "screens_chrome/stages.rs"]
mod stages;

use firedamp::cockpit::Model;
use firedamp::cockpit::dialog::{Asked, Dialog};
use firedamp::cockpit::model::{Glyphs, Pane, Size, View};
use firedamp::domain::base::{Language, Pid, ProcessId};
use firedamp::domain::session::{ItemState, Place};
use firedamp::domain::untrusted::Untrusted;
use firedamp::ui::Screen;
use firedamp::ui::layout::pane_areas;
use firedamp::ui::text::width;
use firedamp::ui::theme::Theme;
use incident::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::widgets::Widget;
use stages::*;
use tui_input::Input;

fn buffer(model: &Model, theme: &str, columns: u16, rows: u16) -> Buffer {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    Screen { model, theme: &Theme::of_name(theme) }.render(area, &mut buffer);
    buffer
}

/// The screen as text, blanks at the ends of lines cut off.
fn drawn_at(model: &Model, columns: u16, rows: u16) -> String {
    let buffer = buffer(model, "dark", columns, rows);
    let mut text = String::new();
    for y in 0..rows {
        let mut line = String::new();
        let mut x = 0;
        while x < columns {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(width(symbol).max(1)).unwrap();
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn drawn(model: &Model) -> String {
    drawn_at(model, 80, 24)
}

macro_rules! screens {
    ($($name:ident => $model:expr;)+) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(drawn(&$model));
        })+
    };
}

fn typed(text: &str) -> Input {
    Input::new(text.to_owned())
}

fn sure(path: &str) -> Dialog {
    Dialog::AllowTool(Untrusted::from(path))
}

screens! {
    start_screen => at_start(Language::En, offers(), 0);
    start_screen_in_thai => at_start(Language::Th, offers(), 3);
    start_screen_of_the_first_run => at_start(Language::En, Vec::new(), 0);
    cockpit => at_work(Language::En);
    cockpit_in_thai => at_work(Language::Th);
    cockpit_of_an_observer_who_holds_the_picture => observer();
    cockpit_that_cannot_save => not_saved(Language::En);
    cockpit_that_cannot_save_in_thai => not_saved(Language::Th);
    training => in_training(Language::En);
    training_in_thai => in_training(Language::Th);
    training_with_the_expert => {
        let mut model = in_training(Language::En);
        model.session.as_mut().unwrap().state.training.expert_shown = true;
        model
    };
    help => with_dialog(Language::En, Dialog::Help(Input::default(), 0));
    help_in_thai => with_dialog(Language::Th, Dialog::Help(Input::default(), 40));
    help_searched => with_dialog(Language::En, Dialog::Help(typed("tape"), 1));
    help_that_finds_nothing => with_dialog(Language::En, Dialog::Help(typed("xyzzy"), 0));
    palette => with_dialog(Language::En, Dialog::Palette(typed("pro"), 0));
    palette_in_thai => with_dialog(Language::Th, Dialog::Palette(typed("ส่งเวร"), 0));
    ask_note => with_dialog(
        Language::En,
        Dialog::Ask(Asked::Note(Some(Place::Item(item_id()))), typed("peers clean")),
    );
    ask_reason_in_thai => with_dialog(
        Language::Th,
        Dialog::Ask(Asked::Reason(item_id(), ItemState::Blocked), typed("รอผู้ดูแลระบบให้สิทธิ์")),
    );
    ask_filter => with_dialog(Language::En, Dialog::Ask(Asked::FilterProcesses(firedamp::cockpit::filter::Filter::default()), typed("cpu>80 !user:root")));
    process => with_dialog(Language::En, Dialog::Process(MINER));
    process_in_thai => with_dialog(Language::Th, Dialog::Process(MINER));
    process_that_is_gone => with_dialog(
        Language::En,
        Dialog::Process(ProcessId { pid: Pid(7), start: 1 }),
    );
    node => with_dialog(Language::En, Dialog::Node(flow(), node_id("Scope")));
    node_in_thai => with_dialog(Language::Th, Dialog::Node(flow(), node_id("Scope")));
    node_that_is_not_there => with_dialog(Language::En, Dialog::Node(flow(), node_id("\u{1b}c")));
    item => with_dialog(Language::En, Dialog::Item(item_id()));
    item_in_thai => with_dialog(Language::Th, Dialog::Item(item_id()));
    allow_tool => with_dialog(Language::En, sure("/usr/bin/nvidia-smi"));
    allow_tool_in_thai => with_dialog(Language::Th, sure("/usr/bin/nvidia\u{1b}-smi"));
    leave => with_dialog(Language::En, Dialog::Leave);
    leave_in_thai => with_dialog(Language::Th, Dialog::Leave);
    leave_with_something_unsaved => unsaved(Language::En);
    sign => with_dialog(Language::En, Dialog::SignHandoff(typed("check the upload dir")));
    sign_in_thai => with_dialog(Language::Th, Dialog::SignHandoff(typed("ตรวจโฟลเดอร์อัปโหลดต่อ")));
    letters_after_g => after_g(Language::En);
    letters_after_g_in_thai => after_g(Language::Th);
    ascii_only => {
        let mut model = with_dialog(Language::En, Dialog::Help(typed("note"), 0));
        model.glyphs = Glyphs::Ascii;
        model
    };
}

#[test]
fn a_tiny_screen_shows_one_pane() {
    insta::assert_snapshot!(drawn_at(&in_training(Language::En), 40, 10));
}

#[test]
fn a_screen_that_is_too_small_says_so_and_that_nothing_is_lost() {
    let screen = drawn_at(&at_work(Language::En), 39, 9);
    assert_eq!(screen.trim_end(), "needs 40x10, now 39x9\nStill running. Nothing is lost.");
}

fn styles_of(theme: &str) -> String {
    format!("{:?}", buffer(&unsaved(Language::En), theme, 80, 24))
}

#[test]
fn styles_of_the_chrome_in_mono() {
    insta::assert_snapshot!(styles_of("mono"));
}

#[test]
fn no_size_makes_it_panic() {
    let mut models =
        vec![at_start(Language::Th, offers(), 3), in_training(Language::Th), unsaved(Language::En)];
    for dialog in [
        Dialog::Help(typed("a"), 3),
        Dialog::Palette(typed(""), 20),
        Dialog::Ask(Asked::Note(None), typed("ก่อนนำน้ำ")),
        Dialog::Process(MINER),
        Dialog::Node(flow(), node_id("Scope")),
        Dialog::Item(item_id()),
        sure("/usr/bin/nvidia-smi"),
        Dialog::SignHandoff(typed("x")),
    ] {
        models.push(with_dialog(Language::Th, dialog));
    }
    models.push(after_g(Language::En));
    for model in &models {
        for columns in [0, 1, 2, 3, 5, 8, 20, 39, 40, 41, 60, 79, 80, 119, 120, 179, 180, 299, 300]
        {
            for rows in [0, 1, 2, 3, 5, 9, 10, 11, 16, 23, 24, 35, 36, 49, 50, 99, 100] {
                let _drawn = buffer(model, "dark", columns, rows);
            }
        }
    }
}

#[test]
fn every_size_up_to_90_by_30_is_drawn_without_panic() {
    let model = in_training(Language::Th);
    for columns in 0..=90 {
        for rows in 0..=30 {
            let _drawn = buffer(&model, "dark", columns, rows);
        }
    }
}

#[test]
fn training_is_said_at_the_left_edge_of_every_frame() {
    for (columns, rows) in [(40, 10), (80, 24), (120, 36), (200, 60)] {
        let mut model = in_training(Language::En);
        for dialog in [Dialog::Closed, Dialog::Leave, Dialog::Help(Input::default(), 0)] {
            model.dialog = dialog;
            let screen = drawn_at(&model, columns, rows);
            assert!(screen.starts_with("#TRAINING#"), "{columns}x{rows}\n{screen}");
        }
    }
}

#[test]
fn what_is_not_saved_is_said_however_narrow_the_screen_is() {
    for columns in [40, 50, 60, 80, 200] {
        let screen = drawn_at(&not_saved(Language::En), columns, 12);
        assert!(screen.lines().next().unwrap().contains("NOT SAVED"), "{screen}");
    }
}

#[test]
fn no_control_character_reaches_a_cell() {
    let all = [at_start(Language::En, offers(), 3), at_work(Language::En), unsaved(Language::En)];
    for model in all.iter().chain([&with_dialog(Language::En, Dialog::Process(MINER))]) {
        let buffer = buffer(model, "dark", 100, 40);
        let hostile = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(buffer.content().iter().all(|cell| !cell.symbol().contains(hostile)));
    }
}

#[test]
fn the_cursor_stands_on_the_letter_that_follows_it() {
    let mut input = typed("น้ำดี");
    input.handle(tui_input::InputRequest::GoToPrevChar);
    let model = with_dialog(Language::Th, Dialog::Ask(Asked::Note(None), input));
    let buffer = buffer(&model, "mono", 80, 24);
    let reversed: Vec<_> = buffer
        .content()
        .iter()
        .filter(|cell| cell.modifier.contains(Modifier::REVERSED))
        .map(ratatui::buffer::Cell::symbol)
        .collect();
    assert!(reversed.contains(&"ดี"), "{reversed:?}");
    assert!(!reversed.contains(&"น้ำ"));
}

#[test]
fn the_pane_with_the_keyboard_is_always_on_the_screen() {
    for (columns, rows) in [(40, 10), (80, 24), (120, 36), (180, 50), (300, 100)] {
        for focus in Pane::ALL {
            let areas = pane_areas(Size { columns, rows }, View::Cockpit, focus, false);
            assert_eq!(areas.iter().filter(|(pane, _)| *pane == focus).count(), 1);
            let screen = Rect::new(0, 0, columns, rows);
            for (at, (_, area)) in areas.iter().enumerate() {
                assert_eq!(area.intersection(screen), *area);
                assert!(areas[..at].iter().all(|(_, other)| !other.intersects(*area)));
            }
        }
    }
}
