//! Any bytes as the lines of a recording: `cargo +nightly fuzz run telemetry`.
#![no_main]

use firedamp::domain::session::telemetry::{Decoder, Encoder};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (mut decoder, mut encoder) = (Decoder::default(), Encoder::default());
    let mut again = Decoder::default();
    for line in text.lines() {
        let glance = Decoder::glance(line);
        let Ok(snapshot) = decoder.push(line) else { return };
        assert!(glance.is_ok(), "what can be read can be glanced at");
        if let Ok(line) = encoder.push(&snapshot) {
            assert_eq!(again.push(&line).ok(), Some(snapshot), "what was read can be kept");
        }
    }
});
