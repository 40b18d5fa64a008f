//! The recording on disk, whole and damaged, and the tape that reads it.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use firedamp::domain::base::Digest;
use firedamp::domain::facts::Snapshot;
use firedamp::domain::session::Opening;
use firedamp::host::store::bundle::Wanted;
use firedamp::host::store::{Opened, Recorder, Store, StoreError, Tape};
use tempfile::TempDir;

use crate::{life, moment};

#[test]
fn a_quiet_host_takes_little_room() {
    let (place, opened) = session();
    let recorder = opened.record().unwrap();
    for it in life(300, 10, 120) {
        put(&recorder, it);
    }
    drop(recorder);
    let file = place.path().join("sessions").join(&opened.id).join("telemetry/00001.jsonl.zst");
    let per_snapshot = fs::metadata(file).unwrap().len() / 120;
    assert!(per_snapshot < 700, "{per_snapshot} bytes a snapshot, keyframes included");
}

fn session() -> (TempDir, Opened) {
    let place = TempDir::new().unwrap();
    let store = Store::at(&place.path().join("sessions")).unwrap();
    let opening = Opening {
        version: "0.1.0".into(),
        host: "web03".into(),
        playbook: "PB-31".into(),
        title: "Cryptomining".into(),
        sha256: Digest::default(),
        training: None,
    };
    let opened = store.create(opening, "", moment(0), &"ploy".into()).unwrap();
    (place, opened)
}

fn store(place: &TempDir) -> Store {
    Store::existing(&place.path().join("sessions")).unwrap()
}

/// Offers and waits until it is written, so that none is passed over.
fn put(recorder: &Recorder, snapshot: Snapshot) {
    let before = recorder.status().written;
    recorder.offer(Arc::new(snapshot));
    while recorder.status().written == before && recorder.status().trouble.is_none() {
        sleep(Duration::from_micros(200));
    }
}

#[test]
fn a_recording_reads_back_in_any_order() {
    let (place, opened) = session();
    let all = life(30, 5, 150);
    for part in all.chunks(100) {
        let recorder = opened.record().unwrap();
        for it in part {
            put(&recorder, it.clone());
        }
    }
    let mut tape = store(&place).tape("latest").unwrap();
    assert_eq!((tape.len(), tape.damage()), (150, &[][..]));
    assert!(tape.moments().eq(all.iter().map(|it| it.moment)));
    for at in [0, 1, 2, 149, 59, 5, 60, 61, 61, 99, 100, 3] {
        assert_eq!(&tape.at(at).unwrap(), all.get(at).unwrap(), "snapshot {at}");
    }
    assert!(tape.at(150).is_err());
    assert_eq!(tape.find(moment(70).at), Some(70));
    assert_eq!(tape.find(moment(1000).at), Some(149));
}

#[test]
fn the_newest_snapshot_wins_and_nobody_waits() {
    let (place, opened) = session();
    let recorder = opened.record().unwrap();
    let all = life(30, 5, 500);
    for it in &all {
        recorder.offer(Arc::new(it.clone()));
    }
    drop(recorder);
    let mut tape = store(&place).tape("latest").unwrap();
    let last = tape.at(tape.len() - 1).unwrap();
    assert_eq!(Some(&last), all.last(), "the last offer is there");
}

#[test]
fn a_kill_costs_the_last_snapshot_at_most() {
    let (place, opened) = session();
    let all = life(30, 5, 90);
    let recorder = opened.record().unwrap();
    let file = opened.path.join("telemetry/00001.jsonl.zst");
    for it in &all {
        put(&recorder, it.clone());
    }
    let killed = fs::read(&file).unwrap();
    drop(recorder);
    let mut tape = Tape::of([killed.clone().into()]);
    assert_eq!(tape.len(), 90, "all that was written is there without an end of the frame");
    assert_eq!(tape.damage().len(), 1, "and the missing end is said");
    assert_eq!(&tape.at(89).unwrap(), all.get(89).unwrap());
    for cut in (0..killed.len()).step_by(97) {
        let mut tape = Tape::of([killed.get(..cut).unwrap().into()]);
        for at in 0..tape.len() {
            assert_eq!(&tape.at(at).unwrap(), all.get(at).unwrap(), "cut at {cut}");
        }
    }
    assert!(store(&place).tape("latest").unwrap().damage().is_empty());
}

#[test]
fn damage_in_a_segment_is_said_and_the_others_are_read() {
    let (place, opened) = session();
    let all = life(10, 3, 20);
    for part in all.chunks(10) {
        let recorder = opened.record().unwrap();
        for it in part {
            put(&recorder, it.clone());
        }
    }
    fs::write(opened.path.join("telemetry/00001.jsonl.zst"), "not zstd at all").unwrap();
    let mut tape = store(&place).tape("latest").unwrap();
    assert_eq!((tape.len(), tape.damage().len()), (10, 1));
    assert_eq!(&tape.at(9).unwrap(), all.last().unwrap());
}

#[test]
fn damage_in_the_middle_of_a_segment_costs_one_frame_of_it() {
    let (place, opened) = session();
    let all = life(10, 3, 200);
    let recorder = opened.record().unwrap();
    for it in &all {
        put(&recorder, it.clone());
    }
    drop(recorder);
    let file = opened.path.join("telemetry/00001.jsonl.zst");
    let mut bytes = fs::read(&file).unwrap();
    let magic = [0x28, 0xb5, 0x2f, 0xfd];
    let begins = bytes.windows(4).enumerate().filter(|(_, it)| *it == magic);
    let begins: Vec<usize> = begins.map(|(at, _)| at).collect();
    let (second, third) = (begins.get(1).unwrap(), begins.get(2).unwrap());
    let middle = usize::midpoint(*second, *third);
    bytes.get_mut(middle..middle + 30).unwrap().fill(0xa5);
    fs::write(&file, bytes).unwrap();
    let mut tape = store(&place).tape("latest").unwrap();
    let [damage] = tape.damage() else { panic!("{:?}", tape.damage()) };
    assert_eq!(damage.file, "telemetry/00001.jsonl.zst".into());
    assert!(!damage.torn && damage.until >= all.get(59).map(|it| it.moment.at));
    assert!((140..200).contains(&tape.len()), "{}", tape.len());
    for back in 1..=80 {
        let (at, of) = (tape.len() - back, all.len() - back);
        assert_eq!(&tape.at(at).unwrap(), all.get(of).unwrap(), "{back} from the end");
    }
}

#[test]
fn an_observer_does_not_record() {
    let (place, opened) = session();
    let second = store(&place).open("latest", &"somsak".into()).unwrap();
    assert!(matches!(second.record(), Err(StoreError::NoPen)));
    assert!(store(&place).tape("latest").unwrap().is_empty());
    drop(opened);
}

#[test]
fn a_redacted_copy_of_a_recording_that_grows_is_made_every_time() {
    let (place, opened) = session();
    let store = Store::at(&place.path().join("sessions")).unwrap();
    let recorder = opened.record().unwrap();
    let over = AtomicBool::new(false);
    let done = || over.load(Ordering::Relaxed);
    let at = moment(0);
    let wanted = Wanted { redact: true, ..Wanted::default() };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for it in life(5, 2, 60).into_iter().cycle().take_while(|_| !done()) {
                recorder.offer(Arc::new(it));
                sleep(Duration::from_millis(10));
            }
        });
        let made: Vec<_> = (0..20)
            .map(|_| {
                store.export(&opened.id, &wanted, at, &mut Vec::new()).map(|it| it.members.len())
            })
            .collect();
        over.store(true, Ordering::Relaxed);
        assert!(made.iter().all(|it| matches!(it, Ok(3))), "{made:?}");
    });
    assert!(recorder.status().written > 2, "it grew meanwhile");
}
