//! On this machine, and while something changes.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use firedamp::domain::base::Clock;
use firedamp::domain::facts::{AutostartKind, Packaged, Persistence, Snapshot, running};
use firedamp::host::probe::{Eyes, HostClock, Hunt, Roots};
use tempfile::{TempDir, tempdir};

use super::write;

/// A tree that eyes can be opened on.
fn root() -> TempDir {
    let root = tempdir().unwrap();
    std::fs::create_dir_all(root.path().join("proc")).unwrap();
    write(root.path(), "etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
    write(root.path(), "etc/crontab", "@daily root /usr/bin/a\n");
    root
}

/// Looks until `so`, and gives what was seen and how long that took.
pub(super) fn look_until(
    eyes: &mut Eyes,
    most: Duration,
    so: impl Fn(&Persistence) -> bool,
) -> (Snapshot, Duration) {
    let begun = Instant::now();
    loop {
        let snapshot = eyes.look(HostClock.now());
        if so(&snapshot.persistence) {
            return (snapshot, begun.elapsed());
        }
        assert!(begun.elapsed() < most, "not within {most:?}: {:?}", snapshot.unread);
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub(super) fn has(found: &Persistence, text: &str) -> bool {
    found.entries.iter().any(|entry| entry.text.printable().contains(text))
}

#[test]
fn a_change_is_seen_by_the_watch_and_not_by_the_next_whole_hunt() {
    let root = root();
    let mut eyes = Eyes::open_at(&Roots::recorded(root.path())).unwrap();
    look_until(&mut eyes, Duration::from_secs(10), |it| it.watched && has(it, "/usr/bin/a"));
    let steps: [(&str, &str); 4] = [
        ("etc/crontab", "@daily root /usr/bin/changed\n"),
        // These directories were not there.
        ("etc/cron.d/new", "@reboot root /usr/bin/appeared\n"),
        ("var/spool/cron/crontabs/root", "@reboot /usr/bin/spooled\n"),
        ("root/.ssh/authorized_keys", "ssh-ed25519 AAAAmadeup a@b.example\n"),
    ];
    for (path, text) in steps {
        write(root.path(), path, text);
        let marker = text.split_whitespace().last().unwrap();
        // The next whole hunt is ten minutes away.
        look_until(&mut eyes, Duration::from_secs(30), |it| has(it, marker));
    }
    std::fs::remove_file(root.path().join("etc/cron.d/new")).unwrap();
    look_until(&mut eyes, Duration::from_secs(30), |it| !has(it, "appeared"));
}

/// Others may work this machine hard, so one change may take longer: of seven the one in the middle may not, nor may it in
/// each of three tries.
#[test]
fn a_change_shows_within_a_second() {
    let root = root();
    let mut eyes = Eyes::open_at(&Roots::recorded(root.path())).unwrap();
    look_until(&mut eyes, Duration::from_secs(10), |it| it.watched && has(it, "/usr/bin/a"));
    let mut medians = Vec::new();
    for attempt in 0..3 {
        let mut took: Vec<Duration> = (0..7)
            .map(|change| {
                let marker = format!("/usr/bin/no{attempt}-{change}");
                write(root.path(), "etc/crontab", format!("@daily root {marker}\n"));
                look_until(&mut eyes, Duration::from_secs(30), |it| has(it, &marker)).1
            })
            .collect();
        took.sort();
        medians.push(took[3]);
        if took[3] < Duration::from_secs(1) {
            return;
        }
    }
    panic!("the middle one of seven changes took {medians:?}");
}

#[test]
fn directories_that_come_one_after_the_other_are_never_missed() {
    for round in 0..12_u64 {
        let root = root();
        let mut eyes = Eyes::open_at(&Roots::recorded(root.path())).unwrap();
        look_until(&mut eyes, Duration::from_secs(10), |it| it.watched);
        write(root.path(), "etc/cron.d/new", "@reboot root /usr/bin/appeared\n");
        // While the change before is being read.
        std::thread::sleep(Duration::from_millis(140 + round * 5));
        write(root.path(), "var/spool/cron/crontabs/root", "@reboot /usr/bin/spooled\n");
        look_until(&mut eyes, Duration::from_secs(5), |it| has(it, "spooled"));
    }
}

#[test]
fn what_did_not_change_is_the_same_in_every_look() {
    let root = root();
    let mut eyes = Eyes::open_at(&Roots::recorded(root.path())).unwrap();
    let (first, _) = look_until(&mut eyes, Duration::from_secs(10), |it| it.watched);
    std::thread::sleep(Duration::from_millis(300));
    let second = eyes.look(HostClock.now());
    assert!(std::sync::Arc::ptr_eq(&first.persistence, &second.persistence));
}

#[test]
fn a_look_never_waits_for_the_hunt() {
    let mut eyes = Eyes::open().unwrap();
    let first = eyes.look(HostClock.now());
    assert_eq!(first.persistence.hunted_ms, None, "it is there before the hunt has ended");
    look_until(&mut eyes, Duration::from_mins(1), |it| it.hunted_ms.is_some());
}

#[test]
fn this_machine_is_hunted_over_in_bounded_time() {
    let mut hunt = Hunt::new(&Roots::live(), Box::new(|_| Packaged::Unknown));
    let begun = Instant::now();
    hunt.everywhere();
    let took = begun.elapsed();
    let found = hunt.found();
    let mut counts: BTreeMap<AutostartKind, usize> = BTreeMap::new();
    for entry in &found.entries {
        *counts.entry(entry.kind).or_default() += 1;
    }
    eprintln!("{took:?} {counts:?}");
    for unread in hunt.unread() {
        eprintln!("{unread:?}");
    }
    if std::env::var_os("SHOW").is_some() {
        for entry in &found.entries {
            eprintln!(
                "{} {}:{} {:?} -> {:?} {:?} {:?}",
                entry.kind.name(),
                entry.path.printable(),
                entry.line,
                entry.text,
                entry.runs.as_ref().map(|it| (&it.program, it.exists)),
                entry.remarks,
                entry.tricks
            );
        }
    }
    assert!(took < Duration::from_secs(30), "{took:?}");
    assert!(!found.entries.is_empty());
}

#[test]
fn a_program_that_runs_is_joined_to_the_entry_that_starts_it() {
    let root = tempdir().unwrap();
    let sleeper = root.path().join("sleeper");
    std::fs::copy("/bin/sleep", &sleeper).unwrap();
    write(root.path(), "etc/crontab", format!("@reboot root {} 60\n", sleeper.display()));
    let mut child = std::process::Command::new(&sleeper).arg("60").spawn().unwrap();
    let mut hunt = Hunt::new(&Roots::recorded(root.path()), Box::new(|_| Packaged::Unknown));
    hunt.everywhere();
    let found = hunt.found();
    let mut eyes = Eyes::open().unwrap();
    let snapshot = eyes.look(HostClock.now());
    let by = running(&found, &snapshot.processes);
    let entry = found.entries.iter().find(|it| it.kind == AutostartKind::Cron).unwrap();
    let pids: Vec<u32> = by.of(entry).iter().map(|id| id.pid.0).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(pids, [child.id()]);
}

#[test]
fn an_immutable_file_is_told() {
    let root = tempdir().unwrap();
    write(root.path(), "etc/crontab", "@daily root /usr/bin/a\n");
    let path = root.path().join("etc/crontab");
    let set = |flag: &str| {
        let status = std::process::Command::new("chattr").arg(flag).arg(&path).status();
        status.is_ok_and(|it| it.success())
    };
    if !set("+i") {
        eprintln!("skipped: this file system has no immutable flag, or we may not set it");
        return;
    }
    let found = super::hunted(Path::new(root.path()));
    assert!(set("-i"));
    let entry = found.entries.first().unwrap();
    assert_eq!(entry.immutable, firedamp::domain::facts::Reading::Known(true));
}
