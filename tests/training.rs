//! Walkthroughs by their door: read, checked against a playbook, and debriefed.
#![expect(clippy::unwrap_used, reason = "a test ends where its stage is not set")]

use firedamp::domain::base::{Digest, Language, Timestamp};
use firedamp::domain::playbook::{FlowId, ItemId, NodeId, PB_31, Playbook, read};
use firedamp::domain::session::{Entry, Event, ItemState, Stamp, State};
use firedamp::domain::training::{
    Act, Debrief, Flaw, PartKind, Verdict, Walkthrough, check, debrief,
};
use firedamp::domain::untrusted::Untrusted;
use proptest::prelude::*;

const TEXT: &str = r#"
name = "two-lists"
playbook = "PB-31"
title = { en = "Two lists", th = "สองรายการ" }
story = { en = "A story.", th = "เรื่องหนึ่ง" }

[[tasks]]
text = { en = "Look.", th = "ดู" }
hints = [{ en = "There.", th = "ตรงนั้น" }, { en = "No, there.", th = "ไม่ใช่ ตรงนั้น" }]
done_by = [{ mark = { item = "1.3/1", state = "done" } }]

[[tasks]]
text = { en = "Act.", th = "ทำ" }
done_by = [{ mark = { item = "2.1/1", state = "done" } }]

[[injects]]
at = 30
from = "SOC"
text = { en = "News.", th = "ข่าว" }

[[expert]]
at = 10
act = { choose = { flow = "F2", node = "Alert", branch = 0 } }
why = { en = "First.", th = "แรก" }

[[expert]]
at = 20
act = { choose = { flow = "F2", node = "Env", branch = 1 } }
why = { en = "Then.", th = "ต่อไป" }

[[expert]]
at = 30
act = { mark = { item = "1.3/1", state = "done" } }
why = { en = "Then.", th = "ต่อไป" }

[[expert]]
at = 40
act = { mark = { item = "1.3/2", state = "done" } }
why = { en = "Then.", th = "ต่อไป" }

[[expert]]
at = 50
act = { mark = { item = "2.1/1", state = "done" } }
why = { en = "Last.", th = "สุดท้าย" }
"#;

fn walkthrough() -> Walkthrough {
    Walkthrough::parse(TEXT).unwrap()
}

fn playbook() -> Playbook {
    read(PB_31.en).0
}

fn choose(node: &str, branch: usize) -> Act {
    Act::Choose { flow: FlowId("F2".into()), node: NodeId(node.into()), branch }
}

fn mark(item: &str, state: ItemState) -> Act {
    Act::Mark { item: ItemId(item.into()), state }
}

/// The state after these acts in this order.
fn after(acts: &[Act]) -> State {
    let mut state = State::default();
    for (seq, act) in (2..).zip(acts) {
        let event = match act.clone() {
            Act::Choose { flow, node, branch } => {
                let to = NodeId(format!("{}-{branch}", node.0));
                Event::Chose { flow, node, branch, to, label: Untrusted::default() }
            }
            Act::Mark { item, state } => {
                Event::Marked { item, state, reason: Untrusted::default(), undoes: None }
            }
        };
        state.apply(&entry(seq, event));
    }
    state
}

/// The state after so many hints for each task, and perhaps a look at the expert's path.
fn helped(mut state: State, hints: &[usize], expert: bool) -> State {
    let shown = hints.iter().enumerate();
    let hinted = shown.flat_map(|(task, shown)| (1..=*shown).map(move |nth| (task, nth)));
    let hinted = hinted.map(|(task, shown)| Event::Hinted { task, shown });
    for event in hinted.chain(expert.then_some(Event::ExpertShown)) {
        let seq = state.seq + 1;
        state.apply(&entry(seq, event));
    }
    state
}

fn entry(seq: u64, event: Event) -> Entry {
    Entry {
        seq,
        at: Timestamp::from_second(1_800_000_000).unwrap(),
        boot: Stamp { id: String::from("boot"), ms: seq * 1_000 },
        by: "suda".into(),
        prev: Digest::default(),
        event,
    }
}

fn expert() -> Vec<Act> {
    walkthrough().expert.into_iter().map(|it| it.act).collect()
}

fn debriefed(acts: &[Act]) -> Debrief {
    debrief(&walkthrough(), &after(acts))
}

fn verdict(debrief: &Debrief, act: &Act) -> Verdict {
    debrief.rows.iter().find(|row| row.act == *act).unwrap().verdict
}

fn points(debrief: &Debrief, kind: PartKind) -> i32 {
    debrief.parts.iter().find(|part| part.kind == kind).unwrap().points
}

#[test]
fn whoever_does_what_the_expert_did_gets_all_points() {
    let all = debriefed(&expert());
    assert_eq!(all.score, 100);
    assert!(all.rows.iter().all(|row| row.verdict == Verdict::Same));
    assert_eq!(all.tasks, (2, 2));
}

#[test]
fn whoever_does_nothing_gets_nothing() {
    let nothing = debriefed(&[]);
    assert_eq!(nothing.score, 0);
    assert!(nothing.rows.iter().all(|row| row.verdict == Verdict::Missing));
    assert_eq!(nothing.tasks, (0, 2));
}

#[test]
fn containment_before_analysis_is_out_of_order() {
    let kill = mark("2.1/1", ItemState::Done);
    let mut acts = expert();
    acts.pop();
    acts.insert(0, kill.clone());
    let found = debriefed(&acts);
    assert_eq!(verdict(&found, &kill), Verdict::OutOfOrder);
    assert_eq!(verdict(&found, &mark("1.3/1", ItemState::Done)), Verdict::Same);
    assert_eq!((points(&found, PartKind::Acts), points(&found, PartKind::Order)), (70, 24));
}

#[test]
fn the_order_within_one_checklist_is_free() {
    let mut acts = expert();
    acts.swap(2, 3);
    assert_eq!(debriefed(&acts).score, 100);
}

#[test]
fn another_branch_is_named_and_gets_no_points() {
    let mut acts = expert();
    acts[1] = choose("Env", 0);
    let found = debriefed(&acts);
    assert_eq!(verdict(&found, &choose("Env", 1)), Verdict::OtherBranch(0));
    assert_eq!(found.rows.len(), 5, "a wrong turn is one row, not two");
    assert_eq!(points(&found, PartKind::Acts), 56);
}

#[test]
fn another_state_of_an_item_is_named() {
    let mut acts = expert();
    acts[2] = mark("1.3/1", ItemState::Blocked);
    let found = debriefed(&acts);
    let expected = Verdict::OtherState(ItemState::Blocked);
    assert_eq!(verdict(&found, &mark("1.3/1", ItemState::Done)), expected);
}

#[test]
fn acts_beyond_the_experts_cost_points() {
    let mut acts = expert();
    acts.push(mark("3/1", ItemState::Done));
    let found = debriefed(&acts);
    assert_eq!(found.rows.last().unwrap().verdict, Verdict::Extra);
    assert_eq!((found.score, points(&found, PartKind::Extra)), (98, -2));
}

#[test]
fn an_item_that_was_opened_again_counts_as_not_done() {
    let mut acts = expert();
    acts.push(mark("1.3/2", ItemState::Open));
    assert_eq!(verdict(&debriefed(&acts), &mark("1.3/2", ItemState::Done)), Verdict::Missing);
}

#[test]
fn a_choice_that_was_taken_back_is_remembered_and_costs_nothing() {
    let mut state = after(&[choose("Alert", 0), choose("Env", 0)]);
    state.apply(&entry(10, Event::TookBack { choice: 3 }));
    for (seq, act) in (11..).zip(&expert()[1..]) {
        let one = after(std::slice::from_ref(act));
        state.choices.extend(one.choices.into_iter().map(|mut it| {
            it.seq = seq;
            it
        }));
        state.items.extend(one.items.into_iter().map(|(item, mut it)| {
            it.seq = seq;
            (item, it)
        }));
    }
    let found = debrief(&walkthrough(), &state);
    assert_eq!(found.rows[1].taken_back, 1);
    assert_eq!(found.score, 100);
}

#[test]
fn hints_and_the_experts_path_cost_points() {
    let found = debrief(&walkthrough(), &helped(after(&expert()), &[2, 7], true));
    assert_eq!(points(&found, PartKind::Hints), -4, "a task without hints has none to show");
    assert_eq!(points(&found, PartKind::ExpertShown), -25);
    assert_eq!((found.score, found.hints[0].shown, found.hints[0].of), (71, 2, 2));
}

#[test]
fn a_hint_that_was_asked_for_twice_costs_once() {
    let mut state = after(&expert());
    for seq in [20, 21] {
        state.apply(&entry(seq, Event::Hinted { task: 0, shown: 1 }));
    }
    let found = debrief(&walkthrough(), &state);
    assert_eq!((points(&found, PartKind::Hints), found.hints[0].shown), (-2, 1));
}

#[test]
fn what_a_journal_says_of_tasks_that_there_are_not_costs_nothing() {
    let mut state = after(&expert());
    state.apply(&entry(20, Event::Hinted { task: usize::MAX, shown: usize::MAX }));
    assert_eq!(debrief(&walkthrough(), &state).score, 100);
}

#[test]
fn nobody_has_less_than_nothing() {
    let found = debrief(&walkthrough(), &helped(after(&[]), &[2], true));
    assert_eq!(found.score, 0);
    assert_eq!(points(&found, PartKind::Floor), 29);
}

#[test]
fn a_walkthrough_that_cannot_be_read_names_the_line() {
    let error = Walkthrough::parse(&TEXT.replace("from = \"SOC\"", "form = \"SOC\"")).unwrap_err();
    let line = TEXT.lines().position(|line| line.starts_with("from")).unwrap() + 1;
    assert_eq!(error.line, line, "{error}");
    assert!(error.problem.contains("form"), "{error}");
    assert_eq!(Walkthrough::parse("name = ").unwrap_err().line, 1);
}

#[test]
fn a_walkthrough_that_fits_has_no_flaws() {
    assert_eq!(check(&walkthrough(), &playbook()), []);
}

fn flaws(from: &str, to: &str) -> Vec<Flaw> {
    assert!(TEXT.contains(from));
    check(&Walkthrough::parse(&TEXT.replace(from, to)).unwrap(), &playbook())
}

#[test]
fn what_the_playbook_does_not_know_is_a_flaw() {
    assert!(matches!(
        flaws("\"F2\", node = \"Env\"", "\"F9\", node = \"Env\"")[0],
        Flaw::NoFlow { .. }
    ));
    assert!(matches!(flaws("\"Env\"", "\"Enw\"")[0], Flaw::NoNode { .. }));
    assert!(matches!(
        flaws("\"Env\", branch = 1", "\"Env\", branch = 2")[0],
        Flaw::NoBranch { branches: 2, .. }
    ));
    assert!(matches!(flaws("1.3/2", "1.3/9")[0], Flaw::NoItem { .. }));
    assert!(matches!(flaws("PB-31", "PB-16")[0], Flaw::OtherPlaybook { .. }));
}

#[test]
fn a_path_that_nobody_can_walk_is_a_flaw() {
    let found = flaws("\"Alert\", branch = 0", "\"Scope\", branch = 0");
    assert!(matches!(found[0], Flaw::NotReached { .. }), "{found:?}");
}

#[test]
fn a_task_that_the_expert_leaves_undone_is_a_flaw() {
    let found =
        flaws("done_by = [{ mark = { item = \"2.1/1\"", "done_by = [{ mark = { item = \"2.1/2\"");
    assert_eq!(found, [Flaw::NotByExpert { place: String::from("task 2") }]);
}

#[test]
fn times_that_run_back_and_texts_that_are_missing_are_flaws() {
    assert!(matches!(flaws("at = 40", "at = 4")[..], [Flaw::TimeRunsBack { at: 4, .. }]));
    let found = flaws("ไม่ใช่ ตรงนั้น", " ");
    let place = String::from("hint 2 of task 1");
    assert_eq!(found, [Flaw::NoText { place, language: Language::Th }]);
    assert!(matches!(flaws("two-lists", "Two Lists")[..], [Flaw::Name(_)]));
}

fn any_act() -> impl Strategy<Value = Act> {
    let nodes = prop::sample::select(vec!["Alert", "Env", "OnPrem", "Scope"]);
    let items = prop::sample::select(vec!["1.3/1", "1.3/2", "2.1/1", "2.1/2", "4/1"]);
    let states = prop::sample::select(vec![
        ItemState::Open,
        ItemState::Doing,
        ItemState::Done,
        ItemState::Blocked,
        ItemState::NotApplicable,
    ]);
    prop_oneof![
        (nodes, 0..3_usize).prop_map(|(node, branch)| choose(node, branch)),
        (items, states).prop_map(|(item, state)| mark(item, state)),
    ]
}

proptest! {
    #[test]
    fn the_score_is_the_sum_of_its_parts_and_never_leaves_its_bounds(
        acts in prop::collection::vec(any_act(), 0..30),
        hints in prop::collection::vec(0..9_usize, 0..4),
        expert in any::<bool>(),
    ) {
        let found = debrief(&walkthrough(), &helped(after(&acts), &hints, expert));
        let sum: i32 = found.parts.iter().map(|part| part.points).sum();
        prop_assert_eq!(i64::from(sum), i64::from(found.score));
        prop_assert!(found.score <= 100);
        prop_assert!(found.parts.iter().all(|it| it.points.abs() <= it.of.abs()));
        prop_assert!(found.rows.len() >= 5);
    }

    #[test]
    fn no_order_of_the_experts_acts_gets_more_than_the_experts(acts in Just(expert()).prop_shuffle()) {
        let found = debriefed(&acts);
        prop_assert_eq!(points(&found, PartKind::Acts), 70);
        prop_assert!((70..=100).contains(&found.score));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[\\PC\n]{0,200}") {
        if let Err(error) = Walkthrough::parse(&text) {
            prop_assert!(error.line >= 1);
        }
    }
}
