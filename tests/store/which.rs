//! Which session is meant.

use crate::{by, moment, noted, opening, pen, store};

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
