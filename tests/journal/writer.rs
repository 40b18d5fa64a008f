//! The pen in the moments in which it may be somebody else's, and the numbers of the segments that it makes.

use std::sync::{Arc, Mutex};

use firedamp::host::store::Hand;

use crate::torture::sim::{EIO, Failure};
use crate::torture::story::{self, ID, by, file, moment};
use crate::{SYNC, begun, fail, is_whole, noted, notes, opened};

/// The call of an append that looks, behind the sync, at whose pen it is.
const LOOK: u64 = 6;

#[test]
fn a_line_written_while_nobody_knew_whose_pen_it_was_is_taken_back() {
    let (disk, store, mut journal) = begun();
    let before = disk.read(&file("journal.jsonl")).unwrap();
    fail(&disk, LOOK, Failure::Error(EIO), false);
    journal.append(moment(1), &by(), noted("one")).unwrap();
    assert_eq!(disk.read(&file("journal.jsonl")).unwrap(), before);
    journal.append(moment(2), &by(), noted("two")).unwrap();
    drop(journal);
    assert!(is_whole(&store));
    assert_eq!(notes(&opened(&store)), ["one", "two"]);
}

#[test]
fn a_lock_that_is_exchanged_while_it_is_taken_is_no_lock() {
    let (disk, store, journal) = begun();
    drop(journal);
    let (other, taken) = (story::store(&disk).unwrap(), Arc::new(Mutex::new(None)));
    let theirs = Arc::clone(&taken);
    let force = move || *theirs.lock().unwrap() = Some(other.force(ID, &"niran".into()).unwrap());
    let late = disk.with_another(force, || opened(&store));
    let Hand::Observer(_, Some(holder)) = &late.hand else { panic!("two pens: {:?}", late.hand) };
    assert_eq!(holder.by, "niran".into());
    let theirs = taken.lock().unwrap().take().unwrap();
    let Hand::Pen(mut journal) = theirs.hand else { panic!("{:?}", theirs.hand) };
    journal.append(moment(1), &by(), noted("theirs")).unwrap();
}

#[test]
fn a_segment_that_was_made_in_vain_is_passed_over_and_never_written() {
    let (disk, store, mut journal) = begun();
    // Nothing goes well from the sync on, so the next line needs a segment of its own.
    fail(&disk, SYNC, Failure::Error(EIO), true);
    assert!(journal.append(moment(1), &by(), noted("never")).is_err());
    disk.heal();
    // It is made, and the look at it fails.
    fail(&disk, 3, Failure::Error(EIO), false);
    journal.append(moment(2), &by(), noted("one")).unwrap();
    assert_eq!(disk.read(&file("journal-0002.jsonl")), Some(Vec::new()));
    assert!(!disk.read(&file("journal-0003.jsonl")).unwrap().is_empty());
    drop(journal);
    assert_eq!(notes(&opened(&store)), ["one"]);
    assert!(is_whole(&store));
}
