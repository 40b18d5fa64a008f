//! The same wallet, pool or file elsewhere joins the finding.

use std::collections::BTreeMap;
use std::sync::Arc;

use firedamp::domain::base::{Digest, Moment, Pid, ProcessId, Timestamp};
use firedamp::domain::detect::{FactSource, Finding, Grade, Rule, Subject, Watch};
use firedamp::domain::facts::{
    Autostart, AutostartKind, Evidence, FoundBy, FoundFile, Packaged, Persistence, Process,
    Protocol, Reading, Snapshot, Socket, SocketState, Trace,
};
use firedamp::domain::playbook::{PB_31, read};

use crate::{WALLET, configuration};

const fn id(pid: u32) -> ProcessId {
    ProcessId { pid: Pid(pid), start: pid as u64, inode: 0 }
}

fn process(pid: u32, exe: &str, arguments: &[&str]) -> Arc<Process> {
    Arc::new(Process {
        id: id(pid),
        comm: exe.rsplit('/').next().unwrap().into(),
        exe: Reading::Known(exe.into()),
        command: Reading::Known(arguments.join("\0").as_str().into()),
        started_ms: 1,
        ..Process::default()
    })
}

fn trace(pid: u32, by: FoundBy, program: Packaged) -> Arc<Trace> {
    let content = configuration().as_str().into();
    let file = FoundFile { path: "/opt/x/config.json".into(), by, content, ..FoundFile::default() };
    Arc::new(Trace { process: id(pid), program, files: vec![Arc::new(file)], ..Trace::default() })
}

fn socket(pid: u32, remote: &str) -> Arc<Socket> {
    Arc::new(Socket {
        protocol: Protocol::Tcp,
        local: format!("192.0.2.2:{}", 40_000 + pid).parse().unwrap(),
        remote: Some(remote.parse().unwrap()),
        state: SocketState::Established,
        inode: u64::from(pid),
        uid: 0,
        owners: vec![id(pid)],
        first_seen_ms: 1,
        since_before: false,
        namespace: 0,
        flow: None,
        only_in: None,
        own: false,
    })
}

fn snapshot(processes: Vec<Arc<Process>>, traces: Vec<Arc<Trace>>) -> Snapshot {
    let moment = Moment { at: Timestamp::UNIX_EPOCH, boot_ms: 1_000_000 };
    let evidence = Arc::new(Evidence { traces });
    Snapshot { processes, evidence, ..Snapshot::empty(moment) }
}

fn found(snapshot: &Snapshot) -> BTreeMap<Subject, Finding> {
    Watch::default().see(snapshot, &read(PB_31.en).0.indicators())
}

fn shared(found: &BTreeMap<Subject, Finding>, subject: &Subject) -> Vec<(String, FactSource)> {
    let finding = found.get(subject).into_iter().flat_map(|it| &it.reasons);
    let shared = finding.filter(|it| it.rule == Rule::SharesWith);
    shared.map(|it| (it.value.plain(400), it.source)).collect()
}

#[test]
fn another_command_line_with_the_wallet_joins() {
    let helper = process(9, "/usr/bin/python3", &["python3", "watch.py", WALLET]);
    let miner = process(7, "/opt/x/svc", &["svc"]);
    let found =
        found(&snapshot(vec![miner, helper], vec![trace(7, FoundBy::Beside, Packaged::No)]));
    assert_eq!(found[&Subject::Process(id(7))].grade, Grade::Confirmed);
    let joined = shared(&found, &Subject::Process(id(9)));
    assert_eq!(joined, [(format!("{WALLET} pid 7"), FactSource::CommandLine)]);
    assert_eq!(found[&Subject::Process(id(9))].grade, Grade::Suspect);
}

#[test]
fn an_account_that_is_paid_is_followed_and_a_bare_name_is_not() {
    let of = |user: &str| {
        let arguments =
            ["svc", "-o", "stratum+tcp://gw.example:3333", "-u", user, "-a", "rx/0", "-p", "x"];
        let miner = process(7, "/opt/x/svc", &arguments);
        let helper = process(9, "/usr/bin/python3", &["python3", "watch.py", user]);
        let found = found(&snapshot(vec![miner, helper], Vec::new()));
        assert_eq!(found[&Subject::Process(id(7))].grade, Grade::Confirmed);
        shared(&found, &Subject::Process(id(9)))
    };
    let told = |user: &str| vec![(format!("{user} pid 7"), FactSource::CommandLine)];
    for user in ["somebody@mail.example", "someone.rig-7"] {
        assert_eq!(of(user), told(user));
    }
    assert_eq!(of("postgres"), [], "everybody may be called so");
}

#[test]
fn who_looks_for_the_wallet_is_noted_at_most() {
    let miner = process(7, "/opt/x/svc", &["svc"]);
    let greps = [
        &["grep", "-r", WALLET, "/"][..],
        &["sudo", "grep", WALLET],
        &["less", "/opt/x/config.json"],
    ];
    for arguments in greps {
        let grep = process(9, "/usr/bin/sudo", arguments);
        let traces = vec![trace(7, FoundBy::Beside, Packaged::No)];
        let found = found(&snapshot(vec![miner.clone(), grep], traces));
        let grade = found.get(&Subject::Process(id(9))).map(|it| it.grade);
        assert!(grade <= Some(Grade::Noted), "{arguments:?} {grade:?}");
    }
}

#[test]
fn what_starts_by_itself_and_names_the_file_is_told() {
    let miner = process(7, "/opt/x/svc", &["svc"]);
    let mut seen = snapshot(vec![miner], vec![trace(7, FoundBy::Beside, Packaged::No)]);
    let entry = |path: &str, packaged| {
        Arc::new(Autostart {
            kind: AutostartKind::Cron,
            path: path.into(),
            text: "* * * * * root /opt/x/svc -c /opt/x/config.json".into(),
            packaged,
            line: 1,
            user: None,
            uid: 0,
            mode: 0o644,
            modified: Timestamp::UNIX_EPOCH,
            changed: Timestamp::UNIX_EPOCH,
            immutable: Reading::Unknown,
            runs: None,
            tricks: Vec::new(),
            remarks: Vec::new(),
        })
    };
    let entries = vec![
        entry("/etc/cron.d/a", Packaged::No),
        entry("/etc/cron.d/b", Packaged::Unchanged("cron".into())),
    ];
    seen.persistence = Arc::new(Persistence { entries, ..Persistence::default() });
    let joined = shared(&found(&seen), &Subject::Process(id(7)));
    assert_eq!(joined, [("/opt/x/config.json /etc/cron.d/a".to_owned(), FactSource::Persistence)]);
    let entry =
        |path: &str| Subject::Autostart { place: AutostartKind::Cron, path: path.into(), line: 1 };
    let found = found(&seen);
    let joined = shared(&found, &entry("/etc/cron.d/a"));
    assert_eq!(joined, [("/opt/x/config.json pid 7".to_owned(), FactSource::Persistence)]);
    assert!(shared(&found, &entry("/etc/cron.d/b")).is_empty());
}

#[test]
fn the_connection_that_a_file_names_joins_and_so_does_another_to_the_same_end() {
    let (miner, other) = (process(7, "/opt/x/svc", &["svc"]), process(9, "/opt/y/b", &["b"]));
    let content = format!("url=203.0.113.9:3334\nuser={WALLET}\npass=x\n").as_str().into();
    let file =
        FoundFile { path: "/opt/x/a".into(), by: FoundBy::Beside, content, ..FoundFile::default() };
    let files = vec![Arc::new(file)];
    let trace = Trace { process: id(7), program: Packaged::No, files, ..Trace::default() };
    let mut seen = snapshot(vec![miner, other], vec![Arc::new(trace)]);
    seen.sockets = vec![socket(7, "203.0.113.9:3334"), socket(9, "203.0.113.9:3334")];
    let found = found(&seen);
    let connection = |pid: u32| Subject::Connection {
        protocol: Protocol::Tcp,
        local: format!("192.0.2.2:{}", 40_000 + pid).parse().unwrap(),
        remote: "203.0.113.9:3334".parse().unwrap(),
    };
    assert_eq!(found[&connection(7)].grade, Grade::Confirmed);
    assert_eq!(found[&connection(9)].grade, Grade::Suspect);
    assert_eq!(shared(&found, &Subject::Process(id(9))).len(), 1);
}

#[test]
fn a_copy_of_the_executable_elsewhere_joins_and_the_same_file_does_not() {
    let digest = Some(Digest([7; 32]));
    let copy = |pid: u32| {
        let program = Packaged::No;
        Arc::new(Trace { process: id(pid), program, digest, ..Trace::default() })
    };
    let mut miner = Trace::clone(&trace(7, FoundBy::Beside, Packaged::No));
    miner.digest = digest;
    let processes = vec![
        process(7, "/opt/x/svc", &["svc"]),
        process(8, "/opt/x/svc", &["svc"]),
        process(9, "/var/lib/y/other", &["other"]),
    ];
    let found = found(&snapshot(processes, vec![Arc::new(miner), copy(8), copy(9)]));
    let joined = shared(&found, &Subject::Process(id(9)));
    assert_eq!(joined, [(format!("{} pid 7", Digest([7; 32])), FactSource::Program)]);
    assert!(shared(&found, &Subject::Process(id(8))).is_empty());
}

#[test]
fn who_is_ordinary_is_accused_of_nothing_by_anothers_finding() {
    let ordinary = process(9, "/usr/sbin/sshd", &["sshd", "-D"]);
    let alone = found(&snapshot(vec![ordinary.clone()], Vec::new()));
    let miner = process(7, "/opt/x/svc", &["svc"]);
    let traces = vec![trace(7, FoundBy::Beside, Packaged::No)];
    let beside = found(&snapshot(vec![miner, ordinary], traces));
    let of = |found: &BTreeMap<Subject, Finding>| found.get(&Subject::Process(id(9))).cloned();
    assert_eq!(of(&alone), of(&beside));
}

#[test]
fn whose_folder_it_is_decides_and_a_package_is_a_shell() {
    for (by, program, exe, grade) in [
        (FoundBy::Folder, Packaged::No, "/opt/x/svc", Grade::Confirmed),
        (FoundBy::Folder, Packaged::No, "/opt/y/svc", Grade::Noted),
        (FoundBy::Folder, Packaged::Unchanged("bash".into()), "/usr/bin/bash", Grade::Noted),
        (FoundBy::Folder, Packaged::Unknown, "/usr/bin/bash", Grade::Noted),
        (FoundBy::Open, Packaged::No, "/opt/y/scanner", Grade::Suspect),
        (FoundBy::Open, Packaged::Unchanged("less".into()), "/usr/bin/less", Grade::Noted),
        (FoundBy::Named, Packaged::No, "/opt/y/svc", Grade::Confirmed),
        (FoundBy::Named, Packaged::No, "/root/.cargo/bin/rg", Grade::Noted),
        (FoundBy::Anybodys, Packaged::No, "/opt/x/svc", Grade::Noted),
        (FoundBy::Anybodys, Packaged::No, "/opt/y/svc", Grade::Noted),
    ] {
        let traces = vec![trace(7, by, program)];
        let found = found(&snapshot(vec![process(7, exe, &["x"])], traces));
        assert_eq!(found[&Subject::Process(id(7))].grade, grade, "{by:?} {exe}");
    }
}

#[test]
fn notes_and_reports_that_lie_in_a_folder_are_nobodys_configuration() {
    let notes = format!(
        "The miner on web-03 talks to its pool since last night.\n\
         It was told to use stratum+tcp://pool.example:3333 and is paid to {WALLET} there.\n\
         confirmed  pid 7 xmrig\n    an argument is a pool's address: pool.example:3333\n"
    );
    let of = |by, path: &str| {
        let content = notes.as_str().into();
        let file = FoundFile { path: path.into(), by, content, ..FoundFile::default() };
        let files = vec![Arc::new(file)];
        let trace = Trace { process: id(7), program: Packaged::No, files, ..Trace::default() };
        let shell = process(7, "/opt/x/svc", &["svc"]);
        let found = found(&snapshot(vec![shell], vec![Arc::new(trace)]));
        let finding = found.get(&Subject::Process(id(7)));
        let told = finding.map_or(&[][..], |it| &it.reasons);
        told.iter().filter(|it| it.rule == Rule::ConfigFile).count()
    };
    for path in ["/opt/x/notes.txt", "/opt/x/scan", "/opt/x/report.md"] {
        assert_eq!(of(FoundBy::Folder, path), 0, "{path}");
        assert_eq!(of(FoundBy::Beside, path), 0, "{path}");
    }
    // Whoever is told to read it does, however much is written around.
    assert_eq!(of(FoundBy::Named, "/opt/x/notes.txt"), 1);
}
