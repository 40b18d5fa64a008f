//! A kernel that leaves a process out of its listings, and one that denies it wholly: a tracer changes the kernel's
//! answers to us as a rootkit in the kernel would.

use std::path::Path;
use std::process::Command;

use firedamp::domain::detect::{Grade, Rule, Subject, Watch};
use firedamp::domain::facts::{
    ContradictionKind, HiddenFrom, HostView, Reading, RunState, Snapshot,
};
use firedamp::domain::playbook::Indicators;

use crate::{Running, about, can, compiled, inside, of_pid};

const KIND: ContradictionKind = ContradictionKind::Process;

/// What is seen where the kernel hides `pid`, as soon as that is told of as one of this kind; `None` where nobody can be
/// traced.
pub(crate) fn seen_under(mode: &str, kind: ContradictionKind, pid: u32) -> Option<Snapshot> {
    examined_under(mode, kind, pid).map(|(seen, _)| seen)
}

/// The same, and whether it was there when it was examined.
fn examined_under(mode: &str, kind: ContradictionKind, pid: u32) -> Option<(Snapshot, bool)> {
    if !can("the stand-in knows the registers of x86-64 alone", cfg!(target_arch = "x86_64")) {
        return None;
    }
    let home = tempfile::tempdir().unwrap();
    let tracer = compiled("listing.c", &home.path().join("listing"), &[])?;
    let out = home.path().join("said");
    let mut command = Command::new(tracer);
    command.args([mode, &pid.to_string()]).env(inside::EXAMINED, pid.to_string());
    // Each call of who is traced takes two turns of the tracer: on a busy machine looks come slowly.
    command.env(inside::AWAITED, format!("{kind:?} {pid}"));
    let inner = inside::command();
    let mut words = inner.split(' ');
    assert!(Path::new(words.next().unwrap()).exists());
    command.args(inner.split(' '));
    let status = inside::start(&mut command, &out, 8).wait().unwrap();
    can("tracing is forbidden here", status.success()).then(|| inside::of_file(&out))
}

#[test]
fn a_process_that_the_kernel_leaves_out_of_listings_has_a_row_like_any_other() {
    let child = Running::start(Command::new("/bin/sh").args(["-c", "while :; do :; done"]));
    let pid = child.pid();
    let Some(seen) = seen_under("list", KIND, pid) else { return };
    let told = about(&seen, pid, KIND).expect("it is told of");
    assert_eq!(told.what.bytes(), pid.to_string().as_bytes());
    let shown = String::from_utf8_lossy(told.shown.bytes()).into_owned();
    assert!(shown.starts_with("clock_gettime pidfd_open kill"), "{shown}");
    assert!(shown.contains(&format!("/proc/{pid}")), "{shown}");
    let row = of_pid(&seen, pid).expect("it has a row");
    assert_eq!((row.hidden, row.comm.bytes()), (Some(HiddenFrom::List), &b"sh"[..]));
    assert!(row.cpu > 1.0, "it burns: {}", row.cpu);
    assert!(row.exe.known().is_some(), "{:?}", row.exe);
    let findings = Watch::default().see(&seen, &Indicators::default());
    let finding = &findings[&Subject::Process(row.id)];
    assert_eq!((finding.grade, finding.reasons[0].rule), (Grade::Suspect, Rule::HiddenProcess));
    // Nobody else is called hidden.
    let hidden = |it: &&std::sync::Arc<firedamp::domain::facts::Contradiction>| {
        it.kind == ContradictionKind::Process
    };
    assert_eq!(seen.hiding.contradictions.iter().filter(hidden).count(), 1, "{:?}", seen.hiding);
}

#[test]
fn a_process_without_any_file_has_a_row_of_what_is_known() {
    let child =
        Running::start(Command::new("nice").args(["-n", "7", "sh", "-c", "while :; do :; done"]));
    let pid = child.pid();
    let Some((seen, examined)) = examined_under("all", KIND, pid) else { return };
    assert!(examined, "it is there, though nothing of it can be read");
    let told = about(&seen, pid, KIND).expect("it is told of");
    let row = of_pid(&seen, pid).expect("it has a row");
    assert_eq!(Some(row.id), told.process);
    assert_eq!(row.hidden, Some(HiddenFrom::Proc));
    assert_eq!((&row.command, &row.exe), (&Reading::Unknown, &Reading::Unknown));
    assert!(row.cpu > 1.0 && row.cpu_ms > 0, "its clock is seen: {}", row.cpu);
    let nice = rustix::process::getpriority_process(None).unwrap() + 7;
    assert_eq!((row.nice, row.state), (nice.min(19), RunState::Other('?')));
    assert!(!row.around.cpus.is_empty(), "and the CPUs that it may run on");
}

/// What is said of a process of which nothing can be read: the views that show it.
fn shown(seen: &Snapshot, pid: u32) -> Option<String> {
    let what = pid.to_string();
    let mut all = seen.hiding.contradictions.iter();
    let told =
        all.find(|it| it.kind == ContradictionKind::Process && it.what.bytes() == what.as_bytes());
    told.map(|it| it.shown.plain(999))
}

#[test]
fn a_process_whose_clock_alone_is_denied_is_known_by_the_other_calls() {
    let child = Running::sleeping();
    let Some(seen) = seen_under("clock", KIND, child.pid()) else { return };
    let shown = shown(&seen, child.pid()).expect("it is told of");
    assert!(shown.starts_with("pidfd_open kill"), "{shown}");
}

#[test]
fn a_process_that_no_call_knows_is_known_by_its_control_group() {
    let child = Running::sleeping();
    let Some(seen) = seen_under("calls", KIND, child.pid()) else { return };
    let shown = shown(&seen, child.pid());
    let groups = shown.is_some() || seen.hiding.views.contains(&HostView::Cgroups);
    if !can("it needs control groups", groups) {
        return;
    }
    let shown = shown.expect("it is told of");
    assert!(shown.starts_with("cgroup.procs /"), "{shown}");
}
