//! How much a file says that is run or loaded in place of others: what administrators do is noted, what they do not do is
//! suspect.

use std::sync::Arc;

use firedamp::domain::base::{Moment, Timestamp};
use firedamp::domain::detect::{Grade, Rule, Subject, Watch};
use firedamp::domain::facts::{
    Contradiction, ContradictionKind, FileStanding, Hiding, Packaged, Snapshot,
};
use firedamp::domain::playbook::Indicators;

fn of_root(path: &str) -> FileStanding {
    FileStanding { path: path.into(), ..FileStanding::default() }
}

/// How grave it is, and by which rule, when these files are found.
fn found(
    kind: ContradictionKind,
    packaged: Packaged,
    files: impl Into<Vec<FileStanding>>,
) -> (Grade, Rule) {
    let (files, first_seen_ms) = (files.into(), 1);
    let what = files.first().map_or("/etc/x".into(), |file: &FileStanding| file.path.clone());
    let shown = "/opt/x".into();
    let one = Contradiction { kind, process: None, what, shown, packaged, files, first_seen_ms };
    let subject = Subject::of_contradiction(&one);
    let moment = Moment { at: Timestamp::UNIX_EPOCH, boot_ms: 1 };
    let hiding = Hiding { contradictions: vec![Arc::new(one)], ..Hiding::default() };
    let snapshot = Snapshot { hiding: Arc::new(hiding), ..Snapshot::empty(moment) };
    let findings = Watch::default().see(&snapshot, &Indicators::default());
    let finding = findings.get(&subject).unwrap();
    (finding.grade, finding.reasons.first().unwrap().rule)
}

fn tool(file: FileStanding) -> Grade {
    found(ContradictionKind::Shadow, Packaged::No, [file]).0
}

fn library(file: FileStanding) -> (Grade, Rule) {
    found(ContradictionKind::Preload, Packaged::No, [file])
}

#[test]
fn a_tool_that_root_built_by_hand_is_noted() {
    assert_eq!(tool(of_root("/usr/local/bin/htop")), Grade::Noted);
    assert_eq!(tool(of_root("/opt/conda/bin/curl")), Grade::Noted);
    assert_eq!(tool(of_root("/usr/local/sbin/strace")), Grade::Noted);
}

#[test]
fn a_wrapper_and_what_others_can_change_before_a_tool_is_suspect() {
    let ps = || of_root("/usr/local/bin/ps");
    assert_eq!(tool(ps()), Grade::Suspect, "it shows what runs, whoever built it");
    let curl = || of_root("/usr/local/bin/curl");
    assert_eq!(tool(FileStanding { script: true, ..curl() }), Grade::Suspect);
    assert_eq!(tool(FileStanding { uid: 33, ..curl() }), Grade::Suspect);
    assert_eq!(tool(FileStanding { open: true, ..curl() }), Grade::Suspect);
    assert_eq!(tool(FileStanding { gone: true, ..curl() }), Grade::Suspect);
    assert_eq!(tool(of_root("/dev/shm/curl")), Grade::Suspect);
    let shadow = ContradictionKind::Shadow;
    let changed = Packaged::Changed("site-tools".into());
    assert_eq!(found(shadow, changed, [curl()]).0, Grade::Suspect);
    assert_eq!(found(shadow, Packaged::No, []).0, Grade::Suspect, "nobody could look");
}

#[test]
fn what_is_put_into_every_program_and_no_package_speaks_for_is_suspect() {
    let suspect = (Grade::Suspect, Rule::Unpackaged);
    assert_eq!(library(of_root("/usr/local/lib/libprocess.so")), suspect);
    let preload = ContradictionKind::Preload;
    let unchanged = Packaged::Unchanged("snoopy".into());
    assert_eq!(found(preload, unchanged, []), (Grade::Noted, Rule::Preload));
}

#[test]
fn a_library_that_others_can_change_or_that_nobody_would_keep_there_is_suspect() {
    let suspect = (Grade::Suspect, Rule::Unpackaged);
    let agent = || of_root("/opt/agent/libagent.so");
    assert_eq!(library(FileStanding { uid: 1_000, ..agent() }), suspect);
    assert_eq!(library(FileStanding { open: true, ..agent() }), suspect);
    assert_eq!(library(FileStanding { gone: true, ..agent() }), suspect);
    assert_eq!(library(of_root("/usr/lib/.x/libc.so")), suspect);
    assert_eq!(library(of_root("/var/tmp/libc.so")), suspect);
    let preload = ContradictionKind::Preload;
    let both = [agent(), of_root("/dev/shm/libagent.so")];
    assert_eq!(found(preload, Packaged::No, both), suspect, "one of them is enough");
    let changed = Packaged::Changed("snoopy".into());
    let suspect = (Grade::Suspect, Rule::Preload);
    assert_eq!(found(preload, changed, [agent()]), suspect);
    assert_eq!(found(preload, Packaged::Unknown, []), suspect, "a listing lacks it, or it hangs");
}
