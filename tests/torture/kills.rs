//! `kill -9` at any moment: every entry that the writer acknowledged over a pipe is there afterwards.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use firedamp::host::store::Store;

use super::child::writer;
use super::dice::Dice;
use super::story::{begin, by};

/// A session that grew too long is left behind, or most of the time would go into reading it.
const CYCLES_OF_A_SESSION: u64 = 100;

/// So many writers are killed; how many.
pub(crate) fn run(seed: u64, cycles: u64) -> Result<u64, String> {
    let program = writer()?;
    let mut dice = Dice::new(seed);
    let mut left = cycles;
    while left > 0 {
        let place = tempfile::tempdir().map_err(|error| error.to_string())?;
        // Before its beginning is acknowledged there is no session to lose.
        let store = Store::at(&place.path().join("sessions"));
        drop(store.and_then(|store| begin(&store)).map_err(|error| error.to_string())?);
        for _ in 0..CYCLES_OF_A_SESSION.min(left) {
            one(&program, place.path(), &mut dice)
                .map_err(|why| format!("kills seed {seed}, {left} to go: {why}"))?;
            left -= 1;
        }
        whole(place.path()).map_err(|why| format!("kills seed {seed}, {left} to go: {why}"))?;
    }
    Ok(cycles)
}

/// One writer, killed after up to 20 ms.
fn one(program: &Path, place: &Path, dice: &mut Dice) -> Result<(), String> {
    let sessions = place.join("sessions");
    let mut writer = start(program, &sessions)?;
    std::thread::sleep(Duration::from_micros(dice.next() % 20_000));
    writer.kill().map_err(|error| error.to_string())?;
    let mut said = String::new();
    if let Some(mut out) = writer.stdout.take() {
        out.read_to_string(&mut said).map_err(|error| error.to_string())?;
    }
    writer.wait().map_err(|error| error.to_string())?;
    if said.contains("no pen") || said.contains('-') {
        return Err(format!("the writer could not write: {said}"));
    }
    // A kill may come between a number and its line end.
    let told = said.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    let saved = told.filter_map(|line| line.trim().parse::<u64>().ok()).max().unwrap_or(0);
    let store = Store::at(&sessions).map_err(|error| error.to_string())?;
    if saved == 0 {
        return Ok(());
    }
    let found = store.observe("latest").map_err(|error| error.to_string())?;
    let there = found.entries.len() as u64;
    if there < saved {
        Err(format!("{saved} entries were saved, {there} are there"))
    } else {
        Ok(())
    }
}

/// The session is whole in the end.
fn whole(place: &Path) -> Result<(), String> {
    let store = Store::at(&place.join("sessions")).map_err(|error| error.to_string())?;
    drop(store.open("latest", &by()).map_err(|error| error.to_string())?);
    let verdict = store.verify("latest").map_err(|error| error.to_string())?.verdict;
    if verdict.is_whole() { Ok(()) } else { Err(format!("not whole: {verdict:?}")) }
}

#[expect(clippy::disallowed_methods, reason = "a test starts what it kills")]
fn start(program: &Path, sessions: &Path) -> Result<std::process::Child, String> {
    Command::new(program)
        .args([Path::new("append"), sessions])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())
}
