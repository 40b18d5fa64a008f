//! Load that goes on and on: the playbook's threshold, and who should not reach it.
//!
//! Source: the playbook's table of thresholds. Known false alarms: everything that computes. So load alone is never more
//! than noted where a package or an administrator put the program.

use crate::domain::detect::place::{Place, place};
use crate::domain::detect::rules::Told;
use crate::domain::detect::rules::ends::is_public;
use crate::domain::detect::seen::Seen;
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::playbook::Indicators;

/// What its load says, as far as one look can tell.
pub(super) fn judge(seen: &Seen<'_>, look_for: &Indicators, told: &mut Vec<Told>) {
    let Some((percent, minutes)) = look_for.cpu else { return };
    let (Some(cpu), false) = (seen.cpu, seen.is_kernel()) else { return };
    let spent = seen.cpu_minutes.unwrap_or_default();
    if cpu <= percent {
        return;
    }
    #[expect(clippy::cast_precision_loss, reason = "minutes of a table are few")]
    let long = spent >= minutes as f32;
    let rule = if long { Rule::SustainedCpu } else { Rule::HighCpu };
    let value = format!("{cpu:.0}% {spent:.0} min").into();
    told.push((Grade::Noted, Reason { rule, value, source: FactSource::Stat }));
    if long && is_lonely(seen) {
        let value = format!("{cpu:.0}% {spent:.0} min, {}", seen.ends.len()).into();
        told.push((
            Grade::Suspect,
            Reason { rule: Rule::LonelyLoad, value, source: FactSource::Sockets },
        ));
    }
}

/// Nobody installed it, nobody is served by it, and it has one conversation with somebody out there.
fn is_lonely(seen: &Seen<'_>) -> bool {
    let nobodys = !matches!(place(&seen.path()), Place::System | Place::Local | Place::Workshop);
    let out = seen.ends.iter().filter(|end| is_public(end)).count();
    seen.packaged != Some(true) && nobodys && !seen.serves() && (1..=2).contains(&out)
}
