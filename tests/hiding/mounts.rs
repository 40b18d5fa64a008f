//! Mounts over `/proc/PID`, in a mount namespace of a child.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use firedamp::domain::facts::{ContradictionKind, Gap, HiddenFrom, HostView, NotWhole, Reading};

use crate::{Running, about, inside, is_root, of_pid};

#[test]
fn a_tmpfs_over_the_folder_of_a_process_hides_it_from_others_and_not_from_us() {
    if !is_root() {
        return;
    }
    let child = Running::sleeping();
    let pid = child.pid();
    let script = format!("mount -t tmpfs none /proc/{pid}; {}", inside::command());
    let seen = inside::seen_by(&script, &BTreeMap::new(), 4);
    let found = about(&seen, pid, ContradictionKind::Mount).expect("the mount is told of");
    assert_eq!(found.what.bytes(), format!("/proc/{pid}").as_bytes());
    assert!(found.shown.bytes().starts_with(b"tmpfs none"), "{:?}", found.shown);
    let row = of_pid(&seen, pid).expect("it has a row");
    assert_eq!(row.hidden, Some(HiddenFrom::Mount));
    assert_eq!(row.comm.bytes(), b"sleep");
    if seen.hiding.views.contains(&HostView::OwnProc) {
        assert!(row.exe.known().is_some_and(|exe| exe.bytes().starts_with(b"/")), "{:?}", row.exe);
        let command = row.command.known().unwrap();
        assert_eq!(command.arguments().last(), Some(&b"120"[..]));
    }
}

#[test]
fn a_process_under_a_tmpfs_is_examined_and_stands_among_its_kin() {
    if !is_root() {
        return;
    }
    // A shell that hides, and what it has started.
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "sleep 117 & sleep 118; :"]).env("ROOM", "under a mount");
    let shell = Running::start(&mut shell);
    let pid = shell.pid();
    let script = format!("mount -t tmpfs none /proc/{pid}; {}", inside::command());
    let (seen, environment) = inside::examined_by(&script, pid, 4);
    if !seen.hiding.views.contains(&HostView::OwnProc) {
        eprintln!("skipped: no /proc of our own can be made here");
        return;
    }
    let environment = environment.expect("it can be examined");
    assert!(environment.iter().any(|it| it == "ROOM=under a mount"), "{environment:?}");
    let above = |of: u32| -> Vec<u32> {
        let ancestors = of_pid(&seen, of).map(|it| it.around.ancestors.clone());
        ancestors.unwrap_or_default().iter().map(|it| it.id.pid.0).collect()
    };
    let own = above(pid);
    assert_eq!(own.first(), Some(&std::process::id()), "the test itself has started it");
    let children: Vec<_> = seen.processes.iter().filter(|it| it.parent.0 == pid).collect();
    assert_eq!(children.len(), 2);
    for child in children {
        assert_eq!(above(child.id.pid.0), [&[pid], own.as_slice()].concat());
    }
    for sleeper in seen.processes.iter().filter(|it| it.parent.0 == pid) {
        let sleeper = i32::try_from(sleeper.id.pid.0).ok().and_then(rustix::process::Pid::from_raw);
        rustix::process::kill_process(sleeper.unwrap(), rustix::process::Signal::KILL).ok();
    }
}

/// Whoever may mount may mount often: three hundred over somebody who sleeps, and one over somebody who works.
#[test]
fn no_heap_of_mounts_over_others_keeps_a_process_under_a_mount_from_being_told_of() {
    if !is_root() {
        return;
    }
    let decoy = Running::sleeping();
    let burner = Running::start(Command::new("/bin/sh").args(["-c", "while :; do :; done"]));
    let (under, pid) = (decoy.pid(), burner.pid());
    let script = format!(
        "i=0; while [ $i -lt 300 ]; do mount -t tmpfs -o size=4k decoy$i /proc/{under}; \
         i=$((i+1)); done; mount -t tmpfs one /proc/{pid}; {}",
        inside::command()
    );
    let seen = inside::seen_by(&script, &BTreeMap::new(), 4);
    let row = of_pid(&seen, pid).expect("it has a row");
    assert_eq!((row.hidden, row.comm.bytes()), (Some(HiddenFrom::Mount), &b"sh"[..]));
    assert!(about(&seen, pid, ContradictionKind::Mount).is_some(), "{:?}", seen.hiding);
    let told = about(&seen, under, ContradictionKind::Mount).expect("so is the heap, as one");
    assert_eq!(told.shown.bytes(), b"tmpfs decoy299:/ (+299)");
    assert_eq!(of_kind(&seen, ContradictionKind::Mount), 2);
}

/// Six hundred folders of as many processes: more than there is room for.
#[test]
fn who_has_no_row_for_want_of_room_is_told_of_or_counted_and_the_rest_is_not_silenced() {
    if !is_root() {
        return;
    }
    let sleepers = Running::start(Command::new("/bin/sh").args([
        "-c",
        "i=0; while [ $i -lt 600 ]; do sleep 100 & i=$((i+1)); done; exec sleep 100",
    ]));
    let children = format!("/proc/{0}/task/{0}/children", sleepers.pid());
    let count = || std::fs::read_to_string(&children).unwrap().split_whitespace().count();
    let end = Instant::now() + Duration::from_secs(30);
    while count() < 600 && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(100));
    }
    let preloaded =
        Running::start(Command::new("/bin/sleep").arg("100").env("LD_PRELOAD", "/tmp/none.so"));
    let burner = Running::start(Command::new("/bin/sh").args(["-c", "while :; do :; done"]));
    let pid = burner.pid();
    let script = format!(
        "for it in $(cat {children}) {pid}; do \
         mount -t tmpfs one /proc/$it; done; {}",
        inside::command()
    );
    let seen = inside::seen_by(&script, &BTreeMap::new(), 6);
    for child in std::fs::read_to_string(&children).unwrap().split_whitespace() {
        let child = rustix::process::Pid::from_raw(child.parse().unwrap()).unwrap();
        rustix::process::kill_process(child, rustix::process::Signal::KILL).ok();
    }
    assert!(of_pid(&seen, pid).is_some_and(|it| it.hidden == Some(HiddenFrom::Mount)));
    assert!(about(&seen, pid, ContradictionKind::Mount).is_some(), "who works comes first");
    assert!(about(&seen, preloaded.pid(), ContradictionKind::Preloaded).is_some());
    let gaps: Vec<String> = seen.unread.iter().map(|it| it.what.plain(99)).collect();
    assert!(gaps.contains(&"/proc/PID (+345)".to_owned()), "no rows: {gaps:?}");
    assert!(gaps.contains(&"/proc/self/mountinfo (+345)".to_owned()), "not told: {gaps:?}");
}

#[test]
fn a_process_under_the_folder_of_another_one_is_shown_as_itself() {
    if !is_root() {
        return;
    }
    let (child, other) =
        (Running::sleeping(), Running::start(Command::new("cat").arg("/dev/zero")));
    let (pid, innocent) = (child.pid(), other.pid());
    let script = format!("mount --bind /proc/{innocent} /proc/{pid}; {}", inside::command());
    let seen = inside::seen_by(&script, &BTreeMap::new(), 4);
    let found = about(&seen, pid, ContradictionKind::Mount).expect("the mount is told of");
    assert_eq!(found.shown.bytes(), format!("proc proc:/{innocent}").as_bytes());
    let row = of_pid(&seen, pid).expect("it has a row");
    assert_eq!((row.hidden, row.comm.bytes()), (Some(HiddenFrom::Mount), &b"sleep"[..]));
    let row = of_pid(&seen, innocent).expect("the other one has a row too");
    assert_eq!((row.hidden, row.comm.bytes()), (None, &b"cat"[..]));
    assert_eq!(seen.processes.iter().filter(|it| it.id.pid.0 == pid).count(), 1);
}

#[test]
fn a_file_over_the_busy_time_is_told_of_and_looked_through() {
    if !is_root() {
        return;
    }
    let script = format!(
        "echo 'cpu  1 1 1 1' > $PWD/stat-of-nobody; mount --bind $PWD/stat-of-nobody /proc/stat; \
         rm $PWD/stat-of-nobody; {}",
        inside::command()
    );
    let home = tempfile::tempdir().unwrap();
    let script = format!("cd {}; {script}", home.path().display());
    let seen = inside::seen_by(&script, &BTreeMap::new(), 7);
    let all = &seen.hiding.contradictions;
    let found = all.iter().find(|it| it.what.bytes() == b"/proc/stat").expect("it is told of");
    assert_eq!((found.kind, found.process), (ContradictionKind::Mount, None));
    if seen.hiding.views.contains(&HostView::OwnProc) {
        assert_ne!(seen.hiding.unexplained_cpu, Reading::Unknown);
    }
}

#[test]
fn what_hidepid_keeps_from_a_user_is_no_contradiction_and_is_said() {
    if !is_root() {
        return;
    }
    let script = format!(
        "mount -t proc -o hidepid=2 proc /proc; \
         exec setpriv --reuid 65534 --regid 65534 --clear-groups {}",
        copied(&inside::command())
    );
    let seen = inside::seen_by(&script, &BTreeMap::new(), 4);
    assert_eq!(of_kind(&seen, ContradictionKind::Process), 0, "{:?}", seen.hiding);
    assert!(!seen.hiding.views.contains(&HostView::Clocks));
    assert!(
        seen.unread.iter().any(|it| matches!(it.gap, Some(Gap::HidePid { .. }))),
        "{:?}",
        seen.unread
    );
    assert!(seen.processes.iter().all(|it| it.uid == 65_534 && it.hidden.is_none()));
}

/// Whoever opens it waits until somebody writes to it.
#[test]
fn what_is_mounted_over_the_memory_holds_up_nobody_and_is_said() {
    if !is_root() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let pipe = home.path().join("pipe");
    let script = format!(
        "mkfifo {0}; mount --bind {0} /proc/meminfo; timeout 20 {1}",
        pipe.display(),
        inside::command()
    );
    let seen = inside::seen_by(&script, &BTreeMap::new(), 7);
    let said = seen.unread.iter().find(|it| it.what.bytes() == b"/proc/meminfo");
    assert!(
        said.is_some_and(|it| it.gap == Some(Gap::NotWhole(NotWhole::CoveredLate))),
        "{:?}",
        seen.unread
    );
}

/// All processes of others vanish at once then, and the machine is as busy as before.
#[test]
fn who_vanishes_because_proc_is_mounted_anew_with_hidepid_is_not_accused() {
    if !is_root() {
        return;
    }
    let script = format!(
        "mount -t proc proc /proc; \
         timeout 25 nice sh -c 'while :; do :; done' >/dev/null 2>&1 & \
         (sleep 4; mount -o remount,hidepid=2 /proc) >/dev/null 2>&1 & \
         exec setpriv --reuid 65534 --regid 65534 --clear-groups {}",
        copied(&inside::command())
    );
    let seen = inside::seen_by(&script, &BTreeMap::new(), 24);
    assert_eq!(of_kind(&seen, ContradictionKind::Cpu), 0, "{:?}", seen.hiding);
    assert_eq!(seen.hiding.unexplained_cpu, Reading::Unknown);
    let said = seen.unread.iter().find(|it| it.what.bytes() == b"/proc/stat");
    assert!(
        said.is_some_and(|it| it.gap == Some(Gap::NotWhole(NotWhole::HidePid))),
        "{:?}",
        seen.unread
    );
    assert!(seen.processes.iter().all(|it| it.uid == 65_534 && it.hidden.is_none()));
}

#[test]
fn with_root_hidepid_hides_nobody() {
    if !is_root() {
        return;
    }
    let child = Running::sleeping();
    let script = format!("mount -t proc -o hidepid=2 proc /proc; {}", inside::command());
    let seen = inside::seen_by(&script, &BTreeMap::new(), 4);
    assert_eq!(of_kind(&seen, ContradictionKind::Process), 0, "{:?}", seen.hiding);
    assert!(of_pid(&seen, child.pid()).is_some_and(|it| it.hidden.is_none()));
}

/// As containers have it. Without the right to make a `/proc` of our own there is only the one that is mounted over.
#[test]
fn how_many_pids_there_are_is_read_through_a_read_only_proc_sys_and_believed_of_no_other() {
    if !is_root() {
        return;
    }
    let numbers = |mounts: &str| {
        let drop = "setpriv --bounding-set -sys_admin --inh-caps -sys_admin";
        let script = format!("{mounts}; exec {drop} {}", inside::command());
        let seen = inside::seen_by(&script, &BTreeMap::new(), 3);
        assert!(seen.hiding.views.contains(&HostView::Clocks), "{:?}", seen.hiding);
        assert!(!seen.hiding.views.contains(&HostView::OwnProc), "{:?}", seen.hiding);
        seen.hiding.pids_tried.1 + 1
    };
    let told = std::fs::read_to_string("/proc/sys/kernel/pid_max").unwrap();
    let read_only = "mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys";
    assert_eq!(numbers(read_only), told.trim().parse::<u32>().unwrap());
    let made_up = "mount -t tmpfs none /proc/sys; mkdir /proc/sys/kernel; \
        echo 300 > /proc/sys/kernel/pid_max";
    assert_eq!(numbers(made_up), 1 << 22, "nobody knows, so all are searched");
}

fn of_kind(seen: &firedamp::domain::facts::Snapshot, kind: ContradictionKind) -> usize {
    seen.hiding.contradictions.iter().filter(|it| it.kind == kind).count()
}

/// The program where anybody may run it: the folder of the build may be closed to others.
fn copied(command: &str) -> String {
    let (program, rest) = command.split_once(' ').unwrap();
    let to = std::env::temp_dir().join(format!("hiding-inside-{}", std::process::id()));
    std::fs::copy(program, &to).unwrap();
    format!("{} {rest}", to.display())
}
