//! Known digests of what runs, on a running host.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use firedamp::domain::base::{Digest, Pid};
use firedamp::domain::detect::rulebook::read;
use firedamp::domain::detect::{FactSource, Grade, Rule, Rulebook, Subject};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::{Looker, Running, alone, copied};

/// A program of nobody's, and what its digest is.
fn program(folder: &Path, name: &str) -> (std::path::PathBuf, Digest) {
    let exe = copied("/bin/sleep", folder, name);
    let mut file = std::fs::OpenOptions::new().append(true).open(&exe).unwrap();
    file.write_all(b"a program that no pack of anybody else knows").unwrap();
    drop(file);
    let digest = Digest(Sha256::digest(std::fs::read(&exe).unwrap()).into());
    (exe, digest)
}

fn book(digest: &str) -> Rulebook {
    let pack = format!(
        "name = \"Case 7\"\nsource = \"Example CERT\"\nlicence = \"CC0-1.0\"\ndate = 2026-11-01\n\
         expires = 2999-01-31\nindicators = [\"{digest}\"]\n"
    );
    let contents = read("case7.toml", &pack);
    assert_eq!(contents.faults, []);
    Rulebook::with(&[contents])
}

#[test]
fn a_known_digest_of_what_runs_confirms_and_its_copies_elsewhere_join() {
    let Some(_alone) = alone() else { return };
    // Neither its name nor its place nor what it does says anything.
    let place = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (exe, digest) = program(place.path(), "report");
    let copy = place.path().join("other");
    std::fs::copy(&exe, &copy).unwrap();
    let child = Running::start(Command::new(&exe).arg("60").current_dir("/"));
    let sibling = Running::start(Command::new(&copy).arg("60").current_dir("/"));
    let mut looker = Looker::heeding(book(&digest.to_string()));
    let (snapshot, found) = looker.find(child.pid(), Rule::Indicator);
    let (finding, reason) = found.expect("it is found");
    assert_eq!((finding.grade, reason.source), (Grade::Confirmed, FactSource::Exe));
    let value = reason.value.plain(400);
    assert!(value.starts_with(&digest.to_string()), "{value}");
    assert!(value.contains("Case 7") && value.contains("Example CERT"), "{value}");
    let Subject::Process(id) = finding.subject else { panic!("{finding:?}") };
    assert_eq!(snapshot.evidence.of(id).unwrap().digest, Some(digest));
    let (_, joined) = looker.find(sibling.pid(), Rule::Indicator);
    assert_eq!(joined.expect("it is the same program").0.grade, Grade::Confirmed);
}

#[test]
fn a_digest_that_nobody_knows_says_nothing_and_is_there_for_the_checklist() {
    let Some(_alone) = alone() else { return };
    let place = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (exe, digest) = program(place.path(), "report");
    let child = Running::start(Command::new(&exe).arg("60").current_dir("/"));
    let mut looker = Looker::heeding(book(&"ab".repeat(32)));
    let end = std::time::Instant::now() + std::time::Duration::from_secs(8);
    loop {
        let (snapshot, found) = looker.look();
        let of = |it: &&std::sync::Arc<_>| {
            let it: &std::sync::Arc<firedamp::domain::facts::Trace> = it;
            it.process.pid == Pid(child.pid()) && it.digest.is_some()
        };
        if let Some(trace) = snapshot.evidence.traces.iter().find(of) {
            assert_eq!(trace.digest, Some(digest));
            let said = found.get(&Subject::Process(trace.process)).into_iter();
            let mut rules = said.flat_map(|it| &it.reasons).map(|it| it.rule);
            assert!(rules.all(|it| it != Rule::Indicator), "{found:?}");
            return;
        }
        assert!(std::time::Instant::now() < end, "it was never hashed");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

/// A copy of this test, which waits for somebody to read what it says.
fn waits(exe: &Path) -> (Running, (std::io::PipeReader, std::io::PipeWriter)) {
    let (reader, mut writer) = std::io::pipe().unwrap();
    // A pipe has room for so much (pipe(7)).
    writer.write_all(&vec![b' '; 1 << 16]).unwrap();
    let mut command = Command::new(exe);
    command.arg("--list").stdout(writer.try_clone().unwrap());
    let child = std::os::unix::process::CommandExt::process_group(&mut command, 0).spawn();
    (Running(child.unwrap()), (reader, writer))
}

#[test]
fn a_copy_of_this_program_is_no_more_read_than_this_program_is() {
    let Some(_alone) = alone() else { return };
    let place = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let own = std::env::current_exe().unwrap();
    let copy = copied(own.to_str().unwrap(), place.path(), "second");
    let other = copied(own.to_str().unwrap(), place.path(), "third");
    std::fs::OpenOptions::new().append(true).open(&other).unwrap().write_all(b".").unwrap();
    let (copy, _unread) = waits(&copy);
    let (other, _unread_too) = waits(&other);
    let mut looker = Looker::heeding(book(&"ab".repeat(32)));
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let has = |snapshot: &firedamp::domain::facts::Snapshot, of: &Running| {
        let read =
            |it: &firedamp::domain::facts::Trace| it.digest.is_some() || !it.texts.is_empty();
        snapshot.evidence.traces.iter().any(|it| it.process.pid == Pid(of.pid()) && read(it))
    };
    loop {
        let (snapshot, _) = looker.look();
        assert!(!has(&snapshot, &copy), "it knows all the words itself");
        if has(&snapshot, &other) {
            break;
        }
        assert!(std::time::Instant::now() < end, "whoever differs by a byte is read");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
