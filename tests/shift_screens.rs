//! The shift goes over on two real screens: one signs, the other presses `A`, and the one question that there is gets a
//! no and then a yes.

#![expect(clippy::wildcard_enum_match_arm, reason = "a story stops at the first surprise")]

mod support;

use firedamp::domain::session::{Entry, Event};
use support::place::{Place, read_card};
use support::pty::{Cockpit, Key};

impl Place {
    /// Somebody who has signed and somebody who has read the card.
    fn signed(&self) -> (Cockpit, Cockpit) {
        let mut ploy = self.cockpit("ploy", &["--new"]);
        ploy.wait_until("ploy writes", |screen| screen.contains(" saved"));
        let mut niran = self.cockpit("niran", &["resume"]);
        niran.wait_until("niran watches", |screen| screen.contains("pen ploy"));
        ploy.wait_until("ploy sees it", |screen| screen.contains("+1 watching"));
        read_card(&mut ploy, "S");
        ploy.wait_until("ploy is asked for words", |screen| screen.contains("Enter"));
        ploy.type_keys("@niran all quiet");
        ploy.press(Key::Enter);
        ploy.wait_until("it asks once more", |screen| screen.contains("Sign the handoff?"));
        ploy.type_keys("y");
        ploy.wait_until("it is signed", |screen| screen.contains("Signed, anchor"));
        niran.wait_until("niran is told", |screen| screen.contains("A handoff waits for you"));
        (ploy, niran)
    }
}

fn said_of(entries: &[Entry]) -> Vec<(String, &'static str)> {
    let what = |event: &Event| match event {
        Event::HandedOff { .. } => Some("signed"),
        Event::PenGiven { .. } => Some("gave"),
        Event::PenTaken { .. } => Some("took"),
        Event::Accepted { .. } => Some("accepted"),
        _ => None,
    };
    entries.iter().filter_map(|it| Some((it.by.plain(20), what(&it.event)?))).collect()
}

/// The question takes no answer before it could be read, so it is answered until it goes.
fn answer(cockpit: &mut Cockpit, key: &str, question: &str) {
    for _ in 0..40 {
        if !cockpit.screen().contains(question) {
            return;
        }
        cockpit.type_keys(key);
        std::thread::sleep(std::time::Duration::from_millis(250));
    }
}

#[test]
fn one_key_asks_for_the_shift_and_one_answer_hands_it_over() {
    const QUESTION: &str = "Hand over the shift?";
    let place = Place::new();
    let (mut ploy, mut niran) = place.signed();
    read_card(&mut niran, "A");
    niran.wait_until("it says what it waits for", |screen| {
        screen.contains("asked for the pen, waiting for ploy")
    });
    ploy.wait_until("ploy gets the question by itself", |screen| {
        screen.contains(QUESTION) && screen.contains("niran")
    });
    answer(&mut ploy, "n", QUESTION);
    niran.wait_until("a no is said", |screen| {
        screen.contains("Not now, says ploy") && !screen.contains("waiting for ploy")
    });
    niran.type_keys("A");
    ploy.wait_until("the question comes again", |screen| screen.contains(QUESTION));
    answer(&mut ploy, "y", QUESTION);
    niran.wait_until("niran has the shift without another key", |screen| {
        screen.contains("Accepted, anchor") && !screen.contains("OBSERVER")
    });
    ploy.wait_until("ploy watches", |screen| screen.contains("pen niran"));
    let entries = place.entries();
    let of = |by: &str, what| (by.to_owned(), what);
    assert_eq!(
        said_of(&entries),
        [of("ploy", "signed"), of("ploy", "gave"), of("niran", "took"), of("niran", "accepted")]
    );
}

#[test]
fn a_shift_whose_pen_is_free_is_taken_at_once() {
    let place = Place::new();
    let (mut ploy, mut niran) = place.signed();
    ploy.kill9();
    niran.wait_until("the pen is free", |screen| screen.contains("pen free: P"));
    read_card(&mut niran, "A");
    niran.wait_until("niran has the shift", |screen| {
        screen.contains("Accepted, anchor") && !screen.contains("OBSERVER")
    });
    let entries = place.entries();
    let acts = said_of(&entries);
    assert_eq!(acts.last().unwrap(), &("niran".to_owned(), "accepted"));
}
