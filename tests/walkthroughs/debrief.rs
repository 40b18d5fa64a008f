//! The debrief as it is read: at every size, in both languages, to its end.

use firedamp::domain::base::Language;

use crate::trainee::{drawn, hasty, read_through, unbroken};

#[test]
fn the_debrief_fits_the_least_usual_terminal() {
    insta::assert_snapshot!(drawn(&hasty().model, 80, 24));
}

#[test]
fn the_debrief_speaks_thai() {
    let mut trainee = hasty();
    trainee.model.language = Language::Th;
    insta::assert_snapshot!(drawn(&trainee.model, 80, 24));
}

#[test]
fn the_debrief_fits_every_size() {
    let trainee = hasty();
    for (columns, rows) in [(1, 1), (40, 10), (60, 16), (120, 36), (300, 100)] {
        let screen = drawn(&trainee.model, columns, rows);
        assert_eq!(columns >= 40, screen.contains("Score"), "{columns}x{rows}");
    }
}

#[test]
fn a_debrief_that_is_longer_than_the_screen_is_read_to_its_end() {
    for language in [Language::En, Language::Th] {
        let mut trainee = hasty();
        trainee.model.language = language;
        let whys = trainee.model.coach.as_ref().unwrap().walkthrough.expert.clone();
        let read = read_through(&mut trainee);
        for it in &whys {
            assert!(read.contains(&unbroken(it.why.get(language))), "{}", it.why.get(language));
        }
    }
}
