//! A frame that was drawn in parts is the same as a frame that was drawn whole.

use std::sync::Arc;

#[path = "incident/mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod incident;

use firedamp::cockpit::Msg;
use firedamp::cockpit::keymap::{BINDINGS, Key};
use firedamp::cockpit::model::{Size, Touched};
use firedamp::ui::Screen;
use firedamp::ui::theme::Theme;
use incident::{Desk, miner, process, snapshot};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

fn whole(screen: Screen<'_>, size: Size) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.columns, size.rows));
    screen.render(buffer.area, &mut buffer);
    buffer
}

/// What the terminal shows after only the parts around the cursor were drawn over the frame before.
fn patched(mut before: Buffer, screen: Screen<'_>, size: Size) -> Buffer {
    for (part, area) in screen.around_the_cursor(size) {
        let mut drawn = Buffer::empty(area);
        screen.draw_part(part, area, &mut drawn);
        before.merge(&drawn);
    }
    before
}

/// Any key that means something, and the moves of the cursor more often than the rest.
fn key() -> impl Strategy<Value = Key> {
    let moves = [Key::Up, Key::Down, Key::PageUp, Key::PageDown, Key::Home, Key::End, Key::Tab];
    let all: Vec<Key> = BINDINGS.iter().flat_map(|binding| binding.keys).copied().collect();
    prop_oneof![3 => prop::sample::select(moves.to_vec()), 1 => prop::sample::select(all)]
}

#[test]
fn a_verb_that_moves_the_cursor_takes_the_palette_away() {
    for verb in ["down", "bottom", "page-down"] {
        let size = Size { columns: 80, rows: 24 };
        let mut desk = Desk::at_work();
        desk.tell(Msg::Resized(size));
        desk.press(Key::Char(':'));
        verb.chars().for_each(|c| drop(desk.press(Key::Char(c))));
        desk.press(Key::Enter);
        assert_eq!(desk.model.touched, Touched::Everything, "{verb}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn moving_the_cursor_changes_nothing_but_what_it_says(
        keys in prop::collection::vec(key(), 1..40),
        (columns, rows) in prop::sample::select(vec![(44, 12), (80, 24), (120, 36), (200, 60)]),
    ) {
        let (size, theme) = (Size { columns, rows }, Theme::of_name("dark"));
        let mut desk = Desk::at_work();
        desk.tell(Msg::Resized(size));
        let crowd = (100..180).map(|pid| process(pid, "sleep", b"sleep\0infinity"));
        let crowd: Vec<_> = std::iter::once(miner(42)).chain(crowd).collect();
        desk.tell(Msg::Seen(Arc::new(snapshot(1_000, crowd.clone()))));
        // One that has gone stands in the list until the cursor leaves it.
        desk.press(Key::Down);
        let fewer = crowd.into_iter().filter(|it| it.id.pid.0 != 100).collect();
        desk.tell(Msg::Seen(Arc::new(snapshot(2_000, fewer))));
        let mut shown = whole(Screen { model: &desk.model, theme: &theme }, size);
        for key in keys {
            let effects = desk.press(key);
            let moved = desk.model.touched == Touched::Cursor;
            desk.save(effects);
            let screen = Screen { model: &desk.model, theme: &theme };
            let now = whole(screen, size);
            if moved {
                prop_assert_eq!(&patched(shown, screen, size), &now, "after {:?}", key);
            }
            shown = now;
        }
    }
}
