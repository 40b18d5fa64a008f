//! What recovery does lasts, whatever the power does later: what it clears away stays away, and what is written then
//! stays there.

use crate::torture::judge::goes_on;
use crate::torture::sim::{EIO, Failure, SimDisk};
use crate::torture::story::{self, begin, by, file, moment, pen};
use crate::{SYNC, begun, begun_on, fail, is_whole, noted, notes, opened};

/// Power cuts, each of which keeps another part of what was not synced.
const CUTS: u64 = 60;

#[test]
fn a_segment_behind_the_end_does_not_come_back_between_entries_that_were_saved() {
    for seed in 1..=CUTS {
        let (disk, store, mut journal) = begun_on(seed);
        // Every segment has the line on disk and, since that was not said, none of them in the kernel's memory.
        fail(&disk, SYNC, Failure::Late(EIO), true);
        assert!(journal.append(moment(1), &by(), noted("never")).is_err());
        drop(journal);
        disk.heal();
        let (mut journal, mut saved) = pen(opened(&store)).unwrap();
        for text in ["one", "two"] {
            saved.push(journal.append(moment(2), &by(), noted(text)).unwrap());
        }
        drop((journal, store));
        disk.cut_power();
        let store = story::store(&disk).unwrap();
        goes_on(&store, &saved, &[]).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
    }
}

#[test]
fn what_was_set_aside_once_is_not_there_to_be_set_aside_again() {
    for seed in 1..=CUTS {
        let (disk, store, mut journal) = begun_on(seed);
        fail(&disk, SYNC, Failure::Error(EIO), false);
        journal.append(moment(1), &by(), noted("in the second segment")).unwrap();
        drop(journal);
        // Half a line in the first one, as a failed sync may leave it.
        let first = disk.read(&file("journal.jsonl")).unwrap();
        disk.write(&file("journal.jsonl"), &[&first[..], b"{\"seq\":2,"].concat());
        let again = opened(&store);
        assert_eq!(again.recovered.len(), 1);
        drop((again, store));
        disk.cut_power();
        let again = opened(&story::store(&disk).unwrap());
        assert_eq!(again.recovered, [], "seed {seed}");
    }
}

#[test]
fn what_is_saved_in_a_session_whose_begin_was_killed_survives_a_power_cut() {
    let mut taken_up = 0;
    for at in 1.. {
        let disk = SimDisk::new(at);
        let store = story::store(&disk).unwrap();
        let begun = disk.calls();
        fail(&disk, at, Failure::Death, true);
        drop(begin(&store));
        let died = disk.calls() >= begun + at;
        disk.heal();
        // Killed before there was a journal, it is no session yet.
        if let Ok(opened) = store.open(story::ID, &by()) {
            let (mut journal, mut saved) = pen(opened).unwrap();
            saved.push(journal.append(moment(1), &by(), noted("one")).unwrap());
            taken_up += u32::from(saved.len() == 1);
            drop((journal, store));
            disk.cut_power();
            let store = story::store(&disk).unwrap();
            goes_on(&store, &saved, &[]).unwrap_or_else(|why| panic!("at call {at}: {why}"));
        }
        if !died {
            break;
        }
    }
    assert!(taken_up > 0, "no begin was killed between the journal's name and its first entry");
}

#[test]
fn a_line_that_stands_in_two_segments_and_counts_in_neither_is_set_aside_from_both() {
    let (disk, store, mut journal) = begun();
    let before = disk.read(&file("journal.jsonl")).unwrap();
    let added = || disk.read(&file("journal.jsonl")).unwrap()[before.len()..].to_vec();
    journal.append(moment(1), &by(), noted("never")).unwrap();
    drop(journal);
    let never = added();
    disk.write(&file("journal.jsonl"), &before);
    let (mut journal, _) = pen(opened(&store)).unwrap();
    journal.append(moment(2), &by(), noted("one")).unwrap();
    drop(journal);
    let one = added();
    disk.write(&file("journal.jsonl"), &[&before[..], &never].concat());
    disk.write(&file("journal-0002.jsonl"), &never);
    disk.write(&file("journal-0003.jsonl"), &one);
    let again = opened(&store);
    assert_eq!(notes(&again), ["one"]);
    assert_eq!(again.recovered.len(), 2, "{:?}", again.recovered);
    drop(again);
    assert!(is_whole(&store));
}
