//! Items of checklists: the facts behind them.

use std::sync::Arc;

use firedamp::domain::answer::{Answer, Ask, Fact, Way, What};
use firedamp::domain::base::{Digest, Language};
use firedamp::domain::detect::Grade;
use firedamp::domain::facts::{
    Autostart, AutostartChange, AutostartKind, Evidence, Hiding, HostView, Packaged, Persistence,
    Process, Reading, RunState, Site, Snapshot, SocketState, SshHome, Target, Trace, Trick,
};
use firedamp::domain::playbook::ItemId;
use firedamp::domain::session::Event;
use firedamp::domain::untrusted::Untrusted;

use crate::case::{Case, below, look, miner, process, socket};

fn item(case: &Case, id: &str) -> Answer {
    let id = ItemId(id.into());
    case.known().on_item(case.playbook.item(&id).unwrap())
}

fn mined() -> Snapshot {
    let sockets = vec![socket(7, "203.0.113.9:3333", SocketState::Established)];
    look(vec![below(miner(7), &["sh", "nginx", "systemd"])], sockets)
}

#[test]
fn every_item_of_the_investigation_has_a_fact_or_somebody_to_ask() {
    for case in [Case::pb_31(), Case::thai()] {
        let case = case.seen(&mined());
        for at in 1..=8 {
            let answer = item(&case, &format!("1.3/{at}"));
            assert!(!answer.facts.is_empty() || answer.ask.is_some(), "1.3/{at}: {answer:?}");
        }
    }
}

#[test]
fn items_are_understood_alike_in_both_languages() {
    let (en, th) = (Case::pb_31().seen(&mined()), Case::thai().seen(&mined()));
    for at in 1..=8 {
        let id = format!("1.3/{at}");
        let (en, th) = (item(&en, &id), item(&th, &id));
        assert_eq!(en.topics.first(), th.topics.first(), "{id}");
        assert_eq!(en.facts.first(), th.facts.first(), "{id}");
    }
}

#[test]
fn the_binary_is_named_with_whether_its_file_is_there() {
    let mut gone = miner(7);
    gone.exe_deleted = true;
    let case = Case::pb_31().seen(&look(vec![gone], Vec::new()));
    let answer = item(&case, "1.3/2");
    assert_eq!(answer.facts[0].what, What::Program("/var/tmp/.x/kworkerd".into(), true, None));
}

#[test]
fn the_binary_is_named_with_its_hash_where_that_was_read() {
    let gone = miner(7);
    let trace = Trace { process: gone.id, digest: Some(Digest([0xab; 32])), ..Trace::default() };
    let mut look = look(vec![gone], Vec::new());
    look.evidence = Arc::new(Evidence { traces: vec![Arc::new(trace)] });
    for case in [Case::pb_31(), Case::thai()] {
        let answer = item(&case.seen(&look), "1.3/2");
        let digest = Some(Digest([0xab; 32]));
        assert_eq!(
            answer.facts[0].what,
            What::Program("/var/tmp/.x/kworkerd".into(), false, digest)
        );
        let said = firedamp::words::answer::fact(Language::En, &answer.facts[0]).plain(200);
        assert_eq!(said, format!("/var/tmp/.x/kworkerd sha256 {}", "ab".repeat(32)));
    }
}

#[test]
fn the_pool_is_named_by_the_connection_and_by_the_command_line() {
    let answer = item(&Case::pb_31().seen(&mined()), "1.3/3");
    let end = "203.0.113.9:3333".parse().unwrap();
    assert_eq!(answer.facts[0].what, What::Pools(1, Some(end)));
    assert_eq!(answer.facts[1].what, What::Named("stratum+tcp://pool.example:3333".into()));
}

#[test]
fn a_process_that_now_runs_something_else_keeps_no_pool_of_before() {
    let mut case = Case::pb_31().seen(&mined());
    let arguments = b"kworkerd\0-o\0stratum+tcp://other.example:3333\0-u\0nobody";
    let again = Process { command: Reading::Known(Untrusted::new(arguments)), ..miner(7) };
    case.see(&look(vec![again], Vec::new()));
    let named = What::Named("stratum+tcp://other.example:3333".into());
    let pools: Vec<What> = item(&case, "1.3/3").facts.into_iter().map(|it| it.what).collect();
    assert!(pools.contains(&named), "{pools:?}");
    assert!(!pools.contains(&What::Named("stratum+tcp://pool.example:3333".into())), "{pools:?}");
}

#[test]
fn those_above_it_tell_the_way_in() {
    let sshd = below(miner(7), &["bash", "sshd", "sshd"]);
    let answer = item(&Case::pb_31().seen(&look(vec![sshd], Vec::new())), "1.3/4");
    let came = What::Came(Way::Login, "sshd > sshd > bash > kworkerd".into());
    assert_eq!(answer.facts[0].what, came);
    let nobodys = Process { user: None, uid: 0, ..miner(7) };
    let orphan = item(&Case::pb_31().seen(&look(vec![nobodys], Vec::new())), "1.3/4");
    assert_eq!(orphan.ask, Some(Ask::Logs), "nothing tells");
}

#[test]
fn what_brings_it_back_is_named() {
    let entry = cron("*/5 * * * * root /var/tmp/.x/kworkerd", Vec::new());
    let persistence =
        Persistence { entries: vec![Arc::new(entry)], hunted_ms: Some(1), watched: true };
    let snapshot = Snapshot { persistence: Arc::new(persistence), ..mined() };
    let answer = item(&Case::pb_31().seen(&snapshot), "1.3/7");
    let path = "/etc/cron.d/update".into();
    assert_eq!(answer.facts[0].what, What::Autostarts(0, 1, 0));
    assert_eq!(answer.facts[1].what, What::Autostart(Grade::Suspect, AutostartKind::Cron, path));
    let none = item(&Case::pb_31().seen(&mined()), "1.3/7");
    assert_eq!(none.facts[0].what, What::NotHunted, "not hunted is not none");
}

fn starts(change: AutostartChange, text: &str) -> Event {
    let (place, path) = (AutostartKind::Cron, "/etc/cron.d/new".into());
    Event::Autostart { change, place, path, line: 1, text: text.into(), since: None }
}

#[test]
fn what_is_new_is_told_though_nothing_speaks_against_it() {
    let persistence = Persistence { hunted_ms: Some(1), watched: true, ..Persistence::default() };
    let snapshot = look(Vec::new(), Vec::new());
    let snapshot = Snapshot { persistence: Arc::new(persistence), ..snapshot };
    let mut case = Case::pb_31().seen(&snapshot);
    assert_eq!(item(&case, "1.3/7").facts[0].what, What::Autostarts(0, 0, 0));
    case.apply(starts(AutostartChange::Appeared, "one"));
    case.apply(starts(AutostartChange::Changed, "two"));
    let answer = item(&case, "1.3/7");
    assert_eq!(answer.facts[0].what, What::AutostartNews(1, 0), "what is new stays new");
    let said = firedamp::words::answer::fact(Language::En, &answer.facts[0]).plain(200);
    assert_eq!(said, "1 new since the first look");
    let new = What::AutostartNew(
        AutostartChange::Appeared,
        AutostartKind::Cron,
        "/etc/cron.d/new".into(),
    );
    assert!(answer.facts.iter().any(|it| it.what == new), "{answer:?}");
    case.apply(starts(AutostartChange::Vanished, "two"));
    assert_eq!(item(&case, "1.3/7").facts[0].what, What::Autostarts(0, 0, 0), "it went again");
    case.apply(starts(AutostartChange::Changed, "three"));
    assert_eq!(item(&case, "1.3/7").facts[0].what, What::AutostartNews(0, 1));
}

#[test]
fn what_is_only_marked_to_look_at_is_not_denied() {
    let text = "*/5 * * * * root echo bmV3dXNlciBoYXJtbGVzcwo= | base64 -d >/dev/null";
    let entry = cron(text, vec![Trick::Base64]);
    let persistence =
        Persistence { entries: vec![Arc::new(entry)], hunted_ms: Some(1), watched: true };
    let snapshot = look(Vec::new(), Vec::new());
    let snapshot = Snapshot { persistence: Arc::new(persistence), ..snapshot };
    let case = Case::pb_31().seen(&snapshot);
    let answer = item(&case, "1.3/7");
    assert_eq!(answer.facts[0].what, What::Autostarts(0, 0, 1));
    let path = "/etc/cron.d/update".into();
    assert_eq!(answer.facts[1].what, What::Autostart(Grade::Noted, AutostartKind::Cron, path));
    let said = firedamp::words::answer::fact(Language::En, &answer.facts[0]).plain(200);
    assert_eq!(said, "start by themselves: 1 to look at");
    // What anybody may have written answers no question.
    let asked =
        "# P\n\n```mermaid\ngraph TD\n  Q{\"Persistence?\"} -->|yes| A\n  Q -->|no| B\n```\n";
    assert_eq!(Case::of(asked).seen(&snapshot).on("Q").suggestion, None);
}

fn cron(text: &str, tricks: Vec<Trick>) -> Autostart {
    let runs = Target {
        program: "/var/tmp/.x/kworkerd".into(),
        exists: Reading::Known(true),
        packaged: Packaged::No,
    };
    Autostart {
        kind: AutostartKind::Cron,
        path: "/etc/cron.d/update".into(),
        line: 1,
        text: text.into(),
        user: None,
        uid: 0,
        mode: 0o644,
        modified: firedamp::domain::base::Timestamp::UNIX_EPOCH,
        changed: firedamp::domain::base::Timestamp::UNIX_EPOCH,
        immutable: Reading::Unknown,
        packaged: Packaged::No,
        runs: Some(runs).filter(|_| tricks.is_empty()),
        tricks,
        remarks: Vec::new(),
    }
}

#[test]
fn ways_on_from_here_are_counted() {
    let homes = vec![
        SshHome { user: "root".into(), known: 3, keys: 1 },
        SshHome { user: "suda".into(), known: 0, keys: 0 },
    ];
    let site = Site { homes: Reading::Known(homes), homes_unread: 2, ..Site::default() };
    let sockets = vec![socket(5, "203.0.113.8:22", SocketState::Established)];
    let snapshot = look(vec![process(5, "ssh", b"ssh\0host.example")], sockets);
    let snapshot = Snapshot { site: Arc::new(site), ..snapshot };
    let answer = item(&Case::pb_31().seen(&snapshot), "1.3/8");
    let end = "203.0.113.8:22".parse().unwrap();
    assert_eq!(answer.facts[0].what, What::SshOut(1, end, "ssh".into()));
    assert_eq!(answer.facts[1].what, What::Keys(1, 3, 1, 2));
    assert_eq!(answer.ask, Some(Ask::Hosts));
}

#[test]
fn that_nothing_hides_is_said_only_where_views_were_compared() {
    let text = "# P\n\n```mermaid\ngraph TD\n  Q{\"Hidden?\"} -->|x| A\n```\n";
    let on = |snapshot: &Snapshot| Case::of(text).seen(snapshot).on("Q");
    let blind = on(&mined());
    assert_eq!((blind.facts, blind.ask), (Vec::new(), Some(Ask::Logs)));
    let views = vec![HostView::Clocks];
    let hiding = Arc::new(Hiding { views, ..Hiding::default() });
    let seen = on(&Snapshot { hiding, ..mined() });
    assert_eq!(seen.facts[0].what, What::Hides(0));
}

#[test]
fn an_item_about_nothing_here_gets_nothing() {
    let answer = item(&Case::pb_31().seen(&mined()), "6/6");
    assert_eq!(answer, Answer::default());
}

#[test]
fn tools_that_are_only_suspect_are_no_mining_binaries_beside_a_confirmed_one() {
    let mut suspect = process(9, "backup", b"backup");
    suspect.exe = Reading::Known("/var/tmp/backup (deleted)".into());
    (suspect.exe_deleted, suspect.cpu, suspect.state) = (true, 99.0, RunState::Running);
    let named = |processes| {
        let case = Case::pb_31().seen(&look(processes, Vec::new()));
        let facts = item(&case, "1.3/2").facts;
        let program = |fact: Fact| {
            if let What::Program(path, _, _) = fact.what { Some(path.plain(80)) } else { None }
        };
        facts.into_iter().filter_map(program).collect::<Vec<_>>()
    };
    let alone = named(vec![suspect.clone()]);
    assert_eq!(alone, ["/var/tmp/backup"], "a suspect is better than nothing");
    assert_eq!(named(vec![miner(7), suspect]), ["/var/tmp/.x/kworkerd"]);
}
