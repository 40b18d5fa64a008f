//! What somebody who sees the panes for the first time is told: what stands there can be read, reached and relied on.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it must be"
)]

mod drawn;
#[expect(dead_code, reason = "other tests use the rest")]
mod incident;
#[path = "told/journal.rs"]
mod journal;
#[path = "told/lists.rs"]
mod lists;
#[path = "told/reached.rs"]
mod reached;
#[path = "told/scripts.rs"]
mod scripts;

use firedamp::cockpit::Model;
use firedamp::cockpit::keymap::Key;
use firedamp::domain::base::Language;
use firedamp::ui::Screen;
use firedamp::ui::theme::Theme;
use incident::Desk;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

const LANGUAGES: [Language; 2] = [Language::En, Language::Th];

/// The whole screen.
fn screen(model: &Model) -> String {
    let mut buffer = Buffer::empty(Rect::new(0, 0, model.size.columns, model.size.rows));
    Screen { model, theme: &Theme::of_name("dark") }.render(buffer.area, &mut buffer);
    drawn::text(&buffer)
}

fn keys(desk: &mut Desk, letters: &str) {
    for letter in letters.chars() {
        desk.press(Key::Char(letter));
    }
}
