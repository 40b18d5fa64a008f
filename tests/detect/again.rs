//! What is judged again, what stays known, and since when it is said.

use std::sync::Arc;

use firedamp::domain::base::Pid;
use firedamp::domain::detect::{Grade, Rule, Subject, Watch};
use firedamp::domain::facts::{Ancestor, Around, Process, Reading};

use super::{id, pb_31, process, snapshot};

fn above(names: &[&str]) -> Arc<Around> {
    let ancestors = names.iter().zip(50..);
    let ancestors = ancestors.map(|(comm, pid)| Ancestor { id: id(pid), comm: (*comm).into() });
    Arc::new(Around { ancestors: ancestors.collect(), ..Around::default() })
}

#[test]
fn a_child_of_a_web_server_that_belongs_to_init_by_now_is_known_as_such_when_it_begins_to_work() {
    let mut watch = Watch::default();
    let calm = Process {
        exe: Reading::Known("/home/app/upd".into()),
        parent: Pid(50),
        around: above(&["sh", "nginx"]),
        user: Some("alice".into()),
        ..process(42, "upd", b"upd")
    };
    let orphan = |cpu| Process {
        parent: Pid(1),
        around: Arc::new(Around {
            ancestors: vec![Ancestor { id: id(1), comm: "systemd".into() }],
            ..Around::default()
        }),
        cpu,
        ..calm.clone()
    };
    let mut at = |second: u64, it: Process| {
        let found = watch.see(&snapshot(second * 1_000, vec![it], Vec::new()), &pb_31());
        let found = found.get(&Subject::Process(id(42)));
        found.is_some_and(|it| it.reasons.iter().any(|it| it.rule == Rule::ServiceChild))
    };
    assert!(!at(0, calm.clone()), "it does nothing yet");
    assert!(!at(1, orphan(0.0)));
    assert!((2..40).any(|second| at(second, orphan(99.0))), "and now it works");
    assert!(at(41, orphan(99.0)));
}

#[test]
fn who_becomes_another_user_or_gets_another_parent_is_judged_again() {
    let mut watch = Watch::default();
    let it = Process {
        exe: Reading::Known("/tmp/upd".into()),
        uid: 1000,
        user: Some("alice".into()),
        around: above(&["bash"]),
        ..process(42, "upd", b"upd")
    };
    let mut grade = |second: u64, it: &Process| {
        let found = watch.see(&snapshot(second * 1_000, vec![it.clone()], Vec::new()), &pb_31());
        found.get(&Subject::Process(id(42))).map(|it| it.grade)
    };
    assert_eq!(grade(0, &it), Some(Grade::Noted));
    let other = Process { uid: 33, user: Some("www-data".into()), ..it.clone() };
    assert_eq!(grade(1, &other), Some(Grade::Suspect));
    assert_eq!(grade(2, &it), Some(Grade::Noted));
    let below = Process { around: above(&["bash", "apache2"]), ..it };
    assert_eq!(grade(3, &below), Some(Grade::Suspect));
}

#[test]
fn a_reason_says_since_when_it_is_seen_and_begins_anew_when_it_was_gone() {
    let mut watch = Watch::default();
    let miner = process(42, "xmrig", b"xmrig");
    let subject = Subject::Process(id(42));
    let mut since = |second: u64, processes: Vec<Process>| {
        watch.see(&snapshot(second * 1_000, processes, Vec::new()), &pb_31());
        watch.since(&subject, Rule::MinerName).map(|it| it.boot_ms)
    };
    assert_eq!(since(5, vec![miner.clone()]), Some(5_000));
    assert_eq!(since(6, vec![miner.clone()]), Some(5_000));
    assert_eq!(since(7, Vec::new()), None);
    assert_eq!(since(8, vec![miner]), Some(8_000));
}

#[test]
fn an_ancestor_that_becomes_another_program_is_known_by_its_newest_name() {
    let mut watch = Watch::default();
    let below = |names: &[&str]| Process {
        exe: Reading::Known("/tmp/upd".into()),
        user: Some("alice".into()),
        around: above(names),
        ..process(42, "upd", b"upd")
    };
    let mut at = |second: u64, names: &[&str]| {
        let found = watch.see(&snapshot(second * 1_000, vec![below(names)], Vec::new()), &pb_31());
        let found = found.get(&Subject::Process(id(42)));
        found.is_some_and(|it| it.reasons.iter().any(|it| it.rule == Rule::ServiceChild))
    };
    assert!(!at(0, &["sh"]));
    assert!(at(1, &["nginx"]), "it was a shell, and is a web server now");
}

/// Whether it is accused of its place, second by second: so hard it works, and so much it has used.
fn accused(looks: impl Iterator<Item = (u64, f32, u64, &'static str)>) -> Vec<bool> {
    accused_of(looks.map(|(second, cpu, spent, exe)| (second, cpu, spent, exe, 0)))
}

/// The same, where the kernel tells one program in it from the other.
fn accused_of(looks: impl Iterator<Item = (u64, f32, u64, &'static str, u64)>) -> Vec<bool> {
    let mut watch = Watch::default();
    let look = |(second, cpu, spent, exe, image): (u64, f32, u64, &str, u64)| {
        let (exe, cpu_ms) = (Reading::Known(exe.into()), spent * 1_000);
        let it = Process { exe, cpu, cpu_ms, image, started_ms: 0, ..process(42, "w", b"w") };
        let found = watch.see(&snapshot(second * 1_000, vec![it], Vec::new()), &pb_31());
        let found = found.get(&Subject::Process(id(42)));
        found.is_some_and(|it| it.reasons.iter().any(|it| it.rule == Rule::ServiceChild))
    };
    looks.map(look).collect()
}

#[test]
fn a_burst_at_the_start_is_forgotten_and_a_long_life_of_little_is_no_load() {
    let exe = "/home/app/w";
    let began = |second: u64| (second, if second < 40 { 100.0 } else { 1.0 }, second.min(40), exe);
    let looks = accused((0..=40).chain((60..=1_200).step_by(20)).map(began));
    assert!(looks.iter().any(|it| *it), "it was held for a while");
    assert_eq!(looks.last(), Some(&false), "it has rested since");
    let days = |second: u64| (1_000_000 + second, 3.0, 30_000 + second * 3 / 100, exe);
    assert!(!accused((0..60).map(days)).contains(&true));
    let hard = |second: u64| (1_000 + second, 99.0, 990 + second, exe);
    assert_eq!(accused((0..3).map(hard)), [true; 3], "most of a life is a load at once");
}

#[test]
fn who_becomes_another_program_leaves_its_load_behind() {
    let look = |second: u64| {
        let then = second < 5;
        let exe = if then { "/home/app/build" } else { "/home/app/w" };
        (1_000 + second, if then { 99.0 } else { 0.0 }, 990, exe)
    };
    let looks = accused((0..60).map(look));
    assert_eq!((looks.first(), looks.last()), (Some(&true), Some(&false)));
    let alike = |second: u64| (1_000 + second, 99.0, 990, "/home/app/w", 7 + second / 5);
    let rests = |second: u64| (1_000 + second, 0.0, 990, "/home/app/w", 8);
    let looks = accused_of((0..5).map(alike).chain((5..60).map(rests)));
    assert_eq!((looks.first(), looks.last()), (Some(&true), Some(&false)), "under the same name");
}

#[test]
fn who_has_its_file_renamed_again_and_again_keeps_its_load() {
    let look = |second: u64| {
        let name = if (second / 10).is_multiple_of(2) { "/home/app/a" } else { "/home/app/b" };
        let cpu = if second < 30 { 99.0 } else { 1.0 };
        (second, cpu, second.min(30), name, 7)
    };
    let looks = accused_of((0..90).map(look));
    assert_eq!(looks.last(), Some(&true), "it worked for a third of its life");
    let renamed = |(second, cpu, spent, name, _)| (second, cpu, spent, name, 0);
    let looks = accused_of((0..90).map(look).map(renamed));
    assert_eq!(looks.last(), Some(&false), "nobody can tell");
}
