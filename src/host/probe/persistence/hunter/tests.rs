//! What the thread does, a step at a time, without the thread.

use std::collections::BTreeMap;
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
    let resting = [(b"/home/a".to_vec(), BTreeMap::from([(Family::Shells, BTreeSet::new())]))];
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

const HOME: &[u8] = b"/home/malee";

/// A machine with a home in which somebody made a storm, all of it read before.
fn stormed(root: &Path) -> Work {
    std::fs::create_dir_all(root.join("home/malee")).unwrap();
    std::fs::create_dir_all(root.join("etc")).unwrap();
    let passwd = "malee:x:1000:1000::/home/malee:/bin/bash\n";
    std::fs::write(root.join("etc/passwd"), passwd).unwrap();
    own(root, ".profile", "noisy0");
    own(root, ".bashrc", "quiet0");
    settle();
    let mut work = work(root, Watch::new());
    read(&mut work, Family::ALL);
    work.patience.storms(HOME, Instant::now());
    work.aim();
    glance(&mut work);
    while work.queue.nap(Instant::now()).is_some() {
        work.step();
    }
    work
}

fn own(root: &Path, name: &str, program: &str) {
    std::fs::write(root.join("home/malee").join(name), format!("/usr/bin/{program}\n")).unwrap();
}

/// The kernel's clock of files goes on, so that nothing is too young to be told from what comes next.
fn settle() {
    std::thread::sleep(Duration::from_millis(60));
}

/// The families that a glance at the home wants.
fn glance(work: &mut Work) -> Vec<Family> {
    let ground = Ground::open(&work.roots).unwrap();
    work.glance(&HOME.to_vec(), &ground);
    work.queue.families()
}

fn knows(work: &Work, text: &str) -> bool {
    let entries = &work.told.found.entries;
    entries.iter().any(|it| it.text.printable().contains(text))
}

#[test]
fn of_a_home_that_nobody_listens_to_only_what_changed_is_read() {
    let dir = tempdir().unwrap();
    let mut work = stormed(dir.path());
    assert!(knows(&work, "noisy0") && knows(&work, "quiet0"));
    assert_eq!(glance(&mut work), [], "nothing has changed");
    own(dir.path(), ".bash_login", "new");
    assert_eq!(glance(&mut work), [Family::Shells]);
    std::thread::sleep(SETTLES);
    assert!(work.step() && knows(&work, "new"));
    settle();
    glance(&mut work);
    std::thread::sleep(SETTLES);
    while work.step() {}
    assert_eq!(glance(&mut work), [], "it is known now");
    std::fs::remove_file(dir.path().join("home/malee/.bash_login")).unwrap();
    assert_eq!(glance(&mut work), [Family::Shells], "that it went is a change");
}

#[test]
fn what_changes_all_the_time_waits_for_its_turn_and_is_not_forgotten() {
    let dir = tempdir().unwrap();
    let mut work = stormed(dir.path());
    let mut turn = 0;
    let mut noise = |work: &mut Work| {
        turn += 1;
        own(dir.path(), ".profile", &format!("noisy{turn}"));
        std::thread::sleep(Duration::from_millis(10));
        glance(work);
        format!("noisy{turn}")
    };
    (0..4).for_each(|_| drop(noise(&mut work)));
    work.glances.was_read(Family::Shells, Instant::now());
    let unread = noise(&mut work);
    own(dir.path(), ".bashrc", "quiet1");
    read_some(&mut work, false);
    assert!(knows(&work, "quiet1"), "what seldom changes is read at once");
    assert!(!knows(&work, &unread) && knows(&work, "noisy0"), "the rest stays as it was known");
    std::thread::sleep(Duration::from_millis(300));
    assert!(work.glances.is_due(Family::Shells, Instant::now()));
    read_some(&mut work, false);
    assert!(knows(&work, &unread), "its time has come");
    let unread = noise(&mut work);
    read_some(&mut work, true);
    assert!(knows(&work, &unread), "where everything is read nothing is left out");
}

fn read_some(work: &mut Work, all: bool) {
    work.read(&[Family::Shells], all);
}

#[test]
fn what_changed_while_nobody_listened_is_read_when_somebody_does_again() {
    let dir = tempdir().unwrap();
    let mut work = stormed(dir.path());
    own(dir.path(), ".bash_login", "meanwhile");
    std::thread::sleep(Duration::from_millis(1_300));
    work.listen_again();
    assert!(work.watch.as_ref().unwrap().resting.is_empty(), "it is listened to");
    assert_eq!(work.queue.families(), [Family::Shells]);
    while work.step() {}
    assert!(knows(&work, "meanwhile"));
}

#[test]
fn a_change_in_the_moment_of_reading_is_not_taken_for_known() {
    let dir = tempdir().unwrap();
    let mut work = stormed(dir.path());
    own(dir.path(), ".bash_login", "first");
    read_some(&mut work, false);
    assert_eq!(glance(&mut work), [Family::Shells], "another one could look the same");
}
