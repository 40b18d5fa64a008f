//! What counts as a change between two hunts.

use std::sync::Arc;

use firedamp::domain::base::{Moment, Timestamp};
use firedamp::domain::facts::{
    Autostart, AutostartChange, AutostartKind, Hiding, Packaged, Persistence, Reading, Snapshot,
    changes,
};
use firedamp::domain::session::telemetry::{Decoder, Encoder};
use proptest::prelude::*;

use super::cockpit::{entry, found};

#[test]
fn a_line_that_only_moved_is_no_change() {
    let first = found(vec![entry(AutostartKind::Cron, "/etc/crontab", 3, "@daily root a")]);
    let mut entries = vec![entry(AutostartKind::Cron, "/etc/crontab", 4, "@daily root a")];
    assert_eq!(changes(&first, &found(entries.clone())), []);
    entries.push(entry(AutostartKind::Cron, "/etc/crontab", 3, "@daily root b"));
    let found = changes(&first, &found(entries));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0, found[0].1.line), (AutostartChange::Appeared, 3));
}

#[test]
fn a_verdict_that_comes_later_is_no_change_and_a_file_that_was_altered_is() {
    let own = |packaged| {
        let mut it = entry(AutostartKind::Motd, "/etc/update-motd.d/10", 0, "uname");
        it.packaged = packaged;
        found(vec![it])
    };
    let unchanged = || own(Packaged::Unchanged("x".into()));
    assert_eq!(changes(&own(Packaged::Unknown), &unchanged()), []);
    assert_eq!(changes(&unchanged(), &own(Packaged::Changed("x".into()))).len(), 1);
}

fn moment(second: i64) -> Moment {
    let at = Timestamp::from_second(1_795_282_200 + second).unwrap();
    Moment { at, boot_ms: second.cast_unsigned() * 1000 }
}

fn looks(hunts: &[Persistence]) -> Vec<Snapshot> {
    let look = |(second, hunt): (i64, &Persistence)| Snapshot {
        persistence: Arc::new(hunt.clone()),
        ..Snapshot::empty(moment(second))
    };
    (0..).zip(hunts).map(look).collect()
}

fn lines(looks: &[Snapshot]) -> Vec<String> {
    let mut encoder = Encoder::default();
    looks.iter().map(|look| encoder.push(look).unwrap()).collect()
}

fn read(lines: &[String]) -> Vec<Snapshot> {
    let mut decoder = Decoder::default();
    lines.iter().map(|line| decoder.push(line).unwrap()).collect()
}

#[test]
fn a_file_that_is_touched_costs_a_short_line_however_long_it_is() {
    let text = "x".repeat(16 << 10);
    let line = |line| entry(AutostartKind::ShellStart, "/home/b/.bashrc", line, &text);
    let first = found((1..=64).map(line).chain([line(90)]).collect());
    let mut second = first.clone();
    for entry in &mut second.entries {
        let changed = Timestamp::from_second(1_795_282_999).unwrap();
        *entry = Arc::new(Autostart { changed, ..Autostart::clone(entry) });
    }
    let looks = looks(&[first, second]);
    let told = lines(&looks);
    assert!(told[1].len() < 300, "{} bytes", told[1].len());
    assert_eq!(read(&told), looks);
}

#[test]
fn what_did_not_change_is_shared_from_line_to_line() {
    let line = |line| entry(AutostartKind::ShellStart, "/home/b/.bashrc", line, "x");
    let looks = looks(&[found(vec![line(1), line(3)]), found(vec![line(1), line(2), line(3)])]);
    let told = read(&lines(&looks));
    assert_eq!(told, looks);
    let [one, other] = [0, 1].map(|at: usize| &told[at].persistence.entries);
    assert!(Arc::ptr_eq(&one[0], &other[0]) && Arc::ptr_eq(&one[1], &other[2]));
}

#[test]
fn the_figures_of_the_search_travel_by_themselves() {
    let look = |second: u16| Snapshot {
        hiding: Arc::new(Hiding {
            pids_tried: (u32::from(second) * 40, 32_768),
            unexplained_cpu: Reading::Known(f32::from(second)),
            ..Hiding::default()
        }),
        ..Snapshot::empty(moment(second.into()))
    };
    let looks = [look(0), look(1)];
    let told = lines(&looks);
    assert!(told[1].contains(r#""searched":[40,32768,"#), "{}", told[1]);
    assert_eq!(read(&told), looks);
}

#[test]
fn a_line_of_an_earlier_version_tells_the_whole() {
    let looks =
        looks(&[Persistence { hunted_ms: Some(1), ..Persistence::default() }, found(vec![])]);
    let mut told = lines(&looks);
    let whole = r#""change":{"persistence":{"entries":[],"hunted_ms":7,"watched":true}}}"#;
    let start = told[1].find(r#""change""#).unwrap();
    told[1] = format!("{}{whole}", &told[1][..start]);
    assert_eq!(read(&told)[1].persistence.hunted_ms, Some(7));
}

#[test]
fn places_that_are_not_there_are_refused() {
    let looks = looks(&[found(vec![]), found(vec![])]);
    let told = lines(&looks);
    let start = told[1].find(r#""change""#).unwrap();
    let at = "1970-01-01T00:00:00Z";
    for starts in [
        r#""gone":[0]"#.to_owned(),
        format!(r#""touched":[[0,1,"{at}","{at}"]]"#),
        format!(r#""touched":[[{0},{0},"{at}","{at}"]]"#, usize::MAX),
    ] {
        let mut decoder = Decoder::default();
        decoder.push(&told[0]).unwrap();
        let forged = format!(r#"{}"change":{{"starts":{{{starts}}}}}}}"#, &told[1][..start]);
        assert!(decoder.push(&forged).is_err(), "{forged}");
    }
}

fn any_entry() -> impl Strategy<Value = Autostart> {
    (0..3_u32, 0..3_u32, 0..3_u32).prop_map(|(path, line, text)| {
        entry(AutostartKind::Cron, &format!("/etc/cron.d/{path}"), line, &format!("text {text}"))
    })
}

/// Files that were touched or given to somebody, too.
fn any_altered() -> impl Strategy<Value = Persistence> {
    let files = prop::collection::vec((0..3_i64, 0..2_u32), 12);
    (any_hunt(), files).prop_map(|(mut hunt, files)| {
        for (entry, (at, uid)) in hunt.entries.iter_mut().zip(files) {
            let changed = Timestamp::from_second(at).unwrap();
            *entry = Arc::new(Autostart { uid, changed, ..Autostart::clone(entry) });
        }
        hunt
    })
}

pub(super) fn any_hunt() -> impl Strategy<Value = Persistence> {
    prop::collection::vec(any_entry(), 0..12).prop_map(|mut entries| {
        entries.sort_by(|one, other| one.key().cmp(&other.key()));
        entries.dedup_by(|one, other| one.key() == other.key());
        found(entries)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_recording_gives_back_every_hunt(hunts in prop::collection::vec(any_altered(), 1..8)) {
        let looks = looks(&hunts);
        prop_assert_eq!(read(&lines(&looks)), looks);
    }

    #[test]
    fn nothing_changed_between_the_same_hunts(one in any_hunt()) {
        prop_assert_eq!(changes(&one, &one.clone()), vec![]);
    }

    #[test]
    fn what_is_told_as_new_was_not_there_and_is(one in any_hunt(), other in any_hunt()) {
        let has = |hunt: &Persistence, entry: &Autostart| hunt.entries.iter().any(|it| it.key() == entry.key());
        for (change, entry) in changes(&one, &other) {
            let there = (has(&one, &entry), has(&other, &entry));
            match change {
                AutostartChange::Vanished => prop_assert_eq!(there, (true, false)),
                AutostartChange::Appeared | AutostartChange::Changed => prop_assert_eq!(there, (false, true)),
            }
        }
    }
}
