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
