//! A process whose first thread has ended while others run (ATT&CK T1564): tools show it as a dead one that waits to be
//! collected, without a program, arguments, open files or memory.
//!
//! Source: what the kernel shows of such a process. Known false alarms: the few programs whose first thread only starts the
//! others and ends. So it is no more than noted where a package brought the program, or where a program of the system or of
//! an administrator has not computed for long.

use crate::domain::detect::place::{Place, place};
use crate::domain::detect::rules::{HARD, LONG_MINUTES, Told};
use crate::domain::detect::seen::Seen;
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::untrusted::Untrusted;

/// What its threads say.
pub(super) fn judge(seen: &Seen<'_>, told: &mut Vec<Told>) {
    if !seen.headless {
        return;
    }
    let place = place(&seen.path());
    let hard = seen.cpu.is_some_and(|it| it >= HARD);
    let long = seen.cpu_minutes.is_some_and(|it| it >= LONG_MINUTES);
    let installed =
        matches!(place, Place::System | Place::Local | Place::Workshop | Place::Unknown);
    let odd = seen.deleted || seen.in_memory || place.is_strange();
    let speaks = odd || hard && (long || !installed);
    let grade = if speaks && seen.packaged != Some(true) { Grade::Suspect } else { Grade::Noted };
    let value = Untrusted::new(if seen.exe.is_empty() { seen.name } else { seen.exe });
    told.push((grade, Reason { rule: Rule::Headless, value, source: FactSource::Stat }));
}
