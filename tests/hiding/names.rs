//! Processes that wear a kernel thread's name.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use firedamp::domain::detect::{Grade, Rule, Subject, Watch};
use firedamp::domain::facts::{ContradictionKind, Snapshot};
use firedamp::domain::playbook::Indicators;
use firedamp::host::probe::Eyes;

use crate::{Running, about, look_until, of_pid};

/// What is found against a process by the kernel's name that it wears.
fn found(snapshot: &Snapshot, pid: u32) -> Option<(Grade, Vec<Rule>)> {
    let findings = Watch::default().see(snapshot, &Indicators::default());
    let id = of_pid(snapshot, pid)?.id;
    let finding = findings.get(&Subject::Process(id))?;
    Some((finding.grade, finding.reasons.iter().map(|it| it.rule).collect()))
}

#[test]
fn a_program_with_a_title_like_a_worker_of_the_kernel_is_suspect() {
    let child = Running::start(Command::new("/bin/sleep").arg0("[kworker/3:1-events]").arg("120"));
    let pid = child.pid();
    let mut eyes = Eyes::open().unwrap();
    let kind = ContradictionKind::KernelName;
    let seen = look_until(&mut eyes, |it| about(it, pid, kind).is_some());
    let told = about(&seen, pid, kind).unwrap();
    assert_eq!(told.what.bytes(), b"kworker/3:1-events");
    let shown = String::from_utf8_lossy(told.shown.bytes()).into_owned();
    assert!(shown.contains(&format!("ppid {}", std::process::id())), "{shown}");
    assert!(shown.contains("sleep"), "its executable: {shown}");
    // Whatever else this host runs may start such a program again.
    let (grade, mut rules) = found(&seen, pid).unwrap();
    rules.retain(|it| *it != Rule::ComesBack);
    assert_eq!((grade, rules), (Grade::Suspect, vec![Rule::KernelName]));
}

#[test]
fn a_program_that_renames_itself_like_a_thread_of_this_host_is_suspect() {
    // The shell renames itself as any program can.
    let script = "printf kdevtmpfs > /proc/$$/comm; while :; do read line; done";
    let mut command = Command::new("/bin/sh");
    let child = Running(command.args(["-c", script]).stdin(Stdio::piped()).spawn().unwrap());
    let pid = child.pid();
    let mut eyes = Eyes::open().unwrap();
    let kind = ContradictionKind::KernelName;
    let seen = look_until(&mut eyes, |it| about(it, pid, kind).is_some());
    assert_eq!(about(&seen, pid, kind).unwrap().what.bytes(), b"kdevtmpfs");
}

#[test]
fn a_title_in_brackets_is_noted_and_no_contradiction() {
    let child =
        Running::start(Command::new("/bin/sleep").arg0("[sleep router failover]").arg("120"));
    let pid = child.pid();
    let mut eyes = Eyes::open().unwrap();
    let began = std::time::Instant::now();
    let seen = look_until(&mut eyes, |it| {
        began.elapsed().as_secs() >= 4
            && of_pid(it, pid).is_some_and(|it| it.comm.bytes() == b"sleep")
    });
    assert!(about(&seen, pid, ContradictionKind::KernelName).is_none());
    assert_eq!(found(&seen, pid), Some((Grade::Noted, vec![Rule::KernelName])));
}

#[test]
fn threads_of_the_kernel_wear_their_own_names() {
    let mut eyes = Eyes::open().unwrap();
    let began = std::time::Instant::now();
    let seen = look_until(&mut eyes, |_| began.elapsed().as_secs() >= 4);
    let kernel = seen.processes.iter().filter(|it| it.kernel).count();
    let wearers = seen
        .processes
        .iter()
        .filter(|it| it.kernel)
        .filter(|it| about(&seen, it.id.pid.0, ContradictionKind::KernelName).is_some());
    assert_eq!(wearers.count(), 0, "of {kernel}");
}
