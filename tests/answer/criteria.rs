//! Criteria for telling others, impact and cost: what the tables say is what counts.

use firedamp::domain::answer::{Ask, Criterion, Firing, What};
use firedamp::domain::detect::{FactSource, Finding, Grade, Reason, Rule, Subject};
use firedamp::domain::facts::{
    Around, Firmware, GpuHolder, GpuSourceKind, Process, Reading, Site, Snapshot, SocketState,
};
use firedamp::domain::session::{Event, Figure, stated};
use firedamp::domain::untrusted::Untrusted;
use std::sync::Arc;

use crate::case::{
    Case, below, id, in_container, look, look_at, miner, on_firmware, process, socket,
};

const HOUR: u64 = 3_600_000;

fn of<'a>(all: &'a [Criterion], words: &str) -> &'a Criterion {
    all.iter().find(|it| it.condition.contains(words)).unwrap()
}

fn after_hours(hours: u64) -> Process {
    Process { cpu_ms: hours * HOUR, ..miner(7) }
}

#[test]
fn a_bill_above_the_tables_figure_fires_and_the_figure_is_the_tables() {
    let fires =
        |case: Case| of(&case.noted("billing: $2,400").known().criteria(), "billing").firing;
    assert_eq!(fires(Case::pb_31()), Firing::Due);
    assert_eq!(fires(Case::edited("> $1,000", "> $5,000")), Firing::Silent);
    assert_eq!(fires(Case::edited("> $1,000", "> 2k USD")), Firing::Due);
}

#[test]
fn a_bill_counts_in_its_own_money() {
    let fires = |sum: &str| {
        let note = Figure::Billing.note(sum, "$").unwrap();
        let case = Case::pb_31().noted(&String::from_utf8_lossy(note.bytes()));
        of(&case.known().criteria(), "billing").firing
    };
    assert_eq!(fires("5000 บาท"), Firing::Look, "nobody here knows what a baht is worth");
    assert_eq!(fires("฿2000"), Firing::Look);
    assert_eq!([fires("2k"), fires("$2k"), fires("2,000 USD")], [Firing::Due; 3]);
    assert_eq!([fires("999"), fires("0")], [Firing::Silent; 2]);
}

#[test]
fn a_note_states_a_figure_or_goes_on_in_words() {
    let said = |note: &str| stated(&note.into()).map(|it| (it.value, it.sign));
    for note in [
        "billing: asked Finance, ticket 48213",
        "hosts: 12 still to check",
        "hosts: 2.5",
        "rate: 0,05",
        "rate: 1,00,000",
        "rate: -5",
        "rate: $5 ฿",
        "billing: $1.2.3",
        "billing:",
    ] {
        assert_eq!(said(note), None, "{note}");
    }
    assert_eq!(said("billing: 5000 บาท"), Some((Some(5_000.0), "฿".into())));
    assert_eq!(said("billing: $2,400."), None, "nothing follows");
    assert_eq!(said("rate: 0.05"), Some((Some(0.05), String::new())));
    assert_eq!(said("hosts: 12 hosts"), Some((Some(12.0), String::new())));
    assert_eq!(Figure::Rate.note("0,05", "$"), None);
    assert_eq!(Figure::Rate.note("5000 บาท", "$"), Some("rate: 5000 บาท".into()));
    assert_eq!(Figure::Rate.note("0.05", "$"), Some("rate: $0.05".into()));
}

#[test]
fn what_was_used_up_at_the_stated_rate_fires_too() {
    let fires = |case: Case| {
        let case = case.seen(&look(vec![after_hours(4_000)], Vec::new())).noted("rate: $0.05");
        let all = case.known().criteria();
        (of(&all, "billing").firing, of(&all, "billing").facts.clone())
    };
    assert_eq!(fires(Case::pb_31()).0, Firing::Silent, "4,000 hours are $200");
    let (firing, facts) = fires(Case::edited("> $1,000", "> $150"));
    assert_eq!(firing, Firing::Due);
    assert_eq!(facts[0].what, What::Spent("$200.00".into(), false));
}

#[test]
fn what_was_used_up_is_a_least_sum_after_another_screen_saw_somebody() {
    let spent = |case: &Case| {
        let known = case.known();
        let least = known.cost().at_least;
        let facts = known.criteria().into_iter().flat_map(|it| it.facts);
        (least, facts.filter(|it| matches!(it.what, What::Spent(_, true))).count() > 0)
    };
    let case = || {
        let edited = Case::edited("> $1,000", "> $150").noted("rate: $0.05");
        edited.seen(&look(vec![after_hours(4_000)], Vec::new()))
    };
    assert_eq!(spent(&case()), (false, false));
    let mut resumed = case();
    resumed.apply(Event::Resumed { version: "0.1.0".into() });
    assert_eq!(spent(&resumed), (true, true));
    let mut missed = case();
    let subject = Subject::Process(id(4_711));
    let reason = Reason { rule: Rule::PoolUrl, value: "x".into(), source: FactSource::CommandLine };
    let finding = Finding { subject, grade: Grade::Confirmed, reasons: vec![reason] };
    missed.apply(Event::Found { finding, name: "4711 gone".into() });
    assert_eq!(spent(&missed), (true, true), "it ended before this screen looked");
}

#[test]
fn several_hosts_fire_where_the_table_says_so() {
    let table = "| Several accounts are affected | Major Incident |";
    let several = "| More than 2 hosts are affected | Major Incident |";
    let fires = |hosts: &str| {
        let case = Case::edited(table, several).noted(hosts);
        of(&case.known().criteria(), "hosts").firing
    };
    assert_eq!([fires("hosts: 2"), fires("hosts: 3")], [Firing::Silent, Firing::Due]);
    let least = |row: &str, hosts: &str| {
        let case = Case::edited(table, &format!("| {row} | Major Incident |")).noted(hosts);
        of(&case.known().criteria(), "hosts").firing
    };
    for row in [
        "3 or more hosts",
        "≥ 3 hosts",
        ">= 3 hosts",
        "At least 3 hosts",
        "$1,000 and at least 3 hosts",
    ] {
        let found = [least(row, "hosts: 2"), least(row, "hosts: 3")];
        assert_eq!(found, [Firing::Silent, Firing::Due], "{row}");
    }
}

#[test]
fn a_virtual_machine_has_a_chassis_and_is_no_workstation() {
    let at = |vendor: &str, product: &str| {
        let firmware = Firmware {
            vendor: vendor.into(),
            product: product.into(),
            chassis: 3,
            ..Firmware::default()
        };
        let site = Site { firmware: Reading::Known(firmware), ..Site::default() };
        let snapshot = Snapshot { site: Arc::new(site), ..look(Vec::new(), Vec::new()) };
        let impact = Case::pb_31().seen(&snapshot).known().impact();
        impact.at.map(|at| impact.rows[at].host_type.clone())
    };
    assert_eq!(at("Microsoft Corporation", "Virtual Machine"), None);
    assert_eq!(at("Dell Inc.", "OptiPlex 7090").unwrap(), "User workstation");
}

#[test]
fn a_miner_that_is_called_like_a_desktop_is_none() {
    let at = |process: Process| {
        let impact = Case::pb_31().seen(&look(vec![process], Vec::new())).known().impact();
        impact.at.map(|at| impact.rows[at].host_type.clone())
    };
    assert_eq!(at(Process { comm: "Xorg".into(), ..miner(7) }), None);
    assert_eq!(at(process(5, "Xorg", b"Xorg")).unwrap(), "User workstation");
}

#[test]
fn names_asked_for_at_the_metadata_address_are_no_credentials() {
    for end in ["169.254.169.254:53", "168.63.129.16:80"] {
        let sockets = vec![socket(7, end, SocketState::Established)];
        let all = Case::pb_31().seen(&look(vec![miner(7)], sockets)).known().criteria();
        assert_eq!(of(&all, "IAM").firing, Firing::Silent, "{end}");
    }
}

#[test]
fn a_confirmed_miner_at_the_metadata_address_fires_stolen_credentials_and_leads_on() {
    let sockets = vec![socket(7, "169.254.169.254:80", SocketState::Established)];
    let case = Case::pb_31().seen(&look(vec![miner(7)], sockets.clone()));
    let all = case.known().criteria();
    let iam = of(&all, "IAM");
    assert_eq!((iam.firing, iam.to.as_str()), (Firing::Due, "PB-16 Cloud IAM"));
    assert_eq!(iam.link.as_ref().unwrap().playbook.as_deref(), Some("PB-16"));
    assert_eq!(all[0], *iam, "what fires stands first");
    let agent = vec![process(7, "agent", b"agent")];
    let all = Case::pb_31().seen(&look(agent, sockets)).known().criteria();
    assert_eq!(of(&all, "IAM").firing, Firing::Silent, "everybody asks there");
}

#[test]
fn a_miner_that_is_its_containers_own_program_leads_to_the_supply_chain_playbook() {
    let firing = |process| {
        let all = Case::pb_31().seen(&look(vec![process], Vec::new())).known().criteria();
        let supply = of(&all, "Supply");
        assert_eq!(supply.link.as_ref().unwrap().playbook.as_deref(), Some("PB-32"));
        supply.firing
    };
    let own = in_container(below(miner(7), &["containerd-shim", "systemd"]));
    assert_eq!(firing(own), Firing::Due);
    assert_eq!(firing(below(miner(7), &["sh", "npm", "bash"])), Firing::Due);
    assert_eq!(firing(below(miner(7), &["node", "sh", "npm install", "bash"])), Firing::Due);
    assert_eq!(firing(below(miner(7), &["pip3", "bash"])), Firing::Due);
    let exe = |exe: &str| Process { exe: Reading::Known(exe.into()), ..miner(7) };
    assert_eq!(firing(exe("/srv/app/node_modules/left/bin/run")), Firing::Due);
    assert_eq!(firing(exe("/srv/app/run")), Firing::Silent);
    // Who is only suspect is for people to judge.
    let suspect = Process { command: Reading::Known("xmrig".into()), ..miner(7) };
    assert_eq!(firing(below(suspect, &["pip3", "bash"])), Firing::Look);
    // What was installed runs below the tool that started it: whoever broke into that came by another way.
    for above in [
        &["sh", "node", "sh", "npm", "systemd"][..],
        &["sh", "server", "npm", "systemd"],
        &["sh", "node", "npm start", "systemd"],
        &["bash", "sshd", "npm"],
    ] {
        assert_eq!(firing(below(miner(7), above)), Firing::Silent, "{above:?}");
    }
    let broken_in = in_container(below(miner(7), &["sh", "nginx", "containerd-shim"]));
    assert_eq!(firing(broken_in), Firing::Silent);
}

#[test]
fn an_insider_is_for_people_to_judge() {
    let by_hand = below(miner(7), &["bash", "sshd"]);
    let all = Case::pb_31().seen(&look(vec![by_hand], Vec::new())).known().criteria();
    let insider = of(&all, "insider");
    assert_eq!((insider.firing, insider.ask), (Firing::Look, Some(Ask::People)));
}

#[test]
fn a_miner_that_a_person_typed_at_a_terminal_is_due_and_one_of_a_service_account_is_not() {
    let firing = |login: Option<u32>, terminal: Option<&str>| {
        let it = below(miner(7), &["sudo", "bash", "sshd"]);
        let terminal = terminal.map(Into::into);
        let around = Around { login, terminal, ..Around::clone(&it.around) };
        let it = Process { around: Arc::new(around), ..it };
        let all = Case::pb_31().seen(&look(vec![it], Vec::new())).known().criteria();
        of(&all, "insider").firing
    };
    assert_eq!(firing(Some(1001), Some("pts/3")), Firing::Due);
    assert_eq!(firing(Some(33), Some("pts/3")), Firing::Look);
    assert_eq!(firing(Some(u32::MAX), Some("pts/3")), Firing::Look);
    assert_eq!(firing(Some(1001), None), Firing::Look);
}

#[test]
fn whatever_is_not_silent_says_why() {
    let sockets = vec![socket(7, "169.254.169.254:80", SocketState::Established)];
    let case = Case::pb_31()
        .seen(&look(vec![below(miner(7), &["bash", "sshd"])], sockets))
        .noted("billing: $2,400")
        .noted("the contractor was on call");
    for it in case.known().criteria() {
        assert_eq!(it.facts.is_empty(), it.firing == Firing::Silent, "{it:?}");
    }
}

#[test]
fn urgency_is_read_from_the_table() {
    let rented = || on_firmware("Amazon EC2", "m5.large");
    let at = |case: Case| {
        let impact = case.seen(&rented()).known().impact();
        impact.at.map(|at| impact.rows[at].priority.clone())
    };
    assert_eq!(at(Case::pb_31()).unwrap(), "P1");
    let edited =
        Case::edited("| Cloud instance | High (cost) | P1 |", "| Cloud instance | - | P4 |");
    assert_eq!(at(edited).unwrap(), "P4");
}

#[test]
fn of_a_server_nobody_knows_whether_it_is_in_production_but_its_name_and_the_responder() {
    let named = |name: &str| {
        let mut snapshot = look(Vec::new(), Vec::new());
        snapshot.host = Arc::new(firedamp::domain::facts::Host {
            name: name.into(),
            ..firedamp::domain::facts::Host::default()
        });
        Case::pb_31().seen(&snapshot)
    };
    let at = |case: &Case| {
        let impact = case.known().impact();
        (impact.at.map(|at| impact.rows[at].host_type.clone()), impact.ask)
    };
    assert_eq!(at(&named("web-03.example")), (None, Some(Ask::HostType)));
    assert_eq!(at(&named("web-prod2.example")).0.unwrap(), "Production server");
    assert_eq!(at(&named("stg1.example")).0.unwrap(), "Dev/test server");
    let said = named("web-03.example").noted("host-type: production");
    assert_eq!(at(&said), (Some("Production server".into()), None));
    let other = named("web-prod2.example").noted("host-type: dev");
    assert_eq!(at(&other).0.unwrap(), "Dev/test server", "the responder knows better");
}

#[test]
fn the_cost_counts_those_who_ended_and_is_a_sum_only_at_a_stated_rate() {
    let mut case = Case::pb_31().seen(&look(vec![after_hours(2)], Vec::new()));
    case.see(&look_at(1_000, vec![process(8, "everyday", b"everyday")], Vec::new()));
    let cost = case.known().cost();
    assert!((cost.core_hours - 2.0).abs() < 1e-9, "{cost:?}");
    assert_eq!((cost.live, cost.ended), (0, 1));
    assert_eq!(cost.sum, None, "nobody said what an hour costs");
    case.note("rate: 0.05");
    assert_eq!(case.known().cost().sum.unwrap().show(), "$0.10");
}

#[test]
fn a_rate_without_a_sign_has_the_playbooks() {
    let case = Case::edited("> $1,000", "> ฿30,000")
        .seen(&look(vec![after_hours(10)], Vec::new()))
        .noted("rate: 2");
    assert_eq!(case.known().cost().sum.unwrap().show(), "฿20.00");
    assert_eq!(case.known().sign(), "฿");
}

#[test]
fn hours_of_a_graphics_processor_are_counted_from_look_to_look() {
    let busy = |ms| {
        let mut snapshot: Snapshot = look_at(ms, vec![miner(7)], Vec::new());
        let device = Untrusted::from("nvidia0");
        let mut holder = GpuHolder::of(id(7), device, GpuSourceKind::NvidiaSmi);
        holder.busy = Reading::Known(50.0);
        snapshot.gpu =
            Arc::new(firedamp::domain::facts::Gpu { holders: vec![holder], ..Default::default() });
        snapshot
    };
    let mut case = Case::pb_31();
    for second in 0..=3_600 {
        case.see(&busy(second * 1_000));
    }
    let cost = case.known().cost();
    assert!((cost.gpu_hours - 0.5).abs() < 1e-6, "{cost:?}");
    case.note("rate: $0");
    assert_eq!(case.known().cost().sum, None, "its hours have no price");
    case.note("gpu-rate: ฿2");
    assert_eq!(case.known().cost().sum, None, "two moneys are no sum");
    case.note("gpu-rate: $2");
    let cost = case.known().cost();
    assert_eq!(cost.sum.unwrap().show(), "$1.00");
    assert_eq!(cost.a_day.unwrap().show(), "$24.00");
}

#[test]
fn limits_of_the_load_are_the_tables() {
    let over = |case: Case| {
        let busy = Process { cpu: 50.0, ..process(5, "everyday", b"everyday") };
        let case = case.seen(&look(vec![busy], Vec::new()));
        let facts = case.on("OnPrem").facts;
        facts.into_iter().find_map(|it| if let What::Cpu(_, over) = it.what { over } else { None })
    };
    assert_eq!(over(Case::pb_31()).unwrap(), (80.0, 0));
    assert_eq!(over(Case::edited("> 80% for 30 min", "> 40% for 30 min")).unwrap(), (40.0, 1));
}
