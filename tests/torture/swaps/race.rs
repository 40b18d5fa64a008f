//! The real binary, while a thread exchanges a name of its session as fast as it can.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use firedamp::domain::session::Entry;
use firedamp::host::store::Store;

use super::super::dice::Dice;
use super::super::program::{self, Notes};
use super::super::story::says;
use super::attack::{Attack, Stage, TRICKS};
use super::{NAMES, begun, held};

/// Runs of the binary in one race.
const RUNS: u64 = 6;

/// So many runs of the binary, about.
pub(super) fn run(seed: u64, runs: u64) -> Result<u64, String> {
    let mut dice = Dice::new(seed);
    let mut done = 0;
    while done < runs {
        let (trick, name) = (dice.one_of(&TRICKS), dice.one_of(&NAMES));
        if trick.is_possible() {
            let stage = Stage::new().map_err(|error| error.to_string())?;
            let before = begun(&stage)?;
            let attack = Attack::new(&stage, trick, name).map_err(|error| error.to_string())?;
            one(&stage, &attack, &before).map_err(|why| {
                format!("swaps seed {seed}, a race of {trick:?} for `{name}`: {why}")
            })?;
            done += RUNS;
        }
    }
    Ok(done)
}

fn one(stage: &Stage, attack: &Attack, before: &[Entry]) -> Result<(), String> {
    let watch = stage.watch().map_err(|error| error.to_string())?;
    let over = Arc::new(AtomicBool::new(false));
    let swapping = thread::spawn({
        let (attack, over) = (attack.clone(), Arc::clone(&over));
        move || {
            while !over.load(Ordering::Relaxed) {
                attack.swap();
            }
        }
    });
    let mut saved = Vec::new();
    let run = (0..RUNS).try_for_each(|number| match number % 3 {
        2 if attack.is_no_copy() => ended(stage, &["verify", "latest"]),
        2 => ended(stage, &["sessions"]),
        _ => note(stage, number, &mut saved),
    });
    over.store(true, Ordering::Relaxed);
    swapping.join().map_err(|_| String::from("the attacker fell"))?;
    run?;
    watch.saw_nothing()?;
    stage.is_untouched()?;
    attack.undo();
    held(&stage.sessions(), before, &[])?;
    let store = Store::at(&stage.sessions()).map_err(|error| error.to_string())?;
    let entries = store.observe("latest").map_err(|error| error.to_string())?.entries;
    for (seq, text) in saved {
        if !entries.iter().any(|entry| entry.seq == seq && says(entry, &text)) {
            return Err(format!("entry {seq} was saved as «{text}» and is gone"));
        }
    }
    Ok(())
}

/// Three notes; what was saved of them. A refusal is a complaint, and nothing else.
fn note(stage: &Stage, run: u64, saved: &mut Vec<(u64, String)>) -> Result<(), String> {
    let text = move |number: u64| format!("{run}.{number} of the race");
    let command = program::command(&stage.sessions(), &["note", "--as", "suda"])?;
    let said = Notes::start(command, (0..3).map(text), true)?.end(None)?;
    saved.extend(said.saved.iter().copied().zip((0..3).map(text)));
    let complained = said.complaint.contains("     why: ") && said.complaint.contains("    next: ");
    match said.status.code() {
        Some(0) if said.saved.len() == 3 => Ok(()),
        Some(2) if complained => Ok(()),
        _ => Err(format!("it ended oddly: {said:?}")),
    }
}

/// It ends as commands end: what it looks at may not hold just now, or cannot be read just now.
fn ended(stage: &Stage, arguments: &[&str]) -> Result<(), String> {
    let status = program::ended(program::command(&stage.sessions(), arguments)?)?;
    match status.code() {
        Some(0..=2) => Ok(()),
        _ => Err(format!("{arguments:?} ended with {status}")),
    }
}
