//! The brief: what the next responder is told, made from entries and the playbook alone.
#![expect(clippy::unwrap_used, reason = "a broken test should stop where it is")]

use firedamp::domain::base::{Digest, Language, Pid, ProcessId, Timestamp};
use firedamp::domain::detect::{FactSource, Finding, Grade, Reason, Rule, Subject};
use firedamp::domain::facts::{AutostartChange, AutostartKind};
use firedamp::domain::playbook::{
    Block, Checklist, Direction, Edge, Flow, FlowId, Item, ItemId, Node, NodeId, PB_31, Phase,
    Playbook, Section, Shape, Stroke, read,
};
use firedamp::domain::session::{
    Brief, Chain, Draft, Event, InForce, ItemState, NextStep, RiskKind, RuleFile, Stamp, Standing,
    State, brief,
};
use firedamp::words::card::card;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_282_200 + second).unwrap()
}

fn flow(id: &str, edges: &[(&str, &str)]) -> Block {
    let mut names: Vec<&str> = edges.iter().flat_map(|(from, to)| [*from, *to]).collect();
    names.sort_unstable();
    names.dedup();
    let node = |name: &&str| Node {
        id: NodeId((*name).into()),
        label: format!("Node {name}?"),
        shape: Shape::Rectangle,
        line: 1,
    };
    let edge = |(from, to): &(&str, &str)| Edge {
        from: NodeId((*from).into()),
        to: NodeId((*to).into()),
        label: None,
        stroke: Stroke::Solid,
        line: 1,
    };
    Block::Flow(Flow {
        id: FlowId(id.into()),
        title: format!("Flow {id}"),
        direction: Direction::Down,
        nodes: names.iter().map(node).collect(),
        edges: edges.iter().map(edge).collect(),
        groups: vec![],
        line: 1,
    })
}

fn checklist(id: &str, phase: Option<Phase>, count: usize) -> Block {
    let item = |number: usize| Item {
        links: Vec::new(),
        id: ItemId(format!("{id}/{number}")),
        text: format!("Item {number} of {id}"),
        how: None,
        ticked: false,
        line: 1,
    };
    let items = (1..=count).map(item).collect();
    Block::Checklist(Checklist { id: id.into(), title: id.into(), phase, items, line: 1 })
}

/// Two flows; containment stands before analysis on paper.
fn playbook() -> Playbook {
    let blocks = vec![
        flow("F1", &[("A", "B"), ("A", "C"), ("B", "D"), ("C", "D"), ("D", "E")]),
        flow("F2", &[("P", "Q")]),
        checklist("2.1", Some(Phase::Containment), 2),
        checklist("1.3", Some(Phase::Analysis), 4),
        checklist("9", None, 1),
    ];
    let section = Section {
        number: "1".into(),
        title: "Everything".into(),
        level: 1,
        line: 1,
        phase: None,
        blocks,
    };
    Playbook { id: "PB-31".into(), sections: vec![section], ..Playbook::default() }
}

fn told(events: impl IntoIterator<Item = Event>) -> Brief {
    told_by(&playbook(), events)
}

fn told_by(playbook: &Playbook, events: impl IntoIterator<Item = Event>) -> Brief {
    let (mut chain, mut state) = (Chain::default(), State::default());
    for (second, event) in (0..).zip(events) {
        let boot = Stamp { id: "b007".into(), ms: 0 };
        let line = chain.line(Draft { at: at(second), boot, by: "ploy".into(), event }).unwrap();
        chain.accept(&line).unwrap();
        state.apply(&line.entry);
    }
    let brief = brief(&state, playbook, at(100));
    assert_eq!((brief.seq, brief.head), (chain.seq(), chain.head()));
    brief
}

fn chose(flow: &str, node: &str, branch: usize, to: &str) -> Event {
    let (node, to) = (NodeId(node.into()), NodeId(to.into()));
    Event::Chose { flow: FlowId(flow.into()), node, branch, to, label: "".into() }
}

fn marked(item: &str, state: ItemState, reason: &str) -> Event {
    Event::Marked { item: ItemId(item.into()), state, reason: reason.into(), undoes: None }
}

fn found(pid: u32, grade: Grade) -> Event {
    let subject = Subject::Process(ProcessId { pid: Pid(pid), start: 1, inode: 0 });
    let reason = Reason { rule: Rule::MinerName, value: "xmrig".into(), source: FactSource::Comm };
    let finding = Finding { subject, grade, reasons: vec![reason] };
    Event::Found { finding, name: format!("{pid} xmrig").into() }
}

fn steps(brief: &Brief) -> Vec<String> {
    let name = |step: &NextStep| match step {
        NextStep::Choose(flow, node) => format!("{} {}", flow.0, node.id.0),
        NextStep::Do(item, _) => item.0.clone(),
    };
    brief.next.iter().map(name).collect()
}

#[test]
fn a_fresh_session_begins_at_the_first_node_and_the_first_phase() {
    let brief = told([]);
    let here: Vec<_> =
        brief.flows.iter().map(|it| it.here.as_ref().unwrap().id.0.as_str()).collect();
    assert_eq!(here, ["A", "P"]);
    assert_eq!(steps(&brief), ["F1 A", "1.3/1", "1.3/2", "1.3/3", "1.3/4"]);
    assert_eq!(brief.head, Digest::default());
}

#[test]
fn the_path_tells_the_nodes_that_were_passed_and_what_waits() {
    let brief =
        told([chose("F1", "A", 0, "B"), chose("F1", "A", 1, "C"), chose("F1", "B", 0, "D")]);
    let flow = brief.flows.first().unwrap();
    let path: Vec<_> = flow.path.iter().map(|it| it.node.as_str()).collect();
    assert_eq!(path, ["Node A?", "Node A?", "Node B?"]);
    assert_eq!(flow.here.as_ref().unwrap().label, "Node D?");
    assert_eq!(flow.open.iter().map(|it| it.id.0.as_str()).collect::<Vec<_>>(), ["C"]);
    assert_eq!(steps(&brief).first_chunk(), Some(&["F1 D".to_owned(), "F1 C".to_owned()]));
}

#[test]
fn the_end_of_a_flow_is_told_and_asks_for_nothing() {
    let brief = told([chose("F2", "P", 0, "Q")]);
    let flow = brief.flows.last().unwrap();
    assert_eq!((flow.here.as_ref().unwrap().waits, flow.open.len()), (false, 0));
    assert_eq!(steps(&brief), ["1.3/1", "1.3/2", "1.3/3", "1.3/4"]);
}

#[test]
fn items_are_counted_by_phase_and_those_not_done_come_with_their_reasons() {
    let brief = told([
        marked("1.3/1", ItemState::Done, ""),
        marked("1.3/2", ItemState::NotApplicable, "no cloud here"),
        marked("1.3/3", ItemState::Blocked, "waits for the network team"),
        marked("1.3/4", ItemState::Doing, ""),
    ]);
    let phases: Vec<_> = brief.phases.iter().map(|it| it.phase).collect();
    assert_eq!(phases, [Some(Phase::Analysis), Some(Phase::Containment), None]);
    let analysis = brief.phases.first().unwrap();
    assert_eq!((analysis.done, analysis.not_applicable, analysis.total), (1, 1, 4));
    let (phase, blocked) = brief.items(ItemState::Blocked).next().unwrap();
    assert_eq!(phase, Some(Phase::Analysis));
    assert_eq!(blocked.mark.as_ref().unwrap().reason, "waits for the network team".into());
    assert_eq!(brief.items(ItemState::Open).count(), 3);
    assert_eq!(steps(&brief), ["F1 A", "1.3/4"], "what is blocked cannot be done next");
}

#[test]
fn a_finished_phase_gives_way_to_the_next() {
    let done = (1..=4).map(|number| marked(&format!("1.3/{number}"), ItemState::Done, ""));
    assert_eq!(steps(&told(done)), ["F1 A", "2.1/1", "2.1/2"]);
}

#[test]
fn the_gravest_finding_comes_first() {
    let brief = told([
        found(1, Grade::Noted),
        found(2, Grade::Confirmed),
        found(3, Grade::Suspect),
        found(4, Grade::Confirmed),
    ]);
    let order: Vec<u64> = brief.findings.iter().map(|it| it.seq).collect();
    assert_eq!(order, [2, 4, 3, 1]);
    assert_eq!(brief.graded(Grade::Confirmed).count(), 2);
}

fn noted(text: &str) -> Event {
    Event::Noted { text: text.into(), about: None }
}

fn trouble(what: &str) -> Event {
    Event::Trouble { what: what.into() }
}

fn signed(words: &str) -> Event {
    Event::HandedOff { words: words.into(), to: "niran".into(), read: vec![] }
}

fn accepted(handoff: u64) -> Event {
    Event::Accepted { handoff, read: vec![], instead_of: "".into() }
}

fn acknowledged(pid: u32) -> Event {
    Event::Acknowledged {
        subject: Subject::Process(ProcessId { pid: Pid(pid), start: 1, inode: 0 }),
    }
}

#[test]
fn confirmed_findings_and_trouble_must_be_read_and_suspects_are_only_shown() {
    let brief = told([found(1, Grade::Confirmed), trouble("torn"), found(2, Grade::Suspect)]);
    assert_eq!(brief.must_read(), [1, 2]);
    let first = brief.risks.first().unwrap();
    assert!(matches!(&first.what, RiskKind::Found(it, 0) if it.seq == 1));
    assert!(!brief.risks.iter().find(|it| it.seq == 3).is_none_or(|it| it.must));
}

#[test]
fn a_miner_that_is_started_again_and_again_is_one_line_and_has_to_be_read_anew() {
    let once = told([found(1, Grade::Confirmed)]);
    assert_eq!(once.must_read(), [1]);
    let again = told((1..=9).map(|pid| found(pid, Grade::Confirmed)));
    assert_eq!(again.must_read(), [9], "what was marked before is not what stands there now");
    assert!(matches!(again.risks.first().unwrap().what, RiskKind::Found(_, 8)));
}

#[test]
fn what_was_acknowledged_and_is_live_stays_on_the_card_and_need_not_be_marked() {
    let seen = [found(1, Grade::Confirmed), acknowledged(1)];
    let brief = told(seen.clone());
    let [risk] = brief.risks.as_slice() else { panic!("{:?}", brief.risks) };
    assert!(matches!(&risk.what, RiskKind::Found(it, 0) if it.acknowledged && it.ended.is_none()));
    assert!(brief.must_read().is_empty());
    let name = seen.iter().find_map(|event| {
        if let Event::Found { name, .. } = event { Some(name.clone()) } else { None }
    });
    let subject = Subject::Process(ProcessId { pid: Pid(1), start: 1, inode: 0 });
    let ended = Event::Ended { subject, name: name.unwrap() };
    assert!(told(seen.clone().into_iter().chain([ended])).risks.is_empty(), "what is over is over");
    let more = told(seen.into_iter().chain([found(1, Grade::Confirmed)]));
    assert_eq!(more.must_read(), [3]);
}

#[test]
fn trouble_that_was_handed_over_is_no_news_to_the_one_after() {
    let brief = told([trouble("old"), signed("x"), accepted(2), trouble("new")]);
    assert_eq!(brief.must_read(), [4]);
}

#[test]
fn since_counts_from_the_handoff_that_was_accepted() {
    let brief = told([
        noted("before"),
        marked("1.3/1", ItemState::Done, ""),
        signed("first"),
        accepted(3),
        marked("1.3/2", ItemState::Done, ""),
        chose("F1", "A", 0, "B"),
        Event::TookBack { choice: 6 },
        noted("after"),
        signed("second"),
    ]);
    let since = &brief.since;
    assert_eq!(since.handoff.as_ref().unwrap().seq, 3);
    assert_eq!(since.marked, [(ItemId("1.3/2".into()), ItemState::Done)]);
    assert_eq!((since.notes, since.chosen, since.taken_back), (1, 0, 1));
    assert_eq!(brief.waits_for(&"niran".into()).unwrap().seq, 9);
    assert!(brief.waits_for(&"ploy".into()).is_none(), "nobody accepts what they signed");
}

fn starts(change: AutostartChange, text: &str) -> Event {
    let (place, path) = (AutostartKind::Cron, "/etc/cron.d/x".into());
    Event::Autostart { change, place, path, line: 1, text: text.into(), since: None }
}

#[test]
fn what_came_to_start_by_itself_is_told_to_whoever_takes_over() {
    use AutostartChange::{Appeared, Vanished};
    let brief = told([starts(Appeared, "one"), starts(Appeared, "two"), starts(Vanished, "two")]);
    assert_eq!(brief.since.starts, [1, 0, 0], "what went again is no news");
    assert!(!brief.since.is_quiet());
    let over = told([starts(Appeared, "one"), signed("x"), accepted(2), starts(Vanished, "one")]);
    assert_eq!(over.since.starts, [0, 0, 1], "the one before knew it");
    let card = format!("{:?}", card(Language::En, &over, None, &playbook()));
    assert!(card.contains("1 gone from persistence"), "{card}");
}

#[test]
fn a_handoff_that_was_taken_back_is_gone_and_the_one_before_it_stands() {
    let back = |entry| Event::Withdrew { entry };
    let brief = told([signed("a"), accepted(1), signed("b"), back(3)]);
    assert_eq!(brief.handoff.as_ref().unwrap().words, "a".into());
    assert!(brief.handoff.unwrap().accepted.is_some());
    let brief = told([signed("a"), accepted(1), back(1)]);
    assert!(brief.handoff.is_some(), "what was accepted cannot be taken back");
    let brief = told([noted("wrong host"), back(1)]);
    assert!(brief.notes.is_empty());
}

#[test]
fn a_note_that_begins_with_a_question_mark_is_a_guess() {
    let brief = told([noted("? the upload form"), noted("is it php? maybe")]);
    assert_eq!(brief.hypotheses.first().unwrap().text, "? the upload form".into());
    assert_eq!(brief.notes.len(), 1);
}

#[test]
fn the_card_says_by_whose_rules_was_judged() {
    let playbook = read(PB_31.en).0;
    let said = |rules: InForce| {
        let brief = told_by(&playbook, Some(Event::Rules(Box::new(rules))));
        let card = firedamp::words::card::card(Language::En, &brief, None, &playbook);
        let lines = card.iter().flat_map(|it| &it.lines);
        let text = |line: &firedamp::words::card::Line| format!("{:?}", line.text);
        lines.map(text).find(|it| it.contains("judged by"))
    };
    let file =
        |file: &str, built_in| RuleFile { file: file.into(), built_in, ..RuleFile::default() };
    let own = InForce { files: vec![file("built-in.toml", true)], ..InForce::default() };
    assert_eq!(said(own.clone()), None, "as always");
    let added =
        InForce { files: vec![file("built-in.toml", true), file("case7.toml", false)], ..own };
    assert!(said(added).unwrap().contains("case7.toml"));
}

#[test]
fn an_escalation_is_due_when_a_figure_that_was_written_passes_the_playbook_s() {
    for edition in [PB_31.en, PB_31.th] {
        let playbook = read(edition).0;
        let first = |event: Option<Event>| {
            let brief = told_by(&playbook, event);
            assert_eq!(brief.escalations.len(), 5);
            (brief.escalations.first().unwrap().standing, brief.must_read())
        };
        let note = |text| first(Some(noted(text)));
        assert_eq!(first(None), (Standing::Silent, vec![]));
        assert_eq!(note("billing is at $900"), (Standing::Mentioned(1), vec![]));
        assert_eq!(note("Billing: $2,400 so far"), (Standing::Due(1), vec![1]));
        assert_eq!(note("the cost is $3k"), (Standing::Due(1), vec![1]));
        assert_eq!(note("ค่าใช้จ่าย $1,001"), (Standing::Due(1), vec![1]));
        assert_eq!(note("billing $900 in May, 2,400 USD now"), (Standing::Due(1), vec![1]));
        assert_eq!(note("billing 5000 ฿"), (Standing::Mentioned(1), vec![]), "other money");
        assert_eq!(note("billing $5,0000"), (Standing::Mentioned(1), vec![]), "no sum at all");
        assert_eq!(note("paid $5,000 for lunch"), (Standing::Silent, vec![]));
        assert_eq!(note("IAM keys look fine"), (Standing::Mentioned(1), vec![]));
        let why = marked("1.3/4", ItemState::Blocked, "a contractor has the logs");
        assert_eq!(first(Some(why)), (Standing::Mentioned(1), vec![]));
    }
}
