//! The screen around the panes: header, footer, dialogs, start screen, coach, in both languages and all sizes.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]

mod drawn;
#[path = "screens_chrome/incident.rs"]
mod incident;
#[path = "screens_chrome/stages.rs"]
mod stages;

use firedamp::cockpit::command::Command;
use firedamp::cockpit::dialog::{Asked, Dialog};
use firedamp::cockpit::follow::Followed;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::model::{Copied, Glyphs, Kept, Notice, NoticeKind, Pane, Size, View};
use firedamp::cockpit::{Model, Msg, update};
use firedamp::domain::base::{Language, Pid, ProcessId};
use firedamp::domain::detect::Subject;
use firedamp::domain::facts::{Closed, Gap, Lockdown, Unread};
use firedamp::domain::session::{Acknowledged, ItemState, Place};
use firedamp::domain::untrusted::Untrusted;
use firedamp::ui::Screen;
use firedamp::ui::layout::{Strips, pane_areas};
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
    drawn::text(&buffer(model, "dark", columns, rows))
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

/// The copy menu over the miner, as `y` opens it.
fn copying(language: Language) -> Model {
    let mut model = with_dialog(language, Dialog::Closed);
    model.stage = firedamp::cockpit::model::Stage::Work;
    model.read = firedamp::ui::read;
    let _nothing = update(&mut model, Msg::Do(Command::Copy));
    model.stage = firedamp::cockpit::model::Stage::Start { offers: Vec::new(), selected: 0 };
    model
}

fn with_dialog_and_unread(language: Language) -> Model {
    let mut model = with_dialog(language, Dialog::Unread);
    let mut snapshot = (**model.live.snapshot.as_ref().unwrap()).clone();
    let unread = |what: &str, why: &str| Unread::source(what, why);
    let gaps = [
        Gap::Lockdown(Lockdown::Integrity),
        Gap::NotRoot(1000),
        Gap::Closed(Closed::OpenFiles, 37),
    ];
    snapshot.unread = (0..30)
        .map(|nth| unread(&format!("/proc/{nth}/exe"), "Permission denied (os error 13)"))
        .chain([unread("/proc/7/\u{1b}[2J", "no")])
        .chain(gaps.map(Unread::gap))
        .collect();
    model.live.snapshot = Some(std::sync::Arc::new(snapshot));
    model
}

fn searching(language: Language, text: &str) -> Model {
    searching_in(language, Pane::Playbook, text)
}

/// A process whose command line was blocked and whose finding somebody has looked at, in a page that is too long.
fn not_read_whole(language: Language) -> Model {
    let mut model = with_dialog(language, Dialog::Process(MINER));
    let mut snapshot = (**model.live.snapshot.as_ref().unwrap()).clone();
    let mut miner = (*snapshot.processes[1]).clone();
    miner.command = firedamp::domain::facts::Reading::Blocked;
    snapshot.processes[1] = std::sync::Arc::new(miner);
    let unread = |what: &str| Unread::source(what, "No such process");
    snapshot.unread = vec![unread("/proc/4242/fd"), unread("/proc/42/fd")];
    model.live.snapshot = Some(std::sync::Arc::new(snapshot));
    let acknowledged =
        Acknowledged { seq: 143, at: at("2026-11-21T02:52:10Z"), by: "niran\u{1b}".into() };
    let state = &mut model.session.as_mut().unwrap().state;
    state.acknowledged.insert(Subject::Process(MINER), acknowledged);
    model
}

fn wrapped(pane: Pane) -> Model {
    let mut model = at_work(Language::En);
    (model.view, model.focus) = (View::Full(pane), pane);
    model.panes.wrap = true;
    model
}

fn followed(language: Language, gone: bool) -> Model {
    let mut model = at_work(language);
    model.panes.processes.rows[0].gone = gone;
    let name = Untrusted::from("4242 kworkerd\u{1b}[2K");
    model.panes.processes.followed = Some(Followed { name, gone });
    model
}

/// A text on the full screen, while `text` is typed after `/`.
fn searching_in(language: Language, pane: Pane, text: &str) -> Model {
    let mut model = at_work(language);
    model.read = firedamp::ui::read;
    (model.view, model.focus) = (View::Full(pane), pane);
    model.panes.timeline.lines = model.session.as_ref().unwrap().entries.len();
    let _nothing = update(&mut model, Msg::Do(Command::Filter));
    for letter in text.chars() {
        let _nothing = update(&mut model, Msg::Key(Key::Char(letter)));
    }
    model
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
        Dialog::Ask(Asked::Reason(vec![item_id()], ItemState::Blocked), typed("รอผู้ดูแลระบบให้สิทธิ์")),
    );
    ask_filter => with_dialog(Language::En, Dialog::Ask(Asked::FilterProcesses(firedamp::cockpit::filter::Filter::default()), typed("cpu>80 !user:root")));
    process => with_dialog(Language::En, Dialog::Process(MINER));
    process_in_thai => with_dialog(Language::Th, Dialog::Process(MINER));
    process_that_is_gone => with_dialog(
        Language::En,
        Dialog::Process(ProcessId { pid: Pid(7), start: 1, inode: 0 }),
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
    copy_menu => copying(Language::En);
    copy_menu_in_thai => copying(Language::Th);
    bookmarks => with_dialog(Language::En, Dialog::Bookmarks(0));
    bookmarks_in_thai => with_dialog(Language::Th, Dialog::Bookmarks(0));
    unread => with_dialog_and_unread(Language::En);
    unread_in_thai => with_dialog_and_unread(Language::Th);
    ask_time => with_dialog(Language::En, Dialog::Ask(Asked::Time, typed("-5m")));
    ask_time_in_thai => with_dialog(Language::Th, Dialog::Ask(Asked::Time, typed("17:45")));
    ask_reason_of_a_range => with_dialog(
        Language::En,
        Dialog::Ask(Asked::Reason(vec![item_id(), item_id(), item_id()], ItemState::Blocked), typed("")),
    );
    search_in_the_playbook => searching(Language::En, "ma");
    search_in_the_playbook_in_thai => searching(Language::Th, "เครื่อง");
    search_in_the_timeline => searching_in(Language::En, Pane::Timeline, "LOGS");
    search_in_the_brief => searching_in(Language::En, Pane::Handoff, "way in");
    processes_wrapped => wrapped(Pane::Processes);
    network_wrapped => wrapped(Pane::Network);
    processes_followed => followed(Language::En, false);
    processes_followed_and_gone_in_thai => followed(Language::Th, true);
    checklist_range => {
        let mut model = at_work(Language::En);
        (model.view, model.focus) = (View::Full(Pane::Checklist), Pane::Checklist);
        model.panes.checklist.range = Some(item_id());
        model
    };
    process_acknowledged_and_not_read_whole => not_read_whole(Language::En);
    process_acknowledged_and_not_read_whole_in_thai => not_read_whole(Language::Th);
    copied => {
        let mut model = at_work(Language::En);
        let copied = Copied { sent: 3_466, all: 3_466, kept: Kept::InFile };
        model.notice = Some(Notice { kind: NoticeKind::Copied(copied), at: now() });
        model
    };
    process_further_down => {
        let mut model = with_dialog(Language::En, Dialog::Process(MINER));
        model.sheet.line = 3;
        model
    };
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

#[test]
fn how_much_room_is_needed_is_said_whole_where_there_is_hardly_any() {
    let screen = drawn_at(&at_work(Language::En), 20, 5);
    assert_eq!(screen.lines().take(2).collect::<Vec<_>>(), ["needs 40x10, now", "20x5"]);
}

fn styles_of(theme: &str) -> String {
    format!("{:?}", buffer(&unsaved(Language::En), theme, 80, 24))
}

#[test]
fn styles_of_the_chrome_in_mono() {
    insta::assert_snapshot!(styles_of("mono"));
}

#[test]
fn what_a_search_found_looks_unlike_the_rest_and_where_it_stands_unlike_the_others() {
    let mut model = searching(Language::Th, "เครื่อง");
    model.dialog = Dialog::Closed;
    let buffer = buffer(&model, "mono", 80, 24);
    let marked = |modifier: Modifier| {
        let cells = buffer.content().iter().enumerate();
        let cells = cells.filter(|(at, cell)| *at > 160 && cell.modifier.contains(modifier));
        cells.map(|(_, cell)| cell.symbol()).collect::<String>()
    };
    let found = marked(Modifier::UNDERLINED);
    assert_eq!(found.matches("เครื่อง").count(), 3, "{found}");
    assert!(marked(Modifier::REVERSED).starts_with("เครื่อง"), "the first is where we are");
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
        Dialog::Bookmarks(0),
        Dialog::Unread,
        Dialog::Ask(Asked::Time, typed("17")),
    ] {
        models.push(with_dialog(Language::Th, dialog));
    }
    models.push(after_g(Language::En));
    models.push(copying(Language::Th));
    models.push(searching(Language::Th, "เครื่อง"));
    models.push(with_dialog_and_unread(Language::En));
    models.extend(vec![
        wrapped(Pane::Processes),
        wrapped(Pane::Network),
        not_read_whole(Language::Th),
    ]);
    models.push(searching_in(Language::En, Pane::Timeline, "logs"));
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
    let start = at_start(Language::En, offers(), 3);
    let (work, unsaved) = (at_work(Language::En), unsaved(Language::En));
    for model in [&start, &work, &unsaved, &with_dialog(Language::En, Dialog::Process(MINER))] {
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
            let areas = pane_areas(Size { columns, rows }, View::Cockpit, focus, Strips::default());
            assert_eq!(areas.iter().filter(|(pane, _)| *pane == focus).count(), 1);
            let screen = Rect::new(0, 0, columns, rows);
            for (at, (_, area)) in areas.iter().enumerate() {
                assert_eq!(area.intersection(screen), *area);
                assert!(areas[..at].iter().all(|(_, other)| !other.intersects(*area)));
            }
        }
    }
}
