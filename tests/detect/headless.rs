//! A process whose first thread has ended while others run.

use std::sync::Arc;

use firedamp::domain::base::Pid;
use firedamp::domain::detect::{Grade, Rule, Subject, Watch};
use firedamp::domain::facts::{Evidence, Packaged, Process, Reading, Trace};

use super::{id, pb_31, process, snapshot};

/// What is said of its threads, where its executable lies there and it works so hard.
fn headless(exe: &str, cpu: f32, program: Packaged, headless: Option<Pid>) -> Option<Grade> {
    let (uid, user) = (1000, Some("mali".into()));
    let exe = Reading::Known(exe.into());
    let seen = Process { exe, cpu, uid, user, headless, ..process(42, "w", b"w") };
    let mut seen = snapshot(1_000, vec![seen], vec![]);
    let trace = Trace { process: id(42), program, ..Trace::default() };
    seen.evidence = Arc::new(Evidence { traces: vec![Arc::new(trace)] });
    let mut watch = Watch::default();
    watch.see(&seen, &pb_31());
    // A moment is no load: this is held.
    seen.moment.boot_ms += 25_000;
    let finding = watch.see(&seen, &pb_31()).remove(&Subject::Process(id(42)))?;
    finding.reasons.iter().any(|it| it.rule == Rule::Headless).then_some(finding.grade)
}

#[test]
fn a_first_thread_that_has_ended_is_noted_and_speaks_against_whoever_works_and_was_not_installed() {
    let thread = Some(Pid(43));
    let see = |exe, cpu| headless(exe, cpu, Packaged::Unknown, thread);
    assert_eq!(see("/home/mali/w", 60.0), Some(Grade::Suspect));
    assert_eq!(see("/dev/shm/w", 0.0), Some(Grade::Suspect), "no program should be there");
    assert_eq!(see("/home/mali/w", 1.0), Some(Grade::Noted), "it does not work");
    assert_eq!(see("/usr/sbin/w", 60.0), Some(Grade::Noted), "not for long");
}

#[test]
fn daemons_that_end_their_first_thread_and_programs_with_threads_are_not_accused() {
    let package = || Packaged::Unchanged("w".into());
    assert_eq!(headless("/usr/sbin/w", 100.0, package(), Some(Pid(43))), Some(Grade::Noted));
    assert_eq!(headless("/home/mali/w", 60.0, Packaged::Unknown, None), None);
}
