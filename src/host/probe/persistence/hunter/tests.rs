//! What the thread does, a step at a time, without the thread.

use std::path::Path;

use tempfile::tempdir;

use super::*;
use crate::domain::facts::Packaged;

fn judge() -> Judge {
    Box::new(|_| Packaged::Unknown)
}

fn work(root: &Path, watch: Result<Watch, Errno>) -> Work {
    Work::new(&Roots::recorded(root), judge(), watch, Arc::default(), None)
}

fn crontab(root: &Path, program: &str) {
    std::fs::create_dir_all(root.join("etc")).unwrap();
    std::fs::write(root.join("etc/crontab"), format!("@daily root /usr/bin/{program}\n")).unwrap();
}

/// Reads some at once.
fn read(work: &mut Work, families: impl IntoIterator<Item = Family>) -> Arc<Persistence> {
    work.dig(families.into_iter().collect());
    Arc::clone(&work.told.found)
}

/// The time has come to read everything, and it is read in its turn.
fn round(work: &mut Work) -> Arc<Persistence> {
    work.last = Instant::now().checked_sub(WHOLE).unwrap();
    work.go_on();
    while work.step() {}
    Arc::clone(&work.told.found)
}

/// The clock of what was hunted goes on.
fn now() -> u64 {
    std::thread::sleep(Duration::from_millis(2));
    HostClock.now().boot_ms
}

#[test]
fn where_nothing_is_watched_only_a_whole_round_makes_what_is_known_newer() {
    let dir = tempdir().unwrap();
    let root = dir.path().join("machine");
    crontab(&root, "a");
    let mut work = work(&root, Err(Errno::MFILE));
    let (first, later) = (read(&mut work, Family::ALL), now());
    assert!(first.hunted_ms.is_some_and(|it| it < later) && !first.watched);
    crontab(&root, "b");
    let second = read(&mut work, [Family::Cron]);
    assert_ne!(first.entries, second.entries);
    assert_eq!(first.hunted_ms, second.hunted_ms, "one family does not speak for all");
    let third = round(&mut work);
    assert_eq!(second.entries, third.entries);
    assert!(third.hunted_ms.is_some_and(|it| it >= later), "everything was read again");
    std::fs::rename(&root, dir.path().join("away")).unwrap();
    now();
    assert!(Arc::ptr_eq(&third, &round(&mut work)), "nothing could be read");
}

#[test]
fn a_hunt_that_could_read_nothing_has_not_been_one() {
    let dir = tempdir().unwrap();
    let root = dir.path().join("machine");
    let mut work = work(&root, Watch::new());
    assert_eq!(read(&mut work, Family::ALL).hunted_ms, None);
    assert_eq!(work.period(), UNWATCHED, "it is tried again soon");
    crontab(&root, "a");
    let found = round(&mut work);
    assert!(found.hunted_ms.is_some() && found.watched && !found.entries.is_empty());
}

#[test]
fn while_the_places_cannot_be_got_at_nobody_turns_in_circles_for_whoever_has_rested() {
    let dir = tempdir().unwrap();
    let (root, away) = (dir.path().join("machine"), dir.path().join("away"));
    crontab(&root, "a");
    let mut work = work(&root, Watch::new());
    read(&mut work, Family::ALL);
    let resting = [(b"/home/a".to_vec(), BTreeSet::from([Family::Shells]))];
    work.watch.as_mut().unwrap().resting = resting.into();
    assert_eq!(work.nap(), Duration::ZERO);
    std::fs::rename(&root, &away).unwrap();
    work.listen_again();
    let nap = work.nap();
    assert!(nap > Duration::ZERO && nap <= SETTLES, "{nap:?}");
    std::fs::rename(&away, &root).unwrap();
    work.listen_again();
    assert!(work.watch.as_ref().unwrap().resting.is_empty(), "it is listened to again");
    assert!(work.nap() > SETTLES);
}

#[test]
fn a_look_that_finds_the_thread_at_the_lock_takes_what_the_last_one_took() {
    let dir = tempdir().unwrap();
    crontab(dir.path(), "a");
    let mut hunter = Hunter::start(&Roots::recorded(dir.path()), judge(), None);
    let (begun, mut unread) = (Instant::now(), Vec::new());
    while hunter.take(&mut unread).hunted_ms.is_none() {
        assert!(begun.elapsed() < Duration::from_mins(1), "{unread:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
    let before = hunter.take(&mut unread);
    let shared = Arc::clone(&hunter.shared);
    let _held = (shared.slot.lock().unwrap(), shared.digs.lock().unwrap());
    assert!(Arc::ptr_eq(&before, &hunter.take(&mut unread)));
}
