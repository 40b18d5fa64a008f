//! What a reader says of a journal that was cut, flipped, rewritten or put together again.

use firedamp::domain::session::{Audit, Chain, LineProblem, Torn};

use crate::{bytes, draft, every_kind, journal, noted, opening};

#[test]
fn two_entries_on_one_line_before_are_a_fork() {
    let mut chain = journal([opening()]).1;
    let ours = chain.line(draft(1, "ploy", noted(b"ours"))).unwrap();
    let theirs = chain.line(draft(1, "somsak", noted(b"theirs"))).unwrap();
    chain.accept(&ours).unwrap();
    assert_eq!(chain.next(&theirs.bytes), Err(LineProblem::Fork(2)));
    assert_eq!(chain.seq(), 2, "a line with a problem leaves the chain as it was");
}

#[test]
fn a_missing_or_exchanged_line_is_reported_where_it_is() {
    let (lines, _) = journal((0..6).map(|n| noted(format!("note {n}").as_bytes())));
    let broken = |order: &[usize]| {
        let text: Vec<u8> = order.iter().flat_map(|at| lines[*at].bytes.clone()).collect();
        Audit::of(&text).1.problem.map(|it| (it.line, it.problem))
    };
    assert_eq!(broken(&[0, 1, 2, 3]), None);
    let gap = |expected, found| Some((expected, LineProblem::Seq { expected, found }));
    assert_eq!(broken(&[0, 2, 3]), gap(2, 3));
    assert_eq!(broken(&[0, 2, 1, 3]), gap(2, 3));
    assert_eq!(broken(&[1, 2]), gap(1, 2));
    assert_eq!(broken(&[0, 1, 1, 2]), Some((3, LineProblem::Fork(2))));
}

#[test]
fn a_rewritten_line_is_found_by_the_next_one() {
    let (mut lines, _) = journal([opening(), noted(b"one"), noted(b"two")]);
    let mut chain = Chain::default();
    chain.accept(&lines[0]).unwrap();
    lines[1] = chain.line(draft(1, "ploy", noted(b"One"))).unwrap();
    let problem = Audit::of(&bytes(&lines)).1.problem.unwrap();
    assert_eq!(problem.line, 3);
    assert!(matches!(problem.problem, LineProblem::Prev { .. }), "{problem}");
}

#[test]
fn a_cut_at_any_byte_leaves_the_whole_lines_before_it() {
    let events = every_kind().into_iter().cycle().take(60);
    let (lines, _) = journal(events);
    let all = bytes(&lines);
    let ends: Vec<usize> = lines
        .iter()
        .scan(0, |end, line| {
            *end += line.bytes.len();
            Some(*end)
        })
        .collect();
    // Whole lines are the same for every cut, so each line is cut on its own, after those before it.
    let mut chain = Chain::default();
    let mut start = 0;
    for (line, end) in lines.iter().zip(&ends) {
        for cut in start..*end {
            let mut audit = Audit::resumed(chain.clone(), 1, start as u64);
            audit.line(&all[start..cut]);
            let verdict = audit.verdict();
            assert_eq!(verdict.entries, chain.seq(), "cut at {cut}");
            assert_eq!(verdict.problem, None, "cut at {cut}");
            let torn = Torn { segment: 1, from: start as u64, to: cut as u64 };
            assert_eq!(verdict.torn, if cut > start { vec![torn] } else { vec![] });
        }
        chain.accept(line).unwrap();
        start = *end;
    }
    for (whole, end) in (1..).zip(ends) {
        let (entries, verdict) = Audit::of(&all[..end]);
        assert_eq!(entries.len(), whole);
        assert!(verdict.is_whole());
    }
}

#[test]
fn a_flip_of_any_bit_is_reported_with_its_entry() {
    let (lines, _) = journal(every_kind().into_iter().skip(1).take(12));
    let mut chain = Chain::default();
    let mut start = 0;
    for (number, line) in (1..).zip(&lines) {
        // The line after it is there too: a flip may make one line of the two.
        let next = lines.get(usize::try_from(number).unwrap()).map_or(&[][..], |next| &next.bytes);
        for bit in 0..line.bytes.len() * 8 {
            let mut damaged = [&line.bytes, next].concat();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let mut audit = Audit::resumed(chain.clone(), 1, start);
            let held =
                damaged.split_inclusive(|byte| *byte == b'\n').filter_map(|it| audit.line(it));
            assert_eq!(held.count(), 0);
            let problem = audit.verdict().problem.unwrap_or_else(|| panic!("{number}, bit {bit}"));
            assert_eq!((problem.line, problem.offset), (number, start), "bit {bit}");
        }
        chain.accept(line).unwrap();
        start += line.bytes.len() as u64;
    }
}

#[test]
fn a_hole_of_zeros_in_the_last_line_is_a_write_that_never_ended() {
    let (lines, _) = journal([opening(), noted(b"one"), noted(b"two")]);
    let mut all = bytes(&lines);
    let start = all.len() - lines[2].bytes.len();
    all[start + 10..start + 30].fill(0);
    let verdict = Audit::of(&all).1;
    let torn = Torn { segment: 1, from: start as u64, to: all.len() as u64 };
    assert_eq!((verdict.problem, verdict.torn), (None, vec![torn]));
    let mut middle = bytes(&lines);
    middle[10..30].fill(0);
    assert_eq!(Audit::of(&middle).1.problem.unwrap().line, 1);
}
