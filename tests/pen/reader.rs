//! Somebody reads the journal while it goes on in another segment: whatever is read is a whole journal.

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::thread;

use firedamp::domain::session::Entry;
use firedamp::host::store::{Hand, Journal, Store};

use crate::torture::sim::{EIO, Failure, Fault, SimDisk};
use crate::torture::stopped::Process;
use crate::torture::story::{ID, PLACE, begin, file, moment, store};
use crate::{entries, noted, pen, taken_from};

/// How the journal comes to go on in another segment.
#[derive(Clone, Copy, Debug)]
enum How {
    /// Ploy takes the pen from suda by force.
    Force,
    /// The disk failed to keep an entry of suda's, so the next one begins a segment.
    Fail,
}

impl How {
    /// What is so before anybody is stopped.
    fn begins(self, disk: &SimDisk, suda: &mut Journal) {
        if matches!(self, Self::Fail) {
            // Look at the lock, at the length, write: and what was written is not kept, nor is anything after it.
            let failure = Failure::Error(EIO);
            disk.fail(Fault { at: disk.calls() + 4, failure, for_ever: true });
            suda.append(moment(2), &"suda".into(), noted("lost")).unwrap_err();
            disk.heal();
        }
    }

    fn goes_on(self, theirs: &Store, mut suda: Journal) -> Entry {
        match self {
            Self::Force => {
                let mut ploy = pen(theirs.force(ID, &"ploy".into()).unwrap());
                ploy.append(moment(2), &"ploy".into(), taken_from("suda")).unwrap()
            }
            Self::Fail => suda.append(moment(2), &"suda".into(), noted("two")).unwrap(),
        }
    }
}

/// What the reader saw.
#[derive(Debug)]
struct Read {
    /// Calls that the writer made.
    wrote: u64,
    /// Calls that the reader made.
    read: u64,
}

/// A writer is stopped before its call `at`, somebody begins to read, and the writer goes on and finishes before the
/// call `until` of the reader.
fn read_between(how: How, at: u64, until: u64) -> Read {
    let disk = SimDisk::new(at * 100 + until);
    let (writer, reader) = (Process::new(), Process::new());
    let seen_by = |it: &Process| Store::on(it.on(disk.disk()), Path::new(PLACE)).unwrap();
    let (theirs, ours) = (seen_by(&writer), seen_by(&reader));
    let mut suda = pen(begin(&theirs).unwrap());
    let mut saved = vec![suda.append(moment(1), &"suda".into(), noted("one")).unwrap()];
    how.begins(&disk, &mut suda);
    let before = writer.calls();
    let ((stopped, is_stopped), (go, went)) = (sync_channel(1), sync_channel(1));
    let finished = stopped.clone();
    writer.stop_before(before + at, move || {
        stopped.send(()).unwrap();
        went.recv().unwrap();
    });
    let work = thread::spawn(move || {
        let entry = how.goes_on(&theirs, suda);
        finished.send(()).ok();
        entry
    });
    is_stopped.recv().unwrap();
    let done: Arc<Mutex<Vec<Entry>>> = Arc::default();
    let finish = {
        let done = Arc::clone(&done);
        move || {
            go.send(()).ok();
            done.lock().unwrap().push(work.join().unwrap());
        }
    };
    let finish = Arc::new(Mutex::new(Some(finish)));
    let now = Arc::clone(&finish);
    let from = reader.calls();
    reader.stop_before(from + until, move || {
        let finish = now.lock().unwrap().take();
        if let Some(finish) = finish {
            finish();
        }
    });
    let case = format!("{how:?}, writer before {at}, reader before {until}");
    let verdict = ours.verify(ID).unwrap().verdict;
    assert_eq!(verdict.problem, None, "{case}");
    assert!(verdict.entries > saved.len() as u64, "{case}: {verdict:?}");
    let opened = ours.observe(ID).unwrap();
    let read = reader.calls() - from;
    let last = finish.lock().unwrap().take();
    if let Some(finish) = last {
        finish();
    }
    let Hand::Observer(mut follower, _) = opened.hand else { panic!("{case}: {:?}", opened.hand) };
    saved.append(&mut done.lock().unwrap());
    let seen = match follower.poll() {
        Ok(more) => [opened.entries, more].concat(),
        // What was told was not saved: then the session is opened again.
        Err(_) => ours.observe(ID).unwrap().entries,
    };
    let all = entries(&ours);
    for entry in &saved {
        assert!(all.contains(entry), "{case}: {entry:?} was saved");
        assert!(seen.contains(entry), "{case}: {entry:?} is read by who watches");
    }
    assert!(ours.verify(ID).unwrap().verdict.problem.is_none(), "{case}");
    Read { wrote: writer.calls() - before, read }
}

#[test]
fn a_segment_that_begins_while_the_journal_is_read_does_not_break_it() {
    for how in [How::Force, How::Fail] {
        let Read { wrote, read } = read_between(how, 1, 1);
        assert!(wrote > 4 && read > 12, "{how:?}: {wrote} {read}");
        for at in 1..=wrote {
            // A seventh of all pairs, and of each writer's call some.
            for until in (1..=read).filter(|until| (until + at).is_multiple_of(7)) {
                read_between(how, at, until);
            }
        }
    }
}

#[test]
fn a_segment_that_is_tidied_away_while_the_journal_is_verified_is_no_trouble() {
    let mut until = 0;
    loop {
        until += 1;
        let disk = SimDisk::new(until);
        let plain = store(&disk).unwrap();
        drop(begin(&plain).unwrap());
        disk.write(&file("journal-0002.jsonl"), b"");
        let reader = Process::new();
        let ours = Store::on(reader.on(disk.disk()), Path::new(PLACE)).unwrap();
        let (from, tidied) = (reader.calls(), Arc::new(Mutex::new(false)));
        let done = Arc::clone(&tidied);
        reader.stop_before(from + until, move || {
            drop(pen(plain.open(ID, &"ploy".into()).unwrap()));
            *done.lock().unwrap() = true;
        });
        let verified = ours.verify(ID);
        if !*tidied.lock().unwrap() {
            break;
        }
        let verified = verified.unwrap_or_else(|error| panic!("before {until}: {error}"));
        assert!(verified.verdict.is_whole() && verified.doubts.is_empty(), "before {until}");
    }
    assert!(until > 12, "{until}");
}
