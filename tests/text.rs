//! Text into cells: cut, padded, wrapped and drawn as graphs, with Thai as it must be.

use std::collections::VecDeque;

use firedamp::cockpit::model::Glyphs;
use firedamp::ui::frame::frame;
use firedamp::ui::glyph::signs;
use firedamp::ui::graph::{Samples, graph};
use firedamp::ui::role::Role;
use firedamp::ui::text::{
    age, fit, fit_spans, head, pad_left, pad_right, pieces, put, scroll, size, width,
};
use firedamp::ui::theme::Theme;
use firedamp::ui::wrap::{wrap, wrap_spans};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

#[test]
fn text_is_cut_between_graphemes_and_leaves_a_sign() {
    assert_eq!(fit("กี่น้ำดื่ม", 4, Glyphs::Block), "กี่น้ำ…");
    assert_eq!(fit("กี่น้ำดื่ม", 3, Glyphs::Block), "กี่…");
    assert_eq!(fit("kworkerd", 4, Glyphs::Ascii), "kwo~");
    assert_eq!(fit("kworkerd", 8, Glyphs::Ascii), "kworkerd");
    assert_eq!(fit("kworkerd", 0, Glyphs::Ascii), "");
}

#[test]
fn padding_counts_cells_and_not_characters() {
    for text in ["น้ำ", "กี่", "xmrig", "a very long name"] {
        assert_eq!(width(&pad_right(text, 6, Glyphs::Block)), 6);
        assert_eq!(width(&pad_left(text, 6, Glyphs::Block)), 6);
    }
}

#[test]
fn spans_that_are_cut_leave_a_sign_in_the_style_of_what_is_cut() {
    let theme = Theme::of_name("dark");
    let spans = pieces(&theme, Role::Untrusted, &"xmrig\u{1b}\u{1b}\u{1b}".into(), 40);
    let cut = fit_spans(spans, 8, Glyphs::Block);
    let text: String = cut.iter().map(|span| span.content.as_ref()).collect();
    assert_eq!(text, "xmrig^[…");
    assert_eq!(cut[1].style, theme.style(Role::Escape));
}

#[test]
fn thai_is_broken_between_words() {
    let rows = wrap("ตรวจสอบการเชื่อมต่อเครือข่ายของเครื่องที่ติดเชื้อ", 17);
    assert_eq!(rows, ["ตรวจสอบการเชื่อมต่อ", "เครือข่ายของเครื่องที่", "ติดเชื้อ"]);
    assert!(rows.iter().all(|row| width(row) <= 17));
}

#[test]
fn words_stay_whole_and_long_ones_are_broken() {
    assert_eq!(wrap("kill the mining process", 10), ["kill the", "mining", "process"]);
    assert_eq!(wrap("abcdefghij klm", 4), ["abcd", "efgh", "ij", "klm"]);
    assert_eq!(wrap("one\n\ntwo", 10), ["one", "", "two"]);
    assert_eq!(wrap("", 10), [""]);
    assert_eq!(wrap("น้ำน้ำ", 1), ["น้ำ", "น้ำ"]);
}

#[test]
fn a_path_stays_in_one_piece_beside_thai() {
    assert_eq!(wrap("อ่านจาก /proc/PID/comm", 16), ["อ่านจาก", "/proc/PID/comm"]);
}

#[test]
fn styles_survive_wrapping() {
    let theme = Theme::of_name("dark");
    let spans = pieces(&theme, Role::Untrusted, &"curl 192.0.2.1 \u{1b}[2K now".into(), 99);
    let lines = wrap_spans(&spans, 15);
    assert_eq!(
        lines.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["curl 192.0.2.1", "^[[2K now"]
    );
    assert_eq!(lines[1].spans[0].style, theme.style(Role::Escape));
}

#[test]
fn sizes_and_ages_take_four_cells() {
    let sizes = [0, 999, 1000, 1536, 10_240, 3_400_000_000, u64::MAX].map(size);
    assert_eq!(sizes, ["0B", "999B", "0.9K", "1.5K", "10K", "3.1G", "15E"]);
    let ages = [0, 9_000, 59_000, 119_000, 120_000, 7_200_000, 172_800_000].map(age);
    assert_eq!(ages, ["<10s", "<10s", "50s", "1m", "2m", "2h", "2d"]);
}

#[test]
fn scrolling_keeps_the_cursor_in_view() {
    for lines in 0..30 {
        for line in 0..lines {
            for height in 1..12 {
                let first = scroll(line, lines, height);
                assert!(first <= line && line < first + height, "{line} of {lines} in {height}");
                assert!(first == 0 || first + height <= lines);
            }
        }
    }
}

#[test]
fn a_graph_has_now_at_its_right_edge() {
    let ring: VecDeque<f32> = [0.0, 50.0, 100.0].into();
    let samples = Samples::of(&ring, 100.0);
    assert_eq!(graph(&samples, 5, Glyphs::Block), "   ▄█");
    assert_eq!(graph(&samples, 3, Glyphs::Ascii), " =#");
    assert_eq!(graph(&samples, 2, Glyphs::Braille), "⠀⣼");
}

fn sheet() -> Buffer {
    let mut buf = Buffer::empty(Rect::new(2, 1, 24, 5));
    buf.set_string(2, 2, "กี่น้ำดื่ม stood here before", Style::new().bg(Color::Blue));
    buf
}

proptest! {
    #[test]
    fn a_line_put_down_cell_by_cell_is_the_line_that_ratatui_writes(
        texts in prop::collection::vec("[ -~]{0,12}|[ก-๛a-z]{0,6}|[\u{0}-\u{ff}]{0,4}", 0..4),
        colours in prop::collection::vec(any::<u8>(), 4),
        x in 0_u16..30, y in 0_u16..8, cells in 0_u16..30,
    ) {
        let style = |colour: &u8| Style::new().fg(Color::Indexed(*colour));
        let spans = texts.iter().zip(&colours).map(|(text, colour)| Span::styled(text.as_str(), style(colour)));
        let line = Line::from(spans.collect::<Vec<_>>()).style(Style::new().bg(Color::Red));
        let (mut ours, mut theirs) = (sheet(), sheet());
        put(&mut ours, Rect::new(x, y, cells, 1), 0, &line);
        let area = Rect::new(x, y, cells, 1).intersection(theirs.area);
        if !area.is_empty() {
            theirs.set_line(area.x, area.y, &line, area.width);
        }
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn a_frame_is_a_block_of_ratatuis(
        x in 0_u16..30, y in 0_u16..8, columns in 0_u16..30, rows in 0_u16..8, focused: bool, title in "[a-zก-ฮ]{0,9}",
    ) {
        let theme = Theme::of_name("dark");
        let area = Rect::new(x, y, columns, rows).intersection(sheet().area);
        let (mut ours, mut theirs) = (sheet(), sheet());
        let inside = frame(&theme, Glyphs::Block, focused, vec![Span::raw(title.as_str())], area, &mut ours);
        let signs = signs(Glyphs::Block);
        let (set, role) = if focused { (signs.focus, Role::BorderFocus) } else { (signs.frame, Role::Border) };
        let title = Line::from(format!(" {title} "));
        let block = Block::bordered().border_set(set).border_style(theme.style(role)).title_top(title);
        let room = block.inner(area);
        block.render(area, &mut theirs);
        prop_assert_eq!(inside.area(), room.area());
        prop_assert!(inside.is_empty() || inside == room);
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn a_beginning_is_the_longest_that_fits(text in "[ -~]{0,12}|[ -~ก-๛]{0,12}", cells in 0_usize..14) {
        let begins = head(&text, cells);
        prop_assert!(text.starts_with(begins) && width(begins) <= cells);
        let next = text[begins.len()..].chars().next();
        prop_assert!(next.is_none() || width(&text) > cells);
    }
}
