//! How soon who watches has an entry, on a real disk with the kernel's own news of it.

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use firedamp::host::store::{Hand, Part, Store, part};
use notify::{RecursiveMode, Watcher};

use crate::torture::story::{ID, begin, moment};
use crate::{noted, pen};

const ENTRIES: usize = 200;

#[test]
fn who_watches_has_an_entry_within_two_hundred_milliseconds() {
    let place = tempfile::tempdir().unwrap();
    let store = Store::at(&place.path().join("sessions")).unwrap();
    let opened = begin(&store).unwrap();
    let path = opened.path.clone();
    let mut journal = pen(opened);
    let Hand::Observer(mut follower, _) = store.open(ID, &"somsak".into()).unwrap().hand else {
        panic!("two pens")
    };
    let (news, came) = sync_channel(ENTRIES * 8);
    let is_journal = |path: &Path| path.file_name().and_then(part) == Some(Part::Journal);
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|it| it.kind.is_modify() && it.paths.iter().any(|it| is_journal(it))) {
            news.send(()).ok();
        }
    })
    .unwrap();
    watcher.watch(&path, RecursiveMode::NonRecursive).unwrap();
    let (saved, told) = sync_channel(ENTRIES * 8);
    let writer = std::thread::spawn(move || {
        for second in 1..=ENTRIES as u64 {
            let entry = journal.append(moment(second), &"ploy".into(), noted("x")).unwrap();
            saved.send((entry.seq, Instant::now())).unwrap();
            std::thread::sleep(Duration::from_millis(2));
        }
    });
    let mut waits = Vec::new();
    while waits.len() < ENTRIES {
        came.recv_timeout(Duration::from_secs(20)).unwrap();
        let entries = follower.poll().unwrap();
        let now = Instant::now();
        for entry in entries {
            let (seq, saved) = told.recv_timeout(Duration::from_secs(20)).unwrap();
            assert_eq!(seq, entry.seq);
            // What is seen before its writer knows that it is saved took no time at all.
            waits.push(now.saturating_duration_since(saved));
        }
    }
    writer.join().unwrap();
    waits.sort_unstable();
    let (half, most) = (waits[ENTRIES / 2], waits[ENTRIES * 99 / 100]);
    println!("who watches has an entry after {half:?} (p50), {most:?} (p99 of {ENTRIES})");
    assert!(half < Duration::from_millis(200), "{waits:?}");
}
