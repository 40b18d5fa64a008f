//! Any bytes as a file of rules: `cargo +nightly fuzz run rules`.
//!
//! The first byte chooses what kind of file the rest is; what could be read of it is asked about a process whose
//! arguments are the same text.
#![no_main]

use firedamp::domain::base::Language;
use firedamp::domain::detect::rulebook::read;
use firedamp::domain::detect::{End, Entry, Grade, Rule, Rulebook, Seen};
use firedamp::words;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let file = ["x.toml", "x.json", "x.txt", "x.yml"][usize::from(first % 4)];
    let text = String::from_utf8_lossy(rest);
    let contents = read(file, &text);
    for fault in &contents.faults {
        assert!(fault.line > 0);
        for language in [Language::En, Language::Th] {
            let said = words::rules::fault(language, &fault.why).plain(400);
            assert!(!said.is_empty() && !said.chars().any(char::is_control), "{said}");
        }
    }
    let book = Rulebook::with(&[contents]);
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let end = End { address: Some([192, 0, 2, 7].into()), name: rest, port: 443 };
    let seen = Seen { exe: b"/opt/a", arguments: vec![b"/opt/a", rest], ends: vec![end], ..Seen::default() };
    let entry = Entry { kind: "cron", path: b"/etc/cron.d/x", content: rest, packaged: None };
    let told = [book.of_process(&seen, now), book.of_entry(&entry, now), book.of_name(rest, None, now)];
    for (grade, reason) in told.iter().flatten() {
        assert!(*grade < Grade::Confirmed || reason.rule == Rule::Indicator, "{reason:?}");
    }
});
