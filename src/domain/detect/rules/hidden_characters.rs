//! Characters that are not drawn, or that repaint what stands before them (ATT&CK T1036).
//!
//! Source: terminals obey what is in a name. Known false alarms, which are only noted: scripts and padding in arguments.

use crate::domain::detect::rules::Told;
use crate::domain::detect::seen::Seen;
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::untrusted::Untrusted;

/// What is hidden in its names and arguments.
pub(super) fn judge(seen: &Seen<'_>, told: &mut Vec<Told>) {
    let mut add = |grade, value: Untrusted, source| {
        told.push((grade, Reason { rule: Rule::HiddenCharacters, value, source }));
    };
    let name = Untrusted::new(seen.name);
    if name.has_escapes() {
        return add(Grade::Suspect, name, FactSource::Comm);
    }
    for (place, argument) in seen.arguments.iter().enumerate() {
        // Nearly all, and nothing need be copied to see that.
        if argument.iter().all(|byte| matches!(byte, b'!'..=b'~') && *byte != b'\\') {
            continue;
        }
        // Scripts and padding in `-c` arguments are everyday; a program's own name is not text.
        let grade = if place == 0 { Grade::Suspect } else { Grade::Noted };
        let everyday = |byte: &u8| place > 0 && matches!(byte, b'\n' | b'\t' | b'\r' | b' ');
        let bare: Vec<u8> = argument.iter().copied().filter(|byte| !everyday(byte)).collect();
        if Untrusted::new(bare).has_escapes() {
            return add(grade, Untrusted::new(*argument), FactSource::CommandLine);
        }
    }
}
