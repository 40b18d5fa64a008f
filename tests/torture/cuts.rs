//! The journal is cut at every byte: what was whole is there, what was not is set aside, and the session goes on.

use firedamp::domain::session::Event;

use super::dice::Dice;
use super::sim::SimDisk;
use super::story::{ID, by, file, moment, pen, store, written};

/// At least `cuts` cuts, from `seed` on; how many.
pub(crate) fn run(seed: u64, cuts: u64) -> Result<u64, String> {
    let mut done = 0;
    for seed in seed.. {
        let entries = if cuts < 10_000 { 4 } else { 5 + Dice::new(seed).below(25) as u64 };
        done += journal(seed, entries).map_err(|why| format!("cuts seed {seed}: {why}"))?;
        if done >= cuts {
            break;
        }
    }
    Ok(done)
}

/// Every cut of one journal of so many entries.
fn journal(seed: u64, count: u64) -> Result<u64, String> {
    let (disk, entries) = written(seed, count);
    let journal = disk.read(&file("journal.jsonl")).unwrap();
    let ends: Vec<usize> = (1..=journal.len()).filter(|end| journal[*end - 1] == b'\n').collect();
    for cut in 0..journal.len() {
        let whole = ends.iter().filter(|end| **end <= cut).count();
        let torn = cut - whole.checked_sub(1).map_or(0, |last| ends[last]);
        one(&disk.copy(), &journal[..cut], torn)
            .and_then(|found| {
                let held = found.get(..whole) == entries.get(..whole) && found.len() == whole + 1;
                held.then_some(()).ok_or_else(|| format!("{} entries were there", found.len()))
            })
            .map_err(|why| format!("at byte {cut} of {}: {why}", journal.len()))?;
    }
    Ok(journal.len() as u64)
}

/// The entries that are there after a cut and one append.
fn one(
    disk: &SimDisk,
    left: &[u8],
    torn: usize,
) -> Result<Vec<firedamp::domain::session::Entry>, String> {
    disk.write(&file("journal.jsonl"), left);
    let store = store(disk).unwrap();
    let opened = store.open(ID, &by()).map_err(|error| error.to_string())?;
    let recovered: u64 = opened.recovered.iter().map(|it| it.bytes).sum();
    if recovered != torn as u64 {
        return Err(format!("{recovered} bytes were set aside, {torn} were torn"));
    }
    if torn > 0 && disk.read(&file("torn/1")).as_deref() != left.get(left.len() - torn..) {
        return Err(String::from("the torn bytes are not where they were said to be"));
    }
    let (mut journal, mut entries) = pen(opened)?;
    let next = journal.append(moment(99), &by(), Event::Left).map_err(|error| error.to_string())?;
    entries.push(next);
    drop(journal);
    let verdict = store.verify(ID).map_err(|error| error.to_string())?.verdict;
    if verdict.is_whole() && verdict.entries == entries.len() as u64 {
        Ok(entries)
    } else {
        Err(format!("it is not whole afterwards: {verdict:?}"))
    }
}
