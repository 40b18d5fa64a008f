//! Sessions that travel: what a bundle brings is what was sent, and nothing that was made by hand gets in.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a broken test should stop where it is"
)]

#[path = "bundle/bomb.rs"]
mod bomb;
#[path = "bundle/forge.rs"]
mod forge;
#[path = "bundle/hostile.rs"]
mod hostile;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use firedamp::domain::base::{Digest, Moment, Timestamp};
use firedamp::domain::session::mask::Mask;
use firedamp::domain::session::{Event, Opening, digest};
use firedamp::domain::untrusted::Untrusted;
use firedamp::host::store::bundle::{BundleError, Difference, Outcome, Wanted, inspect};
use firedamp::host::store::{Hand, Journal, Opened, Store};
use forge::{Forge, ID};
use tempfile::TempDir;

fn moment(boot_ms: u64) -> Moment {
    Moment { at: "2026-11-21T17:30:00Z".parse::<Timestamp>().unwrap(), boot_ms }
}

/// A place with two stores in it.
struct Places {
    all: TempDir,
    here: Store,
    there: Store,
}

fn places() -> Places {
    let all = TempDir::new().unwrap();
    let here = Store::at(&all.path().join("here")).unwrap();
    let there = Store::at(&all.path().join("there")).unwrap();
    Places { all, here, there }
}

const PLAYBOOK: &str = "# Playbook: Mining on web-03\n";

fn begin(store: &Store) -> Opened {
    let opening = Opening {
        version: "0.1.0".into(),
        host: "web-03.example".into(),
        playbook: "PB-31".into(),
        title: "Cryptomining".into(),
        sha256: digest(b""),
        training: None,
    };
    store.create(opening, PLAYBOOK, moment(0), &"suda from 192.0.2.7".into()).unwrap()
}

fn pen(opened: Opened) -> Journal {
    match opened.hand {
        Hand::Pen(journal) => journal,
        Hand::Observer(..) | Hand::ReadOnly(_) => panic!("nobody else writes here"),
    }
}

fn note(journal: &mut Journal, text: &str) {
    let event = Event::Noted { text: text.into(), about: None };
    journal.append(moment(1_000), &"suda".into(), event).unwrap();
}

fn exported(store: &Store, wanted: &Wanted) -> Vec<u8> {
    let mut bundle = Vec::new();
    let manifest = store.export("latest", wanted, moment(2_000), &mut bundle).unwrap();
    assert_eq!(inspect(&mut &bundle[..]).unwrap(), manifest);
    bundle
}

fn imported(store: &Store, bundle: &[u8]) -> Outcome {
    store.import(&mut &*bundle).unwrap().outcome
}

/// Every file below a folder with its content; a folder with none.
fn tree(dir: &Path) -> BTreeMap<PathBuf, Option<Digest>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(tree(&path));
            found.insert(path, None);
        } else {
            let content = digest(&fs::read(&path).unwrap());
            found.insert(path, Some(content));
        }
    }
    found
}

#[test]
fn what_comes_in_is_what_was_sent() {
    let Places { here, there, all } = places();
    let opened = begin(&here);
    let from = opened.path.clone();
    let mut journal = pen(opened);
    (0..5).for_each(|n| note(&mut journal, &format!("note {n}\u{1b}")));
    fs::create_dir(from.join("telemetry")).unwrap();
    fs::write(from.join("telemetry/00001.jsonl.zst"), forge::recording()).unwrap();
    for (folder, file) in [("torn", "1".to_owned()), ("evidence", digest(b"bytes").to_string())] {
        fs::create_dir(from.join(folder)).unwrap();
        fs::write(from.join(folder).join(file), b"bytes").unwrap();
    }
    fs::create_dir(from.join("clip")).unwrap();
    fs::write(from.join("clip/last.txt"), b"what was copied last").unwrap();
    fs::write(from.join("crash-1.txt"), b"what fell").unwrap();
    private(&from);
    let bundle = exported(&here, &Wanted::default());
    let Outcome::New { path, playbook_intact } = imported(&there, &bundle) else {
        panic!("there was nothing")
    };
    assert!(playbook_intact);
    assert_eq!(path.file_name(), from.file_name(), "{}", all.path().display());
    let (mut sent, mut came) = (tree(&from), tree(&path));
    let local = |it: &Path| {
        ["lock", "reserve", "clip", "last.txt", "crash-1.txt"].iter().any(|name| it.ends_with(name))
    };
    sent.retain(|it, _| !local(it));
    came.retain(|it, _| !local(it));
    let names = |all: BTreeMap<PathBuf, _>, base: &Path| -> Vec<_> {
        all.into_iter()
            .map(|(it, content)| (it.strip_prefix(base).unwrap().to_owned(), content))
            .collect()
    };
    assert_eq!(names(sent, &from), names(came, &path));
    let manifest = inspect(&mut &bundle[..]).unwrap();
    assert_eq!(manifest.left_out, vec![Untrusted::from("crash-1.txt")]);
    assert!(there.verify("latest").unwrap().verdict.is_whole());
    note(
        &mut pen(there.open("latest", &"somsak".into()).unwrap()),
        "taken up on the other machine",
    );
    drop(journal);
}

/// As the store makes them; what a test writes has the bits of its umask.
fn private(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    for (path, content) in tree(dir) {
        let mode = if content.is_some() { 0o600 } else { 0o700 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
}

#[test]
fn a_session_in_use_is_sent_as_it_is_at_that_moment() {
    let Places { here, there, all: _all } = places();
    let mut journal = pen(begin(&here));
    note(&mut journal, "before");
    let bundle = exported(&here, &Wanted::default());
    note(&mut journal, "after");
    assert!(matches!(imported(&there, &bundle), Outcome::New { .. }));
    assert_eq!(there.verify("latest").unwrap().verdict.entries, 2);
    // Going back, it is the beginning of what is here.
    assert_eq!(imported(&here, &bundle), Outcome::Same { entries: 3 });
}

#[test]
fn a_journal_in_segments_comes_as_one() {
    let Places { here, there, all: _all } = places();
    let opened = begin(&here);
    let path = opened.path.clone();
    let mut journal = pen(opened);
    (0..3).for_each(|n| note(&mut journal, &format!("{n}")));
    let head = journal.chain().head();
    drop(journal);
    // What a disk that failed leaves: a copy of the last line begins the next segment.
    let text = fs::read(path.join("journal.jsonl")).unwrap();
    let last = text[..text.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    fs::write(path.join("journal-0002.jsonl"), &text[last..]).unwrap();
    private(&path);
    let bundle = exported(&here, &Wanted::default());
    assert!(matches!(imported(&there, &bundle), Outcome::New { .. }));
    let verdict = there.verify("latest").unwrap().verdict;
    assert_eq!((verdict.entries, verdict.head), (4, head));
}

#[test]
fn a_session_that_is_here_is_never_changed() {
    let Places { here, there, all } = places();
    let mut journal = pen(begin(&here));
    note(&mut journal, "one");
    let two = exported(&here, &Wanted::default());
    note(&mut journal, "two");
    let three = exported(&here, &Wanted::default());
    imported(&there, &two);
    let before = tree(all.path());
    assert_eq!(imported(&there, &two), Outcome::Same { entries: 2 });
    let ahead = Difference::Ahead { here: 2, there: 3 };
    assert_eq!(imported(&there, &three), Outcome::Differs(vec![ahead]));
    assert_eq!(tree(all.path()), before);
    note(&mut pen(there.open("latest", &"somsak".into()).unwrap()), "another two");
    let fork = Difference::Fork { entry: 3 };
    assert_eq!(imported(&there, &three), Outcome::Differs(vec![fork]));
    let path = there.path().join(there.resolve("latest").unwrap());
    fs::write(path.join("playbook.md"), "another").unwrap();
    let playbook = "playbook.md".parse().unwrap();
    assert_eq!(imported(&there, &two), Outcome::Differs(vec![Difference::Content(playbook)]));
}

#[test]
fn a_redacted_copy_holds_no_name_and_says_what_it_is() {
    let Places { here, there, all: _all } = places();
    let opened = begin(&here);
    let from = opened.path.clone();
    let mut journal = pen(opened);
    note(&mut journal, "\u{1b}web-03 WEB-03.example suda's, sudan, (suda)");
    fs::create_dir(from.join("evidence")).unwrap();
    fs::write(from.join("evidence").join(digest(b"x").to_string()), b"x").unwrap();
    private(&from);
    let mask = Mask::new(["web-03.example", "web-03", "suda"]).unwrap();
    let bundle = exported(&here, &Wanted { redact: true, mask });
    let manifest = inspect(&mut &bundle[..]).unwrap();
    let head = journal.chain().head();
    let of = manifest.redacted.clone().unwrap();
    assert_eq!((of.entries, of.head, of.names), (2, head, 3));
    assert_eq!(manifest.left_out.len(), 1, "evidence stays here");
    assert!(matches!(imported(&there, &bundle), Outcome::New { playbook_intact: true, .. }));
    let opened = there.open("latest", &"reader".into()).unwrap();
    assert_eq!(opened.id, "20261121T173000Z-masked-1-example-redacted".replace("-example", ""));
    let first = &opened.entries[0].event;
    assert!(
        matches!(first, Event::Redacted { head: of, entries: 2, .. } if *of == head),
        "{first:?}"
    );
    assert_eq!(
        opened.state.notes[0].text,
        "\u{1b}masked-2 masked-1 masked-3's, sudan, (masked-3)".into()
    );
    let everything = zstd::decode_all(&bundle[..]).unwrap();
    let text = String::from_utf8_lossy(&everything).to_lowercase().replace("sudan", "");
    assert!(!text.contains("web-03") && !text.contains("suda"), "{text}");
}

#[test]
fn arguments_of_commands_stay_at_home() {
    use firedamp::domain::facts::Reading;
    let Places { here, all: _all, .. } = places();
    let opened = begin(&here);
    let recorder = opened.record().unwrap();
    let mut snapshot = incident::snapshot(1_000, vec![incident::miner(4_242)]);
    recorder.offer(std::sync::Arc::new(snapshot.clone()));
    drop(recorder);
    snapshot.processes.clear();
    let bundle = exported(&here, &Wanted { redact: true, mask: Mask::default() });
    let Places { there, all: _other, .. } = places();
    imported(&there, &bundle);
    let mut tape = there.tape("latest").unwrap();
    let seen = tape.at(0).unwrap();
    let Reading::Known(command) = &seen.processes[0].command else { panic!("it was known") };
    assert_eq!(command.joined(), "kworkerd [redacted]".into());
}

#[path = "incident/mod.rs"]
#[expect(dead_code, reason = "a desk is not needed here")]
mod incident;

#[test]
fn a_name_that_cannot_be_masked_is_refused() {
    assert!(Mask::new(["x"]).is_err());
    let Places { here, all: _all, .. } = places();
    let _journal = begin(&here);
    let head = here.verify("latest").unwrap().verdict.head.to_string();
    let mask = Mask::new(["PB-31"]).unwrap();
    let mut bundle = Vec::new();
    here.export("latest", &Wanted { redact: true, mask }, moment(0), &mut bundle).unwrap();
    let digest =
        fs::read_to_string(here.path().join(here.resolve("latest").unwrap()).join("journal.jsonl"))
            .unwrap();
    let sha = digest.split("\"sha256\":\"").nth(1).unwrap()[..64].to_owned();
    let mask = Mask::new([sha.as_str()]).unwrap();
    let refused = here.export("latest", &Wanted { redact: true, mask }, moment(0), &mut Vec::new());
    assert!(matches!(refused, Err(BundleError::Mask(_))), "{refused:?} {head}");
}

#[test]
fn a_name_that_is_a_word_of_the_recording_is_refused() {
    let Places { here, all: _all, .. } = places();
    let opened = begin(&here);
    let recorder = opened.record().unwrap();
    recorder.offer(std::sync::Arc::new(incident::snapshot(1_000, vec![incident::miner(4_242)])));
    drop(recorder);
    let mask = Mask::new(["running"]).unwrap();
    let refused = here.export("latest", &Wanted { redact: true, mask }, moment(0), &mut Vec::new());
    assert!(matches!(refused, Err(BundleError::Mask(_))), "{refused:?}");
}

#[test]
fn a_broken_journal_is_not_sent() {
    let Places { here, all: _all, .. } = places();
    let opened = begin(&here);
    let path = opened.path.join("journal.jsonl");
    let mut journal = pen(opened);
    note(&mut journal, "one");
    let mut text = fs::read(&path).unwrap();
    text[50] ^= 1;
    fs::write(&path, text).unwrap();
    let refused = here.export("latest", &Wanted::default(), moment(0), &mut Vec::new());
    assert!(matches!(refused, Err(BundleError::Broken(_))), "{refused:?}");
}

#[test]
fn a_bundle_made_by_hand_as_it_should_be_comes_in() {
    let Places { here, all: _all, .. } = places();
    assert!(matches!(imported(&here, &Forge::right().bundle()), Outcome::New { .. }));
    assert_eq!(here.resolve("latest").unwrap(), ID);
    assert_eq!(imported(&here, &Forge::right().bundle()), Outcome::Same { entries: 4 });
}

#[test]
fn nothing_made_by_hand_gets_in_and_nothing_stays_behind() {
    let Places { here, all, .. } = places();
    let before = tree(all.path());
    let cases = hostile::all();
    assert!(cases.len() >= 200, "{} cases", cases.len());
    for (what, bundle) in cases {
        let begun = Instant::now();
        let refused = here.import(&mut &bundle[..]);
        let took = begun.elapsed();
        let why = refused.err().unwrap_or_else(|| panic!("{what} came in")).to_string();
        assert!(took < Duration::from_secs(2), "{what} took {took:?}");
        assert!(!why.is_empty() && !Untrusted::from(why.as_str()).has_escapes(), "{what}: {why}");
        assert_eq!(tree(all.path()), before, "{what} left something behind");
    }
}

/// Says whether a bundle was refused for the right reason.
type Judge = fn(&BundleError) -> bool;

/// `head` and then 1 GiB of zeros, in the fewest bytes that zstd has for it.
#[test]
fn what_a_killed_import_left_is_taken_away_by_the_next() {
    let Places { here, all: _all, .. } = places();
    let left = here.path().join(format!(".{ID}.importing-1-0"));
    fs::create_dir_all(left.join("telemetry")).unwrap();
    fs::write(left.join("telemetry/00001.jsonl.zst"), b"half").unwrap();
    fs::write(left.join("journal.jsonl"), b"half").unwrap();
    private(here.path());
    assert!(here.list().unwrap().is_empty(), "it is no session");
    imported(&here, &Forge::right().bundle());
    assert!(!left.exists());
}

#[test]
fn a_disk_without_room_is_told_before_anything_is_written() {
    let Places { here, all, .. } = places();
    let before = tree(all.path());
    let mut forge = Forge::right();
    let torn = |n: u64| serde_json::json!({"name": format!("torn/{n}"), "bytes": 1_u64 << 30, "sha256": forge::other_digest()});
    forge.manifest["members"].as_array_mut().unwrap().extend((0..3).map(torn));
    let refused = here.import(&mut &forge.bundle()[..]).expect_err("the files are not there");
    assert!(
        matches!(refused, BundleError::NoRoom { .. } | BundleError::Misplaced { .. }),
        "{refused}"
    );
    assert_eq!(tree(all.path()), before);
}
