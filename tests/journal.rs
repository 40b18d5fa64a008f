//! The pen on a disk that fails: what it called saved is there, and nothing else is.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a broken test should stop where it is"
)]

use std::io;
use std::sync::{Arc, Mutex};

use firedamp::domain::base::{Moment, Timestamp};
use firedamp::domain::session::{Audit, Chain, Event, State};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::store::{Journal, JournalError, Tail};
use proptest::prelude::*;

fn moment(second: u64) -> Moment {
    let at = 1_795_282_200 + i64::try_from(second).unwrap();
    Moment { at: Timestamp::from_second(at).unwrap(), boot_ms: second * 1000 }
}

fn by() -> Untrusted {
    "ploy".into()
}

fn noted(text: &str) -> Event {
    Event::Noted { text: text.into(), about: None }
}

/// What a disk does next.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    Short(usize),
    Write,
    Sync,
    Cut,
}

/// A disk that fails when it is told to, and keeps what it synced.
#[derive(Clone, Default)]
struct Disk(Arc<Mutex<Platter>>);

#[derive(Default)]
struct Platter {
    bytes: Vec<u8>,
    faults: Vec<Fault>,
}

impl Disk {
    fn fails(&self, faults: &[Fault]) {
        self.0.lock().unwrap().faults = faults.to_vec();
    }

    fn all(&self) -> Vec<u8> {
        self.0.lock().unwrap().bytes.clone()
    }

    fn meets(&self, fault: Fault) -> bool {
        self.0.lock().unwrap().faults.contains(&fault)
    }

    fn journal(&self) -> Journal {
        let (_, verdict) = Audit::of(&self.all());
        let mut chain = Chain::default();
        for line in self
            .all()
            .split_inclusive(|byte| *byte == b'\n')
            .take(usize::try_from(verdict.entries).unwrap())
        {
            chain.next(line).unwrap();
        }
        Journal::onto(Box::new(self.clone()), chain, verdict.end, "b007")
    }
}

impl Tail for Disk {
    fn bytes(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().bytes.len() as u64)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut platter = self.0.lock().unwrap();
        let short = platter.faults.iter().find_map(|fault| match fault {
            Fault::Short(taken) => Some(*taken % bytes.len()),
            Fault::None | Fault::Write | Fault::Sync | Fault::Cut => None,
        });
        if platter.faults.contains(&Fault::Write) {
            // Some kernels write a part before they find out.
            platter.bytes.extend_from_slice(&bytes[..bytes.len() / 2]);
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = short.unwrap_or(bytes.len());
        platter.bytes.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn sync(&mut self) -> io::Result<()> {
        if self.meets(Fault::Sync) { Err(io::Error::from_raw_os_error(5)) } else { Ok(()) }
    }

    fn cut(&mut self, len: u64) -> io::Result<()> {
        if self.meets(Fault::Cut) {
            return Err(io::Error::from_raw_os_error(5));
        }
        self.0.lock().unwrap().bytes.truncate(usize::try_from(len).unwrap());
        Ok(())
    }
}

#[test]
fn a_short_write_is_cut_off_and_the_next_entry_goes_through() {
    let disk = Disk::default();
    let mut journal = disk.journal();
    journal.append(moment(0), &by(), noted("one")).unwrap();
    let before = disk.all();
    for fault in [Fault::Short(100), Fault::Short(0), Fault::Write] {
        disk.fails(&[fault]);
        assert!(journal.append(moment(1), &by(), noted("two")).is_err(), "{fault:?}");
        assert_eq!(disk.all(), before, "{fault:?}");
    }
    disk.fails(&[]);
    assert_eq!(journal.append(moment(2), &by(), noted("three")).unwrap().seq, 2);
}

#[test]
fn after_a_failed_sync_nothing_more_is_written_and_nothing_is_left() {
    let disk = Disk::default();
    let mut journal = disk.journal();
    journal.append(moment(0), &by(), noted("one")).unwrap();
    let before = disk.all();
    disk.fails(&[Fault::Sync]);
    let failed = journal.append(moment(1), &by(), noted("two"));
    assert!(matches!(failed, Err(JournalError::Sync(_))));
    assert_eq!(disk.all(), before, "a reader must not find what was not saved");
    disk.fails(&[]);
    assert!(journal.is_closed());
    let closed = journal.append(moment(2), &by(), noted("three"));
    assert!(matches!(closed, Err(JournalError::Closed)));
    assert_eq!(disk.all(), before);
}

#[test]
fn a_half_line_that_cannot_be_cut_off_closes_the_journal() {
    let disk = Disk::default();
    let mut journal = disk.journal();
    disk.fails(&[Fault::Write, Fault::Cut]);
    assert!(journal.append(moment(0), &by(), noted("one")).is_err());
    disk.fails(&[]);
    assert!(matches!(journal.append(moment(0), &by(), noted("one")), Err(JournalError::Closed)));
}

#[test]
fn a_second_writer_behind_our_back_stops_us() {
    let disk = Disk::default();
    let (mut ours, mut theirs) = (disk.journal(), disk.journal());
    theirs.append(moment(0), &by(), noted("theirs")).unwrap();
    let before = disk.all();
    let stopped = ours.append(moment(0), &by(), noted("ours"));
    assert!(matches!(stopped, Err(JournalError::Foreign { expected: 0, .. })));
    assert_eq!(disk.all(), before);
}

fn any_fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        6 => Just(Fault::None),
        2 => (0_usize..2000).prop_map(Fault::Short),
        1 => Just(Fault::Write),
        1 => Just(Fault::Sync),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_acknowledged_entry_is_ever_lost(
        acts in prop::collection::vec((any_fault(), any::<bool>(), any::<bool>()), 1..20),
    ) {
        let disk = Disk::default();
        let mut journal = disk.journal();
        let mut acknowledged = Vec::new();
        for (fault, cut_fails, reopen) in acts {
            disk.fails(&if cut_fails { vec![fault, Fault::Cut] } else { vec![fault] });
            if let Ok(entry) = journal.append(moment(1), &by(), noted("note")) {
                acknowledged.push(entry);
            }
            if reopen || journal.is_closed() {
                disk.fails(&[]);
                let end = Audit::of(&disk.all()).1.end;
                disk.0.lock().unwrap().bytes.truncate(usize::try_from(end).unwrap());
                journal = disk.journal();
                // What a failed sync could not take back may be there after all, as a whole line.
                let there = Audit::of(&disk.all()).0;
                prop_assert!(acknowledged.iter().all(|entry| there.contains(entry)));
                acknowledged = there;
            }
        }
        let (entries, verdict) = Audit::of(&disk.all()[..usize::try_from(journal_end(&journal, &disk)).unwrap()]);
        prop_assert!(verdict.is_whole());
        prop_assert_eq!(&entries, &acknowledged);
        let mut state = State::default();
        for entry in &entries {
            state.apply(entry);
        }
        prop_assert_eq!(state.head(), journal.chain().head());
    }
}

/// Where the saved part ends.
fn journal_end(journal: &Journal, disk: &Disk) -> u64 {
    let bytes = disk.all();
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    lines.take(usize::try_from(journal.chain().seq()).unwrap()).map(|line| line.len() as u64).sum()
}
