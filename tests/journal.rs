//! The pen on a disk that fails: what it called saved is there, and nothing else is.
#![expect(clippy::unwrap_used, reason = "a broken test should stop where it is")]

#[path = "journal/recovery.rs"]
mod recovery;
#[expect(dead_code, reason = "durability uses the rest")]
mod torture;
#[path = "journal/writer.rs"]
mod writer;

use std::path::{Path, PathBuf};

use firedamp::domain::session::{Event, LineProblem};
use firedamp::host::store::{
    Backlog, FollowError, Hand, Journal, JournalError, Opened, Store, StoreError,
};
use torture::sim::{EIO, EMFILE, ENOSPC, EROFS, Failure, Fault, SimDisk};
use torture::story::{ID, PLACE, begin, by, file, moment, pen, store};

/// The call of an append that writes, that syncs, and the one after a failed write that cuts.
const WRITE: u64 = 3;
const SYNC: u64 = 4;

fn noted(text: &str) -> Event {
    Event::Noted { text: text.into(), about: None }
}

/// A disk with a session on it, and the pen of it.
fn begun() -> (SimDisk, Store, Journal) {
    begun_on(7)
}

/// The same, with the luck of `seed` where the disk has a choice.
fn begun_on(seed: u64) -> (SimDisk, Store, Journal) {
    let disk = SimDisk::new(seed);
    let store = store(&disk).unwrap();
    let journal = pen(begin(&store).unwrap()).unwrap().0;
    (disk, store, journal)
}

/// The N-th call from now on fails.
fn fail(disk: &SimDisk, call: u64, failure: Failure, for_ever: bool) {
    disk.fail(Fault { at: disk.calls() + call, failure, for_ever });
}

fn opened(store: &Store) -> Opened {
    store.open(ID, &by()).unwrap()
}

fn notes(opened: &Opened) -> Vec<String> {
    opened.state.notes.iter().map(|note| note.text.plain(20)).collect()
}

fn is_whole(store: &Store) -> bool {
    store.verify(ID).unwrap().verdict.is_whole()
}

#[test]
fn a_short_write_is_cut_off_and_the_next_entry_goes_through() {
    let (disk, store, mut journal) = begun();
    let before = disk.read(&file("journal.jsonl")).unwrap();
    for failure in [Failure::Part(EIO), Failure::Error(EIO)] {
        fail(&disk, WRITE, failure, false);
        let failed = journal.append(moment(1), &by(), noted("one"));
        assert!(failed.unwrap_err().may_pass(), "{failure:?}");
        assert_eq!(disk.read(&file("journal.jsonl")).unwrap(), before, "{failure:?}");
    }
    // The first short write costs the reserve, and the entry is saved after all.
    fail(&disk, WRITE, Failure::Short, false);
    assert_eq!(journal.append(moment(2), &by(), noted("two")).unwrap().seq, 2);
    fail(&disk, WRITE, Failure::Short, false);
    let failed = journal.append(moment(3), &by(), noted("three"));
    assert!(matches!(failed, Err(JournalError::Short { .. })));
    assert_eq!(journal.append(moment(4), &by(), noted("four")).unwrap().seq, 3);
    assert!(is_whole(&store));
}

#[test]
fn after_a_failed_sync_the_entry_is_saved_in_a_new_segment() {
    let (disk, store, mut journal) = begun();
    fail(&disk, SYNC, Failure::Error(EIO), false);
    assert_eq!(journal.append(moment(1), &by(), noted("one")).unwrap().seq, 2);
    journal.append(moment(2), &by(), noted("two")).unwrap();
    drop(journal);
    let second = disk.read(&file("journal-0002.jsonl")).unwrap();
    assert_eq!(second.split(|byte| *byte == b'\n').count(), 3, "two lines and their end");
    drop(store);
    disk.cut_power();
    let store = torture::story::store(&disk).unwrap();
    assert_eq!(notes(&opened(&store)), ["one", "two"]);
    assert!(is_whole(&store));
}

#[test]
fn a_disk_that_keeps_nothing_saves_nothing_and_recovers() {
    let (disk, store, mut journal) = begun();
    for code in [EIO, ENOSPC, EROFS, EMFILE] {
        fail(&disk, 1, Failure::Error(code), true);
        let failed = journal.append(moment(1), &by(), noted("never"));
        assert!(failed.unwrap_err().may_pass(), "{code}");
        disk.heal();
    }
    journal.append(moment(2), &by(), noted("then")).unwrap();
    drop(journal);
    assert_eq!(notes(&opened(&store)), ["then"]);
    assert!(is_whole(&store));
}

#[test]
fn a_second_writer_behind_our_back_stops_us() {
    let (disk, _, mut journal) = begun();
    let before = disk.read(&file("journal.jsonl")).unwrap();
    disk.write(&file("journal.jsonl"), &[&before[..], b"theirs\n"].concat());
    let stopped = journal.append(moment(1), &by(), noted("ours"));
    assert!(matches!(stopped, Err(JournalError::Foreign { .. })));
    assert!(journal.is_closed());
    let closed = journal.append(moment(1), &by(), noted("ours"));
    assert!(matches!(closed, Err(JournalError::Closed)));
}

#[test]
fn a_line_that_was_not_saved_and_comes_back_is_set_aside() {
    let (disk, store, mut journal) = begun();
    let before = disk.read(&file("journal.jsonl")).unwrap();
    journal.append(moment(1), &by(), noted("other")).unwrap();
    let other = disk.read(&file("journal.jsonl")).unwrap();
    drop(journal);
    // The same place in the chain, once more: what a power cut may bring back after a failed sync.
    disk.write(&file("journal.jsonl"), &before);
    let (mut journal, _) = pen(opened(&store)).unwrap();
    fail(&disk, SYNC, Failure::Error(EIO), false);
    journal.append(moment(2), &by(), noted("ours")).unwrap();
    drop(journal);
    disk.write(&file("journal.jsonl"), &other);
    let again = opened(&store);
    assert_eq!(notes(&again), ["ours"]);
    assert_eq!(again.recovered[0].bytes, (other.len() - before.len()) as u64);
    assert_eq!(disk.read(&file("torn/1")).unwrap(), other[before.len()..]);
    drop(again);
    assert!(is_whole(&store));
}

#[test]
fn two_lines_behind_the_end_of_a_segment_are_a_fork_and_nothing_is_lost() {
    let (disk, store, mut journal) = begun();
    let before = disk.read(&file("journal.jsonl")).unwrap();
    for text in ["one", "two"] {
        journal.append(moment(1), &by(), noted(text)).unwrap();
    }
    let first = disk.read(&file("journal.jsonl")).unwrap();
    drop(journal);
    disk.write(&file("journal.jsonl"), &before);
    let (mut journal, _) = pen(opened(&store)).unwrap();
    journal.append(moment(2), &by(), noted("fork")).unwrap();
    let second = disk.read(&file("journal.jsonl")).unwrap()[before.len()..].to_vec();
    drop(journal);
    disk.write(&file("journal.jsonl"), &first);
    disk.write(&file("journal-0002.jsonl"), &second);
    let again = opened(&store);
    let Hand::ReadOnly(broken) = &again.hand else { panic!("{:?}", again.hand) };
    assert_eq!((broken.segment, &broken.problem), (1, &LineProblem::Fork(2)));
    assert_eq!(disk.read(&file("journal.jsonl")).unwrap(), first, "nothing is repaired silently");
}

#[test]
fn the_last_entry_is_made_sure_of_before_another_one_follows() {
    let (disk, store, mut journal) = begun();
    // Every way out fails, so that the line stands in the cache and is not acknowledged.
    fail(&disk, SYNC, Failure::Error(EIO), true);
    assert!(journal.append(moment(1), &by(), noted("one")).is_err());
    drop(journal);
    disk.heal();
    let (mut journal, entries) = pen(opened(&store)).unwrap();
    journal.append(moment(2), &by(), noted("two")).unwrap();
    drop((journal, store));
    disk.cut_power();
    let store = torture::story::store(&disk).unwrap();
    assert_eq!(opened(&store).entries.len(), entries.len() + 1);
}

#[test]
fn an_observer_goes_over_to_the_next_segment() {
    let (disk, store, mut journal) = begun();
    let Hand::Observer(mut follower, _) = store.observe(ID).unwrap().hand else { panic!() };
    let one = journal.append(moment(1), &by(), noted("one")).unwrap();
    fail(&disk, SYNC, Failure::Error(EIO), false);
    let two = journal.append(moment(2), &by(), noted("two")).unwrap();
    let three = journal.append(moment(3), &by(), noted("three")).unwrap();
    assert_eq!(follower.poll().unwrap(), [one, two, three]);
    assert_eq!(follower.poll().unwrap(), []);
}

#[test]
fn an_observer_is_told_when_what_it_saw_was_not_saved() {
    let (disk, store, mut journal) = begun();
    let before = disk.read(&file("journal.jsonl")).unwrap();
    let Hand::Observer(mut follower, _) = store.observe(ID).unwrap().hand else { panic!() };
    journal.append(moment(1), &by(), noted("seen")).unwrap();
    let seen = disk.read(&file("journal.jsonl")).unwrap();
    assert_eq!(follower.poll().unwrap().len(), 1);
    drop(journal);
    disk.write(&file("journal.jsonl"), &before);
    let (mut journal, _) = pen(opened(&store)).unwrap();
    journal.append(moment(2), &by(), noted("saved")).unwrap();
    let saved = disk.read(&file("journal.jsonl")).unwrap()[before.len()..].to_vec();
    disk.write(&file("journal.jsonl"), &seen);
    disk.write(&file("journal-0002.jsonl"), &saved);
    assert!(matches!(follower.poll(), Err(FollowError::Withdrawn(2))));
}

#[test]
fn the_reserve_is_given_up_for_the_journal() {
    let (disk, store, mut journal) = begun();
    assert!(disk.names(&format!("{PLACE}/{ID}")).contains(&"reserve".into()));
    disk.leave_room(100);
    journal.append(moment(1), &by(), noted("one")).unwrap();
    assert!(!disk.names(&format!("{PLACE}/{ID}")).contains(&"reserve".into()));
    disk.leave_room(100);
    let full = journal.append(moment(2), &by(), noted("two")).unwrap_err();
    assert!(full.is_full() && full.may_pass(), "{full:?}");
    disk.leave_room(100 << 20);
    journal.append(moment(3), &by(), noted("three")).unwrap();
    journal.refill();
    assert!(disk.names(&format!("{PLACE}/{ID}")).contains(&"reserve".into()));
    drop(journal);
    assert_eq!(notes(&opened(&store)), ["one", "three"]);
}

#[test]
fn entries_wait_in_order_until_the_disk_takes_them() {
    let (disk, store, journal) = begun();
    let mut backlog = Backlog::new(journal);
    fail(&disk, 1, Failure::Error(ENOSPC), true);
    for ticket in 1..=3 {
        let settled = backlog.write(ticket, moment(ticket), by(), noted(&format!("note {ticket}")));
        assert!(settled.answers.is_empty() && settled.trouble.unwrap().is_full());
    }
    assert_eq!(backlog.len(), 3);
    assert_eq!(opened_elsewhere(&disk).len(), 0, "nothing that waits is on disk");
    disk.heal();
    let settled = backlog.retry();
    let saved: Vec<(u64, u64)> = settled
        .answers
        .iter()
        .map(|(ticket, entry)| (*ticket, entry.as_ref().unwrap().seq))
        .collect();
    assert_eq!(saved, [(1, 2), (2, 3), (3, 4)]);
    assert_eq!(settled.answers[0].1.as_ref().unwrap().at, moment(1).at, "the time it came");
    assert!(settled.trouble.is_none() && backlog.is_empty());
    drop(backlog);
    assert_eq!(notes(&opened(&store)), ["note 1", "note 2", "note 3"]);
}

/// What an observer finds on the disk, which fails.
fn opened_elsewhere(disk: &SimDisk) -> Vec<String> {
    let copy = disk.copy();
    copy.heal();
    notes(&torture::story::store(&copy).unwrap().observe(ID).unwrap())
}

#[test]
fn what_can_never_be_written_is_refused_and_holds_nobody_up() {
    let (disk, _, journal) = begun();
    let mut backlog = Backlog::new(journal);
    let settled = backlog.write(1, moment(1), by(), noted(&"x".repeat(2 << 20)));
    assert!(matches!(settled.answers.as_slice(), [(1, Err(JournalError::Line(_)))]));
    assert!(backlog.is_empty());
    // Four mebibytes may wait, and no more.
    fail(&disk, 1, Failure::Error(ENOSPC), true);
    let half = "x".repeat(500 << 10);
    let refused = (1..=12).filter(|ticket| {
        let settled = backlog.write(*ticket, moment(*ticket), by(), noted(&half));
        matches!(settled.answers.as_slice(), [(refused, Err(_))] if refused == ticket)
    });
    assert_eq!(refused.count(), 4);
    assert_eq!(backlog.len(), 8);
}

#[test]
fn a_session_is_carried_to_another_place_while_it_is_written() {
    let (disk, store, mut journal) = begun();
    journal.append(moment(1), &by(), noted("one")).unwrap();
    fail(&disk, 1, Failure::Error(ENOSPC), true);
    assert!(journal.append(moment(2), &by(), noted("lost")).is_err());
    disk.heal();
    let to = Path::new("/sim/elsewhere");
    let carried = store.move_to(to, &mut journal, &by()).unwrap();
    assert_eq!((carried.path.as_path(), carried.marked), (to.join(ID).as_path(), true));
    assert!(carried.left_behind.is_empty() && !carried.volatile);
    assert_eq!(journal.append(moment(3), &by(), noted("two")).unwrap().seq, 3);
    let there = Store::on(disk.disk(), to).unwrap();
    assert!(matches!(there.open(ID, &by()).unwrap().hand, Hand::Observer(_, Some(_))));
    drop(journal);
    assert_eq!(notes(&opened(&there)), ["one", "two"]);
    assert!(is_whole(&there));
    let Err(StoreError::Moved(place)) = store.open(ID, &by()) else { panic!("two pens") };
    assert_eq!(place.plain(80), format!("/sim/elsewhere/{ID}"));
    assert_eq!(store.list().unwrap()[0].moved, Some(place));
    assert_eq!(notes(&store.observe(ID).unwrap()), ["one"]);
}

#[test]
fn a_session_that_cannot_be_carried_goes_on_where_it_is() {
    for call in 1..200 {
        let (disk, store, mut journal) = begun();
        fail(&disk, call, Failure::Error(ENOSPC), false);
        let to = Path::new("/sim/elsewhere");
        let carried = store.move_to(to, &mut journal, &by());
        let met = disk.calls() >= call;
        disk.heal();
        journal.append(moment(1), &by(), noted("one")).unwrap();
        drop(journal);
        let place = if carried.is_ok() { Store::on(disk.disk(), to).unwrap() } else { store };
        assert_eq!(notes(&opened(&place)), ["one"], "call {call}");
        if !met {
            return;
        }
    }
    panic!("the session was never carried without a failure");
}

#[test]
fn the_first_place_that_can_be_written_is_chosen_and_memory_is_named() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    std::fs::write(&file, "").unwrap();
    let good = place.path().join("sessions");
    let chosen = Store::first_of(&[file.join("below"), file.clone(), good.clone()]).unwrap();
    assert_eq!((chosen.store.path(), chosen.passed_over.len()), (good.as_path(), 2));
    assert!(std::fs::read_dir(&good).unwrap().next().is_none(), "nothing is left there");
    assert_eq!(Store::first_of(&[file]).unwrap_err().len(), 1);
    if let Ok(memory) = tempfile::tempdir_in("/dev/shm") {
        let chosen = Store::first_of(&[memory.path().join("sessions")]).unwrap();
        assert!(chosen.space.volatile);
    }
}

#[test]
fn a_place_that_is_read_only_is_passed_over() {
    let read_only = PathBuf::from("/proc/firedamp-sessions");
    assert!(Store::first_of(&[read_only]).is_err());
}
