//! What counts as a change between two hunts.

use firedamp::domain::facts::{
    Autostart, AutostartChange, AutostartKind, Packaged, Persistence, changes,
};
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

fn any_entry() -> impl Strategy<Value = Autostart> {
    (0..3_u32, 0..3_u32, 0..3_u32).prop_map(|(path, line, text)| {
        entry(AutostartKind::Cron, &format!("/etc/cron.d/{path}"), line, &format!("text {text}"))
    })
}

fn any_hunt() -> impl Strategy<Value = Persistence> {
    prop::collection::vec(any_entry(), 0..12).prop_map(|mut entries| {
        entries.sort_by(|one, other| one.key().cmp(&other.key()));
        entries.dedup_by(|one, other| one.key() == other.key());
        found(entries)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

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
