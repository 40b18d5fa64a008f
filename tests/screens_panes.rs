//! Every pane: empty, usual, too narrow and in Thai; in all glyph sets, at every size.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]

#[path = "screens_panes/cut.rs"]
mod cut;
mod drawn;
#[path = "screens_panes/mined.rs"]
mod mined;

use std::sync::Arc;

use firedamp::cockpit::Model;
use firedamp::cockpit::filter::Filter;
use firedamp::cockpit::model::{Glyphs, Pane, Pending};
use firedamp::cockpit::panes::ProcessSort;
use firedamp::domain::base::Language;
use firedamp::domain::detect::Subject;
use firedamp::domain::playbook::{FlowId, ItemId, NodeId};
use firedamp::domain::session::{Event, ItemState, Place};
use firedamp::domain::untrusted::Untrusted;
use firedamp::ui::panes::{draw, handoff_lines, playbook_lines};
use firedamp::ui::theme::Theme;
use mined::{empty, full, mined, read_by_niran, show_flow, work_out_rows};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

fn buffer(model: &Model, pane: Pane, columns: u16, rows: u16) -> Buffer {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    draw(pane, model, &Theme::of_name("dark"), area, &mut buffer);
    buffer
}

/// The pane as text, blanks at the ends of lines cut off.
fn drawn(model: &Model, pane: Pane, columns: u16, rows: u16) -> String {
    drawn::text(&buffer(model, pane, columns, rows))
}

const EN: Language = Language::En;
const TH: Language = Language::Th;

macro_rules! panes {
    ($($name:ident => $pane:ident, $columns:literal x $rows:literal, $model:expr;)+) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(drawn(&$model, Pane::$pane, $columns, $rows));
        })+
    };
}

fn in_ascii(mut model: Model) -> Model {
    model.glyphs = Glyphs::Ascii;
    model
}

fn focused(mut model: Model, pane: Pane) -> Model {
    model.focus = pane;
    model
}

panes! {
    processes => Processes, 80 x 12, mined(EN);
    processes_in_thai => Processes, 80 x 12, mined(TH);
    processes_in_six_rows => Processes, 80 x 6, mined(EN);
    processes_too_narrow => Processes, 40 x 8, mined(EN);
    processes_wide => Processes, 160 x 18, mined(EN);
    processes_full => Processes, 80 x 24, full(mined(EN), Pane::Processes);
    processes_full_in_thai => Processes, 80 x 24, full(mined(TH), Pane::Processes);
    processes_of_a_wide_cockpit => Processes, 120 x 30, mined(EN);
    processes_full_and_wide => Processes, 200 x 24, full(mined(EN), Pane::Processes);
    processes_full_and_wide_in_thai => Processes, 160 x 24, full(mined(TH), Pane::Processes);
    processes_empty => Processes, 80 x 6, empty(EN);
    processes_in_ascii => Processes, 80 x 12, in_ascii(mined(EN));
    processes_as_a_tree => Processes, 80 x 16, as_a_tree();
    processes_held_stale_and_filtered => Processes, 80 x 8, held();
    processes_whose_selected_row_is_gone => Processes, 80 x 8, gone();
    network => Network, 80 x 16, focused(mined(EN), Pane::Network);
    network_in_thai => Network, 80 x 16, focused(mined(TH), Pane::Network);
    network_in_six_rows => Network, 48 x 6, mined(EN);
    network_too_narrow => Network, 40 x 10, mined(EN);
    network_wide => Network, 140 x 16, mined(EN);
    network_empty => Network, 48 x 6, empty(EN);
    network_in_ascii => Network, 48 x 6, in_ascii(mined(EN));
    machine => Gpu, 60 x 18, mined(EN);
    machine_in_thai => Gpu, 60 x 18, mined(TH);
    machine_in_six_rows => Gpu, 32 x 6, mined(EN);
    machine_in_six_rows_of_ascii => Gpu, 32 x 6, in_ascii(mined(EN));
    machine_of_a_wide_cockpit => Gpu, 80 x 13, mined(EN);
    machine_without_gpu_or_swap => Gpu, 80 x 22, full(without_swap(), Pane::Gpu);
    machine_without_gpu_or_swap_in_a_corner => Gpu, 48 x 9, without_swap();
    machine_full => Gpu, 80 x 22, full(mined(EN), Pane::Gpu);
    machine_empty => Gpu, 32 x 6, empty(EN);
    machine_without_gpu => Gpu, 60 x 9, without_gpu();
    decision => Decision, 40 x 9, mined(EN);
    decision_in_thai => Decision, 40 x 9, mined(TH);
    decision_full => Decision, 80 x 22, full(mined(EN), Pane::Decision);
    decision_full_in_thai => Decision, 80 x 22, full(mined(TH), Pane::Decision);
    decision_that_says_where_it_was_cut => Decision, 48 x 8, mined(EN);
    decision_wide => Decision, 120 x 16, mined(EN);
    decision_in_ascii => Decision, 60 x 14, in_ascii(mined(EN));
    decision_of_another_flow => Decision, 80 x 22, other_flow();
    decision_not_on_disk_yet => Decision, 80 x 18, choice_pending();
    decision_empty => Decision, 40 x 9, empty(EN);
    checklist => Checklist, 40 x 9, mined(EN);
    checklist_in_thai => Checklist, 40 x 9, mined(TH);
    checklist_full => Checklist, 80 x 22, full(mined(EN), Pane::Checklist);
    checklist_full_in_thai => Checklist, 80 x 22, full(mined(TH), Pane::Checklist);
    checklist_wide => Checklist, 140 x 14, mined(EN);
    checklist_not_on_disk_yet => Checklist, 48 x 9, mark_pending();
    checklist_empty => Checklist, 40 x 9, empty(EN);
    timeline => Timeline, 80 x 12, mined(EN);
    timeline_in_thai => Timeline, 80 x 12, mined(TH);
    timeline_too_narrow => Timeline, 40 x 8, mined(EN);
    timeline_full => Timeline, 80 x 22, scrolled_timeline();
    timeline_not_on_disk_yet => Timeline, 80 x 8, mark_pending();
    timeline_empty => Timeline, 80 x 6, empty(EN);
    playbook => Playbook, 80 x 60, full(mined(EN), Pane::Playbook);
    playbook_in_thai => Playbook, 80 x 60, full(mined(TH), Pane::Playbook);
    playbook_further_down => Playbook, 80 x 100, at_line(mined(EN), 58);
    playbook_too_narrow => Playbook, 40 x 30, at_line(mined(EN), 40);
    playbook_empty => Playbook, 40 x 6, empty(EN);
    handoff => Handoff, 80 x 56, full(mined(EN), Pane::Handoff);
    handoff_in_thai => Handoff, 80 x 56, full(mined(TH), Pane::Handoff);
    handoff_small => Handoff, 80 x 20, full(mined(EN), Pane::Handoff);
    handoff_wide => Handoff, 198 x 40, full(mined(EN), Pane::Handoff);
    handoff_wide_in_thai => Handoff, 198 x 40, full(mined(TH), Pane::Handoff);
    handoff_read_by_the_next => Handoff, 118 x 30, read_by_niran(mined(EN));
    handoff_too_narrow => Handoff, 40 x 30, full(mined(EN), Pane::Handoff);
    handoff_empty => Handoff, 80 x 6, empty(EN);
}

fn as_a_tree() -> Model {
    let mut model = mined(EN);
    let snapshot = model.live.snapshot.clone().unwrap();
    let depths = [
        (1, 0),
        (880, 1),
        (2_101, 2),
        (2_140, 3),
        (911, 1),
        (1_204, 1),
        (4_300, 2),
        (3_310, 1),
        (3_320, 1),
        (4_242, 1),
        (4_245, 2),
        (2, 0),
    ];
    let rows = depths.map(|(pid, depth)| {
        let process = Arc::clone(snapshot.process(mined::id(pid)).unwrap());
        firedamp::cockpit::panes::ProcessRow { process, depth, gone: false }
    });
    model.panes.processes.rows = rows.into();
    model.panes.processes.tree = true;
    model.panes.processes.sort = ProcessSort::Pid;
    model.panes.processes.line = 9;
    model
}

fn held() -> Model {
    let mut model = mined(EN);
    model.source.paused = true;
    model.now.boot_ms += 12_400;
    model.panes.processes.filter = Filter::parse("cpu>10 !user:root").unwrap();
    model.panes.processes.rows.truncate(4);
    model.panes.processes.line = 1;
    model
}

fn gone() -> Model {
    let mut model = mined(EN);
    model.panes.processes.rows[0].gone = true;
    model
}

fn without_gpu() -> Model {
    let mut model = mined(EN);
    let mut snapshot = mined::snapshot();
    let mut gpu = mined::gpu();
    gpu.devices.clear();
    gpu.holders.clear();
    gpu.sources.truncate(1);
    snapshot.gpu = Arc::new(gpu);
    model.live.snapshot = Some(Arc::new(snapshot));
    model
}

fn without_swap() -> Model {
    use firedamp::domain::facts::{GpuOutcome, GpuSource, GpuSourceKind};
    let mut model = without_gpu();
    let mut snapshot = mined::snapshot();
    let mut gpu = mined::gpu();
    gpu.devices.clear();
    gpu.holders.clear();
    let absent = |kind| GpuSource { kind, outcome: GpuOutcome::Absent };
    let kinds = [GpuSourceKind::OpenFiles, GpuSourceKind::Sysfs, GpuSourceKind::NvidiaSmi];
    gpu.sources = kinds.map(absent).into();
    snapshot.gpu = Arc::new(gpu);
    let mut host = (*snapshot.host).clone();
    (host.swap_total, host.swap_used) = (0, 0);
    snapshot.host = Arc::new(host);
    model.live.snapshot = Some(Arc::new(snapshot));
    model
}

fn other_flow() -> Model {
    let mut model = full(mined(EN), Pane::Decision);
    show_flow(&mut model, "F3");
    model
}

fn choice_pending() -> Model {
    let mut model = mined(EN);
    let event = Event::Chose {
        flow: FlowId(String::from("F2")),
        node: NodeId(String::from("Scope")),
        branch: 0,
        to: NodeId(String::from("Single")),
        label: Untrusted::from("One machine"),
    };
    model.session.as_mut().unwrap().pending.push(Pending { ticket: 1, event });
    show_flow(&mut model, "F2");
    model
}

fn mark_pending() -> Model {
    let mut model = mined(EN);
    let event = Event::Marked {
        item: ItemId(String::from("1.3/3")),
        state: ItemState::Done,
        reason: Untrusted::default(),
        undoes: None,
    };
    model.session.as_mut().unwrap().pending.push(Pending { ticket: 1, event });
    work_out_rows(&mut model);
    model
}

fn scrolled_timeline() -> Model {
    let mut model = full(mined(EN), Pane::Timeline);
    model.panes.timeline.line = 10;
    model
}

fn at_line(mut model: Model, line: usize) -> Model {
    model.panes.playbook.line = line;
    full(model, Pane::Playbook)
}

#[test]
fn the_row_under_the_cursor_is_told_by_a_sign_and_by_its_style() {
    let model = mined(EN);
    let buffer = buffer(&model, Pane::Processes, 80, 12);
    assert_eq!(buffer[(1, 2)].symbol(), "▶");
    assert_ne!(buffer[(40, 2)].modifier, buffer[(40, 3)].modifier);
}

#[test]
fn the_question_at_hand_is_shown_even_when_its_row_is_folded_away() {
    let text = drawn(&choice_pending(), Pane::Decision, 80, 18);
    assert!(text.contains("── Kill + investigate the way in ──"), "{text}");
}

#[test]
fn the_handoff_goes_by_its_own_entry_whatever_came_after_it() {
    let mut model = full(mined(EN), Pane::Handoff);
    let session = model.session.as_mut().unwrap();
    let handoff = session.state.handoff.as_ref().unwrap().seq;
    session.state.seq = handoff + 29;
    let text = drawn(&model, Pane::Handoff, 80, 24);
    let title = text.lines().next().unwrap();
    assert!(title.contains(&format!("#{handoff} ")), "{title}");
    session_without_handoff(&mut model);
    assert!(!drawn(&model, Pane::Handoff, 80, 24).lines().next().unwrap().contains('#'));
}

fn session_without_handoff(model: &mut Model) {
    model.session.as_mut().unwrap().state.handoff = None;
}

#[test]
fn a_note_in_the_brief_says_what_it_is_about() {
    let about = [
        (Place::Item(ItemId(String::from("1.3/4"))), "on 1.3/4 Entry vector"),
        (Place::Item(ItemId(String::from("9.9/9"))), "on 9.9/9:"),
        (Place::Node(FlowId(String::from("F2")), NodeId(String::from("Env"))), "on F2 Which env"),
        (Place::Subject(Subject::Process(mined::id(4_242))), "on 4242 kworkerd"),
        (Place::Subject(Subject::Process(mined::id(9))), "on pid 9:"),
    ];
    for (place, said) in about {
        let mut model = full(mined(EN), Pane::Handoff);
        let state = &mut model.session.as_mut().unwrap().state;
        state.notes[0].about = Some(place);
        // The card is made once an entry; this one is another.
        state.seq += u64::try_from(said.len()).unwrap();
        let text = drawn(&model, Pane::Handoff, 120, 60);
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn a_reason_that_is_too_long_for_its_lines_says_how_much_is_left_out() {
    let english = "the vendor answers on Monday and nobody else can read these logs, ".repeat(11);
    let thai = "รอผู้ขายตอบวันจันทร์ และไม่มีใครอ่าน log นี้ได้ ".repeat(30);
    for reason in [english.as_str(), thai.as_str(), &"x".repeat(700)] {
        for (whole, columns) in [(false, 60), (false, 96), (true, 80), (true, 120)] {
            let mut model = mined(EN);
            let session = model.session.as_mut().unwrap();
            let item = session.state.items.get_mut(&ItemId(String::from("1.3/4"))).unwrap();
            item.reason = reason.into();
            let model = if whole { full(model, Pane::Checklist) } else { model };
            let text = drawn(&model, Pane::Checklist, columns, 30);
            let why = text.lines().skip_while(|line| !line.contains("why: "));
            let most = if whole { 6 } else { 3 };
            let last = why.clone().nth(most - 1).unwrap_or_else(|| panic!("{text}"));
            let sign = last
                .trim_end_matches([' ', '│', '║'])
                .rsplit_once('+')
                .unwrap_or_else(|| panic!("{text}"))
                .1;
            assert!(!sign.is_empty() && sign.len() < 6, "{sign}: {text}");
            // All lines are made use of.
            assert!(why.take(most).all(|line| !line.contains('[')), "{text}");
        }
    }
}

#[test]
fn styles_of_the_process_table() {
    insta::assert_snapshot!(format!("{:?}", buffer(&mined(EN), Pane::Processes, 80, 6)));
}

#[test]
fn no_raw_character_of_the_host_reaches_a_cell() {
    let model = full(mined(EN), Pane::Processes);
    for pane in Pane::ALL {
        let text = drawn(&model, pane, 200, 60);
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\t']), "{pane:?}");
    }
}

#[test]
fn a_document_has_more_lines_when_it_is_narrower() {
    let model = mined(EN);
    assert!(playbook_lines(&model, 40) > playbook_lines(&model, 120));
    assert!(handoff_lines(&model, 40) > handoff_lines(&model, 120));
    assert_eq!(playbook_lines(&empty(EN), 40), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn panes_of_any_size_stay_inside_their_area(
        columns in 0_u16..170, rows in 0_u16..52, cursor in 0_usize..60, thai: bool, tree: bool, set in 0..3,
    ) {
        let mut model = mined(if thai { TH } else { EN });
        model.glyphs = [Glyphs::Ascii, Glyphs::Block, Glyphs::Braille][usize::try_from(set).unwrap()];
        model.panes.processes.line = cursor;
        model.panes.processes.tree = tree;
        model.panes.network.line = cursor;
        model.panes.decision.line = cursor;
        model.panes.checklist.line = cursor;
        model.panes.timeline.line = cursor;
        model.panes.playbook.line = cursor * 20;
        let area = Rect::new(3, 2, columns, rows);
        let mut alone = mined(EN);
        let nothing = empty(EN);
        for pane in Pane::ALL {
            alone = full(alone, pane);
            for model in [&alone, &model, &nothing] {
                let mut buffer = Buffer::empty(Rect::new(0, 0, columns + 6, rows + 4));
                draw(pane, model, &Theme::of_name("dark"), area, &mut buffer);
                for (x, y) in (0..columns + 6).flat_map(|x| (0..rows + 4).map(move |y| (x, y))) {
                    let inside = area.contains(ratatui::layout::Position { x, y });
                    prop_assert!(inside || buffer[(x, y)].symbol() == " ", "{pane:?} at {x},{y}");
                }
                // Less room than asked for must not be written past either.
                let mut small = Buffer::empty(Rect::new(0, 0, columns / 2, rows / 2));
                draw(pane, model, &Theme::of_name("dark"), area, &mut small);
            }
        }
    }
}
