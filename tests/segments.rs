//! A dying disk leaves thousands of segments; a process may open few files at once.
#![expect(clippy::unwrap_used, reason = "a broken test should stop where it is")]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use firedamp::domain::base::{Digest, Moment, Timestamp};
use firedamp::domain::session::{Chain, Draft, Event, Line, Opening, Stamp};
use firedamp::host::store::bundle::Wanted;
use firedamp::host::store::{ChainState, Hand, Store};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tempfile::TempDir;

const ID: &str = "20261121T173000Z-web03";
/// Segments that the disk left.
const SEGMENTS: u32 = 3_000;
/// Files that may be open at once.
const FILES: u64 = 256;

fn moment() -> Moment {
    Moment { at: "2026-11-21T17:30:00Z".parse::<Timestamp>().unwrap(), boot_ms: 0 }
}

fn begin(store: &Store) {
    let opening = Opening {
        version: "0.1.0".into(),
        host: "web03".into(),
        playbook: "PB-31".into(),
        title: "Cryptomining".into(),
        sha256: Digest::default(),
        training: None,
    };
    store.create(opening, "", moment(), &"ploy".into()).unwrap();
}

fn noted(number: u32) -> Event {
    Event::Noted { text: format!("note {number}").into(), about: None }
}

/// A disk failed at every entry: each stands in a segment of its own, and every third old segment still has the line
/// that it could not keep.
fn dying(dir: &Path) {
    let mut chain = Chain::default();
    chain.next(&fs::read(dir.join("journal.jsonl")).unwrap()).unwrap();
    let line = |chain: &Chain, number: u32| -> Line {
        let boot = Stamp { id: boot(), ms: 0 };
        let draft = Draft { at: moment().at, boot, by: "ploy".into(), event: noted(number) };
        chain.line(draft).unwrap()
    };
    for number in 2..=SEGMENTS {
        let line = line(&chain, number);
        let (old, new) = (dir.join(name(number - 1)), dir.join(name(number)));
        if number % 3 == 0 {
            let mut old = OpenOptions::new().append(true).open(old).unwrap();
            old.write_all(&line.bytes).unwrap();
        }
        let mut new =
            OpenOptions::new().create_new(true).append(true).mode(0o600).open(new).unwrap();
        new.write_all(&line.bytes).unwrap();
        chain.accept(&line).unwrap();
    }
}

fn boot() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id");
    id.map_or_else(|_| "unknown".into(), |id| id.trim().to_owned())
}

fn name(number: u32) -> String {
    if number == 1 { "journal.jsonl".into() } else { format!("journal-{number:04}.jsonl") }
}

#[test]
fn three_thousand_segments_open_where_few_files_may_be_open() {
    let place = TempDir::new().unwrap();
    let store = Store::at(&place.path().join("here")).unwrap();
    begin(&store);
    let watcher = store.observe(ID).unwrap();
    let Hand::Observer(mut early, _) = watcher.hand else { panic!("this only watches") };
    dying(&store.path().join(ID));
    let hard = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: Some(FILES), maximum: hard }).unwrap();
    let entries = u64::from(SEGMENTS);

    let told: Vec<u64> = early.poll().unwrap().iter().map(|it| it.seq).collect();
    assert!(told.into_iter().eq(2..=entries), "whoever watched all the time has seen all of it");
    let verified = store.verify(ID).unwrap();
    assert_eq!((verified.verdict.entries, verified.verdict.problem), (entries, None));
    let listed = store.list().unwrap();
    assert_eq!(listed[0].problem, None);
    assert_eq!(listed[0].entries, entries);
    assert!(!matches!(listed[0].chain, ChainState::Broken { .. }));

    let watcher = store.observe(ID).unwrap();
    assert_eq!(watcher.state.seq, entries);
    let Hand::Observer(mut follower, _) = watcher.hand else { panic!("this only watches") };

    let mut opened = store.open(ID, &"ploy".into()).unwrap();
    let Hand::Pen(journal) = &mut opened.hand else { panic!("nobody has the pen") };
    journal.append(moment(), &"ploy".into(), noted(0)).unwrap();
    let told: Vec<u64> = follower.poll().unwrap().iter().map(|it| it.seq).collect();
    assert_eq!(told, [entries + 1]);
    drop(opened);

    let mut bundle = Vec::new();
    store.export(ID, &Wanted::default(), moment(), &mut bundle).unwrap();
    let there = Store::at(&place.path().join("there")).unwrap();
    there.import(&mut &bundle[..]).unwrap();
    assert_eq!(there.verify(ID).unwrap().verdict.entries, entries + 1);

    let forced = store.force(ID, &"niran".into()).unwrap();
    assert!(matches!(forced.hand, Hand::Pen(_)));
    assert_eq!(forced.state.seq, entries + 1);
}
