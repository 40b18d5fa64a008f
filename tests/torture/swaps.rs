//! Somebody exchanges what is in a session's directory between any two of our calls.
//!
//! Before each call of a session's life in turn, each of its names is made a link, a pipe, a device, somebody else's or
//! the like: nothing outside is read or written, nothing waits, and after the exchange is undone the session is there
//! with everything that was called saved. Then the real binary is run while another thread exchanges as fast as it can.

mod attack;
mod race;
mod watch;

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use firedamp::domain::session::{Entry, Event};
use firedamp::host::store::disk::HostDisk;
use firedamp::host::store::{Hand, Opened, Store, StoreError};

use super::stopped::Process;
use super::story::{ID, begin, by, moment};
use attack::{Attack, Stage, TRICKS, Trick};

/// What is exchanged: the session's own directory, what is in it, and what could be.
const NAMES: [&str; 11] = [
    "",
    "journal.jsonl",
    "journal-0002.jsonl",
    "lock",
    "playbook.md",
    "reserve",
    "torn",
    "clip",
    "clip/last.txt",
    "telemetry",
    "moved",
];
/// A life that takes longer is blocked.
const PATIENCE: Duration = Duration::from_secs(20);
/// Of ten attacks, so many are on the real binary.
const RACES: u64 = 1;

/// At least so many attacks, from `seed` on; how many.
pub(crate) fn run(seed: u64, attacks: u64) -> Result<u64, String> {
    let races = race::run(seed, attacks.div_ceil(10) * RACES)?;
    Ok(races + lives(seed, attacks.saturating_sub(races))?)
}

/// Lives with an exchange before one of their calls, the call being the next one each time.
fn lives(seed: u64, attacks: u64) -> Result<u64, String> {
    let calls = one(None).map_err(|why| format!("a life in peace: {why}"))?;
    let tricks: Vec<Trick> = TRICKS.into_iter().filter(|trick| trick.is_possible()).collect();
    let all = calls * (tricks.len() * NAMES.len()) as u64;
    // As far apart as so many have to be to meet everything.
    let step = (all / attacks.max(1)).max(1) | 1;
    let mut done = 0;
    let mut at = seed % step;
    while at < all {
        let call = at % calls + 1;
        let which = usize::try_from(at / calls).unwrap();
        let (trick, name) = (tricks[which % tricks.len()], NAMES[which / tricks.len()]);
        one(Some((call, trick, name))).map_err(|why| {
            format!("swaps seed {seed}, {trick:?} for `{name}` before call {call}: {why}")
        })?;
        done += 1;
        at += step;
    }
    Ok(done)
}

/// One life, with an exchange before a call; how many calls it made.
fn one(attack: Option<(u64, Trick, &'static str)>) -> Result<u64, String> {
    let stage = Stage::new().map_err(|error| error.to_string())?;
    let before = begun(&stage)?;
    let process = Process::new();
    let attack = attack
        .map(|(call, trick, name)| Attack::new(&stage, trick, name).map(|attack| (call, attack)))
        .transpose()
        .map_err(|error| error.to_string())?;
    if let Some((call, attack)) = &attack {
        let attack = attack.clone();
        process.stop_before(*call, move || attack.swap());
    }
    let watch = stage.watch().map_err(|error| error.to_string())?;
    let (told, done) = sync_channel(1);
    let saved = Arc::new(Mutex::new(Vec::new()));
    thread::spawn({
        let (process, saved, sessions) = (process.clone(), Arc::clone(&saved), stage.sessions());
        move || told.send(live(&process, &sessions, &saved).is_ok()).is_ok()
    });
    let in_peace =
        done.recv_timeout(PATIENCE).map_err(|error| format!("it is blocked: {error}"))?;
    if attack.is_none() && !in_peace {
        return Err(String::from("it did not come to its end"));
    }
    watch.saw_nothing()?;
    stage.is_untouched()?;
    if let Some((_, attack)) = &attack {
        attack.undo();
    }
    let saved = saved.lock().unwrap_or_else(PoisonError::into_inner).clone();
    held(&stage.sessions(), &before, &saved)?;
    Ok(process.calls())
}

/// A session with two entries and half a line.
fn begun(stage: &Stage) -> Result<Vec<Entry>, String> {
    let store = Store::at(&stage.sessions()).map_err(|error| error.to_string())?;
    let mut opened = begin(&store).map_err(|error| error.to_string())?;
    let mut entries = opened.entries.clone();
    let Hand::Pen(journal) = &mut opened.hand else { return Err(String::from("no pen")) };
    let second = journal.append(moment(1), &by(), noted(1)).map_err(|error| error.to_string())?;
    entries.push(second);
    drop(opened);
    let journal = stage.sessions().join(ID).join("journal.jsonl");
    let file = std::fs::OpenOptions::new().append(true).open(journal);
    file.and_then(|mut file| std::io::Write::write_all(&mut file, b"{\"seq\":3"))
        .map_err(|error| error.to_string())?;
    Ok(entries)
}

fn noted(number: u64) -> Event {
    Event::Noted { text: format!("{number}: cron of www-data").into(), about: None }
}

/// All that one does with a session, until something is refused.
fn live(process: &Process, sessions: &Path, saved: &Mutex<Vec<Entry>>) -> Result<(), StoreError> {
    let store = Store::on(process.on(Arc::new(HostDisk)), sessions)?;
    let write = |opened: &mut Opened, numbers: std::ops::Range<u64>| {
        let Hand::Pen(journal) = &mut opened.hand else { return };
        for number in numbers {
            if let Ok(entry) = journal.append(moment(number), &by(), noted(number)) {
                saved.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
            }
        }
    };
    // What is refused here may go well there: each of them is tried.
    let mut refused = None;
    let mut tried = |done: Result<(), StoreError>| refused = refused.take().or(done.err());
    let mut opened = store.open(ID, &by());
    if let Ok(opened) = &mut opened {
        write(opened, 10..12);
        tried(store.keep_clip(ID, "what was copied"));
        tried(opened.record().map(drop));
        tried(store.around(ID).and_then(|it| it.sit(&by()).map(drop)));
        write(opened, 12..13);
    }
    tried(opened.map(drop));
    tried(store.verify(ID).map(drop));
    tried(store.list().map(drop));
    tried(store.observe(ID).map(drop));
    tried(store.tape(ID).map(drop));
    tried(store.force(ID, &by()).map(|mut opened| write(&mut opened, 20..22)));
    tried(store.open(ID, &by()).map(|mut opened| write(&mut opened, 22..23)));
    refused.map_or(Ok(()), Err)
}

/// All of it is there, in order, and the session goes on.
fn held(sessions: &Path, before: &[Entry], saved: &[Entry]) -> Result<(), String> {
    let store = Store::at(sessions).map_err(|error| error.to_string())?;
    let opened = store.open("latest", &by()).map_err(|error| format!("does not open: {error}"))?;
    let entries = opened.entries.clone();
    if !matches!(opened.hand, Hand::Pen(_)) {
        return Err(format!("cannot be written: {:?} {:?}", opened.hand, opened.trouble));
    }
    drop(opened);
    let lost = before.iter().chain(saved).find(|entry| !entries.contains(entry));
    if let Some(lost) = lost {
        return Err(format!("this was saved and is gone: {lost:?}"));
    }
    drop(store.open("latest", &by()).map_err(|error| error.to_string())?);
    let verdict = store.verify("latest").map_err(|error| error.to_string())?.verdict;
    if verdict.is_whole() { Ok(()) } else { Err(format!("not whole: {verdict:?}")) }
}
