//! One pen: who has it, how it changes hands, and that whoever lost it writes nothing that counts.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a broken test should stop where it is"
)]

#[path = "pen/follow.rs"]
mod follow;
#[path = "pen/reader.rs"]
mod reader;
#[path = "pen/rounds.rs"]
mod rounds;
#[path = "pen/shared.rs"]
mod shared;
#[expect(dead_code, reason = "durability uses the rest")]
mod torture;

use std::path::Path;
use std::sync::{Arc, Mutex};

use firedamp::domain::session::{Entry, Event};
use firedamp::host::store::{
    Answer, Hand, Journal, JournalError, Opened, Pulse, Standing, Store, Watcher,
};
use torture::sim::{EIO, Failure, Fault, SimDisk};
use torture::stopped::Process;
use torture::story::{ID, PLACE, begin, moment, store};

fn pen(opened: Opened) -> Journal {
    match opened.hand {
        Hand::Pen(journal) => journal,
        other @ (Hand::Observer(..) | Hand::ReadOnly(_)) => panic!("not the pen: {other:?}"),
    }
}

fn noted(text: &str) -> Event {
    Event::Noted { text: text.into(), about: None }
}

fn taken_from(who: &str) -> Event {
    Event::PenTaken { from: who.into(), reason: "no answer".into() }
}

fn entries(store: &Store) -> Vec<Entry> {
    let verdict = store.verify(ID).unwrap().verdict;
    assert_eq!(verdict.problem, None);
    let entries = store.observe(ID).unwrap().entries;
    assert_eq!(entries.len() as u64, verdict.entries);
    entries
}

#[test]
fn whoever_loses_the_pen_by_force_writes_nothing_more() {
    let disk = SimDisk::new(1);
    let store = store(&disk).unwrap();
    let mut suda = pen(begin(&store).unwrap());
    suda.append(moment(1), &"suda".into(), noted("mine")).unwrap();
    let fence = suda.fence();
    assert!(fence.holds());
    let mut ploy = pen(store.force(ID, &"ploy".into()).unwrap());
    assert!(!fence.holds());
    ploy.append(moment(2), &"ploy".into(), taken_from("suda")).unwrap();
    for _ in 0..2 {
        let refused = suda.append(moment(3), &"suda".into(), noted("late"));
        assert!(matches!(refused, Err(JournalError::Taken)), "{refused:?}");
    }
    drop(suda);
    ploy.append(moment(4), &"ploy".into(), noted("after")).unwrap();
    let said: Vec<String> = entries(&store).iter().map(|it| it.by.plain(9)).collect();
    assert_eq!(said, ["ploy", "suda", "ploy", "ploy"]);
    assert!(matches!(store.open(ID, &"suda".into()).unwrap().hand, Hand::Observer(..)));
    drop(ploy);
    drop(pen(store.open(ID, &"suda".into()).unwrap()));
}

/// What suda was told of an entry that she was writing when ploy took the pen, and the journal after it.
fn stopped_before(call: u64, fault: Option<u64>) -> (Result<Entry, JournalError>, Vec<Entry>, u64) {
    let disk = SimDisk::new(call);
    let process = Process::new();
    let hers = Store::on(process.on(disk.disk()), Path::new(PLACE)).unwrap();
    let mut suda = pen(begin(&hers).unwrap());
    suda.append(moment(1), &"suda".into(), noted("before")).unwrap();
    let theirs = store(&disk).unwrap();
    let saved = Arc::new(Mutex::new(Vec::new()));
    let meanwhile = {
        let (saved, disk) = (Arc::clone(&saved), disk.clone());
        move || {
            disk.heal();
            let mut ploy = pen(theirs.force(ID, &"ploy".into()).unwrap());
            for event in [taken_from("suda"), noted("hers now")] {
                saved.lock().unwrap().push(ploy.append(moment(5), &"ploy".into(), event).unwrap());
            }
        }
    };
    let before = process.calls();
    if call > 0 {
        process.stop_before(before + call, meanwhile);
    }
    if let Some(at) = fault {
        disk.fail(Fault { at: disk.calls() + at, failure: Failure::Error(EIO), for_ever: false });
    }
    let answer = suda.append(moment(2), &"suda".into(), noted("in the middle"));
    disk.heal();
    let calls = process.calls() - before;
    drop(suda);
    let store = store(&disk).unwrap();
    let all = entries(&store);
    for entry in saved.lock().unwrap().iter().chain(answer.as_ref().ok()) {
        assert!(all.contains(entry), "call {call}, fault {fault:?}: {entry:?} was saved");
    }
    // The next one goes on, and nothing that was set aside comes back.
    pen(store.open(ID, &"mali".into()).unwrap())
        .append(moment(9), &"mali".into(), Event::Left)
        .unwrap();
    assert_eq!(entries(&store).len(), all.len() + 1);
    assert!(store.verify(ID).unwrap().verdict.is_whole());
    (answer, all, calls)
}

#[test]
fn a_holder_stopped_before_any_call_of_an_append_forks_nothing_when_it_goes_on() {
    let (_, _, calls) = stopped_before(0, None);
    assert!(calls >= 5, "look, size, write, sync, look: {calls}");
    for call in 1..=calls {
        let (answer, all, _) = stopped_before(call, None);
        assert!(matches!(answer, Err(JournalError::Taken)), "call {call}: {answer:?}");
        let texts: Vec<&Event> = all.iter().map(|entry| &entry.event).collect();
        assert!(texts.contains(&&taken_from("suda")) && texts.contains(&&noted("hers now")));
    }
}

#[test]
fn a_holder_stopped_while_its_disk_fails_cannot_begin_a_segment_of_its_own_later() {
    for fault in 1..=8 {
        let (_, _, calls) = stopped_before(0, Some(fault));
        for call in 1..=calls + 2 {
            let (answer, ..) = stopped_before(call, Some(fault));
            drop(answer);
        }
    }
}

#[test]
fn what_the_holder_saves_while_somebody_takes_the_pen_is_kept() {
    let calls = {
        let (process, _, _) = saving_before(0);
        process
    };
    assert!(calls > 20, "{calls}");
    let mut kept = 0;
    for call in 1..=calls {
        kept += saving_before(call).1;
    }
    assert!(kept > 0, "some were early enough");
}

/// Ploy takes the pen, and before one of her calls suda writes an entry: how many calls she made, how many entries of
/// his were saved, and the journal.
fn saving_before(call: u64) -> (u64, usize, Vec<Entry>) {
    let disk = SimDisk::new(call);
    let plain = store(&disk).unwrap();
    let mut suda = pen(begin(&plain).unwrap());
    let process = Process::new();
    let theirs = Store::on(process.on(disk.disk()), Path::new(PLACE)).unwrap();
    let saved = Arc::new(Mutex::new(Vec::new()));
    let before = process.calls();
    if call > 0 {
        let saved = Arc::clone(&saved);
        process.stop_before(before + call, move || {
            for text in ["one", "two"] {
                saved.lock().unwrap().extend(suda.append(moment(1), &"suda".into(), noted(text)));
            }
        });
    }
    let mut ploy = pen(theirs.force(ID, &"ploy".into()).unwrap());
    let entry = ploy.append(moment(2), &"ploy".into(), taken_from("suda")).unwrap();
    drop(ploy);
    let all = entries(&plain);
    let saved = saved.lock().unwrap().clone();
    for entry in saved.iter().chain([&entry]) {
        assert!(all.contains(entry), "call {call}: {entry:?} was saved");
    }
    (process.calls() - before, saved.len(), all)
}

#[test]
fn of_two_who_take_the_pen_by_force_at_once_one_has_it() {
    let mut call = 0;
    loop {
        call += 1;
        let disk = SimDisk::new(call);
        let plain = store(&disk).unwrap();
        drop(begin(&plain).unwrap());
        let process = Process::new();
        let theirs = Store::on(process.on(disk.disk()), Path::new(PLACE)).unwrap();
        let (before, other) = (process.calls(), Arc::new(Mutex::new(None)));
        let (other_store, theirs_too) = (store(&disk).unwrap(), Arc::clone(&other));
        process.stop_before(before + call, move || {
            let mut mali = pen(other_store.force(ID, &"mali".into()).unwrap());
            let first = mali.append(moment(3), &"mali".into(), taken_from("ploy")).unwrap();
            *theirs_too.lock().unwrap() = Some((mali, first));
        });
        let ploy = theirs.force(ID, &"ploy".into());
        let Some((mut mali, first)) = other.lock().unwrap().take() else { break };
        let hers = mali.append(moment(5), &"mali".into(), noted("still mine"));
        let his = ploy.map(|opened| match opened.hand {
            Hand::Pen(mut journal) => journal.append(moment(4), &"ploy".into(), noted("mine")),
            Hand::Observer(..) | Hand::ReadOnly(_) => Err(JournalError::Taken),
        });
        let his = his.unwrap_or(Err(JournalError::Taken));
        assert!(hers.is_ok() != his.is_ok(), "call {call}: {hers:?} {his:?}");
        drop(mali);
        let all = entries(&plain);
        for entry in [Some(first), hers.ok(), his.ok()].iter().flatten() {
            assert!(all.contains(entry), "call {call}: {entry:?}");
        }
    }
    assert!(call > 20, "{call}");
}

#[test]
fn the_pen_goes_to_whom_it_was_promised_and_to_nobody_else() {
    let disk = SimDisk::new(5);
    let store = store(&disk).unwrap();
    let suda = pen(begin(&store).unwrap());
    let around = store.around(ID).unwrap();
    let (ploy, mali) = (around.sit(&"ploy".into()).unwrap(), around.sit(&"mali".into()).unwrap());
    assert_eq!(around.watchers().unwrap().iter().filter(|it| it.asks).count(), 0);
    ploy.ask(true).unwrap();
    let asks: Vec<Watcher> = around.watchers().unwrap().into_iter().filter(|it| it.asks).collect();
    assert_eq!((asks.len(), asks[0].who.by.plain(9).as_str()), (1, "ploy"));
    around.answer(&asks[0].seat, false).unwrap();
    assert_eq!((ploy.answer().unwrap(), mali.answer().unwrap()), (Answer::No, Answer::None));
    ploy.ask(true).unwrap();
    assert_eq!(ploy.answer().unwrap(), Answer::None, "who asks again has no answer yet");
    around.answer(ploy.name(), true).unwrap();
    assert!(around.watchers().unwrap().iter().all(|it| !it.asks));
    drop(suda);
    let quicker = store.open_from(&mali, ID, &"mali".into()).unwrap();
    assert!(matches!(quicker.hand, Hand::Observer(..)));
    assert!(matches!(store.open(ID, &"kanya".into()).unwrap().hand, Hand::Observer(..)));
    drop(pen(store.open_from(&ploy, ID, &"ploy".into()).unwrap()));
    // A promise to somebody who left binds nobody.
    drop(ploy);
    drop(pen(store.open_from(&mali, ID, &"mali".into()).unwrap()));
    assert_eq!(around.watchers().unwrap().len(), 1);
}

#[test]
fn what_the_dead_left_behind_is_tidied_and_the_living_keep_their_seats() {
    let disk = SimDisk::new(6);
    let store = store(&disk).unwrap();
    let journal = pen(begin(&store).unwrap());
    let around = store.around(ID).unwrap();
    let ploy = around.sit(&"ploy".into()).unwrap();
    for name in ["seat-0-1-2-3", "new-0-1-2-4"] {
        disk.write(&torture::story::file(name), b"asks y answer -\nby mali\n");
    }
    assert_eq!(around.watchers().unwrap().len(), 1, "a seat that nobody locks is nobody's");
    around.tidy().unwrap();
    let names = disk.names(&format!("{PLACE}/{ID}"));
    let seats: Vec<&String> = names.iter().filter(|it| it.contains('-')).collect();
    assert_eq!(seats, [ploy.name()]);
    drop((ploy, journal));
}

#[test]
fn a_pen_that_was_put_down_is_free_and_one_that_fell_says_whose_it_was() {
    let disk = SimDisk::new(7);
    let store = store(&disk).unwrap();
    let around = |store: &Store| store.around(ID).unwrap().standing(moment(60)).unwrap();
    let journal = pen(begin(&store).unwrap());
    let Standing::Held(holder, Pulse::Beats) = around(&store) else { panic!("not held") };
    assert_eq!((holder.pid, holder.by.plain(9).as_str()), (std::process::id(), "ploy"));
    journal.beat(moment(45));
    let Standing::Held(_, pulse) = around(&store) else { panic!("not held") };
    assert_eq!(pulse, Pulse::Silent(15_000));
    journal.beat(moment(55));
    assert!(matches!(around(&store), Standing::Held(_, Pulse::Beats)));
    drop(journal);
    assert_eq!(around(&store), Standing::Free(None));
    drop(pen(store.open(ID, &"mali".into()).unwrap()));
    std::mem::forget(pen(store.open(ID, &"mali".into()).unwrap()));
    disk.cut_power();
    let store = torture::story::store(&disk).unwrap();
    match around(&store) {
        // What is told beside the lock is not synced: a power cut may leave any of it.
        Standing::Free(_) => {}
        held @ Standing::Held(..) => panic!("{held:?}"),
    }
    drop(pen(store.open(ID, &"ploy".into()).unwrap()));
}

#[test]
fn whoever_takes_the_pen_after_a_taker_died_over_it_goes_on_in_a_segment_of_its_own() {
    let disk = SimDisk::new(8);
    let process = Process::new();
    let plain = store(&disk).unwrap();
    let mut suda = pen(begin(&plain).unwrap());
    let theirs = Store::on(process.on(disk.disk()), Path::new(PLACE)).unwrap();
    // The disk fails for good right after the lock has its new file.
    let failing = disk.clone();
    let mut failed = false;
    for call in 1..80 {
        let (failing, at) = (failing.clone(), process.calls() + call);
        process.stop_before(at, move || {
            failing.fail(Fault { at: 0, failure: Failure::Error(EIO), for_ever: true });
        });
        let forced = theirs.force(ID, &"ploy".into());
        disk.heal();
        process.stop_before(0, || {});
        if forced.is_ok() {
            break;
        }
        if matches!(suda.append(moment(2), &"suda".into(), noted("x")), Err(JournalError::Taken)) {
            failed = true;
            break;
        }
    }
    assert!(failed, "the taker died between the lock and the segment");
    let mali = pen(plain.open(ID, &"mali".into()).unwrap());
    let segments = disk.names(&format!("{PLACE}/{ID}"));
    let segments = segments.iter().filter(|name| name.starts_with("journal")).count();
    assert_eq!(segments, 2, "suda may still be in the middle of a write to the first");
    drop(mali);
    assert!(plain.verify(ID).unwrap().verdict.is_whole());
}

#[test]
fn nothing_is_called_saved_in_a_journal_that_was_taken_away() {
    let place = tempfile::tempdir().unwrap();
    let store = Store::at(&place.path().join("sessions")).unwrap();
    let opened = begin(&store).unwrap();
    let file = opened.path.join("journal.jsonl");
    let mut journal = pen(opened);
    journal.append(moment(1), &"ploy".into(), noted("one")).unwrap();
    std::fs::remove_file(file).unwrap();
    for second in 2..4 {
        let refused = journal.append(moment(second), &"ploy".into(), noted("two"));
        assert!(matches!(refused, Err(JournalError::Foreign { .. } | JournalError::Closed)));
    }
}
