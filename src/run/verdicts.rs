//! What is judged, as JSON for other programs.
//!
//! Invariant: nothing unprintable is ever printed.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::domain::base::Language;
use crate::domain::detect::{Grade, Reason};
use crate::domain::untrusted::Untrusted;
use crate::words::finding;

/// A reason as `assess` and `scan` print it.
pub(super) fn told(reason: &Reason) -> Value {
    let fact = finding::fact(Language::En, reason.rule);
    json!({
        "rule": reason.rule,
        "fact": fact,
        "value": text(&reason.value),
        "source": reason.source,
    })
}

/// A grade in a word that programs read.
pub(super) const fn grade(grade: Option<Grade>) -> &'static str {
    match grade {
        None => "none",
        Some(Grade::Noted) => "noted",
        Some(Grade::Suspect) => "suspect",
        Some(Grade::Confirmed) => "confirmed",
    }
}

/// A text of the host.
pub(super) fn text(value: &Untrusted) -> Value {
    String::from_utf8_lossy(value.bytes()).into_owned().into()
}

/// JSON in which whatever a terminal would obey or not show stands as `\u`.
pub(super) fn escaped(value: &Value) -> String {
    let mut safe = String::new();
    for letter in value.to_string().chars() {
        if letter.is_ascii_graphic()
            || letter == ' '
            || !Untrusted::from(letter.to_string()).has_escapes()
        {
            safe.push(letter);
        } else {
            let mut room = [0; 2];
            for unit in letter.encode_utf16(&mut room) {
                write!(safe, "\\u{unit:04x}").ok();
            }
        }
    }
    safe
}
