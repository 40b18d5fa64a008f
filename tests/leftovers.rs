//! A screen drawn over another one looks as if nothing had been there, on a terminal that gives every letter a cell.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

#[path = "incident/mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod incident;

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use firedamp::cockpit::command::Command;
use firedamp::cockpit::model::{Pane, Size, View};
use firedamp::cockpit::{Model, Msg};
use firedamp::domain::base::Language;
use firedamp::ui::Screen;
use firedamp::ui::theme::{BUILT_IN, Theme};
use incident::{Desk, miner, snapshot};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

const SIZE: Size = Size { columns: 80, rows: 24 };

/// The way to a terminal.
#[derive(Clone, Default)]
struct Wire(Rc<RefCell<Vec<u8>>>);

impl io::Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A terminal that shows what it is told.
struct Shown {
    canvas: Terminal<CrosstermBackend<Wire>>,
    wire: Wire,
    parser: vt100::Parser,
}

impl Shown {
    fn new() -> Self {
        let viewport = Viewport::Fixed(Rect::new(0, 0, SIZE.columns, SIZE.rows));
        let wire = Wire::default();
        let backend = CrosstermBackend::new(wire.clone());
        let canvas = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
        let [rows, columns] = [SIZE.rows, SIZE.columns].map(|it| it.try_into().unwrap());
        Self { canvas, wire, parser: vt100::Parser::new(rows, columns, 0) }
    }

    fn draw(&mut self, model: &Model, theme: &Theme) -> String {
        self.canvas.draw(|it| it.render_widget(Screen { model, theme }, it.area())).unwrap();
        self.parser.process(&self.wire.0.take());
        let rows = self.parser.screen().rows(0, SIZE.columns);
        // A blank that was written and one that never was look the same.
        rows.map(|row| row.trim_end().to_owned() + "\n").collect()
    }
}

#[test]
fn no_letter_of_an_old_screen_stays_on_a_new_one() {
    let mut desk = Desk::at_work();
    desk.tell(Msg::Resized(SIZE));
    desk.tell(Msg::Seen(Arc::new(snapshot(0, vec![miner(42)]))));
    for (name, _) in BUILT_IN {
        let theme = Theme::of_name(name);
        let mut used = Shown::new();
        for view in Pane::ALL.map(View::Full).into_iter().chain([View::Cockpit]) {
            desk.tell(Msg::Do(Command::Go(view)));
            for language in [Language::Th, Language::En, Language::Th] {
                desk.model.language = language;
                let new = Shown::new().draw(&desk.model, &theme);
                assert_eq!(used.draw(&desk.model, &theme), new, "{name} {view:?}");
            }
        }
    }
}
