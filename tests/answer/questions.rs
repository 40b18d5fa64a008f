//! Questions of flows: which branch is suggested, and why.

use firedamp::domain::answer::{Ask, FactsFrom, Provider, What};
use std::sync::Arc;

use firedamp::domain::facts::{Host, Process, Snapshot, SocketState};
use firedamp::domain::playbook::PB_31;
use proptest::prelude::*;

use crate::case::{Case, look, miner, on_firmware, process, socket};

const ESTABLISHED: SocketState = SocketState::Established;

#[test]
fn firmware_of_a_provider_suggests_the_cloud_and_says_why() {
    let case = Case::pb_31().seen(&on_firmware("Amazon EC2", "m5.large"));
    assert_eq!(case.suggests("Env").unwrap(), "Cloud (AWS/Azure/GCP)");
    let because = case.on("Env").suggestion.unwrap().because;
    assert_eq!(because.what, What::Rented(Provider::Amazon, "Amazon EC2 m5.large".into()));
    assert_eq!(because.from, FactsFrom::Firmware);
}

#[test]
fn a_machine_of_its_own_suggests_on_premise() {
    let case = Case::pb_31().seen(&on_firmware("Dell Inc.", "PowerEdge R740"));
    assert_eq!(case.suggests("Env").unwrap(), "On-premise");
}

#[test]
fn whose_machine_it_is_nobody_says_on_a_weak_sign() {
    let asks = |snapshot| {
        let answer = Case::pb_31().seen(&snapshot).on("Env");
        assert_eq!((answer.suggestion, answer.ask), (None, Some(Ask::Owner)));
        answer.facts
    };
    let facts = asks(on_firmware("Example Servers Ltd", "R 740"));
    assert!(matches!(facts[0].what, What::Firmware(_)), "{facts:?}");
    let agent = Process { uid: 0, ..process(5, "amazon-ssm-agen", b"amazon-ssm-agent") };
    let facts = asks(look(vec![agent], Vec::new()));
    assert!(facts.iter().any(|it| matches!(it.what, What::Agent(..))), "{facts:?}");
    let talks = vec![Arc::new(socket(5, "169.254.169.254:80", ESTABLISHED))];
    asks(Snapshot { sockets: talks, ..on_firmware("Dell Inc.", "PowerEdge R740") });
}

#[test]
fn a_low_load_is_no_no_while_the_machine_is_busy() {
    let text = "# P\n\n```mermaid\ngraph TD\n  Q{\"Is the load high?\"} -->|Yes| A\n  Q -->|No| B\n```\n\n\
                | Indicator | Source | Threshold |\n|---|---|---|\n| High CPU | EDR | > 80% for 30 min |\n";
    let asked = |cpu: f32| {
        let mut snapshot = look(Vec::new(), Vec::new());
        snapshot.host = Arc::new(Host { cpu, ..Host::default() });
        let case = Case::of(text).seen(&snapshot);
        (case.suggests("Q"), case.on("Q").ask)
    };
    assert_eq!(asked(10.0).0.as_deref(), Some("No"));
    assert_eq!(asked(95.0), (None, Some(Ask::Logs)));
}

#[test]
fn of_a_virtual_machine_of_nobody_knows_whom_the_owner_is_asked() {
    for (vendor, product) in [("QEMU", "Standard PC"), ("VMware, Inc.", "VMware20,1")] {
        let answer = Case::pb_31().seen(&on_firmware(vendor, product)).on("Env");
        assert_eq!((answer.suggestion, answer.ask), (None, Some(Ask::Owner)));
        assert!(matches!(answer.facts[0].what, What::Virtual(_)), "{:?}", answer.facts);
    }
}

#[test]
fn somebody_who_answers_at_the_metadata_address_suggests_the_cloud() {
    let cloud = |state| {
        let sockets = vec![socket(5, "169.254.169.254:80", state)];
        let case = Case::pb_31().seen(&look(vec![process(5, "curl", b"curl")], sockets));
        case.suggests("Env")
    };
    assert_eq!(cloud(ESTABLISHED).unwrap(), "Cloud (AWS/Azure/GCP)");
    assert_eq!(cloud(SocketState::SynSent), None, "nobody answered");
}

#[test]
fn one_host_does_not_say_that_it_is_the_only_one() {
    let mut case = Case::pb_31().seen(&look(vec![miner(7)], Vec::new()));
    let answer = case.on("Scope");
    assert_eq!((answer.suggestion, answer.ask), (None, Some(Ask::Hosts)));
    case.note("hosts: 1");
    assert_eq!(case.suggests("Scope").unwrap(), "One machine");
    case.note("hosts: 3");
    assert_eq!(case.suggests("Scope").unwrap(), "Several machines/regions");
    assert_eq!(case.on("Scope").suggestion.unwrap().because.from, FactsFrom::Journal(2));
}

#[test]
fn a_scan_out_of_the_host_is_a_fact_and_counts_nobody() {
    let ends = (1..=6).map(|at| format!("203.0.113.{at}:22"));
    let sockets = ends.map(|end| socket(7, &end, SocketState::SynSent)).collect();
    let case = Case::pb_31().seen(&look(vec![miner(7)], sockets));
    let answer = case.on("Scope");
    assert_eq!((answer.suggestion, answer.ask), (None, Some(Ask::Hosts)));
    let scan = What::Scan(6, 22, "kworkerd".into());
    assert!(answer.facts.iter().any(|it| it.what == scan), "{:?}", answer.facts);
}

#[test]
fn what_was_found_tells_where_it_was_seen() {
    let host = Case::pb_31().seen(&look(vec![miner(7)], Vec::new()));
    assert_eq!(host.suggests("Source").unwrap(), "CPU/GPU at 100%");
    let sockets = vec![socket(5, "203.0.113.9:3333", ESTABLISHED)];
    let mut nobodys = sockets.clone();
    nobodys[0].owners.clear();
    let net = Case::pb_31().seen(&look(vec![process(5, "everyday", b"everyday")], nobodys));
    assert_eq!(net.suggests("Source").unwrap(), "Network → mining pool");
    let bill = Case::pb_31().seen(&look(Vec::new(), Vec::new())).noted("billing: $400");
    assert_eq!(bill.suggests("Source").unwrap(), "Cloud billing spike");
    assert_eq!(bill.noted("billing: $0").suggests("Source"), None, "nothing was billed");
}

#[test]
fn that_no_pool_was_seen_is_no_no() {
    let case = Case::pb_31().seen(&look(vec![process(5, "everyday", b"everyday")], Vec::new()));
    let answer = case.on("Pool");
    assert_eq!((answer.suggestion, answer.ask), (None, Some(Ask::Wire)));
    let sockets = vec![socket(5, "203.0.113.9:3333", ESTABLISHED)];
    let case = Case::pb_31().seen(&look(vec![process(5, "everyday", b"everyday")], sockets));
    assert_eq!(case.suggests("Pool").unwrap(), "Yes");
}

#[test]
fn both_languages_suggest_the_same_branches() {
    let sockets = || vec![socket(7, "203.0.113.9:3333", ESTABLISHED)];
    let snapshot = look(vec![miner(7)], sockets());
    let of = |case: Case| {
        let case = case.seen(&snapshot).noted("hosts: 2");
        let nodes = ["Env", "Scope", "Source", "Pool", "Stratum"];
        nodes.map(|node| case.on(node).suggestion.map(|it| it.branch))
    };
    assert_eq!(of(Case::pb_31()), of(Case::thai()));
    assert_eq!(of(Case::pb_31()), [None, Some(1), Some(0), Some(0), None]);
}

#[test]
fn a_question_is_known_by_its_words_wherever_it_stands() {
    let text = "# P\n\n```mermaid\ngraph TD\n  N9{\"How many hosts are hit?\"} -->|many| B\n  \
                N9 -->|a single one| A\n  A --> C{\"Is somebody hiding a process?\"}\n  \
                C -->|yes| D\n  C -->|no| E\n  E --> F{\"Tell the press?\"}\n  F -->|yes| D\n  \
                F -->|no| G\n```\n";
    let case = Case::of(text).seen(&look(vec![miner(7)], Vec::new())).noted("hosts: 1");
    assert_eq!(case.suggests("N9").unwrap(), "a single one");
    assert_eq!(case.on("C").ask, Some(Ask::Logs), "nothing hides, which is no «no»");
    let press = case.on("F");
    assert!(press.suggestion.is_none() && press.facts.is_empty() && press.ask.is_none());
}

/// A question with two branches, asked while a miner runs and talks to its pool.
fn asked(question: &str, branches: [&str; 2]) -> Option<String> {
    let [one, other] = branches;
    let text = format!(
        "# P\n\n```mermaid\ngraph TD\n  Q{{\"{question}\"}} -->|{one}| A\n  Q -->|{other}| B\n```\n"
    );
    let sockets = vec![socket(7, "203.0.113.9:3333", ESTABLISHED)];
    Case::of(&text).seen(&look(vec![miner(7)], sockets)).suggests("Q")
}

#[test]
fn what_was_done_is_no_question_for_a_look() {
    for question in [
        "Is the miner killed?",
        "Is the pool blocked?",
        "Is persistence removed?",
        "Is the miner not running?",
        "No miner left?",
        "Is the mining pool ours?",
        "หยุด miner แล้วหรือไม่",
        "บล็อกพูลแล้วหรือยัง",
        "ไม่มีพูลใช่ไหม",
    ] {
        assert_eq!(asked(question, ["Yes", "No"]), None, "{question}");
    }
    assert_eq!(asked("What to block?", ["Host firewall", "Network ACL"]), None);
}

#[test]
fn what_is_there_is_answered() {
    for question in [
        "Is the miner running?",
        "Are there any miners?",
        "Is there a connection to a mining pool?",
        "มีโปรแกรมขุดหรือไม่",
        "พบการเชื่อมต่อไปพูลหรือไม่",
    ] {
        assert_eq!(asked(question, ["Yes", "No"]).as_deref(), Some("Yes"), "{question}");
    }
}

#[test]
fn words_that_only_look_like_others_are_about_nothing() {
    for question in ["ดาวน์โหลด", "อัปโหลด", "ซัพพอร์ต", "รีพอร์ต", "เผยแพร่", "คนในทีม", "คนในองค์กร"]
    {
        let text = format!("# P\n\n```mermaid\ngraph TD\n  Q{{\"{question}\"}} -->|x| A\n```\n");
        let case = Case::of(&text).seen(&look(vec![miner(7)], Vec::new()));
        assert_eq!(case.on("Q").topics, [], "{question}");
    }
}

#[test]
fn a_figure_that_was_taken_back_states_nothing() {
    let mut case = Case::pb_31().noted("hosts: 4");
    assert!(case.on("Scope").suggestion.is_some());
    case.apply(firedamp::domain::session::Event::Withdrew { entry: 1 });
    assert!(case.on("Scope").suggestion.is_none());
}

proptest! {
    /// Whatever a playbook asks, what is suggested is one of its branches.
    #[test]
    fn what_is_suggested_can_be_taken(
        labels in prop::collection::vec("(yes|no|one|many|cloud|on-premise|cpu|network|bill|x|ใช่|ไม่ใช่)", 1..5),
        question in "(Is it a pool|How many hosts|Which environment|CPU high|Hidden|กี่เครื่อง|x)\\?",
        hosts in 1_u32..4,
    ) {
        let branch = |(at, label): (usize, &String)| format!("  Q -->|{label}| B{at}");
        let branches: Vec<String> = labels.iter().enumerate().map(branch).collect();
        let branches = branches.join("\n") + "\n";
        let text = format!("# P\n\n```mermaid\ngraph TD\n  Q{{\"{question}\"}}\n{branches}```\n");
        let sockets = vec![socket(7, "203.0.113.9:3333", ESTABLISHED)];
        let case = Case::of(&text)
            .seen(&look(vec![miner(7)], sockets))
            .noted(&format!("hosts: {hosts}"));
        if let Some(suggestion) = case.on("Q").suggestion {
            prop_assert!(suggestion.branch < labels.len());
            prop_assert!(suggestion.because.what != What::NotLooked);
        }
    }
}

#[test]
fn nothing_is_suggested_before_anybody_looked() {
    let case = Case::of(PB_31.en);
    for flow in case.playbook.flows() {
        for node in &flow.nodes {
            assert_eq!(case.known().on_node(flow, &node.id).suggestion, None, "{}", node.label);
        }
    }
}
