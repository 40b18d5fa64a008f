//! The real cockpit on a terminal, killed while a note is on its way: what it called saved is in the journal.

use std::path::Path;
use std::time::Duration;

use firedamp::host::store::Store;

use super::dice::Dice;
use super::support::pty::{Cockpit, Key};

/// So many cockpits are killed.
pub(crate) fn run(seed: u64, cycles: u64) -> Result<u64, String> {
    let place = tempfile::tempdir().map_err(|error| error.to_string())?;
    let sessions = place.path().join("sessions");
    let mut dice = Dice::new(seed);
    let mut told: Vec<String> = Vec::new();
    for cycle in 0..cycles {
        let folder = sessions.display().to_string();
        let mut arguments = vec!["--dir", &folder, "--as", "suda"];
        arguments.extend(if cycle == 0 { None } else { Some("resume") });
        let mut desk = Cockpit::start(&arguments, &[], 140, 44);
        desk.wait_until("it is open", |screen| screen.contains("saved"));
        let note = format!("note {cycle} of the night");
        desk.type_keys(&format!("m{note}"));
        desk.press(Key::Enter);
        desk.wait_until("the note has its number", |screen| {
            screen.lines().any(|line| line.contains(&note) && line.contains('#'))
        });
        told.push(note);
        desk.type_keys("mperhaps");
        desk.press(Key::Enter);
        std::thread::sleep(Duration::from_micros(dice.next() % 6_000));
        desk.kill9();
        check(&sessions, &told).map_err(|why| format!("screens seed {seed}, {cycle}: {why}"))?;
    }
    Ok(cycles)
}

fn check(sessions: &Path, told: &[String]) -> Result<(), String> {
    let store = Store::existing(sessions).map_err(|error| error.to_string())?;
    let found = store.observe("latest").map_err(|error| error.to_string())?;
    let notes: Vec<String> = found.state.notes.iter().map(|note| note.text.plain(200)).collect();
    let lost: Vec<&String> = told.iter().filter(|note| !notes.contains(note)).collect();
    if lost.is_empty() { Ok(()) } else { Err(format!("these were called saved: {lost:?}")) }
}
