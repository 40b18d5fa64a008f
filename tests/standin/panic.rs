//! Takes the terminal as the cockpit does, and panics.

use std::io::Write;
use std::path::PathBuf;

use firedamp::run::terminal;

fn main() {
    if let Some(dir) = std::env::args_os().nth(1) {
        terminal::crashes_go_to(PathBuf::from(dir));
    }
    terminal::catch_panics();
    if let Ok(mut screen) = terminal::take() {
        screen.write_all(b"about to fall").ok();
    }
    panic!("it fell\u{1b}]0;over\u{7}");
}
