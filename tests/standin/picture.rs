//! Draws the cockpit's screen as an SVG file: runs it on a terminal, presses keys, writes what it shows.
//!
//! `cargo run --example picture -- --out cockpit.svg --cols 100 --rows 30 --keys 'wait:PB-31 2 type:xmr Enter'
//! -- --lang th`, then `rsvg-convert cockpit.svg -o cockpit.png` to look at it. With `--tape FILE` no program is run: the
//! screen is drawn of a tape, and of the keys only `look:SECONDS` and `type:TEXT` mean something.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a tool of the tests ends where it fails"
)]
#![expect(clippy::indexing_slicing, reason = "the emulator's screen is as large as it says")]

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use clap::Parser;

mod still;
#[path = "../support/mod.rs"]
mod support;
mod svg;

use still::Still;
use support::pty::{Cockpit, Key};

/// Takes a picture of the cockpit.
#[derive(Parser)]
struct Options {
    /// The file to write.
    #[arg(long)]
    out: PathBuf,
    #[arg(long, default_value_t = 100)]
    cols: u16,
    #[arg(long, default_value_t = 30)]
    rows: u16,
    /// What to do before: words apart by spaces. `wait:TEXT` until it is on the screen (`_` for a space),
    /// `sleep:MILLISECONDS`, `shot:FILE` for one more picture on the way, `type:TEXT`, `ctrl:x`, a key's name (`Enter`, `Esc`, `Tab`, `Up`, `Down`, `Left`, `Right`,
    /// `Home`, `End`, `PageUp`, `PageDown`), or any letters, which are typed.
    #[arg(long, default_value = "sleep:1500")]
    keys: String,
    /// The recording that the screen is drawn of.
    #[arg(long)]
    tape: Option<PathBuf>,
    /// With which of its looks the session begins.
    #[arg(long, default_value_t = 0)]
    from: usize,
    /// Another program than this build's cockpit.
    #[arg(long)]
    program: Option<PathBuf>,
    /// `NAME=VALUE` for its environment.
    #[arg(long)]
    env: Vec<String>,
    /// Arguments for the program.
    #[arg(last = true)]
    args: Vec<String>,
}

fn main() {
    let options = Options::parse();
    if let Some(tape) = &options.tape {
        return draw_of_a_tape(tape, &options);
    }
    let program = options.program.clone().unwrap_or_else(|| support::built("firedamp"));
    let args: Vec<&str> = options.args.iter().map(String::as_str).collect();
    let env: Vec<(&str, &str)> =
        options.env.iter().map(|pair| pair.split_once('=').expect("NAME=VALUE")).collect();
    let mut cockpit = Cockpit::start_program(&program, &args, &env, options.cols, options.rows);
    for word in options.keys.split_whitespace() {
        step(&mut cockpit, word);
    }
    fs::write(&options.out, svg::draw(&cockpit.full_screen())).unwrap();
}

fn draw_of_a_tape(tape: &Path, options: &Options) {
    let mut still = Still::begin(tape, options.from, options.cols, options.rows);
    for word in options.keys.split_whitespace() {
        match word.split_once(':') {
            Some(("look", seconds)) => still.watch(seconds.parse().unwrap()),
            Some(("type", text)) => still.press(&text.replace('_', " ")),
            _ => panic!("look:SECONDS or type:TEXT, and not {word}"),
        }
    }
    fs::write(&options.out, svg::draw(&still.screen())).unwrap();
}

/// One word of the script.
fn step(cockpit: &mut Cockpit, word: &str) {
    let key = match word {
        "Enter" => Key::Enter,
        "Esc" => Key::Esc,
        "Tab" => Key::Tab,
        "Up" => Key::Up,
        "Down" => Key::Down,
        "Left" => Key::Left,
        "Right" => Key::Right,
        "Home" => Key::Home,
        "End" => Key::End,
        "PageUp" => Key::PageUp,
        "PageDown" => Key::PageDown,
        _ => return other(cockpit, word),
    };
    cockpit.press(key);
    thread::sleep(Duration::from_millis(100));
}

fn other(cockpit: &mut Cockpit, word: &str) {
    match word.split_once(':') {
        Some(("wait", text)) => {
            let text = text.replace('_', " ");
            cockpit.wait_until(&text, |screen| screen.contains(&text));
        }
        Some(("sleep", time)) => thread::sleep(Duration::from_millis(time.parse().unwrap())),
        Some(("type", text)) => cockpit.type_keys(&text.replace('_', " ")),
        Some(("shot", file)) => fs::write(file, svg::draw(&cockpit.full_screen())).unwrap(),
        Some(("ctrl", letter)) => cockpit.press(Key::Ctrl(letter.chars().next().unwrap())),
        _ => cockpit.type_keys(word),
    }
    thread::sleep(Duration::from_millis(100));
}
