//! One system call fails: every one in turn, in every way, once and for ever; then the power; then another one fails
//! while the session is recovered.

use firedamp::domain::session::{Entry, Event};
use firedamp::host::store::Store;

use super::dice::Dice;
use super::judge::{self, Aside};
use super::sim::{EDQUOT, EINTR, EIO, EMFILE, ENOSPC, EROFS, Failure, Fault, SimDisk};
use super::story::{ID, PLACE, begin, by, event, moment, pen, store};

const FAILURES: [Failure; 13] = [
    Failure::Error(EIO),
    Failure::Error(ENOSPC),
    Failure::Error(EROFS),
    Failure::Error(EDQUOT),
    Failure::Error(EMFILE),
    Failure::Error(EINTR),
    Failure::Short,
    Failure::Part(ENOSPC),
    Failure::Part(EIO),
    Failure::Sync(EIO),
    Failure::Sync(ENOSPC),
    Failure::Late(EIO),
    Failure::Death,
];

/// What was tried and what was acknowledged.
#[derive(Default)]
struct Log {
    saved: Vec<Entry>,
    tried: Vec<Event>,
    aside: Aside,
}

/// At least `runs` runs, from `seed` on; how many.
pub(crate) fn run(seed: u64, runs: u64) -> Result<u64, String> {
    let mut done = 0;
    // A short run still meets every kind of failure, at other calls each.
    let step = if runs < 5_000 { 5 } else { 1 };
    for seed in seed.. {
        done += every(seed, step)?;
        if done >= runs {
            break;
        }
    }
    Ok(done)
}

/// Every `step`-th call of one life fails, in every way; how many lives that took.
fn every(seed: u64, step: u64) -> Result<u64, String> {
    let mut done = 0;
    for failure in FAILURES {
        for for_ever in [false, true] {
            // Each way begins at another call, so that together they meet all of them.
            let mut at = 1 + done % step;
            loop {
                let fault = Fault { at, failure, for_ever };
                let met = one(seed, fault)
                    .map_err(|why| format!("faults seed {seed}, {fault:?}: {why}"))?;
                done += 1;
                at += step;
                if !met {
                    break;
                }
            }
        }
    }
    Ok(done)
}

/// One life of a session; `false` if it ended before the fault.
fn one(seed: u64, fault: Fault) -> Result<bool, String> {
    let disk = SimDisk::new(seed ^ fault.at.rotate_left(20));
    let mut dice = Dice::new(seed);
    let mut log = Log::default();
    disk.fail(fault);
    live(&disk, &mut dice, &mut log)?;
    let met = disk.calls() >= fault.at;
    if disk.names(&format!("{PLACE}/{ID}")).is_empty() || log.saved.is_empty() {
        return Ok(met);
    }
    if dice.chance(70) {
        disk.cut_power();
    }
    let failure = dice.one_of(&FAILURES);
    let at = disk.calls() + 1 + dice.below(60) as u64;
    disk.fail(Fault { at, failure, for_ever: dice.chance(50) });
    if let Ok(again) = store(&disk).and_then(|store| store.open(ID, &by())) {
        judge::opened(&again, &log.saved, &log.tried)?;
        log.aside.take(&disk, &again)?;
    }
    if dice.chance(50) {
        disk.cut_power();
    }
    log.aside.holds(&disk)?;
    disk.heal();
    let store = store(&disk).map_err(|error| error.to_string())?;
    let (journal, saved) = judge::goes_on(&store, &log.saved, &log.tried)?;
    drop(journal);
    disk.cut_power();
    judge::goes_on(&store_of(&disk)?, &saved, &[]).map(|_| met)
}

/// Begins, writes, is killed, is taken up, writes.
fn live(disk: &SimDisk, dice: &mut Dice, log: &mut Log) -> Result<(), String> {
    let Ok(store) = store(disk) else { return Ok(()) };
    let Ok(opened) = begin(&store) else { return Ok(()) };
    log.saved.clone_from(&opened.entries);
    let (mut journal, _) = pen(opened)?;
    for round in 0..2_u64 {
        for number in 1..=3 {
            let event = event(round * 10 + number, dice);
            log.tried.push(event.clone());
            if let Ok(entry) = journal.append(moment(number), &by(), event) {
                log.saved.push(entry);
            }
        }
        drop(journal);
        let Ok(again) = store.open(ID, &by()) else { return Ok(()) };
        judge::opened(&again, &log.saved, &log.tried)?;
        log.aside.take(disk, &again)?;
        let Ok((taken, entries)) = pen(again) else { return Ok(()) };
        log.saved = entries;
        journal = taken;
    }
    Ok(())
}

fn store_of(disk: &SimDisk) -> Result<Store, String> {
    store(disk).map_err(|error| error.to_string())
}
