//! Takes the terminal as the cockpit does, and ends as it is told: `standin-panic [DIR [HOW]]`.
//!
//! Without HOW it panics, unguarded. With `panic`, `overflow` or `abort` it does that behind a guard; with `memory` it
//! asks for more than it may have, with `oom` for more than the control group has whose tasks `CELL` names; with `wait`
//! it waits behind one for whatever comes, and gives the terminal back if that can be heard. `FIREDAMP_LANG` is heeded.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use firedamp::domain::base::Language;
use firedamp::run::{guard, terminal};
use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> io::Result<ExitCode> {
    let mut args = std::env::args_os().skip(1);
    if let Some(dir) = args.next() {
        terminal::crashes_go_to(PathBuf::from(dir));
    }
    let how = args.next();
    let thai = std::env::var_os("FIREDAMP_LANG").is_some_and(|it| it == "th");
    let language = if thai { Language::Th } else { Language::En };
    if how.is_some()
        && let Some(code) = guard::stand(language, Vec::new())
    {
        return Ok(code);
    }
    terminal::catch_panics(language);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let _runtime = runtime.enter();
    let mut hangup = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut screen = terminal::take()?;
    screen.write_all(b"\x1b[31mready")?;
    if how.is_some() {
        // In the middle of a sequence: the worst moment to die.
        screen.write_all(b"\x1b[38;5")?;
    }
    screen.flush()?;
    match how.as_ref().and_then(|how| how.to_str()) {
        Some("overflow") => assert_ne!(deeper(1), 1),
        Some("abort") => std::process::abort(),
        Some("memory") => {
            let limit = Rlimit { current: Some(1 << 30), maximum: None };
            setrlimit(Resource::As, limit)?;
            hoard();
        }
        Some("oom") => {
            std::fs::write(std::env::var_os("CELL").unwrap_or_default(), "0")?;
            hoard();
        }
        Some("wait") => {
            let code = runtime.block_on(async {
                tokio::select! {
                    _ = hangup.recv() => 129,
                    _ = interrupt.recv() => 130,
                    _ = terminate.recv() => 143,
                }
            });
            terminal::give_back();
            guard::say_if_it_fell(language);
            return Ok(ExitCode::from(code));
        }
        _ => {}
    }
    panic!("it fell\u{1b}]0;over\u{7}");
}

/// Takes memory until there is none.
fn hoard() {
    let mut all: Vec<Vec<u8>> = Vec::new();
    loop {
        all.push(std::hint::black_box(vec![1; 1 << 22]));
    }
}

/// Needs more stack the longer it runs.
fn deeper(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 1_024]);
    if room[0] == 0 { 0 } else { room[1] + deeper(depth + 1) }
}
