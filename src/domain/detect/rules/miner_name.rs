//! The name of a mining program.
//!
//! Source: the playbook's table of binaries. A name proves little: most miners that are met bear another one, and
//! whoever looks for a miner says its name. Known false alarms: none of a program's own name that is known.

use crate::domain::detect::rules::{Told, is_text_tool};
use crate::domain::detect::seen::{Seen, last_part};
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::playbook::Indicators;
use crate::domain::untrusted::Untrusted;

/// What the names say.
pub(super) fn judge(seen: &Seen<'_>, look_for: &Indicators, told: &mut Vec<Told>) {
    let title = seen.arguments.first().copied().unwrap_or_default();
    let said = [
        (seen.name, FactSource::Comm),
        (seen.exe, FactSource::Exe),
        (title, FactSource::CommandLine),
    ];
    if let Some((name, source)) = said.into_iter().find(|(name, _)| is_miner(name, look_for)) {
        let value = Untrusted::new(last_part(name));
        return told.push((Grade::Suspect, Reason { rule: Rule::MinerName, value, source }));
    }
    if let Some(name) = seen.arguments.iter().skip(1).find(|it| is_miner(it, look_for)) {
        let (value, source) = (Untrusted::new(*name), FactSource::CommandLine);
        told.push((Grade::Noted, Reason { rule: Rule::MinerName, value, source }));
    }
}

/// The program's name is a miner's, or begins with one and goes on as another word (`xmrig-6.21`).
fn is_miner(path: &[u8], look_for: &Indicators) -> bool {
    let name = last_part(path).to_ascii_lowercase();
    !is_text_tool(&name)
        && look_for.binaries.iter().any(|miner| {
            let rest = name.strip_prefix(miner.as_bytes());
            rest.is_some_and(|rest| rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric()))
        })
}
