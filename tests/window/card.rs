//! The state and the handoff card of a session with more notes than are kept.

use firedamp::domain::playbook::{PB_31, read};
use firedamp::domain::session::{Escalation, Event, Standing, State, brief};

use crate::incident::entry;
use crate::{moment, noted};

#[test]
fn old_notes_are_counted_and_can_be_taken_back() {
    let mut state = State::default();
    for seq in 1..=10_001 {
        state.apply(&entry(seq, noted("x")));
    }
    assert_eq!((state.earlier_notes.len(), state.notes.len()), (5_000, 5_001));
    assert!(state.has_note(7));
    state.apply(&entry(10_002, Event::Withdrew { entry: 7 }));
    assert!(!state.has_note(7));
    assert_eq!(state.withdrawn.get(&7), Some(&10_002));
    let card = brief(&state, &read(PB_31.en).0, moment().at);
    assert_eq!((card.earlier_notes, card.since.notes), (4_999, 10_000));
}

/// Notes that the handoff card has to read, however many others come after them.
const DUE: &str = "cloud billing went up by $2400 this week";
const GUESS: &str = "? they came in by the old wiki";

fn buried(first: &[&str], fillers: u64) -> State {
    let mut state = State::default();
    let first = first.iter().map(|text| noted(text));
    let all = first.chain((0..fillers).map(|_| noted("x")));
    (1..).zip(all).for_each(|(seq, event)| state.apply(&entry(seq, event)));
    state
}

#[test]
fn what_is_due_and_what_is_guessed_is_on_the_card_behind_ten_thousand_notes() {
    let book = read(PB_31.en).0;
    let mut state = buried(&[DUE, GUESS, "the registry was down"], 10_001);
    let card = brief(&state, &book, moment().at);
    assert!(state.earlier_notes.len() > 4_000, "the others are counted");
    assert_eq!(card.hypotheses.iter().map(|it| it.seq).collect::<Vec<_>>(), [2]);
    assert!(card.must_read().contains(&1), "{:?}", card.escalations);
    assert_eq!((card.notes.first().map(|it| it.seq), card.since.notes), (Some(1), 10_004));
    let mentioned = |it: &Escalation| it.standing == Standing::Mentioned(3);
    assert!(card.escalations.iter().any(mentioned), "{:?}", card.escalations);
    // What is taken back is gone from the card, too.
    for back in [1, 2] {
        assert!(state.has_note(back));
        state.apply(&entry(20_000 + back, Event::Withdrew { entry: back }));
        assert!(!state.has_note(back));
    }
    let card = brief(&state, &book, moment().at);
    assert!(card.hypotheses.is_empty() && !card.must_read().contains(&1));
    assert_eq!(card.since.taken_back, 2);
}

#[test]
fn guesses_without_number_are_kept_up_to_a_limit_and_push_out_nothing_that_is_due() {
    let mut state = buried(&[DUE], 0);
    let guesses = 30_000;
    (2..).take(guesses).for_each(|seq| state.apply(&entry(seq, noted(GUESS))));
    assert_eq!(state.telling_notes.len(), 2_001);
    let all = state.telling_notes.len() + state.earlier_notes.len() + state.notes.len();
    assert_eq!(all, guesses + 1, "every note is counted once");
    assert!((1..=30_001).all(|seq| state.has_note(seq)));
    let card = brief(&state, &read(PB_31.en).0, moment().at);
    assert!(card.must_read().contains(&1));
}
