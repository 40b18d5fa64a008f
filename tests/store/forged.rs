//! Lines put in the place of others: whole, written as this program writes them, and wrong in one thing.

#![expect(clippy::indexing_slicing, reason = "a broken test should stop where it is")]

use std::fs;

use firedamp::domain::base::Digest;
use firedamp::domain::session::{Entry, LineProblem, digest, write};
use firedamp::host::store::{ChainState, Hand, Store};

use crate::{ID, by, noted, session, store};

/// Bytes of the member `sum` and of the end of the line.
const SUM: usize = r#","sum":""#.len() + 64 + "\"}\n".len();

/// Line `number` of a session with three notes is exchanged for what `change` makes of its entry; what is wrong with it,
/// as an opener, a check and the list agree.
fn exchanged(number: usize, change: impl Fn(Entry) -> Vec<u8>) -> LineProblem {
    let (_place, store) = store();
    let path = session(&store, &["one", "two", "three"]).join("journal.jsonl");
    let entries = store.observe(ID).unwrap().entries;
    let text = fs::read(&path).unwrap();
    let mut lines: Vec<Vec<u8>> =
        text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    lines[number - 1] = change(entries[number - 1].clone());
    fs::write(&path, lines.concat()).unwrap();
    let opened = store.open(ID, &by()).unwrap();
    let Hand::ReadOnly(broken) = &opened.hand else { panic!("it may be written: {opened:?}") };
    assert_eq!(broken.line, number as u64);
    assert_eq!(opened.entries, entries[..number - 1], "nothing from there on is believed");
    assert_eq!(store.verify(ID).unwrap().verdict.problem.as_ref(), Some(broken));
    assert!(matches!(listed(&store), ChainState::Broken { .. }));
    assert_eq!(fs::read(&path).unwrap(), lines.concat(), "nothing is repaired silently");
    broken.problem.clone()
}

fn listed(store: &Store) -> ChainState {
    store.list().unwrap()[0].chain.clone()
}

#[test]
fn a_line_that_continues_another_line_is_refused_though_its_sum_is_right() {
    for number in 2..=4 {
        let found = digest(b"another line\n");
        let problem = exchanged(number, |entry| write(&Entry { prev: found, ..entry }).unwrap());
        assert!(
            matches!(problem, LineProblem::Prev { found: it, expected } if it == found && expected != it),
            "{problem:?}"
        );
    }
    let first = exchanged(1, |entry| write(&Entry { prev: digest(b"x"), ..entry }).unwrap());
    assert!(matches!(first, LineProblem::Prev { expected, .. } if expected == Digest::default()));
}

#[test]
fn a_line_with_the_sum_of_another_line_is_refused_though_it_continues_the_chain() {
    for number in 1..=4 {
        let problem = exchanged(number, |entry| {
            let right = write(&entry).unwrap();
            let other = write(&Entry { event: noted("other"), ..entry }).unwrap();
            let content = other.len() - SUM;
            [&other[..content], &right[right.len() - SUM..]].concat()
        });
        assert_eq!(problem, LineProblem::Sum);
    }
}

#[test]
fn a_line_that_was_written_anew_with_its_own_sum_is_found_by_the_line_after_it() {
    let (_place, store) = store();
    let path = session(&store, &["one", "two", "three"]).join("journal.jsonl");
    let entries = store.observe(ID).unwrap().entries;
    let mut lines: Vec<Vec<u8>> = entries.iter().map(|it| write(it).unwrap()).collect();
    assert_eq!(lines.concat(), fs::read(&path).unwrap());
    lines[2] = write(&Entry { event: noted("other"), ..entries[2].clone() }).unwrap();
    fs::write(&path, lines.concat()).unwrap();
    let problem = store.verify(ID).unwrap().verdict.problem.unwrap();
    assert_eq!(problem.line, 4);
    assert!(matches!(problem.problem, LineProblem::Prev { .. }), "{problem:?}");
    assert!(matches!(store.open(ID, &by()).unwrap().hand, Hand::ReadOnly(_)));
}
