//! Which session is meant.

use std::fs::OpenOptions;

use firedamp::domain::session::Opening;
use firedamp::host::store::bundle::Wanted;
use firedamp::host::store::{Hand, Store};

use crate::{ID, by, moment, noted, opening, pen, session, store};

#[test]
fn latest_is_the_session_that_was_written_last_and_not_the_one_that_began_last() {
    let (_place, store) = store();
    let first = store.create(opening("db01"), "", moment(0), &by()).unwrap();
    let (older, mut first) = (first.id.clone(), pen(first));
    let second = store.create(opening("web03"), "", moment(60), &by()).unwrap();
    assert_eq!(store.resolve("latest").unwrap(), second.id);
    first.append(moment(120), &by(), noted("still mining")).unwrap();
    assert_eq!(store.resolve("latest").unwrap(), older);
}

#[test]
fn a_training_is_the_latest_only_where_there_is_no_incident() {
    let (_place, store) = store();
    let training = |at| {
        let lab = Opening { training: Some("first".into()), ..opening("lab") };
        store.create(lab, "", moment(at), &by()).unwrap().id
    };
    let first = training(0);
    assert_eq!(store.resolve("latest").unwrap(), first);
    let incident = store.create(opening("web03"), "", moment(60), &by()).unwrap().id;
    let second = training(120);
    assert_eq!(store.resolve("latest").unwrap(), incident);
    assert_eq!(store.resolve_training("latest").unwrap(), second, "a debrief means the training");
    assert_eq!(store.resolve_training(&first).unwrap(), first);
}

#[test]
fn a_session_whose_holder_could_not_tell_who_it_is_is_in_use_all_the_same() {
    let (_place, store) = store();
    let path = session(&store, &["one"]);
    let lock = OpenOptions::new().write(true).open(path.join("lock")).unwrap();
    lock.lock().unwrap();
    let listed = |store: &Store| {
        let summary = store.list().unwrap().remove(0);
        (summary.held, summary.holder)
    };
    assert_eq!(listed(&store), (true, None));
    let opened = store.open(ID, &by()).unwrap();
    assert!(matches!(opened.hand, Hand::Observer(_, None)), "{:?}", opened.hand);
    drop(lock);
    assert_eq!(listed(&store), (false, None));
}

#[test]
fn a_redacted_copy_is_the_latest_only_where_there_is_no_other_incident() {
    let (_elsewhere, there) = store();
    let copied = there.create(opening("db01"), "", moment(60), &by()).unwrap().id;
    let mut bundle = Vec::new();
    let redacted = Wanted { redact: true, ..Wanted::default() };
    there.export(&copied, &redacted, moment(120), &mut bundle).unwrap();
    let (_place, here) = store();
    here.import(&mut bundle.as_slice()).unwrap();
    assert_eq!(here.resolve("latest").unwrap(), format!("{copied}-redacted"));
    let incident = here.create(opening("web03"), "", moment(0), &by()).unwrap().id;
    assert_eq!(here.resolve("latest").unwrap(), incident, "though the copy is newer");
}
