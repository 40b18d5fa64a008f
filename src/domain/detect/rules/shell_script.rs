//! What a shell or an interpreter is told to do: fetch something and run it, decode something and run it, run what lies
//! hidden, or mount something over a process.
//!
//! Source: what droppers and watchdogs are written in; the same as what starts by itself. Known false alarms, which are
//! let pass: installers from a named host that an administrator runs, and scripts of builds.

use crate::domain::detect::place::{Place, place};
use crate::domain::detect::rules::Told;
use crate::domain::detect::rules::origin::{is_service, serves};
use crate::domain::detect::rules::persistence::{Entry, judge as judge_entry};
use crate::domain::detect::seen::{Seen, last_part};
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::untrusted::Untrusted;

/// Programs that run a text or a file.
const RUNNERS: [&[u8]; 10] =
    [b"sh", b"bash", b"dash", b"ash", b"zsh", b"ksh", b"busybox", b"perl", b"python", b"php"];

/// What it was told.
pub(super) fn judge(seen: &Seen<'_>, told: &mut Vec<Told>) {
    if seen.own {
        return;
    }
    let name = last_part(seen.title());
    let runs = RUNNERS.iter().any(|it| {
        let rest = name.strip_prefix(b"-").unwrap_or(name).strip_prefix(*it);
        rest.is_some_and(|rest| rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'))
    });
    if runs {
        text(seen, told);
        file(seen, told);
    }
    over_a_process(seen, name, told);
}

/// The text of `-c`.
fn text(seen: &Seen<'_>, told: &mut Vec<Told>) {
    let mut arguments = seen.arguments.iter().skip(1);
    let is_text =
        |it: &&&[u8]| it.starts_with(b"-") && !it.starts_with(b"--") && it.contains(&b'c');
    let Some(text) = arguments.find(is_text).and_then(|_| arguments.next()) else { return };
    let entry = Entry { kind: "script", path: b"", content: text, packaged: None };
    let judged = judge_entry(&entry);
    let all = String::from_utf8_lossy(text);
    let encoded = all.contains("b64decode") && all.contains("exec(");
    let by_itself = [Rule::DecodesAndRuns, Rule::AddsItselfAgain, Rule::HiddenEntry];
    let weighs = |rule: Rule| {
        by_itself.contains(&rule)
            || (rule == Rule::DownloadsAndRuns && (by_machine(seen) || by_number(&all)))
            || (rule == Rule::RunsOddPlace && (by_machine(seen) || all.contains("/dev/shm/.")))
    };
    let odd = judged.iter().any(|(grade, it)| *grade == Grade::Suspect && weighs(it.rule));
    if encoded || odd {
        let value = Untrusted::new(*text);
        told.push((
            Grade::Suspect,
            Reason { rule: Rule::RunsScript, value, source: FactSource::CommandLine },
        ));
    }
}

/// Nobody sits there: a service or a timer runs it.
fn by_machine(seen: &Seen<'_>) -> bool {
    let timer = seen
        .ancestors
        .iter()
        .any(|it| matches!(last_part(it), b"cron" | b"crond" | b"atd" | b"anacron"));
    let node = seen.ancestors.first().is_some_and(|it| matches!(last_part(it), b"node" | b"java"));
    timer || node || is_service(seen) || serves(seen).is_some()
}

/// From a host that is named by its number: no installer is.
fn by_number(text: &str) -> bool {
    text.split("://").skip(1).any(|rest| {
        let host = rest.split(['/', ':', '"', '\'', ' ']).next().unwrap_or_default();
        host.parse::<std::net::Ipv4Addr>().is_ok_and(|at| !at.is_private() && !at.is_loopback())
    }) || text.contains("/dev/tcp/")
}

/// A script that lies hidden.
fn file(seen: &Seen<'_>, told: &mut Vec<Told>) {
    let script = seen.arguments.iter().skip(1).find(|it| !it.starts_with(b"-"));
    let Some(script) = script.filter(|it| it.starts_with(b"/")) else { return };
    let volatile =
        [&b"/tmp/"[..], b"/var/tmp/", b"/dev/shm/"].iter().any(|it| script.starts_with(it));
    if volatile && place(script) == Place::Hidden {
        let value = Untrusted::new(*script);
        told.push((
            Grade::Suspect,
            Reason { rule: Rule::OddPlace, value, source: FactSource::CommandLine },
        ));
    }
}

/// `mount --bind X /proc/4411` hides a process.
fn over_a_process(seen: &Seen<'_>, name: &[u8], told: &mut Vec<Told>) {
    let target = seen.arguments.last().copied().unwrap_or_default();
    let pid = target.strip_prefix(b"/proc/").unwrap_or_default();
    if name == b"mount" && !pid.is_empty() && pid.iter().all(u8::is_ascii_digit) {
        let value = Untrusted::new(target);
        told.push((
            Grade::Suspect,
            Reason { rule: Rule::MountedOver, value, source: FactSource::CommandLine },
        ));
    }
}
