//! The responder's own login: what is typed there says less, and what is done there says as much as anywhere.

use std::sync::Arc;

use firedamp::domain::base::Digest;
use firedamp::domain::detect::{Grade, Rulebook, Subject, Watch, rulebook};
use firedamp::domain::facts::{
    Ancestor, Around, Evidence, FoundBy, FoundFile, Own, Process, Reading, Sighting, Snapshot,
    Socket, Speaker, Spoken, Trace, Wire,
};

use super::{id, pb_31, process, snapshot, socket};

const WALLET: &str = "0x52908400098527886E0F7030069857D2E4169EE7";

fn below(pid: u32, comm: &str, exe: &str, words: &str, above: &[u32]) -> Process {
    let ancestors = above.iter().map(|it| Ancestor { id: id(*it), comm: "bash".into() }).collect();
    Process {
        exe: Reading::Known(exe.into()),
        around: Arc::new(Around { ancestors, session: 500, ..Around::default() }),
        ..process(pid, comm, words.replace(' ', "\0").as_bytes())
    }
}

fn carrier() -> Socket {
    Socket { local: "192.0.2.7:22".parse().unwrap(), own: true, ..socket(10, "198.51.100.9:40000") }
}

fn grade(seen: &Snapshot, pid: u32) -> Option<Grade> {
    let pack = rulebook::read("seen.txt", &format!("work.example\n203.0.113.7\n{WALLET}\n"));
    let book = Arc::new(Rulebook::with(&[pack]));
    let found = Watch::heeding(book).see(seen, &pb_31());
    found.get(&Subject::Process(id(pid))).map(|it| it.grade)
}

/// This program runs these words below that one.
fn of(exe: &str, words: &str, above: &[u32]) -> Option<Grade> {
    let comm = exe.rsplit('/').next().unwrap();
    let all = vec![
        below(10, "sshd-session", "/usr/sbin/sshd", "sshd", &[]),
        below(40, comm, exe, words, above),
    ];
    grade(&snapshot(1_000, all, vec![carrier()]), 40)
}

#[test]
fn what_the_responder_types_is_not_confirmed_and_what_another_types_is() {
    let curl = |above: &[u32]| of("/usr/bin/curl", "curl https://work.example/", above);
    assert_eq!(curl(&[20, 10, 1]), Some(Grade::Noted));
    assert_eq!(curl(&[20, 11, 1]), Some(Grade::Confirmed));
    let miner = format!("./m -o stratum+tcp://203.0.113.7:443 -u {WALLET}");
    assert_eq!(of("/root/m", &miner, &[20, 10]), Some(Grade::Suspect), "words are typed");
    assert_eq!(of("/root/m", &miner, &[20, 11]), Some(Grade::Confirmed));
    let decode = format!("python3 decode.py --url stratum+tcp://203.0.113.7:443 --user {WALLET}");
    assert_eq!(of("/usr/bin/python3.11", &decode, &[20, 10]), Some(Grade::Suspect));
    let asks = format!("curl -o stratum+tcp://203.0.113.7:443 -u {WALLET}");
    assert!(of("/usr/bin/curl", &asks, &[20, 10]) < Some(Grade::Confirmed));
}

#[test]
fn a_table_that_the_responder_keeps_open_is_no_configuration() {
    let row = format!("4242,www-data,x -o stratum+tcp://203.0.113.7:443 -u {WALLET} -p x\n");
    let settings = format!("pool = stratum+tcp://203.0.113.7:443\nwallet = {WALLET}\npass = x\n");
    let held = |text: &str, above: &[u32]| {
        let all = vec![
            below(10, "sshd-session", "/usr/sbin/sshd", "sshd", &[]),
            below(40, "collect", "/opt/case/collect", "collect", above),
        ];
        let mut seen = snapshot(1_000, all, vec![carrier()]);
        let file = FoundFile {
            path: "/tmp/#4242 (deleted)".into(),
            by: FoundBy::Open,
            deleted: true,
            content: text.into(),
            ..FoundFile::default()
        };
        let files = vec![Arc::new(file)];
        let trace = Arc::new(Trace { process: id(40), files, ..Trace::default() });
        seen.evidence = Arc::new(Evidence { traces: vec![trace] });
        let found = Watch::default().see(&seen, &pb_31());
        found.get(&Subject::Process(id(40))).map(|it| it.grade)
    };
    assert!(held(&row, &[20, 11]) < Some(Grade::Confirmed), "a table, whoever has it");
    assert_eq!(held(&settings, &[20, 11]), Some(Grade::Confirmed));
    assert_eq!(held(&settings, &[20, 10]), Some(Grade::Suspect), "the responder's own");
}

#[test]
fn what_the_responder_tries_is_not_confirmed_and_what_mines_there_is() {
    let see = |exe: &str, says: bool| {
        let all = vec![
            below(10, "sshd", "/usr/sbin/sshd", "sshd", &[]),
            below(40, "x", exe, "x", &[20, 10]),
        ];
        let mut seen = snapshot(1_000, all, vec![carrier(), socket(40, "203.0.113.7:443")]);
        if says {
            let (client, server) =
                ("192.0.2.7:50000".parse().unwrap(), "203.0.113.7:443".parse().unwrap());
            let spoken = Spoken::Stratum {
                by: Speaker::Client,
                method: "login".into(),
                login: "w".into(),
                agent: "".into(),
            };
            let (moment, last) = (seen.moment, seen.moment);
            let (process, served_by) = (Some(id(40)), None);
            let sighting =
                Sighting { moment, last, times: 1, spoken, client, server, process, served_by };
            seen.wire = Arc::new(Wire { sightings: vec![Arc::new(sighting)], ..Wire::default() });
        }
        grade(&seen, 40)
    };
    assert_eq!(see("/usr/bin/curl", false), Some(Grade::Suspect));
    assert_eq!(see("/root/m", false), Some(Grade::Confirmed));
    assert_eq!(see("/usr/bin/curl", true), Some(Grade::Confirmed));
}

#[test]
fn this_program_itself_is_never_a_finding() {
    let me = Process {
        cpu: 400.0,
        exe_deleted: true,
        ..below(30, "firedamp", "/tmp/x/firedamp", "firedamp --say work.example", &[20])
    };
    let mut helper = below(31, "firedamp", "/tmp/x/firedamp", "firedamp work.example", &[30, 20]);
    helper.exe = me.exe.clone();
    let other = below(32, "firedamp", "/tmp/x/firedamp", "firedamp work.example", &[1]);
    let mut seen = snapshot(
        1_000,
        vec![me, helper, Process { around: Arc::default(), ..other }],
        vec![socket(30, "203.0.113.7:3333")],
    );
    let all = |seen: &Snapshot| [30, 31, 32].map(|pid| grade(seen, pid).is_some());
    assert_eq!(all(&seen), [true, true, true]);
    seen.own = Arc::new(Own { process: Some(id(30)), ..Own::default() });
    assert_eq!(all(&seen), [false, false, true], "another that is called so is another");
    let mut late = id(30);
    late.start += 1;
    seen.own = Arc::new(Own { process: Some(late), ..Own::default() });
    assert_eq!(all(&seen), [true, true, true], "the pid is another's now");
}

/// Two screens and who runs `exe` under `pid` 41 with what the trace says.
fn beside(exe: &str, mounts: u64, digests: [Option<u8>; 2]) -> Option<Grade> {
    let screen = |pid: u32, exe: &str, mounts: u64| {
        let mut it = below(pid, "firedamp", exe, "firedamp", &[]);
        let around = Arc::make_mut(&mut it.around);
        (around.session, around.namespaces.mnt) = (pid, mounts);
        it
    };
    let all = vec![screen(40, "/dev/shm/.f/firedamp", 7), screen(41, exe, mounts)];
    let mut seen = snapshot(1_000, all, Vec::new());
    seen.own = Arc::new(Own { process: Some(id(40)), ..Own::default() });
    let trace = |(pid, digest): (u32, Option<u8>)| {
        let digest = digest.map(|it| Digest([it; 32]));
        Arc::new(Trace { process: id(pid), digest, ..Trace::default() })
    };
    let traces = [40, 41].into_iter().zip(digests).map(trace).collect();
    seen.evidence = Arc::new(Evidence { traces });
    grade(&seen, 41)
}

#[test]
fn another_screen_of_this_program_is_no_finding_and_another_program_in_its_place_is() {
    let here = "/dev/shm/.f/firedamp";
    assert_eq!(beside(here, 7, [None, None]), None, "it runs the same file");
    assert_eq!(beside("/tmp/.g/firedamp", 8, [Some(1), Some(1)]), None, "it is the same program");
    assert_eq!(beside(here, 7, [Some(1), Some(2)]), Some(Grade::Suspect), "mounted over it");
    assert_eq!(beside(here, 8, [None, None]), Some(Grade::Suspect), "seen through other mounts");
    assert_eq!(beside("/dev/shm/.f/other", 7, [Some(1), None]), Some(Grade::Suspect));
}
