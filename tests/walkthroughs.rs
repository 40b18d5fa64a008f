//! Every walkthrough that ships: it fits its playbook, its tape plays through the cockpit, detection finds what
//! the story says, and the expert's path gets all points.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test ends where its stage is not set"
)]

#[path = "walkthroughs/debrief.rs"]
mod debrief;
#[path = "walkthroughs/trainee.rs"]
mod trainee;

use std::collections::BTreeSet;
use std::sync::Arc;

use firedamp::cockpit::dialog::Dialog;
use firedamp::cockpit::keymap::Key;
use firedamp::cockpit::{Effect, Msg, Tape as Order};
use firedamp::domain::base::Language;
use firedamp::domain::detect::{Grade, Rule, Subject};
use firedamp::domain::playbook::{PB_31, read};
use firedamp::domain::session::{Entry, Event};
use firedamp::domain::training::{SHIPPED, Verdict, check, debrief};

use trainee::{
    Trainee, drawn, first, frames, hasty, place, read_through, source, unbroken, walkthrough,
};

#[test]
fn every_walkthrough_fits_its_playbook_in_both_languages() {
    let names: BTreeSet<String> = SHIPPED.iter().map(|it| walkthrough(it).name).collect();
    assert_eq!(names.len(), SHIPPED.len());
    for shipped in &SHIPPED {
        let walkthrough = walkthrough(shipped);
        for edition in [PB_31.en, PB_31.th] {
            assert_eq!(check(&walkthrough, &read(edition).0), [], "{}", walkthrough.name);
        }
        assert!((5..=7).contains(&walkthrough.tasks.len()));
        assert!(walkthrough.tasks.iter().all(|task| (2..=3).contains(&task.hints.len())));
    }
}

#[test]
fn every_tape_is_whole_small_and_as_long_as_its_story() {
    for shipped in &SHIPPED {
        let (walkthrough, frames) = (walkthrough(shipped), frames(shipped));
        assert!(shipped.tape.len() < 300_000);
        let pairs = frames.windows(2).map(|pair| pair[1].moment.ms_since(pair[0].moment));
        assert!(pairs.into_iter().all(|step| (200..5_000).contains(&step)));
        let seconds = place(&frames, frames.len() - 1) / 1_000;
        let last = walkthrough.expert.iter().map(|it| it.at);
        let last = last.chain(walkthrough.injects.iter().map(|it| it.at)).max().unwrap();
        assert!(last < seconds, "something happens after the end of the tape");
    }
}

#[test]
fn no_tape_tells_where_it_was_recorded() {
    for shipped in &SHIPPED {
        for frame in frames(shipped) {
            assert_eq!(frame.host.name, "web-03".into());
            assert!(frame.unread.is_empty(), "{:?}", frame.unread);
            assert!(frame.gpu.devices.is_empty() && frame.gpu.holders.is_empty());
            for process in &frame.processes {
                let told = format!("{:?} {:?} {:?}", process.comm, process.command, process.exe);
                for word in ["/work", "/tmp/tmp", "/root", "/home", "target", "cargo", "record"] {
                    assert!(!told.contains(word), "{told}");
                }
            }
            for socket in &frame.sockets {
                for ip in [Some(socket.local), socket.remote].into_iter().flatten() {
                    let text = ip.ip().to_string();
                    let known = ["0.0.0.0", "127.0.0.1", "192.0.2.", "198.51.100.", "203.0.113."];
                    assert!(known.iter().any(|it| text.starts_with(it)), "{text}");
                }
            }
        }
    }
}

#[test]
fn detection_confirms_the_first_miner_and_suspects_the_second_connection() {
    let frames = frames(&SHIPPED[0]);
    let walkthrough = Arc::new(walkthrough(&SHIPPED[0]));
    let mut trainee = Trainee::sits_down(&walkthrough, &frames);
    trainee.watches(&frames, 0, 24);
    assert_eq!(trainee.findings(Grade::Confirmed), BTreeSet::new(), "all is quiet at first");
    trainee.watches(&frames, 24, 60);
    let confirmed = trainee.findings(Grade::Confirmed);
    assert!(confirmed.iter().any(|name| name.ends_with(" php-fpm")), "{confirmed:?}");
    let named = |name: &String| name.ends_with(" php-fpm -> 198.51.100.23:3333");
    assert!(confirmed.iter().any(named), "a connection names its owner: {confirmed:?}");
    trainee.watches(&frames, 60, frames.len());
    let second = trainee.recorded.iter().any(|event| {
        matches!(event, Event::Found { finding, .. }
            if matches!(finding.subject, Subject::Connection { remote, .. } if remote.port() == 4444)
                && finding.reasons.iter().any(|reason| reason.rule == Rule::PoolPort))
    });
    assert!(second, "the second miner's connection is found by its port");
}

#[test]
fn a_whole_training_touches_nothing_and_ends_in_the_debrief() {
    for shipped in &SHIPPED {
        let (walkthrough, frames) = (Arc::new(walkthrough(shipped)), frames(shipped));
        let mut trainee = Trainee::at_work(&walkthrough, &frames);
        trainee.watches(&frames, 0, frames.len());
        let of_the_screen = |it: &Effect| matches!(it, Effect::Bell | Effect::Tape(_));
        assert!(trainee.other.iter().all(of_the_screen), "{:?}", trainee.other);
        let coach = trainee.model.coach.as_ref().unwrap();
        assert!(coach.ended);
        assert_eq!(coach.injects, walkthrough.injects.len());
        assert!(matches!(trainee.model.dialog, Dialog::EndTraining), "it asks before it tells all");
        trainee.press("y");
        assert!(matches!(trainee.model.dialog, Dialog::Debrief));
        assert_eq!(trainee.training().score, Some(0));
    }
}

#[test]
fn the_experts_path_gets_all_points() {
    for shipped in &SHIPPED {
        let (walkthrough, frames) = (Arc::new(walkthrough(shipped)), frames(shipped));
        let mut trainee = Trainee::at_work(&walkthrough, &frames);
        let mut seen = 0;
        for it in &walkthrough.expert {
            let due = (0..frames.len()).filter(|at| place(&frames, *at) <= it.at * 1_000).count();
            trainee.watches(&frames, seen, due);
            seen = due;
            trainee.does(&it.act);
        }
        let session = trainee.model.session.as_ref().unwrap();
        let found = debrief(&walkthrough, &session.state);
        assert!(found.rows.iter().all(|row| row.verdict == Verdict::Same), "{found:?}");
        assert_eq!((found.score, found.tasks.0), (100, walkthrough.tasks.len()));
        let coach = trainee.model.coach.as_ref().unwrap();
        assert_eq!(coach.task(&session.state), None);
    }
}

#[test]
fn going_back_on_a_replay_takes_later_entries_from_the_screen_and_keeps_the_cursor() {
    let frames = frames(&SHIPPED[0]);
    let walkthrough = Arc::new(walkthrough(&SHIPPED[0]));
    let mut trainee = Trainee::at_work(&walkthrough, &frames);
    walkthrough.expert.iter().for_each(|it| trainee.does(&it.act));
    trainee.model.panes.checklist.line = 3;
    let session = trainee.model.session.as_ref().unwrap();
    let entries: Vec<Entry> = session.entries.iter().map(|it| Entry::clone(it)).collect();
    trainee.take(Msg::Rewound(Box::new(entries[..3].to_vec().into())));
    let session = trainee.model.session.as_ref().unwrap();
    assert_eq!((session.state.choices.len(), session.state.items.len()), (2, 0));
    assert_eq!((session.entries.len(), trainee.model.panes.checklist.line), (3, 3));
    trainee.take(Msg::Followed(entries));
    let session = trainee.model.session.as_ref().unwrap();
    assert!(walkthrough.expert.iter().all(|it| it.act.stands(&session.state)));
}

#[test]
fn a_training_begins_with_its_whole_story_while_the_tape_waits() {
    for language in [Language::En, Language::Th] {
        let (walkthrough, frames) = first();
        let mut trainee = Trainee::sits_down(&walkthrough, &frames);
        trainee.model.language = language;
        assert_eq!(trainee.other, [Effect::Tape(Order::Pause(true))]);
        let read = read_through(&mut trainee);
        assert!(read.contains(&unbroken(walkthrough.story.get(language))));
        assert!(read.contains(&unbroken(walkthrough.tasks[0].text.get(language))));
        assert!(!read.contains(&unbroken(walkthrough.tasks[1].text.get(language))), "not yet");
        trainee.take(Msg::Key(Key::Esc));
        assert_eq!(trainee.other.last(), Some(&Effect::Tape(Order::Pause(false))));
    }
}

#[test]
fn a_strip_with_more_to_say_names_the_key_of_the_page() {
    let (walkthrough, frames) = first();
    let mut trainee = Trainee::at_work(&walkthrough, &frames);
    assert!(drawn(&trainee.model, 80, 24).contains("▼ c: "));
    assert!(!drawn(&trainee.model, 300, 100).contains("▼ c: "));
    trainee.press("c");
    assert!(matches!(trainee.model.dialog, Dialog::Coach));
}

#[test]
fn hints_and_the_experts_path_are_entries_that_a_resumed_training_counts() {
    let (walkthrough, frames) = first();
    let mut trainee = Trainee::at_work(&walkthrough, &frames);
    trainee.press("ii=y");
    let help = [
        Event::Hinted { task: 0, shown: 1 },
        Event::Hinted { task: 0, shown: 2 },
        Event::ExpertShown,
    ];
    assert_eq!(trainee.recorded, help);
    let mut back = trainee.comes_back();
    back.take(Msg::Key(Key::Enter));
    back.press("ii");
    assert!(back.recorded.contains(&Event::Hinted { task: 0, shown: 3 }));
    assert_eq!(back.training().hints_of(0), 3, "there are three");
    assert!(drawn(&back.model, 80, 24).contains("no more hints"));
    let found = debrief(&walkthrough, &back.model.session.as_ref().unwrap().state);
    assert_eq!((found.hints[0].shown, found.expert_shown), (3, true));
}

#[test]
fn the_experts_path_is_not_shown_before_its_price_was_said_and_agreed_to() {
    let (walkthrough, frames) = first();
    let mut trainee = Trainee::at_work(&walkthrough, &frames);
    for no in ["=n", "=q"] {
        trainee.press(no);
        assert!(matches!(trainee.model.dialog, Dialog::Closed) && trainee.recorded.is_empty());
    }
    trainee.press("=");
    assert!(drawn(&trainee.model, 80, 24).contains("25 points"));
    trainee.model.language = Language::Th;
    assert!(drawn(&trainee.model, 80, 24).contains("เสีย 25 คะแนน"));
    trainee.press("y");
    assert!(trainee.training().expert_shown);
}

#[test]
fn the_journal_knows_where_on_the_tape_the_trainee_is() {
    let (walkthrough, frames) = first();
    let mut trainee = Trainee::at_work(&walkthrough, &frames);
    trainee.watches(&frames, 0, 100);
    let (at, known) = (trainee.model.source.at_ms, trainee.training().tape_ms.unwrap());
    assert!(at - known < 15_000 && known > 80_000, "{known} of {at}");
    let told = trainee.recorded.iter().filter(|it| matches!(it, Event::TapeAt { .. })).count();
    assert!((5..=7).contains(&told), "{told}");
    trainee.take(Msg::Moved(source(&frames, 5_000)));
    assert_eq!(trainee.training().tape_ms, Some(5_000), "going back is told too");
}

#[test]
fn a_training_that_is_over_takes_no_more_acts_and_shows_its_debrief_again() {
    let mut trainee = hasty();
    let score = trainee.training().score.unwrap();
    trainee.take(Msg::Key(Key::Esc));
    let before = trainee.entries;
    trainee.press("gc id-!mu=");
    trainee.press("i");
    assert_eq!(trainee.entries, before);
    assert!(drawn(&trainee.model, 80, 24).contains("training is over"));
    trainee.press("D");
    assert!(matches!(trainee.model.dialog, Dialog::Debrief), "it does not ask again");
    let back = trainee.comes_back();
    assert!(matches!(back.model.dialog, Dialog::Debrief));
    assert_eq!(back.training().score, Some(score));
}
