//! A line that was cut short is set aside, and whoever does it is killed at every call in turn; then the power fails.
//! No torn byte and no entry is ever gone.

use firedamp::domain::session::Entry;

use super::dice::Dice;
use super::judge::{self, Aside};
use super::sim::{Failure, Fault, SimDisk};
use super::story::{ID, by, file, store, written};

/// At least so many recoveries that are broken off, from `seed` on; how many.
pub(crate) fn run(seed: u64, deaths: u64) -> Result<u64, String> {
    let mut done = 0;
    for seed in seed.. {
        done += one(seed).map_err(|why| format!("torn seed {seed}: {why}"))?;
        if done >= deaths {
            break;
        }
    }
    Ok(done)
}

/// One torn journal, and a death at each call of its recovery.
fn one(seed: u64) -> Result<u64, String> {
    let mut dice = Dice::new(seed);
    let (disk, entries) = written(seed, 2 + dice.below(4) as u64);
    let journal = disk.read(&file("journal.jsonl")).unwrap();
    let noise = b"half a line ".repeat(30);
    let torn = &noise[..=dice.below(300)];
    disk.write(&file("journal.jsonl"), &[&journal[..], torn].concat());
    for at in 1.. {
        let disk = disk.copy();
        let begun = disk.calls();
        disk.fail(Fault { at: begun + at, failure: Failure::Death, for_ever: true });
        let opened = store(&disk).and_then(|store| store.open(ID, &by()));
        let died = disk.calls() >= begun + at;
        drop(opened);
        disk.cut_power();
        after(&disk, torn, &entries).map_err(|why| format!("killed at call {at}: {why}"))?;
        if !died {
            return Ok(at);
        }
    }
    Ok(0)
}

fn after(disk: &SimDisk, torn: &[u8], entries: &[Entry]) -> Result<(), String> {
    disk.heal();
    let store = store(disk).map_err(|error| error.to_string())?;
    let opened = store.open(ID, &by()).map_err(|error| error.to_string())?;
    judge::opened(&opened, entries, &[])?;
    let mut aside = Aside::default();
    aside.take(disk, &opened)?;
    drop(opened);
    disk.cut_power();
    aside.holds(disk)?;
    let kept = disk.names(&file("torn"));
    let is_kept =
        |name: &String| disk.read(&file(&format!("torn/{name}"))).as_deref() == Some(torn);
    if kept.iter().any(is_kept) {
        Ok(())
    } else {
        Err(format!("the torn bytes are gone: {kept:?}"))
    }
}
