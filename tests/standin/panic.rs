//! Takes the terminal as the cockpit does, and panics.

use std::path::PathBuf;

use firedamp::run::terminal;

fn main() {
    if let Some(dir) = std::env::args_os().nth(1) {
        terminal::crashes_go_to(PathBuf::from(dir));
    }
    terminal::catch_panics();
    if let Ok(mut canvas) = terminal::take() {
        canvas.draw(|frame| frame.render_widget("about to fall", frame.area())).ok();
    }
    panic!("it fell\u{1b}]0;over\u{7}");
}
