//! Any bytes as a journal, in segments at every line `|`: `cargo +nightly fuzz run journal`.
#![no_main]

use firedamp::domain::session::{Audit, Chain, Checked, State};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let segments: Vec<Vec<&[u8]>> = bytes
        .split(|byte| *byte == b'|')
        .map(|segment| segment.split_inclusive(|byte| *byte == b'\n').collect())
        .collect();
    let start = |lines: &Vec<&[u8]>| Some(Checked::of(lines.first()?).ok()?.start());
    let (mut audit, mut state, mut chain) = (Audit::default(), State::default(), Chain::default());
    let number = |at: usize| u32::try_from(at + 1).unwrap_or(u32::MAX);
    for (at, lines) in segments.iter().enumerate() {
        if let Some(start) = start(lines) {
            audit.begins(number(at), start);
        }
    }
    for (at, lines) in segments.iter().enumerate() {
        audit.segment(number(at));
        for line in lines {
            if let Some(entry) = audit.line(line) {
                assert_eq!(chain.next(line).as_ref(), Ok(&entry), "what is told continues the chain");
                state.apply(&entry);
            }
        }
    }
    let verdict = audit.verdict();
    assert_eq!((verdict.entries, verdict.head), (chain.seq(), chain.head()));
    assert_eq!(state.head(), chain.head(), "an entry is written again as it was");
    assert!(verdict.torn.iter().all(|torn| torn.from < torn.to));
});
