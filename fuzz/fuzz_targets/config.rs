//! Any bytes as a file that may tell a miner what to do: `cargo +nightly fuzz run config`.
//!
//! What stands before the first line break is the path.
#![no_main]

use firedamp::domain::detect::{File, config, judge_file};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (path, content) = bytes.split_at(at);
    let read = config::read(path, content);
    let heard = read.heard();
    assert!(heard.is_sorted_by(|one, next| one.0 >= next.0));
    let verdict = judge_file(&File { path, content, packaged: None });
    assert_eq!(verdict.grade(), heard.first().map(|(grade, _)| *grade));
    assert!(verdict.reasons.len() <= 1);
});
