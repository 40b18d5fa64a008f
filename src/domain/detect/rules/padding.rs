//! Arguments that were pushed out of sight with blanks or line feeds (ATT&CK T1036, T1564).
//!
//! Source: cases in which `ps` showed a harmless beginning and the rest was columns away. Known false alarms, which are
//! let pass: scripts as an argument of an interpreter, which are indented.

use crate::domain::detect::rules::Told;
use crate::domain::detect::seen::Seen;
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::untrusted::Untrusted;

/// So many blanks in a row are no layout.
const BLANKS: usize = 48;
/// So many line feeds in a row are none either.
const FEEDS: usize = 12;

/// What the blanks of its arguments say.
pub(super) fn judge(seen: &Seen<'_>, told: &mut Vec<Told>) {
    let blanks =
        seen.arguments.iter().any(|it| run(it, |byte| byte == b' ' || byte == b'\t') >= BLANKS);
    let feeds =
        seen.arguments.iter().any(|it| run(it, |byte| matches!(byte, b'\n' | b'\r')) >= FEEDS);
    // Empty arguments look like blanks too.
    let empty = longest(
        seen.arguments.iter().map(|it| it.is_empty() || it.iter().all(|byte| *byte == b' ')),
    );
    if blanks || feeds || empty >= BLANKS {
        let first = seen.arguments.iter().copied().find(|it| !it.is_empty());
        let value = Untrusted::new(first.unwrap_or_default());
        told.push((
            Grade::Suspect,
            Reason { rule: Rule::Padding, value, source: FactSource::CommandLine },
        ));
    }
}

fn run(text: &[u8], is_one: impl Fn(u8) -> bool) -> usize {
    longest(text.iter().map(|byte| is_one(*byte)))
}

fn longest(marks: impl Iterator<Item = bool>) -> usize {
    let (mut now, mut most) = (0_usize, 0_usize);
    for mark in marks {
        now = if mark { now.saturating_add(1) } else { 0 };
        most = most.max(now);
    }
    most
}
