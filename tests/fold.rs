//! The fold: what entries add up to, and what is left when a choice is taken back.

mod events;

use firedamp::domain::base::{Digest, Language, Pid, ProcessId};
use firedamp::domain::detect::{Finding, Grade, Subject};
use firedamp::domain::facts::Own;
use firedamp::domain::playbook::{ItemId, NodeId, PB_31, read};
use firedamp::domain::session::{
    Audit, Chain, Choice, Entry, Event, ItemState, Stamp, State, brief,
};
use firedamp::domain::untrusted::Untrusted;
use firedamp::words;
use proptest::prelude::*;

use events::{at, bytes, chose, draft, folded, found, journal, marked, noted, opening};

#[test]
fn taking_a_choice_back_takes_what_was_only_reached_through_it() {
    let state = folded([
        opening(),
        chose("A", 0, "B"),
        chose("B", 0, "C"),
        chose("C", 1, "D"),
        chose("X", 0, "Y"),
        Event::TookBack { choice: 3 },
    ]);
    let standing: Vec<u64> = state.choices.iter().map(|choice| choice.seq).collect();
    let gone: Vec<(u64, u64)> = state.gone.iter().map(|gone| (gone.choice.seq, gone.seq)).collect();
    assert_eq!((standing, gone), (vec![2, 5], vec![(3, 6), (4, 6)]));
}

#[test]
fn a_choice_with_another_way_in_stands() {
    let events = [chose("A", 0, "C"), chose("B", 0, "C"), chose("C", 0, "D")];
    let state = folded(events.into_iter().chain([Event::TookBack { choice: 1 }]));
    assert_eq!(state.choices.iter().map(|choice| choice.seq).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn choices_of_a_cycle_do_not_hold_each_other() {
    let events = [chose("A", 0, "B"), chose("B", 0, "C"), chose("C", 0, "B"), chose("B", 1, "E")];
    let state = folded(events.into_iter().chain([Event::TookBack { choice: 1 }]));
    assert_eq!(state.choices, []);
}

#[test]
fn the_last_mark_and_the_newest_finding_count() {
    let state = folded([
        opening(),
        marked("1.3/4", ItemState::Doing),
        found(Grade::Suspect, "4242 x"),
        marked("1.3/4", ItemState::Done),
        found(Grade::Confirmed, "4242 xmrig"),
    ]);
    assert_eq!(state.item(&ItemId("1.3/4".into())), ItemState::Done);
    let (first, finding, name) = state.findings.values().next().unwrap();
    assert_eq!((*first, finding.grade, name), (3, Grade::Confirmed, &"4242 xmrig".into()));
    assert_eq!(state.items.len(), 1);
}

#[test]
fn an_acknowledgement_stands_until_more_is_found_on_the_same_subject() {
    let Event::Found { finding, .. } = found(Grade::Suspect, "xmrig") else { panic!() };
    let subject = finding.subject;
    let seen = Event::Acknowledged { subject: subject.clone() };
    let state = folded([opening(), found(Grade::Suspect, "xmrig"), seen.clone()]);
    assert_eq!(state.acknowledged.get(&subject).map(|it| it.seq), Some(3));
    let state =
        folded([opening(), found(Grade::Suspect, "xmrig"), seen, found(Grade::Confirmed, "xmrig")]);
    assert!(state.acknowledged.is_empty());
}

#[test]
fn a_handoff_is_accepted_once_and_only_by_its_number() {
    let signed = Event::HandedOff { words: "over to you".into(), to: "".into(), read: vec![] };
    let wrong = folded([
        opening(),
        signed.clone(),
        Event::Accepted { handoff: 1, read: vec![], instead_of: Untrusted::default() },
    ]);
    assert_eq!(wrong.handoff.unwrap().accepted, None);
    let twice = [
        opening(),
        signed,
        Event::Accepted { handoff: 2, read: vec![], instead_of: Untrusted::default() },
        Event::Accepted { handoff: 2, read: vec![], instead_of: Untrusted::default() },
    ];
    assert_eq!(folded(twice).handoff.unwrap().accepted, Some(("ploy".into(), at(2))));
}

#[test]
fn the_program_is_no_worker() {
    let mut chain = Chain::default();
    let mut state = State::default();
    for (second, by) in (0..).zip(["ploy", "firedamp", "somsak", "ploy", "firedamp"]) {
        let line = chain.line(draft(second, by, noted(b"x"))).unwrap();
        chain.accept(&line).unwrap();
        state.apply(&line.entry);
    }
    let told: Vec<_> = state.workers.iter().map(|it| (it.by.plain(9), it.from, it.to)).collect();
    assert_eq!(told, [("ploy".into(), at(0), at(3)), ("somsak".into(), at(2), at(2))]);
    assert_eq!(state.last_by, Some("ploy".into()));
}

/// What was found on the process of this number.
fn found_on(pid: u32, grade: Grade) -> Event {
    let Event::Found { finding, .. } = found(grade, "") else { panic!() };
    let finding = Finding { subject: miner_of(pid), ..finding };
    Event::Found { finding, name: format!("{pid} x").into() }
}

fn miner_of(pid: u32) -> Subject {
    Subject::Process(ProcessId { pid: Pid(pid), start: u64::from(pid), inode: 0 })
}

/// What these events add up to, without the journal that they would stand in.
fn after(events: impl IntoIterator<Item = Event>) -> State {
    let mut state = State::default();
    for (seq, event) in (1..).zip(events) {
        let boot = Stamp { id: "b007".into(), ms: 0 };
        let (at, by, prev) = (at(0), "ploy".into(), Digest::default());
        state.apply(&Entry { seq, at, boot, by, prev, event });
    }
    state
}

#[test]
fn a_host_that_starts_miners_for_ever_fills_no_memory_and_hides_none_that_lives() {
    let live = (1..=3).map(|pid| found_on(pid, Grade::Confirmed));
    let seen = Event::Acknowledged { subject: miner_of(1) };
    let flood = (10..30_010).flat_map(|pid| {
        let (subject, name) = (miner_of(pid), "x".into());
        [found_on(pid, Grade::Confirmed), Event::Ended { subject, name }]
    });
    let state = after(live.chain([seen]).chain(flood));
    let kept = state.findings.len();
    assert!((4_000..=5_000).contains(&kept), "{kept}");
    assert_eq!(state.earlier_findings + kept as u64, 30_003, "the others are counted");
    assert_eq!(
        state.live.iter().collect::<Vec<_>>(),
        [1, 2, 3].map(miner_of).iter().collect::<Vec<_>>()
    );
    assert_eq!(state.renewed.len(), kept);
    assert_eq!(state.ended.len() + 3, kept);
    assert!(state.acknowledged.contains_key(&miner_of(1)));
    assert!(state.ended.contains_key(&miner_of(30_009)), "the oldest went");
    let book = read(PB_31.en).0;
    let card = brief(&state, &book, at(0));
    let said = |language| {
        let all = words::card::card(language, &card, None, &book);
        let parts = all.iter().flat_map(|it| &it.lines).flat_map(|line| &line.text);
        let ours = parts.filter_map(|(_, part)| match part {
            words::Part::Ours(text) => Some(text.to_string()),
            words::Part::Theirs(_) => None,
        });
        ours.collect::<String>()
    };
    let count = state.earlier_findings;
    assert!(
        said(Language::En).contains(&format!("{count} earlier findings: firedamp timeline ID"))
    );
    assert!(said(Language::Th).contains(&format!("{count} สิ่งที่พบก่อนหน้า: firedamp timeline ID")));
}

#[test]
fn what_is_live_goes_last_and_the_gravest_of_it_at_the_very_end() {
    let grades = [Grade::Confirmed, Grade::Suspect, Grade::Noted];
    let live = (0..6_000_u32).map(|pid| found_on(pid, grades[pid as usize % 3]));
    let state = after(live);
    let of = |grade| state.findings.values().filter(|(_, it, _)| it.grade == grade).count();
    assert!(of(Grade::Noted) < 1_500, "{}", of(Grade::Noted));
    assert_eq!((of(Grade::Suspect), of(Grade::Confirmed)), (2_000, 2_000));
    let seen = (0..500).map(|pid| Event::Acknowledged { subject: miner_of(pid * 3) });
    let live = (0..6_000_u32).map(|pid| found_on(pid, grades[pid as usize % 3]));
    let state = after(live.clone().take(2_000).chain(seen).chain(live.skip(2_000)));
    let left = (0..500).filter(|pid| state.findings.contains_key(&miner_of(pid * 3))).count();
    assert_eq!(left, 0, "what somebody has read goes before what nobody has");
}

#[test]
fn trouble_without_number_is_kept_up_to_a_limit() {
    let met = |number: u64| Event::Trouble { what: format!("trouble {number}").into() };
    let state = after((1..=50_000).map(met));
    assert!((1_000..=1_250).contains(&state.troubles.len()));
    assert_eq!(state.troubles.last().map(|it| it.seq), Some(50_000));
}

fn any_choice() -> impl Strategy<Value = Event> {
    let node = || prop::sample::select(vec!["A", "B", "C", "D", "E"]);
    (node(), 0_usize..3, node()).prop_map(|(node, branch, to)| chose(node, branch, to))
}

fn any_step() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => any_choice(),
        2 => (1_u64..30).prop_map(|choice| Event::TookBack { choice }),
        1 => Just(marked("1.3/1", ItemState::Done)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_choice_stands_whose_only_way_in_was_taken_back(
        steps in prop::collection::vec(any_step(), 0..30),
    ) {
        let mut state = State::default();
        for line in journal(steps).0 {
            let before = state.choices.clone();
            state.apply(&line.entry);
            let led_to = |all: &[Choice], seq, node: &NodeId| {
                all.iter().any(|other| other.seq < seq && other.to == *node)
            };
            for choice in &state.choices {
                let had = led_to(&before, choice.seq, &choice.node);
                let has = led_to(&state.choices, choice.seq, &choice.node);
                prop_assert!(has || !had, "{} lost its way in", choice.seq);
            }
            if let Event::TookBack { choice } = line.entry.event {
                prop_assert!(state.choices.iter().all(|it| it.seq != choice));
                for gone in state.gone.iter().filter(|gone| gone.seq == line.entry.seq) {
                    let lost = gone.choice.seq != choice;
                    let held = led_to(&state.choices, gone.choice.seq, &gone.choice.node);
                    prop_assert!(!(lost && held), "{} went without need", gone.choice.seq);
                }
            }
        }
    }

    #[test]
    fn taking_everything_back_leaves_nothing(choices in prop::collection::vec(any_choice(), 0..20)) {
        let count = choices.len() as u64;
        let back = (1..=count).map(|choice| Event::TookBack { choice });
        let state = folded(choices.into_iter().chain(back));
        prop_assert_eq!(&state.choices, &[]);
        prop_assert_eq!(state.gone.len() as u64, count);
    }

    #[test]
    fn a_replay_gives_the_same_state(steps in prop::collection::vec(any_step(), 0..30)) {
        let (lines, _) = journal(steps.clone());
        let (entries, _) = Audit::of(&bytes(&lines));
        let mut replayed = State::default();
        for entry in &entries {
            replayed.apply(entry);
        }
        prop_assert_eq!(replayed, folded(steps));
    }
}

#[test]
fn whom_a_screen_raised_is_not_held_against_the_session_when_it_writes_no_more() {
    let raised = || Event::Prepared(Box::new(Own { carriers: 2, ..Own::default() }));
    assert_eq!(folded([opening(), raised()]).carriers, 2);
    for goes in [
        Event::Left,
        Event::PenGiven { to: "somsak".into() },
        Event::PenTaken { from: "suda".into(), reason: "no answer".into() },
        Event::Resumed { version: "0.1.0".into() },
    ] {
        assert_eq!(folded([opening(), raised(), goes.clone()]).carriers, 0, "{goes:?}");
        assert_eq!(folded([opening(), raised(), goes, raised()]).carriers, 2);
    }
}
