//! What changed while nobody watched: told when the session is taken up again, and once.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use firedamp::cockpit::{Effect, Msg};
use firedamp::domain::base::{Language, Timestamp};
use firedamp::domain::facts::{
    Autostart, AutostartChange, AutostartKind, Capability, Closed, Gap, Late, Persistence,
    Snapshot, Unread,
};
use firedamp::domain::session::Event;
use firedamp::domain::session::telemetry::{Decoder, Encoder, Known, Recall, gaps};
use firedamp::words::session::event;
use proptest::prelude::*;

use super::changes::any_hunt;
use super::cockpit::{entry, found};
use super::incident::{Desk, snapshot};
use super::support::place::Place;
use super::support::pty::{Cockpit, Key};

/// What the journal says of changes: what, where, what it says, and whether nobody watched.
type Told = (AutostartChange, String, String, bool);

fn told<'e>(events: impl IntoIterator<Item = &'e Event>) -> Vec<Told> {
    let told = events.into_iter().filter_map(|event| {
        let Event::Autostart { change, path, text, since, .. } = event else { return None };
        Some((*change, path.printable(), text.printable(), since.is_some()))
    });
    told.collect()
}

fn job(text: &str, path: &str, change: AutostartChange, unwatched: bool) -> Told {
    (change, format!("/etc/cron.d/{path}"), format!("@daily root /usr/bin/{text}"), unwatched)
}

#[test]
fn what_changed_while_no_screen_ran_is_told_when_the_session_is_taken_up() {
    if std::env::var_os("OWN_CRON").is_some() {
        return a_session_that_is_closed_and_taken_up();
    }
    // A folder of jobs of our own, in a mount namespace that is gone with the test.
    let name = "unwatched::what_changed_while_no_screen_ran_is_told_when_the_session_is_taken_up";
    let script =
        "mount -t tmpfs jobs /etc/cron.d || exit 77; exec \"$0\" --exact \"$1\" --nocapture";
    let status = Command::new("unshare")
        .args(["-m", "--propagation", "private", "sh", "-c", script])
        .args([std::env::current_exe().unwrap().as_os_str(), name.as_ref()])
        .env("OWN_CRON", "1")
        .status();
    match status.ok().and_then(|it| it.code()) {
        Some(0) => {}
        Some(1 | 101) | None => panic!("not as it should be; see above"),
        Some(code) => eprintln!("skipped: nothing can be mounted here ({code})"),
    }
}

fn a_session_that_is_closed_and_taken_up() {
    let place = Place::new();
    let job_is = |path: &str, text: &str| {
        let path = Path::new("/etc/cron.d").join(path);
        std::fs::write(path, format!("@daily root /usr/bin/{text}\n")).unwrap();
    };
    job_is("old", "before");
    let mut desk = watching(&place, &[]);
    job_is("seen", "seen");
    until(&place, 1);
    leave(desk);
    job_is("unseen", "unseen");
    desk = watching(&place, &["resume"]);
    until(&place, 2);
    desk.wait_until("it is said that nobody watched", |screen| {
        screen.contains("nobody watched") || screen.contains("unseen")
    });
    // A screen that is killed has no time to say anything.
    recorded(&place);
    desk.kill9();
    job_is("unseen", "again");
    std::fs::remove_file("/etc/cron.d/old").unwrap();
    desk = watching(&place, &["resume"]);
    until(&place, 4);
    leave(desk);
    desk = watching(&place, &["resume"]);
    std::thread::sleep(Duration::from_secs(3));
    leave(desk);
    assert_eq!(
        told(place.entries().iter().map(|entry| &entry.event)),
        [
            job("seen", "seen", AutostartChange::Appeared, false),
            job("unseen", "unseen", AutostartChange::Appeared, true),
            job("before", "old", AutostartChange::Vanished, true),
            job("again", "unseen", AutostartChange::Changed, true),
        ]
    );
}

/// A screen whose first hunt has ended.
fn watching(place: &Place, more: &[&str]) -> Cockpit {
    let mut desk = place.cockpit("suda", more);
    desk.wait_until("it is there", |screen| {
        screen.contains("PB-31") || screen.contains("Processes")
    });
    desk.type_keys("gs");
    desk.wait_until("the first hunt has ended", |screen| screen.contains("watched"));
    recorded(place);
    desk
}

/// What is on the screen is in the recording after the next look.
fn recorded(_: &Place) {
    std::thread::sleep(Duration::from_millis(2_500));
}

fn until(place: &Place, changes: usize) {
    let begun = Instant::now();
    loop {
        let told = told(place.entries().iter().map(|entry| &entry.event));
        if told.len() >= changes {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{told:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn leave(mut desk: Cockpit) {
    desk.type_keys("0q");
    desk.wait_until("it asks", |screen| screen.contains("Enter yes"));
    desk.press(Key::Enter);
    desk.wait_for_exit(Duration::from_secs(10));
}

fn known(persistence: Persistence) -> Known {
    let moment = super::incident::moment(0);
    let persistence = Arc::new(persistence);
    Known { moment, host: "web-03".into(), gaps: Vec::new(), persistence }
}

fn seen(boot_ms: u64, persistence: Persistence) -> Snapshot {
    Snapshot { persistence: Arc::new(persistence), ..snapshot(boot_ms, Vec::new()) }
}

fn one(path: &str, text: &str) -> Autostart {
    entry(AutostartKind::Cron, path, 1, text)
}

fn recorded_by(effects: &[Effect]) -> impl Iterator<Item = &Event> {
    effects.iter().filter_map(|effect| {
        let Effect::Record { event, .. } = effect else { return None };
        Some(event)
    })
}

/// What is written when this was known, and that is found.
fn compared(known: Known, found: Snapshot) -> Vec<Event> {
    let mut desk = Desk::at_work();
    let id = desk.model.session.as_ref().unwrap().id.clone();
    assert!(desk.tell(Msg::Recalled(id, Box::new(known))).is_empty());
    let effects = desk.tell(Msg::Seen(Arc::new(found)));
    recorded_by(&effects).cloned().collect()
}

#[test]
fn what_is_known_late_is_held_against_what_was_found_first() {
    let mut desk = Desk::at_work();
    let first = found(vec![one("/etc/cron.d/a", "1")]);
    let second = found(vec![one("/etc/cron.d/a", "1"), one("/etc/cron.d/c", "3")]);
    assert!(desk.tell(Msg::Seen(Arc::new(seen(1_000, first)))).is_empty());
    let id = desk.model.session.as_ref().unwrap().id.clone();
    let before = known(found(vec![one("/etc/cron.d/a", "0")]));
    assert!(desk.tell(Msg::Recalled(id, Box::new(before))).is_empty());
    let effects = desk.tell(Msg::Seen(Arc::new(seen(2_000, second))));
    let told = told(recorded_by(&effects));
    let how: Vec<(&str, bool)> = told.iter().map(|it| (it.1.as_str(), it.3)).collect();
    assert_eq!(how, [("/etc/cron.d/a", true), ("/etc/cron.d/c", false)]);
}

#[test]
fn another_host_or_other_rights_are_not_compared_and_that_is_said() {
    let before = || known(found(vec![one("/etc/cron.d/a", "0")]));
    let elsewhere = Known { host: "web-04".into(), ..before() };
    let mut less = seen(1_000, found(Vec::new()));
    less.unread.push(Unread::gap(Gap::NotRoot(1000)));
    for (known, found) in [(elsewhere, seen(1_000, found(Vec::new()))), (before(), less)] {
        let events = compared(known, found);
        assert!(matches!(events.as_slice(), [Event::Trouble { .. }]), "{events:?}");
    }
}

#[test]
fn what_comes_and_goes_between_two_looks_is_no_other_right() {
    let user = || Unread::gap(Gap::NotRoot(1000));
    let closed = |what, count| Unread::gap(Gap::Closed(what, count));
    let looks = [
        vec![user(), closed(Closed::OpenFiles, 311), closed(Closed::Stat, 1)],
        vec![closed(Closed::OpenFiles, 312), user(), Unread::gap(Gap::Late(Late::Standing))],
        vec![user(), Unread::gap(Gap::Late(Late::Processes(9)))],
        // Whoever has root can bring these about.
        vec![user(), Unread::gap(Gap::NoPtrace), Unread::gap(Gap::ProcSubset)],
    ];
    for before in &looks {
        for unread in looks.clone() {
            let knew = known(found(vec![one("/etc/cron.d/a", "0")]));
            let knew = Known { gaps: gaps(before), ..knew };
            let now = found(vec![one("/etc/cron.d/a", "0"), one("/etc/cron.d/b", "1")]);
            let told = told(&compared(knew, Snapshot { unread, ..seen(1_000, now) }));
            assert_eq!(told.iter().map(|it| it.1.as_str()).collect::<Vec<_>>(), ["/etc/cron.d/b"]);
        }
    }
    let lacks = Gap::Capability(Capability::DacReadSearch);
    assert_eq!(gaps(&[Unread::gap(lacks.clone()), closed(Closed::Stat, 1)]), [lacks]);
}

#[test]
fn what_could_not_be_read_has_not_vanished() {
    let before =
        known(found(vec![one("/var/spool/cron/crontabs/a", "0"), one("/etc/cron.d/a", "0")]));
    let mut now = seen(1_000, found(Vec::new()));
    let (what, why) = ("/var/spool/cron/crontabs".into(), "Permission denied".into());
    now.unread.push(Unread { what, why, gap: None });
    let told = told(&compared(before, now));
    assert_eq!(told.iter().map(|it| it.1.as_str()).collect::<Vec<_>>(), ["/etc/cron.d/a"]);
}

#[test]
fn the_page_and_the_journal_say_between_when_and_when() {
    let before = known(found(vec![one("/etc/cron.d/a", "0")]));
    let events = compared(before, seen(60_000, found(vec![one("/etc/cron.d/a", "1")])));
    let said: Vec<String> =
        [Language::En, Language::Th].map(|it| event(it, &events[0]).plain(80)).into();
    assert_eq!(
        said,
        [
            "unwatched since 2026-11-21 17:30Z: changed what starts by itself: cron /etc/cron.d/a:1  1",
            "ไม่มีใครเฝ้าตั้งแต่ 2026-11-21 17:30Z: แก้สิ่งที่เริ่มเอง: cron /etc/cron.d/a:1  1",
        ]
    );
    let Event::Autostart { since, .. } = events[0] else { panic!("{events:?}") };
    assert_eq!(since, Some("2026-11-21T17:30:00Z".parse::<Timestamp>().unwrap()));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_recalled_is_what_the_last_snapshot_says(hunts in prop::collection::vec(any_hunt(), 1..8)) {
        let (mut encoder, mut decoder) = (Encoder::default(), Decoder::default());
        let (mut recall, mut last) = (Recall::default(), None);
        for (second, hunt) in (1..).zip(hunts) {
            let line = encoder.push(&seen(second * 1_000, hunt)).unwrap();
            recall.push(&line).unwrap();
            last = Some(decoder.push(&line).unwrap());
        }
        let (known, last) = (recall.known().unwrap(), last.unwrap());
        prop_assert_eq!((known.moment, known.persistence), (last.moment, last.persistence));
        prop_assert_eq!(known.host, last.host.name.clone());
    }
}
