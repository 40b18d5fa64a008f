//! `kill -9` of the real `firedamp note` at any moment: every entry that it acknowledged over its pipe is there
//! afterwards, in its place and with its words; and nothing is there that nobody wrote.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use firedamp::domain::session::{Entry, Event};
use firedamp::host::store::Store;

use super::dice::Dice;
use super::program::{self, Notes};
use super::story::{ID, begin, by, says};

/// A session that grew too long is left behind, or most of the time would go into reading it.
const CYCLES_OF_A_SESSION: u64 = 25;

/// So many writers are killed; how many.
pub(crate) fn run(seed: u64, cycles: u64) -> Result<u64, String> {
    let mut dice = Dice::new(seed);
    let mut left = cycles;
    while left > 0 {
        let place = tempfile::tempdir().map_err(|error| error.to_string())?;
        let sessions = place.path().join("sessions");
        let store = Store::at(&sessions).map_err(|error| error.to_string())?;
        let mut entries = begin(&store).map_err(|error| error.to_string())?.entries;
        for _ in 0..CYCLES_OF_A_SESSION.min(left) {
            one(&sessions, left, &mut entries, &mut dice)
                .map_err(|why| format!("kills seed {seed}, {left} to go: {why}"))?;
            left -= 1;
        }
        whole(&store, &sessions)
            .map_err(|why| format!("kills seed {seed}, {left} to go: {why}"))?;
    }
    Ok(cycles)
}

/// The note with that number of a writer.
fn note(writer: u64, number: u64) -> String {
    let long =
        "ก".repeat(usize::try_from(Dice::new(writer ^ (number << 32)).next() % 400).unwrap());
    format!("{writer}.{number} {long} cron of www-data")
}

/// One writer, killed on its way to its first entry or in the middle of its work.
fn one(
    sessions: &Path,
    writer: u64,
    entries: &mut Vec<Entry>,
    dice: &mut Dice,
) -> Result<(), String> {
    let count = if dice.chance(25) { 1 + dice.below(3) as u64 } else { u64::MAX };
    let notes = (0..count).map(move |number| note(writer, number));
    let command = program::command(sessions, &["note", "--as", "suda", ID])?;
    let mut writing = Notes::start(command, notes, false)?;
    let first = if dice.chance(50) { writing.first()? } else { None };
    sleep(Duration::from_micros(dice.next() % 12_000));
    writing.kill()?;
    let said = writing.end(first)?;
    if !said.complaint.is_empty() {
        return Err(format!("the writer could not write: {}", said.complaint));
    }
    let store = Store::existing(sessions).map_err(|error| error.to_string())?;
    let found = store.observe("latest").map_err(|error| error.to_string())?.entries;
    if found.get(..entries.len()) != Some(entries) {
        return Err(format!("{} entries that were there before are not", entries.len()));
    }
    let new = found.get(entries.len()..).unwrap_or_default();
    written(new, writer, &said.saved)?;
    *entries = found;
    Ok(())
}

/// The new entries are the writer's notes in order, at the numbers that it said; one more may be on disk, and not yet
/// acknowledged.
fn written(new: &[Entry], writer: u64, saved: &[u64]) -> Result<(), String> {
    let mut notes = 0;
    for entry in new {
        if matches!(entry.event, Event::Trouble { .. } | Event::Clock { .. }) {
            // Of a line that was cut short, or of a clock that was set.
            continue;
        }
        if !says(entry, &note(writer, notes)) {
            return Err(format!("nobody wrote entry {}, {:?}", entry.seq, entry.event));
        }
        let told = usize::try_from(notes).ok().and_then(|at| saved.get(at));
        if told.is_some_and(|seq| *seq != entry.seq) {
            return Err(format!("note {notes} is entry {}, and {told:?} was said", entry.seq));
        }
        notes += 1;
    }
    match notes.checked_sub(saved.len() as u64) {
        Some(0 | 1) => Ok(()),
        _ => Err(format!("{} entries were saved, {notes} are there", saved.len())),
    }
}

/// The session is whole in the end: for the binary, and after it was taken up once more.
fn whole(store: &Store, sessions: &Path) -> Result<(), String> {
    let verify = program::command(sessions, &["verify", "latest"])?.output();
    let verify = verify.map_err(|error| error.to_string())?;
    if !verify.status.success() {
        return Err(format!("verify: {}", String::from_utf8_lossy(&verify.stdout)));
    }
    drop(store.open("latest", &by()).map_err(|error| error.to_string())?);
    let verdict = store.verify("latest").map_err(|error| error.to_string())?.verdict;
    if verdict.is_whole() { Ok(()) } else { Err(format!("not whole: {verdict:?}")) }
}
