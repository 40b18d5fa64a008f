//! Makes a session of a new form; the ones that are there stay.
//!
//! The boot id of this machine is nobody's business. Root gives the test a made-up one that it alone sees, where `BOOT` is a
//! file that holds [`BOOT_ID`]: `unshare -m sh -c 'mount --bind BOOT /proc/sys/kernel/random/boot_id; exec cargo test ...'`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use firedamp::domain::base::Digest;
use firedamp::domain::facts::Snapshot;
use firedamp::domain::playbook::PB_31;
use firedamp::domain::session::mask::Mask;
use firedamp::domain::session::{Event, Opening};
use firedamp::host::store::bundle::{Outcome, Wanted};
use firedamp::host::store::{Hand, Opened, Store};
use tempfile::TempDir;

use crate::incident::moment;
use crate::{copy_into, first, seen, third};

/// The boot id of every session in the tree.
const BOOT_ID: &str = "4f7c1e0a-0000-4000-8000-000000000000";
/// A playbook that is as short as one can be.
const SHORT: &str = "# Playbook: Cryptomining\n\n**ID**: PB-31\n";

/// What a session holds: events by whom, looks, and its playbook.
type Content = (Vec<(&'static str, Event)>, Vec<Snapshot>, &'static str);

fn content(form: &Path) -> Content {
    let looks = |count, look: fn(u64) -> Snapshot| (0..count).map(look).collect();
    if form.ends_with("session-1") {
        (first::events(), looks(first::LOOKS, first::seen), PB_31.en)
    } else if form.ends_with("session-2") {
        (first::later(), Vec::new(), SHORT)
    } else {
        (third::events(), looks(seen::LOOKS, seen::seen), SHORT)
    }
}

fn record(opened: &Opened, looks: Vec<Snapshot>) {
    let recorder = opened.record().unwrap();
    for (at, look) in (0..).zip(looks) {
        recorder.offer(Arc::new(look));
        let begun = Instant::now();
        while recorder.status().written <= at && begun.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    drop(recorder);
}

#[test]
#[ignore = "makes the session of a new form; see above"]
fn make_a_new_one() {
    let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    assert_eq!(boot_id.trim(), BOOT_ID, "a real boot id has no place in the tree; see above");
    let to = PathBuf::from(std::env::var("FIREDAMP_FIXTURE").unwrap());
    let (events, looks, playbook) = content(&to);
    let place = TempDir::new().unwrap();
    let store = Store::at(&place.path().join("sessions")).unwrap();
    let opening = Opening {
        version: "0.1.0".into(),
        host: "web-03.example".into(),
        playbook: "PB-31".into(),
        title: "Cryptomining".into(),
        sha256: Digest::default(),
        training: None,
    };
    let opened = store.create(opening, playbook, moment(0), &"suda".into()).unwrap();
    if !looks.is_empty() {
        record(&opened, looks);
    }
    let (id, path) = (opened.id.clone(), opened.path.clone());
    let Hand::Pen(mut journal) = opened.hand else { panic!("a new session is ours") };
    for (ms, (by, event)) in (10..).zip(events) {
        journal.append(moment(ms * 1_000), &by.into(), event).unwrap();
    }
    drop(journal);
    let mut made = vec![path];
    if !(to.ends_with("session-1") || to.ends_with("session-2")) {
        made.push(redacted(&store, &id));
    }
    for path in made {
        let id = path.file_name().unwrap().to_string_lossy();
        let verdict = store.verify(&id).unwrap().verdict;
        let (seq, head) = (verdict.entries, verdict.head);
        writeln!(std::io::stdout(), "{id}: ENTRIES {seq}, HEAD {head}").unwrap();
        for file in ["lock", "reserve"] {
            fs::remove_file(path.join(file)).ok();
        }
        let to = to.join(&*id);
        fs::create_dir_all(&to).unwrap();
        copy_into(&path, &to);
    }
}

/// A copy without names, beside the session.
fn redacted(store: &Store, id: &str) -> PathBuf {
    let mask = Mask::new(["web-03.example"]).unwrap();
    let mut bundle = Vec::new();
    let wanted = Wanted { redact: true, mask };
    store.export(id, &wanted, moment(60_000), &mut bundle).unwrap();
    let imported = store.import(&mut &bundle[..]).unwrap();
    let Outcome::New { path, .. } = imported.outcome else { panic!("{imported:?}") };
    path
}
