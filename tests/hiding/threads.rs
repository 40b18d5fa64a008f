//! Threads that the list of their process lacks: under a mount, and where the kernel leaves them out.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use firedamp::domain::base::Clock;
use firedamp::domain::detect::{Grade, Rule, Subject, Watch};
use firedamp::domain::facts::{Contradiction, ContradictionKind, HostView, Snapshot};
use firedamp::domain::playbook::Indicators;
use firedamp::host::probe::{Eyes, HostClock};

use crate::listing::seen_under;
use crate::{Running, about, inside, is_root, look_until};

/// What this test program is to do with threads when it is started once more.
const ROLE: &str = "HIDING_TEST_THREADS";
const KIND: ContradictionKind = ContradictionKind::Thread;

/// Another process, and only there: some threads that wait, or threads that come and go as fast as they can.
#[test]
fn a_program_with_threads() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let end = Instant::now() + Duration::from_mins(2);
    let wait = Duration::from_mins(2);
    let waiting: Vec<_> =
        (0..3).map(|_| std::thread::spawn(move || std::thread::sleep(wait))).collect();
    while role == "storm" && Instant::now() < end {
        let short = |_| std::thread::spawn(|| std::thread::sleep(Duration::from_micros(300)));
        let some: Vec<_> = (0..8).map(short).collect();
        for it in some {
            it.join().unwrap();
        }
    }
    for it in waiting {
        it.join().unwrap();
    }
}

fn with_threads(role: &str) -> Running {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "threads::a_program_with_threads"]).env(ROLE, role);
    let child = Running::start(&mut command);
    let end = Instant::now() + Duration::from_secs(10);
    while threads_of(child.pid()).len() < 5 {
        assert!(Instant::now() < end, "it has started no threads");
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

/// The main thread, that of the test, and three that wait.
fn threads_of(pid: u32) -> Vec<u32> {
    let Ok(list) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let number = |it: std::fs::DirEntry| it.file_name().to_str().unwrap().parse().unwrap();
    let mut all: Vec<u32> = list.map(|it| number(it.unwrap())).collect();
    all.sort_unstable();
    all
}

fn shown(told: &Contradiction) -> String {
    String::from_utf8_lossy(told.shown.bytes()).into_owned()
}

/// The same without the word of control groups, which are not mounted everywhere.
fn shown_by_kill(told: &Contradiction) -> String {
    shown(told).replace("kill cgroup", "kill")
}

fn of_kind(seen: &Snapshot) -> Vec<&Contradiction> {
    seen.hiding.contradictions.iter().map(|it| &**it).filter(|it| it.kind == KIND).collect()
}

#[test]
fn a_tmpfs_over_the_list_of_threads_hides_them_from_others_and_not_from_us() {
    if !is_root() {
        return;
    }
    let child = with_threads("wait");
    let (pid, threads) = (child.pid(), threads_of(child.pid()));
    let script = format!("mount -t tmpfs none /proc/{pid}/task; {}", inside::command());
    let seen = inside::seen_by(&script, &BTreeMap::new(), 6);
    let told = about(&seen, pid, KIND).expect("it is told of");
    assert_eq!(told.what.bytes(), format!("/proc/{pid}/task").as_bytes());
    let numbers: Vec<String> = threads.iter().map(u32::to_string).collect();
    assert_eq!(shown_by_kill(told), format!("task 0, Threads 5  kill  {}", numbers.join("  ")));
    let lists = |name: &str| std::path::Path::new("/sys/fs/cgroup").join(name).exists();
    let grouped = ["cgroup.procs", "unified/cgroup.procs", "systemd/cgroup.procs"];
    if crate::can("no control groups", grouped.into_iter().any(lists)) {
        assert!(shown(told).contains("kill cgroup"), "{told:?}");
    }
    assert!(about(&seen, pid, ContradictionKind::Mount).is_some(), "and so is the mount");
    let findings = Watch::default().see(&seen, &Indicators::default());
    let finding = &findings[&Subject::Process(told.process.unwrap())];
    assert_eq!(finding.grade, Grade::Suspect);
    assert!(finding.reasons.iter().any(|it| it.rule == Rule::HiddenThread));
}

#[test]
fn the_list_of_another_process_over_it_lacks_its_own_threads() {
    if !is_root() {
        return;
    }
    let (child, other) = (with_threads("wait"), Running::sleeping());
    let (pid, innocent) = (child.pid(), other.pid());
    let script = format!("mount --bind /proc/{innocent}/task /proc/{pid}/task; ");
    let seen = inside::seen_by(&(script + &inside::command()), &BTreeMap::new(), 6);
    let told = shown_by_kill(about(&seen, pid, KIND).expect("it is told of"));
    assert!(told.starts_with("task 1, Threads 5  kill"), "{told}");
    assert!(about(&seen, innocent, KIND).is_none());
}

#[test]
fn a_thread_that_the_kernel_leaves_out_of_listings_is_told_of_by_its_number() {
    let child = with_threads("wait");
    let thread = *threads_of(child.pid()).last().unwrap();
    let Some(seen) = seen_under("list", KIND, thread) else { return };
    assert!(seen.hiding.views.contains(&HostView::Threads));
    let told = about(&seen, child.pid(), KIND).expect("it is told of");
    assert_eq!(shown_by_kill(told), format!("task 4, Threads 5  kill  {thread}"));
    assert_eq!(of_kind(&seen).len(), 1, "nobody else is: {:?}", of_kind(&seen));
}

#[test]
fn a_thread_without_any_file_is_told_of_and_its_process_is_short_of_one() {
    let child = with_threads("wait");
    let thread = *threads_of(child.pid()).last().unwrap();
    let Some(seen) = seen_under("all", KIND, thread) else { return };
    let told = about(&seen, child.pid(), KIND).expect("its process is told of");
    assert_eq!(shown(told), "task 4, Threads 5");
    let all = of_kind(&seen);
    let alone = all.iter().find(|it| it.process.is_none()).expect("and so is the thread");
    assert_eq!(alone.what.bytes(), thread.to_string().as_bytes());
    assert_eq!(shown_by_kill(alone), format!("kill  {thread}"));
}

#[test]
fn threads_that_live_for_a_moment_are_not_called_hidden() {
    let storms = [with_threads("storm"), with_threads("storm")];
    let begun = Instant::now();
    let mut eyes = Eyes::open().unwrap();
    while begun.elapsed() < Duration::from_secs(8) {
        let snapshot = eyes.look(HostClock.now());
        assert!(of_kind(&snapshot).is_empty(), "{:?}", of_kind(&snapshot));
        std::thread::sleep(Duration::from_millis(100));
    }
    // Nor is anybody later, when all is quiet again, and the view has answered.
    drop(storms);
    let seen = look_until(&mut eyes, |it| it.hiding.views.contains(&HostView::Threads));
    assert!(of_kind(&seen).is_empty(), "{:?}", of_kind(&seen));
}
