//! Verdicts that wait until it is known whether a package brought the program.

use std::sync::Arc;

use firedamp::domain::detect::{Grade, Rule, Subject, Watch};
use firedamp::domain::facts::{Evidence, Packaged, Process, Reading, Snapshot, Trace};

use super::{id, pb_31, process, snapshot, socket};

/// A look at a process in a kernel thread's name, whose program lies there.
fn look(at: u64, exe: &str, trace: Option<Trace>) -> Snapshot {
    let exe = Reading::Known(exe.into());
    let it =
        Process { exe, uid: 0, user: Some("root".into()), ..process(42, "kswapd0", b"kswapd0") };
    let mut look = snapshot(at, vec![it], vec![]);
    let traces = trace.into_iter().map(|it| Arc::new(Trace { process: id(42), ..it })).collect();
    look.evidence = Arc::new(Evidence { traces });
    look
}

fn asked() -> Trace {
    Trace { asked: true, ..Trace::default() }
}

fn answer(program: Packaged) -> Trace {
    Trace { program, ..Trace::default() }
}

fn grades(looks: &[Snapshot]) -> Vec<Option<Grade>> {
    let mut watch = Watch::default();
    let subject = Subject::Process(id(42));
    looks.iter().map(|it| watch.see(it, &pb_31()).get(&subject).map(|it| it.grade)).collect()
}

const INSTALLED: &str = "/opt/vendor/kswapd0";

#[test]
fn an_ordinary_program_is_never_a_suspect_while_its_package_is_looked_up() {
    let brought = || answer(Packaged::Unchanged("vendor".into()));
    let looks = [
        look(0, INSTALLED, Some(asked())),
        look(500, INSTALLED, Some(asked())),
        look(1_000, INSTALLED, Some(brought())),
    ];
    let noted = Some(Grade::Noted);
    assert_eq!(grades(&looks), [noted, noted, noted]);
}

#[test]
fn whom_no_package_brought_is_a_suspect_as_soon_as_that_is_known() {
    let looks =
        [look(0, INSTALLED, Some(asked())), look(500, INSTALLED, Some(answer(Packaged::No)))];
    assert_eq!(grades(&looks), [Some(Grade::Noted), Some(Grade::Suspect)]);
}

#[test]
fn where_no_answer_comes_the_verdict_comes_without_one() {
    let unasked = look(0, INSTALLED, Some(asked())).evidence.unasked().unwrap();
    let mut late = look(10_000, INSTALLED, None);
    late.evidence = Arc::new(unasked);
    let looks = [look(0, INSTALLED, Some(asked())), late, look(20_000, INSTALLED, None)];
    let suspect = Some(Grade::Suspect);
    assert_eq!(grades(&looks), [Some(Grade::Noted), suspect, suspect]);
}

#[test]
fn a_recording_without_questions_is_judged_as_it_was() {
    assert_eq!(grades(&[look(0, INSTALLED, None)]), [Some(Grade::Suspect)]);
}

#[test]
fn where_no_package_puts_anything_nothing_waits() {
    for exe in ["/tmp/kswapd0", "/dev/shm/kswapd0", "/home/mali/kswapd0", "/var/tmp/x/kswapd0"] {
        assert_eq!(grades(&[look(0, exe, Some(asked()))]), [Some(Grade::Suspect)], "{exe}");
    }
}

#[test]
fn what_a_package_would_not_excuse_is_said_at_once() {
    let command = b"/opt/vendor/x\0-o\0stratum+tcp://pool.example:3333\0-u\0me";
    let it = Process { exe: Reading::Known("/opt/vendor/x".into()), ..process(42, "x", command) };
    let mut look = snapshot(0, vec![it], vec![socket(42, "198.51.100.9:3333")]);
    let trace = Trace { process: id(42), asked: true, ..Trace::default() };
    look.evidence = Arc::new(Evidence { traces: vec![Arc::new(trace)] });
    let found = Watch::default().see(&look, &pb_31()).remove(&Subject::Process(id(42))).unwrap();
    assert_eq!(found.grade, Grade::Confirmed);
    assert!(found.reasons.iter().any(|it| it.rule == Rule::PoolUrl));
}
